"""What the cases together say on a theme: the text of its file and the known passages -> values, or every problem.

The sentences are ours, and each names the passages it rests on. How many cases say a thing is never written down: it is
counted from these passages, so it cannot go stale.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any, Final

from sibkb import vocabulary
from sibkb.model import Json, Passage, Problem
from sibkb.schemas import TEXT, some, table, whole
from sibkb.strict_yaml import Located, Path, StrictYamlError, load

CODES: Final[Mapping[str, str]] = {
    "T001": "the file is not in the YAML we read",
    "T002": "the file's name is no theme",
    "T003": "an unknown or a missing key",
    "T004": "a value of another sort than is wanted",
    "T005": "a sentence or a point that rests on nothing",
    "T006": "an id that is no passage of the corpus",
    "T007": "what agrees is no lesson of this theme",
    "T008": "a passage of a kind that cannot say otherwise",
    "T009": "a passage named twice",
    "T010": "it turns on something, but nothing differs",
}
"""Code -> what is wrong, in `themes/<theme>.yaml`."""
DIFFERING: Final = ("lesson", "perspective", "quote", "dispute", "section")
"""Kinds of passage that can say otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One sentence of what the cases together say."""

    says: str
    rests_on: tuple[str, ...]
    """Passage ids; never empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One thing that lessons of several cases say."""

    says: str
    agree: tuple[str, ...]
    """Ids of lessons of the theme; never empty."""
    differ: tuple[str, ...] = ()
    """Ids of passages that say otherwise."""
    turns_on: str = ""
    """What the difference turns on; empty where that is not told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Synthesis:
    """What the cases together say on one theme."""

    theme: str
    paragraph: tuple[Sentence, ...]
    points: tuple[Point, ...] = ()

    def named(self) -> tuple[str, ...]:
        """The passages that the paragraph rests on, each once, in the order in which they are first named."""
        return tuple(dict.fromkeys(id for sentence in self.paragraph for id in sentence.rests_on))

    def grouped(self) -> frozenset[str]:
        """The passages that stand in a point, on either side."""
        return frozenset(id for point in self.points for id in (*point.agree, *point.differ))


def seen(synthesis: Synthesis, visible: Collection[str], lessons: Collection[str]) -> Synthesis:
    """What of it is left where only these passages may be seen, and of those that agree only these lessons counted.

    What we say was drawn from all that it names, so it is told only where all of that may be seen; of what differs and
    is hidden, what is left stands alone.
    """
    allowed = frozenset(visible)
    points = (_seen(each, allowed, lessons) for each in synthesis.points if allowed.issuperset(each.agree))
    return replace(
        synthesis,
        paragraph=tuple(each for each in synthesis.paragraph if allowed.issuperset(each.rests_on)),
        points=tuple(each for each in points if each.agree),
    )


def _seen(point: Point, visible: frozenset[str], lessons: Collection[str]) -> Point:
    told = visible.issuperset(point.differ)
    return replace(
        point,
        agree=_among(point.agree, lessons),
        differ=_among(point.differ, visible),
        turns_on=point.turns_on if told else "",
    )


def _among(ids: tuple[str, ...], allowed: Collection[str]) -> tuple[str, ...]:
    return tuple(id for id in ids if id in allowed)


def read(path: str, text: str, known: Mapping[str, Passage] | None = None) -> tuple[Synthesis | None, list[Problem]]:
    """Read the file of a theme, None where something is wrong with it; without the known passages, its form alone.

    `path` is relative to the corpus folder, and names the theme.
    """
    try:
        located = load(text)
    except StrictYamlError as error:
        return None, [_problem(path, error.place, ("T001", str(error), error.fix))]
    file = _File(path, located, known)
    synthesis = file.synthesis()
    return (None if file.problems else synthesis), file.problems


def json_schema() -> Json:
    """The JSON Schema of the file of a theme, for editors."""
    ids = some({"type": "string"}, minItems=1, uniqueItems=True)
    sentence = table({"says": TEXT, "rests_on": ids})
    may = {"differ": ids, "turns_on": TEXT}
    point = table({"says": TEXT, "agree": ids}, may, dependencies={"turns_on": ["differ"]})
    return whole(
        "What the cases together say on a theme",
        table({"paragraph": some(sentence, minItems=1)}, {"points": some(point, minItems=1)}),
    )


Fault = tuple[str, str, str]
"""Code, what is wrong, what to do."""


def _problem(path: str, place: tuple[int, int], fault: Fault) -> Problem:
    code, message, fix = fault
    return Problem(path=path, line=place[0], column=place[1], code=code, message=message, fix=fix)


class _File:
    """One file while it is read: what is wrong is kept, and the rest is read all the same."""

    def __init__(self, path: str, located: Located, known: Mapping[str, Passage] | None) -> None:
        self.path, self.located, self.known = path, located, known
        self.theme = PurePosixPath(path).stem
        self.problems: list[Problem] = []
        if PurePosixPath(path).name not in {f"{theme}.yaml" for theme in vocabulary.THEMES}:
            named = f"name it after one of: {', '.join(f'{theme}.yaml' for theme in vocabulary.THEMES)}"
            self.problems.append(_problem(path, (0, 0), ("T002", "the file's name is no theme", named)))

    def synthesis(self) -> Synthesis:
        self._keys((), ("paragraph",), ("points",))
        return Synthesis(
            theme=self.theme,
            paragraph=tuple(map(self._sentence, self._items(("paragraph",)))),
            points=tuple(map(self._point, self._items(("points",)))),
        )

    def _sentence(self, at: Path) -> Sentence:
        self._keys(at, ("says", "rests_on"))
        return Sentence(says=self._text((*at, "says")), rests_on=self._ids((*at, "rests_on"), set(), lambda _: None))

    def _point(self, at: Path) -> Point:
        self._keys(at, ("says", "agree"), ("differ", "turns_on"))
        named: set[str] = set()
        point = Point(
            says=self._text((*at, "says")),
            agree=self._ids((*at, "agree"), named, self._agrees),
            differ=self._ids((*at, "differ"), named, _differs),
            turns_on=self._text((*at, "turns_on")),
        )
        if self._value((*at, "turns_on")) is not _NONE and self._value((*at, "differ")) is _NONE:
            fix = "name under `differ` what says otherwise, or remove `turns_on`"
            self._tell((*at, "turns_on", "key"), ("T010", "it turns on something, but nothing differs", fix))
        return point

    # What stands where

    def _tell(self, at: Path, fault: Fault) -> None:
        self.problems.append(_problem(self.path, self.located.place(at), fault))

    def _value(self, at: Path) -> Any:
        """The value at a path; `_NONE` where there is none."""
        value: Any = self.located.value
        for step in at:
            inside = isinstance(value, dict) and step in value if isinstance(step, str) else isinstance(value, list)
            if not inside:
                return _NONE
            value = value[step]
        return value

    def _keys(self, at: Path, needed: tuple[str, ...], may: tuple[str, ...] = ()) -> None:
        """Tell which keys of a table are missing and which are not known."""
        table = self._value(at)
        if not isinstance(table, dict):
            self._tell(at, ("T004", f"a table with {_told(needed)} is wanted here", f"write `{needed[0]}: …`"))
            return
        for key in needed:
            if key not in table:
                self._tell(at, ("T003", f"`{key}` is missing", f"add `{key}: …`"))
        for key in table:
            if key not in (*needed, *may):
                fix = f"use {_told((*needed, *may))}, or remove it"
                self._tell((*at, key, "key"), ("T003", f"unknown key `{key}`", fix))

    def _items(self, at: Path) -> Iterator[Path]:
        """The paths of a list's items; an empty list is told, what is not there has none."""
        items = self._value(at)
        if items is _NONE:
            return
        if not isinstance(items, list):
            self._tell(at, ("T004", f"`{at[-1]}` is no list", "begin each of its lines with `- `, or write [one, two]"))
        elif not items:
            self._tell(at, ("T005", f"`{at[-1]}` is empty", "name at least one, or remove what rests on it"))
        else:
            yield from ((*at, number) for number in range(len(items)))

    def _text(self, at: Path) -> str:
        text = self._value(at)
        if text is _NONE:
            return ""
        if not isinstance(text, str) or not text.strip():
            self._tell(at, ("T004", f"`{at[-1]}` is no sentence", "write one sentence"))
            return ""
        return " ".join(text.split())

    def _ids(self, at: Path, named: set[str], fault: Callable[[Passage], Fault | None]) -> tuple[str, ...]:
        """The passages of a list, of which none may be among those named already; each may have a fault of its own."""
        return tuple(id for place in self._items(at) for id in self._id(place, named, fault))

    def _id(self, at: Path, named: set[str], fault: Callable[[Passage], Fault | None]) -> Iterator[str]:
        id = self._value(at)
        if not isinstance(id, str):
            self._tell(at, ("T004", "this is no id of a passage", "write an id such as my-case.lesson-1a2b3c4d"))
            return
        if id in named:
            self._tell(at, ("T009", f"`{id}` is named twice", "remove one of the two"))
        elif self.known is not None and id not in self.known:
            self._tell(at, ("T006", f"there is no passage `{id}`", "name one that `sibkb show` knows"))
        elif self.known is not None and (wrong := fault(self.known[id])):
            self._tell(at, wrong)
        named.add(id)
        yield id

    def _agrees(self, passage: Passage) -> Fault | None:
        if self.theme not in vocabulary.THEMES or (passage.kind == "lesson" and self.theme in passage.themes):
            return None
        what = "of another theme" if passage.kind == "lesson" else f"a {passage.kind}"
        fix = f"name a lesson with theme={self.theme}, or remove it"
        return "T007", f"`{passage.id}` is {what}, and only lessons of {self.theme} can agree here", fix


_NONE: Final = object()
"""No value, which in YAML is another thing than null."""


def _told(keys: tuple[str, ...]) -> str:
    names = [f"`{key}`" for key in keys]
    return " and ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)


def _differs(passage: Passage) -> Fault | None:
    if passage.kind in DIFFERING:
        return None
    fix = f"name one of another kind: {', '.join(DIFFERING)}"
    return "T008", f"`{passage.id}` is a {passage.kind}, which cannot say otherwise", fix
