"""The Lessons page without a browser: what is counted, who agrees and who does not, what is thin, and the address."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

import pytest
import streamlit
import yaml
from test_app import visited, words
from tiny import bound, document, passage

from sibkb import vocabulary
from sibkb.auditing import weigh
from sibkb.model import Document, Filters, Passage, Source, admits
from sibkb.synthesis import Point, Sentence, Synthesis
from sibkb.ui import links, together
from sibkb.ui.together import Shelf

THEME = "pricing-and-value"
BARE = "procurement"
"""A theme of which nothing is written in these tests."""


class Whole(NamedTuple):
    """All documents and passages."""

    documents: Mapping[str, Document]
    passages: Sequence[Passage]


def told(html: str) -> str:
    """The words of HTML, as a reader gets them."""
    return re.sub(r"\s+([.,)])", r"\1", " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split()).replace("( ", "("))


@pytest.fixture(scope="module")
def whole(base) -> Whole:
    """All that may be seen of the shared index, read once."""
    engine = base.engine
    return Whole(documents=engine.documents, passages=engine.passages(engine.allowed(Filters())))


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Iterator[Path]:
    """The corpus folder of the app in these tests, which opens for them and is open for no other."""
    streamlit.cache_resource.clear()
    yield tmp_path_factory.mktemp("lessons")
    streamlit.cache_resource.clear()


@pytest.fixture
def here(settled, whole, folder, monkeypatch) -> SimpleNamespace:
    """The shared index, and a corpus folder that has only what is written on one theme: lessons in two points."""
    lessons = every(whole, kind=("lesson",), theme=(THEME,))
    documents = list({each.document_id: each for each in lessons}.values())
    voice = every(whole, kind=("perspective",), theme=(THEME,))[0]
    section = every(whole, kind=("section",))[0]
    written = {
        "paragraph": [
            {"says": "Prices were <i>guessed</i>.", "rests_on": [documents[0].id, section.id]},
            {"says": "Only a hidden passage says this.", "rests_on": ["nobody.may-see"]},
        ],
        "points": [
            {"says": "Two say this.", "agree": [documents[0].id, documents[1].id]},
            {
                "says": "Three say that.",
                "agree": [each.id for each in documents[2:5]],
                "differ": [voice.id, documents[5].id],
                "turns_on": "What a year costs.",
            },
            {"says": "Nobody that may be seen says this.", "agree": ["nobody.may-see"]},
        ],
    }
    (folder / "themes").mkdir(exist_ok=True)
    file = folder / "themes" / f"{THEME}.yaml"
    file.write_text(yaml.safe_dump(written, sort_keys=False), encoding="utf-8")
    monkeypatch.setenv("SIBKB_CORPUS", str(folder))
    return SimpleNamespace(whole=whole, lessons=lessons, documents=documents, voice=voice, section=section, file=file)


def every(whole: Whole, **chosen: tuple[str, ...]) -> list[Passage]:
    """The passages that pass, by the definition of a filter."""
    filters = Filters(**chosen)
    return [each for each in whole.passages if admits(filters, whole.documents[each.document_id], each)]


def page(**params: str | list[str]):
    """The Lessons page at that address."""
    app = visited(links.LESSONS, **params)
    assert not app.exception
    return app


def headings(app) -> list[str]:
    return [each.value for each in app.main.header]


def copied(app) -> list[str]:
    """What the buttons would copy."""
    return [json.loads(each.proto.json)["text"] for each in app.get("bidi_component")]


def points(app) -> list[str]:
    return re.findall(r'<h3 id="point-\d+">([^<]*)</h3>', words(app))


# All themes


def test_every_theme_is_there_with_its_meaning_and_counts(here):
    app = page()
    shown = told(words(app))
    total = len(every(here.whole, kind=("lesson",)))
    assert app.title[0].value == "Lessons"
    assert headings(app) == [f"{total} lessons on 19 themes"]
    spoken = every(here.whole, kind=("quote", "perspective"))
    for theme, term in vocabulary.THEMES.items():
        lessons = [each for each in every(here.whole, kind=("lesson",)) if theme in each.themes]
        voices = sum(theme in each.themes for each in spoken)
        documents = {each.document_id for each in lessons}
        countries = {code for id in documents for code in here.whole.documents[id].countries}
        expected = (
            f"{term.label} {term.meaning} {len(lessons)} lessons from {len(documents)} documents in "
            f"{len(countries)} countries · {voices} voice"
        )
        assert expected in shown
    assert shown.count("2 points, 1 of them contested") == 1


def test_counts_follow_the_filters_and_so_do_the_ways(here):
    app = page(audience="investor")
    left = every(here.whole, kind=("lesson",), audience=("investor",))
    assert headings(app) == [f"{len(left)} lessons on 19 themes"]
    mine = [each for each in left if THEME in each.themes]
    assert f"{vocabulary.THEMES[THEME].meaning} {len(mine)} lessons from" in told(words(app))
    assert f'href="lessons?theme={THEME}&amp;audience=investor"' in words(app)
    app.sidebar.get_by_key("work_stage").set_value(["contracting"]).run()
    assert dict(app.query_params) == {"work-stage": "contracting", "audience": "investor"}
    both = every(here.whole, kind=("lesson",), audience=("investor",), work_stage=("contracting",))
    assert headings(app) == [f"{len(both)} lessons on 19 themes"]


# One theme


def test_the_parts_of_a_theme_in_their_order(here):
    app = page(theme=THEME)
    alone = len(here.lessons) - 6
    assert app.title[0].value == "Pricing and value"
    assert headings(app) == [
        "What the cases together say",
        "2 points, 1 of them contested",
        f"Said once ({alone})",
        "Who speaks on this",
        "What is thin",
    ]
    ways = re.findall(r'<li><a href="#([a-z]+)">', words(app))
    assert ways == [each.proto.anchor for each in app.main.header]


def test_each_sentence_leads_to_what_it_rests_on_and_one_on_nothing_is_not_there(here):
    shown = words(page(theme=THEME))
    first, section = here.documents[0], here.section
    assert "Prices were &lt;i&gt;guessed&lt;/i&gt;." in shown
    for place, each in ((1, first), (2, section)):
        way = f"document?id={each.document_id}&amp;passage={each.id.partition('.')[2]}"
        assert re.search(rf'<a href="{re.escape(way)}" aria-label="Passage {place}: [^"]+">{place}</a>', shown)
    assert "Only a hidden passage says this." not in shown
    assert "The 2 passages it rests on" in shown
    assert "may-see" not in shown


def test_points_are_counted_by_documents_and_the_most_said_comes_first(here):
    app = page(theme=THEME)
    shown = told(words(app))
    assert points(app) == ["Three say that.", "Two say this."]
    assert re.search(r"Three say that\. Said in (3 cases|\d cases? and \d programmes?) \(", shown)
    assert re.search(r"Three say that\. Said in [^.]+; contested\. Two say this\. Said in [^.;]+\.", shown)
    assert "They say so (3)" in shown
    assert "Others say otherwise (2)" in shown
    assert here.voice.text in shown
    assert "What it turns on: What a year costs." in shown
    assert "Nobody that may be seen says this." not in shown


def test_every_lesson_of_the_theme_is_on_the_page(here):
    shown = told(words(page(theme=THEME)))
    for each in here.lessons:
        assert each.text in shown, each.id


def test_lessons_said_once_stand_by_stage_of_the_work(here):
    app = page(theme=THEME)
    grouped = {each.id for each in here.documents[:6]}
    alone = [each for each in here.lessons if each.id not in grouped]
    expected = [
        f"{term.label} ({count})"
        for word, term in vocabulary.WORK_STAGES.items()
        if (count := sum(each.work_stage == word for each in alone))
    ]
    assert [each.value for each in app.main.subheader] == expected


@pytest.mark.parametrize("chosen", [{"work_stage": ("contracting",)}, {"audience": ("investor", "commissioner")}])
def test_a_filter_narrows_points_and_lessons_exactly(here, chosen):
    app = page(theme=THEME, **{field: list(values) for field, values in chosen.items()})
    left = every(here.whole, kind=("lesson",), theme=(THEME,), **chosen)
    gone = [each for each in here.lessons if each not in left]
    ids = {each.id for each in left}
    shown = words(app)
    assert f"{len(left)} of {len(here.lessons)} lessons on this theme. " in shown
    main = told(shown)
    assert all(each.text in main for each in left)
    kept = {here.documents[0].id, *(each.id for each in here.documents[5:6])}  # in the paragraph; says otherwise
    assert not [each.id for each in gone if each.id not in kept and each.text in main]
    agreeing = {"Two say this.": here.documents[:2], "Three say that.": here.documents[2:5]}
    assert {*points(app)} == {says for says, lessons in agreeing.items() if {each.id for each in lessons} & ids}


def test_where_no_lesson_is_left_the_ways_on_have_counts(here):
    stages = {each.work_stage for each in here.lessons}
    missing = next(word for word in vocabulary.WORK_STAGES if word not in stages)
    app = page(theme=THEME, work_stage=missing, audience="commissioner")
    count = len(every(here.whole, kind=("lesson",), theme=(THEME,), audience=("commissioner",)))
    label = f"Without Stage of the work: {vocabulary.WORK_STAGES[missing].label}: {count} lessons"
    assert "No lesson on this theme is all of this." in words(app)
    next(each for each in app.main.button if each.label.replace("\\", "") == label).click().run()
    assert dict(app.query_params) == {"theme": THEME, "audience": "commissioner"}
    assert f"{count} of {len(here.lessons)} lessons" in words(app)


def test_the_other_themes_are_in_the_sidebar_with_live_counts(here):
    app = page(theme=THEME, audience="investor")
    (nav,) = [str(each.proto.body) for each in app.sidebar.get("html")]
    assert nav.count("<li>") == 19
    assert f'<a href="lessons?theme={THEME}&amp;audience=investor" aria-current=page>Pricing and value</a>' in nav
    count = len(every(here.whole, kind=("lesson",), theme=(BARE,), audience=("investor",)))
    assert f'<a href="lessons?theme={BARE}&amp;audience=investor">Procurement</a> ({count})' in nav


def test_a_theme_of_which_nothing_is_written_shows_its_lessons(here):
    app = page(theme=BARE)
    lessons = every(here.whole, kind=("lesson",), theme=(BARE,))
    assert headings(app) == [f"Lessons ({len(lessons)})", "Who speaks on this", "What is thin"]
    assert "What the cases together say on this theme is not written yet: its lessons stand one by one." in words(app)


def test_a_file_with_problems_is_told_and_its_lessons_are_shown(here):
    here.file.write_text("paragraph: soon\n", encoding="utf-8")
    app = page(theme=THEME)
    assert headings(app)[0] == f"Lessons ({len(here.lessons)})"
    assert "What the cases together say on this theme cannot be read: `sibkb check` says why." in words(app)


def test_a_file_that_is_no_text_does_not_end_the_page(here):
    here.file.write_bytes(b"\xff")
    assert "cannot be read: `sibkb check` says why." in words(page(theme=THEME))
    assert headings(page())[0].endswith("on 19 themes")


def test_a_changed_file_shows_at_once(here):
    app = page(theme=THEME)
    here.file.write_text(here.file.read_text(encoding="utf-8").replace("Two say", "Both say"), encoding="utf-8")
    app.run()
    assert "Both say this." in points(app)


def test_what_means_nothing_here_is_named(here):
    note = unescape(words(page(theme=[THEME, BARE, "gone"], q="boss", role="investor", kind="quote", page="3")))
    for part in ("theme=gone", f"theme={BARE}", "q=boss", "role=investor", "kind=quote", "page=3"):
        assert part in note, part
    assert f"theme={THEME}," not in note


def test_voices_are_of_many_roles_and_lead_to_all(here):
    shown = words(page(theme=THEME))
    voices = every(here.whole, kind=("quote", "perspective"), theme=(THEME,))
    assert f'<a href="voices?theme={THEME}">All {len(voices)} voices on this theme</a>' in shown
    assert "<caption>Voices on pricing and value by role</caption>" in shown


def test_what_is_copied_names_every_passage_with_its_source(here):
    texts = copied(page(theme=THEME))
    paragraph = next(text for text in texts if text.startswith("Prices were"))
    assert paragraph.startswith(
        "Prices were <i>guessed</i>. [1, 2]\n— Pricing and value, a synthesis in sibkb, a knowledge base of social "
        "impact bonds. It rests on:\n\n[1] Lesson: "
    )
    assert f"id {here.section.id}." in paragraph
    point = next(text for text in texts if text.startswith("Three say that."))
    assert re.match(
        r"Three say that\.\n— A point in sibkb, a knowledge base of social impact bonds, said in [^:]+:\n", point
    )
    assert "\n\nOthers say otherwise. What it turns on: What a year costs.\n\n" in point
    for each in (*here.documents[2:6], here.voice):
        assert f"id {each.id}." in point
    assert len(re.findall("^Sources?:", point, re.MULTILINE)) == 5
    alone = [text for text in texts if text.startswith("Lesson: ")]
    grouped = {each.id for each in here.documents[:6]}
    assert all(any(f"id {each.id}." in text for text in alone) for each in here.lessons if each.id not in grouped)


# What is said of it, in words


def shelf(passages: Sequence[Passage], **kinds: str) -> Shelf:
    """Fictional passages in documents of these kinds."""
    ids = dict.fromkeys(each.document_id for each in passages)
    found = bound([document(id, kind=kinds.get(id, "case")) for id in ids], passages)
    return Shelf(passages={each.id: each for each in passages}, documents={each.id: each for each in found})


def lesson(id: str, **values: object) -> Passage:
    return passage(id, f"Fictional {id}", **({"kind": "lesson", "basis": "stated", "themes": (THEME,)} | values))


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        (["case"], "1 case"),
        (["case", "case"], "2 cases"),
        (["interview", "case", "case"], "2 cases and 1 interview"),
        (["commentary", "programme", "commentary", "support-model"], "1 programme, 1 support model and 2 commentaries"),
    ],
)
def test_a_count_says_what_kinds_of_document_there_are(kinds, expected):
    assert together.told_in([document(f"d{place}", kind=kind) for place, kind in enumerate(kinds)]) == expected


def test_every_kind_of_document_has_a_noun():
    assert list(together.NOUNS) == list(vocabulary.DOCUMENT_KINDS)


@pytest.mark.parametrize(
    ("bases", "expected"),
    [
        (["stated"], "Said in 1 case (United Kingdom). The source says so itself."),
        (["inferred"], "Said in 1 case (United Kingdom). We infer it from facts in the source."),
        (["stated"] * 2, "Said in 2 cases (United Kingdom). Each source says so itself."),
        (["inferred"] * 3, "Said in 3 cases (United Kingdom). We infer it from facts in each."),
        (["inferred", "stated", "inferred"],
         "Said in 3 cases (United Kingdom). In 1 lesson the source says so itself; 2 we infer from its facts."),
    ],
)  # fmt: skip
def test_how_far_it_is_the_sources_own_point(bases, expected):
    lessons = [lesson(f"d{place}.a", basis=basis) for place, basis in enumerate(bases)]
    documents = {
        each.id: each
        for each in (
            document(f"d{place}", sources=(Source(id="report", title=f"Report {place}", publisher="N", read="whole"),))
            for place in range(len(bases))
        )
    }
    assert told(together.counted(weigh(lessons, documents))) == expected


def test_cases_that_rest_on_the_same_source_are_told():
    found = shelf([lesson("one.a"), lesson("two.a")])
    assert told(together.counted(weigh(found.of(found.passages), found.documents))).endswith(
        "Both rest on the same source."
    )


def test_many_countries_are_named_in_part():
    documents = {
        f"d{place}": document(f"d{place}", countries=(code,))
        for place, code in enumerate(["AU", "GB", "US", "KE", "PE", "JP", "FR"])
    }
    lessons = [lesson(f"{id}.a") for id in documents]
    assert together.places(weigh(lessons, documents)) == ("Australia, France, United Kingdom, Japan, Kenya and 2 more")
    assert together.places(weigh(lessons[:1], documents)) == "Australia"


def test_of_many_on_a_side_the_last_are_folded_away():
    def folded(count: int) -> str:
        found = shelf([lesson(f"d{place}.a") for place in range(count)])
        return told(together.point(Point(says="So.", agree=tuple(found.passages)), 1, found))

    assert " more" not in folded(together.OPEN + 1)
    assert "2 more" in folded(together.OPEN + 2)


def test_those_whose_source_says_so_come_first():
    found = shelf([lesson("one.a", basis="inferred"), lesson("two.a")])
    point = Point(says="So.", agree=("one.a", "two.a"))
    assert [each.id for each in together.agreeing(point, found)] == ["two.a", "one.a"]


def test_a_quotation_has_marks_and_its_speaker_and_a_summary_has_none():
    quote = passage("one.q", "These words are fictional", kind="quote", speaker="A worker", speaker_role="worker")
    said = passage("one.p", "It was <b>fine</b>.", kind="perspective")
    found = shelf([quote, said])
    assert "“These words are fictional”" in together.item(quote, found)
    assert "— A worker · People who did the work" in together.item(quote, found)
    summary = together.item(said, found)
    assert not set(summary) & set("“”")
    assert "It was &lt;b&gt;fine&lt;/b&gt;." in summary
    assert "Our summary of what they said" in summary
    assert "Speaker not named · role not recorded" in summary


# What is thin


ALL_STAGES = [
    lesson(f"d{place}.a", work_stage=stage, audiences=("all",)) for place, stage in enumerate(vocabulary.WORK_STAGES)
]
ALL_ROLES = [
    passage(f"d{place}.v", "Fictional", kind="quote", speaker_role=role) for place, role in enumerate(vocabulary.ROLES)
]
NOTHING = Synthesis(theme=THEME, paragraph=())
AUDIENCES = [term.label for word, term in vocabulary.AUDIENCES.items() if word != "all"]
NOBODY = f"No lesson is for these readers in particular: {', '.join(AUDIENCES[:-1])} and {AUDIENCES[-1]}."


def thin(lessons, voices, synthesis=NOTHING, countries=("GB", "US")) -> list[str]:
    found = shelf([*lessons, *voices])
    documents = {
        id: document(id, countries=(countries[place % len(countries)],)) for place, id in enumerate(found.documents)
    }
    found = Shelf(passages=found.passages, documents=documents)
    return [told(each) for each in together.thin(lessons, voices, synthesis, found)]


def test_where_much_is_there_little_is_thin():
    assert thin(ALL_STAGES, ALL_ROLES) == ["5 of 9 lessons are from one country: United Kingdom.", NOBODY]


def test_what_is_missing_is_told():
    lessons = [lesson("d0.a", basis="inferred", work_stage="idea", audiences=("investor",)), lesson("d1.a")]
    sentences = thin(lessons, [each for each in ALL_ROLES if each.speaker_role != "evaluator"], countries=("GB",))
    assert sentences == [
        "All lessons are from one country: United Kingdom.",
        "Stages of the work without a lesson: Feasibility, Business case, Procurement, Contracting, Mobilisation, "
        "Delivery, Evaluation and Close.",
        NOBODY.replace("Investors, ", ""),
        "Roles in which nobody speaks: Evaluators.",
    ]


@pytest.mark.parametrize(
    ("lessons", "voices", "synthesis", "expected"),
    [
        ([], [], NOTHING, "No case here has a lesson on this theme yet."),
        (ALL_STAGES, [], NOTHING,
         "Nobody speaks on this theme: there is no quotation, and no summary of what somebody said."),
        (ALL_STAGES, [passage("d0.p", "x", kind="perspective")], NOTHING,
         "Nobody is quoted: the words of all voices are our summaries."),
        ([lesson("d0.a"), lesson("d0.b")], ALL_ROLES, NOTHING, "All lessons are from one document: D0."),
        ([lesson("d0.a", basis="inferred"), lesson("d1.b", basis="inferred")], ALL_ROLES, NOTHING,
         "No source makes any of these points itself: we infer every lesson from facts."),
        ([lesson("d0.a"), *(lesson(f"d{n}.b", basis="inferred") for n in (1, 2))], ALL_ROLES, NOTHING,
         "2 of 3 lessons we infer; no source makes their point itself."),
        ([lesson("d0.a"), lesson("d1.b", source_ids=())], ALL_ROLES, NOTHING,
         "1 of 2 lessons does not rest on a source that we read in full; we read parts, or the record in a data set."),
        (ALL_STAGES, ALL_ROLES,
         Synthesis(theme=THEME, paragraph=(Sentence(says="So.", rests_on=("d0.a",)),),
                   points=(Point(says="So.", agree=("d0.a",)),)),
         "On none of the points have we found a passage that says otherwise."),
    ],
)  # fmt: skip
def test_each_gap_has_its_sentence(lessons, voices, synthesis, expected):
    assert expected in thin(lessons, voices, synthesis)
