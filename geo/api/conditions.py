"""A filter of CQL2 as an SQL condition over the columns that may be queried.

What comes from outside becomes a value of ``?``, never a part of the SQL: a column is found by
its name among those of the layer, an operator in a table here.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from geo.api.axes import swap_geometry
from geo.api.cql import Tree
from geo.api.shapes import Shape, bounds, box_shape, shape_of
from geo.errors import BadRequest
from geo.feature_store import Where, quoted

GEOMETRY = "geometry"
"""How a filter names the place of a feature."""

Meets = Callable[[Shape], Where]
"""Returns the condition under which a feature meets a shape; see :mod:`geo.api.places`."""

LONGEST_PATTERN = 200
_MOST_WILDCARDS = 5
_COMPARISONS = {"=": "=", "<>": "<>", "<": "<", ">": ">", "<=": "<=", ">=": ">="}
_SQL_OF_LOGIC = {"and": " AND ", "or": " OR "}
_FAMILY = {"integer": "number", "number": "number", "text": "text", "date": "date"}
"""What may be compared with what, by the type of a column or literal."""


@dataclass(frozen=True)
class _Scalar:
    """An SQL expression for a value, the values of its ``?``, and what it may be compared with."""

    sql: str
    values: tuple[object, ...]
    family: str
    is_column: bool = False


@dataclass(frozen=True)
class Compiler:
    """Turns a tree into a condition.

    Parameters
    ----------
    fields
        The columns that may be queried, with their types.
    meets
        Makes the condition of a spatial predicate.
    is_swapped
        Whether positions in the filter have latitude first.
    """

    fields: Mapping[str, str]
    meets: Meets
    is_swapped: bool = False

    def condition(self, tree: Tree) -> Where:
        """Return the condition of a tree.

        Raises
        ------
        BadRequest
            ``API_QUERYABLE_UNKNOWN``, ``API_FILTER_TYPES``, ``API_FILTER_UNSUPPORTED``,
            ``API_FILTER_PATTERN``, ``API_FILTER_NUMBER``, ``API_FILTER_GEOMETRY``.
        """
        if isinstance(tree, bool):
            return str(int(tree)), ()
        if isinstance(tree, dict) and "property" in tree:
            return self._is_true(tree)
        if not isinstance(tree, dict) or "op" not in tree:
            raise _unsupported(tree)
        op, args = tree["op"], tree["args"]
        if op in _SQL_OF_LOGIC:
            return self._join(_SQL_OF_LOGIC[op], args)
        if op in _COMPARISONS:
            return self._compare(_COMPARISONS[op], *self._pair(op, args))
        match op:
            case "not":
                sql, values = self.condition(args[0])
                return f"NOT ({sql})", values
            case "isNull":
                return self._is_null(args[0])
            case "between":
                return self._between(args)
            case "in":
                return self._is_in(args)
            case "like":
                return self._is_like(args)
            case "s_intersects":
                return self._intersects(args)
        raise _unsupported(op)

    def _join(self, word: str, args: list[Tree]) -> Where:
        parts = [self.condition(one) for one in args]
        sql = word.join(f"({part})" for part, _ in parts)
        return sql, tuple(value for _, values in parts for value in values)

    def _is_true(self, tree: Tree) -> Where:
        found = self._column(tree["property"])
        if found.family != "boolean":
            raise BadRequest("API_FILTER_TYPES")
        return found.sql, ()

    def _compare(self, sign: str, left: _Scalar, right: _Scalar) -> Where:
        if not _may_compare(left, right) or (left.family == "boolean" and sign not in ("=", "<>")):
            raise BadRequest("API_FILTER_TYPES")
        return f"{left.sql} {sign} {right.sql}", (*left.values, *right.values)

    def _pair(self, op: str, args: list[Tree]) -> tuple[_Scalar, _Scalar]:
        if len(args) != 2:
            raise _unsupported(op)
        return self._scalar(args[0]), self._scalar(args[1])

    def _is_null(self, tree: Tree) -> Where:
        if isinstance(tree, dict) and tree.get("property") == GEOMETRY:
            return "minx IS NULL", ()
        found = self._scalar(tree)
        return f"{found.sql} IS NULL", found.values

    def _between(self, args: list[Tree]) -> Where:
        value, low, high = (self._scalar(one) for one in args)
        if value.family == "boolean" or not (
            _may_compare(value, low) and _may_compare(value, high)
        ):
            raise BadRequest("API_FILTER_TYPES")
        values = (*value.values, *low.values, *high.values)
        return f"{value.sql} BETWEEN {low.sql} AND {high.sql}", values

    def _is_in(self, args: list[Tree]) -> Where:
        value, listed = self._scalar(args[0]), [self._scalar(one) for one in args[1]]
        if not listed or not all(_may_compare(value, one) for one in listed):
            raise BadRequest("API_FILTER_TYPES")
        sql = ", ".join(one.sql for one in listed)
        return f"{value.sql} IN ({sql})", (
            *value.values,
            *(v for one in listed for v in one.values),
        )

    def _is_like(self, args: list[Tree]) -> Where:
        value, pattern = self._scalar(args[0]), args[1]
        if value.family not in ("text", "date") or not isinstance(pattern, str):
            raise BadRequest("API_FILTER_TYPES")
        # GLOB, for LIKE in SQLite takes small and capital letters for the same, CQL2 does not.
        return f"{value.sql} GLOB ?", (*value.values, to_glob(pattern))

    def _intersects(self, args: list[Tree]) -> Where:
        places = [one for one in args if isinstance(one, dict) and "property" in one]
        literals = [one for one in args if one not in places]
        if len(places) != 1 or len(literals) != 1:
            raise _unsupported("s_intersects")
        if places[0]["property"] != GEOMETRY:
            raise BadRequest("API_QUERYABLE_UNKNOWN", name=str(places[0]["property"])[:60])
        return self.meets(self._shape(literals[0]))

    def _shape(self, literal: Tree) -> Shape:
        try:
            shape = _read_shape(literal, is_swapped=self.is_swapped)
            if not all(map(math.isfinite, bounds(shape))):
                raise ValueError
        except (KeyError, ValueError, TypeError, IndexError):
            raise BadRequest("API_FILTER_GEOMETRY") from None
        return shape

    def _scalar(self, tree: Tree) -> _Scalar:
        match tree:
            case {"property": str(name)}:
                return self._column(name)
            case bool():
                return _Scalar("?", (int(tree),), "boolean")
            case str():
                return _Scalar("?", (tree,), "text")
            case int() | float():
                if not math.isfinite(tree):
                    raise BadRequest("API_FILTER_NUMBER")
                return _Scalar("?", (tree,), "number")
            case {"date": str(day)}:
                return _Scalar("?", (day,), "date")
        raise _unsupported(tree)

    def _column(self, name: str) -> _Scalar:
        if name not in self.fields:
            raise BadRequest("API_QUERYABLE_UNKNOWN", name=name[:60])
        kind = self.fields[name]
        return _Scalar(quoted(name), (), _FAMILY.get(kind, kind), is_column=True)


def to_glob(pattern: str) -> str:
    r"""Return a pattern of CQL2 (``%``, ``_``, ``\`` before either) as one of GLOB.

    Raises
    ------
    BadRequest
        ``API_FILTER_PATTERN`` for one that is long or could take long.

    >>> to_glob("50\\% [a]_%")
    '50% [[]a]?*'
    """
    if len(pattern) > LONGEST_PATTERN or pattern.count("%") > _MOST_WILDCARDS:
        raise BadRequest("API_FILTER_PATTERN", limit=LONGEST_PATTERN, count=_MOST_WILDCARDS)
    found, characters = [], iter(pattern)
    for character in characters:
        if character == "\\":
            found.append(_literal(next(characters, "\\")))
        else:
            found.append({"%": "*", "_": "?"}.get(character) or _literal(character))
    return "".join(found)


def _literal(character: str) -> str:
    return f"[{character}]" if character in "*?[" else character


def _may_compare(left: _Scalar, right: _Scalar) -> bool:
    """Whether two values are of one family; a text may stand for a day, which may be partial."""
    families = {left.family, right.family}
    is_day = families == {"date", "text"} and not (left.is_column and right.is_column)
    return len(families) == 1 or is_day


def _read_shape(literal: Tree, *, is_swapped: bool) -> Shape:
    if "bbox" in literal:
        numbers = [float(one) for one in literal["bbox"]]
        numbers = numbers if len(numbers) == 4 else [*numbers[0:2], *numbers[3:5]]
        west, south, east, north = numbers
        if is_swapped:
            west, south, east, north = south, west, north, east
        if west > east or south > north:
            raise ValueError
        return box_shape((west, south, east, north))
    return shape_of((swap_geometry(literal) or literal) if is_swapped else literal)


def _unsupported(what: object) -> BadRequest:
    text = what if isinstance(what, str) else json.dumps(what, ensure_ascii=False, default=str)
    return BadRequest("API_FILTER_UNSUPPORTED", what=str(text)[:60])


def both(*conditions: Where | None) -> Where | None:
    """Return the condition that all of those given hold, ``None`` without any."""
    parts: list[tuple[str, Any]] = [one for one in conditions if one is not None]
    if not parts:
        return None
    values = tuple(value for _, part in parts for value in part)
    return " AND ".join(f"({sql})" for sql, _ in parts), values
