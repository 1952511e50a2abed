"""Cutting a text into parts that a model can read whole.

A model silently drops what lies behind its window. Here nothing is dropped: a longer text becomes several texts that
overlap, cut before a word where there is one, so that each part is tokenised as it was inside the whole.
"""

import re
from typing import TYPE_CHECKING, Final

from sibkb.errors import ModelError

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

OVERLAP: Final = 32
"""Tokens that two neighbouring parts share at most, so that a sentence on the border is whole in one of them."""
SMALLEST_ROOM: Final = 16
"""Tokens a part must be able to hold; with fewer, a single character might not fit."""

_SURROGATES: Final = re.compile("[\ud800-\udfff]")
"""Half characters that no tokeniser takes; bytes of a command line that are not UTF-8 arrive as such."""

_INSIDE_CHARACTER, _INSIDE_WORD, _BEFORE_WORD, _AFTER_SPACE = range(4)


def split(text: str, tokenizer: "Tokenizer", window: int, prompt: str = "") -> list[str]:
    """Cut `text` into overlapping parts of at most `window` tokens each, special tokens and `prompt` included."""
    text = _SURROGATES.sub("\N{REPLACEMENT CHARACTER}", text)
    if len(tokenizer.encode(prompt + text).ids) <= window:
        return [text]
    room = window - len(tokenizer.encode(prompt).ids)
    if room < SMALLEST_ROOM:
        raise ModelError(
            f"the model reads {window} tokens, which leaves {room} for the text, and {SMALLEST_ROOM} are needed"
            " — choose a model with a longer window"
        )
    tokens = tokenizer.encode(text, add_special_tokens=False)
    borders = [0, *(start for start, _ in tokens.offsets[1:]), len(text)]
    parts = [text[borders[start] : borders[end]] for start, end in spans(_ranks(text, tokens), room)]
    # A part may come out longer when it is tokenised on its own, with tokenisers that look across words.
    return [piece for part in parts for piece in (split(part, tokenizer, window, prompt) if part != text else [part])]


def spans(ranks: list[int], room: int) -> list[tuple[int, int]]:
    """Token ranges (start, end) of at most `room` tokens that together cover all of `ranks`.

    `ranks` says for each token how good a place the border before it is; the best one near the limit is taken.
    """
    overlap = min(OVERLAP, room // 4)
    found, start = [], 0
    while len(ranks) - start > room:
        end = max(range(start + room // 2 + 1, start + room + 1), key=lambda border: (ranks[border], border))
        found.append((start, end))
        start = max(range(end - overlap, end), key=lambda border: (ranks[border], -border))
    return [*found, (start, len(ranks))]


def _ranks(text: str, tokens: "Encoding") -> list[int]:
    words, starts = tokens.word_ids, [start for start, _ in tokens.offsets]
    return [_AFTER_SPACE, *(_rank(text, words[i - 1 : i + 1], starts[i - 1 : i + 1]) for i in range(1, len(starts)))]


def _rank(text: str, words: list[int | None], starts: list[int]) -> int:
    if starts[0] == starts[1]:
        return _INSIDE_CHARACTER
    if text[starts[1] - 1].isspace():
        return _AFTER_SPACE
    return _BEFORE_WORD if words[0] != words[1] else _INSIDE_WORD
