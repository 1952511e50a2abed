"""The About page: what this is, what stands in it, how far it can be trusted, and how to add to it."""

from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from html import escape
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from sibkb import auditing, corpus, evaluating
from sibkb.auditing import Audit
from sibkb.errors import CorpusError
from sibkb.kb import KnowledgeBase
from sibkb.model import Filters
from sibkb.settings import Settings
from sibkb.ui import cards, figures, gaps, session
from sibkb.ui.figures import Outside

LEAD: Final = (
    '<p class="kb-lead">What people learned by making, running and ending social impact bonds: case studies, lessons '
    "and people’s own words, each with its source.</p>"
)
BOND: Final = (
    "A social impact bond is a contract in which a government pays for results, such as fewer people going back to "
    "prison, instead of paying for a service. Investors pay for the service in the meantime; they get their money "
    "back, and sometimes a return, if the results are reached, and can lose it if they are not."
)
COMMANDS: Final = """\
sibkb new case my-city-bond
sibkb check corpus/cases/my-city-bond.md
sibkb build"""
LICENCE: Final = (
    ("The writing is ours, and free to use.", "Summaries, lessons, perspectives, context, disputes and what the cases "
     "together say may be used under the MIT licence, as the code may. Where you print them, pass on the source, how "
     "far we read it, and any dispute."),
    ("Quotations are not.", "They are verbatim from Emma Tomkinson’s post of 9 December 2013 and stand here with her "
     "permission. Keep every word and mark, name her and link to the post. The people she spoke with are not named: do "
     "not try to name them."),
    ("A perspective is our summary.", "Never print it in quotation marks, as if it were what the person said."),
    ("Sources keep their own terms.", "Contains public sector information licensed under the Open Government Licence "
     "v3.0. Facts of the INDIGO impact bond dataset are credited to the Government Outcomes Lab, Blavatnik School of "
     "Government, University of Oxford; for its tables, go there. Everything else is under ordinary copyright."),
)  # fmt: skip
PRIVACY: Final = (
    ("Nothing is sent on.", "Questions are answered on the machine that runs this app. It asks no other service, loads "
     "no fonts, scripts or pictures from elsewhere, counts no visits, and asks you to sign in only "
     "where whoever keeps it wants that."),
    ("What remains.", "Your question stands in the address of the page, so that you can share it: your browser’s "
     "history keeps it, and so may a log of the server or the proxy through which you reach the app."),
    ("Sources are other sites.", "A link to a source opens its publisher’s site, which has rules of its own."),
)  # fmt: skip


def page(base: KnowledgeBase) -> None:
    """Tell all of it, a part under each heading."""
    audit, outside = (
        _audit(base.generation, base.settings.ceiling, base),
        _outside(base.generation, base.settings.ceiling, base),
    )
    st.title("About", anchor=False)
    st.html(LEAD)
    parts: dict[str, tuple[str, Callable[[], object]]] = {
        "bonds": ("What a social impact bond is", lambda: st.html(figures.prose(BOND))),
        "what": ("What this is, and what it is not", lambda: _what(base, audit)),
        "here": ("What stands here", lambda: st.html(figures.holdings(audit))),
        "fresh": ("How fresh it is", lambda: _fresh(base, outside)),
        "read": ("How far we read the sources", lambda: _read(audit)),
        "answers": ("How well search answers", lambda: _answers(base, audit, outside)),
        "contribute": ("How to contribute", lambda: _contribute(base.settings)),
        "terms": ("Licence and terms", lambda: _terms(base.settings)),
        "privacy": ("Privacy", lambda: st.html(figures.points(PRIVACY))),
    }
    with st.sidebar:
        st.html(cards.contents((anchor, heading) for anchor, (heading, _) in parts.items()))
    for anchor, (heading, tell) in parts.items():
        st.header(heading, anchor=anchor)
        tell()


@st.cache_data(show_spinner=False, max_entries=4)
def _audit(generation: str, ceiling: str, _base: KnowledgeBase) -> Audit:  # noqa: ARG001
    """What stands in the index, counted once a generation."""
    engine = _base.engine
    return auditing.audit(list(engine.documents.values()), engine.passages(engine.allowed(Filters())))


@st.cache_data(show_spinner=False, max_entries=4, ttl=60)
def _outside(generation: str, ceiling: str, _base: KnowledgeBase) -> Outside:  # noqa: ARG001
    """What the folder says, looked at once a minute at most."""
    try:
        changed: bool | None = _base.stale()
        text = corpus.read_evaluation(_base.settings.corpus)
    except CorpusError as error:
        session.report(error)
        return Outside(changed=None, evaluation=None, broken=False)
    evaluation, problems = evaluating.read_evaluation(corpus.EVALUATION, text)
    return Outside(changed=changed, evaluation=evaluation, broken=bool(problems))


def _what(base: KnowledgeBase, audit: Audit) -> None:
    quoting = {id.partition(".")[0] for id in base.engine.allowed(Filters(kind=("quote",)))}
    st.html(figures.is_and_is_not(audit, [base.engine.documents[id] for id in sorted(quoting)]))


def _fresh(base: KnowledgeBase, outside: Outside) -> None:
    zone = _zone(st.context.timezone)
    built = datetime.fromisoformat(base.engine.manifest.built).astimezone(zone)
    files = auditing.files(base.engine.manifest, base.engine.documents.values())
    st.html(figures.fresh(built, datetime.now(zone), outside.changed, files))


def _zone(name: str | None) -> tzinfo:
    """Where the reader is, as the browser says."""
    try:
        return ZoneInfo(name) if name else UTC
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def _read(audit: Audit) -> None:
    told = (
        "What stands here is worth what we read for it. Wherever a source is named it is said how far it was read; "
        "nothing rests on a source that we only list. A source that several documents use counts once, by the most "
        "that was read of it."
    )
    unknown = "What can be known of a project only once it runs, or has ended, is looked for in those alone."
    st.html(figures.prose(gaps.rests(audit), told) + figures.reading(audit))
    if table := gaps.unknown(audit):
        st.html(table + figures.prose(unknown))


def _answers(base: KnowledgeBase, audit: Audit, outside: Outside) -> None:
    evaluation = outside.evaluation
    if evaluation:
        documents, passages = sum(audit.documents.values()), sum(audit.passages.values())
        st.html(figures.answers(evaluation, base.generation, documents, passages))
    elif outside.broken:
        st.html(cards.note("The recorded figures cannot be read: `sibkb check` says why."))
    else:
        st.html(cards.note("It has not been recorded: `sibkb eval --save` measures and records it."))
    st.subheader("What it does not do well", anchor=False)
    st.html(figures.weaknesses(evaluation))


def _contribute(settings: Settings) -> None:
    guide, form = (_file(settings, path) for path in ("CONTRIBUTING.md", "docs/corpus-format.md"))
    where = "" if settings.repository else " Both are in the project’s folder."
    st.html(
        figures.prose(
            "A case is a text file. Write what happened and what others can learn from it, each sentence with its "
            "source; the check says what is missing, and where. An app that follows the files has it in search "
            "seconds after it is saved.",
            f"{guide} leads through a first case, {form} explains every part of a file.{where}",
        )
    )
    st.code(COMMANDS, language=None, wrap_lines=True)
    if settings.repository:
        st.html(figures.prose(f"The project is kept at {_away(settings.repository, settings.repository)}."))


def _file(settings: Settings, path: str) -> str:
    address = settings.page_address(path)
    return _away(address, path) if address else f'<span class="kb-path">{escape(path)}</span>'


def _away(address: str, label: str) -> str:
    return f'<a href="{escape(address)}" target="_blank" rel="noopener">{escape(label)}</a>'


def _terms(settings: Settings) -> None:
    whole = _file(settings, "corpus/LICENSE.md")
    st.html(
        figures.points(LICENCE)
        + figures.prose(
            f"{whole} has the terms in full. Whoever holds rights in something here, or is named and would rather not "
            "be, can ask for it to be changed or taken out by an issue on the project."
        )
    )


page(session.knowledge_base())
