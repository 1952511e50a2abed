"""Passages -> the words by which `search.js` finds them: the same words that `words` and the index have.

A browser has no stemmer of ours, so all is worked out here: for each passage the stems of what stands above it and in
it, and for each stem the words that have it, those of the passages and their common inflections.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Final

from sibkb import vocabulary
from sibkb.engine import above
from sibkb.exporting import quoted, wording
from sibkb.model import Document, Json, Passage
from sibkb.words import STOP_WORDS, Thesaurus, analyse, fold, stem, stems_of, tokens

_ENDINGS: Final = ("", "s", "es", "d", "ed", "r", "er", "ers", "ing", "ings", "ion", "ions", "ive", "able", "al", "ly",
                   "ment", "ments", "ness", "or", "ors", "ial", "ier", "iers")  # fmt: skip
_BARE: Final = ("s", "es", "ed", "d", "ing", "er", "ers", "ion", "ions", "ly", "ment", "ments", "e")
"""What may be taken from a word before another ending is put on."""


def script(documents: Mapping[str, Document], passages: Iterable[Passage], names: Thesaurus) -> str:
    """A JavaScript file that holds all of it as one value; `names` are names of the same things."""
    data = _data(documents, [*passages], names)
    return f"window.SIBKB = {json.dumps(data, ensure_ascii=False, separators=(',', ':'))};\n"


def _data(documents: Mapping[str, Document], passages: list[Passage], names: Thesaurus) -> Json:
    place = {id: number for number, id in enumerate(documents)}
    texts = [(above(documents[each.document_id], each), each.text) for each in passages]
    count = Counter(token.stem for both in texts for text in both for token in tokens(text))
    named = (each for name, others in names.others.items() for each in (*name, *chain(*map(stems_of, others))))
    stems = {
        each: number for number, each in enumerate(dict.fromkeys((*(each for each, _ in count.most_common()), *named)))
    }
    return {
        "names": _names(names, stems),
        "stems": " ".join(stems),
        "forms": [*_forms({fold(word) for both in texts for text in both for word in _words(text)}, stems)],
        "common": " ".join(sorted(STOP_WORDS)),
        "documents": [[id, each.title] for id, each in documents.items()],
        "passages": [_shown(each, place[each.document_id]) for each in passages],
        "above": [_numbers(text, stems) for text, _ in texts],
        "text": [_numbers(text, stems) for _, text in texts],
    }


def _shown(passage: Passage, document: int) -> list[object]:
    """Document, name, kind, text as it is shown, who says it, whose words these are, and where they stand."""
    trail = passage.heading[-1:] if passage.kind in ("section", "fact") else ()
    voiced = passage.kind in ("quote", "perspective")
    return [
        document,
        passage.id.partition(".")[2],
        passage.kind,
        quoted(passage.text) if passage.kind == "quote" else passage.text,
        wording.said_by(passage) if voiced else "",
        _kind(passage),
        " · ".join([*(vocabulary.THEMES[theme].label for theme in passage.themes), *trail]),
    ]


def _kind(passage: Passage) -> str:
    if passage.kind == "perspective":
        return wording.SUMMARISED[0].upper() + wording.SUMMARISED[1:]
    label = vocabulary.PASSAGE_KINDS[passage.kind].label
    return f"{label} ({vocabulary.STATUSES['illustrative'].label})" if passage.status == "illustrative" else label


def _names(names: Thesaurus, stems: Mapping[str, int]) -> list[list[object]]:
    """Each name and its other names: all its stems, and those without common words; all of them as numbers."""
    return [
        [
            [stems[each] for each in name],
            [[_numbers(other, stems), [stems[each] for each in analyse(other).stems]] for other in others],
        ]
        for name, others in names.others.items()
    ]


def _numbers(text: str, stems: Mapping[str, int]) -> list[int]:
    return [stems[token.stem] for token in tokens(text)]


def _words(text: str) -> Iterator[str]:
    return (text[token.start : token.end] for token in tokens(text))


def _forms(words: set[str], stems: Mapping[str, int]) -> Iterator[str]:
    """For each stem its words, `+` standing for the stem itself where a word begins with it."""
    found: dict[str, set[str]] = {each: set() for each in stems}
    inflected = {other for word in words if word.isalpha() for other in _inflected(word)}
    for word in words | inflected:
        if (root := stem(word)) in found and word != root:
            found[root].add(word)
    for root, forms in found.items():
        yield " ".join(f"+{each.removeprefix(root)}" if each.startswith(root) else each for each in sorted(forms))


def _inflected(word: str) -> Iterator[str]:
    """Other forms that a word may have; what is no word of the language is never asked."""
    bases = _bare(word) | {word}
    bases |= {bare for base in bases for bare in _bare(base)}
    for base in bases:
        yield from (base + ending for ending in _ENDINGS)
        if base.endswith("y"):
            yield from (base[:-1] + ending for ending in ("ies", "ied", "ier"))
        if base.endswith("i"):
            yield base[:-1] + "y"
        yield f"{base}e"


def _bare(word: str) -> set[str]:
    return {word.removesuffix(ending) for ending in _BARE if word.endswith(ending) and len(word) > len(ending) + 2}
