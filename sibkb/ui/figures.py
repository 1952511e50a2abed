"""Values -> HTML: the tables and the sentences of the About page; all text is escaped."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Final
from urllib.parse import urlencode

from sibkb import vocabulary
from sibkb.auditing import Audit, Files
from sibkb.evaluating import SPLITS, Evaluation, Figures
from sibkb.exporting import date_in_words
from sibkb.exporting.wording import number
from sibkb.model import MODES, NOT_RECORDED, Document
from sibkb.ui import cards, links

ASIDE: Final = "held-out"
"""The queries that say most: no choice was made by them."""
QUESTIONS: Final[Mapping[str, str]] = {
    "held-out": "Kept aside",
    "tune": "Used to adjust search",
    "oblique": "Roundabout on purpose",
}
"""Split -> what its questions are called, the most telling first."""
_FEW: Final = 4
"""So many titles are told one by one."""
_ROWS: Final = 12
"""So many countries have a row each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """What the corpus folder says that is not in the index."""

    changed: bool | None
    """Whether files have changed since the index was built; None where there is no folder."""
    evaluation: Evaluation | None
    broken: bool
    """Whether figures are recorded that cannot be read."""


def share(part: int, whole: int) -> str:
    """How much of the whole it is, in per cent; something is never nothing, nor all but one everything."""
    if not whole:
        return "—"
    rounded = round(100 * part / whole)
    if rounded == 0 and part:
        return "&lt;1%"
    return "&gt;99%" if rounded == 100 and part < whole else f"{rounded}%"


def table(caption: str, head: Sequence[str], rows: Iterable[Sequence[str]], foot: Sequence[str] = ()) -> str:
    """A table whose first column names the rows, and whose others are figures; cells are HTML already."""

    def row(name: str, figures: Iterable[str]) -> str:
        cells = "".join(f"<td>{figure}</td>" for figure in figures)
        return f'<tr><th scope="row">{name}</th>{cells}</tr>'

    names = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    body = "".join(row(name, figures) for name, *figures in rows)
    last = f"<tfoot>{row(foot[0], foot[1:])}</tfoot>" if foot else ""
    return (
        f'<table class="kb-figures"><caption>{escape(caption)}</caption>'
        f"<thead><tr>{names}</tr></thead><tbody>{body}</tbody>{last}</table>"
    )


def points(items: Iterable[tuple[str, str]]) -> str:
    """A list of what matters, each with its reason; the reason is HTML already."""
    return f'<ul class="kb-points">{"".join(f"<li><b>{escape(what)}</b> {why}</li>" for what, why in items)}</ul>'


def prose(*paragraphs: str) -> str:
    """Paragraphs of HTML in a width that reads well."""
    return f'<div class="kb-prose">{"".join(f"<p>{each}</p>" for each in paragraphs)}</div>'


# What this is


def is_and_is_not(audit: Audit, quoting: Sequence[Document]) -> str:
    """What a reader may expect of it and what not."""
    return points(
        [
            ("A collection to learn from.", "What happened in each project, what those who were part of it said, and "
             "what others can take from it."),
            ("Our own sentences.", "Summaries, lessons, accounts and perspectives were written for this collection. "
             + _quoting(audit, quoting)),
            ("Facts with sources.", _sourced(audit)),
            ("No advice.", "Nothing here says what you should do. Read the sources before you rely on a figure, and "
             "ask people who know your law and your budget rules before you sign anything."),
            ("Not complete.", "Many impact bonds are not here, and those that are were not chosen to be typical. What "
             f"we do not know is “{NOT_RECORDED}”, which does not mean that it did not happen."),
        ]
    )  # fmt: skip


def _quoting(audit: Audit, documents: Sequence[Document]) -> str:
    count = sum(audit.quotations.values())
    if not count:
        return "Nobody is quoted."
    titles = list(map(links.titled, documents))
    where = "; ".join(titles) if len(titles) <= _FEW else number(len(titles), "document")
    only = (
        f"Exact words of others stand only where they are set as quotations: {number(count, 'quotation')}, in {where}."
    )
    example = audit.quotations["illustrative"]
    if not example:
        return only
    term = vocabulary.STATUSES["illustrative"]
    marked = f"marked “{term.label}”: {term.meaning[0].lower()}{term.meaning[1:]}"
    return f"{only} {'One of them is' if example == 1 else f'{example:,} of them are'} {escape(marked)}"


def _sourced(audit: Audit) -> str:
    facts = audit.facts
    if not facts.unsourced:
        return f"All {number(facts.total, 'fact')} name the source they rest on, and how far we read it."
    return (
        f"{facts.sourced:,} of {number(facts.total, 'fact')} name the source they rest on, and how far we read it. The "
        f"other {len(facts.unsourced):,}, mostly who took part, stand in a document that lists its sources, but do not "
        "say which of them they come from."
    )


# What stands here


def holdings(audit: Audit) -> str:
    """How much there is, of what, from where, on what."""
    return _beside([_kinds(audit), _sectors(audit)], [_passages(audit), _countries(audit)])


def _kinds(audit: Audit) -> str:
    total = sum(audit.documents.values())
    kinds = {word: (vocabulary.DOCUMENT_KINDS[word].label, count) for word, count in audit.documents.items()}
    return table(f"{number(total, 'document')}, by kind", ("Kind", "Documents"), _listed("kind", kinds))


def _sectors(audit: Audit) -> str:
    sectors = {
        word: (vocabulary.SECTORS[word].label, count)
        for word, count in sorted(audit.sectors.items(), key=lambda each: -each[1])
    }
    empty = [label for word, (label, count) in sectors.items() if not count and word != "other"]
    note = _note(f"Nothing yet on: {escape(', '.join(empty))}.") if empty else ""
    return table("By sector", ("Sector", "Documents"), _listed("sector", sectors)) + note


def _countries(audit: Audit) -> str:
    """Where the documents are from; where there are many countries, those with a single document share a line."""
    counts = {code: (vocabulary.country(code), count) for code, count in audit.countries.items()}
    rare = [(code, name) for code, (name, count) in counts.items() if count == 1 and len(counts) > _ROWS]
    often = {code: each for code, each in counts.items() if (code, each[0]) not in rare}
    ways = ", ".join(_browse(name, country=code) for code, name in sorted(rare, key=lambda each: each[1]))
    notes = _note(f"One document each: {ways}.") if rare else ""
    if sum(audit.countries.values()) > sum(audit.documents.values()):
        notes += _note("A document can be about several countries.")
    caption = number(len(counts), "country", "countries")
    return table(caption, ("Country", "Documents"), _listed("country", often)) + notes


def _listed(field: str, counts: Mapping[str, tuple[str, int]]) -> list[tuple[str, str]]:
    """What there is, each a way to it on the Browse page."""
    return [(_browse(label, **{field: word}), f"{count:,}") for word, (label, count) in counts.items() if count]


def _note(html: str) -> str:
    return f'<p class="kb-small">{html}</p>'


def _passages(audit: Audit) -> str:
    total = sum(audit.passages.values())
    return table(f"{number(total, 'passage')} in them", ("Kind", "Passages"), _by_kind(audit))


def _by_kind(audit: Audit) -> Iterator[tuple[str, str]]:
    for basis, count in audit.lessons.items():
        label = vocabulary.BASES[basis].label if basis in vocabulary.BASES else f"basis {NOT_RECORDED}"
        yield f"Lesson: {escape(label[0].lower() + label[1:])}", f"{count:,}"
    names = {"perspective": "Our summary of what somebody said"}
    for kind, term in vocabulary.PASSAGE_KINDS.items():
        if kind != "lesson":
            yield escape(names.get(kind, term.label)), f"{audit.passages[kind]:,}"


def _beside(*columns: Sequence[str]) -> str:
    each = "".join(f"<div>{''.join(blocks)}</div>" for blocks in columns)
    return f'<div class="kb-beside">{each}</div>'


def _browse(label: str, **filters: str) -> str:
    """A way to these documents, which `links.js` opens without loading the app anew."""
    return f'<a href="browse?{escape(urlencode(filters))}">{escape(label)}</a>'


# How fresh it is


def fresh(built: datetime, now: datetime, changed: bool | None, files: Files) -> str:
    """When the index was made, whether the files are still those, and what is wrong with them."""
    state = {
        None: "Whether the files have changed since cannot be told: they are not on this machine.",
        False: "The files have not changed since.",
        True: "Files have changed since, and the change is not in search yet. An app that follows the files takes it "
        "up within seconds; otherwise <code>sibkb build</code> does.",
    }[changed]
    when = f"Search answers from an index of {number(files.total, 'file')}, built {_when(built, now)}."
    return prose(f"{when} {state}", " ".join(_wrong(files)))


def _when(built: datetime, now: datetime) -> str:
    day = date_in_words(built.date().isoformat())
    hour = f"{built:%H:%M} ({escape(str(built.tzinfo))})"
    days = (now.date() - built.date()).days
    if days <= 0:
        return f"today at {hour}"
    return f"yesterday, {day}, at {hour}" if days == 1 else f"{number(days, 'day')} ago, on {day}, at {hour}"


def _wrong(files: Files) -> Iterator[str]:
    if not files.left_out and not files.last_good:
        yield "No file has a problem."
        return
    if files.left_out:
        verb = "has a problem and is" if files.left_out == 1 else "have problems and are"
        yield f"{number(files.left_out, 'file')} {verb} left out."
    if files.last_good:
        verb = "has a problem: its" if files.last_good == 1 else "have problems: their"
        yield f"{number(files.last_good, 'file')} {verb} last good version is shown."
    yield "<code>sibkb check</code> says what is wrong, and where."


# How far we read


def reading(audit: Audit) -> str:
    """How far each source was read, and how much rests on it."""
    sources = audit.sources
    rows = [
        [
            f"{escape(term.label)}<span>{escape(term.meaning)}</span>",
            f"{sources.read[word]:,}",
            share(sources.read[word], sources.total),
            f"{sources.cited[word]:,}",
        ]
        for word, term in vocabulary.READS.items()
    ]
    head = ("How far", "Sources", "Share", "Cited by")
    caption = f"{number(sources.total, 'source')}: how far we read them, and how many passages cite them"
    return table(caption, head, rows, ("All", f"{sources.total:,}", "100%", ""))


# How well search answers


def answers(evaluation: Evaluation, generation: str, documents: int, passages: int) -> str:
    """What the recorded figures say, in plain words and as tables."""
    aside = evaluation.of(ASIDE, "hybrid")
    return (
        prose(
            _answered(aside),
            f"{_refused(aside)} The right answers were marked by reading alone, before search was asked. Kept aside "
            "means that no choice about search was made by these questions, so they are the fairest test.",
            _since(evaluation, generation, documents, passages),
        )
        + _by_question(evaluation)
        + _by_search(evaluation)
    )


def _of(figure: float, whole: int) -> int:
    return round(figure * whole)


def _answered(figures: Figures) -> str:
    n = figures.queries
    return (
        f"<b>Of {number(n, 'question')} kept aside, {_of(figures.success_3, n):,} had a right answer among the first "
        f"three passages</b>, {_of(figures.success_1, n):,} as the very first."
    )


def _refused(figures: Figures) -> str:
    n = figures.unanswerable
    if not n:
        return ""
    rightly = _of(figures.refused, n)
    return (
        f"Another {n:,} {'was' if n == 1 else 'were'} judged to have no answer here: for {rightly:,} search said so, "
        f"for {n - rightly:,} it showed passages all the same."
    )


def _since(evaluation: Evaluation, generation: str, documents: int, passages: int) -> str:
    day = date_in_words(evaluation.date)
    if generation == evaluation.generation:
        return f"This was measured on {day}, and what is searched has not changed since."
    then = f"{number(evaluation.documents, 'document')} with {number(evaluation.passages, 'passage')}"
    now = f"{number(documents, 'document')} with {number(passages, 'passage')}"
    return (
        f"This was measured on {day}. What is searched has changed since: then {then}, now {now}. The figures say how "
        "it was then."
    )


def _by_question(evaluation: Evaluation) -> str:
    rows = [
        [escape(label), f"{figures.queries:,}", *_places(figures)]
        for split, label in QUESTIONS.items()
        if (figures := evaluation.of(split, "hybrid")).queries
    ]
    head = ("Questions", "Asked", "Right answer first", "Among the first three")
    return table("Questions with an answer here, searched by words and meaning", head, rows)


def _by_search(evaluation: Evaluation) -> str:
    rows = [
        [escape(cards.SEARCHES[mode]), *_places(figures), _part(figures.refused, figures.unanswerable)]
        for mode in MODES
        if (figures := evaluation.of(ASIDE, mode))
    ]
    head = ("Search by", "Right answer first", "Among the first three", "None here, and said so")
    aside = evaluation.of(ASIDE, "hybrid")
    kept = f"The {aside.queries:,} questions kept aside, and the {aside.unanswerable:,} without an answer"
    return table(f"{kept}, by way of searching", head, rows)


def _places(figures: Figures) -> list[str]:
    return [_part(figure, figures.queries) for figure in (figures.success_1, figures.success_3)]


def _part(figure: float, whole: int) -> str:
    part = _of(figure, whole)
    return f"{part:,} <span>({share(part, whole)})</span>" if whole else "—"


def weaknesses(evaluation: Evaluation | None) -> str:
    """What search does badly."""
    return points([*_measured(evaluation), *_WEAK])


def _measured(evaluation: Evaluation | None) -> Iterator[tuple[str, str]]:
    if evaluation is None:
        return
    oblique = evaluation.of("oblique", "hybrid")
    if oblique.queries:
        yield (
            "Questions that avoid the words of the texts.",
            f"Of {number(oblique.queries, 'such question')}, {_of(oblique.success_3, oblique.queries):,} had a right "
            "answer among the first three. Ask again in other words.",
        )
    every = [evaluation.of(split, "hybrid") for split in SPLITS]
    asked = sum(each.unanswerable for each in every)
    shown = asked - sum(_of(each.refused, each.unanswerable) for each in every)
    if shown:
        yield (
            "Saying that there is no answer.",
            f"Of all {number(asked, 'question')} without one, {shown:,} were shown passages, often because a name "
            "stands both in the question and here.",
        )


_WEAK: Final = (
    (
        "Short abstract terms.",
        "“Termination clause” can miss a passage that tells it by example.",
    ),
    ("Other languages.", "Texts and questions are expected in English."),
    ("The test itself.", "A right answer that nobody marked, as in a case added later, counts as wrong."),
)
