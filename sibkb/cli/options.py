"""Options that commands share, and words that they refuse."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Final

import typer

from sibkb.model import FILTER_WORDS, Filters, takes
from sibkb.settings import Settings

if TYPE_CHECKING:
    from sibkb.corpus import Keeping

Json = Annotated[bool, typer.Option("--json", help="Print data for scripts.")]
Author = Annotated[
    str | None, typer.Option(metavar="'NAME <MAIL>'", help="Whose change it is; else the one whom git knows.")
]
_YEARS: Final = re.compile(r"([0-9]{4})(?:[-–]([0-9]{4}))?")


def keeping(given: Settings, author: str | None) -> "Keeping":
    """How a command's change is kept."""
    from sibkb.corpus import Keeping

    return Keeping(git=given.git, author=author)


def check_word(value: str, known: Iterable[str], option: str) -> None:
    """Refuse a word that is none of those."""
    if value not in known:
        raise typer.BadParameter(f"`{value}` is none of: {', '.join(known)}", param_hint=option)


def check_filters(filters: Filters) -> None:
    """Refuse a word that its filter does not take."""
    for field, values in filters.active().items():
        option = f"--{field.replace('_', '-')}"
        for value in values:
            if field in FILTER_WORDS:
                check_word(value, FILTER_WORDS[field], option)
            elif not takes(field, value):
                raise typer.BadParameter(f"`{value}` is no country: write two capitals, such as GB", param_hint=option)


def years_of(text: str | None) -> tuple[int, int] | None:
    """The years that `2012` or `2012-2015` names."""
    if text is None:
        return None
    match = _YEARS.fullmatch(text)
    first, last = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
    if first > last:
        raise typer.BadParameter("write 2012 or 2012-2015", param_hint="--years")
    return first, last
