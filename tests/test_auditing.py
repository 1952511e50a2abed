"""Counts of a small fictional corpus, each worked out by hand."""

from dataclasses import replace

import numpy as np
import pytest
from tiny import bound, document, passage

from sibkb import auditing, vocabulary
from sibkb.auditing import FIELDS, Alike, Files, Group, alike, audit, cross, having, weigh
from sibkb.auditing.likeness import _ROWS
from sibkb.model import NOT_RECORDED, Entry, Manifest, Party, Source, relations

WORK = "https://report.example/"
SOURCES = (
    Source(id="a", title="A report", publisher="Nobody", read="part", url=WORK),
    Source(id="b", title="A record", publisher="Nobody", read="record"),
)
AGAIN = (
    Source(id="x", title="The same report, with another title", publisher="Nobody at all", read="whole", url=WORK),
    Source(id="y", title="A RECORD", publisher="nobody", read="record"),
    Source(id="z", title="Listed", publisher="Nobody", read="not"),
)
PASSAGES = (
    passage("one.money", "GBP 1", kind="fact", source_ids=("a", "b")),
    passage("one.party", "Somebody", kind="fact", source_ids=(), heading=("Parties",)),
    passage("one.learned", "Begin early.", kind="lesson", basis="inferred", themes=("scaling", "procurement"),
            source_ids=("a",)),
    passage("one.words", "These words are fictional", kind="quote", speaker_role="worker", source_ids=("a",)),
    passage("two.example", "So are these", kind="quote", status="illustrative", about_role="worker", source_ids=("x",)),
    passage("two.said", "It was fine.", kind="perspective", source_ids=("x", "y")),
)  # fmt: skip
DOCUMENTS = bound(
    (
        document("one", countries=("KE", "GB"), sources=SOURCES, sector="health", stage="complete"),
        document("two", kind="programme", countries=("GB",), sources=AGAIN),
    ),
    PASSAGES,
)
FOUND = audit(DOCUMENTS, PASSAGES)


def some(counts: auditing.Counts) -> dict[str, int]:
    """Those that there are any of."""
    return {word: count for word, count in counts.items() if count}


def test_documents_and_passages_by_kind():
    assert some(FOUND.documents) == {"case": 1, "programme": 1}
    assert some(FOUND.passages) == {"quote": 2, "lesson": 1, "perspective": 1, "fact": 2}


def test_every_word_of_a_vocabulary_is_counted_in_its_order():
    assert list(FOUND.sectors) == list(vocabulary.SECTORS)
    assert list(FOUND.themes) == list(vocabulary.THEMES)
    assert some(FOUND.sectors) == {"employment": 1, "health": 1}
    assert some(FOUND.themes) == {"procurement": 1, "scaling": 1}


def test_what_is_not_recorded_is_counted_as_that_and_comes_last():
    assert list(FOUND.stages)[-1] == NOT_RECORDED
    assert some(FOUND.stages) == {"complete": 1, NOT_RECORDED: 1}
    assert some(FOUND.speakers) == {"worker": 1, NOT_RECORDED: 2}
    assert some(FOUND.subjects) == {"worker": 1, NOT_RECORDED: 2}
    assert NOT_RECORDED not in FOUND.lessons


def test_countries_come_most_first_and_then_by_code():
    assert list(FOUND.countries.items()) == [("GB", 2), ("KE", 1)]


def test_lessons_by_what_they_rest_on_and_quotations_by_status():
    assert FOUND.lessons == {"stated": 0, "inferred": 1}
    assert FOUND.quotations == {"reported": 1, "illustrative": 1}


def test_facts_with_and_without_a_source():
    assert (FOUND.facts.total, FOUND.facts.sourced, FOUND.facts.unsourced) == (2, 1, ("one.party",))
    assert FOUND.facts.without == {"Parties": 1}


def test_a_work_that_two_documents_list_counts_once_by_the_most_that_was_read():
    assert FOUND.sources.read == {"whole": 1, "part": 0, "record": 1, "not": 1}
    assert FOUND.sources.total == 3


def test_passages_cite_a_work_as_it_was_read_for_their_document():
    assert FOUND.sources.cited == {"whole": 2, "part": 3, "record": 2, "not": 0}


def missing(**values: object) -> set[str]:
    """The fields that a document of these values lacks."""
    return {field.name for field in audit([document("a", **values)], ()).fields if field.missing}


STAGES = {
    "in-development": {"start", "end", "people_served", "results"},
    "contracted": {"start", "end", "people_served", "results"},
    "delivering": {"end", "results"},
    "complete": set(),
    "ended-early": set(),
}


@pytest.mark.parametrize("stage", STAGES)
def test_a_field_is_looked_for_where_it_can_be_known(stage):
    assert missing(stage=stage) == set(FIELDS) - {"stage"} - STAGES[stage]


def test_what_is_recorded_is_not_missing():
    given = {
        "place": "Ashford", "start": "2012", "end": "2015", "stage": "complete",
        "parties": (Party(role="investors", name="Nobody"), Party(role="chair", name="Nobody")),
        "entries": (Entry(field="money", what="Sum"), Entry(field="timeline", what="It began")),
    }  # fmt: skip
    recorded = {"place", "stage", "start", "end", "investors", "money", "timeline"}
    assert missing(**given) == set(FIELDS) - recorded


@pytest.mark.parametrize("kind", ["interview", "commentary", "support-model"])
def test_what_is_no_project_lacks_no_field(kind):
    assert missing(kind=kind) == set()
    assert {field.asked for field in audit([document("a", kind=kind)], ()).fields} == {0}


def test_fields_of_all_documents_are_counted_in_one_order():
    assert [field.name for field in FOUND.fields] == list(FIELDS)
    (end,) = [field for field in FOUND.fields if field.name == "end"]
    assert (end.asked, end.recorded, end.missing) == (1, 0, ("one",)), "the programme has no stage"
    (stage,) = [field for field in FOUND.fields if field.name == "stage"]
    assert (stage.asked, stage.recorded, stage.missing) == (2, 1, ("two",))


def test_order_does_not_matter():
    assert audit(DOCUMENTS[::-1], PASSAGES[::-1]) == FOUND


def test_nothing_is_counted_as_nothing():
    empty = audit((), ())
    assert (sum(empty.documents.values()), empty.sources.total, empty.facts.total, empty.countries) == (0, 0, 0, {})


def test_what_became_of_the_files():
    files = {each.path: (each.digest, 1, 1) for each in DOCUMENTS} | {"cases/broken.md": ("b", 1, 1)}
    manifest = Manifest(
        schema=1, name="n", encoder="e", encoder_digest="d", dimension=1, documents=2, passages=6, parts=6, reused=0,
        files=files, digests={}, built="2026-11-24T12:00:00+00:00",
    )  # fmt: skip
    assert auditing.files(manifest, DOCUMENTS) == Files(total=3, left_out=1, last_good=0)
    assert auditing.files(manifest, DOCUMENTS[:1]) == Files(total=3, left_out=1, last_good=0), "some are not to be seen"
    old = replace(DOCUMENTS[0], digest="of the version before")
    assert auditing.files(manifest, [old, DOCUMENTS[1]]).last_good == 1


# ---------------------------------------------------------------- of themes

SPOKEN = (
    passage("one.early", "Begin early.", kind="lesson", basis="stated", themes=("scaling", "procurement"),
            work_stage="idea", source_ids=("a",)),
    passage("one.late", "End late.", kind="lesson", basis="inferred", themes=("scaling",), work_stage="close",
            source_ids=("b",)),
    passage("two.early", "Begin before that.", kind="lesson", basis="inferred", themes=("scaling",), work_stage="idea",
            source_ids=("x", "y")),
    passage("two.odd", "Nobody knows.", kind="lesson", basis="inferred", themes=(), source_ids=("x",)),
)  # fmt: skip


def test_a_passage_on_two_themes_is_counted_on_both_and_once_in_all():
    found = cross(SPOKEN, vocabulary.WORK_STAGES, lambda each: each.work_stage)
    assert list(found.cells) == list(vocabulary.THEMES)
    assert some(found.cells["scaling"]) == {"idea": 2, "close": 1}
    assert some(found.cells["procurement"]) == {"idea": 1}
    assert list(found.cells["data-access"]) == list(vocabulary.WORK_STAGES)
    assert some(found.cells["data-access"]) == {}
    assert some(found.themes) == {"procurement": 1, "scaling": 3}
    assert some(found.words) == {"idea": 2, "close": 1, NOT_RECORDED: 1}


def test_a_document_that_says_it_twice_is_one_document():
    found = weigh(SPOKEN, {each.id: each for each in DOCUMENTS})
    assert [each.id for each in found.documents] == ["one", "two"]
    assert found.countries == {"GB": 2, "KE": 1}
    assert found.bases == {"stated": 1, "inferred": 3}


def test_documents_that_rest_on_the_same_work_are_told():
    documents = {each.id: each for each in DOCUMENTS}
    assert weigh(SPOKEN, documents).shared == 2
    assert weigh(SPOKEN[:2], documents).shared == 1
    assert weigh([replace(SPOKEN[0], source_ids=())], documents).shared == 1
    assert weigh([], documents).shared == 0


# ---------------------------------------------------------------- relations


def test_relations_are_told_from_both_ends():
    documents = (
        document("fund", kind="programme"),
        document("a", part_of="fund", supported_by=("lab", "gone")),
        document("b", part_of="fund", follows=("a",)),
        document("lab", kind="support-model"),
        document("alone"),
    )
    assert relations(documents) == {
        "fund": {"parts": ("a", "b")},
        "a": {"part_of": ("fund",), "supported_by": ("lab",), "followed_by": ("b",)},
        "b": {"part_of": ("fund",), "follows": ("a",)},
        "lab": {"supports": ("a",)},
        "alone": {},
    }
    assert list(relations(documents)["a"]) == ["part_of", "supported_by", "followed_by"]


# ---------------------------------------------------------------- saying nearly the same


def at(*degrees: float) -> np.ndarray:
    """A unit vector for each angle: passages some degrees apart have that angle's cosine."""
    turned = np.radians(degrees)
    return np.stack([np.cos(turned), np.sin(turned)], axis=1).astype(np.float32)


TOLD = [passage(f"one.{name}", name) for name in ("a", "b", "c", "d", "e", "new")]


def test_passages_are_alike_by_the_mean_of_their_sentences():
    """`b` and `e` have two sentences each, whose means stand at 10 and 90 degrees; the cosine of 25 is 0.906."""
    found = alike(TOLD, {"one.a": at(0), "one.b": at(-20, 40), "one.c": at(35), "one.d": at(61), "one.e": at(80, 100)})
    chain = Group(cosine=round(float(np.cos(np.radians(25))), 4), ids=("one.a", "one.b", "one.c"))
    assert found == Alike(groups=(chain,), compared=5, new=1)


def test_the_largest_group_comes_first_and_then_the_nearest():
    given = {"one.a": at(0), "one.b": at(20), "one.c": at(90), "one.d": at(90), "one.e": at(180)}
    assert [group.ids for group in alike(TOLD, given).groups] == [("one.c", "one.d"), ("one.a", "one.b")]
    more = alike(TOLD, given | {"one.new": at(-20)})
    assert [group.ids for group in more.groups] == [("one.a", "one.b", "one.new"), ("one.c", "one.d")]
    assert [group.cosine for group in more.groups] == [round(float(np.cos(np.radians(20))), 4), 1.0]


def test_facts_are_not_compared_and_order_does_not_matter():
    rows = [passage("two.x", "x", kind="fact"), *TOLD]
    given = {each.id: at(0) for each in rows}
    assert alike(rows, given) == alike(rows[::-1], given)
    assert [group.ids for group in alike(rows, given).groups] == [
        ("one.a", "one.b", "one.c", "one.d", "one.e", "one.new")
    ]


def test_more_passages_than_are_compared_at_once():
    many = [passage(f"one.p{i:04}", "x") for i in range(2 * _ROWS + 3)]
    given = {each.id: axis[None, :] for each, axis in zip(many, np.eye(len(many), dtype=np.float32), strict=True)}
    same = ("one.p0001", f"one.p{_ROWS:04}", f"one.p{2 * _ROWS + 1:04}")
    found = alike(many, given | dict.fromkeys(same, given["one.p0000"]))
    assert found.groups == (Group(cosine=1.0, ids=("one.p0000", *same)),)


def test_nothing_is_like_nothing():
    assert alike([], {}) == Alike(groups=(), compared=0, new=0)
    assert alike(TOLD, {}) == Alike(groups=(), compared=0, new=6)


def test_groups_that_some_passages_are_in():
    groups = (Group(cosine=1, ids=("a", "b")), Group(cosine=1, ids=("c", "d")))
    found = Alike(groups=groups, compared=4, new=0)
    assert having(found, {"d", "x"}) == Alike(groups=groups[1:], compared=4, new=0)
