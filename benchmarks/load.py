"""Many readers at once: how long a page takes them, what it costs the server, and where one process ends."""

import argparse
import asyncio
import contextlib
import itertools
import os
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Self, TypeVar
from urllib.parse import parse_qs

import numpy as np
from websockets.exceptions import WebSocketException

from benchmarks import app
from benchmarks.reader import Browser, Page, Visit
from sibkb.evaluating import read_queries
from sibkb.settings import Settings

Result = TypeVar("Result")

SESSIONS: Final = (1, 20, 50, 100)
AT_ONCE: Final = (1, 2, 4, 8, 16)
"""Sessions without think time; from two on, one is always waiting for the other."""
CARD: Final = 'class="kb-card'
NOTHING: Final = "Nothing matches well"
WAITING: Final = "meaning joins in a moment"
FAILURE: Final = 'class="kb-failure'
WARM: Final = 20
"""Runs before anything is measured."""
COLUMNS: Final = (
    "sessions",
    "think s",
    "reruns",
    "a second",
    "p50 ms",
    "p95 ms",
    "first page p95 ms",
    "errors",
    "MB a session",
    "cores",
    "CPU ms a rerun",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What to measure."""

    url: str | None = None
    """Of an app that runs already; else one is started for every row."""
    pids: tuple[int, ...] = ()
    """The processes behind that URL, where they are on this machine."""
    sessions: tuple[int, ...] | None = None
    think: float | None = None
    seconds: float = 60
    arrive: float = 30

    @classmethod
    def of(cls, given: argparse.Namespace) -> Self:
        """What was given on the command line."""
        return cls(
            url=given.url,
            pids=tuple(given.pid),
            sessions=given.sessions,
            think=given.think,
            seconds=given.seconds,
            arrive=given.arrive,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One row."""

    sessions: int
    think: float
    """Mean seconds between a page and the next click, exponential."""
    seconds: float
    """How long to measure, once all have come."""
    arrive: float
    """Seconds over which they come."""


@dataclass(slots=True)
class Tally:
    """What the readers of one row met."""

    first: list[float] = field(default_factory=list)
    runs: list[tuple[float, float]] = field(default_factory=list)
    """When each ended, and the seconds it took."""
    errors: Counter[str] = field(default_factory=Counter)


def add_options(parser: argparse._ArgumentGroup) -> None:
    """The part of the command line that is ours."""
    standard = Options()
    parser.add_argument("--url", help="of an app that runs already; else one is started for every row")
    parser.add_argument(
        "--pid", type=int, action="append", default=[], help="of a process behind --url; can be repeated"
    )
    parser.add_argument("--sessions", type=_numbers, help=f"default {_told(SESSIONS)}; for ceiling {_told(AT_ONCE)}")
    parser.add_argument("--think", type=float, help="mean seconds of thought; default 5, and 15 above 20 sessions")
    parser.add_argument("--seconds", type=float, default=standard.seconds, help="to measure; default %(default)s")
    parser.add_argument(
        "--arrive", type=float, default=standard.arrive, help="over which they come; default %(default)s"
    )


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split(",")))


def _told(numbers: Sequence[int]) -> str:
    return ",".join(map(str, numbers))


def readers(settings: Settings, options: Options) -> Iterator[str]:
    """People who read what they found before they ask again."""
    yield from _measured(settings, options, SESSIONS, lambda sessions: 5 if sessions <= 20 else 15)


def ceiling(settings: Settings, options: Options) -> Iterator[str]:
    """Readers who never think: where reruns a second stop growing, one process ends."""
    yield from _measured(settings, replace(options, think=0, arrive=min(options.arrive, 3)), AT_ONCE, lambda _: 0)


def _measured(
    settings: Settings, options: Options, sessions: Sequence[int], thought: Callable[[int], float]
) -> Iterator[str]:
    questions = _questions(settings.corpus / "queries.yaml")
    yield f"| {' | '.join(COLUMNS)} |\n|{' --- |' * len(COLUMNS)}"
    errors: Counter[str] = Counter()
    ours: list[float] = []
    for number in options.sessions or sessions:
        think = thought(number) if options.think is None else options.think
        plan = Plan(sessions=number, think=think, seconds=options.seconds, arrive=options.arrive)
        with _app(settings, options) as (url, pids):
            begun = time.process_time(), time.perf_counter()
            tally, row = run(_row(url, pids, plan, questions))
            ours.append((time.process_time() - begun[0]) / (time.perf_counter() - begun[1]))
        errors += tally.errors
        yield row
    yield f"\nThe readers themselves took up to {max(ours):.2f} of a core."
    yield from (f"- {count} × {error}" for error, count in errors.most_common())


def run(task: Coroutine[Any, Any, Result]) -> Result:
    """Run it in a thread of its own, for whoever calls may have a loop that runs already."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, task).result()


def _questions(path: Path) -> list[str]:
    judged, _ = read_queries(path.name, path.read_text(encoding="utf-8"))
    return [each.text for each in judged if each.split == "tune" and each.grades]


@contextlib.contextmanager
def _app(settings: Settings, options: Options) -> Iterator[tuple[str, tuple[int, ...]]]:
    """URL and processes; a fresh one for every row, since what one row leaves in memory would be the next one's."""
    if options.url:
        yield options.url, options.pids
        return
    with app.running(settings) as server:
        yield server.url, (server.pid,)


async def _row(url: str, pids: Sequence[int], plan: Plan, questions: Sequence[str]) -> tuple[Tally, str]:
    await _warm(url, questions, 4 * len(pids) if len(pids) > 1 else 1)
    tally, stop = Tally(), asyncio.Event()
    memory = _memory(pids)
    async with asyncio.TaskGroup() as group:
        for number in range(plan.sessions):
            group.create_task(_reader(Browser(url), number, plan, questions, (tally, stop)))
        await asyncio.sleep(plan.arrive)
        begun, cpu = time.perf_counter(), _cpu(pids)
        await asyncio.sleep(plan.seconds)
        ended, cpu, memory = time.perf_counter(), _cpu(pids) - cpu, _memory(pids) - memory
        stop.set()
    runs = [seconds for end, seconds in tally.runs if begun <= end <= ended]
    cells = (
        f"{plan.sessions}",
        f"{plan.think:g}",
        f"{len(runs)}",
        f"{len(runs) / (ended - begun):.1f}",
        *(_milliseconds(runs, share) for share in (50, 95)),
        _milliseconds(tally.first, 95),
        f"{tally.errors.total()}",
        f"{memory / plan.sessions:.2f}" if pids else "–",
        f"{cpu / (ended - begun):.2f}" if pids else "–",
        f"{cpu / len(runs) * 1000:.0f}" if pids and runs else "–",
    )
    return tally, f"| {' | '.join(cells)} |"


def _milliseconds(seconds: Sequence[float], share: int) -> str:
    return f"{np.percentile(seconds, share) * 1000:.0f}" if seconds else "–"


def _memory(pids: Sequence[int]) -> float:
    """Megabytes in memory."""
    pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in pids)
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _cpu(pids: Sequence[int]) -> float:
    """Seconds of a core used so far; the name of a process, in brackets, may hold spaces."""
    fields = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in pids]
    return sum(int(each[11]) + int(each[12]) for each in fields) / os.sysconf("SC_CLK_TCK")


async def _warm(url: str, questions: Sequence[str], visits: int) -> None:
    """The first readers wait for meaning, and for what a process does only once; behind a proxy there are several."""
    for _ in range(visits):
        async with Browser(url).visit() as visit:
            await visit.run()
            for question in itertools.islice(itertools.cycle(questions), WARM):
                await visit.run(q=question)
                while WAITING in visit.page.html():
                    await asyncio.sleep(0.5)
                    await visit.run()


async def _reader(
    browser: Browser, number: int, plan: Plan, questions: Sequence[str], told: tuple[Tally, asyncio.Event]
) -> None:
    """Come, ask, read and ask on; who is cut off comes back to where they were, as a browser does."""
    tally, stop = told
    dice = np.random.default_rng(number)
    await asyncio.sleep(plan.arrive * number / plan.sessions)
    while not stop.is_set():
        try:
            async with browser.visit() as visit:
                tally.first.append(await visit.run())
                tally.errors.update(wrong(visit.page, browser.address, {}))
                while not await _over(stop, dice.exponential(plan.think)):
                    step = _step(visit, dice, questions)
                    seconds = await visit.run(**step)
                    tally.runs.append((time.perf_counter(), seconds))
                    tally.errors.update(wrong(visit.page, browser.address, step))
        except (OSError, WebSocketException, LookupError) as error:
            tally.errors[f"{type(error).__name__}: {error}"] += 1
            await _over(stop, 1)


async def _over(stop: asyncio.Event, seconds: float) -> bool:
    """Wait; whether all was over before that."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
    return stop.is_set()


def _step(visit: Visit, dice: np.random.Generator, questions: Sequence[str]) -> dict[str, Any]:
    """Mostly another question; at times a kind of passage chosen or let go, or the next page of this answer."""
    chance, widgets, kinds = dice.random(), visit.page.widgets(), list(visit.page.choices("kind"))
    if CARD in visit.page.html() and chance < 0.2 and kinds:
        return {"kind": () if visit.state("kind").string_array_value.data else (str(dice.choice(kinds)),)}
    if "page" in widgets and chance < 0.4 and (page := visit.state("page").int_value) < widgets["page"].num_pages:
        return {"page": page + 1}
    return {"q": str(dice.choice(questions))}


def wrong(page: Page, address: str, step: dict[str, Any]) -> Iterator[str]:
    """What a reader would complain of."""
    html, asked = page.html(), parse_qs(address)
    yield from (f"exception in the page: {message}" for message in page.exceptions())
    if FAILURE in html:
        yield "the knowledge base cannot be opened"
    elif "q" not in page.widgets():
        yield "no search box"
    elif asked and CARD not in html and NOTHING not in html:
        yield "neither a card nor a word that nothing was found"
    for key in step.keys() & {"q", "page"}:
        if asked.get(key) != [str(step[key])]:
            yield f"the page does not show the {key} that was asked for"
