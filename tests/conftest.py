"""The small real things that tests share: a corpus of a few files, its index, and a browser where there is one."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from sibkb import kb
from sibkb.settings import Settings

settings.register_profile("sibkb", deadline=None)  # a deadline is a timed test: machines are shared and noisy
settings.load_profile("sibkb")

ROOT = Path(__file__).resolve().parent.parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
REQUIRED = os.environ.get("SIBKB_REQUIRE_BROWSER") == "1"


def browser_path() -> str | None:
    """The browser that CHROME names, else the first one installed."""
    named = os.environ.get("CHROME")
    return shutil.which(named) if named else next(filter(None, map(shutil.which, BROWSERS)), None)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A copy of the corpus and its index, made once with the real encoder; not to be changed.

    The checkout's own index is brought up to date first, by one of the workers while the others wait: its vectors are
    used again.
    """
    kb.build(Settings())
    folder = tmp_path_factory.mktemp("built")
    given = Settings(corpus=folder / "corpus", indexes=folder / "indexes")
    shutil.copytree(ROOT / "corpus", given.corpus)
    with contextlib.suppress(shutil.Error):  # a generation that is removed meanwhile is only not used
        shutil.copytree(ROOT / "indexes", given.indexes)
    kb.build(given)
    return given


@pytest.fixture
def shared() -> Iterator[Path]:
    """A folder that any user may enter, unlike `tmp_path`."""
    with tempfile.TemporaryDirectory(prefix="sibkb-shared-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if browser_path() is None:
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(pytest.mark.skip(reason="no browser"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = [report for report in terminalreporter.stats.get("skipped", ()) if "browser" in report.keywords]
    if skipped:
        terminalreporter.section("NO BROWSER", sep="!", red=True)
        terminalreporter.write_line(
            f"{len(skipped)} BROWSER TESTS WERE SKIPPED: the pages were not tried in a browser.\n"
            "To try them: apt-get install chromium, or set CHROME to the path of a Chrome or Chromium.",
            red=True,
        )


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if REQUIRED and browser_path() is None and session.testscollected:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
