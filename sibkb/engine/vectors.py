"""The vectors of one generation: which passages, and which of their sentences, are nearest in meaning.

All vectors lie in one flat FAISS index, those of one passage side by side: the whole with its title and headings,
window by window, then its sentences as they stand. The best of them counts, which is worth 0.05 to 0.1 of nDCG@10 over
the whole alone: a long passage says several things, and a short one drowns in its title.
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
from sibkb.engine.top import Scores, best, rounded

FloatArray = npt.NDArray[np.float32]

INDEX: Final = "vectors.faiss"
PARTS: Final = "parts.parquet"
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

    @property
    def shape(self) -> tuple[int, int]:
        """How many parts, and of which dimension."""
        return len(self._passages), int(self._index.d)

    def nearest(self, vector: FloatArray, rows: Rows, limit: int) -> list[tuple[int, float]]:
        """The rows nearest to the vector by their best part, out of `rows`."""
        ids = self._parts_of(rows)
        if not len(ids) or limit < 1:
            return []
        selector = None if len(ids) == len(self._passages) else faiss.IDSelectorArray(ids)
        wanted = normalised(vector[None, :])

        def fetch(number: int) -> tuple[Rows, Scores]:
            _, found = self._index.search(wanted, number, params=faiss.SearchParameters(sel=selector))  # type: ignore[call-arg]
            return self._passages[found[0]], self._exact(found[0], wanted[0])

        return best(fetch, limit, len(ids), self._order)

    def cosines(self, vector: FloatArray, rows: Rows) -> list[float]:
        """The cosine of each row's best part."""
        counts = self._starts[rows + 1] - self._starts[rows]
        scores = self._exact(self._parts_of(rows), normalised(vector[None, :])[0])
        starts = np.cumsum(counts) - counts
        return rounded(np.maximum.reduceat(scores, starts)).tolist() if len(rows) else []

    def mean(self, rows: Rows, *, sentences: bool) -> FloatArray:
        """The mean of each row's sentences, or of its whole, of length one; zeros where it has none."""
        counts = self._starts[rows + 1] - self._starts[rows]
        parts, places = self._parts_of(rows), np.repeat(np.arange(len(rows)), counts)
        wanted = self._sentence[parts] == sentences
        sums = np.zeros((len(rows), self._all.shape[1]))
        np.add.at(sums, places[wanted], self._all[parts[wanted]])
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
        counts = self._starts[rows + 1] - self._starts[rows]
        offsets = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        return np.asarray(np.repeat(self._starts[rows], counts) + offsets, dtype=np.int64)
