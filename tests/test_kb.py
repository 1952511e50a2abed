"""The hall: opening, building when needed, following the folder, asking by words while the model still loads."""

import shutil
import threading
import time
from dataclasses import replace

import pytest

from sibkb import generations, kb
from sibkb.errors import CorpusError, GenerationError, QueryError, SibkbError
from sibkb.model import Filters, Query
from sibkb.settings import Settings
from tests.test_generations import Counting, write


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
    base = kb.open_kb(small)
    assert set(base.engine.documents) == {"apple", "pear"}
    assert base.is_current()
    assert not base.stale()


def test_an_index_of_another_encoder_is_rebuilt(small):
    first = kb.open_kb(small)
    other = kb.open_kb(replace(small, model="tiny-2"))
    assert other.engine.manifest.encoder_digest == "tiny-2"
    assert not first.is_current()


def test_a_damaged_index_is_refused_and_a_build_mends_it(small):
    base = kb.open_kb(small)
    (small.indexes / base.generation / "passages.parquet").write_bytes(b"")
    with pytest.raises(GenerationError, match="sibkb build"):
        kb.open_kb(small)
    kb.build(small)
    assert found(kb.open_kb(small), "pear", mode="words")


def test_a_half_deleted_index_too(small):
    base = kb.open_kb(small)
    shutil.rmtree(small.indexes / base.generation)
    with pytest.raises(GenerationError, match="sibkb build"):
        kb.open_kb(small)


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


def test_the_ceiling_hides_everywhere(small):
    write(small.corpus, "plum", "A secret plum.", more="release: internal\n")
    base = kb.open_kb(small)
    assert found(base, "plum", mode="words") == []
    assert found(base, "secret", mode="words") == []
    with pytest.raises(QueryError):
        base.document("plum")
    wide = kb.open_kb(replace(small, ceiling="internal"))
    assert set(found(wide, "plum", mode="words")) == {"plum"}


def test_unknown_ids(small):
    base = kb.open_kb(small)
    with pytest.raises(QueryError) as caught:
        base.document("aple")
    assert str(caught.value) == "there is no document `aple` — `sibkb search` finds ids"
    with pytest.raises(QueryError) as caught:
        base.passage("apple.nothing")
    assert str(caught.value) == "there is no passage `apple.nothing` — `sibkb search` finds ids"


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
        time.sleep(0.5)  # the watcher begins after the first build
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


def test_settings_from_the_environment(tmp_path):
    given = {"SIBKB_CORPUS": str(tmp_path), "SIBKB_MODEL": "", "SIBKB_RELEASE": "internal"}
    settings = Settings.from_environment(given)
    assert (settings.corpus, settings.model, settings.ceiling) == (tmp_path, None, "internal")
    assert Settings.from_environment({}) == Settings()
