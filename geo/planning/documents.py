"""What the planners' tables share: published documents, texts, amounts, scopes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from geo.errors import BadRequest, NotFound
from geo.i18n import has_message
from geo.query import Snapshot
from geo.wording import Wording

_LONGEST = 60


def read_table(shown: Snapshot, name: str) -> Mapping[str, Any]:
    """Return ``overview``, ``balance``, ``rates`` or ``indicators`` of a staff snapshot.

    Raises
    ------
    NotFound
        ``PLAN_TABLES_MISSING`` if an earlier version of the software published it.
    """
    try:
        found: Mapping[str, Any] = shown.document(f"{name}.json")
    except NotFound as error:
        raise NotFound("PLAN_TABLES_MISSING") from error
    return found


def one_of(name: str, value: str, allowed: Iterable[str]) -> str:
    """Return the value of a parameter if it is one that is offered.

    Raises
    ------
    BadRequest
        ``PLAN_OPTION``.
    """
    known = tuple(allowed)
    if value in known:
        return value
    listed = ", ".join(one for one in known if one)
    raise BadRequest("PLAN_OPTION", name=name, value=value[:_LONGEST], allowed=listed)


def require_park(shown: Snapshot, key: str) -> str:
    """Return the key of a park; an empty one asks for all.

    Raises
    ------
    NotFound
        ``PLAN_SCOPE_UNKNOWN``.
    """
    if key and key not in shown.of_kind("parks"):
        raise NotFound("PLAN_SCOPE_UNKNOWN", scope=key[:_LONGEST])
    return key


def text_of(key: str | None, w: Wording) -> str:
    """Return the text of a key that a document names; the key itself where none is known."""
    if not key:
        return ""
    return w.t(key) if has_message(key) else key


def texts_of(keys: Iterable[str], w: Wording) -> list[str]:
    """Return the texts of keys, each once, in their order."""
    return [text_of(key, w) for key in dict.fromkeys(keys)]


def fixed(value: float | None, digits: int = 2) -> str:
    """Return a number with just so many decimals, as a printed table has them; empty for none.

    >>> fixed(1419.8), fixed(-0.001), fixed(None)
    ('1,419.80', '0.00', '')
    """
    if value is None:
        return ""
    text = f"{value:,.{digits}f}"
    return text.removeprefix("-") if not text.strip("-0.,") else text.replace("-", "−")


def describe_natures(natures: Sequence[Mapping[str, Any]], w: Wording) -> list[dict[str, Any]]:
    """Return how much land is how well known: its nature, hectares, and share in percent."""
    total = sum(one["ha"] for one in natures)
    return [
        {
            "nature": one["nature"],
            "label": w.word("nature", one["nature"]),
            "ha": fixed(one["ha"]),
            "share": fixed(100 * one["ha"] / total, 1) if total else "",
        }
        for one in natures
    ]
