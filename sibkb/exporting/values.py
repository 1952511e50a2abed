"""Values -> JSON for scripts."""

from dataclasses import asdict

from sibkb.model import Document, Hit, Json, Passage, Results


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
        "also": list(hit.also),
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
        "expanded": {name: list(others) for name, others in results.expanded.items()},
        "hits": [hit_json(hit, corpus) for hit in results.hits],
        "near_misses": [hit_json(hit, corpus) for hit in results.near_misses],
        "facets": {field: dict(counts) for field, counts in results.facets.items()},
        "without": [{"field": field, "value": value, "hits": count} for field, value, count in results.without],
    }


def document_json(document: Document) -> Json:
    """A document with its facts and sources, without its passages' words."""
    return asdict(document)
