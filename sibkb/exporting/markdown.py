"""Values -> a file in the corpus format, from what may be told alone.

What is read of the file again is what stood there: ids, kinds, words, speakers, labels and sources. What no value holds
is not in it: comments, emphasis, links inside a text, and the shape of lists and tables in prose.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final

from sibkb.exporting.facts import Fact, Facts
from sibkb.exporting.wording import PARTIES
from sibkb.model import Consent, Document, Entry, Passage, Source

_SPECIAL: Final = re.compile(r"[\\`*\[\]<]|(?<!\w)_|_(?!\w)|&(?=#|\w+;)")
"""Signs that would mean something in Markdown."""
_BEGINS: Final = re.compile(r"\A(?:(?P<number>\d{1,9})(?=[.)])|(?=[-#+>=~]))")
"""What would make more than a paragraph of a line that begins so."""
_READ_AS_MORE: Final = re.compile(r"\[\s*-?@|\{[^{}]+\}")
"""What in a text of code would be read as a citation or attributes, were it no code."""
_PLAIN: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_DERIVED: Final = re.compile(r"(?:fact)-[0-9a-f]{8}(?:-[0-9]+)?")
"""Names that a row of the front matter is given by itself."""
_OF_A_LIST: Final = frozenset({"lesson", "perspective", "dispute"})


def markdown(document: Document, passages: Sequence[Passage]) -> str:
    """The file of a document with these of its passages; no other passage is told."""
    front = "\n".join(_front(document, passages))
    body = "\n\n".join(_body([each for each in passages if each.kind != "fact"]))
    return f"---\n{front}\n---\n\n{body}\n"


# The front matter


def _front(document: Document, passages: Sequence[Passage]) -> Iterator[str]:
    facts = Facts(document, passages)
    yield f"title: {_quoted(document.title)}"
    yield f"kind: {document.kind}"
    yield f"countries: {_list(document.countries)}"
    yield from _given("place", _quoted(document.place) if document.place else None)
    yield f"sector: {document.sector}"
    for key in ("stage", "start", "end"):
        yield from _given(key, _date(getattr(document, key)))
    yield from _parties(facts)
    for field in dict.fromkeys(entry.field for entry in document.entries):
        rows = [entry for entry in document.entries if entry.field == field]
        yield f"{field}:"
        yield from (_row(_entry(each, fact)) for each, fact in zip(rows, facts.entries(field), strict=True))
    yield from _given("part_of", document.part_of)
    for key in ("supported_by", "follows"):
        yield from _given(key, _list(getattr(document, key)))
    yield from _given("indigo_ids", _list(map(_quoted, document.indigo_ids)))
    yield from _given("consent", _consent(document.consent))
    yield f"release: {document.release}"
    yield "sources:"
    yield from (_row(_source(each)) for each in document.sources)


def _parties(facts: Facts) -> Iterator[str]:
    roles = {role: found for role in PARTIES if (found := facts.parties(role))}
    if roles:
        yield "parties:"
    for role, found in roles.items():
        yield f"  {role}:"
        yield from (f"  {_row({'name': _quoted(each.text)} | _rest(each))}" for each in found)


def _entry(entry: Entry, fact: Fact) -> dict[str, str]:
    if entry.field == "timeline":
        return {"date": _quoted(entry.figure or ""), "event": _quoted(entry.what)} | _rest(fact)
    told = {"what": _quoted(entry.what)}
    if entry.amount is not None and entry.currency:
        told |= {"amount": _number(entry.amount), "currency": entry.currency}
    elif entry.figure:
        told |= {"figure": _quoted(entry.figure)}
    return told | _rest(fact)


def _rest(fact: Fact) -> dict[str, str]:
    """The name a row was given, where it was, its note and its sources."""
    name = fact.passage.id.partition(".")[2] if fact.passage else ""
    named = {"id": _quoted(name)} if name and not _DERIVED.fullmatch(name) else {}
    noted = {"note": _quoted(fact.note)} if fact.note else {}
    return named | noted | ({"source": _list(map(_quoted, fact.sources))} if fact.sources else {})


def _consent(consent: Consent | None) -> str | None:
    if not consent:
        return None
    told = {"who": consent.who, "date": consent.date, "scope": consent.scope, "url": consent.url}
    return _table({key: _quoted(value) for key, value in told.items() if value})


def _source(source: Source) -> dict[str, str]:
    told = {"id": source.id, "title": source.title, "publisher": source.publisher, "date": source.date,
            "url": source.url, "read": source.read, "note": source.note}  # fmt: skip
    return {key: _quoted(value) for key, value in told.items() if value}


def _row(told: Mapping[str, str]) -> str:
    return f"  - {_table(told)}"


def _table(told: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{key}: {value}" for key, value in told.items()) + "}"


def _given(key: str, value: str | None) -> Iterator[str]:
    if value:
        yield f"{key}: {value}"


def _date(date: str | None) -> str | None:
    return _quoted(date) if date else None


def _list(words: Iterable[str]) -> str:
    inner = ", ".join(words)
    return f"[{inner}]" if inner else ""


def _quoted(text: str) -> str:
    """A YAML scalar in double quotes; JSON's escapes are YAML's."""
    return json.dumps(text, ensure_ascii=False)


def _number(amount: float) -> str:
    """An amount as digits, with no exponent and no needless fraction."""
    return f"{Decimal(repr(amount)):f}".removesuffix(".0")


# The body


def _body(passages: Sequence[Passage]) -> Iterator[str]:
    above: tuple[str, ...] = ()
    for passage in passages:
        yield from _headings(above, passage.heading)
        above = passage.heading
        yield _told(passage)


def _headings(above: tuple[str, ...], here: tuple[str, ...]) -> Iterator[str]:
    """The headings that lead from one passage to the next; the last one again where it only has to be closed."""
    same = next((i for i, (a, b) in enumerate(zip(above, here, strict=False)) if a != b), min(len(above), len(here)))
    first = same - 1 if above != here and same == len(here) and here else same
    for level, heading in enumerate(here[first:], first + 2):
        yield f"{'#' * level} {_escaped(heading)}"


def _told(passage: Passage) -> str:
    """A passage in the form that its kind has."""
    attributes, cited = _attributes(passage), _cited(passage.source_ids)
    if passage.kind == "quote":
        who = _escaped(passage.speaker or "speaker not stated")
        context = f"\n\n{_line(passage.context)}" if passage.context else ""
        return f"> {_line(passage.text)}\n>\n> — {who} {attributes}{cited}{context}"
    if passage.kind == "perspective":
        return f"- **{_escaped(passage.speaker or '')}** {attributes}: {_escaped(passage.text)}{cited}"
    if passage.kind in _OF_A_LIST:
        return f"- {_line(passage.text)}{cited}\n  {attributes}"
    if passage.source_ids == () and _READ_AS_MORE.search(passage.text):
        return f"~~~~\n{passage.text}\n~~~~"
    return f"{_line(passage.text)}{cited}\n{attributes}"


def _cited(sources: Iterable[str]) -> str:
    inner = "; ".join(f"@{id}" for id in sources)
    return f" [{inner}]" if inner else ""


def _attributes(passage: Passage) -> str:
    """Its name and labels; what is as it would be anyway is left out, and so is what the document says of all."""
    told = {
        "theme": passage.themes,
        "work_stage": (passage.work_stage,),
        "audience": passage.audiences,
        "basis": (passage.basis,),
        "speaker_role": (passage.speaker_role,),
        "about_role": (passage.about_role,),
        "status": (passage.status if passage.status != "reported" else None,),
        "touches": passage.touches,
        "release": (passage.release if passage.release != "public" else None,),
    }
    words = {name: " ".join(filter(None, values)) for name, values in told.items()}
    each = [f"{name}={_word(value)}" for name, value in words.items() if value]
    name = passage.id.partition(".")[2]
    return "{" + " ".join([f"#{name}", *([".key"] if passage.key else []), *each]) + "}"


def _word(value: str) -> str:
    return value if _PLAIN.fullmatch(value) else f'"{value}"'


def _line(text: str) -> str:
    """A text as a paragraph of its own."""
    return _BEGINS.sub(lambda match: f"{match['number'] or ''}\\", _escaped(text), count=1)


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", text)
