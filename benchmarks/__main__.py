"""`python -m benchmarks [names]`: prints Markdown tables; without names, all of them."""

import argparse
import contextlib
import os
import platform
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from benchmarks import app, faults, load, ranking, speed
from sibkb import kb, vocabulary
from sibkb.settings import Settings

BENCHMARKS: Final[Mapping[str, Callable[[Settings, argparse.Namespace], Iterator[str]]]] = {
    "query": lambda settings, _: speed.query(settings),
    "cold": lambda settings, _: speed.cold(settings),
    "build": lambda settings, _: speed.build(settings),
    "app": lambda settings, _: app.start(settings),
    "pages": lambda settings, _: app.pages(settings),
    "load": lambda settings, given: load.readers(settings, load.Options.of(given)),
    "ceiling": lambda settings, given: load.ceiling(settings, load.Options.of(given)),
    "faults": lambda settings, given: faults.faults(settings, given.kills),
    "ranking": lambda settings, given: ranking.table(settings.corpus, given.collections),
    "tuning": lambda settings, given: ranking.tuned(settings.corpus, given.collections),
}


def main(arguments: list[str] | None = None) -> None:
    """Run the named benchmarks."""
    given = _arguments(arguments)
    print(_machine(), flush=True)
    wanted = Settings.from_environment()
    vocabulary.adopt(wanted.words)
    with copied(wanted) as settings:
        for name in given.names or BENCHMARKS:
            print(f"\n## {name}\n", flush=True)
            for line in BENCHMARKS[name](settings, given):
                print(line, flush=True)


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", help=f"any of: {', '.join(BENCHMARKS)}")
    default = Path(os.environ.get("SIBKB_COLLECTIONS", "collections"))
    parser.add_argument("--collections", type=Path, default=default, help="folder of test collections in BEIR form")
    parser.add_argument("--kills", type=int, default=faults.KILLS, help="how often the benchmark of faults kills")
    load.add_options(parser.add_argument_group("load and ceiling"))
    given = parser.parse_args(arguments)
    if unknown := [name for name in given.names if name not in BENCHMARKS]:
        parser.error(f"there is no benchmark `{unknown[0]}` — use one of: {', '.join(BENCHMARKS)}")
    return given


def _machine() -> str:
    """What figures depend on, in words; above the number of cores, others slow us down."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    system = platform.freedesktop_os_release()["PRETTY_NAME"]
    return (
        f"{datetime.now(UTC):%d %B %Y}, {os.cpu_count()} cores, {memory:.0f} GB, {system}, "
        f"Python {platform.python_version()}; {os.getloadavg()[0]:.1f} processes running or waiting"
    )


@contextlib.contextmanager
def copied(settings: Settings) -> Iterator[Settings]:
    """A copy of the corpus with its index, so that measuring writes nothing where people work."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:  # as in `variants.rank`
        given = replace(settings, corpus=Path(folder) / "corpus", indexes=Path(folder) / "indexes")
        shutil.copytree(settings.corpus, given.corpus)
        with contextlib.suppress(OSError):  # none is built yet, or one is removed meanwhile: then all is encoded
            shutil.copytree(settings.indexes, given.indexes)
        kb.build(given)
        yield given


if __name__ == "__main__":
    main()
