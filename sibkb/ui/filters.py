"""Filters as a reader meets them: their names, their choices with live counts, and the years."""

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from typing import Final

import streamlit as st

from sibkb import vocabulary
from sibkb.kb import KnowledgeBase
from sibkb.model import FILTER_WORDS, Filters, Query, span
from sibkb.ui import cards, links, session

Facets = Mapping[str, Mapping[str, int]]
Said = Callable[[str, str], str]
"""A field and a value -> what a reader calls the value."""

LABELS: Final[Mapping[str, str]] = {
    "kind": "Kind of passage",
    "theme": "Theme",
    "sector": "Sector",
    "country": "Country",
    "stage": "How far the project got",
    "work_stage": "Stage of the work",
    "audience": "Useful to",
    "role": "Who speaks",
    "about_role": "About whom",
    "basis": "Where a lesson comes from",
    "years": "Years",
}


def label(field: str, value: str) -> str:
    """A filter's value as a reader says it."""
    if field in ("country", "years"):
        return vocabulary.country(value)
    return FILTER_WORDS[field][value].label


def span_of(base: KnowledgeBase) -> tuple[int, int]:
    """The first and the last year in which anything ran; zeros where nothing has dates."""
    years = [year for document in base.engine.documents.values() for year in span(document) or ()]
    return (min(years), max(years)) if years else (0, 0)


def counts(base: KnowledgeBase, chosen: Filters, fields: Iterable[str]) -> Facets:
    """Field -> value -> how many passages it would leave, that field's own filter ignored."""
    engine = base.engine
    return {field: engine.facets(engine.allowed(chosen.without(field)))[field] for field in fields}


def left_out(ignored: Sequence[str]) -> None:
    """Tell what of the address means nothing on this page."""
    if ignored:
        st.html(cards.note(f"Left out, because it means nothing here: {', '.join(ignored)}"))


def said(query: Query, field: str) -> str:
    """One field of a question's filters, as a reader says it."""
    return f"{LABELS[field]}: {', '.join(label(field, each) for each in query.filters.active()[field])}"


def way(words: str, query: Query, icon: str | None = None) -> None:
    """A way to another question; a button, since Streamlit's link from a page to itself leaves the URL as it was."""
    st.button(links.plain(words), key=f"go: {words}", icon=icon, on_click=session.go, args=(query,))


def ways_out(query: Query, fields: Iterable[str]) -> None:
    """What narrows the passages, each with its way out."""
    active = [field for field in query.filters.active() if field in fields]
    if active:
        with st.container(horizontal=True):
            for field in active:
                way(said(query, field), session.without(query, field), icon=":material/close:")


def choose(fields: Iterable[str], chosen: Filters, facets: Facets, years: tuple[int, int], said: Said = label) -> None:
    """A group of choices for each field that has any, the first one open; a change goes to the URL."""
    for place, field in enumerate(fields):
        have = getattr(chosen, field)
        title = f"{LABELS[field]} ({len(have)} chosen)" if have else LABELS[field]
        if have or facets.get(field):
            with st.expander(title, expanded=bool(have) or not place, key=f"open-{field}"):
                _choices(field, have, facets.get(field, {}), years, said)


def _choices(
    field: str, chosen: tuple[str, ...], counts: Mapping[str, int], years: tuple[int, int], said: Said
) -> None:
    options = _ordered(field, {*counts, *chosen})
    if options:
        st.pills(
            LABELS[field],
            options,
            selection_mode="multi",
            format_func=lambda value: f"{said(field, value)} ({counts.get(value, 0)})",
            key=field,
            on_change=session.push,
            args=(years,),
            label_visibility="collapsed",
        )


def _ordered(field: str, values: Set[str]) -> list[str]:
    """In an order that stays when counts change: the vocabulary's, and countries by name."""
    order = FILTER_WORDS.get(field)
    return [word for word in order if word in values] if order else sorted(values, key=vocabulary.country)


def choose_years(chosen: tuple[int, int], years: tuple[int, int]) -> None:
    """The years in which it ran, out of all there are."""
    if years[0] >= years[1]:
        return
    session.set_years(chosen)
    st.slider(
        "Years in which it ran",
        min(chosen[0], years[0]),
        max(chosen[1], years[1]),
        key="years",
        on_change=session.push,
        args=(years,),
        help="Leaves out what has no dates on record.",
    )
