"""Values -> why another document is like one, in plain words, and the same for scripts."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from sibkb import vocabulary
from sibkb.model import Document, Json, Similar

NAMED: Final = 3
"""How many parties or themes are named."""
CLOSE: Final = 0.2
"""Accounts this close are said to be: of all pairs of documents that were looked at, about one in fifteen."""
_AS: Final[Mapping[str, str]] = {
    "outcome_payers": "outcome payer",
    "investors": "investor",
    "intermediaries": "intermediary",
    "providers": "provider",
    "evaluators": "evaluator",
    "technical_assistance": "adviser",
    "funders": "funder",
    "chair": "chair",
}
"""Role of a party -> what the party is."""


def alike(document: Document, other: Similar) -> str:
    """Why the other is like the document: what both have, what both have lessons on, how their accounts lie."""
    both = "; ".join(_both(document, other))
    themes = _named([vocabulary.THEMES[theme].label.lower() for theme in other.shared["theme"]])
    sentences = (
        f"Both: {both}." if both else "",
        f"Both have lessons on {themes}." if themes else "",
        "Their accounts are close in meaning." if other.told >= CLOSE else "",
    )
    return " ".join(filter(None, sentences)) or "Some of their lessons come close."


def _both(document: Document, other: Similar) -> Iterator[str]:
    if document.part_of and document.part_of == other.document.part_of:
        yield "in the same programme"
    yield from (vocabulary.SECTORS[sector].label.lower() for sector in other.shared["sector"])
    yield from map(vocabulary.country, other.shared["country"])
    parties = [f"{name} {_as(document, other.document, name)}" for name in other.shared["party"]]
    if parties:
        yield _named(parties)


def _as(document: Document, other: Document, name: str) -> str:
    """In which role, where it is the same one; else in which here and there."""
    here, there = (_roles(each, name) for each in (document, other))
    if same := [role for role in here if role in there]:
        return f"as {same[0]}"
    return f"({here[0]} here, {there[0]} there)"


def _roles(document: Document, name: str) -> list[str]:
    wanted = name.casefold()
    return [_AS[each.role] for each in document.parties if each.role in _AS and each.name.casefold() == wanted]


def _named(words: Sequence[str]) -> str:
    """Some of them and how many more."""
    more = len(words) - NAMED
    return ", ".join(words[:NAMED]) + (f" and {more} more" if more > 0 else "")


def similar_json(document: Document, other: Similar) -> Json:
    """Another document, and why it is like this one."""
    return {
        "document": {"id": other.document.id, "title": other.document.title, "kind": other.document.kind},
        "score": other.score,
        "why": alike(document, other),
        "shared": {field: list(values) for field, values in other.shared.items()},
        "told": other.told,
        "lessons": [
            {"here": {"id": here.id, "text": here.text}, "there": {"id": there.id, "text": there.text}}
            for here, there in other.pairs
        ],
    }
