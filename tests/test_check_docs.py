"""docs/checks.md has every code that `sibkb check` can print, no other, and each example gets its code."""

import importlib
import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest

from sibkb import checking
from tests import rights

ROOT = Path(__file__).resolve().parent.parent
DOCS = (ROOT / "docs" / "checks.md").read_text(encoding="utf-8")
FILE = "cases/harbour-bond.md"
ELSEWHERE = {"sibkb.collections"}
"""Rooms whose codes another command prints."""


def tables() -> dict[str, str]:
    """Every code with its meaning, from all tables of the package; a new table is found by its name."""
    found: dict[str, str] = {}
    for path in sorted((ROOT / "sibkb").rglob("*.py")):
        names = re.findall(r"^(CODES|WARNINGS): Final", path.read_text(encoding="utf-8"), re.MULTILINE)
        room = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        if names and room not in ELSEWHERE:
            found |= {
                code: text for name in names for code, text in getattr(importlib.import_module(room), name).items()
            }
    return found


MEANINGS = tables()
SHAPE = r"^### ([A-Z]\d{3})\n\n\*\*(.+)\.\*\* (.+\.)\n\n```(\w+)\n((?:(?!```).*\n)+)```\n\nTo do: (.+\.)\n"
EXPLAINED = {code: rest for code, *rest in re.findall(SHAPE, DOCS, re.MULTILINE)}
"""Code -> what it means, why, the language of the example and its text, and what to do."""
GOOD = re.findall(r"^```markdown\n(.*?)^```$", DOCS, re.DOTALL | re.MULTILINE)[0]


@pytest.fixture
def corpus() -> Iterator[Path]:
    """A corpus of the good file alone, which another user may read."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        path = Path(folder) / FILE
        path.parent.mkdir()
        path.write_text(GOOD, encoding="utf-8")
        yield Path(folder)


def do(corpus: Path, language: str, example: str) -> None:
    """What the head of the document says that an example does."""
    path = corpus / FILE
    if language == "sh":
        subprocess.run(["sh", "-ec", example], cwd=corpus, check=True)
    elif language == "markdown":
        path.write_text(GOOD.split("\n## ")[0] + "\n" + example, encoding="utf-8")
    elif named := re.match(r"# (\S+)\n", example):
        (corpus / named[1]).parent.mkdir(exist_ok=True)
        (corpus / named[1]).write_text(example, encoding="utf-8")
    else:
        path.write_text(with_keys(example), encoding="utf-8")


def with_keys(example: str) -> str:
    """The good file with these keys of its front matter."""
    _, front, body = GOOD.split("---\n", 2)
    given = re.findall(r"^(\w+):", example, re.MULTILINE)
    kept = [key for key in re.split(r"^(?=\w)", front, flags=re.MULTILINE) if key.split(":")[0] not in given]
    return f"---\n{''.join(kept)}{example}---\n{body}"


def found(corpus: Path) -> tuple[set[str], set[str]]:
    """The codes of errors and of warnings."""
    reading, problems = checking.check(corpus)
    return {each.code for each in problems}, {each.code for each in reading.warnings}


def test_every_code_is_explained_and_no_other():
    assert len(MEANINGS) > 60
    assert sorted(re.findall(r"^### ([A-Z]\d{3})$", DOCS, re.MULTILINE)) == sorted(MEANINGS)
    assert {code: what[0].lower() + what[1:] for code, (what, *_) in EXPLAINED.items()} == {
        code: what[0].lower() + what[1:] for code, what in MEANINGS.items()
    }


def test_nothing_is_wrong_or_missing_in_the_good_file(corpus):
    assert found(corpus) == (set(), set())


@pytest.mark.parametrize("code", sorted(EXPLAINED))
def test_an_example_gets_its_code(corpus, code):
    _, _, language, example, _ = EXPLAINED[code]
    do(corpus, language, example)
    with rights.binding() if code == "D007" else nullcontext():
        errors, warnings = found(corpus)
    if code in warnings:
        assert errors == set()
    else:
        assert errors == {code}
