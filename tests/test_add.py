"""The Add page without a browser: who may add, what is refused, what is wrong by line, what is saved."""

import re
import threading
from html import unescape

import pytest
from files_in import TEXT, word
from test_app import visited, words
from test_intake import filled

from sibkb import corpus, intake, kb
from sibkb.errors import CorpusError
from sibkb.importing.form import Form, written
from sibkb.model import Problem
from sibkb.parsing import parse
from sibkb.ui import editor, incoming, links

GOOD = """---
title: Harbour Street Homes
kind: case
countries: [GB]
sector: homelessness
stage: complete
sources:
  - {id: a, title: Made up, publisher: Nobody, read: whole}
---

A made up bond that paid for homes found, and a summary of it that is long enough to be compared. [@a]
"""
SLIP = GOOD.replace("[GB]", "[UK]").replace("complete", "Complete")


@pytest.fixture
def adding(settled, monkeypatch):
    """An app in which this machine may add."""
    monkeypatch.setenv("SIBKB_EDIT", "1")
    return settled


def page(**params):
    app = visited(links.ADD, **params)
    assert not app.exception
    return app


def given(*files: tuple[str, bytes]):
    """The page with these files on it."""
    app = page()
    app.file_uploader[0].set_value([(name, data, "") for name, data in files]).run()
    assert not app.exception
    return app


def told(app) -> str:
    return unescape(re.sub(r"<[^>]+>", "", words(app)))


def test_where_it_is_off_the_page_says_how_it_is_switched_on(settled):
    app = page()
    assert "start the app with SIBKB_EDIT=1" in told(app)
    assert not app.file_uploader
    assert not app.text_area


@pytest.mark.parametrize("address", ["0.0.0.0", "192.168.1.5", ""])  # noqa: S104
def test_an_app_that_others_can_reach_lets_nobody_add(adding, address):
    from streamlit import config

    config.set_option("server.address", address)
    try:
        assert not page().file_uploader
    finally:
        config.set_option("server.address", "localhost")


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("../../app.py", b"x", "app.py was not taken: a file whose name ends in `.py` is not read — these are read: "),
        ("a.docm", b"x", "a.docm was not taken: a file whose name ends in `.docm` is not read — save it as .docx."),
        ("empty.md", b"", "empty.md was not taken: the file is empty — save it again, with its text."),
        ("a.docx", bytes.fromhex("d0cf11e0a1b11ae1"), "the file is locked with a password or of an old format"),
        ("a.pdf", b"MZ", "a.pdf was not taken: this is no PDF, whatever its name says — save it as PDF again."),
        ("a\u202efdp.exe", b"MZ", "a�fdp.exe was not taken: a file whose name ends in `.exe` is not read"),
        ("big.txt", b"a" * 30_000_001, "the file has more than 30 MB — remove its pictures, or split it."),
    ],
)
def test_a_file_that_is_refused_is_told_why(adding, name, data, why):
    app = given((name, data))
    assert why in told(app)
    assert not app.text_area


@pytest.mark.parametrize(
    ("name", "id", "odd"),
    [
        ("Harbour Street.md", "harbour-street", False),
        ("CON.md", "con-file", True),
        ("../../etc/pass.md", "pass", True),
        ("x" * 400 + ".md", "x" * 60, True),
        ("evil\u202e.md", "evil", True),
    ],
)
def test_a_name_that_deceives_becomes_no_path(adding, name, id, odd):
    app = given((name, GOOD.encode()))
    assert app.text_input[0].value == id
    assert f"It will be saved as cases/{id}.md" in told(app)
    assert ("The name of the file cannot be used here" in told(app)) is odd
    assert incoming.is_odd(name) is odd


def test_several_files_are_worked_on_one_after_the_other_and_no_change_is_lost(adding):
    app = given(("one.md", GOOD.encode()), ("two.docx", word()))
    assert app.text_area[0].value.startswith("---\n# A draft made from two.docx.")
    app.text_area[0].set_value("changed").run()
    app.selectbox[0].select_index(0).run()
    assert app.text_area[0].value == GOOD
    app.selectbox[0].select_index(1).run()
    assert app.text_area[0].value == "changed"


def test_what_is_wrong_is_told_by_line_and_slips_are_put_right_by_a_click(adding):
    app = given(("slip.md", SLIP.encode()))
    assert [each.value for each in app.header][:2] == [r"slip\.md", "2 things to mend"]
    assert re.findall(r'data-kb-line="(\d+)">Line', words(app)) == ["4", "6"]
    assert "Line 4: UK → GB" in told(app)
    button(app, "Put these 2 right").click().run()
    assert app.text_area[0].value == GOOD
    assert not [each for each in app.header if "to mend" in each.value]
    assert "Save it" in [each.label for each in app.main.button]


def button(app, label: str):
    return next(each for each in app.main.button if each.label == label)


def test_the_preview_is_what_readers_will_see(adding):
    shown = words(given(("good.md", GOOD.encode())))
    assert '<div class="kb-preview"><h3>Harbour Street Homes</h3>' in shown
    assert '<table class="kb-glance">' in shown
    assert "<script>alert" not in words(
        given(("good.md", GOOD.replace("A made", "<script>alert(1)</script>").encode()))
    )


def test_words_that_stand_here_already_are_warned_about(adding):
    base = kb.open_kb(adding)
    lesson = next(
        p for p in base.engine.passages(base.engine.documents["newpin-nsw"].passage_ids) if p.kind == "lesson"
    )
    app = given(
        ("again.md", (GOOD + f"\n## Lessons\n\n- {lesson.text} [@a]\n  {{theme=data-access basis=stated}}\n").encode())
    )
    assert "Nearly the same words stand here already, in one place." in told(app)
    assert f'href="document?id=newpin-nsw&amp;passage={lesson.id.partition(".")[2]}"' in words(app)


def test_nothing_is_near_to_a_text_of_other_things(adding):
    text = GOOD.replace("homes found", "zebras painted")
    assert not any(each.same for each in intake.nearest(kb.open_kb(adding), text, parse("cases/x.md", text.encode())))


@pytest.mark.parametrize(
    ("id", "why"),
    [
        ("newpin-nsw", "“newpin-nsw” is there already, and is never written over: give this one another name."),
        ("../x", "“../x” cannot be a file’s name here: use lower case letters, digits and hyphens, "
                 "such as harbour-street."),
    ],
)  # fmt: skip
def test_a_name_that_is_taken_or_none_cannot_be_saved(adding, id, why):
    app = given(("good.md", GOOD.encode()))
    app.text_input[0].set_value(id).run()
    assert why in told(app)
    assert "Save it" not in [each.label for each in app.main.button]


def test_a_text_that_is_pasted_becomes_a_draft(adding):
    app = page(by="paste")
    app.text_input[0].set_value("My ../ case")
    app.text_area[0].set_value(TEXT)
    button(app, "Go on with this text").click().run()
    assert "my-case" in [each.value for each in app.text_input]
    assert app.text_area[1].value.startswith("---\n# A draft made from My")


def test_the_way_in_stands_in_the_address(adding):
    app = page(by="nonsense")
    assert app.radio[0].value == "files"
    app.radio[0].set_value("form").run()
    assert dict(app.query_params) == {"by": "form"}
    button(app, "Write the file").click().run()
    assert 'title: "TODO"' in app.text_area[-1].value


def test_a_form_gives_a_file_that_passes():
    form = Form(
        title='A "b": c # d', kind="interview", countries=("GB", "NO"), sector="other", start="2012-04", end="2013",
        parties={"interviewees": ["X, Y"], "providers": []}, summary="So # it *was*\nand is.",
        account="# No heading\n\n> no quote", lesson="- Do [it](now).",
        words={"theme": "data-access", "work_stage": "delivery", "audience": "all", "basis": "stated"},
        consent={"who": "X", "date": "2024", "scope": "all", "url": ""},
        source={"title": "T: t", "publisher": "P", "date": "2016-07", "url": "https://x.example/", "read": "whole"},
        release="public",
    )  # fmt: skip
    parsed = parse("interviews/x.md", written(form).encode())
    assert parsed.problems == ()
    assert parsed.document.title == form.title
    assert [each.kind for each in parsed.passages if each.kind not in ("fact", "summary")] == ["section"] * 2 + [
        "lesson"
    ]


def test_an_empty_form_tells_all_that_is_to_do():
    for kind in ("case", "interview"):
        found = parse("cases/x.md", written(Form(kind=kind)).encode()).problems
        assert {each.code for each in found} <= {"D006", "F013", "F014", "F016"}


def test_what_is_wrong_is_shown_in_its_line_and_escaped():
    found = [Problem(path="x", line=2, column=200, code="X001", message="`<b>` is wrong", fix="write `<i>`")]
    html = editor.problems(found, ["a", "<u>" + "x" * 196 + "<b> y"])
    assert '<mark class="kb-word">&lt;b&gt;</mark> y</pre>' in html
    assert "<p><code>&lt;b&gt;</code> is wrong" in html
    assert "<b>What to do:</b> write <code>&lt;i&gt;</code>." in html
    assert "The file as a whole" in editor.problems(
        [Problem(path="x", line=0, column=0, code="D", message="m", fix="f")], ["a"]
    )


def test_of_many_who_save_under_one_name_one_alone_does(copy):
    """Threads of one process once wrote through the same file beside the new one."""
    texts = [GOOD.replace("Harbour Street", f"Harbour Street {number}") for number in range(6)]
    outcomes = []

    def save(text: str) -> None:
        try:
            outcomes.append((corpus.take_in(copy.corpus, "harbour", text.encode()), text))
        except CorpusError as error:
            outcomes.append((str(error), text))

    threads = [threading.Thread(target=save, args=(text,)) for text in texts]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    saved = [text for outcome, text in outcomes if not isinstance(outcome, str)]
    assert len(saved) == 1
    assert (copy.corpus / "cases/harbour.md").read_text(encoding="utf-8") == saved[0]
    assert not list((copy.corpus / "cases").glob(".*"))


def test_a_draft_once_filled_passes():
    (draft,) = intake.drafts_of("My.txt", TEXT.encode(), {})
    assert parse("cases/my.md", filled(draft.text).encode()).problems == ()
