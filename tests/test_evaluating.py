"""Figures of a ranking, each against a value worked out by hand."""

import math

import pytest

from sibkb.evaluating import Judged, judge, ndcg, read_queries, run, summarise

GRADES = {"a": 3, "b": 2, "c": 1}


def query(id: str = "q1", **changes) -> Judged:
    given = {"text": "who did it", "about": "roles", "split": "tune", "grades": GRADES} | changes
    return Judged(id=id, **given)


def test_a_perfect_ranking_has_every_figure_at_one():
    row = judge(query(), ["a", "b", "c"])
    assert (row.success_1, row.success_3, row.mrr_10, row.ndcg_10, row.recall_20) == (1, 1, 1, 1, 1)


def test_a_grade_of_one_touches_but_does_not_answer():
    row = judge(query(), ["c", "x", "y", "b"])
    assert (row.success_1, row.success_3, row.mrr_10, row.recall_20) == (0, 0, 0.25, 0.5)


def test_ndcg_takes_the_grades_as_they_are():
    got = ndcg(GRADES, ["x", "a", "c"], 10)
    assert got == pytest.approx((3 / math.log2(3) + 1 / 2) / (3 + 2 / math.log2(3) + 1 / 2))


def test_a_query_whose_answers_are_not_found_counts_as_zero():
    rows = run([query("q1"), query("q2", text="lost")], lambda text: ["a", "b", "c"] if text == "who did it" else [])
    figures = summarise(rows)
    assert (figures.queries, figures.success_1, figures.ndcg_10) == (2, 0.5, 0.5)


def test_queries_without_an_answer_are_counted_apart():
    rows = run(
        [query("q1"), query("q2", grades={}), query("q3", grades={}, text="b")], lambda t: ["a"] if t != "b" else []
    )
    figures = summarise(rows)
    assert (figures.queries, figures.unanswerable, figures.refused) == (1, 2, 0.5)


def test_nothing_judged_gives_zeros():
    assert summarise([]).ndcg_10 == 0


ONE = "- {id: q1, text: who did it, about: roles, split: tune, answers: {case.a: 3}}\n"

REFUSED = {
    "not YAML": (
        "- {id: q1",
        "queries.yaml:1:3 Q001 this is not YAML: expected ',' or '}', but got '<stream end>' — "
        "close the table that begins here with }, its keys apart by commas",
    ),
    "no list": ("id: q1", "queries.yaml:1:1 Q001 a list of queries is wanted here — begin each with `- id: q001`"),
    "a key too few": (
        "- {id: q1, text: a, split: tune, answers: {}}",
        "queries.yaml:1:3 Q002 this is no judged query — give it exactly these keys: id, text, about, split, answers",
    ),
    "unknown split": (
        "- {id: q1, text: a, about: b, split: train, answers: {}}",
        "queries.yaml:1:38 Q002 unknown split `train` — use one of: tune, held-out, oblique",
    ),
    "no grade": (
        ONE.replace("3", "5"),
        "queries.yaml:1:67 Q003 the grade of `case.a` is no grade — use 1, 2 or 3",
    ),
    "unknown passage": (
        ONE.replace("case.a", "case.z"),
        "queries.yaml:1:67 Q004 there is no passage `case.z` — name one that `sibkb show` knows",
    ),
    "generated id": (
        ONE.replace("case.a", "case.lesson-0123abcd"),
        "queries.yaml:1:67 Q005 `case.lesson-0123abcd` changes with its text — give that passage a name: {#name}",
    ),
    "an id twice": (ONE + ONE, "queries.yaml:2:8 Q006 the id `q1` is given twice — give it another"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name):
    text, message = REFUSED[name]
    _, problems = read_queries("queries.yaml", text, ["case.a", "case.lesson-0123abcd"])
    assert [str(problem) for problem in problems] == [message]


def test_read():
    (got,), problems = read_queries("queries.yaml", ONE, ["case.a"])
    assert (got.id, got.text, got.split, got.grades, problems) == ("q1", "who did it", "tune", {"case.a": 3}, [])
