"""The rows of a table -> drafts: a row a quote, grouped by document, or a row a case."""

import re
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from typing import Final

from sibkb import vocabulary
from sibkb.errors import RefusedFileError
from sibkb.importing.columns import Columns, recognised
from sibkb.importing.drafting import Draft, id_of
from sibkb.importing.extract import Extract, Lost, Row, Sheet
from sibkb.importing.plain import escaped, escaped_starts
from sibkb.importing.records import Record, written

_SEVERAL: Final = re.compile(r"[;\n|]|,(?! )")
_DATE: Final = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
_PUBLISHER: Final = "TODO who published it, or whose file it is"
_ROLES: Final = ("outcome_payers", "investors", "intermediaries", "providers", "evaluators")
Told = Callable[[str, str], None]
"""Takes a field and what is wrong with its cell."""


def tables(extract: Extract, name: str, kind: str | None, columns: Columns | None) -> list[Draft]:
    """The drafts of a file of that name; what is wrong with a cell is among what a draft has lost."""
    records: dict[str, Record] = {}
    used: dict[str, str | None] = {}
    lost = list(extract.lost)
    for sheet in extract.sheets:
        found = recognised(sheet) if columns is None else columns if columns.sheet in (None, sheet.name) else None
        if found is None or (columns is not None and columns.sheet is None and not _has(sheet, columns)):
            lost.append(Lost(where=f"sheet {sheet.name}".strip(), what="no column of it is known; it was not used"))
            continue
        used |= {cell: found.columns.get(cell) for cell in sheet.rows[0].cells if cell}
        _check_columns(sheet, found)
        read = _quote if found.rows == "quotes" else _case
        for row in sheet.rows[1:]:
            read(_cells(sheet, row, found), _Place(name, sheet, row, found), records, kind)
    if not records:
        raise RefusedFileError(_unknown(extract, bool(used)))
    for record in records.values():
        record.lost[:0] = lost
    return [written(each, name, tuple(used.items())) for each in records.values()]


def _has(sheet: Sheet, columns: Columns) -> bool:
    return any(cell in columns.columns for cell in sheet.rows[0].cells)


def _check_columns(sheet: Sheet, columns: Columns) -> None:
    if missing := [each for each in columns.columns if each not in sheet.rows[0].cells]:
        raise RefusedFileError(f"row {sheet.rows[0].number}: there is no column {', '.join(map(repr, missing))} — "
                               f"the columns are: {', '.join(filter(None, sheet.rows[0].cells))}")  # fmt: skip


def _unknown(extract: Extract, is_known: bool) -> str:
    if is_known:
        return "no row holds what is needed — look at the rows below the names of the columns"
    names = ", ".join(filter(None, extract.sheets[0].rows[0].cells))
    return (f"no column tells what a row is; the first row holds: {names} — name a column `text` (a row a quote) or "
            "`title` (a row a case), or write a mapping file and give it with --map")  # fmt: skip


class _Place:
    """Where a row stands, to tell what is wrong with a cell of it."""

    def __init__(self, name: str, sheet: Sheet, row: Row, columns: Columns) -> None:
        self.where = f"{name}:{row.number}" + (f" {sheet.name}" if sheet.name else "")
        self.names = {field: column for column, field in columns.columns.items()}
        self.row = row.number

    def lost(self, field: str, what: str) -> Lost:
        return Lost(where=f"{self.where} {self.names.get(field, field)}", what=what)


def _cells(sheet: Sheet, row: Row, columns: Columns) -> dict[str, str]:
    named = zip(sheet.rows[0].cells, row.cells, strict=False)
    return {columns.columns[name]: cell for name, cell in named if cell and name in columns.columns}


def _quote(cells: Mapping[str, str], place: _Place, records: dict[str, Record], kind: str | None) -> None:
    title = cells.get("document") or place.where.split(":")[0]
    id = id_of(title if "document" not in cells else _stem(title))
    record = records.setdefault(id, Record(id=id, title=title, kind=kind or "interview"))
    if not record.sources and "source" not in cells:
        record.sources["document"] = (title, _PUBLISHER, "whole")

    def tell(field: str, what: str) -> None:
        record.lost.append(place.lost(field, what))

    source = _source(record, cells.get("source"), title)
    if "text" not in cells:
        tell("text", "there are no words in this row; it was left out")
        return
    blocks = {"speaker_role": vocabulary.ROLES, "about_role": vocabulary.ROLES, "theme": vocabulary.THEMES,
              "work_stage": vocabulary.WORK_STAGES}  # fmt: skip
    words = {key: " ".join(_known(key, cells.get(key, ""), known, tell)) for key, known in blocks.items()}
    attributes = " ".join(f'{key}="{value}"' for key, value in words.items() if value)
    speaker = " ".join(cells.get("speaker", "").split()) or "speaker not stated"
    text = "\n".join(f"> {line.strip()}".rstrip() for line in _lines(cells["text"]))
    quote = f"{text}\n>\n> — {escaped(speaker)}" + (f" {{{attributes}}}" if attributes else "") + f" [@{source}]"
    record.quotes += [quote, *([escaped(" ".join(cells["context"].split()))] if "context" in cells else [])]


def _stem(title: str) -> str:
    """A title as if it were the name of a file."""
    return title.replace("/", " ").replace("\\", " ") + "."


def _lines(text: str) -> Iterator[str]:
    for line in text.strip().split("\n"):
        yield escaped_starts(escaped(line.strip()))


def _source(record: Record, title: str | None, otherwise: str) -> str:
    """The id of a row's source in its record, which takes it in where it is new."""
    if title is None and "document" in record.sources:
        return "document"
    wanted = title or otherwise
    for id, (known, _, _) in record.sources.items():
        if known == wanted:
            return id
    id = f"source-{len(record.sources) + 1}"
    record.sources[id] = (wanted, _PUBLISHER, "whole")
    return id


def _known(field: str, value: str, known: vocabulary.Vocabulary, tell: Told) -> Iterator[str]:
    """The words of a vocabulary that a cell names, by word or by label; anything else is told."""
    labels = {word.label.lower(): id for id, word in known.items()}
    for part in filter(None, (each.strip() for each in _SEVERAL.split(value))):
        plain = re.sub(r"[\s_]+", "-", part.lower())
        if plain in known or part.lower() in labels:
            yield plain if plain in known else labels[part.lower()]
        else:
            close = get_close_matches(plain, known, 1)
            fix = f"did you mean `{close[0]}`?" if close else f"use one of: {', '.join(known)}"
            tell(field, f"`{part}` is not known — {fix}")


def _case(cells: Mapping[str, str], place: _Place, records: dict[str, Record], kind: str | None) -> None:
    title = " ".join(cells.get("title", "").split())
    id = id_of(_stem(cells.get("id") or title or f"row {place.row}"))
    id = id if id not in records else f"{id}-{place.row}"
    record = records[id] = Record(id=id, title=title or f"TODO a title for row {place.row}", kind=kind or "case")

    def tell(field: str, what: str) -> None:
        record.lost.append(place.lost(field, what))

    _source(record, cells.get("source"), record.title)
    record.countries = list(countries(cells.get("countries", ""), tell))
    for key, known in (("sector", vocabulary.SECTORS), ("stage", vocabulary.STAGES)):
        found = list(_known(key, cells.get(key, ""), known, tell))
        if found:
            record.words[key] = found[0]
        for other in found[1:]:
            tell(key, f"`{other}`: a case has one; the first was taken")
    for key in ("start", "end"):
        if key in cells and not _DATE.fullmatch(cells[key]):
            tell(key, f"`{cells[key]}` is no date — write 2012, 2012-04 or 2012-04-30")
        elif key in cells:
            record.words[key] = cells[key]
    if "place" in cells:
        record.words["place"] = cells["place"]
    record.parties = {role: _parts(cells[role]) for role in _ROLES if role in cells}
    record.summary = escaped_starts(escaped(" ".join(cells.get("summary", "").split())))


def _parts(value: str) -> list[str]:
    return [part for part in (" ".join(each.split()) for each in re.split(r"[;\n|]", value)) if part]


def countries(value: str, tell: Told) -> Iterator[str]:
    """The codes that a cell names, by code or by name; anything else is told."""
    codes = {name.lower(): code for code, name in vocabulary.COUNTRIES.items()}
    for part in filter(None, (each.strip() for each in re.split(r"[;,\n|]", value))):
        code = part if re.fullmatch("[A-Z]{2}", part) else codes.get(part.lower())
        if code:
            yield code
        else:
            tell("countries", f"`{part}` is no country that is known — write two capitals, such as GB")
