"""Ways from page to page, and text that leaves the app by the clipboard."""

import re
from html import escape
from pathlib import Path
from typing import Final, Literal
from urllib.parse import urlencode, urljoin

import streamlit as st

from sibkb.model import Document, Passage
from sibkb.words import fingerprint

SEARCH: Final = "sibkb/ui/search.py"
BROWSE: Final = "sibkb/ui/browse.py"
COMPARE: Final = "sibkb/ui/compare.py"
DOCUMENT: Final = "sibkb/ui/document.py"
VOICES: Final = "sibkb/ui/voices.py"
GLOSSARY: Final = "sibkb/ui/glossary.py"
ABOUT: Final = "sibkb/ui/about.py"
ADD: Final = "sibkb/ui/add.py"
LESSONS: Final = "sibkb/ui/lessons.py"
COVERAGE: Final = "sibkb/ui/coverage.py"

SCRIPT: Final = Path(__file__).with_name("links.js").read_text(encoding="utf-8")
"""What makes links inside our own HTML quick."""
_PUNCTUATION: Final = re.compile(r"([!-/:-@\[-`{-~])")


def plain(text: str) -> str:
    """A label that shows the text as it is written, where Streamlit would read Markdown."""
    return _PUNCTUATION.sub(r"\\\1", text)


def address(document: Document, passage: Passage | None = None, question: str = "") -> str:
    """Where a document is read, at one of its passages where one is given, with the question's words marked there.

    Relative to any page of the app; for our own HTML, in which `links.js` opens it without loading the app anew.
    """
    return f"document?{urlencode(_asked(document, passage, question))}"


def lasting(document: Document, passage: Passage | None = None) -> str:
    """The same for a link that is kept: it knows the words of the passage, so that a change of them is told."""
    version = {"v": fingerprint(passage.text)} if passage else {}
    return f"document?{urlencode(_asked(document, passage) | version)}"


def absolute(here: str | None, document: Document, passage: Passage | None = None) -> str | None:
    """The same for use outside the app, whose page stands at `here`; None where that is not known."""
    return urljoin(here, lasting(document, passage)) if here else None


def titled(document: Document, passage: Passage | None = None) -> str:
    """The title of a document as a way to it, or to one of its passages, inside HTML."""
    return f'<a href="{escape(address(document, passage))}">{escape(document.title)}</a>'


def alike(document: Document, passage: Passage) -> str:
    """Where a document is read with what others say that is like one of its passages."""
    return f"document?{urlencode({'id': document.id, 'similar': passage.id.partition('.')[2]})}"


def to_document(document: Document, passage: Passage | None = None, label: str | None = None) -> None:
    """The same as a link of its own."""
    st.page_link(DOCUMENT, label=plain(label or document.title), query_params=_asked(document, passage))


def term(slug: str) -> str:
    """Where a term is explained; relative to any page of the app."""
    return f"glossary?{urlencode({'term': slug})}"


def arrive(anchor: str, block: Literal["center", "nearest"] = "center") -> None:
    """Bring a part of the page into view, once it is drawn; the comment makes each arrival a new script.

    In the centre, where it is what the reader came for; else no further than it takes to see it.
    """
    script = f"""(() => {{
      const find = (left) => {{
        const place = document.getElementById("{anchor}");
        if (place) {{ place.scrollIntoView({{block: "{block}"}}); place.focus({{preventScroll: true}}); }}
        else if (left) setTimeout(() => find(left - 1), 50);
      }};
      find(40);
    }})();"""
    st.html(f"<script>{script} // {anchor}</script>", unsafe_allow_javascript=True)


def to_top(page: str) -> None:
    """Begin at the top of this page of a list; its name makes it a new script, which the browser then runs."""
    scroll = "document.querySelector('[data-testid=stMain]')?.scrollTo(0, 0)"
    st.html(f"<script>{scroll} // {page}</script>", unsafe_allow_javascript=True)


def _asked(document: Document, passage: Passage | None, question: str = "") -> dict[str, str]:
    asked = {"id": document.id}
    if passage:
        asked |= {"passage": passage.id.partition(".")[2]} | ({"q": question} if question else {})
    return asked
