"""From a Word file to a case in search: the draft, what it guesses, and what accepting it does."""

import json
import re
import shutil
from pathlib import Path

import files_in
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from sibkb import corpus, intake
from sibkb.cli import app
from sibkb.errors import CorpusError
from sibkb.importing.drafting import drafted, id_of
from sibkb.importing.extract import Extract, Lost, Turn
from sibkb.importing.reading import extracted
from sibkb.parsing import parse

ROOT = Path(__file__).resolve().parent.parent
KNOWN = {"Bridges Fund Management": "investors"}
FILLED = (
    ("sector: TODO", "sector: homelessness"), ("stage: TODO", "stage: complete"),
    ("countries: [TODO]", "countries: [GB]"),
    ("date: TODO", "date: 2015"), ("TODO", "Said"),
)  # fmt: skip
"""What a contributor would write."""


def filled(text: str) -> str:
    for todo, written in FILLED:
        text = text.replace(todo, written)
    return text


def words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.replace("\\", "")))


@pytest.fixture
def folder(tmp_path) -> Path:
    """A corpus of one programme."""
    (tmp_path / "corpus/cases").mkdir(parents=True)
    shutil.copy(ROOT / "corpus/cases/dwp-innovation-fund.md", tmp_path / "corpus/cases")
    return tmp_path / "corpus"


def sibkb(folder: Path, *arguments: str):
    """With no index, whether or not one is built in the checkout."""
    given = ["--corpus", str(folder), "--indexes", str(folder.parent / "indexes")]
    return CliRunner().invoke(app, [*given, *arguments])


def test_a_draft_holds_what_the_text_says_and_marks_each_guess():
    draft = drafted(extracted(".txt", files_in.TEXT.encode()), "Harbour Street.txt", None, KNOWN)
    front, body = draft.text.split("---\n\n", 1)
    assert body.strip() == files_in.TEXT.strip()
    assert front.split("\nsector")[0] == (
        "---\n# A draft made from Harbour Street.txt. Look at every guess, fill in what is to do: "
        'sibkb accept harbour-street\n# Everything in the file was kept.\ntitle: "Harbour Street Homes"\nkind: case\n'
        "countries:\n  - GB  # guess from paragraph 2: “…that paid for homes found, in Leeds in the United Kingdom.”"
    )
    assert (
        "start: 2012-04  # guess from paragraph 3: “The service began in April 2012 and ended in March 2015.”" in front
    )
    assert "\nend: 2015-03  # guess" in front
    assert '  investors:\n    - "Bridges Fund Management"  # guess from paragraph 4: “' in front
    assert "amount: 3500000, currency: GBP, source: document}" in front
    assert 'figure: "$2 million", source: document}' in front
    assert "\nrelease: internal\n" in front


@pytest.mark.parametrize(
    ("text", "key", "found"),
    [
        ("It began on 3 May 2012.", "start", ["2012-05-03"]),
        ("It launched on May 3rd.", "start", []),
        ("It launched in 2012.", "start", ["2012"]),
        ("It opened on June 4, 2013.", "start", ["2013-06-04"]),
        ("It ended early, on 2015-06-30.", "end", ["2015-06-30"]),
        ("It began well. In 2012 nobody knew.", "start", []),
        ("It cost £1–2 million.", "money", ["£1–2 million"]),
        ("It cost £1,250,000.", "money", ["1250000"]),
        ("It cost €3.5m and A$4bn.", "money", ["3500000", "4000000000"]),
        ("It cost $5 million, USD 20 thousand.", "money", ["$5 million", "20000"]),
        ("In the UK and in Norway, not in Normandy.", "countries", ["NO", "GB"]),
        ("Bridges Fund Managements", "investors", []),
    ],
)
def test_a_guess_takes_no_more_than_the_text_says(text, key, found):
    draft = drafted(Extract(title="T", markdown=text), "a.txt", None, KNOWN)
    assert [guess.value for guess in draft.guesses if guess.key == key] == found


HOSTILE = Extract(
    title='A "title": #1 {x}\nTODO', markdown="# One\n\n# Two\n\ntext\n\nThree\n===\n\n```\n# code\n```",
    lost=(Lost(where="page 1", what="a\nkey: value"),), turns=(Turn(speaker="Ann", text="Yes.", where="0:01"),),
)  # fmt: skip


@pytest.mark.parametrize(
    ("extract", "kind"),
    [
        (extracted(".docx", files_in.word()), None),
        (extracted(".pdf", files_in.pdf("= Homes\nIt began in May 2012 in Norway.", "Second.")), "interview"),
        (extracted(".html", b"<title>A: b</title><h1>Homes</h1><p>Text</p><h2>Two</h2>"), "case"),
        (extracted(".txt", files_in.TEXT.encode()), "interview"),
        (HOSTILE, None),
        (Extract(title=None, markdown="---\nlayout: post\n---\n\n# Post\n\nText."), None),
    ],
)
def test_a_draft_passes_once_its_todos_are_filled_and_keeps_every_word(extract, kind):
    draft = drafted(extract, "My file.docx", kind, KNOWN)
    codes = {problem.code for problem in parse("cases/my-file.md", draft.text.encode()).problems}
    assert codes <= {"D006", "F013", "F014", "F016"}
    parsed = parse("cases/my-file.md", filled(draft.text).encode())
    assert parsed.problems == ()
    assert parsed.document.release == "internal"
    said = " ".join([extract.markdown, *(each.text for each in extract.turns), *(each.what for each in extract.lost)])
    assert words(said) <= words(draft.text)


@given(st.text(), st.text(max_size=40), st.text(max_size=40))
def test_any_text_gives_a_front_matter_that_can_be_read(markdown, title, name):
    draft = drafted(Extract(title=title, markdown=markdown), name, None, {})
    codes = {problem.code for problem in parse(f"{draft.id}.md", draft.text.encode("utf-8", "replace")).problems}
    assert not codes & {"D001", "D003", "D004", "D005", "F001", "F010", "F011", "F012"}


@pytest.mark.parametrize(
    ("name", "id"),
    [
        ("Mÿ Cäse (final).docx", "my-case-final"), ("../../app.py", "app"), ("..\\..\\app.py", "app"),
        ("CON.md", "con-file"),
        ("\u202etxt.exe", "txt"), ("日本.docx", "draft"), ("a" * 400 + ".docx", "a" * 60), (".docx", "docx"),
    ],
)  # fmt: skip
def test_a_name_that_deceives_makes_a_plain_id(name, id):
    assert id_of(name) == id


def test_a_dry_run_writes_nothing(folder, tmp_path):
    (tmp_path / "Harbour Street.txt").write_text(files_in.TEXT, encoding="utf-8")
    before = sorted(tmp_path.rglob("*"))
    result = sibkb(folder, "import", str(tmp_path / "Harbour Street.txt"))
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith(
        f"{folder}/drafts/harbour-street.md\n  Harbour Street Homes (case)\n  guess: countries GB — "
    )
    assert result.stderr == (
        "No theme is suggested for what may be a quotation: Nothing is built yet — run `sibkb build`\n"
        "Nothing is written yet; do so with --write\n"
    )
    assert sorted(tmp_path.rglob("*")) == before


def test_from_a_file_to_the_corpus_and_back(folder, tmp_path):
    """Import, accept, import what was accepted: the same passages."""
    source = tmp_path / "Harbour Street.docx"
    source.write_bytes(files_in.word())
    assert sibkb(folder, "import", str(source), "--write").exit_code == 0
    draft = folder / "drafts/harbour-street.md"
    refused = sibkb(folder, "accept", "harbour-street")
    assert refused.exit_code == 1
    assert f"{draft}:12:9 D006 something is left to do here — fill it in, or remove it\n" in refused.stdout
    assert refused.stderr.endswith(" problems; nothing was moved\n")
    assert draft.exists()
    assert [document.id for document in corpus.read(folder).documents] == ["dwp-innovation-fund"]  # drafts are not read
    draft.write_text(filled(draft.read_text(encoding="utf-8")), encoding="utf-8")
    accepted = sibkb(folder, "accept", "harbour-street", "--json")
    made = folder / "cases/harbour-street.md"
    assert json.loads(accepted.stdout) == {
        "path": str(made), "accepted": True, "problems": [], "quotations": 0, "left_out": [],
    }  # fmt: skip
    assert not draft.exists()
    first = corpus.read(folder)
    ((_, again),) = intake.drafts(folder, [made], None)
    assert parse("cases/harbour-street.md", again.text.encode()).passages == tuple(
        passage for passage in first.passages if passage.document_id == "harbour-street"
    )


def test_nothing_is_written_over(folder, tmp_path):
    (tmp_path / "a.txt").write_text("One.", encoding="utf-8")
    assert sibkb(folder, "import", str(tmp_path / "a.txt"), "--write").exit_code == 0
    again = sibkb(folder, "import", str(tmp_path / "a.txt"), "--write")
    assert isinstance(again.exception, CorpusError)
    target = folder / "drafts/a.md"
    assert str(again.exception) == f"{target} is there already — choose another id, or edit that file"


def test_two_files_of_one_name_are_told_apart(folder, tmp_path):
    for name in ("a.txt", "A.md"):
        (tmp_path / name).write_text("One.", encoding="utf-8")
    result = sibkb(folder, "import", str(tmp_path / "a.txt"), str(tmp_path / "A.md"), "--write")
    assert result.exit_code == 2
    assert not (folder / "drafts").exists()


@pytest.mark.parametrize(
    ("given", "id", "message"),
    [
        ("none", None,
         "{folder}/drafts/none.md cannot be read: No such file or directory — name a draft by its path or its id"),
        ("good", "../../x", "`../../x` is no id — use lower case, digits and hyphens, or give one with --as"),
        ("good", "dwp-innovation-fund",
         "`dwp-innovation-fund` is the id of {folder}/cases/dwp-innovation-fund.md already — give another with --as"),
    ],
)  # fmt: skip
def test_a_draft_that_cannot_be_accepted_stays(folder, given, id, message):
    draft = corpus.add(
        folder, "drafts/good.md", filled(drafted(Extract(title="T", markdown="Text."), "a", "case", {}).text)
    )
    with pytest.raises(CorpusError) as caught:
        corpus.accept(folder, given, id)
    assert str(caught.value) == message.format(folder=folder)
    assert draft.exists()


def test_a_file_from_elsewhere_is_taken_in_and_stays_where_it_was(folder, tmp_path):
    sent = tmp_path / "sent.md"
    sent.write_text(filled(drafted(Extract(title="T", markdown="Text."), "a", "interview", {}).text), encoding="utf-8")
    assert corpus.accept(folder, str(sent), "leeds") == (folder / "interviews/leeds.md", ())
    assert sent.read_bytes() == (folder / "interviews/leeds.md").read_bytes()
