"""The Compare page without a browser: its address, what stands side by side, what it offers to begin with."""

import re
from html import unescape

import pytest
import tiny
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest
from test_app import visited, words

from sibkb.exporting.comparison import compare
from sibkb.model import Entry, Party, Source
from sibkb.ui import beside, chosen, links
from sibkb.ui.chosen import Address, Chosen

DOCUMENTS = {id: tiny.document(id) for id in ("a", "b", "c", "d", "e")}


# What the address asks


@given(st.lists(st.sampled_from(sorted(DOCUMENTS)), max_size=4, unique=True), st.booleans())
def test_what_is_written_is_read(ids, differing):
    asked = Chosen(ids=tuple(ids), differing=differing)
    assert chosen.read(asked.write(), DOCUMENTS) == Address(chosen=asked)


def test_what_is_unknown_or_too_much_is_left_out_and_named():
    given = {"id": ["a", "x", "b", "a", "c", "d", "e"], "differ": ["yes"], "else": ["is not ours"]}
    assert chosen.read(given, DOCUMENTS) == Address(
        chosen=Chosen(ids=("a", "b", "c", "d")), ignored=("id=x", "differ=yes"), surplus=("e",)
    )


@given(st.dictionaries(st.sampled_from(["id", "differ"]), st.lists(st.text(max_size=5))))
def test_any_address_is_read(given):
    address = chosen.read(given, DOCUMENTS)
    assert chosen.read(address.chosen.write(), DOCUMENTS).chosen == address.chosen


def test_equal_titles_are_told_apart():
    twins = {id: tiny.document(id, title="The Bond") for id in ("b", "a")} | {"c": tiny.document("c", title="Another")}
    assert list(chosen.names(twins).items()) == [("c", "Another"), ("a", "The Bond (a)"), ("b", "The Bond (b)")]


# What stands side by side


def text(html: str) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)))


ODD = "<b>$5</b> & “so” :red[x]"


def odd_cases():
    one = tiny.document(
        "one", title=ODD, parties=(Party(role="investors", name=ODD, note=ODD, sources=("report",)),),
        entries=(Entry(field="money", what=ODD, figure=ODD, id="sum", sources=("report",)),),
        sources=(Source(id="report", title=ODD, publisher=ODD, read="part", url="javascript:alert(1)", note=ODD),),
    )  # fmt: skip
    passages = (
        tiny.passage("one.f", ODD, kind="fact"),
        tiny.passage("one.sum", ODD, kind="fact"),
        tiny.passage("one.learned", ODD, kind="lesson", themes=("scaling",), basis="inferred"),
        tiny.passage("one.doubt", ODD, kind="dispute", touches=("sum", "stage")),
    )
    return [(one, passages), (tiny.document("two", title="Two"), ())]


def test_corpus_text_is_only_text():
    cases = odd_cases()
    html = "".join(beside.table(part, cases) for part in compare(cases))
    assert "<b>$5" not in html
    assert "javascript:" not in html
    assert html.count("&lt;b&gt;$5&lt;/b&gt;") > 12


def test_the_table_is_one_for_those_who_hear_it():
    cases = odd_cases()
    facts, lessons, *_ = (beside.table(part, cases) for part in compare(cases))
    assert f"Facts: {ODD}, Two" in unescape(facts)
    rows = facts.count('role="row"')
    assert facts.count('scope="col"') == 3
    assert facts.count('scope="row"') == rows - 1
    assert facts.count('<td role="cell"') == 2 * (rows - 1)
    assert facts.count('data-name="Two"') == rows - 1
    assert '<a href="document?id=two">Two</a>' in facts
    assert 'class="kb-unknown">no lesson recorded</td>' in lessons


def test_a_figure_leads_to_its_source_and_to_what_is_disputed_of_it():
    cases = odd_cases()
    facts, lessons, disputes, sources = (beside.table(part, cases) for part in compare(cases))
    for target, where in (("s-one-report", sources), ("d-one.doubt", disputes)):
        assert f'href="#{target}"' in facts
        assert f'id="{target}"' in where
    assert "We infer it" in lessons
    assert 'href="document?id=one&amp;passage=learned"' in lessons


def test_a_row_that_is_the_same_says_so():
    cases = odd_cases()
    facts = text(beside.table(compare(cases)[0], cases))
    assert "Kind the same in both" in facts
    assert "Who invested the same" not in facts
    three = [*cases, (tiny.document("three"), ())]
    assert "Kind the same in all" in text(beside.table(compare(three)[0], three))


# The page


def page(**params: str | list[str]) -> AppTest:
    """The Compare page at that address."""
    return visited(links.COMPARE, **params)


def headings(app: AppTest) -> list[str]:
    return [each.value for each in app.main.header]


PAIR = ["peterborough-one-service", "rikers-island-able"]


@pytest.mark.usefixtures("settled")
def test_two_cases_stand_side_by_side():
    app = page(id=PAIR)
    assert not app.exception
    assert headings(app) == ["Facts", "Lessons", "Disputes and limits", "Sources"]
    shown = text(words(app))
    for part in (
        "Ministry of Justice",
        "Goldman Sachs",
        "Investment: GBP 5,000,000",
        "not recorded",
        "Read in part",
    ):
        assert part.casefold() in shown.casefold(), part
    assert app.multiselect[0].value == PAIR
    assert {"Download as CSV"} == {each.label for each in app.get("download_button")}


@pytest.mark.usefixtures("settled")
def test_only_rows_that_differ_can_be_asked_for():
    whole = page(id=PAIR)
    differ = page(id=PAIR, differ="1")
    assert differ.toggle[0].value
    assert "Kind the same in both" in text(words(whole))
    assert "the same in both" not in text(words(differ))
    (some, every) = map(int, re.search(r"\((\d+) of (\d+)\)", whole.toggle[0].label).groups())
    rows = words(differ).count('role="row"') - words(differ).count("<thead")
    assert (rows, some < every) == (some, True)


@pytest.mark.usefixtures("settled")
def test_choosing_and_switching_write_the_address():
    app = page(id=PAIR)
    app.multiselect[0].set_value([*PAIR, "newpin-nsw"]).run()
    assert app.query_params["id"] == [*PAIR, "newpin-nsw"]
    app.toggle[0].set_value(True).run()
    assert (app.query_params["id"], app.query_params["differ"]) == ([*PAIR, "newpin-nsw"], "1")
    app.multiselect[0].set_value([]).run()
    assert headings(app) == ["Or begin with one of these pairs"]


@pytest.mark.usefixtures("settled")
def test_what_the_address_cannot_have_is_said():
    every = [*PAIR, "newpin-nsw", "denver-supportive-housing", "koto-sib-finland"]
    app = page(id=[*every, "<script>"])
    assert not app.exception
    assert "Left out, because the address means nothing here: id=&lt;script&gt;" in words(app)
    assert "No more than 4 can stand side by side. Left out: Koto-SIB" in words(app)
    assert app.multiselect[0].value == every[:4]


@pytest.mark.usefixtures("settled")
def test_one_case_is_offered_what_is_like_it():
    app = page(id="denver-supportive-housing")
    assert headings(app) == ["Choose one more"]
    shown = unescape(words(app))
    assert 'href="compare?id=denver-supportive-housing&id=santa-clara-project-welcome-home"' in shown
    assert "Both: homelessness; United States" in shown
    assert [each.label for each in app.get("page_link")] == ["Choose from all cases"]


@pytest.mark.usefixtures("settled")
def test_none_is_offered_pairs():
    app = page()
    assert headings(app) == ["Or begin with one of these pairs"]
    assert len(re.findall(r'href="compare\?id=[\w-]+&amp;id=[\w-]+"', words(app))) == 3
