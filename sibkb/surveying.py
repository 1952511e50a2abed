"""The corpus, file by file and in all: what stands in it, and what a contributor could add."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sibkb import auditing, corpus, engine, generations
from sibkb.auditing import Alike, Audit
from sibkb.encoder import FloatArray
from sibkb.errors import GenerationError
from sibkb.model import Document, Passage, Problem, Reading, relations, visible
from sibkb.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One file, and what it lacks."""

    document: Document
    audit: Audit
    """Of this document alone."""
    warnings: tuple[Problem, ...]
    relations: Mapping[str, tuple[str, ...]]
    """Relation -> ids of the documents it has it to, inverses included."""

    @property
    def not_recorded(self) -> tuple[str, ...]:
        """The fields that a reader would look for in vain."""
        return tuple(field.name for field in self.audit.fields if field.missing)


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What stands in the wanted files, and what does not."""

    total: int
    """Files, those that cannot be used among them."""
    broken: tuple[str, ...]
    """Paths of the files that cannot be used."""
    hidden: tuple[int, int]
    """Documents, and passages, that may not be seen and are left out."""
    audit: Audit
    files: tuple[File, ...]
    """Those that lack most first."""
    alike: Alike | None
    """Passages of these files that say nearly the same as another of any file; None where that was not looked for."""
    encoder: str
    """Whose vectors were compared, or why none were."""
    passages: Mapping[str, Passage]
    """Id -> passage, of all files."""
    paths: Mapping[str, str]
    """Id of a document -> its file, of all."""


def survey(settings: Settings, wanted: Sequence[Path] = ()) -> Survey:
    """Read the corpus and look at the wanted files; of all of them where none is named.

    Relations go to all files, and so does the look for what says nearly the same. What may not be seen under the
    ceiling is not looked at. Nothing is encoded and no model is loaded: the vectors are those of the index, if there
    is one.
    """
    corpus.refuse_others(settings.corpus, wanted)
    reading = corpus.read(settings.corpus)
    seen = [each for each in reading.documents if visible(settings.ceiling, each.release)]
    passages = _passages(reading, seen, settings.ceiling)
    files = [path for path in reading.files if corpus.wants(settings.corpus / path, wanted)]
    chosen = [each for each in reading.documents if each.path in files]
    documents = [each for each in seen if each.path in files]
    own = _passages(reading, documents, settings.ceiling)
    alike, encoder = _alike(settings, seen, passages)
    return Survey(
        total=len(files),
        broken=tuple(sorted(set(files) - {each.path for each in reading.documents})),
        hidden=(len(chosen) - len(documents), sum(len(each.passage_ids) for each in chosen) - len(own)),
        audit=auditing.audit(documents, own),
        files=_files(reading, documents, own),
        alike=alike and auditing.having(alike, {each.id for each in own}),
        encoder=encoder,
        passages={each.id: each for each in passages},
        paths={each.id: each.path for each in seen},
    )


def _passages(reading: Reading, documents: Sequence[Document], ceiling: str) -> list[Passage]:
    ids = {each.id for each in documents}
    return [each for each in reading.passages if each.document_id in ids and visible(ceiling, each.release)]


def _files(reading: Reading, documents: Sequence[Document], passages: Sequence[Passage]) -> tuple[File, ...]:
    own: dict[str, list[Passage]] = {each.id: [] for each in documents}
    for passage in passages:
        own[passage.document_id].append(passage)
    related = relations(reading.documents)
    files = [
        File(
            document=each,
            audit=auditing.audit([each], own[each.id]),
            warnings=tuple(warning for warning in reading.warnings if warning.path == each.path),
            relations=related[each.id],
        )
        for each in documents
    ]
    return tuple(sorted(files, key=_lacks))


def _lacks(file: File) -> tuple[int, int, str]:
    """What sorts those that lack most first."""
    return -len(file.warnings) - len(file.not_recorded), -len(file.audit.facts.unsourced), file.document.path


def _alike(settings: Settings, documents: Sequence[Document], passages: Sequence[Passage]) -> tuple[Alike | None, str]:
    """What is alike, and whose vectors say so; or why that was not looked for."""
    try:
        folder = generations.folder(settings.indexes)
        if folder is None:
            return None, "nothing is built: run `sibkb build` first"
        vectors, encoder = engine.reusable(folder), engine.read_manifest(folder).encoder
    except GenerationError as error:
        return None, str(error)
    return auditing.alike(passages, _sentences(documents, passages, vectors)), encoder


def _sentences(
    documents: Sequence[Document], passages: Sequence[Passage], vectors: Mapping[str, FloatArray]
) -> dict[str, FloatArray]:
    """Id -> the vectors of its sentences, of the passages whose sentences are all in the index."""
    found: dict[str, list[FloatArray]] = {each.id: [] for each in passages}
    unknown = set()
    for part in engine.make_parts({each.id: each for each in documents}, passages):
        if part.kind == "sentence":
            id = passages[part.passage].id
            known = vectors.get(engine.digest(part.text))
            found[id] += [] if known is None else [known]
            unknown |= {id} if known is None else set()
    return {id: np.concatenate(each) for id, each in found.items() if each and id not in unknown}
