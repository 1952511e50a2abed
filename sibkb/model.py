"""Every value that passes between rooms. All frozen, made of tuples; constructors do no I/O."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Final, Literal

from sibkb import vocabulary

Ceiling = Literal["public", "workshop", "internal"]
STRICTNESS: Final = ("public", "workshop", "internal")
"""Releases, the most open first."""

Json = dict[str, Any]

NOT_RECORDED: Final = "not recorded"

PROJECTS: Final = frozenset({"case", "programme"})
"""Kinds of document that tell of a project, which has parties, runs and ends."""
ENDED: Final = frozenset({"complete", "ended-early"})
"""Stages of a project that has ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong in one file: where, what, and what to do."""

    path: str
    line: int
    """Counted from 1; 0 where the file as a whole is meant."""
    column: int
    code: str
    message: str
    fix: str
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column} {self.code} {self.message} — {self.fix}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a fact comes from, and how far we read it."""

    id: str
    title: str
    publisher: str
    read: str
    """A word of `vocabulary.READS`."""
    date: str | None = None
    url: str | None = None
    """None where only a hosted copy was read."""
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Somebody who took part."""

    role: str
    """A key of `parties` in the front matter, such as `outcome_payers`."""
    name: str
    note: str | None = None
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row of money, results, people served, outcome metrics or the timeline."""

    field: str
    """The front matter key it stands under."""
    what: str
    figure: str | None = None
    """The figure as a reader should see it (`USD 7,200,000`, `just over 3 %`), or the date of a timeline row."""
    amount: float | None = None
    currency: str | None = None
    id: str | None = None
    note: str | None = None
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """Who agreed to publication, when, and to what."""

    who: str
    date: str
    scope: str
    url: str | None = None
    """Where a text that is published already stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One file of the corpus without its passages."""

    id: str
    kind: str
    title: str
    path: str
    """Relative to the corpus folder, with forward slashes."""
    digest: str
    """SHA-256 of the file's bytes."""
    countries: tuple[str, ...]
    sector: str
    summary: str
    sources: tuple[Source, ...]
    place: str | None = None
    stage: str | None = None
    start: str | None = None
    end: str | None = None
    parties: tuple[Party, ...] = ()
    entries: tuple[Entry, ...] = ()
    part_of: str | None = None
    supported_by: tuple[str, ...] = ()
    follows: tuple[str, ...] = ()
    indigo_ids: tuple[str, ...] = ()
    consent: Consent | None = None
    release: str = "public"
    passage_ids: tuple[str, ...] = ()

    def source(self, id: str) -> Source:
        """The source of that id; a KeyError is our own mistake, since parsing checked every citation."""
        return {source.id: source for source in self.sources}[id]

    @property
    def numbers(self) -> dict[str, int]:
        """Id of a source -> its place in the list, counted from 1."""
        return {source.id: number for number, source in enumerate(self.sources, 1)}


RELATIONS: Final[Mapping[str, str]] = {"part_of": "parts", "supported_by": "supports", "follows": "followed_by"}
"""How a document names others -> how they name it."""


def relations(documents: Iterable[Document]) -> dict[str, dict[str, tuple[str, ...]]]:
    """Id -> relation -> ids, as the front matter has them; `parts`, `supports` and `followed_by` name the document.

    What is not among the documents is left out, and so is a relation that a document does not have.
    """
    known = {each.id: each for each in documents}
    found: dict[str, dict[str, list[str]]] = {id: {} for id in known}
    for relation, inverse in RELATIONS.items():
        for id, document in known.items():
            value = getattr(document, relation) or ()
            for other in (value,) if isinstance(value, str) else value:
                if other in known:
                    found[id].setdefault(relation, []).append(other)
                    found[other].setdefault(inverse, []).append(id)
    order = (*RELATIONS, *RELATIONS.values())
    return {id: {name: tuple(each[name]) for name in order if name in each} for id, each in found.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """The smallest thing that can be found and cited."""

    id: str
    document_id: str
    kind: str
    text: str
    """Verbatim, without citations and attributes, white space folded."""
    lines: tuple[int, int]
    """First and last line in the file, counted from 1."""
    heading: tuple[str, ...] = ()
    """The trail of headings above it."""
    context: str = ""
    """What was going on when a quote was said, in our own words."""
    themes: tuple[str, ...] = ()
    work_stage: str | None = None
    audiences: tuple[str, ...] = ()
    basis: str | None = None
    speaker: str | None = None
    """Who said it, as named; None where the source does not say."""
    speaker_role: str | None = None
    about_role: str | None = None
    status: str | None = None
    key: bool = False
    release: str = "public"
    touches: tuple[str, ...] = ()
    source_ids: tuple[str, ...] = ()


FILTER_FIELDS: Final = (
    "kind",
    "theme",
    "sector",
    "country",
    "stage",
    "work_stage",
    "audience",
    "role",
    "about_role",
    "basis",
)
"""The fields of `Filters` that hold words, in the order screens show them."""

FILTER_WORDS: Final[Mapping[str, vocabulary.Vocabulary]] = {
    "kind": vocabulary.PASSAGE_KINDS,
    "theme": vocabulary.THEMES,
    "sector": vocabulary.SECTORS,
    "stage": vocabulary.STAGES,
    "work_stage": vocabulary.WORK_STAGES,
    "audience": vocabulary.AUDIENCES,
    "role": vocabulary.ROLES,
    "about_role": vocabulary.ROLES,
    "basis": vocabulary.BASES,
}
"""Field -> the words it takes; a country is two letters."""
_COUNTRY: Final = re.compile("[A-Z]{2}")


def takes(field: str, value: str) -> bool:
    """Whether a filter's field takes this word."""
    return value in FILTER_WORDS[field] if field in FILTER_WORDS else bool(_COUNTRY.fullmatch(value))


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Any-of inside a field, all-of across fields; an empty field does not restrict."""

    kind: tuple[str, ...] = ()
    theme: tuple[str, ...] = ()
    sector: tuple[str, ...] = ()
    country: tuple[str, ...] = ()
    stage: tuple[str, ...] = ()
    work_stage: tuple[str, ...] = ()
    audience: tuple[str, ...] = ()
    role: tuple[str, ...] = ()
    about_role: tuple[str, ...] = ()
    basis: tuple[str, ...] = ()
    years: tuple[int, int] | None = None
    """First and last year, both included; a document passes when its service overlaps them."""

    def __bool__(self) -> bool:
        return any(getattr(self, each.name) for each in fields(self))

    def active(self) -> dict[str, tuple[str, ...]]:
        """The word fields that restrict."""
        return {name: getattr(self, name) for name in FILTER_FIELDS if getattr(self, name)}

    def without(self, field: str) -> "Filters":
        """The same without one field, `years` among them."""
        none = None if field == "years" else ()
        return replace(self, **{field: none})  # type: ignore[arg-type]


Leg = Literal["words", "meaning"]
MODES: Final[Mapping[str, tuple[Leg, ...]]] = {
    "hybrid": ("words", "meaning"),
    "words": ("words",),
    "meaning": ("meaning",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What a person asks."""

    text: str = ""
    filters: Filters = field(default_factory=Filters)
    limit: int = 10
    offset: int = 0
    mode: str = "hybrid"
    """A key of `MODES`."""


def attributes(document: Document, passage: Passage) -> dict[str, tuple[str, ...]]:
    """The values a passage has in each filter field: the one meaning of a filter, shared by every engine."""

    def words(*values: str | None) -> tuple[str, ...]:
        return tuple(value for value in values if value)

    return {
        "kind": (passage.kind,),
        "theme": passage.themes,
        "sector": (document.sector,),
        "country": document.countries,
        "stage": words(document.stage),
        "work_stage": words(passage.work_stage),
        "audience": passage.audiences,
        "role": words(passage.speaker_role),
        "about_role": words(passage.about_role),
        "basis": words(passage.basis),
    }


def span(document: Document) -> tuple[int, int] | None:
    """First and last year of the service; a missing end counts as the other one, None where neither is recorded."""
    years = [int(date[:4]) for date in (document.start, document.end) if date]
    return (years[0], years[-1]) if years else None


def ran_in(years: tuple[int, int], document: Document) -> bool:
    """Whether the service overlaps the years, first and last included; where neither end is recorded, it does not."""
    ran = span(document)
    return ran is not None and ran[0] <= years[1] and years[0] <= ran[1]


def admits(filters: Filters, document: Document, passage: Passage) -> bool:
    """Whether the passage passes: brute force's definition of a filter, which every engine must equal."""
    have = attributes(document, passage)
    if not all(set(wanted) & set(have[name]) for name, wanted in filters.active().items()):
        return False
    return filters.years is None or ran_in(filters.years, document)


def visible(ceiling: str, *releases: str) -> bool:
    """Whether something of these releases may be seen under the ceiling; the strictest counts."""
    return max(map(STRICTNESS.index, releases)) <= STRICTNESS.index(ceiling)


def strictest(releases: Iterable[str]) -> str:
    """The least open of the releases."""
    return max(releases, key=STRICTNESS.index)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A passage id and one leg's raw score: cosine for meaning, BM25 for words."""

    id: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A passage that answers, and why."""

    passage: Passage
    document: Document
    score: float
    """Fused, between 0 and 1; only its order means something."""
    marks: tuple[tuple[int, int], ...] = ()
    """Character spans of `passage.text` whose words matched by their stem."""
    closest: tuple[int, int] | None = None
    """The sentence of `passage.text` nearest in meaning, where no word matched."""
    ranks: Mapping[str, int] = field(default_factory=dict)
    """Leg -> place in that leg's own list, from 1."""
    cosine: float | None = None
    matched: tuple[str, ...] = ()
    """The question's words that stand in the passage, its title or its headings, as the person wrote them."""
    also: tuple[str, ...] = ()
    """Words that stand there and belong to other names of what the question names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Similar:
    """Another document that is like one, and what the two have in common."""

    document: Document
    score: float
    """Between 0 and 1; only its order means something."""
    shared: Mapping[str, tuple[str, ...]]
    """`sector`, `country`, `party`, `theme` -> what both have, the rarest first; a party as this one names it."""
    told: float
    """How close their accounts are in meaning: a cosine, 0 where they are not."""
    pairs: tuple[tuple[Passage, Passage], ...] = ()
    """A lesson of the one and a lesson of this that say something alike, the closest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """The answer to a query."""

    query: Query
    hits: tuple[Hit, ...]
    """One page of them: `query.limit` from `query.offset`."""
    total: int
    """How many hits there are in all."""
    near_misses: tuple[Hit, ...] = ()
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Field -> value -> hits it would leave, its own field's filter ignored."""
    without: tuple[tuple[str, str, int], ...] = ()
    """Ways on when there is no hit: (field, value, hits without that filter)."""
    corrected: Mapping[str, str] = field(default_factory=dict)
    """Unknown word -> the word searched instead."""
    expanded: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Name in the question -> the other names of the same thing that were searched too."""
    generation: str = ""
    legs: tuple[str, ...] = ()
    """Which legs answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What an index was made of; the only thing read before the rest."""

    schema: int
    name: str
    """The generation: a digest of content, encoder and schema."""
    encoder: str
    encoder_digest: str
    dimension: int
    documents: int
    passages: int
    parts: int
    """Rows of the vector table: whole passages, windows of long ones, sentences."""
    reused: int
    """How many vectors were taken from the generation before."""
    files: Mapping[str, tuple[str, int, int]]
    """Corpus path -> (SHA-256, modification time in ns, size in bytes)."""
    digests: Mapping[str, str]
    """Index file -> SHA-256."""
    built: str
    """When, in UTC, ISO 8601."""
    words: str = ""
    """A digest of the team's own words that were known, `vocabulary.own`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tombstone:
    """What is left of a document or a passage that was withdrawn: no word of it."""

    id: str
    date: str
    """The day, ISO 8601."""
    reason: str
    release: str = "public"
    """How openly it may be told: as what was withdrawn was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A whole corpus folder as read at one moment."""

    documents: tuple[Document, ...]
    passages: tuple[Passage, ...]
    problems: tuple[Problem, ...]
    files: Mapping[str, tuple[str, int, int]]
    """Corpus path -> (SHA-256, modification time in ns, size in bytes), broken files included; the digest is empty
    where the file cannot be read."""
    warnings: tuple[Problem, ...] = ()
    """What a reader would miss in files that are used."""
    broken: Mapping[str, Mapping[str, str]]
    """Path of each file that could not be used but whose front matter still tells its release -> id -> release, of the
    document and of its passages as they stand now; internal where the file cannot be read."""
    withdrawn: Mapping[str, Tombstone] = field(default_factory=dict)
    """Id -> what says that the document, or the passage, was withdrawn."""
