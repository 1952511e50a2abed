"""The Browse page: all documents, as cards, as a table, on a timeline."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from html import escape
from typing import Final

import streamlit as st

from sibkb import vocabulary
from sibkb.kb import KnowledgeBase
from sibkb.model import Document, Filters
from sibkb.ui import cards, chosen, filters, links, listing, session, shelf, taking, timeline
from sibkb.ui.listing import Inside, Row
from sibkb.ui.shelf import Shelf

ICONS: Final = {
    "cards": ":material/view_agenda:",
    "table": ":material/table_rows:",
    "timeline": ":material/view_timeline:",
}
TWIN: Final = ("How far it got", "Start", "End")
_WORDS: Final = {
    "kind": vocabulary.DOCUMENT_KINDS,
    "sector": vocabulary.SECTORS,
    "stage": vocabulary.STAGES,
}

NOTE: Final = (
    "Voices are quotations and our summaries of what people said. Investment is what is recorded under that name or as "
    "capital, a loan or money raised, in the words of the record and not converted; several sums are sums that sources "
    "tell differently, or parts."
)


def page(base: KnowledgeBase) -> None:
    """Choose, narrow down, look through."""
    st.set_page_config(layout="wide")
    documents = base.engine.documents
    titles = shelf.programmes(documents)
    address = shelf.read({name: st.query_params.get_all(name) for name in st.query_params}, titles, documents)
    asked = address.shelf
    st.title("Browse", anchor=False)
    if address.ignored:
        st.html(cards.note(f"Left out, because the address means nothing here: {', '.join(address.ignored)}"))
    _filters(base, asked, titles)
    _controls(asked)
    _active(asked, titles)
    aside = st.container()  # it is there in any case, so that nothing below is drawn anew when it fills
    if asked.compare:
        aside.html(chosen.gathered(asked.compare, documents, _elsewhere(asked)))
    found = shelf.taken(documents, asked)
    if not found:
        _nothing(documents, asked, titles)
        return
    rows = _rows(base, found)
    {"cards": _cards, "table": _table, "timeline": _timeline}[asked.view](asked, rows, len(documents))
    said = {"Narrowed down to": "; ".join(_said(asked, field, titles) for field in asked.active())}
    taking.away(base, "documents", lambda: [(document, None) for document in found], said)


def _rows(base: KnowledgeBase, documents: Sequence[Document]) -> list[Row]:
    inside = _inside(base.generation, base.settings.ceiling, base)
    return [(document, inside.get(document.id, Inside())) for document in documents]


@st.cache_data(show_spinner=False, max_entries=4)
def _inside(generation: str, ceiling: str, _base: KnowledgeBase) -> dict[str, Inside]:  # noqa: ARG001
    """What of each document a list tells besides its facts, worked out once a generation."""
    engine = _base.engine

    def count(*kinds: str) -> Counter[str]:
        return Counter(id.partition(".")[0] for id in engine.allowed(Filters(kind=kinds)))

    lessons, voices = count("lesson"), count("quote", "perspective")
    summaries: dict[str, str] = {}
    for passage in engine.passages(engine.allowed(Filters(kind=("summary",)))):
        summaries.setdefault(passage.document_id, passage.text)
    return {
        id: Inside(summary=summaries.get(id, ""), lessons=lessons[id], voices=voices[id]) for id in engine.documents
    }


# What is chosen


def _key(field: str) -> str:
    return f"browse-{field}"


def _push(asked: Shelf, field: str, whole: tuple[int, int] | None = None) -> None:
    """Write one widget's change to the URL, from the first page; `whole` is a slider that asks for nothing."""
    value = st.session_state[_key(field)]
    if isinstance(value, list | tuple):
        value = None if tuple(value) == whole else tuple(value)
    _go(replace(asked, **({"page": 1} | {field: value})))


def _go(asked: Shelf) -> None:
    st.query_params.from_dict(asked.write())


def _way(label: str, to: Shelf, icon: str | None = None) -> None:
    """A way to another state of this page."""
    st.button(links.plain(label), key=f"browse: {label}", icon=icon, on_click=_go, args=(to,))


def _filters(base: KnowledgeBase, asked: Shelf, titles: Mapping[str, str]) -> None:
    counts = shelf.facets(base.engine.documents, asked)
    with st.sidebar:
        st.header("Narrow it down", anchor=False)
        for field in shelf.FIELDS:
            _choices(field, asked, counts[field], titles)
        _years(asked, filters.span_of(base))


def _choices(field: str, asked: Shelf, counts: Mapping[str, int], titles: Mapping[str, str]) -> None:
    have = getattr(asked, field)
    options = _ordered(field, {*counts, *have}, titles)
    if not options:
        return
    name = shelf.LABELS[field]
    title = f"{name} ({len(have)} chosen)" if have else name
    session.set_widget(_key(field), list(have))
    with st.expander(title, expanded=bool(have) or field == "kind", key=_key(f"open-{field}")):
        st.pills(
            name,
            options,
            selection_mode="multi",
            format_func=lambda value: links.plain(f"{_label(field, value, titles)} ({counts.get(value, 0)})"),
            key=_key(field),
            on_change=_push,
            args=(asked, field),
            label_visibility="collapsed",
        )


def _ordered(field: str, values: set[str], titles: Mapping[str, str]) -> list[str]:
    """In an order that stays when counts change: the vocabulary's, titles' or names'; only what can be asked for."""
    if field == "country":
        return sorted(values, key=vocabulary.country)
    return [word for word in (titles if field == "programme" else _WORDS[field]) if word in values]


def _label(field: str, value: str, titles: Mapping[str, str]) -> str:
    if field == "country":
        return vocabulary.country(value)
    return titles[value] if field == "programme" else value if field == "years" else _WORDS[field][value].label


def _years(asked: Shelf, whole: tuple[int, int]) -> None:
    if whole[0] >= whole[1]:
        return
    years = asked.years or whole
    session.set_widget(_key("years"), years)
    st.slider(
        "Years in which it ran",
        min(years[0], whole[0]),
        max(years[1], whole[1]),
        key=_key("years"),
        on_change=_push,
        args=(asked, "years", whole),
        help="Leaves out what has no dates on record.",
    )


def _controls(asked: Shelf) -> None:
    session.set_widget(_key("view"), asked.view)
    session.set_widget(_key("sort"), asked.sort)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.segmented_control(
            "Show as",
            list(shelf.VIEWS),
            format_func=lambda view: f"{ICONS[view]} {shelf.VIEWS[view]}",
            required=True,
            wrap=True,
            key=_key("view"),
            on_change=_push,
            args=(asked, "view"),
        )
        if asked.view != "timeline":
            st.segmented_control(
                "Order",
                list(shelf.SORTS),
                format_func=shelf.SORTS.__getitem__,
                required=True,
                wrap=True,
                key=_key("sort"),
                on_change=_push,
                args=(asked, "sort"),
            )


def _active(asked: Shelf, titles: Mapping[str, str]) -> None:
    """What narrows the list, each with its way out."""
    active = asked.active()
    if not active:
        return
    with st.container(horizontal=True):
        for field in active:
            _way(_said(asked, field, titles), asked.without(field), icon=":material/close:")


def _said(asked: Shelf, field: str, titles: Mapping[str, str]) -> str:
    return f"{shelf.LABELS[field]}: {', '.join(_label(field, each, titles) for each in asked.active()[field])}"


def _elsewhere(asked: Shelf) -> Callable[[tuple[str, ...]], str]:
    """Where the same list stands with other documents put aside."""
    return lambda ids: replace(asked, compare=ids).address()


# What is found


def _nothing(documents: Mapping[str, Document], asked: Shelf, titles: Mapping[str, str]) -> None:
    st.header("No document is all of this", anchor=False)
    active = asked.active()
    for fields, count in shelf.ways_on(documents, asked):
        what = _said(asked, fields[0], titles) if fields != tuple(active) or len(fields) == 1 else "any filter"
        _way(f"Without {what}: {_documents(count)}", asked.without(*fields))


def _documents(count: int) -> str:
    return f"{count} document{'s' * (count != 1)}"


def _heading(count: int, total: int, more: str = "") -> None:
    st.header((_documents(count) if count == total else f"{count} of {_documents(total)}") + more, anchor=False)


def _cards(asked: Shelf, rows: Sequence[Row], total: int) -> None:
    last = (len(rows) - 1) // shelf.PAGE_SIZE + 1
    at = min(asked.page, last)
    _heading(len(rows), total, f", page {at} of {last}" if last > 1 else "")
    with st.grid(2, min_column_width=440, border=True):
        for row in rows[(at - 1) * shelf.PAGE_SIZE : at * shelf.PAGE_SIZE]:
            st.html(listing.card(row, chosen.aside(row[0], asked.compare, _elsewhere(asked))))
    if last > 1:
        session.set_widget(_key("page"), at)
        st.pagination(last, key=_key("page"), on_change=_push, args=(asked, "page"))
        links.to_top(f"browse {at}")


def _table(asked: Shelf, rows: Sequence[Row], total: int) -> None:
    _heading(len(rows), total)
    st.html(f'<p class="kb-how">{NOTE}</p>')
    caption = f"{_documents(len(rows))}, order: {shelf.SORTS[asked.sort].lower()}"
    ways = {document.id: chosen.aside(document, asked.compare, _elsewhere(asked)) for document, _ in rows}
    st.html(listing.table(rows, caption, listing.COLUMNS, ways))


def _timeline(_: Shelf, rows: Sequence[Row], total: int) -> None:
    found = timeline.sort_out(document for document, _ in rows)
    _heading(len(rows), total)
    if found.drawn:
        _drawn(found.drawn, rows)
    for heading, documents in (
        ("Dates not recorded", found.undated),
        ("Interviews and commentaries, which do not run", found.others),
    ):
        if documents:
            st.header(heading, anchor=False)
            st.html(listing.bullets(documents))


def _drawn(drawn: Sequence[Document], rows: Sequence[Row]) -> None:
    st.html(f'<p class="kb-how">{escape(timeline.told(drawn, len(rows)))}</p>')
    st.html(timeline.chart(drawn))
    ids = {document.id for document in drawn}
    st.header("The same as a table", anchor=False)
    st.html(listing.table([row for row in rows if row[0].id in ids], _caption(len(ids), len(rows)), TWIN))


def _caption(drawn: int, total: int) -> str:
    return f"{drawn} of {_documents(total)}, in the order they began"


page(session.knowledge_base())
