"""The hall: opening, building when needed, following the folder, asking by words while the model still loads."""

import contextlib
import json
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from sibkb import checking, engine, generations, kb
from sibkb.errors import CorpusError, GenerationError, QueryError, SibkbError
from sibkb.model import Filters, Query
from sibkb.settings import Settings
from tests import rights
from tests.rights import guarded
from tests.test_generations import ROOT, Counting, write


@pytest.fixture
def small(tmp_path, monkeypatch) -> Settings:
    """A corpus of two files and the tiny encoder in the place of the real one."""
    monkeypatch.setattr(kb, "open_encoder", lambda model: Counting(model or "tiny-1"))
    for name in ("apple", "pear"):
        write(tmp_path / "corpus", name)
    return Settings(corpus=tmp_path / "corpus", indexes=tmp_path / "indexes")


def found(base: kb.KnowledgeBase, text: str, **more: object) -> list[str]:
    return [hit.document.id for hit in base.search(Query(text=text, **more)).hits]


def test_opening_builds_where_nothing_is_built(small):
    said: list[str] = []
    base = kb.open_kb(small, say=said.append)
    assert set(base.engine.documents) == {"apple", "pear"}
    assert base.is_current()
    assert not base.stale()
    kb.open_kb(small, say=said.append)
    assert said == ["Nothing is built yet: building the index first. This takes a minute or two, once."]


def test_what_the_first_build_left_out_is_told(small):
    write(small.corpus, "plum", "It is broken. [@nothing]")
    said: list[str] = []
    kb.open_kb(small, say=said.append)
    assert said[1:] == ["1 problem was found: `sibkb check` lists it."]


def test_an_index_that_vanishes_after_its_build_is_told(small, monkeypatch):
    monkeypatch.setattr(generations, "open_current", lambda *_: None)
    with pytest.raises(GenerationError) as caught:
        kb.open_kb(small)
    assert str(caught.value) == f"there is no index in {small.indexes} — run `sibkb build`"


def test_an_index_of_another_encoder_is_rebuilt(small):
    first = kb.open_kb(small)
    said: list[str] = []
    other = kb.open_kb(replace(small, model="tiny-2"), say=said.append)
    assert said == [
        "The index was made by another encoder, tiny: building the index first. This takes a minute or two, once."
    ]
    assert other.engine.manifest.encoder_digest == "tiny-2"
    assert not first.is_current()


def _altered(**values: object) -> Callable[[Path], None]:
    """Write other values into a manifest."""

    def alter(folder: Path) -> None:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        (folder / "manifest.json").write_text(json.dumps(manifest | values), encoding="utf-8")

    return alter


DAMAGES = {
    "damaged": (
        lambda folder: (folder / "passages.parquet").write_bytes(b""),
        "passages.parquet is not the file that was built",
    ),
    "half deleted": (shutil.rmtree, "manifest.json is missing"),
    "older": (_altered(schema=1), f"it has schema 1 and this sibkb reads schema {engine.SCHEMA}"),
    "newer": (_altered(schema=99), f"it has schema 99 and this sibkb reads schema {engine.SCHEMA}"),
    "no manifest": (_altered(files=3), "files in manifest.json is of type int, not dict"),
    "in disagreement": (_altered(parts=1), "it has 8 vectors where its manifest says 1"),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_an_index_that_cannot_be_used_is_built_anew(small, name):
    """It used to be refused, and one whose parts disagree outlived even a build."""
    damage, why = DAMAGES[name]
    before = kb.open_kb(small)
    folder = small.indexes / before.generation
    damage(folder)
    said: list[str] = []
    base = kb.open_kb(small, say=said.append)
    assert said == [
        f"The index in {folder} cannot be used: {why} — building the index first. This takes a minute or two, once."
    ]
    assert set(found(base, "pear", mode="words")) == {"pear"}
    assert (base.generation, base.is_current()) == (before.generation, True)
    assert engine.check(folder).parts == before.engine.manifest.parts


def test_looking_at_a_damaged_index_builds_nothing(small):
    folder = small.indexes / kb.open_kb(small).generation
    (folder / "passages.parquet").write_bytes(b"")
    told = {each.what: each.told for each in checking.doctor(small)}["Index"]
    assert told == (
        f"the index in {folder} cannot be used: passages.parquet is not the file that was built — run `sibkb build`"
    )
    assert (folder / "passages.parquet").read_bytes() == b""


def test_a_damaged_index_is_refused_where_there_is_no_corpus(small):
    folder = small.indexes / kb.open_kb(small).generation
    (folder / "passages.parquet").unlink()
    with pytest.raises(GenerationError) as caught:
        kb.open_kb(replace(small, corpus=small.corpus / "none"))
    assert str(caught.value) == f"the index in {folder} cannot be used: passages.parquet is missing — run `sibkb build`"


def test_a_damaged_index_is_refused_where_nothing_may_be_written(small, shared):
    indexes = shared / "indexes"
    folder = indexes / kb.open_kb(replace(small, indexes=indexes)).generation
    (folder / "passages.parquet").unlink()
    for path in (indexes / ".lock", indexes):
        path.chmod(0o555)
    said: list[str] = []
    with rights.binding(), pytest.raises(GenerationError) as caught:
        kb.open_kb(replace(small, indexes=indexes, corpus=shared), say=said.append)
    assert str(caught.value) == f"the index in {folder} cannot be used: passages.parquet is missing — run `sibkb build`"
    assert said == []


OPENER = """
import sys
from pathlib import Path
from sibkb import kb
from sibkb.settings import Settings
from tests.tiny import TinyEncoder
house = Path(sys.argv[1])
base = kb.open_kb(Settings(corpus=house / "corpus", indexes=house / "indexes"), encoder=TinyEncoder())
print(base.is_current(), *base.engine.documents)
"""


def test_two_that_mend_at_once_both_end_well(small):
    base = kb.open_kb(small)
    (small.indexes / base.generation / "vectors.faiss").write_bytes(b"")
    command = [sys.executable, "-c", OPENER, str(small.corpus.parent)]
    openers = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert [opener.communicate(timeout=60)[0] for opener in openers] == ["True apple pear\n"] * 2
    assert [path.name for path in small.indexes.iterdir() if path.is_dir()] == [base.generation]


def test_an_empty_corpus_says_what_to_do_and_keeps_the_index(small):
    before = kb.open_kb(small).generation
    for path in small.corpus.rglob("*.md"):
        path.unlink()
    with pytest.raises(CorpusError) as caught:
        kb.build(small)
    assert str(caught.value) == (
        f"no file in {small.corpus} can be used — `sibkb check` says why, `sibkb new case my-case` begins one"
    )
    assert generations.current(small.indexes) == before


def test_a_changed_folder_is_noticed_and_a_touched_file_is_not(small):
    base = kb.open_kb(small)
    path = small.corpus / "cases/pear.md"
    path.write_bytes(path.read_bytes())
    assert not base.stale()
    write(small.corpus, "pear", "Other words.")
    assert base.stale()
    write(small.corpus, "pear")
    write(small.corpus, "plum")
    assert base.stale()


def test_a_broken_file_is_no_reason_to_be_stale_for_ever(small):
    kb.open_kb(small)
    write(small.corpus, "plum", "It is broken. [@nothing]")
    kb.build(small)
    assert not kb.open_kb(small).stale()


def test_a_file_deleted_while_times_are_compared(small, monkeypatch):
    base = kb.open_kb(small)
    write(small.corpus, "pear", "Other words.")
    times = kb.corpus.times(small.corpus)
    (small.corpus / "cases/pear.md").unlink()
    monkeypatch.setattr(kb.corpus, "times", lambda _: times)
    assert base.stale()


def test_words_answer_before_the_model_is_there(small):
    base = kb.open_kb(small)
    assert base.search(Query(text="pear"), wait=False).legs == ("words",)
    assert not base.ready
    base.warm()
    assert base.search(Query(text="pear"), wait=False).legs == ("words", "meaning")


def test_a_search_that_waits_makes_it_ready(small):
    base = kb.open_kb(small)
    assert base.search(Query(text="pear")).legs == ("words", "meaning")
    assert base.ready


def test_a_question_is_encoded_once_for_all_its_filters_and_pages(small, monkeypatch):
    class Asked(Counting):
        def encode_queries(self, texts):
            self.asked += texts
            return super().encode_queries(texts)

    kb.build(small)
    base = kb.open_kb(small, encoder=Asked())
    for query in (
        Query(text="pear"),
        Query(text="pear", offset=1),
        Query(text="pear", mode="meaning"),
        Query(text="it"),
    ):
        with contextlib.suppress(QueryError):
            base.search(query)
    assert base.encoder.asked == ["pear"]


TERM = "- {{term: {term}, meaning: It is fictional., abbreviations: [{short}]}}\n"


def test_the_next_question_uses_the_glossary_as_it_stands(small):
    """Also where size and time of the file are the same, and without another generation."""
    base, path = kb.open_kb(small), small.corpus / "glossary.yaml"
    assert base.glossary().entries == ()
    for term, short, document in (("apple", "XQ", "apple"), ("pear", "XQQ", "pear"), ("melon", "XQ", None)):
        path.write_text(TERM.format(term=term, short=short), encoding="utf-8")
        results = base.search(Query(text=short, mode="words"))
        assert results.expanded == {short: (term,)}
        assert {hit.document.id for hit in results.hits} == ({document} if document else set())
    path.unlink()
    assert dict(base.search(Query(text="XQ", mode="words")).expanded) == {}
    assert base.is_current()
    assert not base.stale()


def test_what_is_wrong_in_the_glossary_is_kept_and_the_rest_is_used(small):
    base, path = kb.open_kb(small), small.corpus / "glossary.yaml"
    path.write_text(TERM.format(term="apple", short="XQ") + "- pear\n", encoding="utf-8")
    assert found(base, "XQ", mode="words")
    assert [problem.code for problem in base.glossary().problems] == ["G002"]
    path.write_bytes(b"\xff")
    assert found(base, "XQ", mode="words") == []
    assert [str(problem) for problem in base.glossary().problems] == [
        f"glossary.yaml:0:0 G001 {path} is not UTF-8 text — save it as UTF-8"
    ]


def test_the_marks_of_a_question_are_those_of_its_hits(small):
    (small.corpus / "glossary.yaml").write_text(TERM.format(term="pear", short="XQ"), encoding="utf-8")
    base = kb.open_kb(small)
    for question in ("XQ", "pears", "the XQ"):
        (hit, *_) = base.search(Query(text=question, mode="words")).hits
        assert hit.marks
        assert base.marks(hit.passage.text, question) == hit.marks
    assert base.marks("A pear", "x" * 3000) == ()


def test_the_ceiling_hides_everywhere(small):
    write(small.corpus, "plum", "A secret plum.", more="release: internal\n")
    base = kb.open_kb(small)
    assert found(base, "plum", mode="words") == []
    assert found(base, "secret", mode="words") == []
    with pytest.raises(QueryError):
        base.document("plum")
    wide = kb.open_kb(replace(small, ceiling="internal"))
    assert set(found(wide, "plum", mode="words")) == {"plum"}


UNKNOWN = {
    "aple": "there is no document `aple` — did you mean `apple`?",
    "xyz": "there is no document `xyz` — `sibkb search` finds ids",
    "plum": "there is no document `plum` — `sibkb search` finds ids",
    "": "there is no document `` — `sibkb search` finds ids",
    "aple.summary": "there is no document `aple` — did you mean `apple`?",
    "apple.ned": "there is no passage `apple.ned` — did you mean `apple.end`?",
    "apple.nothing": "there is no passage `apple.nothing` — `sibkb search` finds ids",
    "apple.": "there is no passage `apple.` — `sibkb search` finds ids",
}


@pytest.mark.parametrize("id", UNKNOWN)
def test_an_unknown_id_is_told_with_the_nearest_and_never_with_a_hidden_one(small, id):
    write(small.corpus, "plumb", more="release: internal\n")
    write(small.corpus, "apple", "It began. [@report]\n\nIt ended. {#end}")
    base = kb.open_kb(small)
    with pytest.raises(QueryError) as caught:
        (base.passage if "." in id else base.document)(id)
    assert str(caught.value) == UNKNOWN[id]


def test_a_hidden_passage_is_unknown_by_its_very_id(small):
    write(small.corpus, "plum", "It ended. {#end}", more="release: internal\n")
    base = kb.open_kb(small)
    with pytest.raises(QueryError) as caught:
        base.passage("plum.end")
    assert str(caught.value) == "there is no document `plum` — `sibkb search` finds ids"
    assert kb.open_kb(replace(small, ceiling="internal")).passage("plum.end").text == "It ended."


def test_filters_alone_list_what_passes(small):
    base = kb.open_kb(small)
    results = base.search(Query(filters=Filters(kind=("summary",))))
    assert [hit.document.id for hit in results.hits] == ["apple", "pear"]


def wait_for(condition) -> bool:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


def test_the_folder_is_followed_and_an_error_does_not_end_it(small):
    stop, built, errors = threading.Event(), [], []

    def serves(name: str) -> bool:
        opened = generations.open_current(small.indexes, "public")
        return opened is not None and name in opened.documents

    def failed(error: SibkbError) -> None:
        errors.append(error)

    follower = threading.Thread(target=kb.follow, args=(small, built.append, failed, stop))
    follower.start()
    try:
        assert wait_for(lambda: serves("pear"))
        write(small.corpus, "plum")
        assert wait_for(lambda: serves("plum"))
        for path in small.corpus.rglob("*.md"):
            path.unlink()
        assert wait_for(lambda: errors)
        write(small.corpus, "quince")
        assert wait_for(lambda: serves("quince") and not serves("plum"))
    finally:
        stop.set()
        follower.join(timeout=20)
    assert not follower.is_alive()


@contextlib.contextmanager
def following(settings: Settings, told=lambda _: None, failed=lambda _: None):
    stop = threading.Event()
    follower = threading.Thread(target=kb.follow, args=(settings, told, failed, stop))
    follower.start()
    try:
        yield
    finally:
        stop.set()
        follower.join(timeout=20)
    assert not follower.is_alive()


@contextlib.contextmanager
def reading(settings: Settings, always: set[str]):
    """Somebody opens the index and searches it all the while; what was wrong with what they saw."""
    stop, wrong = threading.Event(), []

    def ask() -> None:
        while not stop.is_set():
            try:
                opened = generations.open_current(settings.indexes, "public")
                if missing := always - {each.document_id for each in opened.passages(opened.allowed(Filters()))}:
                    wrong.append(missing)
            except SibkbError as error:
                wrong.append(error)

    reader = threading.Thread(target=ask)
    reader.start()
    try:
        yield wrong
    finally:
        stop.set()
        reader.join(timeout=20)
    assert not reader.is_alive()


def test_searching_goes_on_while_files_grow_and_are_replaced_renamed_and_deleted(small, monkeypatch):
    monkeypatch.setattr(kb, "LOOK", 0.2)
    kb.build(small)
    pear, plum = (small.corpus / "cases" / f"{name}.md" for name in ("pear", "plum"))
    whole = pear.read_text(encoding="utf-8")

    def serves(*names: str) -> bool:
        return set(generations.open_current(small.indexes, "public").documents) == {*names}

    with reading(small, {"apple"}) as wrong, following(small):
        builds = generations.current(small.indexes)
        plum.write_text(whole[: len(whole) // 3], encoding="utf-8")  # an editor that writes in pieces
        pear.write_text(whole[: whole.index("\n---\n") + 5], encoding="utf-8")
        assert wait_for(lambda: generations.current(small.indexes) != builds)
        assert serves("apple", "pear"), "the last good version of one, nothing yet of the other"
        plum.write_text(whole, encoding="utf-8")
        assert wait_for(lambda: serves("apple", "pear", "plum"))
        aside = pear.with_name(".pear.md.swp")
        aside.write_text(whole.replace("title: ", "title: Another "), encoding="utf-8")
        aside.replace(pear)  # as Dropbox and careful editors do
        assert wait_for(lambda: "Another" in generations.open_current(small.indexes, "public").documents["pear"].title)
        plum.rename(plum.with_name("quince.md"))
        assert wait_for(lambda: serves("apple", "pear", "quince"))
        plum.with_name("quince.md").unlink()
        assert wait_for(lambda: serves("apple", "pear"))
    assert wrong == []


def test_searching_goes_on_while_a_checkout_swaps_two_hundred_files(small, monkeypatch):
    monkeypatch.setattr(kb, "LOOK", 0.2)

    def git(*arguments: str) -> None:
        identity = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
        subprocess.run(["git", *identity, *arguments], cwd=small.corpus, check=True, capture_output=True)

    git("init", "--initial-branch=first")
    git("add", "--all")
    git("commit", "--message=two")
    git("checkout", "-b", "second")
    for number in range(200):
        write(small.corpus, f"fig-{number}")
    git("add", "--all")
    git("commit", "--message=many")
    git("checkout", "first")
    kb.build(small)
    with reading(small, {"apple", "pear"}) as wrong, following(small):
        for branch, count in (("second", 202), ("first", 2)):
            git("checkout", branch)
            assert wait_for(lambda: len(generations.open_current(small.indexes, "public").documents) == count)  # noqa: B023
    assert wrong == []


def test_a_change_during_a_build_is_not_missed(small, monkeypatch):
    """The watcher began after the first build, and what changed during it was not seen until the next change."""
    monkeypatch.setattr(kb, "LOOK", 0.2)
    builds = []

    def told(built: kb.Built) -> None:
        builds.append(len(built.reading.documents))
        if len(builds) == 1:
            write(small.corpus, "plum")

    with following(small, told):
        assert wait_for(lambda: len(builds) > 1)
    assert builds == [2, 3]


def test_a_folder_that_is_away_for_a_while_is_told_and_followed_when_it_is_back(small, monkeypatch):
    """It used to end the follower with a stack trace."""
    monkeypatch.setattr(kb, "LOOK", 0.2)
    away = small.corpus.with_name("away")
    small.corpus.rename(away)
    builds, errors = [], []
    with following(small, builds.append, errors.append):
        assert wait_for(lambda: errors)
        away.rename(small.corpus)
        assert wait_for(lambda: builds)
        small.corpus.rename(away)
        assert wait_for(lambda: len(errors) > 1)
        away.rename(small.corpus)
        write(small.corpus, "plum")
        assert wait_for(lambda: builds and len(builds[-1].reading.documents) == 3)
    assert {str(error) for error in errors} == {
        f"there is no corpus folder at {small.corpus} — name one with --corpus or SIBKB_CORPUS"
    }


def test_a_file_that_can_be_read_again_is_taken_up_though_its_time_is_the_same(small, monkeypatch):
    monkeypatch.setattr(kb, "LOOK", 0.2)
    unreadable = {small.corpus / "cases/pear.md"}
    monkeypatch.setattr(Path, "open", guarded(unreadable))
    builds = []
    with following(small, lambda built: builds.append([each.id for each in built.reading.documents])):
        assert wait_for(lambda: builds)
        assert not kb.open_kb(small).stale()
        unreadable.clear()
        assert wait_for(lambda: len(builds) > 1)
    assert builds == [["apple"], ["apple", "pear"]]


def test_an_index_is_stale_once_a_file_can_be_read_again(small, monkeypatch):
    unreadable = {small.corpus / "cases/pear.md"}
    monkeypatch.setattr(Path, "open", guarded(unreadable))
    base = kb.open_kb(small)
    assert not base.stale()
    unreadable.clear()
    assert base.stale()


def test_a_file_that_is_no_case_builds_nothing(small, monkeypatch):
    monkeypatch.setattr(kb, "LOOK", 0.2)
    builds = []
    with following(small, builds.append):
        assert wait_for(lambda: builds)
        (small.corpus / "notes.txt").write_text("x", encoding="utf-8")
        time.sleep(1)
    assert len(builds) == 1


def test_settings_from_the_environment(tmp_path):
    given = {"SIBKB_CORPUS": str(tmp_path), "SIBKB_MODEL": "", "SIBKB_RELEASE": "internal"}
    settings = Settings.from_environment(given)
    assert (settings.corpus, settings.model, settings.ceiling) == (tmp_path, None, "internal")
    assert Settings.from_environment({}) == Settings()


def test_what_is_related_is_not_told_again_as_similar(base):
    for document in base.engine.documents.values():
        related = {each.id for documents in base.related(document).values() for each in documents}
        assert not related & {each.document.id for each in base.similar(document)}
    assert base.likeness is base.likeness, "it is made once"
