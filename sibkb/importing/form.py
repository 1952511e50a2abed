"""A form that was filled in -> the text of a draft in the corpus format; what was left empty is a TODO."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sibkb.importing.plain import escaped, escaped_starts

TODO: Final = "TODO"
SOURCE: Final = "source-1"
"""The id of the one source that a form has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What somebody filled in; an empty text is one that was left empty."""

    title: str = ""
    kind: str = "case"
    countries: Sequence[str] = ()
    sector: str = ""
    stage: str = ""
    start: str = ""
    end: str = ""
    parties: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Key of the front matter's `parties` -> names."""
    summary: str = ""
    account: str = ""
    """What happened, in as many paragraphs as it takes."""
    lesson: str = ""
    words: Mapping[str, str] = field(default_factory=dict)
    """The lesson's `theme`, `work_stage`, `audience` and `basis`."""
    consent: Mapping[str, str] = field(default_factory=dict)
    """An interview's `who`, `date`, `scope` and `url`."""
    source: Mapping[str, str] = field(default_factory=dict)
    """`title`, `publisher`, `date`, `url` and `read`."""
    release: str = "internal"


def written(form: Form) -> str:
    """The whole file."""
    body = "\n\n".join(_body(form))
    return f"---\n{''.join(_front(form))}---\n\n{body}\n"


def _front(form: Form) -> Iterator[str]:
    yield f"title: {_text(form.title)}\nkind: {form.kind}\n"
    yield f"countries: [{', '.join(form.countries) or TODO}]\n"
    yield f"sector: {form.sector or TODO}\n"
    if form.kind == "case":
        yield f"stage: {form.stage or TODO}\n"
    yield from (f"{key}: {_date(getattr(form, key))}\n" for key in ("start", "end"))
    yield "parties:\n" if any(form.parties.values()) else "parties: {}\n"
    for role, names in form.parties.items():
        if names:
            yield f"  {role}: [{', '.join(map(_text, names))}]\n"
    if any(form.consent.values()):
        yield f"consent:\n  who: {_text(form.consent.get('who', ''))}\n"
        yield f"  date: {_date(form.consent.get('date', '') or TODO)}\n"
        yield f"  scope: {_text(form.consent.get('scope', ''))}\n"
        yield f"  url: {_none(form.consent.get('url', ''))}\n"
    yield f"release: {form.release}\n"
    yield f"sources:\n  - id: {SOURCE}\n"
    yield f"    title: {_text(form.source.get('title', ''))}\n"
    yield f"    publisher: {_text(form.source.get('publisher', ''))}\n"
    yield f"    date: {_date(form.source.get('date', ''))}\n    url: {_none(form.source.get('url', ''))}\n"
    yield f"    read: {form.source.get('read') or TODO}\n"


def _body(form: Form) -> Iterator[str]:
    summary = _paragraph(form.summary) or f"{TODO}: one paragraph that says what this is and why it matters."
    yield f"{summary} [@{SOURCE}]"
    if paragraphs := [_paragraph(part) for part in re.split(r"\n\s*\n", form.account) if part.strip()]:
        yield "## What happened"
        yield from (f"{paragraph} [@{SOURCE}]" for paragraph in paragraphs)
    if form.lesson.strip():
        words = " ".join(f"{name}={value or TODO}" for name, value in form.words.items())
        yield f"## Lessons\n\n- {_paragraph(form.lesson)} [@{SOURCE}]\n  {{{words}}}"


def _paragraph(text: str) -> str:
    """Words that mean only themselves, in one line."""
    return escaped_starts(escaped(" ".join(text.split())))


def _text(text: str) -> str:
    """A YAML scalar in double quotes; JSON's escapes are YAML's."""
    return json.dumps(" ".join(text.split()) or TODO, ensure_ascii=False)


def _none(text: str) -> str:
    return _text(text) if text.strip() else "null"


def _date(text: str) -> str:
    """A date as it was written: quoted where it is anything else, so that the check tells what is wrong with it."""
    text = " ".join(text.split())
    return text if re.fullmatch(r"[0-9-]+", text) else _none(text)
