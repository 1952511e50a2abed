"""Passages that say nearly the same.

What a passage says is taken as the mean of its sentences' vectors, without title and headings, which are the same in a
whole document. Two passages are alike where the cosine of their means is `ALIKE` or more. With all-MiniLM-L6-v2 and
the first 73 documents that bound lies in a gap: between 0.85 and 0.9 there is no pair, above it copies and what has
been reworded, below it sentences of one pattern with other facts in them.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from sibkb.model import Passage

FloatArray = npt.NDArray[np.float32]

ALIKE: Final = 0.9
"""Cosine from which on two passages say nearly the same."""
_ROWS: Final = 1024
"""So many passages are compared with all others at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Passages each of which says nearly the same as another of them."""

    cosine: float
    """The least of their cosines, each with the nearest other."""
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """Which passages say nearly the same, of how many."""

    groups: tuple[Group, ...]
    """The largest first."""
    compared: int
    new: int
    """Passages that have no vectors yet and were not compared."""


def alike(passages: Sequence[Passage], sentences: Mapping[str, FloatArray], bound: float = ALIKE) -> Alike:
    """Compare all passages but facts, whose rows are alike by nature.

    `sentences` has for a passage's id the unit vectors (n, dimension) of its sentences.
    """
    told = sorted((each for each in passages if each.kind != "fact"), key=lambda each: each.id)
    known = [each.id for each in told if len(sentences.get(each.id, ()))]
    means = np.stack([_mean(sentences[id]) for id in known]) if known else np.empty((0, 1), dtype=np.float32)
    nearest = np.zeros(len(known))
    leaders = list(range(len(known)))
    for one, other, cosine in _pairs(means, bound):
        nearest[[one, other]] = np.maximum(nearest[[one, other]], cosine)
        first, second = sorted((_leader(leaders, one), _leader(leaders, other)))
        leaders[second] = first
    return Alike(groups=tuple(_groups(known, leaders, nearest)), compared=len(known), new=len(told) - len(known))


def having(alike: Alike, ids: Collection[str]) -> Alike:
    """The same with those groups alone that one of the passages is in."""
    return replace(alike, groups=tuple(group for group in alike.groups if any(id in ids for id in group.ids)))


def _mean(vectors: FloatArray) -> FloatArray:
    mean = vectors.mean(axis=0)
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-12), dtype=np.float32)


def _pairs(means: FloatArray, bound: float) -> Iterator[tuple[int, int, float]]:
    """Rows that are alike, the lower first, a block at a time: all cosines at once would take a gigabyte of many."""
    for start in range(0, len(means), _ROWS):
        cosines = means[start : start + _ROWS] @ means[start:].T
        rows, columns = np.nonzero(cosines >= bound)
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
            if row < column:
                yield start + row, start + column, float(cosines[row, column])


def _leader(leaders: list[int], row: int) -> int:
    while leaders[row] != row:
        row = leaders[row]
    return row


def _groups(ids: Sequence[str], leaders: list[int], nearest: npt.NDArray[np.float64]) -> list[Group]:
    members: dict[int, list[int]] = {}
    for row in np.flatnonzero(nearest).tolist():
        members.setdefault(_leader(leaders, row), []).append(row)
    groups = [
        Group(cosine=min(1.0, round(float(nearest[rows].min()), 4)), ids=tuple(ids[row] for row in rows))
        for rows in members.values()
    ]
    return sorted(groups, key=lambda each: (-len(each.ids), -each.cosine, each.ids))
