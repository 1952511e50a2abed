"""manifest.json: what a generation was made of; parts that disagree with it are refused."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from sibkb.errors import GenerationError
from sibkb.model import Manifest

SCHEMA: Final = 2
"""Raised whenever files of an older version can no longer be read or would be made otherwise."""
NAME: Final = "manifest.json"


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
        raise damaged(folder, str(error).strip().splitlines()[0] if str(error) else type(error).__name__) from error


def damaged(folder: Path, why: str) -> GenerationError:
    """The refusal of a generation."""
    return GenerationError(f"the index in {folder} cannot be used: {why} — run `sibkb build`")


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest alone."""
    with refusing(folder):
        if not (folder / NAME).is_file():
            raise damaged(folder, f"{NAME} is missing")
        values = json.loads((folder / NAME).read_text(encoding="utf-8"))
        if values["schema"] != SCHEMA:
            raise damaged(folder, f"it has schema {values['schema']} and this sibkb reads schema {SCHEMA}")
        files = {path: _stamp(stamp) for path, stamp in values.pop("files").items()}
        return Manifest(files=files, **values)


def _stamp(stamp: list[Any]) -> tuple[str, int, int]:
    digest, time, size = stamp
    return str(digest), int(time), int(size)


def write_manifest(folder: Path, head: ManifestHead, counts: Mapping[str, Any]) -> Manifest:
    """Write the manifest over the files that stand in the folder."""
    manifest = Manifest(schema=SCHEMA, digests=_digests(folder), **counts, **asdict(head))
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
    """Digests of all files but locks, which come and go as tantivy opens the words."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock")
    return {path.relative_to(folder).as_posix(): _digest(path) for path in paths if path.name != NAME}


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
