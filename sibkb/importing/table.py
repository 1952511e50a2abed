"""Spreadsheets and separated text -> rows of cells; the only owner of openpyxl."""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from typing import Any, Final

import openpyxl
from openpyxl.utils import get_column_letter

from sibkb.errors import RefusedFileError
from sibkb.importing.decoding import cleaned, decoded
from sibkb.importing.extract import Extract, Lost, Row, Sheet

MAX_ROWS: Final = 20_000
MAX_COLUMNS: Final = 300
MAX_SHEETS: Final = 30
_SEPARATORS: Final = ",;\t"
_PARTS: Final = (("xl/media/", "a picture"), ("xl/charts/chart", "a chart"))


def read(data: bytes) -> Extract:
    """Read all cells as text: of formulas the values that stand in the file; what is no cell is named as lost."""
    sheets, lost = _workbook(data) if data.startswith(b"PK") else _separated(data)
    sheets = tuple(each for each in sheets if each.rows)
    if not sheets:
        raise RefusedFileError("there is no row in the file — save it again, with its rows")
    return Extract(title=None, markdown="", lost=tuple(lost), sheets=sheets)


def _separated(data: bytes) -> tuple[tuple[Sheet, ...], Iterable[Lost]]:
    text, lost = decoded(data)
    text = text.lstrip("\ufeff")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    rows: list[Row] = []
    begins = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append(Row(number=begins, cells=tuple(map(str.strip, cells))))
            _refuse_large(len(rows), len(cells))
            begins = reader.line_num + 1
    except csv.Error as error:
        raise RefusedFileError(f"line {begins}: the row that begins here cannot be read: {error} — "
                               "put a cell that holds a quotation mark in quotation marks, and write that mark twice"
                               ) from error  # fmt: skip
    return (Sheet(name="", rows=tuple(rows)),), lost


def _separator(text: str) -> str:
    """What divides the first row into most cells."""
    first = next((line for line in text.split("\n") if line.strip()), "")
    return max(_SEPARATORS, key=lambda mark: len(next(csv.reader([first], delimiter=mark), [])))


def _refuse_large(rows: int, columns: int) -> None:
    if rows > MAX_ROWS or columns > MAX_COLUMNS:
        raise RefusedFileError(f"a table has more than {MAX_ROWS} rows or {MAX_COLUMNS} columns — split it")


def _workbook(data: bytes) -> tuple[tuple[Sheet, ...], list[Lost]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.namelist()
        has_formulas = any(b"<f" in archive.read(each) for each in parts if each.startswith("xl/worksheets/"))
    book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    if len(book.worksheets) > MAX_SHEETS:
        raise RefusedFileError(f"the file has more than {MAX_SHEETS} sheets — split it")
    formulas = openpyxl.load_workbook(io.BytesIO(data)) if has_formulas else book
    sheets, lost = [], [Lost(where="the whole file", what=what)
                        for start, what in _PARTS for each in parts if each.startswith(start)]  # fmt: skip
    for sheet in book.worksheets:
        _refuse_large(sheet.max_row, sheet.max_column)
        lost += _odd(sheet)
        if has_formulas:
            lost += _without_values(sheet, formulas[sheet.title])
        if sheet.sheet_state == "visible":
            rows = (Row(number=number, cells=tuple(map(_text, cells)))
                    for number, cells in enumerate(sheet.iter_rows(values_only=True), 1))  # fmt: skip
            sheets.append(Sheet(name=sheet.title, rows=tuple(row for row in rows if any(row.cells))))
    return tuple(sheets), lost


def _odd(sheet: Any) -> Iterator[Lost]:
    """What a sheet has beside its rows: that it is hidden, merged cells, hidden rows, remarks."""
    if sheet.sheet_state != "visible":
        yield Lost(where=f"sheet {sheet.title}", what="the sheet is hidden and was not read")
        return
    for merged in sheet.merged_cells.ranges:
        yield Lost(where=f"{sheet.title}!{merged.coord}", what="merged cells: the words count for the first cell alone")
    hidden = [number for number, row in sheet.row_dimensions.items() if row.hidden]
    if hidden:
        yield Lost(where=f"sheet {sheet.title}", what=f"hidden rows were read like others: {len(hidden)}")
    for row in sheet.iter_rows():
        for cell in row:
            if getattr(cell, "comment", None):
                words = " ".join(str(cell.comment.text).split())
                yield Lost(where=f"{sheet.title}!{cell.coordinate}", what=f"a comment: “{words}”")


def _without_values(sheet: Any, formulas: Any) -> Iterator[Lost]:
    for row in formulas.iter_rows():
        for cell in row:
            if cell.data_type == "f" and sheet[cell.coordinate].value is None:
                yield Lost(where=f"{sheet.title}!{get_column_letter(cell.column)}{cell.row}",
                           what="a formula without its value: open the file in Excel and save it")  # fmt: skip


def _text(value: Any) -> str:
    """A value as a person would write it; a day without its midnight."""
    if value is None:
        return ""
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return cleaned(str(value))[0].strip()
