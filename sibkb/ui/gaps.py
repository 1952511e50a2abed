"""Values -> HTML: what stands on what, and what is not recorded, as the About page tells it."""

from collections.abc import Iterator, Mapping
from typing import Final

from sibkb.auditing import Audit
from sibkb.exporting import wording
from sibkb.exporting.wording import number
from sibkb.model import NOT_RECORDED
from sibkb.ui import figures

LABELS: Final[Mapping[str, str]] = {
    "place": "Where it is",
    "stage": "How it ended",
    "start": "When it began",
    "end": "When it ended",
    "timeline": "What happened when",
    **wording.FIGURES,
    **wording.PARTIES,
}
"""Field of the front matter -> what a reader calls it."""


def rests(audit: Audit) -> str:
    """How much of what stands here rests on a source, and on how much of it."""
    read, lessons = audit.sources.read, audit.lessons
    return (
        f"Of {number(audit.sources.total, 'source')} we read {read['whole']:,} in full and {read['part']:,} in part. "
        f"{audit.facts.sourced:,} of {number(audit.facts.total, 'fact')} name the source they rest on. Of "
        f"{number(sum(lessons.values()), 'lesson')}, {lessons['stated']:,} are points that a source makes itself; "
        f"{lessons['inferred']:,} we draw from what it tells."
    )


def unknown(audit: Audit) -> str:
    """What is not recorded of projects, the most often missing first, each of those in which it can be known."""
    rows = list(_rows(audit))
    head = ("What", NOT_RECORDED.capitalize(), "Of")
    return figures.table("What we looked for in each project and do not know", head, rows) if rows else ""


def _rows(audit: Audit) -> Iterator[tuple[str, str, str]]:
    for field in sorted(audit.fields, key=lambda each: -len(each.missing)):
        if field.missing:
            yield LABELS[field.name], f"{len(field.missing):,}", f"{field.asked:,}"
