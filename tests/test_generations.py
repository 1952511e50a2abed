"""The keeper of indexes/: nothing is done twice, nothing is half done, and a crash leaves the old index serving."""

import json
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from sibkb import corpus, engine, generations
from sibkb.errors import GenerationError
from sibkb.model import Filters
from tests.rights import guarded
from tests.tiny import TinyEncoder

ROOT = Path(__file__).resolve().parent.parent

CASE = """---
title: Fictional {name}
kind: case
countries: [GB]
sector: other
stage: complete
{more}sources:
  - {{id: report, title: A fictional report, publisher: Nobody, url: null, read: part}}
---

A fictional case about {name}. [@report]

## What happened

{text} [@report]
"""


class Counting(TinyEncoder):
    """Remembers what it was asked to encode."""

    def __init__(self, digest: str = "tiny-1") -> None:
        self.digest = digest
        self.asked: list[str] = []

    def encode_passages(self, texts, progress=None):
        self.asked += texts
        return super().encode_passages(texts, progress)


def write(folder: Path, name: str, text: str = "It began and it ended.", more: str = "") -> Path:
    path = folder / "cases" / f"{name}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(CASE.format(name=name, text=text, more=more), encoding="utf-8")
    return path


@pytest.fixture
def house(tmp_path):
    for name in ("apple", "pear"):
        write(tmp_path / "corpus", name)
    return tmp_path


def publish(house: Path, encoder=None, progress=None):
    return generations.publish(house / "indexes", corpus.read(house / "corpus"), encoder or Counting(), progress)


def ids(house: Path) -> set[str]:
    opened = generations.open_current(house / "indexes", "internal")
    return set(opened.documents) if opened else set()


def folders(house: Path) -> set[str]:
    return {path.name for path in (house / "indexes").iterdir() if path.is_dir()}


def test_nothing_is_built_at_first(house):
    assert generations.current(house / "indexes") is None
    assert generations.open_current(house / "indexes", "public") is None


def test_the_same_input_is_no_work(house):
    first = publish(house)
    encoder = Counting()
    again = publish(house, encoder)
    assert (again.encoded, again.manifest, encoder.asked) == (0, first.manifest, [])
    assert (first.changed, again.changed) == (True, False)


def test_one_changed_file_costs_its_own_encoding(house):
    publish(house)
    write(house / "corpus", "pear", "Something new was tried.")
    encoder = Counting()
    published = publish(house, encoder)
    assert published.encoded == len(encoder.asked) > 0
    assert published.manifest.reused > 0
    assert all("Something new" in text for text in encoder.asked)


def test_another_encoder_shares_no_vector(house):
    first = publish(house)
    second = publish(house, Counting("tiny-2"))
    assert second.manifest.name != first.manifest.name
    assert second.manifest.reused == 0


def test_a_deleted_file_is_gone_and_a_renamed_one_has_its_new_id(house):
    publish(house)
    (house / "corpus/cases/pear.md").rename(house / "corpus/cases/plum.md")
    publish(house)
    assert ids(house) == {"apple", "plum"}


def test_a_deleted_file_encodes_nothing_and_is_a_change_all_the_same(house):
    publish(house)
    (house / "corpus/cases/pear.md").unlink()
    published = publish(house)
    assert (published.encoded, published.changed) == (0, True)


def test_going_back_takes_up_the_generation_before_as_it_stands(house):
    """It used to be written anew over the one that readers may have had open."""
    first = publish(house)
    write(house / "corpus", "pear", "Something new was tried.")
    second = publish(house)
    write(house / "corpus", "pear")
    stamp = (house / "indexes" / first.manifest.name).stat().st_mtime_ns
    again = publish(house)
    assert (again.manifest, again.changed, again.encoded) == (first.manifest, True, 0)
    assert (house / "indexes" / first.manifest.name).stat().st_mtime_ns == stamp
    assert folders(house) == {first.manifest.name, second.manifest.name}


def test_a_new_file_that_is_broken_is_in_the_manifest(house):
    """The name did not tell of it, so nothing was done, and the index was called stale for ever."""
    publish(house)
    write(house / "corpus", "plum", BROKEN)
    published = publish(house)
    assert set(published.manifest.files) == {"cases/apple.md", "cases/pear.md", "cases/plum.md"}
    assert (published.encoded, published.kept) == (0, ())
    assert ids(house) == {"apple", "pear"}


def test_the_one_in_use_and_the_one_before_are_kept(house):
    names = []
    for text in ("One.", "Two.", "Three."):
        write(house / "corpus", "pear", text)
        names.append(publish(house).manifest.name)
    assert folders(house) == set(names[1:])
    assert generations.current(house / "indexes") == names[-1]


def test_what_a_crashed_build_left_is_removed(house):
    """A temporary CURRENT used to stay for ever."""
    (house / "indexes/.0123456789abcdef.99").mkdir(parents=True)
    (house / "indexes/CURRENT.99").touch()
    publish(house)
    name = generations.current(house / "indexes")
    assert {path.name for path in (house / "indexes").iterdir()} == {".lock", "CURRENT", name}


def test_what_is_not_ours_is_never_removed(house):
    """`--indexes .` used to remove `.git`, and every folder that had a file manifest.json."""
    for path in (".git/config", ".cache.1/x", "extension/manifest.json", "CURRENT.old", "0123456789abcdef/mine"):
        (house / "indexes" / path).parent.mkdir(parents=True, exist_ok=True)
        (house / "indexes" / path).touch()
    for text in ("One.", "Two.", "Three."):
        write(house / "corpus", "pear", text)
        publish(house)
    for path in (".git/config", ".cache.1/x", "extension/manifest.json", "CURRENT.old", "0123456789abcdef/mine"):
        assert (house / "indexes" / path).exists()


CRASHES = {
    "encoding": (TinyEncoder, "encode_passages"),
    "writing": (engine, "write"),
    "syncing": (generations, "_sync"),
    "checking": (engine, "EmbeddedEngine"),
    "renaming": (Path, "rename"),
    "pointing": (generations, "_point"),
    "replacing": (Path, "replace"),
    "pruning": (generations, "_prune"),
}


@pytest.mark.parametrize("step", CRASHES)
def test_a_crash_leaves_the_old_index_serving(house, monkeypatch, step):
    before = publish(house).manifest.name
    write(house / "corpus", "plum")

    def crash(*args, **kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(*CRASHES[step], crash)
        with pytest.raises(KeyboardInterrupt):
            publish(house)
    assert_whole(house)
    assert ids(house) == {"apple", "pear"} | ({"plum"} if step == "pruning" else set())
    assert (generations.current(house / "indexes") == before) is (step != "pruning")
    publish(house)
    assert ids(house) == {"apple", "pear", "plum"}
    assert {path.name for path in (house / "indexes").iterdir() if "." in path.name} == {".lock"}


def test_a_builder_killed_while_it_removes_leaves_no_part_under_a_generations_name(house, monkeypatch):
    """A folder that had lost its manifest first was never removed again, with words in it that may be withdrawn."""
    for name in ("plum", "fig"):
        publish(house)
        write(house / "corpus", name)

    remove = shutil.rmtree

    def half(path, **options):
        if not (Path(path) / "manifest.json").exists():
            return remove(path, **options)
        (Path(path) / "manifest.json").unlink()
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(generations.shutil, "rmtree", half)
        with pytest.raises(KeyboardInterrupt):
            publish(house)
    assert_whole(house)
    publish(house)
    assert {path.name for path in (house / "indexes").iterdir() if "." in path.name} == {".lock"}
    assert len([*(house / "indexes").glob("*/manifest.json")]) == len(folders(house)) == 2


def assert_whole(house: Path) -> None:
    """Every generation that stands under its own name can be used."""
    for name in folders(house):
        if not name.startswith("."):
            engine.check(house / "indexes" / name)


KILLED = """
import os, signal, sys
from pathlib import Path
from sibkb import corpus, generations
from tests.tiny import TinyEncoder

class Deadly(TinyEncoder):
    def encode_passages(self, texts, progress=None):
        os.kill(os.getpid(), signal.SIGKILL)

house = Path(sys.argv[1])
generations.publish(house / "indexes", corpus.read(house / "corpus"), Deadly())
"""


def test_a_killed_builder_leaves_the_old_index_serving_and_no_lock(house):
    before = publish(house).manifest.name
    write(house / "corpus", "plum")
    assert subprocess.run([sys.executable, "-c", KILLED, str(house)], cwd=ROOT, check=False).returncode == -9
    assert generations.current(house / "indexes") == before
    assert any(name.startswith(".") for name in folders(house))
    publish(house)
    assert ids(house) == {"apple", "pear", "plum"}
    assert not any(name.startswith(".") for name in folders(house))


def test_a_full_disk_is_told_and_nothing_is_lost(house, monkeypatch):
    before = publish(house).manifest.name
    write(house / "corpus", "plum")

    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(generations, "_sync", full)
    with pytest.raises(GenerationError) as caught:
        publish(house)
    assert str(caught.value) == (
        f"{house / 'indexes'} cannot be used: No space left on device — check its rights and free space, "
        "or name another folder with --indexes or SIBKB_INDEXES; the index in use is unchanged"
    )
    assert generations.current(house / "indexes") == before


def test_a_disk_that_fills_while_faiss_writes(house, monkeypatch):
    """FAISS says so in a RuntimeError, which used to end in a stack trace."""
    before = publish(house).manifest.name
    write(house / "corpus", "plum")

    def full(*args, **kwargs):
        raise RuntimeError("Error in write_index: write error in vectors.faiss: 0 != 9 (No space left on device)\n")

    monkeypatch.setattr(engine, "write", full)
    assert refused(house) == (
        f"{house / 'indexes'} cannot be used: Error in write_index: write error in vectors.faiss: 0 != 9 "
        f"(No space left on device) — {REMEDY}"
    )
    assert generations.current(house / "indexes") == before
    assert folders(house) == {before}


REMEDY = (
    "check its rights and free space, or name another folder with --indexes or SIBKB_INDEXES; "
    "the index in use is unchanged"
)


def refused(house: Path) -> str:
    with pytest.raises(GenerationError) as caught:
        publish(house)
    return str(caught.value)


def test_a_file_in_the_place_of_the_folder(house):
    (house / "indexes").write_text("not a folder", encoding="utf-8")
    assert refused(house) == f"{house / 'indexes'} cannot be used: File exists — {REMEDY}"


def test_a_folder_that_cannot_be_made(house):
    with pytest.raises(GenerationError, match=r"^/proc/sibkb cannot be used: No such file or directory — check"):
        generations.publish(Path("/proc/sibkb"), corpus.read(house / "corpus"), Counting())


def test_a_disk_without_locks(house, monkeypatch):
    def no_locks(*args):
        raise OSError(37, "No locks available")

    monkeypatch.setattr(generations.fcntl, "flock", no_locks)
    assert refused(house) == f"{house / 'indexes'} cannot be used: No locks available — {REMEDY}"


def test_a_folder_in_the_place_of_current(house):
    (house / "indexes/CURRENT").mkdir(parents=True)
    with pytest.raises(GenerationError) as caught:
        generations.current(house / "indexes")
    assert str(caught.value) == f"{house / 'indexes'} cannot be used: Is a directory — {REMEDY}"


@pytest.mark.parametrize("written", [b"\xff\xfe\x00", b"gone", b"0123456789abcdef\nand more"])
def test_a_current_that_names_nothing_is_refused_and_mended(house, written):
    """Bytes that are no UTF-8 used to end in a stack trace."""
    publish(house)
    (house / "indexes/CURRENT").write_bytes(written)
    with pytest.raises(GenerationError, match=r"manifest.json is missing — run `sibkb build`$"):
        generations.open_current(house / "indexes", "public")
    assert publish(house).changed
    assert ids(house) == {"apple", "pear"}


def test_an_empty_current_is_as_none(house):
    publish(house)
    (house / "indexes/CURRENT").write_text("\n", encoding="utf-8")
    assert generations.open_current(house / "indexes", "public") is None


def test_a_damaged_generation_is_made_anew(house):
    name = publish(house).manifest.name
    (house / "indexes" / name / "vectors.faiss").unlink()
    with pytest.raises(GenerationError, match="sibkb build"):
        generations.open_current(house / "indexes", "public")
    assert publish(house).encoded > 0
    assert ids(house) == {"apple", "pear"}


def test_one_whose_parts_disagree_too(house):
    """The digests of its files are right, so that a build took it for whole."""
    name = publish(house).manifest.name
    path = house / "indexes" / name / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | {"passages": 99}), encoding="utf-8")
    assert publish(house).encoded > 0
    assert ids(house) == {"apple", "pear"}


def test_a_reader_whose_generation_vanishes_takes_the_next(house, monkeypatch):
    old = publish(house).manifest.name
    write(house / "corpus", "plum")
    publish(house)
    real, answers = generations.folder, [house / "indexes" / "gone", house / "indexes" / "gone-too"]
    monkeypatch.setattr(generations, "folder", lambda indexes: answers.pop(0) if answers else real(indexes))
    opened = generations.open_current(house / "indexes", "public")
    assert opened is not None
    assert opened.manifest.name != old


BROKEN = "It is broken. [@nothing]"


def test_a_broken_file_keeps_its_last_good_version(house):
    publish(house)
    write(house / "corpus", "pear", BROKEN)
    published = publish(house)
    assert published.kept == ("cases/pear.md",)
    assert ids(house) == {"apple", "pear"}


def test_the_last_good_version_outlives_further_builds_and_ends_with_its_file(house):
    publish(house)
    write(house / "corpus", "pear", BROKEN)
    publish(house)
    write(house / "corpus", "plum")
    assert publish(house).kept == ("cases/pear.md",)
    (house / "corpus/cases/pear.md").unlink()
    assert publish(house).kept == ()
    assert ids(house) == {"apple", "plum"}


def seen(house: Path, ceiling: str = "public") -> set[str]:
    """The texts of the story of pear that may be seen."""
    opened = generations.open_current(house / "indexes", ceiling)
    assert opened is not None
    return {each.text for each in opened.passages(opened.allowed(Filters(kind=("section",)))) if "pear" in each.id}


def test_but_no_more_openly_than_the_file_says_now(house):
    publish(house)
    write(house / "corpus", "pear", BROKEN, more="release: internal\n")
    assert publish(house).kept == ("cases/pear.md",)
    assert seen(house) == set()
    assert seen(house, "internal") == {"It began and it ended."}


STORY = "It opened. [@report] {#opened}\n\nIt cost a lot."


def test_nor_a_passage_that_is_stricter_now(house):
    write(house / "corpus", "pear", STORY)
    publish(house)
    assert seen(house) == {"It opened.", "It cost a lot."}
    write(house / "corpus", "pear", STORY.replace("#opened", "#opened release=workshop") + BROKEN)
    publish(house)
    assert "It opened." not in seen(house)
    assert "It opened." in seen(house, "workshop")


def test_nor_a_passage_whose_place_a_stricter_one_has_taken(house):
    write(house / "corpus", "pear", STORY)
    publish(house)
    write(house / "corpus", "pear", "It opened. [@nothing] {#opened}\n\nIt cost less. {release=internal}")
    publish(house)
    assert seen(house) == {"It opened."}
    write(house / "corpus", "pear", STORY)
    publish(house)
    assert seen(house) == {"It opened.", "It cost a lot."}


def test_not_if_its_front_matter_cannot_be_read(house):
    publish(house)
    (house / "corpus/cases/pear.md").write_text("no front matter", encoding="utf-8")
    assert publish(house).kept == ()
    assert ids(house) == {"apple"}


@pytest.fixture
def unreadable(house, monkeypatch):
    """Forbids to read pear, which the test may have changed before."""
    return lambda: monkeypatch.setattr(Path, "open", guarded({house / "corpus/cases/pear.md"}))


def test_a_file_that_cannot_be_read_is_served_as_before(house, unreadable):
    """It used to end every build."""
    publish(house)
    write(house / "corpus", "plum")
    unreadable()
    for _ in range(2):
        assert publish(house).kept == ("cases/pear.md",)
        assert ids(house) == {"apple", "pear", "plum"}
        assert seen(house) == {"It began and it ended."}


def test_but_as_internal_where_it_may_have_become_another(house, unreadable):
    publish(house)
    write(house / "corpus", "pear", "It must not be told.", more="release: internal\n")
    unreadable()
    for _ in range(2):
        assert publish(house).kept == ("cases/pear.md",)
        assert seen(house) == set()
        assert seen(house, "internal") == {"It began and it ended."}


def test_and_as_it_says_once_it_can_be_read_again(house, monkeypatch):
    first = publish(house)
    write(house / "corpus", "pear", "It was told.")
    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", guarded({house / "corpus/cases/pear.md"}))
        assert publish(house).manifest.files["cases/pear.md"][0] == ""
    assert publish(house).kept == ()
    assert seen(house) == {"It was told."}
    assert first.manifest.files["cases/pear.md"][0] != ""


def test_the_name_is_of_the_content_alone(house):
    first = publish(house)
    os.utime(house / "corpus/cases/pear.md", (1, 1))
    shutil.rmtree(house / "indexes")
    assert publish(house).manifest.name == first.manifest.name


BUILDER = """
import sys
from pathlib import Path
from sibkb import corpus, generations
from tests.tiny import TinyEncoder
house = Path(sys.argv[1])
print(generations.publish(house / "indexes", corpus.read(house / "corpus"), TinyEncoder()).encoded)
"""


def test_two_builders_wait_for_each_other(house):
    command = [sys.executable, "-c", BUILDER, str(house)]
    builders = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    encoded = sorted(int(builder.communicate(timeout=60)[0]) for builder in builders)
    assert encoded[0] == 0 < encoded[1]
    assert len(folders(house)) == 1
    assert ids(house) == {"apple", "pear"}


def test_the_manifest_says_what_it_was_made_of(house):
    name = publish(house).manifest.name
    manifest = json.loads((house / "indexes" / name / "manifest.json").read_text(encoding="utf-8"))
    assert set(manifest["files"]) == {"cases/apple.md", "cases/pear.md"}
    assert manifest["encoder_digest"] == "tiny-1"


def test_a_reader_always_opens_something_whole_while_builds_go_on(house):
    """Each build here removes the generation that a slow reader may just be opening."""
    publish(house)
    done = threading.Event()

    def build() -> None:
        for i in range(12):
            write(house / "corpus", "pear", f"Attempt number {i}.")
            publish(house)
        done.set()

    builder = threading.Thread(target=build)
    builder.start()
    while not done.is_set():
        assert ids(house) == {"apple", "pear"}
    builder.join()


def test_progress_is_told(house):
    heard = []
    published = publish(house, progress=lambda done, total: heard.append((done, total)))
    assert heard[-1] == (published.encoded, published.encoded)
