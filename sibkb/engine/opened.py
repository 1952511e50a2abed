"""The engine over one generation, opened for reading and never written."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, Literal

import numpy as np

from sibkb.engine import tables
from sibkb.engine.lexicon import Lexicon
from sibkb.engine.manifest import check, damaged, refusing
from sibkb.engine.tables import Rows
from sibkb.engine.vectors import FloatArray, Vectors
from sibkb.errors import GenerationError, QueryError
from sibkb.model import FILTER_FIELDS, STRICTNESS, Document, Filters, Passage, Scored, ran_in, visible
from sibkb.words import Terms

_NONE: Final = np.empty(0, dtype=np.int64)


class EmbeddedEngine:
    """FAISS for meaning, tantivy for words, postings for filters; what is above the ceiling is not there at all."""

    def __init__(self, folder: Path, ceiling: str = "public") -> None:
        if ceiling not in STRICTNESS:
            raise QueryError(f"`{ceiling}` is no release — use one of: {', '.join(STRICTNESS)}")
        self.manifest = check(folder)
        with refusing(folder):
            self._table = tables.read(folder / tables.PASSAGES)
            self._postings = tables.read_postings(folder)
            self._ids: list[str] = self._table.column("id").to_pylist()
            order = np.argsort(np.argsort(np.array(self._ids, dtype=object)))
            self._vectors = Vectors(folder, order)
            self._lexicon = Lexicon(folder, order, ceiling)
            documents = tables.read_documents(folder)
            self._refuse_disagreement(folder, len(documents))
        self._seen = self._mask("release", STRICTNESS[: STRICTNESS.index(ceiling) + 1])
        self._rows = {self._ids[row]: int(row) for row in np.flatnonzero(self._seen)}
        self._summaries = {self._ids[row] for row in np.flatnonzero(self._seen & self._mask("kind", ("summary",)))}
        self.documents: Mapping[str, Document] = {
            each.id: self._as_seen(each) for each in documents if visible(ceiling, each.release)
        }

    def passages(self, ids: Iterable[str]) -> tuple[Passage, ...]:
        """The passages of these ids, in their order."""
        return tables.passages_of(tables.taken(self._table, self._rows_of(ids)))

    def allowed(self, filters: Filters) -> tuple[str, ...]:
        """All that pass, in the order of documents and lines."""
        return tuple(self._ids[row] for row in self._allowed(filters))

    def nearest(self, vector: FloatArray, filters: Filters, limit: int) -> tuple[Scored, ...]:
        """The passages nearest in meaning."""
        return self._scored(self._vectors.nearest(vector, self._allowed(filters), limit))

    def matching(self, terms: Terms, filters: Filters, limit: int) -> tuple[Scored, ...]:
        """The passages that match best by words."""
        return self._scored(self._lexicon.matching(terms, self._allowed(filters), limit))

    def scores(
        self, ids: Sequence[str], vector: FloatArray | None, terms: Terms | None
    ) -> Mapping[str, tuple[float | None, float]]:
        """Cosine and BM25 of each; None and 0 where that leg is not asked."""
        rows = self._rows_of(ids)
        cosines = [None] * len(rows) if vector is None else self._vectors.cosines(vector, rows)
        bm25 = [0.0] * len(rows) if terms is None else self._lexicon.scores(terms, rows)
        return dict(zip(ids, zip(cosines, bm25, strict=True), strict=True))

    def matched(self, ids: Sequence[str], terms: Terms) -> Mapping[str, frozenset[str]]:
        """Which stems of the question stand in each passage or above it."""
        return dict(zip(ids, self._lexicon.matched(terms, self._rows_of(ids)), strict=True))

    def vectors(self, ids: Sequence[str], of: Literal["whole", "sentence"]) -> FloatArray:
        """One row a passage: the mean of its sentences as they stand, or of the whole in its context."""
        return self._vectors.mean(self._rows_of(ids), sentences=of == "sentence")

    def closest(self, id: str, vector: FloatArray) -> tuple[int, int] | None:
        """The sentence nearest in meaning; None where the passage is a single one."""
        return self._vectors.closest(vector, int(self._rows_of([id])[0]))

    def known(self, stem: str) -> bool:
        """Whether the word stands anywhere."""
        return self._lexicon.known(stem)

    def rarity(self, stem: str) -> float:
        """How telling a word is, as a share of one that stands nowhere."""
        return self._lexicon.rarity(stem)

    def suggest(self, word: str) -> str | None:
        """The word of the corpus that was probably meant."""
        return self._lexicon.suggest(word)

    def facets(self, ids: Sequence[str]) -> Mapping[str, Mapping[str, int]]:
        """Field -> value -> how many of these passages have it, the most frequent first."""
        chosen = np.zeros(len(self._ids), dtype=bool)
        chosen[self._rows_of(ids)] = True
        return {field: self._counts(field, chosen) for field in FILTER_FIELDS}

    def _counts(self, field: str, chosen: np.ndarray) -> dict[str, int]:
        counts = {value: int(chosen[rows].sum()) for value, rows in self._postings.get(field, {}).items()}
        return {value: counts[value] for value in sorted(counts, key=lambda v: (-counts[v], v)) if counts[value]}

    def _allowed(self, filters: Filters) -> Rows:
        mask = self._seen
        for field, values in filters.active().items():
            mask = mask & self._mask(field, values)
        if filters.years:
            ran = (document.id for document in self.documents.values() if ran_in(filters.years, document))
            mask = mask & self._mask("document", ran)
        return np.flatnonzero(mask)

    def _mask(self, field: str, values: Iterable[str]) -> np.ndarray:
        mask = np.zeros(len(self._ids), dtype=bool)
        for value in values:
            mask[self._postings.get(field, {}).get(value, _NONE)] = True
        return mask

    def _rows_of(self, ids: Iterable[str]) -> Rows:
        try:
            return np.array([self._rows[id] for id in ids], dtype=np.int64)
        except KeyError as error:
            raise QueryError(f"there is no passage `{error.args[0]}` — `sibkb search` finds ids") from None

    def _scored(self, found: Iterable[tuple[int, float]]) -> tuple[Scored, ...]:
        return tuple(Scored(id=self._ids[row], score=score) for row, score in found)

    def _as_seen(self, document: Document) -> Document:
        """Without the passages that may not be seen, nor the summary that one of them is."""
        ids = tuple(id for id in document.passage_ids if id in self._rows)
        return replace(document, passage_ids=ids, summary=document.summary if self._summaries & set(ids) else "")

    def _refuse_disagreement(self, folder: Path, documents: int) -> None:
        parts, dimension = self._vectors.shape
        wanted = self.manifest
        for name, have, want in (
            ("documents", documents, wanted.documents),
            ("passages", len(self._ids), wanted.passages),
            ("passages by words", self._lexicon.rows, wanted.passages),
            ("vectors", parts, wanted.parts),
            ("dimensions", dimension, wanted.dimension),
        ):
            if have != want:
                raise damaged(folder, f"it has {have} {name} where its manifest says {want}")


def usable(folder: Path) -> bool:
    """Whether the generation can be opened, which is more than `check` says: its parts must agree too."""
    try:
        EmbeddedEngine(folder, STRICTNESS[-1])
    except GenerationError:
        return False
    return True
