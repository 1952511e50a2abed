"""A folder with a public test collection -> what is searched, what is asked, and how well a ranking answers it.

corpus.jsonl     a line a document: `_id`, `title`, `text`
queries.jsonl    a line a question: `_id`, `text`
qrels.tsv        a line a judgement: question, document, grade; a document graded above 0 answers

That is BEIR's form (https://github.com/beir-cellar/beir/wiki/Load-your-custom-dataset), which has the judgements in
`qrels/test.tsv`; TREC's four columns are read, too.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final

from sibkb.errors import CorpusError
from sibkb.evaluating import Judged, first_right, ndcg, recall
from sibkb.model import Document, Passage, Problem
from sibkb.search import LONGEST

CODES: Final[Mapping[str, str]] = {
    "C001": "the line is not UTF-8 text",
    "C002": "the line is no JSON object",
    "C003": "the line has no id",
    "C004": "an id given twice",
    "C005": "the line has no text",
    "C006": "the line is no judgement",
    "C007": "a document judged twice, with different grades",
}
"""Code -> what is wrong in a line."""
FIRST: Final = 10
"""nDCG and MRR look at so many documents."""
DEPTH: Final = 100
"""Recall looks at so many."""
_MOST: Final = 20
"""So many problems are told one by one."""
_JUDGEMENTS: Final = ("qrels.tsv", "qrels.txt", "qrels/test.tsv")
_HEADS: Final = frozenset(("score", "grade", "label", "rel", "relevance", "relevancy", "judgement", "judgment"))
"""What the last column is called where the first line names the columns."""
_GRADE: Final = re.compile(r"[+-]?\d{1,9}(\.0*)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """What is searched, what is asked, and which passages answer it."""

    name: str
    documents: tuple[Document, ...]
    passages: tuple[Passage, ...]
    """One a document, with its id."""
    queries: tuple[Judged, ...]
    """Those that are judged, in the order of the judgements."""
    unjudged: int = 0
    """Questions left out since nothing is judged for them."""
    unasked: int = 0
    """Questions left out since they are judged and have no text."""
    absent: int = 0
    """Answers that are not among the documents: nobody can find them, and they count as not found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How well one question was answered."""

    query: Judged
    ranking: tuple[str, ...]
    """Ids of the first ten, best first."""
    ndcg_10: float
    mrr_10: float
    recall_100: float
    milliseconds: float
    """What a page of ten hits took."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Means over all questions; one that finds nothing, or has no answer, counts as 0."""

    queries: int
    ndcg_10: float
    mrr_10: float
    recall_100: float
    median_ms: float


def judge(query: Judged, ranking: Sequence[str], seconds: float) -> Outcome:
    """Figures of one ranking of ids, best first: nDCG with linear gain, each as trec_eval has it."""
    right = {id for id, grade in query.grades.items() if grade > 0}
    first = first_right(right, ranking, FIRST)
    return Outcome(
        query=query,
        ranking=tuple(ranking[:FIRST]),
        ndcg_10=ndcg(query.grades, ranking, FIRST),
        mrr_10=1 / first if first else 0.0,
        recall_100=recall(right, ranking, DEPTH),
        milliseconds=1000 * seconds,
    )


def summarise(outcomes: Sequence[Outcome]) -> Figures:
    """Average them."""

    def mean(values: Iterable[float]) -> float:
        return sum(values) / len(outcomes) if outcomes else 0.0

    return Figures(
        queries=len(outcomes),
        ndcg_10=mean(each.ndcg_10 for each in outcomes),
        mrr_10=mean(each.mrr_10 for each in outcomes),
        recall_100=mean(each.recall_100 for each in outcomes),
        median_ms=median(each.milliseconds for each in outcomes) if outcomes else 0.0,
    )


def read(folder: Path) -> Collection:
    """Read a collection; a CorpusError says every line that is wrong, or that there is nothing to ask."""
    files = _Files(folder)
    texts = files.rows("corpus.jsonl")
    asked = files.rows("queries.jsonl")
    judged = files.grades()
    files.refuse()
    ids = {row["id"] for row in texts}
    questions = {row["id"]: _plain(row["text"]) for row in asked}
    queries = tuple(_judged(id, questions[id], grades) for id, grades in judged.items() if id in questions)
    if not queries:
        raise CorpusError(f"no question of {folder} is judged — its ids must be the first column of the judgements")
    return Collection(
        name=folder.resolve().name,
        documents=tuple(map(_document, texts)),
        passages=tuple(map(_passage, texts)),
        queries=queries,
        unjudged=len(questions.keys() - judged.keys()),
        unasked=len(judged.keys() - questions.keys()),
        absent=sum(grade > 0 and id not in ids for query in queries for id, grade in query.grades.items()),
    )


class _Files:
    """The files of a folder while they are read, and what is wrong in them so far."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[Problem] = []

    def rows(self, name: str) -> list[dict[str, str]]:
        """The id, title and text of every line of a file."""
        found: dict[str, dict[str, str]] = {}
        path = self._path((name,))
        for number, line in self._lines(path):
            row = self._row(path, number, line)
            if row and row["id"] in found:
                self._report(path, number, "C004", f"the id `{row['id']}` is given twice", "give one of them another")
            elif row:
                found[row["id"]] = row
        return list(found.values())

    def grades(self) -> dict[str, dict[str, int]]:
        """Question -> document -> grade; one below 0 is 0."""
        found: dict[str, dict[str, int]] = {}
        path = self._path(_JUDGEMENTS)
        for place, (number, line) in enumerate(self._lines(path)):
            cells = [cell.strip() for cell in line.split("\t")] if "\t" in line else line.split()
            if place == 0 and cells[-1].casefold() in _HEADS:
                continue
            if len(cells) not in (3, 4) or not all(cells) or not _GRADE.fullmatch(cells[-1]):
                fix = "write question, document and a whole number as its grade, with tabs between them"
                self._report(path, number, "C006", "this is no judgement", fix)
                continue
            query, document, grade = cells[0], cells[-2], max(0, int(float(cells[-1])))
            if found.setdefault(query, {}).setdefault(document, grade) != grade:
                told = f"`{document}` is judged twice for `{query}`, with different grades"
                self._report(path, number, "C007", told, "keep one of them")
        return found

    def refuse(self) -> None:
        """Raise what is wrong, if anything is."""
        if self.problems:
            more = f", the first {_MOST} of them" if len(self.problems) > _MOST else ""
            count = f"{len(self.problems)} line{'' if len(self.problems) == 1 else 's'}"
            raise CorpusError(f"{self.folder} cannot be used as it is: {count}{more} — correct them",
                              self.problems[:_MOST])  # fmt: skip

    def _path(self, names: Sequence[str]) -> Path:
        """The file, by the first of its names that is there."""
        for name in names:
            if (self.folder / name).is_file():
                return self.folder / name
        wanted = "corpus.jsonl, queries.jsonl and qrels.tsv"
        raise CorpusError(f"there is no {names[0]} in {self.folder} — a collection has {wanted}")

    def _lines(self, path: Path) -> Iterator[tuple[int, str]]:
        """The lines that are not empty, with their numbers."""
        try:
            with path.open("rb") as file:
                for number, data in enumerate(file, 1):
                    try:
                        line = data.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
                    except UnicodeDecodeError as error:
                        told = f"byte 0x{data[error.start]:02x} is not UTF-8"
                        self._report(path, number, "C001", told, "save the file as UTF-8")
                        continue
                    if line.strip():
                        yield number, line
        except OSError as error:
            raise CorpusError(f"{path} cannot be read: {error.strerror} — see to its rights") from error

    def _row(self, path: Path, number: int, line: str) -> dict[str, str] | None:
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            told = getattr(error, "msg", "it is nested too deep")
            self._report(path, number, "C002", f"this is no JSON: {told}", "write one object a line")
            return None
        if not isinstance(row, dict):
            self._report(path, number, "C002", "this is no JSON object", 'write {"_id": "…", "text": "…"}')
            return None
        id = row.get("_id", row.get("id"))
        if isinstance(id, bool) or not isinstance(id, str | int) or not str(id).strip():
            self._report(path, number, "C003", "there is no `_id`", "give it one: a text or a whole number")
            return None
        given = [row.get("title"), row.get("text")]
        if not {"title", "text"} & row.keys() or not all(isinstance(each, str | None) for each in given):
            self._report(path, number, "C005", "there is no `text`", 'add "text": "…"')
            return None
        title, text = (_whole(each or "") for each in given)
        return {"id": _whole(str(id)).strip(), "title": title, "text": text}

    def _report(self, path: Path, line: int, code: str, message: str, fix: str) -> None:
        self.problems.append(Problem(path=str(path), line=line, column=1, code=code, message=message, fix=fix))


def _whole(text: str) -> str:
    """Text that can be stored: half a character, which JSON can spell, becomes a question mark."""
    return text.encode("utf-8", errors="replace").decode("utf-8")


def _plain(text: str) -> str:
    """A question as a person would type it, as long as one may be: quotation marks would ask for the exact phrase."""
    return text.translate(dict.fromkeys(map(ord, '"“”'), " "))[:LONGEST]


def _judged(id: str, text: str, grades: Mapping[str, int]) -> Judged:
    return Judged(id=id, text=text, about="", split="", grades=grades)


def _document(row: Mapping[str, Any]) -> Document:
    return Document(
        id=row["id"],
        kind="case",
        title=row["title"],
        path=f"{row['id']}.md",
        digest="",
        countries=(),
        sector="other",
        summary="",
        sources=(),
        passage_ids=(row["id"],),
    )


def _passage(row: Mapping[str, Any]) -> Passage:
    return Passage(id=row["id"], document_id=row["id"], kind="section", text=row["text"], lines=(1, 1))
