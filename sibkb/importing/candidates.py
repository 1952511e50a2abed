"""Words that may be quotations: offered at the head of a draft, and made quotations only where a person ticks them.

The list is a remark in the front matter, so that what nobody ticks can become no passage by any way.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sibkb.importing.extract import Turn
from sibkb.importing.front import comment
from sibkb.importing.plain import escaped, escaped_starts

_FEWEST: Final = 4
"""Words; fewer are a term or an answer, seldom a quotation."""
_QUOTED: Final = re.compile(r"“[^“”]+”|„[^„“]+“|«[^«»]+»|(?<!\w)\"[^\"]+\"(?!\w)")
_WHO: Final = r"((?:[^\W\d_a-z][\w.’'-]*)(?: (?:of|de|van|von|[^\W\d_a-z][\w.’'-]*)){0,4})"
_SAYS: Final = r"(?:said|says|told us|explained|recalled|added|wrote|remembered)"
_AFTER: Final = re.compile(rf"[,.]?\s*(?:{_SAYS} {_WHO}|{_WHO} {_SAYS}\b)")
_BEFORE: Final = re.compile(rf"{_WHO} {_SAYS}(?: that)?[:,]?\s*$")
_NOBODYS: Final = frozenset({"He", "She", "They", "We", "I", "It", "One", "You", "Who"})
_HEAD: Final = (
    "# Candidates for quotations. Put an x between the brackets, [x], where the words are to be a quotation, and",
    "# correct who said it and the theme. sibkb accept makes these quotations and leaves the others out.",
)
_BOX: Final = re.compile(r"#\s*\[([^\]]*)\]\s*(.*\S)\s*")
_SAID: Final = re.compile(r"#\s*who:\s*(.*?)\s*(?:;\s*theme:\s*(.*?)\s*(?:;.*)?)?")
_SOURCE: Final = re.compile(r"\s*-\s*\{?\s*id:\s*([a-z0-9-]+)")
_NOBODY: Final = "speaker not stated"
_NO_THEME: Final = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Words that may be a quotation."""

    text: str
    """As they stand in the text, with its quotation marks."""
    speaker: str | None
    line: int
    """In the draft, counted from 1."""
    theme: str | None = None
    """That of the passages that are nearest in meaning; a suggestion."""
    like: str | None = None
    """Id of the nearest passage with that theme."""


Suggest = Callable[[Sequence[str]], Sequence[tuple[str, str] | None]]
"""Texts -> for each a theme and the passage it was taken from, None where none can be told."""


def no_theme(texts: Sequence[str]) -> list[None]:
    """What is suggested where there is no index: nothing."""
    return [None] * len(texts)


def candidates(text: str, turns: Sequence[Turn], suggest: Suggest) -> tuple[Candidate, ...]:
    """What stands between quotation marks, then what speakers say; `text` ends with a line a turn, lines blank between.

    Lines are those of `text`, counted from 1.
    """
    first = len(text.split("\n")) - 2 * len(turns) + 2
    said = (Candidate(text=" ".join(turn.text.split()), speaker=turn.speaker, line=first + 2 * number)
            for number, turn in enumerate(turns))  # fmt: skip
    body = "\n".join(text.split("\n")[: first - 1]) if turns else text
    found = [each for each in (*_between_marks(body), *said) if len(each.text.split()) >= _FEWEST]
    suggested = suggest([each.text for each in found]) if found else ()
    return tuple(replace(each, theme=told[0], like=told[1]) if told else each
                 for each, told in zip(found, suggested, strict=True))  # fmt: skip


def _between_marks(text: str) -> Iterator[Candidate]:
    for match in re.finditer(r"(?:[^\n]*\S[^\n]*(?:\n|\Z))+", text):
        paragraph = re.sub(r"\\(?=\W)|\*\*", "", match[0])
        if paragraph.startswith(("#", "|", "```")):
            continue
        for found in _QUOTED.finditer(paragraph):
            line = text.count("\n", 0, match.start()) + paragraph.count("\n", 0, found.start()) + 1
            speaker = _speaker(paragraph[: found.start()], paragraph[found.end() :])
            yield Candidate(text=" ".join(found[0].split()), speaker=speaker, line=line)


def _speaker(before: str, after: str) -> str | None:
    """Whom the sentence around a quotation names as its speaker."""
    if match := _AFTER.match(after) or _BEFORE.search(before):
        name = str(next(filter(None, match.groups()))).rstrip(".")
        return None if name in _NOBODYS else name
    return None


def listed(found: Sequence[Candidate]) -> str:
    """The list for the front matter, two lines a candidate; empty where there is none."""
    if not found:
        return ""
    lines = [*_HEAD]
    for each in found:
        who = (each.speaker or _NOBODY).replace(";", ",")
        like = f"; like {each.like}" if each.like else ""
        lines += [comment(f"[ ] {each.text}"),
                  comment(f"who: {who}; theme: {each.theme or _NO_THEME}; line {each.line}{like}")]  # fmt: skip
    return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """A draft without its list of candidates."""

    text: str
    lines: tuple[int, ...]
    """For each line of the text, which line of the draft it comes from."""
    taken: int
    """How many became quotations."""
    left: tuple[str, ...]
    """The words of those that nobody ticked."""


def settled(text: str) -> Settled:
    """Make quotations of what is ticked, leave the rest out, and take the list away."""
    lines = list(enumerate(text.split("\n"), 1))
    end = next((number for number, line in lines[1:] if line.rstrip() == "---"), 0)
    kept, quotes, left = [], [], []
    source = next((match[1] for _, line in lines[:end] if (match := _SOURCE.match(line))), "document")
    rest = iter(lines[:end])
    for number, line in rest:
        box = _BOX.fullmatch(line.rstrip())
        said = _SAID.fullmatch(lines[number][1].rstrip()) if box and number < end else None
        if not (box and said):
            kept += [] if line.rstrip() in _HEAD else [(number, line)]
            continue
        next(rest)
        if box[1].strip():
            quotes.append((number, _quote(box[2], said[1] or _NOBODY, said[2], source)))
        else:
            left.append(box[2])
    whole = _with([*kept, *lines[end:]], quotes)
    return Settled(text="\n".join(line for _, line in whole), lines=tuple(number for number, _ in whole),
                   taken=len(quotes), left=tuple(left))  # fmt: skip


def _quote(text: str, who: str, theme: str | None, source: str) -> list[str]:
    attributes = f' {{theme="{theme}"}}' if theme and theme != _NO_THEME else ""
    return ["", f"> {escaped_starts(escaped(text))}", ">", f"> — {escaped(who)}{attributes} [@{source}]"]


def _with(lines: list[tuple[int, str]], quotes: list[tuple[int, list[str]]]) -> list[tuple[int, str]]:
    """The lines with these quotations, at the end of their heading, which is added where it is missing."""
    if not quotes:
        return lines
    new = [(number, line) for number, quote in quotes for line in quote]
    heading = next((at for at, (_, line) in enumerate(lines) if line.rstrip() == "## In their words"), None)
    if heading is None:
        last = lines[-1][0]
        return [*lines, (last, "## In their words"), *new, (last, "")]
    after = next((at for at in range(heading + 1, len(lines)) if lines[at][1].startswith("## ")), len(lines))
    return [*lines[:after], *new, (new[-1][0], ""), *lines[after:]]
