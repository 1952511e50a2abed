"""What a reader would miss in a file in which nothing is wrong: warnings, each with its place and a fix."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from sibkb.model import ENDED, PROJECTS, Passage, Problem
from sibkb.parsing.front_matter import FrontMatter
from sibkb.strict_yaml import Located

Place = tuple[int, int]
Finding = tuple[Place, str, str]
"""Where, what, and what to do."""

_VOICES: Final = frozenset(("quote", "perspective"))


def missed(path: str, front: FrontMatter, located: Located, passages: Sequence[Passage]) -> tuple[Problem, ...]:
    """All of it, in the order of lines."""
    found = [
        Problem(path=path, line=line, column=column, code=code, message=message, fix=fix, severity="warning")
        for code, look in _LOOKS.items()
        for (line, column), message, fix in look(front, located, passages)
    ]
    return tuple(sorted(found, key=lambda each: (each.line, each.column, each.code)))


def _figures(front: FrontMatter, located: Located, _: Sequence[Passage]) -> Iterator[Finding]:
    for field in ("money", "results", "people_served"):
        for i, row in enumerate(getattr(front, field)):
            if not row.source:
                fix = "add source: … with the id of what it comes from"
                yield located.place((field, i)), f"`{row.what}` names no source", fix


def _voices(front: FrontMatter, located: Located, passages: Sequence[Passage]) -> Iterator[Finding]:
    voices = [each for each in passages if each.kind in _VOICES]
    roles = {each.speaker_role for each in voices if each.speaker_role}
    if front.kind not in PROJECTS or len(roles) > 1:
        return
    fix = "add a perspective or a quote of somebody else, with speaker_role=…"
    if not voices:
        yield located.place(("kind",)), "nobody is heard", fix
    elif roles:
        yield (voices[0].lines[0], 1), f"only one role is heard, {min(roles)}", fix
    else:
        yield (voices[0].lines[0], 1), "no speaker's role is recorded", "add speaker_role=…"


def _lessons(front: FrontMatter, located: Located, passages: Sequence[Passage]) -> Iterator[Finding]:
    lessons = [each for each in passages if each.kind == "lesson"]
    if front.kind not in PROJECTS or any(each.basis == "stated" for each in lessons):
        return
    fix = "add one with basis=stated, where a source makes a point itself"
    if lessons:
        yield (lessons[0].lines[0], 1), "no lesson is one that a source states", fix
    else:
        yield located.place(("kind",)), "there is no lesson", fix


def _unread(front: FrontMatter, located: Located, _: Sequence[Passage]) -> Iterator[Finding]:
    if not any(row.read in ("whole", "part") for row in front.sources):
        fix = "read one, and say how far with read: whole or read: part"
        yield located.place(("sources", "key")), "no text was read, neither in whole nor in part", fix


def _results(front: FrontMatter, located: Located, _: Sequence[Passage]) -> Iterator[Finding]:
    if front.kind in PROJECTS and front.stage in ENDED and not front.results:
        fix = "add results, each with its figure and source"
        yield located.place(("stage",)), f"it is {front.stage}, and no result is recorded", fix


def _uncited(front: FrontMatter, located: Located, passages: Sequence[Passage]) -> Iterator[Finding]:
    cited = {id for each in passages for id in each.source_ids}
    for i, row in enumerate(front.sources):
        if row.read != "not" and row.id not in cited:
            fix = f"cite it where it was used, [@{row.id}], or remove it"
            yield located.place(("sources", i)), f"nothing cites the source `{row.id}`", fix


_LOOKS: Final[dict[str, Callable[[FrontMatter, Located, Sequence[Passage]], Iterator[Finding]]]] = {
    "W001": _figures,
    "W002": _voices,
    "W003": _lessons,
    "W004": _unread,
    "W005": _results,
    "W006": _uncited,
}
