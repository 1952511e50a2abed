"""`sibkb show`: a document or a passage, how to cite it, a page for a meeting as a file."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from sibkb import exporting
from sibkb.cli.opening import open_base
from sibkb.cli.options import Json, check_word
from sibkb.cli.printing import out, print_document, print_json, print_passage, shown
from sibkb.errors import SibkbError
from sibkb.exporting import document_json, passage_json

if TYPE_CHECKING:
    from sibkb.kb import KnowledgeBase

_CITATIONS: Final = {"plain": exporting.plain, "bibtex": exporting.bibtex}
"""Word of `--cite` -> what makes the citation."""


def show(
    context: typer.Context,
    id: Annotated[str, typer.Argument(help="Id of a document or a passage.")],
    as_json: Json = False,
    cite: Annotated[
        str | None, typer.Option(metavar="WORD", help="Print how to cite it instead: plain or bibtex.")
    ] = None,
    brief: Annotated[
        Path | None, typer.Option(metavar="FILE.pdf", help="Write a page for a meeting about the document instead.")
    ] = None,
) -> None:
    """Print a document or a passage with its sources and context."""
    _check_show(id, as_json, cite, brief)
    base, corpus = open_base(context.obj), shown(context.obj.corpus)
    if cite:
        out().print(_citation(base, id, cite, date.today()), soft_wrap=True)
        return
    if brief:
        out().print(shown(_write_brief(base, id, brief, date.today())))
        return
    if "." not in id:
        document = base.document(id)
        passages = base.engine.passages(document.passage_ids)
        if as_json:
            each = [passage_json(passage, document, corpus) for passage in passages]
            print_json(document_json(document) | {"passages": each})
        else:
            print_document(document, passages, corpus)
        return
    passage = base.passage(id)
    document = base.document(passage.document_id)
    if as_json:
        print_json(passage_json(passage, document, corpus))
    else:
        print_passage(passage, document, corpus)


def _check_show(id: str, as_json: bool, cite: str | None, brief: Path | None) -> None:
    if cite is not None:
        check_word(cite, _CITATIONS, "--cite")
    if sum((as_json, cite is not None, brief is not None)) > 1:
        raise typer.BadParameter("use one of: --json, --cite, --brief")
    if brief and "." in id:
        raise typer.BadParameter(f"a page is made of a whole document: {id.partition('.')[0]}", param_hint="--brief")


def _citation(base: "KnowledgeBase", id: str, form: str, today: date) -> str:
    """How to cite a document or a passage; a QueryError where there is none of that id."""
    passage = base.passage(id) if "." in id else None
    document = base.document(passage.document_id if passage else id)
    return _CITATIONS[form](document, passage, accessed=today).rstrip("\n")


def _write_brief(base: "KnowledgeBase", id: str, path: Path, today: date) -> Path:
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
