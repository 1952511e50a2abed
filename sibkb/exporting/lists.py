"""Lists of passages or of documents -> files that people take away: a spreadsheet, JSON Lines, citations.

A file holds the whole list, in the order it was found, each row with its id and how to cite it. Somebody's own words
stand in quotation marks, our summary of what somebody said never does. No cell of a spreadsheet begins a formula: one
that would gets an apostrophe before it, as the OWASP page on CSV injection has it.
"""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, TypeVar

from sibkb import vocabulary
from sibkb.exporting import citing, csl, wording
from sibkb.exporting.facts import ALL_PARTIES, Facts, told
from sibkb.exporting.values import document_json, passage_json
from sibkb.model import NOT_RECORDED, Document, Json, Passage

Entry = TypeVar("Entry")
Found = tuple[Document, Passage | None]
"""A passage and its document, or a whole document."""

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet take a cell for a formula."""
_LONGEST: Final = 32_767
"""Characters of a cell of Excel."""
_CUT: Final = " … [cut here: a cell of Excel holds no more; the CSV has it all]"
_WIDE: Final = 60
_NARROW: Final = 22
"""Characters across a column that holds sentences, and any other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A list to take away, and what it is a list of."""

    items: Sequence[Found]
    told: Mapping[str, str]
    """What was asked, name -> value, as a reader would say it."""
    made: date
    told_of: Mapping[str, Sequence[Passage]] = field(default_factory=dict)
    """Document id -> those of its passages that may be told; for lists of documents."""
    corpus: str = "corpus"
    link: Callable[[Document, Passage | None], str | None] = lambda document, passage: None  # noqa: ARG005
    """Where an item is read; None where the app has no address."""


# What a row says


def _passage(taken: Taken, document: Document, passage: Passage) -> dict[str, str]:
    return {
        "Id": passage.id,
        "Kind": _kind(passage),
        "Text": wording.quoted(passage.text) if passage.kind == "quote" else passage.text,
        "What was going on": passage.context or "",
        "Who speaks": passage.speaker or "",
        "Role": _label(vocabulary.ROLES, passage.speaker_role),
        "About whom": _label(vocabulary.ROLES, passage.about_role),
        "Theme": "; ".join(vocabulary.THEMES[theme].label for theme in passage.themes),
        "Stage of the work": _label(vocabulary.WORK_STAGES, passage.work_stage),
        "Useful to": "; ".join(vocabulary.AUDIENCES[each].label for each in passage.audiences),
        "Where a lesson comes from": _label(vocabulary.BASES, passage.basis),
        "Document": document.title,
        "Kind of document": vocabulary.DOCUMENT_KINDS[document.kind].label,
        "Where": wording.places(document),
        "Field": wording.sector(document),
        "When": wording.dates(document),
        "How far it got": wording.ending(document) or "",
        "Sources": "\n".join(map(wording.cited, citing.rests_on(document, passage))) or NOT_RECORDED,
        **_found_at(taken, document, passage),
        "File": f"{taken.corpus}/{document.path}, lines {passage.lines[0]}–{passage.lines[1]}",
    }


def _document(taken: Taken, document: Document) -> dict[str, str]:
    facts = {row.name: row for row in Facts(document, taken.told_of[document.id]).rows() if row.name != ALL_PARTIES}
    labels = {"where": "Where", "sector": "Field", "stage": "How far it got", "dates": "When it ran"}
    return {
        "Id": document.id,
        "Title": document.title,
        "Kind": vocabulary.DOCUMENT_KINDS[document.kind].label,
        **{
            label: "\n".join(map(told, facts[name].facts)) or NOT_RECORDED if name in facts else ""
            for name, label in {**labels, **wording.PARTIES, **wording.FIGURES}.items()
        },
        "Sources": "\n".join(map(wording.cited, document.sources)) or NOT_RECORDED,
        **_found_at(taken, document, None),
        "File": f"{taken.corpus}/{document.path}",
    }


def _kind(passage: Passage) -> str:
    """What a passage is, in plain words: whose words these are is the first thing to know."""
    if passage.kind == "perspective":
        return f"Perspective: {wording.SUMMARISED}"
    label = vocabulary.PASSAGE_KINDS[passage.kind].label
    illustrative = passage.status == "illustrative"
    return f"{label}: {vocabulary.STATUSES['illustrative'].meaning}" if illustrative else label


def _label(words: vocabulary.Vocabulary, word: str | None) -> str:
    return words[word].label if word else ""


def _found_at(taken: Taken, document: Document, passage: Passage | None) -> dict[str, str]:
    link = taken.link(document, passage)
    cite = citing.plain(document, passage, url=link, accessed=taken.made)
    return {"Citation": cite} | ({"Link": link} if link else {})


def _rows(taken: Taken) -> list[dict[str, str]]:
    return [
        _passage(taken, document, passage) if passage else _document(taken, document)
        for document, passage in taken.items
    ]


# Spreadsheets


def safe(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def as_csv(taken: Taken) -> bytes:
    """A row an item, in UTF-8 with a byte order mark: without it Excel reads the letters of another alphabet."""
    file = io.StringIO(newline="")
    rows = _rows(taken)
    writer = csv.writer(file)
    writer.writerow(rows[0] if rows else [])
    writer.writerows([safe(cell) for cell in row.values()] for row in rows)
    return file.getvalue().encode("utf-8-sig")


def as_xlsx(taken: Taken) -> bytes:
    """A sheet with a row an item, its head in sight; and one that says what was asked, and when."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font

    book = Workbook()
    sheet, about = book.active, book.create_sheet("About this list")
    rows = _rows(taken)
    sheet.title = "List"
    for line in _lines(rows):
        sheet.append(line)
    for row in _about(taken):
        about.append(row)
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = sheet.dimensions
    for page in (sheet, about):
        for cells in page.columns:
            long = any(len(cell.value or "") > _WIDE for cell in cells)
            page.column_dimensions[cells[0].column_letter].width = _WIDE if long else _NARROW
            for cell in cells:
                cell.alignment = Alignment(wrap_text=True, vertical="top")
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    book.properties.title, book.properties.creator = wording.HOUSE, "sibkb"
    book.properties.created = book.properties.modified = datetime.combine(taken.made, datetime.min.time())
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _lines(rows: Sequence[Mapping[str, str]]) -> Iterator[list[str]]:
    yield list(rows[0]) if rows else []
    yield from ([_in_excel(cell) for cell in row.values()] for row in rows)


def _in_excel(cell: str) -> str:
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    text = safe(ILLEGAL_CHARACTERS_RE.sub("", cell))
    return text if len(text) <= _LONGEST else text[: _LONGEST - len(_CUT)] + _CUT


def _about(taken: Taken) -> Iterator[tuple[str, str]]:
    yield "From", wording.HOUSE
    yield "Made on", wording.date_in_words(taken.made.isoformat())
    yield "Rows", str(len(taken.items))
    yield from ((name, _in_excel(value)) for name, value in taken.told.items())


# For scripts and bibliographies


def as_jsonl(taken: Taken) -> bytes:
    """A line an item, with the keys of `--json`."""
    return "".join(f"{json.dumps(each, ensure_ascii=False)}\n" for each in _values(taken)).encode()


def _values(taken: Taken) -> Iterator[Json]:
    for document, passage in taken.items:
        yield passage_json(passage, document, taken.corpus) if passage else document_json(document)


def as_text(taken: Taken) -> bytes:
    """A citation an item, an empty line between them."""
    each = (citing.plain(*item, url=taken.link(*item), accessed=taken.made) for item in taken.items)
    return ("\n\n".join(each) + "\n").encode()


def as_bibtex(taken: Taken) -> bytes:
    """An entry an item, and one a source, each once."""
    entries = (citing.entries(*item, url=taken.link(*item), accessed=taken.made) for item in taken.items)
    return "\n".join(_once(entries).values()).encode()


def as_csl(taken: Taken) -> bytes:
    """The same for Zotero and other reference managers, each once."""
    items = (csl.items(*item, url=taken.link(*item), accessed=taken.made) for item in taken.items)
    return (json.dumps(list(_once(items).values()), indent=1, ensure_ascii=False) + "\n").encode()


def _once(each: Iterable[Mapping[str, Entry]]) -> dict[str, Entry]:
    return {key: entry for entries in each for key, entry in entries.items()}


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file."""

    label: str
    media_type: str
    make: Callable[[Taken], bytes]


FORMATS: Final[Mapping[str, Format]] = {
    ".xlsx": Format("Excel", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", as_xlsx),
    ".csv": Format("CSV", "text/csv", as_csv),
    ".jsonl": Format("JSON Lines", "application/jsonl", as_jsonl),
    ".txt": Format("Citations as text", "text/plain", as_text),
    ".bib": Format("Citations for BibTeX", "application/x-bibtex", as_bibtex),
    ".json": Format("Citations for Zotero (CSL-JSON)", "application/vnd.citationstyles.csl+json", as_csl),
}
"""How a file's name ends -> what it is."""
