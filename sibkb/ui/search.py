"""The Search page: a question, filters, one call, the empty case, the passages that answer."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from html import escape
from typing import Final

import streamlit as st

from sibkb import vocabulary
from sibkb.errors import QueryError
from sibkb.kb import KnowledgeBase
from sibkb.model import FILTER_FIELDS, MODES, PROJECTS, Filters, Hit, Query, Results
from sibkb.ui import cards, filters, links, session, taking, terms
from sibkb.ui.session import PAGE_SIZE

LEAD: Final = (
    '<p class="kb-lead">Case studies, lessons and people’s own words about making, running and ending social '
    "impact bonds. Every passage says who said it, in which case, and where it stands.</p>"
)
EXAMPLES: Final = (
    "what does a senior champion do",
    "my boss gave me time",
    "did investors get their money back",
    "who lost money when it ended early",
    "why would an investor put money in",
)
SAID: Final = 2
LATEST: Final = 4
"""Quotations and cases on the first page."""


def page(base: KnowledgeBase) -> None:
    """Ask, filter, and read what was found."""
    address = session.asked()
    st.title("What social impact bonds taught", anchor=False)
    query, results = address.query, None
    asking = bool(query.text.strip() or query.filters)
    if not asking:
        st.html(LEAD)
    years = filters.span_of(base)
    st.text_input(
        "Your question",
        key="q",
        type="search",
        placeholder="In your own words, or “an exact phrase”",
        on_change=session.push,
        args=(years,),
    )
    if address.ignored:
        st.html(cards.note(f"Left out, because the address means nothing here: {', '.join(address.ignored)}"))
    if asking:
        try:
            query, results = _answer(base, query)
        except QueryError as error:
            st.html(cards.note(f"{error}."))
    facets = results.facets if results else base.engine.facets(base.engine.allowed(Filters()))
    _filters(query, facets, years)
    if results is None:
        _home(base, facets["kind"])
    else:
        _results(base, results)


def _answer(base: KnowledgeBase, query: Query) -> tuple[Query, Results]:
    """The page that was asked for, or the last one where there are fewer."""
    results = base.search(query, wait=False)
    if results.total and not results.hits:
        query = replace(query, offset=(results.total - 1) // PAGE_SIZE * PAGE_SIZE)
        results = base.search(query, wait=False)
    return query, results


def _filters(query: Query, facets: filters.Facets, years: tuple[int, int]) -> None:
    with st.sidebar:
        st.header("Narrow it down", anchor=False)
        filters.choose(FILTER_FIELDS, query.filters, facets, years)
        filters.choose_years(query.filters.years or years, years)
        st.radio(
            "Search by",
            list(MODES),
            format_func=cards.SEARCHES.__getitem__,
            key="mode",
            on_change=session.push,
            args=(years,),
        )


def _home(base: KnowledgeBase, passages: Mapping[str, int]) -> None:
    st.header("Try one of these", anchor=False)
    with st.container(horizontal=True):
        for example in EXAMPLES:
            _link(example, Query(text=example), icon=":material/search:")
    said = _said(base.generation, base.settings.ceiling, base)
    if said:
        st.header("In their words", anchor=False)
        st.html(f'<div class="kb-said">{said}</div><p><a href="voices">All voices</a></p>')
    st.header("Newest cases", anchor=False)
    st.html(f'<ul class="kb-latest">{_latest(base)}</ul><p><a href="browse">Browse all cases</a></p>')
    st.header("What is here", anchor=False)
    kinds = Counter(document.kind for document in base.engine.documents.values())
    counts = [(count, vocabulary.DOCUMENT_KINDS[kind].label) for kind, count in kinds.most_common()]
    counts += [(passages.get("quote", 0), "Quotation"), (passages.get("lesson", 0), "Lesson")]
    items = "".join(f"<span><b>{count}</b> {escape(_plural(count, name))}</span>" for count, name in counts if count)
    st.html(f'<p class="kb-counts">{items}</p>')


@st.cache_data(show_spinner=False, max_entries=4)
def _said(generation: str, ceiling: str, _base: KnowledgeBase) -> str:  # noqa: ARG001, the generation is what it is kept by
    """The first of the quotations that their documents call the key ones; of all, where none is called so."""
    quotes = _base.engine.passages(_base.engine.allowed(Filters(kind=("quote",))))
    chosen = [quote for quote in quotes if quote.key] or quotes
    return "".join(cards.said(quote, _base.engine.documents[quote.document_id]) for quote in chosen[:SAID])


def _latest(base: KnowledgeBase) -> str:
    deals = [each for each in base.engine.documents.values() if each.kind in PROJECTS and each.start]
    deals.sort(key=lambda each: (each.start or "", each.id), reverse=True)
    return "".join(f"<li>{cards.named(each)}</li>" for each in deals[:LATEST])


def _plural(count: int, name: str) -> str:
    name = name.lower()
    if count == 1:
        return name
    return f"{name[:-1]}ies" if name.endswith("y") and name != "case study" else name.replace("study", "studie") + "s"


def _results(base: KnowledgeBase, results: Results) -> None:
    if "meaning" in MODES[results.query.mode] and results.legs == ("words",):
        _meanwhile(base)
    for word, instead in results.corrected.items():
        st.html(cards.note(f"“{word}” stands nowhere here. Searched for “{instead}” instead."))
    if results.expanded:
        st.html(terms.expanded(base.glossary(), results.expanded))
    _active(results.query)
    if results.total:
        st.header(_heading(results), anchor=False)
        _cards(results.hits, results.query.text)
        if results.total > PAGE_SIZE:
            _pages(results)
        taking.passages(base, "passages", results.query)
        return
    st.header("Nothing matches well", anchor=False)
    _ways_on(base, results)
    if results.near_misses:
        st.subheader("Closest passages:", anchor=False)
        _cards(results.near_misses, results.query.text)


def _heading(results: Results) -> str:
    total, page = results.total, results.query.offset // PAGE_SIZE + 1
    found = f"{total} passage{'s' * (total != 1)}"
    return found if total <= PAGE_SIZE else f"{found}, page {page} of {_last(results)}"


def _last(results: Results) -> int:
    return (results.total - 1) // PAGE_SIZE + 1


def _ways_on(base: KnowledgeBase, results: Results) -> None:
    """What leaving out a filter would find; all of them, where one is not enough."""
    query = results.query
    for field, value, count in results.without:
        _link(_way_on(field, value, count), session.without(query, field))
    if query.filters and query.text.strip() and not results.without:
        free = replace(query, filters=Filters(), offset=0)
        count = base.search(free, wait=False).total
        label = f"Without any filter: {count} result{'s' * (count != 1)}" if count else "Without any filter"
        _link(label, free)
    if not query.filters:
        st.html(cards.note("Try fewer or other words, or begin again from the examples."))
        _link("Back to the examples", Query())
    st.html(
        '<p>Has somebody been there, and it is not told here? <a href="about">Add a case</a>, '
        'or look through <a href="browse">all cases</a>.</p>'
    )


def _way_on(field: str, value: str, count: int) -> str:
    words = ", ".join(filters.label(field, each) for each in value.split(", "))
    return f"Without {filters.LABELS[field]}: {words}: {count} result{'s' * (count != 1)}"


def _link(label: str, query: Query, icon: str | None = None) -> None:
    """A way to another question; a button, since Streamlit's link from a page to itself leaves the URL as it was."""
    st.button(label, key=f"go: {label}", icon=icon, on_click=session.go, args=(query,))


def _active(query: Query) -> None:
    """What narrows the answer, each with its way out."""
    chosen = {
        field: ", ".join(filters.label(field, each) for each in values)
        for field, values in query.filters.active().items()
    }
    if query.filters.years:
        chosen["years"] = "–".join(map(str, query.filters.years))
    if not chosen:
        return
    with st.container(horizontal=True):
        for field, words in chosen.items():
            link = f"{filters.LABELS[field]}: {words}"
            _link(link, session.without(query, field), icon=":material/close:")


def _cards(hits: Iterable[Hit], question: str) -> None:
    """One card a document, in the order of its best passage; all is open where there is little else to see."""
    groups: dict[str, list[Hit]] = {}
    for hit in hits:
        groups.setdefault(hit.document.id, []).append(hit)
    for first, *more in groups.values():
        kind = vocabulary.DOCUMENT_KINDS[first.document.kind].label.lower()
        with st.container(border=True):
            st.html(cards.card([first], question))
            if more:
                with st.expander(f"{len(more)} more in this {kind}", expanded=len(groups) < 3):
                    st.html(f'<div class="kb-more">{cards.passages(more, question)}</div>')


def _pages(results: Results) -> None:
    """The other pages, each from its top."""
    session.set_page(results.query.offset // PAGE_SIZE + 1)
    st.pagination(_last(results), key="page", on_change=session.turn, args=(results.query,))
    links.to_top(f"search {results.query.offset}")


@st.fragment(run_every=1.0)
def _meanwhile(base: KnowledgeBase) -> None:
    """Say that words answer alone, and show the page again as soon as meaning can."""
    state = session.meaning(base)
    if state == "ready":
        st.rerun()
    elif state == "loading":
        st.html(cards.note("Searching by words; meaning joins in a moment."))
    else:
        st.html(cards.note("Searching by words alone: meaning cannot be loaded. The terminal says why."))


page(session.knowledge_base())
