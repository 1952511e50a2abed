"""A question and any engine -> ranked hits with their reasons; holds the port `Engine`.

Two legs answer: words (BM25) and meaning (cosine). Each is scaled from 0 to its best score without filters, so that a
filter only removes and never reorders, and the two are added. Whether a passage is a hit at all is decided by raw
cosine and by the share of the question's words it has, never by the scaled score: the best of nothing is not good.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from sibkb.errors import QueryError
from sibkb.model import FILTER_FIELDS, MODES, Document, Filters, Hit, Manifest, Passage, Query, Results, Scored
from sibkb.words import Terms, Token, analyse, is_common, tokens

FloatArray = npt.NDArray[np.float32]

MEANING: Final = 0.6
WORDS: Final = 0.4
"""What each leg counts in the sum."""

DEPTH: Final = 1000
"""Passages asked of each leg."""

LONGEST: Final = 2000
"""Characters of a question."""

NEAR_MISSES: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """Where hits end; cosines of one encoder, so another needs other figures."""

    good: float = 0.45
    """This near in meaning is a hit, whatever its words."""
    weak: float = 0.25
    """Below this, meaning did not find it."""
    share: float = 0.6
    """With this share of the question's words, weak meaning is enough."""
    share_words: float = 0.6
    """The share that makes a hit where words alone answer."""
    reasonable: float = 0.3
    """A near miss has this share of the words, or weak meaning."""

    def passes(self, cosine: float | None, share: float) -> bool:
        """Whether it is a hit."""
        if cosine is None:
            return share >= self.share_words
        return cosine >= self.good or (share >= self.share and cosine >= self.weak)

    def nearly(self, cosine: float | None, share: float) -> bool:
        """Whether it is worth showing where there is nothing better."""
        return share >= self.reasonable or (cosine is not None and cosine >= self.weak)


CUT: Final = Cut()


class Engine(Protocol):
    """What any engine answers about one fixed generation, as seen under one ceiling.

    Filters are exact: `limit` passages come if that many pass. Equal scores are ordered by id. Word statistics are the
    whole generation's; a filter only removes. An id that is unknown or hidden is a QueryError.
    """

    @property
    def manifest(self) -> Manifest: ...

    @property
    def documents(self) -> Mapping[str, Document]:
        """The documents that may be seen."""
        ...

    def passages(self, ids: Iterable[str]) -> tuple[Passage, ...]:
        """The passages of these ids, in their order."""
        ...

    def allowed(self, filters: Filters) -> tuple[str, ...]:
        """All that pass, in the order of documents and lines."""
        ...

    def nearest(self, vector: FloatArray, filters: Filters, limit: int) -> tuple[Scored, ...]:
        """The passages nearest in meaning, by the cosine of their best part."""
        ...

    def matching(self, terms: Terms, filters: Filters, limit: int) -> tuple[Scored, ...]:
        """The passages that have every phrase and, without phrases, any word; by BM25 over text and headings."""
        ...

    def scores(
        self, ids: Sequence[str], vector: FloatArray | None, terms: Terms | None
    ) -> Mapping[str, tuple[float | None, float]]:
        """Cosine and BM25 of each, as the two legs would give them; None and 0 where a leg is not asked."""
        ...

    def matched(self, ids: Sequence[str], terms: Terms) -> Mapping[str, frozenset[str]]:
        """Which stems of the question stand in each passage or above it."""
        ...

    def closest(self, id: str, vector: FloatArray) -> tuple[int, int] | None:
        """The span of the sentence nearest in meaning; None where the passage is a single one."""
        ...

    def known(self, stem: str) -> bool:
        """Whether the word stands anywhere."""
        ...

    def suggest(self, word: str) -> str | None:
        """The word of the corpus that was probably meant, as it is written there."""
        ...

    def facets(self, ids: Sequence[str]) -> Mapping[str, Mapping[str, int]]:
        """Field -> value -> how many of these passages have it, the most frequent first."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A question as both legs are asked."""

    terms: Terms
    vector: FloatArray | None
    words: bool
    """Whether the words leg is asked."""
    corrected: Mapping[str, str]

    @property
    def legs(self) -> tuple[str, ...]:
        return ("words",) * self.words + ("meaning",) * (self.vector is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A passage that a leg found, before it is known to be a hit."""

    id: str
    score: float
    cosine: float | None
    stems: frozenset[str]
    """Stems of the question that it has."""
    share: float
    """The same as a share of all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """All candidates under some filters, best first, cut in two."""

    hits: tuple[Candidate, ...]
    rest: tuple[Candidate, ...]
    ranks: Mapping[str, Mapping[str, int]]

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(candidate.id for candidate in self.hits)


def search(engine: Engine, query: Query, vector: FloatArray | None, cut: Cut = CUT) -> Results:
    """Answer a query; without a vector by words alone."""
    terms = _checked(query)
    if terms is None:
        return _listed(engine, query)
    asked = _ask(engine, query, terms, vector)
    answer = _answer(engine, asked, query.filters, cut)
    page = answer.hits[query.offset : query.offset + query.limit]
    near = [each for each in answer.rest if cut.nearly(each.cosine, each.share)][:NEAR_MISSES]
    return Results(
        query=query,
        hits=_shown(engine, page, asked, answer.ranks),
        total=len(answer.hits),
        near_misses=_shown(engine, near, asked, answer.ranks),
        facets=_facets(engine, query.filters, answer.ids, lambda other: _answer(engine, asked, other, cut).ids),
        without=() if answer.hits else _without(query.filters, lambda other: len(_answer(engine, asked, other, cut).ids)),
        corrected=asked.corrected,
        generation=engine.manifest.name,
        legs=asked.legs,
    )
