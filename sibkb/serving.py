"""Starting the app: build if nothing is built, find a free port, hand over to Streamlit."""

import contextlib
import os
import socket
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final

from sibkb import generations, kb
from sibkb.encoder import Progress
from sibkb.errors import SibkbError
from sibkb.settings import Settings

_APP: Final = Path(__file__).resolve().parent.parent / "app.py"
_TRIES: Final = 50


def serve(
    settings: Settings,
    address: str,
    port: int,
    say: Callable[[str], None],
    progress: Callable[[], AbstractContextManager[Progress]],
) -> None:
    """Replace this process by the app; returns only by an error."""
    if generations.current(settings.indexes) is None:
        say("Building the index: a minute or two, the first time only.")
    with progress() as bar:
        kb.open_kb(settings, bar)
    free = free_port(address, port)
    if free != port:
        say(f"Port {port} is taken: using {free}.")
    say(f"sibkb is at http://{'localhost' if address in ('0.0.0.0', '::') else address}:{free} — Ctrl+C ends it.")  # noqa: S104
    os.environ |= {
        "SIBKB_CORPUS": str(settings.corpus.resolve()),
        "SIBKB_INDEXES": str(settings.indexes.resolve()),
        "SIBKB_MODEL": settings.model or "",
        "SIBKB_RELEASE": settings.ceiling,
    }
    os.chdir(_APP.parent)
    arguments = ["run", str(_APP), "--server.port", str(free), "--server.address", address]
    os.execv(sys.executable, [sys.executable, "-m", "streamlit", *arguments])  # noqa: S606


def free_port(address: str, first: int) -> int:
    """The first port from `first` on that nobody listens at."""
    for port in range(first, min(first + _TRIES, 65536)):
        with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((address, port))
            except OSError:
                continue
            return port
    raise SibkbError(f"no free port from {first} to {first + _TRIES - 1} at {address} — name another with --port")
