"""`sibkb check`: everything that is wrong in the corpus."""

import re
from collections.abc import Sequence
from dataclasses import asdict
from difflib import unified_diff
from pathlib import Path
from typing import Annotated, Final

import typer

from sibkb.cli.options import Json, check_word
from sibkb.cli.printing import counted, err, out, print_annotations, print_json, print_plain, print_problems, shown
from sibkb.model import Problem

FORMATS: Final = ("text", "json", "github")


def check(  # noqa: PLR0913, each is an option of the command line
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
    fix: Annotated[
        bool, typer.Option("--fix", help="First put right what can be without a doubt: dates, spellings, spaces.")
    ] = False,
    diff: Annotated[
        bool, typer.Option("--diff", "--dry-run", help="With --fix: show what it would change, and change nothing.")
    ] = False,
) -> None:
    """Say everything that is wrong in the corpus, with place and fix."""
    from sibkb import checking
    from sibkb.corpus import select

    check_word(form, FORMATS, "--format")
    where = context.obj.corpus
    for path in paths or []:
        if not path.exists():
            raise typer.BadParameter(f"there is no {path}")
    if diff:
        raise typer.Exit(1 if _differences(where, paths or [], fix) else 0)
    if fix:
        _fix(where, paths or [])
    reading, problems = checking.check(where, paths or [])
    missed = select(reading.warnings, where, paths or [])
    listed = any(path.is_file() for path in paths or []) if warnings is None else warnings
    told = [*problems, *(missed if listed else ())]
    _tell(told, "json" if as_json else form, where)
    read = "" if paths else f"{counted(len(reading.files), 'file')}, {counted(len(reading.passages), 'passage')}, "
    err().print(f"{read}{counted(len(problems), 'error')}{_missed(len(missed), listed)}")
    raise typer.Exit(1 if problems else 0)


def _differences(where: Path, paths: Sequence[Path], fix: bool) -> int:
    """Print what `--fix` would change as a unified diff; how many files that is."""
    from sibkb import corpus

    if not fix:
        raise typer.BadParameter("it goes with --fix", param_hint="--diff")
    found = corpus.fixes(where, paths)
    for each in found:
        name = shown(where / each.path)
        before, after = (re.split("\r\n|\r|\n", text) for text in (each.before, each.after))
        for line in unified_diff(before, after, name, name, lineterm=""):
            print_plain(line)
    return len(found)


def _fix(where: Path, paths: Sequence[Path]) -> None:
    from sibkb import corpus

    for each in corpus.fixes(where, paths):
        corpus.rewrite(where, each)
        for change in each.changes:
            err().print(f"{shown(where / each.path)}:{change}")


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
