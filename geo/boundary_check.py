"""The grammar of ``boundary_check``: what was recorded of a plot about the three red lines.

``LINE:RESULT:DATE:CHECKER``, separated by ``;``, as ``城镇开发边界:内:2026-09:自然资源局``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from geo.wording import parts

NAMES: Mapping[str, str] = {
    "urban_development": "城镇开发边界",
    "basic_farmland": "永久基本农田",
    "ecology": "生态保护红线",
}
"""How the field names each line of :data:`geo.model.RED_LINE_KINDS`."""

_CLEAR_OUTSIDE = ("不涉及", "未涉及", "未占用", "不占用", "无", "外")
CLEAR: Mapping[str, tuple[str, ...]] = {
    "urban_development": ("内",),
    "basic_farmland": _CLEAR_OUTSIDE,
    "ecology": _CLEAR_OUTSIDE,
}
"""The results that say that a plot may be built on as far as that line goes."""

_COLON = re.compile(r"[:：]")


def read_check(text: str | None, line: str) -> list[str]:
    """Return what was recorded about a line: its name, result, date, checker; empty for nothing.

    ``line`` is one of :data:`NAMES`, as is every key.
    """
    split = ([part.strip() for part in _COLON.split(one)] for one in parts(text))
    return next((found for found in split if found[0] == NAMES[line]), [])


def boundary_result(text: str | None, line: str) -> str:
    """Return the recorded result of a line, empty if none was.

    >>> boundary_result("城镇开发边界:内:2026-09:示例; 永久基本农田:不涉及", "basic_farmland")
    '不涉及'
    """
    check = read_check(text, line)
    return check[1] if len(check) > 1 else ""
