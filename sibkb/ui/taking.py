"""A list to take away: all that was found, as a file of the reader's choice, made when it is asked for."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import streamlit as st

from sibkb.exporting import FORMATS, Taken
from sibkb.kb import KnowledgeBase
from sibkb.model import Document, Passage, Query
from sibkb.ui import filters, links

Items = Callable[[], Sequence[tuple[Document, Passage | None]]]
"""Gives the whole list, not the page of it that is shown."""
Order = Callable[[Iterable[Passage]], Sequence[Passage]]


def away(base: KnowledgeBase, noun: str, items: Items, told: Mapping[str, str]) -> None:
    """A button for each kind of file; `noun` says what the list holds, several of them."""
    here, today = st.context.url, datetime.now(UTC).date()

    def make(suffix: str) -> Callable[[], bytes]:
        def made() -> bytes:
            found = items()
            whole = [document for document, passage in found if not passage]
            told_of = {each.id: base.engine.passages(each.passage_ids) for each in whole}
            return FORMATS[suffix].make(
                Taken(items=found, told=told, made=today, told_of=told_of, link=partial(links.absolute, here))
            )

        return made

    with st.expander(f"Take all {noun} away", icon=":material/download:"), st.container(horizontal=True):
        for suffix, each in FORMATS.items():
            st.download_button(
                each.label,
                make(suffix),
                file_name=f"sibkb-{noun}-{today.isoformat()}{suffix}",
                mime=each.media_type,
                on_click="ignore",
                key=f"away{suffix}",
            )


def passages(base: KnowledgeBase, noun: str, query: Query, order: Order = list) -> None:
    """All passages that a question finds, whatever page of them is shown."""

    def items() -> list[tuple[Document, Passage | None]]:
        everything = replace(query, offset=0, limit=max(1, base.engine.manifest.passages))
        found = order([hit.passage for hit in base.search(everything).hits])
        return [(base.engine.documents[each.document_id], each) for each in found]

    away(base, noun, items, {"Question": query.text, "Narrowed down to": _said(query)})


def _said(query: Query) -> str:
    chosen = [filters.said(query, field) for field in query.filters.active()]
    years = query.filters.years
    return "; ".join([*chosen, *([f"{filters.LABELS['years']}: {years[0]}–{years[1]}"] if years else [])])
