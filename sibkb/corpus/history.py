"""What became of the corpus: each change with what was there before, as a commit of git or as a dated copy.

Copies lie in `.trash/`, a folder for each change: `change.json` tells when, what and which files, with the SHA-256 of
each before and after; `files/` has what they were. All of it may be deleted at any time: only the way back is lost.
"""

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any, Final, Literal

from sibkb import git
from sibkb.errors import CorpusError, SibkbError
from sibkb.git import Commit, Repository

TRASH: Final = ".trash"
_TOLD: Final = "change.json"
_FILES: Final = "files"
_MOST: Final = 1000
"""Changes that are looked through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """What becomes of one file."""

    path: str
    """From the corpus folder, with forward slashes."""
    before: bytes | None
    """What it must hold still; None where there must be none."""
    after: bytes | None
    """What it will hold; None where it will be gone."""
    make_folder: bool = True
    """Whether a new file's folder is made where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """How a change is kept."""

    git: bool = False
    """As a commit, where the corpus lies in a work tree of git."""
    author: str | None = None
    """Whose change it is, as `Ann Smith <ann@example.org>`; None for the one whom git knows."""
    copies: bool = True
    """As a copy, where it is no commit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change that was kept."""

    id: str
    when: datetime
    what: str
    by: str
    """Empty where that was not said."""
    files: tuple[str, ...]
    kept: Literal["commit", "copy"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A file before and after a change: its bytes before, and the SHA-256 of both; None where there was none."""

    path: str
    before: bytes | None
    digests: tuple[str | None, str | None]


def digest(data: bytes | None) -> str | None:
    """SHA-256 of a file's bytes; None where there is none."""
    return None if data is None else hashlib.sha256(data).hexdigest()


@contextlib.contextmanager
def kept(folder: Path, edits: Sequence[Edit], what: str, keep: Keeping) -> Iterator[None]:
    """Keep what is done inside: a copy of what was there first, or a commit afterwards."""
    repository = git.repository(folder) if keep.git else None
    if repository:
        with _committed(repository, edits, what, keep.author):
            yield
    elif keep.copies:
        with _copied(folder, edits, what, keep.author):
            yield
    else:
        yield


@contextlib.contextmanager
def _committed(repository: Repository, edits: Sequence[Edit], what: str, author: str | None) -> Iterator[None]:
    paths = [edit.path for edit in edits]
    who = repository.ready(author)
    if repository.changed(paths):
        raise CorpusError(
            f"{' or '.join(paths)} has changes that git has not, and nothing was done — commit them first"
        )
    yield
    try:
        repository.commit(paths, what, who)
    except SibkbError as error:
        raise CorpusError(f"it is done, but not committed: {error}; commit {' and '.join(paths)} by hand") from error


@contextlib.contextmanager
def _copied(folder: Path, edits: Sequence[Edit], what: str, author: str | None) -> Iterator[None]:
    made = _record(folder, edits, what, author)
    try:
        yield
    except BaseException:
        if all(_holds(folder / edit.path) == edit.before for edit in edits):  # nothing was changed
            shutil.rmtree(made, ignore_errors=True)
        raise


def _holds(path: Path) -> bytes | None:
    with contextlib.suppress(OSError):
        return path.read_bytes()
    return None


def _record(folder: Path, edits: Sequence[Edit], what: str, author: str | None) -> Path:
    """A copy of what the files are, whole or not there at all."""
    trash = folder / TRASH
    now = datetime.now(UTC)
    id = f"{now:%Y%m%dT%H%M%S-%f}"
    aside = trash / f".{id}.{os.getpid()}"
    told = {"when": now.isoformat(), "what": what, "by": author or "",
            "files": {edit.path: [digest(edit.before), digest(edit.after)] for edit in edits}}  # fmt: skip
    try:
        for edit in edits:
            if edit.before is not None:
                _write(aside / _FILES / edit.path, edit.before)
        _write(aside / _TOLD, (json.dumps(told, ensure_ascii=False, indent=2) + "\n").encode())
        if not (trash / ".gitignore").exists():
            _write(trash / ".gitignore", b"*\n")
        return aside.rename(trash / id)
    except OSError as error:
        shutil.rmtree(aside, ignore_errors=True)
        why = f"{error.strerror} — check the folder's rights"
        raise CorpusError(f"{trash} cannot be written, and nothing was done: {why}") from error


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def changes(folder: Path, id: str | None = None, failed: Callable[[SibkbError], None] = lambda _: None) -> list[Change]:
    """All that was kept of the corpus, or of one document, the newest first; copies alone where git cannot be asked."""
    found = [change for _, change, _ in _copies(folder)]
    try:
        if repository := git.repository(folder):
            found += map(_of_commit, repository.log(limit=_MOST))
    except SibkbError as error:
        failed(error)
    name = id and id.partition(".")[0]
    wanted = [each for each in found if not name or any(PurePosixPath(path).stem == name for path in each.files)]
    return sorted(wanted, key=lambda each: each.when, reverse=True)


def _of_commit(commit: Commit) -> Change:
    return Change(id=commit.id, when=commit.when, what=commit.what, by=commit.by, files=commit.files, kept="commit")


def _copies(folder: Path) -> Iterator[tuple[Path, Change, dict[str, Any]]]:
    """Each copy that can be read: its folder, the change, the digests of its files."""
    for path in sorted((folder / TRASH).glob(f"[!.]*/{_TOLD}")):
        try:
            told = json.loads(path.read_text(encoding="utf-8"))
            when, files = datetime.fromisoformat(told["when"]), dict(told["files"])
            change = Change(id=path.parent.name, when=when, what=str(told["what"]), by=str(told["by"]),
                            files=tuple(files), kept="copy")  # fmt: skip
        except (OSError, ValueError, KeyError, TypeError):  # not ours, or half deleted
            continue
        yield path.parent, change, files


def versions(folder: Path, change: Change) -> list[Version]:
    """The files of a change, before and after."""
    if change.kept == "copy":
        return [_copied_version(place, path, files[path])
                for place, each, files in _copies(folder) if each.id == change.id for path in files]  # fmt: skip
    repository = git.Repository(folder=folder.resolve())
    return [_committed_version(repository, change.id, path) for path in change.files]


def _copied_version(place: Path, path: str, digests: Sequence[str | None]) -> Version:
    before, after = digests
    data = None if before is None else _holds(place / _FILES / path)
    if digest(data) != before:
        raise CorpusError(f"the copy of {path} in {place} is not what it was — it cannot be put back")
    return Version(path=path, before=data, digests=(before, after))


def _committed_version(repository: Repository, commit: str, path: str) -> Version:
    before = repository.at(f"{commit}^", path)
    return Version(path=path, before=before, digests=(digest(before), digest(repository.at(commit, path))))


def earlier(folder: Path, path: str, limit: int, seconds: float) -> Iterator[bytes]:
    """What a file was before, the newest first: its copies, then its commits; no call of git takes longer."""
    copies = [place / _FILES / path for place, change, _ in _copies(folder) if path in change.files]
    yield from filter(None, map(_holds, reversed(copies[-limit:])))
    if repository := git.repository(folder, seconds):
        for commit in repository.log([path], limit):
            if data := repository.at(commit.id, path):
                yield data


def purge(folder: Path, holds: Callable[[str, bytes], bool]) -> int:
    """Remove every copy of which a file holds what must be gone, and what crashes left; returns how many."""
    gone = [place for place, _, _ in _copies(folder) if _any(place / _FILES, holds)]
    for place in [*gone, *(folder / TRASH).glob(".[0-9]*")]:
        shutil.rmtree(place)
    return len(gone)


def _any(files: Path, holds: Callable[[str, bytes], bool]) -> bool:
    paths: Iterable[Path] = (path for path in files.rglob("*") if path.is_file())
    return any(holds(path.relative_to(files).as_posix(), path.read_bytes()) for path in paths)
