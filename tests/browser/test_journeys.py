"""Ways through the app in a real browser, and what must hold on every page: keyboard, 320 px, accessibility."""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from sibkb import corpus
from tests.browser.conftest import App, fits, headings_in_order, stopped
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
    "/voices?role=finance-legal&country=AQ": ".kb-missing",
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
    whole(page, address)


def whole(page: Page, address: str) -> None:
    """Wait until all of the page at that address stands."""
    expect(page.locator(PAGES[address]).first).to_be_visible()
    stopped(page)


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


def test_a_link_to_words_that_were_changed_shows_both_versions(page: Page, app: App) -> None:
    """Changed, read, and undone; then taken out, which is another thing to say."""
    name, before = "cases/peterborough-one-service.md", app.corpus / "cases/peterborough-one-service.md"
    page.goto(f"{app.url}/{CASE}")
    page.locator("#p-no-trial").get_by_role("link", name="Link to this passage").click()
    expect(page).to_have_url(re.compile("passage=no-trial&v=[0-9a-f]{8}$"))
    expect(page.locator(".kb-changed")).to_have_count(0)
    link, whole, word = page.url, before.read_bytes(), "matched"
    after = whole.replace(word.encode(), b"mended")
    edit = corpus.Edit(path=name, before=whole, after=after)
    app.follows(lambda: corpus.writing.change(app.corpus, [edit], "Reword"))
    try:
        page.goto(link)
        told = page.locator("#p-no-trial .kb-changed")
        expect(told.locator("del").first).to_contain_text(word)
        expect(told.locator("ins").first).to_contain_text("mended")
        expect(told).to_be_in_viewport()
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.wait_for_function(COLOURED, arg=scheme)
            assert _faults(page) == [], scheme
        for width in (390, 320):
            page.set_viewport_size({"width": width, "height": 800})
            fits(page, width)
    finally:
        app.follows(lambda: corpus.undo(app.corpus, corpus.find(app.corpus, None, corpus.Keeping()), corpus.Keeping()))
    assert before.read_bytes() == whole
    page.goto(link)
    expect(page.locator(".kb-here")).to_be_in_viewport()
    expect(page.locator(".kb-changed")).to_have_count(0)


def test_what_was_withdrawn_is_told_where_a_link_leads(page: Page, app: App) -> None:
    listed = app.corpus / corpus.WITHDRAWN
    listed.write_text("- {id: harbour, date: 2026-11-24, reason: The speaker no longer agrees.}\n", encoding="utf-8")
    try:
        page.goto(f"{app.url}/document?id=harbour&passage=quay")
        expect(page.get_by_role("heading", name="This case was withdrawn", level=1)).to_be_visible()
        expect(page.get_by_text("It was withdrawn on 24 November 2026: The speaker no longer agrees.")).to_be_visible()
        assert _faults(page) == []
    finally:
        listed.unlink()


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
    """Headings in order, no serious fault that axe knows in light and in dark, nothing wider than any screen.

    The page is opened on a phone, its window made wider and wider, and narrow again.
    """
    page.set_viewport_size({"width": 320, "height": 800})
    drawn(page, app, address)
    page.wait_for_load_state("networkidle")  # parts of a page may come with files of their own
    for width in (320, 390, 768, 1280, 1920, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        fits(page, width)
    headings_in_order(page)
    assert _faults(page) == []
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(COLOURED, arg="dark")
    assert _faults(page, COLOURS) == []
    for width in (768, 390, 320):
        page.set_viewport_size({"width": width, "height": 800})
        fits(page, width)


COLOURED = """(scheme) => {
    const page = getComputedStyle(document.querySelector("[data-testid=stApp]")).backgroundColor.match(/[0-9]+/g);
    const dark = page.slice(0, 3).reduce((sum, each) => sum + Number(each), 0) < 384;
    return dark === (scheme === "dark") && document.getAnimations().every((each) => each.playState !== "running");
}"""
"""Whether the page has taken on the colours, which fade."""


COLOURS = "{runOnly: ['color-contrast', 'link-in-text-block']}"
"""The rules of axe that the other colours can change."""


def _faults(page: Page, options: str = "{}") -> list[tuple[str, list[str]]]:
    if page.evaluate("!window.axe"):
        page.evaluate(Axe().axe_script)
    found = page.evaluate(f"axe.run(document, {options}).then(each => each.violations)")
    return [
        (each["id"], [node["html"][:150] for node in each["nodes"][:3]])
        for each in found
        if each["impact"] in ("serious", "critical")
    ]


ADDED = """---
title: {title}
kind: case
countries: [NZ]
stage: delivering
sector: health
sources:
  - {{id: s, title: A report, publisher: Somebody, read: whole}}
---

A case that was added while the app ran. [@s]

## In their words

> {words}
>
> — someone {{#odd .key speaker_role=worker}} [@s]
"""


def test_a_file_added_while_the_app_runs_is_found_and_shown_as_written_everywhere(page: Page, app: App) -> None:
    title = "Added $1 :red[x] (fictional)"
    words = "pay $5 or $6 :red[zyzzogeton] &lt; <b>bold</b> <script>alert(1)</script> -> javascript:x"
    file = app.corpus / "cases" / "zz-odd.md"
    page.goto(f"{app.url}/?q=zyzzogeton&mode=words")
    expect(page.locator(".kb-note, .kb-card").first).to_be_visible()
    app.follows(lambda: file.write_text(ADDED.format(title=title, words=words), encoding="utf-8"))
    try:
        for address in ("?q=zyzzogeton&mode=words", "document?id=zz-odd&passage=odd", "voices?country=NZ"):
            page.goto(f"{app.url}/{address}")
            expect(page.locator("blockquote")).to_contain_text(words.replace("&lt;", "<"))
            expect(page.locator("h1, .kb-card h3, [data-testid=stPageLink]", has_text=title).first).to_be_visible()
    finally:
        app.follows(file.unlink)
    page.goto(f"{app.url}/?q=zyzzogeton&mode=words")
    expect(page.locator(".kb-note, .kb-card").first).to_be_visible()
    expect(page.locator("blockquote")).to_have_count(0)
