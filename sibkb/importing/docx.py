"""Word -> an extract; the only owner of mammoth.

Mammoth makes HTML of the text. What it passes over (heads and feet of pages, comments, drawn boxes) is found by
comparing with every word that stands in the file, and named as lost.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any, Final

import bs4
import defusedxml.ElementTree
import mammoth

from sibkb.importing import html
from sibkb.importing.extract import Extract, Lost

_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DRAWN: Final = "{http://schemas.openxmlformats.org/drawingml/2006/main}t"
_STYLES: Final = "p[style-name='Title'] => h1:fresh\np[style-name='Subtitle'] => p:fresh"
_BODY: Final = "word/document.xml"
_OTHERS: Final[Mapping[str, str]] = {
    "header": "the head of the pages",
    "footer": "the foot of the pages",
    "comments": "a comment",
    "footnotes": "a footnote",
    "endnotes": "an endnote",
    "charts": "a chart",
    "diagrams": "a diagram",
}
"""How the name of a part begins -> what to call it."""


def read(data: bytes) -> Extract:
    """Read a Word file: headings, lists, tables, footnotes; the text as if all tracked changes were accepted."""
    made = mammoth.convert_to_html(io.BytesIO(data), style_map=_STYLES)
    soup = bs4.BeautifulSoup(made.value, "html.parser")
    heading = soup.find("h1")
    markdown, lost = html.converted(soup)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        missed = tuple(_missed(archive, _squashed(markdown + " ".join(each.what for each in lost))))
        title = _core_title(archive)
    shown = " ".join(heading.get_text(" ").split()) if heading else ""
    return Extract(title=shown or title, markdown=markdown, lost=(*lost, *missed))


def _core_title(archive: zipfile.ZipFile) -> str | None:
    """The title in the file's properties; "Word Document" is what a program writes there by itself."""
    if "docProps/core.xml" not in archive.namelist():
        return None
    root = defusedxml.ElementTree.fromstring(archive.read("docProps/core.xml"))
    told = " ".join((root.findtext("{http://purl.org/dc/elements/1.1/}title") or "").split())
    return told if told and told != "Word Document" else None


def _missed(archive: zipfile.ZipFile, kept: str) -> Iterator[Lost]:
    """What stands in the file and not in what was kept."""
    body = defusedxml.ElementTree.fromstring(archive.read(_BODY))
    if next(body.iter(f"{_W}del"), None) is not None or next(body.iter(f"{_W}ins"), None) is not None:
        yield Lost(where="the whole file", what="tracked changes: the text is as if all of them were accepted")
    for number, words in enumerate(_paragraphs(body), 1):
        if _squashed(words) not in kept:
            yield Lost(where=f"paragraph {number}", what=f"text that could not be kept: “{words}”")
    seen: set[str] = set()
    for name in sorted(archive.namelist()):
        part = name.removeprefix("word/")
        what = next((what for start, what in _OTHERS.items() if part.startswith(start)), None)
        if what is None or not name.endswith(".xml") or name == part:
            continue
        for words in _paragraphs(defusedxml.ElementTree.fromstring(archive.read(name))):
            if words not in seen and _squashed(words) not in kept:
                seen.add(words)
                yield Lost(where=what, what=f"“{words}”")


def _paragraphs(root: Any) -> Iterator[str]:
    """The words of each paragraph, those of boxes drawn inside it apart; of other parts, each text that was drawn."""
    paragraphs = list(root.iter(f"{_W}p"))
    inner = {id(text): depth for depth, each in enumerate(paragraphs) for text in each.iter(f"{_W}t")}
    for depth, paragraph in enumerate(paragraphs):
        own = [text.text or "" for text in paragraph.iter(f"{_W}t") if inner[id(text)] == depth]
        yield " ".join("".join(own).split())
    for drawn in root.iter(_DRAWN):
        yield " ".join((drawn.text or "").split())


def _squashed(text: str) -> str:
    return re.sub(r"[\W_]+", "", text)
