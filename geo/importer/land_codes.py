"""Land-use codes of any of three standards to the guide of 2023, the only one that is stored.

The same digits mean different things: 0601 is a rural road in the guide of 2023 and industry
in GB/T 21010-2017. The standard is taken from what the person says, from the names beside
the codes, or from codes that exist in one standard only; otherwise it is asked for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from geo.codes import GUIDE, Codes
from geo.i18n import both
from geo.importer.land_names import LandClass, LandNames, split_class
from geo.importer.land_standard import (
    LETTERED,
    SURVEY,
    Verdict,
    decide_standard,
    standard_title,
)
from geo.importer.model import Answer, Bilingual, Question, Remark, RowFault
from geo.importer.reading import is_missing, shown

_Pair = tuple[str, str]


@dataclass
class LandCodes:
    """Land-use codes of the guide of 2023, and how they were found.

    Parameters
    ----------
    codes
        The converted codes with the index of the input; missing where none was found.
    standard
        ``land_use_2023``, ``gbt21010_2017``, ``gb50137_2011``; ``None`` if it is unclear or
        only names were given.
    why
        In a sentence, how the standard was found.
    faults, questions, remarks
        What is wrong by row; the question ``codes`` if the standard is unclear; what was
        mended.
    """

    codes: pd.Series[str]
    standard: str | None
    why: Bilingual
    faults: list[RowFault] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)


@dataclass(frozen=True)
class _Converted:
    """What a cell's land use becomes, and the code of a ``fault.*`` text if it has one."""

    code: str | None = None
    fault: str = ""
    candidates: str = ""
    fatal: bool = True


def to_guide_2023(
    codes: pd.Series[str],
    *,
    names: pd.Series[str] | None,
    declared: str | None,
    heading: str,
    rows: Sequence[int],
    lists: Codes,
) -> LandCodes:
    """Return the codes in the guide of 2023; the series stays as it is.

    A cell may hold a code, a name or both (``M1 一类工业用地``); ``names`` are those of a
    column beside it. ``declared`` is the standard that the person says, ``rows`` are the
    numbers under which a person finds the records.

    Raises ``ImportRefused`` CODES_NOT_SUPPORTED for a declared standard that is none of the
    three.
    """
    known = LandNames(lists)
    pairs = _pairs(codes, names)
    counts = Counter(pair for pair in pairs if any(pair))
    classes = {pair: split_class(*pair) for pair in counts}
    weights: Counter[LandClass] = Counter()
    for pair, one in classes.items():
        weights[one] += counts[pair]
    verdict = decide_standard(weights, declared=declared, known=known)
    converted = {pair: _convert(one, verdict, known) for pair, one in classes.items()}
    found = [converted[pair].code if any(pair) else None for pair in pairs]
    series = pd.Series(found, index=codes.index, dtype="str", name=codes.name)
    result = LandCodes(series, verdict.standard, verdict.why)
    result.faults += _faults(pairs, converted, heading=heading, rows=rows)
    result.remarks += _remarks(classes, counts, heading)
    if verdict.clash:
        _ask(result, verdict.clash, heading, known)
    return result


def _pairs(codes: pd.Series[str], names: pd.Series[str] | None) -> list[_Pair]:
    """Return the text of code and name of each record, ``""`` where there is none."""
    beside: Sequence[object] = [""] * len(codes) if names is None else names.tolist()
    return [(_text(code), _text(name)) for code, name in zip(codes.tolist(), beside, strict=True)]


def _text(value: object) -> str:
    return value if isinstance(value, str) and not is_missing(value) else ""


def _convert(one: LandClass, verdict: Verdict, known: LandNames) -> _Converted:
    if one.several:
        return _Converted(fault="LAND_USE_SEVERAL")
    if not one.code:
        return _chosen(known.guide_named(one.name), "LAND_USE_NAME_UNKNOWN", known)
    standard = LETTERED if one.is_lettered else verdict.standard
    if standard is None:
        # The question about the standard stands for all of them.
        return _Converted()
    if not known.has(standard, one.code):
        return _Converted(fault="LAND_USE_CODE_UNKNOWN")
    targets = known.targets(standard, one.code)
    if one.code not in known.named(standard, one.name):
        # Only a name that is not the old class's own says more than its code.
        targets = known.narrow(targets, one.name)
    converted = _chosen(targets, "LAND_USE_NO_COUNTERPART", known)
    if converted.code and known.guide_named(one.name) and not known.agrees(standard, one):
        title = known.standards[standard].entries[one.code].zh
        return _Converted(converted.code, "LAND_USE_NAME_DIFFERS", title, fatal=False)
    return converted


def _chosen(targets: Sequence[str], none: str, known: LandNames) -> _Converted:
    """Return the only target, or the fault that names the candidates or says there is none."""
    if len(targets) == 1:
        return _Converted(targets[0])
    if not targets:
        return _Converted(fault=none)
    return _Converted(fault="LAND_USE_CANDIDATES", candidates="、".join(map(known.label, targets)))


def _faults(
    pairs: Sequence[_Pair],
    converted: Mapping[_Pair, _Converted],
    *,
    heading: str,
    rows: Sequence[int],
) -> list[RowFault]:
    messages: dict[_Pair, Bilingual] = {}
    for pair, one in converted.items():
        if one.fault:
            params = {"value": _shown(pair), "name": shown(pair[1]), "candidates": one.candidates}
            messages[pair] = both(f"fault.{one.fault}", column=heading, **params)
    return [
        RowFault(
            row=row,
            column=heading,
            rule="LAND_USE_UNKNOWN",
            severity="error" if converted[pair].fatal else "warning",
            message=messages[pair],
            value=_shown(pair),
            fatal=converted[pair].fatal,
        )
        for row, pair in zip(rows, pairs, strict=True)
        if pair in messages
    ]


def _shown(pair: _Pair) -> str:
    return shown(" ".join(dict.fromkeys(text for text in pair if text)))


def _remarks(
    classes: Mapping[_Pair, LandClass], counts: Mapping[_Pair, int], heading: str
) -> list[Remark]:
    """Return the remark about zeros that a spreadsheet took and that were put back."""
    mended = [pair for pair, one in classes.items() if one.mended]
    if not mended:
        return []
    params = {"count": sum(counts[pair] for pair in mended), "before": shown(mended[0][0])}
    after = classes[mended[0]].code
    return [Remark("LAND_CODE_ZERO", {"column": heading, "after": after, **params})]


def _ask(result: LandCodes, clash: str, heading: str, known: LandNames) -> None:
    """Add the question about the standard, with a code that shows what depends on it."""
    guide, survey = (known.label(clash, standard) for standard in (GUIDE, SURVEY))
    message = both(
        "question.codes",
        column=heading,
        code=clash,
        guide=guide.removeprefix(clash).strip() or "—",
        survey=survey.removeprefix(clash).strip() or "—",
    )
    answers = tuple(Answer(standard, standard_title(standard)) for standard in (GUIDE, SURVEY))
    result.questions.append(Question("codes", message, answers))
    result.faults.append(
        RowFault(0, heading, "CODE_STANDARD_UNCLEAR", "error", message, value=clash, fatal=True)
    )
