"""Every engine gives the exhaustive answer, under every ceiling and every filter."""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import brute
import numpy as np
import pytest
import rights
import tiny
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sibkb import engine
from sibkb.engine import EmbeddedEngine
from sibkb.errors import GenerationError, QueryError
from sibkb.model import STRICTNESS, Document, Filters, Passage, Scored
from sibkb.search import Engine
from sibkb.words import Thesaurus, analyse, stems_of

ALL = 10_000
Open = Callable[[str], Engine]
QUESTIONS = (
    "legal",
    "legal contract",
    '"legal team"',
    '"the contract" legal',
    '"almost created"',
    '"did the" legwork',
    "who did the legwork",
    "30 million",
    "nothing stands there of xylophones",
    "Bexley homes people",
    "ashford",
)
FILTERS = (
    Filters(),
    Filters(kind=("lesson",)),
    Filters(kind=("lesson", "quote"), theme=("procurement", "legal-and-contracting")),
    Filters(country=("NZ",)),
    Filters(country=("US", "AU"), kind=("fact",)),
    Filters(role=("worker", "provider")),
    Filters(about_role=("commissioner",), work_stage=("idea",)),
    Filters(audience=("provider",), basis=("inferred",), stage=("complete",), sector=("education",)),
    Filters(years=(2015, 2020)),
    Filters(years=(2013, 2014), kind=("summary",)),
    Filters(years=(1990, 1999)),
    Filters(theme=("no-such-theme",)),
)


@pytest.fixture(scope="session")
def generation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("generation")
    tiny.write(folder)
    return folder


@pytest.fixture(params=["brute", "embedded"])
def opened(request: pytest.FixtureRequest, generation: Path) -> Open:
    if request.param == "embedded":
        return lambda ceiling: EmbeddedEngine(generation, ceiling)
    return lambda ceiling: exhaustive(generation, tiny.DOCUMENTS, tiny.PASSAGES, ceiling)


def exhaustive(folder: Path, documents: Sequence[Document], passages: Sequence[Passage], ceiling: str) -> Engine:
    return brute.BruteEngine(documents, passages, ceiling, engine.read_manifest(folder))


def same(one: Sequence[Scored], other: Sequence[Scored], truth: Sequence[Scored]) -> None:
    """The same scores at the same places; who stands there may differ only where single precision cannot tell."""
    exact = {scored.id: scored.score for scored in truth}
    assert [scored.score for scored in one] == pytest.approx([scored.score for scored in other], abs=2e-4)
    assert [scored.score for scored in one] == pytest.approx([exact[scored.id] for scored in one], abs=2e-4)
    assert list(one) == sorted(one, key=lambda scored: (-scored.score, scored.id))
    assert len({scored.id for scored in one}) == len(one)


@pytest.mark.parametrize("ceiling", STRICTNESS)
@pytest.mark.parametrize("filters", FILTERS, ids=str)
def test_both_legs_equal_the_exhaustive_answer(generation: Path, ceiling: str, filters: Filters) -> None:
    fast = EmbeddedEngine(generation, ceiling)
    plain = exhaustive(generation, tiny.DOCUMENTS, tiny.PASSAGES, ceiling)
    allowed = plain.allowed(filters)
    assert fast.allowed(filters) == allowed
    assert fast.facets(allowed) == plain.facets(allowed)
    for question in QUESTIONS:
        terms, vector = analyse(question), tiny.vector(question)
        for limit in (1, 3, 100):
            same(
                fast.matching(terms, filters, limit),
                plain.matching(terms, filters, limit),
                plain.matching(terms, filters, ALL),
            )
            same(
                fast.nearest(vector, filters, limit),
                plain.nearest(vector, filters, limit),
                plain.nearest(vector, filters, ALL),
            )
            assert len(fast.nearest(vector, filters, limit)) == min(limit, len(allowed))
        assert fast.matched(allowed, terms) == plain.matched(allowed, terms)
        for of in ("whole", "sentence"):
            np.testing.assert_allclose(fast.vectors(allowed, of), plain.vectors(allowed, of), atol=1e-5)
        assert {id: fast.closest(id, vector) for id in allowed} == {id: plain.closest(id, vector) for id in allowed}
        assert [fast.rarity(stem) for stem in terms.stems] == pytest.approx([*map(plain.rarity, terms.stems)])


OTHERS = Thesaurus(
    others={
        stems_of("legwork"): ("job", "a worker", "created my own job"),
        stems_of("price list"): ("rate card", "offer discounts"),
        stems_of("nobody knows"): ("legal team",),
    }
)


@pytest.mark.parametrize("ceiling", STRICTNESS)
@pytest.mark.parametrize(
    "question", ["who did the legwork", "a price list for nurses", "nobody knows", '"legal" legwork']
)
def test_other_names_equal_the_exhaustive_answer(generation: Path, ceiling: str, question: str) -> None:
    fast = EmbeddedEngine(generation, ceiling)
    plain = exhaustive(generation, tiny.DOCUMENTS, tiny.PASSAGES, ceiling)
    terms = analyse(question).named(OTHERS.found(question, lambda _: True))
    assert terms.others
    allowed = plain.allowed(Filters())
    truth = plain.matching(terms, Filters(), ALL)
    same(fast.matching(terms, Filters(), 100), plain.matching(terms, Filters(), 100), truth)
    assert fast.matched(allowed, terms) == plain.matched(allowed, terms)
    assert {s.id: s.score for s in truth} == pytest.approx(
        {id: s[1] for id, s in fast.scores(allowed, None, terms).items() if s[1]}, abs=2e-4
    )


@pytest.mark.parametrize("ceiling", STRICTNESS)
def test_scores_of_the_other_leg_are_those_of_the_leg_itself(opened: Open, ceiling: str) -> None:
    each = opened(ceiling)
    ids = each.allowed(Filters())
    for question in QUESTIONS:
        terms, vector = analyse(question), tiny.vector(question)
        scores = each.scores(ids, vector, terms)
        assert list(scores) == list(ids)
        assert {s.id: s.score for s in each.nearest(vector, Filters(), 99)} == {id: s[0] for id, s in scores.items()}
        words = {id: s[1] for id, s in scores.items() if s[1]}
        assert words == pytest.approx({s.id: s.score for s in each.matching(terms, Filters(), 99)}, abs=2e-4)
        assert each.scores(ids[:1], None, None) == {ids[0]: (None, 0.0)}


def test_a_summary_that_may_not_be_seen_stands_nowhere(tmp_path: Path) -> None:
    passages = [replace(p, release="workshop") if p.id == "bexley.summary" else p for p in tiny.PASSAGES]
    tiny.write(tmp_path, tiny.DOCUMENTS, passages)
    told = {ceiling: engine.EmbeddedEngine(tmp_path, ceiling).documents["bexley"].summary for ceiling in STRICTNESS}
    assert told == {"public": "", "workshop": "A fictional project.", "internal": "A fictional project."}


def test_what_is_above_the_ceiling_is_not_there(opened: Open) -> None:
    public, internal = opened("public"), opened("internal")
    assert set(public.documents) == {"ashford", "bexley"}
    assert public.documents["bexley"].passage_ids == ("bexley.summary", "bexley.money", "bexley.doubt")
    assert not public.known("xylophon")
    assert (public.rarity("xylophon"), public.rarity("nowher")) == (1, 1)
    assert 0 < internal.rarity("xylophon") < 1
    assert public.suggest("xylophome") is None
    assert public.matching(analyse("xylophone"), Filters(), 9) == ()
    assert internal.known("xylophon")
    assert internal.suggest("xylophome") == "xylophone"
    assert internal.matching(analyse("xylophone"), Filters(), 9)[0].id == "bexley.internal"


@pytest.mark.parametrize("id", ["bexley.internal", "cobham.legal", "no.such"])
def test_hidden_and_unknown_ids_are_refused_alike(opened: Open, id: str) -> None:
    message = f"there is no passage `{id}` — `sibkb search` finds ids"
    public = opened("public")
    asks = (public.passages, lambda ids: public.vectors(ids, "whole"), lambda ids: public.scores(ids, None, None))
    for ask in asks:
        with pytest.raises(QueryError) as caught:
            ask([id])
        assert str(caught.value) == message


def test_passages_and_documents_come_back_as_they_were_given(opened: Open, generation: Path) -> None:
    internal = opened("internal")
    ids = [passage.id for passage in reversed(tiny.PASSAGES)]
    assert internal.passages(ids) == tuple(reversed(tiny.PASSAGES))
    assert internal.passages([]) == ()
    assert internal.vectors([], "whole").shape == (0, tiny.TinyEncoder.dimension)
    assert dict(internal.documents) == {document.id: document for document in tiny.DOCUMENTS}
    assert engine.read_tables(generation) == (tiny.DOCUMENTS, tiny.PASSAGES)


def test_suggestions_are_written_as_in_the_corpus(opened: Open) -> None:
    public = opened("public")
    assert public.suggest("legwrok") == "legwork"
    assert public.suggest("bexlay") == "Bexley"
    assert public.suggest("quantum") is None
    assert public.suggest("hte") is None


# ---------------------------------------------------------------- any corpus

WORDS = st.sampled_from(
    ("legal", "lawyer", "contract", "money", "price", "data", "people", "bond", "the", "of", "5m", "£5,000,000")
)
TEXTS = st.lists(WORDS, min_size=1, max_size=9).map(" ".join)
SENTENCES = st.lists(TEXTS.map(str.capitalize), min_size=1, max_size=3).map(". ".join)
RELEASES = st.sampled_from(STRICTNESS)


def some(values: str) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values.split()), max_size=2, unique=True).map(tuple)


@st.composite
def corpora(draw: st.DrawFn) -> tuple[tuple[Document, ...], tuple[Passage, ...]]:
    years = st.sampled_from((None, "2010", "2012-04", "2015-01-31"))
    documents = [
        tiny.document(f"d{i}", title=draw(TEXTS), countries=draw(some("GB AU US")),
                      sector=draw(st.sampled_from(("health", "other"))),
                      start=draw(years), release=draw(RELEASES))
        for i in range(draw(st.integers(1, 3)))
    ]  # fmt: skip
    # Ids are not in row order, so that ties show whether the id decides.
    names = draw(st.permutations([f"p{i}" for i in range(draw(st.integers(1, 14)))]))
    passages = sorted(
        (
            tiny.passage(f"{draw(st.sampled_from(documents)).id}.{name}", draw(SENTENCES), release=draw(RELEASES),
                         kind=draw(st.sampled_from(("quote", "lesson"))), themes=draw(some("scaling procurement")),
                         speaker_role=draw(st.sampled_from((None, "worker", "investor"))))
            for name in names
        ),
        key=lambda passage: passage.document_id,
    )  # fmt: skip
    return tiny.bound(documents, passages), tuple(passages)


FILTERINGS = st.builds(
    Filters,
    kind=some("quote lesson"),
    theme=some("scaling procurement"),
    country=some("GB US"),
    sector=some("health other"),
    role=some("worker investor"),
    years=st.none() | st.sampled_from(((2009, 2011), (2012, 2020))),
)
ASKED = st.one_of(TEXTS, TEXTS.map('"{}"'.format), st.tuples(TEXTS, TEXTS).map(lambda two: f'{two[0]} "{two[1]}"'))


@pytest.fixture
def scratch() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    corpus=corpora(), asks=st.lists(st.tuples(ASKED, FILTERINGS, RELEASES, st.integers(1, 15)), min_size=1, max_size=6)
)
def test_any_corpus_equals_the_exhaustive_answer(
    scratch: Path,
    corpus: tuple[tuple[Document, ...], tuple[Passage, ...]],
    asks: list[tuple[str, Filters, str, int]],
) -> None:
    folder = Path(tempfile.mkdtemp(dir=scratch))
    tiny.write(folder, *corpus)
    for question, filters, ceiling, limit in asks:
        fast, plain = EmbeddedEngine(folder, ceiling), exhaustive(folder, *corpus, ceiling)
        terms, vector = analyse(question), tiny.vector(question)
        allowed = plain.allowed(filters)
        assert fast.allowed(filters) == allowed
        assert fast.facets(allowed) == plain.facets(allowed)
        assert fast.documents == plain.documents
        assert fast.matched(allowed, terms) == plain.matched(allowed, terms)
        assert [fast.rarity(stem) for stem in terms.stems] == pytest.approx([*map(plain.rarity, terms.stems)])
        shuffled = allowed[::-2]
        for of in ("whole", "sentence"):
            np.testing.assert_allclose(fast.vectors(shuffled, of), plain.vectors(shuffled, of), atol=1e-5)
        same(
            fast.matching(terms, filters, limit),
            plain.matching(terms, filters, limit),
            plain.matching(terms, filters, ALL),
        )
        same(
            fast.nearest(vector, filters, limit),
            plain.nearest(vector, filters, limit),
            plain.nearest(vector, filters, ALL),
        )


def test_many_equal_passages_are_cut_by_id(tmp_path: Path) -> None:
    """Ties at the limit: the library's own order is the row's, the wanted one the id's."""
    passages = [tiny.passage(f"d.p{i:03}", "The same words stand here.") for i in reversed(range(300))]
    passages += [tiny.passage("d.q", "Of something else altogether, the same words apart.")]
    tiny.write(tmp_path, tiny.bound([tiny.document("d")], passages), passages)
    fast = EmbeddedEngine(tmp_path)
    wanted = [f"d.p{i:03}" for i in range(10)]
    assert [s.id for s in fast.matching(analyse("stand"), Filters(), 10)] == wanted
    assert [s.id for s in fast.nearest(tiny.vector("same words stand"), Filters(), 10)] == wanted


def test_the_nearest_are_found_however_their_parts_lie(tmp_path: Path) -> None:
    """Parts come from the nearest on; a passage whose one sentence is near may be far as a whole, and the reverse."""
    chance = np.random.default_rng(1)
    words = ("legal", "lawyer", "money", "price", "data", "people", "bond", "school", "nurse", "night")
    texts = [". ".join(" ".join(chance.choice(words, 1 + i % 6)).capitalize() for _ in range(1 + i % 5))
             for i in range(150)]  # fmt: skip
    passages = [tiny.passage(f"d.p{i:03}", text) for i, text in enumerate(texts)]
    documents = tiny.bound([tiny.document("d", title="Nurses of the night")], passages)
    tiny.write(tmp_path, documents, passages)
    fast, plain = EmbeddedEngine(tmp_path), exhaustive(tmp_path, documents, passages, "public")
    for question in ("legal", "night money", "people of the bond"):
        vector = tiny.vector(question)
        for limit in (1, 7, 40):
            assert fast.nearest(vector, Filters(), limit) == plain.nearest(vector, Filters(), limit)


# ---------------------------------------------------------------- the files


def test_building_twice_gives_the_same_tables_and_vectors(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    a, b = (tiny.write(tmp_path / name).digests for name in ("a", "b"))
    assert {name: digest for name, digest in a.items() if "/" not in name} == {
        name: digest for name, digest in b.items() if "/" not in name
    }


def test_vectors_are_reused_by_the_text_they_are_of(generation: Path) -> None:
    known = engine.reusable(generation)
    parts = engine.make_parts({each.id: each for each in tiny.DOCUMENTS}, tiny.PASSAGES)
    assert set(known) == {engine.digest(part.text) for part in parts}
    assert any(len(windows) > 1 for windows in known.values()), "the cases have a passage of several windows"
    for part, windows in zip(parts, tiny.TinyEncoder().encode_passages([part.text for part in parts]), strict=True):
        np.testing.assert_array_equal(known[engine.digest(part.text)], windows)


def test_parts_are_each_passage_in_its_context_and_then_its_sentences() -> None:
    parts = engine.make_parts({each.id: each for each in tiny.DOCUMENTS}, tiny.PASSAGES)
    for row, passage in enumerate(tiny.PASSAGES):
        whole, *spoken = [part for part in parts if part.passage == row]
        assert (whole.kind, {part.kind for part in spoken}) == ("whole", {"sentence"})
        assert [part.text for part in spoken] == [passage.text[part.start : part.end] for part in spoken]
    assert (
        "Ashford Schools Bond — In their words — a worker — Somebody who did the legwork, on how the post began.\n"
        "“I almost created my own job”"
    ) in {part.text for part in parts}


def _truncate(folder: Path) -> None:
    (folder / "vectors.faiss").write_bytes((folder / "vectors.faiss").read_bytes()[:-8])


def _other_schema(folder: Path) -> None:
    values = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(values | {"schema": 99}))


def _other_count(folder: Path) -> None:
    values = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(values | {"passages": 11}))


DAMAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "no manifest": (lambda folder: (folder / "manifest.json").unlink(), "manifest.json is missing"),
    "no vectors": (lambda folder: (folder / "vectors.faiss").unlink(), "vectors.faiss is missing"),
    "no folder": (shutil.rmtree, "manifest.json is missing"),
    "truncated": (_truncate, "vectors.faiss is not the file that was built"),
    "schema": (_other_schema, f"it has schema 99 and this sibkb reads schema {engine.SCHEMA}"),
    "count": (_other_count, "it has 10 passages where its manifest says 11"),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_parts_that_disagree_are_refused(tmp_path: Path, generation: Path, name: str) -> None:
    damage, why = DAMAGES[name]
    folder = tmp_path / "copy"
    shutil.copytree(generation, folder)
    damage(folder)
    with pytest.raises(GenerationError) as caught:
        EmbeddedEngine(folder)
    assert str(caught.value) == f"the index in {folder} cannot be used: {why} — run `sibkb build`"


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"schema": 1}', '{"schema": 1, "files": {"a": [1]}}', "\udcff"])
def test_a_manifest_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text, errors="surrogateescape")
    with pytest.raises(GenerationError, match="run `sibkb build`"):
        engine.check(tmp_path)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def _mutated(value: Any, data: st.DataObject) -> Any:
    """The value with something replaced, added or taken away, at the top or somewhere below."""
    keys = sorted(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    act = data.draw(st.sampled_from(["below", "below", "replace", "remove", "add"] if keys else ["replace"]))
    if act == "replace":
        return data.draw(JSON)
    key = data.draw(st.sampled_from(keys))
    if act == "below":
        value[key] = _mutated(value[key], data)
    elif act == "remove":
        del value[key]
    elif isinstance(value, dict):
        value[data.draw(st.text(max_size=5))] = data.draw(JSON)
    else:
        value.append(data.draw(JSON))
    return value


@given(data=st.data())
@settings(max_examples=300)
def test_a_manifest_is_read_as_it_stands_or_refused(generation: Path, data: st.DataObject) -> None:
    """A list, a text, `files: 3` or a number as name used to end in a stack trace, or to be taken for a manifest."""
    values = _mutated(json.loads((generation / "manifest.json").read_text()), data)
    if isinstance(values, dict):
        values = {"words": ""} | values  # without it, none of a team's own were known
    text = json.dumps(values, sort_keys=True)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "manifest.json").write_text(text)
        try:
            read = json.dumps(asdict(engine.read_manifest(Path(folder))), sort_keys=True)
        except GenerationError as refused:
            read = str(refused)
    assert read == text or read.endswith(" — run `sibkb build`")


WRONG = {
    "[]": "what stands in manifest.json is of type list, not dict",
    '"schema"': "what stands in manifest.json is of type str, not dict",
    '{"schema": 1}': f"it has schema 1 and this sibkb reads schema {engine.SCHEMA}",
    f'{{"schema": {engine.SCHEMA}}}': "`built` is missing from manifest.json, or has no place there",
}


@pytest.mark.parametrize("text", WRONG)
def test_a_manifest_that_is_none_says_why(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(GenerationError) as caught:
        engine.read_manifest(tmp_path)
    assert str(caught.value) == f"the index in {tmp_path} cannot be used: {WRONG[text]} — run `sibkb build`"


ODD = {
    "files": (3, "files in manifest.json is of type int, not dict"),
    "name": (7, "name in manifest.json is of type int, not str"),
    "parts": (True, "parts in manifest.json is of type bool, not int"),
    "digests": ({"a": None}, "a in manifest.json is of type NoneType, not str"),
}


@pytest.mark.parametrize("field", ODD)
def test_a_field_of_another_type_is_named(tmp_path: Path, generation: Path, field: str) -> None:
    value, why = ODD[field]
    values = json.loads((generation / "manifest.json").read_text())
    (tmp_path / "manifest.json").write_text(json.dumps(values | {field: value}))
    with pytest.raises(GenerationError) as caught:
        engine.read_manifest(tmp_path)
    assert str(caught.value) == f"the index in {tmp_path} cannot be used: {why} — run `sibkb build`"


def test_opening_and_asking_changes_no_file(tmp_path: Path, generation: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(generation, folder)
    for _ in range(2):
        EmbeddedEngine(folder).matching(analyse("legal"), Filters(), 5)
    assert engine.check(folder) == engine.read_manifest(generation)


def test_what_may_only_be_read_is_opened_and_nothing_is_left_behind(
    shared: Path, generation: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Readers without the right to write were refused: tantivy makes a lock file where it opens."""
    folder, aside = shared / "generation", shared / "aside"
    shutil.copytree(generation, folder, ignore=shutil.ignore_patterns("*.lock"))
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    aside.mkdir()
    aside.chmod(0o777)
    monkeypatch.setattr(tempfile, "tempdir", str(aside))
    with rights.binding():
        with pytest.raises(PermissionError):
            (folder / "words/.tantivy-meta.lock").touch()
        found = EmbeddedEngine(folder).matching(analyse("legal"), Filters(), 5)
    assert found == EmbeddedEngine(generation).matching(analyse("legal"), Filters(), 5)
    assert list(aside.iterdir()) == []


def test_a_lock_that_is_made_while_its_folder_goes_is_removed_too(
    shared: Path, generation: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It used to end in "Directory not empty", and a reader was refused now and then."""
    real, left = shutil.rmtree, [2]

    def late(path: Path, *args: Any, **given: Any) -> None:
        if left[0]:
            left[0] -= 1
            raise OSError(39, "Directory not empty")
        real(path, *args, **given)

    folder = shared / "generation"
    shutil.copytree(generation, folder, ignore=shutil.ignore_patterns("*.lock"))
    (shared / "aside").mkdir(mode=0o777)
    (shared / "aside").chmod(0o777)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    monkeypatch.setattr(tempfile, "tempdir", str(shared / "aside"))
    with rights.binding():
        monkeypatch.setattr(shutil, "rmtree", late)
        assert EmbeddedEngine(folder).matching(analyse("legal"), Filters(), 5)
        monkeypatch.setattr(shutil, "rmtree", real)
    assert (left, list((shared / "aside").iterdir())) == ([0], [])


def test_whoever_may_read_one_file_may_read_them_all(generation: Path) -> None:
    """tantivy made two of them for their owner alone, so that another user was refused."""
    assert len({path.stat().st_mode for path in generation.rglob("*") if path.is_file()}) == 1


def test_an_unknown_ceiling_is_refused(generation: Path) -> None:
    with pytest.raises(QueryError) as caught:
        EmbeddedEngine(generation, "secret")
    assert str(caught.value) == "`secret` is no release — use one of: public, workshop, internal"


def test_a_generation_without_passages_answers_nothing(tmp_path: Path) -> None:
    tiny.write(tmp_path, [tiny.document("d")], [])
    empty = EmbeddedEngine(tmp_path)
    assert empty.allowed(Filters()) == empty.nearest(tiny.vector("x"), Filters(), 5) == ()
    assert empty.matching(analyse("legal"), Filters(), 5) == ()
    assert empty.suggest("legal") is None
    assert empty.rarity("legal") == 1


def test_opening_does_not_import_pandas(generation: Path) -> None:
    code = f"from sibkb.engine import EmbeddedEngine; EmbeddedEngine(__import__('pathlib').Path({str(generation)!r}))"
    check = f"{code}; import sys; print('pandas' in sys.modules, 'torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
