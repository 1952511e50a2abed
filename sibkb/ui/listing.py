"""Values -> HTML: documents in a list, as cards and as a table; all text is escaped."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from types import MappingProxyType
from typing import Final

from sibkb import vocabulary
from sibkb.exporting import date_in_words, wording
from sibkb.model import NOT_RECORDED, Document, Entry
from sibkb.ui import cards, links

RUN: Final = frozenset({"case", "programme", "support-model"})
"""Kinds of document that begin, run and end; of the others some columns do not speak."""
_HIDDEN: Final = "not shown here"
_INVESTED: Final = re.compile(r"\b(investment|capital|loan|raised|bond sold)\b", re.IGNORECASE)
_OTHERWISE: Final = re.compile(r"\b(returns?|part|per|each person|expected|planned|had)\b", re.IGNORECASE)
"""Sums that speak of the money put in without being it."""

_FIGURE: Final = re.compile(r"^([A-Z]{3} [\d,.]+)")
"""A sum, which is not broken over two lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside:
    """What of a document a list tells besides its facts."""

    summary: str = ""
    """Empty where the reader may not see it."""
    lessons: int = 0
    voices: int = 0
    """Quotations, and our summaries of what somebody said."""


Row = tuple[Document, Inside]


def card(row: Row, way: str = "") -> str:
    """A document as somebody who looks for one meets it, with a way on where one is given."""
    document, inside = row
    facts = " · ".join(map(escape, cards.about(document)))
    parts = [f'<h3>{links.titled(document)}</h3><p class="kb-facts">{facts}</p>']
    if inside.summary:
        parts.append(f'<p class="kb-first">{escape(inside.summary)}</p>')
    counts = " · ".join(_counted(inside)) if document.passage_ids else f"What it says is {_HIDDEN}"
    parts.append(f'<p class="kb-facts">{" · ".join(filter(None, (counts, way)))}</p>')
    return f'<article class="kb-card kb-listed">{"".join(parts)}</article>'


def _counted(inside: Inside) -> Iterator[str]:
    for count, name in ((inside.lessons, "lesson"), (inside.voices, "voice")):
        yield f"<b>{count or 'No'}</b> {name}{'s' * (count != 1)}"


def table(
    rows: Sequence[Row], caption: str, columns: Collection[str], ways: Mapping[str, str] = MappingProxyType({})
) -> str:
    """Documents as a table whose titles are links; roles are named since a narrow screen draws a wide one as blocks.

    `ways` are HTML by the document's id, below its title.
    """
    names = "".join(f'<th role="columnheader" scope="col">{name}</th>' for name in ("Title", *columns))
    body = "".join(f'<tr role="row">{"".join(_cells(row, columns, ways))}</tr>' for row in rows)
    style = "kb-table kb-blocks" if len(columns) > 4 else "kb-table"
    return (
        f'<div class="kb-wide"><table class="{style}" role="table">'
        f'<caption class="kb-hidden">{escape(caption)}</caption>'
        f'<thead role="rowgroup"><tr role="row">{names}</tr></thead><tbody role="rowgroup">{body}</tbody></table></div>'
    )


def _cells(row: Row, columns: Iterable[str], ways: Mapping[str, str]) -> Iterator[str]:
    way = ways.get(row[0].id)
    name = f' aria-label="{escape(row[0].title)}"' if way else ""
    below = f'<span class="kb-way">{way}</span>' if way else ""
    yield f'<th role="rowheader" scope="row"{name}>{links.titled(row[0])}{below}</th>'
    for name in columns:
        lines = COLUMNS[name](row)
        text = "<br>".join(_FIGURE.sub(r'<span class="kb-figure">\1</span>', escape(line)) for line in lines)
        faint = ' class="kb-unknown"' if lines[0] in (NOT_RECORDED, wording.NEVER, _HIDDEN) else ""
        yield f'<td role="cell" data-name="{name}"{faint}>{text}</td>'


def bullets(documents: Iterable[Document]) -> str:
    """Documents as a plain list of links."""
    items = "".join(f"<li>{links.titled(document)}, {escape(_where(document))}</li>" for document in documents)
    return f'<ul class="kb-bullets">{items}</ul>'


def _where(document: Document) -> str:
    kind = vocabulary.DOCUMENT_KINDS[document.kind].label.lower()
    return ", ".join([kind, *map(vocabulary.country, document.countries)])


def stage(document: Document) -> str:
    """How far it got, in words."""
    if document.stage:
        return vocabulary.STAGES[document.stage].label
    return NOT_RECORDED if document.kind in RUN else wording.NEVER


def investment(document: Document) -> list[str]:
    """The sums recorded as put in, each with its own name unless that is plainly Investment; several may disagree."""
    sums = [entry for entry in document.entries if _invested(entry)]
    told = [str(entry.figure) if entry.what == "Investment" else f"{entry.figure} ({entry.what})" for entry in sums]
    return told or [NOT_RECORDED if document.kind in RUN else wording.NEVER]


def _invested(entry: Entry) -> bool:
    named = entry.field == "money" and entry.amount is not None
    return named and bool(_INVESTED.search(entry.what)) and not _OTHERWISE.search(entry.what)


def _date(date: str | None) -> str:
    """A date with its month in three letters."""
    words = date_in_words(date).split() if date else [NOT_RECORDED]
    return " ".join(word if word.isdigit() or not date else word[:3] for word in words)


def _number(row: Row, count: int) -> str:
    return str(count) if row[0].passage_ids else _HIDDEN


COLUMNS: Final[Mapping[str, Callable[[Row], list[str]]]] = {
    "Kind": lambda row: [vocabulary.DOCUMENT_KINDS[row[0].kind].label],
    "Country": lambda row: [", ".join(map(vocabulary.country, row[0].countries)) or NOT_RECORDED],
    "Sector": lambda row: [wording.sector(row[0])],
    "How far it got": lambda row: [stage(row[0])],
    "Start": lambda row: [_date(row[0].start)],
    "End": lambda row: [_date(row[0].end)],
    "Investment": lambda row: investment(row[0]),
    "Lessons": lambda row: [_number(row, row[1].lessons)],
    "Voices": lambda row: [_number(row, row[1].voices)],
}
"""What a table may tell beside the title: column -> the lines of its cell."""
