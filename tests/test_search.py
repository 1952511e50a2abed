"""A question asked of either engine: what comes, in which order, why, and what is said when nothing does."""

import contextlib
import random
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import brute
import numpy as np
import pytest
import tiny
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from sibkb import engine as engines
from sibkb.encoder import FloatArray
from sibkb.errors import QueryError
from sibkb.model import FILTER_FIELDS, MODES, STRICTNESS, Filters, Hit, Query, Results, admits
from sibkb.search import CUT, NO_NAMES, Cut, Engine, marks, search
from sibkb.search.fusion import fuse, lifted
from sibkb.words import Thesaurus, analyse, is_common, stem, stems_of

LOOSE = Cut(telling=0.0, part=0.0, weak=0.0)
"""Everything that a leg found is a hit."""

Ask = Callable[..., Results]


@pytest.fixture(scope="module")
def generation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("generation")
    tiny.write(folder)
    return folder


@pytest.fixture(params=["brute", "embedded"])
def ask(request: pytest.FixtureRequest, generation: Path) -> Ask:
    return asking(opened(generation, request.param, "public"))


def opened(folder: Path, kind: str, ceiling: str) -> Engine:
    if kind == "embedded":
        return engines.EmbeddedEngine(folder, ceiling)
    return brute.BruteEngine(tiny.DOCUMENTS, tiny.PASSAGES, ceiling, engines.read_manifest(folder))


def asking(engine: Engine) -> Ask:
    def ask(
        text: str = "", *, meaning: bool = True, cut: Cut = CUT, names: Thesaurus = NO_NAMES, **query: Any
    ) -> Results:
        return search(engine, Query(text=text, **query), tiny.vector if meaning else None, cut, names)

    return ask


def ids(results: Results) -> list[str]:
    return [hit.passage.id for hit in results.hits]


# ---------------------------------------------------------------- who comes first


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("who did the legwork", "ashford.own-job"),
        ("£30 million", "bexley.money"),
        ("£12.5m", "bexley.money"),
        ('"price list"', "ashford.price"),
        ("publishing prices", "ashford.price"),
        ("did managers suspect the data", "bexley.doubt"),
        ("Bexley", "bexley.summary"),
    ],
)
def test_the_right_passage_comes_first(ask: Ask, text: str, first: str) -> None:
    assert ids(ask(text))[0] == first


def test_meaning_finds_what_no_word_does(ask: Ask) -> None:
    results = ask("did bosses doubt", mode="meaning", cut=LOOSE)
    assert ids(results)[0] == "bexley.doubt"
    hit = results.hits[0]
    assert hit.marks == ()
    assert hit.matched == ()
    assert hit.ranks == {"meaning": 1}
    assert hit.closest is not None
    assert hit.passage.text[slice(*hit.closest)] == "Managers mistrusted the data."


def test_a_phrase_is_required_in_every_mode(ask: Ask) -> None:
    for mode in MODES:
        assert ids(ask('"price list" data', mode=mode, cut=LOOSE)) == ["ashford.price"]
        assert ids(ask('"list price"', mode=mode, cut=LOOSE)) == []


def test_a_phrase_of_common_words_is_found(ask: Ask) -> None:
    results = ask('"came round only when they were"', mode="words")
    assert ids(results) == ["ashford.lawyers"]
    hit = results.hits[0]
    assert [hit.passage.text[a:b] for a, b in hit.marks] == ["came", "round", "only", "when", "they", "were"]
    assert ids(ask('"when they were"', mode="words")) == ["ashford.lawyers"]


def test_a_hit_says_why(ask: Ask) -> None:
    hit = ask("Publishing a price list for Ashford").hits[0]
    assert hit.passage.id == "ashford.price"
    assert [hit.passage.text[a:b] for a, b in hit.marks] == ["Publish", "price", "list"]
    assert hit.matched == ("Publishing", "price", "list", "Ashford")
    assert hit.ranks["words"] == 1
    assert hit.closest is None
    assert hit.document.title == "Ashford Schools Bond"
    assert hit.cosine is not None


def test_without_a_vector_words_alone_answer(ask: Ask) -> None:
    for mode in MODES:
        results = ask("legwork", meaning=False, mode=mode)
        assert results.legs == ("words",)
        assert ids(results) == ["ashford.own-job"]
        assert results.hits[0].cosine is None
        assert results.hits[0].score == 1


@pytest.mark.parametrize(("mode", "legs"), MODES.items())
def test_legs_say_which_answered(ask: Ask, mode: str, legs: tuple[str, ...]) -> None:
    assert ask("legwork", mode=mode).legs == legs
    assert ask("legwork", mode=mode).generation == "tiny-generation"


# ---------------------------------------------------------------- nothing good


@pytest.mark.parametrize("text", ["quantum chromodynamics", "سند الأثر الاجتماعي", "🙂 pancake"])
def test_nothing_good_is_said_so(ask: Ask, text: str) -> None:
    results = ask(text)
    assert (results.hits, results.total) == ((), 0)
    assert all(count == {} for count in results.facets.values())
    assert ask(text, meaning=False).near_misses == ()


def test_a_third_of_a_match_is_a_near_miss(ask: Ask) -> None:
    results = ask("xenon krypton legwork", meaning=False)
    assert results.total == 0
    assert [hit.passage.id for hit in results.near_misses] == ["ashford.own-job"]
    assert results.near_misses[0].matched == ("legwork",)


def test_no_more_than_five_near_misses(ask: Ask) -> None:
    assert len(ask("ashford bexley pancake", cut=replace(LOOSE, part=2.0)).near_misses) == 5


@pytest.mark.parametrize(
    ("text", "answered"),
    [
        ("legwork", True),
        ("legwork xenon", True),
        ("legwork xenon krypton", False),
        ("ashford xenon", False),  # what many passages have tells little
        ("lawyers early asked xenon krypton argon neon", True),  # of a long question, a few rare words are enough
        ("lawyers legwork xenon krypton argon neon", False),  # which a single passage must have
        ('"when they were"', True),  # a phrase of common words was required
    ],
)
def test_a_question_is_answered_where_a_passage_has_enough_of_its_rare_words(
    ask: Ask, text: str, answered: bool
) -> None:
    assert (ask(text, meaning=False).total > 0) == answered


def test_meaning_alone_answers_where_it_is_near(ask: Ask) -> None:
    assert ask("bosses suspect", mode="meaning", cut=Cut(telling=2.0, near=2.0)).total == 0
    results = ask("bosses suspect", mode="meaning", cut=Cut(telling=2.0, near=0.1))
    assert ids(results)[0] == "bexley.doubt"


def test_hits_end_where_scores_fall_far_below_the_best(ask: Ask) -> None:
    whole = ask("ashford lawyers", cut=LOOSE)
    best = whole.hits[0].score
    for part in (0.3, 0.6, 0.9):
        hits = ask("ashford lawyers", cut=replace(LOOSE, part=part)).hits
        assert {hit.passage.id for hit in hits} == {
            hit.passage.id for hit in whole.hits if hit.score >= part * best or len(hit.matched) == 2
        }


def test_an_unknown_word_is_corrected(ask: Ask) -> None:
    for meaning in (True, False):
        results = ask("legwrok", meaning=meaning)
        assert results.corrected == {"legwrok": "legwork"}
        assert ids(results) == ["ashford.own-job"]
        assert results.hits[0].matched == ("legwork",)
    assert ask("legwrok", mode="meaning").corrected == {"legwrok": "legwork"}


def test_a_text_is_spelled_as_it_was_probably_meant(generation: Path) -> None:
    encoded = []

    def encode(text: str) -> FloatArray:
        encoded.append(text)
        return tiny.vector(text)

    for text in ("Who did the legwrok in Bexlay?", "quantum legwork", "legwork"):
        search(opened(generation, "embedded", "public"), Query(text=text), encode)
    assert encoded == ["Who did the legwork in Bexley?", "quantum legwork", "legwork"]


# ---------------------------------------------------------------- other names


GROUPS = (("price list", "rate card", "PL"), ("own job", "XYLO"), ("legwork", "LW"), ("xylophony",))
NAMES = Thesaurus(
    others={stems_of(name): tuple(each for each in group if each != name) for group in GROUPS for name in group}
)


def test_an_abbreviation_finds_its_long_form(ask: Ask) -> None:
    for meaning in (True, False):
        results = ask("PL", names=NAMES, meaning=meaning)
        assert ids(results)[0] == "ashford.price"
        assert results.expanded == {"PL": ("price list",)}  # no text has `rate card`
        hit = results.hits[0]
        assert [hit.passage.text[a:b] for a, b in hit.marks] == ["price", "list"]
        assert (hit.matched, hit.also, hit.closest) == ((), ("price", "list"), None)
    assert ids(ask("PL")) == []


def test_a_long_form_finds_its_abbreviation(tmp_path: Path) -> None:
    passages = (*tiny.PASSAGES, tiny.passage("bexley.short", "The LW was done by one."))
    tiny.write(tmp_path, tiny.bound(tiny.DOCUMENTS, passages), passages)
    answer = asking(engines.EmbeddedEngine(tmp_path))("who did the legwork", mode="words", names=NAMES)
    assert ids(answer) == ["ashford.own-job", "bexley.short"]
    assert [(hit.matched, hit.also) for hit in answer.hits] == [(("legwork",), ()), ((), ("LW",))]
    assert answer.expanded == {"legwork": ("LW",)}


def test_a_passage_that_has_another_name_has_what_was_asked(ask: Ask) -> None:
    """Its share of the question's words is whole, and so is that of its telling words."""
    strict = Cut(telling=0.99, near=2.0, part=2.0)
    assert ids(ask("rate card offers", names=NAMES, cut=strict)) == ["ashford.price"]
    assert ids(ask("rate card offers", cut=strict)) == []


def test_what_is_in_quotes_is_meant_as_it_stands(ask: Ask) -> None:
    results = ask('"PL"', names=NAMES)
    assert (ids(results), dict(results.expanded)) == ([], {})
    assert ids(ask('"price list"', names=NAMES)) == ["ashford.price"]


def test_a_name_of_the_field_is_never_corrected(ask: Ask) -> None:
    assert ask("legwrok XYLO", names=NAMES, mode="words").corrected == {"legwrok": "legwork"}
    assert ask("confidential xylophony", names=NAMES).corrected == {}


def test_the_text_that_is_encoded_explains_what_the_corpus_does_not_know(generation: Path) -> None:
    encoded = []

    def encode(text: str) -> FloatArray:
        encoded.append(text)
        return tiny.vector(text)

    for text in ("is there a PL in Bexlay?", "price list", "the legwrok"):
        search(opened(generation, "embedded", "public"), Query(text=text), encode, names=NAMES)
    assert encoded == ["is there a PL (price list) in Bexley?", "price list", "the legwork"]


def test_a_filter_does_not_change_what_other_names_count(ask: Ask) -> None:
    whole = ask("PL legwork data", names=NAMES, cut=LOOSE, limit=50)
    part = ask("PL legwork data", names=NAMES, cut=LOOSE, limit=50, filters=Filters(kind=("lesson", "perspective")))
    assert [(hit.passage.id, hit.score) for hit in part.hits] == [
        (hit.passage.id, hit.score) for hit in whole.hits if hit.passage.kind in ("lesson", "perspective")
    ]


@pytest.mark.parametrize("query", [{"text": "legwork", "mode": "words"}, {"filters": Filters(kind=("quote",))}])
def test_nothing_is_encoded_where_meaning_is_not_asked(generation: Path, query: dict[str, Any]) -> None:
    search(opened(generation, "embedded", "public"), Query(**query), pytest.fail)


# ---------------------------------------------------------------- filters, facets, pages


def test_a_filter_that_matches_nothing_returns_nothing_and_ways_on(ask: Ask) -> None:
    results = ask("legwork", filters=Filters(theme=("scaling", "intermediary"), years=(1990, 1991)))
    assert (results.total, results.hits, results.near_misses) == (0, (), ())
    assert results.without == ()
    results = ask("legwork", filters=Filters(theme=("scaling", "intermediary"), kind=("quote",)))
    assert results.without == (("theme", "scaling, intermediary", 1),)
    results = ask("legwork", filters=Filters(years=(1990, 1991)))
    assert results.without == (("years", "1990–1991", 1),)
    assert ask("legwork").without == ()


def test_filters_alone_list_all_that_pass_in_reading_order(ask: Ask) -> None:
    results = ask(filters=Filters(kind=("summary", "fact")))
    assert ids(results) == ["ashford.summary", "bexley.summary", "bexley.money"]
    assert {hit.score for hit in results.hits} == {0.0}
    assert results.legs == ()
    assert results.facets["kind"] == {"lesson": 2, "summary": 2, "fact": 1, "perspective": 1, "quote": 1}
    assert results.facets["sector"] == {"homelessness": 2, "education": 1}
    nothing = ask(filters=Filters(kind=("quote",), sector=("homelessness",)))
    assert (nothing.total, nothing.without) == (0, (("sector", "homelessness", 1), ("kind", "quote", 3))[::-1])


def test_a_facet_ignores_its_own_field(ask: Ask) -> None:
    results = ask("ashford", filters=Filters(kind=("lesson",)), cut=LOOSE, mode="words")
    assert set(ids(results)) == {"ashford.lawyers", "ashford.price"}
    assert results.facets["kind"] == {"lesson": 2, "quote": 1, "summary": 1}
    assert results.facets["theme"] == {"legal-and-contracting": 1, "pricing-and-value": 1, "procurement": 1}


def test_facets_tell_what_the_filter_would_leave(ask: Ask) -> None:
    filters = Filters(kind=("lesson", "quote"))
    counts = ask("ashford", filters=filters, cut=LOOSE).facets
    for field in FILTER_FIELDS:
        for value, count in counts[field].items():
            assert ask("ashford", filters=replace(filters, **{field: (value,)}), cut=LOOSE).total == count


def test_pages_are_pieces_of_one_list(ask: Ask) -> None:
    whole = ids(ask("ashford bexley", limit=100, cut=LOOSE))
    assert len(whole) > 4
    pages = [ids(ask("ashford bexley", limit=2, offset=offset, cut=LOOSE)) for offset in range(0, len(whole) + 2, 2)]
    assert [id for page in pages for id in page] == whole


QUESTION_WORDS = st.sampled_from(
    (
        "legal",
        "lawyer",
        "price",
        '"price list"',
        "data",
        "bexley",
        "ashford",
        "bond",
        "xenon",
        "came",
        "PL",
        "rate card",
    )
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.lists(QUESTION_WORDS, min_size=1, max_size=4),
    kinds=st.lists(st.sampled_from(("lesson", "quote", "fact", "summary")), max_size=2, unique=True),
    years=st.none() | st.just((2012, 2013)),
    mode=st.sampled_from(tuple(MODES)),
    ceiling=st.sampled_from(STRICTNESS),
    cut=st.sampled_from((Cut(), LOOSE)),
    names=st.sampled_from((NO_NAMES, NAMES)),
)  # fmt: skip
def test_both_engines_give_the_same_answer_and_a_filter_only_removes(
    generation: Path,
    text: list[str],
    kinds: list[str],
    years: tuple[int, int] | None,
    mode: str,
    ceiling: str,
    cut: Cut,
    names: Thesaurus,
) -> None:
    query = {"text": " ".join(text), "mode": mode, "limit": 50, "names": names}
    assume(not analyse(query["text"]).empty)
    filters = Filters(kind=tuple(kinds), years=years)
    fast, plain = (asking(opened(generation, kind, ceiling)) for kind in ("embedded", "brute"))
    answer = fast(**query, filters=filters, cut=cut)
    other = plain(**query, filters=filters, cut=cut)
    assert [_plain(hit) for hit in answer.hits] == [_plain(hit) for hit in other.hits]
    assert [_plain(hit) for hit in answer.near_misses] == [_plain(hit) for hit in other.near_misses]
    assert (answer.total, answer.facets, answer.without) == (other.total, other.facets, other.without)
    if cut is LOOSE:
        whole = fast(**query, cut=cut)
        assert ids(answer) == [hit.passage.id for hit in whole.hits if admits(filters, hit.document, hit.passage)]


def _plain(hit: Hit) -> tuple[object, ...]:
    return hit.passage.id, hit.marks, hit.closest, hit.matched, hit.also, dict(hit.ranks), round(hit.score, 3)


# ---------------------------------------------------------------- laws


SCORES = st.dictionaries(
    st.sampled_from("abcdefgh"), st.tuples(st.floats(-1, 1), st.floats(0, 20)), min_size=1
)  # fmt: skip


@given(SCORES, st.randoms(use_true_random=False))
def test_fusing_is_order_free_and_stays_between_0_and_1(
    scores: dict[str, tuple[float, float]], chance: random.Random
) -> None:
    tops = max(0.0, *(cosine for cosine, _ in scores.values())), max(bm25 for _, bm25 in scores.values())
    shuffled = list(scores.items())
    chance.shuffle(shuffled)

    def fused(given: Iterable[tuple[str, tuple[float, float]]]) -> dict[str, float]:
        ids, pairs = zip(*given, strict=True)
        return dict(zip(ids, fuse(*np.array(pairs).T, tops), strict=True))

    assert fused(shuffled) == fused(scores.items())
    assert all(0 <= score <= 1.000001 for score in fused(scores.items()).values())


def test_a_leg_that_found_nothing_leaves_all_to_the_other() -> None:
    cosines, bm25, nothing = np.array([0.5, 0.25]), np.array([2.0, 4.0]), np.zeros(2)
    assert fuse(cosines, nothing, (0.5, 0.0)).tolist() == [1, 0.5]
    assert fuse(nothing, bm25, (0.0, 4.0)).tolist() == [0.5, 1]
    assert fuse(nothing, nothing, (0.0, 0.0)).tolist() == [0, 0]


def test_a_score_is_joined_with_the_mean_of_its_neighbours_by_likeness() -> None:
    likeness = np.array([[0.0, 0.6, 0.3], [0.6, 0.0, 0.29], [0.1, 0.2, 0.0]])
    evidence = np.array([0.9, 0.6, 0.5])
    first = 0.6 * 0.9 + 0.4 * (0.6 * 0.6 + 0.3 * 0.5) / 0.9
    assert lifted(evidence, likeness, evidence) == pytest.approx([first, 0.6 * 0.6 + 0.4 * 0.9, 0.5])


def test_the_five_nearest_count_and_of_equally_near_ones_the_best() -> None:
    evidence = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3])
    equal, falling = np.full((1, 7), 0.5), np.linspace(0.3, 0.9, 7)[None, :]
    assert lifted(np.zeros(1), equal, evidence) == pytest.approx([0.4 * 0.7])
    farthest = 0.4 * (evidence[2:] @ falling[0, 2:]) / falling[0, 2:].sum()
    assert lifted(np.zeros(1), falling, evidence) == pytest.approx([farthest])
    assert lifted(np.ones(2), np.empty((2, 0)), np.empty(0)).tolist() == [1, 1]


@given(st.text(max_size=200), st.text(min_size=1, max_size=40))
def test_a_mark_is_always_a_word_of_the_question(text: str, question: str) -> None:
    terms = analyse(question)
    for start, end in marks(text, terms):
        in_phrase = any(stem(text[start:end]) in phrase for phrase in terms.phrases)
        assert in_phrase or (stem(text[start:end]) in terms.stems and not is_common(text[start:end]))


def test_marks_count_characters_not_bytes() -> None:
    text = "“Café” – the lawyers’ café"
    assert [text[a:b] for a, b in marks(text, analyse("cafes lawyer"))] == ["Café", "lawyers", "café"]


# ---------------------------------------------------------------- questions that are none


@pytest.mark.parametrize(
    ("query", "message"),
    [
        (Query(), "there is nothing to search for — type a question or choose a filter"),
        (Query(text=" \n"), "there is nothing to search for — type a question or choose a filter"),
        (Query(text="who did what"), "“who did what” has only common words — add one that says what it is about, "
         "or put them in double quotes"),
        (Query(text=" ?! "), "“?!” has no words — type what you want to know"),
        (Query(text="x" * 2001), "this is 2,001 characters long — shorten it to 2,000 or fewer"),
        (Query(text="legal", mode="magic"), "there is no mode `magic` — use one of: hybrid, words, meaning"),
        (Query(text="legal", limit=0), "a page has at least one result and begins at 0 or later — "
         "correct `limit` or `offset`"),
    ],
)  # fmt: skip
def test_questions_that_are_none(generation: Path, query: Query, message: str) -> None:
    with pytest.raises(QueryError) as caught:
        search(engines.EmbeddedEngine(generation), query, None)
    assert str(caught.value) == message


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=120))
def test_any_text_is_answered_or_refused_in_words(generation: Path, text: str) -> None:
    engine = engines.EmbeddedEngine(generation)
    with contextlib.suppress(QueryError):
        assert search(engine, Query(text=text), tiny.vector).query.text == text
