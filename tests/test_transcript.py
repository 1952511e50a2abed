"""Transcripts: who speaks and when, each word once, and a broken file told by its line. All speakers are made up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sibkb.errors import RefusedFileError
from sibkb.importing.drafting import drafted
from sibkb.importing.extract import Extract, Lost, Turn
from sibkb.importing.reading import extracted
from sibkb.parsing import parse

VTT = """WEBVTT - A made-up interview

NOTE Recorded in the town hall

STYLE
::cue { color: red }

1
00:00:01.000 --> 00:00:03.000 align:start
<v.loud Ann Lee>We were <i>told</i> no</v>

00:00:03.000 --> 00:00:05.000
<v Ann Lee>by every lawyer &amp; clerk.

not in any caption

01:00:06.000 --> 01:00:09.000
<v Joe>Then why go on?</v> <v Ann Lee>Somebody had to.</v>
"""
SRT = """1
00:00:01,000 --> 00:00:03,000
Interviewer 1: Who led it?

2
00:00:03,500 --> 00:00:06,000
{\\an8}ANN LEE: Nobody. So: I did
it <i>myself</i>.

3
00:00:06,000 --> 00:00:08,000
Every Friday.
"""


def turns(text: str) -> tuple[tuple[str | None, str, str], ...]:
    return tuple((each.speaker, each.text, each.where) for each in extracted(".vtt", text.encode()).turns)


def rolled(*captions: tuple[str, str, str]) -> str:
    return "WEBVTT\n\n" + "\n\n".join(f"00:{start} --> 00:{end}\n{text}" for start, end, text in captions)


def test_a_web_transcript_gives_voices_and_names_what_no_caption_holds():
    assert extracted(".vtt", VTT.encode()) == Extract(
        title="A made-up interview",
        markdown="",
        lost=(
            Lost(where="line 3", what="a note: “Recorded in the town hall”"),
            Lost(where="line 15", what="text without a time: “not in any caption”"),
        ),
        turns=(
            Turn(speaker="Ann Lee", text="We were told no by every lawyer & clerk.", where="0:00:01"),
            Turn(speaker="Joe", text="Then why go on?", where="1:00:06"),
            Turn(speaker="Ann Lee", text="Somebody had to.", where="1:00:06"),
        ),
    )


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_subtitles_give_names_that_stand_before_a_colon(end):
    found = extracted(".srt", SRT.replace("\n", end).encode("utf-8-sig"))
    assert found.lost == ()
    assert found.turns == (
        Turn(speaker="Interviewer 1", text="Who led it?", where="0:00:01"),
        Turn(speaker="ANN LEE", text="Nobody. So: I did it myself. Every Friday.", where="0:00:03"),
    )


@pytest.mark.parametrize(
    ("captions", "said"),
    [
        ([("01.000", "03.000", "we were told"), ("03.000", "03.010", "we were told"),
          ("03.010", "05.000", "we were told\nno by every lawyer"), ("05.000", "05.010", "no by every lawyer")],
         "we were told no by every lawyer"),
        ([("01.000", "03.000", "we were"), ("02.000", "04.000", "we were told no")], "we were told no"),
        ([("01.000", "03.000", "No."), ("03.000", "05.000", "No.")], "No. No."),
        ([("01.000", "03.000", "a b\nc d"), ("03.000", "05.000", "c d\ne f")], "a b c d e f"),
    ],
    ids=["rolling up", "growing", "said twice", "scrolling"],
)  # fmt: skip
def test_captions_that_repeat_are_kept_once(captions, said):
    assert [text for _, text, _ in turns(rolled(*captions))] == [said]


def test_what_was_repeated_is_counted():
    found = extracted(".vtt", rolled(("01.000", "03.000", "a b"), ("02.000", "04.000", "a b\nc")).encode())
    assert found.lost == (Lost(where="the whole file", what="lines of captions that repeat the one before: 1"),)


def test_where_nobody_is_named_a_pause_begins_a_paragraph():
    said = turns(rolled(("01.000", "03.000", "One."), ("03.000", "04.000", "So: two."), ("09.000", "10.000", "Three.")))
    assert said == ((None, "One. So: two.", "0:00:01"), (None, "Three.", "0:00:09"))


@pytest.mark.parametrize(
    ("suffix", "text", "message"),
    [
        (".vtt", "WEBVTT\n\n00:00:01.000 -> 00:00:04.000\nHello",
         "there are no captions in the file: no line like `00:00:01.000 --> 00:00:04.000` — save the transcript again, "
         "or give the file the name of what it is"),
        (".srt", "1\n00:00:01,000 --> 00:00:04,000\nHello\n\n2\n00:00:05 --> later\nLost?",
         "line 6: `00:00:05 --> later` tells no times — write them like 00:00:01.000 --> 00:00:04.000"),
        (".vtt", "WEBVTT\n\n00:99:01.000 --> 00:99:04.000\nHello",
         "line 3: `00:99:01.000 --> 00:99:04.000` tells no times — write them like 00:00:01.000 --> 00:00:04.000"),
        (".vtt", "WEBVTT\n\n00:00:01.000 --> 00:00:04.000\n<i></i>",
         "the captions hold no words — save the transcript again, with its text"),
    ],
)  # fmt: skip
def test_a_broken_transcript_is_told_by_its_line(suffix, text, message):
    with pytest.raises(RefusedFileError) as caught:
        extracted(suffix, text.encode())
    assert str(caught.value) == message


def test_the_draft_is_an_interview_with_times():
    draft = drafted(extracted(".vtt", VTT.encode()), "talk.vtt", None, {})
    assert draft.kind == "interview"
    assert draft.text.endswith(
        "\n\n**Ann Lee** (0:00:01): We were told no by every lawyer & clerk.\n\n"
        "**Joe** (1:00:06): Then why go on?\n\n**Ann Lee** (1:00:06): Somebody had to.\n"
    )
    assert {each.code for each in parse("talk.md", draft.text.encode()).problems} <= {"D006", "F013", "F014", "F016"}


@given(st.lists(st.text(alphabet=st.characters(categories=["L", "N"]), min_size=1), min_size=1, max_size=6))
def test_words_survive(words):
    captions = [(f"{2 * number:02}.000", f"{2 * number + 1:02}.000", word) for number, word in enumerate(words)]
    assert " ".join(text for _, text, _ in turns(rolled(*captions))) == " ".join(words)
