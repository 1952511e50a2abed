"""Ways to rank, compared on one collection with sibkb's own engine and search; what is not named is as shipped."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from unittest.mock import patch

from benchmarks import encoding
from benchmarks.collections import Collection
from sibkb import engine, evaluating, search, words
from sibkb.encoder import Encoder, FloatArray
from sibkb.engine import lexicon, writing
from sibkb.errors import QueryError
from sibkb.evaluating import Judged, Row
from sibkb.model import Query
from sibkb.words import QueryWord

Scores = Mapping[str, tuple[float | None, float]]
Fuse = Callable[[Scores, tuple[float, float]], dict[str, float]]

DEEP: Final = 10_000
"""As many candidates as any collection has passages."""
K: Final = 60
"""What rank fusion adds to each place."""
SHIPPED: Final = search.fuse


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One way to rank."""

    name: str
    mode: str = "hybrid"
    meaning: float = search.MEANING
    """Weight of the meaning leg; the words have the rest."""
    above: int = lexicon.ABOVE
    """How often the words look at what stands above a passage; 0 leaves it out."""
    labels: bool = True
    """Whether that has the labels of a card (themes, place, countries), too."""
    repeats: bool = True
    """Whether a word said twice in a question counts twice."""
    parts: frozenset[str] = frozenset(("whole", "sentence"))
    """Kinds of parts that are encoded; the nearest counts."""
    context: bool = True
    """Whether title and headings are encoded with the text."""
    windows: bool = True
    """Whether what lies beyond the encoder's window is encoded too."""
    fuse: Fuse = SHIPPED


def by_rank(scores: Scores, _: tuple[float, float]) -> dict[str, float]:
    """Reciprocal rank fusion: places instead of scores; what a leg did not find has no place in it."""
    fused = dict.fromkeys(scores, 0.0)
    for leg in (0, 1):
        found = sorted((-score, id) for id, pair in scores.items() if (score := pair[leg] or 0.0) > 0)
        for place, (_score, id) in enumerate(found, 1):
            fused[id] += 1 / (K + place)
    return fused


def from_lowest(scores: Scores, tops: tuple[float, float]) -> dict[str, float]:
    """Cosines scaled from the lowest of all instead of from 0; BM25 has its 0 in any case."""
    low = min((cosine for cosine, _ in scores.values() if cosine is not None), default=0.0)
    moved = {id: (None if cosine is None else cosine - low, bm25) for id, (cosine, bm25) in scores.items()}
    return SHIPPED(moved, (tops[0] - low, tops[1]))


def rank(collection: Collection, encoder: Encoder, variant: Variant) -> list[Row]:
    """Ask every judged query; one that cannot be answered has no hits."""
    texts = [query.text for query in collection.queries]
    vectors = dict(zip(texts, encoder.encode_queries(texts), strict=True))
    # tantivy may write a lock anew while the folder is removed
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder, _set(variant):
        opened = _built(Path(folder), collection, encoder, variant)

        def encode(text: str) -> FloatArray:
            return vectors[text] if text in vectors else encoder.encode_queries([text])[0]

        def ask(asked: Judged) -> list[str]:
            query = Query(text=asked.text, filters=asked.filters, limit=evaluating.DEPTH, mode=variant.mode)
            with suppress(QueryError):  # nothing but common words: no hits
                return [hit.passage.id for hit in search.search(opened, query, encode, search.EVERYTHING).hits]
            return []

        return evaluating.run(collection.queries, ask)


@contextmanager
def _set(variant: Variant) -> Iterator[None]:
    """Put the variant's constants and functions where sibkb looks for them."""
    weights: dict[str, Any] = {"MEANING": variant.meaning, "WORDS": 1 - variant.meaning}
    with ExitStack() as stack:
        stack.enter_context(patch.multiple(search, DEPTH=DEEP, fuse=variant.fuse, **weights))
        stack.enter_context(patch.object(lexicon, "ABOVE", variant.above))
        if not variant.labels:
            stack.enter_context(patch.object(writing, "above", engine.context))
        if not variant.repeats:
            stack.enter_context(patch.object(words, "_without_repeats", _once))
        yield


def _once(given: Iterable[QueryWord]) -> tuple[QueryWord, ...]:
    return tuple({word.stem: word for word in given}.values())


def _built(folder: Path, collection: Collection, encoder: Encoder, variant: Variant) -> engine.EmbeddedEngine:
    parts = _parts(collection, variant)
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
        vectors=_vectors(parts, encoder, variant),
        manifest=head,
    )
    return engine.EmbeddedEngine(folder)


def _parts(collection: Collection, variant: Variant) -> list[engine.Part]:
    documents = {each.id: each for each in collection.documents}
    parts = [part for part in engine.make_parts(documents, collection.passages) if part.kind in variant.parts]
    if variant.context:
        return parts
    return [part._replace(text=collection.passages[part.passage].text[part.start : part.end]) for part in parts]


def _vectors(parts: list[engine.Part], encoder: Encoder, variant: Variant) -> list[FloatArray]:
    known: dict[str, FloatArray] = {}
    for kind in sorted(variant.parts):
        texts = [part.text for part in parts if part.kind == kind]
        known |= dict(zip(texts, encoding.passages(texts, encoder), strict=True))
    return [known[part.text] if variant.windows else known[part.text][:1] for part in parts]
