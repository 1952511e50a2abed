"""Judged queries and a ranking -> figures.

A passage graded 2 or 3 answers a query. Averages are over all queries with an answer; one whose answers are not found
counts as zero. nDCG takes the grades as they are (linear gain, as trec_eval does). Queries without an answer are
counted apart: the share for which nothing was shown as a hit.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sibkb.model import Problem
from sibkb.strict_yaml import Located, StrictYamlError, Value, load

SPLITS: Final = ("tune", "held-out", "oblique")
"""What figures may be tuned on; what is run once; and paraphrases that share no word on purpose, the hard end."""
ANSWERS: Final = 2
"""The lowest grade that answers."""
DEPTH: Final = 20
_KEYS: Final = ("id", "text", "about", "split", "answers")


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A query and the passages that answer it."""

    id: str
    text: str
    about: str
    split: str
    grades: Mapping[str, int]
    """Passage id -> 1, 2 or 3; all others are 0. Empty where the corpus has no answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How well a ranking answers, each between 0 and 1."""

    queries: int
    success_1: float
    success_3: float
    mrr_10: float
    ndcg_10: float
    recall_20: float
    unanswerable: int
    refused: float
    """Share of the queries without an answer for which no hit was shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One query's outcome."""

    query: Judged
    ranking: tuple[str, ...]
    success_1: float
    success_3: float
    mrr_10: float
    ndcg_10: float
    recall_20: float


def judge(query: Judged, ranking: Sequence[str]) -> Row:
    """Figures of one ranking of passage ids, best first."""
    right = {id for id, grade in query.grades.items() if grade >= ANSWERS}
    first = next((place for place, id in enumerate(ranking[:10], 1) if id in right), None)
    return Row(
        query=query,
        ranking=tuple(ranking[:DEPTH]),
        success_1=float(first == 1),
        success_3=float(first is not None and first <= 3),
        mrr_10=1 / first if first else 0.0,
        ndcg_10=ndcg(query.grades, ranking, 10),
        recall_20=len(right & set(ranking[:DEPTH])) / len(right) if right else 0.0,
    )


def ndcg(grades: Mapping[str, float], ranking: Sequence[str], depth: int) -> float:
    """Normalised discounted cumulative gain with linear gain (Järvelin and Kekäläinen 2002, as in trec_eval)."""
    gains = [grades.get(id, 0) for id in ranking[:depth]]
    ideal = _discounted(sorted(grades.values(), reverse=True)[:depth])
    return _discounted(gains) / ideal if ideal else 0.0


def _discounted(gains: Iterable[float]) -> float:
    return sum(gain / math.log2(place + 1) for place, gain in enumerate(gains, 1))


def run(queries: Iterable[Judged], rank: Callable[[str], Sequence[str]]) -> list[Row]:
    """Ask every query."""
    return [judge(query, rank(query.text)) for query in queries]


def summarise(rows: Sequence[Row]) -> Figures:
    """Average the rows."""
    answered = [row for row in rows if any(grade >= ANSWERS for grade in row.query.grades.values())]
    empty = [row for row in rows if not row.query.grades]

    def mean(values: Sequence[float]) -> float:
        return sum(values) / len(values) if values else 0.0

    return Figures(
        queries=len(answered),
        success_1=mean([row.success_1 for row in answered]),
        success_3=mean([row.success_3 for row in answered]),
        mrr_10=mean([row.mrr_10 for row in answered]),
        ndcg_10=mean([row.ndcg_10 for row in answered]),
        recall_20=mean([row.recall_20 for row in answered]),
        unanswerable=len(empty),
        refused=mean([float(not row.ranking) for row in empty]),
    )


def read_queries(path: str, text: str, known: Iterable[str] | None = None) -> tuple[list[Judged], list[Problem]]:
    """Read the judged queries; with the known passage ids, answers that point nowhere are problems too."""
    try:
        located = load(text)
    except StrictYamlError as error:
        return [], [_problem(path, error.place, "Q001", str(error), error.fix)]
    if not isinstance(located.value, list):
        return [], [_problem(path, (1, 1), "Q001", "a list of queries is wanted here", "begin each with `- id: q001`")]
    ids = None if known is None else set(known)
    queries: list[Judged] = []
    problems: list[Problem] = []
    for i, entry in enumerate(located.value):
        query, found = _query(path, located, i, entry, ids)
        problems += found
        queries += [query] if query else []
    return queries, problems + _repeated(path, located, queries)


def _problem(path: str, place: tuple[int, int], code: str, message: str, fix: str) -> Problem:
    return Problem(path=path, line=place[0], column=place[1], code=code, message=message, fix=fix)


def _query(
    path: str, located: Located, i: int, entry: Value, known: set[str] | None
) -> tuple[Judged | None, list[Problem]]:
    if not isinstance(entry, dict) or sorted(entry) != sorted(_KEYS):
        fix = f"give it exactly these keys: {', '.join(_KEYS)}"
        return None, [_problem(path, located.place((i,)), "Q002", "this is no judged query", fix)]
    if entry["split"] not in SPLITS:
        fix = f"use one of: {', '.join(SPLITS)}"
        return None, [_problem(path, located.place((i, "split")), "Q002", f"unknown split `{entry['split']}`", fix)]
    answers = entry["answers"] if isinstance(entry["answers"], dict) else {}
    problems = list(_check_answers(path, located, i, answers, known))
    return Judged(
        id=str(entry["id"]),
        text=str(entry["text"]),
        about=str(entry["about"]),
        split=str(entry["split"]),
        grades={id: int(str(grade)) for id, grade in answers.items() if str(grade) in ("1", "2", "3")},
    ), problems


def _check_answers(
    path: str, located: Located, i: int, answers: Mapping[str, Value], known: set[str] | None
) -> Iterable[Problem]:
    for id, grade in answers.items():
        place = located.place((i, "answers", id, "key"))
        if grade not in ("1", "2", "3"):
            yield _problem(path, place, "Q003", f"the grade of `{id}` is no grade", "use 1, 2 or 3")
        elif known is not None and id not in known:
            yield _problem(path, place, "Q004", f"there is no passage `{id}`", "name one that `sibkb show` knows")
        elif known is not None and _generated(id):
            yield _problem(path, place, "Q005", f"`{id}` changes with its text", "give that passage a name: {#name}")


def _generated(id: str) -> bool:
    kind, _, rest = id.rpartition(".")[2].partition("-")
    return kind.isalpha() and len(rest.split("-")[0]) == 8 and set(rest.split("-")[0]) <= set("0123456789abcdef")


def _repeated(path: str, located: Located, queries: Sequence[Judged]) -> list[Problem]:
    seen: set[str] = set()
    problems = []
    for i, query in enumerate(queries):
        if query.id in seen:
            place = located.place((i, "id"))
            problems.append(_problem(path, place, "Q006", f"the id `{query.id}` is given twice", "give it another"))
        seen.add(query.id)
    return problems
