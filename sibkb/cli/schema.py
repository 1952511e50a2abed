"""`sibkb schema`: the JSON Schemas of the corpus, for editors."""

from typing import Annotated, Final

import typer

from sibkb.cli.options import check_word
from sibkb.cli.printing import print_json

NAMES: Final = ("document", "queries", "themes", "glossary")


def schema(
    name: Annotated[str, typer.Argument(metavar="WORD", help=f"One of: {', '.join(NAMES)}.")] = "document",
) -> None:
    """Print the JSON Schema of the front matter or of another file of the corpus, with your own words."""
    from sibkb import evaluating, glossary, parsing, synthesis

    check_word(name, NAMES, "WORD")
    rooms = dict(zip(NAMES, (parsing, evaluating, synthesis, glossary), strict=True))
    print_json(rooms[name].json_schema())
