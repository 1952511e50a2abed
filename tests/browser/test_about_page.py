"""The About page in a real browser: its contents, its ways to other pages, phones, order of headings."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import App, stopped

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


def opened(page: Page, app: App) -> None:
    page.goto(f"{app.url}/about")
    expect(page.locator("#privacy")).to_be_attached()
    stopped(page)


def test_the_contents_lead_to_their_part(page: Page, app: App) -> None:
    opened(page, app)
    expect(page.locator("#answers")).not_to_be_in_viewport()
    page.get_by_role("navigation", name="On this page").get_by_role("link", name="How well search answers").click()
    expect(page.locator("#answers")).to_be_in_viewport()
    expect(page.locator("h1")).to_have_text("About")


def test_a_country_leads_to_its_cases_and_back(page: Page, app: App) -> None:
    opened(page, app)
    page.get_by_role("link", name="Australia", exact=True).click()
    expect(page).to_have_url(re.compile(r"/browse\?country=AU$"))
    expect(page.locator("h1")).to_have_text("Browse")
    page.go_back()
    expect(page).to_have_url(re.compile("/about$"))
    expect(page.locator("h1")).to_have_text("About")


def test_it_is_reached_from_the_search_page(page: Page, app: App) -> None:
    page.goto(app.url)
    page.get_by_role("link", name="About", exact=True).first.click()
    expect(page.locator("h1")).to_have_text("About")
    expect(page).to_have_url(re.compile("/about$"))


def test_tables_are_tables(page: Page, app: App) -> None:
    opened(page, app)
    sources = page.get_by_role("table", name=re.compile("sources: how far we read them"))
    expect(sources.get_by_role("columnheader", name="Share")).to_be_visible()
    expect(sources.get_by_role("rowheader", name="Read in part")).to_be_visible()
