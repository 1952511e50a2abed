"""The words of one generation: which passages have them, how tellingly (BM25), and which words there are at all.

Texts are given to tantivy as stems between spaces, and queries are built, never parsed: what a person types is no
query language.
"""

import contextlib
import math
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import tantivy
from tantivy import Occur, Query

from sibkb.engine import tables
from sibkb.engine.manifest import LOCK
from sibkb.engine.tables import Rows
from sibkb.engine.top import Scores, best, rounded
from sibkb.model import STRICTNESS
from sibkb.words import Terms, fold, is_common, nearest_word, stem, stems_of, tokens

ABOVE: Final = 3
"""How often what stands above a text (title, headings, labels) is counted."""
B: Final = 0.5
"""How much the length of a text counts in BM25."""

FOLDER: Final = "words"
VOCABULARY: Final = "vocabulary.parquet"
_TEXT: Final = "text"
_FILLING: Final = "."
"""No word, so that nothing can ask for it."""
_TRIES: Final = 100
_HEAP: Final = 500_000_000
"""Enough for one segment: a second would make scores depend on how the texts were spread."""
_BITS: Final = 20
"""Words asked at once in `matched`: sums of that many powers of two are exact in single precision."""


def write(folder: Path, texts: Sequence[tuple[str, str, str]]) -> None:
    """Write the words above each row and of its text; the release says from where on they may be suggested."""
    _write_index(folder / FOLDER, texts)
    _write_vocabulary(folder / VOCABULARY, texts)


def _write_index(folder: Path, texts: Sequence[tuple[str, str, str]]) -> None:
    folder.mkdir()
    index = tantivy.Index(_schema(), path=str(folder))
    writer = index.writer(heap_size=_HEAP, num_threads=1)
    rows = [[*[stems_of(above)] * ABOVE, stems_of(text)] for above, text, _ in texts]
    mean = sum(len(each) for row in rows for each in row) / max(1, len(rows))
    for row, stems in enumerate(rows):
        document = tantivy.Document()
        document.add_integer("row", row)
        for each in (*stems, [_FILLING] * filling(mean)):  # values of one field: no phrase goes from one to the next
            document.add_text(_TEXT, " ".join(each))
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()
    for path in folder.iterdir():  # tantivy makes some of them for their owner alone
        path.chmod(folder.stat().st_mode & 0o666)


def filling(mean: float, b: float = B) -> int:
    """How many words every text is longer than it is, so that tantivy, whose b is always 0.75, ranks as with this `b`.

    For texts with `mean` words, 0.25 + 0.75 (length + f) / (mean + f) is 1 - b + b length / mean with this f.
    """
    return round(mean * (0.75 / b - 1))


def _schema() -> Any:
    builder = tantivy.SchemaBuilder().add_integer_field("row", indexed=True, fast=True)
    return builder.add_text_field(_TEXT, tokenizer_name="whitespace", index_option="position").build()


def _open(folder: Path) -> tantivy.Index:
    """Open the words where they lie, or through links where nothing may be written: tantivy makes a lock file there."""
    try:
        return tantivy.Index.open(str(folder))
    except ValueError:
        aside = Path(tempfile.mkdtemp(prefix="sibkb-"))
        try:
            for path in folder.iterdir():
                if path.suffix != LOCK:
                    (aside / path.name).symlink_to(path.absolute())
            return tantivy.Index.open(str(aside))
        finally:
            _remove(aside)  # all is mapped once it is open


def _remove(folder: Path) -> None:
    """Remove a folder in which tantivy may, from a thread of its own, just be making its lock once more."""
    for _ in range(_TRIES):
        with contextlib.suppress(OSError):
            shutil.rmtree(folder)
            return
        time.sleep(0.01)
    shutil.rmtree(folder, ignore_errors=True)


def _write_vocabulary(path: Path, texts: Iterable[tuple[str, str, str]]) -> None:
    counts: dict[str, Counter[str]] = {release: Counter() for release in STRICTNESS}
    for *both, release in texts:
        for text in both:
            counts[release].update(text[token.start : token.end] for token in tokens(text))
    rows = [
        {"word": word, "stem": stem(word), **{release: counts[release][word] for release in STRICTNESS}}
        for word in sorted(set().union(*counts.values()))
    ]
    words = {"word": pa.string(), "stem": pa.string()}
    tables.write_rows(path, rows, pa.schema(words | dict.fromkeys(STRICTNESS, pa.int64())))


class Lexicon:
    """Answers by words; knows rows, not passages."""

    def __init__(self, folder: Path, order: Rows, ceiling: str) -> None:
        self._order = order
        index = _open(folder / FOLDER)
        self._schema = index.schema
        self._searcher = index.searcher()
        self._stems, self._words = _vocabulary(folder / VOCABULARY, ceiling)

    @property
    def rows(self) -> int:
        """How many passages are indexed."""
        return int(self._searcher.num_docs)

    def matching(self, terms: Terms, rows: Rows, limit: int) -> list[tuple[int, float]]:
        """The rows that match best, out of `rows`."""
        if terms.empty or not len(rows) or limit < 1:
            return []
        query = self._among(rows, self._query(terms))
        return best(lambda number: self._search(query, number), limit, len(rows), self._order)

    def scores(self, terms: Terms, rows: Rows) -> list[float]:
        """BM25 of each row; 0 where it does not match."""
        if terms.empty:
            return [0.0] * len(rows)
        return [float(score) for score in self._each(self._query(terms), rows)]

    def matched(self, terms: Terms, rows: Rows) -> list[frozenset[str]]:
        """Which stems of the question each row has: a word's score is its bit, so that one search answers for all."""
        found = [frozenset[str]()] * len(rows)
        for start in range(0, len(terms.stems), _BITS):
            stems = terms.stems[start : start + _BITS]
            bits = [Query.const_score_query(self._has((stem,)), float(1 << i)) for i, stem in enumerate(stems)]
            sums = self._each(_any(bits), rows).astype(np.int64).tolist()
            having = {number: {stem for i, stem in enumerate(stems) if number >> i & 1} for number in {*sums}}
            found = [have | having[number] for have, number in zip(found, sums, strict=True)]
        return found

    def known(self, stem: str) -> bool:
        """Whether the word stands anywhere that may be seen."""
        return stem in self._stems

    def rarity(self, stem: str) -> float:
        """BM25's weight of a word, as a share of the weight of one that stands nowhere, as a hidden one does."""
        having = self._searcher.doc_freq(_TEXT, stem) if self.known(stem) else 0
        return _weight(self.rows, having) / _weight(self.rows, 0)

    def suggest(self, word: str) -> str | None:
        """The word that was probably meant."""
        return nearest_word(word, self._words)

    def _query(self, terms: Terms) -> Query:
        phrases = [(Occur.Must, self._has(phrase)) for phrase in terms.phrases]
        wanted = [(Occur.Should, Query.boost_query(self._has(stems), counts)) for stems, counts in terms.wanted.items()]
        return Query.boolean_query([*phrases, *wanted])

    def _has(self, stems: Sequence[str]) -> Query:
        if len(stems) == 1:
            return Query.term_query(self._schema, _TEXT, stems[0])
        return Query.phrase_query(self._schema, _TEXT, list(stems))

    def _among(self, rows: Rows, query: Query) -> Query:
        """The query with a filter that adds nothing to the score; a long list is slow, so the shorter is named."""
        if 2 * len(rows) <= self.rows:
            return Query.boolean_query([(Occur.Must, self._set(rows)), (Occur.Must, query)])
        others = np.setdiff1d(np.arange(self.rows), rows, assume_unique=True)
        return Query.boolean_query([(Occur.MustNot, self._set(others)), (Occur.Must, query)]) if len(others) else query

    def _set(self, rows: Rows) -> Query:
        return Query.const_score_query(Query.term_set_query(self._schema, "row", rows.tolist()), 0.0)

    def _each(self, query: Query, rows: Rows) -> Scores:
        """The score of each of the rows; tantivy panics when asked for none."""
        if not len(rows):
            return np.empty(0)
        found, scores = self._search(self._among(rows, query), len(rows))
        by_row = np.zeros(self.rows)
        by_row[found] = scores
        return rounded(by_row[rows])

    def _search(self, query: Query, number: int) -> tuple[Rows, Scores]:
        hits = self._searcher.search(query, limit=number, count=False).hits
        rows = self._searcher.fast_field_values("row", [address for _, address in hits])
        return np.array(rows, dtype=np.int64), np.array([score for score, _ in hits], dtype=np.float64)


def _weight(rows: int, having: int) -> float:
    """The inverse document frequency of BM25, as tantivy has it."""
    return math.log(1 + (rows - having + 0.5) / (having + 0.5))


def _any(queries: Sequence[Query]) -> Query:
    return Query.boolean_query([(Occur.Should, query) for query in queries])


def _vocabulary(path: Path, ceiling: str) -> tuple[frozenset[str], Mapping[str, int]]:
    """The stems that may be seen, and the words worth suggesting, each as it is mostly written."""
    table = tables.read(path)
    releases = STRICTNESS[: STRICTNESS.index(ceiling) + 1]
    counts = np.sum([tables.numbers(table, release) for release in releases], axis=0)
    seen = tables.taken(table.select(["word", "stem"]), np.flatnonzero(counts))
    written: dict[str, Counter[str]] = {}
    for word, count in zip(seen.column("word").to_pylist(), counts[counts > 0].tolist(), strict=True):
        if not is_common(word):
            written.setdefault(fold(word), Counter())[word] += count
    usual = {min(forms, key=lambda form: (-forms[form], form)): forms.total() for forms in written.values()}
    return frozenset(seen.column("stem").to_pylist()), usual
