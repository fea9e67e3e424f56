"""What the layer names and the texts of a drawing say of its polygons."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import shapely

from geo.importer.drawing_shapes import Label

_CODE = re.compile(
    # Sea areas (18 to 22) are left out: 2023 in a layer's name is the year.
    r"(?<![0-9A-Za-z])(?:(?:0[1-9]|1[0-7]|2[34])\d{2}(?:\d{2})?"
    r"|(?:R|A|B|M|W|S|U|G|H|E)[1-9]\d?)(?![0-9A-Za-z])"
)
_USE = re.compile(r"[一-鿿（）()]*(?:用地|[耕林园草绿湿]地|水域|道路|广场)")
_STATUS = re.compile(r"^(?:现状|规划|拟建|新增|图层)+")
_IDENTIFIER = re.compile(
    r"(?:[A-Za-z一-鿿]{1,6}[-—_#]){0,3}[A-Za-z一-鿿]{0,6}\d[\dA-Za-z一-鿿_#()（）/—-]*"
)
_PLAIN_DECIMAL = re.compile(r"\d*\.\d+")
_MEASURE = re.compile(r"亩|公顷|平方|㎡|m2|m²|米|万元|容积率|面积|%|年", re.IGNORECASE)


def land_use_code(layer: str) -> str | None:
    """Return the land-use code that a layer is named after, of whatever standard.

    >>> land_use_code("100101-工业用地"), land_use_code("M1"), land_use_code("2023规划")
    ('100101', 'M1', None)
    """
    found = _CODE.search(layer)
    return found[0] if found else None


def land_use_name(layer: str) -> str | None:
    """Return the land use that a layer is named after, in its own words.

    >>> land_use_name("规划_二类工业用地"), land_use_name("JZD")
    ('二类工业用地', None)
    """
    found = _USE.search(layer)
    return _STATUS.sub("", found[0]) or None if found else None


def place_labels(labels: Sequence[Label], polygons: Sequence[shapely.Polygon]) -> list[list[str]]:
    """Return the texts in each polygon; a text belongs to the smallest one around its point."""
    texts: list[list[str]] = [[] for _ in polygons]
    if not labels or not polygons:
        return texts
    points = shapely.points([(label.x, label.y) for label in labels])
    tree = shapely.STRtree(points)
    smallest = np.full(len(labels), -1)
    # Smallest first, so that the first polygon around a point keeps it.
    for place in np.argsort(shapely.area(polygons), kind="stable"):
        inside = tree.query(polygons[place], predicate="intersects")
        smallest[inside[smallest[inside] < 0]] = place
    for label, place in zip(labels, smallest, strict=True):
        if place >= 0:
            texts[place].append(label.text)
    return texts


def plot_number(texts: Sequence[str]) -> str | None:
    """Return the text that looks like the number of a plot, ``None`` if none does.

    >>> plot_number(["12.5亩", "CL-01-03", "工业用地", "2.0"]), plot_number(["CL-DIGI-003"])
    ('CL-01-03', 'CL-DIGI-003')
    """
    likely = [t for t in texts if _IDENTIFIER.fullmatch(t) and not _MEASURE.search(t)]
    ranked = sorted(likely, key=lambda t: (t.isdecimal(), -len(t)))
    return ranked[0] if ranked else None
