"""YAML text -> values that know their line and column, every scalar a string; the only owner of yaml.

YAML guesses: `NO` becomes False, `12:30` becomes 750, and of two equal keys the first is dropped in silence. Here
every scalar stays the text its author wrote (`null`, `~` and nothing are None); an equal key, an anchor or a tag is
refused.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import yaml

Place = tuple[int, int]
"""Line and column, counted from 1."""
Path = tuple[str | int, ...]
Value = None | str | list["Value"] | dict[str, "Value"]

_NULLS: Final = frozenset({"", "~", "null"})
_DEEPEST: Final = 20
"""Our front matter needs 4; the composer is recursive and would end in Python's own limit."""
_INVISIBLE: Final = re.compile(yaml.reader.Reader.NON_PRINTABLE.pattern + "|[\x85\u2028\u2029]")
"""What YAML refuses, and what it takes for the end of a line where editors, and we, do not."""
_NO_CHARACTER: Final = re.compile(r"\\U(?!000|0010)[0-9A-Fa-f]{8}")
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
    places: dict[Path, Place] = {}
    ends: dict[Path, int] = {}
    try:
        node = _Strict(text, first_line).get_single_node()
    except yaml.MarkedYAMLError as error:
        raise _unreadable(error, text, first_line) from error
    value = None if node is None else _convert(node, (), places, ends, first_line)
    return Located(value=value, places=places, ends=ends)


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


class _Strict(yaml.BaseLoader):
    """Reads YAML once, and refuses on the way what is not used here."""

    def __init__(self, text: str, first_line: int) -> None:
        super().__init__(text)
        self._first_line = first_line
        self._depth = 0

    def get_event(self) -> yaml.Event:
        """The next event, if it is one that we take."""
        event: yaml.Event = super().get_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise self._refused(event, "anchors and aliases are not used here",
                                "write the value out, in double quotes if it begins with & or *")  # fmt: skip
        if tag := getattr(event, "tag", None):
            raise self._refused(event, f"the tag `{tag}` is not used here",
                                "remove it, or put the value in double quotes")  # fmt: skip
        if isinstance(event, yaml.ScalarEvent) and (match := _INVISIBLE.search(event.value)):
            raise self._refused(event, f"an invisible character, {match[0]!a}", "remove it")
        self._depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if self._depth > _DEEPEST:
            raise self._refused(event, f"more than {_DEEPEST} lists or tables inside each other",
                                "take some of them out")  # fmt: skip
        return event

    def _refused(self, event: yaml.Event, message: str, fix: str) -> StrictYamlError:
        return _refused(message, event.start_mark, self._first_line, fix)


def _refused(message: str, mark: Any, first_line: int, fix: str) -> StrictYamlError:
    return StrictYamlError(message, (mark.line + first_line, mark.column + 1), fix)


def _convert(node: yaml.Node, path: Path, places: dict[Path, Place], ends: dict[Path, int], first_line: int) -> Value:
    places[path] = (node.start_mark.line + first_line, node.start_mark.column + 1)
    ends[path] = _last_line(node) + first_line
    if isinstance(node, yaml.ScalarNode):
        return None if node.style is None and node.value in _NULLS else node.value
    if isinstance(node, yaml.SequenceNode):
        return [_convert(item, (*path, i), places, ends, first_line) for i, item in enumerate(node.value)]
    result: dict[str, Value] = {}
    for key, item in _pairs(node, first_line):
        if key.value in result:
            raise _refused(f"the key `{key.value}` stands twice", key.start_mark, first_line, "keep one of them")
        result[key.value] = _convert(item, (*path, key.value), places, ends, first_line)
        places[(*path, key.value, "key")] = (key.start_mark.line + first_line, key.start_mark.column + 1)
    return result


def _last_line(node: yaml.Node) -> int:
    """A block's own end mark stands where the next value begins, below blank lines and comments."""
    if isinstance(node, yaml.CollectionNode) and node.value and not node.flow_style:
        last = node.value[-1]
        return _last_line(last[1] if isinstance(last, tuple) else last)
    if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">"):
        return int(node.end_mark.line) - 1
    return int(node.end_mark.line)


def _pairs(node: yaml.Node, first_line: int) -> Iterator[tuple[yaml.ScalarNode, yaml.Node]]:
    for key, item in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise _refused("a key must be a word", key.start_mark, first_line, "write `key: value`")
        yield key, item
