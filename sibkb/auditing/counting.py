"""Documents and passages -> what stands in them: how much, of what, from which sources, and where nothing is."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sibkb import vocabulary
from sibkb.auditing.fields import Field, fields
from sibkb.model import NOT_RECORDED, Document, Passage, Source

Counts = Mapping[str, int]
"""Word -> how many have it: every word of a closed vocabulary, in its order, those that nothing has with 0; then
`not recorded` where something has none."""

_FURTHEST: Final = ("whole", "part", "record", "not")
"""How far a source was read, the furthest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The rows of the front matter that became passages: parties, sums, results, dates."""

    total: int
    unsourced: tuple[str, ...]
    """Ids of those that name no source."""
    without: Counts
    """What they are of (`Parties`, `People served`) -> how many of them, most first."""

    @property
    def sourced(self) -> int:
        """How many name one."""
        return self.total - len(self.unsourced)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What the documents rest on; a work that several of them list counts once, by the furthest that it was read."""

    read: Counts
    """How far -> how many works."""
    cited: Counts
    """How far -> how many passages name a work that was read so far for their document, each way once."""

    @property
    def total(self) -> int:
        """How many works there are."""
        return sum(self.read.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What stands in a corpus."""

    documents: Counts
    """By kind."""
    passages: Counts
    """By kind."""
    lessons: Counts
    """By what they rest on."""
    quotations: Counts
    """By status; one that has none is reported."""
    facts: Facts
    sources: Sources
    countries: Counts
    """Documents in each country, most first; one may be in several."""
    sectors: Counts
    """Documents in each sector."""
    stages: Counts
    """Documents by how far their project got."""
    themes: Counts
    """Passages on each theme; one may be on several."""
    speakers: Counts
    """Quotations and perspectives by the role of who speaks."""
    subjects: Counts
    """Quotations and perspectives by the role of whom they are about."""
    fields: tuple[Field, ...]
    """What of the front matter is not recorded, in the order of `FIELDS`."""


def audit(documents: Sequence[Document], passages: Sequence[Passage]) -> Audit:
    """Count all of them; the passages are those of the documents."""
    voices = [each for each in passages if each.kind in ("quote", "perspective")]
    return Audit(
        documents=counted(vocabulary.DOCUMENT_KINDS, (each.kind for each in documents)),
        passages=counted(vocabulary.PASSAGE_KINDS, (each.kind for each in passages)),
        lessons=counted(vocabulary.BASES, (each.basis for each in passages if each.kind == "lesson")),
        quotations=counted(
            vocabulary.STATUSES, (each.status or "reported" for each in passages if each.kind == "quote")
        ),
        facts=_facts(passages),
        sources=_sources(documents, passages),
        countries=most_first(country for each in documents for country in each.countries),
        sectors=counted(vocabulary.SECTORS, (each.sector for each in documents)),
        stages=counted(vocabulary.STAGES, (each.stage for each in documents)),
        themes=counted(vocabulary.THEMES, (theme for each in passages for theme in each.themes)),
        speakers=counted(vocabulary.ROLES, (each.speaker_role for each in voices)),
        subjects=counted(vocabulary.ROLES, (each.about_role for each in voices)),
        fields=fields(documents),
    )


def counted(words: Iterable[str], found: Iterable[str | None]) -> Counts:
    """How often each word of a vocabulary was found, and how often none."""
    counts = Counter(each or NOT_RECORDED for each in found)
    return {word: counts[word] for word in [*words, *([NOT_RECORDED] if counts[NOT_RECORDED] else [])]}


def most_first(found: Iterable[str]) -> Counts:
    """How often each was found, most first, equal ones by name."""
    return dict(sorted(Counter(found).items(), key=lambda each: (-each[1], each[0])))


def _facts(passages: Iterable[Passage]) -> Facts:
    facts = [each for each in passages if each.kind == "fact"]
    unsourced = [each for each in facts if not each.source_ids]
    return Facts(
        total=len(facts),
        unsourced=tuple(each.id for each in unsourced),
        without=most_first(each.heading[0] for each in unsourced if each.heading),
    )


def _sources(documents: Iterable[Document], passages: Iterable[Passage]) -> Sources:
    listed = {(document.id, source.id): source for document in documents for source in document.sources}
    read: dict[object, str] = {}
    for source in listed.values():
        work = work_of(source)
        read[work] = min(source.read, read.get(work, source.read), key=_FURTHEST.index)
    cited = Counter(far for each in passages for far in {listed[each.document_id, id].read for id in each.source_ids})
    return Sources(read=counted(vocabulary.READS, read.values()), cited={far: cited[far] for far in vocabulary.READS})


def work_of(source: Source) -> object:
    """What tells one work from another: its address, else how it calls itself and who published it."""
    return source.url or (source.title.casefold(), source.publisher.casefold(), source.date)
