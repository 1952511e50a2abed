"""What a passage said before its words were changed, from the copies and the commits of its file."""

import time
from pathlib import Path
from typing import Final

from sibkb.corpus import history
from sibkb.model import Passage, visible
from sibkb.parsing import parse
from sibkb.words import fingerprint

VERSIONS: Final = 50
"""Versions of a file that are looked through, the newest first."""
SECONDS: Final = 0.7
"""How long a reader may be kept waiting for it."""


def reworded(folder: Path, path: str, id: str, version: str, ceiling: str) -> Passage | None:
    """The passage of that id whose words have that fingerprint, in an earlier version of its file.

    None where there is none that may be seen; a SibkbError where git cannot tell. What somebody has since made less
    open must not come back by this way, so nothing is looked for in a file that now holds what may not be seen, or
    that cannot be read.
    """
    now = parse(path, _data(folder / path))
    if now.document is None or not all(visible(ceiling, each.release) for each in now.passages):
        return None
    end = time.monotonic() + SECONDS
    for data in history.earlier(folder, path, VERSIONS, SECONDS):
        for each in parse(path, data).passages:
            if each.id == id and fingerprint(each.text) == version:
                return each if visible(ceiling, each.release) else None
        if time.monotonic() > end:
            return None
    return None


def _data(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
