"""The Browse page without a browser: its shelf in the URL, its rules, its cards, its table, its timeline."""

import re
from dataclasses import replace
from html import unescape
from itertools import pairwise
from urllib.parse import parse_qs

import pytest
import tiny
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest
from test_app import visited, words

from sibkb import vocabulary
from sibkb.model import NOT_RECORDED, Entry
from sibkb.ui import links, listing, shelf, timeline
from sibkb.ui.listing import Inside
from sibkb.ui.shelf import Address, Shelf

FUND = tiny.document("fund", kind="programme", start="2012", end="2016-03", stage="complete", countries=("GB", "IE"))
DOCUMENTS = {
    each.id: each
    for each in (
        FUND,
        tiny.document("part", part_of="fund", start="2012-11", stage="complete", sector="health"),
        tiny.document("early", start="2014-02-03", end="2015-06-30", stage="ended-early", countries=("US",)),
        tiny.document("undated", countries=("AU",), sector="other"),
        tiny.document("talk", kind="interview", start="2013-12-09", end="2013-12-09", countries=("GB",)),
    )
}
"""Fictional documents."""
ALL = list(DOCUMENTS.values())
TITLES = shelf.programmes(DOCUMENTS)


def some(words):
    return st.lists(st.sampled_from(sorted(words)), unique=True).map(tuple)


years = st.tuples(st.integers(0, 9999), st.integers(0, 9999)).map(sorted).map(tuple)
shelves = st.builds(
    Shelf,
    kind=some(vocabulary.DOCUMENT_KINDS),
    sector=some(vocabulary.SECTORS),
    country=some(["GB", "US", "AU", "ZZ"]),
    stage=some(vocabulary.STAGES),
    programme=some(TITLES),
    years=st.none() | years,
    view=st.sampled_from(sorted(shelf.VIEWS)),
    sort=st.sampled_from(sorted(shelf.SORTS)),
    page=st.integers(1, 999_999),
    compare=some(DOCUMENTS).map(lambda ids: ids[:4]),
)


# The shelf in the URL


@given(shelves)
def test_what_is_written_is_read(chosen):
    assert shelf.read(chosen.write(), TITLES, DOCUMENTS) == Address(shelf=chosen)
    assert shelf.read(parse_qs(chosen.address().partition("?")[2]), TITLES, DOCUMENTS) == Address(shelf=chosen)


def test_the_address_of_what_is_shown_anyway_is_empty():
    assert Shelf().write() == {}
    assert shelf.read({}, TITLES) == Address(shelf=Shelf())


def test_what_means_nothing_is_named_and_left_out():
    given = {
        "kind": ["case", "cases", "case"],
        "country": ["uk", "GB"],
        "stage": ["delivering"],
        "programme": ["fund", "part"],
        "years": ["soon"],
        "view": ["list"],
        "sort": ["money"],
        "page": ["0"],
        "compare": ["fund", "nothing", "part", "early", "undated", "talk"],
        "else": ["is not ours"],
    }
    address = shelf.read(given, TITLES, DOCUMENTS)
    assert address.shelf == Shelf(kind=("case",), country=("GB",), stage=("delivering",), programme=("fund",),
                                  compare=("fund", "part", "early", "undated"))  # fmt: skip
    assert set(address.ignored) == {
        "kind=cases", "country=uk", "programme=part", "years=soon", "view=list", "sort=money", "page=0",
        "compare=nothing", "compare=talk",
    }  # fmt: skip


@given(
    st.dictionaries(
        st.sampled_from([*shelf.FIELDS, "years", "view", "sort", "page", "compare"]), st.lists(st.text(max_size=9))
    )
)
def test_any_address_is_read(given):
    address = shelf.read(given, TITLES)
    assert shelf.read(address.shelf.write(), TITLES).shelf == address.shelf


# Its rules


@given(shelves)
def test_each_count_is_what_choosing_it_alone_shows(chosen):
    for field, counts in shelf.facets(DOCUMENTS, chosen).items():
        for value, count in counts.items():
            only = replace(chosen, **{field: (value,)})
            assert count == len(shelf.taken(DOCUMENTS, only)) > 0


@given(shelves, st.sampled_from(shelf.FIELDS))
def test_any_of_inside_a_filter_and_all_of_across(chosen, field):
    values = getattr(chosen, field)
    apart = [set(map(str, shelf.taken(DOCUMENTS, replace(chosen, **{field: (value,)})))) for value in values]
    together = set(map(str, shelf.taken(DOCUMENTS, chosen)))
    assert together == set().union(*apart) if values else together >= set()
    assert together <= set(map(str, shelf.taken(DOCUMENTS, chosen.without(field))))


def ids(**chosen):
    return [document.id for document in shelf.taken(DOCUMENTS, Shelf(**chosen))]


def test_a_programme_stands_for_itself_and_its_parts():
    assert ids(programme=("fund",), sort="title") == ["fund", "part"]


def test_a_part_of_what_is_not_here_offers_no_programme():
    lone = {"x": tiny.document("x", part_of="elsewhere")}
    assert shelf.programmes(lone) == {}
    assert shelf.taken(lone, Shelf()) == [lone["x"]]


def test_years_are_those_in_which_it_ran():
    assert ids(years=(2016, 2020)) == ["fund"]
    assert "undated" not in ids(years=(1900, 2100))


@pytest.mark.parametrize(
    ("chosen", "order"),
    [
        ({}, ["early", "talk", "part", "fund", "undated"]),
        ({"sort": "title"}, ["early", "fund", "part", "talk", "undated"]),
        ({"sort": "country"}, ["undated", "fund", "part", "talk", "early"]),
        ({"sort": "sector"}, ["early", "fund", "talk", "part", "undated"]),
        ({"view": "timeline", "sort": "title"}, ["fund", "part", "talk", "early", "undated"]),
    ],
)
def test_orders(chosen, order):
    assert ids(**chosen) == order


def test_the_ways_on_lead_somewhere():
    one = Shelf(stage=("ended-early",), country=("AU",), kind=("case",))
    assert dict(shelf.ways_on(DOCUMENTS, one)) == {("stage",): 1, ("country",): 1}
    nothing = Shelf(stage=("contracted",), country=("JP",), years=(1999, 1999))
    assert shelf.ways_on(DOCUMENTS, nothing) == [(("country", "stage", "years"), 5)]
    assert nothing.without("country", "stage", "years") == Shelf()


# Cards and table

SHOWN = Inside(summary="A <b>fictional</b> project.", lessons=1, voices=0)


def text(html: str) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))).strip()


def test_a_card_tells_what_it_is_in_the_words_of_a_reader():
    shown = text(listing.card((replace(DOCUMENTS["early"], title="A & <i>B</i>", passage_ids=("early.x",)), SHOWN)))
    assert shown == (
        "A & <i>B</i> Case study · United States · Employment and training · 3 February 2014 – 30 June 2015 · "
        "Ended early A <b>fictional</b> project. 1 lesson · No voices"
    )


def test_what_may_not_be_seen_is_said_and_not_counted_as_none():
    hidden = (DOCUMENTS["early"], Inside())
    assert "What it says is not shown here" in listing.card(hidden)
    assert "No</b> lesson" not in listing.card(hidden)
    row = listing.table([hidden], "", ["Lessons", "Voices"])
    assert row.count(">not shown here<") == 2


def test_a_table_says_what_is_not_known_and_what_does_not_apply():
    undated = text(listing.table([(DOCUMENTS["undated"], SHOWN)], "All.", list(listing.COLUMNS)[:7]))
    assert undated.endswith(f"Undated Case study Australia No single sector {' '.join([NOT_RECORDED] * 4)}")
    talk = text(listing.table([(DOCUMENTS["talk"], SHOWN)], "All.", ["How far it got", "Start", "Investment"]))
    assert talk.endswith("Talk does not apply 9 Dec 2013 does not apply")


def test_a_table_is_one_for_those_who_hear_it():
    html = listing.table([(document, SHOWN) for document in ALL], "A caption & more", listing.COLUMNS)
    assert ">A caption &amp; more</caption>" in html
    assert html.count('role="row"') == 1 + len(ALL)
    assert html.count('scope="col"') == 1 + len(listing.COLUMNS)
    assert html.count('<th role="rowheader" scope="row"><a href="document?id=') == len(ALL)
    assert html.count('<td role="cell"') == len(ALL) * len(listing.COLUMNS)
    ways = {document.id: "<a>On</a>" for document in ALL}
    more = listing.table([(document, SHOWN) for document in ALL], "", listing.COLUMNS, ways)
    assert more.count('<span class="kb-way"><a>On</a></span></th>') == len(ALL)
    assert 'scope="row" aria-label="Talk">' in more, "a row is called by its title alone"


def money(what: str, amount: float | None = 1000.0, figure: str = "GBP 1,000") -> Entry:
    return Entry(field="money", what=what, figure=figure, amount=amount, currency="GBP")


@pytest.mark.parametrize(
    ("entries", "told"),
    [
        ([], [NOT_RECORDED]),
        ([money("Investment")], ["GBP 1,000"]),
        ([money("Loan"), money("Investment in INDIGO")], ["GBP 1,000 (Loan)", "GBP 1,000 (Investment in INDIGO)"]),
        ([money("Raised"), money("Investment for each person helped")], ["GBP 1,000 (Raised)"]),
        ([money("Council investment")], ["GBP 1,000 (Council investment)"]),
        ([money("Most payable"), money("Share of each of the two investors")], [NOT_RECORDED]),
        ([money("Return on capital"), money("Part of the loan going to fees")], [NOT_RECORDED]),
        ([money("Working capital drawn per child")], [NOT_RECORDED]),
        ([money("Investment", None, "a lot")], [NOT_RECORDED]),
    ],
)
def test_an_investment_is_what_is_recorded_as_one(entries, told):
    assert listing.investment(replace(FUND, entries=tuple(entries))) == told


# Timeline


def drawn():
    return timeline.sort_out(shelf.taken(DOCUMENTS, Shelf(view="timeline"))).drawn


def test_only_what_runs_and_has_dates_is_drawn_and_nothing_is_lost():
    found = timeline.sort_out(ALL)
    assert [each.id for each in found.drawn] == ["fund", "part", "early"]
    assert [each.id for each in found.undated] == ["undated"]
    assert [each.id for each in found.others] == ["talk"]


BAR = re.compile(
    r'<li data-stage="(?P<stage>[a-z-]*)"><span><a href="document\?id=(?P<id>[a-z]+)">(?P<title>[^<]+)</a> '
    r'<span class="kb-facts">(?P<said>[^<]+)</span></span><span class="kb-track" aria-hidden="true">'
    r'<span class="kb-run(?P<open> kb-open)?" style="left: (?P<left>[\d.]+)%; width: (?P<width>[\d.]+)%">'
)


def bars(documents):
    return {bar["id"]: bar for bar in BAR.finditer(timeline.chart(documents))}


def test_bars_reach_from_the_first_to_the_last_day_that_is_known():
    """Of the five years from 2012 to 2017."""
    found = bars(drawn())
    assert timeline.years(drawn()) == (2012, 2017)
    assert (found["fund"]["left"], found["fund"]["width"]) == ("0.00", "85.00")
    assert (found["early"]["left"], found["early"]["width"]) == ("41.82", "28.12")


def test_an_end_that_is_not_recorded_is_drawn_otherwise_and_said():
    found = bars(drawn())
    assert found["part"]["open"]
    assert found["part"]["said"].endswith(" – end not recorded")
    assert not found["early"]["open"]
    assert timeline.told(drawn(), 5) == (
        "3 of 5 have dates on record and are drawn, each as a bar from start to end. A dashed bar is one year long and "
        "means that the other end is not recorded."
    )


def test_a_start_that_is_not_recorded_is_drawn_too():
    late = replace(FUND, start=None)
    assert timeline.sort_out([late]).drawn == [late]
    bar = bars([late])["fund"]
    assert (bar["left"], bar["width"]) == ("12.50", "50.00")
    assert (bar["open"], bar["said"]) == (" kb-open", "Complete · start not recorded – March 2016")


def test_bars_are_named_as_well_as_coloured_and_keep_their_order():
    found = bars(drawn())
    assert list(found) == ["fund", "part", "early"]
    assert [bar["stage"] for bar in found.values()] == ["complete", "complete", "ended-early"]
    assert [bar["said"].split(" · ")[0] for bar in found.values()] == ["Complete", "Complete", "Ended early"]


def test_years_are_written_at_even_steps():
    for last, written in ((2005, "2000 2001 2002 2003 2004 2005"), (2012, "2000 2005 2010"), (2001, "2000 2001")):
        chart = timeline.chart([replace(FUND, start="2000-01", end=f"{last - 1}-12")])
        assert " ".join(re.findall(r'<span style="left: [\d.]+%">(\d+)</span>', chart)) == written
    assert timeline.began([FUND]) == "Began in 2012"


def test_what_a_file_says_is_text_in_the_chart():
    chart = timeline.chart([replace(FUND, title="<b>Fund</b>")])
    assert ">&lt;b&gt;Fund&lt;/b&gt;</a>" in chart


def test_the_chart_is_told_in_words():
    assert timeline.in_words(drawn()) == (
        "Bar chart of 3 projects in the order they began, each from its start to its end. Began 2012 to 2014. "
        "How far they got: 2 complete, 1 ended early. The end of 1 is not recorded. The table below says the same."
    )


# The page


def page(**params: str | list[str]) -> AppTest:
    """The Browse page at that address."""
    return visited(links.BROWSE, **params)


@pytest.fixture
def engine(settled, base):
    return base.engine


def listed(app: AppTest) -> list[str]:
    """The ids of the documents that are linked, in their order."""
    return re.findall(r'href="document\?id=([^"&]+)"', words(app))


def headings(app: AppTest) -> list[str]:
    return [each.value for each in app.header if each.value != "Narrow it down"]


def buttons(app: AppTest) -> dict[str, object]:
    return {re.sub(r"\\(.)", r"\1", each.label): each for each in app.main.button}


def test_cards_are_the_first_page_of_all_newest_first(engine):
    app = page()
    assert not app.exception
    assert app.title[0].value == "Browse"
    total = len(engine.documents)
    assert headings(app) == [f"{total} documents, page 1 of {-(-total // 12)}"]
    every = [document.id for document in shelf.taken(engine.documents, Shelf())]
    assert listed(app) == every[:12]
    assert listed(page(page="2")) == every[12:24]
    assert listed(page(page="999999")) == every[(total - 1) // 12 * 12 :]


def test_cards_count_lessons_and_voices(engine):
    shown = text(words(page(kind="interview")))
    (interview,) = [document for document in engine.documents.values() if document.kind == "interview"]
    passages = engine.passages(interview.passage_ids)
    lessons = sum(passage.kind == "lesson" for passage in passages)
    voices = sum(passage.kind in ("quote", "perspective") for passage in passages)
    assert f"{lessons} lessons · {voices} voices" in shown
    assert interview.summary in shown


def test_the_address_sets_every_widget(settled):
    app = page(
        kind=["programme", "case"], country="GB", stage="complete", programme="dwp-innovation-fund", sort="title",
        view="table", years="2012-2013",
    )  # fmt: skip
    state = app.session_state
    assert state["browse-kind"] == ["programme", "case"]
    assert state["browse-programme"] == ["dwp-innovation-fund"]
    assert (state["browse-sort"], state["browse-view"]) == ("title", "table")
    assert tuple(state["browse-years"]) == (2012, 2013)
    assert "Programme: DWP Youth Unemployment Innovation Fund" in buttons(app)
    assert "Kind of document: Programme, Case study" in buttons(app)
    assert "Years: 2012–2013" in buttons(app)


def test_widgets_write_the_address_from_its_first_page(settled):
    app = page(country="GB", sort="title", page="2")
    app.get_by_key("browse-view").set_value("table").run()
    assert dict(app.query_params) == {"country": "GB", "sort": "title", "view": "table"}
    app.get_by_key("browse-stage").set_value(["complete"]).run()
    assert dict(app.query_params) == {"country": "GB", "sort": "title", "view": "table", "stage": "complete"}
    low, high = app.get_by_key("browse-years").value
    app.get_by_key("browse-years").set_value((low + 1, high)).run()
    assert app.query_params["years"] == f"{low + 1}-{high}"
    app.get_by_key("browse-years").set_value((low, high)).run()
    assert "years" not in app.query_params
    buttons(app)["Country: United Kingdom"].click().run()
    assert dict(app.query_params) == {"sort": "title", "view": "table", "stage": "complete"}


def test_the_choices_count_documents(engine):
    app = page(country="AU")
    choices = app.get_by_key("browse-country").options
    here = sum("GB" in document.countries for document in engine.documents.values())
    assert f"United Kingdom \\({here}\\)" in choices, "its own filter is left aside"
    there = sum("AU" in document.countries for document in engine.documents.values())
    assert f"Case study \\({there}\\)" in app.get_by_key("browse-kind").options


def test_what_the_address_cannot_mean_is_named(settled):
    app = page(kind="quote", programme="nobody", page="zero")
    assert "kind=quote, programme=nobody, page=zero" in words(app)
    assert listed(app)


def test_nothing_found_says_what_to_loosen(settled):
    app = page(country=["AU", "JP"], sector="agriculture-environment", view="table")
    assert headings(app) == ["No document is all of this"]
    way = next(label for label in buttons(app) if label.startswith("Without Sector: Agriculture"))
    assert int(re.search(r": (\d+) document", way)[1]) > 0
    buttons(app)[way].click().run()
    assert dict(app.query_params) == {"country": ["AU", "JP"], "view": "table"}
    assert listed(app)


def test_where_no_single_filter_is_to_blame_all_are_offered(engine):
    app = page(country="ZZ", sector="agriculture-environment", years="1950-1951")
    way = f"Without any filter: {len(engine.documents)} documents"
    assert way in buttons(app)
    buttons(app)[way].click().run()
    assert dict(app.query_params) == {}


def test_the_table_has_every_document_on_one_page(engine):
    app = page(view="table", sort="title")
    titles = [engine.documents[id].title.casefold() for id in listed(app)]
    assert len(titles) == len(engine.documents)
    assert all(first <= second for first, second in pairwise(titles))
    assert f"{len(titles)} documents, order: title</caption>" in words(app)


def test_the_timeline_draws_tells_and_tables_the_same(engine):
    app = page(view="timeline")
    assert not app.exception
    found = timeline.sort_out(shelf.taken(engine.documents, Shelf(view="timeline")))
    assert headings(app)[1] == "The same as a table"
    rest = found.undated + found.others
    assert listed(app) == [document.id for document in [*found.drawn, *found.drawn, *rest]]  # picture, table, lists
    assert timeline.chart(found.drawn) in words(app)
    told = f"{len(found.drawn)} of {len(engine.documents)} documents, in the order they began"
    assert f">{told}</caption>" in words(app)


def test_a_timeline_of_nothing_that_runs_has_no_chart(settled):
    app = page(view="timeline", kind="interview")
    assert not app.exception
    assert headings(app)[1:] == ["Interviews and commentaries, which do not run"]
    assert "<figure" not in words(app)
    assert listed(app)


def test_what_is_put_aside_leads_to_the_comparison(settled):
    app = page(compare=["newpin-nsw", "rikers-island-able"], sort="title")
    assert not app.exception
    shown = unescape(words(app))
    assert "To compare: <b>Newpin Social Benefit Bond, New South Wales</b>; <b>Rikers Island ABLE" in shown
    assert 'href="compare?id=newpin-nsw&id=rikers-island-able">Compare the two</a>' in shown
    assert 'href="browse?sort=title" data-stay="compare">Leave out all</a>' in shown
    add = "browse?sort=title&compare=newpin-nsw&compare=rikers-island-able&compare=adie-rural-microcredit"
    assert f'href="{add}" data-stay="compare-adie-rural-microcredit"' in shown


def test_one_put_aside_asks_for_another_and_four_are_enough(settled):
    one, four = page(compare="newpin-nsw"), page(compare=list(EVERY[:4]), sort="title", view="table")
    assert "Add at least one more" in words(one)
    assert "Add to comparison" in words(one)
    assert "Compare the four" in words(four)
    assert "Add to comparison" not in words(four)
    assert words(four).count("✓ To compare") == 4


EVERY = ("activate-hypertension-canada", "adie-rural-microcredit", "newpin-nsw", "rikers-island-able")
