"""Lists to take away, each read back by a reader of others."""

import csv
import io
import json
from datetime import date

import bibtexparser
import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from typer.testing import CliRunner

from sibkb.cli import app
from sibkb.exporting import FORMATS, Taken
from sibkb.exporting.csl import csl_json
from sibkb.exporting.lists import as_bibtex, as_csl, as_csv, as_jsonl, as_text, as_xlsx, safe
from sibkb.model import Entry, Party, Source
from sibkb.settings import Settings
from tests.tiny import document, passage

REPORT = Source(id="report", title="A report", publisher="A ministry", date="2013-06", url="https://example.org/r",
                read="part")  # fmt: skip
TALK = document("talk", kind="interview", title="Who drives it", sources=(REPORT,),
                parties=(Party(role="authors", name="Ann Author"),))  # fmt: skip
BOND = document("bond", title="A bond", start="2012-04", end="2015", stage="complete", sources=(REPORT,),
                parties=(Party(role="investors", name="Bridges", note="lead"),),
                entries=(Entry(field="money", what="Investment", figure="GBP 1,000"),))  # fmt: skip
QUOTE = passage("talk.job", "I made my own job", kind="quote", speaker="a worker", speaker_role="worker",
                themes=("procurement",), source_ids=("report",), lines=(4, 5))  # fmt: skip
VIEW = passage("talk.view", "=They made posts", kind="perspective", speaker="a manager", source_ids=("report",))
LESSON = passage("bond.early", "Ask early.\nAnd often.", kind="lesson", basis="inferred", source_ids=())
PASSAGES = Taken(
    items=[(TALK, QUOTE), (TALK, VIEW), (BOND, LESSON)],
    told={"Question": "=who?"},
    made=date(2026, 11, 24),
    link=lambda document, passage: f"https://kb.example.org/{(passage or document).id}",
)
DOCUMENTS = Taken(items=[(BOND, None), (TALK, None)], told={}, made=date(2026, 11, 24),
                  told_of={"bond": [LESSON], "talk": [QUOTE, VIEW]})  # fmt: skip
CSL_ITEM = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["type", "id"],
        "properties": {
            "type": {"enum": ["entry", "webpage", "document", "dataset"]},
            "id": {"type": "string"},
            **{name: {"type": "string"} for name in ("title", "container-title", "publisher", "URL", "note")},
            "author": {"type": "array", "items": {"properties": {"literal": {"type": "string"}}}},
            **{
                name: {
                    "type": "object",
                    "properties": {
                        "date-parts": {"type": "array", "items": {"type": "array", "maxItems": 3}},
                        "literal": {"type": "string"},
                    },
                    "additionalProperties": False,
                }
                for name in ("issued", "accessed")
            },
        },
        "additionalProperties": False,
    },
}
"""What of the CSL data schema 1.0.2 is used here."""


def rows(made: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(made.decode("utf-8-sig"), newline="")))


def test_a_row_a_passage_with_whose_words_they_are():
    quote, view, lesson = rows(as_csv(PASSAGES))
    assert (quote["Id"], quote["Kind"], quote["Text"]) == ("talk.job", "Quotation", "“I made my own job”")
    assert (quote["Who speaks"], quote["Role"], quote["Theme"]) == (
        "a worker", "People who did the work", "Procurement")  # fmt: skip
    assert (quote["File"], quote["Link"]) == ("corpus/cases/talk.md, lines 4–5", "https://kb.example.org/talk.job")
    assert (view["Kind"], view["Text"]) == ("Perspective: our summary of what they said", "'=They made posts")
    assert (lesson["Text"], lesson["Where a lesson comes from"]) == ("Ask early.\nAnd often.", "We infer it")
    assert lesson["Sources"] == "not recorded"


def test_a_row_a_document_with_its_facts():
    bond, talk = rows(as_csv(DOCUMENTS))
    assert (bond["Title"], bond["When it ran"]) == ("A bond", "Began: April 2012; Ended: 2015")
    assert (bond["Who invested"], bond["Money"]) == ("Bridges (lead)", "Investment: GBP 1,000")
    assert (bond["Who pays for outcomes"], talk["Who pays for outcomes"]) == ("not recorded", "")
    assert (talk["Who wrote it"], "Link" in talk) == ("Ann Author", False)


def test_csv_tells_excel_that_it_is_utf_8():
    assert as_csv(PASSAGES).startswith(b"\xef\xbb\xbf")


def test_excel_has_the_same_rows_its_head_in_sight_and_what_was_asked():
    book = load_workbook(io.BytesIO(as_xlsx(PASSAGES)))
    head, *lines = ([cell or "" for cell in row] for row in book["List"].iter_rows(values_only=True))
    assert [dict(zip(head, line, strict=True)) for line in lines] == rows(as_csv(PASSAGES))
    assert book["List"].freeze_panes == "B2"
    assert [*book["About this list"].iter_rows(values_only=True)][1:] == [
        ("Made on", "24 November 2026"), ("Rows", "3"), ("Question", "'=who?")]  # fmt: skip
    assert not [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


def test_a_text_too_long_for_excel_says_where_it_is_cut():
    long = passage("talk.long", "word " * 7_000, kind="section")
    taken = Taken(items=[(TALK, long)], told={}, made=date(2026, 11, 24))
    (cell,) = [
        row[2] for row in load_workbook(io.BytesIO(as_xlsx(taken)))["List"].iter_rows(min_row=2, values_only=True)
    ]
    assert len(cell) == 32_767
    assert cell.endswith("word wor … [cut here: a cell of Excel holds no more; the CSV has it all]")
    assert rows(as_csv(taken))[0]["Text"] == long.text


def test_a_line_an_item_for_scripts():
    lines = [json.loads(line) for line in as_jsonl(PASSAGES).decode().splitlines()]
    assert [(each["id"], each["text"]) for each in lines] == [
        ("talk.job", "I made my own job"),
        ("talk.view", "=They made posts"),
        ("bond.early", "Ask early.\nAnd often."),
    ]
    assert [json.loads(line)["title"] for line in as_jsonl(DOCUMENTS).decode().splitlines()] == [
        "A bond",
        "Who drives it",
    ]


def test_citations_as_text_stand_one_below_the_other():
    first, second, third = as_text(PASSAGES).decode().split("\n\n")
    assert first.startswith("“I made my own job” — a worker (role: People who did the work).\nAnn Author.")
    assert "— a manager (our summary of what they said)." in second
    assert third.endswith("Source: not recorded.\n")


def test_a_bibliography_has_each_source_once():
    entries = bibtexparser.parse_string(as_bibtex(PASSAGES).decode()).entries_dict
    assert [*entries] == ["sibkb.talk.job", "source.talk.report", "sibkb.talk.view", "sibkb.bond.early"]


def test_zotero_reads_each_item_once():
    items = json.loads(as_csl(PASSAGES))
    jsonschema.validate(items, CSL_ITEM)
    assert [each["id"] for each in items] == [
        "sibkb.talk.job", "source.talk.report", "sibkb.talk.view", "sibkb.bond.early"]  # fmt: skip
    assert items[1] == {
        "id": "source.talk.report", "type": "webpage", "title": "A report", "publisher": "A ministry",
        "issued": {"date-parts": [[2013, 6]]}, "URL": "https://example.org/r", "note": "Read in part."}  # fmt: skip
    assert items[0]["author"] == [{"literal": "Ann Author"}]


def test_every_document_of_the_corpus_is_cited_in_that_form(base):
    for each in base.engine.documents.values():
        jsonschema.validate(json.loads(csl_json(each, accessed=date(2026, 11, 24))), CSL_ITEM)


@pytest.mark.parametrize("make", [each.make for each in FORMATS.values()], ids=FORMATS)
def test_a_list_of_nothing_is_a_file_all_the_same(make):
    assert isinstance(make(Taken(items=[], told={}, made=date(2026, 11, 24))), bytes)


@given(st.text(max_size=60))
def test_no_cell_begins_a_formula_and_none_loses_a_letter(text: str):
    cell = safe(text)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert cell.removeprefix("'") == text.removeprefix("'") or cell == text


def sibkb(settings: Settings, *arguments: str):
    return CliRunner().invoke(app, ["--corpus", str(settings.corpus), "--indexes", str(settings.indexes), *arguments])


def test_search_writes_all_that_it_finds(few, tmp_path):
    path = tmp_path / "voices.csv"
    result = sibkb(few, "search", "--kind", "quote", "--kind", "perspective", "-k", "2", "--out", str(path))
    found = rows(path.read_bytes())
    assert result.exit_code == 0
    assert result.stdout.endswith(f"voices.csv: {len(found)} passages\n")
    assert len(found) > 10
    assert {row["Kind"].partition(":")[0] for row in found} == {"Quotation", "Perspective"}


def test_search_writes_over_nothing(few, tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("mine")
    result = sibkb(few, "search", "champion", "--out", str(path))
    assert result.exit_code == 1
    assert path.read_text() == "mine"
    assert str(result.exception) == f"{path} is there already — choose another name, or remove that file"


@pytest.mark.parametrize(("arguments", "told"), [
    (["--out", "list.pdf"], "a list is written as one of: .xlsx, .csv, .jsonl, .txt, .bib, .json"),
    (["--out", "list.csv", "--json"], "use one of: --json, --out"),
])  # fmt: skip
def test_what_cannot_be_written_is_told(few, arguments, told):
    result = sibkb(few, "search", "champion", *arguments)
    assert result.exit_code == 2
    assert told in " ".join(result.stderr.replace("│", " ").split())


def test_show_cites_for_zotero(few):
    cited = json.loads(sibkb(few, "show", "interview-roles-in-government.pet-project", "--cite", "csl").stdout)
    jsonschema.validate(cited, CSL_ITEM)
    assert cited[0]["id"] == "sibkb.interview-roles-in-government.pet-project"
