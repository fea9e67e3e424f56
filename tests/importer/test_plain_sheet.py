import io
import zipfile

from hypothesis import given
from hypothesis import strategies as st

from geo.importer.plain_sheet import plain_facts
from geo.importer.sheet import column_letters
from geo.importer.sheet_xml import scan_xlsx
from tests.importer.files import pack_xlsx

CELL = st.tuples(
    st.integers(1, 900_000), st.integers(0, 499), st.sampled_from(["empty", "number", "text"])
)
SHAPES = {
    "empty": '<c r="{place}" s="12"/>',
    "number": '<c r="{place}" s="3"><v>1.5</v></c>',
    "text": '<c r="{place}" t="inlineStr"><is><t>甲 a&gt;b "引号" /&gt;</t></is></c>',
}


def sheet_xml(cells):
    rows = (
        f'<row r="{line}" spans="1:3">'
        + SHAPES[shape].format(place=f"{column_letters(column)}{line}")
        + "</row>"
        for line, column, shape in cells
    )
    return f"<worksheet><sheetData>{''.join(rows)}</sheetData></worksheet>".encode()


def extent(facts):
    return facts and (facts.top, facts.bottom, facts.left, facts.right)


def exact(xml):
    """The extent that the parser finds: an entity-free comment makes the sheet not plain."""
    path = io.BytesIO()
    pack_xlsx(path, xml.replace(b"<sheetData>", b"<!-- --><sheetData>"))
    with zipfile.ZipFile(path) as archive:
        return extent(scan_xlsx(archive)[0])


@given(cells=st.lists(CELL, min_size=1, max_size=6), size=st.integers(1, 400))
def test_the_extent_is_the_one_the_parser_finds_however_the_bytes_arrive(cells, size):
    shapes = {shape for *_, shape in cells}
    lines = [line for line, _, shape in cells if shape != "empty"]
    columns = [column for _, column, shape in cells if shape != "empty"]
    xml = sheet_xml(cells)
    chunks = [xml[at : at + size] for at in range(0, len(xml), size)]
    found = extent(plain_facts(chunks))
    expected = (min(lines), max(lines), min(columns), max(columns)) if lines else (0, 0, 0, -1)
    assert found == expected, shapes


@given(line=st.integers(1, 1_000), column=st.integers(0, 499))
def test_the_parser_agrees_on_a_cell(line, column):
    xml = sheet_xml([(line, column, "number"), (1, 0, "empty")])
    assert exact(xml) == extent(plain_facts([xml])) == (line, line, column, column)


def test_anything_unusual_is_left_to_the_parser():
    for cell in (
        "<c><v>1</v></c>",
        "<c r='A1'><v>1</v></c>",
        '<c s="1" r="A1"><v>1</v></c>',
        '<c r="A1"r="B1"><v>1</v></c>',
        '<c r="A1" r="B1"><v>1</v></c>',
        '<c r="A1" x="1"\tr="B1"><v>1</v></c>',
        '<x:c r="A1"><v>1</v></x:c>',
        '<c r="A1"><f>B1</f><v>1</v></c>',
        '<c r="A1" t="e"><v>#REF!</v></c>',
        '<c r="AAAA1"><v>1</v></c>',
        '<c r="A12345678"><v>1</v></c>',
        '<c r="A"><v>1</v></c>',
        '<!-- --><c r="A1"><v>1</v></c>',
    ):
        assert plain_facts([f"<sheetData><row>{cell}</row></sheetData>".encode()]) is None, cell
    assert plain_facts([b'<row r="1" hidden="1"><c r="A1"><v>1</v></c></row>']) is None
    assert plain_facts(['<row><c r="A1"><v>1</v></c></row>'.encode("utf-16")]) is None
    assert plain_facts([b"<c " + b" " * (5 << 20)]) is None


def test_a_slash_in_an_attribute_does_not_make_a_cell_empty():
    facts = plain_facts([b'<row><c r="C7" x="/>"><v>1</v></c></row>'])
    assert extent(facts) == (7, 7, 2, 2)
