"""indexes/: publish a generation, find the current one, prune the others; the only code that touches that folder.

A generation is named by what it was made of, broken files included, so that its manifest is true of the folder. It is
written aside, opened and checked, synced, renamed into place, and only then named in `CURRENT`; it is never changed
afterwards. A crash at any moment leaves the old one serving. One builder at a time holds the kernel's lock on `.lock`;
a second waits for it and then finds its work done.
"""

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TextIO

from sibkb import engine, vocabulary
from sibkb.encoder import Encoder, FloatArray, Progress
from sibkb.errors import GenerationError
from sibkb.model import STRICTNESS, Document, Manifest, Passage, Reading, Tombstone, strictest

_CURRENT: Final = "CURRENT"
_GENERATION: Final = re.compile("[0-9a-f]{16}")
_ASIDE: Final = re.compile(rf"(\.{_GENERATION.pattern}|{_CURRENT})\.\d+")
"""What a build writes before it is renamed. Nothing else is ever removed: the folder may be anybody's home."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What a build came to."""

    manifest: Manifest
    changed: bool
    """Whether another generation is in use than before."""
    encoded: int
    """Texts encoded now."""
    kept: tuple[str, ...]
    """Broken files whose last good version is served."""


def current(indexes: Path) -> str | None:
    """The name of the generation in use; None where nothing is built."""
    try:
        return (indexes / _CURRENT).read_text(encoding="utf-8", errors="replace").strip() or None
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unusable(indexes, error) from error


def writable(indexes: Path) -> bool:
    """Whether a build can begin here; asks by the lock, which every builder opens."""
    try:
        with _lock_file(indexes):
            return True
    except OSError:
        return False


def folder(indexes: Path) -> Path | None:
    """The folder of the generation in use."""
    name = current(indexes)
    return indexes / name if name else None


def open_current(indexes: Path, ceiling: str) -> engine.EmbeddedEngine | None:
    """Open the generation in use; one that vanished under us means that a newer is there."""
    path = folder(indexes)
    while path:
        try:
            return engine.EmbeddedEngine(path, ceiling)
        except GenerationError:
            newer = folder(indexes)
            if newer == path:
                raise
            path = newer
    return None


def forget(indexes: Path) -> None:
    """Remove every generation but the one in use, and what crashed builds left."""
    with _locked(indexes):
        try:
            _sweep(indexes)
            _prune(indexes, keep={current(indexes) or ""}, ignore_errors=False)
        except OSError as error:
            raise _unusable(indexes, error) from error


def clear(indexes: Path) -> None:
    """Remove every generation, the one in use among them: nothing is built any more."""
    with _locked(indexes):
        try:
            (indexes / _CURRENT).unlink(missing_ok=True)
            _sweep(indexes)
            _prune(indexes, keep=set(), ignore_errors=False)
        except OSError as error:
            raise _unusable(indexes, error) from error


def passages(indexes: Path, id: str) -> tuple[Passage, ...]:
    """The passage of that id, or those of the document, in any generation that can still be read."""
    found: dict[str, Passage] = {}
    for path in _generations(indexes):
        with contextlib.suppress(GenerationError):
            found |= {each.id: each for each in engine.read_tables(path)[1] if id in (each.id, each.document_id)}
    return tuple(found.values())


def publish(indexes: Path, reading: Reading, encoder: Encoder, progress: Progress | None = None) -> Published:
    """Make the generation of this reading the one in use; no work where it is already."""
    with _locked(indexes):
        try:
            return _publish(indexes, reading, encoder, progress)
        except OSError as error:
            raise _unusable(indexes, error) from error


def _publish(indexes: Path, reading: Reading, encoder: Encoder, progress: Progress | None) -> Published:
    _sweep(indexes)
    before = _usable(folder(indexes))
    reading, kept = _with_last_good(_with_known(reading, before), before)
    name = _name(reading, encoder)
    whole = before if before == indexes / name else _usable(indexes / name)
    if whole:
        manifest, encoded = engine.read_manifest(whole), 0
    else:
        manifest, encoded = _write(indexes, name, reading, encoder, before, progress)
    changed = whole is None or whole != before
    if changed:
        _point(indexes, name)
    if changed or reading.withdrawn:
        _prune(indexes, keep={name, before.name if before and not _holds(before, reading.withdrawn) else name})
    return Published(manifest=manifest, changed=changed, encoded=encoded, kept=kept)


def _unusable(indexes: Path, error: OSError) -> GenerationError:
    return GenerationError(
        f"{indexes} cannot be used: {error.strerror or error} — check its rights and free space, "
        "or name another folder with --indexes or SIBKB_INDEXES; the index in use is unchanged"
    )


def _lock_file(indexes: Path) -> TextIO:
    return (indexes / ".lock").open("a")


@contextlib.contextmanager
def _locked(indexes: Path) -> Iterator[None]:
    with contextlib.ExitStack() as stack:
        try:
            indexes.mkdir(parents=True, exist_ok=True)
            file = stack.enter_context(_lock_file(indexes))
            fcntl.flock(file, fcntl.LOCK_EX)
        except OSError as error:
            raise _unusable(indexes, error) from error
        yield


def _usable(path: Path | None) -> Path | None:
    """The generation before, if it can be opened; a damaged one is made anew from the corpus."""
    return path if path and engine.usable(path) else None


def _with_known(reading: Reading, before: Path | None) -> Reading:
    """The reading with what is known of files that cannot be read.

    Time and size of the version in use tell that it is still that one, and that it may be served as before. Where they
    do not, the release of what stands there cannot be known, and the last good version stays as internal.
    """
    unread = [path for path, (digest, *_) in reading.files.items() if not digest]
    if before is None or not unread:
        return reading
    then = engine.read_manifest(before).files
    same = [path for path in unread if path in then and then[path][1:] == reading.files[path][1:]]
    no_stricter = {path: dict.fromkeys(reading.broken[path], STRICTNESS[0]) for path in same}
    return replace(reading, broken={**reading.broken, **no_stricter})


def _with_last_good(reading: Reading, before: Path | None) -> tuple[Reading, tuple[str, ...]]:
    """The reading with the last good version of each broken file, released as strictly as the file says now."""
    if before is None or not reading.broken or engine.read_manifest(before).words != vocabulary.own():
        return reading, ()  # words that are gone have no label to be shown by
    here = {document.id for document in reading.documents}
    documents, passages = engine.read_tables(before)
    gone = reading.withdrawn
    old = {
        each.id: _without(each, passages, gone)
        for each in documents
        if each.path in reading.broken and each.id not in here and each.id not in gone
    }
    now = {id: _stricter(each, reading.broken[each.path]) for id, each in old.items()}
    merged = replace(
        reading,
        documents=(*reading.documents, *(replace(each, release=now[id][id]) for id, each in old.items())),
        passages=(
            *reading.passages,
            *(replace(each, release=strictest([each.release, now[id][each.id]]))
              for each in passages if (id := each.document_id) in old and each.id not in gone),
        ),
    )  # fmt: skip
    return merged, tuple(each.path for each in old.values())


def _without(document: Document, passages: Sequence[Passage], withdrawn: Mapping[str, Tombstone]) -> Document:
    """The document as an earlier build had it, without what was withdrawn since.

    Which row of the front matter a withdrawn fact was cannot be told any more: then none of them is kept.
    """
    gone = {each.id: each.kind for each in passages if each.document_id == document.id and each.id in withdrawn}
    kept = replace(document, passage_ids=tuple(id for id in document.passage_ids if id not in gone))
    kept = replace(kept, summary="") if "summary" in gone.values() else kept
    return replace(kept, parties=(), entries=()) if "fact" in gone.values() else kept


def _stricter(document: Document, releases: Mapping[str, str]) -> dict[str, str]:
    """Id -> how strictly to release it; what the file no longer has may be any of what it has now and had not then."""
    new = releases.keys() - {document.id, *document.passage_ids}
    unknown = strictest([releases[document.id], *(releases[id] for id in new)])
    found = {id: releases.get(id, unknown) for id in document.passage_ids}
    return {**found, document.id: strictest([document.release, releases[document.id]])}


def _name(reading: Reading, encoder: Encoder) -> str:
    documents, passages = _ordered(reading)
    files = sorted((path, digest) for path, (digest, _, _) in reading.files.items())
    words = (own,) if (own := vocabulary.own()) else ()  # their labels are searched
    parts = (engine.SCHEMA, encoder.digest, *words, *files, *documents, *passages)
    return hashlib.sha256("\n".join(map(repr, parts)).encode()).hexdigest()[:16]


def _write(  # noqa: PLR0913, they travel together once
    indexes: Path, name: str, reading: Reading, encoder: Encoder, before: Path | None, progress: Progress | None
) -> tuple[Manifest, int]:
    aside = indexes / f".{name}.{os.getpid()}"
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir()
    try:
        documents, passages = _ordered(reading)
        parts = engine.make_parts({document.id: document for document in documents}, passages)
        vectors, encoded = _vectors([part.text for part in parts], encoder, before, progress)
        with _writing():
            manifest = engine.write(
                aside,
                documents=documents,
                passages=passages,
                parts=parts,
                vectors=vectors,
                manifest=engine.ManifestHead(
                    name=name,
                    encoder=encoder.name,
                    encoder_digest=encoder.digest,
                    dimension=encoder.dimension,
                    reused=len({part.text for part in parts}) - encoded,
                    files=reading.files,
                    built=datetime.now(UTC).isoformat(timespec="seconds"),
                ),
            )
        engine.EmbeddedEngine(aside, ceiling="internal")
        _sync(*aside.rglob("*"), aside)
        if (indexes / name).exists():
            shutil.rmtree(indexes / name)
        aside.rename(indexes / name)
        _sync(indexes)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return manifest, encoded


@contextlib.contextmanager
def _writing() -> Iterator[None]:
    """FAISS and tantivy do not raise an OSError where a file cannot be written."""
    try:
        yield
    except (RuntimeError, ValueError) as error:
        raise OSError(str(error).strip().partition("\n")[0]) from error


def _ordered(reading: Reading) -> tuple[list[Document], list[Passage]]:
    documents = sorted(reading.documents, key=lambda document: document.id)
    return documents, sorted(reading.passages, key=lambda passage: (passage.document_id, passage.lines, passage.id))


def _vectors(
    texts: Sequence[str], encoder: Encoder, before: Path | None, progress: Progress | None
) -> tuple[list[FloatArray], int]:
    """One array of window vectors a text, taken from the generation before where it holds the same text."""
    known: Mapping[str, FloatArray] = {}
    if before and engine.read_manifest(before).encoder_digest == encoder.digest:
        known = engine.reusable(before)
    missing = list(dict.fromkeys(text for text in texts if engine.digest(text) not in known))
    fresh = dict(zip(missing, encoder.encode_passages(missing, progress), strict=True)) if missing else {}
    return [fresh[text] if text in fresh else known[engine.digest(text)] for text in texts], len(missing)


def _sync(*paths: Path) -> None:
    for path in paths:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _point(indexes: Path, name: str) -> None:
    aside = indexes / f"{_CURRENT}.{os.getpid()}"
    aside.write_text(f"{name}\n", encoding="utf-8")
    _sync(aside)
    aside.replace(indexes / _CURRENT)
    _sync(indexes)


def _sweep(indexes: Path) -> None:
    """Remove what crashed builds left aside; we hold the lock, so none is at work."""
    for path in [path for path in indexes.iterdir() if _ASIDE.fullmatch(path.name)]:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def leftovers(indexes: Path) -> list[Path]:
    """What builds have aside, named by their process; of one that was killed, the next build removes it."""
    found = indexes.iterdir() if indexes.is_dir() else ()
    return sorted(path for path in found if _ASIDE.fullmatch(path.name))


def _prune(indexes: Path, keep: set[str], *, ignore_errors: bool = True) -> None:
    """Remove all generations but the wanted ones, and nothing else that may stand here.

    Each is put aside first: under its own name there is never a part of one, whenever we are killed.
    """
    for path in _generations(indexes):
        if path.name not in keep:
            with contextlib.suppress(*([OSError] if ignore_errors else [])):
                shutil.rmtree(path.rename(indexes / f".{path.name}.{os.getpid()}"), ignore_errors=ignore_errors)


def _generations(indexes: Path) -> list[Path]:
    if not indexes.is_dir():
        return []
    named = [path for path in indexes.iterdir() if _GENERATION.fullmatch(path.name)]
    return [path for path in named if (path / "manifest.json").exists() or [*path.glob("*.parquet")]]


def _holds(path: Path, withdrawn: Mapping[str, Tombstone]) -> bool:
    """Whether a generation has something that was withdrawn since."""
    documents, _ = engine.read_tables(path)
    return any(id in withdrawn for each in documents for id in (each.id, *each.passage_ids))
