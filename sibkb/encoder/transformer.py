"""The encoder on torch and sentence-transformers: for passages, and for queries of models that NumPy cannot read.

It stays on the processor even where there is a graphics card, so that every machine builds the same vectors.
"""

import os
import threading
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

import numpy as np

from sibkb.encoder.bert import BLOCK, FloatArray, Progress, mean_of_parts
from sibkb.encoder.weights import reading
from sibkb.encoder.window import split

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer

PASSAGE_PROMPTS: Final = ("document", "passage", "corpus")
"""Names under which a model may keep the words it wants before a passage, in sentence-transformers' order."""


class TransformerEncoder:
    """Turns passages and queries into vectors with sentence-transformers; one call at a time.

    `threads` None means one for queries (with more, they wait for each other beside any busy process) and torch's
    own choice for passages.
    """

    def __init__(
        self, *, model: "SentenceTransformer", tokenizer: "Tokenizer", dimension: int, threads: int | None
    ) -> None:
        self._model = model
        self._tokenizer = tokenizer
        self.dimension = dimension
        self._threads = threads
        self._lock = threading.Lock()

    @classmethod
    def load(cls, folder: Path, threads: int | None) -> Self:
        """Import sentence-transformers and read a model's folder, in silence and without the network."""
        os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1")
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # beside other work, spinning takes three times as long
        with reading(folder), _silence():
            from sentence_transformers import SentenceTransformer
            from tokenizers import Tokenizer

            model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
            tokenizer = Tokenizer.from_str(model.tokenizer.backend_tokenizer.to_str())
            tokenizer.no_truncation()
            tokenizer.no_padding()
            dimension = len(model.encode_query("", show_progress_bar=False))
        return cls(model=model, tokenizer=tokenizer, dimension=dimension, threads=threads)

    def encode_queries(self, texts: Sequence[str]) -> FloatArray:
        """Texts (n) to unit vectors (n, dimension); a text beyond the window is the mean of its parts."""
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        parts = [self._split(text, ("query",)) for text in texts]
        with self._lock, _threads(self._threads or 1):
            vectors = self._model.encode_query(
                [part for pieces in parts for part in pieces], normalize_embeddings=True, show_progress_bar=False
            )
        return mean_of_parts(vectors.astype(np.float32), [len(pieces) for pieces in parts])

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> tuple[FloatArray, ...]:
        """Texts (n) to n arrays of unit vectors (parts of that text, dimension); `progress` hears (done, n)."""
        longest_first = sorted(range(len(texts)), key=lambda i: (-len(texts[i]), i))
        found: dict[int, FloatArray] = {}
        for start in range(0, len(texts), BLOCK):
            block = longest_first[start : start + BLOCK]
            found.update(zip(block, self._encode_block([texts[i] for i in block]), strict=True))
            if progress is not None:
                progress(len(found), len(texts))
        return tuple(found[i] for i in range(len(texts)))

    def _encode_block(self, texts: Sequence[str]) -> list[FloatArray]:
        parts = [self._split(text, PASSAGE_PROMPTS) for text in texts]
        with self._lock, _threads(self._threads):
            vectors = self._model.encode_document(
                [part for pieces in parts for part in pieces], normalize_embeddings=True, show_progress_bar=False
            )
        return np.split(vectors.astype(np.float32), np.cumsum([len(pieces) for pieces in parts])[:-1])

    def _split(self, text: str, prompts: Sequence[str]) -> list[str]:
        prompt = next((self._model.prompts[name] for name in prompts if name in self._model.prompts), None)
        window = self._model.max_seq_length
        return [text] if window is None else split(text, self._tokenizer, window, prompt or "")


@contextmanager
def _silence() -> Iterator[None]:
    """Keep progress bars, remarks and deprecations of the libraries away from the user's screen."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from transformers.utils import logging

        verbosity, had_bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
        logging.set_verbosity_error()  # type: ignore[no-untyped-call]
        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        try:
            yield
        finally:
            logging.set_verbosity(verbosity)
            if had_bars:
                logging.enable_progress_bar()  # type: ignore[no-untyped-call]


@contextmanager
def _threads(number: int | None) -> Iterator[None]:
    """Let torch use this many threads, then as many as before; None leaves it as it is."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(number or before)
    try:
        yield
    finally:
        torch.set_num_threads(before)
