"""A question and any engine -> ranked hits with their reasons.

port.py       what is asked of an engine and of an encoder
fusion.py     scores of both legs -> one
answering.py  candidates in their order, and where hits end
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sibkb.errors import QueryError
from sibkb.model import FILTER_FIELDS, MODES, Filters, Hit, Passage, Query, Results
from sibkb.search.answering import CUT, DEPTH, EVERYTHING, Asked, Candidate, Cut, answers
from sibkb.search.port import Encode, Engine
from sibkb.words import Terms, Thesaurus, Token, analyse, explained, is_common, tokens

__all__ = [
    "CUT",
    "DEPTH",
    "EVERYTHING",
    "LONGEST",
    "NO_NAMES",
    "Cut",
    "Encode",
    "Engine",
    "marks",
    "search",
    "understand",
]

LONGEST: Final = 2000
"""Characters of a question."""

NEAR_MISSES: Final = 5
NO_NAMES: Final = Thesaurus()


def search(engine: Engine, query: Query, encode: Encode | None, cut: Cut = CUT, names: Thesaurus = NO_NAMES) -> Results:
    """Answer a query; by words alone where there is nothing that encodes it. A QueryError says why it is none."""
    terms = _checked(query)
    if terms is None:
        return _listed(engine, query)
    understood = understand(engine, query.text, terms, names)
    asked = _ask(engine, query, understood, encode)
    under = answers(engine, asked, cut)
    answer = under(query.filters)
    page = answer.hits[query.offset : query.offset + query.limit]
    near = list(filter(cut.nearly, answer.rest))[:NEAR_MISSES]
    return Results(
        query=query,
        hits=_shown(engine, page, asked, answer.ranks),
        total=len(answer.hits),
        near_misses=_shown(engine, near, asked, answer.ranks),
        facets=_facets(engine, query.filters, answer.ids, lambda filters: under(filters).ids),
        without=() if answer.hits else _without(query.filters, lambda filters: len(under(filters).ids)),
        corrected=understood.corrected,
        expanded=understood.expanded,
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


def _ask(engine: Engine, query: Query, understood: Understood, encode: Encode | None) -> Asked:
    legs, terms = MODES[query.mode], understood.terms
    meaning = encode(understood.text) if encode and "meaning" in legs else None
    return Asked(
        terms=terms,
        vector=meaning,
        words="words" in legs or meaning is None,
        rarity={word.stem: engine.rarity(word.stem) for word in terms.words},
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
    engine: Engine, candidates: Sequence[Candidate], asked: Asked, ranks: Mapping[str, Mapping[str, int]]
) -> tuple[Hit, ...]:
    passages = engine.passages(candidate.id for candidate in candidates)
    return tuple(_hit(engine, *pair, asked, ranks) for pair in zip(candidates, passages, strict=True))


def _hit(
    engine: Engine, candidate: Candidate, passage: Passage, asked: Asked, ranks: Mapping[str, Mapping[str, int]]
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
