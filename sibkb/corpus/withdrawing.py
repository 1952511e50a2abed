"""Taking something out for good: what would change, doing it, and where its words still stand.

The tombstone is written first: should all end there, what it names is no longer served, and the rest can be done by
withdrawing it once more.
"""

import os
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from sibkb import withdrawn
from sibkb.corpus import history
from sibkb.corpus.history import Edit, Keeping
from sibkb.corpus.reading import WITHDRAWN, paths, read, read_lists, read_withdrawn
from sibkb.corpus.writing import BY_COPY, change, holds
from sibkb.errors import CorpusError
from sibkb.model import Passage, Problem, Tombstone, strictest
from sibkb.parsing import parse
from sibkb.parsing.removing import without
from sibkb.words import sentences

_SHORTEST: Final = 4
"""Words of a sentence that is looked for; a shorter one stands in texts that have nothing to do with it."""
_WORD: Final = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What withdrawing something comes to."""

    ids: tuple[str, ...]
    """What the tombstones name; more than one where the same words stand in the document again."""
    release: str
    """The strictest of what is withdrawn."""
    edits: tuple[Edit, ...]
    """None where no file of the corpus has it any more."""
    texts: tuple[str, ...]
    """The words that must be gone."""


def plan(folder: Path, id: str) -> Plan | None:
    """What withdrawing a document or a passage would change; None where no file has it.

    A CorpusError says why it cannot be taken out, or which other files it would break.
    """
    document, _, name = id.partition(".")
    path = next((each for each in paths(folder) if each.stem == document), None)
    if path is None:
        return None
    made = _of_passage(folder, path, id) if name else _of_document(folder, path, document)
    if made:
        _refuse_breaking(folder, id, made.edits)
    return made


def _of_passage(folder: Path, path: Path, id: str) -> Plan | None:
    name, data = path.relative_to(folder).as_posix(), holds(path) or b""
    after, removed = without(name, data, id)
    return planned(removed, (Edit(path=name, before=data, after=after),)) if removed else None


def _of_document(folder: Path, path: Path, document: str) -> Plan:
    name, data = path.relative_to(folder).as_posix(), holds(path)
    reading = read(folder)
    passages = [each for each in reading.passages if each.document_id == document]
    releases = [each.release for each in reading.documents if each.id == document]
    releases += reading.broken.get(name, {}).values()
    edits = (Edit(path=name, before=data, after=None),)
    return Plan(ids=(document,), release=strictest(releases or ["internal"]), edits=edits,
                texts=tuple(map(_said, passages)))  # fmt: skip


def planned(passages: Sequence[Passage], edits: tuple[Edit, ...] = ()) -> Plan:
    """What withdrawing these passages comes to."""
    return Plan(
        ids=tuple(each.id for each in passages),
        release=strictest(each.release for each in passages),
        edits=edits,
        texts=tuple(map(_said, passages)),
    )


def _said(passage: Passage) -> str:
    """What of a passage its file has: the label of a fact is ours."""
    return passage.text.partition(": ")[2] if passage.kind == "fact" else passage.text


def _refuse_breaking(folder: Path, id: str, edits: Iterable[Edit]) -> None:
    before, after = read(folder), read(folder, {edit.path: edit.after for edit in edits})
    known = set(map(_what, before.problems))
    if new := [problem for problem in after.problems if _what(problem) not in known]:
        raise CorpusError(f"without `{id}` other files would be wrong, so nothing was changed — mend these first", new)


def _what(problem: Problem) -> tuple[str, str, str]:
    return problem.path, problem.code, problem.message


def withdraw(folder: Path, plan: Plan, *, reason: str, day: str, keep: Keeping = BY_COPY) -> tuple[Tombstone, ...]:
    """Write the tombstones of a plan, then its edits; what was withdrawn before keeps its date and reason.

    No copy is made of what was there, and those that earlier changes left are removed.
    """
    text = read_withdrawn(folder)
    known, problems = withdrawn.read(WITHDRAWN, text)
    if problems:
        raise CorpusError(f"{folder / WITHDRAWN} has problems, and nothing was done — mend it first", problems)
    new = tuple(
        Tombstone(id=id, date=day, reason=" ".join(reason.split()), release=plan.release)
        for id in plan.ids
        if id not in known
    )
    before = None if text is None else text.encode()
    listed = Edit(path=WITHDRAWN, before=before, after=withdrawn.write(text, new).encode())
    if edits := [*([listed] if new else ()), *plan.edits]:
        change(folder, edits, f"Withdraw {', '.join(plan.ids)}", replace(keep, copies=False))
    wanted = sought(plan.texts)
    history.purge(folder, lambda path, data: _has(path, data, plan.ids) or line_of(wanted, data) > 0)
    return tuple(known.get(id) or next(each for each in new if each.id == id) for id in plan.ids)


def _has(path: str, data: bytes, ids: Sequence[str]) -> bool:
    """Whether a copy of a file has one of these documents or passages."""
    return Path(path).stem in ids or any(each.id in ids for each in parse(path, data).passages)


def uses(folder: Path, tombstones: Mapping[str, Tombstone]) -> list[Problem]:
    """Each place of a YAML file that names what was withdrawn."""
    texts = read_lists(folder).items() if tombstones else ()
    return [problem for path, text in texts for problem in withdrawn.uses(path, text, tombstones)]


def standing(folder: Path, texts: Iterable[str]) -> list[tuple[str, int]]:
    """Path and line of each file below the folder, whatever it is, in which a sentence of these texts stands.

    Words alone count, not the marks between them; a sentence of fewer than four words is not looked for.
    """
    wanted = sought(texts)
    places = ((path, line_of(wanted, holds(path) or b"")) for path in _all(folder))
    return [(path.relative_to(folder).as_posix(), line) for path, line in places if line]


def sought(texts: Iterable[str]) -> list[str]:
    """The words of each sentence that is long enough to be known by them."""
    found = (_words(text[start:end]) for text in texts for start, end in sentences(text))
    return [_joined(words) for words in found if len(words) >= _SHORTEST]


def line_of(wanted: Sequence[str], data: bytes) -> int:
    """The line in which the first of the sentences stands, counted from 1; 0 where none does."""
    words, lines = [], []
    for number, line in enumerate(data.decode("utf-8", "ignore").splitlines(), 1):
        found = _words(line)
        words += found
        lines += [number] * len(found)
    text = _joined(words)
    places = [at for each in wanted if (at := text.find(each)) >= 0]
    return lines[text.count(" ", 0, min(places))] if places else 0


def _words(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def _joined(words: Sequence[str]) -> str:
    return f" {' '.join(words)} "


def _all(folder: Path) -> Iterator[Path]:
    """Every file below the folder, hidden ones too, but not what git keeps."""
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name != ".git")
        yield from (path for path in (Path(root, name) for name in sorted(names)) if path.is_file())
