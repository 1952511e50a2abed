"""Starting the app: build if nothing is built, find a free port, hand over to Streamlit."""

import contextlib
import errno
import os
import socket
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Final

from sibkb import kb
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
    with progress() as bar:
        kb.open_kb(settings, bar, say=say)
    free = free_port(address, port)
    if free != port:
        say(f"Port {port} is taken: using {free}.")
    say(f"sibkb is at http://{'localhost' if address in ('0.0.0.0', '::') else address}:{free} — Ctrl+C ends it.")  # noqa: S104
    os.environ |= {
        "SIBKB_CORPUS": str(settings.corpus.resolve()),
        "SIBKB_INDEXES": str(settings.indexes.resolve()),
        "SIBKB_MODEL": settings.model or "",
        "SIBKB_RELEASE": settings.ceiling,
        "SIBKB_SETTINGS": str(settings.file or os.devnull),
    }
    os.chdir(_APP.parent)
    arguments = ["run", str(_APP), "--server.port", str(free), "--server.address", address]
    os.execv(sys.executable, [sys.executable, "-m", "streamlit", *arguments])  # noqa: S606


def free_port(address: str, first: int) -> int:
    """The first port from `first` on that nobody listens at."""
    last = min(first + _TRIES, 65536) - 1
    for port in range(first, last + 1):
        if _is_free(address, port):
            return port
    raise SibkbError(f"no free port from {first} to {last} at {address} — name another with --port")


def _is_free(address: str, port: int) -> bool:
    """A name such as localhost may stand for several addresses, of which the machine need not have all."""
    try:
        places = socket.getaddrinfo(address, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise _refused(address, port, error) from error
    faults = [fault for family, *_, place in places if (fault := _tried(family, place))]
    if any(fault.errno == errno.EADDRINUSE for fault in faults):
        return False
    if len(faults) == len(places):
        raise _refused(address, port, faults[0]) from faults[0]
    return True


def _tried(family: int, place: Any) -> OSError | None:
    try:
        with contextlib.closing(socket.socket(family, socket.SOCK_STREAM)) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(place)
    except OSError as error:
        return error
    return None


def _refused(address: str, port: int, error: OSError) -> SibkbError:
    return SibkbError(f"{address} cannot be used with port {port}: {error.strerror} — name another --address or --port")
