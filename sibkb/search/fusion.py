"""Scores of two legs -> one score: each scaled, both added up, and lifted by what stands near in meaning.

Constants are one setting for all corpora; docs/search.md has what each was measured to be worth.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

MEANING: Final = 0.65
WORDS: Final = 0.35
"""What each leg counts in the sum."""

FACT: Final = 0.75
"""What a row of the front matter keeps of its score: a question is better answered by a sentence that tells why."""

LIFT: Final = 0.4
"""How much of a score comes from its neighbours."""
NEIGHBOURS: Final = 5
EVIDENCE: Final = 100
"""Neighbours are looked for among so many of the best."""
APART: Final = 0.3
"""What is less alike than this is no neighbour."""


def fuse(cosines: FloatArray, bm25: FloatArray, tops: tuple[float, float]) -> FloatArray:
    """One score between 0 and 1 from cosines and BM25 (n each).

    `tops` are the best of each anywhere, which they are scaled to; a leg that found nothing leaves all to the other.
    """
    weights = [weight if top > 0 else 0.0 for weight, top in zip((MEANING, WORDS), tops, strict=True)]
    whole = sum(weights) or 1.0
    parts = zip(weights, (cosines, bm25), tops, strict=True)
    scaled = (weight / whole * np.maximum(scores, 0) / top for weight, scores, top in parts if weight)
    return np.asarray(sum(scaled, np.zeros(len(cosines))))


def lifted(scores: FloatArray, likeness: FloatArray, evidence: FloatArray) -> FloatArray:
    """Scores (n) joined with the mean score of their nearest neighbours, weighted by likeness.

    What answers a question stands near other answers (the cluster hypothesis), which a passage alone cannot show; a
    kind of Diaz (2005), "Regularizing ad hoc retrieval scores". `evidence` has the scores (m) of those that may be
    neighbours, best first, `likeness` (n, m) their cosines, that of a passage with itself 0. Of equally near ones the
    best count; what has no neighbour keeps its score.
    """
    if not likeness.shape[1]:
        return scores
    likeness = np.where(likeness >= APART, likeness, 0)
    order = likeness - 1e-9 * np.arange(likeness.shape[1])
    nearest = np.argpartition(-order, min(NEIGHBOURS, order.shape[1]) - 1, axis=1)[:, :NEIGHBOURS]
    weights = np.take_along_axis(likeness, nearest, axis=1)
    whole = weights.sum(axis=1)
    near = (weights * evidence[nearest]).sum(axis=1) / np.where(whole > 0, whole, 1)
    return np.where(whole > 0, (1 - LIFT) * scores + LIFT * near, scores)
