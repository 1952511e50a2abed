"""Starting the app: a taken port moves on and says so, and the settings reach the app."""

import contextlib
import os
import socket
import sys

import pytest

from sibkb import cli, serving
from sibkb.errors import SibkbError


@contextlib.contextmanager
def listening(port: int):
    with contextlib.closing(socket.socket()) as taken:
        taken.bind(("localhost", port))
        taken.listen()
        yield


def test_a_taken_port_moves_on():
    first = serving.free_port("localhost", 18600)
    with listening(first):
        assert first < serving.free_port("localhost", first) < first + 50


def test_no_free_port_says_what_to_do(monkeypatch):
    monkeypatch.setattr(serving, "_TRIES", 1)
    with listening(serving.free_port("localhost", 18700)) as _, pytest.raises(SibkbError) as caught:
        serving.free_port("localhost", 18700)
    assert str(caught.value) == "no free port from 18700 to 18700 at localhost — name another with --port"


def test_the_app_is_started_with_what_was_asked(few, monkeypatch, capsys, tmp_path):
    started = {}

    def execv(program, arguments):
        started.update(program=program, arguments=arguments, settings=os.environ["SIBKB_INDEXES"], here=os.getcwd())  # noqa: PTH109
        started["file"] = os.environ["SIBKB_SETTINGS"]

    monkeypatch.setattr(os, "execv", execv)
    monkeypatch.setattr(os, "environ", dict(os.environ))
    monkeypatch.delenv("SIBKB_SETTINGS")
    monkeypatch.chdir(tmp_path)
    port = serving.free_port("localhost", 18800)
    given = ["--corpus", str(few.corpus), "--indexes", str(few.indexes)]
    with listening(port), pytest.raises(SystemExit) as ended:
        cli.main([*given, "app", "--port", str(port)])
    assert ended.value.code == 0
    told = capsys.readouterr().err
    assert f"Port {port} is taken: using {port + 1}." in told
    assert f"sibkb is at http://localhost:{port + 1}" in told
    assert started["program"] == sys.executable
    assert started["arguments"][-4:] == ["--server.port", str(port + 1), "--server.address", "localhost"]
    assert started["settings"] == str(few.indexes)
    assert started["file"] == os.devnull, (
        "the folder that the app runs in may have settings, and they are not asked for"
    )


def test_an_error_on_purpose_is_one_line_and_exit_code_two(tmp_path, capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(["--corpus", str(tmp_path / "none"), "check"])
    told = capsys.readouterr()
    assert (ended.value.code, told.out) == (2, "")
    assert told.err.startswith("sibkb: there is no corpus folder at ")


def test_problems_behind_an_error_are_listed(tmp_path, capsys):
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus/a.md").write_text("no front matter", encoding="utf-8")
    with pytest.raises(SystemExit):
        cli.main(["--corpus", str(tmp_path / "corpus"), "--indexes", str(tmp_path / "indexes"), "build"])
    assert "a.md:1:1 D003 there is no front matter" in capsys.readouterr().err


def test_watching_tells_each_build(few, monkeypatch, capsys):
    def once(settings, told, failed):
        from sibkb import kb

        told(kb.build(settings))
        failed(SibkbError("something is wrong"))
        raise KeyboardInterrupt

    monkeypatch.setattr("sibkb.kb.follow", once)
    with pytest.raises(SystemExit):
        cli.main(["--corpus", str(few.corpus), "--indexes", str(few.indexes), "watch"])
    told = capsys.readouterr()
    assert f": {len(list(few.corpus.rglob('*.md'))) - 1} documents, 0 texts encoded" in told.out
    assert "sibkb: something is wrong" in told.err
