"""YAML text -> values that know their line and column, every scalar a string; the only owner of yaml.

YAML guesses: `NO` becomes False, `12:30` becomes 750, and of two equal keys the first is dropped in silence. Here
every scalar stays the text its author wrote (`null`, `~` and nothing are None); an equal key, an anchor or a tag is
refused.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

Place = tuple[int, int]
"""Line and column, counted from 1."""
Path = tuple[str | int, ...]
Value = None | str | list["Value"] | dict[str, "Value"]

_NULLS: Final = frozenset({"", "~", "null"})
_DEEPEST: Final = 20
"""Our front matter needs 4; what makes the values is recursive and would end in Python's own limit."""
_INVISIBLE: Final = re.compile(yaml.reader.Reader.NON_PRINTABLE.pattern + "|[\x85\u2028\u2029]")
"""What YAML refuses, and what it takes for the end of a line where editors, and we, do not."""
_NO_CHARACTER: Final = re.compile(r"\\U(?!000|0010)[0-9A-Fa-f]{8}")
_QUICK: Final = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
"""Reads ten times as fast; PyYAML has it wherever it comes with libyaml, as all its wheels do."""
_AROUND: Final = (yaml.StreamStartEvent, yaml.StreamEndEvent, yaml.DocumentStartEvent, yaml.DocumentEndEvent)
_QUOTE: Final = "put the value in double quotes if it holds `: ` or ` #` or begins with a mark"
_UNCLOSED: Final[Mapping[str, str]] = {
    "or ']'": "close the list that begins here with ], its items apart by commas",
    "or '}'": "close the table that begins here with }, its keys apart by commas",
    "end of stream": "close the quotation mark that stands here",
}
_ODD: Final[Mapping[str, str]] = {
    **dict.fromkeys("\u00a0\u2007\u202f", "put a plain space where a no-break space stands, here or a line before"),
    **dict.fromkeys("“”„‘’", "put straight double quotes around the value: curly ones are letters to YAML"),
}
"""A character that looks like another -> what to do where it stands in a line that cannot be read."""
_FIXES: Final[Mapping[str, str]] = {
    **_UNCLOSED,
    "'\\t'": "indent with spaces, not with tabs",
    "<block end>": "begin keys of one table in the same column, and put a value that holds marks in double quotes",
    "<document start>": "remove the line that begins with `...` or `%`",
}
"""Part of what the YAML reader says -> what to do about it."""


class StrictYamlError(ValueError):
    """Text that is not YAML, or YAML that we refuse."""

    def __init__(self, message: str, place: Place, fix: str) -> None:
        super().__init__(message)
        self.place = place
        self.fix = fix


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """A value and where each part of it stands."""

    value: Value
    places: Mapping[Path, Place]
    """Path of keys and indexes -> where the value begins; a mapping's key is found under `(*path, key, "key")`."""
    ends: Mapping[Path, int]
    """Path -> last line of the value."""

    def place(self, path: Sequence[str | int]) -> Place:
        """Where the path stands, or its nearest ancestor that is known."""
        for length in range(len(path), -1, -1):
            if found := self.places.get(tuple(path[:length])):
                return found
        return (1, 1)


def load(text: str, *, first_line: int = 1) -> Located:
    """Read one YAML document; `first_line` is where its first line stands in the file around it."""
    _refuse_invisible(text, first_line)
    try:
        events = _read(text, first_line)
    except yaml.MarkedYAMLError as error:
        raise _unreadable(error, text, first_line) from error
    documents = [event for event in events if isinstance(event, yaml.DocumentStartEvent)]
    if documents[1:]:
        raise _refused("another document begins here", documents[1], first_line, "remove the line `---`")
    inside = iter([event for event in events if not isinstance(event, _AROUND)])
    values = _Values(events=inside, first_line=first_line)
    value = values.read(next(inside), ()) if documents else None
    return Located(value=value, places=values.places, ends=values.ends)


def _read(text: str, first_line: int) -> list[yaml.Event]:
    """Every event; where the quick reader refuses, the other says why: its messages name what it expected."""
    try:
        return list(_events(text, first_line, _QUICK))
    except yaml.YAMLError:
        return list(_events(text, first_line, yaml.BaseLoader))


def _unreadable(error: yaml.MarkedYAMLError, text: str, first_line: int) -> StrictYamlError:
    problem = error.problem or "it ends too early"
    unclosed = any(sign in problem for sign in _UNCLOSED)
    mark = (error.context_mark if unclosed else None) or error.problem_mark or error.context_mark
    place = (mark.line + first_line, mark.column + 1) if mark else (first_line, 1)
    fix = next((fix for sign, fix in _FIXES.items() if sign in problem), _QUOTE)
    if mark and not unclosed:
        near = "".join(text.split("\n")[max(0, mark.line - 1) : mark.line + 1])
        fix = next((_ODD[each] for each in near if each in _ODD), fix)
    return StrictYamlError(f"this is not YAML: {problem}", place, fix)


def _refuse_invisible(text: str, first_line: int) -> None:
    for pattern, what in ((_INVISIBLE, "an invisible character"), (_NO_CHARACTER, "an escape that is no character")):
        if match := pattern.search(text):
            at = match.start()
            place = (text.count("\n", 0, at) + first_line, at - text.rfind("\n", 0, at))
            raise StrictYamlError(f"{what}, {match[0]!a}", place, "remove it")


def _events(text: str, first_line: int, reader: Any) -> Iterator[yaml.Event]:
    """The events that we take; the first other one is refused."""
    depth = 0
    for event in yaml.parse(text, Loader=reader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.NodeEvent):
            _refuse(event, depth, first_line)
        yield event


def _refuse(event: yaml.NodeEvent, depth: int, first_line: int) -> None:
    if event.anchor:
        raise _refused("anchors and aliases are not used here", event, first_line,
                       "write the value out, in double quotes if it begins with & or *")  # fmt: skip
    if tag := getattr(event, "tag", None):
        raise _refused(f"the tag `{tag}` is not used here", event, first_line,
                       "remove it, or put the value in double quotes")  # fmt: skip
    if isinstance(event, yaml.ScalarEvent) and (match := _INVISIBLE.search(event.value)):
        raise _refused(f"an invisible character, {match[0]!a}", event, first_line, "remove it")
    if depth > _DEEPEST:
        raise _refused(f"more than {_DEEPEST} lists or tables inside each other", event, first_line,
                       "take some of them out")  # fmt: skip


def _refused(message: str, event: yaml.Event, first_line: int, fix: str) -> StrictYamlError:
    return StrictYamlError(message, _place(event, first_line), fix)


def _place(event: yaml.Event, first_line: int) -> Place:
    start, _ = _marks(event)
    return start.line + first_line, start.column + 1


def _marks(event: yaml.Event) -> tuple[Any, Any]:
    """Where it begins and ends; of an event that was read, neither is None."""
    return event.start_mark, event.end_mark


@dataclass(slots=True, kw_only=True)
class _Values:
    """Makes values of events, and keeps where they stand."""

    events: Iterator[yaml.Event]
    first_line: int
    places: dict[Path, Place] = field(default_factory=dict)
    ends: dict[Path, int] = field(default_factory=dict)
    _last: int = 0
    """The line on which the value read last ends, counted from 0."""

    def read(self, event: yaml.Event, path: Path) -> Value:
        """The value that begins with this event."""
        self.places[path] = _place(event, self.first_line)
        value: Value
        if isinstance(event, yaml.ScalarEvent):
            value = None if not event.style and event.value in _NULLS else event.value
            self._last = _marks(event)[1].line - (event.style in ("|", ">"))
        else:
            value = self._list(path) if isinstance(event, yaml.SequenceStartEvent) else self._table(path)
        self.ends[path] = self._last + self.first_line
        return value

    def _list(self, path: Path) -> list[Value]:
        found: list[Value] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            found.append(self.read(event, (*path, len(found))))
        self._close(event)
        return found

    def _table(self, path: Path) -> dict[str, Value]:
        found: dict[str, Value] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self._key(event, found)
            found[key] = self.read(next(self.events), (*path, key))
            self.places[(*path, key, "key")] = _place(event, self.first_line)
        self._close(event)
        return found

    def _key(self, event: yaml.Event, found: Mapping[str, Value]) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            raise _refused("a key must be a word", event, self.first_line, "write `key: value`")
        if event.value in found:
            raise _refused(f"the key `{event.value}` stands twice", event, self.first_line, "keep one of them")
        return str(event.value)

    def _close(self, event: yaml.Event) -> None:
        """A bracket ends a list; a block ends with its last value, for its own mark stands where the next begins."""
        start, end = _marks(event)
        if end.index > start.index:
            self._last = end.line
