"""The word somebody probably meant."""

import re
import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches


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
