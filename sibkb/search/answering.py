"""A question as both legs are asked -> the answer under any filters: candidates in their order, and where hits end.

Scores are scaled by the best without filters, so that a filter only removes and never reorders. Scaled scores cannot
say that nothing fits, since the best of nothing is still the best: whether the question is answered at all is decided
by how much of its telling words a single passage has, and by raw cosine. Only then does a part of the best score say
where hits end.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import compress
from operator import not_
from typing import Final

import numpy as np

from sibkb.model import Filters, Scored
from sibkb.search.fusion import EVIDENCE, FACT, fuse, lifted
from sibkb.search.port import Engine, FloatArray, Vector
from sibkb.words import Terms

DEPTH: Final = 1000
"""Passages asked of each leg."""

ENOUGH: Final = 3.0
"""So many words that stand nowhere else are all that a passage need have of a long question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """Where hits end; cosines of one encoder, so another needs other figures."""

    telling: float = 0.36
    """A question is answered where a single passage has this share of its words, each counted as it is rare."""
    near: float = 0.52
    """It is answered, too, where a passage is this near in meaning, whatever its words."""
    part: float = 0.55
    """Then a hit has this part of the best score without filters, and weak meaning or a word of the question."""
    weak: float = 0.25
    """Below this cosine, meaning did not find it."""
    reasonable: float = 0.3
    """A near miss has this share of the words, or weak meaning."""

    def answers(self, telling: float, nearest: float) -> bool:
        """Whether the corpus answers the question at all: the best of its passages without filters."""
        return telling >= self.telling or nearest >= self.near

    def passes(self, candidate: "Candidate", best: float) -> bool:
        """Whether a passage is a hit of an answered question; what has all the words is one."""
        found = candidate.share > 0 or self._weakly(candidate.cosine)
        return candidate.share == 1 or (found and candidate.score >= self.part * best)

    def nearly(self, candidate: "Candidate") -> bool:
        """Whether it is worth showing where there is nothing better."""
        return candidate.share >= self.reasonable or self._weakly(candidate.cosine)

    def _weakly(self, cosine: float | None) -> bool:
        return cosine is not None and cosine >= self.weak


CUT: Final = Cut()
EVERYTHING: Final = Cut(telling=0, near=-2, part=0, weak=-2, reasonable=0)
"""No line at all: every passage that a leg found is a hit, as rankings are compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question as both legs are asked."""

    terms: Terms
    vector: Vector | None
    words: bool
    """Whether the words leg is asked."""
    rarity: Mapping[str, float]
    """Stem of a word of the question -> how telling it is."""
    facts: frozenset[str]
    """Ids of the rows of front matter."""

    @property
    def legs(self) -> tuple[str, ...]:
        return ("words",) * self.words + ("meaning",) * (self.vector is not None)

    def share(self, have: frozenset[str]) -> float:
        """The share of the question's words; phrases of common words alone were required, so they are all there."""
        return len(self.terms.covered(have)) / len(self.terms.words) if self.terms.words else 1.0

    def telling(self, have: frozenset[str]) -> float:
        """The same, each word counted as it is rare; of a long question a few rare words are enough."""
        whole = min(ENOUGH, sum(self.rarity.values()))
        return sum(self.rarity[stem] for stem in self.terms.covered(have)) / whole if whole else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What both legs found under some filters, each completed by the other's score."""

    legs: Mapping[str, tuple[Scored, ...]]
    ids: tuple[str, ...]
    cosines: FloatArray
    bm25: FloatArray
    stems: Mapping[str, frozenset[str]]
    """Id -> stems of the question that it has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Standard:
    """What answers under any filters are held against: the answer without."""

    tops: tuple[float, float]
    """The best cosine and the best BM25: what each leg is scaled to."""
    evidence: Mapping[str, float]
    """Id -> score of the best by both legs: where neighbours are looked for."""
    best: float
    """The best final score."""
    telling: float
    """The most that one of them has of the telling words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A passage that a leg found, before it is known to be a hit."""

    id: str
    score: float
    cosine: float | None
    stems: frozenset[str]
    """Stems of the question that it has."""
    share: float
    """The same as a share of all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """All candidates under some filters, best first, cut in two."""

    hits: tuple[Candidate, ...]
    rest: tuple[Candidate, ...]
    ranks: Mapping[str, Mapping[str, int]]

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(candidate.id for candidate in self.hits)


def answers(engine: Engine, asked: Asked, cut: Cut) -> Callable[[Filters], Answer]:
    """The answer under any filters."""
    everything = _find(engine, asked, Filters())
    standard = _standard(engine, asked, everything)
    answered = cut.answers(standard.telling, standard.tops[0])

    @cache
    def under(filters: Filters) -> Answer:
        found = _find(engine, asked, filters) if filters else everything
        candidates = _candidates(engine, asked, found, standard)
        good = [answered and cut.passes(each, standard.best) for each in candidates]
        hits, rest = (tuple(compress(candidates, kept)) for kept in (good, map(not_, good)))
        return Answer(hits=hits, rest=rest, ranks=_ranks(found, cut))

    return under


def _find(engine: Engine, asked: Asked, filters: Filters) -> _Found:
    """Ask both legs with the same filters; phrases are required, so the words are asked for them in any mode."""
    legs: dict[str, tuple[Scored, ...]] = {}
    if asked.words or asked.terms.phrases:
        legs["words"] = engine.matching(asked.terms, filters, DEPTH)
    if asked.vector is not None:
        legs["meaning"] = engine.nearest(asked.vector, filters, DEPTH)
    lists = [legs["words"]] if asked.terms.phrases else legs.values()
    ids = tuple(dict.fromkeys(scored.id for each in lists for scored in each))
    cosines, bm25 = _completed(engine, asked, ids, legs)
    return _Found(legs=legs, ids=ids, cosines=cosines, bm25=bm25, stems=engine.matched(ids, asked.terms))


def _completed(
    engine: Engine, asked: Asked, ids: Sequence[str], legs: Mapping[str, Sequence[Scored]]
) -> tuple[FloatArray, FloatArray]:
    """Cosine and BM25 of each, asked of a leg only where it has not told them; 0 where it is not asked at all."""
    meaning, words = ({scored.id: scored.score for scored in legs.get(leg, ())} for leg in ("meaning", "words"))
    if asked.vector is not None:
        unsaid = [id for id in ids if id not in meaning]
        meaning |= {id: cosine or 0.0 for id, (cosine, _) in engine.scores(unsaid, asked.vector, None).items()}
    if not asked.words:
        words = {}
    elif len(words) == DEPTH:
        unread = [id for id in ids if id not in words]
        words |= {id: bm25 for id, (_, bm25) in engine.scores(unread, None, asked.terms).items()}
    cosines, bm25 = (np.array([scores.get(id, 0.0) for id in ids]) for scores in (meaning, words))
    return cosines, bm25


def _standard(engine: Engine, asked: Asked, found: _Found) -> _Standard:
    """What was found without filters, as a standard."""
    legs = {leg: found.legs[leg] for leg in asked.legs}
    meaning, words = (legs[leg][0].score if legs.get(leg) else 0.0 for leg in ("meaning", "words"))
    fused = zip(found.ids, _fused(asked, found, (meaning, words)).tolist(), strict=True)
    evidence = dict(sorted(fused, key=lambda pair: (-pair[1], pair[0]))[:EVIDENCE])
    final = _lifted(engine, asked, tuple(evidence), np.array([*evidence.values()]), evidence)
    stems = {found.stems[id] for id in evidence}
    return _Standard(
        tops=(meaning, words),
        evidence=evidence,
        best=float(final.max(initial=0)),
        telling=max(map(asked.telling, stems), default=0.0),
    )


def _candidates(engine: Engine, asked: Asked, found: _Found, standard: _Standard) -> tuple[Candidate, ...]:
    """What was found, with its final score, best first."""
    scores = _lifted(engine, asked, found.ids, _fused(asked, found, standard.tops), standard.evidence)
    cosines = [None] * len(scores) if asked.vector is None else found.cosines.tolist()
    candidates = (
        Candidate(id=id, score=score, cosine=cosine, stems=found.stems[id], share=asked.share(found.stems[id]))
        for id, score, cosine in zip(found.ids, scores.tolist(), cosines, strict=True)
        if score > 0
    )
    return tuple(sorted(candidates, key=lambda each: (-each.score, each.id)))


def _fused(asked: Asked, found: _Found, tops: tuple[float, float]) -> FloatArray:
    """One score of both legs; a row of front matter keeps a part of it."""
    kept = np.array([FACT if id in asked.facts else 1.0 for id in found.ids])
    return np.asarray(fuse(found.cosines, found.bm25, tops) * kept)


def _lifted(
    engine: Engine, asked: Asked, ids: Sequence[str], scores: FloatArray, evidence: Mapping[str, float]
) -> FloatArray:
    """Scores joined with those of the nearest of the best, itself excepted; words alone know of no nearness."""
    if asked.vector is None:
        return scores
    wholes, best = (engine.vectors(each, "whole") for each in (ids, tuple(evidence)))
    likeness = np.asarray(np.round(wholes @ best.T, 4), dtype=np.float64)  # sums differ by how many are multiplied
    rows = {id: row for row, id in enumerate(ids)}
    for column, id in enumerate(evidence):
        if id in rows:
            likeness[rows[id], column] = 0
    return lifted(scores, likeness, np.array([*evidence.values()]))


def _ranks(found: _Found, cut: Cut) -> dict[str, dict[str, int]]:
    """Leg -> id -> place, from 1; what is not even weakly near was not found by meaning."""
    legs = found.legs
    near = {"words": legs.get("words", ()), "meaning": [s for s in legs.get("meaning", ()) if s.score >= cut.weak]}
    return {leg: {scored.id: place for place, scored in enumerate(each, 1)} for leg, each in near.items()}
