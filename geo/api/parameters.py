"""The parameters of a request for features, read and checked; one that is unknown is refused."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from geo.api import axes, moments
from geo.api.cql import Tree, parse_filter
from geo.errors import BadRequest
from geo.feature_store import BBox, Where, quoted

DEFAULT_LIMIT = 100
MOST = 1_000
"""Features of one page; who asks for more gets so many, as the standard has it."""

GENERAL = ("f", "lang")
"""Parameters that every address understands."""

OF_ITEMS = (
    "bbox",
    "bbox-crs",
    "datetime",
    "limit",
    "crs",
    "filter",
    "filter-lang",
    "filter-crs",
    "snapshot",
    "after",
)
FILTER_LANGUAGE = "cql2-text"
_LONGEST_VALUE = 500
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d{1,16}", re.ASCII)
LARGEST_INTEGER = 2**53 - 1
"""The largest whole number that JSON programs hold exactly; SQLite holds it too."""

_WHOLE = re.compile(r"\d{1,15}", re.ASCII)
BOOLEANS = {"true": 1, "false": 0, "1": 1, "0": 0}
"""Ways to write a value that is true or false: GDAL sends numbers."""


Arguments = Mapping[str, Sequence[str]]
"""Values of a query by name, several where a name stands more than once."""


@dataclass(frozen=True)
class ItemsQuery:
    """What is asked of a layer.

    Parameters
    ----------
    limit
        Features of a page.
    after
        Row after which the page begins.
    crs
        The system that coordinates are answered in.
    box
        Longitude and latitude; the first longitude may be the larger one.
    days
        See :mod:`geo.api.moments`.
    equal
        Conditions of the parameters that are named as a property.
    tree
        The filter.
    swapped_filter
        Whether positions in the filter have latitude first.
    """

    limit: int = DEFAULT_LIMIT
    after: int = 0
    crs: str = axes.CRS84
    box: BBox | None = None
    days: moments.Days | None = None
    equal: tuple[Where, ...] = ()
    tree: Tree = None
    swapped_filter: bool = False


def check_names(arguments: Arguments, *known: str) -> dict[str, str]:
    """Return the parameters by name; one that is unknown or stands twice is refused.

    Raises
    ------
    BadRequest
        ``API_PARAMETER_UNKNOWN``, ``API_PARAMETER_TWICE``.
    """
    allowed = {*GENERAL, *known}
    for name, values in arguments.items():
        if name not in allowed:
            raise BadRequest("API_PARAMETER_UNKNOWN", name=name[:60])
        if len(values) > 1:
            raise BadRequest("API_PARAMETER_TWICE", name=name[:60])
    return {name: values[0] for name, values in arguments.items()}


def read_items_query(arguments: Arguments, fields: Mapping[str, str]) -> ItemsQuery:
    """Return what a request asks of a layer.

    Parameters
    ----------
    arguments
        The query of the address.
    fields
        The columns of the layer that may be queried, with their types.

    Raises
    ------
    BadRequest
        ``API_PARAMETER_UNKNOWN``, ``API_PARAMETER_TWICE``, ``API_LIMIT_INVALID``,
        ``API_AFTER_INVALID``, ``API_BBOX_INVALID``, ``API_CRS_UNKNOWN``,
        ``API_DATETIME_INVALID``, ``API_FILTER_LANGUAGE``, ``API_VALUE_INVALID`` and those of
        :func:`geo.api.cql.parse_filter`.
    """
    given = check_names(arguments, *OF_ITEMS, *fields)
    if given.get("filter-lang", FILTER_LANGUAGE) != FILTER_LANGUAGE:
        raise BadRequest("API_FILTER_LANGUAGE", known=FILTER_LANGUAGE)
    return ItemsQuery(
        limit=_read_limit(given.get("limit")),
        after=_read_after(given.get("after")),
        crs=axes.read_crs("crs", given.get("crs")),
        box=_read_box(given.get("bbox"), axes.read_crs("bbox-crs", given.get("bbox-crs"))),
        days=moments.read_datetime(given["datetime"]) if "datetime" in given else None,
        equal=tuple(_equals(n, given[n], fields[n]) for n in fields if n in given),
        tree=parse_filter(given["filter"]) if "filter" in given else None,
        swapped_filter=axes.is_swapped(axes.read_crs("filter-crs", given.get("filter-crs"))),
    )


def _read_limit(text: str | None) -> int:
    if text is None:
        return DEFAULT_LIMIT
    if not _WHOLE.fullmatch(text) or int(text) < 1:
        raise BadRequest("API_LIMIT_INVALID", limit=MOST)
    return min(int(text), MOST)


def _read_after(text: str | None) -> int:
    if text is None:
        return 0
    if not _WHOLE.fullmatch(text):
        raise BadRequest("API_AFTER_INVALID")
    return int(text)


def _read_box(text: str | None, crs: str) -> BBox | None:
    if text is None:
        return None
    parts = text[:_LONGEST_VALUE].split(",")
    if len(parts) not in (4, 6) or not all(_NUMBER.fullmatch(part.strip()) for part in parts):
        raise BadRequest("API_BBOX_INVALID")
    # Of six the third and the last are heights; nothing here has one.
    numbers = [float(part) for part in (parts if len(parts) == 4 else parts[:2] + parts[3:5])]
    box: BBox = (numbers[0], numbers[1], numbers[2], numbers[3])
    if axes.is_swapped(crs):
        box = axes.swap_box(box)
    if not all(map(math.isfinite, box)) or box[1] > box[3]:
        raise BadRequest("API_BBOX_INVALID")
    return box


def _equals(name: str, text: str, kind: str) -> Where:
    value = _read_value(text, kind)
    if value is None or len(text) > _LONGEST_VALUE:
        raise BadRequest("API_VALUE_INVALID", name=name)
    return f"{quoted(name)} = ?", (value,)


def _read_value(text: str, kind: str) -> object:
    """Return a value as a column of a kind holds it, ``None`` for what is none."""
    if kind == "boolean":
        return BOOLEANS.get(text)
    if kind == "integer":
        whole = int(text) if _INTEGER.fullmatch(text) else LARGEST_INTEGER + 1
        return whole if abs(whole) <= LARGEST_INTEGER else None
    if kind == "number":
        number = float(text) if _NUMBER.fullmatch(text) else math.inf
        return number if math.isfinite(number) else None
    return text
