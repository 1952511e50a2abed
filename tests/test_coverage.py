"""The Coverage page without a browser: its cells, their ways, its picture, what it says is missing, and the address."""

import re
from collections.abc import Mapping
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from test_app import visited, words
from test_lessons import Whole, every, told, whole
from tiny import passage

from sibkb import vocabulary
from sibkb.auditing import cross
from sibkb.model import NOT_RECORDED, Filters, Passage
from sibkb.ui import links, matrix, session
from sibkb.ui.matrix import Matrix

__all__ = ["whole"]

VOICES = ("quote", "perspective")
WAY = re.compile(r'<td class="([^"]*)"><a href="([^"]+)" aria-label="([^"]+)">([^<]+)</a>')


def page(**params: str | list[str]):
    """The Coverage page at that address."""
    app = visited(links.COVERAGE, **params)
    assert not app.exception
    return app


def cells(app) -> list[tuple[str, Mapping[str, list[str]], str, str]]:
    """Of each cell that is a way: the page, what it asks there, what it is called, what stands in it."""
    found = []
    for _, href, label, text in WAY.findall(words(app)):
        address = urlsplit(unescape(href))
        found.append((address.path, parse_qs(address.query), unescape(label), text))
    return found


@pytest.mark.parametrize(
    ("params", "kinds", "field", "words_"),
    [
        ({}, VOICES, "role", vocabulary.ROLES),
        ({"country": "GB"}, VOICES, "role", vocabulary.ROLES),
        ({"kind": "lesson"}, ("lesson",), "work_stage", vocabulary.WORK_STAGES),
        ({"kind": "lesson", "audience": ["investor", "provider"], "basis": "stated"}, ("lesson",), "work_stage",
         vocabulary.WORK_STAGES),
    ],
)  # fmt: skip
def test_every_cell_has_what_its_way_leads_to(settled, base, params, kinds, field, words_):
    found = cells(page(**params))
    assert len(found) == 19 * (len(words_) + 1), "a cell a word and one for all"
    assert {path for path, *_ in found} == {"./" if kinds == ("lesson",) else "voices"}
    for _, asked, label, text in found:
        chosen = session.read_address(asked).query.filters
        there = {"kind": kinds} | chosen.active()
        count = len(base.engine.allowed(Filters(**there)))
        noun = "lesson" if kinds == ("lesson",) else "voice"
        assert text == (str(count) if count else "none")
        many = "s" * (count != 1)
        assert label.startswith(f"{count} {noun}{many}: " if count else f"No {noun}: ")
        assert all(chosen.active()[name] == tuple([value] if isinstance(value, str) else value)
                   for name, value in params.items() if name != "kind")  # fmt: skip


@pytest.mark.parametrize(
    ("kinds", "field", "words_", "of"),
    [
        (VOICES, "role", vocabulary.ROLES, lambda each: each.speaker_role),
        (("lesson",), "work_stage", vocabulary.WORK_STAGES, lambda each: each.work_stage),
    ],
)
def test_every_count_equals_the_filter_that_asks_for_it(whole, kinds, field, words_, of):
    """Against the one definition of a filter, over the whole corpus."""
    counted = every(whole, kind=kinds)
    found = cross(counted, words_, of)
    for theme in vocabulary.THEMES:
        mine = Whole(documents=whole.documents, passages=every(whole._replace(passages=counted), theme=(theme,)))
        assert found.themes[theme] == len(mine.passages)
        expected = {word: len(every(mine, **{field: (word,)})) for word in words_}
        assert {word: found.cells[theme][word] for word in words_} == expected
        assert found.cells[theme].get(NOT_RECORDED, 0) == len(mine.passages) - sum(expected.values())


def test_the_table_is_named_and_its_last_row_counts_each_once(settled, whole):
    shown = words(page())
    voices = every(whole, kind=VOICES)
    assert "<caption>Voices by who speaks, theme by theme</caption>" in shown
    assert shown.count('<th scope="row">') == 20
    (foot,) = re.findall("<tfoot>.*?</tfoot>", shown)
    unknown = sum(each.speaker_role is None for each in voices)
    counts = [sum(each.speaker_role == role for each in voices) for role in vocabulary.ROLES]
    assert told(foot).split("once ")[1].split() == [str(each) for each in [*counts, unknown, len(voices)]]


def test_a_theme_leads_to_what_the_cases_together_say(settled):
    assert '<a href="lessons?theme=procurement">Procurement</a>' in words(page())


def test_what_is_not_recorded_is_counted_and_no_way(settled, whole):
    shown = words(page())
    assert "<span>Role not recorded</span>" in shown
    theme = next(
        word for word in vocabulary.THEMES
        if any(not each.speaker_role for each in every(whole, kind=VOICES, theme=(word,)))
    )  # fmt: skip
    count = sum(not each.speaker_role for each in every(whole, kind=VOICES, theme=(theme,)))
    row = next(each for each in re.findall("<tr>.*?</tr>", shown) if f'href="lessons?theme={theme}"' in each)
    assert f"<span>{count}</span>" in row


def test_lessons_keep_the_filters_that_voices_have_too(settled, whole):
    app = page(country="GB")
    app.get_by_key("coverage-view").set_value("lessons").run()
    assert dict(app.query_params) == {"kind": "lesson", "country": "GB"}
    count = len(every(whole, kind=("lesson",), country=("GB",)))
    assert app.main.header[0].value == f"{count} lessons on 19 themes"
    app.sidebar.get_by_key("audience").set_value(["investor"]).run()
    assert dict(app.query_params) == {"kind": "lesson", "country": "GB", "audience": "investor"}
    app.get_by_key("coverage-view").set_value("voices").run()
    assert dict(app.query_params) == {"country": "GB"}


def test_where_nothing_is_left_there_is_a_way_out(settled):
    app = page(country="AQ", kind="lesson")
    assert app.main.header[0].value == "No lesson is all of this"
    next(each for each in app.main.button if each.label.replace("\\", "") == "Country: AQ").click().run()
    assert dict(app.query_params) == {"kind": "lesson"}


def test_what_means_nothing_here_is_named(settled):
    note = unescape(words(page(q="boss", theme="procurement", audience="investor", country=["GB", "uk"])))
    for part in ("q=boss", "theme=procurement", "audience=investor", "country=uk"):
        assert part in note, part
    assert "country=GB," not in note


def test_voices_without_a_stage_are_told_as_that(settled, whole):
    told_so = "No voice has a stage of the work on record"
    staged = any(each.work_stage for each in every(whole, kind=VOICES))
    assert (told_so in words(page())) == (not staged)
    assert told_so not in words(page(kind="lesson"))


# Of a small corpus


def voice(number: int, theme: str, role: str | None) -> Passage:
    return passage(f"d.v{number}", "Fictional", kind="quote", themes=(theme,), speaker_role=role)


SOME = [
    *(voice(number, "scaling", "worker") for number in range(4)),
    voice(5, "scaling", "investor"),
    voice(6, "procurement", "worker"),
    voice(7, "procurement", None),
]
FIELD = Matrix(
    crossing=cross(SOME, vocabulary.ROLES, lambda each: each.speaker_role),
    words=vocabulary.ROLES,
    noun="voice",
    across="role",
)


def way(theme: str, word: str | None) -> str:
    return f"{theme}/{word}"


@pytest.mark.parametrize(("count", "expected"), [(0, 0), (1, 1), (2, 1), (3, 2), (5, 2), (6, 3), (900, 3)])
def test_shades(count, expected):
    assert matrix.shade(count) == expected


def test_the_legend_says_what_the_shades_are():
    assert told(matrix.legend(FIELD)) == "× no voice 1 or 2 3 to 5 6 or more"


def test_an_empty_cell_is_told_by_its_form_and_its_words():
    table = matrix.table(FIELD, way, "Some & all")
    named = "People who did the work"
    for cell in (
        f'<td class="kb-none"><a href="data-access/worker" aria-label="No voice: Data access, {named}">none</a></td>',
        f'<td class="kb-shade-2"><a href="scaling/worker" aria-label="4 voices: Scaling, {named}">4</a></td>',
        '<td class="kb-all"><a href="scaling/None" aria-label="5 voices: Scaling">5</a></td>',
        '<td class="kb-shade-1"><span>1</span></td>',
        "<caption>Some &amp; all</caption>",
    ):
        assert cell in table


def test_the_picture_says_the_same_as_the_table():
    picture = matrix.picture(FIELD, way)
    assert picture.count("<a ") == 19 * 15
    named = "People who did the work"
    for cell in (
        f'href="scaling/worker" class="kb-shade-2" title="Scaling, {named}: 4 voices">4</a>',
        'href="data-access/investor" class="kb-shade-0" title="Data access, Investors: no voice">×</a>',
    ):
        assert cell in picture
    assert matrix.in_words(FIELD) == (
        "Grid of 19 themes by 15 roles, each with its number of voices. 282 of 285 cells have none. The table below "
        "says the same."
    )


def test_the_keyboard_goes_through_the_table_alone():
    assert matrix.picture(FIELD, way).count(' tabindex="-1"') == 19 * 15
    assert "tabindex" not in matrix.table(FIELD, way, "Some")


def test_what_is_missing_is_told():
    roles = [term.label for word, term in vocabulary.ROLES.items() if word not in ("worker", "investor")]
    themes = [term.label for word, term in vocabulary.THEMES.items() if word not in ("scaling", "procurement")]
    assert [told(each) for each in matrix.missing(FIELD)] == [
        f"{19 * 15 - 3} of {19 * 15} cells are empty: no voice stands there.",
        f"On no theme at all: {', '.join(roles)}.",
        "Roles with voices on the fewest themes: Investors (1 of 19); People who did the work (2 of 19).",
        f"Themes with the fewest roles: {'; '.join(f'{each} (0 of 15)' for each in themes)}.",
        "1 voice has no role on record, and may fill some of the gaps.",
    ]


def test_where_everything_is_there_nothing_is_missing():
    full = [
        passage(f"d.{theme}-{stage}", "Fictional", kind="lesson", themes=(theme,), work_stage=stage)
        for theme in vocabulary.THEMES
        for stage in vocabulary.WORK_STAGES
    ]
    crossing = cross(full, vocabulary.WORK_STAGES, lambda each: each.work_stage)
    field = Matrix(crossing=crossing, words=vocabulary.WORK_STAGES, noun="lesson", across="stage")
    sentences = [told(each) for each in matrix.missing(field)]
    assert sentences[0] == "0 of 171 cells are empty: no lesson stands there."
    assert NOT_RECORDED not in crossing.words
