"""Documents and passages -> the files of one generation."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np

from sibkb import vocabulary
from sibkb.engine import lexicon, tables, vectors
from sibkb.engine.manifest import ManifestHead, refusing, write_manifest
from sibkb.engine.vectors import FloatArray
from sibkb.model import Document, Manifest, Passage, strictest
from sibkb.words import sentences


class Part(NamedTuple):
    """A text to be encoded, and what it is of."""

    passage: int
    """Row of the passage."""
    kind: Literal["whole", "sentence"]
    start: int
    """Characters from the beginning of the passage."""
    end: int
    text: str


def context(document: Document, passage: Passage) -> str:
    """What a reader knows before the first word: the title, the headings, who speaks, and what was going on."""
    parts = (document.title, *passage.heading, passage.speaker, passage.context)
    return " — ".join(dict.fromkeys(part for part in parts if part))


def above(document: Document, passage: Passage) -> str:
    """What is searched by words besides the text: its context, and what a card says of it in words of ours."""
    themes = (vocabulary.THEMES[theme].label for theme in passage.themes)
    countries = map(vocabulary.country, document.countries)
    return " — ".join((context(document, passage), *themes, document.place or "", *countries))


def embedded_text(document: Document, passage: Passage) -> str:
    """What of a passage is encoded."""
    return f"{context(document, passage)}\n{passage.text}"


def digest(text: str) -> str:
    """What an encoded text is known by."""
    return hashlib.sha256(text.encode()).hexdigest()


def make_parts(documents: Mapping[str, Document], passages: Sequence[Passage]) -> list[Part]:
    """All that must be encoded, passage by passage: the whole in its context, then each sentence as it stands."""
    return [
        part
        for row, passage in enumerate(passages)
        for part in (
            Part(row, "whole", 0, len(passage.text), embedded_text(documents[passage.document_id], passage)),
            *(Part(row, "sentence", start, end, passage.text[start:end]) for start, end in sentences(passage.text)),
        )
    ]


def write(  # noqa: PLR0913, each is a file of its own
    folder: Path,
    *,
    documents: Sequence[Document],
    passages: Sequence[Passage],
    parts: Sequence[Part],
    vectors: Sequence[FloatArray],
    manifest: ManifestHead,
) -> Manifest:
    """Write a generation into an empty folder, the manifest last.

    `vectors` has for each part one row a window; `parts` come as `make_parts` gives them.
    """
    by_id = {document.id: document for document in documents}
    tables.write_documents(folder, documents)
    tables.write_passages(folder, passages)
    tables.write_postings(folder, by_id, passages)
    lexicon.write(folder, [_words(by_id[passage.document_id], passage) for passage in passages])
    rows = _write_vectors(folder, parts, vectors, manifest.dimension)
    counts = {"documents": len(documents), "passages": len(passages), "parts": rows}
    return write_manifest(folder, manifest, counts)


def _words(document: Document, passage: Passage) -> tuple[str, str, str]:
    return above(document, passage), passage.text, strictest((document.release, passage.release))


def _write_vectors(folder: Path, parts: Sequence[Part], arrays: Sequence[FloatArray], dimension: int) -> int:
    rows = [
        row
        for part, array in zip(parts, arrays, strict=True)
        for row in ({**_row(part), "window": window} for window in range(len(array)))
    ]
    empty = np.empty((0, dimension), dtype=np.float32)
    vectors.write(folder, rows, vectors.normalised(np.concatenate([empty, *arrays])))
    return len(rows)


def _row(part: Part) -> dict[str, Any]:
    return {**part._asdict(), "digest": digest(part.text)}


def reusable(folder: Path) -> dict[str, FloatArray]:
    """Digest of each text that was encoded -> its vectors."""
    with refusing(folder):
        parts, rows = vectors.read_vectors(folder)
        starts = np.flatnonzero(tables.numbers(parts, "window") == 0)
        digests = tables.taken(parts, starts).column("digest").to_pylist()
        bounds = [*starts, len(rows)]
        return {each: rows[bounds[i] : bounds[i + 1]] for i, each in enumerate(digests)}
