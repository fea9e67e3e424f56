"""Code lists: land use, industries, counties and provinces, as ``codes/*.csv`` holds them.

Land use follows the guide of 2023 (自然资发〔2023〕234号), industries GB/T 4754-2017.
The same digits mean other things in other standards, so a code is only ever looked up in
the list of its own standard. The lists of older land-use standards say what each of their
classes is in the guide of 2023.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from geo.errors import LayerError
from geo.settings import BUNDLED_LAYERS

_FILES = {
    "land_use_2023.csv": "code",
    "industry_gbt4754_2017.csv": "code",
    "counties.csv": "adcode",
    "provinces.csv": "name_zh",
}
"""The lists in the order of :class:`Codes`, each with the column of its codes."""

GUIDE = "land_use_2023"
"""Name of the land-use standard that is stored, as ``code_standard`` has it."""

_OLDER = {
    "gbt21010_2017": "land_use_gbt21010_2017.csv",
    "gb50137_2011": "land_use_gb50137_2011.csv",
}
"""The lists of older land-use standards; a data directory may leave them to the bundled ones."""

_RGB = re.compile(r"\d{1,3},\d{1,3},\d{1,3}", re.ASCII)
_INDUSTRY = re.compile(r"([A-T]?)(\d{2,4})|([A-T])", re.ASCII)


@dataclass(frozen=True)
class Code:
    """One entry of a list; ``rgb`` is ``"r,g,b"`` or ``None``.

    ``to_2023`` are the classes of the guide of 2023 that together make up a class of an
    older land-use standard; more than one means that the code alone does not tell which.
    """

    zh: str
    en: str
    parent: str = ""
    rgb: str | None = None
    to_2023: tuple[str, ...] = ()


@dataclass(frozen=True)
class CodeList:
    """A hierarchical list of codes, in the order of its file."""

    entries: Mapping[str, Code]

    def __iter__(self) -> Iterator[str]:
        """Return an iterator over the codes of the list."""
        return iter(self.entries)

    def known(self, code: str) -> bool:
        """Return whether the list has the code."""
        return code in self.entries

    def ancestors(self, code: str) -> tuple[str, ...]:
        """Return the codes above this one, nearest first; empty for an unknown code."""
        found: list[str] = []
        entry = self.entries.get(code)
        # A hand-edited list can name itself as its parent: stop instead of running on.
        while entry and entry.parent in self.entries and entry.parent not in (*found, code):
            found.append(entry.parent)
            entry = self.entries[entry.parent]
        return tuple(found)

    def label(self, code: str) -> dict[str, str] | None:
        """Return the name in both languages (Chinese where English is missing)."""
        entry = self.entries.get(code)
        return {"zh": entry.zh, "en": entry.en or entry.zh} if entry else None

    def rgb(self, code: str) -> str | None:
        """Return the colour as ``"r,g,b"``, inherited from the nearest ancestor that has one."""
        chain = (code, *self.ancestors(code)) if code in self.entries else ()
        return next((self.entries[c].rgb for c in chain if self.entries[c].rgb), None)

    def as_document(self) -> dict[str, dict[str, str]]:
        """Return names and parents as JSON values; :meth:`from_document` reads them."""
        return {
            code: {"zh": entry.zh, "en": entry.en, "parent": entry.parent}
            for code, entry in self.entries.items()
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Mapping[str, str]]) -> Self:
        """Return the list that :meth:`as_document` wrote, without colours."""
        return cls({code: Code(e["zh"], e["en"], e["parent"]) for code, e in document.items()})


@dataclass(frozen=True)
class IndustryList(CodeList):
    """GB/T 4754-2017 as far as it is listed: sections, divisions and some groups.

    A code is accepted below the listed depth: where a level has no entries at all, nothing
    can be said against the code, only against the level above it.
    """

    def normalise(self, code: str) -> str | None:
        """Return the code with its section letter, or ``None`` if it is not written as one.

        ``"391"`` becomes ``"C391"``: the digits of a division occur in one section only.
        """
        match = _INDUSTRY.fullmatch(code.strip().upper())
        if match is None:
            return None
        letter, digits, section = match.groups()
        if section:
            return section
        if letter:
            return f"{letter}{digits}"
        return next((c + digits[2:] for c in self.entries if c[1:] == digits[:2]), None)

    def known(self, code: str) -> bool:
        """Return whether the code, or its nearest level that is listed, exists."""
        full = self.normalise(code)
        return full is not None and self._exists(full)

    def ancestors(self, code: str) -> tuple[str, ...]:
        """Return the codes above this one, nearest first; empty for an unknown code."""
        full = self.normalise(code)
        if full is None or not self._exists(full):
            return ()
        return tuple(full[:n] for n in (4, 3, 1) if n < len(full))

    def label(self, code: str) -> dict[str, str] | None:
        """Return the name of the code, or of the nearest listed level above it."""
        full = self.normalise(code)
        if full is None:
            return None
        chain = (full, *self.ancestors(full))
        return next((CodeList.label(self, c) for c in chain if c in self.entries), None)

    def covers(self, broad: str, narrow: str) -> bool:
        """Return whether one code is the other or stands above it: C19 covers C195."""
        codes = self.normalise(broad), self.normalise(narrow)
        return codes[0] is not None and codes[1] is not None and codes[1].startswith(codes[0])

    def _exists(self, code: str) -> bool:
        if code in self.entries:
            return True
        parent = code[:-1] if len(code) > 3 else code[:1]
        return parent != code and self._exists(parent) and not self._has_children(parent)

    def _has_children(self, code: str) -> bool:
        return any(entry.parent == code for entry in self.entries.values())


@dataclass(frozen=True)
class Codes:
    """All code lists of a data directory; ``older`` are former land-use standards by name."""

    land_use: CodeList
    industry: IndustryList
    county: CodeList
    province: CodeList
    older: Mapping[str, CodeList] = field(default_factory=dict)


def read_codes(data_dir: Path) -> Codes:
    """Return the code lists under ``<data_dir>/codes``.

    A list of an older land-use standard that is not there is the bundled one.

    Raises ``LayerError`` FILE_MISSING, FILE_EMPTY, ENCODING or FILE_UNREADABLE, whose
    ``file`` names every list at fault; FILE_UNREADABLE if their faults differ.
    """
    lists: dict[str, dict[str, Code]] = {}
    errors: list[LayerError] = []
    for file, key in {**_FILES, **dict.fromkeys(_OLDER.values(), "code")}.items():
        try:
            lists[file] = _read_list(_path(data_dir, file), key=key)
        except LayerError as error:
            errors.append(error)
    if errors:
        raise _together(errors)
    land_use, industry, county, province = (lists[file] for file in _FILES)
    older = {standard: CodeList(lists[file]) for standard, file in _OLDER.items()}
    return Codes(
        CodeList(land_use), IndustryList(industry), CodeList(county), CodeList(province), older
    )


def _path(data_dir: Path, file: str) -> Path:
    path = data_dir / "codes" / file
    bundled = file in _OLDER.values() and not path.exists()
    return BUNDLED_LAYERS / "codes" / file if bundled else path


def _together(errors: Sequence[LayerError]) -> LayerError:
    """Return one error for all files at fault."""
    first = errors[0]
    if len(errors) == 1:
        return first
    file = ", ".join(str(error.params["file"]) for error in errors)
    if first.code != "FILE_UNREADABLE" and {error.code for error in errors} == {first.code}:
        return LayerError(first.code, file=file)
    return LayerError("FILE_UNREADABLE", file=file, reason="several_files")


def _read_list(path: Path, *, key: str) -> dict[str, Code]:
    rows = csv.DictReader(io.StringIO(_read_text(path), newline=""), strict=True)
    try:
        entries = {(row.get(key) or "").strip(): _code(row) for row in rows}
    except csv.Error as error:
        raise _fault("FILE_UNREADABLE", path, reason="not_csv", line=rows.line_num) from error
    if key not in (rows.fieldnames or ()):
        raise _fault("FILE_UNREADABLE", path, reason="column_missing", column=key)
    entries.pop("", None)
    if not entries:
        raise _fault("FILE_EMPTY", path)
    return entries


def _read_text(path: Path) -> str:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        raise _fault("FILE_MISSING", path) from error
    except UnicodeDecodeError as error:
        raise _fault("ENCODING", path) from error
    except OSError as error:
        raise _fault("FILE_UNREADABLE", path, reason="not_a_file") from error
    if not text.strip():
        raise _fault("FILE_EMPTY", path)
    return text


def _code(row: Mapping[str, str | None]) -> Code:
    text = {name: (row.get(name) or "").strip() for name in ("name_zh", "name_en", "parent", "rgb")}
    rgb = text["rgb"].replace(" ", "")
    to_2023 = row.get("to_2023") or ""
    return Code(
        zh=text["name_zh"],
        en=text["name_en"],
        parent=text["parent"],
        rgb=rgb if _RGB.fullmatch(rgb) else None,
        to_2023=tuple(part.strip() for part in to_2023.split(";") if part.strip()),
    )


def _fault(code: str, path: Path, **params: object) -> LayerError:
    return LayerError(code, file=f"codes/{path.name}", **params)
