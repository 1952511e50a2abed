"""What the cases together say, read from the file of a theme: what is refused, what is read, what may be seen."""

import re
from pathlib import Path

import pytest
import tiny
from hypothesis import given
from hypothesis import strategies as st
from tiny import PASSAGES, passage

from sibkb import checking, corpus, vocabulary
from sibkb.engine import EmbeddedEngine
from sibkb.model import STRICTNESS, Filters
from sibkb.synthesis import CODES, Point, Sentence, Synthesis, read, seen

HERE = Path(__file__).parent
REFUSED = sorted((HERE / "refused").glob("T*.yaml"))
KNOWN = {
    each.id: each
    for each in (
        *PASSAGES,
        passage("bexley.list", "One list of prices made bids easy to compare.", kind="lesson", themes=("procurement",)),
        passage("cobham.list", "A list of prices kept small providers out.", kind="lesson", themes=("procurement",)),
    )
}
"""Fictional passages by id."""
WHOLE = """\
paragraph:
  - says: >
      Buying outcomes took longer
      than buying a service.
    rests_on: [ashford.price, bexley.doubt]
  - says: Nobody said why.
    rests_on: [cobham.summary]
points:
  - says: Publish one price list.
    agree: [ashford.price, bexley.list]
    differ: [cobham.list, bexley.doubt, ashford.own-job]
    turns_on: Whether the payer knows its own costs.
  - says: Lists take a year.
    agree: [ashford.price]
"""
READ = Synthesis(
    theme="procurement",
    paragraph=(
        Sentence(says="Buying outcomes took longer than buying a service.", rests_on=("ashford.price", "bexley.doubt")),
        Sentence(says="Nobody said why.", rests_on=("cobham.summary",)),
    ),
    points=(
        Point(
            says="Publish one price list.",
            agree=("ashford.price", "bexley.list"),
            differ=("cobham.list", "bexley.doubt", "ashford.own-job"),
            turns_on="Whether the payer knows its own costs.",
        ),
        Point(says="Lists take a year.", agree=("ashford.price",)),
    ),
)


def lines(text: str, path: str = "themes/procurement.yaml", known=KNOWN) -> list[str]:
    return [str(problem) for problem in read(path, text, known)[1]]


@pytest.mark.parametrize("path", REFUSED, ids=lambda path: path.stem)
def test_a_refused_file_says_where_what_and_what_to_do(path):
    text = path.read_text(encoding="utf-8")
    assert lines(text) == path.with_suffix(".txt").read_text(encoding="utf-8").splitlines()
    assert {line.split()[1] for line in lines(text)} == {path.name.partition("-")[0]}
    assert read("themes/procurement.yaml", text, KNOWN)[0] is None


def test_the_refused_files_cover_every_code_but_that_of_the_name():
    assert {path.name.partition("-")[0] for path in REFUSED} == {*CODES} - {"T002"}


@pytest.mark.parametrize("name", ["purchase.yaml", "procurement.yml", "Procurement.yaml"])
def test_a_name_that_is_no_theme(name):
    (line,) = lines(WHOLE, f"themes/{name}")
    names = ", ".join(f"{theme}.yaml" for theme in vocabulary.THEMES)
    assert line == f"themes/{name}:0:0 T002 the file's name is no theme — name it after one of: {names}"


def test_everything_wrong_is_told_at_once():
    text = WHOLE.replace("differ", "differs").replace("cobham.summary", "cobham.gone").replace("[ashford.price]", "[]")
    assert [line.split()[1] for line in lines(text)] == ["T006", "T003", "T010", "T005"]


def test_read():
    assert read("themes/procurement.yaml", WHOLE, KNOWN) == (READ, [])
    assert read("themes/procurement.yaml", WHOLE) == (READ, [])


def test_without_the_passages_the_form_alone_is_read():
    strange = WHOLE.replace("ashford.price", "nobody.knows")
    synthesis, problems = read("themes/procurement.yaml", strange)
    assert problems == []
    assert synthesis
    assert synthesis.points[1].agree == ("nobody.knows",)


def test_what_is_named_and_what_is_grouped():
    assert READ.named() == ("ashford.price", "bexley.doubt", "cobham.summary")
    assert READ.grouped() == {"ashford.price", "bexley.list", "cobham.list", "bexley.doubt", "ashford.own-job"}


# What may be seen


def test_all_is_seen_where_all_may_be():
    assert seen(READ, KNOWN, KNOWN) == READ


def test_a_sentence_or_a_point_that_rests_on_something_hidden_is_not_told():
    """It was drawn from all that it names, so it would tell of what is hidden."""
    left = seen(READ, {"ashford.price", "cobham.summary"}, KNOWN)
    assert left.paragraph == READ.paragraph[1:]
    assert left.points == READ.points[1:]


def test_what_differs_and_is_hidden_takes_with_it_what_it_turns_on():
    left = seen(READ, {"ashford.price", "bexley.list"}, KNOWN)
    assert left.points[0] == Point(says="Publish one price list.", agree=("ashford.price", "bexley.list"))
    left = seen(READ, {"ashford.price", "bexley.list", "cobham.list"}, KNOWN)
    assert (left.points[0].differ, left.points[0].turns_on) == (("cobham.list",), "")


def test_a_point_is_counted_by_the_lessons_chosen_and_gone_without_one():
    left = seen(READ, KNOWN, {"bexley.list"})
    assert [point.agree for point in left.points] == [("bexley.list",)]
    assert left.points[0].differ == READ.points[0].differ
    assert left.paragraph == READ.paragraph


@given(st.sets(st.sampled_from(sorted(KNOWN))), st.sets(st.sampled_from(sorted(KNOWN))))
def test_nothing_hidden_is_ever_named(visible, lessons):
    left = seen(READ, visible, lessons)
    agreeing = {id for point in left.points for id in point.agree}
    assert left.grouped() | set(left.named()) <= visible
    assert agreeing <= visible & lessons
    assert all(each.rests_on for each in left.paragraph)
    assert all(each.agree and (each.differ or not each.turns_on) for each in left.points)
    assert seen(left, visible, lessons) == left


def test_what_is_above_the_ceiling_is_hidden(tmp_path):
    """A figure for the team alone carries one sentence and stands behind another; a third does without it."""
    tiny.write(tmp_path)
    text = (
        "paragraph:\n"
        "  - {says: Fees were secret., rests_on: [bexley.internal]}\n"
        "  - {says: Money and fees were paid., rests_on: [bexley.money, bexley.internal]}\n"
        "  - {says: Money was paid., rests_on: [bexley.money]}\n"
    )
    whole_file, _ = read("themes/procurement.yaml", text, KNOWN)
    told = {}
    for ceiling in STRICTNESS:
        visible = EmbeddedEngine(tmp_path, ceiling).allowed(Filters())
        told[ceiling] = [each.says for each in seen(whole_file, visible, visible).paragraph]
    whole = ["Fees were secret.", "Money and fees were paid.", "Money was paid."]
    assert told == {"public": ["Money was paid."], "workshop": ["Money was paid."], "internal": whole}


# In the corpus


def test_only_files_of_themes_are_read(tmp_path):
    (tmp_path / "themes").mkdir()
    for name in ("procurement.yaml", "scaling.yml", ".hidden.yaml", "notes.txt", "procurement.yaml~"):
        (tmp_path / "themes" / name).write_text(name, encoding="utf-8")
    assert corpus.read_themes(tmp_path) == {
        "themes/procurement.yaml": "procurement.yaml",
        "themes/scaling.yml": "scaling.yml",
    }
    assert corpus.paths(tmp_path) == []


def test_a_corpus_without_themes_is_fine(tmp_path):
    assert corpus.read_themes(tmp_path) == {}
    assert corpus.read_themes(tmp_path / "none") == {}


def test_the_check_reads_them_too(tmp_path):
    (tmp_path / "themes").mkdir()
    file = tmp_path / "themes" / "procurement.yaml"
    file.write_text(WHOLE, encoding="utf-8")
    (tmp_path / "queries.yaml").write_text("id: q1", encoding="utf-8")
    _, problems = checking.check(tmp_path)
    assert {problem.code for problem in problems} == {"T006", "Q001"}
    for wanted in (file, file.parent):
        _, problems = checking.check(tmp_path, [wanted])
        assert {(problem.path, problem.code) for problem in problems} == {("themes/procurement.yaml", "T006")}


def test_the_codes_are_documented():
    docs = (HERE.parent / "docs" / "corpus-format.md").read_text(encoding="utf-8")
    assert "\n".join(f"| `{code}` | {meaning} |" for code, meaning in CODES.items()) in docs
    assert set(re.findall(r"\bT\d{3}\b", docs)) == set(CODES)
    (example,) = re.findall(r"^```yaml\n(paragraph:.*?)^```$", docs, re.DOTALL | re.MULTILINE)
    synthesis, problems = read("themes/procurement.yaml", example)
    assert problems == []
    assert synthesis
    assert synthesis.points[0].turns_on
