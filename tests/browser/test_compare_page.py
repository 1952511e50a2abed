"""Comparing in a real browser: from Browse to the table and on to a case, Back, phones, keyboard, downloads."""

import csv
import io
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import App, fits, headings_in_order, quiet

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

PAIR = "compare?id=peterborough-one-service&id=rikers-island-able"


def titles(page: Page) -> list[str]:
    """What stands side by side, once it stands there."""
    page.get_by_role("table").first.get_by_role("columnheader").nth(2).wait_for()
    quiet(page)
    return page.get_by_role("table").first.get_by_role("columnheader").all_inner_texts()[1:]


def test_from_browse_to_the_table_to_a_case_and_back(page: Page, app: App) -> None:
    page.goto(f"{app.url}/browse?sector=homelessness&sort=title")
    add = page.get_by_role("link", name=re.compile("^Add to comparison: "))
    add.first.wait_for()
    quiet(page)
    page.evaluate("window.sameWindow = true")
    add.first.click()
    expect(page.get_by_text("Add at least one more")).to_be_visible()
    page.get_by_role("link", name=re.compile("^Add to comparison: London")).click()
    expect(page).to_have_url(re.compile("compare=denver-supportive-housing&compare=london-homelessness-two-bonds"))
    page.get_by_role("link", name="Compare the two").first.click()
    before = titles(page)
    assert [each[:6] for each in before] == ["Denver", "London"]
    expect(page).to_have_url(f"{app.url}/compare?id=denver-supportive-housing&id=london-homelessness-two-bonds")
    page.get_by_role("table").first.get_by_role("link", name=before[1], exact=True).click()
    expect(page.locator("h1")).to_have_text(before[1])
    page.go_back()
    assert titles(page) == before
    page.go_back()
    expect(page.get_by_text("To compare: Denver")).to_be_visible()
    assert page.evaluate("window.sameWindow")  # never loaded anew
    page.reload()
    expect(page.get_by_text("To compare: Denver")).to_be_visible()


def test_putting_aside_keeps_the_place_and_the_focus(page: Page, app: App) -> None:
    page.goto(f"{app.url}/browse?view=table&sort=title")
    add = page.get_by_role("link", name="Add to comparison: Newpin Social Benefit Bond, New South Wales")
    add.wait_for()
    quiet(page)
    add.scroll_into_view_if_needed()
    add.focus()
    before = page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop")
    page.keyboard.press("Enter")
    back = page.get_by_role("link", name="Leave out: Newpin Social Benefit Bond, New South Wales")
    expect(back).to_be_focused()
    expect(back).to_be_in_viewport()
    assert before > 0
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop") >= before
    page.keyboard.press("Enter")
    expect(add).to_be_focused()


def test_from_a_similar_case_both_are_compared(page: Page, app: App) -> None:
    page.goto(f"{app.url}/document?id=denver-supportive-housing")
    page.get_by_role("link", name=re.compile("^Compare the two: Denver.* and Project Welcome Home")).click()
    assert [each[:7] for each in titles(page)] == ["Denver ", "Project"]


def test_compare_with_asks_for_another(page: Page, app: App) -> None:
    page.goto(f"{app.url}/document?id=denver-supportive-housing")
    page.get_by_role("link", name="Compare with …").click()
    expect(page.get_by_role("heading", name="Choose one more")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/compare\?id=denver-supportive-housing$"))
    page.get_by_role("link", name="Choose from all cases").click()
    expect(page.get_by_text("To compare: Denver")).to_be_visible()


def test_others_who_say_so_open_in_place_and_close_with_back(page: Page, app: App) -> None:
    page.goto(f"{app.url}/document?id=denver-supportive-housing")
    way = page.locator("#p-fair-lottery").get_by_role(
        "link", name=re.compile("^Others who learned something like this")
    )
    way.scroll_into_view_if_needed()
    quiet(page)
    way.click()
    told = page.locator("#p-fair-lottery .kb-alike")
    expect(told).to_be_in_viewport()
    expect(page.get_by_role("link", name="Hide what others learned")).to_be_focused()
    page.go_back()
    expect(told).to_have_count(0)
    page.go_forward()
    expect(told).to_be_visible()
    page.reload()
    expect(told).to_be_in_viewport()
    told.get_by_role("link").click()
    expect(page.locator("#p-fair-lottery.kb-here")).to_be_in_viewport()
    expect(page.locator("h1")).to_have_text(re.compile("Project Welcome Home"))


def test_choosing_and_switching_are_steps_of_history(page: Page, app: App) -> None:
    page.goto(f"{app.url}/{PAIR}")
    rows = page.get_by_role("row")
    titles(page)
    every = rows.count()
    page.get_by_text("Only rows that differ").click()
    expect(page).to_have_url(re.compile("differ=1"))
    expect(page.get_by_text("the same in both")).to_have_count(0)
    assert rows.count() < every
    page.get_by_role("combobox").click()
    page.keyboard.type("Newpin")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("id=newpin-nsw"))
    page.keyboard.press("Escape")  # while the list is open, all else is hidden from those who hear the page
    expect(page.get_by_role("table").first.get_by_role("columnheader")).to_have_count(4)
    page.go_back()
    expect(page.get_by_role("table").first.get_by_role("columnheader")).to_have_count(3)
    page.go_back()
    expect(page.get_by_text("the same in both").first).to_be_visible()
    assert len(titles(page)) == 2


def test_the_table_is_taken_along(page: Page, app: App) -> None:
    page.goto(f"{app.url}/{PAIR}&differ=1")
    shown = titles(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as CSV").click()
    assert download.value.suggested_filename == "peterborough-one-service-and-rikers-island-able.csv"
    head, *rows = csv.reader(io.StringIO(Path(download.value.path()).read_text(encoding="utf-8-sig")))
    assert head[1:] == shown
    assert "Kind" not in {row[0] for row in rows}
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy as Markdown").click()
    expect(page.get_by_text("Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f"|  | {' | '.join(shown)} |\n| --- | --- | --- |\n| Id | peterborough-one-service |")


def test_titles_stay_in_view_and_a_source_is_reached(page: Page, app: App) -> None:
    page.goto(f"{app.url}/{PAIR}")
    shown = titles(page)
    page.get_by_role("row", name=re.compile("^Results ")).scroll_into_view_if_needed()
    expect(page.get_by_role("columnheader", name=shown[0]).first).to_be_in_viewport()
    source = page.get_by_role("link", name=re.compile(r"^Source 1 of Peterborough")).first
    source.click()
    expect(page.locator("#s-peterborough-one-service-indigo")).to_be_in_viewport()


@pytest.mark.parametrize("more", ["", "&id=newpin-nsw&id=koto-sib-finland"])
def test_a_table_stays_one_on_any_screen(page: Page, app: App, more: str) -> None:
    page.goto(f"{app.url}/{PAIR}{more}")
    columns = len(titles(page))
    headings_in_order(page)
    for width in (1920, 1280, 768, 390, 320):
        page.set_viewport_size({"width": width, "height": 800})
        fits(page, width)
        table = page.get_by_role("table").first
        rows = table.get_by_role("row").count()
        assert table.get_by_role("rowheader").count() == rows - 1
        assert table.get_by_role("cell").count() == columns * (rows - 1)
