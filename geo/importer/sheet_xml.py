"""What the XML of an XLSX workbook holds that its reader does not tell (ECMA-376).

The reader reserves memory for the rectangle that the cells span, so that two cells far
apart end the process; it gives an error such as #REF! as an empty cell, and says nothing
of hidden rows and of formulas without a result. All of that is found here first, by a
parser that forbids document types, in which entities could be declared.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from functools import cache

from geo.errors import ImportRefused
from geo.importer.model import Progress, no_progress
from geo.importer.plain_sheet import plain_facts
from geo.importer.shared_text import check_shared_text
from geo.importer.sheet_facts import SheetFacts
from geo.importer.xml_parts import Start, XmlParsing, ignore, parse_part, part_bytes

_WORKBOOK = "xl/workbook.xml"
_RELATIONS = "xl/_rels/workbook.xml.rels"
_REFERENCE = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")
_LONGEST_NUMBER = 7
_LONGEST_ERROR = 20


def scan_xlsx(archive: zipfile.ZipFile, progress: Progress = no_progress) -> list[SheetFacts]:
    """Return the facts of every worksheet in the order of the workbook.

    ``archive`` has passed :func:`geo.importer.archive.check_archive`. Raises
    ``ImportRefused`` FILE_DAMAGED, XML_FORBIDDEN, TEXT_TOO_LARGE or what
    :func:`geo.importer.sheet.check_extent` raises.
    """
    parts = _worksheets(archive)
    sizes = [archive.getinfo(part).file_size for part in parts]
    facts: list[SheetFacts] = []
    for number, part in enumerate(parts, start=1):
        facts.append(plain_facts(part_bytes(archive, part)) or _scan(archive, part))
        SheetFacts.check_all(facts)
        progress("stage.opening", sum(sizes[:number]), sum(sizes))
    check_shared_text(archive, parts)
    return facts


def _scan(archive: zipfile.ZipFile, part: str) -> SheetFacts:
    scan = _SheetScan()
    parse_part(archive, part, scan)
    return scan.facts


def _worksheets(archive: zipfile.ZipFile) -> list[str]:
    """Return the part of every worksheet in the order of the workbook."""
    listed = _Collected("sheet")
    related = _Collected("Relationship")
    for part, collected in ((_WORKBOOK, listed), (_RELATIONS, related)):
        parse_part(archive, part, collected)
    targets = {r.get("Id"): r.get("Target", "") for r in related.found if _is_worksheet(r)}
    keys = (
        next((value for name, value in sheet.items() if name.endswith(":id")), None)
        for sheet in listed.found
    )
    return [_part(archive, targets[key]) for key in keys if key in targets]


def _is_worksheet(relation: Mapping[str, str]) -> bool:
    return relation.get("Type", "").endswith("/worksheet")


def _part(archive: zipfile.ZipFile, target: str) -> str:
    """Return the member that a target names, as the reader finds it: whatever its case."""
    path = target.removeprefix("/")
    path = path if path.startswith("xl/") else f"xl/{path}"
    wanted = path.casefold()
    members = [name for name in archive.namelist() if name.casefold() == wanted]
    if len(members) != 1:
        raise ImportRefused("FILE_DAMAGED")
    return members[0]


class _Collected(XmlParsing):
    """The attributes of all elements of one name."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self.found: list[dict[str, str]] = []

    def handler(self, name: str) -> Start:
        return self.found.append if name == self._name else ignore


class _SheetScan(XmlParsing):
    """The facts of one worksheet."""

    def __init__(self) -> None:
        super().__init__()
        self.facts = SheetFacts()
        self._line = 0
        self._column = -1
        self._cell: dict[str, str] = {}
        self._place = (0, 0)
        self._formula = False
        self._text: list[str] | None = None

    def handler(self, name: str) -> Start:
        by_name: dict[str, Start] = {
            "row": self._row,
            "c": self._start_cell,
            "v": self._value,
            "is": self._inline,
            "f": self._start_formula,
        }
        return by_name.get(name, ignore)

    def finish(self) -> None:
        self._end_cell()

    def _row(self, attributes: dict[str, str]) -> None:
        self._end_cell()
        number = attributes.get("r")
        self._line = _row_number(number) if number else self._line + 1
        self._column = -1
        if attributes.get("hidden") in ("1", "true"):
            self.facts.hidden.append(self._line)

    def _start_cell(self, attributes: dict[str, str]) -> None:
        if self._formula or self._text is not None:
            self._end_cell()
        self._cell = attributes
        reference = attributes.get("r")
        if reference is None:
            self._column += 1
            self._place = (self._line, self._column)
        else:
            self._place = _place(reference)
            self._column = self._place[1]

    def _value(self, _attributes: dict[str, str]) -> None:
        self.facts.take(*self._place)
        if self._formula or self._cell.get("t") == "e":
            self._text = []
            self.parser.CharacterDataHandler = self._text.append

    def _inline(self, _attributes: dict[str, str]) -> None:
        self.facts.take(*self._place)

    def _start_formula(self, _attributes: dict[str, str]) -> None:
        self._formula = True

    def _end_cell(self) -> None:
        """Note an error value, or a formula without a result."""
        text = "".join(self._text or ()).strip()
        kind = self._cell.get("t")
        if kind == "e" and text:
            self.facts.errors[self._place] = text[:_LONGEST_ERROR]
        elif self._formula and not text and kind in (None, "n"):
            self.facts.uncalculated.append(self._place[0])
        self.parser.CharacterDataHandler = None
        self._cell, self._formula, self._text = {}, False, None


def _row_number(text: str) -> int:
    if not text.isdecimal() or len(text) > _LONGEST_NUMBER:
        raise ImportRefused("FILE_DAMAGED")
    return int(text)


@cache
def _column_number(letters: str) -> int:
    column = 0
    for letter in letters.upper():
        column = column * 26 + ord(letter) - ord("A") + 1
    return column - 1


def _place(reference: str) -> tuple[int, int]:
    found = _REFERENCE.fullmatch(reference)
    if found is None:
        raise ImportRefused("FILE_DAMAGED")
    return int(found[2]), _column_number(found[1])
