"""The vectors of one generation: which passages, and which of their sentences, are nearest in meaning.

All vectors lie in one flat FAISS index, those of one passage side by side: the whole with its title and headings,
window by window, then its sentences as they stand. What counts is the whole and the best sentence together: a long
passage says several things and a short one drowns in its title, but a sentence alone does not say what it is about.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import faiss
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sibkb.engine import tables
from sibkb.engine.tables import Rows
from sibkb.engine.top import Scores, rounded

FloatArray = npt.NDArray[np.float32]

WHOLE: Final = 0.4
"""What the whole counts in a passage's cosine; its nearest sentence has the rest."""

INDEX: Final = "vectors.faiss"
PARTS: Final = "parts.parquet"
_SLACK: Final = 2e-4
"""More than single precision and rounding can move a cosine."""
_PART: Final = pa.schema(
    {
        "passage": pa.int64(),
        "kind": pa.string(),
        "start": pa.int64(),
        "end": pa.int64(),
        "digest": pa.string(),
        "window": pa.int64(),
    }
)


def write(folder: Path, parts: Sequence[dict[str, Any]], vectors: FloatArray) -> None:
    """Write the vectors and, row by row, what they are of."""
    tables.write_rows(folder / PARTS, parts, _PART)
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    faiss.write_index(index, str(folder / INDEX))


def normalised(vectors: FloatArray) -> FloatArray:
    """Vectors of length one; those that are already stay as they are, to the bit."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    lengths = np.where(np.abs(lengths - 1) < 1e-5, 1, np.maximum(lengths, 1e-12))
    return np.ascontiguousarray(vectors / lengths, dtype=np.float32)


def read_vectors(folder: Path) -> tuple[pa.Table, FloatArray]:
    """The parts and their vectors."""
    index = faiss.read_index(str(folder / INDEX))
    return tables.read(folder / PARTS), index.reconstruct_n(0, index.ntotal)


def _stored(index: Any) -> FloatArray:
    """The vectors as the index holds them, without a copy; they live as long as it does."""
    if not index.ntotal:
        return np.empty((0, index.d), dtype=np.float32)
    flat: FloatArray = faiss.rev_swig_ptr(index.get_xb(), index.ntotal * index.d)
    return flat.reshape(index.ntotal, index.d)


class Vectors:
    """Answers by meaning; knows rows, not passages."""

    def __init__(self, folder: Path, order: Rows) -> None:
        self._order = order
        self._index = faiss.read_index(str(folder / INDEX))
        self._all = _stored(self._index)
        parts = tables.read(folder / PARTS)
        self._passages = tables.numbers(parts, "passage")
        self._spans = np.stack([tables.numbers(parts, "start"), tables.numbers(parts, "end")], axis=1)
        self._sentence = np.array([kind == "sentence" for kind in parts.column("kind").to_pylist()], dtype=bool)
        self._starts = np.searchsorted(self._passages, np.arange(len(order) + 1)).astype(np.int64)
        windows = np.bincount(self._passages[~self._sentence], minlength=len(order))
        self._sentences = self._starts[:-1] + windows
        """Where the sentences of each passage begin."""

    @property
    def shape(self) -> tuple[int, int]:
        """How many parts, and of which dimension."""
        return len(self._passages), int(self._index.d)

    def nearest(self, vector: FloatArray, rows: Rows, limit: int) -> list[tuple[int, float]]:
        """The rows nearest to the vector, out of `rows`.

        FAISS gives parts from the nearest on. What it has not given is no nearer than the last, so passages have
        bounds; once the best so far are above those of all others, and as many as wanted, they are told apart exactly.
        """
        ids = self._parts_of(rows)
        if not len(ids) or limit < 1:
            return []
        selector = None if len(ids) == len(self._passages) else faiss.IDSelectorArray(ids)
        wanted, asked = normalised(vector[None, :]), min(4 * limit + 16, len(ids))
        while True:
            near, found = self._index.search(wanted, asked, params=faiss.SearchParameters(sel=selector))  # type: ignore[call-arg]
            unseen = float(near[0, -1]) if asked < len(ids) else -1.0
            rows, low, high = self._bounds(near[0], found[0], unseen)
            least = float(np.partition(low, -limit)[-limit]) if len(low) > limit else -2.0
            if asked == len(ids) or least > unseen + _SLACK:
                break
            asked = min(4 * asked, len(ids))
        likely = rows[high >= least - _SLACK]
        scores = np.array(self.cosines(vector, likely))
        chosen = np.lexsort((self._order[likely], -scores))[:limit]
        return [(int(likely[i]), float(scores[i])) for i in chosen]

    def _bounds(self, near: FloatArray, parts: Rows, unseen: float) -> tuple[Rows, Scores, Scores]:
        """The rows of some parts, given from the nearest on, and the least and the most their cosines can be."""
        rows, at = np.unique(self._passages[parts], return_inverse=True)
        best = np.full((2, len(rows)), np.nan)
        for kind in (0, 1):
            chosen = np.flatnonzero(self._sentence[parts] == kind)[::-1]
            best[kind, at[chosen]] = near[chosen]
        low, high = (self._together(np.where(np.isnan(best), rest, best), rows) for rest in (-1.0, unseen))
        return rows, low, high

    def _together(self, best: Scores, rows: Rows) -> Scores:
        """Cosines of rows by those of their whole and of their nearest sentence (2, rows); without a text none is."""
        silent = self._sentences[rows] == self._starts[rows + 1]
        return np.asarray(np.where(silent, best[0], WHOLE * best[0] + (1 - WHOLE) * best[1]))

    def cosines(self, vector: FloatArray, rows: Rows) -> list[float]:
        """The cosine of each row: of its nearest window and of its nearest sentence, as they count."""
        parts = self._parts_of(rows)
        scores = np.append(self._exact(parts, normalised(vector[None, :])[0]), -1.0)
        counts = self._starts[rows + 1] - self._starts[rows]
        starts = np.cumsum(counts) - counts
        bounds = np.stack([starts, starts + self._sentences[rows] - self._starts[rows]], axis=1).ravel()
        best = np.maximum.reduceat(scores, bounds).reshape(-1, 2).T if len(rows) else np.empty((2, 0))
        cosines: list[float] = rounded(self._together(best, rows)).tolist()
        return cosines

    def mean(self, rows: Rows, *, sentences: bool) -> FloatArray:
        """The mean of each row's sentences, or of its whole, of length one; zeros where it has none."""
        bounds = self._starts[rows], self._sentences[rows], self._starts[rows + 1]
        first, last = bounds[1:] if sentences else bounds[:2]
        some = np.flatnonzero(last > first)
        counts = (last - first)[some]
        sums = np.zeros((len(rows), self._all.shape[1]))
        if len(some):
            parts = self._all[_ranges(first[some], counts)].astype(np.float64)
            sums[some] = np.add.reduceat(parts, np.cumsum(counts) - counts)
        return normalised(sums.astype(np.float32))

    def closest(self, vector: FloatArray, row: int) -> tuple[int, int] | None:
        """The span of the sentence nearest to the vector; None where the passage is one sentence."""
        ids = self._parts_of(np.array([row]))
        ids = ids[self._sentence[ids]]
        if len(ids) < 2:
            return None
        nearest = ids[int(np.argmax(rounded(self._exact(ids, normalised(vector[None, :])[0]))))]
        start, end = self._spans[nearest]
        return int(start), int(end)

    def _exact(self, parts: Rows, wanted: FloatArray) -> Scores:
        """Cosines in double precision: the same for both ways to ask, whatever kernel FAISS chose."""
        return np.asarray(self._all[parts].astype(np.float64) @ wanted.astype(np.float64), dtype=np.float64)

    def _parts_of(self, rows: Rows) -> Rows:
        return _ranges(self._starts[rows], self._starts[rows + 1] - self._starts[rows])


def _ranges(starts: Rows, counts: Rows) -> Rows:
    """Numbers from each start on, as many as counted."""
    offsets = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.asarray(np.repeat(starts, counts) + offsets, dtype=np.int64)
