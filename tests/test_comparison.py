"""Cases side by side as values and as text: rows aligned, nothing blank, nothing that a spreadsheet would run."""

import csv
import io
import re
from dataclasses import replace

import pytest
import tiny
from hypothesis import given
from hypothesis import strategies as st

from sibkb.exporting import comparison
from sibkb.exporting.comparison import Case, Line, Part, as_csv, as_markdown, compare, differing
from sibkb.exporting.facts import Facts, told
from sibkb.model import Consent, Entry, Party

HOUSE = tiny.document(
    "house", title="House | Bond", sector="homelessness", start="2012-04", stage="complete",
    parties=(Party(role="investors", name="Bridges", note="lead", sources=("report",)),),
    entries=(
        Entry(field="money", what="Investment", figure="GBP 1,000", id="invested", sources=("report",)),
        Entry(field="results", what="=SUM(A1)", figure="+5"),
    ),
)  # fmt: skip
HOUSE_PASSAGES = (
    tiny.passage("house.f1", "Bridges", kind="fact"),
    tiny.passage("house.invested", "Investment", kind="fact"),
    tiny.passage("house.f3", "Result", kind="fact"),
    tiny.passage("house.fee", "Publish *the* fee.", kind="lesson", themes=("procurement", "scaling"), basis="stated"),
    tiny.passage("house.doubt", "It was 900.", kind="dispute", touches=("invested", "stage")),
)
JAIL = tiny.document("jail", title="Jail Bond", sector="criminal-justice", countries=("US",), stage="complete")
JAIL_PASSAGES = (tiny.passage("jail.short", "Keep it short.", kind="lesson", themes=("scaling",)),)
AGREED = Consent(who="A. Writer", date="2013-12-09", scope="all of it", url="https://example.org/talk")
TALK = tiny.document("talk", title="A talk", kind="interview", sector="other",
                     parties=(Party(role="authors", name="A. Writer"),), consent=AGREED)  # fmt: skip
CASES: tuple[Case, ...] = ((HOUSE, HOUSE_PASSAGES), (JAIL, JAIL_PASSAGES), (TALK, ()))


def lines(parts: tuple[Part, ...]) -> dict[str, Line]:
    return {line.name: line for part in parts for line in part.lines}


def cells(name: str, cases: tuple[Case, ...] = CASES) -> list[str]:
    line = lines(compare(cases))[name]
    return ["; ".join(map(told, cell.facts)) or cell.missing for cell in line.cells]


SAID = {
    "kind": ["Case study", "Case study", "Interview"],
    "where": ["United Kingdom", "United States", "United Kingdom"],
    "sector": ["Homelessness", "Criminal justice", "Other"],
    "stage": ["Complete. It ran its course.", "Complete. It ran its course.", "does not apply"],
    "dates": ["Began: April 2012; Ended: not recorded", "Began: not recorded; Ended: not recorded", "does not apply"],
    "investors": ["Bridges (lead)", "not recorded", "does not apply"],
    "authors": ["does not apply", "does not apply", "A. Writer"],
    "consent": [
        "does not apply",
        "does not apply",
        "A. Writer, 9 December 2013: all of it (https://example.org/talk)",
    ],
    "money": ["Investment: GBP 1,000", "not recorded", "does not apply"],
    "people_served": ["not recorded", "not recorded", "does not apply"],
    "procurement": ["Publish *the* fee. (The source says so)", "no lesson recorded", "no lesson recorded"],
    "scaling": ["Publish *the* fee. (The source says so)", "Keep it short. (basis not recorded)", "no lesson recorded"],
    "disputes": ["It was 900.", "none recorded", "none recorded"],
}


@pytest.mark.parametrize("name", SAID)
def test_a_row_says_what_each_has_or_that_it_has_none(name: str) -> None:
    assert cells(name) == SAID[name]


def test_rows_stand_in_one_order_and_themes_nobody_has_are_left_out() -> None:
    assert [part.heading for part in compare(CASES)] == ["Facts", "Lessons", "Disputes and limits", "Sources"]
    assert list(lines(compare(CASES))) == [
        "kind", "where", "sector", "stage", "dates", "people_served", "outcome_payers", "investors", "providers",
        "authors", "consent", "money", "outcome_metrics", "results", "procurement", "scaling", "disputes", "sources",
    ]  # fmt: skip


def test_a_figure_keeps_its_source_and_what_is_disputed_of_it() -> None:
    money = lines(compare(CASES))["money"].cells[0].facts[0]
    assert (money.sources, [each.id for each in money.disputes]) == (("report",), ["house.doubt"])
    assert [each.id for each in lines(compare(CASES))["stage"].cells[0].disputes] == ["house.doubt"]


def test_only_rows_that_differ_are_kept_where_that_is_asked() -> None:
    two = compare(CASES[:2])
    same = {name for name, line in lines(two).items() if not line.differs}
    assert same == {"kind", "stage", "people_served", "outcome_payers", "providers", "outcome_metrics", "sources"}
    assert set(lines(differing(two))) == set(lines(two)) - same
    assert differing(compare((CASES[0], CASES[0]))) == ()


def test_a_note_or_a_source_is_no_difference() -> None:
    other = replace(HOUSE, parties=(Party(role="investors", name="BRIDGES"),))
    assert not lines(compare(((HOUSE, ()), (other, ()))))["investors"].differs


def table(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def test_csv_has_a_row_a_line_and_no_formula() -> None:
    parts = compare(CASES)
    head, ids, *rows = table(as_csv(CASES, parts))
    assert head == ["", "House | Bond", "Jail Bond", "A talk"]
    assert ids == ["Id", "house", "jail", "talk"]
    told_of = {row[0]: row[1:] for row in rows}
    assert len(told_of) == len(lines(parts))
    assert told_of["Results"] == ["'=SUM(A1): +5", "not recorded", "does not apply"]
    assert told_of["Money"][0] == "Investment: GBP 1,000 [1] (disputed)"
    assert told_of["How far it got"][0] == "Complete. It ran its course.\n(disputed)"
    assert told_of["Lessons: Scaling"][1] == "Keep it short. (basis not recorded) [1]"
    assert told_of["Sources"][0] == "1. Report. Nobody. no date. Read in full, as a hosted copy."


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r"])
def test_whatever_begins_a_formula_is_neutralised(sign: str) -> None:
    odd = replace(HOUSE, title=f"{sign}cmd", entries=(), parties=())
    (head, *_) = table(as_csv([(odd, ())], compare([(odd, ())])))
    assert head[1] == f"'{sign}cmd"


def test_markdown_shows_every_sign_as_it_is_written() -> None:
    text = as_markdown(CASES, compare(CASES))
    rows = text.splitlines()
    assert rows[0] == r"|  | House \| Bond | Jail Bond | A talk |"
    assert rows[1] == "| --- | --- | --- | --- |"
    assert r"| Lessons: Procurement | Publish \*the\* fee. (The source says so) \[1\] |" in text
    assert "How far it got | Complete. It ran its course.<br>(disputed) |" in text
    assert {row.replace(r"\|", "").count("|") for row in rows} == {5}


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("a_b in https://x.org/a_b_c", "a_b in https://x.org/a_b_c"),
        ("_so_ and __so__", r"\_so\_ and \_\_so\_\_"),
        ("<b>[x](y)`z`", r"\<b\>\[x\](y)\`z\`"),
        ("~~gone~~ ~ 5", r"\~~gone\~~ ~ 5"),
    ],
)
def test_only_what_markdown_would_take_for_a_mark_is_escaped(text: str, escaped: str) -> None:
    odd = replace(HOUSE, title=text, entries=(), parties=())
    assert as_markdown([(odd, ())], ()).splitlines()[0] == f"|  | {escaped} |"


@given(st.text(max_size=40))
def test_no_text_breaks_either_table(text: str) -> None:
    odd = replace(HOUSE, title=text, entries=(Entry(field="money", what=text, figure=text),), parties=())
    cases = [(odd, ()), (JAIL, JAIL_PASSAGES)]
    parts = compare(cases)
    assert {len(row) for row in table(as_csv(cases, parts))} == {3}
    rows = as_markdown(cases, parts).splitlines()
    assert {len(re.findall(r"(?<!\\)(?:\\\\)*\|", row)) for row in rows} == {4}


def test_every_pair_is_told_whole_and_nothing_is_blank(base) -> None:
    """Every party, figure, lesson and dispute of both, and no empty cell, over the whole corpus."""
    documents = list(base.engine.documents.values())
    for one, other in zip(documents, documents[1:] + documents[:1], strict=True):
        cases = [(each, base.engine.passages(each.passage_ids)) for each in (one, other)]
        parts = compare(cases)
        for place, (document, passages) in enumerate(cases):
            shown = [fact for line in lines(parts).values() for fact in line.cells[place].facts]
            told_of = {fact.passage.id for fact in shown if fact.passage}
            facts = len(document.parties) + sum(each.field != "timeline" for each in document.entries)
            wanted = {each.id for each in passages if each.kind in ("lesson", "dispute")}
            assert wanted <= told_of
            assert sum(bool(fact.passage and fact.passage.kind == "fact") for fact in shown) == facts
        assert all(text.strip() for row in table(as_csv(cases, parts))[1:] for text in row)


def test_facts_without_their_passages_are_told_all_the_same() -> None:
    (row,) = [row for row in Facts(HOUSE, ()).rows() if row.name == "money"]
    assert [(told(fact), fact.passage, fact.disputes) for fact in row.facts] == [("Investment: GBP 1,000", None, ())]


def test_a_document_alone_is_a_table_of_one_column() -> None:
    assert all(len(line.cells) == 1 and not line.differs for line in lines(compare(CASES[:1])).values())
    assert comparison.numbers(HOUSE, ["report"]) == [1]
