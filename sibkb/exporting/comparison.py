"""Documents -> one table in which they stand side by side: as values for a screen, as CSV, as Markdown.

Rows are aligned by what they are about, and no cell is empty: what is not on record says so, and what does not arise
for a kind of document (an interview has no investors) says that. Figures stand as they are recorded, never converted.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from sibkb import vocabulary
from sibkb.exporting.facts import ALL_PARTIES, Fact, Facts, Row, told
from sibkb.exporting.lists import safe
from sibkb.exporting.wording import FIGURES, NEVER, PARTIES, cited
from sibkb.model import NOT_RECORDED, PROJECTS, Document, Passage

Case = tuple[Document, Sequence[Passage]]
"""A document and those of its passages that may be told."""

NO_LESSON: Final = "no lesson recorded"
NO_DISPUTE: Final = "none recorded"
_TELLERS: Final = frozenset({"authors", "interviewees", "consent"})
"""Rows that only interviews and commentaries have."""
_ORDER: Final = ("kind", "where", "sector", "stage", "dates", "people_served", *PARTIES, "consent", *FIGURES)
_MARKDOWN: Final = re.compile(r"([\\`*\[\]<>|]|~~|(?<![^\W_])_|_(?![^\W_]))")
"""What an editor would take for a mark; a line inside a word, as in an address, is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What one document says in one row."""

    facts: tuple[Fact, ...]
    missing: str
    """What is said where there is no fact."""
    disputes: tuple[Passage, ...] = ()
    """What is disputed of all of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A row across all the documents."""

    name: str
    label: str
    cells: tuple[Cell, ...]

    @property
    def differs(self) -> bool:
        """Whether the documents say different things; notes and sources aside."""
        return len({_said(cell) for cell in self.cells}) > 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Rows under a heading."""

    heading: str
    lines: tuple[Line, ...]


def compare(cases: Sequence[Case]) -> tuple[Part, ...]:
    """All rows that at least one of the documents has, in the order of the cases."""
    parts = (
        Part(heading="Facts", lines=tuple(_facts(cases))),
        Part(heading="Lessons", lines=tuple(_lessons(cases))),
        Part(heading="Disputes and limits", lines=tuple(_disputes(cases))),
        Part(heading="Sources", lines=(_sources(cases),)),
    )
    return tuple(part for part in parts if part.lines)


def differing(parts: Iterable[Part]) -> tuple[Part, ...]:
    """The same with only those rows in which the documents differ."""
    kept = (Part(heading=part.heading, lines=tuple(line for line in part.lines if line.differs)) for part in parts)
    return tuple(part for part in kept if part.lines)


def _said(cell: Cell) -> tuple[str, ...]:
    return tuple(sorted(f"{fact.text}: {fact.figure}".casefold() for fact in cell.facts)) or (cell.missing,)


# Rows


def _facts(cases: Sequence[Case]) -> Iterator[Line]:
    columns = [{row.name: row for row in _rows(*case)} for case in cases]
    labels = {row.name: row.label for column in columns for row in column.values()}
    for name in sorted(labels.keys() - {ALL_PARTIES}, key=_ORDER.index):
        cells = (_cell(document, column.get(name), name) for (document, _), column in zip(cases, columns, strict=True))
        yield Line(name=name, label=labels[name], cells=tuple(cells))


def _rows(document: Document, passages: Sequence[Passage]) -> Iterator[Row]:
    kind = vocabulary.DOCUMENT_KINDS[document.kind].label
    yield Row(name="kind", label="Kind", facts=(Fact(text=kind),))
    yield from Facts(document, passages).rows()


def _cell(document: Document, row: Row | None, name: str) -> Cell:
    applies = (document.kind in PROJECTS) != (name in _TELLERS)
    missing = NOT_RECORDED if row or applies else NEVER
    return Cell(facts=row.facts, missing=missing, disputes=row.disputes) if row else Cell(facts=(), missing=missing)


def _lessons(cases: Sequence[Case]) -> Iterator[Line]:
    for theme, term in vocabulary.THEMES.items():
        cells = [_learned(theme, passages) for _, passages in cases]
        if any(cell.facts for cell in cells):
            yield Line(name=theme, label=term.label, cells=tuple(cells))


def _learned(theme: str, passages: Iterable[Passage]) -> Cell:
    lessons = (each for each in passages if each.kind == "lesson" and theme in each.themes)
    return Cell(facts=tuple(_passage(each, _basis(each)) for each in lessons), missing=NO_LESSON)


def _basis(lesson: Passage) -> str:
    return vocabulary.BASES[lesson.basis].label if lesson.basis else f"basis {NOT_RECORDED}"


def _passage(passage: Passage, note: str | None = None) -> Fact:
    return Fact(text=passage.text, note=note, sources=passage.source_ids, passage=passage)


def _disputes(cases: Sequence[Case]) -> Iterator[Line]:
    disputes = [tuple(_passage(each) for each in passages if each.kind == "dispute") for _, passages in cases]
    if any(disputes):
        cells = tuple(Cell(facts=facts, missing=NO_DISPUTE) for facts in disputes)
        yield Line(name="disputes", label="Disputes and limits", cells=cells)


def _sources(cases: Sequence[Case]) -> Line:
    cells = (tuple(Fact(text=cited(source)) for source in document.sources) for document, _ in cases)
    return Line(name="sources", label="Sources", cells=tuple(Cell(facts=each, missing=NOT_RECORDED) for each in cells))


# As text


def as_csv(cases: Sequence[Case], parts: Iterable[Part]) -> str:
    """The table for a spreadsheet, in which no cell begins a formula."""
    file = io.StringIO()
    csv.writer(file).writerows([safe("\n".join(cell)) for cell in row] for row in _table(cases, parts))
    return file.getvalue()


def as_markdown(cases: Sequence[Case], parts: Iterable[Part]) -> str:
    """The table as GitHub and most editors read Markdown."""
    head, *rows = (["<br>".join(map(_escaped, cell)) for cell in row] for row in _table(cases, parts))
    return "".join(f"| {' | '.join(row)} |\n" for row in (head, ["---"] * len(head), *rows))


def _table(cases: Sequence[Case], parts: Iterable[Part]) -> Iterator[list[list[str]]]:
    """Rows of cells of lines, the titles and ids of the documents first."""
    yield [[""], *([document.title] for document, _ in cases)]
    yield [["Id"], *([document.id] for document, _ in cases)]
    for part in parts:
        for line in part.lines:
            label = f"Lessons: {line.label}" if part.heading == "Lessons" else line.label
            cells = zip(cases, line.cells, strict=True)
            yield [[label], *(list(_lines(document, line.name, cell)) for (document, _), cell in cells)]


def _lines(document: Document, name: str, cell: Cell) -> Iterator[str]:
    for number, fact in enumerate(cell.facts, 1):
        refs = ", ".join(map(str, numbers(document, fact.sources)))
        marks = (told(fact), f"[{refs}]" if refs else "", "(disputed)" if fact.disputes else "")
        yield (f"{number}. " if name == "sources" else "") + " ".join(filter(None, marks))
    if not cell.facts:
        yield cell.missing
    if cell.disputes:
        yield "(disputed)"


def numbers(document: Document, sources: Iterable[str]) -> list[int]:
    """The places of sources in the document's own list, from 1."""
    places = document.numbers
    return [places[id] for id in sources]


def _escaped(line: str) -> str:
    return _MARKDOWN.sub(r"\\\1", " ".join(line.split()))
