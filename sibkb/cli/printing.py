"""What the commands print: data on stdout, everything else on stderr, colours only on a terminal."""

import contextlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.text import Text

from sibkb import vocabulary
from sibkb.exporting import annotation, cited, quoted, why
from sibkb.exporting.alike import alike
from sibkb.model import Document, Hit, Passage, Problem, Results, Similar, Source

FEW: Final = 5
"""With so many hits or more, near misses are no help."""


def out() -> Console:
    """Stdout, in colour only on a terminal, never wrapped in a pipe."""
    return Console(highlight=False, soft_wrap=not sys.stdout.isatty(), markup=False, emoji=False)


def err() -> Console:
    """Stderr."""
    return Console(stderr=True, highlight=False, soft_wrap=not sys.stderr.isatty(), markup=False, emoji=False)


def print_json(value: Any) -> None:
    """Print data for scripts."""
    plain = sys.stdout.encoding.lower().startswith("utf")
    sys.stdout.write(json.dumps(value, ensure_ascii=not plain, indent=2) + "\n")


def print_problems(problems: Sequence[Problem], console: Console, prefix: Path | None = None) -> None:
    """Print a line a problem."""
    base = f"{shown(prefix)}/" if prefix else ""
    for problem in problems:
        style = "red" if problem.severity == "error" else "yellow"
        console.print(f"{base}{problem}", style=style, soft_wrap=True)  # editors look for whole lines in a terminal


def print_annotations(problems: Sequence[Problem], folder: Path) -> None:
    """Print a workflow command of GitHub Actions for each, the files named from the root of their repository."""
    folder = folder.resolve()
    root = next((each for each in (folder, *folder.parents) if (each / ".git").exists()), Path.cwd())
    for problem in problems:
        path = folder / problem.path
        named = path.relative_to(root) if path.is_relative_to(root) else path
        print_plain(annotation(problem, named.as_posix()))


def print_plain(line: str) -> None:
    """Print a line for other programs: never coloured or wrapped."""
    sys.stdout.write(line + "\n")


def shown(path: Path) -> str:
    """A path as a person would type it here."""
    with contextlib.suppress(ValueError):
        return path.resolve().relative_to(Path.cwd()).as_posix()
    return str(path)


def counted(number: int, what: str) -> str:
    """A number with its noun."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def print_results(results: Results, corpus: str) -> None:
    """Print an answer: hits, ways on, near misses."""
    console = out()
    for word, instead in results.corrected.items():
        console.print(f"Searched {instead} instead of {word}.\n", style="yellow")
    for name, others in results.expanded.items():
        console.print(f"{name} also searched as: {', '.join(others)}.\n", style="dim")
    if not results.hits:
        console.print("No good match." if not results.total else "No more hits.", style="bold")
    for hit in results.hits:
        _print_hit(hit, corpus, console)
    for field, value, count in results.without:
        console.print(f"Without --{field.replace('_', '-')} {value}: {counted(count, 'hit')}")
    last = results.query.offset + len(results.hits) >= results.total
    if results.near_misses and last and results.total < FEW:
        console.print("\nClosest, but probably not it:", style="bold")
        for hit in results.near_misses:
            _print_hit(hit, corpus, console)
    if results.total > results.query.offset + len(results.hits):
        console.print(f"{results.total} hits in all; go on with --offset {results.query.offset + results.query.limit}")


def _print_hit(hit: Hit, corpus: str, console: Console) -> None:
    passage, document = hit.passage, hit.document
    words = Text(_spoken(passage))
    added = len(words) - len(passage.text) > 0
    for start, end in hit.marks:
        words.stylize("bold", start + added, end + added)
    console.print(words)
    console.print(f"  {_said(passage, document)}", style="cyan")
    console.print(f"  {why(hit)}", style="dim")
    console.print(f"  {corpus}/{document.path}:{passage.lines[0]}  {passage.id}\n", style="dim")


def _said(passage: Passage, document: Document) -> str:
    """What it is, who said it, and in which document."""
    role = vocabulary.ROLES[passage.speaker_role].label if passage.speaker_role else None
    who = " · ".join(filter(None, (speaker(passage), role)))
    label = vocabulary.PASSAGE_KINDS[passage.kind].label
    return f"{label}{f' — {who}' if who else ''} — {document.title}"


def _spoken(passage: Passage) -> str:
    return quoted(passage.text) if passage.kind == "quote" else passage.text


def speaker(passage: Passage) -> str | None:
    """Who speaks, as named; said to be unknown where somebody speaks and the source does not say who."""
    return passage.speaker or ("speaker not stated" if passage.kind == "quote" else None)


def print_passage(passage: Passage, document: Document, corpus: str) -> None:
    """Print a passage with its sources and context."""
    console = out()
    console.print(f"{_spoken(passage)}\n")
    if passage.context:
        console.print(f"{passage.context}\n")
    if said := speaker(passage):
        console.print(f"speaker: {said}")
    fields = ("kind", "speaker_role", "about_role", "status", "basis", "work_stage", "themes", "audiences")
    for name in fields:
        if value := getattr(passage, name):
            console.print(f"{name.replace('_', ' ')}: {', '.join(value) if isinstance(value, tuple) else value}")
    console.print(f"document: {document.title} ({document.id})")
    console.print(f"where: {corpus}/{document.path}:{passage.lines[0]}-{passage.lines[1]}")
    for id in passage.source_ids:
        _print_source(document.source(id), console)


def _print_source(source: Source, console: Console) -> None:
    console.print(f"source: {cited(source)}")


def print_document(document: Document, passages: Sequence[Passage], corpus: str) -> None:
    """Print a document from top to bottom, with its sources."""
    console = out()
    console.print(document.title, style="bold")
    console.print(f"{corpus}/{document.path}\n")
    heading: tuple[str, ...] = ()
    for passage in passages:
        if passage.heading != heading:
            heading = passage.heading
            console.print("\n" + " / ".join(heading), style="bold")
        said = f" — {speaker(passage)}" if speaker(passage) else ""
        cites = f"  [{', '.join(passage.source_ids)}]" if passage.source_ids else ""
        console.print(f"{_spoken(passage)}{said}{cites}")
    console.print()
    for source in document.sources:
        _print_source(source, console)


def print_others(document: Document, others: Sequence[Similar]) -> None:
    """Print the documents most like one, each with the reason and the closest lessons."""
    console = out()
    if not others:
        console.print("No other case is much like it.", style="bold")
    for other in others:
        console.print(f"{other.document.title}  {other.document.id}", style="bold")
        console.print(f"  {alike(document, other)}")
        for here, there in other.pairs:
            console.print(f"  Close lessons:\n  - {here.text}  {here.id}\n  - {there.text}  {there.id}", style="dim")
        console.print()


def print_alike(found: Sequence[tuple[Passage, Document, float]], corpus: str) -> None:
    """Print the passages of other documents most like one, with how much, 0 to about 1.8."""
    console = out()
    if not found:
        console.print("Nothing in another case comes close to it.", style="bold")
    for passage, document, score in found:
        console.print(_spoken(passage))
        console.print(f"  {_said(passage, document)}", style="cyan")
        console.print(f"  {corpus}/{document.path}:{passage.lines[0]}  {passage.id}  {score:.2f}\n", style="dim")
