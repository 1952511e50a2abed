"""Values -> a chart: projects as bars from start to end, and the same said in words.

The chart is a plain Vega-Lite value: what Altair would write, without the half second that importing it takes.
Years are numbers, since dates move to the day before in some time zones.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from sibkb import vocabulary
from sibkb.exporting import date_in_words
from sibkb.model import NOT_RECORDED, Document
from sibkb.ui import listing

ROWS: Final = 20
"""Bars a chart: its years stay in sight."""
_STEP: Final = 44
_INK: Final = "currentColor"
"""The page's own colour of text, light or dark, which Streamlit's theme gives to axes alone."""
_STAGES: Final = (*(term.label for term in vocabulary.STAGES.values()), NOT_RECORDED)
_OPEN: Final = 1.0
"""Years that a bar is drawn long where its other end is not recorded."""

Json = dict[str, Any]


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


def charts(drawn: Sequence[Document]) -> list[Sequence[Document]]:
    """The bars of each chart."""
    return [drawn[at : at + ROWS] for at in range(0, len(drawn), ROWS)]


def years(documents: Iterable[Document]) -> tuple[int, int]:
    """The first and the last year that bars of these reach, the same for all charts."""
    ends = [end for document in documents for end in _ends(document)]
    return int(min(ends)), int(-(-max(ends) // 1))


def began(documents: Sequence[Document]) -> str:
    """When the documents of a chart began, in words."""
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


def _bar(document: Document, years: tuple[int, int]) -> Json:
    start, end = _ends(document)
    missing = "end" if not document.end else "start" if not document.start else ""
    early = start - years[0] < 0.6 * (years[1] - years[0])
    return {
        "id": document.id,
        "title": document.title,
        "stage": listing.stage(document),
        "start": start,
        "end": end,
        "missing": f"{missing} {NOT_RECORDED}" if missing else "",
        "after": early,
        "began": date_in_words(document.start) if document.start else NOT_RECORDED,
        "ended": date_in_words(document.end) if document.end else NOT_RECORDED,
    }


def chart(documents: Sequence[Document], years: tuple[int, int]) -> Json:
    """One chart of some documents, over the years of all."""
    scale = {"domain": list(years), "nice": False, "zero": False}
    axis = {"orient": "top", "format": "d", "tickMinStep": 1, "grid": True, "title": None, "labelFlush": False}
    return {
        "data": {"values": [_bar(document, years) for document in documents]},
        "height": _STEP * len(documents),
        "encoding": {
            "y": {"field": "id", "type": "nominal", "scale": {"domain": [each.id for each in documents]}, "axis": None},
            "tooltip": [
                {"field": field, "type": "nominal", "title": title}
                for field, title in (
                    ("title", "Title"),
                    ("stage", "How far it got"),
                    ("began", "Start"),
                    ("ended", "End"),
                )
            ],
        },
        "layer": [
            _bars(scale, axis, "datum.missing == ''", {"strokeWidth": 1}),
            _bars(scale, axis, "datum.missing != ''", {"fillOpacity": 0.12, "strokeWidth": 1.5, "strokeDash": [4, 3]}),
            _text("title", {"align": "left", "fontWeight": 600, "limit": {"expr": "width - 100"}}, {"value": 0}),
            _text("stage", {"align": "right"}, {"value": "width"}),
            _beside("datum.after", "end", {"align": "left", "dx": 6}),
            _beside("!datum.after", "start", {"align": "right", "dx": -6}),
        ],
    }


def _bars(scale: Json, axis: Json, which: str, mark: Json) -> Json:
    colour = {"field": "stage", "type": "nominal", "scale": {"domain": list(_STAGES)}, "legend": None}
    return {
        "transform": [{"filter": which}],
        "mark": {"type": "bar", "height": 12, "yOffset": 9, "cornerRadius": 2, "minBandSize": 3} | mark,
        "encoding": {
            "x": {"field": "start", "type": "quantitative", "scale": scale, "axis": axis},
            "x2": {"field": "end"},
            "color": colour,
            "stroke": colour,
        },
    }


def _text(field: str, mark: Json, x: Json) -> Json:
    """A line of words above the bar."""
    return {
        "mark": {"type": "text", "baseline": "middle", "dy": -8, "fontSize": 13, "color": _INK} | mark,
        "encoding": {"x": x, "text": {"field": field, "type": "nominal"}},
    }


def _beside(which: str, end: str, mark: Json) -> Json:
    """What is missing, beside the bar where there is room."""
    return {
        "transform": [{"filter": f"datum.missing != '' && {which}"}],
        "mark": {"type": "text", "baseline": "middle", "dy": 9, "fontSize": 12, "color": _INK} | mark,
        "encoding": {
            "x": {"field": end, "type": "quantitative"},
            "text": {"field": "missing", "type": "nominal"},
        },
    }


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
