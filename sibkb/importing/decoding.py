"""Bytes of a text file -> its text, whichever of the usual encodings it was saved in."""

import codecs
import re
from collections.abc import Mapping
from typing import Final

from sibkb.importing.extract import Lost

_MARKS: Final[Mapping[bytes, str]] = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_INVISIBLE: Final = re.compile("[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
"""What no text should hold: control characters, lone surrogates, byte order marks."""
_GUESSED: Final = "the encoding: it is not UTF-8 and was read as Windows-1252; look at letters with accents"
_LINE_ENDS: Final = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")


def decoded(data: bytes) -> tuple[str, tuple[Lost, ...]]:
    """The text, lines ended by a line feed, and a note where the encoding is a guess or characters were dropped."""
    encoding = next((name for mark, name in _MARKS.items() if data.startswith(mark)), "utf-8")
    try:
        return cleaned(data.decode(encoding))
    except UnicodeDecodeError:
        text, lost = cleaned(data.decode("cp1252", errors="replace"))
        return text, (Lost(where="the whole file", what=_GUESSED), *lost)


def cleaned(text: str) -> tuple[str, tuple[Lost, ...]]:
    """The text without characters that cannot be seen, and a note of how many there were."""
    text, dropped = _INVISIBLE.subn(" ", _LINE_ENDS.sub("\n", text))
    note = Lost(where="the whole file", what=f"characters that cannot be seen: {dropped}")
    return text, (note,) if dropped else ()
