"""Judged queries and a ranking -> figures.

A passage graded 2 or 3 answers a query. Averages are over all queries with an answer; one whose answers are not found
counts as zero. nDCG takes the grades as they are (linear gain, as trec_eval does). Queries without an answer are
counted apart: the share for which nothing was shown as a hit.
"""

import json
import math
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sibkb.model import FILTER_FIELDS, FILTER_WORDS, MODES, Filters, Json, Problem, takes
from sibkb.schemas import TEXT, Schema, some, table, whole
from sibkb.strict_yaml import Located, StrictYamlError, Value, load

SPLITS: Final = ("tune", "held-out", "oblique")
"""What figures may be tuned on; what is run once; and paraphrases that share no word on purpose, the hard end."""
ANSWERS: Final = 2
"""The lowest grade that answers."""
DEPTH: Final = 20
_KEYS: Final = ("id", "text", "about", "split", "answers")
_MAY: Final = "filters"
"""What a query may have besides."""
CODES: Final[Mapping[str, str]] = {
    "Q001": "the judged queries are no list in the YAML we read",
    "Q002": "an entry is no judged query",
    "Q003": "a grade that is none",
    "Q004": "an answer that is no passage of the corpus",
    "Q006": "an id that two queries share",
    "Q007": "the recorded figures are not as `sibkb eval --save` writes them",
}
"""Code -> what is wrong, in `queries.yaml` and `evaluation.yaml`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A query and the passages that answer it."""

    id: str
    text: str
    about: str
    split: str
    grades: Mapping[str, int]
    """Passage id -> 1, 2 or 3; all others are 0. Empty where the corpus has no answer."""
    filters: Filters = field(default_factory=Filters)
    """What the person has narrowed it down to."""


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
    first = first_right(right, ranking, 10)
    return Row(
        query=query,
        ranking=tuple(ranking[:DEPTH]),
        success_1=float(first == 1),
        success_3=float(first is not None and first <= 3),
        mrr_10=1 / first if first else 0.0,
        ndcg_10=ndcg(query.grades, ranking, 10),
        recall_20=recall(right, ranking, DEPTH),
    )


def first_right(right: Collection[str], ranking: Sequence[str], depth: int) -> int | None:
    """The place of the first right one among the first `depth`, counted from 1; its inverse is the reciprocal rank."""
    return next((place for place, id in enumerate(ranking[:depth], 1) if id in right), None)


def recall(right: Collection[str], ranking: Sequence[str], depth: int) -> float:
    """The share of the right ones that are among the first `depth`; 0 where none is right."""
    return len({*right} & {*ranking[:depth]}) / len(right) if right else 0.0


def ndcg(grades: Mapping[str, float], ranking: Sequence[str], depth: int) -> float:
    """Normalised discounted cumulative gain with linear gain (Järvelin and Kekäläinen 2002, as in trec_eval)."""
    gains = [grades.get(id, 0) for id in ranking[:depth]]
    ideal = _discounted(sorted(grades.values(), reverse=True)[:depth])
    return _discounted(gains) / ideal if ideal else 0.0


def _discounted(gains: Iterable[float]) -> float:
    return sum(gain / math.log2(place + 1) for place, gain in enumerate(gains, 1))


def run(queries: Iterable[Judged], rank: Callable[[Judged], Sequence[str]]) -> list[Row]:
    """Ask every query."""
    return [judge(query, rank(query)) for query in queries]


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
    if not isinstance(entry, dict) or {*entry} - {_MAY} != {*_KEYS}:
        fix = f"give it exactly these keys: {', '.join(_KEYS)}; and `{_MAY}` where it has any"
        return None, [_problem(path, located.place((i,)), "Q002", "this is no judged query", fix)]
    if entry["split"] not in SPLITS:
        fix = f"use one of: {', '.join(SPLITS)}"
        return None, [_problem(path, located.place((i, "split")), "Q002", f"unknown split `{entry['split']}`", fix)]
    filters = _filters(entry.get(_MAY, {}))
    if filters is None:
        fix = "write a mapping such as {kind: [quote], country: [GB]} in the words of docs/corpus-format.md"
        return None, [_problem(path, located.place((i, _MAY)), "Q002", "these are no filters", fix)]
    answers = entry["answers"] if isinstance(entry["answers"], dict) else {}
    problems = list(_check_answers(path, located, i, answers, known))
    return Judged(
        id=str(entry["id"]),
        text=str(entry["text"]),
        about=str(entry["about"]),
        split=str(entry["split"]),
        grades={id: int(str(grade)) for id, grade in answers.items() if str(grade) in ("1", "2", "3")},
        filters=filters,
    ), problems


def json_schema() -> Json:
    """The JSON Schema of `queries.yaml`, for editors."""
    words: dict[str, Schema] = {name: {"enum": [*known]} for name, known in FILTER_WORDS.items()}
    country: Schema = {"type": "string", "pattern": "^[A-Z]{2}$"}
    filters = {name: some(words.get(name, country), minItems=1) for name in FILTER_FIELDS}
    special: dict[str, Schema] = {
        "split": {"enum": [*SPLITS]},
        "answers": {"type": "object", "additionalProperties": {"enum": [1, 2, 3, "1", "2", "3"]}},
    }
    needed = {name: special.get(name, TEXT) for name in _KEYS}
    return whole("Judged queries", some(table(needed, {_MAY: table({}, filters)})))


def _filters(given: Value) -> Filters | None:
    """The filters of a query; None where a field or a word of them is unknown."""
    if not isinstance(given, dict):
        return None
    words = {name: tuple(map(str, values)) if isinstance(values, list) else () for name, values in given.items()}
    known = all(name in FILTER_FIELDS and values and all(takes(name, each) for each in values)
                for name, values in words.items())  # fmt: skip
    return Filters(**words) if known else None  # type: ignore[arg-type]  # `years` is no word


def _check_answers(
    path: str, located: Located, i: int, answers: Mapping[str, Value], known: set[str] | None
) -> Iterable[Problem]:
    for id, grade in answers.items():
        place = located.place((i, "answers", id, "key"))
        if grade not in ("1", "2", "3"):
            yield _problem(path, place, "Q003", f"the grade of `{id}` is no grade", "use 1, 2 or 3")
        elif known is not None and id not in known:
            yield _problem(path, place, "Q004", f"there is no passage `{id}`", "name one that `sibkb show` knows")


def _repeated(path: str, located: Located, queries: Sequence[Judged]) -> list[Problem]:
    seen: set[str] = set()
    problems = []
    for i, query in enumerate(queries):
        if query.id in seen:
            place = located.place((i, "id"))
            problems.append(_problem(path, place, "Q006", f"the id `{query.id}` is given twice", "give it another"))
        seen.add(query.id)
    return problems


# Figures on record


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """The figures of one split in one mode."""

    split: str
    mode: str
    figures: Figures


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """How well search answered the judged queries, and when, and what was searched."""

    date: str
    """The day, ISO 8601."""
    generation: str
    """The index that was asked."""
    documents: int
    passages: int
    encoder: str
    measured: tuple[Measured, ...]
    """All splits in all modes, in their order."""

    def of(self, split: str, mode: str) -> Figures:
        """The figures of a split in a mode."""
        return next(each.figures for each in self.measured if (each.split, each.mode) == (split, mode))


_RECORD: Final = """\
# How well search answers the judged queries of queries.yaml. `sibkb eval --save` makes this file anew: run it after a
# change to the corpus or to ranking, and do not edit the figures. The About page shows them.
#
# n: queries with an answer. S@1, S@3: share of these with a right passage first, among the first three. MRR@10,
# nDCG@10, Recall@20: see docs/search.md. unanswerable: queries to which the corpus has no answer. refused: share of
# these for which nothing was shown as a hit.
"""
_COUNT: Final = re.compile("[0-9]{1,9}")
_SHARE: Final = re.compile(r"0(\.[0-9]+)?|1(\.0+)?")
_NAME: Final = re.compile(".+")
_DATE: Final = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")
_HEAD: Final[Mapping[str, tuple[re.Pattern[str], str]]] = {
    "date": (_DATE, "a day such as 2026-11-24"),
    "generation": (_NAME, "the name of an index"),
    "documents": (_COUNT, "a number"),
    "passages": (_COUNT, "a number"),
    "encoder": (_NAME, "the name of an encoder"),
}
"""Key above the figures -> what its value must look like, and what that is."""
_FIGURES: Final[Mapping[str, str]] = {
    "n": "queries",
    "S@1": "success_1",
    "S@3": "success_3",
    "MRR@10": "mrr_10",
    "nDCG@10": "ndcg_10",
    "Recall@20": "recall_20",
    "unanswerable": "unanswerable",
    "refused": "refused",
}
"""What the file calls a figure -> what `Figures` calls it."""
_ROW: Final = ("split", "mode", *_FIGURES)
_COUNTS: Final = ("n", "unanswerable")
_AGAIN: Final = "run `sibkb eval --save`, which makes the file anew"


def write_evaluation(evaluation: Evaluation) -> str:
    """The text of the file that keeps the figures."""
    head = [
        f"date: {evaluation.date}",
        f"generation: {json.dumps(evaluation.generation, ensure_ascii=False)}",
        f"documents: {evaluation.documents}",
        f"passages: {evaluation.passages}",
        f"encoder: {json.dumps(evaluation.encoder, ensure_ascii=False)}",
        "figures:",
    ]
    return "\n".join([_RECORD.rstrip(), *head, *map(_written, evaluation.measured)]) + "\n"


def _written(measured: Measured) -> str:
    figures = {name: getattr(measured.figures, field) for name, field in _FIGURES.items()}
    told = [f"{name}: {value if name in _COUNTS else f'{value:.4f}'}" for name, value in figures.items()]
    return f"  - {{split: {measured.split}, mode: {measured.mode}, {', '.join(told)}}}"


def read_evaluation(path: str, text: str | None) -> tuple[Evaluation | None, list[Problem]]:
    """Read the recorded figures; None where none are kept, or where something is wrong with them."""
    if text is None:
        return None, []
    try:
        located = load(text)
    except StrictYamlError as error:
        return None, [_problem(path, error.place, "Q007", str(error), _AGAIN)]
    problems = [_problem(path, place, "Q007", what, _AGAIN) for place, what in _faults(located)]
    return (None if problems else _evaluation(located.value)), problems


def _faults(located: Located) -> Iterator[tuple[tuple[int, int], str]]:
    """Where the file is not as we write it, and in what."""
    value = located.value
    if not isinstance(value, dict) or sorted(value) != sorted([*_HEAD, "figures"]):
        yield (1, 1), f"these keys are wanted here: {', '.join([*_HEAD, 'figures'])}"
        return
    for key, (pattern, what) in _HEAD.items():
        if not _fits(value[key], pattern):
            yield located.place((key,)), f"`{key}` is not {what}"
    yield from _row_faults(located, value["figures"])


def _row_faults(located: Located, rows: Value) -> Iterator[tuple[tuple[int, int], str]]:
    wanted = [(split, mode) for split in SPLITS for mode in MODES]
    if not isinstance(rows, list) or len(rows) != len(wanted):
        yield located.place(("figures",)), f"{len(wanted)} rows are wanted here, one a split and mode"
        return
    for i, (row, (split, mode)) in enumerate(zip(rows, wanted, strict=True)):
        if not isinstance(row, dict) or sorted(row) != sorted(_ROW):
            yield located.place(("figures", i)), f"these keys are wanted here: {', '.join(_ROW)}"
            continue
        if (row["split"], row["mode"]) != (split, mode):
            yield located.place(("figures", i)), f"the row of `{split}` in `{mode}` is wanted here"
        for name in _FIGURES:
            if not _fits(row[name], _COUNT if name in _COUNTS else _SHARE):
                what = "a number" if name in _COUNTS else "a share between 0 and 1"
                yield located.place(("figures", i, name)), f"`{name}` is not {what}"


def _fits(value: Value, pattern: re.Pattern[str]) -> bool:
    return isinstance(value, str) and bool(pattern.fullmatch(value))


def _evaluation(value: Any) -> Evaluation:
    """The figures of a file without a fault."""
    return Evaluation(
        date=value["date"],
        generation=value["generation"],
        documents=int(value["documents"]),
        passages=int(value["passages"]),
        encoder=value["encoder"],
        measured=tuple(Measured(split=row["split"], mode=row["mode"], figures=_read(row)) for row in value["figures"]),
    )


def _read(row: Mapping[str, str]) -> Figures:
    counts = {_FIGURES[name]: int(row[name]) for name in _COUNTS}
    shares = {field: float(row[name]) for name, field in _FIGURES.items() if name not in _COUNTS}
    return Figures(**counts, **shares)  # type: ignore[arg-type]
