"""AREA_MISMATCH: areas as declared against areas as measured."""

from __future__ import annotations

from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.crs import ellipsoidal_area_m2, to_mu
from geo.model import DRAWN_NATURES, MU_M2, Finding
from geo.rules.finding import Context


def check(context: Context) -> Iterator[Finding]:
    """Return the plots and surveyed parks whose declared area is not that of their outline."""
    for layer, frame in context.of_kind("parcels"):
        measured = ~frame["nature"].isin(DRAWN_NATURES)
        yield from _check_area(context, layer, frame, "declared_area_mu", measured)
    for layer, frame in context.of_kind("parks"):
        measured = frame["nature"] == "surveyed"
        yield from _check_area(context, layer, frame, "planned_area_mu", measured)


def _check_area(
    context: Context, layer: str, frame: pd.DataFrame, column: str, measured: pd.Series[bool]
) -> Iterator[Finding]:
    if not isinstance(frame, gpd.GeoDataFrame):
        return
    shapes = frame.geometry.to_numpy()
    usable = shapely.is_valid(shapes) & (shapely.get_dimensions(shapes) == 2)
    usable &= measured.to_numpy(dtype=bool) & frame[column].notna().to_numpy()
    rows = np.flatnonzero(usable)
    declared = frame[column].iloc[rows]
    found = to_mu(ellipsoidal_area_m2(frame.geometry.iloc[rows]))
    apart = (declared - found).abs()
    share = context.config.rule("AREA_MISMATCH").threshold("tolerance_share")
    # A number beyond all measure is told by its bounds; its difference may be infinite.
    off = (apart > share * declared) & np.isfinite(apart * MU_M2)
    for row in rows[off.to_numpy()]:
        yield context.finding(
            "AREA_MISMATCH",
            layer,
            context.record(layer, int(row)),
            field=column,
            expected=f"{found.loc[frame.index[row]]:.2f}",
            actual=f"{declared.loc[frame.index[row]]:.2f}",
            area_m2=round(float(apart.loc[frame.index[row]] * MU_M2), 1),
        )
