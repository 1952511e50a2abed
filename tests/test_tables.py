"""Tables: rows of quotes and of cases become drafts, each fault is told by row and column. All of it is made up."""

import csv
import io

import files_in
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from sibkb.cli import app
from sibkb.errors import RefusedFileError
from sibkb.importing.columns import Columns, read_mapping
from sibkb.importing.converting import convert
from sibkb.importing.extract import Extract, Lost, Row, Sheet
from sibkb.importing.reading import extracted
from sibkb.importing.rows import tables
from sibkb.parsing import parse

QUOTES = """Quote,Who,Role,Theme,Case study,Colour
"We were told no,
twice",Ann Lee,worker,Legal and contracting,Harbour Street,blue
Nobody led it,,boss,procurment; data-access,Harbour Street,
,Joe,,,Harbour Street,
"He said ""yes"" *z*",Joe,provider,,River bond,
"""
CASES = """Title;Country;Sector;Stage;Start;End;Investor;Summary
Harbour Street;United Kingdom;homelessness;Complete;2012-04;2015;Bridge & Co|Lake Fund;A made-up bond.
River bond;Atlantis;homless;delivering;May 2013;;;
"""


def workbook() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Quotes"
    for row in (["text", "speaker"], ["One.", "Ann"], ["=A2", "Joe"]):
        sheet.append(row)
    sheet.merge_cells("A5:B5")
    sheet["A5"] = "Two."
    sheet["B2"].comment = openpyxl.comments.Comment("Sure?", "Ann")
    book.create_sheet("Old").sheet_state = "hidden"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_separated_text_in_every_usual_form(mark, encoding):
    text = f'name{mark}words\r\nAnné{mark}"a{mark} ""b""\nc"\r\n\r\nJoe{mark}\r\n'
    found = extracted(".csv", text.encode(encoding)).sheets
    rows = ((1, ("name", "words")), (2, ("Anné", f'a{mark} "b"\nc')), (5, ("Joe", "")))
    assert found == (Sheet(name="", rows=tuple(Row(number=number, cells=cells) for number, cells in rows)),)


def test_a_workbook_gives_values_and_names_what_is_no_cell():
    assert extracted(".xlsx", workbook()) == Extract(
        title=None,
        markdown="",
        lost=(
            Lost(where="Quotes!A5:B5", what="merged cells: the words count for the first cell alone"),
            Lost(where="Quotes!B2", what="a comment: “Sure?”"),
            Lost(where="Quotes!A3", what="a formula without its value: open the file in Excel and save it"),
            Lost(where="sheet Old", what="the sheet is hidden and was not read"),
        ),
        sheets=(
            Sheet(
                name="Quotes",
                rows=(
                    Row(number=1, cells=("text", "speaker")),
                    Row(number=2, cells=("One.", "Ann")),
                    Row(number=3, cells=("", "Joe")),
                    Row(number=5, cells=("Two.", "")),
                ),
            ),
        ),
    )


def test_a_row_a_quote_makes_a_draft_a_document():
    harbour, river = tables(extracted(".csv", QUOTES.encode()), "q.csv", None, None)
    assert (harbour.id, harbour.title, harbour.kind) == ("harbour-street", "Harbour Street", "interview")
    assert harbour.columns == (
        ("Quote", "text"), ("Who", "speaker"), ("Role", "speaker_role"), ("Theme", "theme"),
        ("Case study", "document"), ("Colour", None),
    )  # fmt: skip
    assert [f"{each.where}: {each.what.split(' — ')[0]}" for each in harbour.lost] == [
        "q.csv:4 Role: `boss` is not known",
        "q.csv:4 Theme: `procurment` is not known",
        "q.csv:5 Quote: there are no words in this row; it was left out",
    ]
    assert "did you mean `procurement`?" in harbour.lost[1].what
    assert harbour.text.endswith(
        "## In their words\n\n> We were told no,\n> twice\n>\n"
        '> — Ann Lee {speaker_role="worker" theme="legal-and-contracting"} [@document]\n\n'
        '> Nobody led it\n>\n> — speaker not stated {theme="data-access"} [@document]\n'
    )
    assert river.text.endswith('> He said "yes" \\*z\\*\n>\n> — Joe {speaker_role="provider"} [@document]\n')


def filled(text: str) -> bytes:
    for old, new in (("TODO  #", "homelessness  #"), ("stage: homelessness", "stage: complete"), ("[TODO]", "[GB]"),
                     ("date: TODO", "date: 2015"), ("TODO", "Said")):  # fmt: skip
        text = text.replace(old, new)
    return text.encode()


@pytest.mark.parametrize("text", [QUOTES, CASES])
def test_the_drafts_pass_once_their_todos_are_filled(text):
    for draft in tables(extracted(".csv", text.encode()), "q.csv", None, None):
        parsed = parse(f"cases/{draft.id}.md", filled(draft.text))
        assert parsed.problems == ()
        assert parsed.document.release == "internal"


def test_a_row_a_case():
    harbour, river = tables(extracted(".csv", CASES.encode()), "c.csv", None, None)
    assert "countries: [GB]\nsector: homelessness\nstage: complete\nstart: 2012-04\nend: 2015\n" in harbour.text
    assert '  investors: ["Bridge & Co", "Lake Fund"]\n' in harbour.text
    assert [each.where for each in river.lost] == ["c.csv:3 Country", "c.csv:3 Sector", "c.csv:3 Start"]
    assert river.lost[2].what == "`May 2013` is no date — write 2012, 2012-04 or 2012-04-30"


def test_a_mapping_says_what_columns_are():
    columns = read_mapping("m.yaml", "rows: quotes\ncolumns:\n  Words: text\n  By: speaker\n")
    assert columns == Columns(rows="quotes", columns={"Words": "text", "By": "speaker"})
    (draft,) = tables(extracted(".csv", b"Words,By\nYes.,Ann\n"), "My quotes.csv", None, columns)
    assert draft.id == "my-quotes"
    assert "> Yes.\n>\n> — Ann [@document]\n" in draft.text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("rows: quotes\nrow: 1\ncolumns:\n  A: text\n  B: speeker\n  C: text\n",
         "m.yaml:2:1 unknown key `row` — use rows, sheet and columns\n"
         "m.yaml:5:6 `speeker` is nothing that quotes have — did you mean `speaker`?\n"
         "m.yaml:6:6 `text` has a column already — keep one of them"),
        ("rows: people\n", "m.yaml:1:7 `rows` says what a row is — write one of: quotes, cases"),
        ("rows: cases\ncolumns: {A: stage}\n", "m.yaml:2:10 no column is `title` — name the one that is"),
        ("rows: [a", "m.yaml:1:7 this is not YAML: expected ',' or ']', but got '<stream end>' — "
         "close the list that begins here with ], its items apart by commas"),
    ],
)  # fmt: skip
def test_every_fault_of_a_mapping_is_told_with_its_line(text, message):
    with pytest.raises(RefusedFileError) as caught:
        read_mapping("m.yaml", text)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b'a,b\n1,"2\n3', "line 2: the row that begins here cannot be read: unexpected end of data — put a cell that "
         "holds a quotation mark in quotation marks, and write that mark twice"),
        (b"," * 400 + b"\na", "a table has more than 20000 rows or 300 columns — split it"),
        (b"text\n" + b"a\n" * 20_001, "a table has more than 20000 rows or 300 columns — split it"),
    ],
)  # fmt: skip
def test_a_table_that_cannot_be_read_is_refused(data, message):
    with pytest.raises(RefusedFileError) as caught:
        extracted(".csv", data)
    assert str(caught.value) == message


def test_a_table_of_which_nothing_is_known_says_what_to_do():
    with pytest.raises(RefusedFileError) as caught:
        tables(extracted(".csv", b"a,b\n1,2\n"), "x.csv", None, None)
    assert str(caught.value) == (
        "no column tells what a row is; the first row holds: a, b — name a column `text` (a row a quote) or `title` "
        "(a row a case), or write a mapping file and give it with --map"
    )


def test_a_workbook_comes_in_by_the_command_line(tmp_path):
    (tmp_path / "corpus").mkdir()
    (tmp_path / "My quotes.xlsx").write_bytes(workbook())
    result = CliRunner().invoke(
        app, ["--corpus", str(tmp_path / "corpus"), "import", str(tmp_path / "My quotes.xlsx"), "--write"]
    )
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[0].endswith("My quotes.xlsx: columns used: text as text, speaker as speaker")
    assert "> Two.\n" in (tmp_path / "corpus/drafts/my-quotes.md").read_text(encoding="utf-8")


CELLS = st.text(alphabet=st.characters(exclude_categories=["C", "Z"]) | st.sampled_from(' \n#>*-_[]()`&;<1.){}@"'))


@settings(max_examples=60)
@given(CELLS, CELLS, CELLS)
def test_any_cells_make_a_draft_that_can_be_read(text, speaker, title):
    cells = (text.strip() or "x", speaker.strip(), title.strip())
    rows = (Row(number=1, cells=("text", "speaker", "document")), Row(number=2, cells=cells))
    sheet = Sheet(name="", rows=rows)
    (draft,) = tables(Extract(title=None, markdown="", sheets=(sheet,)), "q.csv", None, None)
    parsed = parse(f"{draft.id}.md", filled(draft.text))
    codes = {problem.code for problem in parsed.problems}
    assert not codes & {"D001", "D003", "D004", "D005", "F001", "F010", "F011", "F012"}


def sheet_xml(rows: str) -> bytes:
    start = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    return start + rows.encode() + b"</sheetData></worksheet>"


@pytest.mark.parametrize(
    ("part", "data", "message"),
    [
        ("xl/media/a.bin", bytes(70 << 20), "the file unpacks to more than 64 MB — remove its pictures, or split it"),
        ("xl/worksheets/sheet1.xml", b'<!DOCTYPE a [<!ENTITY b "bb">]><a>&b;</a>',
         "a part of the file declares a DOCTYPE, as Office never does — save it in Office again"),
        ("xl/vbaProject.bin", b"x", "the file holds macros — save it as .xlsx without macros"),
        ("xl/worksheets/sheet1.xml", sheet_xml('<row r="1048576"><c r="A1048576"><v>1</v></c></row>'),
         "a table has more than 20000 rows or 300 columns — split it"),
        ("xl/worksheets/sheet1.xml", sheet_xml('<row r="1"><c r="XFD1"><v>1</v></c></row>'),
         "a table has more than 20000 rows or 300 columns — split it"),
        ("xl/worksheets/sheet1.xml", sheet_xml(""), "there is no row in the file — save it again, with its rows"),
    ],
    ids=["bomb", "entities", "macros", "far row", "far column", "empty"],
)  # fmt: skip
def test_a_workbook_that_no_reader_should_see_is_refused(part, data, message):
    with pytest.raises(RefusedFileError) as caught:
        extracted(".xlsx", files_in.with_part(workbook(), part, data))
    assert str(caught.value) == message


def test_a_table_is_read_in_the_process_apart(tmp_path):
    path = tmp_path / "q.csv"
    path.write_text(QUOTES, encoding="utf-8")
    assert convert(path) == extracted(".csv", QUOTES.encode())


CELL = st.text(alphabet=st.characters(exclude_categories=["C", "Z"]) | st.sampled_from(' ",;\t'), min_size=1)


@settings(max_examples=60)
@given(st.lists(st.tuples(CELL, CELL), min_size=1, max_size=5))
def test_any_cells_survive_as_text(rows):
    stream = io.StringIO()
    csv.writer(stream).writerows([("text", "speaker"), *rows])
    found = extracted(".csv", stream.getvalue().encode()).sheets[0].rows[1:]
    assert [row.cells for row in found] == [
        cells for each in rows if any(cells := tuple(cell.strip() for cell in each))
    ]
