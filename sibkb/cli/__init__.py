"""The command line: also what scripts and checks use. Data on stdout, everything else on stderr.

Exit codes: 0 good, 1 problems found, 2 wrong use or something that cannot be done.
"""

import contextlib
import io
import re
import shlex
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from sibkb import evaluating, vocabulary
from sibkb.cli.giving import CITATIONS, citation, write_brief
from sibkb.cli.printing import (
    counted,
    err,
    out,
    print_document,
    print_figures,
    print_json,
    print_passage,
    print_problems,
    print_results,
    row_json,
    shown,
)
from sibkb.errors import SibkbError
from sibkb.exporting import document_json, passage_json, results_json
from sibkb.model import FILTER_WORDS, MODES, Filters, Query, takes
from sibkb.settings import Settings

if TYPE_CHECKING:
    from sibkb.kb import KnowledgeBase

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
_EVERY: Final = 512
_YEARS: Final = re.compile(r"([0-9]{4})(?:[-–]([0-9]{4}))?")

Json = Annotated[bool, typer.Option("--json", help="Print data for scripts.")]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command; an error that we raised on purpose becomes one clear line and exit code 2."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # what a terminal cannot show is spelled out, never a crash
    try:
        app(args=arguments)
    except SibkbError as error:
        _complain(error)
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
        str, typer.Option(metavar="WORD", help="public, workshop or internal.", envvar="SIBKB_RELEASE")
    ] = "public",
) -> None:
    """A knowledge base of social impact bond case studies and interviews, kept as files."""
    given = Settings()
    _check_word(release, vocabulary.RELEASES, "--release")
    context.obj = replace(
        given, corpus=corpus or given.corpus, indexes=indexes or given.indexes, model=model or None, ceiling=release
    )


@app.command(epilog="For example: sibkb check   or   sibkb check corpus/cases/my-case.md")
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


@app.command(epilog="For example: sibkb build")
def build(context: typer.Context, as_json: Json = False) -> None:
    """Build the index of the corpus; only what changed is encoded."""
    from sibkb import kb

    with _progress() as progress:
        built = kb.build(context.obj, progress=progress)
    manifest, published = built.published.manifest, built.published
    print_problems(built.reading.problems, err(), prefix=context.obj.corpus)
    if as_json:
        print_json({"generation": manifest.name, "changed": published.changed, "documents": manifest.documents,
                    "passages": manifest.passages, "encoded": published.encoded, "reused": manifest.reused,
                    "kept": list(published.kept), "problems": len(built.reading.problems)})  # fmt: skip
    else:
        how = f"{published.encoded} texts encoded, {manifest.reused} reused" if published.changed else "nothing to do"
        out().print(f"{manifest.name}: {manifest.documents} documents, {manifest.passages} passages; {how}")
    for path in published.kept:
        err().print(f"{path} is broken: its last good version is served", style="yellow")
    raise typer.Exit(1 if built.reading.problems else 0)


@app.command(epilog="For example: sibkb watch   (Ctrl+C ends it)")
def watch(context: typer.Context) -> None:
    """Build, then build again whenever a file changes."""
    from sibkb import kb

    def told(built: "kb.Built") -> None:
        print_problems(built.reading.problems, err(), prefix=context.obj.corpus)
        manifest = built.published.manifest
        out().print(f"{manifest.name}: {manifest.documents} documents, {built.published.encoded} texts encoded")

    with contextlib.suppress(KeyboardInterrupt):
        kb.follow(context.obj, told, lambda error: _complain(error, context.obj.corpus))


@app.command(epilog="For example: sibkb search 'how did legal come round' --kind quote --role worker -k 5")
def search(  # noqa: PLR0913, each is an option of the command line
    context: typer.Context,
    text: Annotated[str, typer.Argument(help='A question in plain words; "double quotes" ask for a phrase.')] = "",
    k: Annotated[int, typer.Option("-k", "--limit", metavar="N", min=1, max=1000, help="How many hits.")] = 10,
    offset: Annotated[int, typer.Option(metavar="N", min=0, help="Skip this many.")] = 0,
    mode: Annotated[str, typer.Option(metavar="WORD", help=f"One of: {', '.join(MODES)}.")] = "hybrid",
    kind: Annotated[
        list[str] | None, typer.Option(metavar="WORD", help="Such as quote or lesson; may be repeated.")
    ] = None,
    theme: Annotated[list[str] | None, typer.Option(metavar="WORD", help="Such as procurement.")] = None,
    sector: Annotated[list[str] | None, typer.Option(metavar="WORD", help="Such as criminal-justice.")] = None,
    country: Annotated[list[str] | None, typer.Option(metavar="WORD", help="Two letters, such as GB.")] = None,
    stage: Annotated[
        list[str] | None, typer.Option(metavar="WORD", help="Of the project, such as ended-early.")
    ] = None,
    work_stage: Annotated[
        list[str] | None, typer.Option(metavar="WORD", help="Of the work, such as contracting.")
    ] = None,
    audience: Annotated[
        list[str] | None, typer.Option(metavar="WORD", help="Who can use it, such as commissioner.")
    ] = None,
    role: Annotated[list[str] | None, typer.Option(metavar="WORD", help="Who speaks, such as worker.")] = None,
    about_role: Annotated[list[str] | None, typer.Option(metavar="WORD", help="Whom it is about.")] = None,
    basis: Annotated[list[str] | None, typer.Option(metavar="WORD", help="stated or inferred.")] = None,
    years: Annotated[str | None, typer.Option(metavar="YEARS", help="When the service ran, such as 2012-2015.")] = None,
    as_json: Json = False,
) -> None:
    """Find who said what in which case, and why it matched."""
    given = {"kind": kind, "theme": theme, "sector": sector, "country": country, "stage": stage,
             "work_stage": work_stage, "audience": audience, "role": role, "about_role": about_role,
             "basis": basis}  # fmt: skip
    filters = Filters(**{name: tuple(values or ()) for name, values in given.items()}, years=_years(years))
    _check_filters(filters)
    _check_word(mode, MODES, "--mode")
    base = _open(context.obj)
    results = base.search(Query(text=text, filters=filters, limit=k, offset=offset, mode=mode))
    if as_json:
        print_json(results_json(results, shown(context.obj.corpus)))
    else:
        print_results(results, shown(context.obj.corpus))


@app.command(
    epilog="For example: sibkb show rikers-island-able   or   sibkb show interview-roles-in-government.own-job"
)
def show(
    context: typer.Context,
    id: Annotated[str, typer.Argument(help="Id of a document or a passage.")],
    as_json: Json = False,
    cite: Annotated[
        str | None, typer.Option(metavar="WORD", help="Print how to cite it instead: plain or bibtex.")
    ] = None,
    brief: Annotated[
        Path | None, typer.Option(metavar="FILE.pdf", help="Write a page for a meeting about the document instead.")
    ] = None,
) -> None:
    """Print a document or a passage with its sources and context."""
    _check_show(id, as_json, cite, brief)
    base, corpus = _open(context.obj), shown(context.obj.corpus)
    if cite:
        out().print(citation(base, id, cite, date.today()), soft_wrap=True)
        return
    if brief:
        out().print(shown(write_brief(base, id, brief, date.today())))
        return
    if "." not in id:
        document = base.document(id)
        passages = base.engine.passages(document.passage_ids)
        if as_json:
            each = [passage_json(passage, document, corpus) for passage in passages]
            print_json(document_json(document) | {"passages": each})
        else:
            print_document(document, passages, corpus)
        return
    passage = base.passage(id)
    document = base.document(passage.document_id)
    if as_json:
        print_json(passage_json(passage, document, corpus))
    else:
        print_passage(passage, document, corpus)


@app.command(epilog="For example: sibkb new case my-city-bond")
def new(
    context: typer.Context,
    kind: Annotated[str, typer.Argument(help="case or interview")],
    id: Annotated[str, typer.Argument(help="Lower case, digits and hyphens.")],
) -> None:
    """Begin a case study or an interview from a template."""
    from sibkb import corpus, templates
    from sibkb.parsing.front_matter import ID

    if kind not in templates.TEMPLATES:
        raise typer.BadParameter(f"use one of: {', '.join(templates.TEMPLATES)}")
    if not ID.fullmatch(id):
        raise typer.BadParameter(f"`{id}` is no id: use lower case, digits and hyphens")
    made = corpus.add(context.obj.corpus, f"{corpus.FOLDERS[kind]}/{id}.md", templates.TEMPLATES[kind])
    out().print(shown(made))
    err().print(f"Fill in every TODO, then run: sibkb check {shlex.quote(shown(made))}")


@app.command(epilog="For example: sibkb eval --split tune --queries   or   sibkb eval --save")
def eval(  # noqa: PLR0913, each is an option of the command line
    context: typer.Context,
    split: Annotated[
        str | None, typer.Option(metavar="WORD", help=f"{', '.join(evaluating.SPLITS)}; all where none is named.")
    ] = None,
    mode: Annotated[
        list[str] | None, typer.Option(metavar="WORD", help="words, meaning, hybrid; all where none is named.")
    ] = None,
    queries: Annotated[bool, typer.Option("--queries", help="A row for every query.")] = False,
    save: Annotated[
        bool, typer.Option("--save", help="Keep the figures in the corpus folder: the About page shows them.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Measure the ranking on the judged queries of the corpus."""
    from sibkb import corpus

    if save:
        _check_whole(context.obj, split, mode)
    if split:
        _check_word(split, evaluating.SPLITS, "--split")
    for each in mode or ():
        _check_word(each, MODES, "--mode")
    judged, problems = evaluating.read_queries(corpus.QUERIES, corpus.read_queries(context.obj.corpus))
    if problems or not judged:
        print_problems(problems, err(), prefix=context.obj.corpus)
        raise SibkbError("there are no judged queries to run — see corpus/queries.yaml and `sibkb check`")
    base = _open(context.obj)
    rows = [
        {
            "mode": each_mode,
            "split": each_split,
            "rows": _rank(base, each_mode, [q for q in judged if q.split == each_split]),
        }
        for each_split in ([split] if split else evaluating.SPLITS)
        for each_mode in (mode or tuple(MODES))
    ]
    if as_json:
        print_json([_figures_json(row, queries) for row in rows])
    else:
        print_figures(rows, queries)
    if save:
        kept = corpus.record_evaluation(context.obj.corpus, evaluating.write_evaluation(_evaluation(base, rows)))
        err().print(f"Kept in {shown(kept)}, which the About page shows.")


@app.command(epilog="For example: sibkb doctor")
def doctor(context: typer.Context, as_json: Json = False) -> None:
    """Say whether everything sibkb needs is there and whole."""
    from sibkb import checking

    findings = checking.doctor(context.obj)
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            out().print(f"{'ok ' if finding.good else 'BAD'} {finding.what}: {finding.told}")
    raise typer.Exit(0 if all(finding.good for finding in findings) else 1)


@app.command(name="app", epilog="For example: sibkb app --port 8600")
def app_(
    context: typer.Context,
    port: Annotated[int, typer.Option(help="First port to try.", min=1, max=65535)] = 8501,
    address: Annotated[str, typer.Option(help="Where to listen; others can reach it with 0.0.0.0.")] = "localhost",
) -> None:
    """Start the app in the browser; the next free port is taken."""
    from sibkb import serving

    serving.serve(context.obj, address, port, err().print, _progress)


# Bits that commands share


def _complain(error: SibkbError, corpus: Path | None = None) -> None:
    err().print(f"sibkb: {error}", style="red")
    print_problems(getattr(error, "problems", ()), err(), prefix=corpus)


@contextlib.contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal, a line now and then elsewhere; both begin with the first step of long work."""
    from rich.progress import Progress

    bar = Progress(console=err(), transient=True, disable=not sys.stderr.isatty())
    task = bar.add_task("Encoding", total=None)

    def heard(done: int, total: int) -> None:
        if bar.disable:
            if done % _EVERY == 0 or done == total:
                err().print(f"Encoded {done} of {total} texts.")
            return
        bar.start()
        bar.update(task, completed=done, total=total)

    try:
        yield heard
    finally:
        if bar.live.is_started:
            bar.stop()


def _open(given: Settings) -> "KnowledgeBase":
    from sibkb import kb

    with _progress() as progress:
        base = kb.open_kb(given, progress, say=err().print)
    if base.stale():
        err().print("The corpus has changed since the index was built: run `sibkb build`.", style="yellow")
    return base


def _check_show(id: str, as_json: bool, cite: str | None, brief: Path | None) -> None:
    if cite is not None:
        _check_word(cite, CITATIONS, "--cite")
    if sum((as_json, cite is not None, brief is not None)) > 1:
        raise typer.BadParameter("use one of: --json, --cite, --brief")
    if brief and "." in id:
        raise typer.BadParameter(f"a page is made of a whole document: {id.partition('.')[0]}", param_hint="--brief")


def _rank(base: "KnowledgeBase", mode: str, judged: Sequence[Any]) -> Any:
    def rank(asked: evaluating.Judged) -> list[str]:
        results = base.search(Query(text=asked.text, filters=asked.filters, mode=mode, limit=evaluating.DEPTH))
        return [hit.passage.id for hit in results.hits]

    return evaluating.run(judged, rank)


def _check_whole(given: Settings, split: str | None, mode: Sequence[str] | None) -> None:
    """Refuse to keep figures that are not those of all splits and modes, or not of what everyone sees."""
    if split or mode:
        why = "only the figures of all splits and modes together are kept: leave out --split and --mode"
        raise typer.BadParameter(why, param_hint="--save")
    if given.ceiling != "public":
        why = f"the figures kept are those of what everyone may see, not of --release {given.ceiling}: leave it out"
        raise typer.BadParameter(why, param_hint="--save")


def _evaluation(base: "KnowledgeBase", rows: Sequence[dict[str, Any]]) -> evaluating.Evaluation:
    return evaluating.Evaluation(
        date=datetime.now(UTC).date().isoformat(),
        generation=base.generation,
        documents=len(base.engine.documents),
        passages=len(base.engine.allowed(Filters())),
        encoder=base.encoder.name,
        measured=tuple(
            evaluating.Measured(split=row["split"], mode=row["mode"], figures=evaluating.summarise(row["rows"]))
            for row in rows
        ),
    )


def _figures_json(row: dict[str, Any], queries: bool) -> dict[str, Any]:
    figures = asdict(evaluating.summarise(row["rows"]))
    return {**row, "figures": figures, "rows": [row_json(each) for each in row["rows"]] if queries else None}


def _years(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    match = _YEARS.fullmatch(text)
    first, last = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
    if first > last:
        raise typer.BadParameter("write 2012 or 2012-2015", param_hint="--years")
    return first, last


def _check_filters(filters: Filters) -> None:
    for field, values in filters.active().items():
        option = f"--{field.replace('_', '-')}"
        for value in values:
            if field in FILTER_WORDS:
                _check_word(value, FILTER_WORDS[field], option)
            elif not takes(field, value):
                raise typer.BadParameter(f"`{value}` is no country: write two capitals, such as GB", param_hint=option)


def _check_word(value: str, known: Iterable[str], option: str) -> None:
    if value not in known:
        raise typer.BadParameter(f"`{value}` is none of: {', '.join(known)}", param_hint=option)
