"""A question and any engine -> ranked hits with their reasons; holds the port `Engine`.

Two legs answer: words (BM25) and meaning (cosine). Each is scaled from 0 to its best score without filters, so that a
filter only removes and never reorders, and the two are added. Whether a passage is a hit at all is decided by raw
cosine and by the share of the question's words it has, never by the scaled score: the best of nothing is not good.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal, Protocol

import numpy as np
import numpy.typing as npt

from sibkb.errors import QueryError
from sibkb.model import FILTER_FIELDS, MODES, Document, Filters, Hit, Manifest, Passage, Query, Results, Scored
from sibkb.words import Terms, Thesaurus, Token, analyse, explained, is_common, tokens

FloatArray = npt.NDArray[np.float32]
Encode = Callable[[str], FloatArray]
"""Gives the vector of a question."""

MEANING: Final = 0.6
WORDS: Final = 0.4
"""What each leg counts in the sum."""

FACT: Final = 0.75
"""What a row of the front matter keeps of its score: a question is better answered by a sentence that tells why."""

DEPTH: Final = 1000
"""Passages asked of each leg."""

LONGEST: Final = 2000
"""Characters of a question."""

NEAR_MISSES: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """Where hits end; cosines of one encoder, so another needs other figures."""

    floor: float = 0.26
    """Where the nearest passage of all is not this near in meaning, the corpus has no answer."""
    unknown: float = 0.55
    """How much nearer it must be where the corpus knows none of the question's words; less, as it knows more."""
    good: float = 0.3
    """This near in meaning is a hit, whatever its words."""
    weak: float = 0.2
    """Below this, meaning did not find it."""
    share: float = 0.5
    """With this share of the question's words, weak meaning is enough; with all of them, none is needed."""
    share_words: float = 0.34
    """The share that makes a hit where words alone answer."""
    reasonable: float = 0.3
    """A near miss has this share of the words, or weak meaning."""

    def answers(self, nearest: float, unknown: float) -> bool:
        """Whether the corpus answers the question at all: best cosine without filters, share of unknown words."""
        return nearest >= self.floor + self.unknown * unknown

    def passes(self, cosine: float | None, share: float) -> bool:
        """Whether a passage is a hit."""
        if cosine is None or share == 1:
            return share >= self.share_words
        return cosine >= self.good or (share >= self.share and cosine >= self.weak)

    def nearly(self, cosine: float | None, share: float) -> bool:
        """Whether it is worth showing where there is nothing better."""
        return share >= self.reasonable or (cosine is not None and cosine >= self.weak)


CUT: Final = Cut()
EVERYTHING: Final = Cut(floor=-2, unknown=0, good=-2, weak=-2, share=0, share_words=0, reasonable=0)
"""No line at all: every passage that a leg found is a hit, as rankings are compared."""
NO_NAMES: Final = Thesaurus()


class Engine(Protocol):
    """What any engine answers about one fixed generation, as seen under one ceiling.

    Filters are exact: `limit` passages come if that many pass. Equal scores are ordered by id. Word statistics are the
    whole generation's; a filter only removes. An id that is unknown or hidden is a QueryError.
    """

    @property
    def manifest(self) -> Manifest: ...

    @property
    def documents(self) -> Mapping[str, Document]:
        """The documents that may be seen."""
        ...

    def passages(self, ids: Iterable[str]) -> tuple[Passage, ...]:
        """The passages of these ids, in their order."""
        ...

    def allowed(self, filters: Filters) -> tuple[str, ...]:
        """All that pass, in the order of documents and lines."""
        ...

    def nearest(self, vector: FloatArray, filters: Filters, limit: int) -> tuple[Scored, ...]:
        """The passages nearest in meaning, by the cosine of their best part."""
        ...

    def matching(self, terms: Terms, filters: Filters, limit: int) -> tuple[Scored, ...]:
        """The passages that have every phrase and, without phrases, any of what is wanted; by BM25."""
        ...

    def scores(
        self, ids: Sequence[str], vector: FloatArray | None, terms: Terms | None
    ) -> Mapping[str, tuple[float | None, float]]:
        """Cosine and BM25 of each, as the two legs would give them; None and 0 where a leg is not asked."""
        ...

    def matched(self, ids: Sequence[str], terms: Terms) -> Mapping[str, frozenset[str]]:
        """Which stems of the question, those of other names among them, stand in each passage or above it."""
        ...

    def vectors(self, ids: Sequence[str], of: Literal["whole", "sentence"]) -> FloatArray:
        """One row a passage, of length one: the mean of its sentences as they stand, or of the whole in its context.

        Zeros where it has no sentence.
        """
        ...

    def closest(self, id: str, vector: FloatArray) -> tuple[int, int] | None:
        """The span of the sentence nearest in meaning; None where the passage is a single one."""
        ...

    def known(self, stem: str) -> bool:
        """Whether the word stands anywhere."""
        ...

    def suggest(self, word: str) -> str | None:
        """The word of the corpus that was probably meant, as it is written there."""
        ...

    def facets(self, ids: Sequence[str]) -> Mapping[str, Mapping[str, int]]:
        """Field -> value -> how many of these passages have it, the most frequent first."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """A question as it is searched."""

    terms: Terms
    text: str
    """What is worth encoding."""
    corrected: Mapping[str, str]
    """Unknown word -> the word searched instead."""
    expanded: Mapping[str, tuple[str, ...]]
    """Name -> the other names of the same thing that are searched too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A question as both legs are asked."""

    understood: Understood
    vector: FloatArray | None
    words: bool
    """Whether the words leg is asked."""
    tops: tuple[float, float]
    """The best cosine and the best BM25 without filters: what each leg is scaled to."""
    unknown: float
    """The share of its words that the corpus does not know."""
    facts: frozenset[str]
    """Ids of the rows of front matter."""

    @property
    def terms(self) -> Terms:
        return self.understood.terms

    @property
    def legs(self) -> tuple[str, ...]:
        return ("words",) * self.words + ("meaning",) * (self.vector is not None)


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
    good: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """All candidates under some filters, best first, cut in two."""

    hits: tuple[Candidate, ...]
    rest: tuple[Candidate, ...]
    ranks: Mapping[str, Mapping[str, int]]

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(candidate.id for candidate in self.hits)


def search(engine: Engine, query: Query, encode: Encode | None, cut: Cut = CUT, names: Thesaurus = NO_NAMES) -> Results:
    """Answer a query; by words alone where there is nothing that encodes it. A QueryError says why it is none."""
    terms = _checked(query)
    if terms is None:
        return _listed(engine, query)
    asked = _ask(engine, query, understand(engine, query.text, terms, names), encode)
    under = cache(lambda filters: _answer(engine, asked, filters, cut))
    answer = under(query.filters)
    page = answer.hits[query.offset : query.offset + query.limit]
    near = [each for each in answer.rest if cut.nearly(each.cosine, each.share)][:NEAR_MISSES]
    return Results(
        query=query,
        hits=_shown(engine, page, asked, answer.ranks),
        total=len(answer.hits),
        near_misses=_shown(engine, near, asked, answer.ranks),
        facets=_facets(engine, query.filters, answer.ids, lambda filters: under(filters).ids),
        without=() if answer.hits else _without(query.filters, lambda filters: len(under(filters).ids)),
        corrected=asked.understood.corrected,
        expanded=asked.understood.expanded,
        generation=engine.manifest.name,
        legs=asked.legs,
    )


def _checked(query: Query) -> Terms | None:
    """The words of the question; None where there is none and the filters alone are asked."""
    if query.mode not in MODES:
        raise QueryError(f"there is no mode `{query.mode}` — use one of: {', '.join(MODES)}")
    if query.limit < 1 or query.offset < 0:
        raise QueryError("a page has at least one result and begins at 0 or later — correct `limit` or `offset`")
    if len(query.text) > LONGEST:
        raise QueryError(f"this is {len(query.text):,} characters long — shorten it to {LONGEST:,} or fewer")
    if not query.text.strip():
        if not query.filters:
            raise QueryError("there is nothing to search for — type a question or choose a filter")
        return None
    terms = analyse(query.text)
    if terms.empty:
        raise QueryError(_without_content(query.text))
    return terms


def _without_content(text: str) -> str:
    if tokens(text):
        return (
            f"“{text.strip()}” has only common words — add one that says what it is about, or put them in double quotes"
        )
    return f"“{text.strip()}” has no words — type what you want to know"


def understand(engine: Engine, text: str, terms: Terms, names: Thesaurus) -> Understood:
    """A question, once analysed, with unknown words corrected and with other names of what it names."""
    corrections = _corrections(engine, terms, names)
    text = _spelled(text, corrections)
    named = names.found(text, engine.known)
    return Understood(
        terms=terms.replaced(corrections).named(named),
        text=explained(text, named),
        corrected=corrections,
        expanded={text[name.start : name.end]: name.others for name in named},
    )


def _ask(engine: Engine, query: Query, understood: Understood, encode: Encode | None) -> _Asked:
    legs, terms = MODES[query.mode], understood.terms
    meaning = encode(understood.text) if encode and "meaning" in legs else None
    words = "words" in legs or meaning is None
    best = _found(engine, terms, meaning, words, Filters(), 1)
    cosine, bm25 = (best[leg][0].score if best.get(leg) else 0.0 for leg in ("meaning", "words"))
    return _Asked(
        understood=understood,
        vector=meaning,
        words=words,
        tops=(cosine, bm25),
        unknown=1 - _share(frozenset(filter(engine.known, terms.stems)), terms),
        facts=frozenset(engine.allowed(Filters(kind=("fact",)))),
    )


def _corrections(engine: Engine, terms: Terms, names: Thesaurus) -> dict[str, str]:
    """Unknown word -> the word probably meant; a word of the field is no slip, though the corpus does not have it."""
    unknown = [word.text for word in terms.words if not engine.known(word.stem) and not names.has(word.stem)]
    return {word: meant for word in unknown if (meant := engine.suggest(word))}


def _spelled(text: str, corrections: Mapping[str, str]) -> str:
    """The text with each unknown word replaced by the one probably meant: what is worth encoding."""
    for word, meant in corrections.items():
        text = re.sub(rf"\b{re.escape(word)}\b", meant, text)
    return text


def _answer(engine: Engine, asked: _Asked, filters: Filters, cut: Cut) -> _Answer:
    """Ask both legs with the same filters, complete each other's scores, add them up, and cut."""
    found = _found(engine, asked.terms, asked.vector, asked.words, filters, DEPTH)
    ids = _candidates(asked, found)
    scores = engine.scores(ids, asked.vector, asked.terms if asked.words else None)
    fused = {id: score * (FACT if id in asked.facts else 1) for id, score in fuse(scores, asked.tops).items()}
    have = engine.matched(ids, asked.terms)
    hopeful = asked.vector is None or cut.answers(asked.tops[0], asked.unknown)

    def candidate(id: str) -> Candidate:
        cosine, share = scores[id][0], _share(have[id], asked.terms)
        good = (hopeful or share == 1) and cut.passes(cosine, share)
        return Candidate(id=id, score=fused[id], cosine=cosine, stems=have[id], share=share, good=good)

    candidates = map(candidate, ids)
    ordered = sorted((each for each in candidates if each.score > 0), key=lambda each: (-each.score, each.id))
    hits, rest = divided(ordered)
    return _Answer(hits=hits, rest=rest, ranks=_ranks(found, cut))


def _found(  # noqa: PLR0913, before the question is complete
    engine: Engine, terms: Terms, vector: FloatArray | None, words: bool, filters: Filters, depth: int
) -> dict[str, tuple[Scored, ...]]:
    """Leg -> what it found; phrases are required, so the words are asked for them in any mode."""
    found: dict[str, tuple[Scored, ...]] = {}
    if words or terms.phrases:
        found["words"] = engine.matching(terms, filters, depth)
    if vector is not None:
        found["meaning"] = engine.nearest(vector, filters, depth)
    return found


def _candidates(asked: _Asked, found: Mapping[str, Sequence[Scored]]) -> tuple[str, ...]:
    lists = [found["words"]] if asked.terms.phrases else list(found.values())
    return tuple(dict.fromkeys(scored.id for each in lists for scored in each))


def fuse(scores: Mapping[str, tuple[float | None, float]], tops: tuple[float, float]) -> dict[str, float]:
    """One score between 0 and 1 from cosine and BM25; a leg that found nothing anywhere leaves all to the other."""
    weights = [weight if top > 0 else 0.0 for weight, top in zip((MEANING, WORDS), tops, strict=True)]
    whole = sum(weights) or 1.0
    parts = [(weight / whole, top) for weight, top in zip(weights, tops, strict=True)]
    return {
        id: sum(w * (max(0.0, score or 0.0) / top) for (w, top), score in zip(parts, pair, strict=True) if w)
        for id, pair in scores.items()
    }


def divided(ordered: Sequence[Candidate]) -> tuple[tuple[Candidate, ...], tuple[Candidate, ...]]:
    """Hits and the rest."""
    return tuple(each for each in ordered if each.good), tuple(each for each in ordered if not each.good)


def _share(have: frozenset[str], terms: Terms) -> float:
    """The share of the question's words; phrases of common words alone were required, so they are all there."""
    return len(terms.covered(have)) / len(terms.words) if terms.words else 1.0


def _ranks(found: Mapping[str, Sequence[Scored]], cut: Cut) -> dict[str, dict[str, int]]:
    """Leg -> id -> place, from 1; what is not even weakly near was not found by meaning."""
    near = {"words": found.get("words", ()), "meaning": [s for s in found.get("meaning", ()) if s.score >= cut.weak]}
    return {leg: {scored.id: place for place, scored in enumerate(each, 1)} for leg, each in near.items()}


def _listed(engine: Engine, query: Query) -> Results:
    """Everything that passes the filters, in the order of documents and lines."""
    ids = engine.allowed(query.filters)
    passages = engine.passages(ids[query.offset : query.offset + query.limit])
    return Results(
        query=query,
        hits=tuple(Hit(passage=each, document=engine.documents[each.document_id], score=0.0) for each in passages),
        total=len(ids),
        facets=_facets(engine, query.filters, ids, engine.allowed),
        without=() if ids else _without(query.filters, lambda other: len(engine.allowed(other)) if other else 0),
        generation=engine.manifest.name,
    )


def _facets(
    engine: Engine, filters: Filters, ids: Sequence[str], ask: Callable[[Filters], Sequence[str]]
) -> dict[str, Mapping[str, int]]:
    """Counts of the hits; a field that restricts is counted as if it did not."""
    counts = dict(engine.facets(ids))
    for field in filters.active():
        counts[field] = engine.facets(ask(filters.without(field)))[field]
    return {field: counts[field] for field in FILTER_FIELDS}


def _without(filters: Filters, count: Callable[[Filters], int]) -> tuple[tuple[str, str, int], ...]:
    """What each active filter hides, the most first."""
    active = {field: ", ".join(values) for field, values in filters.active().items()}
    if filters.years:
        active["years"] = "–".join(map(str, filters.years))
    ways = [(field, value, count(filters.without(field))) for field, value in active.items()]
    return tuple(sorted((way for way in ways if way[2]), key=lambda way: (-way[2], way[0])))


def _shown(
    engine: Engine, candidates: Sequence[Candidate], asked: _Asked, ranks: Mapping[str, Mapping[str, int]]
) -> tuple[Hit, ...]:
    passages = engine.passages(candidate.id for candidate in candidates)
    return tuple(_hit(engine, *pair, asked, ranks) for pair in zip(candidates, passages, strict=True))


def _hit(
    engine: Engine, candidate: Candidate, passage: Passage, asked: _Asked, ranks: Mapping[str, Mapping[str, int]]
) -> Hit:
    found = marks(passage.text, asked.terms)
    by_sentence = asked.vector is not None and not found
    return Hit(
        passage=passage,
        document=engine.documents[passage.document_id],
        score=candidate.score,
        marks=found,
        closest=engine.closest(passage.id, asked.vector) if by_sentence and asked.vector is not None else None,
        ranks={leg: places[passage.id] for leg, places in ranks.items() if passage.id in places},
        cosine=candidate.cosine,
        matched=tuple(word.text for word in asked.terms.words if word.stem in candidate.stems),
        also=_also(asked.terms, candidate.stems),
    )


def _also(terms: Terms, have: frozenset[str]) -> tuple[str, ...]:
    """The words of other names that a passage has and the question has not."""
    asked = {word.stem for word in terms.words}
    words = {word.stem: word.text for other in terms.others for word in other.words}
    return tuple(text for stem, text in words.items() if stem in have - asked)


def marks(text: str, terms: Terms) -> tuple[tuple[int, int], ...]:
    """The spans of the words that matched; common words only inside a phrase."""
    words = tokens(text)
    wanted = set(terms.stems)
    plain = {word for word in words if word.stem in wanted and not is_common(text[word.start : word.end])}
    chosen = plain.union(*(_occurrences(words, phrase) for phrase in terms.phrases))
    return tuple((word.start, word.end) for word in sorted(chosen, key=lambda word: word.start))


def _occurrences(words: Sequence[Token], phrase: tuple[str, ...]) -> set[Token]:
    starts = [
        i
        for i in range(len(words) - len(phrase) + 1)
        if all(words[i + j].stem == stem for j, stem in enumerate(phrase))
    ]
    return {words[i + j] for i in starts for j in range(len(phrase))}
