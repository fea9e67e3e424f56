"""What parks, plots and halls have in common: where they are, who answers, how sure it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from geo.profiles.contact import Contact, contact_of
from geo.profiles.distances import Reach, reach_of
from geo.profiles.facts import Age, age_of
from geo.profiles.family import county_of, lineage
from geo.query import Feature, Snapshot
from geo.wording import Wording, parts

KINDS = ("parks", "parcels", "buildings")
"""What has a page of its own."""


@dataclass(frozen=True)
class Link:
    """A thing that another page shows.

    Parameters
    ----------
    kind, key
        Which; a county or a firm has no page of its own, only a place on the map.
    text
        Its name.
    """

    kind: str
    key: str
    text: str


@dataclass(frozen=True)
class Coded:
    """A code with what it means; empty where the code list does not say."""

    code: str
    label: str


@dataclass(frozen=True)
class Frame:
    """What every profile says.

    Parameters
    ----------
    kind, key, title
        What it is; the title is its name, else its kind and number.
    county
        Name of the county, empty if that is not published.
    around
        The parks that it lies in, the outermost first.
    contact
        ``None`` if no park around it gave one.
    reach, age
        How far it is, how old the record is.
    feature
        The published record.
    """

    kind: str
    key: str
    title: str
    county: str
    around: list[Link]
    contact: Contact | None
    reach: Reach
    age: Age | None
    feature: Feature

    @property
    def properties(self) -> dict[str, Any]:
        """The published fields."""
        found: dict[str, Any] = self.feature["properties"]
        return found

    @property
    def is_placed(self) -> bool:
        """Whether its position is known, and not only that of a symbol."""
        return bool(self.feature["geometry"]) and self.properties.get("place_known") is not False

    @property
    def is_sample(self) -> bool:
        """Whether it is made up to show what the page would say."""
        return self.properties.get("nature") == "sample"


def frame_of(shown: Snapshot, kind: str, key: str, w: Wording) -> Frame:
    """Return the frame of a profile; ``KeyError`` for an unknown key."""
    feature = shown.of_kind(kind)[key]
    p = feature["properties"]
    park = key if kind == "parks" else p.get("park_id")
    parks = lineage(shown, park)
    around = parks[1:] if kind == "parks" else parks
    county = county_of(shown, park)
    return Frame(
        kind,
        key,
        title_of(kind, feature, w),
        w.pick(shown.site["codes"]["county"].get(county)),
        [link_to("parks", other, w) for other in reversed(around)],
        contact_of(shown, park, w),
        reach_of(shown, kind, key, park, w),
        age_of(p.get("as_of"), shown.manifest["as_of"], w),
        feature,
    )


def title_of(kind: str, feature: Feature, w: Wording) -> str:
    """Return the name of a thing, else its kind and number.

    A firm that did not agree to be named has neither.
    """
    name = w.pick(feature["properties"], "name")
    if name:
        return name
    if kind == "enterprises":
        return w.t("ui.firm_unnamed")
    return f"{w.word('kind', kind)} {feature['id']}"


def link_to(kind: str, feature: Feature, w: Wording) -> Link:
    """Return the link to a thing, by its name."""
    return Link(kind, str(feature["id"]), title_of(kind, feature, w))


def industries(shown: Snapshot, codes: object, w: Wording) -> list[Coded]:
    """Return the industries of a list of codes, each with its name."""
    return coded(shown, "industry", parts(codes), w)


def coded(shown: Snapshot, family: str, codes: Sequence[str], w: Wording) -> list[Coded]:
    """Return codes of a list of ``site.json`` with what they mean."""
    labels = shown.site["codes"][family]
    return [Coded(code, w.pick(labels.get(code))) for code in codes]
