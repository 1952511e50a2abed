"""YAML text -> values that know their line and column, every scalar a string; the only owner of yaml.

YAML guesses: `NO` becomes False, `12:30` becomes 750, and of two equal keys the first is dropped in silence. Here
every scalar stays the text its author wrote (`null`, `~` and nothing are None); an equal key, an anchor or a tag is
refused.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import yaml

Place = tuple[int, int]
"""Line and column, counted from 1."""
Path = tuple[str | int, ...]
Value = None | str | list["Value"] | dict[str, "Value"]

_NULLS: Final = frozenset({"", "~", "null"})


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
    places: dict[Path, Place] = {}
    ends: dict[Path, int] = {}
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                raise _refused("anchors and aliases are not used here", event.start_mark, first_line, "write it out")
            if getattr(event, "tag", None):
                raise _refused(f"the tag {event.tag} is not used here", event.start_mark, first_line, "remove it")
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = (mark.line + first_line, mark.column + 1) if mark else (first_line, 1)
        raise StrictYamlError(
            f"this is not YAML: {error.problem}", place, "quote the value with double quotes if it holds `: ` or ` #`"
        ) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + first_line
        raise StrictYamlError(f"a control character (code {error.character})", (line, 1), "remove it") from error
    value = None if node is None else _convert(node, (), places, ends, first_line)
    return Located(value=value, places=places, ends=ends)


def _refused(message: str, mark: yaml.Mark, first_line: int, fix: str) -> StrictYamlError:
    return StrictYamlError(message, (mark.line + first_line, mark.column + 1), fix)


def _convert(node: yaml.Node, path: Path, places: dict[Path, Place], ends: dict[Path, int], first_line: int) -> Value:
    places[path] = (node.start_mark.line + first_line, node.start_mark.column + 1)
    end = node.end_mark
    ends[path] = end.line + first_line - (1 if end.column == 0 and end.line > node.start_mark.line else 0)
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


def _pairs(node: yaml.Node, first_line: int) -> Iterator[tuple[yaml.ScalarNode, yaml.Node]]:
    for key, item in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise _refused("a key must be a word", key.start_mark, first_line, "write `key: value`")
        yield key, item
