"""`sibkb withdraw`: take a document or a passage out for good."""

from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from sibkb.cli.opening import progress
from sibkb.cli.options import Author, Json, keeping
from sibkb.cli.printing import counted, err, out, print_json, print_problems, shown
from sibkb.settings import Settings

if TYPE_CHECKING:
    from sibkb.corpus import Plan
    from sibkb.withdrawing import Withdrawal

_GIT: Final = """\
Where the corpus is kept in git, its history still has the words. `git filter-repo --replace-text FILE` takes them out
of every commit (FILE has them as they stand in the file, a line each), `git filter-repo --invert-paths --path PATH`
takes out a whole file; it is a tool of its own. Push the result with force, and have every clone made anew.
Backups, downloads and copies that others took cannot be reached from here: ask who keeps them."""
"""What stays, and how to remove it."""


def withdraw(  # noqa: PLR0913, each is an option of the command line
    context: typer.Context,
    id: Annotated[str, typer.Argument(help="Id of a document or a passage.")],
    reason: Annotated[
        str, typer.Option(metavar="TEXT", help="Why, for readers of old links; without the words withdrawn.")
    ],
    yes: Annotated[bool, typer.Option("--yes", help="Do it; else only show what would be done.")] = False,
    author: Author = None,
    as_json: Json = False,
) -> None:
    """Take a document or a passage out for good: of the files, of every index, and of the copies of what they were."""
    from sibkb import withdrawing

    if not reason.strip():
        raise typer.BadParameter("say why, in a sentence", param_hint="--reason")
    plan = withdrawing.prepare(context.obj, id)
    if not yes:
        _show(context.obj, plan, as_json)
        return
    with progress() as heard:
        today, keep = datetime.now(UTC).date().isoformat(), keeping(context.obj, author)
        done = withdrawing.withdraw(context.obj, plan, reason=reason, day=today, keep=keep, progress=heard)
    if as_json:
        print_json(_data(plan, done))
    else:
        _tell(context.obj, plan, done)
    raise typer.Exit(1 if done.uses or done.standing else 0)


def _show(settings: Settings, plan: "Plan", as_json: bool) -> None:
    if as_json:
        print_json(_data(plan, None))
    else:
        for text in plan.texts:
            out().print(f"  {text}")
        for edit in plan.edits:
            what = "would be removed" if edit.after is None else "would no longer have it"
            out().print(f"{shown(settings.corpus)}/{edit.path} {what}")
    err().print(f"Nothing is withdrawn yet; withdraw {' and '.join(plan.ids)} with --yes. There is no undo.")


def _tell(settings: Settings, plan: "Plan", done: "Withdrawal") -> None:
    where = shown(settings.corpus)
    for stone in done.tombstones:
        out().print(f"{stone.id} is withdrawn: {stone.date}, {stone.reason}")
    for edit in plan.edits:
        out().print(f"{where}/{edit.path} {'is removed' if edit.after is None else 'no longer has it'}")
    out().print(f"The index is {done.generation or 'empty'}; every older one is removed")
    print_problems([replace(each, path=f"{where}/{each.path}") for each in done.uses], err())
    for path, line in done.standing:
        err().print(f"{where}/{path}:{line} still has words of it — take them out by hand", style="red")
    left = len(done.uses) + len(done.standing)
    err().print(f"{counted(left, 'place')} left to mend" if left else "Nothing else in the corpus uses it")
    err().print(_GIT)


def _data(plan: "Plan", done: "Withdrawal | None") -> dict[str, Any]:
    return {
        "withdrawn": done is not None,
        "ids": list(plan.ids),
        "files": [{"path": edit.path, "removed": edit.after is None} for edit in plan.edits],
        "tombstones": [asdict(each) for each in done.tombstones] if done else [],
        "generation": done.generation if done else None,
        "uses": [asdict(each) for each in done.uses] if done else [],
        "standing": [{"path": path, "line": line} for path, line in done.standing] if done else [],
    }
