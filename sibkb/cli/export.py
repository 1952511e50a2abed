"""`sibkb export`: a whole document as a file, or all documents as a handbook."""

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from sibkb import exporting
from sibkb.cli.files import write_new
from sibkb.cli.opening import open_base
from sibkb.cli.printing import counted, out, shown
from sibkb.model import Document

if TYPE_CHECKING:
    from sibkb.kb import KnowledgeBase


def export(
    context: typer.Context,
    id: Annotated[str, typer.Argument(help="Id of a document.")] = "",
    to: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write it there: a name that ends in .md or .docx.")
    ] = None,
    handbook: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Write all documents there instead, as pages to read and search offline."),
    ] = None,
) -> None:
    """Write a whole document to a file, as Markdown or Word; or all of them as a handbook."""
    if handbook:
        if id or to:
            raise typer.BadParameter("a handbook holds all documents: give the folder alone", param_hint="--handbook")
        _write_handbook(open_base(context.obj), handbook)
        return
    if not id or to is None:
        raise typer.BadParameter("say which document and where: sibkb export ID --out FILE.docx")
    if "." in id:
        raise typer.BadParameter(f"a file is made of a whole document: {id.partition('.')[0]}", param_hint="ID")
    if to.suffix.lower() not in _MAKERS:
        raise typer.BadParameter(f"a document is written as one of: {', '.join(_MAKERS)}", param_hint="--out")
    base = open_base(context.obj)
    made = _MAKERS[to.suffix.lower()](base, base.document(id))
    out().print(shown(write_new(to, made)), soft_wrap=True)


def _write_handbook(base: "KnowledgeBase", folder: Path) -> None:
    from sibkb import handbook

    made = handbook.write(base, folder, date.today())
    what = f"{counted(made.documents, 'document')}, {counted(made.files, 'file')}, {made.size / 1e6:.1f} MB"
    out().print(f"{shown(folder / 'index.html')}: {what}", soft_wrap=True)


def _word(base: "KnowledgeBase", document: Document) -> bytes:
    return exporting.word(document, base.engine.passages(document.passage_ids), made=date.today())


def _markdown(base: "KnowledgeBase", document: Document) -> bytes:
    return base.markdown(document)


_MAKERS: Final[Mapping[str, Callable[["KnowledgeBase", Document], bytes]]] = {".md": _markdown, ".docx": _word}
"""How a file's name ends -> what makes it."""
