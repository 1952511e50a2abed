"""Values -> HTML: documents side by side, as real tables that a narrow screen draws as blocks; all text is escaped.

Roles are named since a table drawn as blocks would lose them.
"""

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import Final

from sibkb.exporting import html
from sibkb.exporting.comparison import Case, Cell, Line, Part, numbers
from sibkb.exporting.facts import Fact
from sibkb.model import Document, Passage
from sibkb.ui import cards, links

_KINDS: Final = frozenset({"lesson", "dispute"})
"""Kinds of passage that are told whole here, each with a way to its place."""


def table(part: Part, cases: Sequence[Case]) -> str:
    """The rows of a part under the titles of the documents."""
    documents = [document for document, _ in cases]
    head = "".join(f'<th role="columnheader" scope="col">{links.titled(each)}</th>' for each in documents)
    rows = "".join(f'<tr role="row">{"".join(_cells(line, documents))}</tr>' for line in part.lines)
    caption = f"{part.heading}: {', '.join(document.title for document in documents)}"
    return (
        '<div class="kb-wide"><table class="kb-abreast" role="table">'
        f'<caption class="kb-hidden">{escape(caption)}</caption>'
        '<thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">'
        f'<span class="kb-hidden">{escape(part.heading)}</span></th>{head}</tr></thead>'
        f'<tbody role="rowgroup">{rows}</tbody></table></div>'
    )


def _cells(line: Line, documents: Sequence[Document]) -> Iterator[str]:
    same = (
        "" if line.differs else f' <span class="kb-same">the same in {"both" if len(documents) == 2 else "all"}</span>'
    )
    yield f'<th role="rowheader" scope="row">{escape(line.label)}{same}</th>'
    for cell, document in zip(line.cells, documents, strict=True):
        faint = "" if cell.facts else ' class="kb-unknown"'
        inner = _sources(document) if line.name == "sources" else _said(cell, document)
        yield f'<td role="cell" data-name="{escape(document.title)}"{faint}>{inner}</td>'


def _said(cell: Cell, document: Document) -> str:
    items = [_fact(fact, document) for fact in cell.facts] or [escape(cell.missing)]
    items += [_disputed(cell.disputes)] if cell.disputes else []
    return _listed("ul", items) if len(items) > 1 else items[0]


def _listed(tag: str, items: Iterable[str]) -> str:
    return f"<{tag}>{''.join(f'<li>{item}</li>' for item in items)}</{tag}>"


def _fact(fact: Fact, document: Document) -> str:
    body = html.fact(fact) + _refs(fact.sources, document)
    if fact.passage and fact.passage.kind in _KINDS:
        place = escape(links.address(document, fact.passage))
        way = f'<a class="kb-place" href="{place}" aria-label="In its place: {escape(fact.text)}">In its place</a>'
        name = f' id="{_anchor(fact.passage)}"' if fact.passage.kind == "dispute" else ""
        return f"<span{name}>{body} {way}</span>"
    return body + (f" {_disputed(fact.disputes)}" if fact.disputes else "")


def _refs(sources: Iterable[str], document: Document) -> str:
    """The numbers of the sources in the document's own list, each a way to its line."""
    ids = list(sources)
    each = [
        f'<a href="#{_source(document, id)}" aria-label="Source {number} of {escape(document.title)}">{number}</a>'
        for id, number in zip(ids, numbers(document, ids), strict=True)
    ]
    return f'<sup class="kb-refs">[{", ".join(each)}]</sup>' if each else ""


def _disputed(disputes: Sequence[Passage]) -> str:
    """That it is disputed, with ways to what is said of it further down."""
    ways = [
        f'<a href="#{_anchor(each)}" aria-label="What is disputed of it: {escape(each.text)}">Disputed</a>'
        for each in disputes
    ]
    return f'<span class="kb-doubt">{", ".join(ways)}</span>'


def _anchor(passage: Passage) -> str:
    return f"d-{escape(passage.id)}"


def _source(document: Document, id: str) -> str:
    return f"s-{escape(document.id)}-{escape(id)}"


def _sources(document: Document) -> str:
    items = (f'<li id="{_source(document, each.id)}">{cards.cited(each)}</li>' for each in document.sources)
    return f"<ol>{''.join(items)}</ol>"


def choices(ways: Iterable[tuple[str, str]]) -> str:
    """Ways on, each with why it is offered."""
    items = "".join(f"<li>{way}<span>{escape(why)}</span></li>" for way, why in ways)
    return f'<ul class="kb-ways">{items}</ul>'
