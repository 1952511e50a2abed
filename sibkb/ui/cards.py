"""Values -> HTML: how a passage looks. Corpus text is data here: every word is escaped, none is ever Markdown."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import Final

from sibkb import vocabulary
from sibkb.errors import CorpusError, SibkbError
from sibkb.exporting import quoted, read_in_words, why, wording
from sibkb.model import NOT_RECORDED, Document, Hit, Passage, Source
from sibkb.ui import links
from sibkb.words import stem, tokens

Span = tuple[int, int]

SEARCHES: Final[Mapping[str, str]] = {
    "hybrid": "Words and meaning",
    "words": "Words only",
    "meaning": "Meaning only",
}
"""Mode -> what a reader calls searching so."""


def card(hits: Sequence[Hit], question: str = "") -> str:
    """A document and some of its passages."""
    document = hits[0].document
    title = marked(document.title, _matching(document.title, hits[0]))
    heading = f'<h3><a href="{escape(links.address(document, hits[0].passage, question))}">{title}</a></h3>'
    facts = " · ".join(escape(fact) for fact in about(document))
    return f'<article class="kb-card">{heading}<p class="kb-facts">{facts}</p>{passages(hits, question)}</article>'


def passages(hits: Iterable[Hit], question: str = "") -> str:
    """Passages of one document, each with who, when, why and whence."""
    return "".join(f'<section class="kb-passage">{"".join(_rows(hit, question))}</section>' for hit in hits)


def _rows(hit: Hit, question: str) -> Iterator[str]:
    passage, document = hit.passage, hit.document
    yield f'<p class="kb-kind">{" · ".join(_kind(hit))}</p>'
    if passage.context:
        yield f'<p class="kb-context">{escape(passage.context)}</p>'
    yield _text(hit)
    yield from (f'<p class="kb-who">{escape(line)}</p>' for line in who(passage))
    yield f'<p class="kb-why"><b>Why it is here:</b> {escape(_reason(hit))}</p>'
    sources = "; ".join(cited(document.source(id)) for id in passage.source_ids)
    yield f'<p class="kb-source"><b>Source:</b> {sources or NOT_RECORDED}</p>'
    place = links.address(document, passage, question)
    yield (
        f'<p class="kb-source"><b>File:</b> <span class="kb-path">{escape(document.path)}</span>, {lines(passage)}. '
        f'<a href="{escape(place)}">Read it in its place</a></p>'
    )


def lines(passage: Passage) -> str:
    """Where it stands in its file."""
    first, last = passage.lines
    return f"line {first}" if first == last else f"lines {first}–{last}"


def said(quote: Passage, document: Document) -> str:
    """A quotation with who said it and where it stands."""
    who = f"<figcaption>— {escape(speaker(quote))}. {links.titled(document, quote)}</figcaption>"
    return f"<figure>{quotation(quote, escape(quote.text))}{who}</figure>"


def named(document: Document) -> str:
    """A document in a line: its title, and what it is."""
    facts = " · ".join(map(escape, about(document)))
    return f'{links.titled(document)}<span class="kb-facts">{facts}</span>'


def marked(text: str, spans: Iterable[Span], style: str = "kb-word") -> str:
    """Escaped text with some of it marked."""
    parts, at = [], 0
    for start, end in spans:
        parts += [escape(text[at:start]), f'<mark class="{style}">', escape(text[start:end]), "</mark>"]
        at = end
    return "".join(parts) + escape(text[at:])


def _matching(text: str, hit: Hit) -> list[Span]:
    wanted = {stem(word) for word in (*hit.matched, *hit.also)}
    return [(word.start, word.end) for word in tokens(text) if word.stem in wanted]


def _text(hit: Hit) -> str:
    text = hit.passage.text
    body = marked(text, [hit.closest], "kb-near") if hit.closest else marked(text, hit.marks)
    if hit.passage.kind != "quote":
        return f'<p class="kb-text">{body}</p>'
    return quotation(hit.passage, body)


def quotation(quote: Passage, body: str) -> str:
    """A quotation whose words may be marked, in its outer marks."""
    before, after = ("", "") if quoted(quote.text) == quote.text else ("“", "”")
    return f'<blockquote class="kb-quote">{before}{body}{after}</blockquote>'


def _kind(hit: Hit) -> Iterator[str]:
    passage = hit.passage
    term = vocabulary.PASSAGE_KINDS[passage.kind]
    yield f"<b>{'Our summary of what they said' if passage.kind == 'perspective' else escape(term.label)}</b>"
    if passage.status == "illustrative":
        illustrative = vocabulary.STATUSES["illustrative"]
        yield f"<b>{escape(illustrative.label)}:</b> {escape(illustrative.meaning)}"
    if passage.kind == "lesson":
        yield escape(vocabulary.BASES[passage.basis].label if passage.basis else f"Basis {NOT_RECORDED}")
    if passage.heading and passage.kind in ("section", "fact", "dispute"):
        trail = " › ".join(passage.heading)
        yield marked(trail, _matching(trail, hit))
    yield from (escape(vocabulary.THEMES[theme].label) for theme in passage.themes)


def speaker(passage: Passage) -> str:
    """Who speaks, as named."""
    return passage.speaker or "Speaker not named"


def who(passage: Passage) -> Iterator[str]:
    """Who speaks, about whom, and what it is good for, a line each."""
    voice = passage.kind in ("quote", "perspective")
    if voice or passage.speaker:
        yield f"— {speaker(passage)} · {wording.role(passage)}"
    if voice or passage.about_role:
        about = vocabulary.ROLES[passage.about_role].label if passage.about_role else NOT_RECORDED
        yield f"About whom: {about}"
    if passage.work_stage:
        yield f"Stage of the work: {vocabulary.WORK_STAGES[passage.work_stage].label}"
    if passage.audiences:
        yield f"Useful to: {', '.join(vocabulary.AUDIENCES[audience].label for audience in passage.audiences)}"


def _reason(hit: Hit) -> str:
    return f"{why(hit)} The nearest sentence is underlined." if hit.closest else why(hit)


def cited(source: Source) -> str:
    """A source as a link, where it has a safe address, and how far it was read."""
    rest = (source.publisher, source.date or "date not recorded", read_in_words(source).lower(), source.note)
    return ", ".join((titled(source), *(escape(each) for each in rest if each)))


def titled(source: Source) -> str:
    """The title of a source, a link where it has a safe address."""
    title = escape(source.title)
    if not (source.url and wording.is_web(source.url)):
        return title
    return f'<a href="{escape(source.url)}" target="_blank" rel="noopener">{title}</a>'


def contents(entries: Iterable[tuple[str, str]]) -> str:
    """What stands on a page, by anchor and heading, each a way down to it."""
    items = "".join(f'<li><a href="#{escape(anchor)}">{escape(heading)}</a></li>' for anchor, heading in entries)
    return f'<nav class="kb-contents" aria-label="On this page"><b>On this page</b><ol>{items}</ol></nav>'


def about(document: Document) -> Iterator[str]:
    """What it is, where, of which field, when, and how it ended."""
    yield vocabulary.DOCUMENT_KINDS[document.kind].label
    yield wording.places(document)
    yield wording.sector(document)
    yield wording.dates(document)
    if ending := wording.ending(document):
        yield ending


def note(text: str) -> str:
    """A line that tells the reader something about the answer."""
    return f'<p class="kb-note" role="status">{escape(text)}</p>'


def failure(error: SibkbError) -> str:
    """What went wrong and what to do; a file's problems are for the operator's console."""
    count = len(error.problems) if isinstance(error, CorpusError) else 0
    more = f" The terminal lists {count} problem{'s' * (count != 1)}." if count else ""
    told = escape(str(error)).replace("\n", "<br>")
    return (
        '<div class="kb-failure" role="alert"><h1>The knowledge base cannot be opened</h1>'
        f"<p>{told}.{more}</p><p>When that is done, reload this page.</p></div>"
    )
