"""Files in: a file of another format -> a draft that knows the corpus it is meant for."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from sibkb import corpus
from sibkb.importing.converting import convert
from sibkb.importing.drafting import Draft, drafted
from sibkb.model import Document

_SHORTEST: Final = 4
"""Letters of a party's name; a shorter one stands in other words' places."""
_NOT_IN_CASES: Final = frozenset({"authors", "interviewees", "chair"})
"""Roles in which people wrote or were asked; a text that names them does not make them so."""


def drafts(folder: Path, paths: Iterable[Path], kind: str | None) -> list[Draft]:
    """The draft of each file, made with the names that the corpus in the folder knows; nothing is written."""
    known = parties(corpus.read(folder).documents)
    return [drafted(convert(path), path.name, kind, known) for path in paths]


def parties(documents: Iterable[Document]) -> dict[str, str]:
    """Name of each party -> the role that it has most often."""
    roles: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for document in documents:
        for party in document.parties:
            if len(party.name) >= _SHORTEST and party.role not in _NOT_IN_CASES:
                roles[party.name][party.role] += 1
    return {name: counts.most_common(1)[0][0] for name, counts in sorted(roles.items())}
