"""Taking a change back: every file as it was before it, unless somebody has changed it since."""

from pathlib import Path
from typing import Final

from sibkb import git
from sibkb.corpus import history
from sibkb.corpus.history import Change, Edit, Keeping, Version
from sibkb.corpus.reading import WITHDRAWN, read
from sibkb.corpus.writing import change, holds
from sibkb.errors import CorpusError, QueryError
from sibkb.withdrawn import UNREAD

_SHORT: Final = 7
"""Letters that are enough of a change's id."""


def find(folder: Path, id: str | None, keep: Keeping) -> Change:
    """The change of that id; else the newest of the document, or of all, kept as changes are kept now."""
    every = history.changes(folder)
    if id and (named := [each for each in every if len(id) >= _SHORT and each.id.startswith(id)]):
        return named[0]
    now = "commit" if keep.git and git.repository(folder) else "copy"
    mine = [each for each in history.changes(folder, id) if each.kept == now]
    if not mine:
        of = f" of `{id}`" if id else ""
        raise QueryError(f"there is no change{of} to undo — `sibkb history` lists what was kept")
    return mine[0]


def undo(folder: Path, which: Change, keep: Keeping) -> tuple[Edit, ...]:
    """Put the files back as they were before a change, and keep that as a change of its own; returns what was done."""
    if WITHDRAWN in which.files:
        raise CorpusError(
            f"{which.id} is a withdrawal, which cannot be undone — should it be published again, with consent, remove "
            f"its entry from {WITHDRAWN} and add the text anew"
        )
    edits = tuple(edit for version in history.versions(folder, which) if (edit := _edit(folder, version)))
    if not edits:
        raise CorpusError(f"nothing is left of {which.id} ({which.what}): the files are as they were before it")
    _refuse_withdrawn(folder, edits)
    change(folder, edits, f"Undo: {which.what}", keep)
    return edits


def _edit(folder: Path, version: Version) -> Edit | None:
    """What puts one file back; None where it is already as it was."""
    now = holds(folder / version.path)
    before, after = version.digests
    if history.digest(now) == before:
        return None
    if history.digest(now) != after:
        raise CorpusError(
            f"{folder / version.path} was changed since, and nothing was undone — undo that first, or edit it"
        )
    return Edit(path=version.path, before=now, after=version.before)


def _refuse_withdrawn(folder: Path, edits: tuple[Edit, ...]) -> None:
    back = {edit.path: edit.after for edit in edits if edit.after is not None and edit.path.endswith(".md")}
    found = read(folder, back).problems
    revived = [each for each in found if each.code == UNREAD or (each.code == "X004" and each.path in back)]
    if revived:
        raise CorpusError("this would bring back what was withdrawn, so nothing was undone", revived)
