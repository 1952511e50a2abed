"""Values -> the pages of the handbook; every text is escaped, and nothing is asked of any network."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from itertools import groupby
from typing import Final

from sibkb import vocabulary
from sibkb.auditing import weigh
from sibkb.exporting import citing, date_in_words, wording
from sibkb.exporting.sheet import LICENCE
from sibkb.glossary import Entry, slug_of
from sibkb.handbook import telling
from sibkb.handbook.telling import Section, Telling, link
from sibkb.model import Document, Passage
from sibkb.synthesis import Point, Synthesis

TITLE: Final = "A handbook of social impact bonds"
_NAV: Final = (("index.html", "Search and cases"), ("lessons.html", "Lessons"), ("voices.html", "Voices"))
_VOICED: Final = ("quote", "perspective")


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """All that a handbook tells; nothing in it is hidden from its readers."""

    documents: Mapping[str, Document]
    passages: Mapping[str, Passage]
    related: Mapping[str, Mapping[str, Sequence[Document]]]
    """Document id -> relation -> documents."""
    themes: Mapping[str, Synthesis]
    """What is written of themes; those of which nothing is are not there."""
    glossary: Sequence[Entry]
    ceiling: str
    made: date

    def of(self, ids: Iterable[str]) -> list[Passage]:
        """The passages of these ids, in their order."""
        return [self.passages[id] for id in ids]

    def kind(self, *kinds: str, theme: str | None = None) -> list[Passage]:
        """The passages of these kinds, of a theme where one is given."""
        return [each for each in self.passages.values() if each.kind in kinds and theme in (None, *each.themes)]


def all_of(book: Book) -> Iterator[tuple[str, str]]:
    """Path and HTML of every page."""
    yield "index.html", _index(book)
    yield "lessons.html", _lessons(book)
    yield "voices.html", _voices(book)
    if book.glossary:
        yield "glossary.html", _glossary(book)
    for theme in vocabulary.THEMES:
        yield _theme_path(theme), _theme(book, theme)
    for document in book.documents.values():
        yield telling.address(document), _document(book, document)


# What every page has


def _page(book: Book, path: str, title: str, main: str, script: str = "") -> str:
    """A whole page; `path` is its own, from the root of the handbook."""
    root = "../" * path.count("/")
    ways = [*_NAV, *([("glossary.html", "Glossary")] if book.glossary else [])]
    nav = "".join(
        f'<li><a href="{root}{href}"{" aria-current=page" if href == path else ""}>{label}</a></li>'
        for href, label in ways
    )
    name = title if title == TITLE else f"{title} – {TITLE}"
    return (
        '<!doctype html>\n<html lang="en-GB"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(name)}</title>"
        f'<link rel="stylesheet" href="{root}style.css"><link rel="stylesheet" href="{root}book.css"></head><body>'
        '<a class="skip" href="#main">Skip to the text</a>'
        f'<header><nav aria-label="Handbook"><ul>{nav}</ul></nav>{"" if script else _box(root)}</header>'
        f'<main id="main">{main}</main><footer>{_foot(book)}</footer>{script}</body></html>\n'
    )


def _box(root: str) -> str:
    """A question from any page, which the first page answers."""
    return (
        f'<form action="{root}index.html" role="search"><label for="q">Search</label> '
        '<input id="q" name="q" type="search" autocomplete="off"> <button>Search</button></form>'
    )


def _foot(book: Book) -> str:
    release = vocabulary.RELEASES[book.ceiling]
    shown = "" if book.ceiling == "public" else f" <b>{escape(f'{release.label}: {release.meaning}')}</b>"
    return (
        f"<p>From {escape(wording.HOUSE)}; made on {date_in_words(book.made.isoformat())}. {escape(LICENCE)}{shown}</p>"
    )


def _contents(sections: Iterable[tuple[str, str]]) -> str:
    items = "".join(f"<li>{link(f'#{name}', heading)}</li>" for name, heading in sections)
    return f'<nav class="kb-contents" aria-label="On this page"><b>On this page</b><ol>{items}</ol></nav>'


def _sections(sections: Iterable[Section]) -> str:
    return "".join(f'<h2 id="{escape(name)}">{escape(heading)}</h2>{html}' for name, heading, html in sections)


# The first page


def _index(book: Book) -> str:
    kinds = "".join(
        f'<option value="{word}">{escape(term.label)}</option>' for word, term in vocabulary.PASSAGE_KINDS.items()
    )
    count = f"{wording.number(len(book.documents), 'document')}, {wording.number(len(book.passages), 'passage')}"
    box = (
        '<form role="search"><label for="q">What do you want to know?</label> '
        '<input id="q" type="search" autocomplete="off" spellcheck="false"> '
        '<span><label for="kind">Kind</label> <select id="kind"><option value="">Everything</option>'
        f"{kinds}</select></span></form>"
        '<p class="kb-facts">Finds passages by their words; “double quotes” ask for a phrase.</p>'
        '<noscript><p class="kb-note">Searching needs JavaScript; all pages can be read without.</p></noscript>'
        '<h2 class="kb-hidden">What was found</h2>'
        '<p id="found" class="kb-facts" role="status"></p><ol id="hits"></ol>'
    )
    main = f'<h1>{TITLE}</h1><p class="kb-facts">{count}</p>{box}<div id="all">{_all(book)}</div>'
    script = '<script src="words.js"></script><script src="search.js"></script>'
    return _page(book, "index.html", TITLE, main, script)


def _all(book: Book) -> str:
    order = [*vocabulary.DOCUMENT_KINDS]
    documents = sorted(book.documents.values(), key=lambda each: (order.index(each.kind), each.title.casefold()))
    parts = []
    for kind, group in groupby(documents, key=lambda each: each.kind):
        rows = "".join(
            f'<li>{link(telling.address(each), each.title)}<span class="kb-facts">{telling.about(each)}</span></li>'
            for each in group
        )
        parts.append(f'<h2>{escape(vocabulary.DOCUMENT_KINDS[kind].label)}</h2><ul class="kb-latest">{rows}</ul>')
    return "".join(parts)


# A document


def _document(book: Book, document: Document) -> str:
    told = Telling(document, book.of(document.passage_ids))
    related, cite = _related(book.related[document.id]), _cite(document)
    sections = [*told.sections(), *related, cite]
    head = f'<h1>{escape(document.title)}</h1><p class="kb-facts">{telling.about(document)}</p>{told.summary()}'
    main = head + _contents((name, heading) for name, heading, _ in sections) + _sections(sections)
    return _page(book, telling.address(document), document.title, main)


def _related(related: Mapping[str, Sequence[Document]]) -> Iterator[Section]:
    ways = {
        relation: ", ".join(link(f"{each.id}.html", each.title) for each in documents)
        for relation, documents in related.items()
    }
    rows = "".join(f"<li><b>{wording.RELATIONS[relation]}:</b> {way}</li>" for relation, way in ways.items())
    if rows:
        yield "related", "Related", f'<ul class="kb-points">{rows}</ul>'


def _cite(document: Document) -> Section:
    reference = citing.plain(document).partition("\n")[0]
    return "cite", "How to cite this", f'<p class="kb-text">{escape(reference)}</p>'


# Lessons by theme


def _theme_path(theme: str) -> str:
    return f"themes/{theme}.html"


def _lessons(book: Book) -> str:
    rows = []
    for theme, term in vocabulary.THEMES.items():
        lessons, voices = len(book.kind("lesson", theme=theme)), len(book.kind(*_VOICED, theme=theme))
        rows.append(
            f"<li><h2>{link(_theme_path(theme), term.label)}</h2><p>{escape(term.meaning)}</p>"
            f'<p class="kb-facts">{wording.number(lessons, "lesson")}, {wording.number(voices, "voice")}</p></li>'
        )
    main = f'<h1>Lessons by theme</h1><ul class="kb-themes">{"".join(rows)}</ul>'
    return _page(book, "lessons.html", "Lessons by theme", main)


def _theme(book: Book, theme: str) -> str:
    term, written = vocabulary.THEMES[theme], book.themes.get(theme)
    points = written.points if written else ()
    sections = [*(_together(book, written) if written else ()), *_points(book, points)]
    grouped = {id for point in points for id in (*point.agree, *point.differ)}
    alone = [each for each in book.kind("lesson", theme=theme) if each.id not in grouped]
    sections += _listed(book, "lessons", "Said once" if points else "Lessons", alone)
    sections += _listed(book, "voices", "Voices", book.kind(*_VOICED, theme=theme))
    main = (
        f'<p class="kb-trail"><a href="../lessons.html">All themes</a></p><h1>{escape(term.label)}</h1>'
        f'<p class="kb-lead">{escape(term.meaning)}</p>{_contents((a, b) for a, b, _ in sections)}{_sections(sections)}'
    )
    return _page(book, _theme_path(theme), term.label, main)


def _together(book: Book, written: Synthesis) -> Iterator[Section]:
    """What the cases together say, in our words, each sentence with the numbers of the passages it rests on."""
    numbers = {id: place for place, id in enumerate(written.named(), 1)}
    told = []
    for each in written.paragraph:
        ways = ", ".join(f'<a href="#r-{numbers[id]}">{numbers[id]}</a>' for id in each.rests_on)
        told.append(f'{escape(each.says)}<sup class="kb-refs">[{ways}]</sup>')
    rows = "".join(f'<li id="r-{place}">{_item(book, book.passages[id])}</li>' for id, place in numbers.items())
    if told:
        yield (
            "together",
            "What the cases together say",
            f'<p class="kb-together">{" ".join(told)}</p><h3>The passages it rests on</h3>'
            f'<ol class="kb-items kb-numbered">{rows}</ol>',
        )


def _points(book: Book, points: Sequence[Point]) -> Iterator[Section]:
    if points:
        yield "points", "What several cases say", "".join(_point(book, each, n) for n, each in enumerate(points, 1))


def _point(book: Book, point: Point, place: int) -> str:
    agree = book.of(point.agree)
    count = wording.number(len(weigh(agree, book.documents).documents), "document")
    sides = f"<h4>They say so ({len(agree)})</h4>{_items(book, agree)}"
    if point.differ:
        differ = book.of(point.differ)
        sides += f"<h4>Others say otherwise ({len(differ)})</h4>{_items(book, differ)}"
    turns = f'<p class="kb-turns"><b>What it turns on:</b> {escape(point.turns_on)}</p>' if point.turns_on else ""
    return f'<h3 id="point-{place}">{escape(point.says)}</h3><p class="kb-facts">Said in {count}.</p>{sides}{turns}'


def _listed(book: Book, name: str, heading: str, passages: Sequence[Passage]) -> Iterator[Section]:
    if passages:
        yield name, f"{heading} ({len(passages)})", _items(book, passages)


def _items(book: Book, passages: Iterable[Passage]) -> str:
    return f'<ul class="kb-items">{"".join(f"<li>{_item(book, each)}</li>" for each in passages)}</ul>'


def _item(book: Book, passage: Passage) -> str:
    return telling.item(passage, book.documents[passage.document_id], "../")


# Voices and terms


def _voices(book: Book) -> str:
    roles = {word: term.label for word, term in vocabulary.ROLES.items()} | {"": "Role not recorded"}
    sections = []
    for role, label in roles.items():
        voices = [each for each in book.kind(*_VOICED) if (each.speaker_role or "") == role]
        voices.sort(key=lambda each: (not each.key, each.kind != "quote"))
        rows = "".join(f"<li>{_voice(book, each)}</li>" for each in voices)
        if rows:
            sections.append((f"role-{role or 'none'}", f"{label} ({len(voices)})", f'<ul class="kb-items">{rows}</ul>'))
    lead = "Words in quotation marks are somebody’s own. What stands without them is our summary of what they said."
    main = (
        f'<h1>Voices</h1><p class="kb-lead">{lead}</p>{_contents((a, b) for a, b, _ in sections)}{_sections(sections)}'
    )
    return _page(book, "voices.html", "Voices", main)


def _voice(book: Book, passage: Passage) -> str:
    document = book.documents[passage.document_id]
    context = f'<p class="kb-context">{escape(passage.context)}</p>' if passage.context else ""
    return telling.item(passage, document, "") + context + telling.cited(document, passage)


def _glossary(book: Book) -> str:
    rows = "".join(
        f'<div class="kb-entry" id="t-{slug_of(each.term)}"><dt><b>{escape(each.term)}</b>{_short(each)}</dt>'
        f"<dd>{escape(each.meaning)}{_also(each)}</dd></div>"
        for each in book.glossary
    )
    return _page(book, "glossary.html", "Glossary", f'<h1>Glossary</h1><dl class="kb-terms">{rows}</dl>')


def _short(entry: Entry) -> str:
    return "".join(f' <abbr class="kb-short">{escape(each)}</abbr>' for each in entry.abbreviations)


def _also(entry: Entry) -> str:
    also = f"<span>Also called: {escape(', '.join(entry.also))}</span>" if entry.also else ""
    see = f"<span>See: {', '.join(link(f'#t-{slug_of(term)}', term) for term in entry.see)}</span>" if entry.see else ""
    return f'<p class="kb-labels">{also}{see}</p>' if also or see else ""
