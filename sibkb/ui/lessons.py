"""The Lessons page: what the cases together say on a theme, who agrees, who does not, and what is thin."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from pathlib import PurePosixPath
from typing import Final

import streamlit as st

from sibkb import corpus, synthesis, vocabulary
from sibkb.errors import CorpusError
from sibkb.exporting.wording import number
from sibkb.kb import KnowledgeBase
from sibkb.model import NOT_RECORDED, Filters, Passage, Query
from sibkb.synthesis import Synthesis
from sibkb.ui import cards, clipboard, filters, saying, session, together
from sibkb.ui.together import Shelf

FIELDS: Final = ("work_stage", "audience")
"""What narrows the lessons, in the order of the sidebar."""
COPY: Final = "Copy with sources"

LEAD: Final = (
    '<p class="kb-lead">What the cases together say, theme by theme: what several of them say, where others say '
    "otherwise, and what is thin. The sentences are ours; each leads to the passages it rests on.</p>"
)
UNREADABLE: Final = "What the cases together say on this theme cannot be read: `sibkb check` says why."
UNWRITTEN: Final = "What the cases together say on this theme is not written yet: its lessons stand one by one."
WHATEVER: Final = "What the cases together say and what says otherwise are shown whatever is chosen."


def page(base: KnowledgeBase) -> None:
    """All themes, or the one that was asked for."""
    st.set_page_config(layout="wide")
    address = session.asked_of(_understood)
    query = address.query
    with st.sidebar:
        st.header("Narrow it down", anchor=False)
        facets = filters.counts(base, _lessons(query.filters), (*FIELDS, "theme"))
        filters.choose(FIELDS, query.filters, facets, filters.span_of(base))
        if query.filters.theme:
            st.html(together.others(query.filters.theme[0], _ways(query), facets["theme"]))
    with st.container(key="lessons"):
        (_theme if query.filters.theme else _themes)(base, query, address.ignored)


def _understood(query: Query) -> Query:
    """What this page understands of a question: one theme, and what narrows its lessons."""
    chosen = {field: getattr(query.filters, field) for field in FIELDS}
    return Query(filters=Filters(theme=query.filters.theme[:1], **chosen))


def _lessons(chosen: Filters) -> Filters:
    return replace(chosen, kind=("lesson",))


def _spoken(*theme: str) -> Filters:
    """The passages in which somebody speaks."""
    return Filters(kind=tuple(saying.KINDS), theme=theme)


def _ways(query: Query) -> dict[str, str]:
    """Theme -> its page, with the same filters."""
    return {theme: _way(query, theme) for theme in vocabulary.THEMES}


def _way(query: Query, *theme: str) -> str:
    return session.address("lessons", Query(filters=replace(query.filters, theme=theme)))


def _shelf(base: KnowledgeBase, ids: Iterable[str]) -> Shelf:
    return Shelf(passages={each.id: each for each in base.engine.passages(ids)}, documents=base.engine.documents)


# What the files of themes say


@dataclass(frozen=True, slots=True, kw_only=True)
class Authored:
    """What is written on the themes, as far as it may be seen."""

    themes: Mapping[str, Synthesis]
    broken: frozenset[str]
    """Themes whose file has problems."""


def _authored(base: KnowledgeBase, chosen: Filters) -> Authored:
    """The files as they are now, of the themes chosen or of all.

    What is hidden is not there, and only lessons that were chosen count as agreeing.
    """
    wanted = chosen.theme or tuple(vocabulary.THEMES)
    try:
        texts = corpus.read_themes(base.settings.corpus)
    except CorpusError as error:
        session.report(error)
        return Authored(themes={}, broken=frozenset(vocabulary.THEMES))
    names = {path: PurePosixPath(path).stem for path in texts}
    files = {name: _read(path, texts[path]) for path, name in names.items() if name in wanted}
    allowed = base.engine.allowed
    visible = frozenset(allowed(Filters()))
    return Authored(
        themes={
            theme: synthesis.seen(file, visible, frozenset(allowed(_lessons(replace(chosen, theme=(theme,))))))
            for theme, file in files.items()
            if file
        },
        broken=frozenset(theme for theme, file in files.items() if file is None),
    )


@st.cache_data(show_spinner=False, max_entries=2 * len(vocabulary.THEMES))
def _read(path: str, text: str) -> Synthesis | None:
    """What a file says, None where it has problems; read again only where its text has changed."""
    return synthesis.read(path, text)[0]


# All themes


def _themes(base: KnowledgeBase, query: Query, ignored: Sequence[str]) -> None:
    st.title("Lessons", anchor=False)
    st.html(LEAD)
    filters.left_out(ignored)
    filters.ways_out(query, FIELDS)
    shelf = _shelf(base, base.engine.allowed(_lessons(query.filters)))
    st.header(f"{number(len(shelf.passages), 'lesson')} on {len(vocabulary.THEMES)} themes", anchor=False)
    authored = _authored(base, query.filters).themes
    voices = base.engine.facets(base.engine.allowed(_spoken()))["theme"]
    rows = []
    for theme, way in _ways(query).items():
        lessons = [each for each in shelf.passages.values() if theme in each.themes]
        points = authored[theme].points if theme in authored else ()
        held = together.held(lessons, voices.get(theme, 0), shelf)
        rows.append(together.card(theme, way, [held, *([together.heading(points)] if points else [])]))
    st.html(f'<ul class="kb-themes">{"".join(rows)}</ul>')


# One theme


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What there is to tell of one theme."""

    synthesis: Synthesis
    """Without a sentence where nothing is written yet."""
    lessons: Sequence[Passage]
    """All of the theme."""
    chosen: Sequence[Passage]
    """Those that the filters leave."""
    voices: Sequence[Passage]
    """All of the theme, the most telling first."""
    shelf: Shelf

    @property
    def alone(self) -> list[Passage]:
        """The chosen lessons that stand in no point."""
        return [each for each in self.chosen if each.id not in self.synthesis.grouped()]


def _told(base: KnowledgeBase, query: Query, written: Synthesis | None) -> Told:
    theme, allowed = query.filters.theme, base.engine.allowed
    read = written or Synthesis(theme=theme[0], paragraph=())
    lessons, chosen = (allowed(_lessons(each)) for each in (Filters(theme=theme), query.filters))
    voices = allowed(_spoken(*theme))
    shelf = _shelf(base, dict.fromkeys((*lessons, *voices, *read.named(), *sorted(read.grouped()))))
    return Told(
        synthesis=read,
        lessons=shelf.of(lessons),
        chosen=shelf.of(chosen),
        voices=saying.ordered(shelf.of(voices)),
        shelf=shelf,
    )


def _theme(base: KnowledgeBase, query: Query, ignored: Sequence[str]) -> None:
    """Top to bottom; a part is there only where it has something to tell."""
    (theme,) = query.filters.theme
    authored = _authored(base, query.filters)
    told = _told(base, query, authored.themes.get(theme))
    parts = list(_parts(told))
    st.html(f'<p class="kb-trail"><a href="{escape(_way(query))}">All themes</a></p>')
    st.title(vocabulary.THEMES[theme].label, anchor=False)
    st.html(together.head(theme, told.lessons, len(told.voices), told.shelf))
    st.html(together.parts((anchor, heading) for anchor, heading, _ in parts))
    filters.left_out(ignored)
    if theme in authored.broken:
        st.html(cards.note(UNREADABLE))
    elif not told.synthesis.paragraph:
        st.html(cards.note(UNWRITTEN))
    _chosen(base, query, told)
    for anchor, heading, tell in parts:
        st.header(heading, anchor=anchor)
        tell(told)


def _chosen(base: KnowledgeBase, query: Query, told: Told) -> None:
    """What narrows the lessons and how many it leaves, with ways to more where there are none."""
    active = [field for field in FIELDS if getattr(query.filters, field)]
    if not active:
        return
    filters.ways_out(query, FIELDS)
    if told.chosen:
        count = f"{len(told.chosen)} of {number(len(told.lessons), 'lesson')} on this theme."
        st.html(cards.note(f"{count} {WHATEVER}"))
        return
    st.html(cards.note("No lesson on this theme is all of this."))
    for field in active:
        way = session.without(query, field)
        if more := len(base.engine.allowed(_lessons(way.filters))):
            filters.way(f"Without {filters.said(query, field)}: {number(more, 'lesson')}", way)


def _paragraph(told: Told) -> None:
    st.html(together.paragraph(told.synthesis, told.shelf))
    clipboard.copy_button(together.cite_paragraph(told.synthesis, told.shelf), COPY, "copy-paragraph")


def _points(told: Told) -> None:
    """What several lessons say, the most often said first."""
    points = together.ordered(told.synthesis.points, told.shelf)
    st.html(together.index(points, told.shelf))
    for place, point in enumerate(points, 1):
        with st.container(border=True, key=f"point-{place}"):
            st.html(together.point(point, place, told.shelf))
            clipboard.copy_button(together.cite_point(point, told.shelf), COPY, f"copy-point-{place}")


def _alone(told: Told) -> None:
    """Lessons that stand in no point, by stage of the work."""
    for stage in (*vocabulary.WORK_STAGES, None):
        mine = [each for each in told.alone if each.work_stage == stage]
        if mine:
            label = vocabulary.WORK_STAGES[stage].label if stage else f"Stage of the work {NOT_RECORDED}"
            st.subheader(f"{label} ({len(mine)})", anchor=False)
            st.html(together.items(mine, told.shelf))
            text = "\n\n".join(together.cite(each, told.shelf) for each in mine)
            clipboard.copy_button(text, COPY, f"copy-{stage}")


def _voices(told: Told) -> None:
    """The most telling of them, and who speaks and who does not."""
    theme, voices = told.synthesis.theme, told.voices
    way = session.address("voices", Query(filters=Filters(theme=(theme,))))
    st.html(together.heard(voices, way, told.shelf))
    rows = saying.present(voices)
    with st.expander(saying.missing(rows), key="missing"):
        caption = f"Voices on {vocabulary.THEMES[theme].label.lower()} by role"
        st.html(saying.roles(rows, sum(each.speaker_role is None for each in voices), caption))


def _thin(told: Told) -> None:
    st.html(together.bullets(together.thin(told.lessons, told.voices, told.synthesis, told.shelf)))


def _parts(told: Told) -> Iterator[tuple[str, str, Callable[[Told], None]]]:
    """Anchor, heading and what draws it, of each part that has something to tell."""
    if told.synthesis.paragraph:
        yield "together", "What the cases together say", _paragraph
    if told.synthesis.points:
        yield "points", together.heading(told.synthesis.points), _points
    if told.alone:
        yield "once", f"{'Said once' if told.synthesis.points else 'Lessons'} ({len(told.alone)})", _alone
    if told.voices:
        yield "voices", "Who speaks on this", _voices
    yield "thin", "What is thin", _thin


page(session.knowledge_base())
