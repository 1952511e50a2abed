"""Where things are, who may see what, and a team's own words: as the environment says, else the settings file.

The settings file is `sibkb.toml` in the working folder, or the one that SIBKB_SETTINGS names. It is read strictly:
every key that is not known and every value that is not what is asked for is told with its line, all at once. `_KEYS`
says which key is read how; one more is a row there and a field of `Settings`.
"""

import os
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from sibkb import vocabulary
from sibkb.access import Access, People
from sibkb.errors import SettingsError
from sibkb.vocabulary import Term

FILE: Final = "sibkb.toml"
_ROOT: Final = Path(__file__).resolve().parent.parent
_WORD: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_COUNTRY: Final = re.compile(r"[A-Z]{2}")
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_DOMAIN: Final = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
_MARKS: Final = re.compile(r"[<>\[\]{}*_`$|\\~#^=\x00-\x1f]")
"""What a page or a table may take for more than a character."""
_PLACE: Final = re.compile(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", re.DOTALL)
"""How tomllib ends its messages, up to Python 3.14."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where things are, who may see what, and a team's own words."""

    corpus: Path = _ROOT / "corpus"
    indexes: Path = _ROOT / "indexes"
    model: str | None = None
    """A local folder or a model's name; None for the one that is shipped."""
    ceiling: str = "public"
    repository: str | None = None
    """Where the project is kept for all to see and change: an address on the web, without a slash at its end."""
    git: bool = False
    """Whether changes of the corpus are committed, where it lies in a work tree of git."""
    words: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """A team's own words, by the names of `vocabulary.OPEN`; a door hands them to `vocabulary.adopt`."""
    access: Access | None = None
    """Who may sign in as what; None where nobody signs in."""
    file: Path | None = None
    """The settings file that was read."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """What the environment says, else the settings file, else as it comes; a SettingsError says what is wrong.

        Read are SIBKB_CORPUS, SIBKB_INDEXES, SIBKB_MODEL, SIBKB_RELEASE, SIBKB_REPOSITORY, SIBKB_GIT and
        SIBKB_SETTINGS.
        """
        file = _file(environment)
        given = _read(file) if file else {}
        for name, (key, understood) in _VARIABLES.items():
            if value := environment.get(name):
                given[key] = understood(value)
        return cls(**given, file=file)

    def edit_address(self, path: str) -> str | None:
        """Where a file of the corpus, named by its path in that folder, can be changed; None where nobody said."""
        return f"{self.repository}/edit/main/corpus/{quote(path)}" if self.repository else None

    def page_address(self, path: str) -> str | None:
        """Where a file of the project can be read; None where nobody said."""
        return f"{self.repository}/blob/main/{quote(path)}" if self.repository else None


def _on_the_web(address: str) -> str | None:
    """The address, if a browser may be sent there."""
    address = address.strip().rstrip("/")
    return address if address.startswith(("https://", "http://")) else None


def _release_of(word: str) -> str:
    if word not in vocabulary.RELEASES:
        known = ", ".join(vocabulary.RELEASES)
        raise SettingsError(f"SIBKB_RELEASE is `{word}`, which is no release — use one of: {known}")
    return word


_VARIABLES: Final[Mapping[str, tuple[str, Callable[[str], Any]]]] = {
    "SIBKB_CORPUS": ("corpus", Path),
    "SIBKB_INDEXES": ("indexes", Path),
    "SIBKB_MODEL": ("model", str),
    "SIBKB_RELEASE": ("ceiling", _release_of),
    "SIBKB_REPOSITORY": ("repository", _on_the_web),
    "SIBKB_GIT": ("git", lambda value: value == "1"),
}
"""Variable -> the field it gives, and how it is understood."""


def _file(environment: Mapping[str, str]) -> Path | None:
    """The one that is named (`/dev/null` is none), else that of the working folder, if there is one."""
    if named := environment.get("SIBKB_SETTINGS"):
        return None if named == os.devnull else Path(named).absolute()
    here = Path.cwd() / FILE
    return here if here.exists() else None


def _read(path: Path) -> dict[str, Any]:
    """The fields that a settings file gives; a SettingsError tells everything that is wrong in it."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        fix = "name another with SIBKB_SETTINGS, or see to its rights"
        raise SettingsError(f"{path} cannot be read: {error.strerror} — {fix}") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path} is not UTF-8 text — save it as UTF-8") from error
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(_unreadable(path, text, str(error))) from error
    file = _File(path, text)
    given = file.table((), table, {key: read for key, (_, read) in _KEYS.items()})
    if file.problems:
        raise SettingsError("\n".join(told for _, told in sorted(file.problems)))
    return {_KEYS[key][0]: value for key, value in given.items()}


def _unreadable(path: Path, text: str, message: str) -> str:
    what, line, column = match.groups() if (match := _PLACE.fullmatch(message)) else (message, None, None)
    place = f"{line}:{column}" if line else f"{text.count(chr(10)) + 1}"
    return f'{path}:{place} this is not TOML: {what} — write `key = "text"`, a line each, below its [table]'


Keys = tuple[str, ...]
"""A key, behind those of the tables around it."""
Reader = Callable[["_File", Keys, object], Any]
"""Gives the value of a key, and tells the file what is wrong with it."""


class _File:
    """A settings file while it is read, and what is wrong with it so far."""

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self._text = re.sub(r"^\s*#.*$", "", text, flags=re.MULTILINE)
        self.problems: list[tuple[int, str]] = []

    def refuse(self, keys: Keys, what: str, fix: str) -> None:
        """Say what is wrong with a key, and what to do."""
        line = self._line(keys)
        self.problems.append((line, f"{self.path}:{line} {what} — {fix}"))

    def _line(self, keys: Keys) -> int:
        """Where a key stands: tomllib does not tell, so it is looked for behind the tables around it."""
        at = 0
        for key in keys:
            name = rf"(?<![\w-])(?:{re.escape(key)}|\"{re.escape(key)}\"|'{re.escape(key)}')\s*[=.\]]"
            match = re.compile(name).search(self._text, at)
            at = match.end() - 1 if match else at
        return self._text.count("\n", 0, at) + 1

    def table(self, keys: Keys, value: object, readers: Mapping[str, Reader]) -> dict[str, Any]:
        """The values of a table, each as its reader gives it; a key without a reader is refused."""
        if not isinstance(value, dict):
            self.refuse(keys, f"`{keys[-1]}` is no table", f"write [{'.'.join(keys)}] and below it its keys")
            return {}
        for key in value.keys() - readers.keys():
            self.refuse((*keys, key), f"unknown key `{key}`", f"use one of: {', '.join(readers)}")
        return {key: readers[key](self, (*keys, key), each) for key, each in value.items() if key in readers}

    def text(self, keys: Keys, value: object) -> str:
        """A text that is not empty."""
        if isinstance(value, str) and value.strip():
            return value.strip()
        self.refuse(keys, f"`{keys[-1]}` is no text", f'write {keys[-1]} = "…"')
        return ""

    def one_of(self, keys: Keys, value: object, words: Iterable[str]) -> str:
        """One of these words."""
        text = self.text(keys, value)
        if text and text not in words:
            self.refuse(keys, f"unknown {keys[-1]} `{text}`", f"use one of: {', '.join(words)}")
        return text


def _folder(file: _File, keys: Keys, value: object) -> Path:
    """A folder, named from where the settings file is."""
    return file.path.parent / Path(file.text(keys, value)).expanduser()


def _model(file: _File, keys: Keys, value: object) -> str:
    """A folder, if there is one of that name, else a model's name."""
    name = file.text(keys, value)
    folder = file.path.parent / Path(name).expanduser()
    return str(folder) if name and folder.is_dir() else name


def _release(file: _File, keys: Keys, value: object) -> str:
    return file.one_of(keys, value, vocabulary.RELEASES)


def _address(file: _File, keys: Keys, value: object) -> str:
    text = file.text(keys, value)
    if text and not _on_the_web(text):
        file.refuse(keys, f"`{text}` is no web address", "begin with https://")
    return _on_the_web(text) or ""


def _vocabulary(file: _File, keys: Keys, value: object) -> dict[str, dict[str, Any]]:
    """A team's own words."""
    return file.table(keys, value, {name: _countries if name == "countries" else _words for name in vocabulary.OPEN})


def _words(file: _File, keys: Keys, value: object) -> dict[str, Term]:
    """Words of one vocabulary, each with its label and its meaning."""
    found = _named(file, keys, value, _term)
    labels = {term.label.lower(): word for word, term in vocabulary.ours(keys[-1]).items()}
    for word, term in found.items():
        if (other := labels.setdefault(term.label.lower(), word)) != word:
            file.refuse((*keys, word, "label"), f"`{term.label}` is the label of `{other}`", "give it another")
    return found


def _countries(file: _File, keys: Keys, value: object) -> dict[str, str]:
    return _named(file, keys, value, _shown)


def _named(file: _File, keys: Keys, value: object, reader: Reader) -> dict[str, Any]:
    """A table of words that ours does not have."""
    words = value if isinstance(value, dict) else {}
    ours = vocabulary.ours(keys[-1])
    shape, fix = (
        (_COUNTRY, "write two capitals") if keys[-1] == "countries" else (_WORD, "use lower case, digits and hyphens")
    )
    for word in words:
        if not shape.fullmatch(word):
            file.refuse((*keys, word), f"`{word}` is no word for {keys[-1]}", fix)
        elif word in ours:
            file.refuse(
                (*keys, word),
                f"`{word}` is one of the {keys[-1]} already",
                "remove it; words can be added, not changed",
            )
    return file.table(keys, value, dict.fromkeys(words, reader))


def _term(file: _File, keys: Keys, value: object) -> Term:
    given = file.table(keys, value, {"label": _shown, "meaning": _sentence})
    for key in Term._fields:
        if isinstance(value, dict) and key not in value:
            file.refuse(keys, f"`{keys[-1]}` has no {key}", 'write {label = "…", meaning = "…."}')
    return Term(label=given.get("label", ""), meaning=given.get("meaning", ""))


def _shown(file: _File, keys: Keys, value: object) -> str:
    """A text for pages and tables."""
    text = " ".join(file.text(keys, value).split())
    if mark := _MARKS.search(text):
        file.refuse(keys, f"`{mark[0]}` in a {keys[-1]}", "write words alone")
    return text


def _sentence(file: _File, keys: Keys, value: object) -> str:
    text = _shown(file, keys, value)
    if text and text[-1] not in ".?":
        file.refuse(keys, "a meaning is a sentence", "end it with a full stop")
    return text


def _access(file: _File, keys: Keys, value: object) -> Access:
    """Who is on the list; an empty table lets nobody in as anything."""
    readers = {"open": _flag, "group_claim": _File.text, "editors": _people, "readers": _people}
    return Access(**file.table(keys, value, readers))


def _flag(file: _File, keys: Keys, value: object) -> bool:
    if not isinstance(value, bool):
        file.refuse(keys, f"`{keys[-1]}` is neither true nor false", f"write {keys[-1]} = false")
    return value is True


def _people(file: _File, keys: Keys, value: object) -> People:
    return People(**file.table(keys, value, {"emails": _emails, "domains": _domains, "groups": _list}))


def _list(file: _File, keys: Keys, value: object) -> frozenset[str]:
    """A list of texts."""
    if not isinstance(value, list) or not all(isinstance(each, str) and each.strip() for each in value):
        file.refuse(keys, f"`{keys[-1]}` is no list of texts", f'write {keys[-1]} = ["…"]')
        return frozenset()
    return frozenset(each.strip() for each in value)


def _emails(file: _File, keys: Keys, value: object) -> frozenset[str]:
    return _shaped(file, keys, value, (_EMAIL, "no e-mail address", "write one such as ann@example.org"))


def _domains(file: _File, keys: Keys, value: object) -> frozenset[str]:
    return _shaped(file, keys, value, (_DOMAIN, "no domain", "write what stands behind the @, such as example.org"))


def _shaped(file: _File, keys: Keys, value: object, shape: tuple[re.Pattern[str], str, str]) -> frozenset[str]:
    """A list of texts of one shape, in lower case."""
    pattern, what, fix = shape
    found = frozenset(each.lower() for each in _list(file, keys, value))
    for each in sorted(found):
        if not pattern.fullmatch(each):
            file.refuse(keys, f"`{each}` is {what}", fix)
    return found


_KEYS: Final[Mapping[str, tuple[str, Reader]]] = {
    "corpus": ("corpus", _folder),
    "indexes": ("indexes", _folder),
    "model": ("model", _model),
    "release": ("ceiling", _release),
    "repository": ("repository", _address),
    "vocabulary": ("words", _vocabulary),
    "access": ("access", _access),
}
"""Key of the settings file -> the field it gives, and how it is read."""
