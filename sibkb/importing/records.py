"""What a row, or a group of rows, says -> a draft."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sibkb import vocabulary
from sibkb.importing.drafting import Draft
from sibkb.importing.extract import Lost
from sibkb.importing.front import CONSENT, comment, quoted


@dataclass(kw_only=True)
class Record:
    """A document to be; filled in while rows are read, so it can change."""

    id: str
    title: str
    kind: str
    countries: list[str] = field(default_factory=list)
    words: dict[str, str] = field(default_factory=dict)
    """`sector`, `stage`, `start`, `end`, `place` as far as they are known."""
    parties: dict[str, list[str]] = field(default_factory=dict)
    entries: dict[str, list[Mapping[str, str]]] = field(default_factory=dict)
    """`money`, `people_served` and `timeline`: the fields of each entry, in YAML."""
    indigo_ids: list[str] = field(default_factory=list)
    sources: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    """Id of a source -> its title, publisher, and how far it was read."""
    remarks: list[str] = field(default_factory=list)
    """For the eyes of who fills in the draft."""
    summary: str = ""
    quotes: list[str] = field(default_factory=list)
    """As Markdown."""
    disputes: list[str] = field(default_factory=list)
    """As Markdown, without the mark of a list."""
    lost: list[Lost] = field(default_factory=list)


def written(record: Record, name: str, columns: tuple[tuple[str, str | None], ...]) -> Draft:
    """The draft of a record that comes from the file of that name."""
    summary = record.summary or "TODO: one paragraph that says what this is and why it matters."
    cited = next(iter(record.sources))
    parts = [f"---\n{''.join(_front(record, name))}---\n\n{summary} [@{cited}]"]
    if record.quotes:
        parts += ["## In their words", *record.quotes]
    if record.disputes:
        parts += ["## Disputes and limits", "\n".join(f"- {each}" for each in record.disputes)]
    text = "\n\n".join(parts) + "\n"
    return Draft(id=record.id, title=record.title, kind=record.kind, text=text, lost=tuple(record.lost),
                 columns=columns)  # fmt: skip


def _front(record: Record, name: str) -> Iterator[str]:
    yield (
        comment(f"A draft made from {name}. Look at everything, fill in what is to do: sibkb accept {record.id}") + "\n"
    )
    yield "# Not kept from the file:\n" if record.lost else ""
    yield from (comment(f"- {each.where}: {each.what}") + "\n" for each in record.lost)
    yield from (comment(each) + "\n" for each in record.remarks)
    yield f"title: {quoted(record.title)}\nkind: {record.kind}\n"
    countries = ", ".join(record.countries)
    yield f"countries: [{countries}]\n" if countries else "countries: [TODO]  # two capitals, such as GB\n"
    words = record.words
    yield f"sector: {words.get('sector') or 'TODO  # one of: ' + ', '.join(vocabulary.SECTORS)}\n"
    if record.kind == "case":
        yield f"stage: {words.get('stage') or 'TODO  # one of: ' + ', '.join(vocabulary.STAGES)}\n"
    yield from (f"{key}: {words[key]}\n" for key in ("start", "end") if words.get(key))
    yield f"place: {quoted(words['place'])}\n" if words.get("place") else ""
    yield "parties:\n" if record.parties else ""
    yield from (f"  {role}: [{', '.join(map(quoted, names))}]\n" for role, names in record.parties.items())
    for key, entries in record.entries.items():
        yield f"{key}:\n"
        for entry in entries:
            yield "  - {" + ", ".join(f"{name}: {value}" for name, value in entry.items()) + "}\n"
    yield f"indigo_ids: [{', '.join(map(_plain, record.indigo_ids))}]\n" if record.indigo_ids else ""
    yield (CONSENT if record.kind == "interview" else "") + "release: internal\nsources:\n"
    for id, (title, publisher, read) in record.sources.items():
        yield f"  - {{id: {id}, title: {quoted(title)}, publisher: {quoted(publisher)}, date: null, url: null, "
        yield f"read: {read}}}\n"


def _plain(id: str) -> str:
    """An id as it is; in quotation marks where YAML would read marks in it."""
    return id if re.fullmatch(r"[A-Za-z][\w-]*", id) else quoted(id)
