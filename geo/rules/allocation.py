"""Enterprise against parcel: what the register of firms and the plots say of each other.

ENTERPRISE_OUTSIDE_PARCEL, ENTERPRISE_ON_UNSUPPLIED, PARCEL_DOUBLE_ALLOCATED,
SUPPLIED_WITHOUT_ENTERPRISE and INDUSTRY_NOT_PERMITTED.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry import mapping

from geo.crs import WGS84, ellipsoidal_length_m
from geo.i18n import LANGUAGES
from geo.model import (
    COUNTABLE_STAGES,
    DRAWN_NATURES,
    INFRASTRUCTURE,
    SUPPLY_STATES,
    Finding,
)
from geo.rules.claims import REFERENCES, find_claims
from geo.rules.codes import split_list
from geo.rules.finding import Context, clean, phrase

_TOLERANCE_M = 20.0
_AT_WORK = ("construction", "operating")
_NOT_SUPPLIED = tuple(state for state in SUPPLY_STATES if state != "supplied")
_PAST_TALKS = (*COUNTABLE_STAGES, "closed")


@dataclass(frozen=True)
class _Land:
    """The firms, the plots, and every claim of the ones to the others."""

    context: Context
    firm_layer: str
    plot_layer: str
    firms: pd.DataFrame
    plots: pd.DataFrame
    claims: pd.DataFrame

    def of_firms(self, claims: pd.DataFrame, chosen: pd.Series[bool]) -> pd.DataFrame:
        """Return the claims of the firms that are chosen."""
        return claims[chosen.to_numpy(dtype=bool)[claims["firm"]]]

    def to_plots(self, claims: pd.DataFrame, chosen: pd.Series[bool]) -> pd.DataFrame:
        """Return the claims to the plots that are chosen."""
        return claims[chosen.to_numpy(dtype=bool)[claims["plot"]]]

    def is_drawn(self, claims: pd.DataFrame) -> np.ndarray:
        """Return whether the plot of each claim has an outline that is only a picture."""
        drawn = self.plots["nature"].isin(DRAWN_NATURES).to_numpy(dtype=bool)
        return np.asarray(drawn[claims["plot"]], dtype=bool)

    def firm_name(self, row: int) -> str:
        """Return what a message calls a firm: its key and its name."""
        key, name = (self.firms[c].iloc[row] for c in ("enterprise_id", "name_zh"))
        return " ".join(text for text in (key, name) if isinstance(text, str)) or f"#{row + 1}"

    def plot_key(self, row: int) -> str:
        """Return the key of a plot, or its row."""
        return self.context.record(self.plot_layer, row).key or f"#{row + 1}"


def check(context: Context) -> Iterator[Finding]:
    """Return where firms and plots contradict each other."""
    land = _land(context)
    if land is None:
        return
    yield from _check_positions(land)
    yield from _check_supply(land)
    yield from _check_holders(land)
    yield from _check_vacancy(land)
    yield from _check_industries(land)


def _land(context: Context) -> _Land | None:
    """Return firms and plots; ``None`` if a file that tells of them could not be read."""
    kinds = ("enterprises", "parcels", "buildings", "parks")
    if any(context.is_unread(kind) for kind in kinds):
        return None
    layers = [next(context.of_kind(kind), None) for kind in kinds]
    if None in layers:
        return None
    (firms, firm_frame), (plots, plot_frame), (_, halls), (_, parks) = filter(None, layers)
    claims = find_claims(firm_frame, plot_frame, halls, parks)
    return _Land(context, firms, plots, firm_frame, plot_frame, claims)


def _check_positions(land: _Land) -> Iterator[Finding]:
    """Return the firms whose own position lies outside every plot that is said to be theirs."""
    written = land.claims[land.claims["way"].isin(REFERENCES) & ~land.is_drawn(land.claims)]
    gaps = _gaps_m(land, written)
    nearest = gaps.sort_values(["gap_m", "plot"]).drop_duplicates("firm")
    tolerance = _tolerance_m(land.context)
    # A firm of several plots may stand on one whose outline is only a picture.
    unsure = land.claims["firm"][land.is_drawn(land.claims)]
    far = nearest[(nearest["gap_m"] > tolerance) & ~nearest["firm"].isin(unsure)]
    columns = (far[name].tolist() for name in ("firm", "plot", "gap_m"))
    for firm, plot, gap in sorted(zip(*columns, strict=True)):
        key = land.plot_key(plot)
        yield land.context.finding(
            "ENTERPRISE_OUTSIDE_PARCEL",
            land.firm_layer,
            land.context.record(land.firm_layer, firm),
            detail=key,
            field="parcel_id",
            expected=f"≤ {tolerance:g} m",
            actual=f"{gap:.0f} m",
            geometry=mapping(land.firms["geometry"].iloc[firm]),
            plot=key,
        )


def _tolerance_m(context: Context) -> float:
    return context.config.rule("ENTERPRISE_OUTSIDE_PARCEL").limit("tolerance_m", _TOLERANCE_M)


def _gaps_m(land: _Land, claims: pd.DataFrame) -> pd.DataFrame:
    """Return the claims with the metres from the firm to the plot, nought inside.

    Claims without a sound outline are left out, and those without a position in the region: of
    one that is elsewhere DATUM_SUSPECT or AXES_SWAPPED speaks.
    """
    points, shapes = _shapes(land.firms, claims["firm"]), _shapes(land.plots, claims["plot"])
    known = shapely.intersects(points, shapely.box(*land.context.config.region.bbox))
    known &= shapely.is_valid(shapes) & (shapely.get_dimensions(shapes) == 2)
    gaps = np.zeros(int(known.sum()))
    outside = ~shapely.intersects(points[known], shapes[known])
    gaps[outside] = _apart_m(points[known][outside], shapes[known][outside])
    return pd.DataFrame(claims[known]).assign(gap_m=gaps)


def _shapes(frame: pd.DataFrame, rows: pd.Series[int]) -> np.ndarray:
    if not isinstance(frame, gpd.GeoDataFrame):
        return np.full(len(rows), None, dtype=object)
    return np.asarray(frame.geometry.to_numpy()[rows.to_numpy()], dtype=object)


def _apart_m(points: np.ndarray, shapes: np.ndarray) -> np.ndarray:
    """Return the metres along the ellipsoid from each point to the nearest of its shape."""
    # Degrees of longitude are shorter than those of latitude: nearest must mean metres.
    narrow = np.cos(np.radians(shapely.get_y(points)))
    lines = shapely.shortest_line(_narrowed(points, narrow), _narrowed(shapes, narrow))
    series = gpd.GeoSeries(_narrowed(lines, 1 / narrow), crs=WGS84)
    return ellipsoidal_length_m(series).to_numpy(dtype=float)


def _narrowed(shapes: np.ndarray, by: np.ndarray) -> np.ndarray:
    coordinates, owner = shapely.get_coordinates(shapes, return_index=True)
    coordinates[:, 0] *= by[owner]
    return np.asarray(shapely.set_coordinates(shapes.copy(), coordinates), dtype=object)


def _check_supply(land: _Land) -> Iterator[Finding]:
    """Return the firms that build or work on land that was never supplied."""
    claims = land.of_firms(land.claims, land.firms["stage"].isin(_AT_WORK))
    wrong = land.to_plots(claims, land.plots["supply_state"].isin(_NOT_SUPPLIED))
    for firm, plot in _each_pair(wrong[_is_sure(land, wrong)]):
        key, state = land.plot_key(plot), str(land.plots["supply_state"].iloc[plot])
        stage = str(land.firms["stage"].iloc[firm])
        yield land.context.finding(
            "ENTERPRISE_ON_UNSUPPLIED",
            land.firm_layer,
            land.context.record(land.firm_layer, firm),
            detail=key,
            field="parcel_id",
            expected="supplied",
            actual=state,
            plots=(key,),
            plot=key,
            stage=phrase(f"stage.{stage}"),
            state=phrase(f"supply_state.{state}"),
        )


def _is_sure(land: _Land, claims: pd.DataFrame) -> np.ndarray:
    """Return which claims hold: a position must lie well inside an outline that is no picture."""
    here = (claims["way"] == "position").to_numpy()
    edges = _shapes(land.plots, claims["plot"])[here]
    sound = shapely.is_valid(edges) & ~land.is_drawn(claims)[here]
    depth = np.zeros(len(edges))
    points = _shapes(land.firms, claims["firm"])[here][sound]
    depth[sound] = _apart_m(points, shapely.boundary(edges[sound]))
    sure = ~here
    sure[here] = depth > _tolerance_m(land.context)
    return np.asarray(sure, dtype=bool)


def _each_pair(claims: pd.DataFrame) -> Iterator[tuple[int, int]]:
    """Return the rows of firm and plot of the claims, each pair once."""
    pairs = claims[["firm", "plot"]].drop_duplicates()
    yield from zip(pairs["firm"].tolist(), pairs["plot"].tolist(), strict=True)


def _check_holders(land: _Land) -> Iterator[Finding]:
    """Return the plots that several firms with an agreement hold: tenants of halls do not."""
    written = land.claims[land.claims["way"].isin(REFERENCES)]
    claims = land.of_firms(written, land.firms["stage"].isin(COUNTABLE_STAGES))
    pairs = [claims["firm"], claims["plot"]]
    is_tenant = (claims["way"] == "building_id").groupby(pairs).transform("any")
    held = claims[~is_tenant.astype(bool)]
    pairs_held = held[["firm", "plot"]].drop_duplicates()
    shared = pairs_held[pairs_held["plot"].duplicated(keep=False)]
    for plot in shared["plot"].drop_duplicates().tolist():
        firms = shared["firm"][shared["plot"] == plot].tolist()
        names = sorted(land.firm_name(row) for row in firms)
        yield land.context.finding(
            "PARCEL_DOUBLE_ALLOCATED",
            land.plot_layer,
            land.context.record(land.plot_layer, plot),
            field="enterprise_id",
            expected="1",
            actual=str(len(names)),
            firms="、".join(names),
        )


def _check_vacancy(land: _Land) -> Iterator[Finding]:
    """Return the supplied plots of which no firm is known, infrastructure apart.

    Where nobody has entered any firm yet, nothing is said of single plots.
    """
    if land.firms.empty:
        return
    plots = land.plots
    past = land.of_firms(land.claims, land.firms["stage"].isin(_PAST_TALKS))
    held = np.isin(np.arange(len(plots)), past["plot"])
    held |= plots["enterprise_id"].notna().to_numpy()
    empty = is_supplied_for_use(plots) & ~held
    for record in land.context.records(land.plot_layer, empty):
        yield land.context.finding(
            "SUPPLIED_WITHOUT_ENTERPRISE", land.plot_layer, record, field="enterprise_id"
        )


def is_supplied_for_use(plots: pd.DataFrame) -> np.ndarray:
    """Return which plots are supplied and are no infrastructure."""
    serves = plots["land_use_code"].str[:2].isin(INFRASTRUCTURE)
    return np.asarray((plots["supply_state"] == "supplied") & ~serves, dtype=bool)


def _check_industries(land: _Land) -> Iterator[Finding]:
    """Return the firms whose industry is for certain none of those that their plot permits."""
    claims = land.to_plots(land.claims, land.plots["permitted_industries"].notna())
    known = land.firms["industry_code"].notna() & ~land.firms["stage"].isin(["closed"])
    claims = land.of_firms(claims, known)
    for firm, plot in _each_pair(claims[_is_sure(land, claims)]):
        code = str(land.firms["industry_code"].iloc[firm])
        permitted = split_list(land.plots["permitted_industries"].iloc[plot])
        if not _is_excluded(land.context, code, permitted):
            continue
        key = land.plot_key(plot)
        yield land.context.finding(
            "INDUSTRY_NOT_PERMITTED",
            land.firm_layer,
            land.context.record(land.firm_layer, firm),
            detail=key,
            field="industry_code",
            expected=";".join(permitted),
            actual=code,
            plot=key,
            trade=_trade(land.context, code),
        )


def _trade(context: Context, code: str) -> Mapping[str, str]:
    label = context.codes.industry.label(code) or dict.fromkeys(LANGUAGES, code)
    return {lang: clean(text) for lang, text in label.items()}


def _is_excluded(context: Context, code: str, permitted: list[str]) -> bool:
    """Return whether a plot rules an industry out; what is not known rules nothing out.

    A plot for C19 takes C195. A firm that is only known to be of C19 may be of the C195 that
    the plot is for.
    """
    industry = context.codes.industry
    if not permitted or not all(map(industry.known, [code, *permitted])):
        return False
    return not any(industry.covers(p, code) or industry.covers(code, p) for p in permitted)
