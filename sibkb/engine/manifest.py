"""manifest.json: what a generation was made of; parts that disagree with it are refused."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, TypeVar, get_type_hints

from sibkb import vocabulary
from sibkb.errors import GenerationError
from sibkb.model import Manifest

Value = TypeVar("Value")

SCHEMA: Final = 5
"""Raised whenever files of an older version can no longer be read or would be made otherwise."""
NAME: Final = "manifest.json"
LOCK: Final = ".lock"
"""How the names of locks end, which come and go as tantivy opens the words."""
_FIELDS: Final[Mapping[str, Any]] = get_type_hints(Manifest)


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestHead:
    """What the builder knows and the files do not say."""

    name: str
    encoder: str
    encoder_digest: str
    dimension: int
    reused: int
    files: Mapping[str, tuple[str, int, int]]
    built: str


@contextmanager
def refusing(folder: Path) -> Iterator[None]:
    """Turn whatever a damaged file makes a library say into the one thing a person can do about it."""
    try:
        yield
    except GenerationError:
        raise
    except (OSError, ValueError, TypeError, KeyError, RuntimeError) as error:
        raise damaged(folder, str(error).strip().partition("\n")[0] or type(error).__name__) from error


def damaged(folder: Path, why: str) -> GenerationError:
    """The refusal of a generation."""
    return GenerationError(f"the index in {folder} cannot be used: {why} — run `sibkb build`")


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest alone."""
    with refusing(folder):
        if not (folder / NAME).is_file():
            raise damaged(folder, f"{NAME} is missing")
        values = _table(json.loads((folder / NAME).read_text(encoding="utf-8")), "what stands")
        if values.get("schema") != SCHEMA:
            raise damaged(folder, f"it has schema {values.get('schema')!r} and this sibkb reads schema {SCHEMA}")
        return _manifest({"words": ""} | values)


def _manifest(values: Mapping[str, Any]) -> Manifest:
    """The manifest of these values; a ValueError names the first that is none of it."""
    if odd := values.keys() ^ _FIELDS.keys():
        raise ValueError(f"`{min(odd)}` is missing from {NAME}, or has no place there")
    files = {path: _stamp(stamp, path) for path, stamp in _table(values["files"], "files").items()}
    digests = {path: _of(str, digest, path) for path, digest in _table(values["digests"], "digests").items()}
    plain = {name: _of(kind, values[name], name) for name, kind in _FIELDS.items() if kind in (str, int)}
    return Manifest(files=files, digests=digests, **plain)


def _table(value: Any, name: str) -> dict[str, Any]:
    table: dict[str, Any] = _of(dict, value, name)
    return table


def _stamp(value: Any, name: str) -> tuple[str, int, int]:
    digest, time, size = _of(list, value, name)
    return _of(str, digest, name), _of(int, time, name), _of(int, size, name)


def _of(kind: type[Value], value: Any, name: str) -> Value:
    """The value, if it is of just that kind: True is no number here."""
    if type(value) is not kind:
        raise ValueError(f"{name} in {NAME} is of type {type(value).__name__}, not {kind.__name__}")
    return value


def write_manifest(folder: Path, head: ManifestHead, counts: Mapping[str, Any]) -> Manifest:
    """Write the manifest over the files that stand in the folder."""
    manifest = Manifest(schema=SCHEMA, digests=_digests(folder), words=vocabulary.own(), **counts, **asdict(head))
    text = json.dumps(asdict(manifest), indent=1, sort_keys=True, ensure_ascii=False)
    (folder / NAME).write_text(text + "\n", encoding="utf-8")
    return manifest


def check(folder: Path) -> Manifest:
    """Read the manifest and hold every file against it."""
    manifest = read_manifest(folder)
    with refusing(folder):
        for name, wanted in manifest.digests.items():
            if not (folder / name).is_file():
                raise damaged(folder, f"{name} is missing")
            if _digest(folder / name) != wanted:
                raise damaged(folder, f"{name} is not the file that was built")
    return manifest


def _digests(folder: Path) -> dict[str, str]:
    """Digests of all files but locks."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != LOCK)
    return {path.relative_to(folder).as_posix(): _digest(path) for path in paths if path.name != NAME}


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
