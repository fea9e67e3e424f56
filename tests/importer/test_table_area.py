import pytest
from openpyxl.worksheet.worksheet import Worksheet

from geo.importer.heading_rows import find_heading
from geo.importer.sheet import Sheet, line_ranges
from geo.importer.table_area import table_of
from geo.importer.text import read_text_tables
from geo.importer.workbook import read_workbook
from tests.importer.files import write_csv, write_xls, write_xlsx

RECORDS = [["A-1", "策勒一号地", 30, 25], ["A-2", "策勒二号地", 40, 36.5]]
HEADING = ["地块编号", "名称", "总用地(亩)", "净用地(亩)"]


def read_rows(tmp_path, rows, *merges):
    def merge(sheet: Worksheet):
        for cells in merges:
            sheet.merge_cells(cells)

    path = write_xlsx(tmp_path / "a.xlsx", rows, merge)
    (table,) = read_workbook(path, name="a.xlsx")
    return table


def read_text(tmp_path, rows):
    rows = [["" if cell is None else cell for cell in row] for row in rows]
    (table,) = read_text_tables(write_csv(tmp_path / "a.csv", rows), name="a.csv")
    return table


def remarks(table):
    return {remark.code: remark.params["lines"] for remark in table.remarks}


def keys(table):
    return table.columns[0]


# --- headings --------------------------------------------------------------------------------


def test_a_title_and_a_remark_on_units_are_above_the_table(tmp_path):
    rows = [
        ["策勒县工业用地台账 2026年9月"],
        ["填报单位：策勒县自然资源局", None, None, "单位：万元、亩"],
        HEADING,
        *RECORDS,
    ]
    table = read_rows(tmp_path, rows, "A1:D1", "A2:B2")
    assert table.headings == HEADING
    assert table.rows == [4, 5]
    assert table.notes == [
        "策勒县工业用地台账2026年9月",
        "填报单位：策勒县自然资源局 单位：万元、亩",
    ]
    assert remarks(table) == {"TABLE_ROWS_ABOVE": "1-2"}


def test_a_title_row_of_several_short_texts_is_no_heading(tmp_path):
    rows = [
        ["工业用地台账", "2026年9月"],
        ["制表单位", "发改委", "日期", "九月"],
        HEADING,
        *RECORDS,
    ]
    wide = [
        [*row, *([None] * (4 - len(row))), *["x"] * (4 if len(row) == 4 else 0)] for row in rows
    ]
    wide[1][4:] = [None] * 4
    wide[2][4:] = ["所在园区", "用途", "状态", "备注"]
    assert read_text(tmp_path, wide).headings == [*HEADING, "所在园区", "用途", "状态", "备注"]


GROUPED = [
    ["地块编号", "名称", "用地面积", None, "投资", None, "备注"],
    [None, None, "总用地(亩)", "净用地(亩)", "计划", "到位", None],
    ["A-1", "一号地", 30, 25, 100, 50, "在建"],
    ["A-2", "二号地", 40, 36.5, 200, 20, None],
]
JOINED = [
    "地块编号",
    "名称",
    "用地面积/总用地(亩)",
    "用地面积/净用地(亩)",
    "投资/计划",
    "投资/到位",
    "备注",
]


def test_merged_headings_of_two_rows_are_joined_from_the_top(tmp_path):
    merges = ("A1:A2", "B1:B2", "C1:D1", "E1:F1", "G1:G2")
    table = read_rows(tmp_path, GROUPED, *merges)
    assert table.headings == JOINED
    assert table.rows == [3, 4]
    assert table.columns[3] == [25, 36.5]
    assert table.remarks == []


def test_grouped_headings_are_joined_without_merged_cells_too(tmp_path):
    assert read_text(tmp_path, GROUPED).headings == JOINED
    assert read_rows(tmp_path, GROUPED).headings == JOINED


def test_merged_headings_of_an_old_workbook_are_joined(tmp_path):
    def merge(sheet):
        sheet.write_merge(0, 0, 2, 3, "用地面积")
        sheet.write_merge(0, 1, 0, 0, "地块编号")
        sheet.write_merge(0, 1, 1, 1, "名称")

    rows = [[], [None, None, "总(亩)", "净(亩)"], *RECORDS]
    (table,) = read_workbook(write_xls(tmp_path / "a.xls", {"表": rows}, merge), name="a.xls")
    assert table.headings == ["地块编号", "名称", "用地面积/总(亩)", "用地面积/净(亩)"]


def test_a_merged_heading_reaches_as_far_as_it_is_merged(tmp_path):
    rows = [["编号", "用地", None, None], [None, "总", "净", "备注"], ["A", 1, 2, "x"]]
    table = read_rows(tmp_path, rows, "A1:A2", "B1:C1")
    assert table.headings == ["编号", "用地/总", "用地/净", "备注"]


def test_headings_of_three_rows_are_joined(tmp_path):
    rows = [
        ["编号", "用地", None, None, None],
        [None, "规划", None, "现状", None],
        [None, "工业", "仓储", "工业", "仓储"],
        ["A", 1, 2, 3, 4],
    ]
    expected = ["编号", "用地/规划/工业", "用地/规划/仓储", "用地/现状/工业", "用地/现状/仓储"]
    assert read_rows(tmp_path, rows, "A1:A3", "B1:E1", "B2:C2", "D2:E2").headings == expected
    assert read_text(tmp_path, rows).headings == expected


def test_a_group_far_narrower_than_the_table_is_found_again_above_its_parts(tmp_path):
    rows = [
        ["编号", "用地面积", *[None] * 4, "投资", *[None] * 4],
        [None, *"甲乙丙丁戊", *"己庚辛壬癸"],
        ["A", *range(2, 12)],
    ]
    table = read_text(tmp_path, rows)
    assert table.headings[:3] == ["编号", "用地面积/甲", "用地面积/乙"]
    assert table.headings[-1] == "投资/癸"


def test_a_row_of_units_is_part_of_the_heading(tmp_path):
    rows = [["编号", "用地面积", "投资", "备注"], [None, "亩", "（万元）", None], ["A", 1, 2, "x"]]
    expected = ["编号", "用地面积(亩)", "投资(万元)", "备注"]
    assert read_text(tmp_path, rows).headings == expected
    assert read_rows(tmp_path, rows).headings == expected
    assert read_rows(tmp_path, rows, "A1:A2", "D1:D2").headings == expected


@pytest.mark.parametrize(
    "numbers", [[1, 2, 3, 4], ["甲", "乙", 1, 2, 3, 4], ["(1)", "(2)", "(3)", "(4)"]]
)
def test_a_row_that_numbers_the_columns_is_left_out(tmp_path, numbers):
    rows = [[f"栏目{n}" for n in numbers], numbers, ["A", "甲厂", 5, 6, 7, 8][: len(numbers)]]
    table = read_rows(tmp_path, rows)
    assert table.rows == [3]
    assert remarks(table) == {"TABLE_ROWS_LEFT_OUT": "2"}


def test_years_may_be_headings(tmp_path):
    table = read_rows(tmp_path, [["指标", 2024, 2025], ["企业数", 14, 21]])
    assert table.headings == ["指标", "2024", "2025"]


def test_a_heading_on_two_lines_is_one_text(tmp_path):
    table = read_rows(tmp_path, [["地块\n编号", "Park \n name"], ["A", "B"]])
    assert table.headings == ["地块编号", "Park name"]


def test_texts_only_below_a_heading_are_records(tmp_path):
    rows = [["名称", "园区", "状态"], ["甲厂", "策勒", "在建"], ["乙厂", "于田", "投产"]]
    assert read_text(tmp_path, rows).rows == [2, 3]


def test_a_table_of_one_column_has_a_heading(tmp_path):
    table = read_text(tmp_path, [["企业名称"], ["甲厂"], ["乙厂"]])
    assert (table.headings, table.columns) == (["企业名称"], [["甲厂", "乙厂"]])


def test_a_file_of_headings_alone_is_a_table_without_records(tmp_path):
    table = read_text(tmp_path, [HEADING])
    assert (table.headings, table.rows) == (HEADING, [])


# --- what is no record -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "total",
    [
        ["合计", None, 70, 61.5],
        ["合 计", None, 70, 61.5],
        [None, "总计：", 70, 61.5],
        [3, "小计", 70, 61.5],
        ["策勒工业园小计", None, 70, 61.5],
        ["Total", None, 70, 61.5],
    ],
)
def test_totals_are_left_out_wherever_they_stand(tmp_path, total):
    table = read_rows(tmp_path, [HEADING, *RECORDS, total, ["B-1", "于田一号地", 1, 1], total])
    assert keys(table) == ["A-1", "A-2", "B-1"]
    assert remarks(table) == {"TABLE_ROWS_LEFT_OUT": "4, 6"}


def test_signatures_and_footnotes_are_left_out_and_kept_as_notes(tmp_path):
    rows = [
        HEADING,
        *RECORDS,
        ["合计", None, 70, 61.5],
        [],
        ["备注：1.面积单位为亩。"],
        ["2.净用地指可直接供应的土地。"],
        ["填表人：某某", "审核人：某某", "填报日期：2026年9月"],
    ]
    table = read_rows(tmp_path, rows, "A6:D6", "A7:D7")
    assert table.rows == [2, 3]
    assert remarks(table) == {"TABLE_ROWS_LEFT_OUT": "4, 6-8"}
    assert table.notes[0] == "备注：1.面积单位为亩。"


def test_a_signature_without_colon_is_left_out(tmp_path):
    table = read_rows(tmp_path, [HEADING, *RECORDS, ["制表人", "某某", "负责人", "某某"]])
    assert keys(table) == ["A-1", "A-2"]


def test_a_record_with_only_a_name_at_the_end_is_kept(tmp_path):
    table = read_rows(tmp_path, [HEADING, *RECORDS, [None, "策勒三号地"]])
    assert table.columns[1][-1] == "策勒三号地"
    assert table.remarks == []


def test_a_firm_whose_name_contains_such_words_is_kept(tmp_path):
    rows = [
        ["企业名称", "备注"],
        ["合计科技公司", "x"],
        ["注塑制品厂", "审核中"],
        ["说明书印刷厂", "y"],
    ]
    assert keys(read_rows(tmp_path, rows)) == ["合计科技公司", "注塑制品厂", "说明书印刷厂"]


def test_titles_of_sections_and_repeated_headings_are_left_out(tmp_path):
    rows = [
        HEADING,
        ["一、策勒县"],
        RECORDS[0],
        HEADING,
        ["（二）于田县"],
        RECORDS[1],
    ]
    table = read_rows(tmp_path, rows, "A2:D2", "A5:D5")
    assert table.rows == [3, 6]
    assert remarks(table) == {"TABLE_ROWS_LEFT_OUT": "2, 4-5"}


# --- merged records --------------------------------------------------------------------------


def test_a_text_merged_over_records_stands_in_each_of_them(tmp_path):
    rows = [
        ["园区", "地块编号", "面积"],
        ["策勒工业园", "A-1", 1],
        [None, "A-2", 2],
        [None, "A-3", 3],
        ["于田园区", "B-1", 4],
    ]
    table = read_rows(tmp_path, rows, "A2:A4")
    assert table.columns[0] == ["策勒工业园"] * 3 + ["于田园区"]
    assert remarks(table) == {"TABLE_MERGED_TEXTS": "2"}


def test_a_number_merged_over_records_counts_once_and_is_told(tmp_path):
    rows = [["企业", "地块编号", "面积"], ["甲", "A-1", 100], ["甲", "A-2", None]]
    table = read_rows(tmp_path, rows, "C2:C3")
    assert table.columns[2] == [100, None]
    assert remarks(table) == {"TABLE_MERGED_NUMBERS": "2"}


# --- parts -----------------------------------------------------------------------------------


def test_an_empty_sheet_has_no_table():
    assert table_of(Sheet("空", "xlsx", [], [])) is None


def test_the_heading_is_looked_for_near_the_top_only():
    rows = [[n, n + 1] for n in range(100)] + [["编号", "名称"]]
    assert find_heading(Sheet("表", "csv", rows, list(range(1, 102)))).first == 0


def test_a_long_list_of_lines_is_cut():
    assert line_ranges(range(1, 60, 2)).endswith("17, 19 …")
