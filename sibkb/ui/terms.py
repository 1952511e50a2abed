"""Values -> HTML: the terms of the field, each explained where a text first has it, and all of them in a list."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from itertools import groupby
from typing import Final

from sibkb.glossary import Entry, Glossary, slug_of
from sibkb.model import Query
from sibkb.ui import cards, links, session
from sibkb.ui.cards import Span
from sibkb.words import stems_of

OTHERS: Final = "#"
"""Where a term stands that begins with no letter."""


class Explainer:
    """Explains each term where it first stands on one page: calm reading comes first."""

    def __init__(self, glossary: Glossary) -> None:
        self._glossary = glossary
        self._met: set[str] = set()

    def __call__(self, text: str, marks: Iterable[Span] = ()) -> str:
        """Escaped text with some of it marked, and links from terms that were not met yet."""
        parts, at, marks = [], 0, tuple(marks)
        for start, end, entry in self._glossary.mentions(text):
            if entry.term not in self._met:
                self._met.add(entry.term)
                parts += [_marked(text, at, start, marks), link(entry, _marked(text, start, end, marks))]
                at = end
        return "".join(parts) + _marked(text, at, len(text), marks)


def _marked(text: str, start: int, end: int, marks: Iterable[Span]) -> str:
    """A piece of a text, with the marks inside it: a term and a mark are both whole words."""
    return cards.marked(text[start:end], [(a - start, b - start) for a, b in marks if start <= a and b <= end])


def link(entry: Entry, html: str) -> str:
    """A word of a text that shows what it means, and leads to the glossary."""
    meaning = escape(entry.meaning)
    return f'<a class="kb-term" href="{escape(links.term(slug_of(entry.term)))}" data-meaning="{meaning}">{html}</a>'


def expanded(glossary: Glossary, names: Mapping[str, Sequence[str]]) -> str:
    """What a question was searched as besides, each name explained."""
    told = []
    for name, others in names.items():
        _, entry = glossary.named.get(stems_of(name), (name, None))
        html = link(entry, escape(name)) if entry else escape(name)
        told.append(f"{html} also searched as: {escape(', '.join(others))}")
    return f'<p class="kb-facts" role="status">{". ".join(told)}.</p>'


def letter(entry: Entry) -> str:
    """The letter under which a term stands."""
    first = entry.term[0].upper()
    return first if first.isalpha() else OTHERS


def letters(entries: Iterable[Entry]) -> str:
    """Ways down to the letters that have a term."""
    items = "".join(
        f'<li><a href="#{_anchor(each)}" aria-label="Terms with {each}">{each}</a></li>'
        for each in dict.fromkeys(map(letter, entries))
    )
    return f'<nav class="kb-letters" aria-label="Letters"><ol>{items}</ol></nav>'


def _anchor(letter: str) -> str:
    return f"letter-{slug_of(letter) or 'other'}"


def listed(entries: Sequence[Entry], used: Mapping[str, int], here: Entry | None = None) -> str:
    """The terms under their letters; `used` tells how many passages have a name."""
    return "".join(
        f'<h2 id="{_anchor(first)}">{first}</h2>'
        f'<dl class="kb-terms">{"".join(_entry(each, used, here=each == here) for each in group)}</dl>'
        for first, group in groupby(entries, letter)
    )


def _entry(entry: Entry, used: Mapping[str, int], *, here: bool) -> str:
    slug = slug_of(entry.term)
    short = "".join(f' <abbr class="kb-short">{escape(each)}</abbr>' for each in entry.abbreviations)
    way = f'<a href="{links.term(slug)}" aria-label="Link to {escape(entry.term)}">Link</a>'
    arrived = '<span class="kb-arrived">You came for this</span>' if here else ""
    rows = "".join(f'<p class="kb-labels">{row}</p>' for row in _rows(entry, used))
    return (
        f'<div id="{anchor(entry)}" class="kb-entry{" kb-here" if here else ""}"{" tabindex=-1" if here else ""}>'
        f'<dt>{arrived}<b>{escape(entry.term)}</b>{short} <span class="kb-place">{way}</span></dt>'
        f"<dd>{escape(entry.meaning)}{rows}</dd></div>"
    )


def anchor(entry: Entry) -> str:
    """What a term is called inside its page."""
    return f"t-{slug_of(entry.term)}"


def _rows(entry: Entry, used: Mapping[str, int]) -> Iterator[str]:
    if entry.also:
        yield f"<span>Also called: {escape(', '.join(entry.also))}</span>"
    if entry.see:
        yield f"<span>See: {', '.join(_see(term) for term in entry.see)}</span>"
    found = [_found(name, used[name]) for name in entry.names if used.get(name)]
    yield f"<span>{'; '.join(found)}</span>" if found else f"<span>No passage has these words. {_near(entry)}</span>"


def _see(term: str) -> str:
    return f'<a href="{links.term(slug_of(term))}">{escape(term)}</a>'


def _found(name: str, count: int) -> str:
    """A way to the passages that have a name in these very words."""
    passages = f"{count} passage{'s' * (count != 1)}"
    quoted = f'"{name}"'
    return f'<a href="{_search(quoted)}">{passages}</a> with {escape(name)}'


def _near(entry: Entry) -> str:
    return f'<a href="{_search(entry.term)}">What comes near it</a>'


def _search(text: str) -> str:
    return escape(session.address("./", Query(text=text)))
