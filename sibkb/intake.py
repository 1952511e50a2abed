"""Files in: a file of another format -> a draft that knows the corpus it is meant for."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from sibkb import corpus
from sibkb.errors import RefusedFileError
from sibkb.importing import indigo
from sibkb.importing.columns import Columns, read_mapping
from sibkb.importing.converting import convert
from sibkb.importing.drafting import Draft, drafted
from sibkb.importing.rows import tables
from sibkb.model import Document

_SHORTEST: Final = 4
"""Letters of a party's name; a shorter one stands in other words' places."""
_NOT_IN_CASES: Final = frozenset({"authors", "interviewees", "chair"})
"""Roles in which people wrote or were asked; a text that names them does not make them so."""


def drafts(
    folder: Path, paths: Iterable[Path], kind: str | None, mapping: Path | None = None
) -> list[tuple[Path, Draft]]:
    """The drafts of each file, made with the names that the corpus in the folder knows; nothing is written.

    A table gives as many as it has documents; `mapping` says what its columns are.
    """
    known = parties(corpus.read(folder).documents)
    columns = _mapping(mapping) if mapping else None
    return [(path, draft) for path in paths for draft in _drafts(path, kind, known, columns)]


def _drafts(path: Path, kind: str | None, known: Mapping[str, str], columns: Columns | None) -> list[Draft]:
    extract = convert(path)
    if not extract.sheets:
        return [drafted(extract, path.name, kind, known)]
    if columns is None and indigo.is_indigo(extract.sheets[0]):
        return indigo.drafts(extract.sheets[0], path.name)
    try:
        return tables(extract, path.name, kind, columns)
    except RefusedFileError as error:
        raise RefusedFileError(f"{path}: {error}") from error


def peers(path: Path, id: str) -> list[dict[str, str | None]]:
    """Facts of the records of an INDIGO export that share country and sector with one of them; nothing is kept."""
    extract = convert(path)
    if not extract.sheets or not indigo.is_indigo(extract.sheets[0]):
        raise RefusedFileError(f"{path}: this is no export of INDIGO projects — its columns would be `ID` and "
                               "`Impact Bond Name - (Value)`")  # fmt: skip
    found = indigo.peers(extract.sheets[0], id)
    if found is None:
        raise RefusedFileError(f"{path}: there is no record `{id}` — write an id such as INDIGO-POJ-0001")
    return found


def _mapping(path: Path) -> Columns:
    try:
        return read_mapping(str(path), path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise RefusedFileError(f"{path} cannot be read — name a mapping file that is UTF-8 text") from error


def parties(documents: Iterable[Document]) -> dict[str, str]:
    """Name of each party -> the role that it has most often."""
    roles: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for document in documents:
        for party in document.parties:
            if len(party.name) >= _SHORTEST and party.role not in _NOT_IN_CASES:
                roles[party.name][party.role] += 1
    return {name: counts.most_common(1)[0][0] for name, counts in sorted(roles.items())}
