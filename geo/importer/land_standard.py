"""Which standard the land-use codes of a table follow, and how that is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from geo.codes import GUIDE
from geo.errors import ImportRefused
from geo.i18n import both
from geo.importer.land_names import LandClass, LandNames
from geo.importer.model import Bilingual

SURVEY = "gbt21010_2017"
LETTERED = "gb50137_2011"
_NUMERIC = (GUIDE, SURVEY)
_AGREEING = 0.9
"""Share of the telling names that must fit: a few slips of the pen decide nothing."""
_FEW = 0.5

Weights = Mapping[LandClass, int]


@dataclass(frozen=True)
class Verdict:
    """The standard of the numeric codes; ``clash`` is a code that shows why it is unclear."""

    standard: str | None
    why: Bilingual
    clash: str | None = None


def decide_standard(weights: Weights, *, declared: str | None, known: LandNames) -> Verdict:
    """Return the standard of a table's codes, each weighed by its number of records.

    Raises ``ImportRefused`` CODES_NOT_SUPPORTED for a declared standard that is none of the
    three.
    """
    if declared:
        if declared not in known.standards:
            raise ImportRefused("CODES_NOT_SUPPORTED", codes=declared)
        return _verdict("declared", declared)
    numeric = {one: n for one, n in weights.items() if one.code and not one.is_lettered}
    numeric = {one: n for one, n in numeric.items() if not one.several}
    if not numeric:
        lettered = any(one.is_lettered for one in weights)
        return (
            _verdict("letters", LETTERED) if lettered else Verdict(None, both("codes.names_only"))
        )
    for reason, decide in _EVIDENCE:
        standard = decide(numeric, known)
        if standard:
            return _verdict(reason, standard)
    clash = _clash(numeric, known)
    return Verdict(None, both("codes.unclear"), clash) if clash else _verdict("default", GUIDE)


def standard_title(standard: str) -> Bilingual:
    """Return the title of a standard in both languages."""
    return both(f"codes.title_{standard}")


def _verdict(reason: str, standard: str) -> Verdict:
    titles = standard_title(standard)
    texts = {lang: both(f"codes.{reason}", standard=title)[lang] for lang, title in titles.items()}
    return Verdict(standard, texts)


def _by_names(weights: Weights, known: LandNames) -> str | None:
    """Return the standard in which codes and names agree where they do not in the other."""
    alone = dict.fromkeys(_NUMERIC, 0)
    for one, n in weights.items():
        agreeing = [standard for standard in _NUMERIC if one.name and known.agrees(standard, one)]
        if len(agreeing) == 1:
            alone[agreeing[0]] += n
    best = max(alone, key=lambda standard: alone[standard])
    return best if alone[best] > 0 and alone[best] >= _AGREEING * sum(alone.values()) else None


def _by_form(weights: Weights, known: LandNames) -> str | None:
    """Return the standard that alone has six digits, or letters behind, if only it is used."""
    codes = {one.code for one in weights}
    six = any(len(code) == 6 and known.has(GUIDE, code) for code in codes)
    marked = any(not code.isdigit() and known.has(SURVEY, code) for code in codes)
    if six == marked:
        return None
    return GUIDE if six else SURVEY


def _by_existence(weights: Weights, known: LandNames) -> str | None:
    """Return the standard that has every code, where the other has less than half of them."""
    total = sum(weights.values())
    shares = {}
    for standard in _NUMERIC:
        present = sum(n for one, n in weights.items() if known.has(standard, one.code))
        shares[standard] = present / total
    full = [standard for standard, share in shares.items() if share == 1]
    return full[0] if len(full) == 1 and min(shares.values()) < _FEW else None


def _by_indifference(weights: Weights, known: LandNames) -> str | None:
    """Return the guide where it makes no difference: the codes mean the same in both."""
    older = known.standards[SURVEY].entries
    same = all(one.code in older and older[one.code].to_2023 == (one.code,) for one in weights)
    return GUIDE if same else None


_EVIDENCE: tuple[tuple[str, Callable[[Weights, LandNames], str | None]], ...] = (
    ("by_names", _by_names),
    ("by_form", _by_form),
    ("by_existence", _by_existence),
    ("by_indifference", _by_indifference),
)


def _clash(weights: Weights, known: LandNames) -> str | None:
    """Return the commonest code that means different things, or exists in one list only."""
    listed = [one for one in weights if any(known.has(s, one.code) for s in _NUMERIC)]
    in_both = [one for one in listed if all(known.has(s, one.code) for s in _NUMERIC)]
    differing = [one for one in in_both if len({known.label(one.code, s) for s in _NUMERIC}) > 1]
    telling = differing or in_both or listed
    best = max(telling, key=lambda one: (weights[one], one.code), default=None)
    return best.code if best else None
