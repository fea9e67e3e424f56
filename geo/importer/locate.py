"""The geometry of a file's rows in longitude and latitude, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geo.i18n import LANGUAGES
from geo.i18n import message as text
from geo.importer.anchors import Anchor
from geo.importer.candidates import BBox, Place
from geo.importer.datum import Decision, apply, apply_to_columns, decide
from geo.importer.merge import without_needless_multi
from geo.importer.model import Options, Question, Remark, RowFault, Table
from geo.model import Kind

LON, LAT = "lon", "lat"
_DECIMALS = 9
"""Of degrees: 0.1 mm. More is noise of the conversion and would make every import differ."""

_MOST_ANCHORS = 10_000
_PLACES = {
    "parcel_id": ("parcels", "plot"),
    "building_id": ("buildings", "plot"),
    "park_id": ("parks", "park"),
}
_TYPES = {
    "Point": 0,
    "LineString": 1,
    "Polygon": 3,
    "MultiLineString": 5,
    "MultiPolygon": 6,
}


@dataclass(frozen=True)
class Surroundings:
    """What is known of the site, to judge numbers by.

    Parameters
    ----------
    region
        Where data may lie at all, in degrees.
    home
        Extents of the counties.
    places
        Places with names.
    references
        Layers by kind, to find the plots and parks that rows name.
    """

    region: BBox
    home: Sequence[BBox]
    places: Sequence[Place]
    references: Mapping[str, pd.DataFrame]

    @classmethod
    def of(cls, region: BBox, layers: Mapping[str, pd.DataFrame]) -> Surroundings:
        """Return the surroundings that the layers, by kind, describe."""
        counties = layers.get("counties")
        drawn = counties.geometry.dropna() if isinstance(counties, gpd.GeoDataFrame) else ()
        places = list(_named(layers.get("places")))
        return cls(region, [shape.bounds for shape in drawn], places, layers)


@dataclass
class Located:
    """Where the rows of a file lie.

    Parameters
    ----------
    shapes
        One geometry in EPSG:4326 per row, or ``None``.
    decision
        What the numbers were taken for; ``None`` if the file has none.
    """

    shapes: np.ndarray
    decision: Decision | None = None
    faults: list[RowFault] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)


def locate(
    table: Table,
    frame: pd.DataFrame,
    kind: Kind,
    options: Options,
    *,
    headings: Mapping[str, str],
    around: Surroundings,
) -> Located:
    """Return the geometry of every row, decided by what the file, the person and the site say.

    ``frame`` is parallel to the rows, with keys and references filled in; a file without
    geometry may have ``lon`` and ``lat`` there. While a question is open there are no shapes.
    Raises ``ImportRefused`` as :func:`geo.importer.datum.decide` does.
    """
    located = Located(_nothing(len(table.rows)))
    work = _Work(located, table, frame, kind, options, headings.get(LON, ""), around)
    drawn = table.geometries
    if drawn is not None and any(shape is not None for shape in drawn):
        work.locate_shapes(drawn)
    elif "Point" in kind.geometry and LON in frame and LAT in frame:
        work.locate_points()
    if kind.is_layer:
        work.check_types()
    return located


@dataclass(frozen=True)
class _Work:
    located: Located
    table: Table
    frame: pd.DataFrame
    kind: Kind
    options: Options
    column: str
    around: Surroundings

    def locate_shapes(self, drawn: Sequence[BaseGeometry | None]) -> None:
        for place, reason in self.table.bad_geometry:
            self.blame([place], reason)
        decision = self.decide(drawn)
        if decision.question is None:
            shapes = apply(decision, drawn).to_numpy()
            given = np.array([shape is not None for shape in drawn])
            self.blame(np.flatnonzero(given & shapely.is_missing(shapes)), "outside_crs")
            self.located.shapes = _tidy(shapes)

    def locate_points(self) -> None:
        first, second = (
            self.frame[name].to_numpy(dtype=float, na_value=np.nan) for name in (LON, LAT)
        )
        given = np.isfinite(first), np.isfinite(second)
        self.blame(np.flatnonzero(given[0] != given[1]), "half_position")
        decision = self.decide(np.column_stack([first, second]))
        if decision.question is None:
            lon, lat = apply_to_columns(decision, first, second)
            here = np.isfinite(lon) & np.isfinite(lat)
            self.blame(np.flatnonzero(given[0] & given[1] & ~here), "outside_crs")
            self.located.shapes[here] = _tidy(shapely.points(lon[here], lat[here]))

    def decide(self, numbers: np.ndarray | Sequence[BaseGeometry | None]) -> Decision:
        decision = decide(
            numbers,
            self.table.evidence,
            self.options,
            region=self.around.region,
            anchors=list(self.anchors()),
            home=self.around.home,
            places=self.around.places,
        )
        self.located.decision = decision
        self.located.remarks.extend(decision.remarks)
        if decision.question is not None:
            self.located.questions.append(decision.question)
        return decision

    def anchors(self) -> Iterator[Anchor]:
        """Return where rows are known to lie: their outline so far, plot, hall or park."""
        own = "park" if self.kind.name == "parks" else "plot"
        known = {self.kind.key: (self.kind.name, own), **_PLACES}
        sources = [
            (self.frame[column].tolist(), _outlines(self.around.references.get(name), column), size)
            for column, (name, size) in known.items()
            if column in self.frame
        ]
        for index in range(0, len(self.frame), -(-len(self.frame) // _MOST_ANCHORS) or 1):
            found = ((outlines.get(keys[index]), size) for keys, outlines, size in sources)
            for outline, size in found:
                if outline is not None:
                    yield Anchor(
                        index, outline[0], "park" if size == "park" else "plot", outline[1]
                    )
                    break

    def check_types(self) -> None:
        """Take the shapes that the layer cannot hold, and name their rows."""
        types = shapely.get_type_id(self.located.shapes)
        allowed = [_TYPES[name] for name in self.kind.geometry]
        wrong = np.flatnonzero((types >= 0) & ~np.isin(types, allowed))
        self.blame(wrong, "wrong_type")
        self.located.shapes[wrong] = None

    def blame(self, places: Iterable[int], reason: str) -> None:
        message = {
            lang: text("fault.GEOMETRY_EMPTY", lang, problem=text(f"reason.{reason}", lang))
            for lang in LANGUAGES
        }
        for place in places:
            row = self.table.rows[int(place)]
            self.located.faults.append(
                RowFault(row, self.column, "GEOMETRY_EMPTY", "error", message, fatal=True)
            )


def _outlines(layer: pd.DataFrame | None, key: str) -> dict[object, tuple[BaseGeometry, str]]:
    if not isinstance(layer, gpd.GeoDataFrame) or key not in layer:
        return {}
    shapes = layer.geometry.to_numpy()
    usable = (shapely.get_dimensions(shapes) == 2) & shapely.is_valid(shapes)
    rows = zip(layer[key], shapes, layer["nature"], usable, strict=True)
    return {key: (shape, str(nature)) for key, shape, nature, ok in rows if ok}


def _tidy(shapes: np.ndarray) -> np.ndarray:
    """Return the shapes with steady decimals, rings as RFC 7946 has them, no needless multi."""
    rounded = np.asarray(shapely.transform(shapes, lambda xy: np.round(xy, _DECIMALS)))
    areas = shapely.get_dimensions(rounded) == 2
    rounded[areas] = shapely.orient_polygons(rounded[areas], exterior_cw=False)
    return without_needless_multi(rounded)


def _named(places: pd.DataFrame | None) -> Iterator[Place]:
    if not isinstance(places, gpd.GeoDataFrame):
        return
    for zh, en, shape in zip(places["name_zh"], places["name_en"], places.geometry, strict=True):
        if shape is not None and isinstance(zh, str):
            yield Place({"zh": zh, "en": en if isinstance(en, str) else zh}, shape.x, shape.y)


def _nothing(count: int) -> np.ndarray:
    shapes = np.empty(count, dtype=object)
    shapes[:] = None
    return shapes
