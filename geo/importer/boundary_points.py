"""Boundary point files (国土 TXT, 界址点坐标交换格式) to a table.

``[属性描述]`` states the coordinate system as ``key=value``; under ``[地块坐标]`` every plot
has a line of attributes that ends in ``@`` and below it its points: number, ring, northing
(X), easting (Y), in metres. The attributes in the form of the ministry are number of
points, area in hectares, number, name, kind of shape (面), map sheet, use, land class; some
provinces put the administrative area before the plot's number, some add more at the end.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

import shapely
from shapely.geometry.base import BaseGeometry

from geo.errors import ImportRefused
from geo.importer.cells import check_size, columns_of
from geo.importer.decode import decode_text
from geo.importer.model import CrsEvidence, Remark, Table
from geo.importer.rings import Ring, RingFault, polygon_of_rings

AREA_HEADING = "地块面积(公顷)"
"""Heading of the stated area; the format defines hectares."""

_COUNT = "界址点数"
_BEFORE_SHAPE = (_COUNT, AREA_HEADING, "地块编号", "地块名称")
_BEFORE_SHAPE_REGIONAL = (*_BEFORE_SHAPE[:2], "行政区代码", "行政区名称", *_BEFORE_SHAPE[2:])
_AFTER_SHAPE = ("图幅号", "地块用途", "地类编码")
_SHAPE = "图形属性"
_SHAPES = ("面", "线", "点")
_MISSING = frozenset({"", "-", "—", "--", "/", "无", "null"})
_SAME_STATEMENT = {"分带": "几度分带", "坐标系统": "坐标系", "单位": "计量单位"}
_FULL_WIDTH = str.maketrans("，＠＝：［］【】", ",@=:[][]")
_LINE_END = re.compile(r"\r\n?|\n")  # what an editor numbers; splitlines() knows more
_SECTION = re.compile(r"\[(.+)\]")
_STATEMENT = re.compile(r"([^=:,]{1,20})[=:](.*)")
_NORTHINGS = (1_500_000.0, 6_100_000.0)
"""Where the northings of all of China lie; no easting does, with a zone prefix or without."""
_LINES_LISTED = 10

Point = tuple[str, float, float]
"""Ring as written, first number, second number."""


@dataclass
class _Plot:
    """One plot as it stands in the file."""

    line: int
    attributes: list[str]
    points: list[Point] = field(default_factory=list)
    unreadable: list[int] = field(default_factory=list)


@dataclass
class _Contents:
    statements: dict[str, str] = field(default_factory=dict)
    plots: list[_Plot] = field(default_factory=list)


def read_boundary_points(path: Path, *, name: str) -> list[Table]:
    """Return the one table of a boundary point file; a row is the line of a plot's attributes.

    Geometries are x = easting. ``evidence.northing_first`` is True where they have been
    turned as the format defines, False where the file plainly has the easting first, None
    for degrees, which are left as they are. A plot with a line that is no point is listed
    in ``bad_geometry``; a remark names the lines. Raises ``ImportRefused``
    BOUNDARY_POINTS_UNREADABLE with the first ``line`` that is neither plot nor point if no
    plot can be read, BOUNDARY_POINTS_MISSING without points, ENCODING_UNKNOWN,
    TOO_MANY_RECORDS or TOO_MANY_COLUMNS.
    """
    text, encoding = decode_text(path.read_bytes())
    contents = _parse(text)
    if not any(plot.points for plot in contents.plots):
        lines = [line for plot in contents.plots for line in plot.unreadable]
        if lines:
            raise ImportRefused("BOUNDARY_POINTS_UNREADABLE", line=min(lines))
        raise ImportRefused("BOUNDARY_POINTS_MISSING")
    table = _table(contents, Path(name).stem)
    table.encoding = encoding
    return [table]


def _parse(text: str) -> _Contents:
    contents = _Contents()
    in_points = False
    for number, line in enumerate(_LINE_END.split(text), start=1):
        plain = line.translate(_FULL_WIDTH).strip()
        section = _SECTION.fullmatch(plain)
        if section:
            in_points = section[1].strip() == "地块坐标"
        elif plain and in_points:
            _take_plot_line(contents, number, plain)
        elif plain:
            _take_statement(contents, plain)
    return contents


def _take_statement(contents: _Contents, line: str) -> None:
    statement = _STATEMENT.fullmatch(line)
    if statement and len(contents.statements) < 100:
        key = re.sub(r"\s", "", statement[1])
        contents.statements[_SAME_STATEMENT.get(key, key)] = statement[2].strip()[:200]


def _take_plot_line(contents: _Contents, number: int, line: str) -> None:
    cells = [cell.strip() for cell in line.split(",")]
    if cells[-1].endswith("@") or _is_attributes(cells):
        contents.plots.append(_Plot(number, [*cells[:-1], cells[-1].rstrip("@ ")]))
        check_size(records=len(contents.plots), columns=len(cells))
        return
    if not contents.plots:  # a file of bare points is one plot
        contents.plots.append(_Plot(number, []))
    point = _point(cells)
    plot = contents.plots[-1]
    if point:
        plot.points.append(point)
    else:
        plot.unreadable.append(number)


def _is_attributes(cells: Sequence[str]) -> bool:
    """Return whether a line without its @ is one of attributes all the same."""
    return len(cells) >= 7 and any(shape in cells[3:7] for shape in _SHAPES)


def _point(cells: Sequence[str]) -> Point | None:
    """Return the point of a line, ``None`` if it is none."""
    plain = [unicodedata.normalize("NFKC", cell).replace(" ", "") for cell in cells]
    while len(plain) > 4 and not plain[-1]:
        plain.pop()
    if len(plain) != 4:
        return None
    try:
        first, second = float(plain[2]), float(plain[3])
    except ValueError:
        return None
    return (plain[1], first, second) if math.isfinite(first) and math.isfinite(second) else None


def _table(contents: _Contents, name: str) -> Table:
    plots = contents.plots
    northing_first = _northing_first(plots)
    records = [_attributes(plot.attributes) for plot in plots]
    headings, columns = columns_of([_told(record) for record in records])
    table = Table(name, "boundary_points", headings, columns, [plot.line for plot in plots])
    table.geometries = []
    for index, plot in enumerate(plots):
        try:
            table.geometries.append(_geometry(plot, records[index], turn=bool(northing_first)))
        except RingFault as fault:
            table.geometries.append(None)
            table.bad_geometry.append((index, str(fault)))
    table.evidence = CrsEvidence(statements=contents.statements, northing_first=northing_first)
    table.remarks = _remarks(plots, records, northing_first)
    return table


def _told(record: dict[str, str | None]) -> dict[str, str | None]:
    """Return what is worth a column: what only describes the points is in the geometry."""
    return {key: value for key, value in record.items() if key not in (_COUNT, _SHAPE)}


def _northing_first(plots: Iterable[_Plot]) -> bool | None:
    """Return whether the first numbers are northings; ``None`` if the numbers are degrees."""
    points = [(first, second) for plot in plots for _, first, second in plot.points]
    if all(abs(first) <= 180 and abs(second) <= 180 for first, second in points):
        return None
    low, high = _NORTHINGS
    turned = all(low < second < high and not low < first < high for first, second in points)
    return not turned


def _attributes(cells: Sequence[str]) -> dict[str, str | None]:
    """Return the attributes of a plot by heading; the kind of shape tells which is which."""
    at = next((i for i, cell in enumerate(cells) if cell in _SHAPES and i >= 3), None)
    before, after = (cells[:4], cells[5:]) if at is None else (cells[:at], cells[at + 1 :])
    if len(before) == 3:  # some programs leave the number of points out
        before = ["", *before]
    named = dict(zip(_AFTER_SHAPE, (*after, "", "", ""), strict=False))
    named |= {f"其他属性{i}": cell for i, cell in enumerate(after[3:], start=1) if cell}
    named = _named(before) | named | {_SHAPE: "面" if at is None else cells[at]}
    return {key: None if v.lower() in _MISSING else v for key, v in named.items()}


def _named(cells: Sequence[str]) -> dict[str, str]:
    """Return the attributes before the kind of shape; a comma in a name stays part of it."""
    headings: Sequence[str] = _BEFORE_SHAPE
    if len(cells) == len(_BEFORE_SHAPE_REGIONAL) and cells[2].isdigit():
        headings = _BEFORE_SHAPE_REGIONAL
    last = len(headings) - 1
    values = [*cells[:last], ",".join(cells[last:])]
    named = dict.fromkeys(headings, "") | dict(zip(headings, values, strict=False))
    if named[AREA_HEADING] == "0":  # no plot has no area: nobody filled it in
        named[AREA_HEADING] = ""
    return named


def _geometry(plot: _Plot, record: dict[str, str | None], *, turn: bool) -> BaseGeometry | None:
    """Return the shape of a plot with x = easting; raise ``RingFault`` if it has none."""
    if plot.unreadable:
        raise RingFault("boundary_point_line")
    lines = _lines(plot.points, turn=turn, close=record[_SHAPE] == "面")
    if not lines:
        return None
    if record[_SHAPE] == "点":
        points = [point for line in lines for point in line]
        return shapely.Point(points[0]) if len(points) == 1 else shapely.MultiPoint(points)
    if record[_SHAPE] == "线":
        if any(len(line) < 2 for line in lines):
            raise RingFault("too_few_positions")
        return shapely.MultiLineString(lines) if len(lines) > 1 else shapely.LineString(lines[0])
    return polygon_of_rings(lines)


def _lines(points: Iterable[Point], *, turn: bool, close: bool) -> list[Ring]:
    """Return the rings: one for every run of a ring number, closed where the format leaves it.

    A run that comes back to its first point is complete: some programs write several rings
    under one number.
    """
    lines: list[Ring] = []
    for _, run in groupby(points, key=lambda point: point[0]):
        line: list[tuple[float, float]] = []
        for _, first, second in run:
            line.append((second, first) if turn else (first, second))
            if close and len(line) > 3 and line[-1] == line[0]:
                lines.append(line)
                line = []
        if line:
            lines.append([*line, line[0]] if close else line)
    return lines


def _remarks(
    plots: Sequence[_Plot],
    records: Sequence[dict[str, str | None]],
    northing_first: bool | None,
) -> list[Remark]:
    remarks = []
    if northing_first is False:
        remarks.append(Remark("BOUNDARY_POINTS_EASTING_FIRST"))
    unreadable = [line for plot in plots for line in plot.unreadable]
    if unreadable:
        remarks.append(Remark("BOUNDARY_POINTS_LINES", {"lines": _listed(unreadable)}))
    differing = [p.line for p, r in zip(plots, records, strict=True) if _count_differs(p, r)]
    if differing:
        remarks.append(Remark("BOUNDARY_POINTS_COUNT", {"lines": _listed(differing)}))
    return remarks


def _count_differs(plot: _Plot, record: dict[str, str | None]) -> bool:
    """Return whether the stated number of points is another, with or without closing ones."""
    stated = record[_COUNT] or ""
    if not stated.isdecimal() or int(stated) == 0:
        return False
    rings = len({ring for ring, _, _ in plot.points})
    return not len(plot.points) - rings <= int(stated) <= len(plot.points) + rings


def _listed(lines: Sequence[int]) -> str:
    more = "…" if len(lines) > _LINES_LISTED else ""
    return "、".join(str(line) for line in lines[:_LINES_LISTED]) + more
