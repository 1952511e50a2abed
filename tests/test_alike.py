"""Why another document is like one, in plain words."""

import pytest
import tiny

from sibkb.exporting.alike import alike, similar_json
from sibkb.model import Party, Similar

NOTHING = {"sector": (), "country": (), "party": (), "theme": ()}
HERE = tiny.document(
    "here",
    part_of="fund",
    parties=(
        Party(role="investors", name="Bridges"),
        Party(role="intermediaries", name="Social Finance"),
        Party(role="providers", name="Social Finance"),
    ),
)
THERE = tiny.document(
    "there",
    parties=(Party(role="investors", name="BRIDGES"), Party(role="funders", name="Social Finance")),
)


def other(told: float = 0.0, part_of: str | None = None, **shared: tuple[str, ...]) -> Similar:
    document = tiny.document("there", part_of=part_of, parties=THERE.parties)
    return Similar(document=document, score=0.5, shared=NOTHING | shared, told=told)


@pytest.mark.parametrize(
    ("similar", "why"),
    [
        (other(sector=("homelessness",)), "Both: homelessness."),
        (
            other(sector=("child-and-family",), country=("GB", "XX"), party=("BRIDGES",), theme=("scaling",)),
            "Both: children and families; United Kingdom; XX; BRIDGES as investor. Both have lessons on scaling.",
        ),
        (
            other(party=("Social Finance",)),
            "Both: Social Finance (intermediary here, funder there).",
        ),
        (
            other(theme=("scaling", "procurement", "data-access", "intermediary", "outcome-metrics")),
            "Both have lessons on scaling, procurement, data access and 2 more.",
        ),
        (other(told=0.2, part_of="fund"), "Both: in the same programme. Their accounts are close in meaning."),
        (other(told=0.19), "Some of their lessons come close."),
    ],
)
def test_the_reason_says_what_both_have(similar: Similar, why: str) -> None:
    assert alike(HERE, similar) == why


def test_for_scripts_the_same_and_the_lessons() -> None:
    pair = (tiny.passage("here.x", "A.", kind="lesson"), tiny.passage("there.y", "B.", kind="lesson"))
    given = Similar(document=THERE, score=0.5, shared=NOTHING, told=0.3, pairs=(pair,))
    assert similar_json(HERE, given) == {
        "document": {"id": "there", "title": "There", "kind": "case"},
        "score": 0.5,
        "why": "Their accounts are close in meaning.",
        "shared": {"sector": [], "country": [], "party": [], "theme": []},
        "told": 0.3,
        "lessons": [{"here": {"id": "here.x", "text": "A."}, "there": {"id": "there.y", "text": "B."}}],
    }
