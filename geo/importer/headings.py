"""Which field each column of a county table means, by name; what is only alike is suggested."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from rapidfuzz import fuzz, process

from geo.errors import ImportRefused
from geo.importer.aliases import (
    LAND_USE_NAME,
    X,
    Y,
    alias_index,
    exact_names,
    fields_of,
    noise,
    normalise,
)
from geo.importer.axes import northing_is_first
from geo.importer.model import ColumnMatch, How, Table
from geo.importer.units import fits, own_unit, split_heading, unit_of, units_of_note
from geo.model import Kind

LIKE = 60
"""Likeness, 0 to 100, from which a field is suggested for a heading."""

_MOST_SUGGESTIONS = 3
_LONGEST = 100
_NUMBERING = re.compile(r"^\s*[(（]?\d{1,3}[)）、.．]\s*")
_BRACKETS = re.compile(r"[(（\[【][^)）\]】]*[)）\]】]")
_DBF_BYTES = 10


@dataclass(frozen=True)
class _Claim:
    """A column's claim to a field; the lowest ``order`` wins the field."""

    column: int
    field: str
    how: How
    order: tuple[int, int]


def match_headings(
    table: Table,
    kind: Kind,
    *,
    given: Mapping[str, str],
    units: Mapping[str, str],
    remembered: Mapping[str, str],
) -> tuple[ColumnMatch, ...]:
    """Return one match per column, in the order of the columns; the table stays as it is.

    What the person says (``given``, heading to field, ``""`` leaves a column out) wins over
    what was said of an earlier file (``remembered``), over the field's own name, over its
    aliases. Of two columns for one field the better match wins, the other has the field as
    its suggestion. ``units`` are declared by heading.

    Raises
    ------
    ImportRefused
        MAPPING_INVALID if ``given`` names a heading or field that is not there, or a field
        twice; UNIT_INVALID if a declared unit is not known or does not fit its column.
    """
    _check_given(table.headings, kind, given)
    claims = [
        claim
        for column, heading in enumerate(table.headings)
        if (claim := _claim(column, heading, table, kind, given, remembered)) is not None
    ]
    winners, losers = _settle(_decide_axes(claims, table), table)
    matches = [
        _match(column, heading, table, kind, winners, losers, given)
        for column, heading in enumerate(table.headings)
    ]
    return tuple(_with_units(_promote_name(matches), table, units))


def fingerprint(headings: Iterable[str]) -> str:
    """Return by what the columns of a source are recognised again, whatever their order.

    >>> fingerprint(["企业名称", "面积（亩）"]) == fingerprint([" 面积(亩)", "企业名称"])
    True
    """
    names = sorted(normalise(heading) for heading in headings)
    return hashlib.sha256("\x1f".join(names).encode("utf-8", "replace")).hexdigest()[:16]


def _check_given(headings: Sequence[str], kind: Kind, given: Mapping[str, str]) -> None:
    fields = [field for field in given.values() if field]
    for heading, field in given.items():
        wrong = field and (field not in fields_of(kind) or fields.count(field) > 1)
        if wrong or heading not in headings:
            raise ImportRefused("MAPPING_INVALID", heading=heading, field=field or "-")


def _claim(
    column: int,
    heading: str,
    table: Table,
    kind: Kind,
    given: Mapping[str, str],
    remembered: Mapping[str, str],
) -> _Claim | None:
    """Return the best claim of a column, ``None`` if nothing names a field."""
    if heading in given:
        return _Claim(column, given[heading], "given", (0, 0)) if given[heading] else None
    recalled = remembered.get(heading)
    if recalled is not None and (not recalled or recalled in fields_of(kind)):
        return _Claim(column, recalled, "remembered", (1, 0)) if recalled else None
    exact = exact_names(kind).get(normalise(heading))
    if exact:
        return _Claim(column, exact, "exact", (2, 0))
    for level, name in enumerate(_names(heading), start=3):
        alias = alias_index(kind).get(name)
        if alias:
            return _Claim(column, alias.field, "alias", (level, alias.rank))
    return _truncated_claim(column, heading, table, kind)


def _names(heading: str) -> Iterator[str]:
    """Return the normalised forms of a heading, from the whole to its last part."""
    text = _NUMBERING.sub("", heading[:_LONGEST])
    bare = split_heading(text)[0]
    plain = _BRACKETS.sub("", bare)
    parts = [part for part in plain.split("/") if part.strip()]
    forms = (text, bare, plain, "".join(parts[-2:]), "".join(parts[-1:]))
    return iter(dict.fromkeys(name for form in forms if (name := normalise(form))))


def _truncated_claim(column: int, heading: str, table: Table, kind: Kind) -> _Claim | None:
    """Return the claim of a heading that a DBF cut off after ten bytes."""
    fields = _truncated_fields(heading, table, kind)
    if len(fields) != 1:
        return None
    order = (2, 1) if _begins_field(heading, fields[0]) else (9, 0)
    return _Claim(column, fields[0], "alias", order)


def _truncated_fields(heading: str, table: Table, kind: Kind) -> list[str]:
    lengths = {len(heading.encode(code, "replace")) for code in ("utf-8", "gb18030")}
    if table.format != "shapefile" or not lengths & {_DBF_BYTES - 1, _DBF_BYTES}:
        return []
    begun = normalise(heading)
    known = {**{name: a.field for name, a in alias_index(kind).items()}, **exact_names(kind)}
    return list(dict.fromkeys(field for name, field in known.items() if name.startswith(begun)))


def _begins_field(heading: str, field: str) -> bool:
    """Return whether a heading is a field's own name, whole or cut off by DBF."""
    name = normalise(heading)
    return len(name) >= _DBF_BYTES - 2 and normalise(field).startswith(name)


def _decide_axes(claims: list[_Claim], table: Table) -> list[_Claim]:
    """Return the claims with X and Y read as east or north, by their numbers, or dropped.

    Where the file has shapes, a pair of coordinate columns is no position of its own.
    """
    has_shapes = table.geometries is not None and any(g is not None for g in table.geometries)
    columns = {claim.field: table.columns[claim.column] for claim in claims}
    first = northing_is_first(columns.get(X, []), columns.get(Y, []))
    meant = {} if first is None else {X: "lat" if first else "lon", Y: "lon" if first else "lat"}
    decided = []
    for claim in claims:
        field = meant.get(claim.field) if claim.field in (X, Y) else claim.field
        if field and not (has_shapes and field in ("lon", "lat") and claim.how != "given"):
            decided.append(replace(claim, field=field))
    return decided


def _settle(claims: Sequence[_Claim], table: Table) -> tuple[dict[int, _Claim], dict[int, _Claim]]:
    """Return by column the claims that win their field, and those that lose it."""
    winners: dict[str, _Claim] = {}
    losers: dict[int, _Claim] = {}
    for claim in sorted(claims, key=lambda claim: claim.order):
        present = winners.setdefault(claim.field, claim)
        if present is claim:
            continue
        if present.order == claim.order and _filled(table, claim) > _filled(table, present):
            winners[claim.field], claim = claim, present
        losers[claim.column] = claim
    return {claim.column: claim for claim in winners.values()}, losers


def _filled(table: Table, claim: _Claim) -> int:
    return sum(cell not in (None, "") for cell in table.columns[claim.column])


def _match(
    column: int,
    heading: str,
    table: Table,
    kind: Kind,
    winners: Mapping[int, _Claim],
    losers: Mapping[int, _Claim],
    given: Mapping[str, str],
) -> ColumnMatch:
    if column in winners:
        return ColumnMatch(heading, winners[column].field, winners[column].how)
    name = normalise(heading)
    if heading in given or not name or name in noise():
        return ColumnMatch(heading, None, "left_out")
    if column in losers:
        return ColumnMatch(heading, None, "unknown", suggestions=(losers[column].field,))
    taken = {claim.field for claim in winners.values()}
    return ColumnMatch(heading, None, "unknown", suggestions=_suggest(heading, table, kind, taken))


def _suggest(heading: str, table: Table, kind: Kind, taken: set[str]) -> tuple[str, ...]:
    """Return up to three free fields that a heading may mean, likeliest first."""
    known = {**{name: a.field for name, a in alias_index(kind).items()}, **exact_names(kind)}
    known = {name: field for name, field in known.items() if field not in taken | {X, Y}}
    forms = [*_names(heading)] or [normalise(heading)]
    found = process.extract(
        forms[-1], list(known), scorer=fuzz.ratio, score_cutoff=LIKE, limit=4 * _MOST_SUGGESTIONS
    )
    axes = [axis for axis in ("lon", "lat") if _is_axis(heading, kind) and axis not in taken]
    cut = [field for field in _truncated_fields(heading, table, kind) if field not in taken]
    fields = [*axes, *cut, *(known[name] for name, *_ in found)]
    return tuple(dict.fromkeys(fields))[:_MOST_SUGGESTIONS]


def _is_axis(heading: str, kind: Kind) -> bool:
    alias = alias_index(kind).get(normalise(heading))
    return alias is not None and alias.field in (X, Y)


def _promote_name(matches: list[ColumnMatch]) -> list[ColumnMatch]:
    """Let a column of land-use names stand for the codes where no column has codes."""
    if any(match.field == "land_use_code" for match in matches):
        return matches
    return [
        replace(match, field="land_use_code") if match.field == LAND_USE_NAME else match
        for match in matches
    ]


def _with_units(
    matches: Sequence[ColumnMatch], table: Table, declared: Mapping[str, str]
) -> list[ColumnMatch]:
    by_heading = {match.heading: match for match in matches}
    for heading, unit in declared.items():
        field = by_heading[heading].field if heading in by_heading else None
        if not (field and fits(field, unit)):
            raise ImportRefused("UNIT_INVALID", heading=heading, unit=unit)
    noted = [unit for note in table.notes for unit in units_of_note(note)]
    return [replace(match, unit=_unit(match, declared, noted)) for match in matches]


def _unit(match: ColumnMatch, declared: Mapping[str, str], noted: Sequence[str]) -> str | None:
    """Return the unit of a column: declared, in its heading, its field's name, or a note."""
    if match.field is None or own_unit(match.field) is None:
        return None
    stated = declared.get(match.heading) or split_heading(match.heading)[1]
    if match.how == "exact" or _begins_field(match.heading, match.field):
        stated = own_unit(match.field)
    if stated and fits(match.field, stated):
        return unit_of(stated)
    fitting = {unit for unit in noted if fits(match.field, unit)}
    return fitting.pop() if len(fitting) == 1 and not stated else None
