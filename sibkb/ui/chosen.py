"""Which documents the Compare page sets side by side: a value that lives in the URL, and the ways to it as HTML."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final
from urllib.parse import urlencode

from sibkb.model import Document

FEWEST: Final = 2
MOST: Final = 4
"""So many columns can still be read on a wide screen."""
IN_WORDS: Final = {2: "two", 3: "three", 4: "four"}

Documents = Mapping[str, Document]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Some documents, and how they are shown."""

    ids: tuple[str, ...] = ()
    differing: bool = False
    """Whether only those rows are shown in which they differ."""

    def write(self) -> dict[str, list[str]]:
        """The URL parameters that say this; what is as it would be anyway is left out."""
        given = {"id": list(self.ids), "differ": ["1"] if self.differing else []}
        return {name: values for name, values in given.items() if values}


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """What a URL asks."""

    chosen: Chosen
    ignored: tuple[str, ...] = ()
    """Parts of it that mean nothing, as `name=value`."""
    surplus: tuple[str, ...] = ()
    """Ids of documents beyond the most that can be shown."""


def read(given: Mapping[str, Sequence[str]], documents: Documents) -> Address:
    """The documents that URL parameters ask for; what cannot be understood, or is too much, is left out and named."""
    wanted = tuple(dict.fromkeys(given.get("id", ())))
    known = tuple(id for id in wanted if id in documents)
    differ = [value for value in given.get("differ", ())[-1:] if value]
    return Address(
        chosen=Chosen(ids=known[:MOST], differing=differ == ["1"]),
        ignored=(
            *(f"id={id}" for id in wanted if id not in documents),
            *(f"differ={value}" for value in differ if value != "1"),
        ),
        surplus=known[MOST:],
    )


def address(ids: Iterable[str]) -> str:
    """Where documents stand side by side; relative to any page, for our own HTML."""
    return f"compare?{urlencode([('id', id) for id in ids])}"


def names(documents: Documents) -> dict[str, str]:
    """Id -> what it is called in a list to choose from, in the order of the list; equal titles are told apart."""
    titles = [document.title for document in documents.values()]
    named = {
        id: document.title if titles.count(document.title) == 1 else f"{document.title} ({id})"
        for id, document in documents.items()
    }
    return dict(sorted(named.items(), key=lambda each: (each[1].casefold(), each[0])))


def way(documents: Sequence[Document], label: str) -> str:
    """A link that sets documents side by side, named in full for those who hear it."""
    named = f"{label}: {' and '.join(document.title for document in documents)}"
    target = address(document.id for document in documents)
    return f'<a href="{escape(target)}" aria-label="{escape(named)}">{escape(label)}</a>'


def aside(document: Document, put: Sequence[str], elsewhere: Callable[[tuple[str, ...]], str]) -> str:
    """A way to put a document aside for comparing, or to take it back; `elsewhere` is the same page with other ids.

    `links.js` keeps the reader where a link with `data-stay` was, since it only changes the list it stands in.
    """
    if document.id in put:
        back = _stay(document, elsewhere(tuple(id for id in put if id != document.id)), "Leave out")
        on = f" · {_abreast(put)}" if len(put) >= FEWEST else ""
        return f"<b>✓ To compare</b> · {back}{on}"
    add = f' data-add="{escape(document.id)}"'
    return _stay(document, elsewhere((*put, document.id)), "Add to comparison", add) if len(put) < MOST else ""


def _abreast(put: Sequence[str]) -> str:
    return f'<a href="{escape(address(put))}">Compare the {IN_WORDS[len(put)]}</a>'


def _stay(document: Document, target: str, label: str, more: str = "") -> str:
    stay, named = escape(f"compare-{document.id}"), escape(f"{label}: {document.title}")
    return f'<a href="{escape(target)}" data-stay="{stay}"{more} aria-label="{named}">{label}</a>'


def gathered(put: Sequence[str], documents: Documents, elsewhere: Callable[[tuple[str, ...]], str]) -> str:
    """What is put aside so far, and the ways on."""
    titles = "; ".join(f"<b>{escape(documents[id].title)}</b>" for id in put)
    on = _abreast(put) if len(put) >= FEWEST else "Add at least one more"
    none = f'<a href="{escape(elsewhere(()))}" data-stay="compare">Leave out all</a>'
    return f'<p class="kb-note" role="status">To compare: {titles}. {on} · {none}</p>'
