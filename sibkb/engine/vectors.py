"""The vectors of one generation: which passages, and which of their sentences, are nearest in meaning.

All vectors lie in one flat FAISS index, those of whole passages first, so that a search over everything is a range.
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


class Vectors:
    """Answers by meaning; knows rows, not passages."""

    def __init__(self, folder: Path, order: Rows) -> None:
        self._order = order
        self._index = faiss.read_index(str(folder / INDEX))
        self._all = self._index.reconstruct_n(0, self._index.ntotal).reshape(self._index.ntotal, self._index.d)
        parts = tables.read(folder / PARTS)
        self._kinds = parts.column("kind").to_numpy()
        self._passages = parts.column("passage").to_numpy()
        self._spans = np.stack([parts.column("start").to_numpy(), parts.column("end").to_numpy()], axis=1)
        self._whole = int(np.count_nonzero(self._kinds == "whole"))
        self._sentences = self._starts(self._passages[self._whole :])
        self._wholes = self._starts(self._passages[: self._whole])

    @property
    def shape(self) -> tuple[int, int]:
        """How many parts, and of which dimension."""
        return len(self._passages), int(self._index.d)

    def nearest(self, vector: FloatArray, rows: Rows, limit: int) -> list[tuple[int, float]]:
        """The rows nearest to the vector by their best part, out of `rows`."""
        ids = self._parts_of(self._wholes, rows)
        if not len(ids) or limit < 1:
            return []
        everything = len(ids) == self._whole
        selector = faiss.IDSelectorRange(0, self._whole) if everything else faiss.IDSelectorArray(ids)
        wanted = normalised(vector[None, :])

        def fetch(number: int) -> tuple[Rows, Scores]:
            scores, found = self._index.search(wanted, number, params=faiss.SearchParameters(sel=selector))  # type: ignore[call-arg]
            return self._passages[found[0]], scores[0]

        return best(fetch, limit, len(ids), self._order)

    def cosines(self, vector: FloatArray, rows: Rows) -> list[float]:
        """The cosine of each row's best part."""
        counts = self._wholes[rows + 1] - self._wholes[rows]
        scores = self._all[self._parts_of(self._wholes, rows)] @ normalised(vector[None, :])[0]
        starts = np.cumsum(counts) - counts
        return rounded(np.maximum.reduceat(scores, starts)).tolist() if len(rows) else []

    def closest(self, vector: FloatArray, row: int) -> tuple[int, int] | None:
        """The span of the sentence nearest to the vector; None where the passage is one sentence."""
        ids = self._whole + self._parts_of(self._sentences, np.array([row]))
        if not len(ids):
            return None
        nearest = ids[int(np.argmax(rounded(self._all[ids] @ normalised(vector[None, :])[0])))]
        start, end = self._spans[nearest]
        return int(start), int(end)

    def _starts(self, passages: Rows) -> Rows:
        """Where the parts of each passage begin, and at last where they end."""
        return np.asarray(np.searchsorted(passages, np.arange(len(self._order) + 1)), dtype=np.int64)

    @staticmethod
    def _parts_of(starts: Rows, rows: Rows) -> Rows:
        counts = starts[rows + 1] - starts[rows]
        offsets = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        return np.asarray(np.repeat(starts[rows], counts) + offsets, dtype=np.int64)
