"""The text of a PDF -> an extract; the only owner of pypdf.

A PDF knows places on paper, not paragraphs: a line that ends a sentence and stays short ends a paragraph, too.
"""

import io
import re
from collections.abc import Iterator
from typing import Final

import pypdf
from pypdf.generic import DictionaryObject

from sibkb.errors import RefusedFileError
from sibkb.importing.decoding import cleaned
from sibkb.importing.extract import Extract, Lost
from sibkb.importing.plain import escaped, escaped_starts

_MAX_PAGES: Final = 600
_SHORT: Final = 0.85
"""Of the longest line of the page."""
_ENDS: Final = tuple('.!?:”"’')
_CHECK: Final = Lost(where="all pages", what="the arrangement: look at tables, columns and footnotes against the PDF")


def read(data: bytes) -> Extract:
    """Read the text of each page; pages without text, pictures and the arrangement are named as lost."""
    reader = pypdf.PdfReader(io.BytesIO(data))
    if reader.is_encrypted:
        raise RefusedFileError("the PDF is locked — open it, print it into a new PDF, and import that")
    if len(reader.pages) > _MAX_PAGES:
        raise RefusedFileError(f"the PDF has more than {_MAX_PAGES} pages — take out the pages that matter")
    lost, pages = [_CHECK], []
    for number, page in enumerate(reader.pages, 1):
        text, invisible = cleaned(page.extract_text())
        pages.append("\n".join(_paragraphs(text)))
        lost += [Lost(where=f"page {number}", what=each.what) for each in invisible]
        lost += _unseen(number, text, page)
    if not any(pages):
        raise RefusedFileError("the PDF holds no text, only pictures of it — run text recognition (OCR) on it first")
    markdown = _joined("\n\n".join(filter(None, pages)))
    title = reader.metadata.title if reader.metadata else None
    told = " ".join(cleaned(str(title))[0].split()) if title else ""
    return Extract(title=told or None, markdown=markdown, lost=tuple(lost))


def _unseen(number: int, text: str, page: pypdf.PageObject) -> Iterator[Lost]:
    pictures = _pictures(page)
    if not text.strip():
        yield Lost(where=f"page {number}", what="the page: it holds no text that can be read")
    elif pictures:
        yield Lost(where=f"page {number}", what="a picture" if pictures == 1 else f"{pictures} pictures")


def _pictures(page: pypdf.PageObject) -> int:
    resources = page.get("/Resources", DictionaryObject()).get_object()
    found = (
        resources.get("/XObject", DictionaryObject()).get_object() if isinstance(resources, DictionaryObject) else {}
    )
    return sum(each.get_object().get("/Subtype") == "/Image" for each in found.values())


def _paragraphs(text: str) -> Iterator[str]:
    """The lines of a page, an empty one after each that seems to end a paragraph."""
    lines = [line.strip() for line in text.strip().split("\n")]
    longest = max(map(len, lines))
    for line in lines:
        bullet = re.match(r"[•▪●◦–]\s+", line)
        yield f"- {escaped(line[bullet.end() :])}" if bullet else escaped_starts(escaped(line))
        if line.endswith(_ENDS) and len(line) < _SHORT * longest:
            yield ""


def _joined(text: str) -> str:
    """Words divided at the end of a line are whole again; a hyphen goes where the text has the word without one."""
    known = set(re.findall(r"\w+", text))

    def join(match: re.Match[str]) -> str:
        return match[1] + match[2] if match[1] + match[2] in known else f"{match[1]}-{match[2]}"

    return re.sub(r"\n{3,}", "\n\n", re.sub(r"\b(\w+)-\n([a-z]\w*)", join, text))
