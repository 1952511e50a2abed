"""One generation of the index: the writer of its files, and the engine that answers from them.

manifest.json        what it was made of, and the digest of every other file
documents.parquet    one row a document
passages.parquet     one row a passage; its row number is what all other files speak of
postings.parquet     field, value -> the rows that have it: filters, facets and releases
parts.parquet        one row a vector: whose it is, of the whole passage or of a sentence
vectors.faiss        the vectors, exact and flat
vocabulary.parquet   every word as written, for corrections
words/               stems, in tantivy
"""

from sibkb.engine.manifest import SCHEMA, ManifestHead, check, read_manifest
from sibkb.engine.opened import EmbeddedEngine, usable
from sibkb.engine.tables import read_tables
from sibkb.engine.writing import Part, above, context, digest, embedded_text, make_parts, reusable, write

__all__ = [
    "SCHEMA",
    "EmbeddedEngine",
    "ManifestHead",
    "Part",
    "above",
    "check",
    "context",
    "digest",
    "embedded_text",
    "make_parts",
    "read_manifest",
    "read_tables",
    "reusable",
    "usable",
    "write",
]
