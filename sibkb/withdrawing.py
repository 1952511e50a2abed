"""Taking something out of everything that this machine keeps: the files, the copies of what they were, every index."""

from dataclasses import dataclass, replace

from sibkb import corpus, generations, kb, withdrawn
from sibkb.corpus import Keeping, Plan
from sibkb.encoder import Progress
from sibkb.errors import QueryError, SibkbError
from sibkb.model import Problem, Tombstone
from sibkb.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """What withdrawing came to."""

    tombstones: tuple[Tombstone, ...]
    generation: str | None
    """The index without it; None where no document is left to build one of."""
    uses: tuple[Problem, ...]
    """Places that still name it."""
    standing: tuple[tuple[str, int], ...]
    """Path and line of what still holds its words below the corpus folder."""


def prepare(settings: Settings, id: str) -> Plan:
    """What withdrawing a document or a passage would change; a SibkbError says why it cannot be withdrawn.

    What a file does not have any more is found in the index; what was withdrawn already can be withdrawn again, should
    something have come between.
    """
    if made := corpus.plan(settings.corpus, id):
        return made
    if found := generations.passages(settings.indexes, id):
        made = corpus.planned(found)
        return made if "." in id else replace(made, ids=(id,))
    listed, _ = withdrawn.read(corpus.WITHDRAWN, corpus.read_withdrawn(settings.corpus))
    if stone := listed.get(id):
        return Plan(ids=(id,), release=stone.release, edits=(), texts=())
    raise QueryError(f"there is no document or passage `{id}`, in the files or in the index — `sibkb search` finds ids")


def withdraw(  # noqa: PLR0913, each is given once
    settings: Settings, plan: Plan, *, reason: str, day: str, keep: Keeping, progress: Progress | None = None
) -> Withdrawal:
    """Do it: the files first, then the index that is served, then all older ones."""
    tombstones = corpus.withdraw(settings.corpus, plan, reason=reason, day=day, keep=keep)
    try:
        generation = _build(settings, progress)
    except SibkbError as error:
        raise SibkbError(
            f"it is out of the files, but not yet out of the index: {error}; then withdraw it again"
        ) from error
    return Withdrawal(
        tombstones=tombstones,
        generation=generation,
        uses=tuple(corpus.uses(settings.corpus, {each.id: each for each in tombstones})),
        standing=tuple(corpus.standing(settings.corpus, plan.texts)),
    )


def _build(settings: Settings, progress: Progress | None) -> str | None:
    if not corpus.read(settings.corpus).documents:
        generations.clear(settings.indexes)
        return None
    built = kb.build(settings, progress=progress)
    generations.forget(settings.indexes)
    return built.published.manifest.name
