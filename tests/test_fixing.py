"""`sibkb check --fix`: what it puts right, what it leaves alone, and that no text changes."""

import re
import shutil
from pathlib import Path

import pytest
from click.testing import Result
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from sibkb import corpus, vocabulary
from sibkb.cli import app
from sibkb.errors import CorpusError
from sibkb.parsing import fix, parse
from sibkb.parsing.body import blocks
from sibkb.parsing.nearest import slip_of

ROOT = Path(__file__).resolve().parent.parent
REFUSED = sorted((ROOT / "tests/refused").glob("*.md"))
GOOD = (ROOT / "corpus/cases/newpin-nsw.md").read_text(encoding="utf-8")
PATH = "cases/harbour-bond.md"
CASE = """\
---
title: Harbour bond
kind: case
countries: [GB]
sector: employment
stage: complete
start: 2012-04
sources:
  - {id: report, title: Report, publisher: Council, read: whole, date: 2016}
timeline:
  - {date: 2012-04, event: It began., source: report}
---

What it is, and why. [@report]

## Lessons

- Publish the prices. [@report]
  {#prices .key theme=procurement work_stage=delivery audience=provider basis=stated}

## In their words

> “We had no time” and  more
>
> — a head {speaker_role=worker} [@report]
"""


def change(old: str, new: str) -> str:
    assert CASE.count(old) == 1
    return CASE.replace(old, new)


def said(text: str) -> list[tuple[str, str, str | None]]:
    """What the body says."""
    *_, written = re.split(r"^---$", text, maxsplit=2, flags=re.MULTILINE)
    return [(each.text, each.context, each.speaker) for each in blocks(written, 1, lambda *_: None)]


FIXED = {
    "a month with one digit": ("start: 2012-04", "start: 2012-4", "7 `2012-4` → `2012-04`"),
    "a month's name": ("start: 2012-04", "start: April 2012", "7 `April 2012` → `2012-04`"),
    "a short name, in quotation marks": ("start: 2012-04", 'start: "Apr. 2012"', "7 `Apr. 2012` → `2012-04`"),
    "a date in a table": ("{date: 2012-04,", "{date: April 2012,", "11 `April 2012` → `2012-04`"),
    "a word in capitals": ("sector: employment", "sector: Employment", "5 `Employment` → `employment`"),
    "a word with a slip": ("sector: employment", "sector: employmnet", "5 `employmnet` → `employment`"),
    "a word in the plural": ("kind: case", "kind: cases", "3 `cases` → `case`"),
    "UK": ("countries: [GB]", "countries: [UK]", "4 `UK` → `GB`"),
    "small letters": ("countries: [GB]", "countries: [gb]", "4 `gb` → `GB`"),
    "a country's name": ("countries: [GB]", "countries: [united kingdom]", "4 `united kingdom` → `GB`"),
    "a key": ("countries:", "Countries:", "4 `Countries` → `countries`"),
    "an attribute": ("work_stage=", "work-stage=", "19 `work-stage` → `work_stage`"),
    "a word of an attribute": ("theme=procurement", "theme=Procurement", "19 `Procurement` → `procurement`"),
    "an underscore": ("speaker_role=worker", "speaker_role=service-users", None),
    "the name behind": (
        "{#prices .key theme=procurement work_stage=delivery",
        "{theme=procurement work_stage=delivery .key #prices",
        None,
    ),
    "spaces at the end": ("kind: case\n", "kind: case \t\n", "3 spaces at the end → none"),
    "spaces on an empty line": ("## Lessons\n\n", "## Lessons\n   \n", "17 spaces at the end → none"),
}  # fmt: skip
TOLD = {
    "a short name, in quotation marks": ('start: "2012-04"', ["7 `Apr. 2012` → `2012-04`"]),
    "an underscore": ("speaker_role=service-user", ["25 `service-users` → `service-user`"]),
    "the name behind": (None, [
        "19 `theme=procurement work_stage=delivery .key #prices audience=provider basis=stated` → "
        "`#prices .key theme=procurement work_stage=delivery audience=provider basis=stated`"
    ]),
}  # fmt: skip


@pytest.mark.parametrize("name", FIXED)
def test_what_is_put_right(name):
    good, bad, told = FIXED[name]
    written, changes = TOLD.get(name, (None, [told]))
    expected = change(good, written) if written else CASE
    assert parse(PATH, expected.encode()).document
    fixed = fix(PATH, change(good, bad).encode())
    assert fixed
    assert fixed.after == expected
    assert [str(each) for each in fixed.changes] == changes


LEFT = {
    "a day that may be a month": ("start: 2012-04", "start: 03/04/2012"),
    "a financial year": ("start: 2012-04", "start: 2011/12"),
    "a day that never was": ("start: 2012-04", "start: 31 April 2012"),
    "a word that is far from all": ("sector: employment", "sector: fishing"),
    "a word between two": ("basis=stated", "basis=sta"),
    "a release with a slip": ("stage: complete", "stage: complete\nrelease: publc"),
    "a country that has no code": ("countries: [GB]", "countries: [England]"),
    "a key that is there already": ("start: 2012-04", "start: 2012-04\nstarts: 2012-05"),
    "marks around a quote": ("> “We had no time” and", '> "We had no time" and'),
    "two spaces that break a line": ("What it is, and why.", "What it is,  \nand why."),
    "a mark inside a key": ("sector: employment", 'sec"tor: employment'),
    "a heading that is nearly one": ("## Lessons", "## lessons"),
    "braces in code": ("## Lessons", "    {theme=x #y}\n\n## Lessons"),
    "nothing": ("kind: case", "kind: case"),
}


@pytest.mark.parametrize("name", LEFT)
def test_what_is_left_alone(name):
    assert fix(PATH, change(*LEFT[name]).encode()) is None


@pytest.mark.parametrize(
    "data",
    [
        b"\xff",
        b"",
        b"no front matter  \n",
        b"---\ntitle: [\n---\n",
        b"---\nopen: 1 \n",
        b"---\n \n---\n" + b"x" * 10**6,
    ],
)
def test_a_file_that_cannot_be_read_is_left_alone(data):
    assert fix(PATH, data) is None


def test_many_slips_at_once_in_a_file_of_another_system():
    """Ends of lines and the mark at the beginning stay as they are."""
    text = change("[GB]", "[uk]").replace("2012-04", "April 2012").replace("basis=stated", "basis=Stated")
    fixed = fix(PATH, b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert fixed
    assert [each.line for each in fixed.changes] == [4, 7, 11, 19]
    assert fixed.after == "\ufeff" + CASE.replace("\n", "\r\n")


def test_what_shows_only_when_the_front_matter_is_read_does_not_stop_it():
    """A source that nothing lists is looked for only when the list can be read: the fix did not make it."""
    text = change("start: 2012-04", "start: 2012-4").replace("prices. [@report]", "prices. [@nobody]")
    fixed = fix(PATH, text.encode())
    assert fixed
    assert [each.code for each in parse(PATH, fixed.after.encode()).problems] == ["B007"]


@pytest.mark.parametrize("path", REFUSED, ids=lambda path: path.stem)
def test_of_what_is_refused_nothing_is_made_worse(path):
    data = path.read_bytes()
    if fixed := fix(f"cases/{path.name}", data):
        after = fixed.after.encode()
        assert len(parse(f"cases/{path.name}", after).problems) <= len(parse(f"cases/{path.name}", data).problems)
        assert said(fixed.after) == said(fixed.before)
        assert fix(f"cases/{path.name}", after) is None


SLIPS = ("  ", "-", "_", "s", "S", "UK", "April 2012", "2012-4", "=", "{#a ", "}", '"', "“", "\n", "\t", "# ", "theme=")


@given(data=st.data())
@settings(max_examples=30)
def test_fixing_twice_is_fixing_once_and_no_text_changes(data):
    """Whatever slips into a real file at a few places."""
    text = GOOD[:4000]
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(4, len(text)))
        text = text[:at] + data.draw(st.sampled_from(SLIPS)) + text[at + data.draw(st.integers(0, 2)) :]
    if fixed := fix(PATH, text.encode()):
        assert said(fixed.after) == said(fixed.before)
        assert fix(PATH, fixed.after.encode()) is None
        assert fixed.after.count("“") == text.count("“")


@pytest.mark.parametrize("name", sorted(vocabulary.OPEN.keys() - {"countries"}))
def test_each_word_in_capitals_or_in_the_plural_is_that_word(name):
    words = vocabulary.OPEN[name]
    for word in words:
        assert slip_of(word.replace("-", " ").title(), words, near=False) == word
        assert slip_of(word.replace("-", "_") + "s" * (word[-1] != "s"), words, near=False) == word


# The command


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A corpus of two files: one with two slips and a fault, and one in which nothing is wrong."""
    made = tmp_path / "corpus"
    (made / "cases").mkdir(parents=True)
    text = change("start: 2012-04", "start: 2012-4").replace("[GB]", "[UK]").replace("prices. [@report]", "prices.")
    (made / PATH).write_text(text, encoding="utf-8")
    (made / "cases/river-bond.md").write_text(CASE, encoding="utf-8")
    return made


def check(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["--corpus", str(folder), "check", *arguments])


def test_each_change_is_told_and_what_is_left(folder):
    (folder / PATH).chmod(0o640)
    told = check(folder, "--fix")
    assert told.exit_code == 1
    assert told.stderr.splitlines()[:2] == [f"{folder}/{PATH}:4 `UK` → `GB`", f"{folder}/{PATH}:7 `2012-4` → `2012-04`"]
    assert told.stdout == (
        f"{folder}/{PATH}:18:1 B006 this lesson cites no source — add [@report], or whichever source it rests on\n"
    )
    assert (folder / PATH).read_text(encoding="utf-8") == CASE.replace("prices. [@report]", "prices.")
    assert (folder / PATH).stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in (folder / "cases").iterdir()) == ["harbour-bond.md", "river-bond.md"]
    assert "→" not in check(folder, "--fix").stderr


def test_what_would_be_changed(folder):
    before = (folder / PATH).read_bytes()
    told = check(folder, "--fix", "--diff", str(folder / PATH))
    assert told.exit_code == 1
    assert told.stdout.splitlines()[:3] == [f"--- {folder}/{PATH}", f"+++ {folder}/{PATH}", "@@ -1,10 +1,10 @@"]
    changed = [line for line in told.stdout.splitlines()[2:] if line[0] in "-+" and line not in ("---", "+++")]
    assert changed == ["-countries: [UK]", "+countries: [GB]", "-start: 2012-4", "+start: 2012-04"]
    assert (folder / PATH).read_bytes() == before
    assert check(folder, "--fix", "--dry-run", str(folder / PATH)).stdout == told.stdout
    nothing = check(folder, "--fix", "--diff", str(folder / "cases/river-bond.md"))
    assert (nothing.exit_code, nothing.stdout) == (0, "")
    assert "it goes with --fix" in check(folder, "--diff").stderr


def test_a_file_that_changes_meanwhile_is_left(folder):
    (found,) = corpus.fixes(folder)
    (folder / PATH).write_text(CASE, encoding="utf-8")
    with pytest.raises(CorpusError) as caught:
        corpus.rewrite(folder, found)
    assert str(caught.value) == f"{folder}/{PATH} has changed meanwhile — run the command again"
    assert (folder / PATH).read_text(encoding="utf-8") == CASE


def test_nothing_is_to_be_put_right_in_the_corpus():
    assert corpus.fixes(ROOT / "corpus") == []


def test_of_a_file_that_others_link_to_the_file_is_written(folder):
    elsewhere = folder.parent / "elsewhere.md"
    shutil.move(folder / PATH, elsewhere)
    (folder / PATH).symlink_to(elsewhere)
    check(folder, "--fix")
    assert (folder / PATH).is_symlink()
    assert "countries: [GB]" in elsewhere.read_text(encoding="utf-8")
