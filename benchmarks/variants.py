"""Ways to rank, compared on one collection with sibkb's own engine and search; what is not named is as shipped."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from unittest.mock import patch

import numpy as np

from benchmarks import encoding
from benchmarks.collections import Collection
from sibkb import engine, evaluating, search
from sibkb.encoder import Encoder, FloatArray
from sibkb.engine import lexicon, writing
from sibkb.evaluating import Row
from sibkb.model import Document, Passage, Query

Scores = Mapping[str, tuple[float | None, float]]
Fuse = Callable[[Scores, tuple[float, float]], dict[str, float]]

EVERYTHING: Final = search.Cut(floor=-2, unknown=0, good=-2, weak=-2, share=0, share_words=0, reasonable=0)
"""No ranking is cut short."""
DEEP: Final = 10_000
"""As many candidates as any collection has passages."""
K: Final = 60
"""What rank fusion adds to each place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One way to rank."""

    name: str
    mode: str = "hybrid"
    meaning: float = search.MEANING
    """Weight of the meaning leg; the words have the rest."""
    head: float | None = lexicon.HEAD
    """Weight of title and headings as a field of their own; None leaves them out."""
    joined: int = 0
    """How often title and headings are written into the text instead of a field of their own."""
    encode: str = "context"
    """A key of `ENCODED`."""
    fuse: Fuse = search.fuse


def by_rank(scores: Scores, _: tuple[float, float]) -> dict[str, float]:
    """Reciprocal rank fusion: places instead of scores; what a leg did not find has no place in it."""
    fused = dict.fromkeys(scores, 0.0)
    for leg in (0, 1):
        found = [(-(pair[leg] or 0.0), id) for id, pair in scores.items() if (pair[leg] or 0.0) > 0]
        for place, (_, id) in enumerate(sorted(found), 1):
            fused[id] += 1 / (K + place)
    return fused


def from_lowest(scores: Scores, tops: tuple[float, float]) -> dict[str, float]:
    """Scale cosines from the lowest of all instead of from 0 (BM25 has its 0 in any case)."""
    low = min((cosine for cosine, _ in scores.values() if cosine is not None), default=0.0)
    moved = {id: (None if cosine is None else cosine - low, bm25) for id, (cosine, bm25) in scores.items()}
    return search_fuse(moved, (tops[0] - low, tops[1]))


search_fuse: Final = search.fuse


def rank(collection: Collection, encoder: Encoder, variant: Variant) -> list[Row]:
    """Ask every judged query."""
    with TemporaryDirectory() as folder, _set(variant):
        opened = _built(Path(folder), collection, encoder, variant)
        texts = [query.text for query in collection.queries]
        vectors = dict(zip(texts, encoder.encode_queries(texts), strict=True))

        def ask(text: str) -> list[str]:
            if not search.answerable(Query(text=text)):
                return []
            query = Query(text=text, limit=evaluating.DEPTH, mode=variant.mode)
            return [hit.passage.id for hit in search.search(opened, query, vectors[text], EVERYTHING).hits]

        return evaluating.run(collection.queries, ask)


@contextmanager
def _set(variant: Variant) -> Iterator[None]:
    fields = {"body": lexicon.BODY} | ({} if variant.head is None else {"head": variant.head})
    with ExitStack() as stack:
        stack.enter_context(
            patch.multiple(search, MEANING=variant.meaning, WORDS=1 - variant.meaning, DEPTH=DEEP, fuse=variant.fuse)
        )
        stack.enter_context(patch.object(lexicon, "_FIELDS", fields))
        if variant.joined:
            stack.enter_context(patch.object(writing, "_words", _joined(variant.joined)))
        yield


def _joined(times: int) -> Callable[[Document, Passage], tuple[str, str, str]]:
    def words(document: Document, passage: Passage) -> tuple[str, str, str]:
        return "", "\n".join([*[engine.context(document, passage)] * times, passage.text]), "public"

    return words


def _built(folder: Path, collection: Collection, encoder: Encoder, variant: Variant) -> engine.EmbeddedEngine:
    documents = {each.id: each for each in collection.documents}
    parts = [part for part in engine.make_parts(documents, collection.passages) if part.kind == "whole"]
    vectors = ENCODED[variant.encode](collection, encoder)
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
        vectors=vectors,
        manifest=head,
    )
    return engine.EmbeddedEngine(folder)


def _parts(collection: Collection, kind: str) -> list[engine.Part]:
    documents = {each.id: each for each in collection.documents}
    return [part for part in engine.make_parts(documents, collection.passages) if part.kind == kind]


def _whole(collection: Collection, encoder: Encoder) -> list[FloatArray]:
    """Title, headings and text, long ones in windows of which the best counts."""
    return encoding.passages([part.text for part in _parts(collection, "whole")], encoder)


def _plain(collection: Collection, encoder: Encoder) -> list[FloatArray]:
    """The text without what stands above it."""
    titles = {document.id: document.title for document in collection.documents}
    return encoding.passages([each.text or titles[each.document_id] for each in collection.passages], encoder)


def _first(collection: Collection, encoder: Encoder) -> list[FloatArray]:
    """The first window alone: what an encoder gives that cuts off the rest."""
    return [windows[:1] for windows in _whole(collection, encoder)]


def _sentences(collection: Collection, encoder: Encoder) -> list[FloatArray]:
    """The whole passage and each of its sentences, of which the best counts."""
    parts = _parts(collection, "sentence")
    vectors = _whole(collection, encoder)
    for part, windows in zip(parts, encoding.passages([part.text for part in parts], encoder), strict=True):
        vectors[part.passage] = np.concatenate([vectors[part.passage], windows])
    return vectors


ENCODED: Final[Mapping[str, Callable[[Collection, Encoder], Sequence[FloatArray]]]] = {
    "context": _whole,
    "plain": _plain,
    "first window": _first,
    "sentences": _sentences,
}
