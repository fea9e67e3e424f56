"""The pages of parks, plots and halls, and the two maps that each of them shows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response
from markupsafe import Markup
from rapidfuzz import fuzz, process, utils

from geo.errors import NotFound
from geo.large_search import named_like
from geo.profiles.halls import hall_profile
from geo.profiles.parks import park_profile
from geo.profiles.plots import plot_profile
from geo.profiles.profile import KINDS, Frame, Link, link_to
from geo.query import Feature, Snapshot
from geo.render.land_bar import land_bar, state_swatch
from geo.render.plane import bbox_of
from geo.render.site_map import Area, near_extent, near_view, overview
from geo.web.current import snapshot, wants_page
from geo.web.enquiries import takes_enquiries
from geo.web.pages import public_page
from geo.web.structured import place_data, trail_data
from geo.wording import Wording

blueprint = Blueprint("places", __name__)

_KIND = "<any(parks, parcels, buildings):kind>"
_NEAR = Area(62, 74, numbered=False)
_REGIONS = {
    "region": Area(150, 62, numbered=False),
    "regionlet": Area(64, 68, numbered=False),
}
"""For a wide window, and for a phone."""

_SVG = "image/svg+xml"
_LONGEST_KEY = 80
_MOST_SUGGESTIONS = 5
_LEAST_LIKENESS = 60


@blueprint.get(f"/{_KIND}/<path:key>")
def place_page(kind: str, key: str) -> Response:
    """Answer the page of a park, plot or hall; of an unknown one those it may be."""
    if key in snapshot().of_kind(kind):
        return public_page(f"{kind}.html", _CONTENTS[kind], key, takes_enquiries())
    if not wants_page():
        raise NotFound("PLACE_UNKNOWN", number=key[:_LONGEST_KEY])
    shown = key[:_LONGEST_KEY]
    return public_page("place_missing.html", missing_contents, kind, shown, status=404)


@blueprint.get(f"/{_KIND}/<path:key>/<any(near, region, regionlet):extent>.svg")
def place_map(kind: str, key: str, extent: str) -> Response:
    """Answer the map of what lies around a thing, or of where it is in the region.

    Raises
    ------
    NotFound
        ``PLACE_UNKNOWN``, also where there is nothing to draw.
    """
    feature = snapshot().of_kind(kind).get(key)
    if feature is None or not _has_map(feature, extent):
        raise NotFound("PLACE_UNKNOWN", number=key[:_LONGEST_KEY])
    return public_page("drawing.svg", map_contents, kind, key, extent, content_type=_SVG)


def park_contents(shown: Snapshot, w: Wording, key: str, asks: bool) -> Mapping[str, object]:
    """Return what the page of a park shows."""
    profile = park_profile(shown, key, w)
    title = profile.frame.title
    description = w.t("place.description_park", title=title)
    return {
        **_common(profile.frame, description, w),
        "asks": asks,
        "profile": profile,
        **_land(profile.land, w, sample=profile.sample_plots),
    }


def plot_contents(shown: Snapshot, w: Wording, key: str, asks: bool) -> Mapping[str, object]:
    """Return what the page of a plot shows."""
    profile = plot_profile(shown, key, w)
    frame, p = profile.frame, profile.frame.properties
    description = w.t(
        "place.description_plot",
        title=frame.title,
        area=w.area(p.get("area_mu")),
        state=w.word("plot_state", p.get("state")),
        where=_where(frame, w),
    )
    common = _common(frame, description, w, is_on_offer=bool(p.get("on_offer")))
    return {**common, "asks": asks, "profile": profile}


def hall_contents(shown: Snapshot, w: Wording, key: str, asks: bool) -> Mapping[str, object]:
    """Return what the page of a hall shows."""
    profile = hall_profile(shown, key, w)
    frame, p = profile.frame, profile.frame.properties
    description = w.t(
        "place.description_hall",
        title=frame.title,
        area=w.quantity(p.get("area_m2"), "unit.m2", 0) or w.t("place.known_not"),
        state=w.word("hall_state", p.get("state")),
        where=_where(frame, w),
    )
    common = _common(frame, description, w, is_on_offer=profile.is_free)
    return {**common, "asks": asks, "profile": profile}


_CONTENTS = {"parks": park_contents, "parcels": plot_contents, "buildings": hall_contents}


def missing_contents(shown: Snapshot, w: Wording, kind: str, key: str) -> Mapping[str, object]:
    """Return what the page of an unknown key says: the nearest ones by spelling."""
    # What does not exist has no address of its own.
    return {"kind": kind, "number": key, "near": nearest(shown, w, kind, key), "links": None}


def nearest(shown: Snapshot, w: Wording, kind: str, key: str) -> list[Link]:
    """Return the things whose number or name is spelt most like a text, best first.

    Those of the kind that was asked for go before equally good ones of the others.
    """
    kinds = sorted(KINDS, key=lambda other: other != kind)
    links = [link_to(k, feature, w) for k in kinds for feature in _spelt_like(shown, k, key)]
    spelt = {i: (link.key, link.text) for i, link in enumerate(links)}
    found: dict[int, float] = {}
    for part in (0, 1):
        texts = {i: both[part] for i, both in spelt.items()}
        for _, likeness, i in process.extract(
            key,
            texts,
            scorer=fuzz.ratio,
            processor=utils.default_process,
            limit=_MOST_SUGGESTIONS,
            score_cutoff=_LEAST_LIKENESS,
        ):
            found[i] = max(likeness, found.get(i, 0))
    best = sorted(found, key=lambda i: (-found[i], i))[:_MOST_SUGGESTIONS]
    return [links[i] for i in best]


def _spelt_like(shown: Snapshot, kind: str, key: str) -> Iterable[Feature]:
    """Return the features to compare a text with; of a large layer those that begin like it."""
    layer = shown.layer_of(kind)
    if not shown.is_large(layer):
        return shown.features(layer).values()
    beginnings = (key[:length] for length in range(len(key), 1, -1))
    found = (named_like(shown.store(layer), beginning) for beginning in beginnings)
    return next(filter(None, found), [])


def _common(
    frame: Frame, description: str, w: Wording, *, is_on_offer: bool = False
) -> dict[str, object]:
    return {
        "frame": frame,
        "path": f"{frame.kind}/{quote(frame.key)}",
        "description": description,
        "maps": {extent: _has_map(frame.feature, extent) for extent in ("near", "region")},
        "where": _where(frame, w),
        "structured": partial(_structured, frame, w, is_on_offer),
    }


def _structured(
    frame: Frame,
    w: Wording,
    is_on_offer: bool,
    links: Mapping[str, Any],
    link: Callable[[str], str],
    home: str,
) -> list[dict[str, Any]]:
    """Return what the page tells machines; ``links`` are its full addresses."""
    absolute = links["absolute"]
    around = [(park.text, absolute(link(f"parks/{quote(park.key)}"))) for park in frame.around]
    start = (w.t("ui.nav_map"), absolute(home))
    place = place_data(frame, links["canonical"], is_on_offer=is_on_offer)
    trail = trail_data([start, *around, (frame.title, links["canonical"])])
    return [trail, *([place] if place else [])]


def _where(frame: Frame, w: Wording) -> str:
    inside = frame.around[-1].text if frame.around else ""
    return " · ".join(text for text in (frame.county, inside) if text) or w.t(
        "place.county_unknown"
    )


def _land(land: Any, w: Wording, *, sample: bool) -> dict[str, object]:
    if not land:
        return {"bar": None, "swatches": {}}
    said = w.enumerate([f"{share.label} {share.area}" for share in land])
    title = f"{w.t('place.land_chart')}{w.t('ui.colon')}{said}"
    bar = land_bar([(share.state, share.share) for share in land], title, sample=sample)
    swatches = {s.state: Markup(state_swatch(s.state, sample=sample)) for s in land}
    return {"bar": Markup(bar), "swatches": swatches}


# --- maps -----------------------------------------------------------------------------------


def map_contents(
    shown: Snapshot, w: Wording, kind: str, key: str, extent: str
) -> Mapping[str, object]:
    """Return the drawing of what lies around a thing, or of where it is in the region."""
    feature = shown.of_kind(kind)[key]
    if extent == "near":
        around = near_extent(kind, feature)
        layers = {k: shown.within(k, around) for k in KINDS}
        return {"drawing": Markup(near_view(layers, kind, feature, w, _NEAR) or "")}
    kinds = ("counties", "places", "logistics")
    layers = {k: list(shown.of_kind(k).values()) for k in kinds}
    layers["parks"] = [_mark(shown, feature)]
    return {"drawing": Markup(overview(layers, w, _REGIONS[extent]))}


def _has_map(feature: Feature, extent: str) -> bool:
    geometry = feature["geometry"]
    if not geometry or feature["properties"].get("place_known") is False:
        return False
    return extent != "near" or geometry["type"] != "Point"


def _mark(shown: Snapshot, feature: Feature) -> Feature:
    """Return a park as a point where the thing is: on the map of the region nothing is larger.

    A plot or hall bears the name of its park.
    """
    west, south, east, north = bbox_of(feature["geometry"])
    middle = {"type": "Point", "coordinates": [(west + east) / 2, (south + north) / 2]}
    park = shown.of_kind("parks").get(str(feature["properties"].get("park_id")), feature)
    # What lies in another park would be left out of the map.
    named = {n: v for n, v in park["properties"].items() if n not in ("parent_id", "place_known")}
    return {"id": park["id"], "geometry": middle, "properties": named}
