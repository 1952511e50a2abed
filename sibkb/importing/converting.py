"""A path -> what the file says, read in a child process that may take only so much time and memory."""

import json
import os
import subprocess
import sys
from pathlib import Path, PurePath
from typing import Any, Final

from sibkb.errors import RefusedFileError
from sibkb.importing import guard
from sibkb.importing.extract import Extract, Lost, Row, Sheet, Turn
from sibkb.importing.reading import READERS

SECONDS: Final = 60.0
"""A conversion that takes longer is given up."""
MEMORY: Final = 1 << 30
"""Bytes that a conversion may address."""
_ROOT: Final = Path(__file__).resolve().parents[2]
_OLD: Final = {".doc": ".docx", ".docm": ".docx", ".odt": ".docx", ".rtf": ".docx", ".pages": ".docx", ".xls": ".xlsx"}


def convert(path: Path, *, seconds: float = SECONDS, memory: int = MEMORY) -> Extract:
    """Read one file; a RefusedFileError names it and says what is wrong and what to do."""
    try:
        suffix = _suffix(path.name)
        return _converted(suffix, _bytes(path), seconds, memory)
    except RefusedFileError as error:
        raise RefusedFileError(f"{_shown(path)}: {error}") from error


def convert_sent(name: str, data: bytes) -> Extract:
    """Read a file that somebody sent: of its name only the ending matters; a RefusedFileError says what to do."""
    return _converted(_suffix(name), data, SECONDS, MEMORY)


def _shown(path: Path) -> str:
    """The path without characters that would turn a line of text around."""
    return "".join(each if each.isprintable() else "�" for each in str(path))


def _suffix(name: str) -> str:
    """The ending of a name, if files of that ending are read."""
    suffix = PurePath(name).suffix.lower()
    if suffix not in READERS:
        fix = f"save it as {_OLD[suffix]}" if suffix in _OLD else f"these are read: {', '.join(sorted(READERS))}"
        raise RefusedFileError(f"a file whose name ends in `{suffix}` is not read — {fix}")
    return suffix


def _bytes(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise RefusedFileError("there is no such file — look at its name and folder")
        with path.open("rb") as file:
            return file.read(guard.MAX_BYTES + 1)  # one more than is taken, and the guard says so
    except OSError as error:
        raise RefusedFileError(f"it cannot be read: {error.strerror} — see to its rights and its name") from error


def _converted(suffix: str, data: bytes, seconds: float, memory: int) -> Extract:
    paths = [str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    try:
        done = subprocess.run(  # noqa: S603  our own program
            [sys.executable, "-P", "-B", "-m", "sibkb.importing.child", suffix, str(memory)],
            input=data,
            capture_output=True,
            check=False,
            timeout=seconds,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
        )
    except subprocess.TimeoutExpired as error:
        raise RefusedFileError(
            f"it could not be read in {seconds:g} seconds — split it, or copy its text into a new document"
        ) from error
    if done.returncode:
        raise RefusedFileError("it could not be read: reading it failed — copy its text into a new document")
    return _answer(json.loads(done.stdout))


def _answer(answer: dict[str, Any]) -> Extract:
    if "refused" in answer:
        raise RefusedFileError(answer["refused"])
    found = answer["extract"]
    return Extract(
        title=found["title"],
        markdown=found["markdown"],
        lost=tuple(Lost(**each) for each in found["lost"]),
        turns=tuple(Turn(**each) for each in found["turns"]),
        sheets=tuple(
            Sheet(name=each["name"], rows=tuple(Row(number=n["number"], cells=tuple(n["cells"])) for n in each["rows"]))
            for each in found["sheets"]
        ),
    )
