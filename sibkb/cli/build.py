"""`sibkb build` and `sibkb watch`: the index of the corpus."""

import contextlib
from typing import TYPE_CHECKING

import typer

from sibkb.cli.opening import complain, progress
from sibkb.cli.options import Json
from sibkb.cli.printing import err, out, print_json, print_problems

if TYPE_CHECKING:
    from sibkb import kb


def build(context: typer.Context, as_json: Json = False) -> None:
    """Build the index of the corpus; only what changed is encoded."""
    from sibkb import kb

    with progress() as heard:
        built = kb.build(context.obj, progress=heard)
    manifest, published = built.published.manifest, built.published
    print_problems(built.reading.problems, err(), prefix=context.obj.corpus)
    if as_json:
        print_json({"generation": manifest.name, "changed": published.changed, "documents": manifest.documents,
                    "passages": manifest.passages, "encoded": published.encoded, "reused": manifest.reused,
                    "kept": list(published.kept), "problems": len(built.reading.problems)})  # fmt: skip
    else:
        how = f"{published.encoded} texts encoded, {manifest.reused} reused" if published.changed else "nothing to do"
        out().print(f"{manifest.name}: {manifest.documents} documents, {manifest.passages} passages; {how}")
    for path in published.kept:
        err().print(f"{path} is broken: its last good version is served", style="yellow")
    raise typer.Exit(1 if built.reading.problems else 0)


def watch(context: typer.Context) -> None:
    """Build, then build again whenever a file changes."""
    from sibkb import kb

    def told(built: "kb.Built") -> None:
        print_problems(built.reading.problems, err(), prefix=context.obj.corpus)
        manifest = built.published.manifest
        out().print(f"{manifest.name}: {manifest.documents} documents, {built.published.encoded} texts encoded")

    with contextlib.suppress(KeyboardInterrupt):
        kb.follow(context.obj, told, lambda error: complain(error, context.obj.corpus))
