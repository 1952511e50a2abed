"""The port: what search asks of an engine and of an encoder."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from sibkb.model import Document, Filters, Manifest, Passage, Scored
from sibkb.words import Terms

Vector = npt.NDArray[np.float32]
FloatArray = npt.NDArray[np.float64]
Encode = Callable[[str], Vector]
"""Gives the vector of a question."""


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

    def nearest(self, vector: Vector, filters: Filters, limit: int) -> tuple[Scored, ...]:
        """The passages nearest in meaning, by the cosine of the whole and of the best sentence together."""
        ...

    def matching(self, terms: Terms, filters: Filters, limit: int) -> tuple[Scored, ...]:
        """The passages that have every phrase and, without phrases, any of what is wanted; by BM25."""
        ...

    def scores(
        self, ids: Sequence[str], vector: Vector | None, terms: Terms | None
    ) -> Mapping[str, tuple[float | None, float]]:
        """Cosine and BM25 of each, as the two legs would give them; None and 0 where a leg is not asked."""
        ...

    def matched(self, ids: Sequence[str], terms: Terms) -> Mapping[str, frozenset[str]]:
        """Which stems of the question, those of other names among them, stand in each passage or above it."""
        ...

    def vectors(self, ids: Sequence[str], of: Literal["whole", "sentence"]) -> Vector:
        """One row a passage, of length one: the mean of its sentences as they stand, or of the whole in its context.

        Zeros where it has no sentence.
        """
        ...

    def closest(self, id: str, vector: Vector) -> tuple[int, int] | None:
        """The span of the sentence nearest in meaning; None where the passage is a single one."""
        ...

    def known(self, stem: str) -> bool:
        """Whether the word stands anywhere."""
        ...

    def rarity(self, stem: str) -> float:
        """How telling a word is: its weight in BM25, as a share of that of a word that stands nowhere."""
        ...

    def suggest(self, word: str) -> str | None:
        """The word of the corpus that was probably meant, as it is written there."""
        ...

    def facets(self, ids: Sequence[str]) -> Mapping[str, Mapping[str, int]]:
        """Field -> value -> how many of these passages have it, the most frequent first."""
        ...
