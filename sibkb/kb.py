"""The knowledge base: an open generation and its encoder; what every door holds."""

import hashlib
import re
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Final

import numpy as np

from sibkb import corpus, generations, glossary, search, vocabulary, withdrawn
from sibkb.encoder import Encoder, FloatArray, Progress, open_encoder
from sibkb.engine import EmbeddedEngine
from sibkb.errors import CorpusError, GenerationError, QueryError, SibkbError
from sibkb.exporting.markdown import markdown
from sibkb.generations import Published
from sibkb.glossary import Glossary
from sibkb.model import (
    Document,
    Filters,
    Passage,
    Problem,
    Query,
    Reading,
    Results,
    Similar,
    Tombstone,
    relations,
    visible,
)
from sibkb.parsing import parse
from sibkb.settings import Settings
from sibkb.similar import KINDS, Likeness
from sibkb.words import analyse

RECENT: Final = 256
"""Questions whose vectors are kept."""

_read_withdrawn = lru_cache(maxsize=4)(withdrawn.read)
_read_glossary = lru_cache(maxsize=4)(glossary.read)
"""Reads a text once: it is asked with every question."""

_MADE_OF_WORDS: Final = re.compile(r"[a-z]+-[0-9a-f]{8}(-[0-9]+)?")
"""The name of a passage that its author gave none: it changes with the words."""
LOOK: Final = 5.0
"""Seconds after which the folder is looked at, should the system not have told a change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """What a build read and published."""

    reading: Reading
    published: Published


@dataclass
class KnowledgeBase:
    """One open generation. It never changes; `is_current` says whether a newer one should be opened instead."""

    settings: Settings
    engine: EmbeddedEngine
    encoder: Encoder
    _ready: threading.Event = field(default_factory=threading.Event)
    _vector: Callable[[str], FloatArray] = field(init=False, repr=False, compare=False)
    """Encodes a question, once for all the filters and pages it is asked with."""

    def __post_init__(self) -> None:
        self._vector = lru_cache(maxsize=RECENT)(lambda text: np.asarray(self.encoder.encode_queries([text])[0]))

    @property
    def generation(self) -> str:
        return self.engine.manifest.name

    def is_current(self) -> bool:
        """Whether this is still the generation in use."""
        return generations.current(self.settings.indexes) == self.generation

    def stale(self) -> bool:
        """Whether the corpus folder has changed since this generation was built."""
        return changed(self.settings.corpus, self.engine.manifest.files)

    @property
    def ready(self) -> bool:
        """Whether meaning can be asked without waiting for the model."""
        return self._ready.is_set()

    def warm(self) -> None:
        """Load the query encoder; safe from any thread, cheap the second time."""
        self.encoder.encode_queries(["warm"])
        self._ready.set()

    def search(self, query: Query, *, wait: bool = True) -> Results:
        """Answer a query; without `wait`, by words alone while the model is still loading."""
        encode = self._encode if wait or self.ready else None
        return search.search(self.engine, query, encode, names=self.glossary().thesaurus)

    def marks(self, text: str, question: str) -> tuple[tuple[int, int], ...]:
        """The spans of the words in a text for which a question finds it."""
        question = question[: search.LONGEST]
        asked = search.understand(self.engine, question, analyse(question), self.glossary().thesaurus)
        return search.marks(text, asked.terms)

    def glossary(self) -> Glossary:
        """The field's terms as the corpus folder has them now; it is no part of a generation.

        The file is read each time, which takes less than a tenth of a millisecond and misses no change.
        """
        try:
            return _read_glossary(corpus.GLOSSARY, corpus.read_glossary(self.settings.corpus))
        except CorpusError as error:
            what, _, fix = str(error).partition(" — ")
            unread = Problem(path=corpus.GLOSSARY, line=0, column=0, code="G001", message=what, fix=fix)
            return Glossary(problems=(unread,))

    def _encode(self, text: str) -> FloatArray:
        vector = self._vector(text)
        self._ready.set()
        return vector

    def document(self, id: str) -> Document:
        """The document of that id; a QueryError names the nearest where there is none."""
        if id not in self.engine.documents:
            raise QueryError(self._gone(id) or _unknown("document", id, self.engine.documents))
        return self.engine.documents[id]

    def problems(self, document: Document) -> tuple[Problem, ...] | None:
        """What is wrong in a document's file, where this is its last good version; None where the file was used."""
        made_of, _, _ = self.engine.manifest.files.get(document.path, (document.digest, 0, 0))
        return None if made_of == document.digest else corpus.problems(self.settings.corpus, document.path)

    def related(self, document: Document) -> dict[str, tuple[Document, ...]]:
        """Relation -> documents, as the front matter has them; `parts`, `supports` and `followed_by` name this one.

        What is not here, or may not be seen, is left out.
        """
        documents = self.engine.documents
        found = self._relations[document.id]
        return {relation: tuple(documents[id] for id in ids) for relation, ids in found.items()}

    @cached_property
    def _relations(self) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
        return relations(self.engine.documents.values())

    @cached_property
    def likeness(self) -> Likeness:
        """What is like what, among all that may be seen; made at the first question, from the stored vectors."""
        ids = self.engine.allowed(Filters(kind=KINDS))
        sentences, wholes = self.engine.vectors(ids, "sentence"), self.engine.vectors(ids, "whole")
        return Likeness(self.engine.documents.values(), self.engine.passages(ids), sentences, wholes)

    def similar(self, document: Document) -> tuple[Similar, ...]:
        """The other documents that are most like one, best first; its related ones are named with it anyway."""
        related = {each.id for documents in self.related(document).values() for each in documents}
        return self.likeness.documents(document.id, without=related)

    def markdown(self, document: Document) -> bytes:
        """A document as a file of the corpus: the file itself, where all that is in it may be seen.

        Else, and where the file is not as it was when the index was built, it is written anew from what may be seen.
        """
        data = corpus.read_file(self.settings.corpus, document.path)
        if data is not None and hashlib.sha256(data).hexdigest() == document.digest:
            whole = parse(document.path, data).document
            if whole == document and self._known(document) == document:
                return data
        return markdown(self._known(document), self.engine.passages(document.passage_ids)).encode()

    def _known(self, document: Document) -> Document:
        """The document as it is told where only some others may be seen: it names none but those."""
        seen = self.engine.documents
        return replace(
            document,
            part_of=document.part_of if document.part_of in seen else None,
            supported_by=tuple(id for id in document.supported_by if id in seen),
            follows=tuple(id for id in document.follows if id in seen),
        )

    def passage(self, id: str) -> Passage:
        """The passage of that id; a QueryError names the nearest of its document where there is none."""
        known = self.document(id.partition(".")[0]).passage_ids
        if id not in known:
            raise QueryError(self._gone(id) or _unknown("passage", id, known))
        (found,) = self.engine.passages([id])
        return found

    def withdrawn(self, id: str) -> Tombstone | None:
        """What says that a document or a passage was withdrawn, where that may be told; the file is read each time."""
        try:
            found, _ = _read_withdrawn(corpus.WITHDRAWN, corpus.read_withdrawn(self.settings.corpus))
        except CorpusError:  # the check says it
            return None
        stone = withdrawn.tombstone(id, found)
        return stone if stone and visible(self.settings.ceiling, stone.release) else None

    def reworded(self, document: Document, name: str, version: str) -> tuple[Passage | None, str]:
        """A passage of a document as it was when its words had that fingerprint, and why it cannot be told if not."""
        id, ceiling = f"{document.id}.{name}", self.settings.ceiling
        try:
            return corpus.reworded(self.settings.corpus, document.path, id, version, ceiling), ""
        except SibkbError as error:
            return None, str(error)

    def _gone(self, id: str) -> str | None:
        stone = self.withdrawn(id)
        return f"`{stone.id}` was withdrawn on {stone.date} — {stone.reason}" if stone else None


def _unknown(kind: str, id: str, known: Collection[str]) -> str:
    name = id.partition(".")[2]
    if _MADE_OF_WORDS.fullmatch(name):
        return (
            f"there is no passage `{id}` any more, or not in these words — `sibkb show {id.partition('.')[0]}` has all"
        )
    names = {each.rpartition(".")[2]: each for each in known}
    close = get_close_matches(id.rpartition(".")[2], names, n=1)
    return f"there is no {kind} `{id}` — " + (
        f"did you mean `{names[close[0]]}`?" if close else "`sibkb search` finds ids"
    )


def changed(folder: Path, files: Mapping[str, tuple[str, int, int]]) -> bool:
    """Whether the folder differs from the files an index was made of; content decides where times differ."""
    now = corpus.times(folder)
    if now.keys() != files.keys():
        return True
    moved = [path for path, time in now.items() if time != files[path][1:] or not files[path][0]]
    return any(corpus.digest(folder / path) != files[path][0] for path in moved)


def build(settings: Settings, encoder: Encoder | None = None, progress: Progress | None = None) -> Built:
    """Read the corpus and publish its generation; broken files are left out and named in the reading."""
    reading = corpus.read(settings.corpus)
    if any(problem.code == withdrawn.UNREAD for problem in reading.problems):
        raise CorpusError(
            f"what was withdrawn cannot be read from {settings.corpus / corpus.WITHDRAWN}, so nothing is built and the "
            "index in use stays — mend that file",
            reading.problems,
        )
    if not reading.documents:
        raise CorpusError(
            f"no file in {settings.corpus} can be used — `sibkb check` says why, `sibkb new case my-case` begins one",
            reading.problems,
        )
    encoder = encoder or open_encoder(settings.model)
    return Built(reading=reading, published=generations.publish(settings.indexes, reading, encoder, progress))


def open_built(settings: Settings) -> KnowledgeBase:
    """Open the generation in use; a GenerationError where none is there that this sibkb and encoder can use."""
    encoder = open_encoder(settings.model)
    engine, why = _opened(settings, encoder)
    if engine is None or why:
        raise GenerationError(f"{why.rstrip(' :—')} — run `sibkb build`")
    return KnowledgeBase(settings=settings, engine=engine, encoder=encoder)


def open_kb(
    settings: Settings,
    progress: Progress | None = None,
    *,
    encoder: Encoder | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> KnowledgeBase:
    """Open the generation in use; builds one first, and says so, where none is that this sibkb and encoder can use.

    A damaged index, or one of another version, is refused only where none can be built in its place: where there is no
    corpus folder, or no right to write.
    """
    encoder = encoder or open_encoder(settings.model)
    engine, why = _opened(settings, encoder)
    if why:
        say(f"{why} building the index first. This takes a minute or two, once.")
        problems = build(settings, encoder, progress).reading.problems
        if problems:
            what = "1 problem was" if len(problems) == 1 else f"{len(problems)} problems were"
            say(f"{what} found: `sibkb check` lists {'it' if len(problems) == 1 else 'them'}.")
        engine = generations.open_current(settings.indexes, settings.ceiling)
    if engine is None:
        raise GenerationError(f"there is no index in {settings.indexes} — run `sibkb build`")
    return KnowledgeBase(settings=settings, engine=engine, encoder=encoder)


def _opened(settings: Settings, encoder: Encoder) -> tuple[EmbeddedEngine | None, str]:
    """The generation in use, if any; and why another must be built first, if it must."""
    try:
        engine = generations.open_current(settings.indexes, settings.ceiling)
    except GenerationError as refused:
        if not (settings.corpus.is_dir() and generations.writable(settings.indexes)):
            raise
        what = str(refused).partition(" — ")[0]
        return None, f"{what[0].upper()}{what[1:]} —"
    if engine is None:
        return None, "Nothing is built yet:"
    if engine.manifest.encoder_digest != encoder.digest:
        return engine, f"The index was made by another encoder, {engine.manifest.encoder}:"
    other = engine.manifest.words != vocabulary.own()
    return engine, "The index was made with other words than your settings have:" if other else ""


def follow(
    settings: Settings,
    told: Callable[[Built], None],
    failed: Callable[[SibkbError], None],
    stop: threading.Event | None = None,
) -> None:
    """Build now and whenever the folder is not as it was last built, until stopped; an error does not end it."""
    encoder = open_encoder(settings.model)
    last: object = ()
    unread: list[Path] = []
    for _ in _moments(settings.corpus, stop or threading.Event()):
        now = _seen(settings.corpus)
        if now == last and not any(map(corpus.digest, unread)):
            continue
        last, unread = now, []
        try:
            built = build(settings, encoder)
            unread = _unread(settings.corpus, built.reading.problems)
            told(built)
        except SibkbError as error:
            unread = _unread(settings.corpus, getattr(error, "problems", ()))
            failed(error)


def _unread(folder: Path, problems: Iterable[Problem]) -> list[Path]:
    """The files that could not be read: when they can be, their time and size need not tell."""
    return [folder / problem.path for problem in problems if problem.code == corpus.UNREAD]


def _moments(folder: Path, stop: threading.Event) -> Iterator[None]:
    """When to look: now, when a change is told, and every few seconds, for there are folders that tell none."""
    from watchfiles import watch

    milliseconds = int(LOOK * 1000)
    while not stop.is_set():
        yield
        try:
            for _ in watch(folder, stop_event=stop, debounce=400, rust_timeout=milliseconds, yield_on_timeout=True):
                yield
        except (OSError, RuntimeError):  # the folder is away, or the system watches no more: looking is enough
            stop.wait(LOOK)


def _seen(folder: Path) -> tuple[Mapping[str, tuple[int, int]], str | None] | None:
    """The files, and what was withdrawn."""
    try:
        return corpus.times(folder), corpus.read_withdrawn(folder)
    except CorpusError:
        return None
