"""Three ways in: files, a text that is pasted, a form. Each gives a draft, kept until it is saved."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from sibkb import intake, vocabulary
from sibkb.errors import RefusedFileError
from sibkb.importing.drafting import Draft, id_of
from sibkb.importing.form import Form, written
from sibkb.importing.guard import MAX_BYTES
from sibkb.importing.reading import READERS
from sibkb.kb import KnowledgeBase
from sibkb.ui import cards, session

KINDS: Final[Mapping[str, str]] = {"case": "Case study", "interview": "Interview"}
_PARTIES: Final[Mapping[str, str]] = {
    "outcome_payers": "Who pays for outcomes",
    "investors": "Investors",
    "intermediaries": "Intermediaries",
    "providers": "Who delivers",
    "evaluators": "Evaluators",
}
_LONGEST_NAME: Final = 60
_BY: Final = "add-by"
_WORKS: Final = "add-works"
_REFUSED: Final = "add-refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A file of the corpus to be, as far as it is."""

    key: str
    """What it is called in the session."""
    name: str
    """What it is called on the page."""
    id: str
    text: str
    told: tuple[str, ...] = ()
    """What the contributor should know of what it was made of."""


def works() -> dict[str, Work]:
    """What is being worked on, by its key, the oldest first."""
    kept: dict[str, Work] = st.session_state.setdefault(_WORKS, {})
    return kept


def keep(work: Work) -> None:
    """Keep a text as it is now."""
    works()[work.key] = work


def put_aside(key: str) -> None:
    """Work no more on a text."""
    works().pop(key, None)


def ways(base: KnowledgeBase) -> None:
    """The way that the address asks for, and a switch to the others."""
    by = st.query_params.get("by", "")
    session.set_widget(_BY, by if by in _WAYS else "files")
    st.radio("What do you have?", list(_WAYS), key=_BY, horizontal=True, format_func=_label, on_change=_push)
    _WAYS[st.session_state[_BY]][1](base)


def _label(by: str) -> str:
    return _WAYS[by][0]


def _push() -> None:
    by = st.session_state[_BY]
    st.query_params.from_dict({} if by == "files" else {"by": by})


def _known(base: KnowledgeBase) -> dict[str, str]:
    return intake.parties(base.engine.documents.values())


# Files


def _files(base: KnowledgeBase) -> None:
    endings = ", ".join(sorted(READERS))
    files = st.file_uploader(
        f"Files ({endings})",
        accept_multiple_files=True,
        max_upload_size=MAX_BYTES // 10**6,
        key="add-files",
        help="Drag them here, several at once if you like. Nothing is saved until you say so.",
    )
    refused: dict[str, str] = st.session_state.setdefault(_REFUSED, {})
    for file in files:
        if file.file_id not in refused:
            with st.spinner("Reading the file …"):
                refused[file.file_id] = _taken(base, file)
        if why := refused[file.file_id]:
            st.html(cards.note(f"{shown(file.name)} was not taken: {why}."))


def _taken(base: KnowledgeBase, file: UploadedFile) -> str:
    """Keep the draft of a file; why it was refused, or nothing."""
    try:
        drafts = intake.drafts_of(file.name, file.getvalue(), _known(base))
    except RefusedFileError as error:
        return str(error)
    for number, draft in enumerate(drafts):
        odd = [_odd(draft.id)] if is_odd(file.name) else []
        name = shown(file.name) if len(drafts) == 1 else f"{shown(file.name)}: {draft.id}"
        key = f"{file.file_id}-{number}"
        keep(Work(key=key, name=name, id=draft.id, text=draft.text, told=(*odd, *_lost(draft))))
    return ""


def _odd(id: str) -> str:
    return f"The name of the file cannot be used here: it is called {id} unless you name it otherwise."


def _lost(draft: Draft) -> list[str]:
    return [f"Not kept: {each.where}: {each.what}." for each in draft.lost]


def shown(name: str) -> str:
    """A file's name, short, without what would turn a line round, and never a path."""
    last = re.split(r"[/\\]", name)[-1]
    plain = "".join(each if each.isprintable() else "\ufffd" for each in last)
    return plain if len(plain) <= _LONGEST_NAME else f"{plain[: _LONGEST_NAME - 1]}…"


def is_odd(name: str) -> bool:
    """Whether a file's name is a path, too long, reserved, or not what it seems to be."""
    stem = name.rpartition(".")[0]
    unseen = any(unicodedata.category(each) in ("Cc", "Cf", "Co", "Cn") for each in name)
    return (
        unseen
        or len(name) > _LONGEST_NAME * 2
        or bool(re.search(r"[/\\:]", name))
        or id_of(name) == f"{stem.lower()}-file"
    )


# A text that is pasted


def _paste(base: KnowledgeBase) -> None:
    with st.form("add-paste", border=False):
        name = st.text_input("What is it called?", placeholder="Harbour Street Homes")
        kind = st.radio("What is it?", list(KINDS), horizontal=True, format_func=KINDS.get)
        text = st.text_area("The text", height=240, help="Plain text or Markdown; a whole file of the corpus, too.")
        sent = st.form_submit_button("Go on with this text")
    if sent:
        _pasted(base, name, kind, text)


def _pasted(base: KnowledgeBase, name: str, kind: str, text: str) -> None:
    try:
        (draft,) = intake.drafts_of(
            f"{_flat(name) or 'Pasted text'}.md", text.encode(errors="replace"), _known(base), kind
        )
    except RefusedFileError as error:
        st.html(cards.note(f"The text was not taken: {str(error).replace('the file', 'it')}."))
        return
    keep(Work(key=_new(), name=name.strip() or "Pasted text", id=draft.id, text=draft.text, told=tuple(_lost(draft))))


def _flat(name: str) -> str:
    return re.sub(r"[/\\.]", " ", name).strip()


def _new() -> str:
    """A key that no other text of this session has."""
    number = st.session_state["add-count"] = st.session_state.get("add-count", 0) + 1
    return f"own-{number}"


# A form


def _form(_: KnowledgeBase) -> None:
    kind = st.radio("What is it?", list(KINDS), horizontal=True, format_func=KINDS.get, key="add-form-kind")
    with st.form("add-form", border=False):
        given = _facts(Form(kind=kind))
        given = _parties(given)
        given = _told(given)
        given = _consented(given) if kind == "interview" else given
        given = _source(given)
        sent = st.form_submit_button("Write the file")
    if sent:
        name = _flat(given.title) or KINDS[kind]
        keep(Work(key=_new(), name=name, id=id_of(f"{name}.md"), text=written(given)))


def _facts(given: Form) -> Form:
    title = st.text_input("Title", placeholder="Harbour Street Homes")
    countries = st.multiselect(
        "Countries", list(vocabulary.COUNTRIES), format_func=vocabulary.country, help="The lead country first."
    )
    sector = _word("Sector", vocabulary.SECTORS)
    stage = _word("Stage", vocabulary.STAGES) if given.kind == "case" else ""
    left, right = st.columns(2)
    start = left.text_input("It began", placeholder="2012-04", help="A year, a month or a day; empty if not known.")
    end = right.text_input("It ended", placeholder="2015-03")
    return replace(given, title=title, countries=countries, sector=sector, stage=stage, start=start, end=end)


def _word(label: str, words: vocabulary.Vocabulary) -> str:
    """One word of a vocabulary, or none."""
    return st.selectbox(label, list(words), index=None, format_func=lambda word: words[word].label) or ""


def _parties(given: Form) -> Form:
    with st.expander("Who took part"):
        names = {
            role: tuple(
                line.strip() for line in st.text_area(label, height=68, help="One a line.").splitlines() if line.strip()
            )
            for role, label in _PARTIES.items()
        }
    return replace(given, parties=names)


def _told(given: Form) -> Form:
    summary = st.text_area("What it is and why it matters", help="One paragraph. It stands first, and search shows it.")
    account = st.text_area(
        "What happened", height=160, help="As many paragraphs as it takes, an empty line between them."
    )
    lesson = st.text_area("A lesson that others can learn from it", height=80)
    with st.expander("More about the lesson"):
        words = {
            "theme": _word("Theme", vocabulary.THEMES),
            "work_stage": _word("Stage of the work", vocabulary.WORK_STAGES),
            "audience": _word("Useful to", vocabulary.AUDIENCES),
            "basis": _word("Basis", vocabulary.BASES),
        }
    return replace(given, summary=summary, account=account, lesson=lesson, words=words)


def _consented(given: Form) -> Form:
    with st.expander("Who agreed to publication"):
        consent = {
            "who": st.text_input("Who agreed"),
            "date": st.text_input("When", placeholder="2024-05-31"),
            "scope": st.text_input("To what"),
            "url": st.text_input("Where it is published already", placeholder="https://…"),
        }
    return replace(given, consent=consent)


def _source(given: Form) -> Form:
    source = {
        "title": st.text_input("Source: its title, as published"),
        "publisher": st.text_input("Source: who published it"),
        "date": st.text_input("Source: its date", placeholder="2016-07"),
        "url": st.text_input("Source: its address", placeholder="https://…"),
        "read": _word("Source: how much of it was read", vocabulary.READS),
    }
    labels = {word: f"{term.label}: {term.meaning}" for word, term in vocabulary.RELEASES.items()}
    release = st.radio("Who may see it", list(labels), index=len(labels) - 1, format_func=labels.get)
    return replace(given, source=source, release=release)


_WAYS: Final[Mapping[str, tuple[str, Callable[[KnowledgeBase], None]]]] = {
    "files": ("Files", _files),
    "paste": ("A text to paste", _paste),
    "form": ("Nothing written yet: a form", _form),
}
"""What the address calls a way -> what the page calls it, and what draws it."""
