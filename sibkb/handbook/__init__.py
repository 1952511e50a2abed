"""The handbook: all that may be seen as one folder of web pages, to be read and searched with no server and no network.

`pages` writes the pages, `lookup` the words that `search.js` searches, `shelving` puts all of it where it was asked.
"""

from dataclasses import dataclass
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Final

from sibkb import corpus, synthesis, vocabulary
from sibkb.errors import CorpusError
from sibkb.handbook import lookup, pages, shelving
from sibkb.handbook.pages import Book
from sibkb.kb import KnowledgeBase
from sibkb.model import Filters
from sibkb.synthesis import Synthesis
from sibkb.words import Thesaurus

_OURS: Final = ("book.css", "search.js")


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What was written."""

    documents: int
    files: int
    size: int
    """Bytes."""


def write(base: KnowledgeBase, folder: Path, made: date) -> Made:
    """Write the handbook into a folder that is new, empty or a handbook of ours; a SibkbError says why it cannot be."""
    shelving.check(folder)
    files = _files(_book(base, made), base.glossary().thesaurus)
    shelving.put(folder, files)
    return Made(documents=len(base.engine.documents), files=len(files), size=sum(map(len, files.values())))


def _book(base: KnowledgeBase, made: date) -> Book:
    documents = base.engine.documents
    return Book(
        documents=documents,
        passages={each.id: each for each in base.engine.passages(base.engine.allowed(Filters()))},
        related={id: base.related(document) for id, document in documents.items()},
        themes=_themes(base),
        glossary=base.glossary().entries,
        ceiling=base.settings.ceiling,
        made=made,
    )


def _themes(base: KnowledgeBase) -> dict[str, Synthesis]:
    """What is written of each theme, as far as it may be seen; a file with something wrong in it is left out."""
    try:
        texts = corpus.read_themes(base.settings.corpus)
    except CorpusError:
        return {}
    read = [found for path, text in texts.items() if (found := synthesis.read(path, text)[0])]
    visible = frozenset(base.engine.allowed(Filters()))
    seen = {each.theme: synthesis.seen(each, visible, visible) for each in read}
    return {theme: seen[theme] for theme in vocabulary.THEMES if theme in seen}


def _files(book: Book, names: Thesaurus) -> dict[str, bytes]:
    """Path inside the folder -> what stands there."""
    room = resources.files("sibkb")
    look = {"style.css": room.joinpath("ui", "style.css").read_bytes()}  # the look is the app's
    ours = {name: room.joinpath("handbook", name).read_bytes() for name in _OURS}
    told = {path: html.encode() for path, html in pages.all_of(book)}
    words = lookup.script(book.documents, book.passages.values(), names)
    return {**told, **look, **ours, "words.js": words.encode()}
