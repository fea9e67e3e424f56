"""What one cell was understood as, and what is wrong with it; texts cleaned of what is unseen."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from geo.importer.model import Cell
from geo.model import Severity

LARGEST = 1e15
"""Numbers beyond it are slips of the keyboard, and spreadsheets keep no more digits."""

_MISSING = frozenset(
    (
        *(
            "空",
            "空白",
            "空值",
            "无",
            "没有",
            "待定",
            "未定",
            "暂无",
            "暂缺",
            "缺",
            "缺失",
            "未知",
            "面议",
        ),
        *(
            "不详",
            "不明",
            "待补充",
            "待补",
            "待核实",
            "待确认",
            "待填",
            "未填",
            "未填写",
            "待查",
            "无数据",
        ),
        *("n/a", "na", "#n/a", "null", "none", "nan", "nil", "nat", "tbd", "unknown", "(null)"),
        *("<空>", "<空值>", "<null>", "(空)", "（空）", "#value!", "#ref!", "#div/0!", "#name?"),
        *("#num!", "#null!", "0000-00-00", "0000/00/00", "00:00:00"),
    )
)
_ONLY_MARKS = re.compile(r"[\s\-‐‑‒–—―－−_/\\.…·。、，,*~'‘’　]*")
_UNSEEN = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\u061c\ufeff\ud800-\udfff]")
_SPACE = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")
_SHOWN = 80


@dataclass(frozen=True)
class Problem:
    """What is wrong with a cell: its sentence is ``fault.<code>`` with ``params``."""

    code: str
    params: Mapping[str, object] = field(default_factory=dict)
    rule: str = "VALUE_RANGE"
    severity: Severity = "error"
    fatal: bool = True


class Reading(NamedTuple):
    """The value of a cell (``None`` if missing), what is wrong, and what is worth telling.

    ``remark`` is the code of a ``remark.*`` text that is told once for the column;
    ``at_least`` marks a number that its cell calls a lower bound; ``unitless`` an amount
    that cannot be stored before its unit is known.
    """

    value: Any = None
    problem: Problem | None = None
    remark: str | None = None
    at_least: bool = False
    unitless: bool = False


Reader = Callable[[Cell], Reading]

NOTHING = Reading()


def is_missing(cell: Cell) -> bool:
    """Return whether a cell says that there is no value.

    >>> is_missing("——"), is_missing(" 待定 "), is_missing("0"), is_missing(False)
    (True, True, False, False)
    """
    if cell is None:
        return True
    if not isinstance(cell, str):
        return False
    return bool(_ONLY_MARKS.fullmatch(cell)) or cell.strip().casefold() in _MISSING


def tidy(text: str) -> str:
    r"""Return a text on one line without control and invisible characters.

    >>> tidy("  策勒县\n农业  公司\u200b ")
    '策勒县 农业 公司'
    """
    return _SPACE.sub(" ", _UNSEEN.sub("", text)).strip()


def shown(cell: Cell) -> str:
    """Return a cell as a fault shows it: one line of at most 80 characters."""
    text = tidy(cell_text(cell))
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def cell_text(cell: Cell) -> str:
    """Return the text of a cell; a whole number without ``.0``, a day without midnight.

    >>> cell_text(653225.0), cell_text(True), cell_text(0.25)
    ('653225', 'true', '0.25')
    """
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) <= LARGEST else repr(cell)
    if isinstance(cell, datetime):
        midnight = (cell.hour, cell.minute, cell.second) == (0, 0, 0)
        return cell.date().isoformat() if midnight else cell.isoformat(" ", "seconds")
    if isinstance(cell, date):
        return cell.isoformat()
    return "" if cell is None else str(cell)
