"""Ways through the app in a real browser, and what must hold on every page: keyboard, 320 px, accessibility."""

import re
from collections.abc import Iterator
from itertools import pairwise
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from tests.browser.conftest import App
from tests.browser.test_search_page import heading, settled

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

CASE = "document?id=peterborough-one-service"
PAGES = {
    "/": ".kb-counts",
    "/?q=investors&country=GB": ".kb-card",
    "/?q=penguins+on+the+moon+lead": ".kb-card, .kb-note",
    "/browse": ".kb-card",
    "/browse?view=table": ".kb-table",
    "/browse?view=timeline": ".kb-table",
    "/voices": ".kb-quote",
    "/lessons": ".kb-themes",
    "/lessons?theme=procurement": ".kb-index",
    "/coverage": ".kb-matrix",
    "/coverage?kind=lesson&country=GB": ".kb-matrix",
    "/?q=SPV": ".kb-term",
    "/glossary": ".kb-entry",
    "/glossary?term=spv": ".kb-here",
    "/glossary?q=zebra": ".kb-note",
    f"/{CASE}": ".kb-glance",
    "/document?id=interview-roles-in-government&passage=square-peg": ".kb-here",
    "/document?id=nothing": ".kb-note",
    "/document?id=denver-supportive-housing&similar=fair-lottery": ".kb-alike",
    "/browse?compare=newpin-nsw&compare=rikers-island-able": ".kb-note",
    "/compare": ".kb-ways",
    "/compare?id=peterborough-one-service&id=rikers-island-able&id=newpin-nsw&id=koto-sib-finland": ".kb-abreast",
    "/about": "table",
}


def drawn(page: Page, app: App, address: str) -> None:
    """Open a page and wait until all of it stands."""
    page.goto(app.url + address)
    expect(page.locator(PAGES[address]).first).to_be_visible(timeout=30_000)  # the first one opens the knowledge base
    expect(page.locator("[data-testid=stApp]")).to_have_attribute("data-test-script-state", "notRunning")


def test_from_a_hit_to_its_case_and_back_to_the_same(page: Page, app: App) -> None:
    page.goto(f"{app.url}/?q=investors&kind=lesson&mode=words&page=2")
    heading(page, "page 2 of")
    before = settled(page)
    page.evaluate("window.sameWindow = true")
    page.locator(".kb-card h3 a").first.click()
    expect(page).to_have_url(re.compile("/document\\?id=.*&passage=.*&q=investors"))
    expect(page.locator(".kb-here mark").first).to_be_visible()
    expect(page.locator(".kb-here")).to_be_in_viewport()
    assert page.evaluate("window.sameWindow")  # not loaded anew
    page.go_back()
    heading(page, "page 2 of")
    assert settled(page) == before
    expect(page.locator("input[type=search]")).to_have_value("investors")
    expect(page.get_by_role("button", name="Kind of passage: Lesson")).to_be_visible()
    page.go_forward()
    expect(page.locator(".kb-here mark").first).to_be_visible()


def test_a_link_to_a_passage_works_for_anybody_and_after_a_reload(browser: Browser, app: App) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 800})  # a private window
    page = context.new_page()
    page.goto(f"{app.url}/document?id=peterborough-one-service&passage=no-trial&q=matched")
    for _ in range(2):
        expect(page.locator("#p-no-trial.kb-here mark")).to_have_text("matched")
        expect(page.locator("#p-no-trial")).to_be_in_viewport()
        page.reload()
    context.close()


def test_a_passage_links_to_itself_without_loading_the_app(page: Page, app: App) -> None:
    page.goto(f"{app.url}/{CASE}")
    page.evaluate("window.sameWindow = true")
    page.locator("#p-no-trial").get_by_role("link", name="Link to this passage").click()
    expect(page.locator("#p-no-trial.kb-here")).to_be_in_viewport()
    expect(page).to_have_url(re.compile("passage=no-trial"))
    page.go_back()
    expect(page.locator(".kb-here")).to_have_count(0)
    assert page.evaluate("window.sameWindow")


def test_contents_and_source_numbers_lead_down_the_page(page: Page, app: App) -> None:
    page.goto(f"{app.url}/{CASE}")
    page.get_by_role("navigation", name="On this page").get_by_role("link", name="Sources").click()
    expect(page.get_by_role("heading", name="Sources")).to_be_in_viewport()
    page.get_by_role("link", name="Source 1", exact=True).first.click()
    expect(page.locator("#s-indigo")).to_be_in_viewport()


def test_unknown_ids_and_withdrawn_values_are_named(page: Page, app: App) -> None:
    page.goto(f"{app.url}/document?id=peterboro-one-service")
    expect(page.get_by_text("did you mean `peterborough-one-service`?")).to_be_visible()
    page.get_by_role("link", name="Browse all cases").click()
    expect(page.get_by_role("heading", name="Browse", level=1)).to_be_visible()
    for where in ("", "voices"):
        page.goto(f"{app.url}/{where}?theme=gone&theme=procurement")
        expect(page.get_by_text("theme=gone")).to_be_visible()
        expect(page).to_have_url(re.compile("theme=procurement"))


def tabs(page: Page, most: int = 90) -> Iterator[str]:
    """Press Tab again and again; what has the focus each time."""
    for _ in range(most):
        page.keyboard.press("Tab")
        yield str(page.evaluate("[document.activeElement].map(e => `${e.tagName} ${e.type} ${e.innerText}`)[0]"))


def test_from_home_to_a_quotation_by_keyboard_alone(page: Page, app: App) -> None:
    page.goto(app.url)
    expect(page.locator(".kb-counts")).to_be_visible()
    assert any(each.startswith("INPUT search") for each in tabs(page))
    page.keyboard.type("square peg")
    page.keyboard.press("Enter")
    settled(page)
    assert any("Who drives a SIB" in each for each in tabs(page))
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"  # the focus can be seen
    page.keyboard.press("Enter")
    expect(page.locator("blockquote", has_text="square peg")).to_be_in_viewport()
    expect(page.locator("#p-square-peg")).to_be_focused()


def test_the_brief_is_made_on_a_click_and_holds_what_the_page_says(page: Page, app: App) -> None:
    page.goto(f"{app.url}/{CASE}")
    with page.expect_download() as download:
        page.get_by_role("button", name="One-page brief").click()
    assert download.value.suggested_filename == "peterborough-one-service.pdf"
    pdf = PdfReader(download.value.path())
    assert len(pdf.pages) == 1
    told = " ".join(pdf.pages[0].extract_text().split())
    for words in ("Peterborough (The One Service)", "Ministry of Justice", "5,000,000", "Ended early", "Lessons"):
        assert words in told
    assert re.search("peterborough-one-service", told)


def test_first_quotation_within_three_actions_of_a_cold_open(page: Page, app: App) -> None:
    page.goto(app.url)  # one: open
    page.get_by_role("button", name="my boss gave me time").click()  # two: an example
    expect(page.locator("blockquote", has_text="My boss allowing me").first).to_be_visible()


@pytest.mark.parametrize("address", PAGES)
def test_every_page_is_fit_for_everybody(page: Page, app: App, address: str) -> None:
    """Headings in order, nothing wider than the screen, and no serious fault that axe knows, in light and in dark."""
    drawn(page, app, address)
    levels = page.eval_on_selector_all(
        "[data-testid=stMain] :is(h1,h2,h3,h4)", "l => l.filter(e => e.checkVisibility()).map(e => +e.tagName[1])"
    )
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.wait_for_timeout(1000)  # colours fade
        assert _faults(page) == [], scheme
    for width in (1920, 390, 320):
        page.set_viewport_size({"width": width, "height": 800})
        page.wait_for_timeout(300)
        assert page.evaluate(TOO_WIDE) == [], width
        assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= width


def _faults(page: Page) -> list[tuple[str, list[str]]]:
    return [
        (each["id"], [node["html"][:150] for node in each["nodes"][:3]])
        for each in Axe().run(page).response["violations"]
        if each["impact"] in ("serious", "critical")
    ]


TOO_WIDE = """() => {
    const scrolls = (e) => ["auto", "scroll"].includes(getComputedStyle(e).overflowX) && e.dataset.testid !== "stMain";
    const inside = (e) => { while ((e = e.parentElement)) if (scrolls(e)) return true; };
    return [...document.querySelectorAll("[data-testid=stMain] *")]
        .filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && e.getClientRects().length && !inside(e))
        .map((e) => e.outerHTML.slice(0, 120));
}"""
"""What stands out of the screen, unless it is meant to be scrolled by itself."""


def test_a_quotation_is_shown_as_written_wherever_it_is_read(page: Page, app: App) -> None:
    words = "pay $5 :red[qqzyx] &lt; <b>bold</b> -> x"
    text = (
        "---\ntitle: Odd $1 :red[x] (fictional)\nkind: case\ncountries: [NZ]\nstage: delivering\nsector: health\n"
        "sources:\n  - {id: s, title: A report, publisher: Somebody, read: whole}\n---\n\nFictional. [@s]\n\n"
        f"## In their words\n\n> {words}\n>\n> — someone {{#odd .key speaker_role=worker}} [@s]\n"
    )
    file = app.corpus / "cases" / "zz-odd.md"
    file.write_text(text, encoding="utf-8")
    shown = words.replace("&lt;", "<")
    try:
        for _ in range(40):
            page.goto(f"{app.url}/document?id=zz-odd&passage=odd")
            expect(page.locator("h1")).to_be_visible()
            if page.locator("blockquote").count():
                break
            page.wait_for_timeout(1000)
        expect(page.locator("blockquote")).to_contain_text(shown)
        expect(page.locator("h1")).to_have_text("Odd $1 :red[x] (fictional)")
        page.goto(f"{app.url}/voices?country=NZ")
        expect(page.locator("blockquote")).to_contain_text(shown)
        page.goto(f"{app.url}/?q={quote('qqzyx')}&mode=words")
        expect(page.locator("blockquote")).to_contain_text(shown)
    finally:
        file.unlink()
