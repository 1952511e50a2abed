"""docs/corpus-format.md says what the parser does: its example, keys, attributes, vocabularies and codes."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from sibkb import vocabulary
from sibkb.parsing import CODES, WARNINGS, parse
from sibkb.parsing.attributes import ATTRIBUTES, NEEDS, TAKES
from sibkb.parsing.body import NOT_STATED, RESERVED
from sibkb.parsing.front_matter import FrontMatter, PartyRows, SourceRow, json_schema

DOCS = (Path(__file__).parent.parent / "docs" / "corpus-format.md").read_text()

VOCABULARIES = {
    "Kinds of document (`kind`)": vocabulary.DOCUMENT_KINDS,
    "Kinds of passage": vocabulary.PASSAGE_KINDS,
    "Themes (`theme`)": vocabulary.THEMES,
    "Stages of the work (`work_stage`)": vocabulary.WORK_STAGES,
    "Audiences (`audience`)": vocabulary.AUDIENCES,
    "Sectors (`sector`)": vocabulary.SECTORS,
    "Stages of a project (`stage`)": vocabulary.STAGES,
    "Roles (`speaker_role`, `about_role`)": vocabulary.ROLES,
    "What a lesson rests on (`basis`)": vocabulary.BASES,
    "Status of a quote (`status`)": vocabulary.STATUSES,
    "Releases (`release`)": vocabulary.RELEASES,
    "How far a source was read (`read`)": vocabulary.READS,
}


def section(heading: str) -> str:
    """The text below a heading, down to the next of its level or above."""
    level = len(heading) - len(heading.lstrip("#"))
    start = DOCS.index(f"\n{heading}\n") + len(heading) + 2
    end = re.search(rf"^#{{1,{level}}} ", DOCS[start:], re.MULTILINE)
    return DOCS[start:][: end.start() if end else None].strip()


def names(heading: str) -> list[str]:
    """The words in code in the first column of the tables below a heading."""
    rows = [line.split("|")[1] for line in section(heading).split("\n### ")[0].splitlines() if line.startswith("| `")]
    return [name for row in rows for name in re.findall(r"`([^`]+)`", row)]


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [list(head), ["---"] * len(list(head)), *map(list, rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def vocabularies() -> str:
    """The section on vocabularies as it must stand in the document."""
    return "\n\n".join(
        f"### {title}\n\n"
        + table(["word", "label", "meaning"], [[f"`{word}`", term.label, term.meaning] for word, term in words.items()])
        for title, words in VOCABULARIES.items()
    )


def codes(head: str, meanings: Mapping[str, str]) -> str:
    """The table of codes as it must stand in the document."""
    return table(["code", head], [[f"`{code}`", meaning] for code, meaning in meanings.items()])


def test_the_example_is_a_whole_file() -> None:
    example = re.search(r"^```markdown\n(.*?)^```$", DOCS, re.DOTALL | re.MULTILINE)
    assert example
    parsed = parse("cases/dwp-innovation-fund.md", example[1].encode())
    assert parsed.problems == ()
    assert {passage.kind for passage in parsed.passages} == set(vocabulary.PASSAGE_KINDS)


def test_the_keys_of_the_front_matter() -> None:
    assert set(names("## Front matter")) == set(FrontMatter.model_fields)


def test_which_keys_are_needed() -> None:
    rows = [line.split("|")[1:3] for line in section("## Front matter").splitlines() if line.startswith("| `")]
    needed = {key.strip(" `") for key, need in rows if need.strip() == "yes"}
    required = {
        name for model in (FrontMatter, SourceRow) for name, each in model.model_fields.items() if each.is_required()
    }
    assert needed == required


def test_the_keys_of_a_source() -> None:
    assert set(names("### Sources")) == set(SourceRow.model_fields)


def test_the_roles_of_parties() -> None:
    row = next(line for line in DOCS.splitlines() if line.startswith("| `parties`"))
    assert re.findall(r"`([a-z_]+)`", row)[1:] == list(PartyRows.model_fields)


@pytest.mark.parametrize(
    ("key", "row"),
    [("parties", "PartyRow"), ("money", "MoneyRow"), ("outcome_metrics", "MetricRow"), ("results", "FigureRow"),
     ("people_served", "FigureRow"), ("timeline", "EventRow"), ("consent", "ConsentRow")],
)  # fmt: skip
def test_the_keys_of_an_entry(key: str, row: str) -> None:
    """Each row of the table names in braces what its entries hold; `id` and `note` are explained once below it."""
    line = next(line for line in DOCS.splitlines() if line.startswith(f"| `{key}`"))
    told = {name for braces in re.findall(r"\{([^}]*)\}", line) for name in braces.split(", ")}
    common = {"id", "note"} if key != "consent" else set()
    assert told | common == set(json_schema()["$defs"][row]["properties"])


def test_the_attributes() -> None:
    assert names("### Attributes") == ["#name", ".key", *ATTRIBUTES]


def test_which_passages_take_an_attribute() -> None:
    rows = [line.split("|")[1:3] for line in section("### Attributes").splitlines() if line.startswith("| `")]
    for name, kinds in [(name.strip(" `"), kinds.strip()) for name, kinds in rows][2:]:
        takers = [kind for kind, takes in TAKES.items() if name in takes]
        assert kinds == "any" if len(takers) == len(TAKES) else set(kinds.split(", ")) == set(takers), name


def test_the_reserved_headings_and_what_they_need() -> None:
    rows = [line.split("|") for line in section("## Body").splitlines() if line.startswith("| `## ")]
    assert {row[1].strip(" `#"): re.findall(r"`([a-z_]+)`", row[3]) for row in rows} == {
        heading: list(NEEDS.get(kind, ())) for heading, kind in RESERVED.items()
    }
    assert all("citation" in row[3] for row in rows)
    assert NOT_STATED in section("## Body")


def test_the_vocabularies() -> None:
    assert list(VOCABULARIES.values()) == [
        words
        for name, words in vars(vocabulary).items()
        if name.isupper() and not name.startswith("_") and name not in ("READS", "COUNTRIES", "OPEN")
    ] + [vocabulary.READS]
    assert section("## Vocabularies") == vocabularies()


def test_the_codes() -> None:
    assert codes("what is wrong", CODES) in section("## Problem codes")
    assert codes("what a reader would miss", WARNINGS) in section("### Warnings")
    assert set(re.findall(r"\b[DFBRW]\d{3}\b", DOCS)) == {*CODES, *WARNINGS}
