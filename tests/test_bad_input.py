"""Bad input gets one clear line that says what to do, an exit code, and never a stack trace; nothing is lost."""

import shutil
from pathlib import Path

import pytest

from sibkb import checking, corpus, kb, serving
from sibkb.cli import main
from sibkb.errors import CorpusError, ModelError, QueryError, SibkbError
from sibkb.model import Filters, Query
from sibkb.settings import Settings
from tests import rights
from tests.conftest import CORPUS
from tests.rights import guarded
from tests.test_cli import process

QUESTIONS = {
    "nothing": ("", "there is nothing to search for — type a question or choose a filter"),
    "white space": (" \t\n", "there is nothing to search for — type a question or choose a filter"),
    "very long": ("bond " * 20_000, "this is 100,000 characters long — shorten it to 2,000 or fewer"),
    "common words": (
        "what is the",
        "“what is the” has only common words — add one that says what it is about, or put them in double quotes",
    ),
    "punctuation": ("?!… — *", "“?!… — *” has no words — type what you want to know"),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_that_cannot_be_answered(base, name):
    text, message = QUESTIONS[name]
    with pytest.raises(QueryError) as caught:
        base.search(Query(text=text))
    assert str(caught.value) == message


STRANGE = (
    "ما هي سندات الأثر الاجتماعي",
    "社會影響債券",
    "🙂🙃",
    "bond\x00bond",
    "\ud800 lone",
    "foo:bar AND (",
    "it's",
    "*",
    "a" * 2000,
)


@pytest.mark.parametrize("text", STRANGE, ids=ascii)
def test_a_strange_question_is_answered_or_refused_in_words(base, text):
    try:
        results = base.search(Query(text=text))
    except QueryError as refused:
        results = str(refused)
    assert " — " in results if isinstance(results, str) else results.total >= 0


def test_common_words_with_a_filter_are_refused_too(base):
    with pytest.raises(QueryError):
        base.search(Query(text="the", filters=Filters(kind=("quote",))))


def refused(capsys, *arguments: str) -> str:
    """What the command line says when it refuses, with nothing on stdout."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    told = capsys.readouterr()
    assert (ended.value.code, told.out) == (2, "")
    return told.err


def test_a_message_on_the_command_line(few, capsys):
    given = ["--corpus", str(few.corpus), "--indexes", str(few.indexes)]
    assert refused(capsys, *given, "search", "what is the") == (
        "sibkb: “what is the” has only common words — "
        "add one that says what it is about, or put them in double quotes\n"
    )


def test_an_empty_corpus(tmp_path, capsys):
    (tmp_path / "corpus").mkdir()
    given = ["--corpus", str(tmp_path / "corpus"), "--indexes", str(tmp_path / "indexes")]
    assert refused(capsys, *given, "build") == (
        f"sibkb: no file in {tmp_path / 'corpus'} can be used — "
        "`sibkb check` says why, `sibkb new case my-case` begins one\n"
    )


def test_no_corpus_folder(tmp_path):
    done = process("--corpus", str(tmp_path / "none"), "check")
    assert (done.returncode, done.stderr) == (
        2,
        f"sibkb: there is no corpus folder at {tmp_path / 'none'} — name one with --corpus or SIBKB_CORPUS\n",
    )


def test_five_megabytes_and_bytes_that_are_no_text_are_told_and_the_rest_is_read(tmp_path):
    folder = tmp_path / "corpus"
    (folder / "cases").mkdir(parents=True)
    shutil.copy(CORPUS / "cases/dwp-innovation-fund.md", folder / "cases")
    (folder / "cases/huge.md").write_bytes(b"---\n" + b"word " * 1_000_000)
    (folder / "cases/latin.md").write_bytes("---\ntitle: Café".encode("latin-1"))
    reading = corpus.read(folder)
    assert [document.id for document in reading.documents] == ["dwp-innovation-fund"]
    assert [str(problem) for problem in reading.problems if problem.path != "cases/dwp-innovation-fund.md"] == [
        "cases/huge.md:0:0 D002 the file has 5.0 MB — keep a case under 1 MB: split it",
        "cases/latin.md:2:11 D001 byte 0xe9 is not UTF-8 — save the file as UTF-8",
    ]


def test_a_file_deleted_while_the_folder_is_read(copy, monkeypatch):
    folder = copy.corpus
    listed = corpus.paths(folder)
    (folder / "cases/newpin-nsw.md").unlink()
    monkeypatch.setattr(corpus.reading, "paths", lambda _: listed)
    reading = corpus.read(folder)
    assert "newpin-nsw" not in {document.id for document in reading.documents}
    assert len(reading.documents) == len(listed) - 1


def test_weights_that_are_missing(few, tmp_path):
    empty = tmp_path / "model"
    empty.mkdir()
    with pytest.raises(ModelError) as caught:
        kb.open_kb(Settings(corpus=few.corpus, indexes=tmp_path / "indexes", model=str(empty)))
    assert str(caught.value) == (
        f"{empty}: no weights (model.safetensors or pytorch_model.bin) — give the folder of a complete model"
    )
    assert not (tmp_path / "indexes" / "CURRENT").exists()


def test_a_broken_file_alone_leaves_nothing_to_build(tmp_path):
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus/a.md").write_text("no front matter", encoding="utf-8")
    with pytest.raises(CorpusError) as caught:
        kb.build(Settings(corpus=tmp_path / "corpus", indexes=tmp_path / "indexes"))
    assert [problem.code for problem in caught.value.problems] == ["D003"]


def test_two_apps_share_one_folder(few):
    first, second = kb.open_kb(few), kb.open_kb(few)
    for each in (first, second):
        assert each.search(Query(text="Goldman Sachs loss")).hits[0].document.id == "rikers-island-able"


def test_weights_that_are_missing_on_the_command_line(few, tmp_path, capsys):
    given = ["--corpus", str(few.corpus), "--indexes", str(few.indexes), "--model", str(tmp_path)]
    assert refused(capsys, *given, "search", "pet project") == (
        f"sibkb: {tmp_path}: no weights (model.safetensors or pytorch_model.bin) — "
        "give the folder of a complete model\n"
    )


def test_a_folder_with_the_name_of_a_file_is_no_file(tmp_path):
    """It used to end in a stack trace."""
    (tmp_path / "notes.md").mkdir()
    (tmp_path / "gone.md").symlink_to(tmp_path / "nowhere")
    assert corpus.read(tmp_path).files == {}
    assert corpus.times(tmp_path) == {}


def test_queries_that_may_not_be_read_are_named(few, monkeypatch):
    """It used to end in a stack trace."""
    path = few.corpus / corpus.QUERIES
    monkeypatch.setattr(Path, "open", guarded({path}))
    with pytest.raises(CorpusError) as caught:
        checking.check(few.corpus)
    assert str(caught.value) == f"{path} cannot be read: Permission denied — see to its rights"


def test_a_file_that_may_not_be_read_is_one_problem_and_the_rest_is_read(few, shared):
    """It used to end the whole build."""
    folder = shared / "corpus"
    shutil.copytree(few.corpus, folder)
    (folder / "cases/newpin-nsw.md").chmod(0)
    with rights.binding():
        reading = corpus.read(folder)
    assert [str(problem) for problem in reading.problems if problem.path == "cases/newpin-nsw.md"] == [
        "cases/newpin-nsw.md:0:0 D007 the file cannot be read: Permission denied — see to its rights and its disk"
    ]
    assert len(reading.documents) == len(corpus.paths(folder)) - 1
    assert reading.files["cases/newpin-nsw.md"] == ("", *corpus.times(folder)["cases/newpin-nsw.md"])


def test_a_file_that_does_not_even_tell_its_time_is_one_problem_too(shared):
    """Whoever may list a folder and not enter it got a stack trace."""
    (shared / "closed").mkdir()
    (shared / "closed/a.md").write_text("x", encoding="utf-8")
    (shared / "closed").chmod(0o444)
    with rights.binding():
        reading, times = corpus.read(shared), corpus.times(shared)
    assert [problem.code for problem in reading.problems] == ["D007"]
    assert reading.files == {path: ("", *time) for path, time in times.items()}


def test_a_folder_that_may_not_be_read_is_no_empty_one(shared):
    """Its files used to vanish from the index without a word."""
    (shared / "closed").mkdir(mode=0)
    with rights.binding(), pytest.raises(CorpusError) as caught:
        corpus.read(shared)
    assert str(caught.value) == f"{shared / 'closed'} cannot be read: Permission denied — see to its rights"


UNWRITABLE = {"a" * 300: "File name too long", "taken/b": "File exists"}


@pytest.mark.parametrize("name", UNWRITABLE, ids=len)
def test_a_file_that_cannot_be_made(tmp_path, name):
    """A name that is too long, or a file where a folder is wanted, used to end in a stack trace."""
    (tmp_path / "taken").touch()
    with pytest.raises(CorpusError) as caught:
        corpus.add(tmp_path, f"{name}.md", "text")
    assert str(caught.value) == (
        f"{tmp_path / name}.md cannot be written: {UNWRITABLE[name]} — check the folder's rights"
    )


def test_a_file_deleted_between_listing_and_timing(copy, monkeypatch):
    folder = copy.corpus
    listed = corpus.paths(folder)
    (folder / "cases/newpin-nsw.md").unlink()
    monkeypatch.setattr(corpus.reading, "paths", lambda _: listed)
    assert len(corpus.times(folder)) == len(listed) - 1


@pytest.mark.parametrize("address", ["no such host.invalid", "192.0.2.1"])
def test_an_address_that_is_not_this_machine_is_no_taken_port(address):
    """Fifty ports used to be tried and all be called taken."""
    with pytest.raises(SibkbError, match=rf"^{address} cannot be used with port 8501: .* — name another --address or"):
        serving.free_port(address, 8501)
