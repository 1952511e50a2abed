"""`sibkb history` and `sibkb undo`: what became of the corpus, and the way back."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from sibkb.cli.opening import complain
from sibkb.cli.options import Author, Json, keeping
from sibkb.cli.printing import err, out, print_json, shown

if TYPE_CHECKING:
    from sibkb.corpus import Change, Edit


def history(
    context: typer.Context,
    id: Annotated[str | None, typer.Argument(help="Id of a document; all where none is given.")] = None,
    limit: Annotated[int, typer.Option("-n", "--limit", min=1, help="How many changes.")] = 20,
    as_json: Json = False,
) -> None:
    """List what was changed, the newest first: the copies that sibkb keeps, and the commits of git."""
    from sibkb import corpus

    found = corpus.changes(context.obj.corpus, id, complain)[:limit]
    if as_json:
        print_json([asdict(each) | {"when": each.when.isoformat()} for each in found])
        return
    for each in found:
        _print(each)
    if not found:
        err().print(f"No change of {f'`{id}`' if id else 'the corpus'} was kept.")


def _print(change: "Change") -> None:
    name = change.id[:12] if change.kept == "commit" else change.id
    by = f", {change.by}" if change.by else ""
    out().print(f"{name}  {change.when:%Y-%m-%d %H:%M} UTC{by}: {change.what}")
    for path in change.files:
        out().print(f"  {path}", style="dim")


def undo(
    context: typer.Context,
    id: Annotated[
        str | None, typer.Argument(help="Id of a document, or of a change as `sibkb history` prints it.")
    ] = None,
    author: Author = None,
    as_json: Json = False,
) -> None:
    """Take back the last change, or the last of a document; to take that back, undo once more."""
    from sibkb import corpus

    folder, keep = context.obj.corpus, keeping(context.obj, author)
    which = corpus.find(folder, id, keep)
    edits = corpus.undo(folder, which, keep)
    if as_json:
        print_json({"undone": which.id, "what": which.what, "files": {edit.path: _did(edit) for edit in edits}})
        return
    out().print(f"Undone: {which.what} ({which.when:%Y-%m-%d %H:%M} UTC)")
    for edit in edits:
        out().print(f"  {shown(folder)}/{edit.path} {_did(edit)}")


def _did(edit: "Edit") -> str:
    if edit.after is None:
        return "is removed"
    return "is there again" if edit.before is None else "is as it was before"
