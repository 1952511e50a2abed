"""Small real files of other formats, made for the tests."""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping

import docx
import pypdf
import typst

TEXT = """Harbour Street Homes

A bond that paid for homes found, in Leeds in the United Kingdom.

The service began in April 2012 and ended in March 2015.

Leeds City Council would pay up to £3.5 million, and Bridges Fund Management put up $2 million.

Asked what had been hardest, Ann Lee said: “We were told no by every lawyer in the building.”

“Nobody had the time to lead it until the council paid for a secondment,” said Joe Okoro, who did the legwork.
"""
"""Made up: no such bond was made."""


def word() -> bytes:
    """A Word file with most of what one can hold: headings, a list, a table, a picture, head, foot and a comment."""
    document = docx.Document()
    document.core_properties.title = "Not the heading"
    document.add_heading("Harbour Street Homes", 0)
    document.add_paragraph("A bond that paid for homes found, in Leeds in the United Kingdom.")
    document.add_heading("What happened", 1)
    paragraph = document.add_paragraph("The service began in April 2012, and was ")
    paragraph.add_run("boldly").bold = True
    paragraph.add_run(" done. 2 * 3 * 4 is 24, and a_b_c stays.")
    document.add_paragraph("first thing", style="List Bullet")
    document.add_paragraph("second thing", style="List Bullet")
    document.add_paragraph("2012. That was the year.")
    table = document.add_table(rows=2, cols=2)
    for cell, words in zip(
        [cell for row in table.rows for cell in row.cells], ("Payer", "Sum", "Leeds", "£3"), strict=True
    ):
        cell.text = words
    document.add_picture(io.BytesIO(picture()))
    document.sections[0].header.paragraphs[0].text = "Draft for the board"
    document.sections[0].footer.paragraphs[0].text = "Not to be passed on"
    document.add_comment(paragraph.runs, text="Is this so?", author="Ann")
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def picture() -> bytes:
    """A PNG of one dot."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0\0\0\0")) + chunk(b"IEND", b"")
    )


def pdf(*pages: str) -> bytes:
    """A PDF of these pages."""
    return bytes(typst.compile(b"#set page(width: 12cm, height: 16cm)\n" + "\n#pagebreak()\n".join(pages).encode()))


def locked_pdf() -> bytes:
    """A PDF that asks for a password."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf("Secret")))
    writer.encrypt("password", algorithm="RC4-128")
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def zipped(parts: Mapping[str, bytes]) -> bytes:
    """A zip file with these parts."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return stream.getvalue()


def with_part(data: bytes, name: str, part: bytes) -> bytes:
    """An Office file with one part more, or another in its place."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {each: archive.read(each) for each in archive.namelist()}
    return zipped(parts | {name: part})
