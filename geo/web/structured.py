"""What a page tells machines: schema.org in JSON-LD, and only what is a fact.

A sample is no place and no offer; a position that is drawn schematically is not told.
"""

from __future__ import annotations

from typing import Any

from geo.profiles.profile import Frame
from geo.render.plane import bbox_of

_CONTEXT = "https://schema.org"
_SURE = ("surveyed", "reported")


def trail_data(steps: list[tuple[str, str]]) -> dict[str, Any]:
    """Return the way to the page; ``steps`` are names and full addresses."""
    return {
        "@context": _CONTEXT,
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": number, "name": name, "item": address}
            for number, (name, address) in enumerate(steps, start=1)
        ],
    }


def place_data(frame: Frame, address: str, *, is_on_offer: bool) -> dict[str, Any] | None:
    """Return the place, with an offer if it can be had; ``None`` for a sample.

    Parameters
    ----------
    frame
        Of the profile.
    address
        The full address of the page.
    is_on_offer
        Whether the plot or hall can be bought, leased or rented.
    """
    if frame.is_sample:
        return None
    place: dict[str, Any] = {
        "@type": "Place",
        "name": frame.title,
        "url": address,
        "identifier": frame.key,
        **_inside(frame),
        **_position(frame),
        **_area(frame),
    }
    if frame.contact and frame.contact.phone:
        place["telephone"] = frame.contact.phone
    if not is_on_offer:
        return {"@context": _CONTEXT, **place}
    return {"@context": _CONTEXT, "@type": "Offer", "url": address, "itemOffered": place}


def _inside(frame: Frame) -> dict[str, Any]:
    names = [frame.county, *(park.text for park in frame.around)]
    inner = [{"@type": "Place", "name": name} for name in names if name]
    return {"containedInPlace": inner[-1]} if inner else {}


def _position(frame: Frame) -> dict[str, Any]:
    geometry = frame.feature["geometry"]
    if not frame.is_placed or frame.properties.get("nature") not in _SURE:
        return {}
    west, south, east, north = bbox_of(geometry)
    middle = {"latitude": (south + north) / 2, "longitude": (west + east) / 2}
    rounded = {name: round(degrees, 5) for name, degrees in middle.items()}
    return {"geo": {"@type": "GeoCoordinates", **rounded}}


def _area(frame: Frame) -> dict[str, Any]:
    area = frame.properties.get("area_m2")
    if not area:
        return {}
    value = {"name": "area", "value": round(float(area)), "unitCode": "MTK"}
    return {"additionalProperty": {"@type": "PropertyValue", **value}}
