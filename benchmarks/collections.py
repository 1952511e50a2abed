"""Public test collections and the project's own judged queries, as one kind of value."""

from pathlib import Path

from sibkb import corpus
from sibkb.collections import Collection
from sibkb.collections import read as read_collection
from sibkb.evaluating import read_queries

__all__ = ["Collection", "read_collection", "read_own"]


def read_own(folder: Path) -> Collection:
    """The corpus and those of its judged queries that settings may be compared on."""
    reading = corpus.read(folder)
    text = (folder / "queries.yaml").read_text(encoding="utf-8")
    queries, problems = read_queries("queries.yaml", text, (passage.id for passage in reading.passages))
    for problem in problems:
        print(problem)
    return Collection(
        name="corpus",
        documents=tuple(sorted(reading.documents, key=lambda each: each.id)),
        passages=tuple(sorted(reading.passages, key=lambda each: (each.document_id, each.lines, each.id))),
        queries=tuple(query for query in queries if query.split == "tune"),
    )
