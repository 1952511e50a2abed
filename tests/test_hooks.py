"""What docs/operations.md offers to a repository that holds a corpus alone: its hook and its workflow run there."""

import json
import re
import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import Result
from typer.testing import CliRunner

from sibkb.cli import app

ROOT = Path(__file__).resolve().parent.parent
(HOOK,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
DOCS = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
CONFIG, WORKFLOW = (yaml.safe_load(each) for each in re.findall(r"```yaml\n(.*?)```", DOCS, re.DOTALL))


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with settings and a case, in which we stand."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "sibkb.toml").write_text('corpus = "corpus"\n', encoding="utf-8")
    (tmp_path / "corpus/cases").mkdir(parents=True)
    shutil.copy(ROOT / "corpus/cases/newpin-nsw.md", tmp_path / "corpus/cases")
    monkeypatch.delenv("SIBKB_SETTINGS")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(command: str) -> Result:
    name, *arguments = shlex.split(command)
    assert name == "sibkb"
    return CliRunner().invoke(app, arguments)


def test_the_hook_has_what_pre_commit_asks_for():
    """https://pre-commit.com/#creating-new-hooks"""
    asked = {"id", "name", "entry", "language"}
    assert asked <= HOOK.keys() <= asked | {"description", "files", "pass_filenames"}
    assert CONFIG["repos"][0]["hooks"] == [{"id": HOOK["id"]}]


@pytest.mark.parametrize(
    ("path", "runs"),
    [
        ("corpus/cases/a.md", True),
        ("corpus/queries.yaml", True),
        ("sibkb.toml", True),
        ("pyproject.toml", False),
        ("corpus/photo.png", False),
    ],
)
def test_when_the_hook_runs(path, runs):
    assert bool(re.search(HOOK["files"], path)) == runs


def test_the_hook_passes_a_good_corpus_and_stops_a_bad_one(repository):
    assert run(HOOK["entry"]).exit_code == 0
    (repository / "corpus/cases/odd.md").write_text("nothing", encoding="utf-8")
    told = run(HOOK["entry"])
    assert told.exit_code == 1
    assert told.stdout.startswith("corpus/cases/odd.md:1:1 D003 there is no front matter — ")


def test_the_workflow_shows_problems_beside_their_lines(repository):
    *_, check = jobs(WORKFLOW)["corpus"]["steps"]
    assert (run(check["run"]).exit_code, run(check["run"]).stdout) == (0, "")
    (repository / "corpus/cases/odd.md").write_text("nothing", encoding="utf-8")
    told = run(check["run"])
    assert told.exit_code == 1
    assert told.stdout.startswith("::error file=corpus/cases/odd.md,line=1,col=1,title=D003::there is no front matter")


def jobs(workflow: dict[Any, Any]) -> dict[str, Any]:
    """The jobs of a workflow that is begun by something; YAML 1.1 takes the key `on` for true."""
    assert workflow[True] == ["push", "pull_request"]
    assert json.loads(json.dumps(workflow["jobs"])) == workflow["jobs"]
    found: dict[str, Any] = workflow["jobs"]
    return found
