"""What can be put right in a file without a doubt: forms of dates, spellings of words, order of attributes, spaces.

Every change is tried. It stays if less is wrong than before, or nothing more where it is one of form, and if
all that the body says is read as it was. Words of texts and quotation marks are never touched.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from sibkb import vocabulary
from sibkb.parsing import attributes, body, front_matter, marks
from sibkb.parsing.file import MAX_BYTES, Parsed, divide, parse
from sibkb.parsing.nearest import slip_of
from sibkb.strict_yaml import Path, StrictYamlError, load

_LINE: Final = re.compile(r"(\r\n|\r|\n)")
_BLOCK: Final = re.compile(r"\{([^{}]*)\}")
_PIECE: Final = re.compile(r'(?:[^\s"]|"[^"]*")+')
_WORD: Final = re.compile(r'[^\s"{}=]+')
_ATTRIBUTE: Final = re.compile(r'([A-Za-z_][\w-]*)=(?:"[^"{}]*|[^\s"{}]*)\Z')
"""The attribute whose value stands at the end of a text."""
_MONTHS: Final = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
                  "november", "december")  # fmt: skip
_DATES: Final = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?P<year>\d{4})-(?P<month>\d{1,2})(?:-(?P<day>\d{1,2}))?",
        r"(?P<year>\d{4})/(?P<month>\d{1,2})/(?P<day>\d{1,2})",  # 2011/12 alone is a financial year
        r"(?:(?P<day>\d{1,2})(?:st|nd|rd|th)? )?(?P<month>[A-Za-z]+)\.?,? (?P<year>\d{4})",
        r"(?P<month>[A-Za-z]+)\.? (?P<day>\d{1,2})(?:st|nd|rd|th)?,? (?P<year>\d{4})",
    )
)
_OTHER_NAMES: Final[Mapping[str, str]] = {"uk": "GB", "great britain": "GB", "usa": "US"}
_NEED_THE_FRONT: Final = re.compile("F01[89]|F02[0-4]|B00[678]|B015")
"""What is looked for only in a front matter that can be read: to see it at last makes nothing worse."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One piece of one line, and what stands in its place."""

    line: int
    """Counted from 1."""
    start: int
    """Characters before it."""
    before: str
    after: str
    form: bool = False
    """Whether it is one of form alone, which no problem tells."""

    def __str__(self) -> str:
        return f"{self.line} {_told(self.before)} → {_told(self.after)}"


def _told(text: str) -> str:
    return f"`{text}`" if text.strip() else "spaces at the end" if text else "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixed:
    """A file with everything put right that can be, and what was changed."""

    path: str
    before: str
    after: str
    changes: tuple[Change, ...]


def fix(path: str, data: bytes) -> Fixed | None:
    """Put right what can be, in one file; None where there is nothing to do, or the file is none that we read."""
    try:
        text = data.decode("utf-8") if len(data) <= MAX_BYTES else ""
    except UnicodeDecodeError:
        return None
    now, parsed = text, parse(path, data)
    made: list[Change] = []
    refused: set[tuple[Change, ...]] = set()
    while changes := next((each for each in _candidates(now, parsed) if each not in refused), None):
        then = _with(now, changes)
        read = parse(path, then.encode())
        if _good(changes, parsed, read) and _said(now) == _said(then):
            now, parsed = then, read
            made += changes
        else:
            refused.add(changes)
    made.sort(key=lambda change: (change.line, change.start))
    return Fixed(path=path, before=text, after=now, changes=tuple(made)) if made else None


def _with(text: str, changes: Sequence[Change]) -> str:
    parts = _LINE.split(text)
    for change in changes:
        line = parts[2 * (change.line - 1)]
        rest = line[change.start + len(change.before) :]
        parts[2 * (change.line - 1)] = f"{line[: change.start]}{change.after}{rest}"
    return "".join(parts)


def _good(changes: Sequence[Change], before: Parsed, after: Parsed) -> bool:
    """Whether less is wrong than before; where nothing was, every value must be what it was."""
    if before.document and after.document:
        digest = before.document.digest
        return replace(after.document, digest=digest) == before.document and after.passages == before.passages
    return _seen(after) <= _seen(before) - (not changes[0].form)


def _seen(parsed: Parsed) -> int:
    return sum(not _NEED_THE_FRONT.fullmatch(each.code) for each in parsed.problems)


def _said(text: str) -> list[tuple[object, ...]]:
    """All that the body says, and where."""
    lines = _LINE.split(text)[::2]
    start = divide(lines) or 0
    found = body.blocks("\n".join(lines[start:]), start + 1, lambda *_: None)
    return [
        (each.kind, each.text, each.context, each.speaker, each.heading, each.lines, each.citations) for each in found
    ]


# What could be changed


def _candidates(text: str, parsed: Parsed) -> Iterator[tuple[Change, ...]]:
    """What could be changed, each by itself; spaces all at once, for they are many."""
    lines = _LINE.split(text)[::2]
    start = divide(lines)
    if start is not None:
        for each in (*_in_front(lines[: start - 1]), *_in_attributes(lines, parsed), *_order(lines, start)):
            yield (each,)
        if spaces := tuple(_spaces(lines, start)):
            yield spaces


def _in_front(lines: Sequence[str]) -> Iterator[Change]:
    """Values and keys of the front matter that are slips."""
    try:
        located = load("\n".join(lines[1:]) + "\n", first_line=2)
    except StrictYamlError:
        return
    for path, code, *_ in front_matter.read({} if located.value is None else located.value)[1]:
        if code in _SLIPS:
            key = path[-1] == "key" and code == "F010"
            before = str(path[-2]) if key else _value(located.value, path)
            after = _SLIPS[code](before, path)
            line, column = located.place(path)
            start = _start(lines[line - 1], column - 1, before)
            if after is not None and start is not None:
                yield Change(line=line, start=start, before=before, after=after)


def _value(value: Any, path: Path) -> str:
    for step in path:
        value = value[step]
    return str(value)


def _start(line: str, at: int, value: str) -> int | None:
    """Where the value stands, quoted or not; None where it is written in another way."""
    at += line[at : at + 1] in ("'", '"')
    return at if line.startswith(value, at) else None


def _key(given: str, path: Path) -> str | None:
    return slip_of(given, front_matter.keys_at(path[:-2]))


def _word(given: str, path: Path) -> str | None:
    return slip_of(given, front_matter.words_at(path), near=path[-1] != "release")


def _date(given: str, _: Path) -> str | None:
    """The one date that this can be, as we write it."""
    matches = (pattern.fullmatch(" ".join(given.split())) for pattern in _DATES)
    for match in filter(None, matches):
        parts = match.groupdict()
        month = _month(parts["month"])
        written = "-".join(filter(None, (parts["year"], month, parts["day"] and f"{int(parts['day']):02}")))
        try:
            date.fromisoformat(written if parts["day"] else f"{written}-01")
        except ValueError:
            return None
        return written if month else None
    return None


def _month(name: str) -> str | None:
    if name.isdigit():
        return f"{int(name):02}"
    short = {"sept": "september"}.get(name.lower(), name.lower())
    found = [i for i, each in enumerate(_MONTHS, 1) if short in (each, each[:3])]
    return f"{found[0]:02}" if found else None


def _country(given: str, _: Path) -> str | None:
    if given.upper() in front_matter.COUNTRY_CODES:
        return given.upper()
    names = {name.casefold(): code for code, name in vocabulary.COUNTRIES.items()}
    name = given.strip().casefold()
    return _OTHER_NAMES.get(name) or names.get(name)


_SLIPS: Final[Mapping[str, Callable[[str, Path], str | None]]] = {
    "F010": _key,
    "F013": _word,
    "F014": _date,
    "F016": _country,
}
"""Code -> what was meant, of what was given and its path."""


def _in_attributes(lines: Sequence[str], parsed: Parsed) -> Iterator[Change]:
    """Names and words of attributes that are slips."""
    for problem in parsed.problems:
        if problem.code not in ("B002", "B003"):
            continue
        line, start = lines[problem.line - 1], problem.column - 1
        match = _WORD.match(line, start)
        if match and (
            after := _attribute(match[0], problem.code, "\n".join([*lines[: problem.line - 1], line[:start]]))
        ):
            yield Change(line=problem.line, start=start, before=match[0], after=after)


def _attribute(given: str, code: str, above: str) -> str | None:
    if code == "B002":
        return slip_of(given, attributes.ATTRIBUTES)
    name = _ATTRIBUTE.search(above)
    words = attributes.ATTRIBUTES.get(name[1]) if name else None
    return slip_of(given, words, near=name is not None and name[1] != "release") if words else None


def _order(lines: Sequence[str], start: int) -> Iterator[Change]:
    """Blocks of attributes in which the name does not come first, or `.key` not before the words."""
    for number, line in enumerate(lines[start:], start + 1):
        for match in _BLOCK.finditer(line):
            pieces = _PIECE.findall(match[1])
            ordered = sorted(pieces, key=lambda piece: "#.".find(piece[0]) % 3)
            if ordered != pieces and not marks.attributes(match[1]).unread:
                yield Change(line=number, start=match.start(1), before=match[1], after=" ".join(ordered), form=True)


def _spaces(lines: Sequence[str], start: int) -> Iterator[Change]:
    """Spaces at the end of lines, but for the two that break a line of Markdown."""
    for number, line in enumerate(lines, 1):
        kept = line.rstrip(" \t")
        follows = number > start and number < len(lines) and lines[number].strip()
        if kept != line and not (kept and follows and line.endswith("  ")):
            yield Change(line=number, start=len(kept), before=line[len(kept) :], after="", form=True)
