"""Values -> a chart: projects as bars from start to end, and the same said in words.

The chart is a list in HTML whose bars the style sheet draws: there at once, in the colours of the theme, its titles
links that a keyboard reaches. A chart library would take the browser longer to load than all else on the page.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from html import escape
from typing import Final, NamedTuple

from sibkb import vocabulary
from sibkb.exporting import date_in_words
from sibkb.model import NOT_RECORDED, Document
from sibkb.ui import links, listing

_MARKS: Final = 5
"""Steps between years that are written."""
_STAGES: Final = (*(term.label for term in vocabulary.STAGES.values()), NOT_RECORDED)
_OPEN: Final = 1.0
"""Years that a bar is drawn long where its other end is not recorded."""


class Sorted(NamedTuple):
    """Documents by what a timeline can say of them."""

    drawn: list[Document]
    undated: list[Document]
    """They run, but neither start nor end is recorded."""
    others: list[Document]
    """Interviews and commentaries do not run."""


def sort_out(documents: Iterable[Document]) -> Sorted:
    """Which of the documents can be drawn; their order stays."""
    found = Sorted([], [], [])
    for document in documents:
        runs = document.kind in listing.RUN
        (found.drawn if runs and (document.start or document.end) else found.undated if runs else found.others).append(
            document
        )
    return found


def years(documents: Iterable[Document]) -> tuple[int, int]:
    """The first and the last year that bars of these reach; never the same one."""
    ends = [end for document in documents for end in _ends(document)]
    first = int(min(ends))
    return first, max(first + 1, math.ceil(max(ends)))


def began(documents: Sequence[Document]) -> str:
    """When the documents began, in words."""
    first, last = (int(_ends(document)[0]) for document in (documents[0], documents[-1]))
    return f"Began in {first}" if first == last else f"Began {first} to {last}"


def _ends(document: Document) -> tuple[float, float]:
    start = _moment(document.start, last=False) if document.start else None
    end = _moment(document.end, last=True) if document.end else None
    if start is None:
        return (end or 0.0) - _OPEN, end or 0.0
    return start, start + _OPEN if end is None else max(end, start)


def _moment(date: str, *, last: bool) -> float:
    """A date as a number of years; one that names no month or day means its first day, or its last."""
    parts = [int(part) for part in date.split("-")]
    months = parts[1] - 1 if len(parts) > 1 else 12 if last else 0
    days = parts[2] if len(parts) > 2 else 31 if last and len(parts) == 2 else 0
    return round(parts[0] + months / 12 + days / 31 / 12, 3)


def chart(documents: Sequence[Document]) -> str:
    """The picture: a row a document, its title and how far it got in words, its bar over the years of all of them."""
    first, last = years(documents)
    rows = "".join(_row(document, first, last) for document in documents)
    scale = "".join(_tick(year, first, last) for year in _ticks(first, last))
    return (
        f'<figure class="kb-timeline" style="--years: {last - first}">'
        f'<figcaption class="kb-hidden">{escape(in_words(documents))}</figcaption>'
        f'<div class="kb-scale" aria-hidden="true"><span></span><span class="kb-track">{scale}</span></div>'
        f'<ol role="list">{rows}</ol></figure>'
    )


def _row(document: Document, first: int, last: int) -> str:
    start, end = _ends(document)
    left, width = _share(start - first, last - first), _share(end - start, last - first)
    known = "" if document.start and document.end else " kb-open"
    return (
        f'<li data-stage="{escape(document.stage or "")}">'
        f'<span>{links.titled(document)} <span class="kb-facts">{escape(_said(document))}</span></span>'
        f'<span class="kb-track" aria-hidden="true"><span class="kb-run{known}" style="left: {left}; width: {width}">'
        "</span></span></li>"
    )


def _said(document: Document) -> str:
    """How far it got and when it ran."""
    ends = (date_in_words(date) if date else None for date in (document.start, document.end))
    began, ended = (each or f"{name} {NOT_RECORDED}" for each, name in zip(ends, ("start", "end"), strict=True))
    return f"{listing.stage(document)} · {began} – {ended}"


def _ticks(first: int, last: int) -> range:
    """The years that are written, few enough to be read on a telephone."""
    step = next((step for step in (1, 2, 5, 10, 20, 50, 100) if last - first <= _MARKS * step), 1000)
    return range(-(-first // step) * step, last + 1, step)


def _tick(year: int, first: int, last: int) -> str:
    return f'<span style="left: {_share(year - first, last - first)}">{year}</span>'


def _share(part: float, whole: int) -> str:
    return f"{part / whole:.2%}"


def told(drawn: Sequence[Document], total: int) -> str:
    """How to read the chart, and how much of what there is it shows."""
    how = (
        f"{len(drawn)} of {total} {'has' if len(drawn) == 1 else 'have'} dates on record and are drawn, each as a bar "
    )
    unknown = " A dashed bar is one year long and means that the other end is not recorded."
    some = any(not (document.start and document.end) for document in drawn)
    return f"{how}from start to end.{unknown if some else ''}"


def in_words(documents: Sequence[Document]) -> str:
    """What the chart shows, for those who do not see it; the table under it says all."""
    stages = Counter(map(listing.stage, documents))
    told = ", ".join(f"{stages[stage]} {stage.lower()}" for stage in _STAGES if stages[stage])
    open_ended = sum(not document.end for document in documents)
    unknown = f" The end of {open_ended} is {NOT_RECORDED}." if open_ended else ""
    return (
        f"Bar chart of {len(documents)} projects in the order they began, each from its start to its end. "
        f"{began(documents)}. How far they got: {told}.{unknown} The table below says the same."
    )
