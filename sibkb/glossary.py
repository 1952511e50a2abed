"""The field's terms in plain words: text of `glossary.yaml` -> entries, or every problem in it."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, TypeGuard

from sibkb.model import Json, Problem
from sibkb.schemas import TEXT, some, table, whole
from sibkb.strict_yaml import Path, StrictYamlError, Value, load
from sibkb.words import Thesaurus, analyse, fold, names_in, sentences, stems_of, tokens

CODES: Final[Mapping[str, str]] = {
    "G001": "the glossary is no list in the YAML we read",
    "G002": "an entry that is no term with its meaning",
    "G003": "a name that nothing can be found by",
    "G004": "a name given twice",
    "G005": "a reference to a term that is not there",
    "G006": "a meaning that is too long",
}
"""Code -> what is wrong."""
_KEYS: Final = ("term", "meaning")
_LISTS: Final = ("abbreviations", "also", "see")
"""What an entry may have besides, as lists."""
_LONGEST: Final = 3
"""Sentences of a meaning."""
_APART: Final = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A term of the field and what it means."""

    term: str
    meaning: str
    abbreviations: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    """Other names of the same thing."""
    see: tuple[str, ...] = ()
    """Terms that explain more."""

    @property
    def names(self) -> tuple[str, ...]:
        """All of them, the one that explains the others first."""
        return (self.term, *self.also, *self.abbreviations)


class Mention(NamedTuple):
    """Where a text names a term."""

    start: int
    end: int
    entry: Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Glossary:
    """The entries that can be used, and what is wrong with the rest."""

    entries: tuple[Entry, ...] = ()
    problems: tuple[Problem, ...] = ()
    named: Mapping[tuple[str, ...], tuple[str, Entry]] = field(default_factory=dict)
    """Stems of a name -> the name as it is written, and its entry."""
    thesaurus: Thesaurus = field(default_factory=Thesaurus)

    def entry(self, slug: str) -> Entry | None:
        """The entry with a name of that slug."""
        return next((entry for name, entry in self.named.values() if slug_of(name) == slug), None)

    def mentions(self, text: str) -> Iterator[Mention]:
        """The terms that a text names, one or many of them; a word of the same stem alone is no term."""
        for stems, start, end in names_in(text, self.named):
            name, entry = self.named[stems]
            if _is(text[start:end], name):
                yield Mention(start, end, entry)


def _is(text: str, name: str) -> bool:
    """Whether a text with the stems of a name is that name or its plural, in the name's own capitals."""
    words = ([each[word.start : word.end].rstrip("s") for word in tokens(each)] for each in (text, name))
    return all(
        one == other or (other.islower() and fold(one) == fold(other)) for one, other in zip(*words, strict=True)
    )


def slug_of(name: str) -> str:
    """What a name is called in an address: `special-purpose-vehicle`."""
    return _APART.sub("-", name.casefold()).strip("-")


def read(path: str, text: str | None) -> Glossary:
    """Read the glossary; without a text there is none, and an entry with something wrong in it is left out."""
    if text is None:
        return Glossary()
    try:
        located = load(text)
    except StrictYamlError as error:
        return Glossary(problems=(_problem(path, error.place, "G001", str(error), error.fix),))
    if not isinstance(located.value, list):
        return Glossary(problems=(_problem(path, (1, 1), "G001", "a list of terms is wanted here", _BEGIN),))
    faults = [*_faults(located.value)]
    broken = {fault.path[0] for fault in faults if fault.code != "G005"}
    problems = [_problem(path, located.place(each.path), each.code, each.message, each.fix) for each in faults]
    problems.sort(key=lambda problem: (problem.line, problem.column))
    return _glossary([entry for i, entry in enumerate(located.value) if i not in broken], problems)


def json_schema() -> Json:
    """The JSON Schema of the glossary, for editors."""
    names = {**some(TEXT), "type": ["array", "null"]}
    return whole("Glossary", some(table(dict.fromkeys(_KEYS, TEXT), dict.fromkeys(_LISTS, names))))


_BEGIN: Final = "begin each with `- term: outcome payer`"


def _problem(path: str, place: tuple[int, int], code: str, message: str, fix: str) -> Problem:
    return Problem(path=path, line=place[0], column=place[1], code=code, message=message, fix=fix)


class _Fault(NamedTuple):
    path: Path
    code: str
    message: str
    fix: str


def _faults(entries: Sequence[Value]) -> Iterator[_Fault]:
    """What is wrong, each with where it stands."""
    sound: dict[int, Any] = {}
    for i, entry in enumerate(entries):
        faults = [*_entry_faults(i, entry)]
        yield from faults
        if not faults:
            sound[i] = entry
    yield from _repeated(sound)
    terms = [entry.get("term") for entry in entries if isinstance(entry, dict)]
    for i, entry in sound.items():
        for j, term in enumerate(entry.get("see") or ()):
            if term not in terms:
                yield _Fault((i, "see", j), "G005", f"there is no term `{term}`", "write it as its own entry does")


def _entry_faults(i: int, entry: Value) -> Iterator[_Fault]:
    if not isinstance(entry, dict):
        yield _Fault((i,), "G002", "this is no term", _BEGIN)
        return
    for check in (_keys, _texts, _lists, _findable, _short):
        yield from (fault._replace(path=(i, *fault.path)) for fault in check(entry))


def _keys(entry: Mapping[str, Value]) -> Iterator[_Fault]:
    for key in entry:
        if key not in (*_KEYS, *_LISTS):
            yield _Fault((key, "key"), "G002", f"unknown key `{key}`", f"use one of: {', '.join(_KEYS + _LISTS)}")


def _texts(entry: Mapping[str, Value]) -> Iterator[_Fault]:
    for key in _KEYS:
        if not _is_text(entry.get(key)):
            yield _Fault((key,), "G002", f"there are no words for `{key}`", f"write them behind `{key}:`")


def _lists(entry: Mapping[str, Value]) -> Iterator[_Fault]:
    for key in _LISTS:
        value = entry.get(key)
        if not (value is None or (isinstance(value, list) and all(map(_is_text, value)))):
            yield _Fault((key,), "G002", f"`{key}` is no list of names", f"write it as `{key}: [one, another]`")


def _findable(entry: Mapping[str, Value]) -> Iterator[_Fault]:
    for path, name in _names(entry):
        if analyse(name).empty:
            yield _Fault(
                path, "G003", f"no question can be known by `{name}`: it has only common words", "leave it out"
            )


def _short(entry: Mapping[str, Value]) -> Iterator[_Fault]:
    meaning = entry.get("meaning")
    if isinstance(meaning, str) and (count := len(sentences(meaning))) > _LONGEST:
        yield _Fault(("meaning",), "G006", f"the meaning has {count} sentences", f"keep it to {_LONGEST}")


def _is_text(value: Value) -> TypeGuard[str]:
    return isinstance(value, str) and bool(value.strip())


def _names(entry: Mapping[str, Value]) -> Iterator[tuple[Path, str]]:
    """The names of an entry that are text, each with where it stands in it."""
    if _is_text(term := entry.get("term")):
        yield ("term",), term
    for key in ("also", "abbreviations"):
        names = entry.get(key)
        if isinstance(names, list):
            yield from (((key, j), name) for j, name in enumerate(names) if _is_text(name))


def _repeated(entries: Mapping[int, Any]) -> Iterator[_Fault]:
    first: dict[tuple[str, ...], str] = {}
    for i, entry in entries.items():
        for path, name in _names(entry):
            stems = stems_of(name)
            if stems in first:
                yield _Fault((i, *path), "G004", f"`{name}` is a name of `{first[stems]}` already", "keep one of them")
            first.setdefault(stems, entry["term"])


def _glossary(entries: Iterable[Any], problems: Iterable[Problem]) -> Glossary:
    """The glossary of entries without a fault, in the order of the alphabet."""
    read = [
        Entry(
            term=entry["term"],
            meaning=" ".join(entry["meaning"].split()),
            **{key: tuple(entry.get(key) or ()) for key in _LISTS},
        )
        for entry in entries
    ]
    ordered = tuple(sorted(read, key=lambda entry: entry.term.casefold()))
    return Glossary(
        entries=ordered,
        problems=tuple(problems),
        named={stems: (name, entry) for entry in ordered for stems, name in _stems(entry)},
        thesaurus=Thesaurus(
            others={
                stems: tuple(other for other in entry.names if other != name)
                for entry in ordered
                for stems, name in _stems(entry)
            }
        ),
    )


def _stems(entry: Entry) -> Iterator[tuple[tuple[str, ...], str]]:
    """The stems of each name; of an abbreviation also in the plural, since without a vowel the stemmer leaves its s."""
    yield from ((stems_of(f"{name}s"), name) for name in entry.abbreviations)
    yield from ((stems_of(name), name) for name in entry.names)
