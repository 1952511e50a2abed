"""Values -> HTML that stands in the app and in the handbook alike; all text is escaped."""

from collections.abc import Callable, Iterable
from html import escape

from sibkb.exporting.facts import Fact
from sibkb.exporting.wording import unbroken
from sibkb.model import Passage

Refs = Callable[[Iterable[str]], str]
"""Ids of sources -> HTML that leads to them."""


def anchor(passage: Passage) -> str:
    """What a passage is called inside the page of its document."""
    return f"p-{passage.id.partition('.')[2]}"


def fact(fact: Fact) -> str:
    """A fact, its figure in bold."""
    figure = f"{escape(fact.text)}: <b>{escape(unbroken(fact.figure))}</b>" if fact.figure else escape(fact.text)
    return figure + (f' <span class="kb-note-in">({escape(fact.note)})</span>' if fact.note else "")


def disputed(disputes: Iterable[Passage], refs: Refs) -> str:
    """What is disputed of a figure or a field, to stand beside it."""
    return "".join(
        f'<span class="kb-disputed"><b>Disputed:</b> {escape(each.text)}{refs(each.source_ids)} '
        f'<a href="#{escape(anchor(each))}">More</a></span>'
        for each in disputes
    )
