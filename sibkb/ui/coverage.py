"""The Coverage page: on which themes who speaks, at which stages of the work lessons are, and where nothing is."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import streamlit as st

from sibkb import auditing, vocabulary
from sibkb.exporting.wording import number
from sibkb.kb import KnowledgeBase
from sibkb.model import FILTER_WORDS, Filters, Query
from sibkb.ui import filters, matrix, saying, session, together
from sibkb.ui.matrix import Matrix


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One way to look at the themes."""

    label: str
    noun: str
    kinds: tuple[str, ...]
    """Kinds of passage that are counted."""
    field: str
    """The filter whose words stand across."""
    of: str
    """What a passage calls that filter."""
    across: str
    fields: tuple[str, ...]
    """What narrows it down."""
    page: str
    """Where a cell leads."""


VIEWS: Final[Mapping[str, View]] = {
    "voices": View(label="Voices by who speaks", noun="voice", kinds=tuple(saying.KINDS), field="role",
                   of="speaker_role", across="role", fields=("work_stage", "sector", "country"), page="voices"),
    "lessons": View(label="Lessons by stage of the work", noun="lesson", kinds=("lesson",), field="work_stage",
                    of="work_stage", across="stage", fields=("audience", "basis", "sector", "country"), page="./"),
}  # fmt: skip
LEAD: Final = (
    '<p class="kb-lead">How well each theme is covered, and where voices are missing. A cell counts the passages on a '
    "theme; its number leads to them. An empty cell does not mean that nobody has anything to say: only "
    "that it is not here.</p>"
)

UNSTAGED: Final = (
    "<b>No voice has a stage of the work on record:</b> at which stage a role is missing cannot be told here; for "
    "lessons it can."
)


def page(base: KnowledgeBase) -> None:
    """Choose what to count, see where it is missing, go to what is there."""
    st.set_page_config(layout="wide")
    address = session.asked_of(_understood)
    query, name = address.query, _name(address.query)
    view = VIEWS[name]
    counted = replace(query.filters, kind=view.kinds)
    with st.sidebar:
        st.header("Narrow it down", anchor=False)
        filters.choose(view.fields, query.filters, filters.counts(base, counted, view.fields), filters.span_of(base))
    with st.container(key="coverage"):
        st.title("Coverage", anchor=False)
        st.html(LEAD)
        filters.left_out(address.ignored)
        _choose(name)
        filters.ways_out(query, view.fields)
        _show(base, query, view, counted)


def _name(query: Query) -> str:
    """The view that a question asks for: the kind of passage tells it."""
    return "lessons" if query.filters.kind == ("lesson",) else "voices"


def _understood(query: Query) -> Query:
    """What this page understands of a question: lessons or else voices, and what narrows them."""
    kind = ("lesson",) if "lesson" in query.filters.kind else ()
    fields = VIEWS["lessons" if kind else "voices"].fields
    return Query(filters=Filters(kind=kind, **{field: getattr(query.filters, field) for field in fields}))


def _choose(name: str) -> None:
    session.set_widget("coverage-view", name)
    st.segmented_control(
        "What to count",
        list(VIEWS),
        format_func=lambda each: VIEWS[each].label,
        required=True,
        wrap=True,
        key="coverage-view",
        on_change=_turn,
    )


def _turn() -> None:
    """Write the chosen view to the URL, with the filters that it has too."""
    view = VIEWS[st.session_state["coverage-view"]]
    kept = {field: tuple(st.session_state.get(field) or ()) for field in view.fields}
    session.go(Query(filters=Filters(kind=("lesson",) if view.noun == "lesson" else (), **kept)))


def _show(base: KnowledgeBase, query: Query, view: View, counted: Filters) -> None:
    """The picture, what is missing in it, and its table."""
    passages = base.engine.passages(base.engine.allowed(counted))
    if not passages:
        st.header(f"No {view.noun} is all of this", anchor=False)
        return
    words = FILTER_WORDS[view.field]
    crossing = auditing.cross(passages, words, lambda each: getattr(each, view.of))
    field = Matrix(crossing=crossing, words=words, noun=view.noun, across=view.across)
    st.header(f"{number(len(passages), view.noun)} on {len(vocabulary.THEMES)} themes", anchor=False)
    st.html(matrix.legend(field))
    way = partial(_way, query, view)
    st.html(matrix.picture(field, way))
    st.header(f"Where {view.noun}s are missing", anchor=False)
    unstaged = view.noun == "voice" and not any(each.work_stage for each in passages)
    st.html(together.bullets([*matrix.missing(field), *([UNSTAGED] if unstaged else [])]))
    st.header("The same as a table", anchor=False)
    st.html(matrix.table(field, way, f"{view.label}, theme by theme"))


def _way(query: Query, view: View, theme: str, word: str | None) -> str:
    """To the passages of a theme, or of a cell, with the same filters."""
    there = {"theme": (theme,)} | ({view.field: (word,)} if word else {})
    return session.address(view.page, Query(filters=replace(query.filters, **there)))  # type: ignore[arg-type]


page(session.knowledge_base())
