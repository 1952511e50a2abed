"""History and undo: by git where the corpus lies in git and that is asked for, else by dated copies."""

import json
import os
import stat
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sibkb import corpus, git, kb, withdrawing
from sibkb.cli import app
from sibkb.corpus import Keeping
from sibkb.errors import CorpusError, QueryError, SibkbError
from sibkb.settings import Settings
from tests.test_generations import Counting, write

ANN = "Ann Smith <ann@example.org>"
BY_COPY, BY_GIT = Keeping(), Keeping(git=True)


@pytest.fixture(autouse=True)
def _nobodys_git(tmp_path, monkeypatch):
    """No settings of the user who runs the tests, and none of a hook in which they may run."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "no-such-file"))
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)
    monkeypatch.delenv("SIBKB_GIT", raising=False)


@pytest.fixture
def folder(tmp_path) -> Path:
    """A corpus of one case and a draft."""
    write(tmp_path / "corpus", "apple")
    (tmp_path / "corpus/drafts").mkdir()
    draft = (tmp_path / "corpus/cases/apple.md").read_bytes().replace(b"apple", b"pear")
    (tmp_path / "corpus/drafts/pear.md").write_bytes(draft)
    return tmp_path / "corpus"


@pytest.fixture
def tracked(folder) -> Path:
    """The same in a repository of which it is a part."""
    run(folder.parent, "init", "-q", "-b", "main")
    run(folder.parent, "config", "user.name", "Bea Jones")
    run(folder.parent, "config", "user.email", "bea@example.org")
    (folder.parent / "notes.txt").write_text("one\n", encoding="utf-8")
    run(folder.parent, "add", "notes.txt", "corpus/cases")
    run(folder.parent, "commit", "-q", "-m", "Begin")
    return folder


def run(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def files(folder: Path) -> dict[str, bytes]:
    """What the corpus holds, its history left out."""
    found = (path for path in folder.rglob("*") if path.is_file() and ".trash" not in path.parts)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def sibkb(folder: Path, *arguments: str):
    return CliRunner().invoke(app, ["--corpus", str(folder), "--indexes", str(folder.parent / "indexes"), *arguments])


def undone(folder: Path, id: str | None = None, keep: Keeping = BY_COPY) -> str:
    which = corpus.find(folder, id, keep)
    corpus.undo(folder, which, keep)
    return which.what


@pytest.mark.parametrize("keep", [BY_COPY, BY_GIT])
def test_an_undo_puts_everything_back_and_its_undo_too(folder, keep):
    """Where the corpus lies in no git, copies are kept even if git is asked for."""
    before = files(folder)
    corpus.accept(folder, "pear", keep=keep)
    accepted = files(folder)
    assert set(accepted) == {"cases/apple.md", "cases/pear.md"}
    assert undone(folder, keep=keep) == "Accept cases/pear.md"
    assert files(folder) == before
    assert undone(folder, keep=keep) == "Undo: Accept cases/pear.md"
    assert files(folder) == accepted
    assert undone(folder, "pear", keep) == "Undo: Undo: Accept cases/pear.md"
    assert files(folder) == before
    assert [each.what for each in corpus.changes(folder)][-1] == "Accept cases/pear.md"
    assert [path.name for path in corpus.paths(folder)] == ["apple.md"]  # what is kept is never read


def test_history_and_undo_on_the_command_line(folder):
    assert sibkb(folder, "history").stderr == "No change of the corpus was kept.\n"
    assert sibkb(folder, "new", "case", "plum", "--author", ANN).exit_code == 0
    assert sibkb(folder, "accept", "pear").exit_code == 0
    (first,) = json.loads(sibkb(folder, "history", "plum", "--json").stdout)
    assert {**first, "id": "", "when": ""} == {
        "id": "", "when": "", "what": "Add cases/plum.md", "by": ANN, "files": ["cases/plum.md"], "kept": "copy",
    }  # fmt: skip
    told = sibkb(folder, "history").stdout.splitlines()
    assert [line.partition("UTC")[2] for line in told if "UTC" in line] == [
        ": Accept cases/pear.md", f", {ANN}: Add cases/plum.md",
    ]  # fmt: skip
    assert told[1:3] == ["  cases/pear.md", "  drafts/pear.md"]
    done = sibkb(folder, "undo", first["id"])
    assert done.stdout.splitlines()[1:] == [f"  {folder}/cases/plum.md is removed"]
    assert sibkb(folder, "undo", "plum").stdout.splitlines()[1:] == [f"  {folder}/cases/plum.md is there again"]
    assert json.loads(sibkb(folder, "undo", "pear", "--json").stdout)["files"] == {
        "cases/pear.md": "is removed", "drafts/pear.md": "is there again",
    }  # fmt: skip
    assert sibkb(folder, "history", "-n", "2").stdout.count("UTC") == 2


def test_what_somebody_changed_since_is_not_undone(folder):
    corpus.accept(folder, "pear")
    path = folder / "cases/pear.md"
    path.write_bytes(path.read_bytes() + b"\nMore.\n")
    before = files(folder)
    with pytest.raises(CorpusError) as caught:
        undone(folder)
    assert str(caught.value) == f"{path} was changed since, and nothing was undone — undo that first, or edit it"
    assert files(folder) == before


def test_what_is_already_as_before_is_said(folder):
    """As where a crash came between the copy and the change."""
    corpus.add(folder, "cases/plum.md", "text")
    (folder / "cases/plum.md").unlink()
    with pytest.raises(CorpusError) as caught:
        undone(folder)
    assert "(Add cases/plum.md): the files are as they were before it" in str(caught.value)


def test_nothing_to_undo(folder):
    for id, of in ((None, ""), ("apple", " of `apple`")):
        with pytest.raises(QueryError) as caught:
            corpus.find(folder, id, Keeping())
        assert str(caught.value) == f"there is no change{of} to undo — `sibkb history` lists what was kept"


def test_a_change_that_is_refused_leaves_no_copy(folder):
    with pytest.raises(CorpusError):
        corpus.add(folder, "cases/apple.md", "text")
    assert corpus.changes(folder) == []
    (folder / ".trash/20260101T000000-000000").mkdir(parents=True)
    (folder / ".trash/20260101T000000-000000/change.json").write_text("{}", encoding="utf-8")
    assert corpus.changes(folder) == []


def test_a_copy_that_is_damaged_is_not_put_back(folder):
    corpus.accept(folder, "pear")
    (copy,) = (folder / ".trash").rglob("drafts/pear.md")
    copy.write_text("other", encoding="utf-8")
    with pytest.raises(
        CorpusError, match=r"the copy of drafts/pear\.md in .* is not what it was — it cannot be put back"
    ):
        undone(folder)


def test_one_commit_a_change_of_its_files_alone(tracked):
    """What waits in the index, and what is changed beside it, stays as it is."""
    root = tracked.parent
    (root / "staged.txt").write_text("staged\n", encoding="utf-8")
    run(root, "add", "staged.txt")
    (root / "notes.txt").write_text("two\n", encoding="utf-8")
    corpus.accept(tracked, "pear", keep=Keeping(git=True, author=ANN))
    assert run(root, "show", "--format=%an %ae, %cn: %s", "--name-status", "HEAD").splitlines() == [
        "Ann Smith ann@example.org, Bea Jones: Accept cases/pear.md", "", "A\tcorpus/cases/pear.md",
    ]  # fmt: skip
    assert run(root, "status", "--porcelain").splitlines() == ["M notes.txt", "A  staged.txt"]
    assert not (tracked / ".trash").exists()
    assert undone(tracked, "pear", BY_GIT) == "Accept cases/pear.md"
    assert not (tracked / "cases/pear.md").exists()
    assert run(root, "log", "-1", "--format=%an: %s") == "Bea Jones: Undo: Accept cases/pear.md"
    assert undone(tracked, "pear", BY_GIT) == "Undo: Accept cases/pear.md"
    assert (tracked / "cases/pear.md").exists()
    assert run(root, "status", "--porcelain").splitlines() == ["M notes.txt", "A  staged.txt"]
    assert [(each.kept, each.by, each.what) for each in corpus.changes(tracked, "apple")] == [
        ("commit", "Bea Jones", "Begin"),
    ]  # fmt: skip


def test_no_commit_where_nobody_asks_for_one(tracked):
    head = run(tracked, "rev-parse", "HEAD")
    assert sibkb(tracked, "accept", "pear").exit_code == 0
    assert run(tracked, "rev-parse", "HEAD") == head
    assert {each.kept for each in corpus.changes(tracked)} == {"commit", "copy"}
    assert ".trash" not in run(tracked, "status", "--porcelain", "--untracked-files=all")
    assert undone(tracked) == "Accept cases/pear.md"


def test_a_hand_made_commit_is_undone_by_its_id(tracked):
    path = tracked / "cases/apple.md"
    text = path.read_bytes()
    path.write_bytes(text.replace(b"It began", b"It paused"))
    run(tracked, "commit", "-q", "-a", "-m", "Reword")
    assert undone(tracked, run(tracked, "rev-parse", "--short=10", "HEAD")) == "Reword"
    assert path.read_bytes() == text
    assert run(tracked, "status", "--porcelain", "--untracked-files=no") == "M corpus/cases/apple.md"  # by copy


def test_the_environment_asks_for_commits(tracked, monkeypatch):
    monkeypatch.setenv("SIBKB_GIT", "1")
    assert sibkb(tracked, "accept", "pear").exit_code == 0
    assert run(tracked, "log", "-1", "--format=%s") == "Accept cases/pear.md"
    assert Settings.from_environment({"SIBKB_GIT": "0"}).git is False


def test_hooks_and_signing_are_left_alone(tracked):
    hook = tracked.parent / ".git/hooks/pre-commit"
    hook.write_text("#!/bin/sh\ntouch hooked\nexit 1\n", encoding="utf-8")
    hook.chmod(hook.stat().st_mode | stat.S_IXUSR)
    run(tracked, "config", "commit.gpgSign", "true")
    corpus.accept(tracked, "pear", keep=BY_GIT)
    assert run(tracked, "log", "-1", "--format=%s") == "Accept cases/pear.md"
    assert not (tracked.parent / "hooked").exists()


def test_inside_a_hook_git_looks_at_the_corpus(tracked, monkeypatch):
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    monkeypatch.setenv("GIT_INDEX_FILE", "/nowhere/index")
    assert [each.what for each in corpus.changes(tracked)] == ["Begin"]


def uncommitted(folder: Path) -> None:
    write(folder, "pear", "Not committed.")
    run(folder, "add", "cases/pear.md")
    (folder / "cases/pear.md").unlink()


def merging(folder: Path) -> None:
    (folder.parent / ".git/MERGE_HEAD").write_text(run(folder, "rev-parse", "HEAD") + "\n", encoding="utf-8")


def nobody(folder: Path) -> None:
    for key in ("name", "email"):
        run(folder, "config", "--unset", f"user.{key}")
    run(folder, "config", "user.useConfigOnly", "true")


REFUSED = [
    (uncommitted, None,
     "cases/pear.md or drafts/pear.md has changes that git has not, and nothing was done — commit them first"),
    (merging, None, "a merge is under way in git, and nothing was changed — finish it first"),
    (nobody, None, "git does not know who you are — set user.name and user.email, or give --author"),
    (nobody, "Ann", "`Ann` names nobody to git — write 'Ann Smith <ann@example.org>'"),
]  # fmt: skip


@pytest.mark.parametrize(("spoil", "author", "message"), REFUSED)
def test_what_cannot_be_committed_is_not_done(tracked, spoil, author, message):
    spoil(tracked)
    before = files(tracked)
    with pytest.raises(SibkbError) as caught:
        corpus.accept(tracked, "pear", keep=Keeping(git=True, author=author))
    assert str(caught.value) == message
    assert files(tracked) == before


def test_an_author_is_enough_where_git_knows_nobody(tracked):
    nobody(tracked)
    corpus.accept(tracked, "pear", keep=Keeping(git=True, author=ANN))
    assert run(tracked, "log", "-1", "--format=%an, %cn") == "Ann Smith, Ann Smith"


def test_a_commit_that_fails_is_told_and_the_file_is_whole(tracked):
    (tracked.parent / ".git/index.lock").touch()
    with pytest.raises(CorpusError, match=r"it is done, but not committed: git add failed: .* by hand"):
        corpus.accept(tracked, "pear", keep=BY_GIT)
    assert (tracked / "cases/pear.md").exists()


def test_without_git_copies_do(tracked, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SibkbError) as caught:
        corpus.accept(tracked, "pear", keep=BY_GIT)
    assert str(caught.value) == "git is not installed here — install it, or do without its history"
    corpus.accept(tracked, "pear")
    assert undone(tracked) == "Accept cases/pear.md"
    assert [each.what for each in corpus.changes(tracked)] == ["Undo: Accept cases/pear.md", "Accept cases/pear.md"]
    assert sibkb(tracked, "history").stderr == (
        "sibkb: git is not installed here — install it, or do without its history\n"
    )


def test_a_git_that_hangs_is_given_up(tracked, monkeypatch, tmp_path):
    slow = tmp_path / "bin/git"
    slow.parent.mkdir()
    slow.write_text("#!/bin/sh\nexec sleep 30\n", encoding="utf-8")
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", f"{slow.parent}:{os.environ['PATH']}")
    with pytest.raises(SibkbError, match=r"git took longer than 0\.2 seconds — try `git rev-parse` by hand"):
        git.Repository(folder=tracked, seconds=0.2).log()


def test_a_repository_without_a_commit_has_no_history(folder):
    run(folder, "init", "-q")
    assert corpus.changes(folder) == []


@pytest.mark.parametrize("keep", [BY_COPY, BY_GIT])
def test_a_withdrawal_cannot_be_undone_and_leaves_no_copy(tracked, monkeypatch, keep):
    monkeypatch.setattr(kb, "open_encoder", lambda _: Counting())
    write(tracked, "apple", "The zebra crossed the quay. {#zebra}")
    run(tracked, "commit", "-q", "-a", "-m", "Tell of the zebra")
    corpus.accept(tracked, "pear", keep=keep)
    path = tracked / "cases/apple.md"
    whole = path.read_bytes()
    corpus.writing.change(
        tracked, [corpus.Edit(path="cases/apple.md", before=whole, after=whole + b"\nMore.\n")], "More"
    )
    if keep.git:
        run(tracked, "commit", "-q", "-a", "-m", "More")
    settings = Settings(corpus=tracked, indexes=tracked.parent / "indexes")
    plan = withdrawing.prepare(settings, "apple.zebra")
    withdrawing.withdraw(settings, plan, reason="Asked for.", day="2026-11-24", keep=keep)
    assert b"zebra" not in b"".join(each.read_bytes() for each in tracked.rglob("*.md"))
    with pytest.raises(SibkbError) as caught:
        undone(tracked, "withdrawn" if keep.git else "apple", keep)
    assert str(caught.value).startswith(
        corpus.changes(tracked)[0].id + " is a withdrawal, which cannot be undone — should"
        if keep.git else "there is no change of `apple` to undo"
    )  # fmt: skip
    assert undone(tracked, "pear", keep) == "Accept cases/pear.md"
    reworded = next(each for each in corpus.changes(tracked) if each.what == "Tell of the zebra")
    run(tracked, "checkout", "-q", reworded.id, "--", "cases/apple.md")
    path.write_bytes(path.read_bytes().replace(b"zebra crossed", b"horse crossed"))
    corpus.writing.change(tracked, [corpus.Edit(path="cases/apple.md", before=path.read_bytes(), after=b"")], "Empty")
    with pytest.raises(CorpusError) as caught:
        undone(tracked, "apple")
    assert str(caught.value) == "this would bring back what was withdrawn, so nothing was undone"
    assert path.read_bytes() == b""
