"""Documents and passages with their vectors -> which others are like one, and why.

A small encoder knows what a passage is about and often takes sentences of one build for sentences of one meaning; so
four signs are asked together (`ALIKE`): what the sentences say, what the whole says in its context, which words both
have, the rarer the more, and whether both are on one theme. What all passages have in common is taken from the vectors
first: everything here speaks of bonds, investors and outcomes, and without that step everything is like everything.

Two documents are alike by what they share (the rarer, the more it counts), by what is told of them, and by their two
closest pairs of lessons (`WEIGHTS`). How the figures were chosen, and how good the answers are: docs/search.md.
"""

import math
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt

from sibkb.model import Document, Passage, Similar
from sibkb.words import is_common, tokens

FloatArray = npt.NDArray[np.float32]
Scores = npt.NDArray[np.float64]
Value = TypeVar("Value")

KINDS: Final = ("lesson", "quote", "perspective", "dispute", "section")
"""Kinds of passage that say something; figures and summaries repeat what is told elsewhere in their document."""
ALIKE: Final[Mapping[str, float]] = {"sentences": 0.5, "whole": 0.5, "words": 0.75, "theme": 0.05}
"""What each sign counts in the likeness of two passages; all of them lie between 0 and 1, cosines below as well."""
PASSAGE_FLOOR: Final = 0.58
"""What is less alike is not shown; a figure of one encoder, so another needs another."""
_CHANCE: Final = 0.2
"""Where the vectors bring less than this, words are not even looked at."""
FEW: Final = 3
"""How many others of a passage are worth showing."""

WEIGHTS: Final[Mapping[str, float]] = {
    "told": 0.3,
    "sector": 0.26,
    "lessons": 0.2,
    "country": 0.08,
    "party": 0.08,
    "theme": 0.08,
}
"""What each likeness counts in that of two documents; all of them lie between 0 and 1."""
DOCUMENT_FLOOR: Final = 0.2
PAIR_FLOOR: Final = 0.5
"""Lessons of documents that are alike need not be as close as others to be worth showing."""
PAIRS: Final = 2
_DIGITS: Final = 4
_NOBODY: Final = frozenset({"authors", "interviewees"})
"""Roles of persons who tell of a case and took no part in it."""


class Likeness:
    """All that may be seen, ready to be compared; made once a generation."""

    def __init__(
        self, documents: Iterable[Document], passages: Sequence[Passage], sentences: FloatArray, wholes: FloatArray
    ) -> None:
        """`passages` are of `KINDS`; the vectors have a row for each, of their sentences and of the whole."""
        self._documents = {each.id: each for each in documents}
        self._passages = tuple(passages)
        self._said, whole = _apart(sentences), _apart(wholes)
        self._vectors = np.hstack([ALIKE["sentences"] * self._said, ALIKE["whole"] * whole])
        self._asking = np.hstack([self._said, whole])
        self._rows = {each.id: row for row, each in enumerate(passages)}
        self._words = [_stems(each.text) for each in passages]
        self._telling = _rarities(self._words, len(passages))
        self._weights = [self._weight(words) for words in self._words]
        self._of: dict[str, list[int]] = {id: [] for id in self._documents}
        for row, passage in enumerate(passages):
            self._of[passage.document_id].append(row)
        self._lessons = {id: [r for r in rows if passages[r].kind == "lesson"] for id, rows in self._of.items()}
        self._told = {id: _unit(self._said[rows].sum(axis=0)) for id, rows in self._of.items()}
        self._have = {id: frozenset(self._attributes(each)) for id, each in self._documents.items()}
        self._rarity = _rarities(self._have.values(), len(self._documents))

    def _attributes(self, document: Document) -> Iterator[tuple[str, str]]:
        """What it can share with another, by field."""
        if document.sector != "other":
            yield "sector", document.sector
        yield from (("country", country) for country in document.countries)
        yield from (("party", party.name.casefold()) for party in document.parties if party.role not in _NOBODY)
        yield from (("theme", theme) for row in self._lessons[document.id] for theme in self._passages[row].themes)

    # Passages

    def passages(self, ids: Iterable[str], limit: int = FEW) -> dict[str, tuple[tuple[Passage, float], ...]]:
        """Passage -> those of other documents that are most like it, 0 to about 1.8 each; equal ones by their ids.

        A passage of a kind that is not compared, or that nothing is like, is left out.
        """
        rows = [self._rows[id] for id in ids if id in self._rows]
        scores = self._alike(rows, range(len(self._passages)))
        found = {self._passages[row].id: self._near(row, each)[:limit] for row, each in zip(rows, scores, strict=True)}
        return {id: near for id, near in found.items() if near}

    def _near(self, row: int, scores: Scores) -> tuple[tuple[Passage, float], ...]:
        own = self._passages[row].document_id
        near = [(self._passages[other], float(scores[other])) for other in np.flatnonzero(scores >= PASSAGE_FLOOR)]
        others = (each for each in near if each[0].document_id != own)
        return tuple(sorted(others, key=lambda each: (-each[1], each[0].id)))

    def _alike(self, here: Sequence[int], there: Sequence[int]) -> Scores:
        """How alike each is to each."""
        scores = (self._asking[here] @ self._vectors[there].T).astype(np.float64)
        for row, column in zip(*np.nonzero(scores >= _CHANCE), strict=True):
            scores[row, column] += self._as_written(here[row], there[column])
        return np.round(scores, _DIGITS)

    def _as_written(self, row: int, other: int) -> float:
        """What two passages have in common besides their meaning: words, as a cosine, and a theme."""
        both = self._weight(self._words[row] & self._words[other])
        words = both / math.sqrt(self._weights[row] * self._weights[other]) if both else 0.0
        theme = not set(self._passages[row].themes).isdisjoint(self._passages[other].themes)
        return ALIKE["words"] * words + ALIKE["theme"] * theme

    def _weight(self, words: Iterable[str]) -> float:
        return math.fsum(map(self._telling.__getitem__, words))

    # Documents

    def documents(self, id: str, limit: int = 4, without: Collection[str] = ()) -> tuple[Similar, ...]:
        """The documents that are most like one, those in `without` left out; equal ones by their ids."""
        found = [self._compared(id, other) for other in self._documents if other != id and other not in without]
        alike = [each for each in found if each.score >= DOCUMENT_FLOOR]
        return tuple(sorted(alike, key=lambda each: (-each.score, each.document.id))[:limit])

    def _compared(self, id: str, other: str) -> Similar:
        shared = self._have[id] & self._have[other]
        pairs = self._closest(self._lessons[id], self._lessons[other])
        told = max(0.0, round(float(self._told[id] @ self._told[other]), _DIGITS))
        parts = {field: min(1.0, self._rare(shared, field)) for field in ("sector", "country", "party")}
        lessons = sum(min(1.0, score) for *_, score in pairs) / PAIRS
        parts |= {"told": told, "theme": self._themes(id, other), "lessons": lessons}
        return Similar(
            document=self._documents[other],
            score=round(sum(WEIGHTS[name] * part for name, part in parts.items()), _DIGITS),
            shared=self._named(shared, self._documents[other]),
            told=told,
            pairs=tuple(
                (self._passages[here], self._passages[there]) for here, there, score in pairs if score >= PAIR_FLOOR
            ),
        )

    def _rare(self, shared: Iterable[tuple[str, str]], field: str) -> float:
        return math.fsum(self._rarity[each] for each in shared if each[0] == field)

    def _themes(self, id: str, other: str) -> float:
        """The share of their themes that both have, the rare ones counting more."""
        own, theirs = (self._rare(self._have[each], "theme") for each in (id, other))
        both = self._rare(self._have[id] & self._have[other], "theme")
        return both / math.sqrt(own * theirs) if both else 0.0

    def _closest(self, here: Sequence[int], there: Sequence[int]) -> list[tuple[int, int, float]]:
        """The closest pairs of lessons, each lesson in one pair at most; the first of equal ones."""
        scores = self._alike(here, there)
        pairs = []
        for _ in range(min(PAIRS, *scores.shape)):
            row, column = divmod(int(scores.argmax()), scores.shape[1])
            pairs.append((here[row], there[column], max(0.0, float(scores[row, column]))))
            scores[row, :] = scores[:, column] = -2
        return pairs

    def _named(self, shared: Iterable[tuple[str, str]], other: Document) -> dict[str, tuple[str, ...]]:
        names = {("party", party.name.casefold()): party.name for party in other.parties}
        ordered = sorted(shared, key=lambda each: (-self._rarity[each], each))
        return {
            field: tuple(names.get(each, each[1]) for each in ordered if each[0] == field)
            for field in ("sector", "country", "party", "theme")
        }


def _apart(vectors: FloatArray) -> FloatArray:
    """Vectors of length one without what all of them have in common."""
    return _unit(vectors - vectors.mean(axis=0)) if len(vectors) else vectors


def _unit(vectors: FloatArray) -> FloatArray:
    """Vectors of length one; those of no length stay."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.where(lengths > 1e-6, lengths, 1), dtype=np.float32)


def _stems(text: str) -> frozenset[str]:
    """The words of a text, common ones aside."""
    return frozenset(word.stem for word in tokens(text) if not is_common(text[word.start : word.end]))


def _rarities(owned: Iterable[Collection[Value]], total: int) -> dict[Value, float]:
    """How telling each thing is: 1 where a single one of all has it, 0 where all have."""
    counts = Counter(chain.from_iterable(owned))
    return {each: 1 - math.log(count) / math.log(total) if total > 1 else 0.0 for each, count in counts.items()}
