"""Contours and spot heights in a file: such data must not be published."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from shapely.geometry.base import BaseGeometry

from geo.importer.model import Remark

_NAME = re.compile(
    r"等高线|等高|首曲线|计曲线|间曲线|高程点|高程注记|(?<![a-z])(?:dgx|gcd|contours?|sqx|jqx)(?![a-z])",
    re.IGNORECASE,
)
_HEADING = re.compile(
    r"等高|高程|海拔|(?<![a-z])(?:bsgc|elev|elevation|contour|dgx)(?![a-z])", re.I
)


def names_contours(layer: str) -> bool:
    """Return whether a layer's name says that it holds contours or spot heights.

    >>> names_contours("DGX"), names_contours("等高线_1m"), names_contours("JZD")
    (True, True, False)
    """
    return bool(_NAME.search(layer))


def contour_remark(layers: Iterable[str]) -> Remark:
    """Return the warning that these layers must not be published."""
    return Remark("SENSITIVE_CONTOURS", {"layers": "、".join(sorted(layers)[:5])})


def contour_remarks(
    layer: str, headings: Sequence[str], geometries: Sequence[BaseGeometry | None]
) -> list[Remark]:
    """Return the warning if a layer's name, or a heading over its lines, says heights."""
    lines = any(g is not None and g.geom_type.endswith("LineString") for g in geometries)
    heights = lines and any(_HEADING.search(heading) for heading in headings)
    return [contour_remark([layer])] if geometries and (names_contours(layer) or heights) else []
