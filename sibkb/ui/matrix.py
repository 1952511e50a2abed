"""Values -> a picture and its table: themes against roles or stages of the work, and where nothing is.

The picture is a plain Vega-Lite value: what Altair would write, without the half second that importing it takes. A
cell where nothing is has a cross, so that it is told by its form; the table says `none` there, and each of its cells
leads to what it counts.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import Final

from sibkb import vocabulary
from sibkb.auditing import Crossing
from sibkb.model import NOT_RECORDED, Filters, Json, Query
from sibkb.ui import session
from sibkb.ui.figures import number

SHADES: Final = (1, 3, 6)
"""The least of each shade, the faintest first."""
_OPACITY: Final = (0.1, 0.2, 0.34)
"""Of the page's own colour of text, so that a number on it has a contrast of 4.5 in light and in dark."""
_STEP: Final = 26
_HEAD: Final = 170
"""Pixels a row, and for the names beside and above."""
_ROOMY: Final = 18
_NARROW: Final = 240
"""Pixels of a cell that has room for its number, and of all cells on a phone."""
_INK: Final = "currentColor"

Way = Callable[[str, str | None], str]
"""A theme and a word, or none for all of the theme -> the page that shows what is counted there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """Themes down, words across."""

    crossing: Crossing
    words: vocabulary.Vocabulary
    noun: str
    """What is counted, one of them."""
    across: str
    """What the words are, one of them: `role`."""


def shade(count: int) -> int:
    """How dark a cell is, from 1; 0 where nothing is."""
    return sum(count >= least for least in SHADES)


def _cells(matrix: Matrix) -> Iterator[tuple[str, str, int]]:
    for theme, counts in matrix.crossing.cells.items():
        yield from ((theme, word, counts[word]) for word in matrix.words)


def told(matrix: Matrix, count: int) -> str:
    """A count in words."""
    return number(count, matrix.noun) if count else f"no {matrix.noun}"


# The picture


def chart(matrix: Matrix, way: Way) -> Json:
    """A field of cells, darker where there is more, crossed where there is nothing; each leads where the table does."""
    themes, words = ([term.label for term in each.values()] for each in (vocabulary.THEMES, matrix.words))
    tooltip = {"theme": "Theme", "word": matrix.across.capitalize(), "told": "Here"}
    cell = f"width / {len(words)}"
    size, small = ({"expr": f"max(7, min({most}, {cell} * {part}))"} for most, part in ((13, 0.6), (12, 0.8)))
    roomy = {"expr": f"{cell} > {_ROOMY} ? 1 : 0"}
    return {
        "data": {"values": list(_rows(matrix, way))},
        "height": _STEP * len(themes) + _HEAD,
        "padding": {"top": 24, "left": 0, "right": 4, "bottom": 4},
        "encoding": {
            "x": _axis("word", words, {"orient": "top", "labelAngle": -90, "labelFontSize": small}),
            "y": _axis("theme", themes, {"labelFontSize": {"expr": f"width < {_NARROW} ? 10 : 12"}}),
            "href": {"field": "way", "type": "nominal"},
            "tooltip": [{"field": field, "type": "nominal", "title": title} for field, title in tooltip.items()],
        },
        "layer": [
            *(_shaded(place, opacity) for place, opacity in enumerate(_OPACITY, 1)),
            _text("datum.count == 0", {"value": "×"}, {"fontSize": size}),
            _text("datum.count > 0", {"field": "count", "type": "quantitative"}, {"fontSize": size, "opacity": roomy}),
        ],
    }


def _rows(matrix: Matrix, way: Way) -> Iterator[Json]:
    for theme, word, count in _cells(matrix):
        labels = {"theme": vocabulary.THEMES[theme].label, "word": matrix.words[word].label}
        yield {**labels, "count": count, "shade": shade(count), "told": told(matrix, count), "way": way(theme, word)}


def _axis(field: str, labels: Sequence[str], more: Json) -> Json:
    """Every label is drawn, in the page's own colour."""
    plain = {"title": None, "domain": False, "ticks": False, "labelColor": _INK, "labelOverlap": False}
    axis = {**plain, "labelLimit": 200, **more}
    return {"field": field, "type": "nominal", "scale": {"domain": labels}, "axis": axis}


def _shaded(place: int, opacity: float) -> Json:
    mark = {"type": "rect", "aria": False, "color": _INK, "fillOpacity": opacity, "stroke": None, "cornerRadius": 2}
    return {"transform": [{"filter": f"datum.shade == {place}"}], "mark": mark}


def _text(which: str, text: Json, mark: Json) -> Json:
    return {
        "transform": [{"filter": which}],
        "mark": {"type": "text", "aria": False, "color": _INK, "baseline": "middle", **mark},
        "encoding": {"text": text},
    }


def in_words(matrix: Matrix) -> str:
    """What the picture shows, for those who do not see it; the table under it says all."""
    counts = [count for _, _, count in _cells(matrix)]
    return (
        f"Grid of {len(vocabulary.THEMES)} themes by {len(matrix.words)} {matrix.across}s, each with its number "
        f"of {matrix.noun}s. {counts.count(0)} of {len(counts)} cells have none. The table below says the same."
    )


def legend(matrix: Matrix) -> str:
    """How to read the picture and the table."""
    ends = [*(f"{least} or {after - 1}" if after - least == 2 else f"{least} to {after - 1}"
              for least, after in pairwise(SHADES)), f"{SHADES[-1]} or more"]  # fmt: skip
    rows = "".join(f'<li><span class="kb-shade-{place}"></span>{end}</li>' for place, end in enumerate(ends, 1))
    return f'<ul class="kb-legend"><li><span>×</span>no {matrix.noun}</li>{rows}</ul>'


# The table


def table(matrix: Matrix, way: Way, caption: str) -> str:
    """The same as a table: each cell leads to what it counts, each theme to what the cases together say on it."""
    columns = {word: term.label for word, term in matrix.words.items()}
    if NOT_RECORDED in matrix.crossing.words:
        columns[NOT_RECORDED] = f"{matrix.across.capitalize()} {NOT_RECORDED}"
    head = "".join(
        f'<th scope="col"><span>{escape(name)}</span></th>' for name in (*columns.values(), f"All {matrix.noun}s")
    )
    body = "".join(_row(matrix, theme, columns, way) for theme in matrix.crossing.cells)
    totals = "".join(f"<td>{matrix.crossing.words[word]:,}</td>" for word in columns)
    return (
        f'<div class="kb-scroll"><table class="kb-matrix"><caption>{escape(caption)}</caption>'
        f'<thead><tr><th scope="col">Theme</th>{head}</tr></thead><tbody>{body}</tbody><tfoot><tr>'
        f'<th scope="row">All, each once</th>{totals}<td>{sum(matrix.crossing.words.values()):,}</td>'
        "</tr></tfoot></table></div>"
    )


def _row(matrix: Matrix, theme: str, columns: Iterable[str], way: Way) -> str:
    together = escape(session.address("lessons", Query(filters=Filters(theme=(theme,)))))
    cells = "".join(_cell(matrix, theme, word, way) for word in columns)
    all_of = _cell_of(matrix, matrix.crossing.themes[theme], theme, way(theme, None))
    name = f'<a href="{together}">{escape(vocabulary.THEMES[theme].label)}</a>'
    return f'<tr><th scope="row">{name}</th>{cells}<td class="kb-all">{all_of}</td></tr>'


def _cell(matrix: Matrix, theme: str, word: str, way: Way) -> str:
    """How many there are; a way to them, but where the word is not recorded, for no filter asks for that."""
    count = matrix.crossing.cells[theme].get(word, 0)
    style = f"kb-shade-{shade(count)}" if count else "kb-none"
    if word not in matrix.words:
        return f'<td class="{style}"><span>{count or "none"}</span></td>'
    return f'<td class="{style}">{_cell_of(matrix, count, theme, way(theme, word), word)}</td>'


def _cell_of(matrix: Matrix, count: int, theme: str, way: str, word: str | None = None) -> str:
    what = told(matrix, count)
    where = [vocabulary.THEMES[theme].label, *([matrix.words[word].label] if word else [])]
    label = escape(f"{what[0].upper()}{what[1:]}: {', '.join(where)}")
    return f'<a href="{escape(way)}" aria-label="{label}">{f"{count:,}" if count else "none"}</a>'


# What is missing


def missing(matrix: Matrix) -> Iterator[str]:
    """Where there is nothing or hardly anything, a sentence each; HTML."""
    counts = [count for _, _, count in _cells(matrix)]
    across, noun = matrix.across, matrix.noun
    yield f"<b>{counts.count(0):,} of {len(counts):,} cells are empty:</b> no {noun} stands there."
    if never := [term.label for word, term in matrix.words.items() if not matrix.crossing.words[word]]:
        yield f"<b>On no theme at all:</b> {escape(', '.join(never))}."
    themes, words = (Counter(each[side] for each in _cells(matrix) if each[2]) for side in (0, 1))
    heard = {term.label: words[word] for word, term in matrix.words.items() if words[word]}
    yield f"<b>{across.capitalize()}s with {noun}s on the fewest themes:</b> {_fewest(heard, len(vocabulary.THEMES))}."
    covered = {term.label: themes[theme] for theme, term in vocabulary.THEMES.items()}
    yield f"<b>Themes with the fewest {across}s:</b> {_fewest(covered, len(matrix.words))}."
    if unknown := matrix.crossing.words.get(NOT_RECORDED, 0):
        have = "has" if unknown == 1 else "have"
        yield f"<b>{number(unknown, noun)}</b> {have} no {across} on record, and may fill some of the gaps."


def _fewest(counts: Mapping[str, int], of: int) -> str:
    """The three lowest, and all that are as low as the third of them."""
    low = sorted(counts.items(), key=lambda each: each[1])
    named = [each for each in low if each[1] <= low[:3][-1][1]]
    return escape("; ".join(f"{label} ({count} of {of})" for label, count in named))
