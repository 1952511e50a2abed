"""The Glossary page: the field's terms in plain words, found by letter, by a word, or by a link to one of them."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from sibkb import search
from sibkb.glossary import Entry, Glossary, slug_of
from sibkb.kb import KnowledgeBase
from sibkb.model import Filters
from sibkb.ui import cards, links, session, terms
from sibkb.words import analyse

LEAD: Final = (
    '<p class="kb-lead">What the words of the field mean, in plain words. A question that has an abbreviation is '
    "searched by its long form too, and the other way round.</p>"
)
_FIND: Final = "glossary-find"


def page(base: KnowledgeBase) -> None:
    """All terms, or those with a word, and the one that was asked for in view."""
    st.title("Glossary", anchor=False)
    st.html(LEAD)
    glossary = base.glossary()
    if glossary.problems:
        st.html(cards.note("Some terms cannot be read: `sibkb check` says why."))
    if not glossary.entries:
        st.html(cards.note("There is no term here yet. They stand in the file glossary.yaml of the corpus folder."))
        return
    wanted, here = _asked(glossary)
    entries = [entry for entry in glossary.entries if _has(entry, wanted)]
    if entries:
        _list(base, entries, here)
    else:
        _nothing(wanted)
    if here in entries:
        links.arrive(terms.anchor(here))


def _asked(glossary: Glossary) -> tuple[str, Entry | None]:
    """What the address asks: terms with a word, or one of them; the find box is set to it."""
    wanted, term = (st.query_params.get(name, "") for name in ("q", "term"))
    here = glossary.entry(slug_of(term))
    session.set_widget(_FIND, wanted)
    st.text_input("Find a term", key=_FIND, type="search", placeholder="SPV, cohort, price list", on_change=_push)
    if term and not here:
        st.html(cards.note(f"There is no term “{term}” here."))
    return wanted, here


def _push() -> None:
    """Write the find box to the address; a term that was asked for is left."""
    _go(st.session_state[_FIND])


def _go(wanted: str) -> None:
    st.query_params.from_dict({"q": wanted} if wanted.strip() else {})


def _has(entry: Entry, wanted: str) -> bool:
    """Whether the term has all of what was typed, in its names or its meaning."""
    text = " ".join((*entry.names, entry.meaning)).casefold()
    return all(word in text for word in wanted.casefold().split())


def _list(base: KnowledgeBase, entries: Sequence[Entry], here: Entry | None) -> None:
    names = tuple(name for entry in base.glossary().entries for name in entry.names)
    used = _used(base.generation, base.settings.ceiling, names, base)
    st.html(terms.letters(entries))
    st.html(terms.listed(entries, used, here))


@st.cache_data(show_spinner=False, max_entries=4)
def _used(generation: str, ceiling: str, names: tuple[str, ...], _base: KnowledgeBase) -> dict[str, int]:  # noqa: ARG001
    """How many passages a search for each name in double quotes finds."""
    return {name: len(_base.engine.matching(analyse(f'"{name}"'), Filters(), search.DEPTH)) for name in names}


def _nothing(wanted: str) -> None:
    st.html(cards.note(f"No term here has “{wanted}”."))
    st.button("All terms", on_click=_go, args=("",), icon=":material/list:")


page(session.knowledge_base())
