"""Values -> one page about a document as a PDF, for whoever takes it to a meeting.

Typst draws it with the fonts inside its package, so that a page looks the same everywhere. One run measures every item;
what there is room for is chosen here, the most wanted first, and only whole items; a second run draws the page.
The PDF is tagged and holds to PDF/UA-1, which also promises that no sign is missing from the fonts.
"""

import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from sibkb.errors import SibkbError
from sibkb.exporting.sheet import Item, Section, Sheet, left_out, sheet
from sibkb.model import Document, Json, Passage

if TYPE_CHECKING:
    from typst import Compiler

_WANTED: Final[Sequence[tuple[str, int | None]]] = (
    ("parties", None),
    ("results", 5),
    ("money", 4),
    ("people_served", 3),
    ("lessons", 3),
    ("voices", 1),
    ("disputes", 4),
    ("outcome_metrics", 3),
    ("results", None),
    ("money", None),
    ("people_served", None),
    ("lessons", 6),
    ("timeline", None),
    ("voices", 2),
    ("lessons", None),
    ("disputes", None),
    ("outcome_metrics", None),
    ("voices", None),
    ("sources", None),
)
"""Section, and how many of its items at most, in the order in which they get their room."""
_VOICES: Final = {"left": None, "right": 2}
"""Column in which voices stand -> how many: on the right beside a deal, on the left where they are the matter."""
_LARGE: Final = (1.0, 1.06, 1.12)
"""Sizes of type for a page on which all that is wanted is shown; the largest that serves is taken."""
_SMALL: Final = (0.94, 0.85, 0.7, 0.55, 0.4, 0.25)
"""Sizes for a page that cannot show all: the first is the one to read, the others serve a head that fills it."""
_IN_ORDER: Final = frozenset({"timeline"})
"""Sections of which only the end may be left out, never the middle; where nothing fits, they are not announced."""
_TITLES: Final = ((46, 21), (60, 18.5), (110, 15.5), (220, 13), (500, 11))
"""Longest title -> its size in points."""
_LONG_WORD: Final = re.compile(r"\S{24,}")
_BREAK: Final = 12
_ZERO_WIDTH_SPACE: Final = "\u200b"
_PROBE: Final = b'#set document(title: "t")\n#set text(font: "Libertinus Serif", lang: "en")\n#sys.inputs.t'
_PLAIN: Final = re.compile(r"[\x20-\x7e\xa0-\xac\xae-\xff\u2013\u2014\u2018\u2019\u201c\u201d\u2022\u2026\u200b]")
"""Signs that the fonts are known to have."""


def brief(document: Document, passages: Sequence[Passage], *, url: str | None = None, made: date) -> bytes:
    """A PDF of exactly one page about the document, told from these of its passages alone.

    What does not fit is left out whole and counted. A SibkbError says so where not even the title fits.
    """
    given = sheet(document, passages, url, made)
    data, kept = _page(given)
    return _drawn(given, data, kept, datetime(made.year, made.month, made.day, tzinfo=UTC))


def _page(given: Sheet) -> tuple[Json, list[str]]:
    """The data in the largest type that serves, and ids of the items that fit, the most wanted first."""
    wanted = [item.id for _, item in _wanted(given.sections)]
    everything = _data(given)
    whole = None
    for scale in _LARGE:
        room = _Room(given, everything | {"scale": scale})
        if not room.fits(wanted):
            break
        whole = room
    if whole:
        return whole.data, wanted
    for scale in _SMALL:
        room = _Room(given, everything | {"scale": scale})
        if room.fits(()):
            return room.data, room.chosen()
    raise SibkbError("nothing fits on the page: the title or the address is too long — shorten it")


# What there is room for


class _Room:
    """How high everything is, in points, and what fits on the page together."""

    def __init__(self, given: Sheet, data: Json) -> None:
        self.given, self.data = given, data
        self.measured = measured = _measured(data)
        pairs = list(zip(given.sections, measured["sections"], strict=True))
        self.heads = {section.name: each["heading"] for section, each in pairs}
        self.mores = {section.name: each["more"] for section, each in pairs}
        self.items = {
            item.id: (section.name, height + measured["gap"]["source" if section.column == "foot" else "item"])
            for section, each in pairs
            for item, height in zip(section.items, each["items"], strict=True)
        }
        self.sources = {item.id: item.sources for section in given.sections for item in section.items}

    def chosen(self) -> list[str]:
        """Ids of the items that fit, the most wanted first; sources stand with what rests on them."""
        kept: list[str] = []
        closed: set[str] = set()
        for section, item in _wanted(self.given.sections):
            if section in closed:
                continue
            if self.fits([*kept, item.id]):
                kept.append(item.id)
            elif section in _IN_ORDER:
                closed.add(section)
        return kept

    def fits(self, ids: Iterable[str]) -> bool:
        """Whether these, their sources and all headings stand on one page."""
        ids = frozenset(ids)
        numbers = self.given.always.union(*(self.sources[id] for id in ids))
        heights: dict[str, list[float]] = defaultdict(list)
        for id in ids | _source_ids(numbers):
            name, height = self.items[id]
            heights[name].append(height)
        columns = {"left": 0.0, "right": 0.0, "foot": 0.0}
        for section in self.given.sections:
            height = self._high(section, heights[section.name])
            columns[section.column] += height + (self.measured["gap"]["section"] if height else 0)
        middle = max(columns["left"], columns["right"])
        parts = (self.measured["head"], middle, columns["foot"], self.measured["foot"])
        return bool(sum(parts) + self.measured["gap"]["section"] <= self.measured["room"])

    def _high(self, section: Section, items: Sequence[float]) -> float:
        """A section with so many of its items, and the line that counts the others."""
        if not items and section.name in _IN_ORDER:
            return 0.0
        more = self.mores[section.name] + self.measured["gap"]["item"] if len(items) < len(section.items) else 0.0
        return float(self.heads[section.name] + sum(items) + more)


def _wanted(sections: Sequence[Section]) -> Iterator[tuple[str, Item]]:
    """Section and item of all that may be shown, each once, the most wanted first."""
    most = {section.name: _VOICES[section.column] for section in sections if section.name == "voices"}
    items = {section.name: section.items[: most.get(section.name)] for section in sections}
    seen: set[str] = set()
    for name, few in _WANTED:
        for item in items.get(name, ())[:few]:
            if item.id not in seen:
                seen.add(item.id)
                yield name, item


def _source_ids(numbers: Iterable[int]) -> frozenset[str]:
    return frozenset(f"source-{number}" for number in numbers)


# Data for the template


def _data(given: Sheet) -> Json:
    """Everything, as the template measures it."""
    size = next((size for longest, size in _TITLES if len(given.head["title"]) <= longest), 9.5)
    names = {"name": given.head["title"], "description": given.head["summary"], "size": size}
    sections = [
        {
            "name": section.name,
            "column": section.column,
            "heading": section.heading,
            "tags": section.tags,
            "items": [{"id": item.id, "kind": item.kind, "data": _spelled(item.data)} for item in section.items],
            "more": None,
        }
        for section in given.sections
    ]
    letters = [item.data["letter"] for each in given.sections if each.name == "disputes" for item in each.items]
    return {"measure": True, "head": _spelled(given.head) | names, "sections": sections, "letters": letters}


def _kept(given: Sheet, data: Json, ids: frozenset[str]) -> Json:
    """The same with only these items, in the order of the sheet; what is left out is counted."""
    items = [item for section in given.sections for item in section.items if item.id in ids]
    on_page = ids | _source_ids(given.always.union(*(item.sources for item in items)))
    sections = []
    for section in data["sections"]:
        items = [item for item in section["items"] if item["id"] in on_page]
        if not items and section["name"] in _IN_ORDER:
            continue
        left = len(section["items"]) - len(items)
        more = left_out(str(left), bool(items)) if left else None
        sections.append(section | {"items": items, "more": more})
    letters = [letter for letter in data["letters"] if f"disputes-{letter}" in on_page]
    return data | {"measure": False, "sections": sections, "letters": letters}


def _spelled(value: Any) -> Any:
    """Every text of the data, with the signs that cannot be drawn spelled out and long words that may break."""
    if isinstance(value, Mapping):
        return {key: item if key == "link" else _spelled(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_spelled(item) for item in value]
    if not isinstance(value, str):
        return value
    drawn = "".join(each if _PLAIN.match(each) else _sign(each) for each in value)
    return _LONG_WORD.sub(lambda word: _breakable(word[0]), drawn)


def _breakable(word: str) -> str:
    """A long word with places where a line may end, none before a sign that belongs to the one before."""
    pieces, length = [], 0
    for each in word:
        if length >= _BREAK and not unicodedata.combining(each) and each != "\u200d":
            pieces.append(_ZERO_WIDTH_SPACE)
            length = 0
        pieces.append(each)
        length += 1
    return "".join(pieces)


@lru_cache(maxsize=4096)
def _sign(sign: str) -> str:
    """The sign where the fonts have it; its number where not; nothing where it cannot be seen anyway."""
    import typst

    try:
        compiler = _compiler(_PROBE, {"t": f"a{sign}"})
        compiler.compile(format="pdf", pdf_standards=["ua-1"])
    except typst.TypstError:
        return "" if unicodedata.category(sign) in ("Cf", "Mn", "Cc") else f"[U+{ord(sign):04X}]"
    return sign


# Typst


@cache
def _template() -> bytes:
    return resources.files("sibkb.exporting").joinpath("brief.typ").read_bytes()


def _compiler(source: bytes, inputs: dict[str, str]) -> "Compiler":
    import typst

    return typst.Compiler(source, ignore_system_fonts=True, sys_inputs=inputs)


def _asked(compiler: "Compiler", label: str) -> Any:
    return json.loads(compiler.query(label, field="value", one=True))


def _measured(data: Json) -> Json:
    measured: Json = _asked(_compiler(_template(), {"data": json.dumps(data)}), "<measured>")
    return measured


def _drawn(given: Sheet, data: Json, kept: list[str], stamp: datetime) -> bytes:
    """The page; should it run over all the same, what is least wanted goes first."""
    while True:
        compiler = _compiler(_template(), {"data": json.dumps(_kept(given, data, frozenset(kept)))})
        if not kept or _asked(compiler, "<pages>") == 1:
            page = compiler.compile(_template(), format="pdf", pdf_standards=["ua-1"], timestamp=stamp)
            return bytes(page)  # type: ignore[arg-type]  # one file where the format is PDF
        kept = kept[:-1]
