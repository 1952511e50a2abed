"""What is wrong: with the corpus and what lies beside its documents, and with this machine's copy of everything."""

import contextlib
import platform
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
    """Look at the machine, the packages, the weights, the corpus and the index."""
    looks: dict[str, Callable[[Settings], str]] = {
        "Python": lambda _: platform.python_version(),
        "Packages": _packages,
        "Settings": _settings,
        "Weights": _weights,
        "Corpus": _corpus,
        "Index": _index,
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
