"""What a file really says, before it becomes a draft: the values that every reader gives."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """Something of the file that could not be kept."""

    where: str
    """Words for a place in the file: "page 3", "paragraph 12", "row 4"."""
    what: str
    """What it was, in words: "a picture without a description"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Somebody speaks."""

    speaker: str | None
    """As the file names them; None where it does not."""
    text: str
    where: str
    """Words for a place in the file, as in `Lost`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of a table that holds something."""

    number: int
    """As the program that made the file counts them: from 1, in a text file the line where the row begins."""
    cells: tuple[str, ...]
    """As text, an empty cell as the empty text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A table; its first row names the columns."""

    name: str
    """Empty in a file that has but one."""
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Extract:
    """What a file really says."""

    title: str | None
    """The title that the file gives itself; None where it gives none."""
    markdown: str
    """The whole text, as CommonMark."""
    lost: tuple[Lost, ...] = ()
    turns: tuple[Turn, ...] = ()
    sheets: tuple[Sheet, ...] = ()
