"""HTML -> an extract; the only owner of BeautifulSoup and markdownify."""

import re
import warnings
from typing import Final

import bs4
import markdownify

from sibkb.importing.decoding import cleaned
from sibkb.importing.extract import Extract, Lost
from sibkb.importing.plain import escaped, escaped_starts

_NO_WORDS: Final = ("script", "style", "template", "noscript", "svg", "head", "title")
_NO_TEXT: Final[dict[str, str]] = {
    "nav": "navigation",
    "form": "a form",
    "iframe": "a page inside the page",
    "object": "an embedded object",
    "video": "a film",
    "audio": "a recording",
}
"""Elements that are not the text of a page -> what to call them."""


class _Converter(markdownify.MarkdownConverter):
    """Escapes as much as it must and no more; its own escaping leaves what looks like a list or heading."""

    def escape(self, text: str, parent_tags: set[str]) -> str:  # noqa: ARG002  the library calls it with both
        return escaped(text)

    def convert_p(self, element: bs4.Tag, text: str, parent_tags: set[str]) -> str:
        return str(
            super().convert_p(  # type: ignore[misc]  # its types do not name it
                element, escaped_starts(text.strip()), parent_tags
            )
        )


def read(data: bytes) -> Extract:
    """Read a page; what is not its text is left out and named."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        soup = bs4.BeautifulSoup(data, "html.parser")
    named = _words(soup.title) if soup.title else ""
    heading = soup.find("h1")
    title = (_words(heading) if heading else "") or named or None
    lost = [Lost(where="the page", what=f"its name in the browser: “{named}”")] if named and named != title else []
    markdown, more = converted(soup)
    return Extract(title=title, markdown=markdown, lost=(*lost, *more))


def converted(soup: bs4.BeautifulSoup) -> tuple[str, tuple[Lost, ...]]:
    """The page as Markdown, and what of it could not be kept."""
    for comment in soup.find_all(string=lambda text: isinstance(text, bs4.element.PreformattedString)):
        comment.extract()
    for element in soup.find_all(_NO_WORDS):
        element.decompose()
    lost = [*_without(soup), *_without_pictures(soup)]
    for link in soup.find_all("a"):
        if not str(link.get("href", "")).startswith(("http://", "https://", "mailto:")):
            link.unwrap()  # an address inside a page leads nowhere in another file
    text, invisible = cleaned(_Converter(heading_style="ATX", bullets="-", autolinks=False).convert_soup(soup))
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"(?m)[ \t]+$", "", text)).strip(), (*lost, *invisible)


def _without(soup: bs4.BeautifulSoup) -> list[Lost]:
    lost = []
    for element in soup.find_all(list(_NO_TEXT)):
        if element.decomposed:
            continue
        words = _words(element)
        lost.append(Lost(where="the page", what=_NO_TEXT[element.name] + (f": “{words}”" if words else "")))
        element.decompose()
    return lost


def _without_pictures(soup: bs4.BeautifulSoup) -> list[Lost]:
    lost = []
    for number, picture in enumerate(soup.find_all("img"), 1):
        told = " ".join(str(picture.get("alt", "")).split())
        lost.append(
            Lost(where=f"picture {number}", what=f"a picture: “{told}”" if told else "a picture without a description")
        )
        picture.decompose()
    return lost


def _words(element: bs4.Tag) -> str:
    return " ".join(element.get_text(" ").split())
