"""The handbook in a real browser, opened as files: read, searched, printed, and harmless whatever a text holds."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from sibkb import handbook, kb
from sibkb.model import Filters, Query
from sibkb.settings import Settings
from sibkb.words import tokens
from tests.browser.conftest import PATIENCE
from tests.fictional import written
from tests.tiny import TinyEncoder

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

QUESTIONS = (
    "data access", "lawyer", "lawyering", "£30m", "30 million", '"access to data"', '"data access"', "nurses by night",
    "Elm Row’s own job", "records", "investor", "OP records", "what outcome payers asked early", '"outcome payer" data',
    "commissioners and nurses",
)  # fmt: skip
HOSTILE = (
    "O'Brien’s £1.5m, 007 and ½ of 12,000 thousand",
    "naïve ŻÓŁĆ straße 3bn-year co\u00adoperate",
    "a_b 1.10 10k",
)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> kb.KnowledgeBase:
    settings: Settings = written(tmp_path_factory.mktemp("fictional"))
    return kb.open_kb(settings, encoder=TinyEncoder())


@pytest.fixture(scope="module")
def root(base: kb.KnowledgeBase, tmp_path_factory: pytest.TempPathFactory) -> str:
    folder: Path = tmp_path_factory.mktemp("book") / "hand book"
    handbook.write(base, folder, date(2026, 11, 24))
    return folder.as_uri()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A window in which nothing but files is asked for, no error happens, and no text runs."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(PATIENCE)
    asked, failed = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: failed.append(str(error)))
    yield page
    assert page.evaluate("window.hurt") is None
    page.close()
    assert not [url for url in asked if not url.startswith("file://")]
    assert not failed


def test_from_a_question_to_the_passage_and_back(page: Page, root: str) -> None:
    page.goto(f"{root}/index.html")
    expect(page.get_by_role("heading", level=1)).to_have_text("A handbook of social impact bonds")
    expect(page.get_by_role("link", name="Ash Lane nurses")).to_be_visible()
    page.get_by_label("What do you want to know?").fill("data acc")
    expect(page.get_by_role("status")).to_have_text("3 passages.")
    expect(page.locator("#hits mark").first).to_be_visible()
    expect(page.locator("#all")).to_be_hidden()
    page.get_by_label("What do you want to know?").fill('"access to data"')
    expect(page.get_by_role("status")).to_have_text("1 passage.")
    assert page.locator("#hits .kb-text mark").all_inner_texts() == ["access", "to", "data"]
    page.get_by_role("link", name="Ash Lane nurses").click()
    passage = page.locator("#p-first-day")
    expect(passage).to_be_in_viewport()
    assert passage.evaluate("each => getComputedStyle(each).outlineStyle") == "solid"
    page.go_back()
    expect(page.get_by_role("status")).to_have_text("1 passage.")
    page.reload()
    expect(page.get_by_label("What do you want to know?")).to_have_value('"access to data"')
    expect(page.get_by_role("status")).to_have_text("1 passage.")


def test_a_question_is_asked_from_any_page(page: Page, root: str) -> None:
    page.goto(f"{root}/documents/elm-row.html")
    page.get_by_label("Search").fill("nurses & night")
    page.keyboard.press("Enter")
    expect(page.get_by_label("What do you want to know?")).to_have_value("nurses & night")
    expect(page.get_by_role("status")).to_have_text("3 passages.")


def test_kinds_and_questions_that_find_nothing(page: Page, root: str) -> None:
    page.goto(f"{root}/index.html#q=job&kind=quote")
    expect(page.get_by_role("status")).to_have_text("1 passage.")
    expect(page.locator("#hits blockquote")).to_have_text("“I made my own job”")
    page.get_by_label("Kind").select_option("lesson")
    expect(page.get_by_role("status")).to_have_text("No passage has these words.")
    page.get_by_label("What do you want to know?").fill("what was it")
    expect(page.get_by_role("status")).to_have_text("These are only common words: add one that says what it is about.")


def test_it_finds_all_that_the_knowledge_base_finds_by_words(page: Page, root: str, base: kb.KnowledgeBase) -> None:
    page.goto(f"{root}/index.html")
    ids = base.engine.allowed(Filters())
    for question in QUESTIONS:
        found = page.evaluate("question => sibkb.find(question, '').found", question)
        wanted = base.search(Query(text=question, mode="words", limit=100)).hits
        assert {ids[place] for place in found} >= {hit.passage.id for hit in wanted}, question
        assert found or "outcome payer" in question, question


def test_words_are_told_apart_as_everywhere(page: Page, root: str, base: kb.KnowledgeBase) -> None:
    page.goto(f"{root}/index.html")
    texts = [each.text for each in base.engine.passages(base.engine.allowed(Filters()))]
    for text in (*texts, *HOSTILE):
        found = page.evaluate("text => sibkb.tokens(text)", text)
        assert [tuple(each[:2]) for each in found] == [(each.start, each.end) for each in tokens(text)]
        assert text in HOSTILE or all(each[2] is not None for each in found)


@pytest.mark.parametrize(
    "path",
    [
        "index.html#q=data",
        "documents/elm-row.html",
        "themes/data-access.html",
        "lessons.html",
        "voices.html",
        "glossary.html",
    ],
)
def test_every_page_is_for_everybody(page: Page, root: str, path: str) -> None:
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.goto(f"{root}/{path}")
        page.set_viewport_size({"width": 1280, "height": 900})
        found = Axe().run(page).response["violations"]
        assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []
    for width in (320, 768, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_paper_has_the_text_alone(page: Page, root: str) -> None:
    page.goto(f"{root}/documents/elm-row.html")
    page.emulate_media(media="print")
    expect(page.locator("body > header")).to_be_hidden()
    expect(page.locator("#p-own")).to_be_visible()
    assert page.pdf().startswith(b"%PDF")
