"""How long things take, as medians and ratios of one run; machines are shared and noisy, so only ratios travel."""

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from sibkb import kb, search, words
from sibkb.evaluating import read_queries
from sibkb.model import Filters, Query
from sibkb.settings import Settings

ROUNDS = 5


def timed(work: Callable[[], object]) -> float:
    """Seconds that the work took."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def row(name: str, seconds: list[float]) -> str:
    """One line of a table: median and the slowest in twenty."""
    ordered = sorted(seconds)
    slow = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
    return f"| {name} | {statistics.median(ordered) * 1000:.1f} | {slow * 1000:.1f} |"


def query(settings: Settings) -> Iterator[str]:
    """Where the time of a query goes, over all judged queries, in one process with the model warm."""
    base = kb.open_kb(settings)
    base.warm()
    judged, _ = read_queries("queries.yaml", (settings.corpus / "queries.yaml").read_text(encoding="utf-8"))
    texts = [each.text for each in judged]
    vectors = [base.encoder.encode_queries([text])[0] for text in texts]
    terms = [words.analyse(text) for text in texts]
    engine = base.engine
    encode = [timed(lambda text=text: base.encoder.encode_queries([text])) for text in texts]
    by_words = [timed(lambda each=each: engine.matching(each, Filters(), search.DEPTH)) for each in terms]
    by_meaning = [timed(lambda vector=vector: engine.nearest(vector, Filters(), search.DEPTH)) for vector in vectors]
    rest = [
        timed(lambda text=text, vector=vector: search.search(engine, Query(text=text), vector))
        for text, vector in zip(texts, vectors, strict=True)
    ]
    yield "| step | median ms | 95th percentile ms |\n| --- | --- | --- |"
    yield row("encode the question", encode)
    yield row("ask the words", by_words)
    yield row("ask the meaning", by_meaning)
    yield row("a whole search without encoding: both legs, fusion, marks, facets", rest)


def cold(settings: Settings) -> Iterator[str]:
    """A whole `sibkb search` from a cold process, against importing sentence-transformers alone."""
    given = ["--corpus", str(settings.corpus), "--indexes", str(settings.indexes)]
    ours = [sys.executable, "-m", "sibkb", *given, "search", "who did the legwork", "-k", "3"]
    theirs = [sys.executable, "-c", "import sentence_transformers"]
    pairs = [(timed(lambda: _run(ours)), timed(lambda: _run(theirs))) for _ in range(ROUNDS)]
    ratio = statistics.median(one / other for one, other in pairs)
    yield "| command | median s |\n| --- | --- |"
    yield f"| `sibkb search` | {statistics.median(one for one, _ in pairs):.2f} |"
    yield f'| `python -c "import sentence_transformers"` | {statistics.median(other for _, other in pairs):.2f} |'
    yield f"| ratio, pair by pair | {ratio:.2f} |"


def build(settings: Settings) -> Iterator[str]:
    """A build of everything, of one changed file, and of nothing new, in fresh processes."""
    with tempfile.TemporaryDirectory() as folder:
        corpus, indexes = Path(folder) / "corpus", Path(folder) / "indexes"
        shutil.copytree(settings.corpus, corpus)
        command = [sys.executable, "-m", "sibkb", "--corpus", str(corpus), "--indexes", str(indexes), "build"]
        everything = timed(lambda: _run(command))
        path = corpus / "cases" / "newpin-nsw.md"
        path.write_text(path.read_text(encoding="utf-8").replace("Newpin", "NewPIN", 5), encoding="utf-8")
        one = timed(lambda: _run(command))
        nothing = timed(lambda: _run(command))
    yield "| build | seconds | of the whole |\n| --- | --- | --- |"
    for name, seconds in (("everything", everything), ("one changed file", one), ("nothing new", nothing)):
        yield f"| {name} | {seconds:.1f} | {seconds / everything:.2f} |"


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, capture_output=True)
