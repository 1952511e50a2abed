"""Values -> citations: for a text that people read, and for a bibliography.

A citation says what is cited, where it stands, and which sources it rests on, with how far each was read.
Somebody's own words stand in quotation marks; our summary of what somebody said never does.

The BibTeX is that of biblatex: its entry types `misc`, `online` and `dataset`, its `urldate`, its `url` that is taken
letter by letter. Older styles print a type they do not know as `misc`.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from sibkb import vocabulary
from sibkb.exporting.wording import HOUSE, NOT_NAMED, SUMMARISED, cited, date_in_words, quoted, read_in_words, sentences
from sibkb.model import NOT_RECORDED, Document, Passage, Source, strictest


def plain(
    document: Document, passage: Passage | None = None, *, url: str | None = None, accessed: date | None = None
) -> str:
    """A citation of a document, or of one of its passages, in lines; its sources stand last."""
    return "\n".join(
        [
            *([said(passage)] if passage else []),
            _reference(document, passage, url, accessed),
            *not_for_all(document, passage),
            *_rests_on([cited(source) for source in rests_on(document, passage)]),
        ]
    )


def said(passage: Passage) -> str:
    """The words of a passage, told apart by whose they are."""
    if passage.kind == "quote":
        illustrative = vocabulary.STATUSES["illustrative"].meaning if passage.status == "illustrative" else None
        return sentences(f"{quoted(passage.text)} — {speaker(passage)}", illustrative)
    if passage.kind == "perspective":
        return f"{passage.text} — {speaker(passage, SUMMARISED)}."
    basis = vocabulary.BASES[passage.basis].meaning if passage.basis else None
    return sentences(f"{vocabulary.PASSAGE_KINDS[passage.kind].label}: {passage.text}", basis)


def speaker(passage: Passage, *notes: str) -> str:
    """Who speaks, in which role where that is recorded, and what else is to be known of it."""
    role = [f"role: {vocabulary.ROLES[passage.speaker_role].label}"] if passage.speaker_role else []
    known = "; ".join([*role, *notes])
    return f"{passage.speaker or NOT_NAMED} ({known})" if known else passage.speaker or NOT_NAMED


def rests_on(document: Document, passage: Passage | None = None) -> tuple[Source, ...]:
    """The sources of a passage, or all that a document rests on: nothing rests on one that was not read."""
    if passage:
        return tuple(document.source(id) for id in passage.source_ids)
    return tuple(source for source in document.sources if source.read != "not")


def authors(document: Document) -> list[str]:
    """Who wrote a document, as they are named."""
    return [party.name for party in document.parties if party.role == "authors"]


def _where(document: Document, passage: Passage | None) -> str:
    return f"{vocabulary.DOCUMENT_KINDS[document.kind].label} in {HOUSE}, id {passage.id if passage else document.id}"


def _reference(document: Document, passage: Passage | None, url: str | None, accessed: date | None) -> str:
    return sentences(
        ", ".join(authors(document)),
        quoted(document.title),
        _where(document, passage),
        url,
        f"Accessed {date_in_words(accessed.isoformat())}" if accessed else None,
    )


def not_for_all(document: Document, passage: Passage | None) -> list[str]:
    """A line that says so where not everybody may read it."""
    release = strictest([document.release, *([passage.release] if passage else ())])
    term = vocabulary.RELEASES[release]
    return [] if release == "public" else [f"{term.label}: {term.meaning}"]


def _rests_on(sources: list[str]) -> list[str]:
    if len(sources) < 2:
        return [f"Source: {sources[0] if sources else f'{NOT_RECORDED}.'}"]
    return ["Sources:", *(f"{number}. {source}" for number, source in enumerate(sources, 1))]


# BibTeX

_TEX: Final[Mapping[int, str]] = str.maketrans(
    {each: f"\\{each}" for each in "#$%&_"}
    | {"\\": r"\textbackslash{}", "{": r"\textbraceleft{}", "}": r"\textbraceright{}", "~": r"\textasciitilde{}"}
    | {"^": r"\textasciicircum{}", "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}"}
)
"""What TeX would take for a command. Braces get words of their own: BibTeX counts even escaped ones."""
_RUNS_TOGETHER: Final = re.compile(r"(?<=-)(?=-)|(?<=')(?=')|(?<=[`?!])(?=`)|(?<=,)(?=,)")
"""Where TeX would make one sign of two, such as a dash of two hyphens."""
_HIDDEN: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
"""Names that every style knows."""
_YEAR: Final = re.compile(r"([0-9]{4})(?:-(0[1-9]|1[0-2])(?:-[0-9]{2})?)?(?![0-9-])")
_NOT_IN_URL: Final[Mapping[int, str]] = str.maketrans({"{": "%7B", "}": "%7D", "\\": "%5C"})


def bibtex(
    document: Document, passage: Passage | None = None, *, url: str | None = None, accessed: date | None = None
) -> str:
    """An entry for the document or the passage, then one for each source it rests on."""
    return "\n".join(entries(document, passage, url=url, accessed=accessed).values())


def entries(
    document: Document, passage: Passage | None = None, *, url: str | None = None, accessed: date | None = None
) -> dict[str, str]:
    """The same entries by their keys."""
    sources = {key(document, source): source for source in rests_on(document, passage)}
    own = {key(passage or document): _own(document, passage, url, accessed)}
    return own | {name: _source(name, source) for name, source in sources.items()}


def key(cited: Document | Passage, source: Source | None = None) -> str:
    """What a bibliography calls a document, a passage or a document's source; it stays as long as the ids do."""
    return f"source.{cited.id}.{source.id}" if source else f"sibkb.{cited.id}"


def _own(document: Document, passage: Passage | None, url: str | None, accessed: date | None) -> str:
    names = authors(document)
    note = sentences(said(passage) if passage else None, *not_for_all(document, passage))
    return _entry(
        "misc",
        key(passage or document),
        author=_names(names) if names else None,
        key=None if names else _text("sibkb"),
        title=_title(document.title),
        howpublished=_text(_where(document, passage)),
        url=_url(url),
        urldate=f"{{{accessed.isoformat()}}}" if accessed else None,
        note=_text(note),
    )


def _source(key: str, source: Source) -> str:
    """A source has no author recorded: `key` sorts and labels it by its publisher."""
    kind = "dataset" if source.read == "record" else "online" if source.url else "misc"
    publishes = {"dataset": "publisher", "online": "organization", "misc": "howpublished"}[kind]
    year = _YEAR.match(source.date or "")
    whole = year and year[0] == source.date and not source.date[7:]
    dated = None if whole else f"Dated {source.date}" if source.date else "No date"
    return _entry(
        kind,
        key,
        key=_text(source.publisher),
        title=_title(source.title),
        **{publishes: _text(source.publisher)},
        year=f"{{{year[1]}}}" if year else None,
        month=_MONTHS[int(year[2]) - 1] if year and year[2] else None,
        url=_url(source.url),
        note=_text(sentences(dated, read_in_words(source), source.note)),
    )


def _entry(kind: str, name: str, /, **fields: str | None) -> str:
    rows = "".join(f"  {field} = {value},\n" for field, value in fields.items() if value)
    return f"@{kind}{{{name},\n{rows}}}\n"


def _text(text: str) -> str | None:
    """A value in braces in which TeX finds nothing to obey; None where there is nothing."""
    inner = _RUNS_TOGETHER.sub("{}", " ".join(_HIDDEN.sub(" ", text).split()).translate(_TEX))
    return f"{{{inner}}}" if inner else None


def _title(text: str) -> str:
    """A title whose capitals no style lowers."""
    return f"{{{_text(text) or '{}'}}}"


def _names(names: Iterable[str]) -> str:
    """Authors as they are named; each in braces, for we do not know which part is the family name."""
    return f"{{{' and '.join(filter(None, map(_text, names)))}}}"


def _url(url: str | None) -> str | None:
    """An address, which is taken letter by letter; only what would end it early is spelled out."""
    return f"{{{url.translate(_NOT_IN_URL)}}}" if url else None
