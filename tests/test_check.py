"""The ways `sibkb check` tells: on a terminal, as data, and beside the lines of a pull request."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from sibkb.cli import app
from sibkb.exporting import annotation
from sibkb.model import Problem

ROOT = Path(__file__).resolve().parent.parent
NAME = "name the file in lower case, digits and hyphens"
FIX = "begin the file with a line `---`, as `sibkb new` does"


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A corpus of one good file and two bad ones."""
    folder = tmp_path / "corpus"
    (folder / "interviews").mkdir(parents=True)
    shutil.copy(ROOT / "corpus/interviews/interview-roles-in-government.md", folder / "interviews")
    (folder / "broken.md").write_text("nothing", encoding="utf-8")
    (folder / "Odd, 100%.md").write_text("nothing", encoding="utf-8")
    return folder


def check(corpus: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["--corpus", str(corpus), "check", *arguments])


def test_text(corpus):
    told = check(corpus)
    assert told.exit_code == 1
    assert told.stdout.splitlines() == [
        f"{corpus}/Odd, 100%.md:0:0 D005 `Odd, 100%` is no document id — {NAME}",
        f"{corpus}/Odd, 100%.md:1:1 D003 there is no front matter — {FIX}",
        f"{corpus}/broken.md:1:1 D003 there is no front matter — {FIX}",
    ]


def test_data(corpus):
    told = check(corpus, "--format", "json", str(corpus / "broken.md"))
    assert told.exit_code == 1
    (problem,) = json.loads(told.stdout)
    assert problem == {
        "path": "broken.md", "line": 1, "column": 1, "code": "D003", "severity": "error",
        "message": "there is no front matter", "fix": FIX,
    }  # fmt: skip
    assert check(corpus, "--json").stdout == check(corpus, "--format", "json").stdout


def test_beside_the_lines_of_a_pull_request(corpus):
    """The files are named from the root of the repository, wherever the command runs, or GitHub shows nothing."""
    outside = check(corpus, "--format", "github").stdout
    assert f"::error file={corpus}/broken.md,line=1,col=1,title=D003::there is no front matter — {FIX}\n" in outside
    (corpus.parent / ".git").mkdir()
    inside = check(corpus, "--format", "github")
    assert inside.exit_code == 1
    assert inside.stdout.splitlines() == [
        f"::error file=corpus/Odd%2C 100%25.md,title=D005::`Odd, 100%25` is no document id — {NAME}",
        f"::error file=corpus/Odd%2C 100%25.md,line=1,col=1,title=D003::there is no front matter — {FIX}",
        f"::error file=corpus/broken.md,line=1,col=1,title=D003::there is no front matter — {FIX}",
    ]


def test_another_format(corpus):
    told = check(corpus, "--format", "xml")
    assert told.exit_code == 2
    assert "`xml` is none of: text, json, github" in told.stderr


ANNOTATIONS = {
    "whole": ({}, "a.md", "::error file=a.md,line=3,col=7,title=B001::what — do"),
    "a warning": ({"severity": "warning"}, "a.md", "::warning file=a.md,line=3,col=7,title=B001::what — do"),
    "a file as a whole": ({"line": 0, "column": 0}, "a.md", "::error file=a.md,title=B001::what — do"),
    "marks in the words": (
        {"message": "50% of: a, b\r\n::error::mine"},
        "a.md",
        "::error file=a.md,line=3,col=7,title=B001::50%25 of: a, b%0D%0A::error::mine — do",
    ),
    "marks in the path": (
        {},
        "a,line=9:b%2C\n.md",
        "::error file=a%2Cline=9%3Ab%252C%0A.md,line=3,col=7,title=B001::what — do",
    ),
}


@pytest.mark.parametrize("name", ANNOTATIONS)
def test_nothing_in_a_problem_ends_its_annotation_or_starts_another(name):
    given, path, expected = ANNOTATIONS[name]
    problem = {"path": "a.md", "line": 3, "column": 7, "code": "B001", "message": "what", "fix": "do"} | given
    assert annotation(Problem(**problem), path) == expected
