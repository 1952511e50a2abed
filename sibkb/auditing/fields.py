"""Which fields of the front matter a reader would look for, and which documents do not record them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from sibkb.model import ENDED, PROJECTS, Document

_RAN: Final = ENDED | {"delivering"}
_ANY: Final = _RAN | {"in-development", "contracted", None}

FIELDS: Final[Mapping[str, frozenset[str | None]]] = {
    "place": _ANY,
    "stage": _ANY,
    "start": _RAN,
    "end": ENDED,
    "people_served": _RAN,
    "money": _ANY,
    "outcome_metrics": _ANY,
    "results": ENDED,
    "timeline": _ANY,
    "outcome_payers": _ANY,
    "investors": _ANY,
    "intermediaries": _ANY,
    "providers": _ANY,
    "evaluators": _ANY,
}
"""Field, or role of a party -> the stages of a project in which it can be known; None where no stage is recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field in all documents."""

    name: str
    asked: int
    """Documents in which a reader would look for it."""
    missing: tuple[str, ...]
    """Ids of those that do not record it."""

    @property
    def recorded(self) -> int:
        """How many do."""
        return self.asked - len(self.missing)


def fields(documents: Iterable[Document]) -> tuple[Field, ...]:
    """Every field, those that no document lacks among them."""
    projects = sorted((each for each in documents if each.kind in PROJECTS), key=lambda each: each.id)
    return tuple(_field(name, [each for each in projects if each.stage in FIELDS[name]]) for name in FIELDS)


def _field(name: str, documents: list[Document]) -> Field:
    missing = tuple(each.id for each in documents if not _records(each, name))
    return Field(name=name, asked=len(documents), missing=missing)


def _records(document: Document, name: str) -> bool:
    rows = {*(party.role for party in document.parties), *(entry.field for entry in document.entries)}
    return name in rows or bool(getattr(document, name, None))
