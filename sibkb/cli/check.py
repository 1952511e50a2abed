"""`sibkb check`: everything that is wrong in the corpus."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from sibkb.cli.options import Json
from sibkb.cli.printing import counted, err, out, print_json, print_problems


def check(
    context: typer.Context,
    paths: Annotated[list[Path] | None, typer.Argument(help="Files or folders; all where none is named.")] = None,
    as_json: Json = False,
) -> None:
    """Say everything that is wrong in the corpus, with place and fix."""
    from sibkb import checking

    where = context.obj.corpus
    for path in paths or []:
        if not path.exists():
            raise typer.BadParameter(f"there is no {path}")
    reading, problems = checking.check(where, paths or [])
    if as_json:
        print_json([asdict(problem) for problem in problems])
    else:
        print_problems(problems, out(), prefix=where)
    errors = sum(problem.severity == "error" for problem in problems)
    read = "" if paths else f"{counted(len(reading.files), 'file')}, {counted(len(reading.passages), 'passage')}, "
    warnings = f", {counted(len(problems) - errors, 'warning')}" if len(problems) > errors else ""
    err().print(f"{read}{counted(errors, 'error')}{warnings}")
    raise typer.Exit(1 if errors else 0)
