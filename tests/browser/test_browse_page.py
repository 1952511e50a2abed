"""The Browse page in a real browser: history, links, the chart in both themes, phones, keyboard."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import App, quiet

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


def seen(page: Page) -> tuple[str, list[str]]:
    """The heading and the titles, once the page has stopped running."""
    expect(page.locator("h1")).to_have_text("Browse")
    titles = page.locator("[data-testid=stHtml] a[href^='document?']")
    expect(titles.first).to_be_visible()
    quiet(page)
    return page.locator("[data-testid=stMain] h2").first.inner_text(), titles.all_inner_texts()


def choose(page: Page, name: str | re.Pattern[str]) -> None:
    page.get_by_role("radio", name=name).or_(page.get_by_role("button", name=name)).first.click()


def test_opening_a_document_and_back_shows_the_same(page: Page, app: App) -> None:
    page.goto(f"{app.url}/browse?kind=case&sort=title&page=2")
    before, address = seen(page), page.url
    assert ", page 2 of " in before[0]
    page.locator("article h3 a").nth(1).click()
    expect(page.locator("h1")).to_have_text(before[1][1])
    expect(page).to_have_url(re.compile(r"/document\?id="))
    page.go_back()
    expect(page).to_have_url(address)
    assert seen(page) == before
    page.go_forward()
    expect(page.locator("h1")).to_have_text(before[1][1])
    page.go_back()
    page.reload()
    assert seen(page) == before


def test_a_row_of_the_table_opens_by_keyboard(page: Page, app: App) -> None:
    page.goto(f"{app.url}/browse?view=table&country=AU")
    before = seen(page)
    page.get_by_role("table").get_by_role("link").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(before[1][0])
    page.go_back()
    expect(page).to_have_url(re.compile(r"/browse\?.*view=table"))
    assert seen(page) == before


def test_every_change_is_a_step_of_history(page: Page, app: App) -> None:
    page.goto(f"{app.url}/browse")
    cards = seen(page)
    choose(page, re.compile("Table$"))
    expect(page).to_have_url(re.compile("view=table"))
    expect(page.get_by_role("table")).to_be_visible()
    quiet(page)
    choose(page, "Title")
    expect(page).to_have_url(re.compile("sort=title"))
    page.get_by_role("button", name=re.compile(r"^Interview \(")).click()
    expect(page.get_by_role("button", name="Kind of document: Interview")).to_be_visible()
    assert len(seen(page)[1]) == 1
    page.go_back()
    expect(page).not_to_have_url(re.compile("kind"))
    expect(page.get_by_role("button", name="Kind of document: Interview")).to_have_count(0)
    assert len(seen(page)[1]) > 12
    page.go_back()
    expect(page).not_to_have_url(re.compile("sort"))
    page.go_back()
    expect(page.get_by_role("table")).to_have_count(0)
    assert seen(page) == cards


def test_another_page_begins_at_its_top(page: Page, app: App) -> None:
    page.goto(f"{app.url}/browse")
    first = seen(page)
    page.get_by_role("button", name="Page 2", exact=True).click()
    expect(page.locator("h2", has_text="page 2 of")).to_be_in_viewport()
    assert not set(seen(page)[1]) & set(first[1])


def test_nothing_found_and_the_way_out(page: Page, app: App) -> None:
    page.goto(f"{app.url}/browse?country=AU&sector=education&kind=programme&kind=case")
    expect(page.get_by_role("heading", name="No document is all of this")).to_be_visible()
    page.get_by_role("button", name=re.compile("^Without Sector: Education: ")).click()
    expect(page).not_to_have_url(re.compile("sector"))
    assert seen(page)[1]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_bars_of_the_chart_stand_out_in_either_theme(page: Page, app: App, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{app.url}/browse?view=timeline")
    stages = page.locator(".kb-timeline li")
    expect(stages.first).to_be_visible()
    quiet(page)
    ground = page.locator(".stApp").evaluate("app => getComputedStyle(app).backgroundColor")
    colours = page.locator(".kb-run").evaluate_all("all => [...new Set(all.map(e => getComputedStyle(e).borderColor))]")
    assert len(colours) > 2
    for colour in colours:
        assert contrast(colour, ground) >= 3, (colour, ground)


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours as CSS writes them, WCAG 2.2."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_a_bar_leads_to_its_case(page: Page, app: App) -> None:
    page.goto(f"{app.url}/browse?view=timeline")
    link = page.locator(".kb-timeline a").first
    title = link.inner_text()
    link.click()
    expect(page.get_by_role("heading", level=1, name=title)).to_be_visible()


def test_the_chart_is_named_and_its_table_stands_under_it(page: Page, app: App) -> None:
    page.goto(f"{app.url}/browse?view=timeline")
    expect(page.get_by_role("figure", name=re.compile(r"^Bar chart of \d+ projects"))).to_be_visible()
    quiet(page)
    table = page.get_by_role("table").last
    expect(table).to_have_accessible_name(re.compile(r"\d+ of \d+ documents, in the order they began"))
    assert table.get_by_role("columnheader").all_inner_texts() == ["Title", "How far it got", "Start", "End"]


@pytest.mark.parametrize("width", [390, 1280])
def test_a_table_stays_a_table_where_it_is_drawn_as_blocks(page: Page, app: App, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{app.url}/browse?view=table")
    rows = seen(page)[1]
    table = page.get_by_role("table").first
    assert table.get_by_role("row").count() == 1 + len(rows)
    assert [table.get_by_role("rowheader", name=title, exact=True).count() for title in rows] == [1] * len(rows)
    assert table.get_by_role("columnheader").count() == 10
