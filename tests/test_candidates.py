"""What may be a quotation: offered with line, speaker and theme; only what a person ticks becomes one. All made up."""

import json
from dataclasses import replace
from pathlib import Path

import files_in
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from sibkb import intake
from sibkb.cli import app
from sibkb.importing.candidates import Candidate, candidates, listed, no_theme, settled
from sibkb.importing.drafting import Draft, drafted
from sibkb.importing.extract import Extract, Turn
from sibkb.importing.reading import extracted
from sibkb.parsing import parse

NO = "“We were told no by every lawyer in the building.”"
TIME = "“Nobody had the time to lead it until the council paid for a secondment,”"
TURNS = (Turn(speaker="Ann; Lee", text="We led it on Friday afternoons.", where="0:00:01"),
         Turn(speaker=None, text="Yes.", where="0:00:09"), Turn(speaker="Joe", text="It was all done by mail.", where="0:00:12"))  # fmt: skip  # noqa: E501


def draft(extract: Extract | None = None) -> Draft:
    return drafted(extract or extracted(".txt", files_in.TEXT.encode()), "street.txt", None, {})


def filled(text: str) -> str:
    for old, new in (("sector: TODO", "sector: homelessness"), ("stage: TODO", "stage: complete"), ("[TODO]", "[GB]"),
                     ("date: TODO", "date: 2015"), ("TODO", "Said")):  # fmt: skip
        text = text.replace(old, new)
    return text


def test_words_between_marks_are_offered_with_their_line_and_speaker():
    made = draft()
    lines = made.text.split("\n")
    assert [(each.text, each.speaker) for each in made.candidates] == [(NO, "Ann Lee"), (TIME, "Joe Okoro")]
    assert all(each.text in lines[each.line - 1] for each in made.candidates)
    assert f"\n# [ ] {NO}\n# who: Ann Lee; theme: none; line {made.candidates[0].line}\n" in made.text


def test_turns_are_offered_with_their_line_and_speaker():
    made = draft(Extract(title="T", markdown="Some text.\n\nMore.", turns=TURNS))
    lines = made.text.split("\n")
    assert [(each.text, each.speaker) for each in made.candidates] == [
        (TURNS[0].text, "Ann; Lee"), (TURNS[2].text, "Joe"),
    ]  # fmt: skip
    assert all(each.text in lines[each.line - 1] for each in made.candidates)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('He said that "it was never going to work" there.', [('"it was never going to work"', None)]),
        ("Mary O’Neil told us: “It was\nnever going to work”.", [("“It was never going to work”", "Mary O’Neil")]),
        ("“It was never going to work”, recalled Jan de Vries.", [("“It was never going to work”", "Jan de Vries")]),
        ("A “social impact bond” is a contract.", []),
        ("# “It was never going to work”", []),
    ],
)
def test_what_stands_between_marks(text, found):
    assert [(each.text, each.speaker) for each in candidates(text, (), no_theme)] == found


def ticked(text: str, *words: str) -> str:
    for each in words:
        text = text.replace(f"# [ ] {each}", f"# [x] {each}")
    return text


def test_only_what_is_ticked_becomes_a_quotation():
    done = settled(ticked(filled(draft().text), NO))
    assert (done.taken, done.left) == (1, (TIME,))
    assert "# [" not in done.text
    assert "Candidates" not in done.text
    parsed = parse("cases/street.md", done.text.encode())
    assert parsed.problems == ()
    assert [(each.text, each.speaker) for each in parsed.passages if each.kind == "quote"] == [(NO, "Ann Lee")]


def test_what_nobody_ticks_is_a_passage_by_no_way():
    """Not even where the draft is moved by hand and the list stays in it."""
    parsed = parse("cases/street.md", filled(draft().text).encode())
    assert parsed.problems == ()
    assert [each for each in parsed.passages if each.kind == "quote"] == []


def test_quotations_join_those_that_stand_there():
    text = filled(draft().text) + "\n## In their words\n\n> One.\n>\n> — Ann [@document]\n\n## After\n\nMore.\n"
    parsed = parse("cases/street.md", settled(ticked(text, NO, TIME)).text.encode())
    assert parsed.problems == ()
    assert [each.text for each in parsed.passages if each.kind == "quote"] == ["One.", NO, TIME]


@pytest.fixture
def folder(tmp_path) -> Path:
    (tmp_path / "corpus/drafts").mkdir(parents=True)
    return tmp_path / "corpus"


def sibkb(folder: Path, *arguments: str):
    run = ["--corpus", str(folder), "--indexes", str(folder.parent / "indexes")]
    return CliRunner().invoke(app, [*run, *arguments])


def test_accept_names_what_was_left_out(folder):
    (folder / "drafts/street.md").write_text(ticked(filled(draft().text), NO), encoding="utf-8")
    result = sibkb(folder, "accept", "street")
    assert result.exit_code == 0, result.output
    assert result.stderr == f"not ticked, was left out of the quotations: {TIME}\n"
    assert not (folder / "drafts/street.md").exists()


def test_a_fault_of_a_candidate_is_told_where_it_stands_in_the_draft(folder):
    text = ticked(filled(draft().text), NO).replace("Ann Lee; theme: none", "Ann Lee; theme: procurment")
    path = folder / "drafts/street.md"
    path.write_text(text, encoding="utf-8")
    found = intake.accept(folder, "street")
    (problem,) = found.problems
    assert (problem.code, text.split("\n")[problem.line - 1]) == ("B003", f"# [x] {NO}")
    assert path.read_text(encoding="utf-8") == text


def test_without_an_index_no_theme_is_suggested_and_that_is_said(folder, tmp_path):
    (tmp_path / "Street.txt").write_text(files_in.TEXT, encoding="utf-8")
    result = sibkb(folder, "import", str(tmp_path / "Street.txt"), "--json")
    assert result.stderr.startswith(
        "No theme is suggested for what may be a quotation: Nothing is built yet — run `sibkb build`\n"
    )
    (data,) = json.loads(result.stdout)
    assert data["candidates"][0] == {"text": NO, "speaker": "Ann Lee", "line": 42, "theme": None, "like": None}
    assert not (tmp_path / "indexes").exists()


def test_a_theme_is_that_of_the_nearest_passages(base):
    (own,) = base.engine.passages([base.engine.allowed(intake.Filters(kind=("lesson",)))[0]])
    ((theme, like),) = intake.suggester(base)([own.text])
    assert theme in base.engine.passages([like])[0].themes
    made = drafted(Extract(title="T", markdown=f"“{own.text}”"), "a.txt", None, {}, intake.suggester(base))
    assert f"; theme: {made.candidates[0].theme}; line {made.candidates[0].line}; like " in made.text


@given(st.text(min_size=1), st.text())
def test_any_ticked_words_leave_a_file_that_can_be_read(text, speaker):
    one = Candidate(text=" ".join(text.split()) or "x", speaker=" ".join(speaker.split()) or None, line=1)
    base = filled(draft().text).split("# Candidates")[0] + ticked(listed([one, replace(one, text="left")]), "")
    done = settled(base.replace("# [ ] left", "# [] left") + "---\n\nText.\n")
    codes = {each.code for each in parse("x.md", done.text.encode("utf-8", "replace")).problems}
    assert not codes & {"D003", "D004", "F001", "B009", "B012"}
