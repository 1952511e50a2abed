"""Ranking as shipped, by sibkb's own engine and search, and what each idea adds, on this corpus and on public ones.

The first rows ask the engine. All others are reckoned from arrays, where an idea costs seconds; the first of them is
what is shipped once more, to show that the two agree.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from benchmarks import encoding, ideas
from benchmarks.arrays import Arrays
from benchmarks.collections import Collection, read_collection, read_own
from benchmarks.ideas import Way
from sibkb import engine, evaluating, search
from sibkb.encoder import Encoder, FloatArray, open_encoder
from sibkb.errors import QueryError
from sibkb.evaluating import Judged, Row, summarise
from sibkb.model import Query

MODES: Final = {"**as shipped**": "hybrid", "words alone": "words", "meaning alone": "meaning"}
WAYS: Final[Mapping[str, Way]] = {
    "as shipped, in arrays": Way(),
    "not lifted by neighbours": Way(lift=0),
    "lifted by 0.2": Way(lift=0.2),
    "lifted by 0.3": Way(lift=0.3),
    "lifted by 0.5": Way(lift=0.5),
    "neighbours among the best 50": Way(evidence=50),
    "neighbours among the best 200": Way(evidence=200),
    "3 neighbours": Way(neighbours=3),
    "8 neighbours": Way(neighbours=8),
    "neighbours however far": Way(apart=0),
    "neighbours in other documents": Way(others=True),
    "nearer of whole and sentence": Way(whole=None),
    "sentences alone": Way(whole=0),
    "whole 0.3": Way(whole=0.3),
    "whole 0.5": Way(whole=0.5),
    "whole passages alone": Way(whole=1),
    "mean of the best two sentences": Way(sentences=2),
    "meaning 0.55": Way(meaning=0.55),
    "meaning 0.6": Way(meaning=0.6),
    "meaning 0.7": Way(meaning=0.7),
    "meaning 0.75": Way(meaning=0.75),
    "scaled from the lowest": Way(scale="lowest"),
    "scaled by standard deviation": Way(scale="deviation"),
    "rank fusion": Way(scale="rank"),
    "rows of front matter in full": Way(fact=1),
    "rows of front matter × 0.65": Way(fact=0.65),
    "short texts lose up to 0.25": Way(short=0.25),
    "nothing above the text": Way(above=0),
    "what stands above once": Way(above=1),
    "what stands above twice": Way(above=2),
    "what stands above four times": Way(above=4),
    "BM25 with k1 0.9": Way(k1=0.9),
    "BM25 with k1 1.6": Way(k1=1.6),
    "BM25 with b 0.4": Way(b=0.4),
    "BM25 with b 0.75, as tantivy has it": Way(b=0.75),
    "a repeated word counts once": Way(repeats=0),
    "no stemming": Way(stems="none"),
    "Porter's stemmer": Way(stems="porter"),
    "stop words of the question, too": Way(stops=True),
    "spelling as it was typed": Way(corrected=False),
    "pairs of words, 0.2": Way(pairs=0.2),
    "pairs of words, 0.5": Way(pairs=0.5),
    "BM25 × root of the share of telling words": Way(covered=0.5),
    "Rocchio, 0.2": Way(feedback=0.2),
    "RM3, 0.2": Way(expansion=0.2),
    "mean of the document's best three, 0.2": Way(document=0.2),
    "vectors without their mean": Way(centred=True),
    "near to many, − 0.2": Way(hub=0.2),
    "one of near-equal passages (0.9)": Way(alike=0.9),
}
SETTINGS: Final = tuple(
    Way(whole=whole, meaning=meaning, lift=lift)
    for whole in (0.3, 0.4, 0.5, 0.6)
    for meaning in (0.6, 0.65, 0.7)
    for lift in (0.0, 0.2, 0.3, 0.4, 0.5)
)
"""What the weights were chosen among."""


def table(
    corpus: Path, collections: Path, encoder: Encoder | None = None, ways: Mapping[str, Way] = WAYS
) -> Iterator[str]:
    """nDCG@10 of each collection in BEIR form below a folder, and figures of this corpus' queries for tuning.

    All without the line below which nothing is a hit; a query without hits counts as zero.
    """
    encoder = encoder or open_encoder()
    names = sorted(path.parent.name for path in collections.glob("*/qrels.tsv"))
    if not names:
        yield f"No collections in {collections}: set SIBKB_COLLECTIONS to a folder of test collections in BEIR form.\n"
    read = [read_own(corpus), *(read_collection(collections / name) for name in names)]
    yield _line("", "tune: nDCG@10", "S@1", "S@3", *names, *["mean of these"] * bool(names))
    yield _line(*["---"] * (4 + len(names) + bool(names)))
    for name, mode in MODES.items():
        yield _line(name, *_figures([shipped(each, encoder, mode) for each in read]))
    arrays = [Arrays(each, encoder) for each in read]
    for name, way in ways.items():
        yield _line(name, *_figures([_run(each, way) for each in arrays]))


def tuned(corpus: Path, collections: Path, encoder: Encoder | None = None) -> Iterator[str]:
    """What the weights are worth where they were not chosen: each collection, by those best on all else."""
    encoder = encoder or open_encoder()
    read = [read_own(corpus), *(read_collection(path.parent) for path in sorted(collections.glob("*/qrels.tsv")))]
    worth: dict[Way, list[float]] = {way: [] for way in SETTINGS}
    for each in read:
        arrays = Arrays(each, encoder)
        for way in SETTINGS:
            worth[way].append(_worth(_run(arrays, way)))
    yield _line("left out", "whole", "meaning", "lift", "chosen on all else", "shipped", "best of all here")
    yield _line(*["---"] * 7)
    for place, each in enumerate(read):
        way = max(SETTINGS, key=lambda way: _mean_of_both(worth[way], place))
        here = [worth[way][place], worth[Way()][place], max(figures[place] for figures in worth.values())]
        yield _line(each.name, *(f"{weight:g}" for weight in (way.whole or 0, way.meaning, way.lift)),
                    *(f"{figure:.3f}" for figure in here))  # fmt: skip


def _mean_of_both(worth: Sequence[float], without: int) -> float:
    """The own corpus counts as much as all others together; what is left out, nothing."""
    public = [figure for place, figure in enumerate(worth) if place not in (0, without)]
    return (worth[0] if without else 0) + sum(public) / max(1, len(public))


def _worth(rows: Sequence[Row]) -> float:
    """nDCG@10; of this corpus with the share of questions that are answered first, and among the first three."""
    if any(row.query.split for row in rows):
        figures = summarise(rows)
        return (figures.ndcg_10 + figures.success_1 + figures.success_3) / 3
    return sum(row.ndcg_10 for row in rows) / len(rows)


def _figures(rows: Sequence[Sequence[Row]]) -> Iterator[str]:
    own, *public = rows
    figures = summarise(own)
    means = [sum(row.ndcg_10 for row in each) / len(each) for each in public]
    overall = [sum(means) / len(means)] if means else []
    yield from (f"{each:.3f}" for each in (figures.ndcg_10, figures.success_1, figures.success_3, *means, *overall))


def _run(arrays: Arrays, way: Way) -> list[Row]:
    return [evaluating.judge(ask.query, ideas.rank(arrays, ask, way)) for ask in arrays.asks]


def shipped(collection: Collection, encoder: Encoder, mode: str) -> list[Row]:
    """Ask the engine and search every judged query; one that cannot be answered has no hits."""
    texts = [query.text for query in collection.queries]
    vectors = dict(zip(texts, encoder.encode_queries(texts), strict=True))

    def encode(text: str) -> FloatArray:
        return vectors[text] if text in vectors else encoder.encode_queries([text])[0]

    # tantivy may write a lock anew while the folder is removed
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        ask = _asking(_built(Path(folder), collection, encoder), encode, mode)
        return evaluating.run(collection.queries, ask)


def _asking(
    opened: engine.EmbeddedEngine, encode: Callable[[str], FloatArray], mode: str
) -> Callable[[Judged], list[str]]:
    def ask(asked: Judged) -> list[str]:
        query = Query(text=asked.text, filters=asked.filters, limit=evaluating.DEPTH, mode=mode)
        with suppress(QueryError):  # nothing but common words: no hits
            return [hit.passage.id for hit in search.search(opened, query, encode, search.EVERYTHING).hits]
        return []

    return ask


def _built(folder: Path, collection: Collection, encoder: Encoder) -> engine.EmbeddedEngine:
    parts = engine.make_parts({each.id: each for each in collection.documents}, collection.passages)
    head = engine.ManifestHead(
        name=collection.name,
        encoder=encoder.name,
        encoder_digest=encoder.digest,
        dimension=encoder.dimension,
        reused=0,
        files={},
        built="",
    )
    engine.write(
        folder,
        documents=collection.documents,
        passages=collection.passages,
        parts=parts,
        vectors=_vectors(parts, encoder),
        manifest=head,
    )
    return engine.EmbeddedEngine(folder)


def _vectors(parts: Sequence[engine.Part], encoder: Encoder) -> list[FloatArray]:
    known: dict[str, FloatArray] = {}
    for kind in ("sentence", "whole"):
        texts = [part.text for part in parts if part.kind == kind]
        known |= dict(zip(texts, encoding.passages(texts, encoder), strict=True))
    return [known[part.text] for part in parts]


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
