"""Lists in a real browser: taken away whole, from the pages that show a part of them."""

import csv
import io
import re
from pathlib import Path

import docx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import App

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


def taken(page: Page, noun: str, kind: str) -> tuple[str, bytes]:
    page.get_by_text(f"Take all {noun} away").click()
    with page.expect_download() as download:
        page.get_by_role("button", name=kind, exact=True).click()
    return download.value.suggested_filename, Path(download.value.path()).read_bytes()


@pytest.mark.parametrize(
    ("address", "noun", "first"),
    [
        ("/?q=data+access&kind=lesson", "passages", {"Kind": "Lesson"}),
        ("/voices?kind=quote", "voices", {"Kind": "Quotation"}),
        ("/browse?country=GB&kind=case", "documents", {"Kind": "Case study"}),
    ],
)
def test_all_that_was_found_is_in_the_file(
    page: Page, app: App, address: str, noun: str, first: dict[str, str]
) -> None:
    page.goto(app.url + address)
    if "q=" in address:  # words answer alone until meaning has joined
        page.get_by_text("close in meaning too").first.wait_for()
    heading = page.locator("[data-testid=stMain] h2").first
    expect(heading).to_have_text(re.compile("^[0-9]+ "))
    count = int(re.match("[0-9]+", heading.inner_text())[0])
    name, data = taken(page, noun, "CSV")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert re.fullmatch(rf"sibkb-{noun}-[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}\.csv", name)
    assert len(rows) == count
    assert first.items() <= rows[0].items()
    page.goto(rows[-1]["Link"])
    expect(page.locator("[data-testid=stMain] h1")).to_have_text(rows[-1].get("Document") or rows[-1]["Title"])


def test_a_whole_case_from_its_page(page: Page, app: App) -> None:
    page.goto(f"{app.url}/document?id=rikers-island-able")
    expect(page.locator("h1")).to_contain_text("Rikers Island")

    def downloaded(kind: str) -> tuple[str, bytes]:
        with page.expect_download() as download:
            page.get_by_role("button", name=kind).click()
        return download.value.suggested_filename, Path(download.value.path()).read_bytes()

    file = (app.corpus / "cases/rikers-island-able.md").read_bytes()
    assert downloaded("Markdown") == ("rikers-island-able.md", file)
    name, data = downloaded("Word")
    made = docx.Document(io.BytesIO(data))
    assert name == "rikers-island-able.docx"
    assert made.core_properties.title == page.locator("h1").inner_text()
    assert f"{app.url}/document?id=rikers-island-able" in "".join(each.text for each in made.paragraphs)
