"""What must be known of a worksheet before its cells are read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from geo.importer.sheet import check_extent


@dataclass
class SheetFacts:
    """The extent of the filled cells of a worksheet, and what its reader does not tell.

    Parameters
    ----------
    top, bottom
        First and last line with a value, from 1; ``bottom`` 0 is an empty sheet.
    left, right
        First and last column with a value, from 0.
    hidden
        Lines of hidden rows, ascending as in the file.
    errors
        Error values such as ``#REF!`` by line and column.
    uncalculated
        Lines of formulas that were saved without a result.
    """

    top: int = 0
    bottom: int = 0
    left: int = 0
    right: int = -1
    hidden: list[int] = field(default_factory=list)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    uncalculated: list[int] = field(default_factory=list)

    def take(self, line: int, column: int) -> None:
        """Widen the extent by one filled cell."""
        if not self.bottom:
            self.top, self.left = line, column
        self.top = min(self.top, line)
        self.bottom = max(self.bottom, line)
        self.left = min(self.left, column)
        self.right = max(self.right, column)

    @property
    def cells(self) -> int:
        """Return the number of cells of the rectangle that the filled cells span."""
        return (self.bottom - self.top + 1) * (self.right - self.left + 1) if self.bottom else 0

    @staticmethod
    def check_all(facts: Iterable[SheetFacts]) -> None:
        """Raise ``ImportRefused`` if one sheet is too large, or all of them together are."""
        cells = 0
        for sheet in facts:
            cells += sheet.cells
            check_extent(rows=sheet.bottom, columns=sheet.right + 1, cells=cells)
