"""Texts to vectors.

weights.py      which weights, where, and are they the right ones
window.py       cutting a long text into parts that a model reads whole
bert.py         queries and a few passages in NumPy, without torch
transformer.py  passages, and other models, with sentence-transformers
"""

import threading
from collections.abc import Callable, Sequence
from typing import Final, Generic, Protocol, TypeVar

from sibkb.encoder.bert import FloatArray, Progress, QueryEncoder
from sibkb.encoder.transformer import TransformerEncoder
from sibkb.encoder.weights import ModelFolder, find_model

__all__ = ["Encoder", "FloatArray", "ModelEncoder", "Progress", "QueryEncoder", "open_encoder"]

FEW: Final = 300
"""So many passages are encoded in NumPy sooner than torch is imported: what one changed file costs."""

T = TypeVar("T")


class Encoder(Protocol):
    """What search and index builds need of an encoder."""

    @property
    def name(self) -> str:
        """What people call the model."""

    @property
    def digest(self) -> str:
        """SHA-256 of the model's files: vectors of different digests must not be compared."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    def encode_queries(self, texts: Sequence[str]) -> FloatArray:
        """Texts (n) to unit vectors (n, dimension)."""

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Sequence[FloatArray]:
        """Texts (n) to n arrays of unit vectors (parts of that text, dimension); `progress` hears (done, n)."""


def open_encoder(model: str | None = None, *, threads: int | None = None) -> "ModelEncoder":
    """Name the model to use: None for the default, a folder, or a name to fetch from the model hub.

    Nothing is read yet. `threads` None means one for queries and torch's own choice for passages.
    """
    return ModelEncoder(model, threads)


class ModelEncoder:
    """An encoder that finds, checks and loads what a call needs, once, whichever thread calls first."""

    def __init__(self, model: str | None, threads: int | None) -> None:
        self._folder = Once(lambda: find_model(model))
        self._passages = Once(lambda: TransformerEncoder.load(self._folder().path, threads))
        self._queries = Once(lambda: QueryEncoder.load(self._folder().path) or self._passages())

    def verify(self) -> ModelFolder:
        """Find the model and check its files, or raise ModelError."""
        return self._folder()

    @property
    def name(self) -> str:
        """What people call the model."""
        return self._folder().name

    @property
    def digest(self) -> str:
        """SHA-256 of the model's files."""
        return self._folder().digest

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._queries().dimension

    def encode_queries(self, texts: Sequence[str]) -> FloatArray:
        """Texts (n) to unit vectors (n, dimension), without torch where the model allows it."""
        return self._queries().encode_queries(texts)

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> tuple[FloatArray, ...]:
        """Texts (n) to n arrays of unit vectors (parts of that text, dimension); `progress` hears (done, n)."""
        light = self._queries()
        if len(texts) <= FEW and isinstance(light, QueryEncoder):
            return light.encode_passages(texts, progress)
        return self._passages().encode_passages(texts, progress)


class Once(Generic[T]):
    """A value made at the first call; a failure is not kept, the next call tries again."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._made: list[T] = []

    def __call__(self) -> T:
        """The value."""
        with self._lock:
            if not self._made:
                self._made.append(self._make())
            return self._made[0]
