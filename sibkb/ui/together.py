"""Values -> HTML and text: what several cases say together; the sentences are ours, and each shows what it rests on.

All text is escaped. How often a thing is said is counted here and now, from the passages that may be seen.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from sibkb import vocabulary
from sibkb.auditing import Weight, weigh
from sibkb.exporting import citing, wording
from sibkb.exporting.wording import number
from sibkb.model import Document, Passage
from sibkb.synthesis import Point, Synthesis
from sibkb.ui import cards, links, saying

NOUNS: Final[Mapping[str, tuple[str, str]]] = {
    "case": ("case", "cases"),
    "programme": ("programme", "programmes"),
    "support-model": ("support model", "support models"),
    "interview": ("interview", "interviews"),
    "commentary": ("commentary", "commentaries"),
}
"""Kind of document -> one of them, several."""
JOINER: Final = "\u2060"
"""Keeps the numbers on the line of the word before them."""
OPEN: Final = 4
"""So many passages of a side are shown; of more, the last ones are folded away."""
HEARD: Final = 4
"""So many voices of a theme are shown; all are on the Voices page."""
_NAMED: Final = 5
"""So many countries are named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """The passages a page may name, and their documents."""

    passages: Mapping[str, Passage]
    documents: Mapping[str, Document]

    def of(self, ids: Iterable[str]) -> list[Passage]:
        """The passages of these ids, in their order."""
        return [self.passages[id] for id in ids]

    def document(self, passage: Passage) -> Document:
        """Where it stands."""
        return self.documents[passage.document_id]


def several(words: Sequence[str]) -> str:
    """Words in a row: `a`, `a and b`, `a, b and c`."""
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else "".join(words)


def told_in(documents: Sequence[Document]) -> str:
    """How many documents there are of each kind: `4 cases and 1 interview`."""
    kinds = [each.kind for each in documents]
    return several([number(kinds.count(kind), *nouns) for kind, nouns in NOUNS.items() if kind in kinds])


def places(weight: Weight) -> str:
    """The countries by name, where there are many the most frequent."""
    names = [vocabulary.country(code) for code in weight.countries]
    more = len(names) - _NAMED
    return several([*names[:_NAMED], f"{more} more"]) if more > 1 else several(names)


def counted(weight: Weight) -> str:
    """How many say it, where, and how far it is their own point; the number of cases first."""
    parts = [f"Said in <b>{told_in(weight.documents)}</b> ({escape(places(weight))})."]
    stated, inferred = weight.bases["stated"], weight.bases["inferred"]
    if stated and inferred:
        parts.append(f"In {number(stated, 'lesson')} the source says so itself; {inferred:,} we infer from its facts.")
    elif stated:
        parts.append("The source says so itself." if stated == 1 else "Each source says so itself.")
    elif inferred:
        parts.append("We infer it from facts in the source." if inferred == 1 else "We infer it from facts in each.")
    if weight.shared > 1:
        count = "Both" if weight.shared == len(weight.documents) == 2 else f"{weight.shared:,} of them"
        parts.append(f"{count} rest on the same source.")
    return " ".join(parts)


# All themes


def card(theme: str, address: str, facts: Iterable[str]) -> str:
    """A theme as somebody meets it who looks for one, with what is there of it in lines of HTML."""
    term = vocabulary.THEMES[theme]
    lines = "".join(f'<p class="kb-facts">{each}</p>' for each in facts)
    return f'<li><h3><a href="{escape(address)}">{escape(term.label)}</a></h3><p>{escape(term.meaning)}</p>{lines}</li>'


def held(lessons: Sequence[Passage], voices: int, shelf: Shelf) -> str:
    """How many lessons and voices there are, and from how many documents and countries."""
    told = _some(len(lessons), "lesson")
    if lessons:
        weight = weigh(lessons, shelf.documents)
        countries = number(len(weight.countries), "country", "countries")
        told += f" from {number(len(weight.documents), 'document')} in {countries}"
    return f"{told} · {_some(voices, 'voice')}"


def _some(count: int, noun: str) -> str:
    return f"<b>{f'{count:,}' if count else 'No'}</b> {noun}{'s' * (count != 1)}"


def heading(points: Sequence[Point]) -> str:
    """How many things are said together, and on how many of these others say otherwise."""
    contested = sum(bool(point.differ) for point in points)
    return number(len(points), "point") + (f", {contested:,} of them contested" if contested else "")


def others(theme: str, ways: Mapping[str, str], lessons: Mapping[str, int]) -> str:
    """The ways to the other themes, with how many lessons each has."""
    rows = "".join(
        f'<li><a href="{escape(way)}"{" aria-current=page" if each == theme else ""}>'
        f"{escape(vocabulary.THEMES[each].label)}</a> ({lessons.get(each, 0)})</li>"
        for each, way in ways.items()
    )
    return f'<nav class="kb-nav" aria-label="Themes"><b>Themes</b><ol>{rows}</ol></nav>'


# One theme


def head(theme: str, lessons: Sequence[Passage], voices: int, shelf: Shelf) -> str:
    """What the theme is about, and how much there is on it."""
    return (
        f'<p class="kb-lead">{escape(vocabulary.THEMES[theme].meaning)}</p>'
        f'<p class="kb-facts">{held(lessons, voices, shelf)}</p>'
    )


def parts(headings: Iterable[tuple[str, str]]) -> str:
    """The ways down the page, by anchor and heading, in a line."""
    ways = "".join(f'<li><a href="#{escape(anchor)}">{escape(heading)}</a></li>' for anchor, heading in headings)
    return f'<nav class="kb-parts" aria-label="On this page"><ul>{ways}</ul></nav>'


def paragraph(synthesis: Synthesis, shelf: Shelf) -> str:
    """What the cases together say, each sentence with the numbers of what it rests on, which lead there."""
    numbers = {id: place for place, id in enumerate(synthesis.named(), 1)}
    told = [f"{escape(each.says)}{JOINER}{_refs(each.rests_on, numbers, shelf)}" for each in synthesis.paragraph]
    rows = "".join(f"<li>{item(each, shelf)}</li>" for each in shelf.of(numbers))
    what = "The passage it rests on" if len(numbers) == 1 else f"The {len(numbers)} passages it rests on"
    return (
        f'<p class="kb-together">{" ".join(told)}</p>'
        f'<details class="kb-folded"><summary>{what}</summary><ol class="kb-items kb-numbered">{rows}</ol></details>'
    )


def _refs(ids: Sequence[str], numbers: Mapping[str, int], shelf: Shelf) -> str:
    ways = ", ".join(_ref(numbers[each.id], each, shelf) for each in shelf.of(ids))
    return f'<sup class="kb-refs">[{ways}]</sup>'


def _ref(place: int, passage: Passage, shelf: Shelf) -> str:
    document = shelf.document(passage)
    label = escape(f"Passage {place}: {document.title}")
    return f'<a href="{escape(links.address(document, passage))}" aria-label="{label}">{place}</a>'


def ordered(points: Iterable[Point], shelf: Shelf) -> list[Point]:
    """What most documents say first, else as they were written."""
    return sorted(points, key=lambda each: -len({passage.document_id for passage in shelf.of(each.agree)}))


def agreeing(point: Point, shelf: Shelf) -> list[Passage]:
    """The lessons that say it, first those whose source says so itself."""
    return sorted(shelf.of(point.agree), key=lambda each: each.basis != "stated")


def index(points: Sequence[Point], shelf: Shelf) -> str:
    """The points in a line each, with in how many documents they are said, and the ways down to them."""
    rows = "".join(f'<li><a href="#point-{place}">{escape(each.says)}</a> <span class="kb-facts">{_said(each, shelf)}'
                   "</span></li>" for place, each in enumerate(points, 1))  # fmt: skip
    return f'<ol class="kb-index">{rows}</ol>'


def _said(point: Point, shelf: Shelf) -> str:
    weight = weigh(shelf.of(point.agree), shelf.documents)
    return f"Said in {told_in(weight.documents)}{'; contested' if point.differ else ''}."


def point(point: Point, place: int, shelf: Shelf) -> str:
    """One thing that lessons say, counted from 1: how many say it, which, and beside them what says otherwise."""
    agree = agreeing(point, shelf)
    sides = _side("They say so" if point.differ else "", agree, shelf)
    if point.differ:
        sides = f'<div class="kb-sides">{sides}{_side("Others say otherwise", shelf.of(point.differ), shelf)}</div>'
    turns = f'<p class="kb-turns"><b>What it turns on:</b> {escape(point.turns_on)}</p>' if point.turns_on else ""
    count = counted(weigh(agree, shelf.documents))
    return f'<h3 id="point-{place}">{escape(point.says)}</h3><p class="kb-facts">{count}</p>{sides}{turns}'


def _side(heading: str, passages: Sequence[Passage], shelf: Shelf) -> str:
    shown = len(passages) if len(passages) <= OPEN + 1 else OPEN
    first, more = (items(each, shelf) for each in (passages[:shown], passages[shown:]))
    if passages[shown:]:
        first += f'<details class="kb-folded"><summary>{len(passages) - shown} more</summary>{more}</details>'
    title = f"<h4>{heading} ({len(passages)})</h4>" if heading else ""
    return f"<div>{title}{first}</div>"


def items(passages: Iterable[Passage], shelf: Shelf) -> str:
    """Passages in short, one below the other."""
    return f'<ul class="kb-items">{"".join(f"<li>{item(each, shelf)}</li>" for each in passages)}</ul>'


def item(passage: Passage, shelf: Shelf) -> str:
    """One passage in short: its words whole, whose they are, and the way to where it stands."""
    document = shelf.document(passage)
    place = links.titled(document, passage)
    rest = [
        escape(each) for each in (", ".join(map(vocabulary.country, document.countries)), *_labels(passage)) if each
    ]
    return f'{_words(passage)}<p class="kb-labels"><span>{" · ".join([place, *rest])}</span></p>'


def _words(passage: Passage) -> str:
    """The words as they may be shown: in marks where they are somebody's own, with the speaker where it is a voice."""
    text = escape(passage.text)
    who = f"{escape(cards.speaker(passage))} · {escape(wording.role(passage))}"
    if passage.kind == "quote":
        return f'<figure>{cards.quotation(passage, text)}<figcaption class="kb-facts">— {who}</figcaption></figure>'
    if passage.kind == "perspective":
        return f'<p class="kb-facts"><b>{who}</b></p><p class="kb-text">{text}</p>'
    return f'<p class="kb-text">{text}</p>'


def _labels(passage: Passage) -> Iterator[str]:
    if passage.kind == "lesson":
        yield vocabulary.WORK_STAGES[passage.work_stage].label if passage.work_stage else ""
        yield vocabulary.BASES[passage.basis].label if passage.basis else ""
    else:
        yield {**saying.KINDS}.get(passage.kind) or vocabulary.PASSAGE_KINDS[passage.kind].label
    if passage.status == "illustrative":
        yield vocabulary.STATUSES["illustrative"].label


def heard(voices: Sequence[Passage], way: str, shelf: Shelf) -> str:
    """Some of the voices in short, of as many roles as may be, and the way to all."""
    first = {each.speaker_role: each.id for each in reversed(voices)}.values()
    some = sorted(voices, key=lambda each: each.id not in first)[:HEARD]
    label = f"All {len(voices):,} voices on this theme" if voices[1:] else "This voice on the Voices page"
    return f'{items(some, shelf)}<p><a href="{escape(way)}">{label}</a></p>'


def bullets(sentences: Iterable[str]) -> str:
    """Sentences of HTML as a list."""
    return f'<ul class="kb-bullets">{"".join(f"<li>{each}</li>" for each in sentences)}</ul>'


# Text that leaves the app


def cite_paragraph(synthesis: Synthesis, shelf: Shelf) -> str:
    """What the cases together say, with numbers, and under it the passages it rests on with their sources."""
    numbers = {id: place for place, id in enumerate(synthesis.named(), 1)}
    told = " ".join(
        f"{each.says} [{', '.join(str(numbers[id]) for id in each.rests_on)}]" for each in synthesis.paragraph
    )
    label = vocabulary.THEMES[synthesis.theme].label
    rows = [f"[{numbers[each.id]}] {cite(each, shelf)}" for each in shelf.of(numbers)]
    return "\n\n".join([f"{told}\n— {label}, a synthesis in {wording.HOUSE}. It rests on:", *rows])


def cite_point(point: Point, shelf: Shelf) -> str:
    """A point with how often it is said, and each passage on either side with its sources."""
    agree = agreeing(point, shelf)
    weight = weigh(agree, shelf.documents)
    parts = [f"{point.says}\n— A point in {wording.HOUSE}, said in {told_in(weight.documents)} ({places(weight)}):"]
    parts += [cite(each, shelf) for each in agree]
    if point.differ:
        turns = f" What it turns on: {point.turns_on}" if point.turns_on else ""
        parts += [f"Others say otherwise.{turns}", *(cite(each, shelf) for each in shelf.of(point.differ))]
    return "\n\n".join(parts)


def cite(passage: Passage, shelf: Shelf) -> str:
    """A passage with its source."""
    return citing.plain(shelf.document(passage), passage)


# What is thin


def thin(lessons: Sequence[Passage], voices: Sequence[Passage], synthesis: Synthesis, shelf: Shelf) -> list[str]:
    """What is missing or stands on little, a sentence each; HTML."""
    if not lessons:
        return ["No case here has a lesson on this theme yet.", *_silent(voices)]
    of_lessons = (*_one_sided(lessons, shelf), *_rests(lessons, shelf), *_unserved(lessons))
    return [*of_lessons, *_silent(voices), *_agreed(synthesis)]


def _one_sided(lessons: Sequence[Passage], shelf: Shelf) -> Iterator[str]:
    weight = weigh(lessons, shelf.documents)
    if len(weight.documents) == 1:
        yield f"All lessons are from one document: {escape(weight.documents[0].title)}."
        return
    code = next(iter(weight.countries))
    name, mine = escape(vocabulary.country(code)), sum(code in shelf.document(each).countries for each in lessons)
    if mine == len(lessons):
        yield f"All lessons are from one country: {name}."
    elif 2 * mine > len(lessons):
        yield f"{mine:,} of {len(lessons):,} lessons are from one country: {name}."


def _rests(lessons: Sequence[Passage], shelf: Shelf) -> Iterator[str]:
    inferred = sum(each.basis == "inferred" for each in lessons)
    if inferred == len(lessons):
        yield "No source makes any of these points itself: we infer every lesson from facts."
    elif 2 * inferred > len(lessons):
        yield f"{inferred:,} of {len(lessons):,} lessons we infer; no source makes their point itself."
    unread = sum(not any(s.read == "whole" for s in citing.rests_on(shelf.document(each), each)) for each in lessons)
    if unread:
        verb = "does" if unread == 1 else "do"
        some = f"{unread:,} of {len(lessons):,} lessons {verb} not rest"
        which = "No lesson rests" if unread == len(lessons) else some
        yield f"{which} on a source that we read in full; we read parts, or the record in a data set."


def _unserved(lessons: Sequence[Passage]) -> Iterator[str]:
    stages = {each.work_stage for each in lessons}
    if missing := [term.label for word, term in vocabulary.WORK_STAGES.items() if word not in stages]:
        yield f"Stages of the work without a lesson: {escape(several(missing))}."
    readers = {audience for each in lessons for audience in each.audiences}
    if missing := [term.label for word, term in vocabulary.AUDIENCES.items() if word not in {*readers, "all"}]:
        yield f"No lesson is for these readers in particular: {escape(several(missing))}."


def _silent(voices: Sequence[Passage]) -> Iterator[str]:
    if not voices:
        yield "Nobody speaks on this theme: there is no quotation, and no summary of what somebody said."
        return
    roles = {each.speaker_role for each in voices}
    if missing := [term.label for word, term in vocabulary.ROLES.items() if word not in roles]:
        yield f"Roles in which nobody speaks: {escape(several(missing))}."
    if all(each.kind == "perspective" for each in voices):
        yield "Nobody is quoted: the words of all voices are our summaries."


def _agreed(synthesis: Synthesis) -> Iterator[str]:
    if synthesis.points and not any(point.differ for point in synthesis.points):
        yield "On none of the points have we found a passage that says otherwise."
