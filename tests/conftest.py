"""What tests share: the corpus and its index, a few of its files, the app's environment, a browser where there is one.

The index of the whole corpus is built once, by the worker that begins with tests/test_built.py, in about a minute; its
vectors serve all other indexes. Meanwhile the others run what needs no index.
"""

import os

os.environ |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
# Before NumPy and torch come in, here and in what is started from here: the workers of pytest have all cores, and
# threads that wait for each other double the work.

import contextlib
import functools
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from sibkb import corpus, generations, kb, vocabulary
from sibkb.settings import Settings

settings.register_profile("sibkb", deadline=None)  # a deadline is a timed test: machines are shared and noisy
settings.load_profile("sibkb")

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT / "corpus"
FILES = sorted(CORPUS.glob("*/*.md"))
"""Every case and interview."""
FEW = (
    "cases/dwp-innovation-fund.md",
    "cases/newpin-nsw.md",
    "cases/peterborough-one-service.md",
    "cases/rikers-island-able.md",
    "interviews/interview-roles-in-government.md",
)
FIRST = "test_built.py"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
os.environ["SIBKB_SETTINGS"] = os.devnull  # whoever runs the tests may have settings in this folder
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


@pytest.fixture(scope="session")
def base(built: Settings) -> kb.KnowledgeBase:
    """The knowledge base over that index."""
    return kb.open_kb(built)


@pytest.fixture(scope="session")
def few(built: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A few files of the corpus and their index, where its size is not the point; not to be changed."""
    folder = tmp_path_factory.mktemp("few")
    given = Settings(corpus=folder / "corpus", indexes=folder / "indexes")
    for name in (*FEW, "LICENSE.md"):
        (given.corpus / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(built.corpus / name, given.corpus / name)
    (given.corpus / corpus.QUERIES).write_text(few_queries(), encoding="utf-8")
    shutil.copytree(built.indexes, given.indexes)
    whole = generations.current(given.indexes)
    assert kb.build(given).published.encoded == 0
    shutil.rmtree(given.indexes / str(whole))
    return given


def few_queries() -> str:
    """Every fourth of the judged queries that the few files answer, or nothing does."""
    answered = {Path(name).stem for name in FEW}
    _, *each = re.split(r"^(?=- id)", (CORPUS / corpus.QUERIES).read_text(encoding="utf-8"), flags=re.MULTILINE)
    asked = [query for query in each if answered.issuperset(re.findall(r"^    ([a-z0-9-]+)\.", query, re.MULTILINE))]
    return "".join(asked[::4])


@pytest.fixture
def copy(few: Settings, tmp_path: Path) -> Settings:
    """A copy of the few files and their index, for a test to change."""
    shutil.copytree(few.corpus, tmp_path / "corpus")
    shutil.copytree(few.indexes, tmp_path / "indexes")
    return Settings(corpus=tmp_path / "corpus", indexes=tmp_path / "indexes")


@pytest.fixture
def own_words() -> Iterator[None]:
    """For a test in which a team's own words are taken up: none are afterwards."""
    yield
    vocabulary.adopt({})


@pytest.fixture(scope="session")
def _scanned() -> Iterator[None]:
    """The first run of every app under test reads the metadata of all installed packages: once is enough."""
    from streamlit.components.v2 import manifest_scanner

    with pytest.MonkeyPatch.context() as patch:
        once = functools.cache(manifest_scanner.scan_component_manifests)
        patch.setattr(manifest_scanner, "scan_component_manifests", once)
        yield


@pytest.fixture
def settled(built: Settings, monkeypatch: pytest.MonkeyPatch, _scanned: None) -> Settings:
    """The environment of an app over that index, which stays open from test to test."""
    monkeypatch.setenv("SIBKB_CORPUS", str(built.corpus))
    monkeypatch.setenv("SIBKB_INDEXES", str(built.indexes))
    monkeypatch.setenv("SIBKB_FOLLOW", "0")
    return built


@pytest.fixture
def afresh(settled: Settings) -> Iterator[Settings]:
    """The same with nothing open before or after, for a test that opens something else, or in another way."""
    import streamlit as st

    st.cache_resource.clear()
    yield settled
    st.cache_resource.clear()


@pytest.fixture
def shared() -> Iterator[Path]:
    """A folder that any user may enter, unlike `tmp_path`."""
    with tempfile.TemporaryDirectory(prefix="sibkb-shared-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The build first, then what does not wait for it, then the rest; of each the longest files first."""
    tests = Counter(item.path for item in items)
    waiting = {item.path for item in items if "built" in item.fixturenames}
    items.sort(key=lambda item: (item.path.name != FIRST, item.path in waiting, -tests[item.path], item.path))
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
