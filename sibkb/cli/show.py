"""`sibkb show`: a document or a passage, what is like it, how to cite it, a page for a meeting as a file."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from sibkb import exporting
from sibkb.cli.files import write_new
from sibkb.cli.opening import open_base
from sibkb.cli.options import Json, check_word
from sibkb.cli.printing import out, print_alike, print_document, print_json, print_others, print_passage, shown
from sibkb.exporting import document_json, passage_json
from sibkb.exporting.alike import similar_json

if TYPE_CHECKING:
    from sibkb.kb import KnowledgeBase

_CITATIONS: Final = {"plain": exporting.plain, "bibtex": exporting.bibtex, "csl": exporting.csl_json}
"""Word of `--cite` -> what makes the citation."""


def show(  # noqa: PLR0913, each is an option of the command line
    context: typer.Context,
    id: Annotated[str, typer.Argument(help="Id of a document or a passage.")],
    as_json: Json = False,
    cite: Annotated[
        str | None,
        typer.Option(metavar="WORD", help="Print how to cite it instead: plain, bibtex or csl (JSON for Zotero)."),
    ] = None,
    brief: Annotated[
        Path | None, typer.Option(metavar="FILE.pdf", help="Write a page for a meeting about the document instead.")
    ] = None,
    similar: Annotated[
        bool, typer.Option("--similar", help="Print what in other cases is most like it instead.")
    ] = False,
) -> None:
    """Print a document or a passage with its sources and context."""
    _check_show(id, as_json and not similar, cite, brief, similar)
    base, corpus = open_base(context.obj), shown(context.obj.corpus)
    if cite:
        out().print(_citation(base, id, cite, date.today()), soft_wrap=True)
        return
    if brief:
        out().print(shown(_write_brief(base, id, brief, date.today())))
        return
    if similar:
        _print_similar(base, id, as_json, corpus)
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


def _check_show(id: str, as_json: bool, cite: str | None, brief: Path | None, similar: bool) -> None:
    if cite is not None:
        check_word(cite, _CITATIONS, "--cite")
    if sum((as_json, cite is not None, brief is not None, similar)) > 1:
        raise typer.BadParameter("use one of: --json, --cite, --brief, --similar (which goes with --json)")
    if brief and "." in id:
        raise typer.BadParameter(f"a page is made of a whole document: {id.partition('.')[0]}", param_hint="--brief")


def _print_similar(base: "KnowledgeBase", id: str, as_json: bool, corpus: str) -> None:
    """Print the documents most like one, and why; of a passage, those of other documents."""
    if "." in id:
        _print_alike(base, id, as_json, corpus)
        return
    document = base.document(id)
    others = base.similar(document)
    if as_json:
        print_json([similar_json(document, other) for other in others])
    else:
        print_others(document, others)


def _print_alike(base: "KnowledgeBase", id: str, as_json: bool, corpus: str) -> None:
    near = base.likeness.passages([base.passage(id).id]).get(id, ())
    found = [(passage, base.document(passage.document_id), score) for passage, score in near]
    if as_json:
        print_json([passage_json(each, document, corpus) | {"score": score} for each, document, score in found])
    else:
        print_alike(found, corpus)


def _citation(base: "KnowledgeBase", id: str, form: str, today: date) -> str:
    """How to cite a document or a passage; a QueryError where there is none of that id."""
    passage = base.passage(id) if "." in id else None
    document = base.document(passage.document_id if passage else id)
    return _CITATIONS[form](document, passage, accessed=today).rstrip("\n")


def _write_brief(base: "KnowledgeBase", id: str, path: Path, today: date) -> Path:
    """Write the page about a document; a SibkbError where it cannot be made or written."""
    document = base.document(id)
    return write_new(path, exporting.brief(document, base.engine.passages(document.passage_ids), made=today))
