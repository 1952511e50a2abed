"""The INDIGO projects export: what is mapped, what stays private, and who is alike. Every record here is fictional."""

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from sibkb.cli import app
from sibkb.importing import indigo
from sibkb.importing.extract import Row, Sheet
from sibkb.importing.reading import extracted
from sibkb.parsing import parse

NAME, STAGE = "Impact Bond Name - (Value)", "Stage of Development - (Value)"
SECTOR = "Purpose and classifications - Policy sector - (Value)"
FINANCE = "Overall project finance - Total investment commitment"
START, SIGNED = "Dates - Start date of service provision - (Value)", "Dates - Date outcomes contract signed - (Value)"
PLANNED = "Service and beneficiaries - Targeted number of unique service users or beneficiaries (total) - (Value)"
END = "Dates - Actual end date of service provision - (Value)"
NOTES = "Purpose and classifications - Intervention - (Value)"
ONE = {
    "ID": "INDIGO-POJ-9001", NAME: "Fictional Harbour Bond", STAGE: "Implementation", "Countries": "GB",
    SECTOR: "Homelessness; Health", START: "2015-04", SIGNED: "2015", END: "2018-03-31",
    f"{FINANCE} - Currency - (Value)": "GBP", f"{FINANCE} - Amount - Exact - (Value)": "1000000", PLANNED: "200",
    NOTES: "Fictional words of theirs", "Dates - (Source ID's)": "source1", "Notes - (Value)": "more",
}  # fmt: skip
TWO = {"ID": "INDIGO-POJ-9002", NAME: "Fictional River Bond", STAGE: "Complete", "Countries": "GB,FR",
       SECTOR: "Homelessness", f"{FINANCE} - Currency - (Value)": "Old Coin",
       f"{FINANCE} - Amount - Exact - (Value)": "5"}  # fmt: skip
THREE = {"ID": "INDIGO-POJ-9003", NAME: "Fictional Far Bond", "Countries": "JP", SECTOR: "Homelessness"}


def export(*records: dict[str, str]) -> bytes:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(dict.fromkeys(key for each in records for key in each)))
    writer.writeheader()
    writer.writerows(records)
    return stream.getvalue().encode()


def sheet(*records: dict[str, str]) -> Sheet:
    return extracted(".csv", export(*records)).sheets[0]


def test_a_record_becomes_a_draft_that_holds_what_is_known():
    (draft,) = indigo.drafts(sheet(ONE), "indigo.csv")
    for line in (
        'title: "Fictional Harbour Bond"', "countries: [GB]", "sector: homelessness", "stage: delivering",
        "start: 2015-04", "end: 2018-03-31", "indigo_ids: [INDIGO-POJ-9001]", "release: internal",
        '  - {what: "Investment committed", amount: 1000000, currency: GBP, source: indigo}',
        '  - {what: "Planned", figure: "200", source: indigo}',
        '  - {date: "2015", event: "Outcomes contract signed", source: indigo}',
    ):  # fmt: skip
        assert f"\n{line}\n" in draft.text
    assert "place:" not in draft.text
    assert "Fictional words" not in draft.text.split("---")[2]
    assert [f"{each.where}: {each.what}" for each in draft.lost] == [
        "indigo.csv:2 Purpose and classifications - Policy sector: `Health` was not taken for the sector",
        "indigo.csv:2 Notes: we have no place for it; it was left out",
    ]
    assert dict(draft.columns)["Dates - (Source ID's)"] is None
    assert dict(draft.columns)[START] == "start"
    parsed = parse("cases/x.md", draft.text.replace("TODO: one", "One").encode())
    assert parsed.problems == ()


def test_a_currency_without_a_code_stays_a_figure_in_words():
    (draft,) = indigo.drafts(sheet(TWO), "indigo.csv")
    assert '  - {what: "Investment committed", figure: "5 Old Coin", source: indigo}\n' in draft.text


STATUSES = [
    ("Stage of Development - (Status)", STAGE, "Implementation", "delivering"),
    ("Dates - (Status)", START, "2015-04", "2015-04"),
    ("Dates - Start date of service provision - (Status)", START, "2015-04", "2015-04"),
]


@pytest.mark.parametrize(("column", "field", "value", "ours"), STATUSES)
@pytest.mark.parametrize("status", ["PRIVATE", "private", "SOMETHING NEW"])
def test_what_is_private_is_nowhere(column, field, value, ours, status):
    (draft,) = indigo.drafts(sheet(ONE | {column: status}), "indigo.csv")
    told = json.dumps([draft.text, [each.what for each in draft.lost]])
    assert value not in told
    assert ours not in told.split("one of:")[0]
    assert field.removesuffix(" - (Value)") in [each.where.split(" ", 1)[1] for each in draft.lost]


@pytest.mark.parametrize(("column", "field", "value", "ours"), STATUSES)
def test_what_is_disputed_is_a_dispute(column, field, value, ours):
    (draft,) = indigo.drafts(sheet(ONE | {column: "DISPUTED"}), "indigo.csv")
    front, body = draft.text.split("\n---\n")
    assert f"- INDIGO marks this as disputed: {field.removesuffix(' - (Value)')}: {value}. [@indigo]\n" in body
    assert f": {ours}\n" not in front


@pytest.mark.parametrize("column", ["Status", "Record - (Status)"])
def test_a_private_record_is_no_draft_and_no_peer(column):
    table = sheet(ONE, TWO | {column: "PRIVATE"})
    assert [each.id for each in indigo.drafts(table, "i.csv")] == ["fictional-harbour-bond"]
    assert indigo.peers(table, "INDIGO-POJ-9001") == []


def test_two_of_one_name_are_two_drafts():
    found = indigo.drafts(sheet(ONE, ONE | {"ID": "INDIGO-POJ-9009"}), "i.csv")
    assert [each.id for each in found] == ["fictional-harbour-bond", "fictional-harbour-bond-indigo-poj-9009"]


def test_peers_share_country_and_sector_and_nothing_is_written(tmp_path):
    path = tmp_path / "indigo.csv"
    path.write_bytes(export(ONE, TWO, THREE))
    run = ["--corpus", str(tmp_path / "corpus"), "import", str(path), "--peers-of"]
    found = CliRunner().invoke(app, [*run, "INDIGO-POJ-9001"])
    assert found.stdout == (
        "INDIGO-POJ-9002 Fictional River Bond: stage Complete, start not recorded, end not recorded, invested 5 Old Coin\n"  # noqa: E501
    )
    assert found.stderr == "1 record of the same country and sector\n"
    assert json.loads(CliRunner().invoke(app, [*run, "INDIGO-POJ-9003", "--json"]).stdout) == []
    missing = CliRunner().invoke(app, [*run, "INDIGO-POJ-1"])
    assert str(missing.exception) == f"{path}: there is no record `INDIGO-POJ-1` — write an id such as INDIGO-POJ-0001"
    assert sorted(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("data", "options", "message"),
    [
        (export(ONE), ["--map", "{folder}/m.yaml"],
         "{path}: an INDIGO export has a mapping of its own, which obeys what is private — leave --map out"),
        (b"ID,Name\n1,2\n", ["--peers-of", "1"],
         "{path}: this is no export of INDIGO projects — its columns would be `ID` and `Impact Bond Name - (Value)`"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_with_a_table_is_told(tmp_path, data, options, message):
    path = tmp_path / "i.csv"
    path.write_bytes(data)
    (tmp_path / "corpus").mkdir()
    (tmp_path / "m.yaml").write_text(f"rows: cases\ncolumns:\n  {NAME}: title\n", encoding="utf-8")
    options = [each.format(folder=tmp_path) for each in options]
    result = CliRunner().invoke(app, ["--corpus", str(tmp_path / "corpus"), "import", str(path), *options])
    assert str(result.exception) == message.format(path=path)


@given(st.dictionaries(st.sampled_from(list(ONE)), st.text(min_size=1, max_size=20), max_size=8))
def test_any_values_make_a_front_matter_that_can_be_read(values):
    cells = {key: value.strip() for key, value in (ONE | values).items()}
    table = Sheet(name="", rows=(Row(number=1, cells=tuple(cells)), Row(number=2, cells=tuple(cells.values()))))
    for draft in indigo.drafts(table, "i.csv"):
        codes = {each.code for each in parse(f"{draft.id}.md", draft.text.encode("utf-8", "replace")).problems}
        assert not codes & {"D001", "D003", "D004", "D005", "F001", "F010", "F011", "F012"}
