"""The Add page: from a file, a text or a form to a case in search, with everything that is wrong told on the way."""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Final

import streamlit as st

from sibkb import corpus, intake, vocabulary
from sibkb.errors import CorpusError
from sibkb.importing.candidates import settled
from sibkb.intake import Near
from sibkb.kb import KnowledgeBase
from sibkb.model import Hit
from sibkb.parsing import Parsed, fix, parse
from sibkb.ui import cards, editor, incoming, links, session, signing
from sibkb.ui.incoming import Work

LEAD: Final = (
    '<p class="kb-lead">From a file, a text or a form to a case that search finds. You are told what is wrong and '
    "where; nothing is saved until you say so, and nothing is ever written over.</p>"
)
PATIENCE: Final = 60.0
"""Seconds after which search is waited for no longer."""
_SAVED: Final = "add-saved"
_CHOSEN: Final = "add-chosen"
_ID: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_EXCERPT: Final = 240


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What became of a text that was saved."""

    id: str
    title: str
    path: str
    release: str
    seconds: float | None
    """From the click until search had it; None where it was not there in time."""


def page(base: KnowledgeBase) -> None:
    """The ways in, and the text that is being worked on."""
    st.title("Add a case or an interview", anchor=False)
    if not signing.may_add(session.settings()):
        st.html(cards.note(signing.how(session.settings())))
        st.page_link(links.SEARCH, label="Ask a question", icon=":material/search:")
        return
    st.html(LEAD)
    if saved := st.session_state.pop(_SAVED, None):
        _tell(base, saved)
    incoming.ways(base)
    if works := incoming.works():
        _work(base, _chosen(works))


def _chosen(works: dict[str, Work]) -> Work:
    """The text that is shown: the newest, or the one that was chosen."""
    keys = list(works)
    if len(keys) > len(st.session_state.get("add-seen", ())) or st.session_state.get(_CHOSEN) not in works:
        session.set_widget(_CHOSEN, keys[-1])
    st.session_state["add-seen"] = keys
    if len(keys) > 1:
        st.selectbox("Which text", keys, key=_CHOSEN, format_func=lambda key: works[key].name)
    return works[st.session_state[_CHOSEN]]


def _work(base: KnowledgeBase, work: Work) -> None:
    st.header(links.plain(work.name), anchor="text")
    if work.told:
        items = "".join(f"<li>{escape(each)}</li>" for each in work.told)
        st.html(f'<ul class="kb-bullets">{items}</ul>')
    _name(work)
    data = settled(work.text).text.encode(errors="replace")
    refused = _refused(base, work.id)
    path = corpus.place(work.id, data) if not refused else f"{work.id}.md"
    parsed = parse(path if not refused else "cases/unnamed.md", data)
    st.html(
        cards.note(refused)
        if refused
        else f'<p class="kb-facts">It will be saved as <span class="kb-path">{escape(path)}</span></p>'
    )
    editor.text(work)
    _wrong(work, parsed)
    _ways_out(base, work, ready=not refused and parsed.document is not None)
    with st.expander("As readers will see it", icon=":material/visibility:"):
        st.html(editor.preview(parsed))
    st.header("Do we have this already?", anchor="near")
    st.html(_near(intake.nearest(base, work.text, parsed)))


def _name(work: Work) -> None:
    key = f"add-id-{work.key}"
    session.set_widget(key, work.id)
    st.text_input("What the file is called", key=key, max_chars=80, on_change=_named, args=(work, key),
                  help="It stands in the address of its page, and is not changed later.")  # fmt: skip


def _named(work: Work, key: str) -> None:
    incoming.keep(replace(work, id=st.session_state[key].strip().removesuffix(".md")))


def _refused(base: KnowledgeBase, id: str) -> str:
    """What is wrong with an id, if anything is."""
    if not _ID.fullmatch(id):
        return (
            f"“{id}” cannot be a file’s name here: use lower case letters, digits and hyphens, such as harbour-street."
        )
    if any(path.stem == id for path in corpus.paths(base.settings.corpus)):
        return f"“{id}” is there already, and is never written over: give this one another name."
    return ""


def _wrong(work: Work, parsed: Parsed) -> None:
    """What is wrong by line, and what of it can be put right by a click."""
    found = intake.placed(parsed.problems or parsed.warnings, settled(work.text))
    count = len(found)
    told = "Nothing is wrong" if not found else f"{count} thing{'s' * (count != 1)} to mend"
    st.header(told if parsed.problems or not found else f"Nothing is wrong; {count} to consider", anchor="problems")
    editor.put_right(work, fix("cases/unnamed.md", work.text.encode(errors="replace")))
    if found:
        st.html(editor.problems(found, work.text.split("\n")))


def _ways_out(base: KnowledgeBase, work: Work, *, ready: bool) -> None:
    with st.container(horizontal=True):
        save = ready and st.button("Save it", type="primary", icon=":material/save:")
        st.download_button(
            "Download the file", work.text, file_name=f"{work.id if _ID.fullmatch(work.id) else 'draft'}.md",
            mime="text/markdown", on_click="ignore", icon=":material/download:",
        )  # fmt: skip
        st.button("Put it aside", on_click=incoming.put_aside, args=(work.key,), icon=":material/close:")
    if not ready:
        st.html('<p class="kb-facts">It can be saved once nothing is wrong; until then it can be downloaded.</p>')
    if save:
        _save(base, work)


def _save(base: KnowledgeBase, work: Work) -> None:
    """Save it, wait until search has it, and tell how long that took."""
    began = time.monotonic()
    if not signing.may_add(session.settings()):
        st.html(cards.note(signing.how(session.settings())))
        return
    ready = settled(work.text)
    data = ready.text.encode(errors="replace")
    try:
        made, problems = corpus.take_in(base.settings.corpus, work.id, data)
    except CorpusError as error:
        st.html(cards.note(f"{error}."))
        return
    if made is None:
        st.html(cards.note("It was not saved. Together with the other files this is wrong:"))
        st.html(editor.problems(intake.placed(problems, ready), work.text.split("\n")))
        return
    path = made.relative_to(base.settings.corpus).as_posix()
    document = parse(path, data).document
    with st.spinner("Saved. Waiting until search has it …"):
        seconds = _found_after(path, began)
    title, release = (document.title, document.release) if document else (work.id, "internal")
    st.session_state[_SAVED] = Saved(id=work.id, title=title, path=path, release=release, seconds=seconds)
    incoming.put_aside(work.key)
    st.rerun()


def _found_after(path: str, began: float) -> float | None:
    """Seconds until the index in use was made with that file; None where it was not in time."""
    while time.monotonic() - began < PATIENCE:
        if path in session.knowledge_base().engine.manifest.files:
            return time.monotonic() - began
        time.sleep(0.05)
    return None


def _tell(base: KnowledgeBase, saved: Saved) -> None:
    """Where it is, how long that took, and the way to it."""
    document = base.engine.documents.get(saved.id)
    if saved.seconds is None:
        told = "It is not in search yet: this app does not follow the folder. `sibkb build` brings it in."
    elif document is None:
        label = vocabulary.RELEASES[saved.release].label
        told = f"It is in the index after {saved.seconds:.1f} s. Its release is “{label}”: this app does not show it."
    else:
        told = f"In search after {saved.seconds:.1f} s."
    st.html(f'<p class="kb-note" role="status" id="saved">Saved as {escape(saved.path)}. {escape(told)}</p>')
    if document is not None:
        with st.container(horizontal=True):
            links.to_document(document, label=f"Read {document.title}")
            st.page_link(
                links.SEARCH, label="Find it in search", icon=":material/search:", query_params={"q": saved.title}
            )


# What is there already


def _near(found: Sequence[Near]) -> str:
    """The nearest passages to each part of the text."""
    if not any(each.hits for each in found):
        return cards.note("Nothing here is close to it." if found else "There is no text to compare yet.")
    warned = sum(each.same for each in found)
    what = "Nearly the same words stand here already, in " + (f"{warned} places." if warned != 1 else "one place.")
    head = cards.note(what)
    rows = "".join(_compared(each) for each in found if each.hits)
    return f'{head if warned else ""}<ul class="kb-nearest">{rows}</ul>'


def _compared(near: Near) -> str:
    hits = "".join(f"<li>{_hit(hit)}</li>" for hit in (near.hits[:1] if near.same else near.hits))
    lead = "<b>Nearly the same words stand here already.</b> " if near.same else ""
    return f'<li><p class="kb-context">{escape(_short(near.text))}</p>{lead}Nearest here:<ul>{hits}</ul></li>'


def _hit(hit: Hit) -> str:
    kind = vocabulary.PASSAGE_KINDS[hit.passage.kind].label
    return f"{links.titled(hit.document, hit.passage)}, {escape(kind.lower())}: {escape(_short(hit.passage.text))}"


def _short(text: str) -> str:
    return text if len(text) <= _EXCERPT else f"{text[:_EXCERPT].rsplit(' ', 1)[0]} …"


page(session.knowledge_base())
