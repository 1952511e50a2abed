"""Every benchmark runs on a tiny corpus; what it measures there says nothing."""

import json
from dataclasses import replace

import numpy as np
import pytest
from streamlit.proto.Element_pb2 import Element

from benchmarks import __main__, app, encoding, faults, ideas, load, ranking, speed
from benchmarks.arrays import Arrays
from benchmarks.collections import Collection
from benchmarks.ideas import Way
from benchmarks.reader import Page
from sibkb.evaluating import Judged
from sibkb.settings import Settings
from tests import tiny
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
    lines = list(ranking.table(settings.corpus, collections, TinyEncoder()))
    assert lines[0] == "|  | tune: nDCG@10 | S@1 | S@3 | wings | mean of these |"
    assert [line.split(" | ")[0].strip("| ") for line in lines[2:]] == [*ranking.MODES, *ranking.WAYS]
    assert [figures(line) for line in lines[2:6]] == [[1, 1, 1, 0.5, 0.5]] * 4
    assert all(0 <= figure <= 1 for line in lines[2:] for figure in figures(line))


def test_weights_are_chosen_without_what_they_are_judged_by(settings, collections, monkeypatch):
    """Both settings do as well on so little: the first is taken."""
    monkeypatch.setattr(ranking, "SETTINGS", (Way(lift=0), Way()))
    lines = list(ranking.tuned(settings.corpus, collections, TinyEncoder()))
    assert lines[2:] == [
        "| corpus | 0.4 | 0.65 | 0 | 1.000 | 1.000 | 1.000 |",
        "| wings | 0.4 | 0.65 | 0 | 0.500 | 0.500 | 0.500 |",
    ]


def test_no_collections(settings, tmp_path):
    told, head, *_ = ranking.table(settings.corpus, tmp_path, TinyEncoder(), {})
    assert (
        told == f"No collections in {tmp_path}: set SIBKB_COLLECTIONS to a folder of test collections in BEIR form.\n"
    )
    assert head == "|  | tune: nDCG@10 | S@1 | S@3 |"


@pytest.fixture
def tiny_collection(monkeypatch, tmp_path):
    monkeypatch.setattr(encoding, "FOLDER", tmp_path / "vectors")
    texts = ("who did the legwrok", "publishing prices to bidders", "lawyers of Ashford", "Bexley homes", "doubt data",
             "lawyers asked lawyers to offer prices", "school lawyers asked early")  # fmt: skip
    chosen = [each for each in tiny.PASSAGES if each.document_id != "cobham" and each.release == "public"]
    chosen += [replace(each, id=f"{each.id}-again") for each in chosen if each.kind == "lesson"]
    chosen.sort(key=lambda each: each.document_id)
    return Collection(
        name="tiny",
        documents=tiny.bound([each for each in tiny.DOCUMENTS if each.release == "public"], chosen),
        passages=tuple(chosen),
        queries=tuple(Judged(id=text, text=text, about="", split="", grades={}) for text in texts),
    )


def test_the_arrays_rank_as_the_engine_does(tiny_collection):
    arrays = Arrays(tiny_collection, TinyEncoder())
    for mode, legs in (("hybrid", (True, True)), ("words", (False, True)), ("meaning", (True, False))):
        engine = [row.ranking for row in ranking.shipped(tiny_collection, TinyEncoder(), mode)]
        assert [tuple(ideas.rank(arrays, ask, Way(legs=legs))) for ask in arrays.asks] == engine


def test_every_idea_changes_something(tiny_collection):
    """All but those that need more passages than are here, or words that Porter's stemmer cuts otherwise."""
    arrays = Arrays(tiny_collection, TinyEncoder())
    plain = [ideas.scores(arrays, ask, Way()) for ask in arrays.asks]
    same = {
        name
        for name, way in ranking.WAYS.items()
        if all(map(np.array_equal, plain, (ideas.scores(arrays, ask, way) for ask in arrays.asks)))
    }
    assert same == {
        "as shipped, in arrays",
        "neighbours among the best 50",
        "neighbours among the best 200",
        "Porter's stemmer",
    }


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
        "there is no benchmark `speed` — use one of: query, cold, build, app, pages, load, ceiling, faults, ranking, "
        "tuning" in capsys.readouterr().err
    )
