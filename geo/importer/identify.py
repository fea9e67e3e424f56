"""Which records the rows of a file are: by key, credit code or name; new ones get numbers.

Names of parks, plots, halls, counties and provinces become their identifiers where they are
the same name, with or without 县 and 园区. What is only almost the same is suggested and
never applied.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from rapidfuzz import fuzz, process

from geo.i18n import both
from geo.importer.model import Answer, ColumnMatch, Question, Remark, RowFault
from geo.importer.names import near_pairs, same_key, same_name, same_place
from geo.model import Kind, Severity
from geo.rules.register import firm_key

REFERENCES: Mapping[str, str] = {
    "park_id": "parks",
    "parent_id": "parks",
    "parcel_id": "parcels",
    "building_id": "buildings",
    "enterprise_id": "enterprises",
    "adcode": "counties",
    "origin_province": "provinces",
}
"""Which field names a record of which kind, or an entry of which code list."""

NUMBERED: Mapping[str, str] = {
    "parks": "P",
    "places": "PL",
    "enterprises": "E",
    "buildings": "B",
    "logistics": "F",
}
"""Kinds whose new records are numbered here, with the prefix where the layer has no pattern.

A plot, a figure, a policy has a number of its own that nobody may invent.
"""

_KEY_OF: Mapping[str, str] = {
    "parks": "park_id",
    "parcels": "parcel_id",
    "buildings": "building_id",
    "enterprises": "enterprise_id",
    "counties": "adcode",
    "provinces": "name_zh",
}
_NAME_FIELDS = ("name_zh", "title_zh")
_NEAR_COLUMNS = ["name_zh", "uscc", "enterprise_id"]
_NEAR_PLACES = 70.0
_MOST_SEARCHED = 200
_MOST_WARNINGS = 500
_SHOWN_ROWS = 10
_PATTERN = re.compile(r"(?P<prefix>.*?)(?P<digits>\d+)")


@dataclass(frozen=True)
class Suggestion:
    """What a cell may have meant: the identifier that its text almost names."""

    row: int
    field: str
    value: str
    suggestion: str
    title: str

    def as_dict(self) -> dict[str, Any]:
        """Return the suggestion as JSON."""
        return {
            "row": self.row,
            "field": self.field,
            "value": self.value,
            "suggestion": self.suggestion,
            "title": self.title,
        }


@dataclass
class Identified:
    """The rows of a file with their keys and references filled in.

    Parameters
    ----------
    frame
        As given, parallel to the rows of the table; the key is missing where nothing says
        which record the row is.
    faults
        Rows without key, rows that are one record, names that are almost the same.
    suggestions
        Identifiers that unknown names may mean.
    remarks
        What was filled in.
    """

    frame: pd.DataFrame
    faults: list[RowFault] = field(default_factory=list)
    suggestions: list[Suggestion] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)


def identify(
    frame: pd.DataFrame,
    kind: Kind,
    references: Mapping[str, pd.DataFrame],
    *,
    rows: Sequence[int],
    headings: Mapping[str, str],
) -> Identified:
    """Return the rows with keys and references filled in.

    ``references`` are the present layers by kind, and the code lists ``counties`` and
    ``provinces``; ``rows`` the numbers under which a person finds the rows, ``headings`` the
    columns of the file by field.
    """
    found = Identified(frame.copy())
    present = references.get(kind.name, frame.iloc[:0])
    _resolve_references(found, kind, references, rows, headings)
    tokens = _match(found.frame, kind, present)
    keys, numbered = _numbered(tokens, kind, present)
    found.frame[kind.key] = pd.Series(keys, index=frame.index, dtype="str")
    if numbered:
        found.remarks.append(
            Remark("NUMBERED", {"count": len(numbered), "first": numbered[0], "last": numbered[-1]})
        )
    found.faults.extend(_key_faults(keys, tokens, kind, rows, headings))
    if kind.name == "enterprises":
        found.faults.extend(_near_names(found.frame, present, rows, headings))
    return found


def ask_for_key(matches: Sequence[ColumnMatch], kind: Kind) -> list[Question]:
    """Return the question whether a column is the identifier, where nothing else is one."""
    found = any(match.field == kind.key for match in matches)
    if found or kind.name in NUMBERED:
        return []
    likely = [match for match in matches if match.field is None and kind.key in match.suggestions]
    answers = (
        Answer(kind.key, both("question.column_yes")),
        Answer("", both("question.column_no")),
    )
    return [
        Question(f"column:{match.heading}", both("question.column", heading=match.heading), answers)
        for match in likely
    ]


@dataclass(frozen=True)
class _Token:
    """What a row is recognised by: a key that exists or is given, else a new identity."""

    by: str
    value: str


def _match(frame: pd.DataFrame, kind: Kind, present: pd.DataFrame) -> list[_Token | None]:
    name_field = next((n for n in _NAME_FIELDS if any(f.name == n for f in kind.fields)), None)
    known = _Known.of(present, kind, name_field)
    rows = zip(
        _texts(frame, kind.key), _texts(frame, "uscc"), _texts(frame, name_field), strict=True
    )
    return [known.token(key, uscc, name) for key, uscc, name in rows]


@dataclass(frozen=True)
class _Known:
    """The records of the present layer by key, credit code and name."""

    numbers: bool
    keys: Mapping[str, str]
    codes: Mapping[str, str]
    names: Mapping[str, str]
    code_of: Mapping[str, str]

    @classmethod
    def of(cls, present: pd.DataFrame, kind: Kind, name_field: str | None) -> _Known:
        keys = _texts(present, kind.key)
        codes, names = _texts(present, "uscc"), _texts(present, name_field)
        return cls(
            numbers=kind.name in NUMBERED,
            keys=_unique(same_key, keys, keys),
            codes=_unique(same_key, codes, keys),
            names=_unique(same_name, names, keys),
            code_of={k: same_key(c) for k, c in zip(keys, codes, strict=True) if k and c},
        )

    def token(self, key: str | None, uscc: str | None, name: str | None) -> _Token | None:
        """Return what the row is; ``None`` if nothing says it."""
        if key:
            return _Token("key", self.keys.get(same_key(key), key))
        code = same_key(uscc) if uscc else None
        if code and code in self.codes:
            return _Token("key", self.codes[code])
        own = same_name(name) if name else ""
        named = self.names.get(own) if own else None
        # Two firms may bear one name; their credit codes tell them apart.
        if named and not (code and self.code_of.get(named, code) != code):
            return _Token("key", named)
        if not self.numbers:
            return None
        return _Token("uscc", code) if code else (_Token("name", own) if own else None)


def _unique(
    same: Callable[[str], str], values: Iterable[str | None], keys: Iterable[str | None]
) -> dict[str, str]:
    """Return the key by value, without values that several records have."""
    pairs = [(same(v), k) for v, k in zip(values, keys, strict=True) if v and k]
    counts = Counter(value for value, _ in dict.fromkeys(pairs))
    return {value: key for value, key in pairs if counts[value] == 1}


def _numbered(
    tokens: Sequence[_Token | None], kind: Kind, present: pd.DataFrame
) -> tuple[list[str | None], list[str]]:
    """Return the key of every row, and those that were given out."""
    given = {token.value for token in tokens if token and token.by == "key"}
    fresh = _fresh_keys([k for k in _texts(present, kind.key) if k], given, kind)
    new = dict.fromkeys(token for token in tokens if token and token.by != "key")
    numbers = {token: next(fresh) for token in new}
    keys = [None if t is None else numbers.get(t, t.value) for t in tokens]
    return keys, list(numbers.values())


def _fresh_keys(present: Sequence[str], given: Iterable[str], kind: Kind) -> Iterator[str]:
    """Return an endless run of numbers in the layer's commonest pattern, after the greatest."""
    parts = [match for key in present if (match := _PATTERN.fullmatch(key))]
    found = Counter((match["prefix"], len(match["digits"])) for match in parts)
    # One key alone is no pattern: after the road G315 a warehouse must not become G316.
    counts = {pattern: count for pattern, count in found.items() if count > 1}
    default = (f"{NUMBERED.get(kind.name, '')}-", 4)
    prefix, width = max(counts, key=lambda p: (counts[p], p)) if counts else default
    taken = {*present, *given}
    number = max((int(m["digits"]) for m in parts if m["prefix"] == prefix), default=0)
    while True:
        number += 1
        key = f"{prefix}{number:0{width}d}"
        if key not in taken:
            yield key


def _key_faults(
    keys: Sequence[str | None],
    tokens: Sequence[_Token | None],
    kind: Kind,
    rows: Sequence[int],
    headings: Mapping[str, str],
) -> Iterator[RowFault]:
    column = headings.get(kind.key, "")
    if keys and not any(keys) and not column:
        yield _fault("KEY_MISSING", 0, "", both("fault.NO_KEY_COLUMN"))
        return
    places: dict[str, list[int]] = {}
    for place, key in enumerate(keys):
        if key is None:
            yield _fault("KEY_MISSING", rows[place], column, both("fault.KEY_MISSING"))
        else:
            places.setdefault(key, []).append(place)
    for key, shared in places.items():
        for place in shared if len(shared) > 1 else ():
            others = [rows[other] for other in shared if other != place]
            token = tokens[place]
            yield _duplicate(rows[place], key, token.by if token else "key", others, headings, kind)


def _duplicate(
    row: int, key: str, by: str, others: Sequence[int], headings: Mapping[str, str], kind: Kind
) -> RowFault:
    listed = "、".join(str(other) for other in others[:_SHOWN_ROWS])
    rule = "USCC_DUPLICATE" if by == "uscc" else "KEY_DUPLICATE"
    fields = {"uscc": ("uscc",), "name": _NAME_FIELDS}.get(by, (kind.key, "uscc", *_NAME_FIELDS))
    column = next((headings[name] for name in fields if name in headings), "")
    return _fault(rule, row, column, both("fault.SAME_RECORD", rows=listed), value=key)


def _fault(
    rule: str, row: int, column: str, message: Mapping[str, str], *, value: str = ""
) -> RowFault:
    return RowFault(row, column, rule, "error", message, value, fatal=True)


def _near_names(
    frame: pd.DataFrame,
    present: pd.DataFrame,
    rows: Sequence[int],
    headings: Mapping[str, str],
) -> Iterator[RowFault]:
    """Return warnings about firms whose names are almost those of other firms."""
    here = len(frame)
    others = present.reindex(columns=_NEAR_COLUMNS)
    others = others[~others["enterprise_id"].isin(frame["enterprise_id"])]
    both_of = [frame.reindex(columns=_NEAR_COLUMNS), others]
    names, codes, keys = ([t for one in both_of for t in _texts(one, c)] for c in _NEAR_COLUMNS)
    told = 0
    for one, other in near_pairs(names):
        differ = codes[one] and codes[other] and codes[one] != codes[other]
        # What differs only in brackets, spaces or the form of company the rules tell.
        same = firm_key(names[one] or "") == firm_key(names[other] or "")
        if one >= here or differ or same or told >= _MOST_WARNINGS:
            continue
        told += 1
        where = {"row": rows[other]} if other < here else {"id": keys[other]}
        text = both("fault.NEAR_NAME_ROW" if other < here else "fault.NEAR_NAME_KEY",
                    name=names[one], other=names[other], **where)  # fmt: skip
        yield _warning(rows[one], headings.get("name_zh", ""), text, str(names[one]))


def _warning(row: int, column: str, message: Mapping[str, str], value: str) -> RowFault:
    severity: Severity = "warning"
    return RowFault(row, column, "NAME_DUPLICATE", severity, message, value)


def _resolve_references(
    found: Identified,
    kind: Kind,
    references: Mapping[str, pd.DataFrame],
    rows: Sequence[int],
    headings: Mapping[str, str],
) -> None:
    frame = found.frame
    for name, target in REFERENCES.items():
        is_key = name == kind.key
        if name in frame and target in references and (not is_key or target == "counties"):
            listed = references[target]
            if target == kind.name and not is_key:
                listed = pd.concat([listed, frame.reindex(columns=listed.columns)])
            targets = _Targets.of(listed, _KEY_OF[target])
            _resolve(found, name, targets, rows, headings.get(name, name))


@dataclass(frozen=True)
class _Targets:
    """The records that a field may name: identifiers, their spellings, their titles."""

    keys: frozenset[str]
    aliases: Mapping[str, str]
    titles: Mapping[str, str]

    @classmethod
    def of(cls, frame: pd.DataFrame, key: str) -> _Targets:
        keys = _texts(frame, key)
        names = [(_texts(frame, column), keys) for column in ("name_zh", "name_en")]
        aliases: dict[str, str] = {}
        # What is spelt nearest to the identifier itself counts first.
        for same in (same_place, same_name):
            for values, owners in names:
                aliases |= _unique(same, values, owners)
        aliases |= _unique(same_key, keys, keys)
        titles = {k: n for k, n in zip(keys, names[0][0], strict=True) if k and n}
        return cls(frozenset(k for k in keys if k), aliases, titles)

    def exact(self, text: str) -> str | None:
        """Return the identifier that the text is, or names in another spelling."""
        if text in self.keys:
            return text
        spellings = (same_key(text), same_name(text), same_place(text))
        return next((self.aliases[s] for s in spellings if s in self.aliases), None)

    def near(self, text: str) -> str | None:
        """Return the identifier that the text almost names."""
        best = process.extractOne(
            same_place(text), list(self.aliases), scorer=fuzz.ratio, score_cutoff=_NEAR_PLACES
        )
        return self.aliases[best[0]] if best else None


def _resolve(
    found: Identified, name: str, targets: _Targets, rows: Sequence[int], heading: str
) -> None:
    values = found.frame[name]
    texts = [str(text) for text in values.dropna().unique()]
    exact = {text: targets.exact(text) for text in texts}
    renamed = {text: key for text, key in exact.items() if key is not None and key != text}
    found.frame[name] = values.map(lambda text: renamed.get(text, text), na_action="ignore")
    if renamed:
        pairs = "、".join(f"{text} → {key}" for text, key in [*renamed.items()][:_SHOWN_ROWS])
        found.remarks.append(Remark("NAMES_RESOLVED", {"column": heading, "pairs": pairs}))
    unknown = [text for text in texts if exact[text] is None][:_MOST_SEARCHED]
    near = {text: key for text in unknown if (key := targets.near(text)) is not None}
    for place in values[values.isin(near)].index[:_MOST_WARNINGS]:
        key = near[str(values[place])]
        title = targets.titles.get(key, key)
        found.suggestions.append(Suggestion(rows[place], name, str(values[place]), key, title))


def _texts(frame: pd.DataFrame, column: str | None) -> list[str | None]:
    """Return a text column with None for missing; all None if the frame has no such column."""
    if column is None or column not in frame:
        return [None] * len(frame)
    values = frame[column].tolist()  # iterating over the series itself is ten times slower
    return [value if isinstance(value, str) and value else None for value in values]
