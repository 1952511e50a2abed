"""The exhaustive engine: every question answered by looking at every passage, in the plainest way."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np
import tiny

from sibkb.engine import above, embedded_text
from sibkb.engine.lexicon import ABOVE, filling
from sibkb.engine.vectors import WHOLE, FloatArray
from sibkb.errors import QueryError
from sibkb.model import FILTER_FIELDS, Document, Filters, Manifest, Passage, Scored, admits, attributes, visible
from sibkb.words import Terms, fold, is_common, nearest_word, sentences, tokens

K1, B = 1.2, 0.75


@dataclass(frozen=True)
class Texts:
    """All passages as stems, what stands above each (as often as it counts) and its text; BM25 as tantivy has it."""

    of: Mapping[str, tuple[tuple[str, ...], ...]]

    def score(self, id: str, stems: tuple[str, ...]) -> float:
        count = sum(_occurrences(text, stems) for text in self.of[id])
        mean = sum(len(text) for texts in self.of.values() for text in texts) / len(self.of)
        length = _kept(sum(map(len, self.of[id])) + filling(mean)) / (mean + filling(mean))
        saturated = count * (K1 + 1) / (count + K1 * (1 - B + B * length)) if count else 0.0
        return saturated * sum(map(self.idf, stems))

    def has(self, id: str, stem: str) -> bool:
        return any(stem in text for text in self.of[id])

    def idf(self, stem: str) -> float:
        having = sum(self.has(id, stem) for id in self.of)
        return math.log(1 + (len(self.of) - having + 0.5) / (having + 0.5))


def _kept(length: int) -> int:
    """A length as the index keeps it, in one byte: exact below 40, then four binary digits of what exceeds 24."""
    spare = max(0, (length - 24).bit_length() - 4) if length >= 24 else 0
    return 24 + ((length - 24) >> spare << spare) if spare else length


def _occurrences(text: tuple[str, ...], stems: tuple[str, ...]) -> int:
    return sum(text[i : i + len(stems)] == stems for i in range(len(text)))


def _stems(text: str) -> tuple[str, ...]:
    return tuple(token.stem for token in tokens(text))


class BruteEngine:
    def __init__(
        self, documents: Sequence[Document], passages: Sequence[Passage], ceiling: str, manifest: Manifest
    ) -> None:
        self.manifest = manifest
        self._every = {document.id: document for document in documents}
        self._all = tuple(passages)
        self._seen = {p.id: p for p in passages if visible(ceiling, self._every[p.document_id].release, p.release)}
        self.documents: Mapping[str, Document] = {
            id: self._as_seen(document) for id, document in self._every.items() if visible(ceiling, document.release)
        }

    def _as_seen(self, document: Document) -> Document:
        ids = tuple(each for each in document.passage_ids if each in self._seen)
        told = any(self._seen[id].kind == "summary" for id in ids)
        return replace(document, passage_ids=ids, summary=document.summary if told else "")

    @cached_property
    def _texts(self) -> Texts:
        return Texts(
            {p.id: (*[_stems(above(self._every[p.document_id], p))] * ABOVE, _stems(p.text)) for p in self._all}
        )

    @cached_property
    def _wholes(self) -> Mapping[str, FloatArray]:
        texts = [embedded_text(self._every[p.document_id], p) for p in self._all]
        return dict(zip((p.id for p in self._all), tiny.TinyEncoder().encode_passages(texts), strict=True))

    @cached_property
    def _sentences(self) -> Mapping[str, FloatArray]:
        each = {p.id: [p.text[a:b] for a, b in sentences(p.text)] for p in self._all}
        return {id: np.concatenate(tiny.TinyEncoder().encode_passages(texts)) for id, texts in each.items() if texts}

    def _passage(self, id: str) -> Passage:
        if id not in self._seen:
            raise QueryError(f"there is no passage `{id}` — `sibkb search` finds ids")
        return self._seen[id]

    def passages(self, ids: Iterable[str]) -> tuple[Passage, ...]:
        return tuple(map(self._passage, ids))

    def allowed(self, filters: Filters) -> tuple[str, ...]:
        return tuple(p.id for p in self._seen.values() if admits(filters, self._every[p.document_id], p))

    def nearest(self, vector: FloatArray, filters: Filters, limit: int) -> tuple[Scored, ...]:
        return _best({id: self._cosine(id, vector) for id in self.allowed(filters)}, limit)

    def matching(self, terms: Terms, filters: Filters, limit: int) -> tuple[Scored, ...]:
        scores = {id: self._bm25(id, terms) for id in self.allowed(filters)}
        return _best({id: score for id, score in scores.items() if score > 0}, limit)

    def scores(
        self, ids: Sequence[str], vector: FloatArray | None, terms: Terms | None
    ) -> Mapping[str, tuple[float | None, float]]:
        return {
            self._passage(id).id: (
                None if vector is None else self._cosine(id, vector),
                0.0 if terms is None else self._bm25(id, terms),
            )
            for id in ids
        }

    def matched(self, ids: Sequence[str], terms: Terms) -> Mapping[str, frozenset[str]]:
        return {id: frozenset(stem for stem in terms.stems if self._texts.has(id, stem)) for id in ids}

    def vectors(self, ids: Sequence[str], of: Literal["whole", "sentence"]) -> FloatArray:
        rows = [np.zeros(tiny.TinyEncoder.dimension), *(self._mean(id, of) for id in ids)]
        return np.stack(rows)[1:].astype(np.float32)

    def _mean(self, id: str, of: Literal["whole", "sentence"]) -> FloatArray:
        passage = self._passage(id)
        spans = [passage.text[start:end] for start, end in sentences(passage.text)]
        texts = spans if of == "sentence" else [embedded_text(self._every[passage.document_id], passage)]
        windows = tiny.TinyEncoder().encode_passages(texts)
        total = np.concatenate([np.zeros((1, tiny.TinyEncoder.dimension)), *windows]).sum(axis=0)
        return total / (np.linalg.norm(total) or 1.0)

    def closest(self, id: str, vector: FloatArray) -> tuple[int, int] | None:
        text = self._passage(id).text
        spans = sentences(text)
        if len(spans) < 2:
            return None
        windows = tiny.TinyEncoder().encode_passages([text[start:end] for start, end in spans])
        return max(zip(spans, windows, strict=True), key=lambda pair: (_cosine(pair[1], vector), -pair[0][0]))[0]

    def known(self, stem: str) -> bool:
        return any(self._texts.has(id, stem) for id in self._seen)

    def rarity(self, stem: str) -> float:
        return self._texts.idf(stem if self.known(stem) else "stands nowhere") / self._texts.idf("stands nowhere")

    def suggest(self, word: str) -> str | None:
        written: dict[str, Counter[str]] = {}
        for passage in self._seen.values():
            for text in (above(self._every[passage.document_id], passage), passage.text):
                for token in tokens(text):
                    form = text[token.start : token.end]
                    if not is_common(form):
                        written.setdefault(fold(form), Counter())[form] += 1
        usual = {min(forms, key=lambda form: (-forms[form], form)): forms.total() for forms in written.values()}
        return nearest_word(word, usual)

    def facets(self, ids: Sequence[str]) -> Mapping[str, Mapping[str, int]]:
        have = [attributes(self._every[p.document_id], p) for p in self.passages(ids)]
        counts = {field: Counter(v for each in have for v in set(each[field])) for field in FILTER_FIELDS}
        return {
            field: dict(sorted(each.items(), key=lambda item: (-item[1], item[0]))) for field, each in counts.items()
        }

    def _cosine(self, id: str, vector: FloatArray) -> float:
        whole = _nearest(self._wholes[id], vector)
        if id not in self._sentences:
            return round(whole, 4)
        return round(WHOLE * whole + (1 - WHOLE) * _nearest(self._sentences[id], vector), 4)

    def _bm25(self, id: str, terms: Terms) -> float:
        phrases = [self._texts.score(id, phrase) for phrase in terms.phrases]
        wanted = [counts * self._texts.score(id, stems) for stems, counts in terms.wanted.items()]
        return round(sum(phrases) + sum(wanted), 4) if all(phrases) else 0.0


def _cosine(windows: FloatArray, vector: FloatArray) -> float:
    return round(_nearest(windows, vector), 4)


def _nearest(windows: FloatArray, vector: FloatArray) -> float:
    length = float(np.linalg.norm(vector.astype(float))) or 1.0
    return float(np.max(windows.astype(float) @ vector.astype(float))) / length


def _best(scores: Mapping[str, float], limit: int) -> tuple[Scored, ...]:
    ordered = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Scored(id=id, score=score) for id, score in ordered[:limit])
