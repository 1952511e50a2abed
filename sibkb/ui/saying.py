"""Values -> HTML and text: what somebody said, as it is shown and as it is cited, and the roles that nobody speaks for.

Words in quotation marks are somebody's own; our summary of what somebody said never has them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from sibkb import vocabulary
from sibkb.exporting import wording
from sibkb.model import NOT_RECORDED, Document, Passage
from sibkb.ui import cards

KINDS: Final[Mapping[str, str]] = {"quote": "Quotation", "perspective": "Our summary of what they said"}
"""Kind of passage in which somebody speaks -> what a reader calls it; the first comes first."""

FEW: Final = 2
"""So many voices of a role are few."""


def ordered(passages: Iterable[Passage]) -> list[Passage]:
    """Key ones first, then quotations before summaries, else as they came."""
    kinds = list(KINDS)
    return sorted(passages, key=lambda passage: (not passage.key, kinds.index(passage.kind)))


def _label(words: vocabulary.Vocabulary, word: str | None) -> str:
    return words[word].label if word else NOT_RECORDED


def voice(passage: Passage, document: Document) -> str:
    """One voice: the words, whose they are, what they are about, and their source."""
    return f'<article class="kb-card kb-voice">{"".join(_rows(passage, document))}</article>'


def _rows(passage: Passage, document: Document) -> Iterator[str]:
    yield f'<p class="kb-kind"><b>{escape(KINDS[passage.kind])}</b></p>'
    who = f"<b>{escape(cards.speaker(passage))}</b> · {escape(wording.role(passage))}"
    if passage.kind == "quote":
        words = cards.quotation(passage, escape(passage.text))
        yield f'<figure>{words}<figcaption class="kb-speaker">— {who}</figcaption></figure>'
    else:
        yield f'<p class="kb-speaker">{who}</p><p class="kb-text">{escape(passage.text)}</p>'
    if passage.status == "illustrative":
        term = vocabulary.STATUSES["illustrative"]
        yield f'<p class="kb-example"><b>{escape(term.label)}:</b> {escape(term.meaning)}</p>'
    if passage.context:
        yield f'<p class="kb-context"><b>What was going on:</b> {escape(passage.context)}</p>'
    yield f'<dl class="kb-tags">{"".join(_tags(passage))}</dl>'
    sources = "; ".join(cards.cited(document.source(id)) for id in passage.source_ids)
    yield f'<p class="kb-source"><b>Source:</b> {sources or NOT_RECORDED}</p>'


def _tags(passage: Passage) -> Iterator[str]:
    themes = ", ".join(vocabulary.THEMES[theme].label for theme in passage.themes)
    for name, value in (
        ("About whom", _label(vocabulary.ROLES, passage.about_role)),
        ("Theme", themes or NOT_RECORDED),
        ("Stage of the work", _label(vocabulary.WORK_STAGES, passage.work_stage)),
    ):
        yield f"<div><dt>{name}:</dt> <dd>{escape(value)}</dd></div>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """A role and how many speak in it."""

    role: str
    voices: int
    examples: int = 0
    """How many of them are an author's examples, so nobody really spoke."""


def present(passages: Sequence[Passage]) -> list[Present]:
    """Every role of the vocabulary with its voices, the most first."""
    rows = []
    for word in vocabulary.ROLES:
        mine = [passage for passage in passages if passage.speaker_role == word]
        examples = sum(passage.status == "illustrative" for passage in mine)
        rows.append(Present(role=word, voices=len(mine), examples=examples))
    return sorted(rows, key=lambda row: -row.voices)


def missing(rows: Sequence[Present]) -> str:
    """In one line, how many roles have no voice."""
    none = sum(not row.voices for row in rows)
    if not none:
        return "Who is missing: every role has a voice here"
    return f"Who is missing: {none} of {len(rows)} roles {'has' if none == 1 else 'have'} no voice here"


def roles(rows: Sequence[Present], unknown: int, caption: str) -> str:
    """Which roles nobody or hardly anybody speaks in, and how many speak in each; `unknown` have no role on record."""
    none = [_name(row.role) for row in rows if not row.voices]
    few = [f"{_name(row.role)} ({row.voices})" for row in rows if 0 < row.voices <= FEW]
    lines = [
        f"<b>Nobody speaks here as:</b> {', '.join(none)}." if none else "<b>Every role has a voice here.</b>",
        f"<b>Only one or two voices:</b> {', '.join(few)}." if few else "",
        f"<b>Role {NOT_RECORDED}:</b> {_voices(unknown)}, which may be of any role." if unknown else "",
    ]
    most = max(1, unknown, *(row.voices for row in rows))
    table = "".join(_role(row, most) for row in rows)
    table += _line(f"Role {NOT_RECORDED}", str(unknown), unknown / most) if unknown else ""
    return (
        '<div class="kb-missing">'
        + "".join(f"<p>{line}</p>" for line in lines if line)
        + f'<table><caption>{escape(caption)}</caption><thead><tr><th scope="col">Who speaks</th>'
        f'<th scope="col">Voices</th><td></td></tr></thead><tbody>{table}</tbody></table></div>'
    )


def _name(role: str) -> str:
    return escape(vocabulary.ROLES[role].label)


def _role(row: Present, most: int) -> str:
    examples = f" ({row.examples} illustrative)" if row.examples else ""
    return _line(_name(row.role), f"{row.voices or 'none'}{examples}", row.voices / most)


def _line(name: str, count: str, share: float) -> str:
    bar = f'<span style="width: {share:.0%}"></span>' if share else ""
    return f'<tr><th scope="row">{name}</th><td>{count}</td><td class="kb-bar" aria-hidden="true">{bar}</td></tr>'


def _voices(count: int) -> str:
    return "1 voice" if count == 1 else f"{count} voices"


def counted(passages: Sequence[Passage]) -> str:
    """How many there are of each kind, and in which order they stand."""
    quotes = sum(passage.kind == "quote" for passage in passages)
    summaries = len(passages) - quotes
    parts = [
        f"{quotes} quotation{'s' * (quotes != 1)}" if quotes else "",
        f"{summaries} in our summary" if summaries else "",
    ]
    order = ". The most telling come first, then quotations." if quotes and summaries else "."
    return ", ".join(part for part in parts if part) + order
