"""Test collections in BEIR form, and the project's own judged queries, as one kind of value."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sibkb import corpus
from sibkb.evaluating import Judged, read_queries
from sibkb.model import Document, Passage
from sibkb.search import LONGEST


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """What is searched, what is asked, and which passages answer it."""

    name: str
    documents: tuple[Document, ...]
    passages: tuple[Passage, ...]
    queries: tuple[Judged, ...]


def read_collection(folder: Path) -> Collection:
    """Read `corpus.jsonl`, `queries.jsonl` and `qrels.tsv`; each document becomes one of ours with one passage."""
    texts = _lines(folder / "corpus.jsonl")
    grades: dict[str, dict[str, int]] = {}
    for line in (folder / "qrels.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        query, document, grade = line.split("\t")
        grades.setdefault(query, {})[document] = max(0, int(grade))
    queries = {query["_id"]: _plain(query["text"]) for query in _lines(folder / "queries.jsonl")}
    return Collection(
        name=folder.name,
        documents=tuple(map(_document, texts)),
        passages=tuple(map(_passage, texts)),
        queries=tuple(_judged(id, queries[id], judged) for id, judged in grades.items()),
    )


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


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _plain(text: str) -> str:
    """A question as a person would type it: quotation marks would ask for the exact phrase."""
    return text.translate(dict.fromkeys(map(ord, '"“”'), " "))[:LONGEST]


def _judged(id: str, text: str, grades: Mapping[str, int]) -> Judged:
    return Judged(id=id, text=text, about="", split="", grades=grades)


def _document(row: Mapping[str, Any]) -> Document:
    return Document(
        id=row["_id"],
        kind="case",
        title=row["title"],
        path=f"{row['_id']}.md",
        digest="",
        countries=(),
        sector="other",
        summary="",
        sources=(),
        passage_ids=(row["_id"],),
    )


def _passage(row: Mapping[str, Any]) -> Passage:
    return Passage(id=row["_id"], document_id=row["_id"], kind="section", text=row["text"], lines=(1, 1))
