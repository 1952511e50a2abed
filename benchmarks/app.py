"""From the start of the process to the first page, and to the first answer that meaning has joined, in a browser."""

import contextlib
import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sibkb.errors import SibkbError
from sibkb.serving import free_port
from sibkb.settings import Settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT: Final = Path(__file__).resolve().parent.parent
ARGUMENTS: Final = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
QUESTION: Final = "who should lead the work inside government"
ROUNDS: Final = 3


def start(settings: Settings) -> Iterator[str]:
    """Seconds since the process was started, and the time of a search once all is warm."""
    if _chromium() is None:
        yield "No browser: skipped."
        return
    rounds = [_round(settings) for _ in range(ROUNDS)]
    yield "| since the start of the process | median s |\n| --- | --- |"
    for name in rounds[0]:
        yield f"| {name} | {statistics.median(each[name] for each in rounds):.2f} |"


def pages(settings: Settings) -> Iterator[str]:
    """With all warm: a key press to the finished page, and each page by a link inside the app and opened anew."""
    if _chromium() is None:
        yield "No browser: skipped."
        return
    with _browser() as browser, running(settings) as server:
        page = browser.new_page()
        page.goto(f"{server.url}/?q={QUESTION.replace(' ', '+')}")
        page.get_by_text("close in meaning too").first.wait_for()
        yield "| with all warm | times | median s | slowest s |\n| --- | --- | --- | --- |"
        keys = [_asked(page, question) for question in QUESTIONS]
        yield _row("a question, key press to finished page", keys)
        for name, (address, sign) in PAGES.items():
            moves = []
            for _ in range(ROUNDS):
                page.goto(server.url)
                page.locator(".kb-counts").wait_for()
                _finished(page)
                begun = time.perf_counter()
                page.evaluate(FOLLOW, address)
                page.locator(sign).first.wait_for()
                _finished(page)
                moves.append(time.perf_counter() - begun)
            yield _row(f"{name}, by a link", moves)
            yield _row(f"{name}, opened anew", [_opened(page, server.url + address, sign) for _ in range(ROUNDS)])


FOLLOW: Final = """(address) => { const inside = document.querySelector("[data-testid=stHtml]");
    const link = Object.assign(document.createElement("a"), {href: address}); inside.append(link); link.click(); }"""
"""Follow a link as a click on one does."""
PAGES: Final = {
    "Browse, cards": ("/browse", ".kb-listed"),
    "Browse, table": ("/browse?view=table", ".kb-table"),
    "Browse, timeline": ("/browse?view=timeline", ".kb-timeline"),
    "Compare": ("/compare?id=peterborough-one-service&id=rikers-island-able&id=newpin-nsw", ".kb-abreast"),
    "Document": ("/document?id=peterborough-one-service&passage=no-trial", ".kb-here"),
    "Lessons, all themes": ("/lessons", ".kb-themes"),
    "Lessons, one theme": ("/lessons?theme=outcome-metrics", "#thin"),
    "Voices": ("/voices", ".kb-voice"),
    "Coverage": ("/coverage", ".kb-matrix"),
    "Glossary": ("/glossary", ".kb-entry"),
    "About": ("/about", "table"),
}
QUESTIONS: Final = (
    "Goldman Sachs loss",
    "probation reform Peterborough",
    "price list for outcomes",
    "who lost money",
    "data sharing agreement",
    "senior champion",
    "frontline staff burned out",
    "why did the bond end early",
    "investors repaid ahead of time",
    "evaluation without control group",
    "procurement rules",
    "referrals lower than expected",
)


def _asked(page: "Page", question: str) -> float:
    box = page.locator("input[type=search]")
    box.fill(question)
    begun = time.perf_counter()
    box.press("Enter")
    page.wait_for_url(lambda url: question.split(maxsplit=1)[0] in url)
    page.locator(".kb-card").first.wait_for()
    _finished(page)
    return time.perf_counter() - begun


def _opened(page: "Page", url: str, sign: str) -> float:
    begun = time.perf_counter()
    page.goto(url)
    page.locator(sign).first.wait_for()
    _finished(page)
    return time.perf_counter() - begun


def _finished(page: "Page") -> None:
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()


def _row(name: str, seconds: list[float]) -> str:
    return f"| {name} | {len(seconds)} | {statistics.median(seconds):.2f} | {max(seconds):.2f} |"


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A running app."""

    url: str
    pid: int
    begun: float
    """When the process was started, on the clock of `time.perf_counter`."""
    healthy: float
    """Seconds until it answered."""


@contextlib.contextmanager
def running(settings: Settings) -> Iterator[Server]:
    """The app as people start it, until the end of the block."""
    port = free_port("localhost", random.randrange(20000, 30000))  # noqa: S311 — others may look for one at this moment
    environment = os.environ | {"SIBKB_CORPUS": str(settings.corpus), "SIBKB_INDEXES": str(settings.indexes)}
    command = [sys.executable, "-m", "sibkb", "app", "--port", str(port)]
    begun = time.perf_counter()
    server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
    try:
        seconds = healthy(server, port, begun)
        yield Server(url=f"http://localhost:{port}", pid=server.pid, begun=begun, healthy=seconds)
    finally:
        server.send_signal(signal.SIGINT)
        server.wait()


def _round(settings: Settings) -> dict[str, float]:
    with _browser() as browser, running(settings) as server:
        times = {"the server is healthy": server.healthy}
        page = browser.new_page()
        page.goto(f"{server.url}/?q={QUESTION.replace(' ', '+')}")
        page.get_by_text("Why it is here").first.wait_for()
        times["the first page with hits"] = time.perf_counter() - server.begun
        page.get_by_text("close in meaning too").first.wait_for()
        times["the first answer that meaning has joined"] = time.perf_counter() - server.begun
        times["a further search, key press to hits (not since the start)"] = _search(page)
        return times


def _chromium() -> str | None:
    return shutil.which("chromium") or shutil.which("google-chrome")


@contextlib.contextmanager
def _browser() -> Iterator["Browser"]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_chromium(), args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


def _search(page: "Page") -> float:
    box = page.get_by_role("searchbox").or_(page.get_by_role("textbox")).first
    seconds = []
    for question in ("Goldman Sachs loss", "probation reform Peterborough", "price list for outcomes"):
        box.fill(question)
        begun = time.perf_counter()
        box.press("Enter")
        page.get_by_text(f"Has your words: {question.split()[0]}", exact=False).first.wait_for()
        seconds.append(time.perf_counter() - begun)
    return statistics.median(seconds)


def healthy(server: subprocess.Popen[bytes], port: int, begun: float) -> float:
    """Seconds from when it was begun until it answers at that port."""
    while server.poll() is None:
        try:
            with urllib.request.urlopen(f"http://localhost:{port}/_stcore/health", timeout=1):
                return time.perf_counter() - begun
        except OSError:
            time.sleep(0.02)
    raise SibkbError("the app ended before it answered — run `sibkb app` to see why")
