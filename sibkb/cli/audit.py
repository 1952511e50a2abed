"""`sibkb audit`: what stands in the corpus, file by file and in all, and what a contributor could add."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from textwrap import shorten, wrap
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from sibkb import vocabulary
from sibkb.cli.options import Json
from sibkb.cli.printing import counted, err, out, print_json
from sibkb.model import NOT_RECORDED, RELATIONS

if TYPE_CHECKING:
    from sibkb.auditing import Audit, Counts, Group
    from sibkb.surveying import File, Survey

_WIDTH: Final = 100
_NAMES: Final = 6
"""So many files are named beside a field that they lack; `--json` names all."""
_INDENT: Final = 18
_CELLS: Final = (8, 13, 9, 7, 6)
"""How wide the figures of a file are."""
_TIED: Final = "\u00a0"


def audit(
    context: typer.Context,
    paths: Annotated[list[Path] | None, typer.Argument(help="Files or folders; all where none is named.")] = None,
    as_json: Json = False,
) -> None:
    """Tell what stands in the corpus, on what it rests, and what is missing."""
    from sibkb import surveying

    for path in paths or []:
        if not path.exists():
            raise typer.BadParameter(f"there is no {path}")
    found = surveying.survey(context.obj, paths or [])
    if any(found.hidden):
        what = f"{counted(found.hidden[0], 'document')} and {counted(found.hidden[1], 'passage')}"
        err().print(f"{what} left out, as --release {context.obj.ceiling} may not see them.")
    if as_json:
        print_json(_json(found))
    else:
        _print(found, gaps=not paths)


# For a person


def _print(found: "Survey", gaps: bool) -> None:
    """What needs attention first; then what stands there, and with `gaps` what does not; then every file."""
    console = out()
    parts = {
        "Needs attention": _attention(found),
        "Not recorded": _fields(found.audit),
        "Says nearly the same": _alike(found),
        "Relations": _relations(found.files),
        "Stands here": _coverage(found.audit, gaps),
        "Files": _files(found.files),
    }
    passages = sum(found.audit.passages.values())
    console.print(f"{counted(found.total, 'file')}, {counted(passages, 'passage')}")
    for heading, lines in parts.items():
        told = list(lines)
        if told:
            console.print(f"\n{heading}", style="bold")
        for line in told:
            console.print(line)


def _attention(found: "Survey") -> Iterator[str]:
    audit, sources, lessons = found.audit, found.audit.sources, found.audit.lessons
    warned = [file for file in found.files if file.warnings]
    rows: tuple[tuple[str, int, int | None, Sequence[str]], ...] = (
        ("files that cannot be used", len(found.broken), found.total, found.broken),
        ("warnings", sum(len(file.warnings) for file in warned), None,
         [f"in {counted(len(warned), 'file')}: sibkb check --warnings"]),
        ("facts without a source", len(audit.facts.unsourced), audit.facts.total, _told(audit.facts.without)),
        ("sources not read in full", sources.total - sources.read["whole"], sources.total,
         _told(sources.read, skip="whole")),
        ("lessons that we infer", lessons["inferred"], sum(lessons.values()), []),
        ("fields not recorded", sum(len(field.missing) for field in audit.fields),
         sum(field.asked for field in audit.fields), ["see below"]),
        ("passages nearly alike", _own_alike(found), None, ["to another, see below"]),
        ("files without a relation", sum(not file.relations for file in found.files), len(found.files), []),
    )  # fmt: skip
    for what, count, whole, more in rows:
        if count:
            share = f"of {whole:,}" if whole is not None else ""
            yield from _listed(f"  {what:26}{count:5,} {share:9}", more)


def _own_alike(found: "Survey") -> int:
    own = {file.document.id for file in found.files}
    groups = found.alike.groups if found.alike else ()
    return sum(found.passages[id].document_id in own for group in groups for id in group.ids)


def _fields(audit: "Audit") -> Iterator[str]:
    for field in sorted(audit.fields, key=lambda each: -len(each.missing)):
        if field.missing:
            lead = f"  {field.name:{_INDENT}}{len(field.missing):3} of {field.asked:3}  "
            yield from _listed(lead, _some(field.missing))


def _alike(found: "Survey") -> Iterator[str]:
    from sibkb.auditing import ALIKE

    if found.alike is None:
        yield from _hung("  ", f"This was not looked for: {found.encoder}")
        return
    measure = f"the cosine of the means of their sentences' vectors ({found.encoder}) is {ALIKE} or more"
    yield from _hung("  ", f"{found.alike.compared:,} passages compared, facts left out: {measure}.")
    if found.alike.new:
        yield from _hung("  ", f"{counted(found.alike.new, 'passage')} not compared: sibkb build takes them up.")
    for group in found.alike.groups:
        yield from _group(group, found)


def _group(group: "Group", found: "Survey") -> Iterator[str]:
    lead = f"  {group.cosine:.2f}  {counted(len(group.ids), 'passage')}, such as: "
    yield lead + shorten(found.passages[group.ids[0]].text, _WIDTH - len(lead), placeholder=" …")
    yield from _listed("        ", group.ids)


def _relations(files: Sequence["File"]) -> Iterator[str]:
    for relation in (*RELATIONS, *RELATIONS.values()):
        count = sum(len(file.relations.get(relation, ())) for file in files)
        having = sum(relation in file.relations for file in files)
        if count and len(files) == 1:
            yield from _listed(f"  {relation:{_INDENT}}{count:3}  ", files[0].relations[relation])
        elif count:
            yield f"  {relation:{_INDENT}}{count:3}  in {counted(having, 'file')}"
    if alone := [file.document.id for file in files if not file.relations]:
        yield from _listed(f"  {'none':{_INDENT}}{len(alone):3}  ", _some(alone))


def _coverage(audit: "Audit", gaps: bool) -> Iterator[str]:
    counts = {
        "documents": audit.documents,
        "passages": audit.passages,
        "lessons": audit.lessons,
        "quotations": audit.quotations,
        "sources read": audit.sources.read,
        "stages": audit.stages,
        "sectors": audit.sectors,
        "countries": {vocabulary.country(code): count for code, count in audit.countries.items()},
        "themes": audit.themes,
        "who speaks": audit.speakers,
        "about whom": audit.subjects,
    }
    for name, each in counts.items():
        none = [word for word, count in each.items() if not count]
        if some := _told(each):
            yield from _listed(f"  {name:{_INDENT - 2}}", some)
        if none and gaps:
            yield from _listed(f"  {'':{_INDENT - 2}}none: ", none)


def _files(files: Sequence["File"]) -> Iterator[str]:
    if not files:
        return
    head = "those that lack most first" if len(files) > 1 else ""
    width = max(len(head), *(len(file.document.path) for file in files))
    yield from _row(width, "", "facts", "sources", "lessons", "said", "warn")
    yield from _row(width, head, "sourced", "w/ p/ r/ n", "st/in", "q/ p", "ings")
    for file in files:
        yield from _file(file, width)
    key = "Sources read in whole, in part, as a data record, not; lessons stated, inferred; quotes, perspectives."
    yield from _hung("  ", key)


def _file(file: "File", width: int) -> Iterator[str]:
    audit = file.audit
    yield from _row(
        width,
        file.document.path,
        f"{audit.facts.sourced}/{audit.facts.total}",
        "/".join(f"{audit.sources.read[far]:2}" for far in vocabulary.READS),
        "/".join(f"{audit.lessons[basis]:2}" for basis in vocabulary.BASES),
        f"{audit.passages['quote']:2}/{audit.passages['perspective']:2}",
        str(len(file.warnings)),
    )
    if file.not_recorded:
        yield from _listed("      not recorded: ", file.not_recorded)


def _row(width: int, name: str, *cells: str) -> Iterator[str]:
    """A name and its cells; a name that leaves them no room has a line of its own."""
    told = "".join(f"{cell:>{wide}}" for cell, wide in zip(cells, _CELLS, strict=True))
    room = min(width, _WIDTH - len(told) - 2)
    if len(name) > room:
        yield f"  {name}"
        name = ""
    yield f"  {name:{room}}{told}".rstrip()


def _told(counts: "Counts", skip: str = "") -> list[str]:
    """Words with their counts, most first and what is not recorded last; those that nothing has are left out."""
    some = [(word, count) for word, count in counts.items() if count and word != skip]
    return [f"{word} {count:,}" for word, count in sorted(some, key=lambda each: (each[0] == NOT_RECORDED, -each[1]))]


def _some(ids: Sequence[str]) -> list[str]:
    more = [f"and {len(ids) - _NAMES} more"] if len(ids) > _NAMES else []
    return [*ids[:_NAMES], *more]


def _listed(lead: str, items: Iterable[str]) -> list[str]:
    """Items beside their lead, in lines that fit, none of them torn."""
    whole = ", ".join(item.replace(" ", _TIED) if len(item) < _WIDTH // 2 else item for item in items)
    return [line.replace(_TIED, " ") for line in _hung(lead, whole)]


def _hung(lead: str, text: str) -> list[str]:
    """Text beside its lead, in lines that fit."""
    lines = wrap(text, _WIDTH, initial_indent=lead, subsequent_indent=" " * len(lead), break_on_hyphens=False)
    return lines or [lead.rstrip()]


# For scripts


def _json(found: "Survey") -> dict[str, Any]:
    from sibkb.auditing import ALIKE

    alike = found.alike
    return {
        "files": found.total,
        "broken": list(found.broken),
        "hidden": {"documents": found.hidden[0], "passages": found.hidden[1]},
        "all": _counts_json(found.audit) | _coverage_json(found.audit),
        "alike": alike and {
            "measure": "cosine of the means of the sentences' vectors",
            "threshold": ALIKE,
            "encoder": found.encoder,
            "compared": alike.compared,
            "not_compared": alike.new,
            "groups": [{"cosine": group.cosine, "passages": [_passage_json(id, found) for id in group.ids]}
                       for group in alike.groups],
        },
        "not_looked_for": None if alike else found.encoder,
        "without_relations": sorted(file.document.id for file in found.files if not file.relations),
        "each": [_file_json(file) for file in found.files],
    }  # fmt: skip


def _counts_json(audit: "Audit") -> dict[str, Any]:
    """What is counted of a file and of all alike."""
    return {
        "facts": {
            "total": audit.facts.total,
            "sourced": audit.facts.sourced,
            "unsourced": list(audit.facts.unsourced),
            "without": audit.facts.without,
        },
        "sources": {"total": audit.sources.total, "read": audit.sources.read, "cited": audit.sources.cited},
        "lessons": audit.lessons,
        "passages": audit.passages,
        "quotations": audit.quotations,
    }


def _coverage_json(audit: "Audit") -> dict[str, Any]:
    return {
        "documents": audit.documents,
        "countries": audit.countries,
        "sectors": audit.sectors,
        "stages": audit.stages,
        "themes": audit.themes,
        "speakers": audit.speakers,
        "subjects": audit.subjects,
        "fields": {
            field.name: {"asked": field.asked, "recorded": field.recorded, "missing": list(field.missing)}
            for field in audit.fields
        },
    }


def _file_json(file: "File") -> dict[str, Any]:
    return {
        "id": file.document.id,
        "path": file.document.path,
        "kind": file.document.kind,
        "not_recorded": list(file.not_recorded),
        "warnings": [warning.code for warning in file.warnings],
        "relations": {relation: list(ids) for relation, ids in file.relations.items()},
        **_counts_json(file.audit),
    }


def _passage_json(id: str, found: "Survey") -> dict[str, Any]:
    passage = found.passages[id]
    path = found.paths[passage.document_id]
    return {"id": id, "path": path, "lines": list(passage.lines), "text": passage.text}
