"""Values -> HTML: other cases that are like one, and what in other cases says something like a passage."""

from collections.abc import Iterable, Iterator, Sequence
from html import escape

from sibkb import vocabulary
from sibkb.exporting import quoted
from sibkb.exporting.alike import alike
from sibkb.model import Document, Filters, Passage, Query, Similar
from sibkb.ui import cards, chosen, links, saying, session

Other = tuple[Passage, Document]


def others(document: Document, similar: Iterable[Similar]) -> str:
    """Other cases, each with why it is like this one and a way to set both side by side."""
    items = "".join(f"<li>{''.join(_other(document, each))}</li>" for each in similar)
    return f'<ul class="kb-similar">{items}</ul>'


def _other(document: Document, similar: Similar) -> Iterator[str]:
    other = similar.document
    yield f"<h3>{links.titled(other)}</h3>"
    facts = " · ".join(map(escape, cards.about(other)))
    yield f'<p class="kb-facts">{facts}</p><p class="kb-why">{escape(alike(document, similar))}</p>'
    if similar.pairs:
        pairs = "".join(_pair(*pair, document, other) for pair in similar.pairs)
        yield f"<details><summary>Lessons that come close</summary>{pairs}</details>"
    yield f'<p class="kb-facts">{chosen.way((document, other), "Compare the two")}</p>'


def _pair(here: Passage, there: Passage, document: Document, other: Document) -> str:
    return "<dl>" + "".join(
        f'<div><dt>{name}</dt><dd>{escape(lesson.text)} <a href="{escape(links.address(owner, lesson))}" '
        f'aria-label="In its place: {escape(lesson.text)}">In its place</a></dd></div>'
        for name, lesson, owner in (("Here", here, document), ("There", there, other))
    ) + "</dl>"  # fmt: skip


def way(document: Document, passage: Passage, count: int, opened: bool) -> str:
    """A way to what others say that is like a passage, or back."""
    what = "learned" if passage.kind == "lesson" else "say"
    label = f"Hide what others {what}" if opened else f"Others who {what} something like this ({count})"
    target = links.address(document) if opened else links.alike(document, passage)
    stay = escape(f"alike-{passage.id}")
    return f'<a href="{escape(target)}" data-stay="{stay}" aria-expanded="{str(opened).lower()}">{label}</a>'


def on_theme(passage: Passage) -> str:
    """A way to all that is here on the first of its themes; empty where it has none."""
    if not passage.themes:
        return ""
    label = vocabulary.THEMES[passage.themes[0]].label
    way = session.address("./", Query(filters=Filters(theme=passage.themes[:1])))
    return f'<a href="{escape(way)}">More on {escape(label.lower())}</a>'


def told(passage: Passage, found: Sequence[Other]) -> str:
    """What others say that is like it; where nobody does, that, and a way on."""
    if found:
        return f'<ul class="kb-alike">{"".join(f"<li>{_told(*each)}</li>" for each in found)}</ul>'
    return f'<p class="kb-alike">Nothing in another case comes close to it. {on_theme(passage)}</p>'


def _told(passage: Passage, document: Document) -> str:
    kind = saying.KINDS.get(passage.kind) or vocabulary.PASSAGE_KINDS[passage.kind].label
    text = quoted(passage.text) if passage.kind == "quote" else passage.text
    who = f" {escape(cards.speaker(passage))}." if passage.kind in saying.KINDS else ""
    place = links.titled(document, passage)
    return f'<b>{escape(kind)}.</b>{who} {escape(text)}<span class="kb-facts">{place}</span>'
