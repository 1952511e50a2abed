"""Every benchmark runs on a tiny corpus; what it measures there says nothing."""

import json
from dataclasses import replace

import pytest
from streamlit.proto.Element_pb2 import Element

from benchmarks import __main__, app, encoding, faults, load, ranking, speed
from benchmarks.reader import Page
from sibkb.settings import Settings
from tests.tiny import TinyEncoder

CASE = """---
title: Ashford Schools Bond
kind: case
countries: [GB]
stage: complete
sector: education
sources:
  - {id: s, title: A report, publisher: Somebody, read: whole}
---

Ashford paid for young people to stay in the school. The lawyers were asked early. [@s] {#summary}
"""
QUERIES = """
- id: q1
  text: "were the lawyers asked"
  about: law
  split: tune
  answers:
    ashford.summary: 3
- id: q2
  text: "bitcoin"
  about: nothing
  split: held-out
  answers: {}
"""
TEXTS = {
    "1": ("The shape of a wing", "Air flows past the wing. It slows there."),
    "2": ("", "A lawyer wrote it."),
    "3": ("Night shift", ""),
}


@pytest.fixture
def settings(tmp_path, monkeypatch):
    monkeypatch.setattr(encoding, "FOLDER", tmp_path / "vectors")
    given = Settings(corpus=tmp_path / "corpus", indexes=tmp_path / "indexes")
    (given.corpus / "cases").mkdir(parents=True)
    (given.corpus / "cases" / "ashford.md").write_text(CASE)
    (given.corpus / "queries.yaml").write_text(QUERIES)
    return given


@pytest.fixture
def collections(tmp_path):
    folder = tmp_path / "collections" / "wings"
    folder.mkdir(parents=True)
    rows = [{"_id": id, "title": title, "text": text} for id, (title, text) in TEXTS.items()]
    asked = [{"_id": "a", "text": 'the "wing" and the wing'}, {"_id": "b", "text": "what is the"}]
    (folder / "corpus.jsonl").write_text("\n".join(map(json.dumps, rows)))
    (folder / "queries.jsonl").write_text("\n".join(map(json.dumps, asked)))
    (folder / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\na\t1\t1\na\t2\t-1\nb\t3\t2\n")
    return folder.parent


def figures(line):
    return [float(cell) for cell in line.strip("| ").split(" | ")[1:]]


def test_a_query_without_hits_counts_as_zero(settings, collections):
    """One question finds its document first, the other has only common words: the mean is a half."""
    lines = list(ranking.public(collections, TinyEncoder()))
    assert lines[0] == "| nDCG@10 | wings | mean |"
    assert len(lines) == 2 + len(ranking.VARIANTS)
    assert [figures(line) for line in lines[2:]] == [[0.5, 0.5]] * len(ranking.VARIANTS)


def test_no_collections(tmp_path):
    assert list(ranking.public(tmp_path)) == [
        f"No collections in {tmp_path}: set SIBKB_COLLECTIONS to a folder of test collections in BEIR form."
    ]


def test_variants_differ_where_they_should(settings):
    """The answer lies beyond the tiny encoder's first window: only who reads no further misses it."""
    lines = list(ranking.own(settings.corpus, TinyEncoder()))
    assert len(lines) == 2 + len(ranking.VARIANTS)
    missed = [line for line in lines[2:] if figures(line) != [1] * 5]
    assert [line.split(" | ")[0] for line in missed] == ["| meaning, first window alone"]


def test_times(settings, monkeypatch):
    monkeypatch.setattr(speed, "OTHERS", "pass")
    monkeypatch.setattr(speed, "ROUNDS", 1)
    with __main__.copied(settings) as given:
        assert len(list(speed.query(given))) == 7
        assert len(list(speed.cold(given))) == 4
        everything, changed, nothing = (figures(line)[0] for line in list(speed.build(given))[1:])
    assert everything >= changed > nothing == 0
    assert not settings.indexes.exists()


def test_a_killed_builder_stops_no_reader_and_leaves_nothing_half(settings, monkeypatch):
    monkeypatch.setattr(faults, "FAULTS", {"a builder is killed": faults.FAULTS["a builder is killed"]})
    _, _, row = faults.faults(settings, kills=9)
    name, times, asked, failed, half, after = (cell.strip() for cell in row.strip("|").split("|"))
    assert (name, times, failed, half, after) == ("a builder is killed", "3", "0", "0", "right")
    assert int(asked) > 0


def test_without_a_browser_the_app_is_skipped(settings, monkeypatch):
    monkeypatch.setattr(app.shutil, "which", lambda _: None)
    assert list(app.start(settings)) == ["No browser: skipped."]


def test_readers_of_a_real_app_meet_no_errors(settings, monkeypatch):
    """The second app is already running, and nobody thinks."""
    monkeypatch.setattr(load, "WARM", 2)
    options = load.Options(sessions=(3,), think=0.5, seconds=2, arrive=1)
    with __main__.copied(settings) as given:
        thinking = list(load.readers(given, options))
        with app.running(given) as server:
            there = replace(options, url=server.url, pids=(server.pid,))
            hasty = list(load.ceiling(given, there))
    for head, row, *rest in (thinking, hasty):
        assert len(rest) == 1, rest
        names = head.splitlines()[0].strip("| ").split(" | ")
        cells = dict(zip(names[1:], figures(row), strict=True))
        assert cells["errors"] == 0
        assert cells["reruns"] > 0
        assert 0 < cells["p50 ms"] <= cells["p95 ms"]


def test_what_a_reader_complains_of():
    """What the style sheet says of cards is not a card."""
    page = Page(elements=(Element(), Element(), Element()))
    page.elements[0].html.body = "<style>.kb-card {}</style>"
    page.elements[1].text_input.id = "$$ID-1-q"
    page.elements[2].exception.message = "it broke"
    assert list(load.wrong(page, "q=money", {"q": "cash"})) == [
        "exception in the page: it broke",
        "neither a card nor a word that nothing was found",
        "the page does not show the q that was asked for",
    ]


def test_an_unknown_name_is_refused(capsys):
    with pytest.raises(SystemExit):
        __main__.main(["speed"])
    assert (
        "there is no benchmark `speed` — use one of: query, cold, build, app, pages, load, ceiling, corpus, ranking"
        in capsys.readouterr().err
    )
