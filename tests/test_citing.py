"""Citations as people and bibliographies meet them; the BibTeX is read back by a parser of others."""

from dataclasses import replace
from datetime import date
from functools import cache

import bibtexparser
import pytest
from bibtexparser.middlewares import LatexDecodingMiddleware
from hypothesis import given
from hypothesis import strategies as st
from pylatexenc.latex2text import LatexNodes2Text, MacroTextSpec, get_default_latex_context_db

from sibkb.exporting import bibtex, plain
from sibkb.model import Party, Source
from sibkb.parsing import parse
from tests.conftest import CORPUS, FILES
from tests.tiny import document, passage

BLOG = Source(id="blog", title="Who do you need?", publisher="A. Author (blog)", date="2013-12-09",
              url="https://example.org/a", read="whole")  # fmt: skip
RECORD = Source(id="record", title="Record 7", publisher="The Lab", date="2025-05 export",
                url="https://example.org/7?a=1&b=2#c_%20", read="record")  # fmt: skip
COPY = Source(id="copy", title="Report", publisher="Ministry", date="2011-05", read="part", note="A hosted copy.")
UNREAD = Source(id="unread", title="Never opened", publisher="Nobody", url="https://example.org/u", read="not")
TALK = document("talk", kind="interview", title="Who drives it", sources=(BLOG, RECORD, COPY, UNREAD),
                parties=(Party(role="authors", name="Ann Author"), Party(role="investors", name="A Bank")))  # fmt: skip
QUOTE = passage("talk.job", "I made my own job", kind="quote", speaker="a worker", speaker_role="worker",
                source_ids=("blog",))  # fmt: skip


def test_a_document_is_cited_with_all_it_rests_on():
    assert plain(TALK, url="https://kb.example.org/talk", accessed=date(2026, 11, 24)).splitlines() == [
        "Ann Author. “Who drives it”. Interview in sibkb, a knowledge base of social impact bonds, id talk. "
        "https://kb.example.org/talk Accessed 24 November 2026.",
        "Sources:",
        "1. Who do you need? A. Author (blog). 2013-12-09. https://example.org/a Read in full.",
        "2. Record 7. The Lab. 2025-05 export. https://example.org/7?a=1&b=2#c_%20 Data record.",
        "3. Report. Ministry. 2011-05. Read in part, as a hosted copy. A hosted copy.",
    ]


CASE = document("ashford", title="Ashford")
WORDS = {
    "a quotation has its marks and its speaker": (
        QUOTE, "“I made my own job” — a worker (role: People who did the work)."),
    "a quotation keeps its own marks": (
        replace(QUOTE, text="“Mine.”", speaker_role=None), "“Mine.” — a worker."),
    "a speaker that is not named is said not to be": (
        replace(QUOTE, speaker=None, speaker_role=None), "“I made my own job” — speaker not named."),
    "an example is told to be one": (
        replace(QUOTE, status="illustrative", speaker_role=None),
        "“I made my own job” — a worker. The author's example of what such a person would say."),
    "a perspective has no marks and is told to be ours": (
        replace(QUOTE, kind="perspective", text="They made posts.", speaker_role=None),
        "They made posts. — a worker (our summary of what they said)."),
    "a perspective with a role": (
        replace(QUOTE, kind="perspective", text="They made posts."),
        "They made posts. — a worker (role: People who did the work; our summary of what they said)."),
    "a lesson that we infer": (
        replace(QUOTE, kind="lesson", text="Ask early.", basis="inferred"),
        "Lesson: Ask early. We draw this from facts in the source."),
    "a dispute": (replace(QUOTE, kind="dispute", text="They differ"), "Dispute or limit: They differ."),
}  # fmt: skip


@pytest.mark.parametrize("name", WORDS)
def test_whose_words_they_are(name):
    given, words = WORDS[name]
    assert plain(TALK, given).splitlines() == [
        words,
        "Ann Author. “Who drives it”. Interview in sibkb, a knowledge base of social impact bonds, id talk.job.",
        "Source: Who do you need? A. Author (blog). 2013-12-09. https://example.org/a Read in full.",
    ]


def test_what_is_not_recorded_or_not_for_everyone_is_said():
    lines = plain(CASE, passage("ashford.x", "Some words", release="workshop", source_ids=())).splitlines()
    assert lines == [
        "Account: Some words.",
        "“Ashford”. Case study in sibkb, a knowledge base of social impact bonds, id ashford.x.",
        "Workshop: For rooms where the rules are explained, not for publication.",
        "Source: not recorded.",
    ]


SIGNS = {"textbraceleft": "{", "textbraceright": "}", "textasciicircum": "^", "textless": "<", "textgreater": ">",
         "textbar": "|"}  # fmt: skip
"""Names of LaTeX's own that the decoder does not know, or has another sign for."""


@cache
def decoder() -> LatexNodes2Text:
    known = get_default_latex_context_db()
    known.add_context_category("signs", [MacroTextSpec(*each) for each in SIGNS.items()], prepend=True)
    return LatexNodes2Text(latex_context=known)


def entries(text: str):
    """What another parser reads: nothing may fail, nothing may stand twice."""
    library = bibtexparser.parse_string(text, append_middleware=[LatexDecodingMiddleware(decoder=decoder())])
    assert not library.failed_blocks
    return {entry.key: entry for entry in library.entries}


def value(entry, field: str) -> str:
    """Without the braces that keep capitals."""
    found = entry.fields_dict[field].value
    return found[1:-1] if found.startswith("{") and found.endswith("}") else found


def test_bibtex_of_a_document():
    text = bibtex(TALK, url="https://kb.example.org/talk?id=a_b", accessed=date(2026, 11, 24))
    found = entries(text)
    assert list(found) == ["sibkb.talk", "source.talk.blog", "source.talk.record", "source.talk.copy"]
    assert [entry.entry_type for entry in found.values()] == ["misc", "online", "dataset", "misc"]
    own, blog, record, copy = found.values()
    assert value(own, "title") == "Who drives it"
    assert value(own, "author") == "Ann Author"
    assert value(own, "url") == "https://kb.example.org/talk?id=a_b"
    assert value(own, "urldate") == "2026-11-24"
    assert (value(blog, "organization"), value(blog, "year"), value(blog, "month")) == (
        "A. Author (blog)", "2013", "dec")  # fmt: skip
    assert value(blog, "note") == "Dated 2013-12-09. Read in full."
    assert value(record, "note") == "Dated 2025-05 export. Data record."
    assert "  url = {https://example.org/7?a=1&b=2#c_%20},\n" in text, "an address is taken letter by letter"
    assert (value(copy, "howpublished"), value(copy, "note")) == (
        "Ministry", "Read in part, as a hosted copy. A hosted copy.")  # fmt: skip


def test_bibtex_of_a_passage_has_its_words_and_its_sources_alone():
    found = entries(bibtex(TALK, QUOTE))
    assert list(found) == ["sibkb.talk.job", "source.talk.blog"]
    assert value(found["sibkb.talk.job"], "note") == ("“I made my own job” — a worker (role: People who did the work).")


def test_authors_are_joined_as_bibtex_joins_them():
    two = replace(TALK, parties=(*TALK.parties, Party(role="authors", name="Bed and Board & Co.")))
    assert r"  author = {{Ann Author} and {Bed and Board \& Co.}}," in bibtex(two)


@pytest.mark.parametrize(
    ("recorded", "lines"),
    [
        ("2014", ["year = {2014}", "note = {Read in full.}"]),
        ("2014-08", ["year = {2014}", "month = aug", "note = {Read in full.}"]),
        ("2014-08-07", ["year = {2014}", "month = aug", "note = {Dated 2014-08-07. Read in full.}"]),
        ("2014-15", ["note = {Dated 2014-15. Read in full.}"]),
        ("spring 2014", ["note = {Dated spring 2014. Read in full.}"]),
        (None, ["note = {No date. Read in full.}"]),
    ],
)
def test_a_date_goes_where_it_fits_and_is_never_lost(recorded, lines):
    text = bibtex(replace(TALK, sources=(replace(BLOG, date=recorded),)))
    rows = [line.strip(" ,") for line in text.rpartition("@")[2].splitlines()]
    assert [row for row in rows if row.split(" ")[0] in ("year", "month", "note")] == lines


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_document_and_passage_of_the_corpus_is_citable(path):
    parsed = parse(path.relative_to(CORPUS).as_posix(), path.read_bytes())
    each = parsed.document
    found = entries(bibtex(each))
    assert not set("".join(found)) - set("abcdefghijklmnopqrstuvwxyz0123456789-."), "keys are plain"
    assert value(found[f"sibkb.{each.id}"], "title") == each.title
    read = [source for source in each.sources if source.read != "not"]
    assert [value(found[f"source.{each.id}.{source.id}"], "title") for source in read] == [s.title for s in read]
    assert all(source.title in plain(each) for source in read)
    assert parsed.passages
    for said in parsed.passages:
        lines = plain(each, said)
        assert said.text in lines
        assert ("(our summary" in lines or "; our summary" in lines) == (said.kind == "perspective")


def test_what_tex_would_obey_is_only_text():
    title = r"#let x = \input{a} $y$ 100% [*b*] _c_ ~ ^ & <d> | -- --- '' `` ?` ,, }{"
    found = entries(bibtex(replace(TALK, title=title)))
    assert value(found["sibkb.talk"], "title") == title


TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp", "Cn", "Co")), min_size=1, max_size=40)
SPACED = st.lists(TEXTS, min_size=1, max_size=5).map(" ".join)


@given(SPACED, SPACED)
def test_any_title_and_any_words_survive(title, words):
    quote = replace(QUOTE, text=words, speaker=None, speaker_role=None)
    found = entries(bibtex(replace(TALK, title=title, sources=(replace(BLOG, title=title),)), quote))
    assert value(found["sibkb.talk.job"], "title") == title
    assert value(found["source.talk.blog"], "title") == title
    assert words in value(found["sibkb.talk.job"], "note")
