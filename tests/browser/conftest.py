"""A running app over a corpus of its own, and a browser that looks at it: one of each for all tests of a worker."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from playwright.sync_api import TimeoutError as TookTooLong

from benchmarks.app import ARGUMENTS
from sibkb import generations
from sibkb.settings import Settings
from tests.conftest import ROOT, browser_path

PATIENCE = 20_000
"""Milliseconds that anything may take: machines are shared, and what comes sooner is not waited for."""
expect.set_options(timeout=PATIENCE)


@dataclass(frozen=True)
class App:
    """A running app."""

    url: str
    corpus: Path
    indexes: Path

    def follows(self, change: Callable[[], object]) -> None:
        """Change a file of the corpus, and wait until the app has built the index anew."""
        before, end = generations.current(self.indexes), time.monotonic() + 90
        change()
        while generations.current(self.indexes) == before:
            assert time.monotonic() < end, "the app did not follow"
            time.sleep(0.1)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def app(built: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The app as it is run, following a copy of the corpus that tests may change."""
    folder = tmp_path_factory.mktemp("app")
    shutil.copytree(built.corpus, folder / "corpus")
    shutil.copytree(built.indexes, folder / "indexes")
    port = free_port()
    environment = os.environ | {"SIBKB_CORPUS": str(folder / "corpus"), "SIBKB_INDEXES": str(folder / "indexes")}
    environment.pop("SIBKB_FOLLOW", None)
    environment["SIBKB_EDIT"] = "1"
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            wait_for(f"http://localhost:{port}/_stcore/health", process, folder / "log")
            yield App(url=f"http://localhost:{port}", corpus=folder / "corpus", indexes=folder / "indexes")
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(20)


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310
                return
        except OSError:
            assert process.poll() is None, log.read_text()
            time.sleep(0.1)
    raise AssertionError(log.read_text())


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path(), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """The windows of one reader: what the app is made of is fetched and compiled for the first alone."""
    with browser.new_context() as context:
        yield context


@pytest.fixture(scope="session")
def window(context: BrowserContext) -> Page:
    """One window for all tests: a page that is opened where another was costs less than half of one in a new window."""
    window = context.new_page()
    window.set_default_timeout(PATIENCE)
    return window


@pytest.fixture
def page(window: Page) -> Iterator[Page]:
    """The window, as new; a request to anywhere but this machine, or an error of the page, fails the test.

    What a page is given with `add_init_script` would stay for all tests that follow: change the page that is open.
    """
    asked: list[str] = []
    failed: list[str] = []
    heard = {"request": lambda request: asked.append(request.url), "pageerror": lambda error: failed.append(str(error))}
    window.set_viewport_size({"width": 1280, "height": 900})
    for event, hear in heard.items():
        window.on(event, hear)
    yield window
    window.goto("about:blank")
    for event, hear in heard.items():
        window.remove_listener(event, hear)
    window.emulate_media(color_scheme="light")
    window.context.clear_permissions()
    assert not [
        url for url in asked if not url.startswith(("http://localhost:", "data:", "blob:http://localhost:", "about:"))
    ]
    assert not failed


def stopped(page: Page) -> None:
    """Wait until the page has stopped running."""
    expect(page.locator("[data-testid=stApp]")).to_have_attribute("data-test-script-state", "notRunning")


def quiet(page: Page) -> None:
    """Wait until the page has its title and has stopped running."""
    expect(page.locator("h1")).to_be_visible()
    stopped(page)


TOO_WIDE = """() => {
    const scrolls = (e) => ["auto", "scroll"].includes(getComputedStyle(e).overflowX) && e.dataset.testid !== "stMain";
    const inside = (e) => { while ((e = e.parentElement)) if (scrolls(e)) return true; };
    return [...document.querySelectorAll("[data-testid=stMain] *")]
        .filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && e.getClientRects().length && !inside(e))
        .map((e) => e.outerHTML.slice(0, 120));
}"""
"""What stands out of the screen, unless it is meant to be scrolled by itself."""


def fits(page: Page, width: int) -> None:
    """Nothing stands out of a screen of this width, once what depends on it is drawn anew."""
    with contextlib.suppress(TookTooLong):  # what stands out is told below
        page.wait_for_function(f"!({TOO_WIDE})().length", timeout=5000)
    assert page.evaluate(TOO_WIDE) == [], width
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= width


def headings_in_order(page: Page) -> None:
    """One title, and no heading more than a level below the one before."""
    levels = page.eval_on_selector_all(
        "[data-testid=stMain] :is(h1,h2,h3,h4)", "l => l.filter(e => e.checkVisibility()).map(e => +e.tagName[1])"
    )
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
