"""Values -> what leaves the house: JSON for scripts, citations for people."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Final

from sibkb import vocabulary
from sibkb.model import Document, Hit, Json, Passage, Results, Source

_OUTER: Final[Mapping[str, str | tuple[str, ...]]] = {"“": "”", '"': '"', "‘": "’", "«": "»", "„": ("“", "”")}
"""Opening mark -> the closing mark that belongs to it."""
_AFTER: Final = ".,;:!?… "
"""What may stand behind a closing mark."""


def quoted(text: str) -> str:
    """A quotation in its outer marks: its own where the original has them, ours where not."""
    closing = _OUTER.get(text[:1])
    return text if closing and text.rstrip(_AFTER)[1:].endswith(closing) else f"“{text}”"


def passage_json(passage: Passage, document: Document, corpus: str = "corpus") -> Json:
    """One passage with what a reader needs to cite it."""
    return {
        "id": passage.id,
        "kind": passage.kind,
        "text": passage.text,
        "context": passage.context,
        "document": {"id": document.id, "title": document.title, "kind": document.kind},
        "heading": list(passage.heading),
        "speaker": passage.speaker,
        "speaker_role": passage.speaker_role,
        "about_role": passage.about_role,
        "status": passage.status,
        "basis": passage.basis,
        "themes": list(passage.themes),
        "work_stage": passage.work_stage,
        "audiences": list(passage.audiences),
        "sources": [asdict(document.source(id)) for id in passage.source_ids],
        "release": passage.release,
        "path": f"{corpus}/{document.path}",
        "lines": list(passage.lines),
    }


def hit_json(hit: Hit, corpus: str = "corpus") -> Json:
    """One hit: its passage, and why it was found."""
    return passage_json(hit.passage, hit.document, corpus) | {
        "score": round(hit.score, 6),
        "cosine": None if hit.cosine is None else round(hit.cosine, 4),
        "matched": list(hit.matched),
        "marks": [list(mark) for mark in hit.marks],
        "closest": list(hit.closest) if hit.closest else None,
        "ranks": dict(hit.ranks),
    }


def results_json(results: Results, corpus: str = "corpus") -> Json:
    """A whole answer, best first."""
    return {
        "query": results.query.text,
        "mode": results.query.mode,
        "legs": list(results.legs),
        "total": results.total,
        "generation": results.generation,
        "corrected": dict(results.corrected),
        "hits": [hit_json(hit, corpus) for hit in results.hits],
        "near_misses": [hit_json(hit, corpus) for hit in results.near_misses],
        "facets": {field: dict(counts) for field, counts in results.facets.items()},
        "without": [{"field": field, "value": value, "hits": count} for field, value, count in results.without],
    }


def document_json(document: Document) -> Json:
    """A document with its facts and sources, without its passages' words."""
    return asdict(document)


def read_in_words(source: Source) -> str:
    """How far a source was read, in plain words."""
    words = vocabulary.READS[source.read].label
    return words if source.url or source.read == "not" else f"{words}, as a hosted copy"


def cited(source: Source) -> str:
    """A source as a reader should meet it."""
    parts = (source.title, source.publisher, source.date or "no date", source.url, read_in_words(source), source.note)
    return " ".join(
        part if part.endswith((".", "?", "!")) or part == source.url else f"{part}." for part in parts if part
    )


def why(hit: Hit) -> str:
    """Why it was found, in plain words."""
    if hit.matched and "meaning" in hit.ranks:
        return f"Has your words: {', '.join(hit.matched)}; close in meaning too."
    if hit.matched:
        return f"Has your words: {', '.join(hit.matched)}."
    if "meaning" in hit.ranks:
        return "None of your words stand here; it was found because it means something close."
    return "Passes your filters."
