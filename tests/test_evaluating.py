"""Figures of a ranking, each against a value worked out by hand."""

import math
import re
from dataclasses import replace
from pathlib import Path

import pytest

from sibkb.evaluating import (
    CODES,
    SPLITS,
    Evaluation,
    Figures,
    Judged,
    Measured,
    judge,
    ndcg,
    read_evaluation,
    read_queries,
    run,
    summarise,
    write_evaluation,
)
from sibkb.model import MODES

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
    rows = run(
        [query("q1"), query("q2", text="lost")], lambda asked: ["a", "b", "c"] if asked.text == "who did it" else []
    )
    figures = summarise(rows)
    assert (figures.queries, figures.success_1, figures.ndcg_10) == (2, 0.5, 0.5)


def test_queries_without_an_answer_are_counted_apart():
    queries = [query("q1"), query("q2", grades={}), query("q3", grades={}, text="b")]
    rows = run(queries, lambda asked: ["a"] if asked.text != "b" else [])
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
        "queries.yaml:1:3 Q002 this is no judged query — give it exactly these keys: id, text, about, split, answers; "
        "and `filters` where it has any",
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
    "unknown filter": (
        ONE.rstrip().removesuffix("}") + ", filters: {colour: [red]}}\n",
        "queries.yaml:1:88 Q002 these are no filters — write a mapping such as {kind: [quote], country: [GB]} "
        "in the words of docs/corpus-format.md",
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


FIGURES = Figures(
    queries=43,
    success_1=0.5581,
    success_3=0.814,
    mrr_10=0.6864,
    ndcg_10=0.5,
    recall_20=1.0,
    unanswerable=6,
    refused=0.0,
)
EVALUATION = Evaluation(
    date="2026-11-24",
    generation="0123456789012345",
    documents=16,
    passages=783,
    encoder='a "model": of mine # ü',
    measured=tuple(Measured(split=split, mode=mode, figures=FIGURES) for split in SPLITS for mode in MODES),
)
RECORDED = write_evaluation(EVALUATION)
NO_EVALUATION = "run `sibkb eval --save`, which makes the file anew"


def test_what_is_written_is_read_back():
    assert read_evaluation("evaluation.yaml", RECORDED) == (EVALUATION, [])
    assert RECORDED.startswith("# How well search answers the judged queries")
    assert EVALUATION.of("held-out", "hybrid") == FIGURES


def test_what_is_not_kept_is_no_problem():
    assert read_evaluation("evaluation.yaml", None) == (None, [])


def test_shares_are_kept_so_that_counts_can_be_told():
    for n in (1, 43, 318, 4999):
        for right in (0, 1, n // 3, n):
            figures = replace(FIGURES, queries=n, success_3=right / n)
            measured = tuple(replace(each, figures=figures) for each in EVALUATION.measured)
            read, _ = read_evaluation("e", write_evaluation(replace(EVALUATION, measured=measured)))
            assert read
            assert round(read.of("tune", "words").success_3 * n) == right


BROKEN = {
    "empty": ("", "1:1", "these keys are wanted here: date, generation, documents, passages, encoder, figures"),
    "not YAML": ("date: [a", "1:7", "this is not YAML: expected ',' or ']', but got '<stream end>'"),
    "a key too many": (
        RECORDED + "by: hand\n",
        "1:1",
        "these keys are wanted here: date, generation, documents, passages, encoder, figures",
    ),
    "no day": (RECORDED.replace("2026-11-24", "2026-13-24"), "7:7", "`date` is not a day such as 2026-11-24"),
    "no number": (RECORDED.replace("documents: 16", "documents: many"), "9:12", "`documents` is not a number"),
    "no name": (RECORDED.replace('"0123456789012345"', "null"), "8:13", "`generation` is not the name of an index"),
    "a row too few": (
        RECORDED[: RECORDED.rindex("  - {")],
        "13:3",
        "9 rows are wanted here, one a split and mode",
    ),
    "no rows": (
        RECORDED[: RECORDED.index("figures:")] + "figures: none",
        "12:10",
        "9 rows are wanted here, one a split and mode",
    ),
    "a figure too few": (
        RECORDED.replace("n: 43, ", "", 1),
        "13:5",
        "these keys are wanted here: split, mode, n, S@1, S@3, MRR@10, nDCG@10, Recall@20, unanswerable, refused",
    ),
    "another order": (
        RECORDED.replace("split: tune, mode: words", "split: tune, mode: magic"),
        "14:5",
        "the row of `tune` in `words` is wanted here",
    ),
    "no share": (
        RECORDED.replace("S@3: 0.8140", "S@3: 81.4", 1),
        "13:58",
        "`S@3` is not a share between 0 and 1",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_broken_figures_are_refused(name):
    text, place, message = BROKEN[name]
    read, problems = read_evaluation("evaluation.yaml", text)
    assert read is None
    assert [str(problem) for problem in problems] == [f"evaluation.yaml:{place} Q007 {message} — {NO_EVALUATION}"]


def test_the_codes_are_documented():
    docs = (Path(__file__).parent.parent / "docs" / "corpus-format.md").read_text(encoding="utf-8")
    assert "\n".join(f"| `{code}` | {meaning} |" for code, meaning in CODES.items()) in docs
    assert set(re.findall(r"\bQ\d{3}\b", docs)) == set(CODES)
