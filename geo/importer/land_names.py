"""Land-use classes as cells write them, and the classes that a name stands for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from geo.codes import GUIDE, CodeList, Codes
from geo.importer.aliases import LAND_USE_NAME, normalise, words
from geo.model import KINDS

_CODE = r"(?:[A-Z]\d{0,2}|\d{2}H\d[A-Z]?|\d{1,6}[AK]?)"
_CODE_FIRST = re.compile(rf"\(?({_CODE})\)?(?:[\s:_.、-]*([^A-Z\d\s/+,;、:_.类-].*))?", re.ASCII)
_CODE_LAST = re.compile(rf"([^A-Z\d].*?)[\s:_-]*\(?\s*({_CODE})\s*\)?", re.ASCII)
_SEVERAL = re.compile(rf"\(?{_CODE}(?:\s*[/、,;+]\s*{_CODE})+\)?", re.ASCII)
_LONGEST = 60
"""No code with its name is longer, and the patterns take their time over a long text."""

_CLASS_NUMBERS = str.maketrans("123", "一二三")
_NUMBERED_CLASS = re.compile(r"^[123](?=类)", re.ASCII)


@dataclass(frozen=True)
class LandClass:
    """One cell's land use: its code, its name, or both.

    ``several`` is true if the cell has more than one code, ``mended`` if the zero at the
    beginning was lost and has been put back.
    """

    code: str = ""
    name: str = ""
    several: bool = False
    mended: bool = False

    @property
    def is_lettered(self) -> bool:
        """Whether the code is one of GB 50137, the only standard with letters first."""
        return self.code[:1].isalpha()


def split_class(cell: str | None, name: str | None) -> LandClass:
    """Return the code and the name that a cell, and the name beside it, hold.

    >>> split_class("M1 一类工业用地", None)
    LandClass(code='M1', name='一类工业用地', several=False, mended=False)
    >>> split_class("601", "工业用地"), split_class("M1/W1", None).several
    (LandClass(code='0601', name='工业用地', several=False, mended=True), True)
    """
    text = unicodedata.normalize("NFKC", cell or "").upper().strip(" \t'‘’\"")
    beside = (name or "").strip()
    if len(text) > _LONGEST:
        return LandClass(name=text)
    if _SEVERAL.fullmatch(text):
        return LandClass(text, beside, several=True)
    first, last = _CODE_FIRST.fullmatch(text), _CODE_LAST.fullmatch(text)
    if first:
        code, own = first[1], first[2] or ""
    elif last:
        code, own = last[2], last[1]
    else:
        return LandClass(name=text or beside)
    # Every code has an even number of digits, so an odd one lost its zero to a spreadsheet.
    mended = code.isdigit() and len(code) % 2 == 1 and not code.startswith("0")
    return LandClass("0" + code if mended else code, own.strip() or beside, mended=mended)


class LandNames:
    """The three standards of land use, searched by code and by name."""

    def __init__(self, lists: Codes) -> None:
        self.standards: Mapping[str, CodeList] = {GUIDE: lists.land_use, **lists.older}
        self._by_name = {name: _index(codes) for name, codes in self.standards.items()}
        self._usual = words(KINDS["parcels"], LAND_USE_NAME)

    def has(self, standard: str, code: str) -> bool:
        """Return whether a standard has the code."""
        return self.standards[standard].known(code)

    def named(self, standard: str, name: str) -> tuple[str, ...]:
        """Return the codes of a standard that have the name, with or without 用地."""
        index = self._by_name[standard]
        return next((index[form] for form in _forms(name) if form in index), ())

    def agrees(self, standard: str, one: LandClass) -> bool:
        """Return whether code and name are the same use, if the code is one of a standard."""
        named = self.guide_named(one.name)
        targets = self.targets(standard, one.code)
        return any(self._are_related(code, target) for code in named for target in targets)

    def targets(self, standard: str, code: str) -> tuple[str, ...]:
        """Return the classes of the guide that a code of a standard stands for."""
        entry = self.standards[standard].entries.get(code)
        if entry is None:
            return ()
        return (code,) if standard == GUIDE else entry.to_2023

    def label(self, code: str, standard: str = GUIDE) -> str:
        """Return a code with its Chinese name, as a sentence shows it."""
        entry = self.standards[standard].entries.get(code)
        return f"{code} {entry.zh}" if entry else code

    def guide_named(self, name: str) -> tuple[str, ...]:
        """Return the classes of the guide that a name of any standard stands for."""
        own = self.named(GUIDE, name)
        if own:
            return own
        usual = next((self._usual[form] for form in _forms(name) if form in self._usual), None)
        if usual:
            return (usual,)
        targets = {
            target
            for standard, codes in self.standards.items()
            for code in self.named(standard, name)
            for target in codes.entries[code].to_2023
        }
        return tuple(sorted(code for code in targets if not self._is_inside(code, targets)))

    def narrow(self, targets: tuple[str, ...], name: str) -> tuple[str, ...]:
        """Return the targets, or the one class at or below them that has the name."""
        inside = [
            code
            for code in self.named(GUIDE, name)
            if code in targets or self._is_inside(code, set(targets))
        ]
        return tuple(inside) if len(inside) == 1 else targets

    def _are_related(self, one: str, other: str) -> bool:
        """Return whether two classes are the same or one lies inside the other."""
        return one == other or self._is_inside(one, {other}) or self._is_inside(other, {one})

    def _is_inside(self, code: str, others: set[str]) -> bool:
        return bool(set(self.standards[GUIDE].ancestors(code)) & others)


def _index(codes: CodeList) -> dict[str, tuple[str, ...]]:
    index: dict[str, tuple[str, ...]] = {}
    for code in codes:
        key = normalise(codes.entries[code].zh)
        index[key] = (*index.get(key, ()), code)
    return index


def _forms(name: str) -> tuple[str, ...]:
    """Return the normalised spellings under which a list may have a name."""
    plain = normalise(_NUMBERED_CLASS.sub(lambda m: m[0].translate(_CLASS_NUMBERS), name.strip()))
    if not plain:
        return ()
    bare = plain.replace("设施用地", "用地")
    return tuple(dict.fromkeys((plain, f"{plain}用地", bare, plain.replace("用地", "设施用地"))))
