"""Citations `[@id; @id]` and attribute blocks `{#name .key word=value}`: pandoc's grammar, no more of it than we use.

Source of the grammar: the Pandoc User's Guide, extensions `citations` and `fenced_code_attributes`.
"""

import re
from dataclasses import dataclass
from typing import Final

_ID: Final = r"@[^\[\]\s;,]+"
_CITATION: Final = re.compile(rf"(?<!\s)\s*\[({_ID}(?:\s*;\s*{_ID})*)\]")
_UNREAD_CITATION: Final = re.compile(r"\[\s*-?@[^\[\]]*\]?")
_BLOCK: Final = re.compile(r"\s*\{([^{}]*)\}")
_OPEN_BLOCK: Final = re.compile(r"\{\s*(?:[#.][\w-]+|[A-Za-z_][\w-]*=)[^{}]*\Z")
_INNER_BLOCK: Final = re.compile(r"\{([^{}]*)\}")
_LAST_BLOCK: Final = re.compile(rf"(?<!\s)\s*\{{([^{{}}]*)\}}(?=(?:{_CITATION.pattern})*\s*\Z)")
_ATTRIBUTE: Final = re.compile(
    r"\s*(?:\#(?P<name>[a-z0-9]+(?:-[a-z0-9]+)*)|\.(?P<flag>[a-z]+)"
    r'|(?P<word>[A-Za-z_][\w-]*)=(?:"(?P<quoted>[^"]*)"|(?P<plain>[^\s"{}]+)))(?=\s|$)'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attributes:
    """One attribute block."""

    name: str | None = None
    flags: tuple[str, ...] = ()
    words: tuple[tuple[str, str], ...] = ()
    unread: str = ""
    """What could not be read, from the first wrong character on."""


def attributes(block: str) -> Attributes:
    """Read the inside of one `{…}`."""
    name: str | None = None
    flags: list[str] = []
    words: list[tuple[str, str]] = []
    text, at = block.strip(), 0
    while at < len(text):
        match = _ATTRIBUTE.match(text, at)
        if not match or (match["name"] and name):
            return Attributes(name=name, flags=tuple(flags), words=tuple(words), unread=text[at:].strip())
        at = match.end()
        if match["name"]:
            name = match["name"]
        elif match["flag"]:
            flags.append(match["flag"])
        else:
            words.append((match["word"], match["plain"] if match["quoted"] is None else match["quoted"]))
    return Attributes(name=name, flags=tuple(flags), words=tuple(words))


def without_citations(text: str) -> tuple[str, tuple[str, ...]]:
    """The text without its citations, and the cited ids in order, each once."""
    ids = [id.strip()[1:] for match in _CITATION.finditer(text) for id in match[1].split(";")]
    return _CITATION.sub("", text), tuple(dict.fromkeys(ids))


def unread_citation(text: str) -> str | None:
    """What still looks like a citation in a text whose citations were taken out."""
    match = _UNREAD_CITATION.search(text)
    return match[0] if match else None


def without_block(text: str) -> tuple[str, str | None]:
    """The text without the attribute block at its end (citations may follow it), and the block's inside."""
    match = _LAST_BLOCK.search(text)
    return (text[: match.start()] + text[match.end() :], match[1]) if match else (text, None)


def misplaced_block(text: str) -> str | None:
    """A readable attribute block left in a text whose own block was taken out."""
    for match in _INNER_BLOCK.finditer(text):
        if match[1].strip() and not attributes(match[1]).unread:
            return match[0]
    return None


def open_block(text: str) -> str | None:
    """What looks like the attribute block at the end of a text, but has no end of its own."""
    match = _OPEN_BLOCK.search(text)
    return match[0].strip() if match else None


def leading_block(text: str) -> tuple[str, str | None]:
    """The text without the attribute block at its beginning, and the block's inside."""
    match = _BLOCK.match(text)
    return (text[match.end() :], match[1]) if match else (text, None)
