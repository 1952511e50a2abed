"""The Compare page: two to four documents side by side, row by row, to read, to take along, to link to."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Final

import streamlit as st

from sibkb.exporting import comparison
from sibkb.exporting.alike import alike
from sibkb.exporting.comparison import Case, Part
from sibkb.kb import KnowledgeBase
from sibkb.model import PROJECTS, Document, Similar
from sibkb.ui import beside, cards, chosen, clipboard, links, session, shelf
from sibkb.ui.chosen import FEWEST, MOST, Address, Chosen

PAIRS: Final = 3
"""So many pairs are offered to begin with."""
_CASES: Final = "compare-cases"
_DIFFERING: Final = "compare-differing"


def page(base: KnowledgeBase) -> None:
    """Choose, and read what stands side by side."""
    st.set_page_config(layout="wide")
    documents = base.engine.documents
    address = chosen.read({name: st.query_params.get_all(name) for name in st.query_params}, documents)
    st.title("Compare", anchor=False)
    _left_out(base, address)
    _choose(base, address.chosen)
    told = [documents[id] for id in address.chosen.ids]
    if len(told) < FEWEST:
        _begin(base, told)
        return
    cases = [(document, base.engine.passages(document.passage_ids)) for document in told]
    _table(cases, address.chosen)


def _left_out(base: KnowledgeBase, address: Address) -> None:
    if address.ignored:
        st.html(cards.note(f"Left out, because the address means nothing here: {', '.join(address.ignored)}"))
    if address.surplus:
        titles = "; ".join(base.engine.documents[id].title for id in address.surplus)
        st.html(cards.note(f"No more than {MOST} can stand side by side. Left out: {titles}"))


# What is chosen


def _choose(base: KnowledgeBase, asked: Chosen) -> None:
    names = chosen.names(base.engine.documents)
    session.set_widget(_CASES, list(asked.ids))
    st.multiselect(
        f"Two to {chosen.IN_WORDS[MOST]} cases",
        list(names),
        format_func=names.__getitem__,
        max_selections=MOST,
        placeholder="Type a title, or choose from the list",
        filter_mode="contains",
        select_all=False,
        key=_CASES,
        on_change=_push,
        args=(asked,),
    )


def _push(asked: Chosen) -> None:
    """Write the widgets to the URL."""
    ids = tuple(st.session_state[_CASES])
    st.query_params.from_dict(replace(asked, ids=ids, differing=bool(st.session_state.get(_DIFFERING))).write())


def _begin(base: KnowledgeBase, told: Sequence[Document]) -> None:
    """What to set beside the one, or pairs to begin with."""
    st.header("Choose one more" if told else "Or begin with one of these pairs", anchor=False)
    ways = []
    like_it = ((told[0], other) for other in base.similar(told[0])) if told else None
    for one, other in like_it or islice(_pairs(base), PAIRS):
        label = other.document.title if told else f"{one.title} and {other.document.title}"
        ways.append((chosen.way((one, other.document), label), alike(one, other)))
    st.html(beside.choices(ways))
    query = shelf.Shelf(compare=tuple(each.id for each in told)).write()
    st.page_link(links.BROWSE, label="Choose from all cases", icon=":material/list:", query_params=query)


def _pairs(base: KnowledgeBase) -> Iterator[tuple[Document, Similar]]:
    """The newest deals, each with the case that is most like it."""
    deals = [each for each in base.engine.documents.values() if each.kind in PROJECTS]
    for deal in sorted(deals, key=lambda each: (each.start or "", each.id), reverse=True):
        yield from ((deal, other) for other in base.similar(deal)[:1])


# What is shown


def _table(cases: Sequence[Case], asked: Chosen) -> None:
    whole = comparison.compare(cases)
    parts = comparison.differing(whole) if asked.differing else whole
    _controls(cases, whole, parts, asked)
    for part in parts:
        st.header(part.heading, anchor=False)
        st.html(beside.table(part, cases))


def _controls(cases: Sequence[Case], whole: Sequence[Part], parts: Sequence[Part], asked: Chosen) -> None:
    """Which rows are shown, and the table to take along as it is shown."""
    lines = [line for part in whole for line in part.lines]
    session.set_widget(_DIFFERING, asked.differing)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.toggle(
            f"Only rows that differ ({sum(line.differs for line in lines)} of {len(lines)})",
            key=_DIFFERING,
            on_change=_push,
            args=(asked,),
        )
        st.download_button(
            "Download as CSV",
            lambda: comparison.as_csv(cases, parts).encode("utf-8-sig"),
            file_name=f"{'-and-'.join(asked.ids)}.csv",
            mime="text/csv",
            on_click="ignore",
            icon=":material/download:",
        )
        clipboard.copy_button(comparison.as_markdown(cases, parts), "Copy as Markdown", "compare-markdown")


page(session.knowledge_base())
