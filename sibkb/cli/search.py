"""`sibkb search`: who said what in which case."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from sibkb.cli.files import write_new
from sibkb.cli.opening import open_base
from sibkb.cli.options import Json, check_filters, check_word, years_of
from sibkb.cli.printing import out, print_json, print_results, shown
from sibkb.exporting import FORMATS, Taken, results_json
from sibkb.model import MODES, Filters, Query


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
    taken: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help=f"Write all that is found instead: {', '.join(FORMATS)}."),
    ] = None,
) -> None:
    """Find who said what in which case, and why it matched."""
    given = {"kind": kind, "theme": theme, "sector": sector, "country": country, "stage": stage,
             "work_stage": work_stage, "audience": audience, "role": role, "about_role": about_role,
             "basis": basis}  # fmt: skip
    filters = Filters(**{name: tuple(values or ()) for name, values in given.items()}, years=years_of(years))
    check_filters(filters)
    check_word(mode, MODES, "--mode")
    make = _maker(taken, as_json)
    base, corpus = open_base(context.obj), shown(context.obj.corpus)
    query = Query(text=text, filters=filters, limit=k, offset=offset, mode=mode)
    if taken and make:
        hits = base.search(replace(query, limit=max(1, base.engine.manifest.passages), offset=0)).hits
        items = [(hit.document, hit.passage) for hit in hits]
        told = {"Question": text, "Filters": _said(filters)}
        write_new(taken, make(Taken(items=items, told=told, made=date.today(), corpus=corpus)))
        out().print(f"{shown(taken)}: {len(items)} passage{'s' * (len(items) != 1)}", soft_wrap=True)
        return
    results = base.search(query)
    if as_json:
        print_json(results_json(results, corpus))
    else:
        print_results(results, corpus)


def _maker(path: Path | None, as_json: bool) -> Callable[[Taken], bytes] | None:
    """What makes a file of that name."""
    if path is None:
        return None
    if as_json:
        raise typer.BadParameter("use one of: --json, --out")
    if path.suffix.lower() not in FORMATS:
        raise typer.BadParameter(f"a list is written as one of: {', '.join(FORMATS)}", param_hint="--out")
    return FORMATS[path.suffix.lower()].make


def _said(filters: Filters) -> str:
    words = [f"{name.replace('_', ' ')}: {', '.join(values)}" for name, values in filters.active().items()]
    return "; ".join([*words, *([f"years: {filters.years[0]}–{filters.years[1]}"] if filters.years else [])])
