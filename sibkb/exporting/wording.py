"""The words in which quotations, dates and sources are told, wherever they leave the house."""

from collections.abc import Mapping
from typing import Final

from sibkb import vocabulary
from sibkb.model import Source

HOUSE: Final = "sibkb, a knowledge base of social impact bonds"
SUMMARISED: Final = "our summary of what they said"
"""Stands beside a perspective, which is never in quotation marks."""
NOT_NAMED: Final = "speaker not named"

_OUTER: Final[Mapping[str, str | tuple[str, ...]]] = {"“": "”", '"': '"', "‘": "’", "«": "»", "„": ("“", "”")}
"""Opening mark -> the closing mark that belongs to it."""
_AFTER: Final = ".,;:!?… "
"""What may stand behind a closing mark."""
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


def sentences(*parts: str | None) -> str:
    """Parts in a row, each closed by a full stop where it has no end of its own; an address never is."""
    return " ".join(part if _closed(part) else f"{part}." for part in parts if part)


def _closed(part: str) -> bool:
    return part.endswith(_ENDS) or part.startswith(("https://", "http://"))


def date_in_words(date: str) -> str:
    """`2013-06-30` -> `30 June 2013`, as far as it goes."""
    year, *rest = date.split("-")
    words = [str(int(rest[1]))] if len(rest) > 1 else []
    return " ".join([*words, *(_MONTHS[int(month) - 1] for month in rest[:1]), year])
