"""How long things take, as medians and ratios of one run; machines are shared and noisy, so only ratios travel."""

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from sibkb import kb, search, words
from sibkb.evaluating import read_queries
from sibkb.model import Filters, Query
from sibkb.settings import Settings
from sibkb.ui import cards

ROUNDS: Final = 5
OTHERS: Final = "import sentence_transformers"


def timed(work: Callable[[], object]) -> float:
    """Seconds that the work took."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def row(name: str, seconds: Sequence[float]) -> str:
    """One line of a table: the median and the slowest of twenty."""
    return f"| {name} | {np.percentile(seconds, 50) * 1000:.1f} | {np.percentile(seconds, 95) * 1000:.1f} |"


def query(settings: Settings) -> Iterator[str]:
    """Where the time of a query goes, over all judged queries, in one process with the model warm."""
    base = kb.open_kb(settings)
    base.warm()
    judged, _ = read_queries("queries.yaml", (settings.corpus / "queries.yaml").read_text(encoding="utf-8"))
    steps = [_steps(base, each.text) for each in judged]
    yield "| step | median ms | 95th percentile ms |\n| --- | --- | --- |"
    for name in steps[0]:
        yield row(name, [each[name] for each in steps])


def _steps(base: kb.KnowledgeBase, text: str) -> dict[str, float]:
    """Each leg alone, then the whole: what is left is completing scores, fusion, marks and facets; then the page."""
    engine, terms = base.engine, words.analyse(text)
    vector = base.encoder.encode_queries([text])[0]
    encode = timed(lambda: base.encoder.encode_queries([text]))
    by_words = timed(lambda: engine.matching(terms, Filters(), search.DEPTH))
    by_meaning = timed(lambda: engine.nearest(vector, Filters(), search.DEPTH))
    query = Query(text=text)
    whole = timed(lambda: search.search(engine, query, lambda _: vector))
    hits = search.search(engine, query, lambda _: vector).hits
    return {
        "encode the question": encode,
        "ask the words": by_words,
        "ask the meaning": by_meaning,
        "fuse, mark, count facets": whole - by_words - by_meaning,
        "all of it": encode + whole,
        "draw its cards": timed(lambda: [cards.card([hit], text) for hit in hits]),
    }


def cold(settings: Settings) -> Iterator[str]:
    """A whole `sibkb search` from a cold process, against importing sentence-transformers alone."""
    given = ["--corpus", str(settings.corpus), "--indexes", str(settings.indexes)]
    ours = [sys.executable, "-m", "sibkb", *given, "search", "who did the legwork", "-k", "3"]
    theirs = [sys.executable, "-c", OTHERS]
    pairs = [(timed(lambda: _run(ours)), timed(lambda: _run(theirs))) for _ in range(ROUNDS)]
    ratio = statistics.median(one / other for one, other in pairs)
    yield "| command | median s |\n| --- | --- |"
    yield f"| `sibkb search` | {statistics.median(one for one, _ in pairs):.2f} |"
    yield f'| `python -c "{OTHERS}"` | {statistics.median(other for _, other in pairs):.2f} |'
    yield f"| ratio, pair by pair | {ratio:.2f} |"


def build(settings: Settings) -> Iterator[str]:
    """A build of everything, of one changed file, and of nothing new, in fresh processes."""
    with tempfile.TemporaryDirectory() as folder:
        corpus, indexes = Path(folder) / "corpus", Path(folder) / "indexes"
        shutil.copytree(settings.corpus, corpus)
        command = [sys.executable, "-m", "sibkb", "--corpus", str(corpus), "--indexes", str(indexes), "build", "--json"]
        changed = max(corpus.rglob("*.md"), key=lambda path: path.stat().st_size)
        builds = [("everything", *_built(command))]
        changed.write_text(changed.read_text(encoding="utf-8").replace("the ", "that ", 20), encoding="utf-8")
        builds += [("the longest file, changed", *_built(command)), ("nothing new", *_built(command))]
    yield "| build | texts encoded | seconds | of the whole |\n| --- | --- | --- | --- |"
    for name, seconds, encoded in builds:
        yield f"| {name} | {encoded} | {seconds:.1f} | {seconds / builds[0][1]:.2f} |"


def _built(command: list[str]) -> tuple[float, int]:
    """Seconds, and texts encoded."""
    start = time.perf_counter()
    told: dict[str, Any] = json.loads(_run(command))
    return time.perf_counter() - start, told["encoded"]


def _run(command: list[str]) -> bytes:
    return subprocess.run(command, check=True, capture_output=True).stdout
