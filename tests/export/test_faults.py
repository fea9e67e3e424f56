"""The workbook of faulty rows: what is marked, what is told, and what stays mere text."""

import io
import zipfile
from datetime import UTC, date, datetime

import openpyxl
import pytest

from geo.export.faults import LINE_HEADING, NOTE_HEADING, faults_workbook
from geo.importer.headings import match_headings
from geo.importer.model import RowFault, Table
from geo.model import KINDS


def table(**columns):
    cells = list(columns.values())
    return Table("企业", "xlsx", list(columns), cells, list(range(4, 4 + len(cells[0]))))


def fault(row, column, *, severity="error", fatal=False, zh="错", en="wrong"):
    return RowFault(row, column, "VALUE_RANGE", severity, {"zh": zh, "en": en}, "", fatal)


def opened(body):
    return openpyxl.load_workbook(io.BytesIO(body)).active


def rows(body):
    return [list(row) for row in opened(body).iter_rows(values_only=True)]


HALF_PAST_EIGHT = datetime(2024, 3, 15, 8, 30, tzinfo=UTC)
FIRMS = table(名称=["甲", "乙", "丙"], 年产值=["1", "很多", 3], 用地=[None, 5.5, "x"])


def test_only_the_rows_with_faults_are_there_with_their_line_and_what_to_do():
    body = faults_workbook(FIRMS, [fault(5, "年产值"), fault(6, "用地", zh="坏", en="bad")], {})
    assert rows(body) == [
        [LINE_HEADING, "名称", "年产值", "用地", NOTE_HEADING],
        [5, "乙", "很多", 5.5, "错 / wrong"],
        [6, "丙", 3, "x", "坏 / bad"],
    ]


def test_the_cells_at_fault_are_coloured_and_only_they():
    sheet = opened(faults_workbook(FIRMS, [fault(5, "年产值"), fault(6, "用地", fatal=True)], {}))
    filled = {c.coordinate: c.fill.fgColor.rgb[-6:] for r in sheet for c in r if c.fill.fill_type}
    assert filled == {"C2": "FFF2CC", "D3": "F8CBAD"}


def test_several_faults_of_a_row_and_notes_stand_in_one_cell_once():
    faults = [fault(5, "年产值"), fault(5, "用地"), fault(5, "用地", zh="坏", en="bad")]
    notes = {5: [{"zh": "是否指甲？", "en": "meant: A?"}]}
    assert rows(faults_workbook(FIRMS, faults, notes))[1][-1] == (
        "错 / wrong\n坏 / bad\n是否指甲？ / meant: A?"
    )


def test_a_fault_of_the_whole_file_makes_no_row():
    assert len(rows(faults_workbook(FIRMS, [fault(0, "")], {}))) == 1


def test_what_is_only_worth_knowing_colours_nothing():
    sheet = opened(faults_workbook(FIRMS, [fault(5, "年产值", severity="info")], {}))
    assert [c.coordinate for r in sheet for c in r if c.fill.fill_type] == []


@pytest.mark.parametrize(
    "text",
    ['=HYPERLINK("http://x","y")', "+1+1", "-2+3", "@SUM(A1)", "=cmd|' /C calc'!A0", "\t=1+1"],
)
def test_a_text_that_looks_like_a_formula_stays_text(text):
    body = faults_workbook(table(a=[text], b=["x"]), [fault(4, "a", zh=text, en=text)], {})
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert b"<f" not in archive.read("xl/worksheets/sheet1.xml")
    sheet = opened(body)
    assert sheet["B2"].data_type == "s"
    assert sheet["B2"].quotePrefix
    assert sheet["B2"].value.strip() == text.strip()


def test_a_formula_among_the_headings_stays_text_too():
    made = Table("s", "csv", ["=1+1"], [["x"]], [2])
    assert opened(faults_workbook(made, [fault(2, "=1+1")], {}))["B1"].data_type == "s"


def test_long_numbers_keep_their_digits_and_text_is_not_turned_into_numbers():
    made = table(a=["91653225MA0000000X", "000123"], b=[653225199001011234, 12.5])
    found = rows(faults_workbook(made, [fault(4, "a"), fault(5, "a")], {}))
    assert [row[1:3] for row in found[1:]] == [
        ["91653225MA0000000X", "653225199001011234"],
        ["000123", 12.5],
    ]


def test_what_a_workbook_cannot_hold_is_written_all_the_same():
    made = table(
        a=["x\x00y\x0b", "长" * 40_000, float("nan"), True],
        b=[date(2024, 3, 15), date(1800, 1, 1), HALF_PAST_EIGHT, None],
    )
    found = rows(faults_workbook(made, [fault(n, "a") for n in range(4, 8)], {}))
    assert found[1][1] == "x y "
    assert len(found[2][1]) == 32_000
    assert found[3][1] is None
    assert found[4][1] is True
    assert [str(row[2]) for row in found[1:]] == [
        "2024-03-15 00:00:00", "1800-01-01", "2024-03-15 08:30:00", "None",
    ]  # fmt: skip


def test_the_added_columns_are_left_out_when_the_workbook_comes_back():
    heading = [LINE_HEADING, "企业名称", NOTE_HEADING]
    made = Table("faults", "xlsx", heading, [[5], ["甲"], ["错"]], [2])
    found = match_headings(made, KINDS["enterprises"], given={}, units={}, remembered={})
    assert [match.field for match in found] == [None, "name_zh", None]
    assert [match.how for match in found] == ["left_out", "alias", "left_out"]


def test_no_more_rows_than_a_person_mends_and_the_rest_is_told(monkeypatch):
    monkeypatch.setattr("geo.export.faults.MOST_ROWS", 2)
    body = faults_workbook(FIRMS, [fault(4, "a"), fault(5, "a"), fault(6, "a")], {})
    assert len(rows(body)) == 3
    more = openpyxl.load_workbook(io.BytesIO(body)).worksheets[1]["A1"].value
    assert "共有 3 行有问题" in more
