"""The Search page in a real browser: history, reload, filters, odd questions."""

import re
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import App, stopped

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


def search(page: Page, text: str) -> None:
    box = page.locator("input[type=search]")
    box.fill(text)
    box.press("Enter")


def heading(page: Page, text: str | re.Pattern[str]) -> None:
    expect(page.locator("h2", has_text=text)).to_be_visible()


def settled(page: Page) -> str:
    """The results, once the page has stopped running."""
    expect(page.locator(".kb-card").first).to_be_visible()
    expect(page.get_by_text("meaning joins in a moment")).to_have_count(0)
    stopped(page)
    return "\n".join(page.locator(".kb-card").all_inner_texts())


def test_back_forward_and_reload_show_the_same(page: Page, app: App) -> None:
    page.goto(app.url)
    search(page, "investors")
    heading(page, "page 1 of")
    first = settled(page)
    page.get_by_role("button", name="Page 2", exact=True).click()
    heading(page, "page 2 of")
    assert "page=2" in page.url
    second = settled(page)
    search(page, "senior champion")
    heading(page, re.compile(r"\d+ passage"))
    expect(page.locator("mark", has_text="champion").first).to_be_visible()
    page.go_back()
    heading(page, "page 2 of")
    assert settled(page) == second
    page.go_back()
    heading(page, "page 1 of")
    assert settled(page) == first
    page.go_forward()
    heading(page, "page 2 of")
    assert settled(page) == second
    page.reload()
    heading(page, "page 2 of")
    assert settled(page) == second


def test_another_page_begins_at_its_top(page: Page, app: App) -> None:
    page.goto(f"{app.url}/?q=investors")
    settled(page)
    page.get_by_role("button", name="Page 2", exact=True).click()
    heading(page, "page 2 of")
    expect(page.locator("h2", has_text="page 2 of")).to_be_in_viewport()


def test_a_deep_link_opens_its_answer(page: Page, app: App) -> None:
    page.goto(f"{app.url}/?q=boss&kind=quote")
    settled(page)
    expect(page.locator("input[type=search]")).to_have_value("boss")
    expect(page.locator("blockquote mark")).to_have_text("boss")
    expect(page.get_by_role("button", name="Kind of passage: Quotation")).to_be_visible()


def test_an_example_and_back_home(page: Page, app: App) -> None:
    page.goto(app.url)
    page.get_by_role("button", name="what does a senior champion do").click()
    heading(page, "passages")
    expect(page.locator("input[type=search]")).to_have_value("what does a senior champion do")
    page.go_back()
    expect(page.get_by_role("heading", name="Try one of these")).to_be_visible()
    expect(page.locator("input[type=search]")).to_have_value("")


def test_filters_by_hand_and_the_way_out(page: Page, app: App) -> None:
    page.goto(f"{app.url}/?q=boss&country=AU")
    heading(page, "Nothing matches well")
    page.get_by_role("button", name=re.compile("^Without Country: Australia: ")).click()
    settled(page)
    expect(page).not_to_have_url(re.compile("country"))
    page.get_by_role("button", name=re.compile(r"^Quotation \(")).click()
    expect(page).to_have_url(re.compile("kind=quote"))
    settled(page)
    page.get_by_role("button", name=re.compile(r"^Perspective \(")).click()
    expect(page).to_have_url(re.compile("kind=quote&kind=perspective"))
    page.go_back()
    expect(page).not_to_have_url(re.compile("perspective"))
    expect(page).to_have_url(re.compile("kind=quote"))
    page.get_by_role("button", name="Kind of passage: Quotation").click()
    expect(page).not_to_have_url(re.compile("kind"))


def test_meaning_joins_without_a_click(page: Page, app: App) -> None:
    page.goto(f"{app.url}/?q=does+the+champion+validate&mode=meaning")
    expect(page.get_by_text("close in meaning too").first).to_be_visible()


ODD = ("the of", "?!", '"', "<img src=x onerror=alert(1)>", "*", "x" * 3000, "[x](javascript:y) $1 :red[z]")


def test_odd_questions_never_break_the_page(page: Page, app: App) -> None:
    for text in ODD:
        page.goto(f"{app.url}/?q={quote(text)}")
        expect(page.locator("h1")).to_have_text("What social impact bonds taught")
        expect(page.locator(".kb-note, .kb-card").first).to_be_visible()
        expect(page.locator("[data-testid=stException]")).to_have_count(0)


def test_a_source_opens_in_a_window_of_its_own(page: Page, app: App) -> None:
    page.goto(f"{app.url}/?q=investors")
    settled(page)
    link = page.locator(".kb-source a").first
    assert link.get_attribute("target") == "_blank"
    assert "noopener" in (link.get_attribute("rel") or "")
