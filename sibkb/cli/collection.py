"""`sibkb eval --collection`: how well search answers a public test collection."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import typer

from sibkb.cli.opening import progress
from sibkb.cli.printing import counted, err, out
from sibkb.settings import Settings

if TYPE_CHECKING:
    from sibkb.collections import Collection, Figures, Outcome
    from sibkb.measuring import Indexed


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What came of asking a collection's questions."""

    collection: "Collection"
    indexed: "Indexed"
    outcomes: Mapping[str, Sequence["Outcome"]]
    """Mode -> how each question was answered."""

    @property
    def figures(self) -> dict[str, "Figures"]:
        """Mode -> the means."""
        from sibkb.collections import summarise

        return {mode: summarise(each) for mode, each in self.outcomes.items()}


def measure_collection(given: Settings, folder: Path, keep: Path | None, modes: Sequence[str]) -> Measured:
    """Read a collection, make its index, and ask its questions in each mode; stderr says how far that is."""
    from sibkb import collections, measuring
    from sibkb.encoder import open_encoder

    if not folder.is_dir():
        raise typer.BadParameter(f"there is no folder {folder}", param_hint="--collection")
    read = collections.read(folder)
    _tell_what_is_left_out(read)
    encoder = open_encoder(given.model)
    with _folder(keep, read.name) as indexes:
        with progress() as heard:
            indexed = measuring.index(read, indexes, encoder, heard)
        err().print(f"The index was ready in {indexed.seconds:.1f} s; {indexed.published.encoded} texts were encoded.")
        encoder.encode_queries(["warm"])
        outcomes = {}
        for mode in modes:
            with progress(f"Asking ({mode})", f"{mode}: asked", "questions") as heard:
                outcomes[mode] = list(measuring.ask(read, indexed.engine, encoder, mode, heard))
    return Measured(collection=read, indexed=indexed, outcomes=outcomes)


def _tell_what_is_left_out(read: "Collection") -> None:
    said = err()
    if read.unjudged:
        said.print(f"{counted(read.unjudged, 'question')} left out: nothing is judged for them.")
    if read.unasked:
        said.print(f"{counted(read.unasked, 'judged question')} left out: they have no text.", style="yellow")
    if read.absent:
        told = f"{counted(read.absent, 'answer')} not among the documents: they count as not found."
        said.print(told, style="yellow")


@contextlib.contextmanager
def _folder(keep: Path | None, name: str) -> Iterator[Path]:
    """Where the index goes: a folder of its own in the one that is named, else one that is gone afterwards."""
    if keep:
        yield keep / name
        return
    # tantivy may write a lock anew while the folder is removed
    with TemporaryDirectory(prefix="sibkb-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def print_collection(measured: Measured, queries: bool) -> None:
    """Print a table of the figures, and a row a question where asked."""
    console, read = out(), measured.collection
    asked = counted(len(read.queries), "judged question")
    console.print(f"{read.name}: {counted(len(read.documents), 'document')}, {asked}")
    console.print(f"{'mode':9}{'nDCG@10':>9}{'MRR@10':>9}{'Recall@100':>12}{'median ms':>11}")
    for mode, f in measured.figures.items():
        console.print(f"{mode:9}{f.ndcg_10:9.4f}{f.mrr_10:9.4f}{f.recall_100:12.4f}{f.median_ms:11.1f}")
    for mode, rows in measured.outcomes.items() if queries else ():
        console.print(f"\n{mode}", style="bold")
        for each in rows:
            text = " ".join(each.query.text.split())
            console.print(f"{each.query.id:12}{each.ndcg_10:7.3f}{each.mrr_10:7.3f}{each.recall_100:7.3f}  {text}")


def collection_json(measured: Measured, queries: bool) -> dict[str, Any]:
    """The figures for scripts, and a row a question where asked."""
    read, manifest = measured.collection, measured.indexed.published.manifest
    return {
        "collection": read.name,
        "documents": len(read.documents),
        "queries": len(read.queries),
        "left_out": {"unjudged": read.unjudged, "without_text": read.unasked},
        "answers_absent": read.absent,
        "encoder": manifest.encoder,
        "index": {
            "seconds": round(measured.indexed.seconds, 3),
            "encoded": measured.indexed.published.encoded,
            "vectors": manifest.parts,
        },
        "figures": [
            {"mode": mode, **asdict(each), "rows": list(map(_row_json, measured.outcomes[mode])) if queries else None}
            for mode, each in measured.figures.items()
        ],
    }


def _row_json(outcome: "Outcome") -> dict[str, Any]:
    return asdict(outcome) | {
        "query": outcome.query.id,
        "text": outcome.query.text,
        "ranking": list(outcome.ranking),
    }
