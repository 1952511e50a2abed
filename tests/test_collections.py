"""Public test collections: ways in which their files are written, what is refused, figures worked out by hand."""

import json
import math
import shutil
from pathlib import Path

import pytest
from test_cli import sibkb
from tiny import TinyEncoder
from typer.testing import CliRunner

from sibkb import collections, measuring
from sibkb.cli import app, main
from sibkb.errors import CorpusError
from sibkb.evaluating import Judged
from sibkb.settings import Settings

HERE = Path(__file__).parent
LIGHTHOUSES = HERE / "fixtures" / "lighthouses"
DOCUMENTS = ["lamp", "fog", "stairs", "gulls", "wages", "supper", "7", "blank"]


@pytest.fixture
def folder(tmp_path) -> Path:
    """A copy of the collection that a test may change."""
    return Path(shutil.copytree(LIGHTHOUSES, tmp_path / "lighthouses"))


# ---------------------------------------------------------------- reading


def test_a_collection_as_it_is_read():
    read = collections.read(LIGHTHOUSES)
    assert (read.name, [each.id for each in read.documents]) == ("lighthouses", DOCUMENTS)
    assert [each.id for each in read.passages] == DOCUMENTS
    assert [each.title for each in read.documents][2:4] == ["", "Birds at the glass"]
    assert {each.id: each.grades for each in read.queries} == {
        "q1": {"lamp": 2, "stairs": 1, "gulls": 0},
        "q2": {"fog": 1, "siren": 1},
        "q3": {"supper": 1},
        "q4": {"wages": 1},
    }
    assert read.queries[3].text == "salary of the  keeper ", "quotation marks would ask for the exact phrase"
    assert (read.unjudged, read.unasked, read.absent) == (1, 1, 1)


def test_a_long_question_is_asked_as_far_as_one_may_be(folder):
    (folder / "queries.jsonl").write_text(json.dumps({"_id": "q1", "text": "lamp " * 1000}), encoding="utf-8")
    (query,) = collections.read(folder).queries
    assert len(query.text) == collections.LONGEST


JUDGED = {"q1": {"lamp": 2, "stairs": 1}, "q2": {"fog": 0}}
WRITTEN = {
    "with a head": "query-id\tcorpus-id\tscore\nq1\tlamp\t2\nq1\tstairs\t1\nq2\tfog\t0\n",
    "without a head": "q1\tlamp\t2\nq1\tstairs\t1\nq2\tfog\t0",
    "in TREC's columns": "q1 0 lamp 2\nq1 0 stairs 1\nq2 0 fog 0\n",
    "in TREC's columns with a head": "topic\titer\tdocid\trel\nq1\t0\tlamp\t2\nq1\t0\tstairs\t1\nq2\t0\tfog\t0",
    "below nought": "q1\tlamp\t2\nq1\tstairs\t1\nq2\tfog\t-2\n",
    "with a mark, old line ends and empty lines": "\ufeffq1\tlamp\t2\r\n\r\nq1\tstairs\t1\r\nq2\tfog\t0\r\n",
    "with points": "q1\tlamp\t2.0\nq1\tstairs\t1.\nq2\tfog\t0\n",
    "twice the same": "q1\tlamp\t2\nq1\tlamp\t2\nq1\tstairs\t1\nq2\tfog\t0\n",
}  # fmt: skip


@pytest.mark.parametrize("way", WRITTEN)
def test_ways_to_write_judgements(folder, way):
    (folder / "qrels.tsv").write_bytes(WRITTEN[way].encode())
    assert {each.id: each.grades for each in collections.read(folder).queries} == JUDGED


@pytest.mark.parametrize("name", ["qrels/test.tsv", "qrels.txt"])
def test_where_else_judgements_stand(folder, name):
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / "qrels.tsv").rename(folder / name)
    assert len(collections.read(folder).queries) == 4


def test_half_a_character_is_kept_as_a_question_mark(folder):
    (folder / "corpus.jsonl").write_text('{"_id": "lamp", "text": "a \\ud83d lamp"}', encoding="utf-8")
    (passage,) = collections.read(folder).passages
    assert passage.text == "a ? lamp"


# ---------------------------------------------------------------- what is refused

REFUSED = {
    "corpus.jsonl:1:1 C001 byte 0xff is not UTF-8 — save the file as UTF-8": b"\xff",
    "corpus.jsonl:1:1 C002 this is no JSON: Expecting value — write one object a line": b"lamp",
    'corpus.jsonl:1:1 C002 this is no JSON object — write {"_id": "…", "text": "…"}': b'["lamp"]',
    "corpus.jsonl:1:1 C002 this is no JSON: it is nested too deep — write one object a line": b"[" * 100_000,
    "corpus.jsonl:1:1 C003 there is no `_id` — give it one: a text or a whole number": b'{"text": "lamp"}',
    "corpus.jsonl:2:1 C003 there is no `_id` — give it one: a text or a whole number": b'\n{"_id": true, "text": ""}',
    "corpus.jsonl:3:1 C004 the id `1` is given twice — give one of them another":
        b'{"_id": 1, "text": ""}\n\n{"_id": "1", "text": ""}',
    'corpus.jsonl:1:1 C005 there is no `text` — add "text": "…"': b'{"_id": "lamp"}',
    'corpus.jsonl:2:1 C005 there is no `text` — add "text": "…"': b'{"_id": "a", "text": ""}\n{"_id": "b", "text": 1}',
    "qrels.tsv:1:1 C006 this is no judgement — write question, document and a whole number as its grade, with tabs "
    "between them": b"q1\tlamp\thigh\n",
    "qrels.tsv:2:1 C006 this is no judgement — write question, document and a whole number as its grade, with tabs "
    "between them": b"q1\tlamp\t1\nq1\tlamp\n",
    "qrels.tsv:3:1 C006 this is no judgement — write question, document and a whole number as its grade, with tabs "
    "between them": b"query-id\tcorpus-id\tscore\nq1\tlamp\t1\nq1\t\t1\n",
    "qrels.tsv:2:1 C007 `lamp` is judged twice for `q1`, with different grades — keep one of them":
        b"q1\tlamp\t1\nq1\tlamp\t0\n",
}  # fmt: skip


@pytest.mark.parametrize("message", REFUSED)
def test_a_line_that_is_wrong_is_said_with_its_place(folder, message):
    (folder / message.partition(":")[0]).write_bytes(REFUSED[message])
    with pytest.raises(CorpusError) as refused:
        collections.read(folder)
    assert str(refused.value) == f"{folder} cannot be used as it is: 1 line — correct them"
    assert [str(problem) for problem in refused.value.problems] == [f"{folder}/{message}"]


def test_every_code_is_refused_here_and_explained_in_the_docs():
    assert {message.split()[1] for message in REFUSED} == set(collections.CODES)
    table = "\n".join(f"| `{code}` | {meaning} |" for code, meaning in collections.CODES.items())
    assert table in (HERE.parent / "docs" / "search.md").read_text(encoding="utf-8")


def test_the_first_of_many_lines_are_told(folder):
    (folder / "queries.jsonl").write_text("x\n" * 30, encoding="utf-8")
    with pytest.raises(CorpusError) as refused:
        collections.read(folder)
    assert str(refused.value) == f"{folder} cannot be used as it is: 30 lines, the first 20 of them — correct them"
    assert len(refused.value.problems) == 20


@pytest.mark.parametrize("name", ["corpus.jsonl", "queries.jsonl", "qrels.tsv"])
def test_a_file_that_is_not_there(folder, name, capsys):
    (folder / name).unlink()
    with pytest.raises(SystemExit) as ended:
        main(["eval", "--collection", str(folder)])
    assert ended.value.code == 2
    assert capsys.readouterr() == (
        "",
        f"sibkb: there is no {name} in {folder} — a collection has corpus.jsonl, queries.jsonl and qrels.tsv\n",
    )


def test_wrong_lines_are_told_by_the_command(folder, capsys):
    (folder / "qrels.tsv").write_text("q1\tlamp\n", encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        main(["eval", "--collection", str(folder)])
    told = capsys.readouterr().err.splitlines()
    assert ended.value.code == 2
    assert told[0] == f"sibkb: {folder} cannot be used as it is: 1 line — correct them"
    assert told[1].startswith(f"{folder}/qrels.tsv:1:1 C006 this is no judgement")


def test_no_question_is_judged(folder):
    (folder / "qrels.tsv").write_text("q7\tlamp\t1\n", encoding="utf-8")
    with pytest.raises(CorpusError) as refused:
        collections.read(folder)
    expected = f"no question of {folder} is judged — its ids must be the first column of the judgements"
    assert str(refused.value) == expected


# ---------------------------------------------------------------- figures

QUERY = Judged(id="q", text="", about="", split="", grades={"a": 2, "b": 1, "c": 0, "gone": 1})
BEST = 2 + 1 / math.log2(3) + 1 / math.log2(4)
RANKED = {
    (): (0, 0, 0),
    ("c", "x"): (0, 0, 0),
    ("a",): (2 / BEST, 1, 1 / 3),
    ("c", "b", "a"): ((1 / math.log2(3) + 2 / math.log2(4)) / BEST, 1 / 2, 2 / 3),
    (*"0123456789", "a"): (0, 0, 1 / 3),
    (*map(str, range(100)), "a"): (0, 0, 0),
}


@pytest.mark.parametrize("ranking", RANKED)
def test_figures_of_a_question(ranking):
    """Worked out by the definitions: linear gain, 1 / log2(place + 1), against the best order of all judged."""
    got = collections.judge(QUERY, ranking, 0.25)
    assert (got.ndcg_10, got.mrr_10, got.recall_100) == pytest.approx(RANKED[ranking])
    assert (got.milliseconds, got.ranking) == (250, tuple(ranking[:10]))


def test_a_question_without_an_answer_counts_as_nothing_found():
    none = Judged(id="q", text="", about="", split="", grades={"a": 0})
    got = collections.judge(none, ["a"], 0.1)
    assert (got.ndcg_10, got.mrr_10, got.recall_100) == (0, 0, 0)
    both = collections.summarise([got, collections.judge(QUERY, ["a", "b", "gone"], 0.3)])
    assert (both.queries, both.ndcg_10, both.mrr_10, both.recall_100) == pytest.approx((2, 0.5, 0.5, 0.5))
    assert both.median_ms == pytest.approx(200)


def test_means_of_no_questions():
    assert collections.summarise([]) == collections.Figures(queries=0, ndcg_10=0, mrr_10=0, recall_100=0, median_ms=0)


@pytest.mark.parametrize("mode", ["hybrid", "words", "meaning"])
def test_everything_is_ranked_to_a_depth_of_a_hundred(tmp_path, folder, mode):
    """For readers, a question that shares hardly a word with any passage has no hits; here nothing is cut off."""
    rows = [{"_id": str(i), "title": "", "text": f"page {i} of the log of the lighthouse"} for i in range(130)]
    (folder / "corpus.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    asked = {"_id": "q", "text": "xylophone quartz penguin log"}
    (folder / "queries.jsonl").write_text(json.dumps(asked), encoding="utf-8")
    (folder / "qrels.tsv").write_text("".join(f"q\t{i}\t1\n" for i in range(130)), encoding="utf-8")
    read, told = collections.read(folder), []
    indexed = measuring.index(read, tmp_path / "indexes", TinyEncoder())
    (got,) = measuring.ask(read, indexed.engine, TinyEncoder(), mode, lambda *each: told.append(each))
    assert (got.recall_100, told) == (pytest.approx(100 / 130), [(1, 1)])


# ---------------------------------------------------------------- the command


@pytest.fixture(scope="module")
def kept(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("kept")


NOWHERE = Settings(corpus=Path("nowhere"), indexes=Path("nowhere"))
"""A collection is measured without a corpus, and no index but its own is touched."""


def test_figures_for_a_person(kept):
    result = sibkb(NOWHERE, "eval", "--collection", str(LIGHTHOUSES), "--keep", str(kept))
    assert result.exit_code == 0, result.output
    head, names, *rows = result.stdout.splitlines()
    assert head == "lighthouses: 8 documents, 4 judged questions"
    assert names.split() == ["mode", "nDCG@10", "MRR@10", "Recall@100", "median", "ms"]
    assert [row.split()[0] for row in rows] == ["hybrid", "words", "meaning"]
    told = result.stderr.splitlines()
    assert told[:3] == [
        "1 question left out: nothing is judged for them.",
        "1 judged question left out: they have no text.",
        "1 answer not among the documents: they count as not found.",
    ]
    assert "Encoded 16 of 16 texts." in told
    assert told[-3:] == [f"{mode}: asked 4 of 4 questions." for mode in ("hybrid", "words", "meaning")]
    assert list((kept / "lighthouses").iterdir())


def test_figures_for_scripts_from_the_index_that_was_kept(kept):
    """The second question finds `fog` first, its other answer is absent; the third has only common words."""
    given = ["eval", "--collection", str(LIGHTHOUSES), "--keep", str(kept), "--mode", "hybrid", "--queries", "--json"]
    result = sibkb(NOWHERE, *given)
    assert result.exit_code == 0, result.output
    data = json.loads(result.stdout)
    assert {key: data[key] for key in ("collection", "documents", "queries", "left_out", "answers_absent")} == {
        "collection": "lighthouses",
        "documents": 8,
        "queries": 4,
        "left_out": {"unjudged": 1, "without_text": 1},
        "answers_absent": 1,
    }
    assert data["index"]["encoded"] == 0, "nothing is encoded a second time"
    (hybrid,) = data["figures"]
    assert {row["query"]: row["ranking"][:1] for row in hybrid["rows"]} == {
        "q1": ["lamp"], "q2": ["fog"], "q3": [], "q4": ["wages"],
    }  # fmt: skip
    assert [row["recall_100"] for row in hybrid["rows"]] == [1, 0.5, 0, 1]
    assert (hybrid["queries"], hybrid["mrr_10"], hybrid["recall_100"]) == (4, 0.75, 0.625)
    assert hybrid["ndcg_10"] == pytest.approx(sum(row["ndcg_10"] for row in hybrid["rows"]) / 4)
    assert hybrid["median_ms"] > 0


def test_without_a_place_to_keep_it_the_index_is_gone_afterwards(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    result = sibkb(NOWHERE, "eval", "--collection", str(LIGHTHOUSES), "--mode", "words", "--queries")
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[3:5] == ["", "words"]
    assert list(tmp_path.iterdir()) == []


REFUSALS = {
    "no such folder": (["--collection", "nowhere"], "there is no folder nowhere"),
    "a split": (["--collection", str(LIGHTHOUSES), "--split", "tune"], "a collection has no splits: leave it out"),
    "to keep figures": (["--collection", str(LIGHTHOUSES), "--save"], "the figures kept are those of this corpus"),
    "to keep no index": (["--keep", "x"], "it is the index of a --collection that is kept"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_wrong_use(name):
    arguments, message = REFUSALS[name]
    result = CliRunner().invoke(app, ["eval", *arguments])
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in " ".join(result.stderr.split())
