"""Which format a file has, by its content; its name is only a hint."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from pathlib import Path, PurePath

from geo.errors import ImportRefused
from geo.importer import compound
from geo.importer.archive import open_archive, shown
from geo.importer.text import delimiter_of, likely_utf16

FORMATS: Mapping[str, tuple[str, ...]] = {
    "xlsx": (".xlsx", ".xlsm", ".xltx", ".xltm"),
    "xls": (".xls", ".xlt"),
    "csv": (".csv", ".tsv", ".txt"),
    "geojson": (".geojson", ".json"),
    "shapefile": (".zip",),
    "gpkg": (".gpkg",),
    "filegdb": (".zip",),
    "kml": (".kml", ".kmz", ".ovkml", ".ovkmz"),
    "flatgeobuf": (".fgb",),
    "geoparquet": (".parquet", ".geoparquet"),
    "dxf": (".dxf",),
    "boundary_points": (".txt",),
}
"""The formats that import reads, each with the suffixes that it usually has."""

_HEAD = 1 << 16
_WORKBOOK, _DRAWING, _DATABASE, _GIS, _DOCUMENT, _IMAGE, _ARCHIVE, _PART = (
    "FORMAT_REFUSED_WORKBOOK",
    "FORMAT_REFUSED_DRAWING",
    "FORMAT_REFUSED_DATABASE",
    "FORMAT_REFUSED_GIS",
    "FORMAT_REFUSED_DOCUMENT",
    "FORMAT_REFUSED_IMAGE",
    "FORMAT_REFUSED_ARCHIVE",
    "FORMAT_REFUSED_PART",
)
_REFUSED_SUFFIXES: Mapping[str, tuple[str, ...]] = {
    _WORKBOOK: ("et", "ett", "ods", "xlsb", "numbers", "htm", "html", "mht", "mhtml"),
    _DRAWING: ("dwg", "dwt", "dgn", "dws"),
    _DATABASE: ("mdb", "accdb", "db", "sqlite"),
    _GIS: ("ovobj", "wl", "wt", "wp", "wat", "tab", "mif", "mid", "mpk", "mxd", "qgz", "e00"),
    _DOCUMENT: ("doc", "docx", "wps", "wpt", "pdf", "ppt", "pptx", "ofd", "rtf", "odt"),
    _IMAGE: ("png", "jpg", "jpeg", "gif", "bmp", "tif", "tiff", "webp", "heic"),
    _ARCHIVE: ("rar", "7z", "gz", "tgz", "tar", "bz2", "xz"),
    _PART: ("shp", "shx", "dbf", "prj", "cpg", "sbn", "sbx", "gdbtable"),
}
_CODE_BY_SUFFIX = {suffix: code for code, names in _REFUSED_SUFFIXES.items() for suffix in names}

_REFUSED_BEGINNINGS: tuple[tuple[bytes, str, str], ...] = (
    (b"AC10", _DRAWING, "dwg"),
    (b"AC1.", _DRAWING, "dwg"),
    (b"\0\1\0\0Standard Jet DB", _DATABASE, "mdb"),
    (b"\0\1\0\0Standard ACE DB", _DATABASE, "accdb"),
    (b"%PDF", _DOCUMENT, "pdf"),
    (b"{\\rtf", _DOCUMENT, "rtf"),
    (b"MIME-Version:", _WORKBOOK, "mht"),
    (b"\x89PNG", _IMAGE, "png"),
    (b"\xff\xd8\xff", _IMAGE, "jpg"),
    (b"GIF8", _IMAGE, "gif"),
    (b"II*\0", _IMAGE, "tif"),
    (b"MM\0*", _IMAGE, "tif"),
    (b"Rar!\x1a\x07", _ARCHIVE, "rar"),
    (b"7z\xbc\xaf\x27\x1c", _ARCHIVE, "7z"),
    (b"\x1f\x8b", _ARCHIVE, "gz"),
    (b"\0\0\x27\x0a", _PART, "shp"),
)
_BEGINNINGS: tuple[tuple[bytes, str], ...] = (
    (b"fgb\x03fgb", "flatgeobuf"),
    (b"PAR1", "geoparquet"),
    (b"AutoCAD Binary DXF", "dxf"),
)
_SQLITE = b"SQLite format 3\0"
_GEOPACKAGE_IDS = (b"GPKG", b"GP10", b"GP11")
_OFFICE_PARTS = (
    ("xl/workbook.bin", _WORKBOOK, "xlsb"),
    ("word/document.xml", _DOCUMENT, "docx"),
    ("ppt/presentation.xml", _DOCUMENT, "pptx"),
)
_ZIPPED = ((".shp", "shapefile"), (".gdbtable", "filegdb"), (".kml", "kml"))
_WORTH_UNPACKING = frozenset(s for names in FORMATS.values() for s in names) - {".zip", ".txt"}
_BOUNDARY_POINTS = re.compile(r"^\s*\[(?:属性描述|地块坐标)\]", re.MULTILINE)
_DXF = re.compile(r"\s*(?:999[ \t]*\r?\n.*\r?\n\s*)*0[ \t]*\r?\n\s*SECTION\b")
_HTML = re.compile(r"<(?:!doctype html|html|head|body|table|meta)\b", re.IGNORECASE)
_SPREADSHEET_XML = "urn:schemas-microsoft-com:office:spreadsheet"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x19\x1b-\x1f]")
_TEXT_SUFFIXES = (".csv", ".tsv", ".txt", "")


def sniff_format(path: Path, name: str) -> str:
    """Return the format of a file, one of :data:`FORMATS`, judged by its content.

    ``name`` is what its owner calls it. Raises ``ImportRefused``: FILE_EMPTY_UPLOAD,
    FOLDER_REFUSED, FORMAT_UNKNOWN, FORMAT_REFUSED_* with what to save it as,
    WORKBOOK_ENCRYPTED, ARCHIVE_WITHOUT_DATA, ARCHIVE_UNPACK or what
    :func:`geo.importer.archive.open_archive` raises.
    """
    if path.is_dir():
        raise ImportRefused("FOLDER_REFUSED")
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head:
        raise ImportRefused("FILE_EMPTY_UPLOAD")
    suffix = PurePath(name).suffix.lower()
    if head.startswith(b"PK"):
        return _zip_format(path)
    if head.startswith(compound.MAGIC):
        return _compound_format(path.read_bytes(), suffix)
    return _format_by_beginning(head) or _text_format(head, suffix)


def has_usual_suffix(format: str, name: str) -> bool:
    """Return whether a file name ends as files of this format do."""
    return PurePath(name).suffix.lower() in FORMATS[format]


def _refused(code: str, format: str) -> ImportRefused:
    return ImportRefused(code, format=format)


def _format_by_beginning(head: bytes) -> str | None:
    for beginning, code, format in _REFUSED_BEGINNINGS:
        if head.startswith(beginning):
            raise _refused(code, format)
    if head.startswith(_SQLITE):
        if head[68:72] in _GEOPACKAGE_IDS:
            return "gpkg"
        raise _refused(_DATABASE, "sqlite")
    if head[257:262] == b"ustar":
        raise _refused(_ARCHIVE, "tar")
    return next((format for magic, format in _BEGINNINGS if head.startswith(magic)), None)


def _zip_format(path: Path) -> str:
    with open_archive(path) as archive:
        names = {member.name.casefold() for member in archive.members}
        by_suffix = {member.suffix: member.name for member in archive.members}
        mimetype = next((m for m in archive.members if m.name == "mimetype" and m.size < 100), None)
        is_document = mimetype is not None and b"opendocument" in archive.read(mimetype)
    if is_document:
        raise _refused(_WORKBOOK, "ods")
    if "xl/workbook.xml" in names:
        return "xlsx"
    for part, code, format in _OFFICE_PARTS:
        if part in names:
            raise _refused(code, format)
    found = next((format for suffix, format in _ZIPPED if suffix in by_suffix), None)
    return found or _refuse_content(by_suffix)


def _refuse_content(by_suffix: Mapping[str, str]) -> str:
    """Raise what to do with an archive that holds no layers."""
    for suffix, name in by_suffix.items():
        if suffix in _WORTH_UNPACKING:
            raise ImportRefused("ARCHIVE_UNPACK", name=shown(name))
    for suffix in by_suffix:
        _refuse_suffix(suffix)
    raise ImportRefused("ARCHIVE_WITHOUT_DATA")


def _refuse_suffix(suffix: str) -> None:
    """Raise FORMAT_REFUSED_* if files with this suffix are known not to be read."""
    code = _CODE_BY_SUFFIX.get(suffix.removeprefix("."))
    if code:
        raise _refused(code, suffix.removeprefix("."))


def _compound_format(data: bytes, suffix: str) -> str:
    names = compound.CompoundFile(data).names
    if "EncryptedPackage" in names:
        raise ImportRefused("WORKBOOK_ENCRYPTED")
    if suffix in (".et", ".ett") or "ETExtData" in names:
        raise _refused(_WORKBOOK, "et")
    is_text = "WordDocument" in names and suffix not in FORMATS["xls"]
    if names & {"Workbook", "Book"} and not is_text:
        return "xls"
    for stream, format in (("WordDocument", "doc"), ("PowerPoint Document", "ppt")):
        if stream in names:
            raise _refused(_DOCUMENT, format)
    _refuse_suffix(suffix)
    raise ImportRefused("FORMAT_UNKNOWN")


def _text_format(head: bytes, suffix: str) -> str:
    text = _beginning_of_text(head)
    if text is None:
        _refuse_suffix(suffix)
        raise ImportRefused("ENCODING_UNKNOWN" if suffix in FORMATS["csv"] else "FORMAT_UNKNOWN")
    if not text.strip():
        raise ImportRefused("FILE_EMPTY_UPLOAD")
    return _structured_format(text) or _table_format(text, suffix)


def _structured_format(text: str) -> str | None:
    """Return the format of a text with a structure of its own, ``None`` for a table."""
    start = text.lstrip()
    if start.startswith("<"):
        return _xml_format(start)
    if start.startswith("{"):
        return "geojson"
    if _BOUNDARY_POINTS.search(text):
        return "boundary_points"
    return "dxf" if _DXF.match(text) else None


def _xml_format(text: str) -> str:
    if re.search(r"<(?:[\w.-]+:)?kml\b", text):
        return "kml"
    if _SPREADSHEET_XML in text:
        raise _refused(_WORKBOOK, "xml")
    if _HTML.search(text):
        raise _refused(_WORKBOOK, "html")
    raise ImportRefused("FORMAT_UNKNOWN")


def _table_format(text: str, suffix: str) -> str:
    if suffix in _TEXT_SUFFIXES:
        return "csv"
    _refuse_suffix(suffix)
    if delimiter_of(text) and text.count("\n") > 1:
        return "csv"
    raise ImportRefused("FORMAT_UNKNOWN")


def _beginning_of_text(head: bytes) -> str | None:
    """Return the text that a file begins with, ``None`` if it is none in any encoding."""
    for encoding in _encodings(head):
        try:
            # Incremental, for the end of the head may cut a character.
            text = codecs.getincrementaldecoder(encoding)().decode(head)
        except UnicodeDecodeError:
            continue
        return None if _CONTROL.search(text) else text.lstrip("\ufeff")
    return None


def _encodings(head: bytes) -> tuple[str, ...]:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ("utf-16",)
    if b"\0" in head:
        likely = likely_utf16(head)
        return (likely,) if likely else ()
    return ("utf-8-sig", "gb18030")
