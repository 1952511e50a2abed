"""Values -> the facts of a document, each with its sources and what is disputed of it: the same on every page.

Rows come as a reader should meet them. How they are drawn is for those who draw; what a fact is called, what counts as
missing, and which dispute touches which fact is decided here.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sibkb import vocabulary
from sibkb.exporting import wording
from sibkb.model import NOT_RECORDED, PROJECTS, Consent, Document, Entry, Party, Passage

ALL_PARTIES: Final = "parties"
"""Name of the row that holds no fact, only what is disputed of who took part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing that is on record."""

    text: str
    figure: str | None = None
    """What it comes to, as a reader should see it; of a timeline row the date, as it is recorded."""
    note: str | None = None
    sources: tuple[str, ...] = ()
    passage: Passage | None = None
    """Where it can be found and cited; None where it is no passage of its own."""
    disputes: tuple[Passage, ...] = ()
    """What is disputed of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What is on record under one name."""

    name: str
    """The field of the front matter, the role of a party, `dates`, `where`, or `ALL_PARTIES`."""
    label: str
    facts: tuple[Fact, ...]
    """Empty where nothing is recorded, and under `ALL_PARTIES`."""
    disputes: tuple[Passage, ...] = ()
    """What is disputed of all of it."""


class Facts:
    """A document's facts, with these of its passages; no other passage is told."""

    def __init__(self, document: Document, passages: Iterable[Passage]) -> None:
        self._document, told = document, tuple(passages)
        rows: list[Party | Entry] = [*document.parties, *document.entries]
        facts = [each for each in told if each.kind == "fact"]
        known: Sequence[Passage | None] = facts if len(facts) == len(rows) else [None] * len(rows)
        self._passages = {id(row): passage for row, passage in zip(rows, known, strict=True)}
        self._disputes = tuple(each for each in told if each.kind == "dispute")

    def rows(self) -> Iterator[Row]:
        """All but the timeline, top to bottom, those that do not arise for this kind of document left out."""
        document = self._document
        if document.kind in PROJECTS or document.stage:
            yield Row(name="stage", label="How far it got", facts=self._stage(), disputes=self.disputed("stage"))
            yield Row(
                name="dates",
                label="When it ran",
                facts=(Fact(text=self._dates()),),
                disputes=self.disputed("start", "end"),
            )
        yield _row("where", "Where", wording.places(document))
        yield _row("sector", "Field", vocabulary.SECTORS[document.sector].label)
        for role, label in wording.PARTIES.items():
            facts = self.parties(role)
            if facts or self._asked(role):
                yield Row(name=role, label=label, facts=facts)
        if disputes := self.disputed(ALL_PARTIES):
            yield Row(name=ALL_PARTIES, label="Of who took part", facts=(), disputes=disputes)
        if document.consent:
            yield Row(name="consent", label="Consent", facts=(self._consent(document.consent),))
        for field, label in wording.FIGURES.items():
            facts = self.entries(field)
            if facts or self._asked(field):
                yield Row(name=field, label=label, facts=facts, disputes=self.disputed(field))

    def parties(self, role: str) -> tuple[Fact, ...]:
        """Who took part in a role."""
        return tuple(
            self._placed(party, Fact(text=party.name, note=party.note, sources=party.sources))
            for party in self._document.parties
            if party.role == role
        )

    def entries(self, field: str) -> tuple[Fact, ...]:
        """Figures under a field of the front matter, or rows of the timeline."""
        return tuple(
            self._placed(entry, Fact(text=entry.what, figure=entry.figure, note=entry.note, sources=entry.sources))
            for entry in self._document.entries
            if entry.field == field
        )

    def disputed(self, *touched: str) -> tuple[Passage, ...]:
        """What is disputed of fields, or of rows by their names."""
        return tuple(each for each in self._disputes if set(each.touches) & set(touched))

    def _placed(self, row: Party | Entry, fact: Fact) -> Fact:
        """The fact with where it stands and what is disputed of it."""
        passage = self._passages[id(row)]
        name = (row.id if isinstance(row, Entry) else None) or (passage.id.partition(".")[2] if passage else "")
        return replace(fact, passage=passage, disputes=self.disputed(name) if name else ())

    def _stage(self) -> tuple[Fact, ...]:
        stage = vocabulary.STAGES.get(self._document.stage or "")
        return (Fact(text=f"{stage.label}. {stage.meaning}"),) if stage else ()

    def _dates(self) -> str:
        ends = (("Began", self._document.start), ("Ended", self._document.end))
        return "; ".join(f"{name}: {wording.date_in_words(date) if date else NOT_RECORDED}" for name, date in ends)

    def _consent(self, consent: Consent) -> Fact:
        """Who agreed, when, to what; and where the text stands, if it is published already."""
        text = f"{consent.who}, {wording.date_in_words(consent.date)}: {consent.scope}"
        return Fact(text=text, note=consent.url)

    def _asked(self, field: str) -> bool:
        return self._document.kind in PROJECTS and field in wording.ASKED


def _row(name: str, label: str, text: str) -> Row:
    return Row(name=name, label=label, facts=(Fact(text=text),) if text else ())


def told(fact: Fact) -> str:
    """A fact in a line, without its sources."""
    figure = f"{fact.text}: {fact.figure}" if fact.figure else fact.text
    return f"{figure} ({fact.note})" if fact.note else figure
