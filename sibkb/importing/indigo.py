"""The projects export of the INDIGO data set of the Government Outcomes Lab -> drafts.

Its columns are called `Section - Field - (Value)`, beside them `(Source ID's)`, `(Notes)` and, in some exports,
`(Status)`; `ID`, `Countries` and `Organisations` stand alone. As read in the public export of May 2025: 72 columns.
A status holds for all below it. Values that are private, or of a status that we do not know, enter no draft or report.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from sibkb.importing.drafting import Draft, id_of
from sibkb.importing.extract import Lost, Sheet
from sibkb.importing.front import quoted
from sibkb.importing.plain import escaped
from sibkb.importing.records import Record, written
from sibkb.importing.rows import Told, countries

_VALUE: Final = " - (Value)"
_NAME: Final = "Impact Bond Name"
_STAGE: Final = "Stage of Development"
_DATES: Final = "Dates - "
_FINANCE: Final = "Overall project finance - "
_PEOPLE: Final = "Service and beneficiaries - "
_SECTOR: Final = "Purpose and classifications - Policy sector"
_START: Final = f"{_DATES}Start date of service provision"
_END: Final = f"{_DATES}Actual end date of service provision"
_INVESTED: Final = f"{_FINANCE}Total investment commitment - Amount - Exact"
_STAGES: Final[Mapping[str, str]] = {
    "early stage development": "in-development", "late stage development": "in-development",
    "contracted": "contracted", "implementation": "delivering", "complete": "complete",
}  # fmt: skip
_SECTORS: Final[Mapping[str, str]] = {
    "employment and training": "employment", "health": "health", "education": "education",
    "child and family welfare": "child-and-family", "homelessness": "homelessness",
    "criminal justice": "criminal-justice", "agriculture and environment": "agriculture-environment",
    "poverty reduction": "poverty",
}  # fmt: skip
_EVENTS: Final[Mapping[str, str]] = {
    f"{_DATES}Date outcomes contract signed": "Outcomes contract signed",
    f"{_DATES}Date contracts between all parties signed": "Contracts between all parties signed",
    f"{_DATES}Anticipated completion date": "Completion expected",
    f"{_DATES}Actual completion date": "Completed",
    f"{_DATES}Anticipated end date of service provision": "End of the service expected",
}
_MONEY: Final[Mapping[str, tuple[str, str]]] = {
    _INVESTED: ("Investment committed", f"{_FINANCE}Total investment commitment - Currency"),
    f"{_FINANCE}Total investment commitment - Amount - Min":
        ("Investment committed, at least", f"{_FINANCE}Total investment commitment - Currency"),
    f"{_FINANCE}Total investment commitment - Amount - Max":
        ("Investment committed, at most", f"{_FINANCE}Total investment commitment - Currency"),
    f"{_FINANCE}Maximum potential outcome payment - Amount":
        ("Most payable for outcomes", f"{_FINANCE}Maximum potential outcome payment - Currency"),
    f"{_FINANCE}Total outcome payments made - Amount":
        ("Paid for outcomes", f"{_FINANCE}Total outcome payments made - Currency"),
}  # fmt: skip
"""Column of an amount -> what it is, and the column of its currency."""
_SERVED: Final[Mapping[str, tuple[str, str]]] = {
    f"{_PEOPLE}Targeted number of unique service users or beneficiaries (total)":
        ("Planned", f"{_PEOPLE}Unit type of targeted service users or beneficiaries"),
    f"{_PEOPLE}Actual number of unique service users or beneficiaries engaged (total)":
        ("Engaged", f"{_PEOPLE}Unit type of actual service users or beneficiaries engaged"),
}  # fmt: skip
_REMARKS: Final = ("Alternative Names", "Organisations", "Purpose and classifications - Social challenge",
                   "Purpose and classifications - Intervention", f"{_PEOPLE}Target population")  # fmt: skip
"""Texts that are INDIGO's own: shown to who fills in the draft, no part of what is published."""
_USED: Final[Mapping[str, str]] = {
    "ID": "indigo_ids", "Countries": "countries", _NAME: "title", _STAGE: "stage", _SECTOR: "sector",
    _START: "start", _END: "end", **dict.fromkeys(_EVENTS, "timeline"), **dict.fromkeys(_MONEY, "money"),
    **{currency: "money" for _, currency in _MONEY.values()}, **dict.fromkeys(_SERVED, "people_served"),
    **{unit: "people_served" for _, unit in _SERVED.values()}, **dict.fromkeys(_REMARKS, "a remark for you"),
}  # fmt: skip
_DATE: Final = re.compile(r"\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?")
_AMOUNT: Final = re.compile(r"\d+(?:\.\d+)?")
_SEVERAL: Final = re.compile(r"\s*[;\n|]\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """One record, without what is private."""

    row: int
    id: str
    values: Mapping[str, str]
    """Name of a field without its ending -> what may be told and is not disputed."""
    disputed: Mapping[str, str]
    private: tuple[str, ...]
    """Names of the fields that were left out."""

    def parts(self, field: str) -> list[str]:
        """The values of a cell that may hold several."""
        return [part for part in _SEVERAL.split(self.values.get(field, "")) if part]


def is_indigo(sheet: Sheet) -> bool:
    """Whether a sheet has the columns of the projects export."""
    names = sheet.rows[0].cells
    return "ID" in names and _NAME + _VALUE in names


def projects(sheet: Sheet) -> list[Project]:
    """Every record that is not private as a whole."""
    names = sheet.rows[0].cells
    found = []
    for row in sheet.rows[1:]:
        cells = {name: cell for name, cell in zip(names, row.cells, strict=False) if cell}
        if cells.get("ID") and _status("", cells) == "PUBLIC":
            found.append(_project(row.number, cells))
    return found


def _project(row: int, cells: Mapping[str, str]) -> Project:
    values: dict[str, dict[str, str]] = {"PUBLIC": {}, "DISPUTED": {}, "PRIVATE": {}}
    for name, cell in cells.items():
        field = name.removesuffix(_VALUE)
        if name.endswith(_VALUE) or name in ("Countries", "Organisations"):
            values[_status(field, cells)][field] = cell
    return Project(row=row, id=cells["ID"], values=values["PUBLIC"], disputed=values["DISPUTED"],
                   private=tuple(values["PRIVATE"]))  # fmt: skip


def _status(field: str, cells: Mapping[str, str]) -> str:
    """The strictest status that holds for a field: its own, or that of a section around it or of the record."""
    parts = field.split(" - ")
    above = [" - ".join(parts[:length]) for length in range(1, len(parts) + 1)] if field else []
    names = ["Status", "(Status)", "Record - (Status)", *(f"{each} - (Status)" for each in above)]
    told = {cells[name].strip().upper() for name in names if cells.get(name, "").strip()}
    if told - {"PUBLIC", "DISPUTED"}:
        return "PRIVATE"
    return "DISPUTED" if "DISPUTED" in told and field else "PUBLIC"


def drafts(sheet: Sheet, name: str) -> list[Draft]:
    """A draft of each record; the ids of two that are called the same end with that of INDIGO."""
    columns = tuple((each, _USED.get(each.removesuffix(_VALUE))) for each in sheet.rows[0].cells if each)
    made: dict[str, Draft] = {}
    for project in projects(sheet):
        record = _record(project, name)
        if record.id in made:
            record.id = f"{record.id}-{id_of(project.id + '.')}"
        made[record.id] = written(record, name, columns)
    return list(made.values())


def _record(project: Project, name: str) -> Record:
    values = project.values
    title = " ".join(values.get(_NAME, "").split())
    id = id_of((title.replace("/", " ").replace("\\", " ") or project.id) + ".")
    record = Record(id=id, title=title or f"TODO a title for {project.id}", kind="case", indigo_ids=[project.id])
    record.sources["indigo"] = (f"INDIGO impact bond dataset, record {project.id}", "Government Outcomes Lab", "record")

    def tell(field: str, what: str) -> None:
        record.lost.append(Lost(where=f"{name}:{project.row} {field}", what=what))

    record.countries = list(countries(values.get("Countries", ""), lambda _, what: tell("Countries", what)))
    _fill_words(record, project, tell)
    record.entries = {key: found for key, found in (
        ("money", list(_money(values))), ("people_served", list(_served(values))), ("timeline", _timeline(values)),
    ) if found}  # fmt: skip
    record.remarks = [f"In INDIGO’s words, not for publication: {each}: {values[each]}"
                      for each in _REMARKS if each in values]  # fmt: skip
    record.disputes = [f"INDIGO marks this as disputed: {escaped(field)}: {escaped(' '.join(value.split()))}. [@indigo]"
                       for field, value in project.disputed.items()]  # fmt: skip
    for field in project.private:
        tell(field, "private; it was left out")
    for field in values:
        if field not in _USED:
            tell(field, "we have no place for it; it was left out")
    return record


def _fill_words(record: Record, project: Project, tell: Told) -> None:
    """Take stage, sector and dates over; what fits none of our words is told."""
    for key, field, known in (("stage", _STAGE, _STAGES), ("sector", _SECTOR, _SECTORS)):
        for part in project.parts(field):
            if key not in record.words and part.lower() in known:
                record.words[key] = known[part.lower()]
            else:
                tell(field, f"`{part}` was not taken for the {key}")
    for key, field in (("start", _START), ("end", _END)):
        if date := project.values.get(field):
            if _DATE.fullmatch(date):
                record.words[key] = date
            else:
                tell(field, f"`{date}` is no date")


def _money(values: Mapping[str, str]) -> Iterator[Mapping[str, str]]:
    for field, (what, currency_field) in _MONEY.items():
        if amount := values.get(field):
            currency = values.get(currency_field, "")
            if _AMOUNT.fullmatch(amount) and re.fullmatch("[A-Z]{3}", currency):
                yield {"what": quoted(what), "amount": amount, "currency": currency, "source": "indigo"}
            else:
                figure = f"{amount} {currency or '(currency not recorded)'}"
                yield {"what": quoted(what), "figure": quoted(figure), "source": "indigo"}


def _served(values: Mapping[str, str]) -> Iterator[Mapping[str, str]]:
    for field, (what, unit) in _SERVED.items():
        if number := values.get(field):
            counted = {"Individual": "individuals"}.get(values.get(unit, ""), values.get(unit, ""))
            yield {
                "what": quoted(f"{what} ({counted})" if counted else what),
                "figure": quoted(number),
                "source": "indigo",
            }


def _timeline(values: Mapping[str, str]) -> list[Mapping[str, str]]:
    dated = sorted((values[field], event) for field, event in _EVENTS.items() if field in values)
    return [{"date": quoted(date), "event": quoted(event), "source": "indigo"} for date, event in dated]


def peers(sheet: Sheet, id: str) -> list[dict[str, str | None]] | None:
    """Facts of the others of the same country and sector, by id; None where there is no such record."""
    found = projects(sheet)
    one = next((each for each in found if each.id == id), None)
    if one is None:
        return None
    return [_facts(each) for each in sorted(found, key=lambda each: each.id)
            if each is not one and all(_shared(one, each, field) for field in ("Countries", _SECTOR))]  # fmt: skip


def _shared(one: Project, other: Project, field: str) -> bool:
    split = re.compile(r"\s*[;,\n|]\s*")
    mine, theirs = ({*filter(None, split.split(each.values.get(field, "")))} for each in (one, other))
    return bool(mine & theirs)


def _facts(project: Project) -> dict[str, str | None]:
    values = project.values
    amount, currency = values.get(_INVESTED), values.get(_MONEY[_INVESTED][1])
    return {"id": project.id, "name": values.get(_NAME), "stage": values.get(_STAGE), "start": values.get(_START),
            "end": values.get(_END), "invested": f"{amount} {currency or ''}".strip() if amount else None}  # fmt: skip
