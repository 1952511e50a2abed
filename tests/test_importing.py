"""Files of other formats: what each reader makes of them, what is refused, and that no file does any harm."""

import re
import sys
import time

import files_in
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sibkb.errors import RefusedFileError
from sibkb.importing import converting, guard
from sibkb.importing.converting import convert
from sibkb.importing.extract import Extract, Lost
from sibkb.importing.plain import escaped, escaped_starts
from sibkb.importing.reading import READERS, extracted

WORD = files_in.word()
PAGE = """<html><head><title>Harbour – site</title><style>p {color: red}</style></head><body>
<nav><a href="/">Home</a></nav><script>alert(1)</script><h1>Harbour</h1>
<p>Paid <b>on</b> homes, see <a href="https://example.org/a">the report</a><a href="#n1">[1]</a>.</p>
<table><tr><th>Who</th><th>Sum</th></tr><tr><td>Leeds</td><td>3</td></tr></table><img src="a.png" alt="The street">
<form>Sign <input> up</form><iframe src="x"></iframe></body></html>"""


def words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.replace("\\", "")))


def test_word_keeps_headings_lists_and_tables_and_names_what_it_cannot_keep():
    found = extracted(".docx", WORD)
    assert found == Extract(
        title="Harbour Street Homes",
        markdown="# Harbour Street Homes\n\nA bond that paid for homes found, in Leeds in the United Kingdom.\n\n"
        "# What happened\n\nThe service began in April 2012, and was **boldly** done. 2 \\* 3 \\* 4 is 24, and a_b_c stays.\n\n"  # noqa: E501
        "- first thing\n- second thing\n\n2012\\. That was the year.\n\n"
        "|  |  |\n| --- | --- |\n| Payer | Sum |\n| Leeds | £3 |",
        lost=(
            Lost(where="picture 1", what="a picture without a description"),
            Lost(where="a comment", what="“Is this so?”"),
            Lost(where="the foot of the pages", what="“Not to be passed on”"),
            Lost(where="the head of the pages", what="“Draft for the board”"),
        ),
    )


def test_a_pdf_gives_its_text_and_says_what_to_look_at():
    found = extracted(
        ".pdf", files_in.pdf('#set document(title: "Homes")\nOne line here.', "", "2012. \\# not a heading")
    )
    assert found == Extract(
        title="Homes",
        markdown="One line here.\n\n2012\\. # not a heading",
        lost=(
            Lost(where="all pages", what="the arrangement: look at tables, columns and footnotes against the PDF"),
            Lost(where="page 2", what="the page: it holds no text that can be read"),
        ),
    )


def test_words_divided_at_the_end_of_a_line_are_whole_where_the_text_shows_how():
    found = extracted(".pdf", files_in.pdf("The example. \\ An exam-\\ ple and a long-\\ term thing"))
    assert found.markdown == "The example.\n\nAn example and a long-term thing"


def test_a_page_leaves_its_machinery_behind_and_names_what_had_words():
    assert extracted(".html", PAGE.encode()) == Extract(
        title="Harbour",
        markdown="# Harbour\n\nPaid **on** homes, see [the report](https://example.org/a)[1].\n\n"
        "| Who | Sum |\n| --- | --- |\n| Leeds | 3 |",
        lost=(
            Lost(where="the page", what="its name in the browser: “Harbour – site”"),
            Lost(where="the page", what="navigation: “Home”"),
            Lost(where="the page", what="a form: “Sign up”"),
            Lost(where="the page", what="a page inside the page"),
            Lost(where="picture 1", what="a picture: “The street”"),
        ),
    )


GUESSED = Lost(
    where="the whole file",
    what="the encoding: it is not UTF-8 and was read as Windows-1252; look at letters with accents",
)


@pytest.mark.parametrize(
    ("data", "text", "lost"),
    [
        ("“Café”\n".encode(), "“Café”", ()),
        ("“Café”".encode("utf-8-sig"), "“Café”", ()),
        ("“Café”".encode("utf-16"), "“Café”", ()),
        ("“Café”".encode("cp1252"), "“Café”", (GUESSED,)),
        (b"a\r\nb\rc", "a\n\nb\n\nc", ()),
        (b"a\nb\n\n\n\nc", "a\nb\n\nc", ()),
        (b"# no heading\n- none\n3) none\n\n*a* _b_ <b> &amp; [x](y)",
         "\\# no heading\n\\- none\n3\\) none\n\n\\*a\\* \\_b\\_ \\<b> \\&amp; \\[x](y)", ()),
        (b"bell\x07 rung", "bell  rung", (Lost(where="the whole file", what="characters that cannot be seen: 1"),)),
    ],
)  # fmt: skip
def test_plain_text_in_every_usual_encoding(data, text, lost):
    assert extracted(".txt", data) == Extract(title=None, markdown=text, lost=lost)


def test_markdown_stays_as_it_is():
    data = b"# A\n\nSee ![the street](a.png) *here*.\n"
    picture = Lost(where="line 3", what="a picture; its description is kept: “the street”")
    assert extracted(".md", data) == Extract(title=None, markdown=data.decode().strip(), lost=(picture,))


def bomb(size: int = 70 << 20) -> bytes:
    return files_in.with_part(WORD, "word/media/a.bin", bytes(size))


ENTITIES = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;">]><a>&c;</a>'
REFUSED = {
    "empty": (".docx", b"", "the file is empty — save it again, with its text"),
    "blank": (".txt", b" \n\t ", "the file is empty — save it again, with its text"),
    "too large": (".txt", b"a" * (guard.MAX_BYTES + 1), "the file has more than 30 MB — remove its pictures, or split it"),  # noqa: E501
    "bomb": (".docx", bomb(), "the file unpacks to more than 64 MB — remove its pictures, or split it"),
    "many parts": (".docx", files_in.zipped({f"{n}": b"" for n in range(2001)}),
                   "the file has more than 2000 parts — copy its text into a new document"),
    "entities": (".docx", files_in.with_part(WORD, "word/document.xml", ENTITIES),
                 "a part of the file declares a DOCTYPE, as Office never does — save it in Office again"),
    "entities in UTF-16": (".docx", files_in.with_part(WORD, "word/document.xml", ENTITIES.decode().encode("utf-16")),
                           "a part of the file declares a DOCTYPE, as Office never does — save it in Office again"),
    "macros": (".docx", files_in.with_part(WORD, "word/vbaProject.bin", b"x"),
               "the file holds macros — save it as .docx without macros"),
    "truncated": (".docx", WORD[: len(WORD) // 2], "this is no whole .docx file — open it in Office and save it again"),
    "no zip": (".docx", b"Dear all,", "this is no whole .docx file — open it in Office and save it again"),
    "a zip of something else": (".docx", files_in.zipped({"a.txt": b"a"}),
                                "this is no .docx file that can be read (OSError) — open it where it was made and save it again"),  # noqa: E501
    "locked Word file": (".docx", guard._OLE + bytes(600),
                         "the file is locked with a password or of an old format — open it, take the password off, save it as .docx"),  # noqa: E501
    "locked PDF": (".pdf", files_in.locked_pdf(), "the PDF is locked — open it, print it into a new PDF, and import that"),  # noqa: E501
    "no PDF": (".pdf", WORD, "this is no PDF, whatever its name says — save it as PDF again"),
    "half a PDF": (".pdf", b"%PDF-1.7\n1 0 obj", "this is no .pdf file that can be read (PdfStreamError) — open it where it "  # noqa: E501
                   "was made and save it again"),
    "PDF without text": (".pdf", files_in.pdf("", ""),
                         "the PDF holds no text, only pictures of it — run text recognition (OCR) on it first"),
    "a PDF as text": (".txt", files_in.pdf("a"), "this is a PDF, not a .txt file — give it its right name, or save it as .txt"),  # noqa: E501
    "a program as a page": (".html", b"MZ\x90", "this is a program, not a .html file — give it its right name, or save it as .html"),  # noqa: E501
    "a page of nothing": (".html", b"<script>a()</script>", "there is no text in the file — save it again, with its text"),  # noqa: E501
}  # fmt: skip


@pytest.mark.parametrize(("suffix", "data", "message"), REFUSED.values(), ids=REFUSED)
def test_what_no_reader_should_see_is_refused_with_what_to_do(suffix, data, message):
    with pytest.raises(RefusedFileError) as caught:
        extracted(suffix, data)
    assert str(caught.value) == message


def read_or_refused(suffix: str, data: bytes) -> str:
    try:
        return str(extracted(suffix, data))
    except RefusedFileError as error:
        return str(error)


@pytest.mark.parametrize("suffix", sorted(READERS))
@settings(max_examples=60)
@given(data=st.one_of(st.binary(), st.text().map(str.encode), st.binary().map(lambda tail: b"%PDF-1.4\n" + tail)))
def test_no_bytes_crash_a_reader(suffix, data):
    assert read_or_refused(suffix, data)


@settings(max_examples=40)
@given(where=st.integers(0, len(WORD) - 1), byte=st.integers(0, 255))
def test_no_broken_byte_crashes_the_reader_of_word(where, byte):
    assert read_or_refused(".docx", WORD[:where] + bytes([byte]) + WORD[where + 1 :])


@given(st.text(alphabet=st.characters(exclude_categories=["C", "Z"]) | st.sampled_from(" \n#>*-_[]()`&;<1.)")))
def test_plain_words_stay_what_they_are(text):
    written = escaped_starts(escaped(text))
    assert words(text) <= words(written)


def test_a_file_is_read_in_a_process_of_its_own(tmp_path):
    path = tmp_path / "Case.DOCX"
    path.write_bytes(WORD)
    assert convert(path) == extracted(".docx", WORD)
    assert "mammoth" not in converting.__dict__


def test_a_reader_that_hangs_is_given_up(tmp_path):
    path = tmp_path / "case.docx"
    path.write_bytes(WORD)
    began = time.monotonic()
    with pytest.raises(RefusedFileError) as caught:
        convert(path, seconds=0.01)
    assert time.monotonic() - began < 5
    assert str(caught.value) == (
        f"{path}: it could not be read in 0.01 seconds — split it, or copy its text into a new document"
    )


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's limit on memory")
def test_a_reader_that_takes_too_much_memory_is_ended_and_the_parent_lives(tmp_path):
    path = tmp_path / "case.txt"
    path.write_bytes(b"ab\n" * (5 << 20))
    with pytest.raises(RefusedFileError) as caught:
        convert(path, memory=150 << 20)
    assert str(caught.value) == (
        f"{path}: the file needs more memory than a case study should — split it, or copy its text into a new document"
    )


READ = ".csv, .docx, .htm, .html, .md, .pdf, .srt, .txt, .vtt, .xlsx"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("case.doc", "a file whose name ends in `.doc` is not read — save it as .docx"),
        (
            "case.exe",
            "a file whose name ends in `.exe` is not read — these are read: " + READ,
        ),
        (
            "case",
            "a file whose name ends in `` is not read — these are read: " + READ,
        ),
        ("none.txt", "there is no such file — look at its name and folder"),
        ("folder.txt", "there is no such file — look at its name and folder"),
        ("a" * 400 + ".txt", "it cannot be read: File name too long — see to its rights and its name"),
    ],
)
def test_a_name_that_deceives_is_told(tmp_path, name, message):
    (tmp_path / "folder.txt").mkdir()
    with pytest.raises(RefusedFileError) as caught:
        convert(tmp_path / name)
    assert str(caught.value) == f"{tmp_path / name}: {message}"


def test_a_name_cannot_turn_the_message_around(tmp_path):
    with pytest.raises(RefusedFileError) as caught:
        convert(tmp_path / "a\u202etxt.exe\x1b[2J")
    assert str(caught.value).startswith(f"{tmp_path}/a�txt.exe�[2J: ")
