"""Which documents the Browse page shows, how, and in what order: a value that lives in the URL, and its rules."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlencode

from sibkb import vocabulary
from sibkb.model import Document, ran_in, takes
from sibkb.ui.chosen import MOST

PAGE_SIZE: Final = 12
VIEWS: Final = {"cards": "Cards", "table": "Table", "timeline": "Timeline"}
SORTS: Final = {"newest": "Newest first", "title": "Title", "country": "Country", "sector": "Sector"}
"""No sort by money: sums stand in many currencies and years, and are not converted."""
LABELS: Final = {
    "kind": "Kind of document",
    "sector": "Sector",
    "country": "Country",
    "stage": "How far the project got",
    "programme": "Programme",
    "years": "Years",
}
FIELDS: Final = tuple(LABELS)[:-1]
"""The filters that hold words, in the order a screen shows them."""
_WORDS: Final = {
    "kind": vocabulary.DOCUMENT_KINDS,
    "sector": vocabulary.SECTORS,
    "stage": vocabulary.STAGES,
    "view": VIEWS,
    "sort": SORTS,
}
_YEARS: Final = re.compile(r"([0-9]{4})(?:[-–]([0-9]{4}))?")
_PAGE: Final = re.compile(r"[1-9][0-9]{0,5}")

Documents = Mapping[str, Document]
Facets = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """Any-of inside a filter, all-of across filters; an empty one does not restrict."""

    kind: tuple[str, ...] = ()
    sector: tuple[str, ...] = ()
    country: tuple[str, ...] = ()
    stage: tuple[str, ...] = ()
    programme: tuple[str, ...] = ()
    """Ids of programmes: each stands for itself and all that is part of it."""
    years: tuple[int, int] | None = None
    """First and last year, both included; a document passes when it ran in any of them."""
    view: str = "cards"
    sort: str = "newest"
    page: int = 1
    """Counted from 1; only cards have pages."""
    compare: tuple[str, ...] = ()
    """Ids of documents put aside for the Compare page; they restrict nothing."""

    def active(self) -> dict[str, tuple[str, ...]]:
        """The filters that restrict and their words, `years` among them."""
        words = {field: getattr(self, field) for field in FIELDS if getattr(self, field)}
        return words | ({"years": ("–".join(map(str, self.years)),)} if self.years else {})

    def without(self, *fields: str) -> "Shelf":
        """The same from its first page, without these filters."""
        none = {field: None if field == "years" else () for field in fields}
        return replace(self, page=1, **none)  # type: ignore[arg-type]

    def admits(self, document: Document) -> bool:
        """Whether the document stands on the shelf."""
        have = attributes(document)
        if not all(set(getattr(self, field)) & set(have[field]) for field in FIELDS if getattr(self, field)):
            return False
        return self.years is None or ran_in(self.years, document)

    def write(self) -> dict[str, list[str]]:
        """The URL parameters that say this; what is as it would be anyway is left out."""
        given = {
            **{field: list(getattr(self, field)) for field in FIELDS},
            "years": ["-".join(f"{year:04}" for year in self.years)] if self.years else [],
            "view": [self.view] if self.view != "cards" else [],
            "sort": [self.sort] if self.sort != "newest" else [],
            "page": [str(self.page)] if self.page > 1 else [],
            "compare": list(self.compare),
        }
        return {name: values for name, values in given.items() if values}

    def address(self) -> str:
        """Where it is shown; relative to any page, for our own HTML."""
        return f"browse?{urlencode(self.write(), doseq=True)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """What a URL asks."""

    shelf: Shelf
    ignored: tuple[str, ...] = ()
    """Parts of it that mean nothing, as `name=value`."""


def read(given: Mapping[str, Sequence[str]], programmes: Collection[str], documents: Collection[str] = ()) -> Address:
    """The shelf that URL parameters ask for; what cannot be understood is left out and named.

    `programmes` and `documents` are the ids that can be asked for.
    """
    ignored: list[str] = []
    known = {"programme": programmes, "compare": documents, **_WORDS}

    def many(name: str, values: Sequence[str]) -> tuple[str, ...]:
        good = [value for value in values if _means(name, value, known)]
        ignored.extend(f"{name}={value}" for value in values if value not in good)
        return tuple(dict.fromkeys(good))

    def one(name: str, otherwise: str) -> str:
        return next(iter(many(name, [value for value in given.get(name, ())[-1:] if value])), otherwise)

    aside = many("compare", given.get("compare", ()))
    ignored.extend(f"compare={id}" for id in aside[MOST:])
    shelf = Shelf(
        **{field: many(field, given.get(field, ())) for field in FIELDS},
        years=_years(one("years", "")),
        view=one("view", "cards"),
        sort=one("sort", "newest"),
        page=int(one("page", "1")),
        compare=aside[:MOST],
    )
    return Address(shelf=shelf, ignored=tuple(ignored))


def _means(name: str, value: str, known: Mapping[str, Collection[str]]) -> bool:
    if name == "country":
        return takes(name, value)
    if pattern := {"years": _YEARS, "page": _PAGE}.get(name):
        return bool(pattern.fullmatch(value))
    return value in known[name]


def _years(text: str) -> tuple[int, int] | None:
    match = _YEARS.fullmatch(text)
    if match is None:
        return None
    first, last = sorted((int(match[1]), int(match[2] or match[1])))
    return first, last


def attributes(document: Document) -> dict[str, tuple[str, ...]]:
    """The values a document has in each filter."""
    own = document.id if document.kind == "programme" else None
    return {
        "kind": (document.kind,),
        "sector": (document.sector,),
        "country": document.countries,
        "stage": (document.stage,) if document.stage else (),
        "programme": tuple(id for id in (own, document.part_of) if id),
    }


def programmes(documents: Documents) -> dict[str, str]:
    """The programmes that can be asked for, by title: id -> title."""
    found = [document for document in documents.values() if document.kind == "programme"]
    return {document.id: document.title for document in sorted(found, key=_by_title)}


def facets(documents: Documents, shelf: Shelf) -> Facets:
    """Filter -> value -> how many documents have it, that filter itself aside."""
    return {
        field: Counter(
            value
            for document in filter(shelf.without(field).admits, documents.values())
            for value in attributes(document)[field]
        )
        for field in FIELDS
    }


def taken(documents: Documents, shelf: Shelf) -> list[Document]:
    """The documents on the shelf in its order, which always ends with title and id."""
    found = sorted(filter(shelf.admits, documents.values()), key=_by_title)
    if shelf.view == "timeline":
        return sorted(found, key=lambda document: document.start or document.end or "9999")
    if shelf.sort == "country":
        return sorted(found, key=lambda document: [*map(vocabulary.country, document.countries[:1])])
    if shelf.sort == "sector":
        return sorted(found, key=lambda document: [*vocabulary.SECTORS].index(document.sector))
    if shelf.sort == "newest":
        return sorted(found, key=lambda document: document.start or "", reverse=True)
    return found


def _by_title(document: Document) -> tuple[str, str]:
    return document.title.casefold(), document.id


def ways_on(documents: Documents, shelf: Shelf) -> Iterable[tuple[tuple[str, ...], int]]:
    """What leaving filters out would show, where nothing is: one of them, or all where no single one is to blame."""
    active = tuple(shelf.active())
    single = [((field,), _count(documents, shelf.without(field))) for field in active]
    return [way for way in single if way[1]] or [(active, _count(documents, shelf.without(*active)))]


def _count(documents: Documents, shelf: Shelf) -> int:
    return sum(map(shelf.admits, documents.values()))
