"""The Document page: one case from its facts to its sources, arrived at where the reader was led."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from html import escape
from typing import Final, NamedTuple

import streamlit as st

from sibkb import exporting
from sibkb.errors import QueryError
from sibkb.exporting import date_in_words, wording
from sibkb.kb import KnowledgeBase
from sibkb.model import Document, Passage, Similar, Tombstone
from sibkb.ui import cards, changed, clipboard, likeness, links, reading, session
from sibkb.ui.likeness import Other
from sibkb.ui.reading import Reader, Section
from sibkb.ui.terms import Explainer
from sibkb.words import fingerprint


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the address asks: a document, a passage in it, the question that led here, whose others are shown."""

    id: str = ""
    passage: str = ""
    question: str = ""
    similar: str = ""
    version: str = ""
    """The fingerprint of the words of the passage when the link was made."""


def page(base: KnowledgeBase) -> None:
    """The document that was asked for, or a way on where there is none."""
    asked = Asked(**{key: st.query_params.get(name, "") for key, name in _NAMES.items()})
    try:
        document = base.document(asked.id)
    except QueryError as error:
        _unknown(base, asked, error)
        return
    passages = base.engine.passages(document.passage_ids)
    named = {each.id.partition(".")[2]: each for each in passages}
    here = named.get(asked.passage)
    reader = replace(_reader(base, here, asked), others=_others(base, passages), opened=asked.similar or None)
    explain = Explainer(base.glossary())
    summary = reading.summary(document, passages, reader, explain)
    parts = reading.sections(document, passages, reader, explain)
    related, similar = base.related(document), base.similar(document)
    more = [("related", "Related")] * bool(related) + [("similar", "Similar cases")] * bool(similar)
    _contents(parts, more)
    gone = [name for name in (asked.passage, asked.similar) if name and name not in named]
    _head(document, summary)
    _behind(base, document)
    if gone:
        st.html(_gone(base, document, gone[0], asked, passages))
    elif here and here.kind == "fact" and reader.changed:  # it stands in a cell, where there is no room for it
        st.html(reader.changed)
    _take_away(base, document, passages, here)
    for part in parts:
        st.header(links.plain(part.heading), anchor=part.anchor)
        st.html(f'<div class="kb-reading">{part.html}</div>')
        if part.anchor == "at-a-glance":
            _related(related)
            _similar(document, similar)
    if reader.passage:
        links.arrive(f"p-{escape(reader.passage)}")
    elif asked.similar in named:
        links.arrive(f"p-{escape(asked.similar)}", "nearest")


_NAMES: Final = {"id": "id", "passage": "passage", "question": "q", "similar": "similar", "version": "v"}


def _unknown(base: KnowledgeBase, asked: Asked, error: QueryError) -> None:
    stone = base.withdrawn(asked.id)
    st.title("This case was withdrawn" if stone else "There is no such case here", anchor=False)
    told = _withdrawn("It", stone) if stone else f"{error}." if asked.id else "The address names no case."
    st.html(cards.note(told))
    st.page_link(links.BROWSE, label="Browse all cases", icon=":material/list:")
    st.page_link(links.SEARCH, label="Ask a question", icon=":material/search:")


def _gone(base: KnowledgeBase, document: Document, name: str, asked: Asked, passages: Sequence[Passage]) -> str:
    """What became of a passage that is not here."""
    if stone := base.withdrawn(f"{document.id}.{name}"):
        return cards.note(f"{_withdrawn('The passage you came for', stone)} This is the whole document.")
    version = (asked.version if name == asked.passage else "") or changed.version_in(name)
    then = base.reworded(document, name, version)[0] if version else None
    found = changed.nearest(then, passages) if then else None
    same = next((each for each in passages if each.kind == changed.kind_of(name)), None)
    return changed.gone(document, name, then, found, same)


def _withdrawn(what: str, stone: Tombstone) -> str:
    return f"{what} was withdrawn on {date_in_words(stone.date)}: {stone.reason.rstrip('.')}."


def _reader(base: KnowledgeBase, here: Passage | None, asked: Asked) -> Reader:
    if not here:
        return Reader()
    told = ""
    if asked.version not in ("", fingerprint(here.text)):
        document = base.document(here.document_id)
        told = changed.here(*base.reworded(document, asked.passage, asked.version), here)
    return Reader(passage=asked.passage, marks=base.marks(here.text, asked.question), changed=told)


def _others(base: KnowledgeBase, passages: Sequence[Passage]) -> dict[str, list[Other]]:
    """Passage id -> what in other documents says something like it."""
    near = base.likeness.passages(each.id for each in passages if each.kind in reading.VOICED)
    return {id: [(each, base.document(each.document_id)) for each, _ in found] for id, found in near.items()}


def _contents(parts: Sequence[Section], more: Sequence[tuple[str, str]]) -> None:
    entries = [(part.anchor, part.heading) for part in parts]
    entries[1:1] = more
    with st.sidebar:
        st.html(cards.contents(entries))


def _head(document: Document, summary: str) -> None:
    st.title(links.plain(document.title), anchor=False)
    facts = " · ".join(map(escape, cards.about(document)))
    st.html(f'<p class="kb-facts">{facts}</p>{summary}')


def _behind(base: KnowledgeBase, document: Document) -> None:
    """Say where this is not what stands in the file."""
    problems = base.problems(document)
    if problems is None:
        return
    count = f"{len(problems)} problem{'s' * (len(problems) != 1)}" if problems else "a problem"
    st.html(cards.note(f"Its file has {count}: this is the last good version. `sibkb check` says what is wrong."))


def _take_away(base: KnowledgeBase, document: Document, passages: Sequence[Passage], here: Passage | None) -> None:
    """Files, a citation (of the passage, where the reader came for one), and a way to change the case."""
    address = links.absolute(st.context.url, document, here)
    today = datetime.now(UTC).date()
    plain = exporting.plain(document, here, url=address, accessed=today)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            "One-page brief (PDF)",
            lambda: exporting.brief(document, passages, url=address, made=today),
            file_name=f"{document.id}.pdf",
            mime="application/pdf",
            on_click="ignore",
            icon=":material/picture_as_pdf:",
        )
        for label, file in _whole(base, document, passages, today).items():
            st.download_button(label, file.make, file_name=f"{document.id}{file.suffix}", mime=file.media_type,
                               on_click="ignore", icon=":material/download:")  # fmt: skip
        clipboard.copy_button(plain, "Copy with source" if here else "Copy citation", f"cite-{(here or document).id}")
        st.page_link(
            links.COMPARE, label="Compare with …", icon=":material/compare_arrows:", query_params={"id": document.id}
        )
        if edit := base.settings.edit_address(document.path):
            st.link_button("Edit this file", edit, icon=":material/edit:")
    with st.expander("Cite this passage" if here else "Cite this case"):
        st.code(plain, language=None, wrap_lines=True)
        st.code(exporting.bibtex(document, here, url=address, accessed=today), language="latex", wrap_lines=True)
    st.html(f'<p class="kb-facts">File: <span class="kb-path">{escape(document.path)}</span></p>')


class File(NamedTuple):
    """The whole document as a file, made when it is asked for."""

    suffix: str
    media_type: str
    make: Callable[[], bytes]


def _whole(base: KnowledgeBase, document: Document, passages: Sequence[Passage], today: date) -> dict[str, File]:
    address = links.absolute(st.context.url, document)
    return {
        "Word": File(".docx", _WORD, lambda: exporting.word(document, passages, url=address, made=today)),
        "Markdown": File(".md", "text/markdown", lambda: base.markdown(document)),
    }


_WORD: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def _related(related: Mapping[str, Sequence[Document]]) -> None:
    if not related:
        return
    st.header("Related", anchor="related")
    for relation, documents in related.items():
        st.subheader(wording.RELATIONS[relation], anchor=False)
        with st.container(horizontal=True, key=f"related-{relation}"):
            for document in documents:
                links.to_document(document)


def _similar(document: Document, similar: Sequence[Similar]) -> None:
    if similar:
        st.header("Similar cases", anchor="similar")
        st.html(likeness.others(document, similar))


page(session.knowledge_base())
