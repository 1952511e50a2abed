"""`sibkb check`: everything that is wrong in the corpus."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Final

import typer

from sibkb.cli.options import Json, check_word
from sibkb.cli.printing import counted, err, out, print_annotations, print_json, print_problems
from sibkb.model import Problem

FORMATS: Final = ("text", "json", "github")


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
    form: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="WORD",
            help="text: a line each; json: data for scripts; github: beside its line in a pull request.",
        ),
    ] = "text",
    as_json: Json = False,
) -> None:
    """Say everything that is wrong in the corpus, with place and fix."""
    from sibkb import checking
    from sibkb.corpus import select

    check_word(form, FORMATS, "--format")
    where = context.obj.corpus
    for path in paths or []:
        if not path.exists():
            raise typer.BadParameter(f"there is no {path}")
    reading, problems = checking.check(where, paths or [])
    missed = select(reading.warnings, where, paths or [])
    listed = any(path.is_file() for path in paths or []) if warnings is None else warnings
    told = [*problems, *(missed if listed else ())]
    _tell(told, "json" if as_json else form, where)
    read = "" if paths else f"{counted(len(reading.files), 'file')}, {counted(len(reading.passages), 'passage')}, "
    err().print(f"{read}{counted(len(problems), 'error')}{_missed(len(missed), listed)}")
    raise typer.Exit(1 if problems else 0)


def _missed(warnings: int, listed: bool) -> str:
    if not warnings:
        return ""
    way = "" if listed else f" (--warnings lists {'it' if warnings == 1 else 'them'})"
    return f", {counted(warnings, 'warning')}{way}"


def _tell(problems: Sequence[Problem], form: str, where: Path) -> None:
    if form == "json":
        print_json([asdict(problem) for problem in problems])
    elif form == "github":
        print_annotations(problems, where)
    else:
        print_problems(problems, out(), prefix=where)
