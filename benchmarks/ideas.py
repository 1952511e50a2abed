"""Ideas for ranking, each as one change to what is shipped, over the arrays of a collection."""

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np

from benchmarks.arrays import Arrays, Ask, Floats, Vectors, Words
from sibkb.engine import lexicon
from sibkb.engine import vectors as meaning_leg
from sibkb.evaluating import DEPTH
from sibkb.search import fusion
from sibkb.words import analyse

CANDIDATES: Final = 1000
"""Passages that neighbours may lift, as the engine is asked for."""
RANKS: Final = 60
"""What rank fusion adds to each place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A way to rank; what is not named is as shipped."""

    legs: tuple[bool, bool] = (True, True)
    """Whether meaning and words are asked."""
    whole: float | None = meaning_leg.WHOLE
    """What the whole counts against the sentence; None: whichever is nearer."""
    sentences: int = 1
    """The mean of so many best sentences."""
    meaning: float = fusion.MEANING
    scale: str = "best"
    """From 0 to the `best`, from the `lowest`, by `deviation`, or by `rank`."""
    lift: float = fusion.LIFT
    neighbours: int = fusion.NEIGHBOURS
    evidence: int = fusion.EVIDENCE
    apart: float = fusion.APART
    others: bool = False
    """Whether neighbours in the same document are none."""
    fact: float = fusion.FACT
    short: float = 0
    """What a text of no words would lose; one of ten words loses a third of that."""
    above: int = lexicon.ABOVE
    k1: float = 1.2
    b: float = lexicon.B
    repeats: float = 1
    """To which power it counts how often a question says a word."""
    stems: str = "english"
    stops: bool = False
    """Whether stop words of a question are searched."""
    corrected: bool = True
    pairs: float = 0
    """What two words count that stand side by side as in the question."""
    covered: float = 0
    """To which power BM25 is multiplied by the share of the telling words."""
    feedback: float = 0
    """Rocchio: how much of the mean of the best three vectors joins the question's."""
    expansion: float = 0
    """RM3: how much of the words is taken from the best five passages."""
    document: float = 0
    """How much of the mean of a document's best three is added to each of its passages."""
    centred: bool = False
    """Whether the mean of all vectors is taken off each."""
    hub: float = 0
    """What a passage loses that is near to many."""
    alike: float = 2
    """A passage is left out where a better one of the same document is as near as this."""


def rank(arrays: Arrays, ask: Ask, way: Way) -> list[str]:
    """Ids of the best, best first, equal scores by id; common words alone find nothing."""
    if analyse(ask.text).empty:
        return []
    found = np.where(ask.allowed, scores(arrays, ask, way), 0)
    best = np.argsort(-found, kind="stable")[: 2 * DEPTH]
    ordered = sorted(best[found[best] > 0], key=lambda row: (-round(found[row], 9), arrays.ids[row]))
    return [arrays.ids[row] for row in ordered[:DEPTH]]


def scores(arrays: Arrays, ask: Ask, way: Way) -> Floats:
    """The score of every passage; 0 of what is left out."""
    words = arrays.in_words(way.stems)
    vector = ask.vector if way.corrected else ask.raw
    asked = words.asked(ask.text if way.corrected else ask.query.text, stops=way.stops)
    weighted = {stem: float(times) ** way.repeats for stem, times in asked.items()}
    bm25 = _words(words, weighted, way)
    if way.pairs:
        bm25 = bm25 + way.pairs * _pairs(words, ask.text, way)
    if way.covered:
        bm25 = bm25 * _covered(words, weighted) ** way.covered
    found = _together(arrays, _meaning(arrays, vector, way), bm25, way)
    if way.feedback:
        moved = vector + way.feedback * arrays.wholes[np.argsort(-found)[:3]].mean(0)
        found = _together(arrays, _meaning(arrays, moved / np.linalg.norm(moved), way), bm25, way)
    if way.expansion:
        more = _expanded(words, weighted, np.argsort(-found)[:5], way)
        found = _together(arrays, _meaning(arrays, vector, way), _words(words, more, way), way)
    if way.lift and way.legs[0]:
        found = _lifted(arrays, found, way)
    if way.document:
        found = found + way.document * _of_document(arrays, found)
    return _without_alike(arrays, found, way) if way.alike <= 1 else found


def _meaning(arrays: Arrays, vector: Vectors, way: Way) -> Floats:
    if way.centred:
        return _centred(arrays, vector, way)
    whole = arrays.cosines("whole", vector)
    nth = [arrays.cosines("sentence", vector, n + 1) for n in range(way.sentences)]
    with np.errstate(all="ignore"):
        counted = np.sum(~np.isnan(nth), axis=0)
        sentence = np.where(counted, np.nansum(nth, axis=0) / np.maximum(counted, 1), whole)
    both = np.maximum(whole, sentence) if way.whole is None else way.whole * whole + (1 - way.whole) * sentence
    return both - way.hub * _hubs(arrays) if way.hub else both


def _centred(arrays: Arrays, vector: Vectors, way: Way) -> Floats:
    moved = vector - arrays.centre
    off = float(arrays.centre @ moved)
    plain = _meaning(arrays, moved, replace(way, centred=False))
    return np.asarray((plain - off) / np.linalg.norm(moved))


def _hubs(arrays: Arrays) -> Floats:
    """How near a passage is to its ten nearest and itself."""
    near = arrays.wholes @ arrays.wholes.T
    return np.asarray(np.sort(near, axis=1)[:, -11:].mean(axis=1), dtype=np.float64)


def _words(words: Words, asked: dict[str, float], way: Way) -> Floats:
    key = (*asked.items(), way.above, way.k1, way.b)
    if key not in words.scores:
        words.scores[key] = _bm25(words, asked, way)
    return words.scores[key]


def _bm25(words: Words, asked: dict[str, float], way: Way) -> Floats:
    """BM25, each length as tantivy keeps it."""
    scores = np.zeros(len(words.texts))
    norm = _norm(words, way)
    for stem, times in asked.items():
        if posting := words.postings.get(stem):
            rows = posting.rows if way.above else posting.rows[posting.text > 0]
            count = (posting.text + way.above * posting.above)[posting.text + way.above * posting.above > 0]
            saturated = count * (way.k1 + 1) / (count + norm[rows])
            scores[rows] += times * words.rarity(len(rows)) * saturated
    return scores


def _norm(words: Words, way: Way) -> Floats:
    lengths = words.lengths @ np.array([1, way.above])
    lengths = lengths + lexicon.filling(float(lengths.mean()), way.b)
    spare = np.maximum(0, np.floor(np.log2(np.maximum(lengths - 24, 1))).astype(int) - 3)
    kept = np.where(lengths >= 24, 24 + ((lengths - 24) >> spare << spare), lengths)
    return np.asarray(way.k1 * (0.25 + 0.75 * kept / max(1e-9, lengths.mean())))


def _pairs(words: Words, text: str, way: Way) -> Floats:
    """BM25 of what stands side by side in the question, stop words left out."""
    scores, norm = np.zeros(len(words.texts)), _norm(words, way)
    for pair in {pair for pair in pairwise(words.stems(text)) if not words.common & {*pair}}:
        count = np.array([each[pair] for each in words.pairs], dtype=np.float64)
        having = np.flatnonzero(count)
        saturated = count[having] * (way.k1 + 1) / (count[having] + norm[having])
        scores[having] += words.rarity(len(having)) * saturated
    return scores


def _covered(words: Words, asked: dict[str, float]) -> Floats:
    have, whole = np.zeros(len(words.texts)), 0.0
    for stem in asked:
        posting = words.postings.get(stem)
        weight = words.rarity(len(posting.rows) if posting else 0)
        whole += weight
        if posting:
            have[posting.rows] += weight
    return have / whole if whole else have


def _expanded(words: Words, asked: dict[str, float], best: np.ndarray, way: Way) -> dict[str, float]:
    """The question's words with the twenty most telling of some passages."""
    weights: dict[str, float] = {}
    norm = _norm(words, way)
    for row in best:
        for stem in {*words.texts[row], *words.above[row]} - words.common:
            posting = words.postings[stem]
            if len(posting.rows) > 1:
                at = np.searchsorted(posting.rows, row)
                count = posting.text[at] + way.above * posting.above[at]
                weights[stem] = weights.get(stem, 0) + words.rarity(len(posting.rows)) * count / (count + norm[row])
    chosen = dict(sorted(weights.items(), key=lambda item: (-item[1], item[0]))[:20])
    own, new = sum(asked.values()) or 1, sum(chosen.values()) or 1
    mixed = {stem: (1 - way.expansion) * times / own for stem, times in asked.items()}
    return mixed | {stem: mixed.get(stem, 0) + way.expansion * weight / new for stem, weight in chosen.items()}


def _together(arrays: Arrays, cosines: Floats, bm25: Floats, way: Way) -> Floats:
    weights = np.array([way.meaning, 1 - way.meaning]) * way.legs
    scaled = [_scaled(scores, way.scale) for scores in (cosines, bm25)]
    kept = np.where(arrays.fact, way.fact, 1)
    if way.short:
        lengths = np.array([len(text) for text in arrays.in_words(way.stems).texts])
        kept = kept * (1 - way.short * np.exp(-lengths / 10))
    return np.asarray((weights / weights.sum()) @ np.array(scaled) * kept)


def _scaled(scores: Floats, scale: str) -> Floats:
    if scale == "rank":
        places = np.empty(len(scores))
        places[np.argsort(-scores, kind="stable")] = np.arange(1, len(scores) + 1)
        return np.where(scores > 0, RANKS / (RANKS + places), 0)
    if scale == "deviation":
        return np.asarray(np.maximum(0, 3 + (scores - scores.mean()) / (scores.std() or 1)))
    low = scores.min() if scale == "lowest" else 0.0
    top = scores.max() - low
    return np.maximum(scores - low, 0) / top if top > 0 else np.zeros(len(scores))


def _lifted(arrays: Arrays, scores: Floats, way: Way) -> Floats:
    """As `fusion.lifted`, for the best of all."""
    rows = np.argsort(-scores, kind="stable")[:CANDIDATES]
    best = rows[: way.evidence]
    likeness = (arrays.wholes[rows] @ arrays.wholes[best].T).astype(np.float64)
    np.fill_diagonal(likeness, 0)
    likeness[likeness < way.apart] = 0
    if way.others:
        likeness[arrays.document[rows][:, None] == arrays.document[best][None, :]] = 0
    nearest = np.argsort(-likeness, axis=1, kind="stable")[:, : way.neighbours]
    weights = np.take_along_axis(likeness, nearest, axis=1)
    whole = weights.sum(axis=1)
    near = (weights * scores[best][nearest]).sum(axis=1) / np.where(whole > 0, whole, 1)
    found = scores.copy()
    found[rows] = np.where(whole > 0, (1 - way.lift) * scores[rows] + way.lift * near, scores[rows])
    return found


def _of_document(arrays: Arrays, scores: Floats) -> Floats:
    """The mean of the best three of each passage's document."""
    order = np.lexsort((-scores, arrays.document))
    place = np.arange(len(order)) - np.searchsorted(arrays.document[order], arrays.document[order])
    best = order[place < 3]
    sums, counts = (np.bincount(arrays.document[best], weights) for weights in (scores[best], np.ones(len(best))))
    return np.asarray((sums / counts)[arrays.document])


def _without_alike(arrays: Arrays, scores: Floats, way: Way) -> Floats:
    best = np.argsort(-scores, kind="stable")[: 5 * DEPTH]
    near = arrays.wholes[best] @ arrays.wholes[best].T >= way.alike
    same = arrays.document[best][:, None] == arrays.document[best][None, :]
    kept: list[int] = []
    for place in range(len(best)):
        if not (near & same)[place, kept].any():
            kept.append(place)
    found = np.zeros(len(scores))
    found[best[kept]] = scores[best[kept]]
    return found
