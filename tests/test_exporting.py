"""What leaves the house: quotation marks, reasons and citations in the reader's words."""

import json

import pytest

from sibkb.exporting import cited, document_json, passage_json, quoted, read_in_words, results_json, why
from sibkb.model import Hit, Query, Results, Source
from tests.tiny import document, passage


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "“plain”"),
        ("“has them”", "“has them”"),
        ("“has them”.", "“has them”."),
        ('"straight"', '"straight"'),
        ("«French»", "«French»"),
        ("„German“", "„German“"),
        ("“Yes,” she said. “We did.”", "“Yes,” she said. “We did.”"),
        ("“Networker” is what they called me", "““Networker” is what they called me”"),
        ("“", "““”"),
        ("", "“”"),
    ],
)
def test_outer_marks_are_added_only_where_there_are_none(text, shown):
    assert quoted(text) == shown


SOURCES = {
    "Read in full": Source(id="a", title="T", publisher="P", read="whole", url="https://example.org"),
    "Read in part, as a hosted copy": Source(id="a", title="T", publisher="P", read="part"),
    "Listed, not read": Source(id="a", title="T", publisher="P", read="not"),
}


@pytest.mark.parametrize("words", SOURCES)
def test_how_far_a_source_was_read(words):
    assert read_in_words(SOURCES[words]) == words


def test_a_citation_names_all_that_is_known():
    source = Source(
        id="a", title="Why?", publisher="P", date="2013-12-09", url="https://example.org/a", read="whole", note="n"
    )
    assert cited(source) == "Why? P. 2013-12-09. https://example.org/a Read in full. n."


def hit(**values) -> Hit:
    return Hit(passage=passage("ashford.x", "Words"), document=document("ashford"), score=0.5, **values)


REASONS = {
    "Has your words: legal; close in meaning too.": hit(matched=("legal",), ranks={"words": 1, "meaning": 2}),
    "Has your words: legal.": hit(matched=("legal",), ranks={"words": 1}),
    "None of your words stand here; it was found because it means something close.": hit(ranks={"meaning": 1}),
    "Passes your filters.": hit(),
}


@pytest.mark.parametrize("words", REASONS)
def test_why(words):
    assert why(REASONS[words]) == words


def test_a_passage_is_citable_as_it_leaves():
    data = passage_json(passage("ashford.x", "Words", lines=(3, 5)), document("ashford"), "some/corpus")
    assert (data["path"], data["lines"]) == ("some/corpus/cases/ashford.md", [3, 5])
    assert data["sources"] == [
        {"id": "report", "title": "Report", "publisher": "Nobody", "read": "whole", "date": None, "url": None,
         "note": None}
    ]  # fmt: skip
    assert (data["speaker"], data["speaker_role"], data["about_role"]) == (None, None, None)


def test_what_leaves_is_json():
    results = Results(query=Query(text="“é”"), hits=(hit(),), total=1, near_misses=(hit(),))
    assert json.loads(json.dumps(results_json(results))) == results_json(results)
    assert json.loads(json.dumps(document_json(document("ashford"))))["id"] == "ashford"


def test_results_for_scripts():
    given = hit(marks=((0, 5),), cosine=0.123456, closest=(0, 5))
    results = Results(query=Query(text="words"), hits=(given,), total=1, without=(("theme", "x", 3),))
    data = results_json(results)
    assert data["hits"][0]["marks"] == [[0, 5]]
    assert data["hits"][0]["cosine"] == 0.1235
    assert data["without"] == [{"field": "theme", "value": "x", "hits": 3}]
