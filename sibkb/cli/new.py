"""`sibkb new`: begin a file."""

import shlex
from typing import Annotated

import typer

from sibkb.cli.options import Author, keeping
from sibkb.cli.printing import err, out, shown


def new(
    context: typer.Context,
    kind: Annotated[str, typer.Argument(help="case or interview")],
    id: Annotated[str, typer.Argument(help="Lower case, digits and hyphens.")],
    author: Author = None,
) -> None:
    """Begin a case study or an interview from a template."""
    from sibkb import corpus, templates
    from sibkb.parsing.front_matter import ID

    if kind not in templates.TEMPLATES:
        raise typer.BadParameter(f"use one of: {', '.join(templates.TEMPLATES)}")
    if not ID.fullmatch(id):
        raise typer.BadParameter(f"`{id}` is no id: use lower case, digits and hyphens")
    path = f"{corpus.FOLDERS[kind]}/{id}.md"
    made = corpus.add(context.obj.corpus, path, templates.TEMPLATES[kind], keeping(context.obj, author))
    out().print(shown(made))
    err().print(f"Fill in every TODO, then run: sibkb check {shlex.quote(shown(made))}")
