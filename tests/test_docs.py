"""The documents are true: every command in them runs, every file they name is there."""

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sibkb.cli import app

ROOT = Path(__file__).resolve().parent.parent
DOCS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
COMMANDS = sorted(
    {
        (path.name, line.removeprefix("$ "))
        for path in DOCS
        for block in re.findall(r"```console\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL)
        for line in block.splitlines()
        if line.startswith("$ sibkb ")
    }
)


def test_there_are_commands_to_run():
    assert len(COMMANDS) > 5


@pytest.mark.parametrize(("name", "command"), COMMANDS, ids=[command for _, command in COMMANDS])
def test_every_command_runs(name, command, copy, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    arguments = ["--corpus", str(copy.corpus), "--indexes", str(copy.indexes), *shlex.split(command)[1:]]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_every_link_leads_somewhere(path):
    for target in re.findall(r"\]\(([^)#\s]+)", path.read_text(encoding="utf-8")):
        if not target.startswith("http"):
            assert (path.parent / target).exists(), f"{path.name} names {target}"


def test_every_option_and_command_is_explained():
    text = "".join(path.read_text(encoding="utf-8") for path in DOCS)
    named = set(re.findall(r"sibkb (?:--\S+ \S+ )?([a-z]+)", text))
    assert {command.name or command.callback.__name__ for command in app.registered_commands} <= named
