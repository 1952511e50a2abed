"""The Voices page: what people said, quoted or in our summary, who said it, and who is missing."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import streamlit as st

from sibkb import exporting
from sibkb.kb import KnowledgeBase
from sibkb.model import Document, Filters, Passage, Query, Results
from sibkb.ui import cards, clipboard, filters, links, saying, session, taking
from sibkb.ui.session import PAGE_SIZE

FIELDS: Final = ("role", "about_role", "theme", "work_stage", "kind", "sector", "country")
"""What narrows the voices, in the order of the sidebar."""
SHOWN: Final = 12
"""Voices on a page."""

LEAD: Final = (
    '<p class="kb-lead">What people who were part of it said. Words in quotation marks are exactly theirs; where there '
    "are no marks, it is our summary of what they said.</p>"
)


def page(base: KnowledgeBase) -> None:
    """Choose whom to hear, and read what they said."""
    st.title("Voices", anchor=False)
    address = session.asked_of(_understood)
    query = address.query
    st.html(LEAD)
    filters.left_out(address.ignored)
    results = _all(base, query.filters)
    with st.sidebar:
        st.header("Narrow it down", anchor=False)
        filters.choose(FIELDS, query.filters, _facets(results), filters.span_of(base), label)
    _active(query)
    voices = saying.ordered(hit.passage for hit in results.hits)
    if voices:
        _missing(base, query.filters, voices)
        _voices(base.engine.documents, voices, query)
        taking.passages(base, "voices", Query(filters=_among(query.filters)), saying.ordered)
    else:
        _ways_on(base, query)
        _missing(base, query.filters, voices)


def _understood(query: Query) -> Query:
    """What this page understands of a question: whom to hear, and which page of them."""
    given = query.filters
    kinds = tuple(kind for kind in given.kind if kind in saying.KINDS)
    chosen = replace(Filters(**{field: getattr(given, field) for field in FIELDS}), kind=kinds)
    return Query(filters=chosen, offset=query.offset)


def _among(chosen: Filters) -> Filters:
    """The same, of the kinds of passage in which somebody speaks."""
    return replace(chosen, kind=chosen.kind or tuple(saying.KINDS))


def _all(base: KnowledgeBase, chosen: Filters) -> Results:
    return base.search(Query(filters=_among(chosen), limit=max(1, base.engine.manifest.passages)))


def _facets(results: Results) -> filters.Facets:
    kinds = {kind: count for kind, count in results.facets["kind"].items() if kind in saying.KINDS}
    return {**results.facets, "kind": kinds}


def label(field: str, value: str) -> str:
    """A filter's value as a reader of voices says it."""
    return saying.KINDS[value] if field == "kind" else filters.label(field, value)


def _active(query: Query) -> None:
    """What narrows the voices, each with its way out."""
    active = query.filters.active()
    if not active:
        return
    with st.container(horizontal=True):
        for field in filter(active.get, FIELDS):
            words = ", ".join(label(field, value) for value in active[field])
            filters.way(f"{filters.LABELS[field]}: {words}", session.without(query, field), icon=":material/close:")
        if len(active) > 1:
            filters.way("All voices", Query(), icon=":material/close:")


def _voices(documents: Mapping[str, Document], voices: Sequence[Passage], query: Query) -> None:
    """One page of them, the last one where there are fewer."""
    last = (len(voices) - 1) // SHOWN + 1
    number = min(query.offset // PAGE_SIZE + 1, last)
    found = f"{len(voices)} voice{'s' * (len(voices) != 1)}"
    st.header(found if last == 1 else f"{found}, page {number} of {last}", anchor=False)
    st.html(f'<p class="kb-facts">{saying.counted(voices)}</p>')
    for passage in voices[(number - 1) * SHOWN : number * SHOWN]:
        _voice(passage, documents[passage.document_id])
    if last > 1:
        _pages(number, last, query)


def _voice(passage: Passage, document: Document) -> None:
    with st.container(border=True, key=f"voice-{passage.id}"):
        st.html(saying.voice(passage, document))
        with st.container(horizontal=True, vertical_alignment="center"):
            links.to_document(document, passage, f"Read it in: {document.title}")
            clipboard.copy_button(exporting.plain(document, passage), "Copy with source", f"copy-{passage.id}")


def _pages(number: int, last: int, query: Query) -> None:
    """The other pages, each from its top."""
    session.set_page(number)
    st.pagination(last, key="page", on_change=session.turn, args=(query,))
    links.to_top(f"voices {number}")


def _ways_on(base: KnowledgeBase, query: Query) -> None:
    """What leaving out a filter would find; all voices, where one is not enough."""
    st.header("Nobody says this here", anchor=False)
    ways = [(field, session.without(query, field)) for field in query.filters.active()]
    counts = [(len(base.engine.allowed(_among(way.filters))), field, way) for field, way in ways]
    good = sorted((each for each in counts if each[0]), key=lambda each: (-each[0], FIELDS.index(each[1])))
    for count, field, way in good:
        words = ", ".join(label(field, value) for value in getattr(query.filters, field))
        filters.way(f"Without {filters.LABELS[field]}: {words}: {_found(count)}", way)
    if query.filters and not good:
        filters.way(f"Without any filter: {_found(len(base.engine.allowed(_among(Filters()))))}", Query())
    if not query.filters:
        st.html(cards.note("No case here has a quotation or a summary of what somebody said yet."))


def _found(count: int) -> str:
    return f"{count} voice{'s' * (count != 1)}"


def _missing(base: KnowledgeBase, chosen: Filters, voices: Sequence[Passage]) -> None:
    """Which roles have no voice under the other filters."""
    ids = base.engine.allowed(_among(chosen.without("role")))
    everyone = base.engine.passages(ids) if chosen.role else voices
    rows = saying.present(everyone)
    with st.expander(saying.missing(rows), expanded=not voices, key="missing"):
        unknown = sum(passage.speaker_role is None for passage in everyone)
        st.html(saying.roles(rows, unknown, "Voices by role, whichever role is chosen"))


page(session.knowledge_base())
