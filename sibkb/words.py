"""Text -> words and sentences: one tokeniser for index, query and highlight, so a mark is always a word that matched.

A word is a run of letters and digits, compared by its stem without case, accents and apostrophes. An amount is one
word however it is written: `£30m`, `30 million` and `30,000,000` are all `30000000`.
"""

import hashlib
import re
import threading
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

import Stemmer

_STOP_WORDS: Final = """
    a about after again all also am an and any are as at be because been before being between both but by came can come
    could did do does doing done down each every for from further get gets getting go goes going got had has have having
    he her here hers him his how i if in into is it its just let lets like me more most much my no nor not now of off on
    once only or other our ours out over own s same she should so some such t than that the their theirs them then there
    these they this those through to too under until up upon us very was we went were what when where which while who
    whom whose why will with would you your yours
    arent cant couldnt didnt doesnt dont hadnt hasnt havent hes im isnt itd itll ive shes shouldnt theyd
    theyll theyre theyve thats wasnt weve werent wheres whos wont wouldnt youd youll youre youve
"""
STOP_WORDS: Final = frozenset(_STOP_WORDS.split())
"""Too common to say what a question is about, the question words among them."""

_MARK: Final = "\u00ad\u0300-\u036f\u064b-\u065f\u0670\u200c\u200d"
"""What may stand inside a word without being a letter: accents, soft hyphens, joiners."""
_LETTER: Final = f"(?:[^\\W_][{_MARK}]*)"
_APOSTROPHE: Final = "['’‘ʼ]"
_MULTIPLES: Final[Mapping[str, int]] = {
    "k": 10**3,
    "thousand": 10**3,
    "m": 10**6,
    "mn": 10**6,
    "million": 10**6,
    "bn": 10**9,
    "billion": 10**9,
}
_WORD: Final = re.compile(
    rf"""
    (?P<number> \d{{1,3}} (?:,\d{{3}})+ (?:\.\d+)? | \d+ (?:\.\d+)? )
        (?: (?P<close> k|m|mn|bn ) | [\s-]? (?P<apart> mn|bn|thousand|million|billion ) )? (?!{_LETTER})
  | (?P<word> {_LETTER}+ (?:{_APOSTROPHE}{_LETTER}+)* )
    """,
    re.VERBOSE | re.IGNORECASE,
)
_POSSESSIVE: Final = re.compile(rf"{_APOSTROPHE}s$", re.IGNORECASE)
_OTHER: Final = 0.5
"""What another name of something counts, shared among its words; as a whole, where it has several, twice that."""
_PHRASE: Final = re.compile(r'"([^"“”]+)"|“([^"“”]+)”')

_STEMMER: Final = Stemmer.Stemmer("english")
_STEMMING: Final = threading.Lock()
"""A stemmer keeps a cache of its own and must not be asked by two threads at once."""


class Token(NamedTuple):
    """A word where it stands."""

    stem: str
    start: int
    """Characters from the beginning of the text."""
    end: int
    position: int
    """Words before it, stop words counted."""


class QueryWord(NamedTuple):
    """A word of a question."""

    text: str
    """As the person wrote it."""
    stem: str
    times: int = 1
    """How often it was said: in a long question, what is said twice is what it is about."""


class Other(NamedTuple):
    """Another name of something that a question names."""

    instead: frozenset[str]
    """Stems of the question's words that it stands for."""
    words: tuple[QueryWord, ...]
    """Its own words without stop words."""
    phrase: tuple[str, ...]
    """Its stems in a row, stop words included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the words of a question ask for."""

    words: tuple[QueryWord, ...] = ()
    """Any of these, without stop words and repeats; those of phrases too."""
    phrases: tuple[tuple[str, ...], ...] = ()
    """Stems that must all stand there, in this order, stop words included."""
    others: tuple[Other, ...] = ()
    """What may stand there in the place of some words."""

    @property
    def empty(self) -> bool:
        return not self.words and not self.phrases

    @property
    def stems(self) -> tuple[str, ...]:
        """Of all words, those of other names among them."""
        added = (word.stem for other in self.others for word in other.words)
        return tuple(dict.fromkeys([*(word.stem for word in self.words), *added]))

    @property
    def wanted(self) -> Mapping[tuple[str, ...], float]:
        """What passages are ranked by: stems in a row -> what they count; a word of the question counts for itself."""
        found: dict[tuple[str, ...], float] = {}
        for other in self.others:
            found |= {(word.stem,): _OTHER / len(other.words) for word in other.words}
        found |= {(word.stem,): float(word.times) for word in self.words}
        names = {other.phrase: 2 * _OTHER / len(other.words) for other in self.others if len(other.phrase) > 1}
        return found | names

    def covered(self, have: Collection[str]) -> frozenset[str]:
        """Stems of the question's words that are among these, themselves or in another name."""
        themselves = {word.stem for word in self.words if word.stem in have}
        named = (other.instead for other in self.others if all(word.stem in have for word in other.words))
        return frozenset(themselves.union(*named))

    def named(self, names: Iterable["Named"]) -> "Terms":
        """The same question with the other names of what it names."""
        asked = {word.stem for word in self.words}
        others = [
            Other(frozenset(asked & {*name.stems}), analyse(other).words, stems_of(other))
            for name in names
            for other in name.others
        ]
        return replace(self, others=tuple(others))

    def replaced(self, corrections: Mapping[str, str]) -> "Terms":
        """The same question with other words in the place of some: word as written -> word instead."""
        words = [
            QueryWord(new, stem(new), word.times) if (new := corrections.get(word.text)) else word
            for word in self.words
        ]
        stems = {old.stem: new.stem for old, new in zip(self.words, words, strict=True)}
        return Terms(
            words=_without_repeats(words),
            phrases=tuple(tuple(stems.get(each, each) for each in phrase) for phrase in self.phrases),
        )


class Named(NamedTuple):
    """A name where it stands in a question."""

    stems: tuple[str, ...]
    start: int
    end: int
    others: tuple[str, ...]
    """The other names of the same thing, as they are written."""
    known: bool
    """Whether the corpus has all its words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thesaurus:
    """Which names are names of the same thing."""

    others: Mapping[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)
    """Stems of a name, stop words included -> its other names, the one that explains it first; there may be none."""

    def has(self, stem: str) -> bool:
        """Whether a name has this word."""
        return any(stem in name for name in self.others)

    def found(self, text: str, known: Callable[[str], bool]) -> tuple[Named, ...]:
        """The names in a question with those other names that can find something; `known` tells a stem of the corpus.

        These are the ones whose words are all known, and what explains a name that is not. What is in double quotes is
        meant as it stands.
        """
        quoted = [match.span() for match in _PHRASE.finditer(text)]
        found = [
            Named(name, start, end, self.others[name], all(map(known, name)))
            for name, start, end in names_in(text, self.others)
            if not any(start < last and first < end for first, last in quoted)
        ]
        asked = {name.stems for name in found}
        named = (name._replace(others=tuple(_useful(name, asked, known))) for name in found)
        return tuple(name for name in named if name.others)


def _useful(name: Named, asked: Collection[tuple[str, ...]], known: Callable[[str], bool]) -> Iterator[str]:
    for place, other in enumerate(name.others):
        explains = place == 0 and not name.known
        if stems_of(other) not in asked and (explains or all(map(known, analyse(other).stems))):
            yield other


def explained(text: str, named: Iterable[Named]) -> str:
    """The text with an explanation behind each name that the corpus, and so perhaps the encoder, does not know."""
    for name in sorted(named, key=lambda name: -name.end):
        if not name.known:
            text = f"{text[: name.end]} ({name.others[0]}){text[name.end :]}"
    return text


def stems_of(text: str) -> tuple[str, ...]:
    """The words of a text as they are compared, stop words included."""
    return tuple(token.stem for token in tokens(text))


def names_in(text: str, names: Collection[tuple[str, ...]]) -> Iterator[tuple[tuple[str, ...], int, int]]:
    """The names, given as stems, that stand in a text, with their spans; of several at one place the longest."""
    words, at = tokens(text), 0
    lengths = sorted({len(name) for name in names}, reverse=True)
    while at < len(words):
        rows = (words[at : at + length] for length in lengths if at + length <= len(words))
        row = next((row for row in rows if tuple(word.stem for word in row) in names), ())
        if row:
            yield tuple(word.stem for word in row), row[0].start, row[-1].end
        at += max(1, len(row))


def tokens(text: str) -> tuple[Token, ...]:
    """The words of a text in their order."""
    return tuple(
        Token(stem(text[start:end]), start, end, position) for position, (start, end) in enumerate(_spans(text))
    )


def analyse(text: str) -> Terms:
    """The words and phrases of a question; an unbalanced quotation mark is ordinary text."""
    words = [QueryWord(text[each.start : each.end], each.stem) for each in tokens(text)]
    phrases = [tuple(each.stem for each in tokens(match[1] or match[2])) for match in _PHRASE.finditer(text)]
    return Terms(
        words=_without_repeats(word for word in words if not is_common(word.text)),
        phrases=tuple(dict.fromkeys(phrase for phrase in phrases if phrase)),
    )


def is_common(word: str) -> bool:
    """Whether a word is a stop word."""
    return fold(word) in STOP_WORDS


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """What a word is compared by: its stem, or the plain digits of an amount."""
    match = _WORD.fullmatch(word)
    if match and match["number"]:
        return _amount(match)
    with _STEMMING:
        return str(_STEMMER.stemWord(fold(word)))


def fold(word: str) -> str:
    """A word without case, accents, apostrophes and spaces."""
    if not word.isascii():
        word = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", word).casefold())
    return "".join(char for char in word.lower() if char.isalnum() or char in ".⁄") or word


def _spans(text: str) -> Iterator[tuple[int, int]]:
    for match in _WORD.finditer(text):
        possessive = _POSSESSIVE.search(match[0]) if match["word"] else None
        yield match.start(), match.end() - (len(possessive[0]) if possessive else 0)


def _amount(match: re.Match[str]) -> str:
    number = Decimal(match["number"].replace(",", ""))
    if unit := match["close"] or match["apart"]:
        number *= _MULTIPLES[unit.lower()]
    elif "." not in match["number"]:
        return str(int(number)) if "," in match["number"] else fold(match["number"])
    return f"{number.normalize():f}"


def _without_repeats(words: Iterable[QueryWord]) -> tuple[QueryWord, ...]:
    first: dict[str, QueryWord] = {}
    for word in words:
        known = first.get(word.stem)
        first[word.stem] = known._replace(times=known.times + word.times) if known else word
    return tuple(first.values())


_ABBREVIATED: Final = """
    approx ca cf co corp dept dr ed eds e.g eg esp est gov hon i.e ie inc jr ltd mr mrs ms messrs prof rev sr st vs
"""
_ABBREVIATIONS: Final = frozenset(_ABBREVIATED.split())
_BEFORE_NUMBERS: Final = frozenset(("no", "nos", "p", "pp", "fig", "figs", "vol", "ch", "sec", "para", "art"))
_END: Final = re.compile(r"[.!?…]+[\"'”’)\]»]*(?=\s+(?P<next>\S))")
_LAST_WORD: Final = re.compile(r"[\w.]*$")


def fingerprint(text: str) -> str:
    """What the words of a text are known by: eight hex digits of the SHA-256 of its NFC, white space folded."""
    folded = " ".join(unicodedata.normalize("NFC", text).split())
    return hashlib.sha256(folded.encode()).hexdigest()[:8]


def sentences(text: str) -> tuple[tuple[int, int], ...]:
    """The spans of the sentences; together they hold all that is not white space."""
    bounds = [0, *(match.end() for match in _END.finditer(text) if _ends(text, match)), len(text)]
    return tuple(_trimmed(text, start, end) for start, end in pairwise(bounds) if text[start:end].strip())


def _ends(text: str, match: re.Match[str]) -> bool:
    if match["next"].islower():
        return False
    if not match[0].startswith("."):
        return True
    last = _LAST_WORD.search(text, max(0, match.start() - 30), match.start())
    word = last[0].lower() if last else ""
    initial = len(word.rpartition(".")[2]) == 1 and word[-1].isalpha() and word != "i"
    if word in _ABBREVIATIONS or (initial and text[match.start() - 1].isupper()):
        return False
    return not (word in _BEFORE_NUMBERS and match["next"].isdigit())


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), end - len(piece) + len(piece.rstrip())


def nearest_word(word: str, vocabulary: Mapping[str, int]) -> str | None:
    """The word of a vocabulary (word -> how often) that was probably meant; the nearest, then the most frequent."""
    folded = fold(word)
    most = _mistakes(folded)
    found = [
        (distance, -count, other)
        for other, count in vocabulary.items()
        if abs(len(other) - len(folded)) <= most and (distance := edits(folded, fold(other), most)) <= most
    ]
    return min(found)[2] if found else None


def _mistakes(word: str) -> int:
    """How many slips to allow: none in short words and in numbers, where a neighbour is just another word."""
    if len(word) <= 4 or not word.isalpha():
        return 0
    return 1 if len(word) <= 8 else 2


def edits(one: str, other: str, most: int) -> int:
    """Letters added, lost, changed, or swapped with their neighbour; anything above `most` may come as `most + 1`.

    The first letter must agree: people rarely miss it, and other words often differ just there.
    """
    if one[:1] != other[:1] or len(set(one) ^ set(other)) > 2 * most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, char in enumerate(one, 1):
        before, last, row = row, before, [i]
        for j, there in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (char != there))
            swapped = i > 1 and j > 1 and char == other[j - 2] and one[i - 2] == there
            row.append(min(cost, last[j - 2] + 1) if swapped else cost)
        if min(row) > most:
            return most + 1
    return row[-1]
