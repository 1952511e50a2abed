"""The floors of the house and the owners of its libraries, read from the syntax tree."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FLOORS = {
    "model": 0,
    "errors": 0,
    "vocabulary": 0,
    "strict_yaml": 0,
    "words": 0,
    "settings": 0,
    "access": 0,
    "schemas": 0,
    "parsing": 1,
    "encoder": 1,
    "engine": 1,
    "search": 1,
    "evaluating": 1,
    "glossary": 1,
    "exporting": 1,
    "importing": 1,
    "templates": 1,
    "auditing": 1,
    "synthesis": 1,
    "withdrawn": 1,
    "git": 1,
    "similar": 1,
    "corpus": 2,
    "generations": 2,
    "collections": 2,
    "kb": 3,
    "checking": 4,
    "intake": 4,
    "serving": 4,
    "measuring": 4,
    "surveying": 4,
    "withdrawing": 4,
    "handbook": 4,
    "cli": 5,
    "ui": 5,
    "__main__": 6,
}
"""Room -> floor; a room imports from lower floors alone, itself excepted."""
OWNERS = {
    "markdown_it": {"parsing"},
    "yaml": {"strict_yaml"},
    "pydantic": {"parsing"},
    "Stemmer": {"words"},
    "sentence_transformers": {"encoder"},
    "torch": {"encoder"},
    "tokenizers": {"encoder"},
    "faiss": {"engine"},
    "tantivy": {"engine"},
    "streamlit": {"ui", "app"},
    "typer": {"cli"},
    "typst": {"exporting"},
    "openpyxl": {"exporting", "importing"},
    "docx": {"exporting"},
    "bs4": {"importing"},
    "defusedxml": {"importing"},
    "mammoth": {"importing"},
    "markdownify": {"importing"},
    "pypdf": {"importing"},
    "webvtt": {"importing"},
}
HEAVY = {"sentence_transformers", "torch", "transformers"}
GROUND = {"model": {"vocabulary"}, "errors": {"model"}, "settings": {"access", "errors", "vocabulary"}}
"""What ground floor rooms may know of each other: `errors` names `Problem` for the type checker alone."""

FILES = sorted([*(ROOT / "sibkb").rglob("*.py"), ROOT / "app.py"])


def room(path: Path) -> str:
    parts = path.relative_to(ROOT).parts
    return Path(parts[1]).stem if len(parts) > 1 else Path(parts[0]).stem


@cache
def imports(path: Path) -> tuple[tuple[str, bool], ...]:
    """Dotted names that a file imports, and whether at module level."""
    return tuple(_imports(path))


def _imports(path: Path) -> Iterator[tuple[str, bool]]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    top = {id(node) for node in tree.body}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, id(node) in top) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [f"{node.module}.{alias.name}" for alias in node.names] if node.module == "sibkb" else [node.module]
            yield from ((name, id(node) in top) for name in names)


def test_every_file_is_there():
    assert len(FILES) > 20


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_stairs_back(path):
    here = room(path)
    if here in ("app", "__init__"):
        return
    for name, _ in imports(path):
        there = name.split(".")[1] if name.startswith("sibkb.") else None
        if there in (None, here, "__version__"):
            continue
        lower = FLOORS[there] < FLOORS[here] or there in GROUND.get(here, ())
        assert lower, f"{path.name}: {here} (floor {FLOORS[here]}) imports {there} (floor {FLOORS[there]})"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_libraries_have_owners(path):
    for name, top in imports(path):
        library = name.split(".")[0]
        assert room(path) in OWNERS.get(library, {room(path)}), f"{library} belongs to {OWNERS[library]}"
        assert not (top and library in HEAVY), f"{library} is imported inside the function that needs it"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_module_stays_readable(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 450
