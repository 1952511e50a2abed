"""Ranking on public test collections, with sibkb's own engine and search."""

from collections.abc import Iterator
from pathlib import Path

from benchmarks import variants
from benchmarks.collections import read_collection
from benchmarks.variants import Variant
from sibkb.encoder import open_encoder
from sibkb.evaluating import summarise

VARIANTS = (
    Variant(name="words", mode="words", encode="sentences"),
    Variant(name="meaning: whole alone", mode="meaning"),
    Variant(name="meaning, as shipped", mode="meaning", encode="sentences"),
    Variant(name="hybrid: whole alone", encode="context"),
    Variant(name="hybrid, as shipped", encode="sentences"),
    Variant(name="hybrid, min-max", encode="sentences", fuse=variants.from_lowest),
    Variant(name="hybrid, rank fusion", encode="sentences", fuse=variants.by_rank),
)


def public(folder: Path) -> Iterator[str]:
    """nDCG@10 on every collection in BEIR form below the folder (SIBKB_COLLECTIONS)."""
    names = sorted(path.parent.name for path in folder.glob("*/qrels.tsv"))
    if not names:
        yield f"No collections in {folder}: set SIBKB_COLLECTIONS to a folder of test collections in BEIR form."
        return
    encoder = open_encoder()
    collections = [read_collection(folder / name) for name in names]
    yield f"| nDCG@10 | {' | '.join(names)} | mean |\n| --- {'| --- ' * (len(names) + 1)}|"
    for variant in VARIANTS:
        figures = [summarise(variants.rank(each, encoder, variant)).ndcg_10 for each in collections]
        cells = " | ".join(f"{figure:.3f}" for figure in figures)
        yield f"| {variant.name} | {cells} | {sum(figures) / len(figures):.3f} |"
