"""Bytes of one file -> what it says. Runs in the child process: nothing here is safe from a hostile file by itself."""

from collections.abc import Mapping
from importlib import import_module
from typing import Final

from sibkb.errors import RefusedFileError
from sibkb.importing import guard
from sibkb.importing.extract import Extract

READERS: Final[Mapping[str, str]] = {
    ".csv": "table",
    ".docx": "docx",
    ".htm": "html",
    ".html": "html",
    ".md": "markdown",
    ".pdf": "pdf",
    ".srt": "transcript",
    ".txt": "text",
    ".vtt": "transcript",
    ".xlsx": "table",
}
"""Ending of a name -> the file here whose `read` takes the bytes; its library is loaded only then."""


def extracted(suffix: str, data: bytes) -> Extract:
    """Read a file by the ending of its name; a RefusedFileError says what to do where that cannot be done."""
    guard.check(suffix, data)
    reader = import_module(f"sibkb.importing.{READERS[suffix]}")
    try:
        found: Extract = reader.read(data)
    except RefusedFileError:
        raise
    except Exception as error:  # libraries raise anything at all on a damaged file
        raise RefusedFileError(
            f"this is no {suffix} file that can be read ({type(error).__name__}) — "
            "open it where it was made and save it again"
        ) from error
    if not (found.markdown.strip() or found.turns or found.sheets):
        raise RefusedFileError("there is no text in the file — save it again, with its text")
    return found
