"""`sibkb import` and `sibkb accept`: a file of another format -> a draft -> a part of the corpus."""

import shlex
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sibkb.cli.options import Author, Json, check_word, keeping
from sibkb.cli.printing import counted, err, out, print_json, print_problems, shown
from sibkb.errors import SibkbError
from sibkb.settings import Settings

if TYPE_CHECKING:
    from sibkb.importing.candidates import Suggest
    from sibkb.importing.drafting import Draft


def bring_in(  # noqa: PLR0913, each is an option of the command line
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(help="Word, PDF, HTML, Markdown, text, transcripts or tables.")],
    kind: Annotated[str | None, typer.Option(metavar="WORD", help="case or interview.")] = None,
    to: Annotated[
        Path | None, typer.Option("--out", metavar="FOLDER", help="Where drafts go; the corpus has drafts/.")
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option("--map", metavar="FILE", help="What the columns of a table are (YAML).")
    ] = None,
    peers_of: Annotated[
        str | None, typer.Option(metavar="ID", help="Of an INDIGO export: only tell the peers of this record.")
    ] = None,
    write: Annotated[bool, typer.Option("--write", help="Write the drafts; else only show them.")] = False,
    as_json: Json = False,
) -> None:
    """Make drafts of files in other formats; shows what would be made, and writes with --write."""
    from sibkb import corpus, intake
    from sibkb.importing.drafting import KINDS

    if kind:
        check_word(kind, KINDS, "--kind")
    if peers_of:
        _print_peers([each for path in files for each in intake.peers(path, peers_of)], as_json)
        return
    folder = to or context.obj.corpus / corpus.DRAFTS
    found = intake.drafts(context.obj.corpus, files, kind, mapping, _suggest(context.obj))
    _refuse_same(found)
    made = [draft for _, draft in found]
    paths = [folder / f"{draft.id}.md" for draft in made]
    if not as_json:
        _print_columns(found)
    for path, draft in zip(paths, made, strict=True):
        if write:
            corpus.add(folder, path.name, draft.text, corpus.Keeping(copies=False))  # a draft is no part of the corpus
        if not as_json:
            _print_draft(shown(path), draft)
    if as_json:
        print_json([_data(path, draft, write) for path, draft in zip(paths, made, strict=True)])
    told = "Fill in every TODO, then run: sibkb accept" if write else "Nothing is written yet; do so with"
    ids = " ".join(
        shlex.quote(draft.id if to is None else shown(path)) for path, draft in zip(paths, made, strict=True)
    )
    err().print(f"{told} {ids}" if write else f"{told} --write")


def _suggest(given: Settings) -> "Suggest":
    """Suggests themes from the index that is there; says so where there is none, and builds none."""
    from sibkb import intake, kb
    from sibkb.importing.candidates import no_theme

    def suggest(texts: Sequence[str]) -> Sequence[tuple[str, str] | None]:
        try:
            base = kb.open_built(given)
            return intake.suggester(base)(texts)
        except SibkbError as error:
            err().print(f"No theme is suggested for what may be a quotation: {error}")
            return no_theme(texts)

    return suggest


def _print_peers(found: list[dict[str, str | None]], as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    for each in found:
        facts = (f"{key} {each[key] or 'not recorded'}" for key in ("stage", "start", "end", "invested"))
        out().print(f"{each['id']} {each['name'] or 'no name'}: {', '.join(facts)}")
    err().print(f"{counted(len(found), 'record')} of the same country and sector")


def _refuse_same(found: "list[tuple[Path, Draft]]") -> None:
    times = Counter(draft.id for _, draft in found)
    if twice := [str(path) for path, draft in found if times[draft.id] > 1]:
        raise typer.BadParameter(
            f"these would be one draft: {', '.join(twice)} — import them one by one, or rename one"
        )


def _print_columns(found: "list[tuple[Path, Draft]]") -> None:
    """Say once a file what each column of its table was taken for."""
    for path, columns in {path: draft.columns for path, draft in found if draft.columns}.items():
        used = ", ".join(f"{name} as {field}" for name, field in columns if field)
        unused = ", ".join(name for name, field in columns if not field)
        out().print(f"{shown(path)}: columns used: {used}" + (f"; not used: {unused}" if unused else ""))


def _data(path: Path, draft: "Draft", written: bool) -> dict[str, Any]:
    return {"path": str(path), "written": written} | asdict(draft)


def _print_draft(path: str, draft: "Draft") -> None:
    console = out()
    console.print(path, style="bold")
    console.print(f"  {draft.title or 'no title'} ({draft.kind})")
    for guess in draft.guesses:
        value = f"{guess.value} {guess.currency}" if guess.currency else guess.value
        console.print(f"  guess: {guess.key} {value} — paragraph {guess.paragraph}: “{guess.words}”")
    for each in draft.candidates:
        theme = f", theme {each.theme} as {each.like}" if each.theme else ""
        console.print(
            f"  may be a quotation: line {each.line}, {each.speaker or 'speaker not stated'}{theme}: {each.text}"
        )
    for lost in draft.lost:
        console.print(f"  not kept: {lost.where}: {lost.what}", style="yellow")


def accept(
    context: typer.Context,
    draft: Annotated[str, typer.Argument(help="Path of a file, or id of a draft.")],
    id: Annotated[str | None, typer.Option("--as", metavar="ID", help="Another id than the file's name.")] = None,
    author: Author = None,
    as_json: Json = False,
) -> None:
    """Make a draft part of the corpus, if nothing is wrong with it."""
    from sibkb import intake

    found = intake.accept(context.obj.corpus, draft, id, keeping(context.obj, author))
    path = found.path
    problems = [replace(problem, path=shown(path)) for problem in found.problems]  # where it stands, not where it would
    if as_json:
        data = {"quotations": found.taken, "left_out": found.left}
        print_json({"path": str(path), "accepted": not problems, "problems": list(map(asdict, problems))} | data)
    elif problems:
        print_problems(problems, out())
    else:
        out().print(shown(path))
    for words in found.left:
        err().print(f"not ticked, {'would be' if problems else 'was'} left out of the quotations: {words}")
    if problems:
        err().print(f"{counted(len(problems), 'problem')}; nothing was moved")
        raise typer.Exit(1)
