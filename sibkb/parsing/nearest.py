"""The word somebody probably meant."""

import re
import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

_SURE: Final = 0.85
_DOUBT: Final = 0.7
"""How alike a word must be to one, and how little to any other, to be a slip of it; as difflib counts."""
_PLAIN: Final = re.compile(r"[\w\s-]+")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A fix that names the nearest known word, or all of them."""
    known = list(known)
    close = get_close_matches(word.lower().replace(" ", "-"), known, n=1, cutoff=0.6)
    if not close:
        close = get_close_matches(word.lower().replace("-", "_"), known, n=1, cutoff=0.6)
    if not close:
        close = [each for each in known if word.lower() in re.split("[-_]", each)]
    told = f"did you mean `{close[0]}`?" if close else f"use one of: {', '.join(known)}"
    return f"{told} {odd}" if (odd := _odd(word)) else told


def _odd(word: str) -> str:
    """What of a word the eye does not tell: all our words are plain letters."""
    names = [unicodedata.name(each, f"U+{ord(each):04X}") for each in word if not each.isascii()]
    return f"Here stands a {names[0]}" if names else ""


def slip_of(word: str, known: Iterable[str], *, near: bool = True) -> str | None:
    """The one known word that this can only be a slip of: in case, hyphens or number, or, if `near`, in a letter."""
    known = list(known)
    same = [each for each in known if _folded(each) == _folded(word)]
    if same or not near or not _PLAIN.fullmatch(word):  # a mark in a word may have been meant for something else
        return same[0] if len(same) == 1 else None
    close = get_close_matches(word.lower(), known, n=2, cutoff=_DOUBT)
    return close[0] if len(close) == 1 and get_close_matches(word.lower(), close, cutoff=_SURE) else None


def _folded(word: str) -> str:
    parts = re.split(r"[-_\s]+", word.strip().lower())
    return "-".join(re.sub("ies$", "y", part).removesuffix("s") for part in parts)
