"""What was withdrawn: the text of its list -> tombstones, or every problem; and who still uses what they name.

A tombstone holds an id, a date and a reason, and no word of what was withdrawn.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Final

from sibkb.model import STRICTNESS, Problem, Tombstone
from sibkb.strict_yaml import Located, Path, StrictYamlError, Value, load

CODES: Final[Mapping[str, str]] = {
    "X001": "the list of what was withdrawn is not in the YAML we read",
    "X002": "an entry that does not say what was withdrawn, when and why",
    "X003": "an id that was withdrawn twice",
    "X004": "what was withdrawn stands in a file",
    "X005": "something uses what was withdrawn",
}
"""Code -> what is wrong, in `withdrawn.yaml` or because of it."""
UNREAD: Final = "X001"
"""The code of a list of which nothing can be read."""
_KEYS: Final = ("id", "date", "reason")
_RELEASE: Final = "release"
_PART: Final = r"[a-z0-9]+(-[a-z0-9]+)*"
_ID: Final = re.compile(rf"{_PART}(\.{_PART})?")
_BEGIN: Final = "begin each with `- id: my-case.lesson-1a2b3c4d`, then date and reason"
_HEAD: Final = """\
# What was taken out of the knowledge base for good, and may not come back: `sibkb withdraw` adds to this list. It holds
# no word of what was withdrawn. Do not remove an entry: links that lead there tell its date and reason.
"""


def tombstone(id: str, withdrawn: Mapping[str, Tombstone]) -> Tombstone | None:
    """What says that a document or a passage was withdrawn; with a document all of its passages are."""
    return withdrawn.get(id) or withdrawn.get(id.partition(".")[0])


def read(path: str, text: str | None) -> tuple[dict[str, Tombstone], list[Problem]]:
    """Id -> tombstone, and all that is wrong; an entry with an id counts, whatever else is wrong with it."""
    try:
        located = load(text or "")
    except StrictYamlError as error:
        return {}, [_problem(path, error.place, UNREAD, str(error), error.fix)]
    if not isinstance(located.value, list | None):
        return {}, [_problem(path, (1, 1), UNREAD, "a list is wanted here", _BEGIN)]
    found: dict[str, Tombstone] = {}
    problems: list[Problem] = []
    for i, entry in enumerate(located.value or ()):
        problems += [_problem(path, located.place((i, *at)), *fault) for at, fault in _faults(entry)]
        if each := _tombstone(entry):
            if each.id in found:
                place = located.place((i, "id"))
                problems.append(_problem(path, place, "X003", f"`{each.id}` was withdrawn already", "keep one of them"))
            found.setdefault(each.id, each)
    return found, problems


def _problem(path: str, place: tuple[int, int], code: str, message: str, fix: str) -> Problem:
    return Problem(path=path, line=place[0], column=place[1], code=code, message=message, fix=fix)


def _tombstone(entry: Value) -> Tombstone | None:
    if not isinstance(entry, dict) or not isinstance(id := entry.get("id"), str) or not _ID.fullmatch(id):
        return None
    release = entry.get(_RELEASE, STRICTNESS[0])
    return Tombstone(
        id=id,
        date=str(entry.get("date") or ""),
        reason=" ".join(str(entry.get("reason") or "").split()),
        release=release if isinstance(release, str) and release in STRICTNESS else STRICTNESS[-1],
    )


def _faults(entry: Value) -> Iterator[tuple[Path, tuple[str, str, str]]]:
    """Where in the entry, and code, what is wrong, what to do."""
    if not isinstance(entry, dict):
        yield (), ("X002", "this does not say what was withdrawn", _BEGIN)
        return
    for key in entry:
        if key not in (*_KEYS, _RELEASE):
            yield (
                (key, "key"),
                ("X002", f"unknown key `{key}`", f"use {', '.join(_KEYS)}, and {_RELEASE} where it had one"),
            )
    for key, (good, fix) in _VALUES.items():
        value = entry.get(key, None if key in _KEYS else STRICTNESS[0])
        if key not in entry and key in _KEYS:
            yield (), ("X002", f"`{key}` is missing", f"add `{key}: …`")
        elif not (isinstance(value, str) and good(value)):
            yield (key,), ("X002", f"`{key}` is not what is wanted", fix)


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


_VALUES: Final[Mapping[str, tuple[Callable[[str], object], str]]] = {
    "id": (_ID.fullmatch, "write the id of a document or of a passage"),
    "date": (_is_day, "write the day as 2026-11-24"),
    "reason": (str.strip, "say why in a sentence, without the words that were withdrawn"),
    _RELEASE: (STRICTNESS.__contains__, f"use one of: {', '.join(STRICTNESS)}"),
}
"""Key -> whether a text is good for it, and what to write."""


def write(text: str | None, tombstones: tuple[Tombstone, ...]) -> str:
    """The list with these at its end; what stood there stays as it was written."""
    before = text if text and text.strip() else _HEAD
    return before.rstrip("\n") + "\n\n" + "".join(map(_entry, tombstones))


def _entry(each: Tombstone) -> str:
    release = "" if each.release == STRICTNESS[0] else f"  release: {each.release}\n"
    reason = json.dumps(each.reason, ensure_ascii=False)  # in double quotes YAML takes it as JSON does
    return f"- id: {each.id}\n  date: {each.date}\n  reason: {reason}\n{release}"


def uses(path: str, text: str, withdrawn: Mapping[str, Tombstone]) -> Iterator[Problem]:
    """Each place in a YAML file that names what was withdrawn; one that cannot be read has none."""
    try:
        located = load(text)
    except StrictYamlError:
        return
    for at, word in _words((), located.value):
        if "." in word and _ID.fullmatch(word) and (found := tombstone(word, withdrawn)):
            yield _used(path, located, at, word, found)


def _words(at: Path, value: Value) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        yield at, value
    elif isinstance(value, list):
        for i, each in enumerate(value):
            yield from _words((*at, i), each)
    elif isinstance(value, dict):
        for key, each in value.items():
            yield (*at, key, "key"), key
            yield from _words((*at, key), each)


def _used(path: str, located: Located, at: Path, word: str, found: Tombstone) -> Problem:
    return _problem(path, located.place(at), "X005", f"`{word}` was withdrawn on {found.date}", "remove it here")
