"""Documents and passages -> what stands in them: how much, of what, from which sources, and where nothing is."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sibkb import vocabulary
from sibkb.model import NOT_RECORDED, Document, Manifest, Passage, Source

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


def audit(documents: Sequence[Document], passages: Sequence[Passage]) -> Audit:
    """Count all of them; the passages are those of the documents."""
    voices = [each for each in passages if each.kind in ("quote", "perspective")]
    return Audit(
        documents=_counted(vocabulary.DOCUMENT_KINDS, (each.kind for each in documents)),
        passages=_counted(vocabulary.PASSAGE_KINDS, (each.kind for each in passages)),
        lessons=_counted(vocabulary.BASES, (each.basis for each in passages if each.kind == "lesson")),
        quotations=_counted(
            vocabulary.STATUSES, (each.status or "reported" for each in passages if each.kind == "quote")
        ),
        facts=_facts(passages),
        sources=_sources(documents, passages),
        countries=_most_first(country for each in documents for country in each.countries),
        sectors=_counted(vocabulary.SECTORS, (each.sector for each in documents)),
        stages=_counted(vocabulary.STAGES, (each.stage for each in documents)),
        themes=_counted(vocabulary.THEMES, (theme for each in passages for theme in each.themes)),
        speakers=_counted(vocabulary.ROLES, (each.speaker_role for each in voices)),
        subjects=_counted(vocabulary.ROLES, (each.about_role for each in voices)),
    )


def _counted(words: Iterable[str], found: Iterable[str | None]) -> Counts:
    counts = Counter(each or NOT_RECORDED for each in found)
    return {word: counts[word] for word in [*words, *([NOT_RECORDED] if counts[NOT_RECORDED] else [])]}


def _most_first(found: Iterable[str]) -> Counts:
    return dict(sorted(Counter(found).items(), key=lambda each: (-each[1], each[0])))


def _facts(passages: Iterable[Passage]) -> Facts:
    facts = [each for each in passages if each.kind == "fact"]
    return Facts(total=len(facts), unsourced=tuple(each.id for each in facts if not each.source_ids))


def _sources(documents: Iterable[Document], passages: Iterable[Passage]) -> Sources:
    listed = {(document.id, source.id): source for document in documents for source in document.sources}
    read: dict[object, str] = {}
    for source in listed.values():
        work = _work(source)
        read[work] = min(source.read, read.get(work, source.read), key=_FURTHEST.index)
    cited = Counter(far for each in passages for far in {listed[each.document_id, id].read for id in each.source_ids})
    return Sources(read=_counted(vocabulary.READS, read.values()), cited={far: cited[far] for far in vocabulary.READS})


def _work(source: Source) -> object:
    """What tells one work from another: its address, else how it calls itself and who published it."""
    return source.url or (source.title.casefold(), source.publisher.casefold(), source.date)


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """What became of the files that an index was made of."""

    total: int
    left_out: int
    """Files that cannot be used and for which nothing stands in."""
    last_good: int
    """Files that cannot be used and for which their last good version stands in."""


def files(manifest: Manifest, documents: Iterable[Document]) -> Files:
    """Tell from the manifest and the documents in use, which need not be all that there are."""
    kept = (each.digest != manifest.files[each.path][0] for each in documents if each.path in manifest.files)
    return Files(total=len(manifest.files), left_out=len(manifest.files) - manifest.documents, last_good=sum(kept))


# Of themes


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """How many passages stand where a theme and a word of another vocabulary meet."""

    cells: Mapping[str, Counts]
    """Theme -> its passages by word; one on two themes is in both."""
    themes: Counts
    """Passages on each theme."""
    words: Counts
    """Passages of each word, each once, whatever themes it is on; those on no theme are among them."""


def cross(passages: Sequence[Passage], words: vocabulary.Vocabulary, of: Callable[[Passage], str | None]) -> Crossing:
    """Count the passages by theme and by the word that each has, if any."""
    cells = {theme: [of(each) for each in passages if theme in each.themes] for theme in vocabulary.THEMES}
    return Crossing(
        cells={theme: _counted(words, found) for theme, found in cells.items()},
        themes={theme: len(found) for theme, found in cells.items()},
        words=_counted(words, map(of, passages)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """How much stands behind what several passages say."""

    documents: tuple[Document, ...]
    """In which it is said, each once, by title."""
    countries: Counts
    """Documents in each country, most first."""
    bases: Counts
    """Passages by what they rest on."""
    shared: int
    """How many of the documents rest on one and the same work, the most there are for any; 1 where each has its own."""


def weigh(passages: Sequence[Passage], documents: Mapping[str, Document]) -> Weight:
    """Count behind a statement each document once, however often it makes it."""
    found = {each.document_id: documents[each.document_id] for each in passages}
    pairs = {(_work(found[each.document_id].source(id)), each.document_id)
             for each in passages for id in each.source_ids}  # fmt: skip
    return Weight(
        documents=tuple(sorted(found.values(), key=lambda each: (each.title.casefold(), each.id))),
        countries=_most_first(country for each in found.values() for country in each.countries),
        bases=_counted(vocabulary.BASES, (each.basis for each in passages)),
        shared=max(Counter(work for work, _ in pairs).values(), default=min(1, len(found))),
    )
