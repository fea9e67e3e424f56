"""Any county file to tables, by whatever reads its format."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path, PurePath

from geo.importer.boundary_points import read_boundary_points
from geo.importer.drawing import read_drawing
from geo.importer.model import Progress, Remark, Table, no_progress
from geo.importer.sniff import has_usual_suffix, sniff_format
from geo.importer.text import read_text_tables
from geo.importer.vector import read_vector
from geo.importer.workbook import read_workbook

_TABULAR: Mapping[str, Callable[..., list[Table]]] = {
    "csv": read_text_tables,
    "xls": read_workbook,
    "xlsx": read_workbook,
}
_LONGEST_SUFFIX = 12


def read_tables(path: Path, *, name: str, progress: Progress = no_progress) -> list[Table]:
    """Return the tables of a file as they stand in it, at least one.

    Parameters
    ----------
    path
        Where the file is.
    name
        What its owner calls it; never used as a path.
    progress
        Told how far the reading is.

    Raises
    ------
    ImportRefused
        With a sentence that says what to do with the file.
    """
    format = sniff_format(path, name)
    progress("stage.reading", 0, 1)
    tables = _read(path, format, name, progress)
    suffix = PurePath(name).suffix[:_LONGEST_SUFFIX]
    if suffix and not has_usual_suffix(format, name):
        for table in tables:
            table.remarks.insert(0, Remark("WRONG_SUFFIX", {"suffix": suffix, "format": format}))
    return tables


def _read(path: Path, format: str, name: str, progress: Progress) -> list[Table]:
    if format in _TABULAR:
        return _TABULAR[format](path, name=name, progress=progress)
    if format == "dxf":
        return read_drawing(path, name=name)
    if format == "boundary_points":
        return read_boundary_points(path, name=name)
    return read_vector(path, format, name=name)
