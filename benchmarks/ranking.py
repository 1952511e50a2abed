"""Ranking with sibkb's own engine and search, as shipped and otherwise: public collections, and the judged queries."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from benchmarks import variants
from benchmarks.collections import read_collection, read_own
from benchmarks.variants import Variant
from sibkb.encoder import Encoder, open_encoder
from sibkb.evaluating import Row, summarise

WHOLE: Final = frozenset(("whole",))
VARIANTS: Final = (
    Variant(name="**hybrid, as shipped**"),
    Variant(name="words, as shipped", mode="words", parts=WHOLE),
    Variant(name="words, nothing above the text", mode="words", parts=WHOLE, above=0),
    Variant(name="words, without labels", mode="words", parts=WHOLE, labels=False),
    Variant(name="words, what stands above once", mode="words", parts=WHOLE, above=1),
    Variant(name="words, a repeated word counts once", mode="words", parts=WHOLE, repeats=False),
    Variant(name="meaning, as shipped", mode="meaning"),
    Variant(name="meaning, whole passages alone", mode="meaning", parts=WHOLE),
    Variant(name="meaning, first window alone", mode="meaning", parts=WHOLE, windows=False),
    Variant(name="meaning, whole passages without title", mode="meaning", parts=WHOLE, context=False),
    Variant(name="hybrid, meaning 0.5", meaning=0.5),
    Variant(name="hybrid, meaning 0.65", meaning=0.65),
    Variant(name="hybrid, meaning 0.7", meaning=0.7),
    Variant(name="hybrid, scaled from the lowest", fuse=variants.from_lowest),
    Variant(name="hybrid, rank fusion", fuse=variants.by_rank),
    Variant(name="hybrid, words with nothing above the text", above=0),
    Variant(name="hybrid, words without labels", labels=False),
    Variant(name="hybrid, what stands above once", above=1),
    Variant(name="hybrid, what stands above twice", above=2),
    Variant(name="hybrid, a repeated word counts once", repeats=False),
    Variant(name="hybrid, whole passages alone", parts=WHOLE),
)  # fmt: skip


def public(folder: Path, encoder: Encoder | None = None, chosen: Sequence[Variant] = VARIANTS) -> Iterator[str]:
    """nDCG@10 over all judged queries of every collection in BEIR form below the folder."""
    names = sorted(path.parent.name for path in folder.glob("*/qrels.tsv"))
    if not names:
        yield f"No collections in {folder}: set SIBKB_COLLECTIONS to a folder of test collections in BEIR form."
        return
    encoder = encoder or open_encoder()
    collections = [read_collection(folder / name) for name in names]
    yield _line("nDCG@10", *names, "mean")
    yield _line(*["---"] * (len(names) + 2))
    for variant in chosen:
        figures = [_ndcg(variants.rank(each, encoder, variant)) for each in collections]
        yield _line(variant.name, *(f"{figure:.3f}" for figure in (*figures, sum(figures) / len(figures))))


def own(folder: Path, encoder: Encoder | None = None, chosen: Sequence[Variant] = VARIANTS) -> Iterator[str]:
    """The same on this corpus and the queries that may be tuned on, without the line below which nothing is a hit."""
    encoder = encoder or open_encoder()
    collection = read_own(folder)
    yield _line("split `tune`", "nDCG@10", "Success@1", "Success@3", "MRR@10", "Recall@20")
    yield _line(*["---"] * 6)
    for variant in chosen:
        got = summarise(variants.rank(collection, encoder, variant))
        figures = (got.ndcg_10, got.success_1, got.success_3, got.mrr_10, got.recall_20)
        yield _line(variant.name, *(f"{figure:.3f}" for figure in figures))


def _ndcg(rows: Sequence[Row]) -> float:
    """The mean over all judged queries: in public collections a grade of 1 answers too."""
    return sum(row.ndcg_10 for row in rows) / len(rows)


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
