"""The Lessons and Coverage pages in a real browser: history, ways to passages and back, copying, phones, keyboard."""

import re
from collections.abc import Iterator

import pytest
import yaml
from playwright.sync_api import Locator, Page, expect

from sibkb import kb
from sibkb.model import Filters
from sibkb.settings import Settings
from tests.browser.conftest import App, fits, quiet

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

THEME = "pricing-and-value"
SAYS = "Three say <b>that</b> for $5 and :red[more]."


@pytest.fixture(scope="module", autouse=True)
def written(app: App, built: Settings) -> Iterator[list[str]]:
    """What is written on one theme while these tests run: a paragraph and a contested point; the lessons that agree."""
    engine = kb.open_kb(built).engine
    lessons = engine.passages(engine.allowed(Filters(kind=("lesson",), theme=(THEME,))))
    ids = [each.id for each in {each.document_id: each for each in lessons}.values()]
    (voice, *_) = engine.allowed(Filters(kind=("perspective",), theme=(THEME,)))
    point = {"says": SAYS, "agree": ids[:3], "differ": [voice], "turns_on": "What a year costs."}
    text = {"paragraph": [{"says": "Prices were guessed.", "rests_on": ids[:2]}], "points": [point]}
    file = app.corpus / "themes" / f"{THEME}.yaml"
    before = file.read_text(encoding="utf-8") if file.exists() else None
    file.parent.mkdir(exist_ok=True)
    file.write_text(yaml.safe_dump(text, sort_keys=False), encoding="utf-8")
    yield ids[:3]
    if before is None:
        file.unlink()
    else:
        file.write_text(before, encoding="utf-8")


def drawn(page: Page) -> None:
    """Wait until the page has stopped running and all of it is drawn."""
    quiet(page)
    expect(page.locator("[data-testid=stSkeleton]")).to_have_count(0)


def titled(page: Page, title: str) -> None:
    """Wait for the page of that title, which for a moment stands beside the one before."""
    expect(page.locator("h1")).to_have_text(title)


def opened(page: Page, app: App, address: str) -> str:
    page.goto(app.url + address)
    return seen(page)


def seen(page: Page) -> str:
    drawn(page)
    return page.locator("[data-testid=stMain]").inner_text()


def point(page: Page) -> Locator:
    return page.locator(".st-key-point-1")


def test_from_all_themes_to_one_narrowed_down_and_back_to_the_same(page: Page, app: App) -> None:
    all_themes = opened(page, app, "/lessons")
    page.evaluate("window.sameWindow = true")
    page.locator(".kb-themes").get_by_role("link", name="Pricing and value").click()
    titled(page, "Pricing and value")
    expect(page).to_have_url(re.compile(rf"/lessons\?theme={THEME}$"))
    one = seen(page)
    page.get_by_role("button", name=re.compile(r"^Contracting \(")).click()
    expect(page).to_have_url(re.compile("work-stage=contracting"))
    expect(page.get_by_text(re.compile(r"^\d+ of \d+ lessons on this theme"))).to_be_visible()
    narrowed = seen(page)
    page.reload()
    expect(page.get_by_role("button", name="Stage of the work: Contracting")).to_be_visible()
    assert seen(page) == narrowed
    page.go_back()
    expect(page.get_by_role("button", name="Stage of the work: Contracting")).to_have_count(0)
    assert seen(page) == one
    page.go_back()
    titled(page, "Lessons")
    assert seen(page) == all_themes
    page.go_forward()
    titled(page, "Pricing and value")
    assert seen(page) == one


def test_a_theme_opens_without_loading_the_app_anew(page: Page, app: App) -> None:
    opened(page, app, f"/lessons?theme={THEME}&audience=commissioner")
    page.evaluate("window.sameWindow = true")
    page.get_by_role("navigation", name="Themes").get_by_role("link", name="Procurement").click()
    titled(page, "Procurement")
    expect(page).to_have_url(re.compile("theme=procurement&audience=commissioner"))
    page.get_by_role("link", name="All themes").click()
    titled(page, "Lessons")
    expect(page).to_have_url(re.compile(r"/lessons\?audience=commissioner$"))
    assert page.evaluate("window.sameWindow")


def test_a_number_leads_to_its_passage_and_back(page: Page, app: App, written: list[str]) -> None:
    before = opened(page, app, f"/lessons?theme={THEME}")
    name = written[1].partition(".")[2]
    page.get_by_role("link", name=re.compile("^Passage 2: ")).first.click()
    expect(page).to_have_url(re.compile(re.escape(f"passage={name}")))
    expect(page.locator(f"#p-{name}")).to_be_in_viewport()
    page.go_back()
    titled(page, "Pricing and value")
    assert seen(page) == before


def test_what_it_rests_on_opens_by_keyboard(page: Page, app: App) -> None:
    opened(page, app, f"/lessons?theme={THEME}")
    passages = page.locator(".kb-numbered")
    expect(passages).not_to_be_visible()
    page.get_by_text("The 2 passages it rests on").focus()
    page.keyboard.press("Enter")
    expect(passages.get_by_role("listitem")).to_have_count(2)
    expect(passages).to_be_visible()


@pytest.mark.parametrize(("width", "beside"), [(1280, True), (390, False)])
def test_both_sides_stand_beside_each_other_where_there_is_room(page: Page, app: App, width: int, beside: bool) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    opened(page, app, f"/lessons?theme={THEME}")
    agree, differ = (
        point(page).get_by_role("heading", name=name) for name in (re.compile("^They"), re.compile("^Oth"))
    )
    expect(agree).to_have_text("They say so (3)")
    expect(differ).to_have_text("Others say otherwise (1)")
    tops = [each.bounding_box()["y"] for each in (agree, differ)]
    assert (abs(tops[0] - tops[1]) < 30) == beside
    expect(point(page).locator("h3")).to_have_text(SAYS)


def test_a_point_is_copied_with_its_sources(page: Page, app: App, written: list[str]) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=app.url)
    opened(page, app, f"/lessons?theme={THEME}")
    point(page).get_by_role("button", name=re.compile("^Copy with sources")).click()
    expect(page.get_by_role("status").filter(has_text="Copied")).to_be_visible()
    text = page.evaluate("navigator.clipboard.readText()")
    assert text.startswith(f"{SAYS}\n— A point in sibkb")
    assert all(f"id {id}." in text for id in written)


def test_the_contents_lead_down_the_page_and_to_all_voices(page: Page, app: App) -> None:
    opened(page, app, f"/lessons?theme={THEME}")
    page.get_by_role("navigation", name="On this page").get_by_role("link", name="What is thin").click()
    expect(page.locator("#thin")).to_be_in_viewport()
    page.get_by_role("link", name=SAYS).click()
    expect(point(page).locator("h3")).to_be_in_viewport()
    page.get_by_role("link", name=re.compile(r"^All \d+ voices on this theme")).click()
    titled(page, "Voices")
    expect(page).to_have_url(re.compile(rf"/voices\?theme={THEME}$"))
    page.go_back()
    titled(page, "Pricing and value")


# Coverage


def cell(page: Page, name: re.Pattern[str]) -> Locator:
    return page.get_by_role("table").get_by_role("link", name=name)


def test_a_cell_leads_to_its_voices_and_back(page: Page, app: App) -> None:
    before = opened(page, app, "/coverage")
    link = cell(page, re.compile("^[0-9]+ voices?: Investor relations, Investors$"))
    count = link.inner_text()
    link.click()
    expect(page).to_have_url(re.compile(r"/voices\?theme=investor-relations&role=investor$"))
    expect(page.locator("[data-testid=stMain] h2").first).to_have_text(re.compile(rf"^{count} voice"))
    page.go_back()
    titled(page, "Coverage")
    assert seen(page) == before


def test_a_cell_of_lessons_leads_to_search_with_its_filters(page: Page, app: App) -> None:
    opened(page, app, "/coverage?kind=lesson&basis=stated")
    link = cell(page, re.compile("^[0-9]+ lessons?: Pricing and value, Contracting$"))
    count = link.inner_text()
    link.click()
    expect(page).to_have_url(re.compile(r"/\?kind=lesson&theme=pricing-and-value&work-stage=contracting&basis=stated$"))
    expect(page.locator("[data-testid=stMain] h2").first).to_have_text(re.compile(rf"^{count} passage"))


def test_an_empty_cell_says_so_and_leads_to_ways_on(page: Page, app: App) -> None:
    opened(page, app, "/coverage")
    empty = cell(page, re.compile("^No voice: ")).first
    expect(empty).to_have_text("none")
    empty.click()
    expect(page.locator("h2", has_text="Nobody says this here")).to_be_visible()


def test_the_view_is_in_the_address_and_back_returns_to_the_other(page: Page, app: App) -> None:
    voices = opened(page, app, "/coverage")
    page.get_by_role("radio", name="Lessons by stage of the work").or_(
        page.get_by_role("button", name="Lessons by stage of the work")
    ).first.click()
    expect(page).to_have_url(re.compile(r"/coverage\?kind=lesson$"))
    expect(page.locator("[data-testid=stMain] h2").first).to_have_text(re.compile("lessons on 19 themes"))
    lessons = seen(page)
    page.reload()
    expect(page.locator("[data-testid=stMain] h2").first).to_have_text(re.compile("lessons on 19 themes"))
    assert seen(page) == lessons
    page.go_back()
    expect(page.locator("[data-testid=stMain] h2").first).to_have_text(re.compile("voices on 19 themes"))
    assert seen(page) == voices


def test_a_cell_of_the_picture_leads_there_too(page: Page, app: App) -> None:
    opened(page, app, "/coverage")
    expect(page.get_by_role("figure", name=re.compile("^Grid of 19 themes by 15 roles"))).to_be_visible()
    number = cell(page, re.compile("^[0-9]+ voices?: Provider performance, Provider managers$")).inner_text()
    square = page.get_by_title(re.compile("^Provider performance, Provider managers: "))
    expect(square).to_have_text(number)
    square.click()
    expect(page).to_have_url(re.compile(r"/voices\?theme=provider-performance&role=provider$"))


def test_only_the_table_scrolls_and_its_themes_stay_in_sight(page: Page, app: App) -> None:
    opened(page, app, "/coverage")
    expect(page.locator(".kb-field")).to_be_visible()
    link = page.get_by_role("table").get_by_role("link", name=re.compile("voices?: Scaling$"))
    for width in (1280, 768, 390, 320):
        page.set_viewport_size({"width": width, "height": 800})
        fits(page, width)
        scroll = page.locator(".kb-scroll").bounding_box()
        assert scroll["x"] + scroll["width"] <= width
        link.blur()
        link.focus()
        theme = page.get_by_role("rowheader", name="Scaling")
        assert theme.bounding_box()["x"] >= 0
        expect(theme).to_be_in_viewport()
