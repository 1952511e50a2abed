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
    warnings: Annotated[
        bool | None,
        typer.Option(
            "--warnings/--no-warnings",
            help="List what a reader would miss, too. Without either, that is done for files that are named.",
            show_default=False,
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Say everything that is wrong in the corpus, with place and fix."""
    from sibkb import checking
    from sibkb.corpus import select

    where = context.obj.corpus
    for path in paths or []:
        if not path.exists():
            raise typer.BadParameter(f"there is no {path}")
    reading, problems = checking.check(where, paths or [])
    missed = select(reading.warnings, where, paths or [])
    listed = any(path.is_file() for path in paths or []) if warnings is None else warnings
    told = [*problems, *(missed if listed else ())]
    if as_json:
        print_json([asdict(problem) for problem in told])
    else:
        print_problems(told, out(), prefix=where)
    read = "" if paths else f"{counted(len(reading.files), 'file')}, {counted(len(reading.passages), 'passage')}, "
    err().print(f"{read}{counted(len(problems), 'error')}{_missed(len(missed), listed)}")
    raise typer.Exit(1 if problems else 0)


def _missed(warnings: int, listed: bool) -> str:
    if not warnings:
        return ""
    way = "" if listed else f" (--warnings lists {'it' if warnings == 1 else 'them'})"
    return f", {counted(warnings, 'warning')}{way}"
