"""Read ``catalog.toml``: what exists, where from, of what nature, and who may see it."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from geo.errors import CatalogError
from geo.model import DERIVED, FORMAT, KINDS, NATURES, NEVER_PUBLIC, Catalog, Entry

_KNOWN_FAULTS = {"missing", "extra_forbidden"}
_RESERVED = {"site", "findings", "join", "aux", "con", "nul", "prn"}
"""Names of files that a snapshot has anyway, or that Windows keeps for devices."""

_WINDOWS_SEPARATOR = "\\"


def read_catalog(data_dir: Path) -> Catalog:
    """Return the catalogue of a data directory.

    Raises
    ------
    CatalogError
        ``CATALOG_MISSING``, ``CATALOG_UNREADABLE`` (with line and column),
        ``FORMAT_NEWER``, or ``CATALOG_INVALID`` with ``faults``, every one at once.
    """
    path = data_dir / "catalog.toml"
    raw = _read_toml(path)
    _check_format(raw)
    try:
        catalog = Catalog.model_validate(raw)
    except ValidationError as error:
        faults = "; ".join(_describe(fault) for fault in error.errors())
        raise CatalogError("CATALOG_INVALID", faults=faults) from error
    faults_found = [
        f"{name}: {fault}"
        for name, entry in catalog.entries().items()
        for fault in _entry_faults(entry)
    ]
    faults_found += _kind_faults(catalog)
    faults_found += [
        f"{name}: this name is taken" for name in catalog.entries() if name in _RESERVED
    ]
    shared = sorted(set(catalog.layers) & set(catalog.tables))
    faults_found += [f"{name}: both a layer and a table" for name in shared]
    if faults_found:
        raise CatalogError("CATALOG_INVALID", faults="; ".join(faults_found))
    return catalog


def _kind_faults(catalog: Catalog) -> list[str]:
    """Return which kinds of layer are missing or given twice: the join needs one of each."""
    kinds = [entry.kind for entry in catalog.layers.values()]
    needed = [kind for kind in KINDS.values() if kind.is_layer]
    return [
        f"layers: {kinds.count(kind.name)} of kind {kind.name!r}, expected 1"
        for kind in needed
        if kinds.count(kind.name) != 1
    ]


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise CatalogError("CATALOG_MISSING", path=path.name) from error
    except (OSError, ValueError, RecursionError) as error:  # also TOML syntax and encoding
        raise CatalogError("CATALOG_UNREADABLE", reason=str(error)) from error


def _check_format(raw: dict[str, Any]) -> None:
    found = raw.get("format")
    if isinstance(found, int) and found > FORMAT:
        raise CatalogError("FORMAT_NEWER", found=found, known=FORMAT)


def _describe(fault: Any) -> str:
    where = ".".join(str(part) for part in fault["loc"])
    kind = fault["type"] if fault["type"] in _KNOWN_FAULTS else fault["msg"]
    return f"{where}: {kind}"


def _entry_faults(entry: Entry) -> list[str]:
    """Return what is wrong with an entry beyond its types."""
    kind = KINDS.get(entry.kind)
    if kind is None:
        return [f"unknown kind {entry.kind!r}"]
    known = {spec.name for spec in kind.all_fields} | set(DERIVED.get(kind.name, ()))
    unknown = sorted(set(entry.public_fields) - known)
    faults = [f"public_fields: unknown field {name!r}" for name in unknown]
    secret = sorted(set(entry.public_fields) & set(NEVER_PUBLIC.get(kind.name, ())))
    faults += [f"public_fields: {name!r} tells of a single firm" for name in secret]
    if entry.key != kind.key:
        faults.append(f"key: expected {kind.key!r}")
    if entry.nature not in NATURES:
        faults.append(f"nature: expected one of {', '.join(NATURES)}")
    if _leaves_directory(entry.file):
        faults.append("file: expected a path inside the data directory")
    return faults


def _leaves_directory(file: str) -> bool:
    parts = Path(file).parts
    return Path(file).is_absolute() or ".." in parts or _WINDOWS_SEPARATOR in file
