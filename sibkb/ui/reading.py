"""Values -> HTML: a whole document, from its facts at a glance to its numbered sources; all text is escaped."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from itertools import groupby
from typing import Final

from sibkb import vocabulary
from sibkb.exporting import date_in_words, html, read_in_words, wording
from sibkb.exporting.facts import ALL_PARTIES, Fact, Facts, Row
from sibkb.model import NOT_RECORDED, Document, Passage, Source
from sibkb.ui import cards, likeness, links
from sibkb.ui.cards import Span
from sibkb.ui.likeness import Other

HEADINGS: Final[Mapping[str, str]] = {
    "lesson": "Lessons",
    "quote": "In their words",
    "perspective": "Perspectives",
    "dispute": "Disputes and limits",
}
"""Kind of passage -> the heading it stands under."""


VOICED: Final = frozenset({"lesson", "quote", "perspective"})
"""Kinds of passage beside which a way leads to others who say so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Where the reader arrives, and what is marked there."""

    passage: str | None = None
    """The name of the passage asked for, without the document."""
    marks: tuple[Span, ...] = ()
    others: Mapping[str, Sequence[Other]] = field(default_factory=dict)
    """Passage id -> passages of other documents that say something like it, where there are any."""
    changed: str = ""
    """HTML that says that the passage asked for was changed since, where it was."""
    opened: str | None = None
    """The name of the passage whose others are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of a document under a heading of its own."""

    anchor: str
    heading: str
    html: str


Mark = Callable[[str, Iterable[Span]], str]
"""Text and spans of it -> HTML with these marked."""


def sections(
    document: Document, passages: Sequence[Passage], reader: Reader, mark: Mark = cards.marked
) -> list[Section]:
    """The whole document, top to bottom: what it is, its facts, then as its file has it, then its sources.

    `mark` draws our own words; a quotation is never drawn by it.
    """
    page = _Page(document, passages, reader, mark)
    return [*page.glance(), *page.body(), *page.timeline(), page.sources()]


def summary(document: Document, passages: Iterable[Passage], reader: Reader, mark: Mark = cards.marked) -> str:
    """What it is and why it matters."""
    page = _Page(document, (), reader, mark)
    return "".join(page.passage(each) for each in passages if each.kind == "summary")


class _Page:
    """One document while it is written."""

    def __init__(self, document: Document, passages: Sequence[Passage], reader: Reader, mark: Mark) -> None:
        self.document, self.reader, self.mark = document, reader, mark
        self.numbers = document.numbers
        self.facts = Facts(document, passages)
        self.told = [passage for passage in passages if passage.kind not in ("fact", "summary")]

    # At a glance

    def glance(self) -> Iterator[Section]:
        rows = "".join(map(self._row, self.facts.rows()))
        table = f'<table class="kb-glance"><caption class="kb-hidden">At a glance</caption>{rows}</table>'
        yield Section(anchor="at-a-glance", heading="At a glance", html=table)

    def _row(self, row: Row) -> str:
        items = [self._fact(fact) for fact in row.facts] or ([] if row.name == ALL_PARTIES else [NOT_RECORDED])
        style = "kb-names" if row.name in wording.PARTIES else "kb-list"
        each = "".join(f"<li>{item}</li>" for item in items)
        inner = f'<ul class="{style}">{each}</ul>' if len(items) > 1 else "".join(items)
        told = inner + html.disputed(row.disputes, self._refs)
        return f'<tr><th scope="row">{escape(row.label)}</th><td>{told}</td></tr>'

    def _fact(self, fact: Fact) -> str:
        here = fact.passage is not None and self._is_here(fact.passage)
        name = f' id="{escape(html.anchor(fact.passage))}"' if fact.passage else ""
        style = ' class="kb-here" tabindex="-1"' if here else ""
        arrived = self._arrived() if here else ""
        refs = self._refs(fact.sources)
        return f"<span{name}{style}>{arrived}{html.fact(fact)}{refs}{html.disputed(fact.disputes, self._refs)}</span>"

    # What is told

    def body(self) -> Iterator[Section]:
        for number, (heading, group) in enumerate(groupby(self.told, key=self._heading), 1):
            parts = []
            below: tuple[str, ...] = ()
            for passage in group:
                if passage.heading[1:] not in ((), below):
                    below = passage.heading[1:]
                    parts.append(f"<h3>{escape(below[-1])}</h3>")
                parts.append(self.passage(passage))
            yield Section(anchor=f"part-{number}", heading=heading, html="".join(parts))

    @staticmethod
    def _heading(passage: Passage) -> str:
        return HEADINGS.get(passage.kind) or (passage.heading[0] if passage.heading else "Account")

    def passage(self, passage: Passage) -> str:
        """One passage with what must stand beside it."""
        here = self._is_here(passage)
        inner = "".join(self._parts(passage, self.reader.marks if here else ()))
        classes = f"kb-told kb-of-{passage.kind}" + (" kb-here" if here else "")
        focus = ' tabindex="-1"' if here else ""
        arrived = self._arrived() + self.reader.changed if here else ""
        return f'<section id="{escape(html.anchor(passage))}" class="{classes}"{focus}>{arrived}{inner}</section>'

    def _parts(self, passage: Passage, marks: Iterable[Span]) -> Iterator[str]:
        text = cards.marked(passage.text, marks) if passage.kind == "quote" else self.mark(passage.text, marks)
        if passage.kind == "quote":
            yield cards.quotation(passage, text)
            yield from (f'<p class="kb-who">{escape(line)}</p>' for line in cards.who(passage))
            yield f'<p class="kb-context">{escape(passage.context)}</p>' if passage.context else ""
        elif passage.kind == "perspective":
            yield from (f'<p class="kb-who">{escape(line)}</p>' for line in cards.who(passage))
            yield f'<p class="kb-text">{text}{self._refs(passage.source_ids)}</p>'
        else:
            yield f'<p class="kb-text">{text}{self._refs(passage.source_ids)}</p>'
        yield self._below(passage)
        if self._is_opened(passage):
            yield likeness.told(passage, self.reader.others.get(passage.id, ()))

    def _below(self, passage: Passage) -> str:
        """Labels, and a way to send somebody here."""
        labels = [vocabulary.THEMES[theme].label for theme in passage.themes]
        if passage.kind == "lesson":
            labels[:0] = [vocabulary.BASES[passage.basis].label if passage.basis else f"Basis {NOT_RECORDED}"]
            labels += [vocabulary.WORK_STAGES[passage.work_stage].label] if passage.work_stage else []
            labels += ["Useful to: " + ", ".join(vocabulary.AUDIENCES[each].label for each in passage.audiences)]
        if passage.kind == "perspective":
            labels[:0] = ["Our summary of what they said"]
        if passage.status == "illustrative":
            labels[:0] = [f"{vocabulary.STATUSES['illustrative'].label}: {vocabulary.STATUSES['illustrative'].meaning}"]
        refs = self._refs(passage.source_ids) if passage.kind == "quote" else ""
        link = f'<a href="{escape(links.lasting(self.document, passage))}" aria-label="Link to this passage">Link</a>'
        place = f'<span class="kb-place">{cards.lines(passage)} · {link}</span>{self._others(passage)}'
        return f'<p class="kb-labels">{escape(" · ".join(labels))}{refs} {place}</p>'

    def _others(self, passage: Passage) -> str:
        """A way to what others say that is like it; where nobody does, to what is on its theme."""
        if passage.kind not in VOICED:
            return ""
        count, opened = len(self.reader.others.get(passage.id, ())), self._is_opened(passage)
        way = likeness.way(self.document, passage, count, opened) if count or opened else likeness.on_theme(passage)
        return f'<span class="kb-place">{way}</span>' if way else ""

    def _is_opened(self, passage: Passage) -> bool:
        return passage.kind in VOICED and passage.id.partition(".")[2] == self.reader.opened

    def _is_here(self, passage: Passage) -> bool:
        return passage.id.partition(".")[2] == self.reader.passage

    @staticmethod
    def _arrived() -> str:
        return '<span class="kb-arrived">You came for this</span>'

    # Dates and sources

    def timeline(self) -> Iterator[Section]:
        rows = self.facts.entries("timeline")
        if rows:
            items = "".join(
                f"<li><b>{escape(date_in_words(row.figure or ''))}</b> {self._fact(replace(row, figure=None))}</li>"
                for row in rows
            )
            yield Section(anchor="dates", heading="Dates", html=f'<ol class="kb-dates">{items}</ol>')

    def sources(self) -> Section:
        items = "".join(f'<li id="s-{escape(each.id)}">{self._source(each)}</li>' for each in self.document.sources)
        return Section(anchor="sources", heading="Sources", html=f'<ol class="kb-sources">{items}</ol>')

    @staticmethod
    def _source(source: Source) -> str:
        meaning = vocabulary.READS[source.read].meaning
        rest = (
            source.publisher,
            source.date or "date not recorded",
            f"{read_in_words(source)}: {meaning}",
            source.note,
        )
        return ". ".join((cards.titled(source), *(escape(each.rstrip(".")) for each in rest if each))) + "."

    def _refs(self, sources: Iterable[str]) -> str:
        """The numbers of the sources, each a way to its line."""
        numbers = [
            f'<a href="#s-{escape(id)}" aria-label="Source {self.numbers[id]}">{self.numbers[id]}</a>' for id in sources
        ]
        return f'<sup class="kb-refs">[{", ".join(numbers)}]</sup>' if numbers else ""
