"""Attach firms to halls, plots and parks, and add up what that gives each of them.

In three steps, like ``geopandas.sjoin``: check the inputs, find index pairs, build the
frame. Frames come in EPSG:4326 with the columns of their kinds; none of them is changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.among import is_among
from geo.crs import WGS84, ellipsoidal_area_m2, to_mu
from geo.engine.pairs import index_pairs
from geo.families import Families
from geo.model import INFRASTRUCTURE, PLOT_STATES

PLACED_BY = ("building_id", "parcel_id", "park_id", "position", "none")
"""How a firm was placed; each has exactly one, which tells how its finest place was found."""

_IDLE = ("suspected_idle", "idle", "inefficient")
_OFFERED = ("approved", "announced")
_SUMS = {
    "invest_planned_sum_wan": "invest_planned_wan",
    "invest_in_place_sum_wan": "invest_in_place_wan",
}
COUNTED = ("stage", "park_id", *_SUMS.values())
"""What of a firm counts for its park."""

_Note = tuple[str, str, str]


@dataclass(frozen=True)
class JoinReport:
    """What matched how, and what did not.

    Parameters
    ----------
    counts
        Firms by ``placed_by``; the values add up to all firms.
    unplaced
        Keys of the firms without any place.
    unknown
        ``(enterprise_id, field, value)`` of references to nothing.
    conflicts
        ``(enterprise_id, field, value)``: what hall, plot or position imply where the firm
        names another; the firm's own word stands. Also a plot that names the firm where
        the firm, or its hall, names another.
    """

    counts: Mapping[str, int]
    unplaced: tuple[str, ...]
    unknown: tuple[_Note, ...]
    conflicts: tuple[_Note, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the report as a JSON object."""
        return {
            "counts": dict(self.counts),
            "unplaced": list(self.unplaced),
            "unknown": [list(note) for note in self.unknown],
            "conflicts": [list(note) for note in self.conflicts],
        }


def join_enterprises(
    enterprises: gpd.GeoDataFrame,
    parcels: gpd.GeoDataFrame,
    buildings: gpd.GeoDataFrame,
    parks: gpd.GeoDataFrame,
) -> tuple[gpd.GeoDataFrame, JoinReport]:
    """Return the firms with plot and park filled in, ``placed_by``, and a report.

    By identifier first (a hall implies its plot, a plot its park; of the plots that name the
    firm the lowest key counts, if it names none itself); what is still open by position: the
    plot at that point (of several the lowest key), else the smallest park around it. A plot at
    the position is not taken if it lies outside the park that the firm names. An identifier
    that a firm gives is never replaced. The geometry becomes where to draw the firm: its
    position, else a point inside its hall or plot, else null: a park alone is no place. Raises
    ``ValueError`` for a frame that is not in EPSG:4326.
    """
    for frame in (enterprises, parcels, buildings, parks):
        _require_wgs84(frame)
    places = _Places.of(parcels, buildings, parks)
    keys = enterprises["enterprise_id"]
    told = {
        **{name: enterprises[name] for name in ("building_id", "parcel_id", "park_id")},
        "plot_here": _plots_at(enterprises.geometry, parcels),
        "park_here": _parks_at(enterprises.geometry, parks),
        # Only what a plot names tells one firm from others of its place.
        "owner": keys.where(is_among(keys, list(places.owned))),
    }
    # Firms of one plot that say the same are placed the same: a large register has few cases.
    case, firsts = _cases(list(told.values()))
    rows = _records(pd.DataFrame({name: column.iloc[firsts] for name, column in told.items()}))
    placings = [
        places.place(hall, plot, park, plot_here, park_here, places.owned.get(owner or "", ()))
        for hall, plot, park, plot_here, park_here, owner in rows
    ]
    frame = _joined(enterprises, placings, case, parcels, buildings)
    return frame, _report(keys, placings, case)


def aggregate_parcels(
    parcels: gpd.GeoDataFrame, enterprises: pd.DataFrame, *, blocked: Iterable[str]
) -> gpd.GeoDataFrame:
    """Return the plots with area (m² and 亩, ellipsoidal), firms, state and ``on_offer``.

    ``firms`` counts the given joined firms. A plot is on offer if it is approved or
    announced, net land, not started, no infrastructure, and not among the ``blocked`` keys.
    """
    frame = parcels.copy()
    frame["area_m2"] = ellipsoidal_area_m2(frame.geometry)
    frame["area_mu"] = to_mu(frame["area_m2"])
    frame["state"] = _plot_states(frame, set(blocked))
    frame["on_offer"] = frame["state"] == "offer"
    frame["firms"] = _counted(frame["parcel_id"], enterprises["parcel_id"].value_counts())
    return frame


def aggregate_buildings(buildings: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the halls with their footprint in m², NaN where only a point is known."""
    return buildings.assign(footprint_m2=_known_area_m2(buildings.geometry))


def aggregate_parks(
    parks: gpd.GeoDataFrame,
    parcels: gpd.GeoDataFrame,
    buildings: gpd.GeoDataFrame,
    enterprises: pd.DataFrame,
    *,
    stages: Sequence[str],
    min_firms: int | None,
) -> gpd.GeoDataFrame:
    """Return the parks with land, halls, firms and investment, each with all parks inside it.

    Takes plots as :func:`aggregate_parcels` and firms as :func:`join_enterprises` return
    them. Areas are in 亩, ``halls_vacant_m2`` in m², sums in 万元. ``plots`` leaves
    infrastructure out. Only the given ``stages`` have a count of their own. A sum over
    fewer than ``min_firms`` firms is NaN, and so is one from which the sums of the parks
    inside could be taken away to find such a sum; ``None`` withholds nothing.
    """
    families = Families.of(parks)
    frame = parks.copy()
    frame["area_mu"] = to_mu(_known_area_m2(frame.geometry))
    # What is told once for each park around it costs by its columns.
    land = families.members(parcels[["state", "on_offer", "area_mu"]], parcels["park_id"])
    halls = families.members(buildings[["state", "area_m2"]], _hall_parks(buildings, parcels))
    firms = families.members(enterprises[["stage"]], enterprises["park_id"])
    columns = _land_columns(land) | _hall_columns(halls) | _firm_columns(firms, stages)
    for name, values in columns.items():
        frame[name] = _counted(frame["park_id"], values)
    for name, column in _SUMS.items():
        sums = families.shown_sums(
            enterprises[column], enterprises["park_id"], fewest=min_firms or 1
        )
        frame[name] = frame["park_id"].map(sums).astype("float64")
    return frame


@dataclass(frozen=True)
class _Named:
    """The identifiers that a firm names, or that are found for it."""

    building_id: str | None
    parcel_id: str | None
    park_id: str | None


@dataclass(frozen=True)
class _Placing:
    """Where a firm belongs, and what was found on the way, as field and value."""

    named: _Named
    placed_by: str
    unknown: tuple[tuple[str, str], ...]
    conflicts: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class _Places:
    """What halls, plots and parks there are, and what each implies."""

    halls: Mapping[str, tuple[str | None, str | None]]
    plots: Mapping[str, str | None]
    owned: Mapping[str, tuple[str, ...]]
    lineage: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, parcels: pd.DataFrame, buildings: pd.DataFrame, parks: pd.DataFrame) -> _Places:
        # Of equal keys the first counts, as everywhere: so the dictionary is filled backwards.
        halls = reversed(_records(buildings[["building_id", "parcel_id", "park_id"]]))
        rows = reversed(_records(parcels[["parcel_id", "park_id", "enterprise_id"]]))
        plots = {plot: (park, owner) for plot, park, owner in rows if plot}
        owned: dict[str, list[str]] = {}
        for plot in sorted(plots):
            if owner := plots[plot][1]:
                owned.setdefault(owner, []).append(plot)
        return cls(
            halls={hall: (plot, park) for hall, plot, park in halls if hall},
            plots={plot: park for plot, (park, _) in plots.items()},
            owned={owner: tuple(held) for owner, held in owned.items()},
            lineage=Families.of(parks).lineage,
        )

    def known(self, firm: _Named) -> _Named:
        """Return only those identifiers that exist."""
        return _Named(
            firm.building_id if firm.building_id in self.halls else None,
            firm.parcel_id if firm.parcel_id in self.plots else None,
            firm.park_id if firm.park_id in self.lineage else None,
        )

    def of_hall(self, hall: str | None) -> tuple[str | None, str | None]:
        """Return the plot, if it exists, and the park that a hall names."""
        plot, park = self.halls[hall] if hall else (None, None)
        return (plot if plot in self.plots else None), park

    def contradict(self, park: str | None, other: str | None) -> bool:
        """Return whether a park is given that neither is the other nor lies in it."""
        return None not in (park, other) and other not in self.lineage.get(str(park), (park,))

    def place(
        self,
        building: str | None,
        parcel: str | None,
        in_park: str | None,
        plot_here: str | None,
        park_here: str | None,
        owned: tuple[str, ...],
    ) -> _Placing:
        """Return where a firm belongs that names hall, plot and park.

        ``plot_here`` and ``park_here`` are at its position, ``owned`` plots that name it.
        """
        firm = _Named(building, parcel, in_park)
        known = self.known(firm)
        hall_plot, hall_park = self.of_hall(known.building_id)
        owned_plot = owned[0] if owned else None
        own_word = known.parcel_id or hall_plot
        by_id = own_word or owned_plot
        here = None if by_id else plot_here
        elsewhere = here is not None and self.contradict(self.plots[here], known.park_id)
        plot = by_id or (None if elsewhere else here)
        implied = (self.plots[plot] if plot else None) or hall_park
        clashes = (
            ("parcel_id", hall_plot, hall_plot and known.parcel_id not in (None, hall_plot)),
            ("parcel_id", owned_plot, owned and own_word not in (None, *owned)),
            ("parcel_id", here, elsewhere),
            ("park_id", implied, self.contradict(implied, known.park_id)),
        )
        park = firm.park_id or implied or park_here
        placed = _Named(firm.building_id, firm.parcel_id or plot, park)
        return _Placing(
            placed,
            _how(known, by_id, plot, park=implied or park_here),
            unknown=_dangling(firm, known),
            conflicts=tuple(
                dict.fromkeys((name, str(value)) for name, value, clash in clashes if clash)
            ),
        )


def _how(known: _Named, by_id: str | None, plot: str | None, *, park: str | None) -> str:
    if known.building_id:
        return "building_id"
    if by_id:
        return "parcel_id"
    if plot:
        return "position"
    if known.park_id:
        return "park_id"
    return "position" if park else "none"


def _dangling(firm: _Named, known: _Named) -> tuple[tuple[str, str], ...]:
    """Return the references of a firm that lead nowhere."""
    given = ((name, getattr(firm, name)) for name in ("building_id", "parcel_id", "park_id"))
    return tuple((name, value) for name, value in given if value != getattr(known, name))


def _require_wgs84(frame: gpd.GeoDataFrame) -> None:
    if frame.crs != WGS84:
        msg = f"layers are joined in {WGS84}, not {frame.crs}"
        raise ValueError(msg)


def _cases(columns: Sequence[pd.Series[Any]]) -> tuple[np.ndarray, np.ndarray]:
    """Return the number of each row's case, rows of equal values having one, and its first row."""
    case = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        codes, names = pd.factorize(column)
        # Both are less than the rows, so their product is no more than an integer holds.
        case, _ = pd.factorize(case * (len(names) + 1) + codes)
    return case, np.unique(case, return_index=True)[1]


def _records(frame: pd.DataFrame) -> list[tuple[str | None, ...]]:
    """Return the rows of a frame of texts, with None for missing."""
    lists = (frame[name].astype("object").tolist() for name in frame.columns)
    texts = ([v if isinstance(v, str) else None for v in values] for values in lists)
    return list(zip(*texts, strict=True))


def _plots_at(points: gpd.GeoSeries, parcels: gpd.GeoDataFrame) -> pd.Series[str]:
    """Return the plot at each point; on a shared edge, or an overlap, the lowest key."""
    keyed = parcels[parcels["parcel_id"].notna()].sort_values("parcel_id")
    return _first_at(points, keyed.geometry, keyed["parcel_id"])


def _parks_at(points: gpd.GeoSeries, parks: gpd.GeoDataFrame) -> pd.Series[str]:
    """Return the innermost park around each point: the smallest, of equals the lowest key."""
    drawn = parks[parks["park_id"].notna() & (shapely.get_dimensions(parks.geometry) == 2)]
    sized = drawn.assign(area_m2=ellipsoidal_area_m2(drawn.geometry))
    ranked = sized.sort_values(["area_m2", "park_id"])
    return _first_at(points, ranked.geometry, ranked["park_id"])


def _first_at(points: gpd.GeoSeries, areas: gpd.GeoSeries, keys: pd.Series[str]) -> pd.Series[str]:
    """Return the key of the first area at each point, missing where there is none."""
    point, area = index_pairs(points, areas)
    found, first = np.unique(point, return_index=True)
    places = np.full(len(points), -1)
    places[found] = area[first]
    return pd.Series(keys.array.take(places, allow_fill=True), index=points.index)


def _joined(
    enterprises: gpd.GeoDataFrame,
    placings: Sequence[_Placing],
    case: np.ndarray,
    parcels: gpd.GeoDataFrame,
    buildings: gpd.GeoDataFrame,
) -> gpd.GeoDataFrame:
    """Return the firms as they are placed; ``case`` is the row of each one's placing."""
    frame = enterprises.copy()
    columns = {
        name: [getattr(placing.named, name) for placing in placings]
        for name in ("building_id", "parcel_id", "park_id")
    }
    columns["placed_by"] = [placing.placed_by for placing in placings]
    for name, values in columns.items():
        frame[name] = pd.Series(values, dtype="str").take(case).set_axis(frame.index)
    shapes = frame.geometry.to_numpy().copy()
    open_ones = np.flatnonzero(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    homeless = frame.iloc[open_ones]
    in_halls = _inner_points(buildings, "building_id", homeless["building_id"])
    in_plots = _inner_points(parcels, "parcel_id", homeless["parcel_id"])
    for row in open_ones.tolist():
        named = placings[case[row]].named
        shapes[row] = in_halls.get(named.building_id) or in_plots.get(named.parcel_id)
    return frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=WGS84))


def _inner_points(
    areas: gpd.GeoDataFrame, key: str, wanted: pd.Series[str]
) -> dict[str | None, Any]:
    """Return a point inside each valid geometry; what crosses itself has no sure inside."""
    named = areas[is_among(areas[key], wanted)]
    usable = named[named.geometry.notna() & named.geometry.is_valid]
    firsts = usable.drop_duplicates(key)
    points = firsts.geometry.representative_point()
    return {k: p for k, p in zip(firsts[key], points, strict=True) if not p.is_empty}


def _report(keys: pd.Series[str], placings: Sequence[_Placing], case: np.ndarray) -> JoinReport:
    tally = dict.fromkeys(PLACED_BY, 0)
    for placing, count in zip(placings, np.bincount(case).tolist(), strict=True):
        tally[placing.placed_by] += count
    # Few firms are worth a word.
    telling = [p.placed_by == "none" or bool(p.unknown or p.conflicts) for p in placings]
    rows = np.flatnonzero(np.array(telling, dtype=bool)[case]).tolist()
    named = keys.iloc[rows].fillna("")
    pairs = [(key, placings[case[row]]) for key, row in zip(named, rows, strict=True)]
    return JoinReport(
        counts=tally,
        unplaced=tuple(key for key, placing in pairs if placing.placed_by == "none"),
        unknown=tuple((key, *note) for key, placing in pairs for note in placing.unknown),
        conflicts=tuple((key, *note) for key, placing in pairs for note in placing.conflicts),
    )


def _plot_states(parcels: pd.DataFrame, blocked: set[str]) -> pd.Series[str]:
    """Return the one state of each plot; the first that fits."""
    supply, progress = parcels["supply_state"], parcels["development_state"]
    use = parcels["land_use_code"].fillna("").str[:2]
    ready = parcels["net_land"].fillna(False).astype(bool)
    free = ready & (progress == "not_started") & ~parcels["parcel_id"].isin(blocked)
    cases = {
        "infrastructure": use.isin(INFRASTRUCTURE),
        "idle": progress.isin(_IDLE),
        "built": progress == "built",
        "construction": progress == "construction",
        "reserved": supply == "reserved",
        "offer": supply.isin(_OFFERED) & free,
        "unapproved": supply == "unapproved",
        "not_started": (supply == "supplied") & (progress == "not_started"),
    }
    chosen = np.select(list(cases.values()), list(cases), default="pending")
    return pd.Series(chosen, index=parcels.index, dtype="str")


def _known_area_m2(shapes: gpd.GeoSeries) -> pd.Series[float]:
    """Return the area, NaN for a point: it stands for an extent that is not known."""
    return ellipsoidal_area_m2(shapes).where(shapely.get_dimensions(shapes.to_numpy()) == 2)


def _counted(keys: pd.Series[Any], values: pd.Series[Any]) -> pd.Series[Any]:
    """Return the value of each key, nought where there is none."""
    return keys.map(values).fillna(0).astype(values.dtype)


def _land_columns(land: pd.DataFrame) -> dict[str, pd.Series[Any]]:
    plots = land[land["state"] != "infrastructure"].groupby("family")
    areas = {
        f"land_{state}_mu": land[land["state"] == state].groupby("family")["area_mu"].sum()
        for state in PLOT_STATES
    }
    return {
        "plots": plots.size(),
        "plots_on_offer": plots["on_offer"].sum().astype("int64"),
        **areas,
    }


def _hall_parks(buildings: pd.DataFrame, parcels: pd.DataFrame) -> pd.Series[Any]:
    """Return the park of each hall: its own word, else that of its plot."""
    plots = parcels.dropna(subset="parcel_id").drop_duplicates("parcel_id")
    by_plot = buildings["parcel_id"].map(plots.set_index("parcel_id")["park_id"])
    return buildings["park_id"].fillna(by_plot)


def _hall_columns(halls: pd.DataFrame) -> dict[str, pd.Series[Any]]:
    vacant = halls[halls["state"] == "vacant"]
    return {
        "halls": halls.groupby("family").size(),
        "halls_vacant_m2": vacant.groupby("family")["area_m2"].sum(),
    }


def _firm_columns(firms: pd.DataFrame, stages: Sequence[str]) -> dict[str, pd.Series[Any]]:
    columns = {"firms": firms.groupby("family").size()}
    for stage in stages:
        columns[f"firms_{stage}"] = firms[firms["stage"] == stage].groupby("family").size()
    return columns
