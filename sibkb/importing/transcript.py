"""Subtitles, WebVTT or SubRip -> the turns of those who speak; the only owner of webvtt.

A player shows captions that overlap, grow and roll up; here each word is kept once. Times follow the WebVTT
recommendation of the W3C (hours may be left out); SubRip writes a comma where WebVTT has a point.
"""

import html
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Final

import webvtt

from sibkb.errors import RefusedFileError
from sibkb.importing.decoding import decoded
from sibkb.importing.extract import Extract, Lost, Turn

_TIME: Final = r"(?:\d{1,4}:)?[0-5]?\d:[0-5]?\d[.,]\d{1,3}"
_TIMES: Final = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}(?:\s.*)?")
_VOICE: Final = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]*)>")
_TAG: Final = re.compile(r"</?[A-Za-z0-9][^<>]*>|\{\\[^{}]*\}")
_NAME: Final = r"(?:[^\W\d_a-z][\w.’'-]*|\(\w+\)|\d+)"
_LABEL: Final = re.compile(rf"(?:>>\s*)?({_NAME}(?: (?:{_NAME}|of|de|van|von|the)){{0,4}}):\s+(?=\S)")
"""`Ann Lee: ` or `INTERVIEWER 2: ` at the beginning of a line."""
_MOMENT: Final = 0.05
"""Seconds; a caption that short shows what stood there already."""
_PAUSE: Final = 2.0
"""Seconds without a word that end a paragraph where nobody is named."""
_LONG: Final = 600
"""Letters after which the end of a sentence ends such a paragraph."""
_ENDS: Final = tuple('.?!…”"')


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """A line of a caption; times in seconds."""

    speaker: str | None
    text: str
    start: float
    end: float


def read(data: bytes) -> Extract:
    """Read who says what, and when; notes and text without a time are named as lost."""
    text, lost = decoded(data)
    text = text.lstrip("\ufeff")
    lines, is_vtt = text.split("\n"), text.startswith("WEBVTT")
    _check(lines)
    captions = webvtt.from_buffer(io.StringIO(text), format="vtt" if is_vtt else "srt").captions
    kept, repeated = _once([_lines(each, is_vtt) for each in captions])
    turns = tuple(_turns(_labelled(kept)))
    if not turns:
        raise RefusedFileError("the captions hold no words — save the transcript again, with its text")
    rolled = Lost(where="the whole file", what=f"lines of captions that repeat the one before: {repeated}")
    lost = (*lost, *_outside(lines, is_vtt), *((rolled,) if repeated else ()))
    return Extract(title=_title(lines[0]) if is_vtt else None, markdown="", lost=lost, turns=turns)


def _check(lines: Sequence[str]) -> None:
    """Refuse times that cannot be read; a library would leave out their captions in silence."""
    found = [number for number, line in enumerate(lines, 1) if "-->" in line]
    if not found:
        raise RefusedFileError("there are no captions in the file: no line like `00:00:01.000 --> 00:00:04.000` — "
                               "save the transcript again, or give the file the name of what it is")  # fmt: skip
    for number in found:
        if not _TIMES.fullmatch(lines[number - 1]):
            raise RefusedFileError(f"line {number}: `{lines[number - 1].strip()[:80]}` tells no times — "
                                   "write them like 00:00:01.000 --> 00:00:04.000")  # fmt: skip


def _title(first: str) -> str | None:
    return " ".join(first.removeprefix("WEBVTT").lstrip(" \t-–—:").split()) or None


def _outside(lines: Sequence[str], is_vtt: bool) -> Iterator[Lost]:
    """Text that belongs to no caption, by block; numbers, styles and what describes the file are no text."""
    timed = False
    for start, block in _blocks(lines):
        if any("-->" in line for line in block):
            timed = True
        elif is_vtt and block[0].startswith("NOTE"):
            words = " ".join(" ".join(block).removeprefix("NOTE").split())
            yield Lost(where=f"line {start}", what=f"a note: “{words}”")
        elif (is_vtt and not block[0].startswith(("WEBVTT", "STYLE", "REGION"))) or not (timed or is_vtt):
            yield Lost(where=f"line {start}", what=f"text without a time: “{' '.join(' '.join(block).split())}”")


def _blocks(lines: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Number of the first line, and the lines, of what stands between blank lines."""
    number = 0
    while number < len(lines):
        block = list(takewhile(str.strip, lines[number:]))
        if block:
            yield number + 1, block
        number += len(block) + 1


def _lines(caption: webvtt.Caption, is_vtt: bool) -> list[_Line]:
    """The lines of one caption, each with the voice that stands before it."""
    start, end = (time.in_milliseconds() / 1000 for time in (caption.start_time, caption.end_time))
    speaker, found = None, []
    for raw in caption.raw_text.split("\n"):
        before, *voices = _VOICE.split(raw)
        for who, words in [(speaker, before), *zip(voices[::2], voices[1::2], strict=True)]:
            speaker = _plain(who or "", is_vtt) or None
            if text := _plain(words, is_vtt):
                found.append(_Line(speaker=speaker, text=text, start=start, end=end))
    return found


def _plain(text: str, is_vtt: bool) -> str:
    """The words without tags; in WebVTT `&amp;` is `&`."""
    bare = _TAG.sub("", text)
    return " ".join((html.unescape(bare) if is_vtt else bare).split())


def _once(captions: Iterable[list[_Line]]) -> tuple[list[_Line], int]:
    """All lines, without those that a caption takes over from the one before; and how many these were."""
    kept: list[_Line] = []
    before: list[_Line] = []
    repeated = 0
    for lines in captions:
        same = _taken_over(before, lines)
        repeated += same
        if same == 0 and _grows(before, lines):
            kept.pop()
            repeated += 1
        kept += lines[same:]
        before = lines or before
    return kept, repeated


def _taken_over(before: list[_Line], lines: list[_Line]) -> int:
    """How many first lines were the last before; who says the same again once that had ended says it twice."""
    if not before or not lines:
        return 0
    said, now = ([line.text for line in each] for each in (before, lines))
    most = next((many for many in range(min(len(said), len(now)), 0, -1) if said[-many:] == now[:many]), 0)
    showing = lines[0].start < before[0].end or lines[0].end - lines[0].start <= _MOMENT
    return most if showing or (most < len(now) and " " in now[most - 1]) else 0


def _grows(before: list[_Line], lines: list[_Line]) -> bool:
    """Whether a caption is that before with more words, shown while that one was."""
    if not before or not lines or lines[0].start >= before[-1].end:
        return False
    return len(before) == 1 and lines[0].text.startswith(before[0].text) and lines[0].speaker == before[0].speaker


def _labelled(lines: list[_Line]) -> list[_Line]:
    """The lines, those that begin with a name and a colon with that speaker.

    A name counts if it stands so at least twice, or if the transcript begins with one: `So: ` is nobody's.
    """
    names = Counter(match[1] for line in lines if (match := _LABEL.match(line.text)))
    all_count = bool(lines) and bool(_LABEL.match(lines[0].text))
    found: list[_Line] = []
    speaker: str | None = None
    for line in lines:
        match = _LABEL.match(line.text)
        if match and not line.speaker and (all_count or names[match[1]] > 1):
            speaker = match[1]
            found.append(replace(line, speaker=speaker, text=line.text[match.end() :]))
        else:
            speaker = line.speaker or speaker
            found.append(replace(line, speaker=speaker))
    return found


def _turns(lines: Iterable[_Line]) -> Iterator[Turn]:
    """Lines of one speaker joined; where nobody is named, a pause or a long text begins another."""
    turn: list[_Line] = []
    for line in lines:
        if turn and (line.speaker != turn[-1].speaker or (line.speaker is None and _apart(turn, line))):
            yield _turn(turn)
            turn = []
        turn.append(line)
    if turn:
        yield _turn(turn)


def _apart(turn: list[_Line], line: _Line) -> bool:
    long = sum(len(each.text) for each in turn) > _LONG and turn[-1].text.endswith(_ENDS)
    return long or line.start - turn[-1].end >= _PAUSE


def _turn(lines: list[_Line]) -> Turn:
    minutes, seconds = divmod(int(lines[0].start), 60)
    where = f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    return Turn(speaker=lines[0].speaker, text=" ".join(line.text for line in lines), where=where)
