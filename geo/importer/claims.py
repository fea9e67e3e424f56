"""What is said about the coordinates of a file: by the person, the file, or its format."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from geo.crs import read_crs
from geo.errors import ImportRefused, LayerError
from geo.grids import OLD_DATUMS, Grid, Stated, datum_family, zone_meridian
from geo.importer.model import CrsEvidence, Options
from geo.rules.finding import clean

By = Literal["options", "wkt", "header", "format", "nobody"]

_WORDS = (
    ("local", re.compile(r"地方|独立|城市|自定义|local", re.IGNORECASE)),
    ("cgcs2000", re.compile(r"2000|cgcs", re.IGNORECASE)),
    ("xian80", re.compile(r"80|西安")),
    ("beijing54", re.compile(r"54|北京")),
    ("gcj02", re.compile(r"gcj|火星|高德|腾讯", re.IGNORECASE)),
    ("bd09", re.compile(r"bd-?09|百度", re.IGNORECASE)),
    ("wgs84", re.compile(r"wgs|84", re.IGNORECASE)),
)
_WRITINGS = (
    ("degrees", re.compile(r"经纬度|地理|大地坐标|无投影")),
    ("gauss", re.compile(r"高斯|gauss", re.IGNORECASE)),
    ("utm", re.compile(r"utm", re.IGNORECASE)),
)
_SAYING = ("坐标系", "几度分带", "投影类型", "计量单位", "带号")
"""Statements of a header that say something of the coordinates."""
_REFUSALS = {
    "xian80": "DATUM_XIAN80",
    "beijing54": "DATUM_BEIJING54",
    "local": "GRID_LOCAL",
    "other": "DATUM_UNKNOWN",
}


@dataclass(frozen=True)
class Claim:
    """What is said about the numbers; what is left open is ``None``.

    Parameters
    ----------
    by
        Who says it.
    words
        As it is written, for sentences.
    datum
        Datum, with parameters where it needs them.
    settled
        Whether the datum was chosen by the person, so that nothing else is weighed.
    writing
        ``degrees``, ``metres`` or the kind of plane grid.
    meridian, width
        Central meridian and width of the zones of a Gauss-Krüger grid, in degrees.
    zone
        Number that leads the easting, 0 if it says that none does.
    """

    by: By = "nobody"
    words: str = ""
    datum: str | None = None
    settled: bool = False
    writing: str | None = None
    meridian: int | None = None
    width: int | None = None
    zone: int | None = None

    def allows(self, grid: Grid) -> bool:
        """Return whether the grid is as claimed; the number before the easting may differ.

        ``带号=27`` and the names of systems are written whether or not the eastings carry the
        number: it is the numbers that tell, as long as they do not name another zone.
        """
        if self.writing == "metres" and grid.kind == "degrees":
            return False
        if self.writing not in (None, "metres", grid.kind):
            return False
        if self.meridian is not None and self.meridian != grid.meridian:
            return False
        return self.width is None or grid.kind != "gauss" or _has_width(grid, self.width)


def understand_claims(evidence: CrsEvidence, options: Options) -> Claim:
    """Return what is said, the person's word before the file's.

    Raises ``ImportRefused`` CRS_NOT_SUPPORTED, DATUM_NOT_SUPPORTED, or for an old or local
    system without parameters DATUM_XIAN80, DATUM_BEIJING54, GRID_LOCAL, DATUM_UNKNOWN,
    PROJECTION_UNKNOWN.
    """
    claim = _option_claim(options) if options.crs else _file_claim(evidence)
    if options.datum != "auto":
        claim = _with_datum(claim, options.datum)
    elif claim.datum in _REFUSALS:
        raise ImportRefused(_REFUSALS[claim.datum], said=claim.words)
    if claim.writing == "other":
        raise ImportRefused("PROJECTION_UNKNOWN", said=claim.words)
    return claim


def contradicts_file(claim: Claim, evidence: CrsEvidence) -> str:
    """Return what the file says if the person says another datum, else nothing."""
    said = _file_claim(evidence)
    if not claim.settled or claim.datum is None or said.datum is None:
        return ""
    family = claim.datum.partition(":")[0]
    same = family == said.datum or {family, said.datum} == {"wgs84", "cgcs2000"}
    return "" if same else said.words


def _option_claim(options: Options) -> Claim:
    text = options.crs or ""
    try:
        stated = read_crs(text)
    except LayerError as error:
        raise ImportRefused("CRS_NOT_SUPPORTED", crs=clean(text)) from error
    return _of_system(stated, by="options", words=clean(text))


def _with_datum(claim: Claim, text: str) -> Claim:
    try:
        family = datum_family(text)
    except LayerError as error:
        raise ImportRefused("DATUM_NOT_SUPPORTED", datum=clean(text)) from error
    named_other = claim.datum is not None and claim.datum != family
    if claim.by == "options" and named_other and {claim.datum, family} & {*OLD_DATUMS, "other"}:
        raise ImportRefused("CRS_NOT_OF_DATUM", crs=claim.words, datum=clean(text))
    return replace(claim, datum=text, settled=True)


def _file_claim(evidence: CrsEvidence) -> Claim:
    if evidence.fixed:
        return Claim("format", "WGS84", datum="wgs84", writing="degrees")
    if evidence.wkt:
        return _wkt_claim(evidence.wkt)
    if evidence.statements:
        return _header_claim(evidence.statements)
    return Claim()


def _wkt_claim(wkt: str) -> Claim:
    try:
        stated = read_crs(wkt)
    except LayerError:
        return Claim("wkt", clean(wkt), datum="other")
    words = clean(stated.name if "[" in wkt else wkt)
    return Claim() if stated.blank else _of_system(stated, by="wkt", words=words)


def _of_system(stated: Stated, *, by: By, words: str) -> Claim:
    grid = stated.grid
    if grid is None:
        return Claim(by, words, datum=stated.datum, writing="other")
    if grid.kind != "gauss":
        meridian = grid.meridian if grid.kind == "utm" else None
        return Claim(by, words, datum=stated.datum, writing=grid.kind, meridian=meridian)
    width = _width(grid.zone) if grid.zone else None
    claim = Claim(by, words, datum=stated.datum, writing="gauss", meridian=grid.meridian)
    return replace(claim, width=width, zone=grid.zone)


def _header_claim(statements: Mapping[str, str]) -> Claim:
    said = {k: unicodedata.normalize("NFKC", v).strip() for k, v in statements.items()}
    words = clean("，".join(f"{k}={statements[k]}" for k in _SAYING if said.get(k)))
    datum = _first(_WORDS, said.get("坐标系", ""))
    writing = _first(_WRITINGS, said.get("投影类型", "")) or _unit(said.get("计量单位", ""))
    zone, width = _number(said.get("带号", "")), _number(said.get("几度分带", ""))
    claim = Claim("header" if words else "nobody", words, datum=datum, writing=writing)
    if writing == "degrees" or width not in (None, 3, 6):
        return claim
    meridian = _meridian(zone, width) if zone else None
    return replace(claim, width=width, meridian=meridian)


def _meridian(zone: int, width: int | None) -> int | None:
    # A number that no zone of China has is the meridian itself, as some write it.
    if zone > 60:
        return zone
    return zone_meridian(zone) if width is None else zone * width - (3 if width == 6 else 0)


def _unit(text: str) -> str | None:
    if "度" in text or text.lower().startswith("deg"):
        return "degrees"
    return "metres" if text in ("米", "m", "M") else None


def _first(patterns: tuple[tuple[str, re.Pattern[str]], ...], text: str) -> str | None:
    return next((name for name, pattern in patterns if pattern.search(text)), None)


def _number(text: str) -> int | None:
    digits = re.search(r"\d{1,3}", text)
    if digits is not None:
        return int(digits[0])
    return next((n for word, n in (("三", 3), ("六", 6)) if word in text), None)


def _width(zone: int) -> int:
    return 6 if zone < 24 else 3


def _has_width(grid: Grid, width: int) -> bool:
    if grid.zone:
        return _width(grid.zone) == width
    return width == 3 or grid.meridian % 6 == 3
