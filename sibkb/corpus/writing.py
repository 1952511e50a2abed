"""The one writer of the corpus folder: what is new, what takes another's place, what goes.

Every file is whole at every moment, and one that somebody changed meanwhile is not written over.
"""

import contextlib
import os
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from sibkb.corpus import history
from sibkb.corpus.history import Edit, Keeping
from sibkb.corpus.reading import DRAFTS, EVALUATION, FOLDERS, paths, read
from sibkb.errors import CorpusError
from sibkb.model import Problem
from sibkb.parsing import Fixed, parse
from sibkb.parsing.front_matter import ID

BY_COPY: Final = Keeping()


def change(folder: Path, edits: Sequence[Edit], what: str, keep: Keeping = BY_COPY) -> None:
    """Do all of it, in this order, as one change that is kept and can be undone.

    Nothing is done where one of the files is not as it was when the edits were made.
    """
    for edit in edits:
        if not _is_as_it_was(folder / edit.path, edit):
            raise _not_as_it_was(folder / edit.path, edit)
    with history.kept(folder, edits, what, keep):
        for edit in edits:
            _apply(folder / edit.path, edit)


def holds(path: Path) -> bytes | None:
    """What a file holds; None where there is none."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise CorpusError(f"{path} cannot be read: {error.strerror} — see to its rights") from error


def _is_as_it_was(path: Path, edit: Edit) -> bool:
    return not os.path.lexists(path) if edit.before is None else holds(path) == edit.before


def _not_as_it_was(path: Path, edit: Edit) -> CorpusError:
    if edit.before is None:
        return CorpusError(f"{path} is there already — choose another id, or edit that file")
    return CorpusError(f"{path} has changed meanwhile — run the command again")


def _apply(path: Path, edit: Edit) -> None:
    if edit.after is None:
        if holds(path) == edit.before:  # else somebody has just changed it: it stays
            path.unlink()
            _sync(path.parent)
        return
    path = path.resolve()  # what a link names is written, and the link stays
    with _aside(path, edit.after, make_folder=edit.make_folder and edit.before is None) as aside:
        if edit.before is None:
            try:
                os.link(aside, path)  # fails where the name is taken, unlike a rename
            except FileExistsError as error:
                raise _not_as_it_was(path, edit) from error
        else:
            shutil.copymode(path, aside)
            aside.replace(path)
        _sync(path)
        _sync(path.parent)


@contextlib.contextmanager
def _aside(target: Path, data: bytes, *, make_folder: bool) -> Iterator[Path]:
    """The data in a file beside the target, which is gone afterwards."""
    aside = target.with_name(f".{target.name}.{os.getpid()}-{threading.get_ident()}")
    try:
        if make_folder:
            target.parent.mkdir(parents=True, exist_ok=True)
        aside.write_bytes(data)
        yield aside
    except OSError as error:
        raise CorpusError(f"{target} cannot be written: {error.strerror} — check the folder's rights") from error
    finally:
        with contextlib.suppress(OSError):
            aside.unlink()


def _sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    with contextlib.suppress(PermissionError):  # Windows opens no folders
        opened = os.open(path, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def add(folder: Path, path: str, text: str, keep: Keeping = BY_COPY) -> Path:
    """Create a file that was not there; never overwrites, and leaves nothing half written."""
    change(folder, [Edit(path=path, before=None, after=text.encode())], f"Add {path}", keep)
    return folder / path


def accept(
    folder: Path,
    draft: str,
    id: str | None = None,
    keep: Keeping = BY_COPY,
    *,
    settle: Callable[[bytes], bytes] = bytes,
) -> tuple[Path, tuple[Problem, ...]]:
    """Make a draft part of the corpus: its new path and no problem, or its old path and all problems, nothing moved.

    `draft` is a path, or the id of a file in `drafts/`, which is gone afterwards; a file from elsewhere stays. `settle`
    makes of the bytes of the draft those that are taken in, and that problems are told of.
    """
    path = Path(draft) if draft.endswith(".md") else folder / DRAFTS / f"{draft}.md"
    try:
        data = path.read_bytes()
    except OSError as error:
        raise CorpusError(f"{path} cannot be read: {error.strerror} — name a draft by its path or its id") from error
    moved = path.resolve().parent == (folder / DRAFTS).resolve()
    gone = [Edit(path=f"{DRAFTS}/{path.name}", before=data, after=None)] if moved else []
    made, problems = take_in(folder, id or path.stem, settle(data), keep, gone)
    return made or path, problems


def take_in(
    folder: Path, id: str, data: bytes, keep: Keeping = BY_COPY, gone: Sequence[Edit] = ()
) -> tuple[Path | None, tuple[Problem, ...]]:
    """Make a text part of the corpus under that id: its path and no problem, or None and all problems.

    `gone` is what goes in the same change.
    """
    if not ID.fullmatch(id):
        raise CorpusError(f"`{id}` is no id — use lower case, digits and hyphens, or give one with --as")
    name = place(id, data)
    if taken := next((each for each in paths(folder) if each.stem == id), None):
        raise CorpusError(f"`{id}` is the id of {taken} already — give another with --as")
    problems = tuple(each for each in read(folder, {name: data}).problems if each.path == name)
    if problems:
        return None, problems
    made = Edit(path=name, before=None, after=data.decode("utf-8-sig").encode())
    change(folder, [made, *gone], f"Accept {name}", keep)  # in this order: a crash between them leaves both
    return folder / name, ()


def place(id: str, data: bytes) -> str:
    """Where in the corpus a file of these bytes belongs."""
    document = parse(f"{id}.md", data).document
    spoken = document is not None and document.kind in ("interview", "commentary")
    return f"{FOLDERS['interview' if spoken else 'case']}/{id}.md"


def rewrite(folder: Path, fixed: Fixed) -> None:
    """Put a file right, if it is still the one that was read; leaves nothing half written."""
    change(
        folder,
        [Edit(path=fixed.path, before=fixed.before.encode(), after=fixed.after.encode())],
        f"Put {fixed.path} right",
    )


def record_evaluation(folder: Path, text: str) -> Path:
    """Keep how well search answers, in place of what was kept before; leaves nothing half written.

    Of these figures no history is kept: they can be measured again.
    """
    before = holds(folder / EVALUATION)
    edit = Edit(path=EVALUATION, before=before, after=text.encode(), make_folder=False)
    change(folder, [edit], "Record figures", Keeping(copies=False))
    return folder / EVALUATION
