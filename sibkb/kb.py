"""The knowledge base: an open generation and its encoder; what every door holds."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from sibkb import corpus, generations, search
from sibkb.encoder import Encoder, Progress, open_encoder
from sibkb.engine import EmbeddedEngine
from sibkb.errors import CorpusError, GenerationError, QueryError, SibkbError
from sibkb.generations import Published
from sibkb.model import MODES, Document, Passage, Query, Reading, Results
from sibkb.settings import Settings


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
        wants_meaning = "meaning" in MODES.get(query.mode, ())
        vector = None
        if wants_meaning and query.text.strip() and (wait or self.ready) and search.answerable(query):
            vector = np.asarray(self.encoder.encode_queries([search.spelled(self.engine, query.text)])[0])
            self._ready.set()
        return search.search(self.engine, query, vector)

    def document(self, id: str) -> Document:
        """The document of that id; a QueryError names the nearest where there is none."""
        try:
            return self.engine.documents[id]
        except KeyError:
            raise QueryError(f"there is no document `{id}` — `sibkb search` finds ids") from None

    def passage(self, id: str) -> Passage:
        """The passage of that id."""
        (found,) = self.engine.passages([id])
        return found


def changed(folder: Path, files: Mapping[str, tuple[str, int, int]]) -> bool:
    """Whether the folder differs from the files an index was made of; content decides where times differ."""
    now = corpus.times(folder)
    if now.keys() != files.keys():
        return True
    moved = [path for path, time in now.items() if time != files[path][1:]]
    return any(corpus.digest(folder / path) != files[path][0] for path in moved)


def build(settings: Settings, encoder: Encoder | None = None, progress: Progress | None = None) -> Built:
    """Read the corpus and publish its generation; broken files are left out and named in the reading."""
    reading = corpus.read(settings.corpus)
    if not reading.documents:
        raise CorpusError(
            f"no file in {settings.corpus} can be used — `sibkb check` says why, `sibkb new case my-case` begins one",
            reading.problems,
        )
    encoder = encoder or open_encoder(settings.model)
    return Built(reading=reading, published=generations.publish(settings.indexes, reading, encoder, progress))


def open_kb(settings: Settings, progress: Progress | None = None, encoder: Encoder | None = None) -> KnowledgeBase:
    """Open the generation in use; builds one first where none is, or where another encoder made it."""
    encoder = encoder or open_encoder(settings.model)
    engine = generations.open_current(settings.indexes, settings.ceiling)
    if engine is None or engine.manifest.encoder_digest != encoder.digest:
        build(settings, encoder, progress)
        engine = generations.open_current(settings.indexes, settings.ceiling)
    if engine is None:
        raise GenerationError(f"there is no index in {settings.indexes} — run `sibkb build`")
    return KnowledgeBase(settings=settings, engine=engine, encoder=encoder)


def follow(
    settings: Settings,
    told: Callable[[Built], None],
    failed: Callable[[SibkbError], None],
    stop: threading.Event | None = None,
) -> None:
    """Build now and whenever a file of the corpus changes, until stopped; an error is told and does not end it."""
    from watchfiles import watch

    encoder = open_encoder(settings.model)

    def build_once() -> None:
        try:
            told(build(settings, encoder))
        except SibkbError as error:
            failed(error)

    build_once()
    for _ in watch(settings.corpus, stop_event=stop, debounce=400, raise_interrupt=False):
        build_once()
