"""How well search answers a public test collection: its index, and every question asked of it.

The engine, the encoder and the ranking are those that answer readers. Only the line below which nothing is a hit is
off, since it is placed for this corpus and these collections are measured to a depth of a hundred documents.
"""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from time import perf_counter

from sibkb import generations, search
from sibkb.collections import DEPTH, FIRST, Collection, Outcome, judge
from sibkb.encoder import Encoder, Progress
from sibkb.errors import GenerationError, QueryError
from sibkb.evaluating import Judged
from sibkb.generations import Published
from sibkb.model import Query, Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Indexed:
    """A collection that can be asked."""

    engine: search.Engine
    published: Published
    seconds: float
    """What it took to make the index, or to find that it is there."""


def index(collection: Collection, indexes: Path, encoder: Encoder, progress: Progress | None = None) -> Indexed:
    """Make the collection's index in a folder of its own, unless it is there; what is encoded is the slow part."""
    start = perf_counter()
    reading = Reading(documents=collection.documents, passages=collection.passages, problems=(), files={}, broken={})
    published = generations.publish(indexes, reading, encoder, progress)
    engine = generations.open_current(indexes, "public")
    if engine is None:
        raise GenerationError(f"the index in {indexes} is gone — try again")
    return Indexed(engine=engine, published=published, seconds=perf_counter() - start)


def ask(
    collection: Collection, engine: search.Engine, encoder: Encoder, mode: str, told: Callable[[int, int], None]
) -> Iterator[Outcome]:
    """Ask every question; one that cannot be asked (of common words alone) finds nothing. `told` hears (done, all).

    What is timed is a reader's question, from its text to a page of ten hits with their reasons; the hundred that
    recall is measured on are asked for afterwards.
    """
    vector = lru_cache(maxsize=1)(lambda text: encoder.encode_queries([text])[0])

    def found(asked: Judged, limit: int) -> list[str]:
        query = Query(text=asked.text, limit=limit, mode=mode)
        with contextlib.suppress(QueryError):
            return [hit.passage.id for hit in search.search(engine, query, vector, search.EVERYTHING).hits]
        return []

    for number, query in enumerate(collection.queries, 1):
        vector.cache_clear()
        start = perf_counter()
        found(query, FIRST)
        seconds = perf_counter() - start
        yield judge(query, found(query, DEPTH), seconds)
        told(number, len(collection.queries))
