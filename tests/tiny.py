"""Small fictional documents, and an encoder whose vectors come from the text, so that tests can say who comes first."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from sibkb import engine
from sibkb.engine.vectors import FloatArray, normalised
from sibkb.model import Document, Manifest, Passage, Source
from sibkb.words import is_common, tokens

SYNONYMS = {
    "lawyer": "legal",
    "solicitor": "legal",
    "boss": "manag",
    "suspect": "doubt",
    "mistrust": "doubt",
    "cash": "money",
}
"""Stem -> the stem it means the same as: words that only meaning brings together."""


class TinyEncoder:
    """The sum of one fixed vector a word, synonyms sharing one; a long text makes several windows."""

    name = "tiny"
    digest = "tiny-1"
    dimension = 48
    window = 8

    def encode_queries(self, texts: Sequence[str]) -> FloatArray:
        return np.stack([self._vector(_stems(text)) for text in texts])

    def encode_passages(
        self, texts: Sequence[str], progress: Callable[[int, int], None] | None = None
    ) -> tuple[FloatArray, ...]:
        if progress:
            progress(len(texts), len(texts))
        return tuple(self._windows(_stems(text)) for text in texts)

    def _windows(self, stems: list[str]) -> FloatArray:
        starts = range(0, max(len(stems), 1), self.window)
        return np.stack([self._vector(stems[start : start + self.window]) for start in starts])

    def _vector(self, stems: Sequence[str]) -> FloatArray:
        total = sum((_word_vector(stem, self.dimension) for stem in stems), np.zeros(self.dimension))
        return normalised(np.asarray(total, dtype=np.float32)[None, :])[0]


def _stems(text: str) -> list[str]:
    words = [token for token in tokens(text) if not is_common(text[token.start : token.end])]
    return [SYNONYMS.get(token.stem, token.stem) for token in words]


def _word_vector(stem: str, dimension: int) -> np.ndarray:
    seed = int.from_bytes(hashlib.sha256(stem.encode()).digest()[:8])
    return np.random.default_rng(seed).standard_normal(dimension)


def document(id: str, **values: object) -> Document:
    """A case study with what every document must have."""
    given = {
        "kind": "case",
        "title": id.replace("-", " ").title(),
        "path": f"cases/{id}.md",
        "digest": hashlib.sha256(id.encode()).hexdigest(),
        "countries": ("GB",),
        "sector": "employment",
        "summary": "A fictional project.",
        "sources": (Source(id="report", title="Report", publisher="Nobody", read="whole"),),
    }
    return Document(id=id, **(given | values))


def passage(id: str, text: str, **values: object) -> Passage:
    """A passage of the document its id begins with."""
    given = {"document_id": id.partition(".")[0], "kind": "section", "lines": (1, 1), "source_ids": ("report",)}
    return Passage(id=id, text=text, **(given | values))


def bound(documents: Sequence[Document], passages: Sequence[Passage]) -> tuple[Document, ...]:
    """The documents with the ids of their passages."""
    return tuple(
        replace(each, passage_ids=tuple(p.id for p in passages if p.document_id == each.id)) for each in documents
    )


PASSAGES = (
    passage("ashford.summary", "Ashford paid for young people to stay in school.", kind="summary"),
    passage("ashford.own-job", "“I almost created my own job”", kind="quote", heading=("In their words",),
            speaker="a worker", context="Somebody who did the legwork, on how the post began.", speaker_role="worker",
            themes=("roles-and-resourcing",)),
    passage("ashford.lawyers", "The lawyers came round only when they were asked early.", kind="lesson",
            themes=("legal-and-contracting",), basis="stated", work_stage="contracting", audiences=("commissioner",)),
    passage("ashford.price",
            "Publish one price list for outcomes. Let bidders offer discounts to it. Then compare them.",
            kind="lesson", themes=("pricing-and-value", "procurement"), basis="inferred", work_stage="procurement",
            audiences=("commissioner", "provider")),
    passage("bexley.summary", "Bexley housed people who had slept rough.", kind="summary"),
    passage("bexley.money", "Investors put in £30m, and 12.5 million was repaid.", kind="fact"),
    passage("bexley.doubt", "Managers mistrusted the data. They suspected that it came too late.", kind="perspective",
            speaker="J. Doe, provider", speaker_role="provider", about_role="commissioner",
            themes=("data-access", "procurement")),
    passage("bexley.internal", "The confidential xylophone fee was 5%.", kind="fact", release="internal"),
    passage("cobham.summary", "Cobham trained nurses for the night shift.", kind="summary"),
    passage("cobham.legal", "Their legal team wrote the contract twice.", kind="quote", speaker_role="commissioner",
            themes=("legal-and-contracting",)),
)  # fmt: skip

DOCUMENTS = bound(
    (
        document("ashford", title="Ashford Schools Bond", start="2012-04", end="2015-11", stage="complete",
                 sector="education"),
        document("bexley", title="Bexley Homes", countries=("AU", "NZ"), start="2014", stage="delivering",
                 sector="homelessness"),
        document("cobham", title="Cobham Nurses", countries=("US",), sector="health", release="workshop"),
    ),
    PASSAGES,
)  # fmt: skip


def write(folder: Path, documents: Sequence[Document] = DOCUMENTS, passages: Sequence[Passage] = PASSAGES) -> Manifest:
    """Write a generation of these with the tiny encoder."""
    encoder = TinyEncoder()
    parts = engine.make_parts({each.id: each for each in documents}, passages)
    head = engine.ManifestHead(
        name="tiny-generation",
        encoder=encoder.name,
        encoder_digest=encoder.digest,
        dimension=encoder.dimension,
        reused=0,
        files={"cases/ashford.md": ("0" * 64, 1, 2)},
        built="2026-11-24T12:00:00+00:00",
    )
    vectors = encoder.encode_passages([part.text for part in parts])
    return engine.write(folder, documents=documents, passages=passages, parts=parts, vectors=vectors, manifest=head)


def vector(text: str) -> FloatArray:
    """The vector of a question."""
    return TinyEncoder().encode_queries([text])[0]
