"""The Voices page without a browser: who is heard, in which order, how it is cited, and who is missing."""

import json
import re
from html import unescape
from itertools import product

import pytest
from test_app import visited, words

from sibkb import vocabulary
from sibkb.model import Document, Filters, Passage, Source, admits
from sibkb.ui import links, saying

NOWHERE = "AQ"
"""A country in which no impact bond will ever be made."""

CASE = Document(
    id="d", kind="case", title="A fictional case", path="cases/d.md", digest="", countries=("GB",), sector="other",
    summary="", sources=(
        Source(id="s", title="A fictional report", publisher="P & Q", read="part", date="2014-05", url="https://x.example/"),
        Source(id="t", title="Other", publisher="R", read="whole"),
    ),
)  # fmt: skip


def said_by(text: str = "These words are fictional", **values: object) -> Passage:
    given = {"kind": "quote", "lines": (1, 2), "source_ids": ("s",)} | values
    return Passage(id="d.x", document_id="d", text=text, **given)


def page(**params: str | list[str]):
    """The Voices page at that address."""
    return visited(links.VOICES, **params)


def shown(app) -> list[str]:
    """The ids of the voices on the page, in their order."""
    keys = [each.proto.id for each in app.get("bidi_component")]
    return [key.partition("-copy-")[2] for key in keys]


def copied(app) -> list[str]:
    """What the buttons would copy."""
    return [json.loads(each.proto.json)["text"] for each in app.get("bidi_component")]


def ways(app) -> list[str]:
    return [each.label.replace("\\", "") for each in app.main.button]


def follow(app, label: str) -> dict[str, str]:
    next(each for each in app.main.button if each.label.replace("\\", "") == label).click().run()
    return dict(app.query_params)


def brute(base, **chosen: tuple[str, ...]) -> list[Passage]:
    """The voices that pass, by the definition of a filter."""
    engine = base.engine
    every = engine.passages(engine.allowed(Filters()))
    filters = Filters(**{"kind": tuple(saying.KINDS), **chosen})
    found = [each for each in every if admits(filters, engine.documents[each.document_id], each)]
    return sorted(found, key=lambda each: (not each.key, each.kind != "quote"))


@pytest.mark.parametrize(
    "chosen",
    [
        {},
        {"kind": ("quote",)},
        {"role": ("worker", "investor")},
        {"theme": ("investor-relations", "scaling"), "country": ("GB",)},
        {"about_role": ("senior-champion",), "sector": ("other",)},
    ],
)
def test_the_voices_are_exactly_those_that_pass_in_their_order(settled, base, chosen):
    app = page(**{name: list(values) for name, values in chosen.items()})
    assert not app.exception
    expected = [each.id for each in brute(base, **chosen)]
    assert expected, "the case is about something"
    assert app.main.header[0].value.startswith(f"{len(expected)} voice")
    assert shown(app) == expected[:12]


def test_pages_hold_twelve_and_one_too_far_is_the_last(settled, base):
    expected = [each.id for each in brute(base)]
    assert len(expected) > 24
    assert shown(page(page="2")) == expected[12:24]
    last = page(page="999")
    assert shown(last) == expected[(len(expected) - 1) // 12 * 12 :]
    number, pages = re.search(r"page (\d+) of (\d+)", last.main.header[0].value).groups()
    assert number == pages


def test_a_filter_chosen_begins_at_the_first_page_and_writes_the_address(settled):
    app = page(page="2", role="investor")
    app.sidebar.get_by_key("theme").set_value(["investor-relations"]).run()
    assert dict(app.query_params) == {"role": "investor", "theme": "investor-relations"}
    assert not app.exception


def test_a_chip_takes_its_filter_out(settled):
    app = page(role=["investor", "worker"], kind="perspective")
    assert follow(app, "Who speaks: Investors, People who did the work") == {"kind": "perspective"}
    assert follow(app, "Kind of passage: Our summary of what they said") == {}


def test_counts_ignore_their_own_field_and_kinds_are_those_in_which_somebody_speaks(settled, base):
    app = page(role="investor")
    options = {key: app.sidebar.get_by_key(key).options for key in ("role", "kind")}
    assert f"Investors ({len(brute(base, role=('investor',)))})" in options["role"]
    assert f"Intermediaries ({len(brute(base, role=('intermediary',)))})" in options["role"]
    assert all(each.startswith(("Quotation (", "Our summary of what they said (")) for each in options["kind"])
    assert options["kind"]


def test_what_means_nothing_here_is_named_and_leaves_the_address(settled):
    app = page(q="boss", kind=["lesson", "quote"], role="wizard", stage="complete", years="2010-2012", mode="words")
    note = unescape(words(app))
    for part in ("role=wizard", "q=boss", "kind=lesson", "stage=complete", "years=2010-2012", "mode=words"):
        assert part in note, part
    assert "kind=quote," not in note
    app.sidebar.get_by_key("theme").set_value(["senior-sponsorship"]).run()
    assert dict(app.query_params) == {"kind": "quote", "theme": "senior-sponsorship"}
    assert "Left out" not in words(app)


def test_where_nobody_speaks_the_ways_on_have_counts(settled, base):
    app = page(role="investor", country=NOWHERE)
    assert app.main.header[0].value == "Nobody says this here"
    way = f"Without Country: {NOWHERE}: {len(brute(base, role=('investor',)))} voices"
    assert way in ways(app)
    assert not any(each.startswith("Without Who speaks") for each in ways(app)), "that would find nobody either"
    assert app.main.expander[0].proto.expanded
    assert follow(app, way) == {"role": "investor"}
    assert shown(app)


def test_where_no_single_filter_is_to_blame_all_are_offered(settled, base):
    voices = brute(base)
    pairs = {(each.speaker_role, each.about_role) for each in voices}
    role, about = next(pair for pair in product(vocabulary.ROLES, repeat=2) if pair not in pairs)
    app = page(role=role, about_role=about, country=NOWHERE)
    assert follow(app, f"Without any filter: {len(voices)} voices") == {}


def test_a_card_leads_to_the_passage_in_its_case(settled):
    app = page(kind="quote", role="worker")
    link = app.main.get("page_link")[0].proto
    assert link.query_string == "id=interview-roles-in-government&passage=own-job"
    assert link.page == "document"
    assert copied(app)[0].startswith(
        "“I almost created my own job” — someone who did the legwork (role: People who did the work).\n"
    )


def test_who_is_missing_ignores_the_role_that_is_chosen(settled):
    def panel(**params: str) -> str:
        return next(part for part in words(page(**params)).split("\n") if "kb-missing" in part)

    assert panel() == panel(role="investor")
    assert panel() != panel(theme="procurement")


@pytest.mark.parametrize("text", ["<b>x</b> $5 :red[y] *z*", "<script>alert(1)</script>", "a & b"])
def test_every_word_is_escaped(text):
    card = saying.voice(said_by(text, speaker=text, context=text), CASE)
    assert text not in card
    assert unescape(re.sub("<[^>]+>", "", card)).count(text) == 3


def test_a_quotation_has_marks_and_a_summary_has_none():
    quote = saying.voice(said_by(), CASE)
    assert '<blockquote class="kb-quote">“These words are fictional”</blockquote>' in quote
    assert "<b>Quotation</b>" in quote
    summary = saying.voice(said_by(kind="perspective"), CASE)
    assert not set(summary) & set("“”")
    assert "<b>Our summary of what they said</b>" in summary


def test_what_is_unknown_is_said():
    card = saying.voice(said_by(source_ids=()), CASE)
    for part in ("Speaker not named", "role not recorded", "About whom:</dt> <dd>not recorded", "<dd>not recorded</dd>",
                 "Stage of the work:</dt> <dd>not recorded", "Source:</b> not recorded"):  # fmt: skip
        assert part in card, part


def test_a_card_tells_all_that_is_known():
    card = saying.voice(
        said_by(
            speaker="Somebody",
            speaker_role="worker",
            about_role="senior-champion",
            themes=("scaling", "procurement"),
            work_stage="delivery",
            status="illustrative",
            context="At a fictional meeting",
        ),
        CASE,
    )
    for part in ("<b>Somebody</b> · People who did the work", "Senior champions", "Scaling, Procurement", "Delivery",
                 "At a fictional meeting", "read in part",
                 "<b>Illustrative:</b> The author&#x27;s example of what such a person would say."):  # fmt: skip
        assert part in card, part


def test_key_ones_come_first_then_quotations_then_as_they_stand():
    rows = [("perspective", False), ("quote", False), ("perspective", True), ("quote", True), ("quote", False)]
    given = [said_by(str(place), kind=kind, key=key) for place, (kind, key) in enumerate(rows)]
    assert [each.text for each in saying.ordered(given)] == ["3", "2", "1", "4", "0"]


def test_who_is_missing_is_told_in_plain_words():
    roles = ["worker"] * 3 + ["investor"] * 2 + ["provider"] + [None]
    voices = [said_by(speaker_role=role) for role in roles] + [said_by(speaker_role="worker", status="illustrative")]
    rows = saying.present(voices)
    assert [(row.role, row.voices, row.examples) for row in rows[:4]] == [
        ("worker", 4, 1), ("investor", 2, 0), ("provider", 1, 0), ("senior-champion", 0, 0),
    ]  # fmt: skip
    assert (
        saying.missing(rows)
        == f"Who is missing: {len(vocabulary.ROLES) - 3} of {len(vocabulary.ROLES)} roles have no voice here"
    )
    text = unescape(re.sub("<[^>]+>", "|", saying.roles(rows, 1, "By role")))
    assert "Nobody speaks here as:| Senior champions, Politicians, Commissioners, " in text
    assert "Only one or two voices:| Investors (2), Provider managers (1)." in text
    assert "Role not recorded:| 1 voice, which may be of any role." in text
    assert "|People who did the work||4 (1 illustrative)|" in text
    assert "|Service users||none|" in text


def test_where_every_role_speaks_nobody_is_missing():
    rows = saying.present([said_by(speaker_role=role) for role in vocabulary.ROLES] * 3)
    assert saying.missing(rows) == "Who is missing: every role has a voice here"
    told = saying.roles(rows, 0, "By role")
    assert "Every role has a voice here." in told
    assert "Nobody" not in told
    assert "Only one or two" not in told
    assert "not recorded" not in told


@pytest.mark.parametrize(
    ("kinds", "told"),
    [
        (["quote"], "1 quotation."),
        (["perspective"] * 2, "2 in our summary."),
        (
            ["quote"] * 2 + ["perspective"],
            "2 quotations, 1 in our summary. The most telling come first, then quotations.",
        ),
    ],
)
def test_how_many_of_each_kind(kinds, told):
    assert saying.counted([said_by(kind=kind) for kind in kinds]) == told
