"""Vectors of many texts, kept in the temporary folder between runs: encoding takes minutes, ranking seconds."""

import hashlib
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from sibkb.encoder import Encoder, FloatArray

FOLDER: Final = Path(tempfile.gettempdir()) / "sibkb-benchmarks"


def passages(texts: Sequence[str], encoder: Encoder) -> list[FloatArray]:
    """One array of window vectors a text."""
    if not texts:
        return []
    path = FOLDER / f"{_digest(texts, encoder)}.npz"
    if not path.exists():
        unique = list(dict.fromkeys(texts))
        by_text = dict(zip(unique, encoder.encode_passages(unique), strict=True))
        _save(path, [by_text[text] for text in texts])
    with np.load(path) as file:
        return np.split(file["rows"], np.cumsum(file["counts"])[:-1])


def _save(path: Path, arrays: Sequence[FloatArray]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(".part.npz")
    np.savez(aside, rows=np.concatenate(arrays), counts=[len(array) for array in arrays])
    aside.replace(path)


def _digest(texts: Sequence[str], encoder: Encoder) -> str:
    return hashlib.sha256("\0".join([encoder.digest, *texts]).encode()).hexdigest()[:32]
