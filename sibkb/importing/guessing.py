"""What a text seems to say of dates, money, countries and parties: guesses, each with the place it came from.

A guess takes nothing from general knowledge. `$` alone names no currency, a year alone no month, a range no amount.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain
from typing import Final

from sibkb import vocabulary

_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_MONTH: Final = "|".join(_MONTHS)
_DATE: Final = (
    rf"(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)? (?P<m1>{_MONTH}),? (?P<y1>\d{{4}})"
    rf"|(?P<m2>{_MONTH}) (?P<d2>\d{{1,2}}), (?P<y2>\d{{4}})"
    rf"|(?P<m3>{_MONTH}) (?P<y3>\d{{4}})|(?P<iso>\d{{4}}-\d\d-\d\d)|(?P<y4>(?:19|20)\d\d))\b"
)
_CUES: Final[Mapping[str, re.Pattern[str]]] = {
    key: re.compile(rf"\b(?:{cues})\b(?:(?![.!?]\s|\b(?:{other})\b).){{0,60}}?\b{_DATE}")
    for key, cues, other in (
        ("start", "began|begins|started|starts|launched|opened|commenced|went live", "ended|closed|finished"),
        ("end", "ended|ends|closed|finished|concluded|wound up|was completed", "began|started|launched"),
    )
}
_CURRENCIES: Final[Mapping[str, str]] = {
    "£": "GBP", "€": "EUR", "₹": "INR", "US$": "USD", "A$": "AUD", "AU$": "AUD", "C$": "CAD", "CA$": "CAD",
    "NZ$": "NZD",
}  # fmt: skip
_CODES: Final = "AUD|BRL|CAD|CHF|CLP|COP|DKK|EUR|GBP|INR|JPY|KES|NOK|NZD|SEK|UGX|USD|ZAR"
_NUMBER: Final = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_UNITS: Final[Mapping[str, int]] = {
    "k": 10**3, "thousand": 10**3, "m": 10**6, "million": 10**6, "bn": 10**9, "billion": 10**9, "lakh": 10**5,
    "crore": 10**7,
}  # fmt: skip
_SUM: Final = rf"(?:{_NUMBER})\s?(?:(?:{'|'.join(_UNITS)})\b)?"
_MONEY: Final = re.compile(
    rf"(?P<currency>(?:\b(?:US|AU|A|CA|C|NZ))?\$|[£€₹]|\b(?:{_CODES})\s?)(?P<number>{_NUMBER})"
    rf"\s?(?:(?P<unit>{'|'.join(_UNITS)})\b)?"
    rf"(?P<range>\s?(?:[-–—]|to)\s?(?:[£€₹$]|\b)\s?{_SUM})?"
)
_OTHER_NAMES: Final[Mapping[str, str]] = {
    "UK": "GB", "Great Britain": "GB", "England": "GB", "Scotland": "GB", "Wales": "GB", "Northern Ireland": "GB",
    "USA": "US", "US": "US",
}  # fmt: skip
_COUNTRY_NAMES: Final = tuple(
    (name, "countries", code)
    for name, code in [*((name, code) for code, name in vocabulary.COUNTRIES.items()), *_OTHER_NAMES.items()]
)
"""Name of a country, the key that it goes under, its code."""
_MOST: Final = 12
"""Sums that are offered; the rest are in the text all the same."""
_AROUND: Final = 40
"""Characters told on each side of a guess."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """One value that the text seems to give."""

    key: str
    """`start`, `end`, `countries`, `money`, or a role of a party, such as `investors`."""
    value: str
    currency: str | None = None
    """For money that is an amount; None where `value` is a figure in words."""
    paragraph: int
    """Counted from 1."""
    words: str
    """The words it rests on."""


def guesses(paragraphs: list[str], known: Mapping[str, str]) -> tuple[Guess, ...]:
    """All guesses; `known` is the name of each party that the corpus knows, and its role there."""
    found: dict[tuple[str, str], Guess] = {}
    for number, text in enumerate(paragraphs, 1):
        folded = " ".join(text.replace("\\", "").replace("**", "").split())
        for key, value, currency, span in _spans(folded, known):
            words = _around(folded, *span)
            guess = Guess(key=key, value=value, currency=currency, paragraph=number, words=words)
            once = "" if key in _CUES else value
            found.setdefault((key, once), guess)
    money = [each for each in found.values() if each.key == "money"][_MOST:]
    return tuple(each for each in found.values() if each not in money)


_Found = tuple[str, str, str | None, tuple[int, int]]


def _spans(text: str, known: Mapping[str, str]) -> Iterator[_Found]:
    for key, cue in _CUES.items():
        if (match := cue.search(text)) and (day := _iso(match)):
            yield key, day, None, match.span()
    yield from _money(text)
    parties = ((name, role, name) for name, role in known.items())
    for name, key, value in chain(_COUNTRY_NAMES, parties):
        if name in text and (match := re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text)):
            yield key, value, None, match.span()


def _money(text: str) -> Iterator[_Found]:
    for match in _MONEY.finditer(text):
        sign = match["currency"].strip()
        currency = _CURRENCIES.get(sign, sign if sign.isalpha() else None)
        if currency is None or match["range"]:
            yield "money", match[0].strip(), None, match.span()
        else:
            amount = Decimal(match["number"].replace(",", "")) * _UNITS.get(match["unit"] or "", 1)
            yield "money", f"{amount.normalize():f}", currency, match.span()


def _iso(match: re.Match[str]) -> str | None:
    """The date as 2012, 2012-04 or 2012-04-30."""
    if match["iso"]:
        return match["iso"]
    year = match["y1"] or match["y2"] or match["y3"] or match["y4"]
    month = match["m1"] or match["m2"] or match["m3"]
    day = match["day"] or match["d2"]
    if day and not 1 <= int(day) <= 31:
        return None
    return year + (f"-{_MONTHS.index(month) + 1:02}" if month else "") + (f"-{int(day):02}" if day else "")


def _around(text: str, start: int, end: int) -> str:
    first, last = max(0, start - _AROUND), min(len(text), end + _AROUND)
    first = text.rfind(" ", 0, first + 1) + 1 if first else 0
    cut = text.find(" ", last)
    last = cut if last < len(text) and cut != -1 else len(text)
    return ("…" if first else "") + text[first:last] + ("…" if last < len(text) else "")
