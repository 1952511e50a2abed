"""Markdown -> an extract: the text as it is."""

import re
from typing import Final

from sibkb.importing.decoding import decoded
from sibkb.importing.extract import Extract, Lost

_PICTURE: Final = re.compile(r"!\[([^\]]*)\]\([^)\s]*[^)]*\)")


def read(data: bytes) -> Extract:
    """Read a Markdown file; a picture leaves the words that describe it."""
    text, lost = decoded(data)
    pictures = tuple(
        Lost(where=f"line {number}", what=f"a picture; its description is kept: “{match[1]}”")
        for number, line in enumerate(text.split("\n"), 1)
        for match in _PICTURE.finditer(line)
    )
    return Extract(title=None, markdown=text.strip("\n"), lost=(*lost, *pictures))
