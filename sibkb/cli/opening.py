"""What commands do while a knowledge base is built or opened: say how far it is, and what is wrong."""

import contextlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sibkb.cli.printing import err, print_problems
from sibkb.errors import SibkbError
from sibkb.settings import Settings

if TYPE_CHECKING:
    from sibkb.kb import KnowledgeBase

_EVERY: Final = 512
"""Steps between two lines of progress, where there is no terminal."""


def complain(error: SibkbError, corpus: Path | None = None) -> None:
    """Say what cannot be done, and the problems it has."""
    err().print(f"sibkb: {error}", style="red")
    print_problems(getattr(error, "problems", ()), err(), prefix=corpus)


@contextlib.contextmanager
def progress(
    doing: str = "Encoding", done: str = "Encoded", what: str = "texts"
) -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal, a line now and then elsewhere; both begin with the first step of long work."""
    from rich.progress import Progress

    bar = Progress(console=err(), transient=True, disable=not sys.stderr.isatty())
    task = bar.add_task(doing, total=None)

    def heard(number: int, total: int) -> None:
        if bar.disable:
            if number % _EVERY == 0 or number == total:
                err().print(f"{done} {number} of {total} {what}.")
            return
        bar.start()
        bar.update(task, completed=number, total=total)

    try:
        yield heard
    finally:
        if bar.live.is_started:
            bar.stop()


def open_base(given: Settings) -> "KnowledgeBase":
    """Open the knowledge base, built first where it must be; say so, and where the corpus has changed since."""
    from sibkb import kb

    with progress() as heard:
        base = kb.open_kb(given, heard, say=err().print)
    if base.stale():
        err().print("The corpus has changed since the index was built: run `sibkb build`.", style="yellow")
    return base
