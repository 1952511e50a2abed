"""Values -> HTML: how passages, facts and sources stand in the handbook. Every text is escaped; none is ever markup."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from html import escape
from itertools import groupby

from sibkb import vocabulary
from sibkb.exporting import date_in_words, html, quoted, read_in_words, wording
from sibkb.exporting.facts import ALL_PARTIES, Fact, Facts, Row
from sibkb.model import NOT_RECORDED, Document, Passage, Source

Section = tuple[str, str, str]
"""Anchor, heading, HTML."""


def address(document: Document, passage: Passage | None = None) -> str:
    """Where a document is read, at one of its passages where one is given; from the root of the handbook."""
    return f"documents/{document.id}.html" + (f"#{html.anchor(passage)}" if passage else "")


def link(href: str, text: str) -> str:
    """A way to somewhere."""
    return f'<a href="{escape(href)}">{escape(text)}</a>'


def about(document: Document) -> str:
    """What it is, where, of which field, when, and how it ended."""
    parts = (
        vocabulary.DOCUMENT_KINDS[document.kind].label,
        wording.places(document),
        wording.sector(document),
        wording.dates(document),
        wording.ending(document),
    )
    return " · ".join(escape(each) for each in parts if each)


def words(passage: Passage, refs: str = "") -> str:
    """The words of a passage, in marks where they are somebody's own; `refs` is HTML that follows them."""
    if passage.kind == "quote":
        return f'<blockquote class="kb-quote">{escape(quoted(passage.text))}{refs}</blockquote>'
    return f'<p class="kb-text">{escape(passage.text)}{refs}</p>'


def voice(passage: Passage) -> str:
    """Who speaks, said to be our summary where it is."""
    summary = f" ({wording.SUMMARISED})" if passage.kind == "perspective" else ""
    return f'<p class="kb-who">— {escape(wording.said_by(passage) + summary)}</p>'


def cited(document: Document, passage: Passage) -> str:
    """The sources of a passage, with how far each was read."""
    each = "; ".join(source(document.source(id)) for id in passage.source_ids)
    return f'<p class="kb-source"><b>Source:</b> {each or NOT_RECORDED}</p>'


def source(source: Source) -> str:
    """A source in a line, a link where it has a safe address."""
    title = escape(source.title)
    if source.url and wording.is_web(source.url):
        title = f'<a href="{escape(source.url)}" rel="noopener">{title}</a>'
    rest = (source.publisher, source.date or "date not recorded", read_in_words(source).lower(), source.note)
    return ", ".join((title, *(escape(each) for each in rest if each)))


def item(passage: Passage, document: Document, root: str) -> str:
    """A passage away from its page: its words, whose they are, and the way to where it stands."""
    who = voice(passage) if passage.kind in ("quote", "perspective") else ""
    rest = [vocabulary.PASSAGE_KINDS[passage.kind].label, *wording.labels(passage)]
    place = link(root + address(document, passage), document.title)
    return f'{words(passage)}{who}<p class="kb-labels"><span>{place} · {escape(" · ".join(rest))}</span></p>'


class Telling:
    """One document while it is written."""

    def __init__(self, document: Document, passages: Sequence[Passage]) -> None:
        self.document, self.passages = document, passages
        self.numbers, self.facts = document.numbers, Facts(document, passages)

    def summary(self) -> str:
        """What it is and why it matters."""
        return "".join(self._passage(each) for each in self.passages if each.kind == "summary")

    def sections(self) -> Iterator[Section]:
        """Its facts, then as its file has it, then its dates and sources."""
        rows = "".join(map(self._row, self.facts.rows()))
        yield "at-a-glance", "At a glance", f'<table class="kb-glance">{rows}</table>'
        told = [each for each in self.passages if each.kind not in ("fact", "summary")]
        for number, (heading, group) in enumerate(groupby(told, key=lambda each: each.heading[:1]), 1):
            yield f"part-{number}", "".join(heading) or "Account", "".join(self._below(group))
        yield from self._timeline()
        items = "".join(f'<li id="s-{escape(each.id)}">{self._source(each)}</li>' for each in self.document.sources)
        yield "sources", "Sources", f'<ol class="kb-sources">{items}</ol>'

    def _below(self, passages: Iterable[Passage]) -> Iterator[str]:
        below: tuple[str, ...] = ()
        for passage in passages:
            if passage.heading[1:] not in ((), below):
                below = passage.heading[1:]
                yield f"<h3>{escape(below[-1])}</h3>"
            yield self._passage(passage)

    def _passage(self, passage: Passage) -> str:
        who = voice(passage) if passage.kind in ("quote", "perspective") else ""
        context = f'<p class="kb-context">{escape(passage.context)}</p>' if passage.context else ""
        labels = escape(" · ".join(wording.labels(passage)))
        way = f'<a href="#{escape(html.anchor(passage))}" aria-label="Link to this passage">Link</a>'
        below = f'<p class="kb-labels">{labels} <span class="kb-place">{way}</span></p>'
        return (
            f'<section id="{escape(html.anchor(passage))}" class="kb-told kb-of-{passage.kind}">'
            f"{words(passage, self._refs(passage.source_ids))}{who}{context}{below}</section>"
        )

    def _row(self, row: Row) -> str:
        items = [self._fact(each) for each in row.facts] or ([] if row.name == ALL_PARTIES else [NOT_RECORDED])
        inner = f"<ul>{''.join(f'<li>{each}</li>' for each in items)}</ul>" if len(items) > 1 else "".join(items)
        told = inner + html.disputed(row.disputes, self._refs)
        return f'<tr><th scope="row">{escape(row.label)}</th><td>{told}</td></tr>'

    def _fact(self, fact: Fact) -> str:
        name = f' id="{escape(html.anchor(fact.passage))}"' if fact.passage else ""
        told = f"{html.fact(fact)}{self._refs(fact.sources)}"
        return f"<span{name}>{told}</span>{html.disputed(fact.disputes, self._refs)}"

    def _timeline(self) -> Iterator[Section]:
        rows = self.facts.entries("timeline")
        items = "".join(f"<li>{self._event(each)}</li>" for each in rows)
        if rows:
            yield "dates", "Dates", f'<ol class="kb-dates">{items}</ol>'

    def _event(self, row: Fact) -> str:
        date = escape(date_in_words(row.figure or ""))
        return f"<b>{date}</b> <span>{self._fact(replace(row, figure=None))}</span>"

    @staticmethod
    def _source(each: Source) -> str:
        return f"{source(each)}. {escape(vocabulary.READS[each.read].meaning)}"

    def _refs(self, sources: Iterable[str]) -> str:
        """The numbers of the sources, each a way to its line."""
        each = [
            f'<a href="#s-{escape(id)}" aria-label="Source {self.numbers[id]}">{self.numbers[id]}</a>' for id in sources
        ]
        return f'<sup class="kb-refs">[{", ".join(each)}]</sup>' if each else ""
