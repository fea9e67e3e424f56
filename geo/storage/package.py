"""Geometry that an installed Python package carries, read without importing the package."""

from __future__ import annotations

import importlib.resources
import importlib.util
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from importlib.machinery import ModuleSpec
from pathlib import Path, PurePosixPath

import geopandas as gpd
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError
from shapely.geometry.base import BaseGeometry

from geo.crs import to_wgs84
from geo.errors import LayerError
from geo.model import PackageFile

_NAME = re.compile(r"[A-Za-z_]\w{0,99}", re.ASCII)
_DIGITS = re.compile(r"\d{1,20}", re.ASCII)


def read_package_geometry(
    package: PackageFile, keys: Iterable[str], *, entry: str
) -> dict[str, BaseGeometry]:
    """Return the geometry of each key in EPSG:4326; keys that the package lacks are absent.

    A key is matched as ``prefix + key`` and must consist of digits. ``entry`` names the
    catalogue entry in errors. Raises ``LayerError`` PACKAGE_MISSING or FILE_UNREADABLE.
    """
    wanted = {package.prefix + key: key for key in keys if _DIGITS.fullmatch(package.prefix + key)}
    with _package_path(package, entry) as path:
        if not wanted:
            return {}
        quoted = ", ".join(f"'{code}'" for code in sorted(wanted))
        frame = _read(path, package, where=f"{package.key} IN ({quoted})")
    shapes = to_wgs84(frame, crs=_authority_name(frame))
    return {
        wanted[code]: shape
        for code, shape in zip(frame[package.key].astype(str), shapes.geometry, strict=True)
        if code in wanted and shape is not None
    }


def read_package_frame(package: PackageFile, *, entry: str) -> gpd.GeoDataFrame:
    """Return everything that a file of a package draws, in EPSG:4326.

    The only column besides the geometry is ``key``, the property that ``package.key`` names.
    ``entry`` names the catalogue entry in errors. Raises as :func:`read_package_geometry`.
    """
    with _package_path(package, entry) as path:
        frame = _read(path, package)
    shapes = to_wgs84(frame, crs=_authority_name(frame))
    return shapes.rename(columns={package.key: "key"}).loc[lambda all_: all_.geometry.notna()]


@contextmanager
def _package_path(package: PackageFile, entry: str) -> Iterator[Path]:
    spec = _package_spec(package.name.replace("-", "_"))
    inside = PurePosixPath(package.file)
    if spec is None or inside.is_absolute() or ".." in inside.parts:
        raise LayerError("PACKAGE_MISSING", package=package.name, entry=entry)
    # A module object that was never executed is enough to find the files beside it.
    root = importlib.resources.files(importlib.util.module_from_spec(spec))
    with importlib.resources.as_file(root.joinpath(*inside.parts)) as path:
        if not path.is_file():
            raise LayerError("PACKAGE_MISSING", package=package.name, entry=entry)
        yield path


def _package_spec(name: str) -> ModuleSpec | None:
    """Return where a package is installed, ``None`` for all else, such as built-in modules."""
    # A dotted name would import its parent, and so run code that nobody asked to run.
    if not _NAME.fullmatch(name):
        return None
    try:
        spec = importlib.util.find_spec(name)
    except ValueError:  # a module that was not imported, such as __main__
        return None
    return spec if spec is not None and spec.submodule_search_locations else None


def _read(path: Path, package: PackageFile, where: str | None = None) -> gpd.GeoDataFrame:
    if not _NAME.fullmatch(package.key):
        raise LayerError("FILE_UNREADABLE", file=package.file, reason="column_missing")
    try:
        frame = _read_file(path, path.stat().st_mtime_ns, package.key, where)
    except (DataSourceError, DataLayerError, ValueError) as error:
        raise LayerError("FILE_UNREADABLE", file=package.file, reason="not_geojson") from error
    if package.key not in frame.columns:
        raise LayerError("FILE_UNREADABLE", file=package.file, reason="column_missing")
    return frame


@lru_cache(maxsize=4)
def _read_file(path: Path, _changed: int, column: str, where: str | None) -> gpd.GeoDataFrame:
    """Read a file once for all that one process examines; nobody may change the frame."""
    return pyogrio.read_dataframe(path, columns=[column], where=where)


def _authority_name(frame: gpd.GeoDataFrame) -> str:
    authority = frame.crs.to_authority() if frame.crs is not None else None
    return ":".join(authority) if authority else "unknown"
