"""What is wrong: with the corpus and what lies beside its documents, and with this machine's copy of everything."""

import contextlib
import os
import platform
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import metadata
from itertools import chain
from pathlib import Path
from typing import Final

from sibkb import corpus, evaluating, glossary, synthesis, vocabulary
from sibkb.errors import GenerationError, ModelError, SibkbError
from sibkb.model import Problem, Reading
from sibkb.settings import Settings

_PACKAGES: Final = (
    "streamlit",
    "sentence-transformers",
    "torch",
    "faiss-cpu",
    "tantivy",
    "pandas",
    "markdown-it-py",
    "typst",
)
_SPARE: Final = 100_000_000
"""Bytes that a first build of a small corpus needs."""


def check(folder: Path, wanted: Sequence[Path] = ()) -> tuple[Reading, list[Problem]]:
    """Every problem of the wanted files; of all, and of what lies beside the documents, where none is named."""
    corpus.refuse_others(folder, wanted)
    reading = corpus.read(folder)
    known = {passage.id: passage for passage in reading.passages}
    together = [synthesis.read(path, text, known)[1] for path, text in corpus.read_themes(folder).items()]
    _, judged = evaluating.read_queries(corpus.QUERIES, corpus.read_queries(folder), known)
    _, recorded = evaluating.read_evaluation(corpus.EVALUATION, corpus.read_evaluation(folder))
    terms = glossary.read(corpus.GLOSSARY, corpus.read_glossary(folder))
    beside = [*chain(*together), *judged, *recorded, *terms.problems]
    problems = [*reading.problems, *_with_uses(beside, corpus.uses(folder, reading.withdrawn))]
    return reading, corpus.select(problems, folder, wanted)


def _with_uses(problems: Sequence[Problem], used: Sequence[Problem]) -> list[Problem]:
    """The problems and these, which say more than that something is not there."""
    places = {(each.path, each.line, each.column) for each in used}
    return [*(each for each in problems if (each.path, each.line, each.column) not in places), *used]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at."""

    what: str
    good: bool
    told: str


def doctor(settings: Settings) -> list[Finding]:
    """Look at the machine, the packages, the weights, the corpus and the index; nothing is changed."""
    looks: dict[str, Callable[[Settings], str]] = {
        "Python": lambda _: platform.python_version(),
        "Packages": _packages,
        "Settings": _settings,
        "Weights": _weights,
        "Corpus": _corpus,
        "Index": _index,
        "Leftovers": _leftovers,
        "Rights": _rights,
        "Space": _space,
    }
    return list(_look(looks, settings))


def _look(looks: dict[str, Callable[[Settings], str]], settings: Settings) -> Iterator[Finding]:
    for what, look in looks.items():
        try:
            yield Finding(what=what, good=True, told=look(settings))
        except SibkbError as error:
            yield Finding(what=what, good=False, told=str(error))


def _settings(settings: Settings) -> str:
    own = sum(map(len, settings.words.values()))
    words = f", {own} word{'' if own == 1 else 's'} of your own" if own else ""
    return f"{settings.file}{words}" if settings.file else "no settings file: options and environment alone"


def _packages(_: Settings) -> str:
    missing = []
    found = []
    for name in _PACKAGES:
        try:
            found.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            missing.append(name)
    if missing:
        raise SibkbError(f"missing: {', '.join(missing)} — run `make setup`")
    return ", ".join(found)


def _weights(settings: Settings) -> str:
    from sibkb.encoder import open_encoder

    encoder = open_encoder(settings.model)
    return f"{encoder.name}, {encoder.dimension} dimensions, SHA-256 {encoder.digest[:12]}…"


def _corpus(settings: Settings) -> str:
    reading, problems = check(settings.corpus)
    if problems:
        raise SibkbError(f"{len(problems)} problems in {settings.corpus} — `sibkb check` lists them")
    return f"{len(reading.documents)} documents, {len(reading.passages)} passages, no problem"


def _index(settings: Settings) -> str:
    from sibkb import generations, kb
    from sibkb.encoder import open_encoder

    engine = generations.open_current(settings.indexes, settings.ceiling)
    if engine is None:
        raise SibkbError(f"nothing is built in {settings.indexes} — run `sibkb build`")
    manifest = engine.manifest
    with contextlib.suppress(ModelError):  # said under Weights
        if manifest.encoder_digest != open_encoder(settings.model).digest:
            raise GenerationError(
                f"{manifest.name} was made by another encoder, {manifest.encoder} — run `sibkb build`"
            )
    if manifest.words != vocabulary.own():
        raise GenerationError(f"{manifest.name} was made with other words than your settings have — run `sibkb build`")
    if kb.changed(settings.corpus, manifest.files):
        raise SibkbError(f"{manifest.name} is older than the corpus — run `sibkb build`")
    return f"{manifest.name}, built {manifest.built}, {manifest.passages} passages, {manifest.parts} vectors"


def _leftovers(settings: Settings) -> str:
    from sibkb import generations

    aside = [*generations.leftovers(settings.indexes), *corpus.leftovers(settings.corpus)]
    if left := [path for path in aside if not _at_work(path)]:
        names = ", ".join(map(str, left[:3])) + ", …" * (len(left) > 3)
        raise SibkbError(
            f"{len(left)} of work that was interrupted: {names} — `sibkb build` clears {settings.indexes}, "
            f"and what stands in {settings.corpus} can be removed"
        )
    return "nothing of work that was interrupted"


def _at_work(aside: Path) -> bool:
    """Whether the process that a name ends with is still there."""
    try:
        os.kill(int(aside.name.rpartition(".")[2]), 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:  # another user's
        return True
    return True


def _rights(settings: Settings) -> str:
    told = []
    for folder in (settings.corpus, settings.indexes):
        if folder.exists() and not os.access(folder, os.R_OK | os.X_OK):
            raise SibkbError(f"{folder} may not be read — give yourself the right: chmod u+rx {folder}")
        written = os.access(folder if folder.exists() else _nearest(folder), os.W_OK)
        told.append(f"{folder} can be read and written" if written else f"{folder} can be read alone")
    return "; ".join(told)


def _space(settings: Settings) -> str:
    """A build writes a generation beside the one in use, which itself is kept."""
    size = sum(path.stat().st_size for path in settings.indexes.rglob("*") if path.is_file())
    free = shutil.disk_usage(_nearest(settings.indexes)).free
    if free < size + _SPARE:
        raise SibkbError(
            f"{free / 1e6:,.0f} MB are free where {settings.indexes} is, and a build may need "
            f"{(size + _SPARE) / 1e6:,.0f} — make room, or name another folder with --indexes"
        )
    return f"{free / 1e9:,.1f} GB free"


def _nearest(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there."""
    folder = folder.resolve()
    return next(each for each in (folder, *folder.parents) if each.exists())
