"""The Glossary page in a real browser: a term explained where it stands, the way there and back, letters, typing."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import App, stopped

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

TERM = ".kb-term[href$='=special-purpose-vehicle']"
SHOWN = "term => getComputedStyle(term, '::after').display !== 'none' && getComputedStyle(term, '::after').content"


def drawn(page: Page, app: App, address: str) -> None:
    page.goto(f"{app.url}/{address}")
    expect(page.locator(".kb-entry, .kb-term").first).to_be_visible()
    stopped(page)


def test_from_a_term_in_a_case_to_its_meaning_its_passages_and_back(page: Page, app: App) -> None:
    drawn(page, app, "document?id=ways-to-wellness")
    page.evaluate("window.sameWindow = true")
    term = page.locator(TERM)
    expect(term).to_have_text("special purpose company")
    assert not term.evaluate(SHOWN)
    term.hover()
    assert "A company set up for one deal" in term.evaluate(SHOWN)
    page.keyboard.press("Escape")
    assert not term.evaluate(SHOWN)
    term.focus()
    assert "A company set up for one deal" in term.evaluate(SHOWN)
    assert term.evaluate("term => getComputedStyle(term).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Glossary")
    entry = page.locator("#t-special-purpose-vehicle.kb-here")
    expect(entry).to_be_in_viewport()
    expect(entry).to_be_focused()
    entry.get_by_role("link", name="3 passages").click()
    expect(page.locator("h2", has_text="3 passages")).to_be_visible()
    assert page.evaluate("window.sameWindow")  # not loaded anew
    page.go_back()
    expect(entry).to_be_in_viewport()
    page.go_back()
    expect(term).to_be_visible()
    assert page.evaluate("window.sameWindow")


def test_words_are_copied_as_they_are_written(page: Page, app: App) -> None:
    drawn(page, app, "document?id=ways-to-wellness")
    selected = page.locator("#p-summary .kb-text").evaluate(
        "text => { getSelection().selectAllChildren(text); return getSelection().toString(); }"
    )
    assert "A new special purpose company stood between investor, NHS buyer and four local providers." in selected
    assert "set up for one deal" not in selected


def test_the_find_box_letters_and_back(page: Page, app: App) -> None:
    drawn(page, app, "glossary")
    every = page.locator(".kb-entry").count()
    page.get_by_role("link", name="Terms with T").click()
    expect(page.locator("#letter-t")).to_be_in_viewport()
    box = page.get_by_label("Find a term")
    box.fill("PbR")
    box.press("Enter")
    expect(page.locator(".kb-entry")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"glossary\?q=PbR"))
    page.reload()
    expect(page.locator(".kb-entry")).to_have_count(1)
    expect(box).to_have_value("PbR")
    page.get_by_role("link", name="outcomes contract", exact=True).click()
    expect(page.locator("#t-outcomes-contract.kb-here")).to_be_in_viewport()
    expect(box).to_have_value("")
    expect(page.locator(".kb-entry")).to_have_count(every)
    page.go_back()
    expect(page.locator(".kb-entry")).to_have_count(1)
    expect(box).to_have_value("PbR")


def test_a_link_to_a_term_works_for_anybody(page: Page, app: App) -> None:
    page.set_viewport_size({"width": 320, "height": 700})
    drawn(page, app, "glossary?term=rct")
    for _ in range(2):
        expect(page.locator("#t-randomised-controlled-trial.kb-here")).to_be_in_viewport()
        page.reload()


@pytest.mark.parametrize("width", [320, 1280])
def test_what_a_term_means_is_shown_within_the_screen(page: Page, app: App, width: int) -> None:
    """Its box stands under its line, no wider than its paragraph."""
    page.set_viewport_size({"width": width, "height": 900})
    drawn(page, app, "document?id=dwp-innovation-fund")
    for term in page.locator(".kb-term").all():
        term.focus()
        assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= width
        assert term.evaluate("e => parseFloat(getComputedStyle(e, '::after').width)") <= width


def test_a_glossary_that_changes_is_used_by_the_next_question(page: Page, app: App) -> None:
    page.goto(f"{app.url}/?q=qqzyx&mode=words")
    expect(page.locator("h2", has_text="Nothing matches well")).to_be_visible()
    path = app.corpus / "glossary.yaml"
    before = path.read_text(encoding="utf-8")
    try:
        path.write_text(f"{before}\n- {{term: price list of QQZYX, meaning: Fictional., abbreviations: [QQZYX]}}\n")
        page.goto(f"{app.url}/?q=qqzyx&mode=words")
        expect(page.get_by_text("qqzyx also searched as: price list of QQZYX.")).to_be_visible()
    finally:
        path.write_text(before, encoding="utf-8")
