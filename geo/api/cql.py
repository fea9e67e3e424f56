"""CQL2 text as a tree, within bounds.

The package cql2 parses; it descends once for every bracket and operator, and ends the process
when the stack is full. So what could become deep is counted before, in the text.
"""

from __future__ import annotations

import re
from typing import Any

import cql2

from geo.errors import BadRequest

LONGEST = 2_000
"""Characters of a filter."""

_DEEPEST = 20
"""Brackets inside one another. With this and the next, 512 kB of stack are enough."""

_MOST_OPERATORS = 100
_QUOTED = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"")
_OPERATOR = re.compile(r"[-+*/^%=<>]|\b(?:not|div)\b", re.IGNORECASE)

Tree = Any
"""CQL2 as JSON: a mapping with ``op`` and ``args``, a property, or a literal."""


def parse_filter(text: str) -> Tree:
    """Return the tree of a filter in CQL2 text.

    Raises
    ------
    BadRequest
        ``API_FILTER_LONG``, ``API_FILTER_DEEP``, ``API_FILTER_SYNTAX``.

    >>> parse_filter("floors > 2")
    {'op': '>', 'args': [{'property': 'floors'}, 2.0]}
    """
    if len(text) > LONGEST:
        raise BadRequest("API_FILTER_LONG", limit=LONGEST)
    _check_depth(text)
    try:
        tree = cql2.parse_text(text).to_json()
    except (cql2.ParseError, cql2.ValidationError, ValueError, TypeError) as error:
        raise BadRequest("API_FILTER_SYNTAX") from error
    return tree


def _check_depth(text: str) -> None:
    bare = _QUOTED.sub("", text)
    depth = deepest = 0
    for character in bare:
        depth += (character == "(") - (character == ")")
        deepest = max(deepest, depth)
    if deepest > _DEEPEST or len(_OPERATOR.findall(bare)) > _MOST_OPERATORS:
        raise BadRequest("API_FILTER_DEEP", depth=_DEEPEST, count=_MOST_OPERATORS)
