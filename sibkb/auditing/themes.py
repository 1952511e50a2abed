"""How passages lie over the themes, and how much stands behind what several of them say."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sibkb import vocabulary
from sibkb.auditing.counting import Counts, counted, most_first, work_of
from sibkb.model import Document, Passage


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """How many passages stand where a theme and a word of another vocabulary meet."""

    cells: Mapping[str, Counts]
    """Theme -> its passages by word; one on two themes is in both."""
    themes: Counts
    """Passages on each theme."""
    words: Counts
    """Passages of each word, each once, whatever themes it is on; those on no theme are among them."""


def cross(passages: Sequence[Passage], words: vocabulary.Vocabulary, of: Callable[[Passage], str | None]) -> Crossing:
    """Count the passages by theme and by the word that each has, if any."""
    cells = {theme: [of(each) for each in passages if theme in each.themes] for theme in vocabulary.THEMES}
    return Crossing(
        cells={theme: counted(words, found) for theme, found in cells.items()},
        themes={theme: len(found) for theme, found in cells.items()},
        words=counted(words, map(of, passages)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """How much stands behind what several passages say."""

    documents: tuple[Document, ...]
    """In which it is said, each once, by title."""
    countries: Counts
    """Documents in each country, most first."""
    bases: Counts
    """Passages by what they rest on."""
    shared: int
    """How many of the documents rest on one and the same work, the most there are for any; 1 where each has its own."""


def weigh(passages: Sequence[Passage], documents: Mapping[str, Document]) -> Weight:
    """Count behind a statement each document once, however often it makes it."""
    found = {each.document_id: documents[each.document_id] for each in passages}
    pairs = {(work_of(found[each.document_id].source(id)), each.document_id)
             for each in passages for id in each.source_ids}  # fmt: skip
    return Weight(
        documents=tuple(sorted(found.values(), key=lambda each: (each.title.casefold(), each.id))),
        countries=most_first(country for each in found.values() for country in each.countries),
        bases=counted(vocabulary.BASES, (each.basis for each in passages)),
        shared=max(Counter(work for work, _ in pairs).values(), default=min(1, len(found))),
    )
