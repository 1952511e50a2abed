"""What the columns of a table are: by a mapping file, or by names that leave no doubt."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from sibkb.errors import RefusedFileError
from sibkb.importing.extract import Sheet
from sibkb.strict_yaml import Path, StrictYamlError, Value, load

_PARTIES: Final = ("outcome_payers", "investors", "intermediaries", "providers", "evaluators")
FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "quotes": (
        "text", "speaker", "speaker_role", "about_role", "theme", "work_stage", "context", "source", "document",
    ),
    "cases": (
        "title", "id", "countries", "place", "sector", "stage", "start", "end", "summary", "source", *_PARTIES,
    ),
}  # fmt: skip
"""What the rows are -> what a column can be; the first of each must be there."""
_NAMES: Final[Mapping[str, str]] = {
    "quote": "text", "quotation": "text", "who": "speaker", "said by": "speaker", "name": "title", "case": "title",
    "role": "speaker_role", "about": "about_role", "themes": "theme", "country": "countries", "case study": "document",
    "sources": "source", "start date": "start", "end date": "end", "outcome payer": "outcome_payers",
    "commissioner": "outcome_payers", "commissioners": "outcome_payers", "investor": "investors",
    "intermediary": "intermediaries", "provider": "providers", "evaluator": "evaluators",
}  # fmt: skip
"""Other names of columns that are recognised -> our field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """What a mapping file says."""

    rows: str
    """`quotes` or `cases`."""
    columns: Mapping[str, str]
    """Name of a column -> our field."""
    sheet: str | None = None
    """The only sheet to read; None for each that has the columns."""


def recognised(sheet: Sheet) -> Columns | None:
    """What a sheet's own names of columns say; None where they do not say what a row is."""
    for rows, fields in FIELDS.items():
        found: dict[str, str] = {}
        for name in sheet.rows[0].cells:
            plain = " ".join(re.findall(r"\w+", name.lower().replace("_", " ")))
            field = plain.replace(" ", "_") if plain.replace(" ", "_") in fields else _NAMES.get(plain)
            if field in fields and field not in found.values():
                found[name] = field
        if fields[0] in found.values():
            return Columns(rows=rows, columns=found)
    return None


def read_mapping(path: str, text: str) -> Columns:
    """Read a mapping file; a RefusedFileError tells every fault with its line and column."""
    try:
        located = load(text)
    except StrictYamlError as error:
        raise RefusedFileError(f"{path}:{error.place[0]}:{error.place[1]} {error} — {error.fix}") from error
    table = located.value if isinstance(located.value, dict) else {}
    faults = [f"{path}:{line}:{column} {message}" for place, message in _faults(table)
              for line, column in [located.place(place)]]  # fmt: skip
    if faults:
        raise RefusedFileError("\n".join(faults))
    columns = table["columns"]
    taken = {name: str(field) for name, field in columns.items()} if isinstance(columns, dict) else {}
    return Columns(rows=str(table["rows"]), columns=taken, sheet=str(table["sheet"]) if table.get("sheet") else None)


def _faults(table: dict[str, Value]) -> Iterator[tuple[Path, str]]:
    """Everything that is wrong with a mapping: where, and what."""
    for key in table:
        if key not in ("rows", "sheet", "columns"):
            yield (key, "key"), f"unknown key `{key}` — use rows, sheet and columns"
    rows, columns = table.get("rows"), table.get("columns")
    if not isinstance(table.get("sheet"), str | None):
        yield ("sheet",), "`sheet` is the name of a sheet — write one name"
    if not isinstance(rows, str) or rows not in FIELDS:
        yield ("rows",), f"`rows` says what a row is — write one of: {', '.join(FIELDS)}"
    elif not isinstance(columns, dict) or FIELDS[rows][0] not in columns.values():
        yield ("columns",), f"no column is `{FIELDS[rows][0]}` — name the one that is"
    else:
        yield from _wrong_fields(rows, columns)


def _wrong_fields(rows: str, columns: dict[str, Value]) -> Iterator[tuple[Path, str]]:
    taken: list[Value] = []
    for name, field in columns.items():
        if not isinstance(field, str) or field not in FIELDS[rows]:
            close = get_close_matches(str(field), FIELDS[rows], 1)
            fix = f"did you mean `{close[0]}`?" if close else f"use one of: {', '.join(FIELDS[rows])}"
            yield ("columns", name), f"`{field}` is nothing that {rows} have — {fix}"
        elif field in taken:
            yield ("columns", name), f"`{field}` has a column already — keep one of them"
        taken.append(field)
