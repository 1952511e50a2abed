"""`sibkb eval`: how well search answers the judged queries of the corpus, or a public test collection."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sibkb import evaluating
from sibkb.cli.collection import collection_json, measure_collection, print_collection
from sibkb.cli.opening import open_base
from sibkb.cli.options import Json, check_word
from sibkb.cli.printing import err, out, print_json, print_problems, shown
from sibkb.errors import SibkbError
from sibkb.model import MODES, Filters, Query
from sibkb.settings import Settings

if TYPE_CHECKING:
    from sibkb.kb import KnowledgeBase


def measure(  # noqa: PLR0913, each is an option of the command line
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
    collection: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER", help="Measure on this test collection instead: corpus.jsonl, queries.jsonl, qrels.tsv."
        ),
    ] = None,
    keep: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Where the collection's index stays for the next time.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Measure the ranking on the judged queries of the corpus, or on a public test collection."""
    from sibkb import corpus

    if save:
        _check_whole(context.obj, split, mode)
    if split:
        check_word(split, evaluating.SPLITS, "--split")
    for each in mode or ():
        check_word(each, MODES, "--mode")
    if keep and not collection:
        raise typer.BadParameter("it is the index of a --collection that is kept", param_hint="--keep")
    modes = mode or tuple(MODES)
    if collection:
        _check_alone(split, save)
        measured = measure_collection(context.obj, collection, keep, modes)
        if as_json:
            print_json(collection_json(measured, queries))
        else:
            print_collection(measured, queries)
        return
    judged = _judged(context.obj)
    base = open_base(context.obj)
    rows = _rows(base, judged, [split] if split else evaluating.SPLITS, modes)
    if as_json:
        print_json([_figures_json(row, queries) for row in rows])
    else:
        _print_figures(rows, queries)
    if save:
        kept = corpus.record_evaluation(context.obj.corpus, evaluating.write_evaluation(_evaluation(base, rows)))
        err().print(f"Kept in {shown(kept)}, which the About page shows.")


def _judged(given: Settings) -> list[evaluating.Judged]:
    """The judged queries of the corpus; a SibkbError where there are none that can be run."""
    from sibkb import corpus

    judged, problems = evaluating.read_queries(corpus.QUERIES, corpus.read_queries(given.corpus))
    if problems or not judged:
        print_problems(problems, err(), prefix=given.corpus)
        raise SibkbError("there are no judged queries to run — see corpus/queries.yaml and `sibkb check`")
    return judged


def _rows(
    base: "KnowledgeBase", judged: Sequence[evaluating.Judged], splits: Sequence[str], modes: Sequence[str]
) -> list[dict[str, Any]]:
    """What came of each split in each mode."""
    return [
        {"mode": mode, "split": split, "rows": _rank(base, mode, [each for each in judged if each.split == split])}
        for split in splits
        for mode in modes
    ]


def _check_alone(split: str | None, save: bool) -> None:
    """Refuse what has no meaning for a collection that is not ours."""
    if split:
        raise typer.BadParameter("a collection has no splits: leave it out", param_hint="--split")
    if save:
        raise typer.BadParameter("the figures kept are those of this corpus: leave it out", param_hint="--save")


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
    return {**row, "figures": figures, "rows": [_row_json(each) for each in row["rows"]] if queries else None}


def _print_figures(rows: Sequence[dict[str, Any]], queries: bool) -> None:
    """Print a table of figures, and a row a query where asked."""
    console = out()
    console.print(
        f"{'split':9}{'mode':9}{'n':>4}{'S@1':>7}{'S@3':>7}{'MRR@10':>8}{'nDCG@10':>9}{'R@20':>7}{'none':>6}{'refused':>9}"
    )
    for row in rows:
        f = evaluating.summarise(row["rows"])
        console.print(
            f"{row['split']:9}{row['mode']:9}{f.queries:4}{f.success_1:7.3f}{f.success_3:7.3f}{f.mrr_10:8.3f}"
            f"{f.ndcg_10:9.3f}{f.recall_20:7.3f}{f.unanswerable:6}{f.refused:9.3f}"
        )
    for row in rows if queries else ():
        console.print(f"\n{row['split']}, {row['mode']}", style="bold")
        for each in row["rows"]:
            console.print(
                f"{each.query.id:7}{each.success_3:3.0f}{each.ndcg_10:7.3f}{len(each.ranking):4}  {each.query.text}"
            )


def _row_json(row: evaluating.Row) -> dict[str, Any]:
    """One judged query's outcome for scripts."""
    return asdict(row) | {"query": row.query.id, "text": row.query.text, "ranking": list(row.ranking)}
