"""A running app over a corpus of its own, and a browser that looks at it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.app import ARGUMENTS
from sibkb.settings import Settings
from tests.conftest import ROOT, browser_path


@dataclass(frozen=True)
class App:
    """A running app."""

    url: str
    corpus: Path


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
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            wait_for(f"http://localhost:{port}/_stcore/health", process, folder / "log")
            yield App(url=f"http://localhost:{port}", corpus=folder / "corpus")
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


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A new window; a request to anywhere but this machine, or an error of the page, fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(20_000)
    asked, failed = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: failed.append(str(error)))
    yield page
    context.close()
    assert not [url for url in asked if not url.startswith(("http://localhost:", "data:", "blob:http://localhost:"))]
    assert not failed


def fits(page: Page, width: int) -> None:
    """Nothing stands out of a screen of this width."""
    over = page.evaluate(
        """() => [...document.querySelectorAll("[data-testid=stMain] *")]
            .filter(e => e.getBoundingClientRect().right > innerWidth + 1 && e.getClientRects().length)
            .map(e => e.outerHTML.slice(0, 120))"""
    )
    assert over == []
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= width


def headings_in_order(page: Page) -> None:
    """One title, and no heading more than a level below the one before."""
    tags = page.eval_on_selector_all("[data-testid=stMain] :is(h1,h2,h3)", "l => l.map(e => e.tagName)")
    levels = [int(tag[1]) for tag in tags]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
