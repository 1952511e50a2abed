"""Values -> HTML: words that were changed since a link to them was made, then and now."""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from html import escape
from typing import Final

from sibkb import vocabulary
from sibkb.model import Document, Passage
from sibkb.ui import links

_MADE_OF_WORDS: Final = re.compile(r"(?P<kind>[a-z]+)-(?P<version>[0-9a-f]{8})(-[0-9]+)?")
"""The name of a passage that its author gave none."""
_ALIKE: Final = 0.5
"""Share of its words that a passage has in common with what it was made of, at least."""


def version_in(name: str) -> str:
    """The fingerprint of the words that the name of a passage was made of; empty where it is an author's name."""
    match = _MADE_OF_WORDS.fullmatch(name)
    return match["version"] if match else ""


def nearest(then: Passage, passages: Sequence[Passage]) -> Passage | None:
    """What became of a passage: the one of its kind with most of its words; None where none has half of them."""
    alike = [(_share(then.text, each.text), each) for each in passages if each.kind == then.kind]
    share, found = max(alike, key=lambda each: each[0], default=(0.0, None))
    return found if share >= _ALIKE else None


def _share(one: str, other: str) -> float:
    return SequenceMatcher(None, one.split(), other.split(), autojunk=False).ratio()


def here(then: Passage | None, why: str, now: Passage) -> str:
    """That the words of a passage are not those for which the reader was sent, and both where they are known."""
    lead = "The words of this passage were changed since this link was made."
    if then is None:
        return _note(lead, f"<p>{escape(_unknown(why))}</p>")
    return _note(lead, _both(then, now))


def gone(document: Document, name: str, then: Passage | None, found: Passage | None, same: Passage | None) -> str:
    """That the passage is not here any more, what it has become, or where those of its kind (`same`) begin."""
    if then and found:
        way = f'<p><a href="{escape(links.address(document, found))}">Read it in its place</a></p>'
        return _note("The words of the passage you came for were changed since this link was made.",
                     _both(then, found) + way)  # fmt: skip
    match = _MADE_OF_WORDS.fullmatch(name)
    if match is None or same is None:
        return _note("The passage you came for is not here any more.", "<p>This is the whole document.</p>")
    kind = vocabulary.PASSAGE_KINDS[same.kind].label.lower()
    place = escape(links.address(document, same))
    way = f'<a href="{place}">the first {escape(kind)}</a>'
    lead = "The passage you came for is not here any more, or not in these words."
    return _note(lead, f"<p>This is the whole document; {way} may be a way on.</p>")


def kind_of(name: str) -> str:
    """The kind of passage that a name made of words tells; empty where it is an author's name."""
    match = _MADE_OF_WORDS.fullmatch(name)
    return match["kind"] if match else ""


def _unknown(why: str) -> str:
    said = "What it said then is not kept here"
    return f"{said}: {why.partition(' — ')[0]}." if why else f"{said}."


def _note(lead: str, rest: str) -> str:
    return f'<div class="kb-note kb-changed" role="status"><p><b>{escape(lead)}</b></p>{rest}</div>'


def _both(then: Passage, now: Passage) -> str:
    before, after = then.text.split(), now.text.split()
    codes = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    old = " ".join(_parts(before, [(tag, a, b) for tag, a, b, _, _ in codes], "del"))
    new = " ".join(_parts(after, [(tag, a, b) for tag, _, _, a, b in codes], "ins"))
    rows = (("Then, with what is gone struck out:", old), ("Now, with what is new underlined:", new))
    return f"<dl>{''.join(f'<dt>{label}</dt><dd>{words}</dd>' for label, words in rows)}</dl>"


def _parts(words: Sequence[str], spans: Sequence[tuple[str, int, int]], tag: str) -> Iterator[str]:
    """The words, escaped, with those in a tag that the other version does not have."""
    for what, start, end in spans:
        if start < end:
            text = escape(" ".join(words[start:end]))
            yield text if what == "equal" else f"<{tag}>{text}</{tag}>"
