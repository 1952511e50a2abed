"""A collection in arrays: the engine's scores, near enough, in a form in which an idea for ranking costs seconds."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import Stemmer

from benchmarks import encoding
from benchmarks.collections import Collection
from sibkb import engine
from sibkb.encoder import Encoder
from sibkb.evaluating import Judged
from sibkb.model import admits
from sibkb.words import STOP_WORDS, analyse, fold, is_common, nearest_word, stem, tokens

Floats = npt.NDArray[np.float64]
Vectors = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]

STEMS: Final[Mapping[str, Callable[[str], str]]] = {
    "english": stem,
    "porter": lambda word: str(Stemmer.Stemmer("porter").stemWord(stem(word) if word[0].isdigit() else fold(word))),
    "none": lambda word: stem(word) if word[0].isdigit() else fold(word),
}
"""Ways to compare words; amounts are the same in all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A judged question as it is searched."""

    query: Judged
    text: str
    """With unknown words corrected."""
    vector: Vectors
    raw: Vectors
    """Vector of the text before it was corrected."""
    allowed: npt.NDArray[np.bool_]
    """Which passages pass its filters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """Where a stem stands."""

    rows: Rows
    text: Floats
    """How often in the text of each row."""
    above: Floats
    """How often above it."""


class Words:
    """The words of a collection, stemmed in one way."""

    def __init__(self, collection: Collection, kind: str) -> None:
        self.stem = STEMS[kind]
        self.common = frozenset(map(self.stem, STOP_WORDS))
        documents = {each.id: each for each in collection.documents}
        self.texts = [self.stems(each.text) for each in collection.passages]
        self.above = [self.stems(engine.above(documents[each.document_id], each)) for each in collection.passages]
        self.lengths = np.array([[len(text), len(above)] for text, above in zip(self.texts, self.above, strict=True)])
        self.scores: dict[tuple[object, ...], Floats] = {}
        """BM25 as it was asked for before."""
        self._counts = [Counter(text) for text in self.texts], [Counter(above) for above in self.above]

    def stems(self, text: str) -> list[str]:
        """The words of a text."""
        return [self.stem(text[token.start : token.end]) for token in tokens(text)]

    def asked(self, text: str, *, stops: bool) -> dict[str, int]:
        """The words of a question, with how often it says them."""
        written = (text[token.start : token.end] for token in tokens(text))
        return Counter(self.stem(word) for word in written if stops or not is_common(word))

    @cached_property
    def postings(self) -> dict[str, Posting]:
        """Stem -> where it stands."""
        found: dict[str, list[tuple[int, int, int]]] = {}
        for row, (text, above) in enumerate(zip(*self._counts, strict=True)):
            for each in {*text, *above}:
                found.setdefault(each, []).append((row, text[each], above[each]))
        columns = {each: np.array(rows).T for each, rows in found.items()}
        return {each: Posting(rows=rows, text=text * 1.0, above=above * 1.0)
                for each, (rows, text, above) in columns.items()}  # fmt: skip

    @cached_property
    def pairs(self) -> list[Counter[tuple[str, str]]]:
        """How often each two words stand side by side, row by row, in the text or above it."""
        return [Counter([*pairwise(text), *pairwise(above)])
                for text, above in zip(self.texts, self.above, strict=True)]  # fmt: skip

    def rarity(self, having: int) -> float:
        """The inverse document frequency of BM25."""
        return float(np.log(1 + (len(self.texts) - having + 0.5) / (having + 0.5)))


class Arrays:
    """A collection with its vectors, its words and its questions."""

    def __init__(self, collection: Collection, encoder: Encoder) -> None:
        self.collection, self._encoder = collection, encoder
        self.ids = [each.id for each in collection.passages]
        self._cosines: dict[tuple[str, bytes, int], Floats] = {}
        documents = {each.id: each for each in collection.documents}
        parts = engine.make_parts(documents, collection.passages)
        self._parts = {kind: self._encoded(parts, kind) for kind in ("whole", "sentence")}
        _, self.document = np.unique([each.document_id for each in collection.passages], return_inverse=True)
        self.fact = np.array([each.kind == "fact" for each in collection.passages])
        self.words = {"english": Words(collection, "english")}
        self.asks = tuple(self._asks(documents))

    def in_words(self, kind: str) -> Words:
        """The words as stemmed in some way, made when first asked for."""
        if kind not in self.words:
            self.words[kind] = Words(self.collection, kind)
        return self.words[kind]

    def _encoded(self, parts: Sequence[engine.Part], kind: str) -> tuple[Rows, Vectors]:
        chosen = [part for part in parts if part.kind == kind]
        windows = encoding.passages([part.text for part in chosen], self._encoder)
        rows = np.repeat([part.passage for part in chosen], [len(each) for each in windows])
        return rows.astype(np.int64), np.concatenate([np.empty((0, self._encoder.dimension), np.float32), *windows])

    @cached_property
    def wholes(self) -> Vectors:
        """The mean of the windows of each passage, of length one."""
        rows, vectors = self._parts["whole"]
        sums = np.zeros((len(self.ids), self._encoder.dimension))
        np.add.at(sums, rows, vectors)
        return np.asarray(sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-12))

    @cached_property
    def centre(self) -> Vectors:
        """The mean of all vectors."""
        return np.asarray(np.concatenate([vectors for _, vectors in self._parts.values()]).mean(0))

    def cosines(self, kind: str, vector: Vectors, nth: int = 1) -> Floats:
        """The cosine of each passage's nth best part of a kind; nan where it has none."""
        key = kind, vector.tobytes(), nth
        if key not in self._cosines:
            self._cosines[key] = self._nth(kind, vector, nth)
        return self._cosines[key]

    def _nth(self, kind: str, vector: Vectors, nth: int) -> Floats:
        rows, vectors = self._parts[kind]
        scores = (vectors @ vector).astype(np.float64)
        found = np.full(len(self.ids), np.nan)
        order = np.lexsort((-scores, rows))
        place = np.arange(len(rows)) - np.searchsorted(rows, rows)
        chosen = order[place == nth - 1]
        found[rows[chosen]] = scores[chosen]
        return found

    def _asks(self, documents: Mapping[str, Any]) -> Iterable[Ask]:
        queries = self.collection.queries
        texts = [self._corrected(query.text) for query in queries]
        vectors, raw = (self._encoder.encode_queries(each) for each in (texts, [query.text for query in queries]))
        for query, text, vector, before in zip(queries, texts, vectors, raw, strict=True):
            admitted = (admits(query.filters, documents[each.document_id], each) for each in self.collection.passages)
            allowed = np.fromiter(admitted, dtype=bool)
            yield Ask(query=query, text=text, vector=vector, raw=before, allowed=allowed)

    def _corrected(self, text: str) -> str:
        known = self.words["english"].postings
        unknown = [word.text for word in analyse(text).words if word.stem not in known]
        for word in unknown:
            text = text.replace(word, nearest_word(word, self._written) or word)
        return text

    @cached_property
    def _written(self) -> dict[str, int]:
        """Every word as it is mostly written, with how often it stands there."""
        documents = {each.id: each for each in self.collection.documents}
        forms: dict[str, Counter[str]] = {}
        for each in self.collection.passages:
            for text in (engine.above(documents[each.document_id], each), each.text):
                for token in tokens(text):
                    word = text[token.start : token.end]
                    if not is_common(word):
                        forms.setdefault(fold(word), Counter())[word] += 1
        return {min(each, key=lambda form: (-each[form], form)): each.total() for each in forms.values()}
