"""The parser against whole files: those it refuses, those it accepts, and the laws it keeps on any text."""

import json
from dataclasses import asdict, fields
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sibkb.model import Passage
from sibkb.parsing import CODES, MAX_BYTES, WARNINGS, Parsed, parse

HERE = Path(__file__).parent
REFUSED = sorted((HERE / "refused").glob("*.md"))
WARNED = sorted((HERE / "warned").glob("*.md"))
ACCEPTED = sorted((HERE / "accepted").glob("*.md"))
CORPUS = sorted((HERE.parent / "corpus").glob("*/*.md"))

FRONT = """---
title: Fictional Harbour Bond
kind: commentary
countries: [GB]
sector: other
sources:
  - {id: report, title: A fictional report, publisher: Nobody, read: whole}
---

"""
WHOLE = FRONT + "This bond is made up.\n"


def read(path: Path) -> Parsed:
    """The file as the check meets it; `F013-unknown-stage.md` has the id `unknown-stage`."""
    name = path.name.partition("-")[2] if path in (*REFUSED, *WARNED) else path.name
    return parse(f"cases/{name}", path.read_bytes())


def lines(parsed: Parsed) -> list[str]:
    return [str(problem) for problem in parsed.problems]


def body(text: str) -> Parsed:
    return parse("cases/harbour.md", (FRONT + text).encode())


# Files that are refused


@pytest.mark.parametrize("path", REFUSED, ids=lambda path: path.stem)
def test_a_refused_file_says_where_what_and_what_to_do(path: Path) -> None:
    parsed = read(path)
    assert lines(parsed) == path.with_suffix(".txt").read_text().splitlines()
    assert {problem.code for problem in parsed.problems} == {path.name.partition("-")[0]}
    assert parsed.document is None
    assert parsed.passages == ()


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (
            WHOLE.encode() + "\nA caf\u00e9.\n".encode("latin-1"),
            "12:6 D001 byte 0xe9 is not UTF-8 — save the file as UTF-8",
        ),
        (
            b"\xef\xbb\xbf" + "--\u2014\xe9".encode() + b"\xff",
            "1:5 D001 byte 0xff is not UTF-8 — save the file as UTF-8",
        ),
        (b"---\r\xff", "2:1 D001 byte 0xff is not UTF-8 — save the file as UTF-8"),
        (WHOLE.encode().ljust(MAX_BYTES + 1), "0:0 D002 the file has 1.0 MB — keep a case under 1 MB: split it"),
    ],
    ids=["D001-latin-1", "D001-after-a-mark-and-wide-characters", "D001-old-line-end", "D002-a-byte-too-large"],
)
def test_data_that_is_no_text_or_too_much(data: bytes, expected: str) -> None:
    assert lines(parse("cases/harbour.md", data)) == [f"cases/harbour.md:{expected}"]


def test_the_folder_of_refused_files_covers_every_code_of_one_file() -> None:
    codes = [path.name.partition("-")[0] for path in REFUSED]
    of_one_file = {code for code in CODES if code[0] in "DFB"} - {"D001", "D002", "D007"}
    assert len(REFUSED) >= 150
    assert set(codes) == of_one_file
    assert max(codes.count(code) for code in of_one_file) <= 5
    assert {path.stem for path in REFUSED} == {path.stem for path in (HERE / "refused").glob("[DFB]*.txt")}


@pytest.mark.parametrize("path", WARNED, ids=lambda path: path.stem)
def test_what_a_reader_would_miss_is_a_warning_and_the_file_is_used(path: Path) -> None:
    parsed = read(path)
    assert [str(warning) for warning in parsed.warnings] == path.with_suffix(".txt").read_text().splitlines()
    assert {warning.severity for warning in parsed.warnings} <= {"warning"}
    assert parsed.problems == ()
    assert parsed.document


def test_the_folder_of_warned_files_covers_every_code() -> None:
    assert {path.name.partition("-")[0] for path in WARNED} == {*WARNINGS, "none"}
    assert {path.stem for path in WARNED} == {path.stem for path in (HERE / "warned").glob("*.txt")}


def test_a_file_in_which_something_is_wrong_is_not_warned_of() -> None:
    path = HERE / "warned" / "W003-no-lesson.md"
    broken = path.read_text(encoding="utf-8").replace("sector: employment", "sector: sea")
    assert parse("cases/harbour.md", broken.encode()).warnings == ()


def test_everything_wrong_is_said_at_once() -> None:
    text = WHOLE.replace("GB", "UK").replace("other", "sea").replace("whole", "all")
    assert [line.split()[1] for line in lines(parse("cases/harbour.md", text.encode()))] == ["F016", "F013", "F013"]
    parsed = body("Made up.\n\n## Lessons\n\n- One {them=a}\n\n## In their words\n\n> two\n\n# Three\n")
    assert [problem.code for problem in parsed.problems] == ["B005", "B006", "B002", "B012", "B017"]


def test_a_broken_file_still_says_its_release() -> None:
    text = WHOLE.replace("sector: other", "sector: sea\nrelease: internal")
    assert parse("cases/harbour.md", text.encode()).releases["harbour"] == "internal"
    assert parse("cases/harbour.md", b"---\n- release\n---\n").releases is None


@pytest.mark.parametrize(
    ("braces", "release"),
    [
        ("{#one theme=scaling}", "public"),
        ("{#one release=workshop}", "workshop"),
        ("{#one release=intrenal}", "internal"),
        ("{#one relase=workshop}", "internal"),
        ("{#one release internal}", "internal"),
        ("{#one release=public release=workshop}", "internal"),
    ],
)
def test_a_broken_file_says_the_release_of_each_passage(braces: str, release: str) -> None:
    parsed = body(f"Made up. [@nothing]\n\n## Story\n\nIt began. {braces}\n")
    assert parsed.document is None
    assert parsed.releases is not None
    assert parsed.releases["harbour.one"] == release


def test_an_error_in_the_front_matter_hides_none_in_the_body() -> None:
    text = WHOLE.replace("sector: other", "sector: sea") + "\n# Too high {them=a}\n"
    codes = [problem.code for problem in parse("cases/harbour.md", text.encode()).problems]
    assert codes == ["F013", "B017", "B013"]


# Files that are accepted


def golden(passage: Passage) -> dict[str, object]:
    """The fields that say something."""
    default = {each.name: each.default for each in fields(Passage)}
    return {name: value for name, value in asdict(passage).items() if value != default[name]}


@pytest.mark.parametrize("path", ACCEPTED, ids=lambda path: path.stem)
def test_an_accepted_file_gives_these_passages(path: Path) -> None:
    parsed = read(path)
    assert lines(parsed) == []
    expected = json.loads(path.with_suffix(".json").read_text())
    assert json.loads(json.dumps([golden(passage) for passage in parsed.passages])) == expected


def test_the_accepted_files_hold_every_kind_of_passage() -> None:
    assert len(ACCEPTED) >= 20
    kinds = {passage.kind for path in ACCEPTED for passage in read(path).passages}
    assert kinds == {"summary", "section", "lesson", "perspective", "quote", "dispute", "fact"}
    assert {path.stem for path in ACCEPTED} == {path.stem for path in (HERE / "accepted").glob("*.json")}


@pytest.mark.parametrize("path", ACCEPTED, ids=lambda path: path.stem)
def test_a_byte_order_mark_and_windows_line_ends_change_nothing(path: Path) -> None:
    data = path.read_bytes()
    other = parse(f"cases/{path.name}", b"\xef\xbb\xbf" + data.replace(b"\n", b"\r\n"))
    assert other.passages == read(path).passages


def test_a_document_holds_its_front_matter() -> None:
    document = read(HERE / "accepted" / "every-kind-of-passage.md").document
    assert document
    assert (document.id, document.kind, document.countries) == ("every-kind-of-passage", "case", ("NO", "GB"))
    assert (document.place, document.start, document.end) == ("A coast that is on no map", "2012-04", "2015")
    assert document.summary == "A made-up bond that paid for a lamp."
    assert document.source("report").url is None
    assert [(entry.field, entry.figure) for entry in document.entries] == [
        ("money", "NOK 12,345,678,901"),
        ("money", "just over 3 %"),
        ("outcome_metrics", None),
        ("results", "41 of 60"),
        ("results", "twelve, or thirteen"),
        ("people_served", "60 planned"),
        ("timeline", "2012-04-01"),
    ]
    assert document.passage_ids == tuple(p.id for p in read(HERE / "accepted" / "every-kind-of-passage.md").passages)


# Laws


TOKENS = [
    *"*_`[](){}<>#-—:;|=\\\"'~&!.@\n\t ",
    *[
        "\n\n",
        "\r\n",
        "\n> ",
        "\n- ",
        "\n1. ",
        "\n## ",
        "\n    ",
        "```",
        "---\n",
        "\ufeff",
        "\u2028",
        "\x00",
        "é",
        "word",
    ],
    *["## Lessons\n", "## Perspectives\n", "## In their words\n", "## Disputes and limits\n", "**Who**: ", "— who "],
    *["[@report]", "[@rep]", "{#name}", "{.key}", "{theme=scaling}", "{release=secret}", "{touches=money}", "{a b"],
]
KEYS = ["title", "kind", "countries", "money", "parties", "timeline", "amount", "investors", "id", "source", "consent"]
YAML = [*TOKENS, *[f"\n{key}: " for key in KEYS], *[f"\n  {key}: " for key in KEYS], "null", "12", "[a, ", "{what: "]


def made_of(tokens: list[str]) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(tokens), max_size=60).map("".join)


def check_places(parsed: Parsed, data: bytes) -> None:
    """Every problem points into the file and is fit to print."""
    text = data.decode(errors="replace").removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for problem in parsed.problems:
        assert problem.code in CODES
        assert 0 <= problem.line <= len(text)
        assert problem.column <= (len(text[problem.line - 1]) + 1 if problem.line else 0), str(problem)
        assert problem.message
        assert problem.fix


@given(st.one_of(st.binary(), st.text().map(str.encode), st.binary().map(lambda data: WHOLE.encode() + data)))
def test_no_bytes_make_it_fail(data: bytes) -> None:
    check_places(parse("cases/harbour.md", data), data)


@given(made_of(TOKENS))
@settings(max_examples=300)
def test_no_body_makes_it_fail(text: str) -> None:
    check_places(body(text), (FRONT + text).encode())


@given(made_of(YAML), st.booleans())
@settings(max_examples=300)
def test_no_front_matter_makes_it_fail(text: str, whole: bool) -> None:
    data = (WHOLE.replace("sector: other", f"sector: other\n{text}") if whole else f"---\n{text}\n---\n").encode()
    check_places(parse("cases/harbour.md", data), data)


@pytest.mark.parametrize("text", ["{" * 200_000, "{}" * 100_000, "[@" * 40_000, "```\n" + " " * 200_000 + "x\n```"])
@pytest.mark.timeout(60)
def test_a_hostile_body_takes_no_time(text: str) -> None:
    """Searching for blocks and citations once began anew at every brace and blank: minutes for a file of 1 MB."""
    body(text)


LESSON = "theme=scaling work_stage=idea audience=all basis=stated"
SECTIONS = [
    ["## Context", "A paragraph of the account.", "A named paragraph. {#named}", "- a list\n- of two"],
    [
        "## Figures",
        "| a | table |\n| - | - |\n| 1 | 2 |",
        "### Deeper",
        "> a block quote",
        "A paragraph of the account.",
    ],
    ["## Lessons", f"- One. [@report]\n  {{{LESSON}}}", f"- Two. [@report]\n  {{#two {LESSON}}}"],
    ["## Perspectives", "- **Nobody**: It would be fair. [@report]"],
    [
        "## In their words",
        "> “Nobody said this”\n>\n> — nobody [@report]",
        "Its context.",
        "> “Nor this”\n>\n> — nobody [@report]",
    ],
    ["## Disputes and limits", "- The counts differ. [@report]"],
]
NEW = ["Something new.", "A paragraph of the account.", "Its context."]


@given(st.permutations(SECTIONS), st.integers(0, 24), st.sampled_from(NEW))
def test_inserting_a_paragraph_moves_no_other_id(sections: list[list[str]], at: int, new: str) -> None:
    def texts(blocks: list[str]) -> dict[str, str]:
        parsed = body("\n\n".join(["The summary.", *blocks]))
        assert lines(parsed) == []
        return {passage.id: passage.text for passage in parsed.passages}

    blocks = [block for section in sections for block in section]
    before, after = texts(blocks), texts([*blocks[:at], new, *blocks[at:]])
    assert len(before) == 13
    assert before.items() <= after.items()


WORDS = [
    "$5",
    ":red[x]",
    "<b>",
    "—",
    "–",
    "“so”",
    "‘no’",
    "…",
    "it's",
    '"well"',
    "3 < 4",
    "&",
    "#1",
    "(so)",
    "100 %",
    "café",
]


@given(st.lists(st.sampled_from(WORDS), min_size=1), st.sampled_from([" ", "\n> ", "\n>\n> "]))
def test_a_quote_stands_in_its_file(words: list[str], between: str) -> None:
    text = "Well" + between + between.join(words)
    parsed = body(f"Made up.\n\n## In their words\n\n> {text}\n>\n> — nobody [@report]\n")
    assert lines(parsed) == []
    assert [passage.text for passage in parsed.passages if passage.kind == "quote"] == [" ".join(["Well", *words])]


@pytest.mark.parametrize("path", [*ACCEPTED, *CORPUS], ids=lambda path: path.stem)
def test_every_passage_points_at_its_own_words(path: Path) -> None:
    parsed, written = read(path), path.read_text().split("\n")
    for passage in parsed.passages:
        first, last = passage.lines
        there = " ".join(" ".join(line.lstrip("> ") for line in written[first - 1 : last]).split())
        if passage.kind == "quote":
            assert passage.text in there
        elif passage.kind == "fact":
            assert any(word.strip("()") in there for word in passage.text.rpartition(": ")[2].split())
        else:
            assert passage.text.split()[0].rstrip(";") in there
        assert written[first - 1].strip()
        assert written[last - 1].strip()


def test_the_laws_above_were_tried_on_real_files() -> None:
    assert len(ACCEPTED) >= 5
    assert CORPUS


# Defects that were found


def test_context_below_a_refused_quote_is_no_reason_to_fail() -> None:
    """A paragraph after a quote without attribution was added to a passage that was not there: IndexError."""
    parsed = body("## In their words\n\n> no attribution\n\nIts context.\n")
    assert [problem.code for problem in parsed.problems] == ["B001", "B012"]


def test_a_release_outside_the_vocabulary_is_said_not_raised() -> None:
    """Comparing the strictness of an unknown word ended in a ValueError."""
    parsed = body("Made up. {release=secret}\n")
    assert lines(parsed) == [
        "cases/harbour.md:10:19 B003 unknown release `secret` — use one of: public, workshop, internal"
    ]


def test_a_reserved_heading_counts_at_the_second_level_alone() -> None:
    """`### Lessons` before any `##` used to be taken for the reserved one, and for a repeat of it elsewhere."""
    parsed = body("Made up.\n\n### Lessons\n\n- an item\n\n## Context\n\n### Lessons\n\n- another\n\n## Lessons\n")
    assert lines(parsed) == []
    assert [passage.kind for passage in parsed.passages] == ["summary", "section", "section"]


def test_null_means_not_recorded_for_every_key() -> None:
    """`money: null`, and a key with nothing after it, were refused as no list."""
    keys = "place:\nmoney: null\nparties: ~\nresults:\nconsent:\nrelease: null\npart_of:\nsupported_by:\n"
    parsed = parse("cases/harbour.md", WHOLE.replace("sector: other", f"sector: other\n{keys}").encode())
    assert lines(parsed) == []
    assert parsed.document
    assert (parsed.document.entries, parsed.document.release) == ((), "public")
