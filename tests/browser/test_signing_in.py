"""Signing in in a real browser, with a real provider of OpenID Connect on this machine: reader, editor, stranger.

The provider uses a part of Authlib that its makers will remove: that warning is not ours.
"""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from released import ACCESS, WORDS, write

from tests.browser.conftest import PATIENCE, fits, free_port, quiet, wait_for
from tests.conftest import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180), pytest.mark.filterwarnings("ignore")]
ED, REA, EVE = "ed@example.org", "rea@example.org", "eve@elsewhere.org"
PEOPLE = {sub: {"email": sub, "email_verified": True} for sub in (ED, REA, EVE)}
"""Who -> what the provider says of them."""


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """Its address."""
    import oidc_provider_mock

    people = [oidc_provider_mock.User(sub=sub, claims=claims) for sub, claims in PEOPLE.items()]
    with oidc_provider_mock.run_server_in_thread(user_claims=people) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture(scope="module")
def url(provider: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An app in which people sign in, over the made-up corpus."""
    folder, port = tmp_path_factory.mktemp("signing"), free_port()
    write(folder / "corpus")
    (folder / "sibkb.toml").write_text(f'corpus = "corpus"\nindexes = "indexes"\n{ACCESS}', encoding="utf-8")
    (folder / "secrets.toml").write_text(
        f'[auth]\nredirect_uri = "http://localhost:{port}/oauth2callback"\ncookie_secret = "{"made-up-" * 4}"\n'
        f'client_id = "sibkb"\nclient_secret = "made-up"\n'
        f'server_metadata_url = "{provider}/.well-known/openid-configuration"\n',
        encoding="utf-8",
    )
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SIBKB_")}
    environment["SIBKB_SETTINGS"] = str(folder / "sibkb.toml")
    ports = ["--server.port", str(port), "--secrets.files", str(folder / "secrets.toml")]
    with (folder / "log").open("w") as log:
        command = [sys.executable, "-m", "streamlit", "run", "app.py", *ports]
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            wait_for(f"http://localhost:{port}/_stcore/health", process, folder / "log")
            yield f"http://localhost:{port}"
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(20)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A window of somebody who was never here; what the provider's page would fetch from elsewhere is not fetched."""
    with browser.new_context() as context:
        context.route(re.compile(r"^(?!http://localhost:)"), lambda route: route.abort())
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        yield page


def sign_in(page: Page, url: str, sub: str) -> None:
    page.goto(f"{url}/browse")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name=sub, exact=True).first.click()
    page.get_by_role("button", name="Sign out").wait_for()
    page.goto(f"{url}/browse")
    page.get_by_role("button", name="Sign out").wait_for()
    quiet(page)


def cases(page: Page) -> list[str]:
    expect(page.locator(".kb-card").first).to_be_visible()
    return sorted(re.findall(r"The (\w+) bond", " ".join(page.locator(".kb-card h3").all_inner_texts())))


def taken(page: Page) -> str:
    page.get_by_text("Take all documents away").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV", exact=True).click()
    return Path(download.value.path()).read_text(encoding="utf-8-sig")


def test_an_editor_sees_all_and_adds_a_reader_and_a_stranger_do_not(page: Page, url: str) -> None:
    sign_in(page, url, ED)
    expect(page.get_by_text(f"{ED}: editor")).to_be_visible()
    assert cases(page) == sorted(WORDS.values())
    file = taken(page)
    assert all(word in file for word in WORDS.values())
    page.get_by_role("link", name="Add", exact=True).first.click()
    expect(page.get_by_text("What do you have?")).to_be_visible()
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 900})
        fits(page, width)
    found = Axe().run(page, context="[class*=st-key-signing]", options={"resultTypes": ["violations"]})
    assert found.violations_count == 0, found.generate_report()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/oauth2/end_session*")  # signed out here; the provider asks whether there too
    page.goto(f"{url}/browse")
    page.get_by_role("button", name="Sign in").wait_for()
    quiet(page)
    assert cases(page) == ["zebra"]
    page.goto(f"{url}/document?id=internal")
    expect(page.locator("h1")).to_have_text("There is no such case here")


@pytest.mark.parametrize(
    ("sub", "told"),
    [
        (REA, f"{REA}: reader"),
        (EVE, f"{EVE} is not on the list, or the address is not verified: you see what everyone sees."),
    ],
)
def test_others_see_what_is_public(page: Page, url: str, sub: str, told: str) -> None:
    sign_in(page, url, sub)
    expect(page.get_by_text(told)).to_be_visible()
    assert cases(page) == ["zebra"]
    file = taken(page)
    assert "zebra" in file
    assert not [word for release, word in WORDS.items() if release != "public" and word in file]
    expect(page.get_by_role("link", name="Add", exact=True)).to_have_count(0)
    page.goto(f"{url}/add")
    expect(page.get_by_text("Adding is for editors")).to_be_visible()
