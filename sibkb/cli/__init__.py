"""The command line: also what scripts and checks use. Data on stdout, everything else on stderr.

Exit codes: 0 good, 1 problems found, 2 wrong use or something that cannot be done.

Each command is a function in a file of its own, or beside a close relative, and a row of `COMMANDS`. What they share
stands in `options` (what can be given), `opening` (a knowledge base) and `printing`.
"""

import io
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Final, NamedTuple

import typer

from sibkb import vocabulary
from sibkb.cli import (
    audit,
    build,
    check,
    doctor,
    export,
    history,
    intake,
    measure,
    new,
    schema,
    search,
    serve,
    show,
    withdraw,
)
from sibkb.cli.opening import complain
from sibkb.cli.options import check_word
from sibkb.errors import SibkbError
from sibkb.settings import Settings


class Command(NamedTuple):
    """One command."""

    name: str
    run: Callable[..., Any]
    """Its parameters are the command's, its docstring is the help."""
    example: str
    """Ends the help."""


COMMANDS: Final = (
    Command("check", check.check, "sibkb check   or   sibkb check corpus/cases/my-case.md"),
    Command("audit", audit.audit, "sibkb audit   or   sibkb audit corpus/cases/my-case.md --json"),
    Command("build", build.build, "sibkb build"),
    Command("watch", build.watch, "sibkb watch   (Ctrl+C ends it)"),
    Command("search", search.search, "sibkb search 'how did legal come round' --kind quote --role worker -k 5"),
    Command("show", show.show, "sibkb show rikers-island-able   or   sibkb show interview-roles-in-government.own-job"),
    Command("export", export.export, "sibkb export peterborough-one-service --out case.docx   or   --handbook folder"),
    Command("new", new.new, "sibkb new case my-city-bond"),
    Command("import", intake.bring_in, "sibkb import 'My case.docx'   or   sibkb import 'My case.docx' --write"),
    Command("accept", intake.accept, "sibkb accept my-case   or   sibkb accept my-case --as leeds-homes"),
    Command("schema", schema.schema, "sibkb schema   or   sibkb schema glossary > glossary.json"),
    Command("history", history.history, "sibkb history   or   sibkb history my-case"),
    Command("undo", history.undo, "sibkb undo   or   sibkb undo my-case"),
    Command(
        "withdraw",
        withdraw.withdraw,
        "sibkb withdraw my-case.lesson-1a2b3c4d --reason 'The speaker no longer agrees.' --yes",
    ),
    Command("eval", measure.measure, "sibkb eval --split tune --queries   or   sibkb eval --save"),
    Command("doctor", doctor.doctor, "sibkb doctor"),
    Command("app", serve.serve, "sibkb app --port 8600"),
)
"""In the order of the help."""

app = typer.Typer(
    name="sibkb",
    help="A knowledge base of social impact bond case studies and interviews, kept as files.",
    epilog="Begin with: sibkb search 'who did the legwork'",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in COMMANDS:
    app.command(command.name, epilog=f"For example: {command.example}")(command.run)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command; an error that we raised on purpose becomes one clear line and exit code 2."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # what a terminal cannot show is spelled out, never a crash
    try:
        app(args=arguments)
    except SibkbError as error:
        complain(error)
        sys.exit(2)


@app.callback()
def settings(
    context: typer.Context,
    corpus: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Folder of the case files.", envvar="SIBKB_CORPUS")
    ] = None,
    indexes: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Folder of the built index.", envvar="SIBKB_INDEXES")
    ] = None,
    model: Annotated[
        str | None, typer.Option(metavar="MODEL", help="Encoder: a local folder or a name.", envvar="SIBKB_MODEL")
    ] = None,
    release: Annotated[
        str | None,
        typer.Option(metavar="WORD", help="public (where nothing says), workshop or internal.", envvar="SIBKB_RELEASE"),
    ] = None,
) -> None:
    """A knowledge base of social impact bond case studies and interviews, kept as files."""
    given = Settings.from_environment()
    vocabulary.adopt(given.words)
    if release is not None:
        check_word(release, vocabulary.RELEASES, "--release")
    context.obj = replace(
        given,
        corpus=corpus or given.corpus,
        indexes=indexes or given.indexes,
        model=model or given.model,
        ceiling=release or given.ceiling,
    )
