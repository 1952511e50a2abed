"""Plain text -> an extract: its paragraphs, with nothing in them taken for markup."""

import re

from sibkb.importing.decoding import decoded
from sibkb.importing.extract import Extract
from sibkb.importing.plain import escaped, escaped_starts


def read(data: bytes) -> Extract:
    """Read a text file; where it has no blank line, each line is a paragraph."""
    text, lost = decoded(data)
    text = "\n".join(line.strip() for line in text.strip().split("\n"))
    if "\n\n" not in text:
        text = text.replace("\n", "\n\n")
    return Extract(title=None, markdown=re.sub(r"\n{3,}", "\n\n", escaped_starts(escaped(text))), lost=lost)
