import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import ImportRefused
from geo.importer.read import read_tables
from geo.importer.sheet import MAX_COLUMNS
from geo.importer.text import read_text_tables
from tests.importer.files import write_csv

FIRMS = [
    ["企业名称", "用地面积(亩)", "备注"],
    ["策勒示例一号纺织厂", "12.5", "在建"],
    ["于田示例二号食品厂", "8", ""],
]


def read(path):
    (table,) = read_text_tables(path, name=path.name)
    return table


def refusal(path):
    with pytest.raises(ImportRefused) as refused:
        read_text_tables(path, name=path.name)
    return refused.value


# --- encodings and separators ----------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "gb18030", "gbk", "gb2312", "utf-16", "utf-16-le", "utf-16-be"],
)
def test_a_register_reads_alike_in_every_encoding_and_with_every_separator(
    tmp_path, encoding, delimiter
):
    table = read(write_csv(tmp_path / "firms.csv", FIRMS, encoding=encoding, delimiter=delimiter))
    assert table.headings == FIRMS[0]
    assert table.columns == [
        ["策勒示例一号纺织厂", "于田示例二号食品厂"],
        ["12.5", "8"],
        ["在建", None],
    ]
    assert table.rows == [2, 3]
    assert (table.faults, table.remarks, table.notes) == ([], [], [])


@pytest.mark.parametrize(
    ("written", "told"),
    [("gbk", "gb18030"), ("utf-16-be", "utf-16-be"), ("utf-8", "utf-8"), ("utf-16", "utf-16")],
)
def test_the_encoding_is_told(tmp_path, written, told):
    assert read(write_csv(tmp_path / "a.csv", FIRMS, encoding=written)).encoding == told


def test_characters_outside_gbk_survive_gb18030(tmp_path):
    rows = [["企业名称", "地址"], ["㐂䶮𠀀", "于田县"]]
    assert read(write_csv(tmp_path / "a.csv", rows, encoding="gb18030")).columns[0] == ["㐂䶮𠀀"]


def test_uyghur_text_in_utf_16_is_read(tmp_path):
    rows = [["企业名称", "name"], ["چىرا ناھىيىسى", "Cele"]]
    assert read(write_csv(tmp_path / "a.csv", rows, encoding="utf-16-le")).columns[0] == [
        "چىرا ناھىيىسى"
    ]


CELLS = st.text(
    st.characters(codec="gb18030", exclude_categories=["C", "Z"]) | st.sampled_from(' ,;\t"\n'),
    min_size=1,
    max_size=12,
).filter(lambda text: text.strip() and text.strip("\n") == text)


@given(
    rows=st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=8),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]),
    delimiter=st.sampled_from([",", "\t", ";"]),
)
def test_what_a_spreadsheet_writes_is_read_back(tmp_path_factory, rows, encoding, delimiter):
    heading = ("企业名称", "统一社会信用代码", "所在园区")
    records = [(f"企业{number}", *row[1:]) for number, row in enumerate(rows)]
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows([heading, *records])
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    path.write_bytes(buffer.getvalue().encode(encoding))
    table = read(path)
    assert table.headings == list(heading)
    assert list(zip(*table.columns, strict=True)) == records
    assert table.rows == list(range(2, len(rows) + 2))


def test_bytes_of_no_encoding_are_refused(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes("名称,面积\n".encode("gbk") + b"\xff\xff\xff,1\n")
    assert refusal(path).code == "ENCODING_UNKNOWN"


def test_half_a_utf_16_file_is_refused(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes("名称,面积\r\n甲,1\r\n".encode("utf-16-le")[:-1])
    assert refusal(path).code == "ENCODING_UNKNOWN"


def test_a_comma_in_a_text_does_not_outweigh_the_semicolons(tmp_path):
    rows = [["名称", "说明"], ["甲厂", "棉,麻"], ["乙厂", "面粉"]]
    table = read(write_csv(tmp_path / "a.csv", rows, delimiter=";"))
    assert table.columns[1] == ["棉,麻", "面粉"]


# --- rows and cells --------------------------------------------------------------------------


def test_a_quoted_cell_may_have_lines_and_rows_are_counted_as_a_spreadsheet_does(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('名称,地址\n甲厂,"策勒县\n工业路 1 号"\n\n乙厂,于田县\n', encoding="utf-8")
    table = read(path)
    assert table.columns[1] == ["策勒县\n工业路 1 号", "于田县"]
    assert table.rows == [2, 4]


def test_a_text_that_looks_like_a_formula_stays_text(tmp_path):
    rows = [["名称", "备注"], ["甲厂", "=HYPERLINK(1)"]]
    assert read(write_csv(tmp_path / "a.csv", rows)).columns[1] == ["=HYPERLINK(1)"]


def test_a_row_with_an_additional_cell_is_a_fault_and_keeps_its_cells(tmp_path):
    rows = [*FIRMS, ["民丰示例三号厂", "3", "投产", "多出来的"]]
    table = read(write_csv(tmp_path / "a.csv", rows))
    (fault,) = table.faults
    assert (fault.row, fault.rule, fault.severity, fault.fatal) == (4, "ROW_RAGGED", "error", True)
    assert "4 格" in fault.message["zh"]
    assert "3 格" in fault.message["zh"]
    assert table.headings[-1] == "列 D"
    assert [column[-1] for column in table.columns] == ["民丰示例三号厂", "3", "投产", "多出来的"]


def test_a_row_that_lacks_cells_at_its_end_is_told_but_can_be_imported(tmp_path):
    table = read(write_csv(tmp_path / "a.csv", [*FIRMS, ["民丰示例三号厂", "3"]]))
    (fault,) = table.faults
    assert (fault.row, fault.severity, fault.fatal) == (4, "warning", False)
    assert [column[-1] for column in table.columns] == ["民丰示例三号厂", "3", None]


def test_separators_at_the_end_of_every_row_are_no_fault(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("名称,面积,,\n甲厂,1,,\n乙厂,2,,,\n", encoding="utf-8")
    table = read(path)
    assert (table.headings, table.faults) == (["名称", "面积"], [])


def test_a_title_and_a_signature_are_no_ragged_rows(tmp_path):
    rows = [["策勒县企业名册"], ["单位：亩"], *FIRMS, ["填表人：某某", "审核人：某某"]]
    table = read(write_csv(tmp_path / "a.csv", rows))
    assert table.faults == []
    assert table.rows == [4, 5]
    assert table.notes == ["策勒县企业名册", "单位：亩", "填表人：某某 审核人：某某"]


def test_a_forgotten_quotation_mark_is_told_instead_of_swallowing_the_rest(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('名称,备注\n甲厂,"没有收尾\n乙厂,x\n', encoding="utf-8")
    assert refusal(path).code == "CSV_QUOTES"


def test_a_cell_without_end_is_refused(tmp_path):
    assert refusal(write_csv(tmp_path / "a.csv", [["名称"], ["长" * 200_000]])).code == "CSV_QUOTES"


def test_too_many_columns_are_refused(tmp_path):
    path = write_csv(tmp_path / "a.csv", [range(MAX_COLUMNS + 1)])
    assert refusal(path).code == "TOO_MANY_COLUMNS"


def test_many_narrow_rows_and_one_wide_row_are_refused_before_they_are_made_equal(
    tmp_path, monkeypatch
):
    monkeypatch.setattr("geo.importer.sheet.MAX_CELLS", 1_000)
    path = write_csv(tmp_path / "a.csv", [["a", "b"]] * 200 + [["x"] * 100])
    assert refusal(path).code == "TABLE_TOO_LARGE"


def test_progress_is_told_every_few_thousand_rows(tmp_path):
    path = write_csv(tmp_path / "a.csv", [["名称", "数"], *([["甲", "1"]] * 12_000)])
    told = []
    read_tables(path, name="a.csv", progress=lambda *step: told.append(step))
    stages, done, totals = zip(*told, strict=True)
    assert set(stages) == {"stage.reading"}
    assert done == (0, 5_000, 10_000)
    assert totals[-1] >= 12_001
