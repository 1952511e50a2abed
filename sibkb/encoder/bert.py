"""A BERT forward pass in NumPy, for queries.

Importing torch and sentence-transformers takes six to ten seconds, longer than any search; reading the same weights
with NumPy takes a tenth of one. Results are equal to 1e-5, which a test keeps. Only plain BERT with mean pooling and
normalising is known here: `QueryEncoder.load` answers None for any other folder.

Sequences are packed one behind the other instead of padded, so there is no mask and no work on padding.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

import numpy as np
import numpy.typing as npt
from threadpoolctl import ThreadpoolController

from sibkb.encoder.weights import read_json, reading
from sibkb.encoder.window import split

if TYPE_CHECKING:
    from tokenizers import Tokenizer

FloatArray = npt.NDArray[np.float32]
Progress = Callable[[int, int], None]
"""Hears how many texts are encoded, of how many."""

BLOCK: Final = 64
"""Passages between two calls of `progress`."""
SEGMENTS: Final = "embeddings.token_type_embeddings.weight"
AT_ONCE: Final = 32
"""Sequences packed into one forward pass; bounds the memory of a long list of queries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BertShape:
    """What the settings files of a model say about its forward pass."""

    layers: int
    heads: int
    epsilon: float
    window: int
    """Tokens read at once, special tokens included."""


def read_shape(folder: Path) -> BertShape | None:
    """Read the settings of a model; None unless it is plain BERT, mean pooling, normalising, and no prompts."""
    bert = read_json(folder / "config.json")
    sentence = read_json(folder / "sentence_bert_config.json")
    is_plain = (
        bert.get("model_type") == "bert"
        and bert.get("hidden_act") == "gelu"
        and bert.get("position_embedding_type", "absolute") == "absolute"
        and not bert.get("is_decoder")
        and not sentence.get("do_lower_case")
        and (folder / "model.safetensors").is_file()
        and (folder / "tokenizer.json").is_file()
        and _pools_by_mean(folder)
        and not any(read_json(folder / "config_sentence_transformers.json").get("prompts", {}).values())
    )
    if not is_plain:
        return None
    declared = sentence.get("max_seq_length") or read_json(folder / "tokenizer_config.json").get("model_max_length")
    return BertShape(
        layers=bert["num_hidden_layers"],
        heads=bert["num_attention_heads"],
        epsilon=bert["layer_norm_eps"],
        window=min(declared or bert["max_position_embeddings"], bert["max_position_embeddings"]),
    )


def _pools_by_mean(folder: Path) -> bool:
    """Whether the modules are a transformer, mean pooling and normalising, in the words of old and new releases."""
    modules = [(module["type"].rpartition(".")[2], module["path"]) for module in read_json(folder / "modules.json")]
    if [kind for kind, _ in modules] != ["Transformer", "Pooling", "Normalize"]:
        return False
    pooling = read_json(folder / modules[1][1] / "config.json")
    old = [key for key, value in pooling.items() if key.startswith("pooling_mode_") and value]
    return pooling.get("pooling_mode") == "mean" or old == ["pooling_mode_mean_tokens"]


class QueryEncoder:
    """Turns queries into vectors without torch; safe to share between threads."""

    def __init__(self, *, shape: BertShape, weights: Mapping[str, FloatArray], tokenizer: "Tokenizer") -> None:
        self._shape = shape
        self._tokenizer = tokenizer
        self._words = weights["embeddings.word_embeddings.weight"]
        self._places = weights["embeddings.position_embeddings.weight"] + weights[SEGMENTS][0]
        self._norm = Norm.of(weights, "embeddings.LayerNorm", shape)
        self._layers = tuple(Layer.of(weights, f"encoder.layer.{i}", shape) for i in range(shape.layers))
        self._threads = ThreadpoolController()
        self.dimension = int(self._words.shape[1])

    @classmethod
    def load(cls, folder: Path) -> Self | None:
        """Read a model's folder; None where it is another architecture or has other numbers than float32."""
        with reading(folder):
            if (shape := read_shape(folder)) is None:
                return None
            from safetensors.numpy import load_file
            from tokenizers import Tokenizer

            weights = load_file(folder / "model.safetensors")
            weights.pop("embeddings.position_ids", None)
            if SEGMENTS not in weights or any(array.dtype != np.float32 for array in weights.values()):
                return None
            tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            tokenizer.no_truncation()
            tokenizer.no_padding()
            return cls(shape=shape, weights=weights, tokenizer=tokenizer)

    def encode_queries(self, texts: Sequence[str]) -> FloatArray:
        """Texts (n) to unit vectors (n, dimension); a text beyond the window is the mean of its parts."""
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        parts = [split(text, self._tokenizer, self._shape.window) for text in texts]
        vectors = self._encode([part for pieces in parts for part in pieces])
        return mean_of_parts(vectors, [len(pieces) for pieces in parts])

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> tuple[FloatArray, ...]:
        """Texts (n) to n arrays of unit vectors (parts of that text, dimension); `progress` hears (done, n)."""
        found: list[FloatArray] = []
        for start in range(0, len(texts), BLOCK):
            parts = [split(text, self._tokenizer, self._shape.window) for text in texts[start : start + BLOCK]]
            vectors = self._encode([part for pieces in parts for part in pieces])
            found += np.split(vectors, np.cumsum([len(pieces) for pieces in parts])[:-1])
            if progress is not None:
                progress(len(found), len(texts))
        return tuple(found)

    def _encode(self, texts: Sequence[str]) -> FloatArray:
        """Texts that fit the window (n) to unit vectors (n, dimension)."""
        sequences = [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]
        with self._threads.limit(limits=1, user_api="blas"):  # several wait for each other where the machine is busy
            packs = [self._forward(sequences[i : i + AT_ONCE]) for i in range(0, len(sequences), AT_ONCE)]
        return normalised(np.concatenate(packs))

    def _forward(self, sequences: Sequence[Sequence[int]]) -> FloatArray:
        """Token ids of n sequences to the means of their last hidden states (n, dimension)."""
        lengths = [len(sequence) for sequence in sequences]
        bounds = np.cumsum([0, *lengths])
        ids = np.concatenate([np.asarray(sequence) for sequence in sequences])
        places = np.concatenate([np.arange(length) for length in lengths])
        hidden = self._norm(self._words[ids] + self._places[places])
        for layer in self._layers:
            hidden = layer(hidden, bounds)
        sums: FloatArray = np.add.reduceat(hidden, bounds[:-1], axis=0)
        means: FloatArray = np.divide(sums, np.asarray(lengths)[:, None], dtype=np.float32)
        return means


def normalised(vectors: FloatArray) -> FloatArray:
    """Vectors (n, dimension) at unit length."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    units: FloatArray = np.divide(vectors, np.maximum(lengths, 1e-12), dtype=np.float32)
    return units


def mean_of_parts(vectors: FloatArray, counts: Sequence[int]) -> FloatArray:
    """Unit vectors of all parts (sum of counts, dimension) to one unit vector per text (len(counts), dimension)."""
    return normalised(np.add.reduceat(vectors, np.cumsum([0, *counts[:-1]]), axis=0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Norm:
    """Layer normalisation with its scale (hidden,) and shift (hidden,)."""

    scale: FloatArray
    shift: FloatArray
    epsilon: np.float32

    @classmethod
    def of(cls, weights: Mapping[str, FloatArray], name: str, shape: BertShape) -> Self:
        """Take the arrays called `name` out of a model's weights."""
        return cls(scale=weights[f"{name}.weight"], shift=weights[f"{name}.bias"], epsilon=np.float32(shape.epsilon))

    def __call__(self, x: FloatArray) -> FloatArray:
        """(tokens, hidden) to the same."""
        x = x - x.mean(axis=1, keepdims=True)
        variance = np.square(x).mean(axis=1, keepdims=True)
        scaled: FloatArray = x / np.sqrt(variance + self.epsilon) * self.scale
        return scaled + self.shift


@dataclass(frozen=True, slots=True, kw_only=True)
class Linear:
    """A matrix (out, in) and a bias (out,)."""

    weight: FloatArray
    bias: FloatArray

    @classmethod
    def of(cls, weights: Mapping[str, FloatArray], *names: str) -> Self:
        """Take the arrays called `names` out of a model's weights, one below the other."""
        return cls(
            weight=np.concatenate([weights[f"{name}.weight"] for name in names]),
            bias=np.concatenate([weights[f"{name}.bias"] for name in names]),
        )

    def __call__(self, x: FloatArray) -> FloatArray:
        """(tokens, in) to (tokens, out)."""
        return x @ self.weight.T + self.bias


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One transformer layer: attention, then a feed-forward net, each added to its input and normalised."""

    heads: int
    queries_keys_values: Linear
    joined: Linear
    attended: Norm
    widened: Linear
    narrowed: Linear
    finished: Norm

    @classmethod
    def of(cls, weights: Mapping[str, FloatArray], name: str, shape: BertShape) -> Self:
        """Take the layer called `name` out of a model's weights."""
        attention = [f"{name}.attention.self.{part}" for part in ("query", "key", "value")]
        return cls(
            heads=shape.heads,
            queries_keys_values=Linear.of(weights, *attention),
            joined=Linear.of(weights, f"{name}.attention.output.dense"),
            attended=Norm.of(weights, f"{name}.attention.output.LayerNorm", shape),
            widened=Linear.of(weights, f"{name}.intermediate.dense"),
            narrowed=Linear.of(weights, f"{name}.output.dense"),
            finished=Norm.of(weights, f"{name}.output.LayerNorm", shape),
        )

    def __call__(self, hidden: FloatArray, bounds: npt.NDArray[np.int64]) -> FloatArray:
        """(tokens, hidden) to the same; the sequence i lies at bounds[i] to bounds[i + 1]."""
        projected = self.queries_keys_values(hidden)
        context = np.concatenate([attend(projected[start:end], self.heads) for start, end in pairwise(bounds)])
        hidden = self.attended(hidden + self.joined(context))
        return self.finished(hidden + self.narrowed(gelu(self.widened(hidden))))


def attend(projected: FloatArray, heads: int) -> FloatArray:
    """Queries, keys and values of one sequence (tokens, 3 * hidden) to what its tokens attend to (tokens, hidden)."""
    tokens, width = projected.shape
    size = width // (3 * heads)
    queries, keys, values = projected.reshape(tokens, 3, heads, size).transpose(1, 2, 0, 3)
    scores = queries @ keys.transpose(0, 2, 1) / np.float32(np.sqrt(size))
    shares = np.exp(scores - scores.max(axis=-1, keepdims=True))
    shares /= shares.sum(axis=-1, keepdims=True)
    mixed: FloatArray = shares @ values
    return mixed.transpose(1, 0, 2).reshape(tokens, heads * size)


def gelu(x: FloatArray) -> FloatArray:
    """Each x times the normal distribution up to x, of any shape.

    The error function is Abramowitz and Stegun 7.1.26 (off by 1.5e-7 at most): importing scipy's takes 0.15 s, and
    `math.erf` by element is six times slower.
    """
    z = np.abs(x) * np.float32(np.sqrt(0.5))
    t = 1 / (1 + 0.3275911 * z)
    series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    erf: FloatArray = np.copysign(1 - series * np.exp(-z * z), x)
    return 0.5 * x * (1 + erf)
