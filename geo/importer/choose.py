"""Which table of a file is meant, where it has several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from geo.errors import ImportRefused
from geo.i18n import both
from geo.importer.headings import match_headings
from geo.importer.model import Answer, Question, Remark, Table
from geo.model import Kind

_CLEARLY = 2
"""How many times as many columns the best table must have understood as the next."""

_MOST_NAMED = 20


def choose_table(
    tables: Sequence[Table], kind: Kind, *, sheet: str | None, given: Mapping[str, str]
) -> tuple[Table, Question | None]:
    """Return the table to import and, where several would do, the question which.

    The one that is named; else the only one with records; else the one of which by far the
    most columns are understood. ``given`` are columns that the person has explained. Raises
    ``ImportRefused`` SHEET_UNKNOWN or NO_RECORDS.
    """
    names = "、".join(table.name for table in tables[:_MOST_NAMED])
    if sheet is not None:
        named = [table for table in tables if table.name == sheet]
        if not named:
            raise ImportRefused("SHEET_UNKNOWN", sheet=sheet[:60], sheets=names)
        return named[0], None
    filled = [table for table in tables if table.rows]
    if not filled:
        raise ImportRefused("NO_RECORDS", sheets=names)
    ranked = sorted(filled, key=lambda table: -_understood(table, kind, given))
    return ranked[0], _question(ranked, kind, given)


def other_tables(tables: Sequence[Table], chosen: Table) -> list[Remark]:
    """Return the remark that the file has other tables with records, which are not read."""
    others = [table.name for table in tables if table is not chosen and table.rows]
    if not others:
        return []
    named = "、".join(others[:_MOST_NAMED])
    return [Remark("OTHER_SHEETS", {"sheet": chosen.name, "others": named})]


def _question(ranked: Sequence[Table], kind: Kind, given: Mapping[str, str]) -> Question | None:
    scores = [_understood(table, kind, given) for table in ranked]
    if len(ranked) == 1 or scores[0] >= _CLEARLY * max(scores[1], 1):
        return None
    answers = tuple(
        Answer(table.name, both("question.sheet_answer", sheet=table.name, count=len(table.rows)))
        for table in ranked[:_MOST_NAMED]
    )
    return Question("sheet", both("question.sheet"), answers)


def _understood(table: Table, kind: Kind, given: Mapping[str, str]) -> int:
    """Return how much of a table is understood: its columns, and geometry as two."""
    own = {heading: name for heading, name in given.items() if heading in table.headings}
    matches = match_headings(table, kind, given=own, units={}, remembered={})
    drawn = table.geometries is not None and bool(kind.geometry)
    return sum(match.field is not None for match in matches) + 2 * drawn
