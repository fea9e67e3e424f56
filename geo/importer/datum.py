"""Where the numbers of a file lie: grid, axis order and datum, how sure, and why.

The evidence is weighed in this order: what the person says, the coordinate system of the
container, the header of the file, the zone number in front of the eastings, and then which
reading puts the data into this region and the records into their known plots. Numbers never
tell a datum by themselves. Where the evidence is weak the decision is a question.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.crs import WGS84, to_lonlat
from geo.errors import ImportRefused
from geo.grids import OLD_DATUMS
from geo.importer.anchors import Anchor, evenly
from geo.importer.candidates import (
    BBox,
    Candidate,
    Place,
    datum_words,
    find_candidates,
    grid_words,
    mostly_within,
    turned,
    where_words,
)
from geo.importer.claims import Claim, contradicts_file, understand_claims
from geo.importer.evidence import (
    DatumChoice,
    GridChoice,
    Known,
    choose_datum,
    choose_grid,
    join,
)
from geo.importer.model import Answer, Bilingual, CrsEvidence, Options, Question, Remark
from geo.rules.finding import phrase

Numbers = np.ndarray | Sequence[BaseGeometry | None]
"""Geometries in the numbers of the file, or rows of two numbers, NaN where one is missing."""

_CHINA = (73.0, 3.0, 136.0, 54.0)
_MOST_SAMPLED = 2_000
_MOST_ANSWERS = 8


@dataclass(frozen=True)
class Decision:
    """What the numbers of a file were taken for.

    Parameters
    ----------
    datum
        ``wgs84``, ``cgcs2000``, ``gcj02``, ``bd09``, or an old one with its parameters;
        ``None`` while it is asked for.
    crs
        ``EPSG:n`` of the grid; ``None`` while it is asked for.
    northing_first
        Whether the first of the two numbers, as given, is the northing or latitude.
    confidence
        Between 0 and 1; 0 while something is asked for.
    why
        The evidence, in sentences.
    question
        What has to be answered before the decision can be applied.
    remarks
        What the person should know besides.
    """

    datum: str | None
    crs: str | None
    northing_first: bool
    confidence: float
    why: Bilingual
    question: Question | None = None
    remarks: tuple[Remark, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return what was understood as JSON, without question and remarks."""
        return {
            "datum": self.datum,
            "crs": self.crs,
            "northing_first": self.northing_first,
            "confidence": round(self.confidence, 2),
            "why": dict(self.why),
        }


def decide(
    numbers: Numbers,
    evidence: CrsEvidence,
    options: Options,
    *,
    region: BBox,
    anchors: Sequence[Anchor] = (),
    home: Sequence[BBox] = (),
    places: Sequence[Place] = (),
) -> Decision:
    """Return what the numbers mean, or the question that has to be answered first.

    Parameters
    ----------
    numbers
        Geometries, or an array of two columns (longitude and latitude, or easting and
        northing, in either order).
    evidence, options
        What the file and the person say.
    region
        Where data may lie at all, in degrees of WGS84.
    anchors
        Known places of records, in WGS84.
    home
        Where data of this site lie, as the extents of its counties; tells zones apart.
    places
        Known places by name, to say where a zone would put the data.

    Raises
    ------
    ImportRefused
        As :func:`geo.importer.claims.understand_claims` does; OUTSIDE_REGION,
        CRS_CONTRADICTED, NUMBERS_NOT_COORDINATES or CRS_NOT_OF_DATUM if the numbers fit
        nothing that is said or known.
    """
    claim = understand_claims(evidence, options)
    points = _positions(numbers)
    here = np.flatnonzero(np.isfinite(points).all(axis=1))
    if not len(here):
        return Decision("wgs84", WGS84, False, 1.0, phrase("datum.nothing"))
    sample = points[here[:: -(-len(here) // _MOST_SAMPLED)]]
    found = find_candidates(sample, [region])
    fitting = [c for c in found if claim.allows(c.grid)] or _beyond_zone(sample, claim, home)
    if not fitting:
        return _contradicted(sample, claim, found, places)
    known = _known(numbers, points, anchors)
    grid = choose_grid(fitting, claim, known, home)
    if len(grid.left) > 1:
        question = _crs_question("datum.question_crs", grid.left, claim, places)
        return Decision(None, None, False, 0.0, join(grid.why), question)
    candidate = grid.left[0]
    _refuse_foreign_grid(candidate, claim)
    datum = choose_datum(candidate, claim, known)
    remarks = _remarks(candidate, claim, evidence, home)
    return _decided(grid, datum, (*remarks, *_control_point(candidate, datum.name, sample)))


def apply(decision: Decision, geometries: Sequence[BaseGeometry | None]) -> gpd.GeoSeries:
    """Return the geometries in EPSG:4326, longitude first, in their order.

    A missing geometry stays missing, and one whose numbers the decided grid cannot place
    (degrees among metres) becomes missing: the caller compares. Raises ``ValueError`` if the
    decision still has a question.
    """
    shapes = shapely.force_2d(_shapes(geometries))
    xy, owner = shapely.get_coordinates(shapes, return_index=True)
    lonlat = _place(decision, xy)
    lost = np.unique(owner[np.isnan(lonlat[:, 0])])
    shapes[lost] = None
    shapes = shapely.set_coordinates(shapes, lonlat[~np.isin(owner, lost)])
    return gpd.GeoSeries(shapes, crs=WGS84)


def apply_to_columns(
    decision: Decision, first: np.ndarray, second: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return longitude and latitude in WGS84 of two columns of numbers.

    Both are NaN where either number is missing or cannot be placed. Raises ``ValueError``
    if the decision still has a question.
    """
    lonlat = _place(decision, np.column_stack([first, second]))
    return lonlat[:, 0], lonlat[:, 1]


def _decided(grid: GridChoice, datum: DatumChoice, remarks: tuple[Remark, ...]) -> Decision:
    """Return the decision for one grid, its datum known or asked for."""
    candidate = grid.left[0]
    return Decision(
        datum.name,
        candidate.crs_on(datum.name or "wgs84"),
        candidate.northing_first,
        min(grid.confidence, datum.confidence),
        join((*grid.why, *datum.why)),
        datum.question,
        (*datum.remarks, *remarks),
    )


def _place(decision: Decision, xy: np.ndarray) -> np.ndarray:
    if decision.datum is None or decision.crs is None or decision.question is not None:
        msg = "the decision waits for an answer"
        raise ValueError(msg)
    xy = turned(xy, northing_first=decision.northing_first)
    return to_lonlat(xy, crs=decision.crs, datum=decision.datum)


def _shapes(geometries: Numbers) -> np.ndarray:
    shapes = np.empty(len(geometries), dtype=object)
    shapes[:] = geometries
    return shapes


def _positions(numbers: Numbers) -> np.ndarray:
    """Return a row of two numbers per record: the middle of its extent, or as given."""
    if isinstance(numbers, np.ndarray) and numbers.ndim == 2:
        return numbers.astype(float)
    bounds = shapely.bounds(_shapes(numbers))
    return np.asarray(bounds[:, :2] / 2 + bounds[:, 2:] / 2)


def _known(numbers: Numbers, points: np.ndarray, anchors: Sequence[Anchor]) -> Known:
    """Return the anchors whose records have a position, with a position inside the shape."""
    kept = evenly([a for a in anchors if np.isfinite(points[a.index]).all()])
    rows = [anchor.index for anchor in kept]
    xy = points[rows].reshape(-1, 2)
    if not (isinstance(numbers, np.ndarray) and numbers.ndim == 2) and rows:
        inner = shapely.point_on_surface(_shapes(numbers)[rows])
        xy = np.column_stack([shapely.get_x(inner), shapely.get_y(inner)])
    return Known(kept, xy)


def _beyond_zone(sample: np.ndarray, claim: Claim, home: Sequence[BBox]) -> list[Candidate]:
    """Return readings so far from the stated meridian that the zone number looks wrong.

    Rare but sound: a county drawn in a distant zone. Only at home, for elsewhere it is much
    likelier that the statement is wrong.
    """
    if claim.meridian is None:
        return []
    found = find_candidates(sample, home, beyond=True)
    return [candidate for candidate in found if claim.allows(candidate.grid)]


def _refuse_foreign_grid(candidate: Candidate, claim: Claim) -> None:
    family = (claim.datum or "").partition(":")[0]
    if family in OLD_DATUMS and candidate.grid.kind in ("utm", "web"):
        crs = candidate.crs_on("wgs84")
        raise ImportRefused("CRS_NOT_OF_DATUM", crs=crs, datum=claim.datum)


def _contradicted(
    sample: np.ndarray, claim: Claim, found: list[Candidate], places: Sequence[Place]
) -> Decision:
    """Return the question for a claim that the numbers contradict; refuse where none is left."""
    extent = _extent(sample)
    abroad = [c for c in find_candidates(sample, [_CHINA]) if claim.allows(c.grid)]
    if abroad:
        lon, lat = (f"{degree:.3f}" for degree in abroad[0].centre)
        raise ImportRefused("OUTSIDE_REGION", lon=lon, lat=lat, extent=extent)
    if not found:
        raise ImportRefused("NUMBERS_NOT_COORDINATES", extent=extent)
    if claim.by == "options":
        raise ImportRefused("CRS_CONTRADICTED", said=claim.words, extent=extent)
    question = _crs_question("datum.question_contradiction", found, claim, places)
    return Decision(None, None, False, 0.0, phrase("datum.numbers", extent=extent), question)


def _crs_question(
    key: str, candidates: Sequence[Candidate], claim: Claim, places: Sequence[Place]
) -> Question:
    answers = tuple(_crs_answer(c, claim, places) for c in candidates[:_MOST_ANSWERS])
    return Question("crs", phrase(key, said=claim.words), answers)


def _crs_answer(candidate: Candidate, claim: Claim, places: Sequence[Place]) -> Answer:
    usual = "cgcs2000" if candidate.grid.kind == "gauss" else "wgs84"
    family = (claim.datum or usual).partition(":")[0]
    datum = family if candidate.grid.kind == "gauss" and family in OLD_DATUMS else usual
    label = phrase(
        "datum.answer_crs",
        datum=datum_words(datum),
        grid=grid_words(candidate.grid),
        where=where_words(candidate.centre, places),
    )
    return Answer(candidate.crs_on(datum), label)


def _remarks(
    candidate: Candidate, claim: Claim, evidence: CrsEvidence, home: Sequence[BBox]
) -> tuple[Remark, ...]:
    """Return what the person should know about the reading, apart from the datum."""
    remarks = []
    if candidate.northing_first:
        degrees = candidate.grid.kind in ("degrees", "web")
        remarks.append(Remark("AXES_SWAPPED" if degrees else "NORTHING_FIRST"))
    if claim.zone not in (None, candidate.grid.zone):
        remarks.append(Remark("ZONE_NUMBER_DIFFERS", {"said": claim.words}))
    if file_says := contradicts_file(claim, evidence):
        remarks.append(Remark("FILE_SAYS_OTHERWISE", {"said": file_says}))
    if home and not mostly_within(candidate.lonlat, home):
        lon, lat = (f"{degree:.3f}" for degree in candidate.centre)
        remarks.append(Remark("FAR_FROM_HOME", {"lon": lon, "lat": lat}))
    return tuple(remarks)


def _control_point(
    candidate: Candidate, datum: str | None, sample: np.ndarray
) -> tuple[Remark, ...]:
    """Return one position before and after: rotations of the wrong sign do not show otherwise."""
    if datum is None or datum.partition(":")[0] not in OLD_DATUMS:
        return ()
    xy = turned(sample[:1], northing_first=candidate.northing_first)
    lon, lat = to_lonlat(xy, crs=candidate.crs_on(datum), datum=datum)[0]
    values = {"x": f"{sample[0, 0]:.10g}", "y": f"{sample[0, 1]:.10g}"}
    degrees = {"lon": f"{lon:.8f}", "lat": f"{lat:.8f}"}
    return (Remark("PARAMETERS_USED", {"datum": datum, **values, **degrees}),)


def _extent(sample: np.ndarray) -> str:
    (x, y), (most_x, most_y) = sample.min(axis=0), sample.max(axis=0)
    return f"{x:.10g} … {most_x:.10g}; {y:.10g} … {most_y:.10g}"
