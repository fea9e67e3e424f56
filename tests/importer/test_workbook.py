import struct
from datetime import date, datetime, time

import openpyxl
import pytest
import xlwt
from openpyxl.styles import PatternFill
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from geo.errors import ImportRefused
from geo.importer.archive import MAX_RATIO
from geo.importer.workbook import read_workbook
from tests.importer.files import pack_xlsx, write_xls, write_xlsx

HEADING = ["企业编号", "企业名称", "用地面积(亩)", "签约日期"]
FIRMS = [
    HEADING,
    ["E001", "策勒示例一号纺织厂", 12.5, date(2025, 3, 1)],
    ["E002", "于田示例二号食品厂", 8, date(2026, 9, 15)],
]
MOMENT = datetime.fromisoformat("2026-09-01T08:03:00")
SHARED = '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{}</sst>'


def read(path, **options):
    return read_workbook(path, name=path.name, **options)


def refusal(path):
    with pytest.raises(ImportRefused) as refused:
        read(path)
    return refused.value


def remarks(table):
    return {remark.code: remark.params for remark in table.remarks}


def row_xml(*cells, line=1):
    return f'<row r="{line}">{"".join(cells)}</row>'


def number_xml(place, value=1):
    return f'<c r="{place}"><v>{value}</v></c>'


def text_xml(place, text):
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


# --- values ----------------------------------------------------------------------------------


def test_a_register_has_its_texts_numbers_and_dates(tmp_path):
    (table,) = read(write_xlsx(tmp_path / "a.xlsx", {"企业": FIRMS}))
    assert (table.name, table.format, table.encoding) == ("企业", "xlsx", None)
    assert table.headings == HEADING
    assert table.columns == [list(column) for column in zip(*FIRMS[1:], strict=True)]
    assert [type(cell) for cell in table.columns[2]] == [float, int]
    assert table.rows == [2, 3]
    assert table.remarks == []


def test_an_old_workbook_reads_like_a_new_one(tmp_path):
    style = xlwt.easyxf(num_format_str="yyyy-mm-dd")

    def dates(sheet):
        for line, firm in enumerate(FIRMS[1:], start=1):
            sheet.write(line, 3, firm[3], style)

    rows = [HEADING, *([*firm[:3], None] for firm in FIRMS[1:])]
    (old,) = read(write_xls(tmp_path / "a.xls", {"企业": rows}, dates))
    (new,) = read(write_xlsx(tmp_path / "a.xlsx", {"企业": FIRMS}))
    assert old.format == "xls"
    assert (old.name, old.headings, old.columns, old.rows) == (
        new.name,
        new.headings,
        new.columns,
        new.rows,
    )


def test_a_chinese_date_format_gives_a_date(tmp_path):
    def style(sheet):
        sheet["A2"].number_format = 'yyyy"年"m"月"d"日"'
        sheet["B2"].number_format = '0.00"亩"'

    path = write_xlsx(tmp_path / "a.xlsx", [["日期", "面积"], [45000, 45000]], style)
    (table,) = read(path)
    assert table.columns == [[date(2023, 3, 15)], [45000]]


def test_a_workbook_of_an_old_macintosh_has_the_same_dates(tmp_path):
    workbook = openpyxl.Workbook()
    workbook.epoch = CALENDAR_MAC_1904
    workbook.active.append(["名称", "签约日期"])
    workbook.active.append(["甲厂", date(2025, 3, 1)])
    workbook.save(tmp_path / "a.xlsx")
    (table,) = read(tmp_path / "a.xlsx")
    assert table.columns[1] == [date(2025, 3, 1)]


def test_odd_values_become_something_that_a_table_can_hold(tmp_path):
    rows = [
        ["名称", "时间", "时刻", "是否", "空白"],
        ["甲", MOMENT, time(8, 30), True, "  "],
    ]
    (table,) = read(write_xlsx(tmp_path / "a.xlsx", rows))
    assert [column[0] for column in table.columns] == [
        "甲",
        MOMENT,
        "08:30:00",
        True,
        None,
    ]


def test_a_credit_code_that_became_a_number_stays_a_float(tmp_path):
    xml = row_xml(text_xml("A1", "统一社会信用代码"), text_xml("B1", "名称")) + row_xml(
        number_xml("A2", "9.16532261234567E+17"), text_xml("B2", "甲"), line=2
    )
    (table,) = read(pack_xlsx(tmp_path / "a.xlsx", f"<sheetData>{xml}</sheetData>"))
    assert table.columns[0] == [9.16532261234567e17]
    assert isinstance(table.columns[0][0], float)


def test_numbers_that_are_none_are_text(tmp_path):
    xml = row_xml(text_xml("A1", "名称"), text_xml("B1", "面积")) + row_xml(
        number_xml("A2", "1e999"), number_xml("B2", "NaN"), line=2
    )
    (table,) = read(pack_xlsx(tmp_path / "a.xlsx", f"<sheetData>{xml}</sheetData>"))
    assert [column[0] for column in table.columns] == ["inf", "nan"]


def test_a_text_that_looks_like_a_formula_stays_text(tmp_path):
    def mark(sheet):
        sheet["B2"].data_type = "s"

    rows = [["名称", "备注"], ["甲", "=cmd|' /C calc'!A0"]]
    (table,) = read(write_xlsx(tmp_path / "a.xlsx", rows, mark))
    assert table.columns[1] == ["=cmd|' /C calc'!A0"]


def test_errors_of_formulas_stay_as_text(tmp_path):
    def mark(sheet):
        for place in ("B2", "C3"):
            sheet[place].data_type = "e"

    rows = [["名称", "面积", "金额"], ["甲", "#REF!", 1], ["乙", 2, "#DIV/0!"]]
    (table,) = read(write_xlsx(tmp_path / "a.xlsx", rows, mark))
    assert table.columns[1:] == [["#REF!", 2], [1, "#DIV/0!"]]


def test_errors_in_an_old_workbook_stay_as_text(tmp_path):
    def mark(sheet):
        sheet.row(1).set_cell_error(1, "#REF!")

    path = write_xls(tmp_path / "a.xls", {"表": [["名称", "面积"], ["甲"], ["乙", 2]]}, mark)
    (table,) = read(path)
    assert table.columns[1] == ["#REF!", 2]


def test_an_error_that_a_formula_gave_in_an_old_workbook_stays_as_text(tmp_path):
    def compute(sheet):
        sheet.write(1, 1, xlwt.Formula("1/0"))

    path = write_xls(tmp_path / "a.xls", {"表": [["名称", "面积"], ["甲"], ["乙", 2]]}, compute)
    data = bytearray(path.read_bytes())
    place = struct.pack("<2H", 1, 1)
    result = next(
        at + 10
        for at in range(len(data))
        if data[at : at + 2] == b"\x06\0" and data[at + 4 : at + 8] == place
    )
    data[result : result + 8] = b"\x02\0\x07\0\0\0\xff\xff"
    path.write_bytes(data)
    (table,) = read(path)
    assert table.columns[1] == ["#DIV/0!", 2]


def test_a_formula_gives_the_value_saved_with_it(tmp_path):
    xml = row_xml(text_xml("A1", "名称"), text_xml("B1", "面积"), text_xml("C1", "备注")) + row_xml(
        text_xml("A2", "甲"),
        '<c r="B2"><f>[1]Sheet1!A1*2</f><v>7</v></c>',
        '<c r="C2" t="str"><f>IF(A2="","","")</f><v></v></c>',
        line=2,
    )
    (table,) = read(pack_xlsx(tmp_path / "a.xlsx", f"<sheetData>{xml}</sheetData>"))
    assert [column[0] for column in table.columns] == ["甲", 7, None]
    assert table.remarks == []


def test_formulas_that_were_never_calculated_are_told(tmp_path):
    rows = [["名称", "面积"], ["甲", "=1+1"], ["乙", 2], ["丙", "=A1"]]
    (table,) = read(write_xlsx(tmp_path / "a.xlsx", rows))
    assert table.columns[1] == [None, 2, None]
    assert remarks(table) == {"SHEET_FORMULAS_EMPTY": {"count": 2, "lines": "2, 4"}}


# --- sheets and rows -------------------------------------------------------------------------


def test_every_sheet_with_cells_is_a_table_and_empty_ones_are_skipped(tmp_path):
    sheets = {"说明": [], "企业": FIRMS, "地块": [["地块编号", "面积"], ["A-1", 30]]}
    tables = read(write_xlsx(tmp_path / "a.xlsx", sheets))
    assert [table.name for table in tables] == ["企业", "地块"]
    tables = read(write_xls(tmp_path / "b.xls", {"空": [], "地块": [["地块编号"], ["A-1"]]}))
    assert [table.name for table in tables] == ["地块"]


def test_a_workbook_without_any_cell_is_refused(tmp_path):
    assert refusal(write_xlsx(tmp_path / "a.xlsx", {"空": [], "也空": []})).code == "WORKBOOK_EMPTY"
    assert refusal(write_xls(tmp_path / "a.xls", {"空": []})).code == "WORKBOOK_EMPTY"


def test_a_hidden_sheet_is_read_and_told(tmp_path):
    def hide(sheet):
        sheet.sheet_state = "hidden"

    hidden, shown = read(write_xlsx(tmp_path / "a.xlsx", {"旧表": FIRMS, "新表": FIRMS}, hide))
    assert remarks(hidden) == {"SHEET_HIDDEN": {"sheet": "旧表"}}
    assert remarks(shown) == {}


def test_hidden_rows_are_read_and_told(tmp_path):
    rows = [HEADING[:2], *([f"E{n}", f"企业{n}"] for n in range(2, 9))]

    def hide(sheet):
        for line in (3, 4, 5, 8, 30):
            sheet.row_dimensions[line].hidden = True

    (table,) = read(write_xlsx(tmp_path / "a.xlsx", rows, hide))
    assert table.rows == list(range(2, 9))
    assert remarks(table) == {"SHEET_HIDDEN_ROWS": {"count": 4, "lines": "3-5, 8"}}


def test_hidden_rows_of_an_old_workbook_are_told(tmp_path):
    def hide(sheet):
        sheet.row(2).hidden = True

    path = write_xls(tmp_path / "a.xls", {"表": [["名称", "数"], ["甲", 1], ["乙", 2]]}, hide)
    (table,) = read(path)
    assert table.columns[0] == ["甲", "乙"]
    assert remarks(table) == {"SHEET_HIDDEN_ROWS": {"count": 1, "lines": "3"}}


def test_blank_rows_and_columns_around_and_inside_change_no_line_number(tmp_path):
    def fill(sheet):
        for place, value in {
            "C4": "编号", "D4": "名称", "F4": "面积",
            "C6": "A", "D6": "甲", "F6": 1,
            "C9": "B", "D9": "乙", "F9": 2,
        }.items():  # fmt: skip
            sheet[place] = value

    (table,) = read(write_xlsx(tmp_path / "a.xlsx", [], fill))
    assert table.headings == ["编号", "名称", "面积"]
    assert table.columns == [["A", "B"], ["甲", "乙"], [1, 2]]
    assert table.rows == [6, 9]


def test_a_column_without_heading_is_called_as_the_spreadsheet_calls_it(tmp_path):
    def fill(sheet):
        for place, value in {"B1": "编号", "C1": "名称", "B2": "A", "C2": "甲", "D2": 5}.items():
            sheet[place] = value

    (table,) = read(write_xlsx(tmp_path / "a.xlsx", [], fill))
    assert table.headings == ["编号", "名称", "列 D"]


def test_two_columns_of_one_name_can_be_told_apart(tmp_path):
    (table,) = read(write_xlsx(tmp_path / "a.xlsx", [["名称", "面积", "面积"], ["甲", 1, 2]]))
    assert table.headings == ["名称", "面积", "面积 (C)"]


def test_macros_are_told_and_not_run(tmp_path):
    xml = row_xml(text_xml("A1", "名称")) + row_xml(text_xml("A2", "甲"), line=2)
    path = pack_xlsx(
        tmp_path / "a.xlsm", f"<sheetData>{xml}</sheetData>", parts={"xl/vbaProject.bin": b"VBA"}
    )
    (table,) = read(path)
    assert remarks(table) == {"WORKBOOK_MACROS": {}}


def test_a_workbook_of_another_writer_is_read(tmp_path):
    # The Open XML SDK writes a prefix, and cells need not say where they are.
    sheet = (
        '<x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        "<x:sheetData><x:row><x:c t='inlineStr'><x:is><x:t>名称</x:t></x:is></x:c>"
        "<x:c t='inlineStr'><x:is><x:t>面积</x:t></x:is></x:c></x:row>"
        "<x:row hidden='1'><x:c t='inlineStr'><x:is><x:t>甲</x:t></x:is></x:c>"
        "<x:c t='e'><x:v>#N/A</x:v></x:c></x:row></x:sheetData></x:worksheet>"
    )
    (table,) = read(pack_xlsx(tmp_path / "a.xlsx", sheet.encode()))
    assert (table.headings, table.columns) == (["名称", "面积"], [["甲"], ["#N/A"]])
    assert remarks(table) == {"SHEET_HIDDEN_ROWS": {"count": 1, "lines": "2"}}


def test_progress_is_told_while_rows_are_read(tmp_path):
    rows = [["名称", "数"], *(["甲", n] for n in range(12_000))]
    told = []
    read(write_xlsx(tmp_path / "a.xlsx", rows), progress=lambda *step: told.append(step))
    assert [step for step in told if step[0] == "stage.reading"] == [
        ("stage.reading", 5_000, 12_001),
        ("stage.reading", 10_000, 12_001),
    ]
    assert told[0][0] == "stage.opening"


# --- hostile and broken files ----------------------------------------------------------------


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.999])
def test_half_an_upload_is_refused(tmp_path, share):
    for path in (
        write_xlsx(tmp_path / "a.xlsx", FIRMS),
        write_xls(tmp_path / "a.xls", {"表": [[f"值{n}" for n in range(9)]] * 200}),
    ):
        whole = path.read_bytes()
        path.write_bytes(whole[: int(len(whole) * share)])
        assert refusal(path).code == "FILE_DAMAGED"


def test_broken_bytes_inside_never_end_in_a_crash(tmp_path):
    whole = write_xls(tmp_path / "a.xls", {"表": [["名称", "数"], ["甲", 1]] * 50}).read_bytes()
    path = tmp_path / "b.xls"
    for at in range(0, len(whole), 37):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        try:
            read(path)
        except ImportRefused as refused:
            assert refused.code in {
                "FILE_DAMAGED", "WORKBOOK_EMPTY", "WORKBOOK_ENCRYPTED",
                "TOO_MANY_COLUMNS", "TABLE_TOO_LARGE",
            }  # fmt: skip


def test_two_cells_far_apart_do_not_ask_for_all_memory(tmp_path):
    xml = row_xml(number_xml("A1")) + row_xml(number_xml("XFD1048576"), line=1_048_576)
    path = pack_xlsx(tmp_path / "a.xlsx", f"<sheetData>{xml}</sheetData>")
    assert refusal(path).code == "TOO_MANY_RECORDS"


@pytest.mark.parametrize(
    "cell",
    [
        "<c r='XFD1'><v>1</v></c>",
        '<c  r="XFD1"><v>1</v></c>',
        '<c r = "XFD1"><v>1</v></c>',
        '<c s="1" r="XFD1"><v>1</v></c>',
        '<c\nr="XFD1"\n><v>1</v></c>',
        '<c r="XFD1" s="/>"><v>1</v></c>',
        '<x:c xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main" r="XFD1">'
        "<x:v>1</x:v></x:c>",
        "<c/>" * 600 + "<c><v>1</v></c>",
    ],
)
def test_no_spelling_hides_a_cell_that_is_far_away(tmp_path, cell):
    path = pack_xlsx(tmp_path / "a.xlsx", f"<sheetData>{row_xml(cell)}</sheetData>")
    assert refusal(path).code == "TOO_MANY_COLUMNS"


def test_an_attribute_given_twice_is_refused(tmp_path):
    xml = row_xml('<c r="A1" r="XFD1"><v>1</v></c>')
    assert refusal(pack_xlsx(tmp_path / "a.xlsx", f"<sheetData>{xml}</sheetData>")).code == (
        "FILE_DAMAGED"
    )


def test_many_large_sheets_are_counted_together(tmp_path, monkeypatch):
    monkeypatch.setattr("geo.importer.sheet.MAX_CELLS", 100)
    rows = [["名称", "数", "数二"]] * 20
    assert read(write_xlsx(tmp_path / "a.xlsx", {"a": rows}))
    assert refusal(write_xlsx(tmp_path / "b.xlsx", {"a": rows, "b": rows})).code == (
        "TABLE_TOO_LARGE"
    )
    assert refusal(write_xls(tmp_path / "b.xls", {"a": rows, "b": rows})).code == "TABLE_TOO_LARGE"


def test_a_workbook_of_a_million_empty_formatted_rows_is_read(tmp_path):
    head = row_xml(text_xml("A1", "名称"), text_xml("B1", "数")) + row_xml(
        text_xml("A2", "甲"), number_xml("B2"), line=2
    )
    empty = "".join(
        f'<row r="{n}" s="7" ht="20"><c r="A{n}" s="7"/></row>' for n in range(3, 1_000_003)
    )
    path = pack_xlsx(tmp_path / "a.xlsx", f"<sheetData>{head}{empty}</sheetData>")
    (table,) = read(path)
    assert (table.rows, table.columns) == ([2], [["甲"], [1]])


def test_formatted_rows_down_to_the_last_line_are_no_data(tmp_path):
    def colour(sheet):
        sheet["B200000"].fill = PatternFill("solid", fgColor="FF0000")

    (table,) = read(write_xlsx(tmp_path / "a.xlsx", FIRMS, colour))
    assert table.rows == [2, 3]


def test_an_archive_bomb_is_refused(tmp_path):
    path = pack_xlsx(tmp_path / "a.xlsx", "", parts={"xl/media/a.bin": bytes(MAX_RATIO << 20)})
    assert refusal(path).code == "ARCHIVE_TOO_LARGE"


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml"])
def test_entities_are_refused(tmp_path, part):
    bomb = '<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><worksheet>&b;</worksheet>'
    path = pack_xlsx(tmp_path / "a.xlsx", "<sheetData/>", parts={part: bomb})
    assert refusal(path).code == "XML_FORBIDDEN"


def test_entities_in_the_texts_are_never_expanded(tmp_path):
    strings = '<!DOCTYPE sst [<!ENTITY x SYSTEM "file:///etc/hostname">]>' + SHARED.format(
        "<si><t>&x;</t></si>"
    )
    xml = row_xml('<c r="A1" t="s"><v>0</v></c>')
    path = pack_xlsx(
        tmp_path / "a.xlsx",
        f"<sheetData>{xml}</sheetData>",
        parts={"xl/sharedStrings.xml": strings},
    )
    assert refusal(path).code == "FILE_DAMAGED"


def shared_workbook(path, *, length, cells):
    xml = row_xml('<c r="A1" t="s"><v>0</v></c>') + "".join(
        row_xml(f'<c r="A{n}" t="s"><v>1</v></c>', line=n) for n in range(2, cells + 2)
    )
    strings = SHARED.format(f"<si><t>name</t></si><si><t>{'a' * length}</t></si>")
    return pack_xlsx(path, f"<sheetData>{xml}</sheetData>", parts={"xl/sharedStrings.xml": strings})


def test_one_long_text_shared_by_many_cells_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("geo.importer.shared_text.MAX_TEXT_BYTES", 100_000)
    assert refusal(shared_workbook(tmp_path / "a.xlsx", length=1_001, cells=100)).code == (
        "TEXT_TOO_LARGE"
    )
    (table,) = read(shared_workbook(tmp_path / "b.xlsx", length=999, cells=100))
    assert len(table.rows) == 100


def test_a_cell_longer_than_excel_allows_is_refused_with_its_place(tmp_path):
    xml = row_xml(text_xml("A1", "名称")) + row_xml(text_xml("A2", "长" * 32_768), line=2)
    error = refusal(pack_xlsx(tmp_path / "a.xlsx", f"<sheetData>{xml}</sheetData>"))
    assert error.code == "CELL_TOO_LONG"
    assert error.params == {"sheet": "表一", "line": 2, "limit": 32_767}


def test_a_merged_cell_over_everything_costs_nothing(tmp_path):
    xml = row_xml(text_xml("A1", "名称"), text_xml("B1", "数")) + row_xml(
        text_xml("A2", "甲"), number_xml("B2"), line=2
    )
    merges = '<mergeCells count="500000">' + '<mergeCell ref="A1:XFD1048576"/>' * 20_000
    path = pack_xlsx(tmp_path / "a.xlsx", f"<sheetData>{xml}</sheetData>{merges}</mergeCells>")
    (table,) = read(path)
    assert table.rows


def test_a_sheet_that_leads_elsewhere_is_refused(tmp_path):
    path = pack_xlsx(
        tmp_path / "a.xlsx",
        "<sheetData/>",
        parts={
            "xl/_rels/workbook.xml.rels": '<Relationships><Relationship Id="rId1" '
            'Type="x/worksheet" Target="../../etc/passwd"/></Relationships>'
        },
    )
    assert refusal(path).code == "FILE_DAMAGED"


def test_an_old_workbook_with_a_password_is_refused(tmp_path):
    path = write_xls(tmp_path / "a.xls", {"表": [["名称"]]})
    data = path.read_bytes()
    codepage = data.index(struct.pack("<2H", 0x42, 2))  # a record that can be done without
    path.write_bytes(data[:codepage] + struct.pack("<H", 0x2F) + data[codepage + 2 :])
    assert refusal(path).code == "WORKBOOK_ENCRYPTED"
