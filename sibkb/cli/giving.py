"""What `sibkb show` gives away: a citation to copy, a page for a meeting as a file."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sibkb import exporting
from sibkb.errors import SibkbError

if TYPE_CHECKING:
    from sibkb.kb import KnowledgeBase

CITATIONS: Final = {"plain": exporting.plain, "bibtex": exporting.bibtex}
"""Word of `--cite` -> what makes the citation."""


def citation(base: "KnowledgeBase", id: str, form: str, today: date) -> str:
    """How to cite a document or a passage; a QueryError where there is none of that id."""
    passage = base.passage(id) if "." in id else None
    document = base.document(passage.document_id if passage else id)
    return CITATIONS[form](document, passage, accessed=today).rstrip("\n")


def write_brief(base: "KnowledgeBase", id: str, path: Path, today: date) -> Path:
    """Write the page about a document; a SibkbError where it cannot be made or written."""
    document = base.document(id)
    return _write_new(path, exporting.brief(document, base.engine.passages(document.passage_ids), made=today))


def _write_new(path: Path, data: bytes) -> Path:
    """Create a file that was not there, and leave none that is half written; a SibkbError says why it cannot be."""
    made = False
    try:
        with path.open("xb") as file:
            made = True
            file.write(data)
    except FileExistsError as error:
        raise SibkbError(f"{path} is there already — choose another name, or remove that file") from error
    except OSError as error:
        if made:
            path.unlink(missing_ok=True)
        raise SibkbError(f"{path} cannot be written: {error.strerror} — check the folder and its rights") from error
    return path
