"""Values -> what can stand on the one page about a document: its head, its sections and their items, its sources.

Everything here is data for `brief.typ`. What is shown of it is for `brief` to choose: it knows how much room there is.
"""

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from sibkb import vocabulary
from sibkb.exporting.facts import ALL_PARTIES, Fact, Facts
from sibkb.exporting.wording import (
    FIGURES,
    HOUSE,
    NOT_NAMED,
    PARTIES,
    SUMMARISED,
    date_in_words,
    dates,
    ending,
    is_web,
    places,
    quoted,
    read_in_words,
    role,
    sector,
    unbroken,
)
from sibkb.model import NOT_RECORDED, PROJECTS, Document, Json, Passage, Source, strictest

LICENCE: Final = (
    "Summaries, lessons and perspectives are in our words, under the MIT licence. Quotations belong to those who said "
    "or published them. Whoever passes on a figure passes on its source, how far it was read, and any dispute about it."
)
SUMMARY_LIMIT: Final = 1400
"""Characters; a longer summary is told as far as its sentences go within them."""
_EXPECTED: Final = ("outcome_payers", "investors", "providers", "money", "people_served", "results")
_FIGURES: Final = {**FIGURES, "timeline": "Key dates"}
_ON_THE_RIGHT: Final = frozenset({"outcome_metrics", "results"})
_SENTENCE: Final = re.compile(r"(?<=[.!?…”])\s+(?=[^\sa-z])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing that is on the page whole or not at all."""

    id: str
    kind: str
    """How it is drawn: a name that `brief.typ` knows."""
    data: Json
    sources: frozenset[int] = frozenset()
    """Numbers of the sources that must stand on the page with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Items under a heading, the first ones first."""

    name: str
    column: str
    """`left`, `right` or `foot`."""
    heading: str
    items: tuple[Item, ...]
    tags: tuple[str, ...] = ()
    """Letters of the disputes about all of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """All that could be shown."""

    head: Json
    sections: tuple[Section, ...]
    always: frozenset[int]
    """Sources that the head names."""


def sheet(document: Document, passages: Sequence[Passage], url: str | None, made: date) -> Sheet:
    """What can be told of a document with these of its passages; no other passage is told."""
    return _Writer(document, passages).sheet(url, made)


class _Writer:
    """One document while it is written: how its sources are numbered and its disputes lettered."""

    def __init__(self, document: Document, passages: Sequence[Passage]) -> None:
        self.document, self.passages = document, passages
        self.numbers = document.numbers
        disputes = sorted(self._kind("dispute"), key=lambda each: not each.touches)
        self.disputes = {_letter(place): each for place, each in enumerate(disputes)}
        self.facts = Facts(document, passages)

    def sheet(self, url: str | None, made: date) -> Sheet:
        sections = [
            self._parties(), *map(self._figures, ("money", "people_served", "timeline", "outcome_metrics", "results")),
            self._disputes(), self._lessons(), self._voices(), self._sources(),
        ]  # fmt: skip
        summary = [each for each in self._kind("summary") if each.text == self.document.summary]
        sources = self._refs(id for each in summary for id in each.source_ids)
        return Sheet(
            head=self._head(sources, url, made),
            sections=tuple(each for each in sections if each.items),
            always=frozenset(sources),
        )

    def _kind(self, *kinds: str) -> list[Passage]:
        return [passage for passage in self.passages if passage.kind in kinds]

    def _refs(self, sources: Iterable[str]) -> list[int]:
        return sorted({self.numbers[id] for id in sources})

    def _tags(self, disputes: Collection[Passage]) -> list[str]:
        return [letter for letter, each in self.disputes.items() if each in disputes]

    # The head

    def _head(self, sources: list[int], url: str | None, made: date) -> Json:
        document = self.document
        told, left = _within(document.summary, SUMMARY_LIMIT)
        count = f"{left} sentence{'' if left == 1 else 's'}"
        releases = [document.release, *(passage.release for passage in self.passages)]
        release = vocabulary.RELEASES[strictest(releases)] if strictest(releases) != "public" else None
        return {
            "title": document.title,
            "kind": vocabulary.DOCUMENT_KINDS[document.kind].label,
            "about": self._about(),
            "summary": told,
            "summary_more": left_out(count, bool(told)) if left else None,
            "summary_refs": sources,
            "house": HOUSE,
            "id": document.id,
            "url": url,
            "link": url if is_web(url) else None,
            "made": date_in_words(made.isoformat()).replace(" ", "\u00a0"),
            "date": [made.year, made.month, made.day],
            "licence": LICENCE,
            "release": f"{release.label}: {release.meaning}" if release else None,
        }

    def _about(self) -> list[Json]:
        """Where, of which field, when, and how it ended; each with the disputes about it."""
        told = (
            (places(self.document), ("place", "countries")),
            (sector(self.document), ("sector",)),
            (dates(self.document), ("start", "end")),
            (ending(self.document), ("stage",)),
        )
        return [{"text": text, "tags": self._tags(self.facts.disputed(*touched))} for text, touched in told if text]

    # Facts

    def _parties(self) -> Section:
        items = [self._role(role, label) for role, label in PARTIES.items()]
        return Section(
            name="parties",
            column="left",
            heading="At a glance",
            items=tuple(item for item in items if item),
            tags=tuple(self._tags(self.facts.disputed(ALL_PARTIES))),
        )

    def _role(self, role: str, label: str) -> Item | None:
        parties = self.facts.parties(role)
        if not parties and not self._expected(role):
            return None
        parts = [self._part(party) for party in parties]
        return self._item(role, "row", {"label": label, "parts": parts or [_NOTHING]},
                          *(party.sources for party in parties))  # fmt: skip

    def _figures(self, field: str) -> Section:
        items = [self._figure(f"{field}-{place}", field, fact) for place, fact in enumerate(self.facts.entries(field))]
        if not items and self._expected(field):
            items = [self._item(f"{field}-none", "line", {"parts": [_NOTHING]})]
        column = "right" if field in _ON_THE_RIGHT else "left"
        return Section(name=field, column=column, heading=_FIGURES[field], items=tuple(items),
                       tags=tuple(self._tags(self.facts.disputed(field))))  # fmt: skip

    def _figure(self, id: str, field: str, fact: Fact) -> Item:
        dated = field == "timeline"
        part = self._part(replace(fact, figure=None) if dated else fact)
        date = {"date": date_in_words(fact.figure or "")} if dated else {}
        return self._item(id, "line", {"parts": [part | date]}, fact.sources)

    def _part(self, fact: Fact) -> Json:
        return {
            "text": fact.text,
            "figure": unbroken(fact.figure) if fact.figure else None,
            "note": fact.note,
            "refs": self._refs(fact.sources),
            "tags": self._tags(fact.disputes),
        }

    def _expected(self, field: str) -> bool:
        return self.document.kind in PROJECTS and field in _EXPECTED

    def _item(self, id: str, kind: str, data: Json, *sources: Iterable[str]) -> Item:
        numbers = frozenset(number for each in sources for number in self._refs(each))
        return Item(id=id, kind=kind, data=data, sources=numbers)

    # What was said of it

    def _disputes(self) -> Section:
        return self._told("disputes", "Disputes and limits", list(self.disputes.items()),
                          lambda letter, each: {"letter": letter, "text": each.text})  # fmt: skip

    def _lessons(self) -> Section:
        lessons = sorted(self._kind("lesson"), key=lambda each: not each.key)
        return self._told("lessons", "What they learned", list(enumerate(lessons)), lambda _, each: {
            "text": each.text,
            "basis": vocabulary.BASES[each.basis].label if each.basis else f"Basis {NOT_RECORDED}",
        })  # fmt: skip

    def _voices(self) -> Section:
        voices = sorted(
            self._kind("quote", "perspective"),
            key=lambda each: (each.status == "illustrative", each.kind != "quote", not each.key),
        )
        told = self._told("voices", "In their words" if self._kind("quote") else "How they saw it",
                          list(enumerate(voices)), lambda _, each: _voice(each))  # fmt: skip
        return told if self.document.kind in PROJECTS else replace(told, column="left")

    def _told(
        self, name: str, heading: str, passages: Sequence[tuple[object, Passage]],
        data: Callable[[object, Passage], Json],
    ) -> Section:  # fmt: skip
        items = [
            self._item(f"{name}-{key}", name, data(key, each) | {"refs": self._refs(each.source_ids)}, each.source_ids)
            for key, each in passages
        ]
        return Section(name=name, column="right", heading=heading, items=tuple(items))

    def _sources(self) -> Section:
        items = [
            Item(id=f"source-{number}", kind="source", data=_source(number, source))
            for number, source in enumerate(self.document.sources, 1)
        ]
        return Section(name="sources", column="foot", heading="Sources", items=tuple(items))


_NOTHING: Final[Json] = {"text": NOT_RECORDED, "figure": None, "note": None, "refs": [], "tags": []}


def _voice(passage: Passage) -> Json:
    illustrative = vocabulary.STATUSES["illustrative"].meaning if passage.status == "illustrative" else None
    summary = SUMMARISED if passage.kind == "perspective" else None
    return {
        "text": quoted(passage.text) if passage.kind == "quote" else passage.text,
        "who": f"{passage.speaker or NOT_NAMED} · {role(passage)}",
        "label": illustrative.rstrip(".") if illustrative else summary,
        "quote": passage.kind == "quote",
    }


def _source(number: int, source: Source) -> Json:
    return {
        "number": number,
        "title": source.title,
        "ends": "" if source.title.endswith((".", "?", "!")) else ".",
        "link": source.url if is_web(source.url) else None,
        "publisher": source.publisher,
        "date": source.date or "no date",
        "read": read_in_words(source),
    }


def _within(text: str, limit: int) -> tuple[str, int]:
    """As many whole sentences as the limit holds, and how many are left over."""
    sentences = _SENTENCE.split(text) if len(text) > limit else [text]
    kept, length = 0, 0
    for sentence in sentences:
        length += len(sentence) + 1
        if length > limit + 1:
            break
        kept += 1
    return " ".join(sentences[:kept]), len(sentences) - kept


def _letter(place: int) -> str:
    """`a` to `z`, then `aa`, `ab` and so on."""
    before, last = divmod(place, 26)
    return (_letter(before - 1) if before else "") + "abcdefghijklmnopqrstuvwxyz"[last]


def left_out(what: str, some: bool) -> str:
    """What is said of things that are not on the page, after some that are or where none is."""
    return f"and {what} more in the knowledge base" if some else f"{what} in the knowledge base"
