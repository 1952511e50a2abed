"""What is left when things break: builders killed, disks full, folders gone, with a reader asking all along.

Each fault happens to a copy of a part of the corpus. A reader in a process of its own asks over and over, taking up
each new generation; afterwards nothing may be half written, and one more build must give what one from nothing gives.
"""

import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

from sibkb import corpus, engine, generations, kb
from sibkb.errors import SibkbError
from sibkb.settings import Settings

KILLS: Final = 201
FILES: Final = 8
"""Cases in the copy, the shortest ones: what breaks does not depend on how many there are."""
SEED: Final = 20260710
COMMAND: Final = """
import sys
from sibkb import encoder, engine, generations, kb
from sibkb.cli import main
print("ready", flush=True)
main(sys.argv[1:])
"""
READER: Final = """
import sys, time
from pathlib import Path
from sibkb import kb
from sibkb.model import Query
from sibkb.settings import Settings
settings = Settings(corpus=Path(sys.argv[1]), indexes=Path(sys.argv[2]))
base, asked, failed = kb.open_kb(settings), 0, []
base.warm()
print("ready", flush=True)
stop = Path(sys.argv[3])
while not stop.exists():
    try:
        if not base.is_current():
            base = kb.open_kb(settings, encoder=base.encoder)
        if not base.search(Query(text="who did the legwork")).hits:
            failed.append("no hits")
    except Exception as error:
        failed.append(repr(error))
    asked += 1
    time.sleep(0.02)
print(asked, len(failed), *failed[:1])
"""
CASE: Final = """---
title: Fictional bond {number}
kind: case
countries: [GB]
sector: other
stage: delivering
sources:
  - {{id: report, title: A fictional report, publisher: Nobody, read: whole}}
---

The fictional bond {number} is made up, and nobody did the legwork. [@report]
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """A corpus and its indexes that may be broken."""

    folder: Path

    @property
    def settings(self) -> Settings:
        return Settings(corpus=self.folder / "corpus", indexes=self.folder / "indexes")

    def command(self, *arguments: str) -> list[str]:
        """A command of ours that says `ready` before it begins."""
        given = ["--corpus", str(self.settings.corpus), "--indexes", str(self.settings.indexes)]
        return [sys.executable, "-c", COMMAND, *given, *arguments]

    def change(self, number: int) -> None:
        """Another case, as an editor would save it."""
        aside = self.settings.corpus / f".{number}"
        aside.write_text(CASE.format(number=number), encoding="utf-8")
        aside.replace(self.settings.corpus / "cases" / f"fictional-{number % 3}.md")


def faults(settings: Settings, kills: int = KILLS) -> Iterator[str]:
    """A table: what broke, how often, how many questions were asked meanwhile, and what was wrong afterwards."""
    chance = random.Random(SEED)  # noqa: S311, chance, not a secret
    yield "| what happens | times | questions meanwhile | of them failed | half written | the next build |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for name, (times, fault) in FAULTS.items():
        yield _row(settings, name, times or max(1, kills // 3), partial(fault, chance))


def _row(settings: Settings, name: str, times: int, fault: Callable[[House, int], str | None]) -> str:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        house = _house(settings, Path(folder))
        with _reader(house) as said:
            skipped = [why for number in range(times) if (why := fault(house, number))]
        asked, failed, *first = said[0].split(maxsplit=2)
        if skipped:
            return f"| {name} | not tried: {skipped[0]} | | | | |"
        told = f"{failed} ({first[0]})" if first else failed
        return f"| {name} | {times} | {asked} | {told} | {_half(house)} | {_next(house)} |"


def _house(settings: Settings, folder: Path) -> House:
    house = House(folder=folder)
    cases = sorted((settings.corpus / "cases").glob("*.md"), key=lambda path: path.stat().st_size)[:FILES]
    (house.settings.corpus / "cases").mkdir(parents=True)
    for path in cases:
        shutil.copy(path, house.settings.corpus / "cases")
    for problem in corpus.read(house.settings.corpus).problems:  # a part whose whole is not here
        (house.settings.corpus / problem.path).unlink(missing_ok=True)
    house.change(KILLS)  # there is something to find
    kb.build(house.settings)
    return house


@contextlib.contextmanager
def _reader(house: House) -> Iterator[list[str]]:
    """A reader who asks until the end; what it said then."""
    stop, said = house.folder / "stop", list[str]()
    given = [sys.executable, "-c", READER, str(house.settings.corpus), str(house.settings.indexes), str(stop)]
    with subprocess.Popen(given, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        process.stdout.readline()
        try:
            yield said
        finally:
            stop.touch()
            said.append(process.stdout.read().strip() or "0 1 the reader ended early")


# What happens


def _killed(command: str, chance: random.Random, house: House, number: int) -> None:
    """Begin a command after a change and kill it at a random moment of the time that it takes."""
    house.change(number)
    with _begun(house, command) as process:
        time.sleep(chance.random() * _TAKES)
        process.send_signal(signal.SIGKILL)


_TAKES: Final = 1.2
"""Seconds in which a build of the copy is done, after all is imported."""


def _accept_killed(chance: random.Random, house: House, number: int) -> None:
    drafts = house.settings.corpus / "drafts"
    drafts.mkdir(exist_ok=True)
    (drafts / f"accepted-{number}.md").write_text(CASE.format(number=number), encoding="utf-8")
    with _begun(house, "accept", f"accepted-{number}") as process:
        time.sleep(chance.random() * _TAKES / 4)
        process.send_signal(signal.SIGKILL)


@contextlib.contextmanager
def _begun(house: House, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    """A command that has imported what it needs and now does its work."""
    quiet = subprocess.DEVNULL
    with subprocess.Popen(house.command(*arguments), stdout=subprocess.PIPE, stderr=quiet, text=True) as process:
        assert process.stdout
        process.stdout.readline()
        yield process
        process.wait()


def _two_builders(_: random.Random, house: House, number: int) -> None:
    house.change(number)
    quiet = subprocess.DEVNULL
    both = [subprocess.Popen(house.command("build"), stdout=quiet, stderr=quiet) for _ in range(2)]
    if failed := [each.returncode for each in both if each.wait()]:
        raise SibkbError(f"a builder ended with {failed[0]}")


def _full(_: random.Random, house: House, number: int) -> str | None:
    """A disk of its own for the indexes, with room for what is there and half as much again."""
    disk, indexes = house.folder / "disk", house.settings.indexes
    disk.mkdir()
    size = sum(path.stat().st_size for path in indexes.rglob("*") if path.is_file())
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size * 3 // 2}", "tmpfs", str(disk)]
    if os.geteuid() or subprocess.run(mount, check=False, capture_output=True).returncode:
        return "no small disk can be mounted here"
    try:
        full = replace(house.settings, indexes=disk / "indexes")
        shutil.copytree(indexes, full.indexes)
        before = generations.current(full.indexes)
        house.change(number)
        given = ["--corpus", str(full.corpus), "--indexes", str(full.indexes), "build"]
        done = subprocess.run([sys.executable, "-m", "sibkb", *given], check=False, capture_output=True, text=True)
        if "No space left on device" not in done.stderr or generations.current(full.indexes) != before:
            return f"the build ended with {done.returncode}: {done.stderr.strip()[-200:]}"
        engine.check(full.indexes / str(before))
    finally:
        subprocess.run(["umount", str(disk)], check=False)
    return None


def _deleted(_: random.Random, house: House, number: int) -> None:
    """The folder goes, at once, while a reader has a generation of it open, who then builds it anew."""
    house.change(number)
    shutil.rmtree(house.settings.indexes.rename(house.folder / "gone"))
    while generations.current(house.settings.indexes) is None:
        time.sleep(0.05)


def _clock_back(_: random.Random, house: House, number: int) -> None:
    """Files that are younger than now, and a change that is older than the last build."""
    house.change(number)
    for path in house.settings.corpus.rglob("*.md"):
        then = path.stat().st_mtime - 365 * 86400
        os.utime(path, (then, then))
    kb.build(house.settings)


Fault = Callable[[random.Random, House, int], str | None]
"""Does it, with chance, to a house for the time of that number; says why where it cannot."""
FAULTS: Final[dict[str, tuple[int, Fault]]] = {
    "a builder is killed": (0, partial(_killed, "build")),
    "an accepting command is killed": (0, _accept_killed),
    "a watcher is killed": (0, partial(_killed, "watch")),
    "two builders begin at once": (5, _two_builders),
    "the disk is full": (1, _full),
    "indexes/ is deleted": (1, _deleted),
    "the clock is set back a year": (3, _clock_back),
}
"""What happens -> how many times (0: a third of the kills), and how."""


# What is wrong afterwards


def _half(house: House) -> int:
    """Files of the corpus and generations that are not whole."""
    broken = {problem.path for problem in corpus.read(house.settings.corpus).problems}
    whole = 0
    names = [path for path in house.settings.indexes.iterdir() if path.is_dir() and not path.name.startswith(".")]
    for path in names:
        with contextlib.suppress(Exception):
            engine.check(path)
            whole += 1
    return len(broken) + len(names) - whole


def _next(house: House) -> str:
    """Whether one more build gives what a build from nothing gives, and leaves nothing behind."""
    built = kb.build(house.settings).published.manifest
    anew = kb.build(replace(house.settings, indexes=house.folder / "anew")).published.manifest
    left = [path.name for path in house.settings.indexes.iterdir() if path.name[0] == "." and path.name != ".lock"]
    same = (built.name, built.passages, built.parts) == (anew.name, anew.passages, anew.parts)
    return "right" if same and not left else f"wrong: {built.name}, {anew.name}, left {left}"
