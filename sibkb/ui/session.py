"""What a process and a session keep: the open knowledge base, its threads, and the question, which lives in the URL.

The URL is the truth at the start of each run, and a widget that changes writes the URL: so a link, a reload, Back and
Forward all show the same. Streamlit's own binding of widgets to the URL leaves no history, hence ours.
"""

import logging
import os
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal
from urllib.parse import urlencode

import streamlit as st

from sibkb import kb, vocabulary
from sibkb.encoder import Encoder, open_encoder
from sibkb.errors import CorpusError, SibkbError
from sibkb.kb import KnowledgeBase
from sibkb.model import FILTER_FIELDS, MODES, STRICTNESS, Filters, Query, takes
from sibkb.settings import Settings
from sibkb.ui import signing

PAGE_SIZE: Final = 10
_LOG: Final = logging.getLogger("sibkb")
_YEARS: Final = re.compile(r"(\d{4})(?:[-–](\d{4}))?")


class Warming(threading.Thread):
    """Loads the query encoder of one knowledge base in the background, then works out what is like what."""

    def __init__(self, base: KnowledgeBase) -> None:
        super().__init__(name="warming", daemon=True)
        self.base = base

    def run(self) -> None:
        """Load it; what goes wrong is told on the console."""
        try:
            self.base.warm()
            _ = self.base.likeness  # it keeps it
        except SibkbError as error:
            report(error)


@st.cache_resource(show_spinner=False)
def settings() -> Settings:
    """The settings, read once a process; from here on a team's own words are known."""
    given = Settings.from_environment()
    vocabulary.adopt(given.words)
    return given


@st.cache_resource(show_spinner=False)
def _encoder() -> Encoder:
    """The encoder, loaded once a process whatever generation is open."""
    return open_encoder(settings().model)


@st.cache_resource(
    show_spinner="Opening the knowledge base …",
    max_entries=len(STRICTNESS),
    validate=lambda warming: warming.base.is_current(),
)
def _opened(ceiling: str) -> Warming:
    """The generation in use as seen under a ceiling, opened once a process and again when a newer one is published."""
    warming = Warming(kb.open_kb(replace(settings(), ceiling=ceiling), encoder=_encoder()))
    warming.start()
    return warming


def knowledge_base() -> KnowledgeBase:
    """The generation in use, as this reader may see it; its words can be asked at once, its meaning a moment later.

    This is the only way of a page to it: what the reader may not see is not in it.
    """
    if not signing.admitted(settings()):
        raise SibkbError("this knowledge base is for those on its list — sign in")
    return _opened(signing.ceiling(settings())).base


def meaning(base: KnowledgeBase) -> Literal["ready", "loading", "missing"]:
    """Whether meaning can be asked."""
    if base.ready:
        return "ready"
    return "loading" if _opened(base.settings.ceiling).is_alive() else "missing"


@st.cache_resource(show_spinner=False)
def follow() -> threading.Thread | None:
    """Keep the index following the corpus folder, once a process; SIBKB_FOLLOW=0 turns it off."""
    if os.environ.get("SIBKB_FOLLOW") == "0":
        return None
    thread = threading.Thread(target=kb.follow, args=(settings(), _told, report), name="following", daemon=True)
    thread.start()
    return thread


def _told(built: kb.Built) -> None:
    for problem in built.reading.problems:
        _LOG.warning("%s", problem)


def report(error: SibkbError) -> None:
    """Tell the operator, on the console, everything that is wrong."""
    _LOG.error("%s", error)
    for problem in error.problems if isinstance(error, CorpusError) else ():
        _LOG.error("%s", problem)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """What a URL asks."""

    query: Query
    ignored: tuple[str, ...] = ()
    """Parts of it that mean nothing, as `name=value`."""


def parameter(field: str) -> str:
    """What a field of the filters is called in the URL."""
    return field.replace("_", "-")


def read_address(given: Mapping[str, Sequence[str]]) -> Address:
    """The question that URL parameters ask; what cannot be understood is left out and named."""
    ignored: list[str] = []

    def understood(name: str, values: Sequence[str], good: Sequence[bool]) -> tuple[str, ...]:
        ignored.extend(f"{name}={value}" for value, fits in zip(values, good, strict=True) if not fits)
        return tuple(dict.fromkeys(value for value, fits in zip(values, good, strict=True) if fits))

    def one(name: str, fits: re.Pattern[str]) -> str | None:
        values = [value for value in given.get(name, ())[-1:] if value]
        return next(iter(understood(name, values, [bool(fits.fullmatch(value)) for value in values])), None)

    fields = {name: given.get(parameter(name), ()) for name in FILTER_FIELDS}
    words = {
        name: understood(parameter(name), values, [takes(name, value) for value in values])
        for name, values in fields.items()
    }
    mode = one("mode", re.compile("|".join(MODES)))
    page = one("page", re.compile(r"[1-9]\d{0,5}"))
    query = Query(
        text=" ".join(given.get("q", ("",))[-1:]),
        filters=Filters(**words, years=_years(one("years", _YEARS))),
        mode=mode or "hybrid",
        limit=PAGE_SIZE,
        offset=(int(page or 1) - 1) * PAGE_SIZE,
    )
    return Address(query=query, ignored=tuple(ignored))


def _years(text: str | None) -> tuple[int, int] | None:
    match = _YEARS.fullmatch(text or "")
    return tuple(sorted((int(match[1]), int(match[2] or match[1])))) if match else None  # type: ignore[return-value]


def write_address(query: Query) -> dict[str, list[str]]:
    """The URL parameters that ask this question; what is as it would be anyway is left out."""
    page = query.offset // PAGE_SIZE + 1
    given = {
        "q": [query.text] if query.text else [],
        **{parameter(name): list(values) for name, values in query.filters.active().items()},
        "years": ["-".join(map(str, query.filters.years))] if query.filters.years else [],
        "mode": [query.mode] if query.mode != "hybrid" else [],
        "page": [str(page)] if page > 1 else [],
    }
    return {name: values for name, values in given.items() if values}


def address(page: str, query: Query) -> str:
    """Where a page answers this question, relative to any page of the app; for our own HTML."""
    parameters = urlencode(write_address(query), doseq=True)
    return f"{page}?{parameters}" if parameters else page


def without(query: Query, field: str) -> Query:
    """The same question, from its first page, without one field of its filters."""
    return replace(query, offset=0, filters=query.filters.without(field))


def asked() -> Address:
    """What the URL of this run asks, with the widgets set to it."""
    address = read_address({name: st.query_params.get_all(name) for name in st.query_params})
    show(address.query)
    return address


def asked_of(understood: Callable[[Query], Query]) -> Address:
    """The same for a page that understands only part of a question; the rest is named, and no widget is set to it."""
    address = asked()
    query = understood(address.query)
    kept = write_address(query)
    ignored = [
        f"{name}={value}"
        for name, values in write_address(address.query).items()
        for value in values
        if value not in kept.get(name, ())
    ]
    show(query)
    return Address(query=query, ignored=(*address.ignored, *ignored))


def show(query: Query) -> None:
    """Set the widgets to a question."""
    set_widget("q", query.text)
    set_widget("mode", query.mode)
    for name in FILTER_FIELDS:
        set_widget(name, list(getattr(query.filters, name)))


def set_years(years: tuple[int, int]) -> None:
    """Set the slider, whose ends only the knowledge base knows."""
    set_widget("years", years)


def set_page(page: int) -> None:
    """Set the page, which only the answer can limit."""
    set_widget("page", page)


def set_widget(key: str, value: object) -> None:
    """Set any widget, before it is drawn."""
    if st.session_state.get(key) != value:
        st.session_state[key] = value


def push(years: tuple[int, int] | None = None) -> None:
    """Write the widgets to the URL, from the first page; `years` are the ends of the slider, which ask for nothing."""
    chosen = st.session_state.get("years")
    filters = {name: tuple(st.session_state.get(name) or ()) for name in FILTER_FIELDS}
    query = Query(
        text=st.session_state.get("q") or "",
        filters=Filters(**filters, years=None if chosen in (None, years) else tuple(chosen)),
        mode=st.session_state.get("mode") or "hybrid",
    )
    go(query)


def turn(query: Query) -> None:
    """Write another page of the same answer to the URL."""
    go(replace(query, offset=(st.session_state["page"] - 1) * PAGE_SIZE))


def go(query: Query) -> None:
    """Ask another question: the URL first, and the next run by it."""
    st.query_params.from_dict(write_address(query))
