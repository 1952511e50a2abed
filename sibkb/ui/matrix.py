"""Values -> a picture and its table: themes against roles or stages of the work, and where nothing is.

The picture is HTML that the style sheet draws: there at once, where a chart library would take the browser longer to
load than all else on the page. A cell where nothing is has a cross, so that it is told by its form; the table says
`none` there, and each of its cells leads to what it counts.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import Final

from sibkb import vocabulary
from sibkb.auditing import Crossing
from sibkb.exporting.wording import number
from sibkb.model import NOT_RECORDED, Filters, Query
from sibkb.ui import session

SHADES: Final = (1, 3, 6)
"""The least of each shade, the faintest first."""
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


def picture(matrix: Matrix, way: Way) -> str:
    """A field of cells, darker where there is more, crossed where there is nothing; each leads where the table does.

    For the eye and the mouse: its table says the same to those who listen or use a keyboard.
    """
    heads = "".join(f"<span>{escape(term.label)}</span>" for term in matrix.words.values())
    rows = "".join(_line(matrix, theme, way) for theme in matrix.crossing.cells)
    return (
        f'<figure class="kb-field" style="--across: {len(matrix.words)}">'
        f'<figcaption class="kb-hidden">{escape(in_words(matrix))}</figcaption>'
        f'<div aria-hidden="true"><div class="kb-heads"><span></span>{heads}</div>{rows}</div></figure>'
    )


def _line(matrix: Matrix, theme: str, way: Way) -> str:
    label, counts = vocabulary.THEMES[theme].label, matrix.crossing.cells[theme]
    cells = "".join(
        f'<a tabindex="-1" href="{escape(way(theme, word))}" class="kb-shade-{shade(counts[word])}" '
        f'title="{escape(f"{label}, {term.label}: {told(matrix, counts[word])}")}">{counts[word] or "×"}</a>'
        for word, term in matrix.words.items()
    )
    return f"<div><span>{escape(label)}</span>{cells}</div>"


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
