"""The finder without a server: all cards once, and what is known of each offer as numbers.

``static/js/offline/match.js`` judges and ranks them as :mod:`geo.match` does, but for plots that
lie side by side, which only the site puts together.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import Any

from geo.match.asking import UNITS, WHATS
from geo.match.offers import Offer, industry_list, read_offers
from geo.match.span import Span
from geo.offline.markup import Element
from geo.query import Snapshot

_AMOUNTS = ("area_m2", "floor_load_t_m2", "power_kva", "price", "ready")
_NAMES = {"area_m2": "area", "floor_load_t_m2": "load", "power_kva": "power"}


def offers_document(shown: Snapshot, what: str) -> dict[str, Any]:
    """Return what is known of all plots or all halls on offer, as JSON.

    A span is a pair of bounds, ``None`` where nothing bounds it; ``industries`` are the codes
    that can be asked for, as the form may be filled in by an address.
    """
    return {
        "units": dict(UNITS),
        "industries": [code for code in industry_list(shown) if len(code) > 1],
        "offers": [_offer(offer) for offer in read_offers(shown, WHATS[what])],
    }


def _offer(offer: Offer) -> dict[str, Any]:
    spans = {_NAMES.get(name, name): getattr(offer, name) for name in _AMOUNTS}
    spans |= {"rail": offer.rail.km, "air": offer.air.km}
    return {
        "key": offer.key,
        "parks": list(offer.parks),
        "county": offer.county,
        "use": offer.use,
        "industries": list(offer.industries),
        "utilities": {kind: one.is_there for kind, one in offer.utilities.items()},
        "tenures": None if offer.tenures is None else sorted(offer.tenures),
        **{name: _bounds(span) for name, span in spans.items()},
    }


def _bounds(span: Span) -> list[float | None]:
    return [end if math.isfinite(end) else None for end in (span.low, span.high)]


def has_more(sheet: Element) -> bool:
    """Whether the list goes on on another sheet."""
    return sheet.find(lambda one: one.get("rel") == "next") is not None


def join_sheets(first: Element, others: Iterable[Element]) -> None:
    """Put the cards of further sheets of the list, and their places on the map, into the first.

    Parameters
    ----------
    first, others
        The pages of the finder when nothing is asked; ``first`` is changed.
    """
    cards, found = _cards(first), _map_data(first)
    if cards is None:
        return
    for sheet in others:
        more = _cards(sheet)
        cards.children += more.children if more else []
        found["offers"] += _map_data(sheet)["offers"]
    data = first.by_id("finder-data")
    assert data is not None
    # As Jinja's ``tojson`` writes it, so that no value can end the element.
    text = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&'":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    data.children = [text]
    first.remove(lambda one: "pager" in one.classes)


def _cards(sheet: Element) -> Element | None:
    return sheet.find(lambda one: "offers" in one.classes)


def _map_data(sheet: Element) -> dict[str, Any]:
    data = sheet.by_id("finder-data")
    assert data is not None
    found: dict[str, Any] = json.loads("".join(str(part) for part in data.children))
    return found
