"""The Search page without a browser: its question, its filters, its answers, its empty cases."""

import os
import re
import threading
import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from sibkb.errors import ModelError
from sibkb.kb import KnowledgeBase
from sibkb.model import Document, Filters, Hit, Passage, Query, Source
from sibkb.ui import cards, session
from sibkb.ui.links import SEARCH

APP = str(Path(__file__).resolve().parent.parent / "app.py")


def visited(page: str, /, **params: str | list[str]) -> AppTest:
    """That page at that address."""
    app = AppTest.from_file(APP, default_timeout=60)
    for name, value in params.items():
        app.query_params[name.replace("_", "-")] = value
    return app.switch_page(page).run()


def opened(**params: str | list[str]) -> AppTest:
    """The Search page at that address, run until meaning is there."""
    app = visited(SEARCH, **params)
    for _ in range(100):
        if "meaning joins" not in words(app):
            return app
        time.sleep(0.1)
        app.run()
    raise AssertionError("meaning never joined")


def words(app: AppTest) -> str:
    """All that st.html shows, as written."""
    return "\n".join(str(each.proto.body) for each in app.get("html"))


def links(app: AppTest) -> list[str]:
    """The ways to other questions."""
    return [each.label for each in app.main.button]


def followed(app: AppTest, label: str) -> dict[str, str]:
    """The address that a way leads to."""
    next(each for each in app.main.button if each.label == label).click().run()
    return dict(app.query_params)


def test_home_says_what_is_here_and_offers_questions(settled):
    app = opened()
    assert not app.exception
    assert app.title[0].value == "What social impact bonds taught"
    assert re.search(r"<b>\d+</b> case studies", words(app))
    assert 4 <= len(links(app)) <= 6


def test_every_example_has_an_answer(settled):
    for example in links(opened()):
        assert "passage" in opened(q=example).header[0].value, example


def test_a_hit_says_who_where_when_and_why(settled):
    shown = words(opened(q="boss", kind="quote"))
    for part in (
        "“My <mark",
        ">boss</mark>",
        "Speaker not named · role not recorded",
        "About whom: Senior champions",
        "Has your words: boss",
        "9 December 2013",
        "read in full",
        'target="_blank" rel="noopener"',
        "interviews/interview-roles-in-government.md",
    ):
        assert part in shown, part


def test_the_address_sets_every_widget(settled):
    app = opened(q="investors", kind=["lesson", "quote"], work_stage="contracting", mode="words", years="2010-2015")
    assert app.text_input[0].value == "investors"
    state = app.session_state
    assert (state["kind"], state["work_stage"]) == (["lesson", "quote"], ["contracting"])
    assert (state["mode"], tuple(state["years"])) == ("words", (2010, 2015))
    assert "Kind of passage: Quotation, Lesson" not in links(app), "chosen values keep the order of the address"
    assert "Years: 2010–2015" in links(app)


def test_typing_writes_the_address(settled):
    app = opened(theme="procurement", page="2")
    app.text_input[0].set_value("investors").run()
    assert dict(app.query_params) == {"q": "investors", "theme": "procurement"}


def test_pages_follow_each_other(settled):
    first, second = opened(q="investors"), opened(q="investors", page="2")
    assert ", page 1 of " in first.header[0].value
    assert ", page 2 of " in second.header[0].value
    assert words(first) != words(second)


def test_a_page_too_far_is_the_last(settled):
    heading = opened(q="investors", page="9999").header[0].value
    page, last = re.search(r"page (\d+) of (\d+)", heading).groups()
    assert page == last


def test_what_the_address_cannot_mean_is_named(settled):
    app = opened(
        q="investors", theme=["procurment", "procurement"], years="soon", mode="magic", page="-1", country="uk"
    )
    note = words(app)
    for part in ("theme=procurment", "years=soon", "mode=magic", "page=-1", "country=uk"):
        assert part in note
    assert "theme=procurement" not in note
    assert app.session_state["theme"] == ["procurement"]


def test_a_filter_that_hides_everything_shows_the_ways_on(settled):
    app = opened(q="boss", kind="quote", country="AU")
    assert app.header[0].value == "Nothing matches well"
    way = next(label for label in links(app) if label.startswith("Without Country: Australia: "))
    assert int(re.search(r"(\d+) result", way)[1]) > 0
    assert followed(app, way) == {"q": "boss", "kind": "quote"}
    assert app.header[0].value != "Nothing matches well"


def test_where_no_single_filter_is_to_blame_all_are_offered(settled):
    app = opened(q="boss", kind="fact", country="AU", theme="procurement", years="1950-1951")
    assert any(label.startswith("Without any filter: ") for label in links(app))


def test_near_misses_stand_apart(settled):
    app = opened(q="penguins who lead on the moon")
    assert app.header[0].value == "Nothing matches well"
    assert "Closest passages:" in [each.value for each in app.subheader]


def test_a_slip_is_corrected_and_told(settled):
    assert "“comissioner” stands nowhere here. Searched for “commissioner" in words(opened(q="comissioner"))


def test_what_a_question_was_searched_as_besides_is_told_and_explained(settled):
    shown = words(opened(q="spv & <b>"))
    line = re.search('<p class="kb-facts" role="status">(.*?)</p>', shown)[1]
    assert line.startswith('<a class="kb-term" href="glossary?term=special-purpose-vehicle" data-meaning="A company ')
    assert line.endswith(">spv</a> also searched as: special purpose vehicle, special purpose company.")
    assert '<mark class="kb-word">special</mark> <mark class="kb-word">purpose</mark>' in shown
    assert "Has words of another name: special, purpose, company" in shown
    assert "also searched" not in words(opened(q="lawyers"))


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("the of and", "has only common words"),
        ("?!…", "has no words"),
        ("x" * 2001, "2,001 characters long"),
    ],
)
def test_a_question_that_cannot_be_answered_gets_a_hint(settled, text, hint):
    app = opened(q=text)
    assert not app.exception
    assert hint in words(app)
    assert len(links(app)) > 3, "the examples are there"


@pytest.mark.parametrize(
    "text",
    ['"', '"unbalanced', "it's", "*", "foo:bar", "<script>alert(1)</script>", "$5 :red[x] **b**", "🙂 risk",
     "a\0b risk", "café", "' OR 1=1 --", "٣ risk", "[x](javascript:y)"],
)  # fmt: skip
def test_odd_questions_are_only_questions(settled, text):
    app = opened(q=text)
    assert not app.exception
    assert "<script>alert" not in words(app)


def test_by_words_alone_before_meaning_is_ready(afresh, monkeypatch):
    wait = threading.Event()
    monkeypatch.setattr(KnowledgeBase, "warm", lambda _: wait.wait(60))
    app = AppTest.from_file(APP, default_timeout=60)
    app.query_params["q"] = "investors"
    app.run()
    assert "Searching by words; meaning joins in a moment." in words(app)
    assert "passages" in app.header[0].value
    wait.set()


def test_meaning_that_cannot_be_loaded_is_told(afresh, monkeypatch, caplog):
    def fail(self: KnowledgeBase) -> None:
        raise ModelError("the weights are missing")

    monkeypatch.setattr(KnowledgeBase, "warm", fail)
    app = AppTest.from_file(APP, default_timeout=60)
    app.query_params["q"] = "investors"
    app.run()
    app.run()
    assert "Searching by words alone: meaning cannot be loaded. The terminal says why." in words(app)
    assert "passages" in app.header[0].value
    assert "the weights are missing" in caplog.text


def test_an_index_that_cannot_be_opened_is_explained(afresh, monkeypatch, tmp_path, caplog):
    (tmp_path / "broken.md").write_text("---\ntitle: [\n---\n", encoding="utf-8")
    monkeypatch.setenv("SIBKB_CORPUS", str(tmp_path))
    monkeypatch.setenv("SIBKB_INDEXES", str(tmp_path / "indexes"))
    app = AppTest.from_file(APP, default_timeout=60).run()
    assert not app.exception
    assert "The knowledge base cannot be opened" in words(app)
    assert "`sibkb check` says why" in words(app)
    assert "broken.md:" not in words(app)
    assert "broken.md:" in caplog.text


def test_addresses_are_read_and_written_alike():
    query = Query(
        text="who & what=?",
        filters=Filters(kind=("quote",), about_role=("worker", "investor"), country=("GB",), years=(2010, 2012)),
        mode="meaning",
        offset=20,
        limit=session.PAGE_SIZE,
    )
    assert session.read_address(session.write_address(query)) == session.Address(query=query)


def hit(text: str, **other: object) -> Hit:
    source = Source(id="s", title="<b>T</b>", publisher="P & Q", read="part", url="javascript:alert(1)")
    document = Document(
        id="d", kind="case", title="A <i>case</i>", path="cases/d.md", digest="", countries=("GB",), sector="other",
        summary="", sources=(source,),
    )  # fmt: skip
    given = {"kind": "quote", "lines": (3, 4), "source_ids": ("s",)} | other
    return Hit(passage=Passage(id="d.x", document_id="d", text=text, **given), document=document, score=1.0)


def test_corpus_text_is_escaped_and_otherwise_as_written():
    shown = cards.card([hit("$5 :red[x] <b> *y* javascript: -- -> “z”")])
    assert "“$5 :red[x] &lt;b&gt; *y* javascript: -- -&gt; “z””" in shown
    assert "A &lt;i&gt;case&lt;/i&gt;" in shown
    assert re.findall('href="([^"]*)"', shown) == ["document?id=d&amp;passage=x"] * 2


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ({"kind": "lesson", "basis": "inferred"}, "We infer it"),
        ({"kind": "lesson", "basis": "stated"}, "The source says so"),
        ({"kind": "perspective", "speaker": "Dan"}, "Our summary of what they said"),
        ({"status": "illustrative"}, "The author&#x27;s example of what such a person would say."),
        ({}, "Dates not recorded"),
        ({}, "How it ended: not recorded"),
        ({}, "lines 3–4"),
    ],
)
def test_a_card_says_what_it_shows(other, told):
    assert told in cards.card([hit("words", **other)])


def test_only_quotations_get_marks():
    assert "“words”" in cards.card([hit("words")])
    assert "“words”" not in cards.card([hit("words", kind="perspective")])


def test_the_nearest_sentence_is_marked_and_told():
    near = Hit(passage=hit("One. Two <b>.").passage, document=hit("").document, score=1.0, closest=(5, 13))
    shown = cards.card([near])
    assert '<mark class="kb-near">Two &lt;b&gt;.</mark>' in shown
    assert "The nearest sentence is underlined." in shown


def test_following_can_be_turned_off(afresh):
    assert os.environ["SIBKB_FOLLOW"] == "0"
    assert session.follow() is None
