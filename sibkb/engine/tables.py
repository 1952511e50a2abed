"""Documents, passages and postings <-> Parquet.

`to_numpy`, `pa.array` and `take` of an array would import pandas, a third of a second that no search needs; numbers
pass through DLPack and buffers instead.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final, TypeVar, get_type_hints

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyarrow.parquet import ParquetFile, write_table

from sibkb.engine.manifest import refusing
from sibkb.model import Consent, Document, Entry, Party, Passage, Source, attributes, strictest

Rows = npt.NDArray[np.int64]
"""Row numbers of passages, ascending."""
Value = TypeVar("Value")

DOCUMENTS: Final = "documents.parquet"
PASSAGES: Final = "passages.parquet"
POSTINGS: Final = "postings.parquet"

_COLUMNS: Final[Mapping[Any, pa.DataType]] = {
    str: pa.string(),
    str | None: pa.string(),
    bool: pa.bool_(),
    tuple[str, ...]: pa.list_(pa.string()),
    tuple[int, int]: pa.list_(pa.int64()),
}
_NESTED: Final[Mapping[str, type]] = {"sources": Source, "parties": Party, "entries": Entry, "consent": Consent}
"""Fields of a document that are kept as JSON."""


def write_documents(folder: Path, documents: Iterable[Document]) -> None:
    """Write one row a document."""
    rows = []
    for document in documents:
        row = asdict(document)
        rows.append(row | {name: json.dumps(row[name], ensure_ascii=False) for name in _NESTED})
    write_rows(folder / DOCUMENTS, rows, _schema(Document))


def write_passages(folder: Path, passages: Iterable[Passage]) -> None:
    """Write one row a passage."""
    write_rows(folder / PASSAGES, [asdict(passage) for passage in passages], _schema(Passage))


def read_documents(folder: Path) -> tuple[Document, ...]:
    """All documents of a generation."""
    return tuple(map(_document, read(folder / DOCUMENTS).to_pylist()))


def passages_of(table: pa.Table) -> tuple[Passage, ...]:
    """The passages of a table."""
    return tuple(_value(Passage, row) for row in table.to_pylist())


def taken(table: pa.Table, rows: Rows) -> pa.Table:
    """Some rows of a table."""
    buffer = pa.py_buffer(np.ascontiguousarray(rows))
    return table.take(pa.Array.from_buffers(pa.int64(), len(rows), [None, buffer]))


def numbers(table: pa.Table, column: str) -> Rows:
    """A column of integers as an array."""
    return np.concatenate([np.empty(0, np.int64), *map(np.from_dlpack, table.column(column).chunks)])


def read_tables(folder: Path) -> tuple[tuple[Document, ...], tuple[Passage, ...]]:
    """All documents and passages of a generation, whatever their release."""
    with refusing(folder):
        return read_documents(folder), passages_of(read(folder / PASSAGES))


def write_postings(folder: Path, documents: Mapping[str, Document], passages: Sequence[Passage]) -> None:
    """Write which rows have which value; `release` and `document` are fields here too."""
    postings: dict[tuple[str, str], list[int]] = {}
    for row, passage in enumerate(passages):
        for field, value in _values(documents[passage.document_id], passage):
            postings.setdefault((field, value), []).append(row)
    rows = [{"field": field, "value": value, "rows": postings[field, value]} for field, value in sorted(postings)]
    schema = pa.schema({"field": pa.string(), "value": pa.string(), "rows": pa.list_(pa.int64())})
    write_rows(folder / POSTINGS, rows, schema)


def _values(document: Document, passage: Passage) -> Iterator[tuple[str, str]]:
    yield "document", document.id
    yield "release", strictest((document.release, passage.release))
    for field, values in attributes(document, passage).items():
        yield from ((field, value) for value in dict.fromkeys(values))


def read_postings(folder: Path) -> dict[str, dict[str, Rows]]:
    """Field -> value -> rows."""
    table = read(folder / POSTINGS)
    postings: dict[str, dict[str, Rows]] = {}
    for field, value, rows in zip(*(table.column(name) for name in ("field", "value", "rows")), strict=True):
        postings.setdefault(field.as_py(), {})[value.as_py()] = np.asarray(np.from_dlpack(rows.values), dtype=np.int64)
    return postings


def write_rows(path: Path, rows: Sequence[Mapping[str, Any]], schema: pa.Schema) -> None:
    """Write rows as one Parquet file."""
    write_table(pa.Table.from_pylist(rows, schema=schema), path)


def read(path: Path) -> pa.Table:
    """Read one Parquet file whole."""
    with ParquetFile(path) as file:
        return file.read()


def _schema(kind: type) -> pa.Schema:
    hints = get_type_hints(kind)
    return pa.schema({name: pa.string() if name in _NESTED else _COLUMNS[hint] for name, hint in hints.items()})


def _document(row: Mapping[str, Any]) -> Document:
    return _value(Document, {**row, **{name: _nested(kind, json.loads(row[name])) for name, kind in _NESTED.items()}})


def _nested(kind: type, values: Any) -> Any:
    if isinstance(values, list):
        return tuple(_value(kind, value) for value in values)
    return None if values is None else _value(kind, values)


def _value(kind: type[Value], row: Mapping[str, Any]) -> Value:
    return kind(**{name: tuple(value) if isinstance(value, list) else value for name, value in row.items()})
