"""The Voices page in a real browser: history, filters, copying, the way to the passage, phones."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import App, stopped

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

COPY = re.compile("^Copy with source")
OWN_JOB = (
    "“I almost created my own job” — someone who did the legwork (role: People who did the work).\n"
    "Emma Tomkinson. “Who drives a SIB inside government: the worker and the senior champion”. "
    "Interview in sibkb, a knowledge base of social impact bonds, id interview-roles-in-government.own-job.\n"
    "Source: Who do you need in government to get a SIB off the ground? Emma Tomkinson (blog). 2013-12-09. "
    "https://emmatomkinson.com/2013/12/09/who-do-you-need-in-government-to-get-a-sib-off-the-ground/ Read in full."
)


def settled(page: Page) -> list[str]:
    """The voices, once the page has stopped running."""
    expect(page.locator(".kb-voice").first).to_be_visible()
    stopped(page)
    return page.locator(".kb-voice").all_inner_texts()


def button(page: Page) -> Locator:
    return page.get_by_role("button", name=COPY).first


def pasted(page: Page) -> str:
    """What the clipboard has, as a person would find out."""
    page.evaluate("document.body.append(Object.assign(document.createElement('textarea'), {id: 'paste'}))")
    page.locator("#paste").focus()
    page.keyboard.press("ControlOrMeta+v")
    return page.locator("#paste").input_value()


def test_back_forward_and_reload_show_the_same(page: Page, app: App) -> None:
    page.goto(f"{app.url}/voices")
    first = settled(page)
    page.get_by_role("button", name="Page 2", exact=True).click()
    expect(page).to_have_url(re.compile("page=2"))
    expect(page.locator("h2", has_text="page 2 of")).to_be_visible()
    second = settled(page)
    assert second != first
    page.get_by_role("button", name=re.compile(r"^Investors \(")).click()
    expect(page).to_have_url(re.compile(r"voices\?role=investor$"))
    expect(page.get_by_role("button", name="Who speaks: Investors")).to_be_visible()
    third = settled(page)
    page.go_back()
    expect(page.locator("h2", has_text="page 2 of")).to_be_visible()
    assert settled(page) == second
    page.go_back()
    expect(page.locator("h2", has_text="page 1 of")).to_be_visible()
    assert settled(page) == first
    page.go_forward()
    page.go_forward()
    expect(page.get_by_role("button", name="Who speaks: Investors")).to_be_visible()
    assert settled(page) == third
    page.reload()
    expect(page.get_by_role("button", name="Who speaks: Investors")).to_be_visible()
    assert settled(page) == third


def test_filters_of_another_page_stay_there(page: Page, app: App) -> None:
    page.goto(f"{app.url}/?q=investors&years=2010-2012&kind=lesson&mode=words")
    expect(page.locator(".kb-card").first).to_be_visible()
    page.get_by_role("link", name="Voices", exact=True).click()
    expect(page.locator("h1")).to_have_text("Voices")
    settled(page)
    page.get_by_role("button", name=re.compile(r"^Investors \(")).click()
    expect(page).to_have_url(re.compile(r"voices\?role=investor$"))
    expect(page.get_by_text("Left out")).to_have_count(0)


def test_a_voice_is_copied_with_one_click(page: Page, app: App) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=app.url)
    page.goto(f"{app.url}/voices?kind=quote&role=worker")
    settled(page)
    button(page).click()
    expect(page.get_by_role("status").filter(has_text="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == OWN_JOB
    expect(page.get_by_role("status").filter(has_text="Copied")).to_have_count(0)


def test_it_is_copied_by_keyboard_and_the_focus_is_seen(page: Page, app: App) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=app.url)
    page.goto(f"{app.url}/voices?kind=quote&role=worker")
    settled(page)
    page.get_by_role("link", name=re.compile("^Read it in")).first.focus()
    page.keyboard.press("Tab")
    expect(button(page)).to_be_focused()
    assert button(page).evaluate("button => getComputedStyle(button).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == OWN_JOB
    expect(button(page)).to_be_focused()


def test_it_is_copied_where_the_browser_gives_no_clipboard(page: Page, app: App) -> None:
    """Browsers have `navigator.clipboard` on https and localhost alone; in a local network the page is plain http."""
    page.goto(f"{app.url}/voices?kind=quote&role=worker")
    settled(page)
    page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    button(page).click()
    expect(page.get_by_role("status").filter(has_text="Copied")).to_be_visible()
    expect(button(page)).to_be_focused()
    assert pasted(page) == OWN_JOB


def test_where_nothing_can_be_copied_the_words_are_shown_and_selected(page: Page, app: App) -> None:
    page.goto(f"{app.url}/voices?kind=quote&role=worker")
    settled(page)
    page.evaluate(
        "Object.defineProperty(navigator, 'clipboard', {value: undefined}); document.execCommand = () => false;"
    )
    button(page).click()
    box = page.get_by_label("The words to copy").first
    expect(box).to_be_visible()
    expect(box).to_have_value(OWN_JOB)
    assert box.evaluate("box => box.value.slice(box.selectionStart, box.selectionEnd)") == OWN_JOB
    expect(page.get_by_role("status").filter(has_text="Press Ctrl+C")).to_be_visible()


def test_each_page_copies_its_own_words(page: Page, app: App) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=app.url)
    page.goto(f"{app.url}/voices?kind=perspective")
    settled(page)
    page.get_by_role("button", name="Page 2", exact=True).click()
    expect(page.locator("h2", has_text="page 2 of")).to_be_visible()
    settled(page)
    words = page.locator(".kb-voice .kb-text").nth(3).inner_text()
    page.get_by_role("button", name=COPY).nth(3).click()
    expect(page.get_by_role("status").filter(has_text="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").startswith(f"{words} — ")


def test_a_card_leads_to_the_passage_and_back(page: Page, app: App) -> None:
    page.goto(f"{app.url}/voices?kind=quote&role=worker")
    before = settled(page)
    page.get_by_role("link", name=re.compile("^Read it in")).first.click()
    expect(page).to_have_url(re.compile(r"document\?id=interview-roles-in-government&passage=own-job"))
    expect(page.locator("#p-own-job")).to_be_in_viewport()
    page.go_back()
    expect(page.locator("h1")).to_have_text("Voices")
    assert settled(page) == before


def test_who_is_missing_opens_and_where_nobody_speaks_is_open(page: Page, app: App) -> None:
    page.goto(f"{app.url}/voices?kind=quote")
    settled(page)
    expect(page.get_by_text("Nobody speaks here as:")).not_to_be_visible()
    page.get_by_text("Who is missing:").click()
    expect(page.get_by_text("Nobody speaks here as:")).to_be_visible()
    expect(page.get_by_role("table").get_by_role("row")).to_have_count(17)
    page.goto(f"{app.url}/voices?country=AQ")
    expect(page.locator("h2", has_text="Nobody says this here")).to_be_visible()
    expect(page.get_by_text("Nobody speaks here as:")).to_be_visible()
    page.get_by_role("button", name=re.compile("^Without Country: AQ: ")).click()
    expect(page).to_have_url(re.compile("voices$"))
    settled(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_button_has_the_colours_of_the_theme(page: Page, app: App, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{app.url}/voices")
    settled(page)
    colour = "element => getComputedStyle(element).color"
    assert button(page).evaluate(colour) == page.locator(".kb-voice").first.evaluate(colour)
