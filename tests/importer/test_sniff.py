import json
import struct

import pytest

from geo.errors import ImportRefused
from geo.i18n import both
from geo.importer.sniff import FORMATS, has_usual_suffix, sniff_format
from tests.importer.files import pack_xlsx, write_csv, write_xls, write_xlsx
from tests.importer.spatial_files import plots, write_layer, zipped

FIRMS = [["企业名称", "面积"], ["甲厂", 1], ["乙厂", 2]]
GEOJSON = json.dumps({"type": "FeatureCollection", "features": []})
KML = '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2"/>'
POINTS = "[属性描述]\r\n坐标系=2000国家大地坐标系\r\n[地块坐标]\r\n4,1.5,A-1,地块,面,,,,@\r\n"
DXF = "  0\r\nSECTION\r\n  2\r\nHEADER\r\n  0\r\nENDSEC\r\n  0\r\nEOF\r\n"


def sniff(path, name=None):
    return sniff_format(path, name or path.name)


def refusal(path, name=None):
    with pytest.raises(ImportRefused) as refused:
        sniff(path, name)
    assert both(f"error.{refused.value.code}", **refused.value.params)
    return refused.value


def file_of(tmp_path, content, name="upload"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


# --- what is read ----------------------------------------------------------------------------


def test_tables_are_known(tmp_path):
    assert sniff(write_xlsx(tmp_path / "a.xlsx", FIRMS)) == "xlsx"
    assert sniff(write_xls(tmp_path / "a.xls", {"表": FIRMS})) == "xls"
    assert sniff(write_csv(tmp_path / "a.csv", FIRMS)) == "csv"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"])
@pytest.mark.parametrize(
    ("text", "format"),
    [
        ("名称,面积\r\n甲厂,1\r\n", "csv"),
        (POINTS, "boundary_points"),
        (DXF, "dxf"),
        ("  999\r\n中文注释\r\n" + DXF, "dxf"),
        (GEOJSON, "geojson"),
        (KML, "kml"),
    ],
)
def test_texts_are_known_in_every_encoding(tmp_path, text, format, encoding):
    assert sniff(file_of(tmp_path, text.encode(encoding)), "a.txt") == format


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16", "utf-16-be"])
@pytest.mark.parametrize("before", range(4))
def test_a_long_text_is_known_wherever_its_beginning_is_cut(tmp_path, encoding, before):
    text = '{"type": "FeatureCollection", "note": "' + "a" * before + "策勒" * 60_000 + '"}'
    assert sniff(file_of(tmp_path, text.encode(encoding))) == "geojson"


def test_layers_are_known(tmp_path):
    frame = plots().dropna()
    assert sniff(write_layer(frame, tmp_path / "a.gpkg", "GPKG")) == "gpkg"
    assert sniff(write_layer(frame, tmp_path / "a.fgb", "FlatGeobuf")) == "flatgeobuf"
    frame.to_parquet(tmp_path / "a.parquet")
    assert sniff(tmp_path / "a.parquet") == "geoparquet"
    assert sniff(file_of(tmp_path, b"AutoCAD Binary DXF\r\n\x1a\0")) == "dxf"


@pytest.mark.parametrize(
    ("members", "format"),
    [
        (["地块/地块.shp", "地块/地块.shx", "地块/地块.dbf"], "shapefile"),
        (["策勒.gdb/a00000001.gdbtable", "策勒.gdb/gdb"], "filegdb"),
        (["doc.kml", "images/1.png"], "kml"),
        (["A.SHP", "readme.txt"], "shapefile"),
    ],
)
def test_archives_are_known_by_what_they_hold(tmp_path, members, format):
    assert sniff(zipped(tmp_path / "a.zip", dict.fromkeys(members, b"x"))) == format


# --- a wrong suffix --------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["企业.csv", "企业.xls", "企业.zip", "企业", "企业.txt"])
def test_a_workbook_is_known_by_its_content(tmp_path, name):
    path = write_xlsx(tmp_path / "a.xlsx", FIRMS)
    assert sniff(path, name) == "xlsx"
    assert not has_usual_suffix("xlsx", name)


def test_a_text_table_with_the_name_of_a_workbook_is_known(tmp_path):
    path = write_csv(tmp_path / "a.xls", FIRMS, delimiter="\t", encoding="gb18030")
    assert sniff(path) == "csv"


def test_the_usual_suffix_is_known_in_capitals():
    assert has_usual_suffix("xlsx", "名册.XLSM")
    assert has_usual_suffix("csv", "a.TSV")
    assert all(suffix.startswith(".") for suffixes in FORMATS.values() for suffix in suffixes)


# --- what is refused, with what to do --------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "code", "format"),
    [
        (b"AC1032\0\0\0", "FORMAT_REFUSED_DRAWING", "dwg"),
        (b"\0\1\0\0Standard Jet DB\0", "FORMAT_REFUSED_DATABASE", "mdb"),
        (b"SQLite format 3\0" + bytes(84), "FORMAT_REFUSED_DATABASE", "sqlite"),
        (b"%PDF-1.7\n", "FORMAT_REFUSED_DOCUMENT", "pdf"),
        (b"{\\rtf1\\ansi}", "FORMAT_REFUSED_DOCUMENT", "rtf"),
        (b"\x89PNG\r\n\x1a\n", "FORMAT_REFUSED_IMAGE", "png"),
        (b"\xff\xd8\xff\xe0", "FORMAT_REFUSED_IMAGE", "jpg"),
        (b"Rar!\x1a\x07\x01\0", "FORMAT_REFUSED_ARCHIVE", "rar"),
        (b"7z\xbc\xaf\x27\x1c\0\4", "FORMAT_REFUSED_ARCHIVE", "7z"),
        (b"\x1f\x8b\x08\0", "FORMAT_REFUSED_ARCHIVE", "gz"),
        (bytes(257) + b"ustar\x0000", "FORMAT_REFUSED_ARCHIVE", "tar"),
        (struct.pack(">i", 9994) + bytes(96), "FORMAT_REFUSED_PART", "shp"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "FORMAT_REFUSED_WORKBOOK", "html"),
        (b"MIME-Version: 1.0\r\n", "FORMAT_REFUSED_WORKBOOK", "mht"),
        (
            b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
            b'<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
            "FORMAT_REFUSED_WORKBOOK",
            "xml",
        ),
    ],
)
def test_other_formats_are_refused_by_content_whatever_their_name(tmp_path, content, code, format):
    error = refusal(file_of(tmp_path, content), "企业名册.csv")
    assert (error.code, error.params) == (code, {"format": format})


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("地块.ovobj", "FORMAT_REFUSED_GIS"),
        ("地块.wp", "FORMAT_REFUSED_GIS"),
        ("地块.dgn", "FORMAT_REFUSED_DRAWING"),
        ("地块.dbf", "FORMAT_REFUSED_PART"),
        ("照片.heic", "FORMAT_REFUSED_IMAGE"),
    ],
)
def test_other_formats_are_refused_by_name_where_the_content_says_nothing(tmp_path, name, code):
    assert refusal(file_of(tmp_path, bytes(range(256)) * 4), name).code == code


def test_a_projection_alone_is_no_layer(tmp_path):
    error = refusal(file_of(tmp_path, 'PROJCS["CGCS2000",GEOGCS["x"]]'), "地块.prj")
    assert error.code == "FORMAT_REFUSED_PART"


@pytest.mark.parametrize(
    ("members", "code", "format"),
    [
        ({"word/document.xml": ""}, "FORMAT_REFUSED_DOCUMENT", "docx"),
        ({"ppt/presentation.xml": ""}, "FORMAT_REFUSED_DOCUMENT", "pptx"),
        ({"xl/workbook.bin": ""}, "FORMAT_REFUSED_WORKBOOK", "xlsb"),
        (
            {"mimetype": "application/vnd.oasis.opendocument.spreadsheet"},
            "FORMAT_REFUSED_WORKBOOK",
            "ods",
        ),
        ({"图/一号.dwg": "x", "readme.txt": "x"}, "FORMAT_REFUSED_DRAWING", "dwg"),
    ],
)
def test_other_formats_in_an_archive_are_refused(tmp_path, members, code, format):
    error = refusal(zipped(tmp_path / "a.zip", members))
    assert (error.code, error.params) == (code, {"format": format})


def test_a_table_in_an_archive_is_to_be_unpacked(tmp_path):
    error = refusal(zipped(tmp_path / "a.zip", {"材料/企业名册.xlsx": "x", "说明.pdf": "x"}))
    assert (error.code, error.params["name"]) == ("ARCHIVE_UNPACK", "材料/企业名册.xlsx")
    assert refusal(zipped(tmp_path / "b.zip", {"a.bin": "x"})).code == "ARCHIVE_WITHOUT_DATA"


def compound_file(path, name):
    """An old workbook whose one stream is called otherwise."""
    data = write_xls(path, {"表": FIRMS}).read_bytes()
    old = "Workbook".encode("utf-16-le")
    at = data.rindex(old)
    new = name.encode("utf-16-le")
    entry = bytearray(data[at : at + 128])
    entry[:64] = new.ljust(64, b"\0")
    entry[64:66] = struct.pack("<H", len(new) + 2)
    path.write_bytes(data[:at] + bytes(entry) + data[at + 128 :])
    return path


@pytest.mark.parametrize(
    ("stream", "code"),
    [
        ("EncryptedPackage", "WORKBOOK_ENCRYPTED"),
        ("WordDocument", "FORMAT_REFUSED_DOCUMENT"),
        ("PowerPoint Document", "FORMAT_REFUSED_DOCUMENT"),
        ("ETExtData", "FORMAT_REFUSED_WORKBOOK"),
        ("Contents", "FORMAT_UNKNOWN"),
    ],
)
def test_other_files_of_the_old_container_are_told_apart(tmp_path, stream, code):
    assert refusal(compound_file(tmp_path / "a.xls", stream), "a.xls").code == code


def test_a_sheet_of_wps_is_refused_by_its_name(tmp_path):
    error = refusal(write_xls(tmp_path / "a.xls", {"表": FIRMS}), "名册.et")
    assert (error.code, error.params) == ("FORMAT_REFUSED_WORKBOOK", {"format": "et"})


@pytest.mark.parametrize("content", [b"", b" \r\n\t ", b"\xef\xbb\xbf", "\n\n".encode("utf-16")])
def test_an_empty_file_is_told(tmp_path, content):
    assert refusal(file_of(tmp_path, content), "a.csv").code == "FILE_EMPTY_UPLOAD"


@pytest.mark.parametrize(
    "content", [bytes(range(1, 256)), b"import os\nprint(os)\n", b"<gml/>", bytes(64)]
)
def test_what_is_none_of_all_this_is_refused(tmp_path, content):
    assert refusal(file_of(tmp_path, content), "a.xlsx").code == "FORMAT_UNKNOWN"


def test_a_text_of_no_encoding_is_told_as_that(tmp_path):
    path = file_of(tmp_path, "名称,面积\n".encode("gbk") + b"\xff\xff,1\n")
    assert refusal(path, "a.csv").code == "ENCODING_UNKNOWN"


def test_a_folder_is_refused(tmp_path):
    assert refusal(tmp_path, "a.gdb").code == "FOLDER_REFUSED"


@pytest.mark.parametrize("write", [lambda path: pack_xlsx(path, "<sheetData/>"), None])
def test_half_an_upload_is_damaged(tmp_path, write):
    path = tmp_path / "a.xlsx"
    path = write(path) if write else write_xls(path, {"表": FIRMS})
    path.write_bytes(path.read_bytes()[:300])
    assert refusal(path).code == "FILE_DAMAGED"
