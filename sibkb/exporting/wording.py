"""The words in which documents, speakers, quotations, dates and sources are told, on every screen and paper."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from sibkb import vocabulary
from sibkb.model import NOT_RECORDED, PROJECTS, Document, Passage, Source

HOUSE: Final = "sibkb, a knowledge base of social impact bonds"
SUMMARISED: Final = "our summary of what they said"
"""Stands beside a perspective, which is never in quotation marks."""
NOT_NAMED: Final = "speaker not named"

NEVER: Final = "does not apply"
PARTIES: Final[Mapping[str, str]] = {
    "outcome_payers": "Who pays for outcomes",
    "investors": "Who invested",
    "intermediaries": "Who arranged it",
    "providers": "Who delivers the service",
    "evaluators": "Who evaluates",
    "technical_assistance": "Who advised",
    "funders": "Who else gave money",
    "chair": "Who chairs",
    "authors": "Who wrote it",
    "interviewees": "Who was asked",
}
"""Role of a party -> what a reader calls it."""
FIGURES: Final[Mapping[str, str]] = {
    "money": "Money",
    "people_served": "People served",
    "outcome_metrics": "What is measured and paid for",
    "results": "Results",
}
"""Field of the front matter that holds figures -> what a reader calls it."""
RELATIONS: Final[Mapping[str, str]] = {
    "part_of": "Part of",
    "parts": "Its projects",
    "supported_by": "Supported by",
    "supports": "Projects it supported",
    "follows": "Follows",
    "followed_by": "Followed by",
}
"""Relation, also as it is seen from the other side -> what a reader calls those it leads to."""
ASKED: Final = frozenset({"outcome_payers", "investors", "providers", *FIGURES})
"""What a reader of a deal asks for: where nothing is recorded, that is said."""

_OUTER: Final[Mapping[str, str | tuple[str, ...]]] = {"“": "”", '"': '"', "‘": "’", "«": "»", "„": ("“", "”")}
"""Opening mark -> the closing mark that belongs to it."""
_AFTER: Final = ".,;:!?… "
"""What may stand behind a closing mark."""
_SUM: Final = re.compile(r"\b([A-Z]{3}) (?=[0-9])")
_ENDS: Final = (".", "?", "!", ".”", "?”", "!”")
_MONTHS: Final = tuple("January February March April May June July August September October November December".split())  # noqa: SIM905


def quoted(text: str) -> str:
    """A quotation in its outer marks: its own where the original has them, ours where not."""
    closing = _OUTER.get(text[:1])
    return text if closing and text.rstrip(_AFTER)[1:].endswith(closing) else f"“{text}”"


def read_in_words(source: Source) -> str:
    """How far a source was read, in plain words."""
    words = vocabulary.READS[source.read].label
    return words if source.url or source.read == "not" else f"{words}, as a hosted copy"


def cited(source: Source) -> str:
    """A source as a reader should meet it."""
    return sentences(
        source.title, source.publisher, source.date or "no date", source.url, read_in_words(source), source.note
    )


def is_web(address: str | None) -> bool:
    """Whether a browser may be sent there."""
    return bool(address and address.startswith(("https://", "http://")))


def role(passage: Passage) -> str:
    """What the speaker is."""
    return vocabulary.ROLES[passage.speaker_role].label if passage.speaker_role else f"role {NOT_RECORDED}"


def said_by(passage: Passage) -> str:
    """Who speaks, as named, and in which role."""
    return f"{passage.speaker or NOT_NAMED} · {role(passage)}"


def labels(passage: Passage) -> Iterator[str]:
    """Whose words these are where that is not plain, what they are about, and whom they serve."""
    if passage.status == "illustrative":
        term = vocabulary.STATUSES["illustrative"]
        yield f"{term.label}: {term.meaning.rstrip('.')}"
    if passage.kind == "lesson":
        yield vocabulary.BASES[passage.basis].label if passage.basis else f"Basis {NOT_RECORDED}"
    if passage.about_role:
        yield f"About whom: {vocabulary.ROLES[passage.about_role].label}"
    yield from (vocabulary.THEMES[theme].label for theme in passage.themes)
    if passage.work_stage:
        yield vocabulary.WORK_STAGES[passage.work_stage].label
    if passage.audiences:
        yield f"Useful to: {', '.join(vocabulary.AUDIENCES[each].label for each in passage.audiences)}"


def places(document: Document) -> str:
    """Where it is: the place, then the countries that it does not name."""
    place = document.place or ""
    countries = [name for name in map(vocabulary.country, document.countries) if name not in place]
    return ", ".join([place, *countries] if place else countries)


def sector(document: Document) -> str:
    """Its field."""
    return "No single sector" if document.sector == "other" else vocabulary.SECTORS[document.sector].label


def dates(document: Document) -> str:
    """When it ran."""
    if not document.start and not document.end:
        return f"Dates {NOT_RECORDED}"
    start, end = (date_in_words(date) if date else NOT_RECORDED for date in (document.start, document.end))
    return start if start == end else f"{start} – {end}" if document.end else f"{start} – end {NOT_RECORDED}"


def ending(document: Document) -> str | None:
    """How far it got; None where the question does not arise."""
    if document.stage:
        return vocabulary.STAGES[document.stage].label
    return f"How it ended: {NOT_RECORDED}" if document.kind in PROJECTS else None


def sentences(*parts: str | None) -> str:
    """Parts in a row, each closed by a full stop where it has no end of its own; an address never is."""
    return " ".join(part if _closed(part) else f"{part}." for part in parts if part)


def _closed(part: str) -> bool:
    return part.endswith(_ENDS) or is_web(part)


def unbroken(figure: str) -> str:
    """A figure whose sums stand on one line: a currency and its amount are not parted."""
    return _SUM.sub("\\1\u00a0", figure)


def number(count: int, one: str, many: str | None = None) -> str:
    """A number with its noun: `1 lesson`, `2,287 passages`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def date_in_words(date: str) -> str:
    """`2013-06-30` -> `30 June 2013`, as far as it goes."""
    year, *rest = date.split("-")
    words = [str(int(rest[1]))] if len(rest) > 1 else []
    return " ".join([*words, *(_MONTHS[int(month) - 1] for month in rest[:1]), year])
