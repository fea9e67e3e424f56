"""Registers as county offices keep them: CSV, TSV, XLSX, XLS, with the usual mess.

All firms are sample firms; the credit codes belong to no organisation.
"""

import re
import zipfile
from datetime import date
from io import BytesIO
from pathlib import Path

import openpyxl
import xlwt

USCC = ("91653225000000001A", "91653225000000002D", "91653225000000003G")
"""Codes with the right check digit and an organisation number that nobody has."""

REGISTER = """\
策勒县、于田县招商引资企业登记表（示例）,,,,,,,,,,,,,
填报单位：示例单位,,,,,,填报日期：2026年11月20日,,,,,,,
序号,企业名称,统一社会信用代码,行业代码,所在园区,项目阶段,阶段日期,总投资（亿元）,到位资金（万元）,年产值,用工人数,来源地,是否同意公开名称,备注
1,示例企业201（策勒）纺织有限公司,91653225000000001A,C17,策勒县天津工业园区,投产,2024年3月15日,1.2,"8,500",3200万元,１２０,天津,是,
2,示例企业202食品有限公司,无,C13,策勒天津工业园,在建,2025/7/1,0.35,无,—,/,天津市,否,待补
3,示例企业203建材有限公司,9.16532E+17,C30,于田县天津工业园区,签约,2026.5.8,２,待定,,空,河南,,
4,示例企业204鞋业有限公司,916532250000000021,C19,于田鞋产业园区,投产,2024-04,1,4500,2100万,86,天津市,是,
5,示例企业（策勒）205纺织有限公司,,C17,策勒县天津工业园区,意向,2026年3月,0.5,,,,,,
6,示例企业(策勒)205纺织有限责任公司,,C17,策勒县天津工业园区,意向,2026-03,0.5,,,,,,
7,示例企业 001,,,,,,,900,,,,,
8,示例企业206物流有限公司,91653225000000001A,G59,策勒县天津工业园区,在建,2026年7月,0.8,,,,,,
9,示例企业207包装有限公司,91653225000000002D,Z99,策勒县天津工业园区,快了,2026年13月,1万,,,,,,
,合计,,,,,,6.35,13900,,206,,,
"""

MENDED = """\
策勒县、于田县招商引资企业登记表（示例）,,,,,,,,,,,,,
填报单位：示例单位,,,,,,填报日期：2026年11月20日,,,,,,,
序号,企业名称,统一社会信用代码,行业代码,所在园区,项目阶段,阶段日期,总投资（亿元）,到位资金（万元）,年产值,用工人数,来源地,是否同意公开名称,备注
1,示例企业201（策勒）纺织有限公司,91653225000000001A,C17,策勒县天津工业园区,投产,2024年3月15日,1.2,"8,500",3200万元,１２０,天津,是,
2,示例企业202食品有限公司,无,C13,策勒天津工业园,在建,2025/7/1,0.35,无,—,/,天津市,否,待补
3,示例企业203建材有限公司,91653225000000003G,C30,于田县天津工业园区,签约,2026.5.8,２,待定,,空,河南,,
7,示例企业 001,,,,,,,900,,,,,
,合计,,,,,,3.55,9400,,120,,,
"""

HALLS = """\
厂房编号\t厂房名称\t出租状态\t租金（元/平方米·月）\t可交付日期\t有无宿舍
HALL-A-05\t示例厂房 A-05\t已租\t6.5\t\t有
HALL-A-01\t示例厂房 A-01\t已出租\t\t\t是
HALL-A-03\t示例厂房 A-03\t部分出租\t待定\t2026年12月\t
"""


def register_csv(folder: Path) -> Path:
    """Write a register of firms in GB18030, with a title, a total and faulty rows."""
    return _write(folder / "招商企业登记表.csv", REGISTER.encode("gb18030"))


def mended_csv(folder: Path) -> Path:
    """Write the same register after its owner mended it, still in GB18030."""
    return _write(folder / "招商企业登记表（改）.csv", MENDED.encode("gb18030"))


def halls_tsv(folder: Path) -> Path:
    """Write a list of halls as a spreadsheet saves "Unicode text": UTF-16, tabs."""
    return _write(folder / "厂房.txt", HALLS.encode("utf-16"))


def workbook_xlsx(folder: Path) -> Path:
    """Write a workbook: notes first, headings in two merged rows, a hidden row and sheet."""
    book = openpyxl.Workbook()
    notes = book.active
    notes.title = "填表说明"
    notes["A1"] = "请各园区每月 25 日前填报（示例）"
    sheet = book.create_sheet("企业台账")
    for row in _workbook_rows():
        sheet.append(row)
    for area in ("A1:J1", "A2:A3", "B2:B3", "C2:C3", "D2:E2", "F2:G2", "H2:H3", "I2:I3", "J2:J3"):
        sheet.merge_cells(area)
    for row in (4, 5, 6):
        sheet.cell(row, 8).number_format = "yyyy/m/d"
    sheet.row_dimensions[5].hidden = True
    old = book.create_sheet("旧台账")
    old.append(["企业名称", "阶段"])
    old.append(["示例企业 999", "关停"])
    old.sheet_state = "hidden"
    body = BytesIO()
    book.save(body)
    return _write(folder / "企业台账.xlsx", _with_values(body.getvalue()))


def _workbook_rows() -> list[list[object]]:
    where, money = ["园区", "地块编号"], ["计划投资", "到位资金"]
    cele, yutian = "策勒县天津工业园区", "于田县天津工业园区"
    first, second, third = date(2024, 4, 1), date(2025, 9, 1), date(2026, 10, 8)
    top = ["序号", "企业名称", "统一社会信用代码", "所在位置", None, "投资情况（万元）", None]
    return [
        ["2026 年企业台账（示例）"],
        [*top, "投产日期", "用工人数", "企业状态"],
        [None, None, None, *where, *money, None, None, None],
        [1, "示例企业 211", USCC[0], cele, None, 12000, "=F4*0.5", first, 86, "正常生产"],
        [2, "示例企业 212", USCC[1], yutian, None, 3000, 1500, second, "=60+14", "投产"],
        [3, "示例企业 003", None, None, "CL-AGRI-009", 6060, 1200, third, None, "在建"],
        [None, "合计", *[None] * 3, "=SUM(F4:F6)", "=SUM(G4:G6)", None, "=SUM(I4:I6)", None],
    ]


FORMULAS = {"F4*0.5": 6000, "60+14": 74, "SUM(F4:F6)": 21060, "SUM(G4:G6)": 8700, "SUM(I4:I6)": 160}


def _with_values(workbook: bytes) -> bytes:
    """Return the workbook as Excel saves it: beside each formula the value it came to."""
    result = BytesIO()
    with zipfile.ZipFile(BytesIO(workbook)) as given, zipfile.ZipFile(result, "w") as made:
        for name in given.namelist():
            body = given.read(name)
            if name.startswith("xl/worksheets/"):
                body = re.sub(rb"<f>([^<]+)</f><v ?/?>(</v>)?", _valued, body)
            made.writestr(name, body)
    return result.getvalue()


def _valued(match: re.Match[bytes]) -> bytes:
    return b"<f>%s</f><v>%d</v>" % (match[1], FORMULAS[match[1].decode()])


def plots_xls(folder: Path) -> Path:
    """Write a list of plots without shapes in the format of Excel 97."""
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("地块供应")
    day = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for column, heading in enumerate(
        ["地块编号", "供应状态", "建设情况", "实际动工时间", "用地面积（公顷）", "参考地价"]
    ):
        sheet.write(0, column, heading)
    rows = [
        ["cl-digi-003", "已出让", "在建", date(2026, 10, 8), 1.862, "6.7万元/亩"],
        ["CL-DIGI-004", "批而未供", "未动工", None, None, None],
    ]
    for row, cells in enumerate(rows, start=1):
        for column, cell in enumerate(cells):
            if isinstance(cell, date):
                sheet.write(row, column, cell, day)
            elif cell is not None:
                sheet.write(row, column, cell)
    path = folder / "地块供应.xls"
    book.save(str(path))
    return path


def _write(path: Path, body: bytes) -> Path:
    path.write_bytes(body)
    return path
