"""Read ``chains.toml``: which steps an industry chain has, and which industries each is.

The file is optional: a county without one has no page of chains, and the page says so.
"""

from __future__ import annotations

import tomllib
from collections.abc import Hashable, Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from geo.errors import CatalogError
from geo.faults import fault, join_faults, validation_faults
from geo.model import FORMAT, Identifier, Text

FILE = "chains.toml"

Role = Literal["upstream", "core", "downstream", "service"]
ROLES: tuple[Role, ...] = get_args(Role)
"""The parts of a chain in the order of the flow; as ``chain_role`` of the firms has them."""

Industry = Annotated[str, StringConstraints(pattern=r"^[A-T](\d{2,4})?$")]
"""A code of GB/T 4754-2017 with the letter of its section."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Node(_Strict):
    """One step of a chain: the part it belongs to, its name, and the industries that it is."""

    id: Identifier
    role: Role
    name: Text
    industries: tuple[Industry, ...] = Field(min_length=1)


class Chain(_Strict):
    """One chain; its steps are shown in the order of the file, grouped by their part."""

    id: Identifier
    title: Text
    nodes: tuple[Node, ...] = Field(min_length=1)


class Chains(_Strict):
    """``chains.toml``: the chains, who arranged them, and when."""

    format: Literal[1] = 1
    source: Text
    as_of: str
    chains: tuple[Chain, ...]


def read_chains(data_dir: Path) -> Chains | None:
    """Return the chains of a data directory, ``None`` if it has no such file.

    Raises
    ------
    CatalogError
        ``CHAINS_UNREADABLE`` (with the parser's reason), ``FORMAT_NEWER``, or
        ``CHAINS_INVALID`` with ``faults`` by language, every one at once.
    """
    raw = _read_toml(data_dir / FILE)
    if raw is None:
        return None
    found = raw.get("format")
    if isinstance(found, int) and found > FORMAT:
        raise CatalogError("FORMAT_NEWER", found=found, known=FORMAT)
    try:
        chains = Chains.model_validate(raw)
    except ValidationError as error:
        raise CatalogError("CHAINS_INVALID", faults=validation_faults(error)) from error
    faults = _repeated(chains)
    if faults:
        raise CatalogError("CHAINS_INVALID", faults=join_faults(faults))
    return chains


def _read_toml(path: Path) -> dict[str, Any] | None:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise CatalogError("CHAINS_UNREADABLE", reason=error.strerror) from error
    except (ValueError, RecursionError) as error:  # TOML syntax and text that is not UTF-8
        raise CatalogError("CHAINS_UNREADABLE", reason=str(error)) from error


def _repeated(chains: Chains) -> list[dict[str, str]]:
    """Return the identifiers that stand twice, of chains and within a chain."""
    lists: Sequence[tuple[str, Iterable[str]]] = [
        ("chains", (chain.id for chain in chains.chains)),
        *((f"chains.{c.id}.nodes", (node.id for node in c.nodes)) for c in chains.chains),
    ]
    return [
        fault("config.repeated", where=where, name=name)
        for where, names in lists
        for name in _twice(names)
    ]


def _twice(names: Iterable[Hashable]) -> list[Hashable]:
    seen = list(names)
    return sorted({name for name in seen if seen.count(name) > 1}, key=str)
