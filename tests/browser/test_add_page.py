"""The Add page in a real browser: from a Word file to search, slips put right, by keyboard, on small screens."""

import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from files_in import word
from playwright.sync_api import Page, expect
from test_add import GOOD, SLIP
from test_intake import filled

from tests.browser.conftest import App, fits, headings_in_order, quiet

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


def given(page: Page, app: App, *files: tuple[str, bytes]) -> None:
    page.goto(f"{app.url}/add")
    page.get_by_label("Files (").first.wait_for(state="attached")
    page.locator("input[type=file]").set_input_files(
        [{"name": name, "mimeType": "application/octet-stream", "buffer": data} for name, data in files]
    )
    page.get_by_label("The file", exact=True).wait_for()
    quiet(page)


def test_from_a_word_file_to_search(page: Page, app: App) -> None:
    given(page, app, ("Harbour Street Homes.docx", word()))
    text = page.get_by_label("The file", exact=True)
    expect(page.get_by_role("heading", name=re.compile("things to mend"))).to_be_visible()
    quiet(page)
    page.locator(".kb-problems li", has_text="sector: TODO").get_by_role("button").click()
    assert text.evaluate("t => t.value.slice(t.selectionStart, t.selectionEnd)").startswith("sector: TODO")
    text.fill(filled(text.input_value()).replace("release: internal", "release: public"))
    page.keyboard.press("Control+Enter")
    page.get_by_role("button", name="Save it").click()
    try:
        expect(page.locator("#saved")).to_have_text(
            re.compile(r"^Saved as cases/harbour-street-homes\.md\. In search after \d+\.\d s\.$"), timeout=60_000
        )
        page.get_by_role("link", name="Find it in search").click()
        expect(page).to_have_url(f"{app.url}/?q=Harbour+Street+Homes")
        expect(page.locator(".kb-card h3").first).to_have_text("Harbour Street Homes")
    finally:
        app.follows((app.corpus / "cases/harbour-street-homes.md").unlink)


def test_slips_are_put_right_by_the_keyboard_and_the_file_is_downloaded(page: Page, app: App) -> None:
    given(page, app, ("slip.md", SLIP.encode()))
    page.get_by_role("button", name="Put these 2 right").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=re.compile("^Nothing is wrong"))).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the file").press("Enter")
    assert download.value.suggested_filename == "slip.md"
    assert Path(download.value.path()).read_text(encoding="utf-8") == GOOD


def test_a_file_that_is_far_too_large_never_leaves_the_browser(page: Page, app: App, tmp_path: Path) -> None:
    with (tmp_path / "large.pdf").open("wb") as large:
        large.truncate(300_000_000)
    page.goto(f"{app.url}/add")
    page.locator("input[type=file]").set_input_files(tmp_path / "large.pdf")
    expect(page.get_by_text("File must be 30.0MB or smaller.")).to_be_visible()


def test_it_fits_and_is_accessible(page: Page, app: App) -> None:
    given(page, app, ("slip.md", SLIP.encode()), ("bad.exe", b"MZ"))
    page.get_by_text("As readers will see it").click()
    headings_in_order(page)
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 900})
        fits(page, width)
    own = {"presentation-role-conflict": {"enabled": False}}  # Streamlit's own field for files has it
    found = Axe().run(page, options={"resultTypes": ["violations"], "rules": own})
    assert found.violations_count == 0, found.generate_report()
