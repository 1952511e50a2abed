"""`sibkb search`: who said what in which case."""

from typing import Annotated

import typer

from sibkb.cli.opening import open_base
from sibkb.cli.options import Json, check_filters, check_word, years_of
from sibkb.cli.printing import print_json, print_results, shown
from sibkb.exporting import results_json
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
) -> None:
    """Find who said what in which case, and why it matched."""
    given = {"kind": kind, "theme": theme, "sector": sector, "country": country, "stage": stage,
             "work_stage": work_stage, "audience": audience, "role": role, "about_role": about_role,
             "basis": basis}  # fmt: skip
    filters = Filters(**{name: tuple(values or ()) for name, values in given.items()}, years=years_of(years))
    check_filters(filters)
    check_word(mode, MODES, "--mode")
    base = open_base(context.obj)
    results = base.search(Query(text=text, filters=filters, limit=k, offset=offset, mode=mode))
    if as_json:
        print_json(results_json(results, shown(context.obj.corpus)))
    else:
        print_results(results, shown(context.obj.corpus))
