"""Read ``catalog.toml``: what exists, where from, of what nature, and who may see it."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from geo.errors import CatalogError
from geo.faults import fault, join_faults, validation_faults
from geo.model import DERIVED, FORMAT, KINDS, NATURES, NEVER_PUBLIC, Catalog, Entry, Kind

_RESERVED = {
    *("site", "chains", "search", "reach", "register", "adjacency", "codes", "findings", "join"),
    "readings",
    *("aux", "con", "nul", "prn"),
}
"""Names of files that a snapshot has anyway, or that Windows keeps for devices."""

_WINDOWS_SEPARATOR = "\\"


def read_catalog(data_dir: Path) -> Catalog:
    """Return the catalogue of a data directory.

    Raises
    ------
    CatalogError
        ``CATALOG_MISSING``, ``CATALOG_UNREADABLE`` (with line and column),
        ``FORMAT_NEWER``, or ``CATALOG_INVALID`` with ``faults`` by language, every one at once.
    """
    path = data_dir / "catalog.toml"
    raw = _read_toml(path)
    _check_format(raw)
    try:
        catalog = Catalog.model_validate(raw)
    except ValidationError as error:
        raise CatalogError("CATALOG_INVALID", faults=validation_faults(error)) from error
    faults = [
        *(f for name, entry in catalog.entries().items() for f in _entry_faults(name, entry)),
        *_kind_faults(catalog),
        *_name_faults(catalog),
    ]
    if faults:
        raise CatalogError("CATALOG_INVALID", faults=join_faults(faults))
    return catalog


def _kind_faults(catalog: Catalog) -> list[dict[str, str]]:
    """Return which kinds of layer are missing or given twice: the join needs one of each."""
    kinds = [entry.kind for entry in catalog.layers.values()]
    return [
        fault("config.layers_of_kind", where="layers", count=count, kind=kind.name)
        for kind in KINDS.values()
        if (count := kinds.count(kind.name)) != 1
        if kind.is_layer and not (kind.staff_only and count == 0)
    ]


def _name_faults(catalog: Catalog) -> list[dict[str, str]]:
    taken = [name for name in catalog.entries() if name in _RESERVED]
    shared = sorted(set(catalog.layers) & set(catalog.tables))
    return [
        *(fault("config.taken", where=name) for name in taken),
        *(fault("config.twice", where=name) for name in shared),
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


def _entry_faults(name: str, entry: Entry) -> list[dict[str, str]]:
    """Return what is wrong with an entry beyond its types."""
    kind = KINDS.get(entry.kind)
    if kind is None:
        return [fault("config.kind", where=f"{name}.kind", kind=entry.kind)]
    faults = _public_faults(f"{name}.public_fields", entry, kind)
    if entry.public and kind.staff_only:
        faults.append(fault("config.staff_only", where=f"{name}.public", kind=kind.name))
    if not entry.public and kind.is_layer and not kind.staff_only:
        faults.append(fault("config.needed_public", where=f"{name}.public", kind=kind.name))
    if entry.key != kind.key:
        faults.append(fault("config.key", where=f"{name}.key", expected=kind.key))
    if entry.nature not in NATURES:
        expected = ", ".join(NATURES)
        faults.append(fault("config.one_of", where=f"{name}.nature", expected=expected))
    if bool(entry.file) == bool(entry.table):
        faults.append(fault("config.file_or_table", where=f"{name}.file"))
    if _leaves_directory(entry.file):
        faults.append(fault("config.outside", where=f"{name}.file"))
    return faults


def _public_faults(where: str, entry: Entry, kind: Kind) -> list[dict[str, str]]:
    known = {spec.name for spec in kind.all_fields} | set(DERIVED.get(kind.name, ()))
    unknown = sorted(set(entry.public_fields) - known)
    secret = sorted(set(entry.public_fields) & set(NEVER_PUBLIC.get(kind.name, ())))
    return [
        *(fault("config.public_field", where=where, field=name) for name in unknown),
        *(fault("config.secret_field", where=where, field=name) for name in secret),
        *([] if entry.public or not entry.public_fields else [fault("config.closed", where=where)]),
    ]


def _leaves_directory(file: str) -> bool:
    parts = Path(file).parts
    return Path(file).is_absolute() or ".." in parts or _WINDOWS_SEPARATOR in file
