"""Shapefiles in a zip: which parts belong together, and which encoding their texts are in.

A zip is unpacked under names of ours. The texts are read as Latin-1, byte for byte, and
decoded here: what a .cpg says is often wrong in China, and a text cut in the middle of a
character is no reason to lose the rest of it.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from geo.errors import ImportRefused
from geo.importer.archive import Archive, Member, open_archive, shown
from geo.importer.gdal import list_layers, read_layer
from geo.importer.model import Cell, Remark, Table

_BYTES = "ISO-8859-1"  # every byte is one character of it
_NEEDED = (".shp", ".shx", ".dbf")
_PARTS = (*_NEEDED, ".prj", ".cpg")
_MAGIC = b"\x00\x00\x27\x0a"
_CHINESE = re.compile(
    r"(?:cp|ansi|oem|ms|windows)?[ _-]?936|gbk|gb[ _-]?2312|gb[ _-]?18030|euc-?cn"
)
_UTF_8 = re.compile(r"utf-?8|(?:cp)?65001")
_ENCODINGS = ("utf-8", "gb18030")
_EASTERN = re.compile("[\u0600-\u06ff\u3000-\u9fff\uff00-\uffef]")
"""Chinese, and Uyghur in Arabic letters."""
_CHINESE_DBF = (0x4D, 0x7A)  # language driver of a .dbf: code page 936


def read_shapefiles(path: Path, *, name: str) -> list[Table]:
    """Return a table for every shapefile in a zip.

    Field names stay cut to the ten bytes that the format allows. Raises ``ImportRefused``
    SHAPEFILE_BARE (a .shp alone), SHAPEFILE_MISSING, SHAPEFILE_PART_MISSING,
    ARCHIVE_NESTED, FILE_DAMAGED, and what an archive is refused for.
    """
    with path.open("rb") as file:
        if file.read(4) == _MAGIC:
            raise ImportRefused("SHAPEFILE_BARE")
    with open_archive(path) as archive, TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        sets = _shapefiles(archive)
        tables = [
            _read(archive, parts, Path(folder) / f"s{number}.shp")
            for number, parts in enumerate(sets)
        ]
    return tables


def _shapefiles(archive: Archive) -> list[dict[str, Member]]:
    """Return the parts of every shapefile by suffix, complete or not at all."""
    found: dict[tuple[str, str], dict[str, Member]] = {}
    for member in archive.members:
        if member.suffix in _PARTS:
            parts = found.setdefault((member.folder, member.stem.casefold()), {})
            parts[member.suffix] = member
    sets = [parts for parts in found.values() if ".shp" in parts or ".shx" in parts]
    if not sets and archive.nested:
        raise ImportRefused("ARCHIVE_NESTED", name=shown(archive.nested[0].name))
    if not sets:
        raise ImportRefused("SHAPEFILE_MISSING")
    for parts in sets:
        missing = next((part for part in _NEEDED if part not in parts), None)
        if missing:
            stem = next(iter(parts.values())).stem
            raise ImportRefused("SHAPEFILE_PART_MISSING", name=shown(stem), part=missing)
    return sets


def _read(archive: Archive, parts: dict[str, Member], target: Path) -> Table:
    for suffix in (*_NEEDED, ".prj"):
        if suffix in parts:
            archive.extract(parts[suffix], target.with_suffix(suffix))
    _check_magic(target)
    layer = list_layers(target, driver="ESRI Shapefile")[0]
    table = read_layer(target, layer, format="shapefile", encoding=_BYTES)
    cpg = archive.read(parts[".cpg"])[:40] if ".cpg" in parts else b""
    stated = _stated_encoding(cpg, target.with_suffix(".dbf"))
    return replace(_decoded(table, stated), name=parts[".shp"].stem)


def _check_magic(target: Path) -> None:
    for suffix in (".shp", ".shx"):
        with target.with_suffix(suffix).open("rb") as file:
            if file.read(4) != _MAGIC:
                raise ImportRefused("FILE_DAMAGED")


def _stated_encoding(cpg: bytes, dbf: Path) -> str | None:
    """Return the encoding that the .cpg or the .dbf names, if it can hold Chinese.

    A Western code page fits any bytes and is what programs write that do not know better.
    """
    name = cpg.decode("ascii", "ignore").strip().lower()
    if _UTF_8.fullmatch(name):
        return "utf-8"
    with dbf.open("rb") as file:
        language = file.read(30)[29:]
    chinese = _CHINESE.fullmatch(name) or (language and language[0] in _CHINESE_DBF)
    return "gb18030" if chinese else None


@dataclass
class _Decoder:
    """Decodes texts strictly, but for a last character that the field had no room for."""

    encoding: str
    errors: str = "strict"
    cut: int = 0

    def __call__(self, raw: bytes) -> str:
        """Return the text; ``UnicodeDecodeError`` if it is in another encoding."""
        decoder = codecs.getincrementaldecoder(self.encoding)(self.errors)
        text = decoder.decode(raw)
        self.cut += bool(decoder.getstate()[0])
        return text


def _decoded(table: Table, stated: str | None) -> Table:
    """Return the table with its headings and texts decoded."""
    texts = {t for column in table.columns for t in column if isinstance(t, str)}
    raw = {t: t.encode(_BYTES) for t in texts.union(table.headings) if not t.isascii()}
    decoder, known = _decode(raw, stated)
    columns: list[list[Cell]] = [
        [known.get(c, c) if isinstance(c, str) else c for c in column] for column in table.columns
    ]
    return replace(
        table,
        headings=[known.get(h, h) for h in table.headings],
        columns=columns,
        encoding=decoder.encoding,
        remarks=[*table.remarks, *_remarks(decoder, stated)],
    )


def _decode(raw: dict[str, bytes], stated: str | None) -> tuple[_Decoder, dict[str, str]]:
    """Return the texts by their bytes: UTF-8 where it fits and makes sense, else GB18030.

    GB18030 fits nearly every UTF-8 text, while a Chinese text in GBK is UTF-8 only by a rare
    accident and then reads as Latin letters.
    """
    for encoding in _ENCODINGS:
        decoder = _Decoder(encoding)
        try:
            known = {text: decoder(data) for text, data in raw.items()}
        except UnicodeDecodeError:
            continue
        if encoding != "utf-8" or stated == "utf-8" or not known or _makes_sense(known):
            return decoder, known
    decoder = _Decoder(stated or "gb18030", errors="replace")
    return decoder, {text: decoder(data) for text, data in raw.items()}


def _makes_sense(known: dict[str, str]) -> bool:
    return any(_EASTERN.search(text) for text in known.values())


def _remarks(decoder: _Decoder, stated: str | None) -> list[Remark]:
    remarks = []
    if stated and decoder.encoding != stated:
        remarks.append(Remark("SHAPEFILE_CPG_WRONG", {"stated": stated, "used": decoder.encoding}))
    if decoder.errors == "replace":
        remarks.append(Remark("SHAPEFILE_TEXT_DAMAGED", {"encoding": decoder.encoding}))
    if decoder.cut:
        remarks.append(Remark("SHAPEFILE_TEXT_CUT", {"count": decoder.cut}))
    return remarks
