"""A file without one of its passages: the smallest edit that leaves the rest as it was, or why there is none.

Several edits are tried, the smallest first, and each is read back: only that passage may be gone.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from sibkb.errors import CorpusError
from sibkb.model import Document, Passage, Problem
from sibkb.parsing.file import Parsed, parse
from sibkb.strict_yaml import Located, StrictYamlError, load

_LINE: Final = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")
"""A line with its end, as the parser counts them."""
_UPWARDS: Final = 3
"""Lines that go with a row of the front matter at most: itself, its key where the list would be empty, `parties`."""


def alike(id: str, passages: Sequence[Passage]) -> tuple[Passage, ...]:
    """The passage of that id and, as its id would pass on to them, its exact repeats; empty where there is none."""
    found = next((each for each in passages if each.id == id), None)
    if found is None:
        return ()
    repeats = re.compile(re.escape(re.sub(r"(-[0-9a-f]{8})-\d+$", r"\1", id)) + r"(-\d+)?")
    return tuple(each for each in passages if each.text == found.text and repeats.fullmatch(each.id))


def without(path: str, data: bytes, id: str) -> tuple[bytes, tuple[Passage, ...]]:
    """The file without a passage and its exact repeats, and these; a CorpusError says why that cannot be."""
    parsed = parse(path, data)
    if parsed.document is None:
        raise CorpusError(f"{path} has problems of its own — mend them first, then withdraw", parsed.problems)
    removed = alike(id, parsed.passages)
    for passage in reversed(removed):
        data = _without_one(path, data, passage.id)
    return data, removed


def _without_one(path: str, data: bytes, id: str) -> bytes:
    """The repeats are taken out from the last, so that no id passes on before the end."""
    parsed = parse(path, data)
    rest = [each for each in parsed.passages if each.id != id]
    passage = next(each for each in parsed.passages if each.id == id)
    why: tuple[Problem, ...] = ()
    for candidate in _candidates(data, parsed, passage):
        tried = parse(path, candidate)
        if tried.document and _same(rest, tried.passages) and _same_head(parsed.document, tried.document):
            return candidate
        why = why or tried.problems
    raise CorpusError(
        f"`{passage.id}` cannot be taken out of {path} with nothing else changed — take it out by hand so that "
        f"`sibkb check` finds nothing wrong, then withdraw it again; or withdraw {passage.document_id} as a whole",
        why,
    )


def _same(rest: Sequence[Passage], after: Sequence[Passage]) -> bool:
    return [replace(each, lines=(0, 0)) for each in rest] == [replace(each, lines=(0, 0)) for each in after]


def _same_head(before: Document | None, after: Document) -> bool:
    """Whether the front matter still says the same of what has no passages of its own."""
    whole = {"digest": "", "summary": "", "passage_ids": (), "parties": (), "entries": ()}
    return before is not None and replace(before, **whole) == replace(after, **whole)  # type: ignore[arg-type]


def _candidates(data: bytes, parsed: Parsed, passage: Passage) -> Iterator[bytes]:
    text = data.decode("utf-8")
    lines = _LINE.findall(text)
    first, last = passage.lines
    if passage.id in parsed.ends:
        yield "".join(_cut(lines, first, parsed.ends[passage.id])).encode()
        return
    beside = [each for each in parsed.passages if each.lines == passage.lines and each.id not in parsed.ends]
    if len(beside) > 1:
        shorter = _without_item(lines[first - 1], beside.index(passage), len(beside))
        yield "".join([*lines[: first - 1], shorter, *lines[first:]]).encode()
        return
    for above in range(_UPWARDS):
        yield "".join([*lines[: first - 1 - above], *lines[last:]]).encode()


def _cut(lines: Sequence[str], first: int, last: int) -> list[str]:
    """The lines without some, and without one of two blank lines that would then meet."""
    before, after = list(lines[: first - 1]), list(lines[last:])
    if before and not before[-1].strip() and (not after or not after[0].strip()):
        before.pop()
    return [*before, *after]


def _without_item(line: str, number: int, count: int) -> str:
    """A line such as `providers: [One, Two]` without one of its items; as it was where it is no such line."""
    try:
        located = load(line.rstrip("\r\n"))
    except StrictYamlError:
        return line
    starts = _starts(located)
    if len(starts) != count:
        return line
    if number + 1 < count:
        return line[: starts[number]] + line[starts[number + 1] :]
    comma = line.rindex(",", starts[number - 1], starts[number])
    return line[:comma] + line[line.rindex("]") :]


def _starts(located: Located) -> list[int]:
    """Where the items of the one list of a line begin, counted from 0."""
    places = [(path, place) for path, place in located.places.items() if path and isinstance(path[-1], int)]
    return [column - 1 for path, (_, column) in places if len(path) == 2]
