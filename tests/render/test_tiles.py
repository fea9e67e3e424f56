"""Vector tiles, read with a decoder that was not written here: GDAL's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.render import tiles as module
from geo.render.tiles import Tileset, encode
from geo.render.tiles.clusters import cluster
from geo.render.tiles.cut import BUFFER, cut_shapes
from geo.render.tiles.grid import EXTENT
from geo.storage.tile_files import write_tiles
from tests.data.cadastre import make_cadastre, with_twice_the_corners

WORLD_M = 40_075_016.685578488
"""The side of the square of web maps in the metres of EPSG:3857."""

PIXEL = EXTENT // 512
"""Units in a pixel of the map, which draws a tile 512 pixels wide."""

CELL = 4 * PIXEL

HOSTILE = "\"><script>alert(1)</script>'; DROP TABLE tiles;--\x00\u202e"


def unit_m(zoom: int) -> float:
    return WORLD_M / 2**zoom / EXTENT


def plots_of(count: int = 600, seed: int = 0) -> gpd.GeoDataFrame:
    """Plots with the fields of the public edition, and one that tiles must not have."""
    frame = make_cadastre(count, seed=seed)
    random = np.random.default_rng(seed)
    return frame.assign(
        park_id=np.where(np.arange(count) < count // 2, "甲园", "B"),
        state=random.choice(["offer", "built", "idle"], count),
        land_use_code=random.choice(["100101", "0901"], count),
        nature="sample",
        on_offer=random.choice([True, False], count),
        area_mu=np.round(random.uniform(2, 9, count), 4),
        utilities="power:10 kV",
    )


def firms_of(count: int = 3_000) -> gpd.GeoDataFrame:
    random = np.random.default_rng(1)
    places = np.array([81.0, 37.0]) + random.random((count, 2)) * 0.08
    return gpd.GeoDataFrame(
        {
            "enterprise_id": [f"E{number:05}" for number in range(count)],
            "name_zh": [f"示例企业 {number:05}" for number in range(count)],
            "name_en": None,
            "stage": random.choice(["operating", "signed"], count),
            "nature": "sample",
            "uscc": "91653200TESTTEST00",
        },
        geometry=gpd.points_from_xy(*places.T),
        crs="EPSG:4326",
    )


def tileset_of(frame: gpd.GeoDataFrame, kind: str = "parcels") -> Tileset:
    key = {"parcels": "parcel_id", "enterprises": "enterprise_id"}.get(kind, "building_id")
    return Tileset(frame, layer=kind, key=key, kind=kind)


def written(folder: Path, tileset: Tileset) -> Path:
    path = folder / f"{tileset.layer}.mbtiles"
    path.unlink(missing_ok=True)
    write_tiles(path, tileset, title="地块 / Plots", attribution="示例")
    return path


def read(path: Path, zoom: int) -> gpd.GeoDataFrame:
    """Return all pieces of a zoom as they are in the tiles, with what lies around each tile."""
    return pyogrio.read_dataframe(path, ZOOM_LEVEL=str(zoom), CLIP="NO", use_arrow=False)


def read_tile(body: bytes) -> gpd.GeoDataFrame:
    """Return what a single tile holds, in a square of 4096 units whose y runs up."""
    return pyogrio.read_dataframe(body, use_arrow=False)


def whole(pieces: gpd.GeoDataFrame, key: str) -> gpd.GeoSeries:
    """Return every feature put together from its pieces in EPSG:3857."""
    return pieces[[key, "geometry"]].dissolve(key).geometry


@pytest.fixture(scope="module")
def plots() -> gpd.GeoDataFrame:
    return plots_of()


@pytest.fixture(scope="module")
def archive(plots: gpd.GeoDataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("tiles"), tileset_of(plots))


def test_every_plot_is_there_with_its_values_from_detail_on(
    plots: gpd.GeoDataFrame, archive: Path
) -> None:
    tileset = tileset_of(plots)
    for zoom in range(tileset.zooms.detail, tileset.zooms.maxzoom + 1):
        pieces = read(archive, zoom).drop_duplicates("parcel_id").set_index("parcel_id")
        expected = plots.set_index("parcel_id")
        assert set(pieces.index) == set(expected.index)
        for name in ("park_id", "state", "land_use_code", "nature", "on_offer"):
            assert (pieces[name].reindex(expected.index) == expected[name]).all(), name
        rows = pd.Series(np.arange(1, len(expected) + 1), index=expected.index)
        assert (pieces["mvt_id"].reindex(expected.index) == rows).all()


@pytest.mark.parametrize(("zoom", "units"), [(15, 0.75), (14, 8), (13, 8), (12, 8)])
def test_shapes_stay_within_less_than_half_a_pixel(
    plots: gpd.GeoDataFrame, archive: Path, zoom: int, units: float
) -> None:
    found = whole(read(archive, zoom), "parcel_id")
    expected = plots.set_index("parcel_id").to_crs(3857).geometry.reindex(found.index)
    far = shapely.hausdorff_distance(found.to_numpy(), expected.to_numpy(), densify=0.2)
    assert far.max() <= units * unit_m(zoom)


def test_neighbours_share_their_sides_in_every_tile() -> None:
    """A border of many corners between two plots, simplified and rounded once for both."""
    down = np.linspace(37.0, 37.004, 400)
    border = np.column_stack([81.002 + 0.0001 * np.sin(down * 40_000), down])
    sides = {"W": 81.0, "E": 81.004}
    shapes = [shapely.Polygon([*border, (x, 37.004), (x, 37.0)]) for x in sides.values()]
    frame = gpd.GeoDataFrame(
        {"parcel_id": list(sides), "park_id": "A"}, geometry=shapes, crs="EPSG:4326"
    )
    corners: dict[int, int] = {}
    for tile in tileset_of(frame).tiles():
        if tile.zoom >= 12:
            shapes = read_tile(tile.body).geometry.to_numpy()
            together = shapely.union_all(shapes)
            assert together.geom_type == "Polygon" and not together.interiors
            assert together.area == pytest.approx(shapely.area(shapes).sum(), rel=1e-9)
            count = int(shapely.get_num_coordinates(shapes).sum())
            corners[tile.zoom] = corners.get(tile.zoom, 0) + count
    assert corners[12] < corners[13] < corners[14] < corners[15] / 2


def test_blocks_of_plots_have_no_gap_at_any_detailed_zoom(tmp_path: Path) -> None:
    frame = with_twice_the_corners(make_cadastre(220)).assign(park_id="A")
    blocks = len(shapely.get_parts(frame.geometry.union_all().buffer(1e-7)))
    path = written(tmp_path, tileset_of(frame))
    for zoom in (12, 13, 14, 15):
        shapes = whole(read(path, zoom), "parcel_id").to_numpy()
        # Where three plots meet on a straight side, rounding leaves about a unit at most.
        closed = shapely.union_all(shapes).buffer(0.75 * unit_m(zoom))
        assert len(shapely.get_parts(closed)) == blocks
        assert not any(part.interiors for part in shapely.get_parts(closed))


def test_classes_add_up_to_the_layer_at_every_low_zoom(
    plots: gpd.GeoDataFrame, archive: Path
) -> None:
    for zoom in range(module.MINZOOM, tileset_of(plots).zooms.detail):
        classes = read(archive, zoom).drop_duplicates("mvt_id")
        assert classes["plots"].sum() == len(plots)
        assert classes["area_mu"].sum() == pytest.approx(plots["area_mu"].sum(), abs=1e-6)
        assert "parcel_id" not in classes or classes["parcel_id"].isna().all()


def test_a_class_counts_its_own_plots_and_those_too_few_for_a_cell(tmp_path: Path) -> None:
    frame = plots_of(600)
    east = frame.bounds["minx"] > frame.bounds["minx"].median()
    frame["state"] = np.where(east, "offer", "built")
    frame = frame.assign(land_use_code="0901", park_id="A")
    # In the middle of the western half.
    box = frame.total_bounds
    place = shapely.Point(box[0] * 0.75 + box[2] * 0.25, (box[1] + box[3]) / 2)
    few = int(np.argmin(shapely.distance(frame.geometry.to_numpy(), place)))
    frame.loc[few, "state"] = "idle"
    path = written(tmp_path, tileset_of(frame))
    for zoom in (9, 10, 11):
        found = read(path, zoom).drop_duplicates("mvt_id").set_index("state")
        expected = frame.groupby("state").agg(plots=("area_mu", "size"), area_mu=("area_mu", "sum"))
        # One plot has no cell of its own: it is counted where it lies.
        expected.loc["built"] += expected.loc["idle"]
        expected = expected.drop("idle")
        assert found["plots"].to_dict() == expected["plots"].to_dict()
        areas = found["area_mu"].reindex(expected.index).to_numpy()
        assert areas == pytest.approx(expected["area_mu"].to_numpy(), abs=1e-4)


def test_classes_lie_side_by_side_without_holes(plots: gpd.GeoDataFrame, archive: Path) -> None:
    """Roads between the blocks are narrower than a cell, so the land is one piece."""
    for zoom in range(8, tileset_of(plots).zooms.detail):
        shapes = read(archive, zoom).dissolve("mvt_id").geometry.to_numpy()
        together = shapely.union_all(shapes)
        assert together.area == pytest.approx(shapely.area(shapes).sum(), rel=1e-9), "overlap"
        assert not any(part.interiors for part in shapely.get_parts(together))
        land = plots.to_crs(3857).union_all()
        cell = CELL * unit_m(zoom)
        drawn = shapely.points(shapely.get_coordinates(together))
        assert shapely.distance(drawn, land).max() < 1.5 * cell
        corners = shapely.points(shapely.get_coordinates(land))
        assert shapely.distance(corners, together).max() < cell


def test_a_cell_is_four_pixels_wide_as_the_map_draws_it(archive: Path) -> None:
    """Sides of a class are whole cells long, and some one cell."""
    parts = shapely.get_parts(read(archive, 10).geometry.to_numpy())
    rings = [shapely.get_coordinates(ring) for ring in shapely.get_exterior_ring(parts)]
    sides = np.concatenate([np.abs(np.diff(ring, axis=0)).max(axis=1) for ring in rings])
    sides = sides / unit_m(10) / CELL
    assert sides == pytest.approx(np.rint(sides), abs=1e-3)
    assert sides.min() == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize(("apart", "found"), [(20, 1), (70, 2)])
def test_firms_within_64_pixels_of_the_map_are_one_disc(apart: int, found: int) -> None:
    side = 2.0**-10 / EXTENT
    start = np.array([700.0, 400.0]) * 2**-10
    places = np.array([start + side, start + side + [apart * PIXEL * side, 0]])
    assert len(cluster(places, 10).count) == found


def test_clusters_count_every_firm_once_at_every_zoom(tmp_path: Path) -> None:
    firms = firms_of()
    tileset = tileset_of(firms, "enterprises")
    path = written(tmp_path, tileset)
    for zoom in range(module.MINZOOM, tileset.zooms.detail):
        found = read(path, zoom).drop_duplicates("mvt_id")
        assert found["count"].fillna(1).sum() == len(firms)
        alone = found[found["count"].isna()] if "count" in found else found
        assert alone["enterprise_id"].is_unique
        rows = 1 + firms["enterprise_id"].searchsorted(alone["enterprise_id"])
        assert (alone["mvt_id"] == rows).all()
        clusters = found.drop(alone.index)["mvt_id"]
        assert clusters.is_unique and (clusters > len(firms)).all()
    exact = read(path, tileset.zooms.detail).drop_duplicates("mvt_id").set_index("enterprise_id")
    expected = firms.set_index("enterprise_id").to_crs(3857)
    assert set(exact.index) == set(expected.index)
    far = exact.geometry.distance(expected.geometry.reindex(exact.index))
    assert far.max() <= unit_m(tileset.zooms.detail)
    assert (exact["name_zh"] == expected["name_zh"].reindex(exact.index)).all()


def test_a_cluster_lies_where_its_firms_are(tmp_path: Path) -> None:
    firms = firms_of(40)
    path = written(tmp_path, tileset_of(firms, "enterprises"))
    (found,) = read(path, 6).itertuples()
    middle = firms.to_crs(3857).geometry
    assert found.count == 40
    assert found.geometry.x == pytest.approx(middle.x.mean(), abs=unit_m(6))
    assert found.geometry.y == pytest.approx(middle.y.mean(), abs=unit_m(6))


def test_texts_arrive_as_they_are(tmp_path: Path) -> None:
    frame = plots_of(22)
    frame.loc[3, "park_id"] = HOSTILE.replace("\x00", "")
    frame.loc[4, "park_id"] = "和田" * 200
    frame.loc[5, "state"] = None
    path = written(tmp_path, tileset_of(frame))
    found = read(path, 15).drop_duplicates("parcel_id").set_index("parcel_id").sort_index()
    assert found["park_id"].iloc[3] == frame["park_id"].iloc[3]
    assert found["park_id"].iloc[4] == "和田" * 200
    assert pd.isna(found["state"].iloc[5])


def test_a_tile_has_the_fields_that_a_map_needs_and_no_other(tmp_path: Path) -> None:
    plots, firms = tileset_of(plots_of(22)), tileset_of(firms_of(50), "enterprises")
    drawn = ["parcel_id", "park_id", "land_use_code", "state", "nature", "on_offer"]
    assert list(plots.fields) == [*drawn, "plots", "area_mu"]
    names = ["enterprise_id", "name_zh", "name_en", "stage", "nature"]
    assert list(firms.fields) == [*names, "count"]
    body = b"".join(tile.body for tile in [*plots.tiles(), *firms.tiles()])
    assert b"power:10 kV" not in body and b"utilities" not in body
    assert b"91653200TESTTEST00" not in body and b"uscc" not in body


def test_a_field_that_the_edition_lacks_is_in_no_tile() -> None:
    tileset = tileset_of(plots_of(22).drop(columns=["state", "area_mu", "land_use_code"]))
    body = b"".join(tile.body for tile in tileset.tiles())
    assert b"state" not in body and b"area_mu" not in body and b"plots" in body


def test_equal_input_gives_equal_bytes(tmp_path: Path) -> None:
    frame = plots_of(300)
    first = written(tmp_path, tileset_of(frame)).read_bytes()
    assert written(tmp_path, tileset_of(frame)).read_bytes() == first
    shuffled = frame.sample(frac=1, random_state=3)
    assert written(tmp_path, tileset_of(shuffled)).read_bytes() == first


def test_tiles_written_in_parts_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    tileset = tileset_of(plots_of(300))
    at_once = list(tileset.tiles())
    monkeypatch.setattr(encode, "_AT_ONCE", 7)
    assert list(tileset.tiles()) == at_once


def test_plots_smaller_than_a_unit_and_broken_ones_are_there(tmp_path: Path) -> None:
    frame = plots_of(22)
    x, y = 81.0005, 37.0005
    frame.loc[0, "geometry"] = shapely.box(x, y, x + 1e-8, y + 1e-8)
    frame.loc[1, "geometry"] = shapely.Polygon([(x, y), (81.001, 37.001), (81.001, y), (x, 37.001)])
    frame.loc[2, "geometry"] = None
    frame.loc[3, "geometry"] = shapely.Polygon()
    path = written(tmp_path, tileset_of(frame))
    for zoom in (12, 15):
        found = read(path, zoom)
        assert set(found["parcel_id"]) == set(frame["parcel_id"].drop([2, 3]))
        assert (found.area > 0).all()


def test_a_large_area_is_clipped_with_its_holes(tmp_path: Path) -> None:
    outer = shapely.Point(81.0, 37.0).buffer(0.05)
    shape = outer.difference(shapely.Point(81.01, 37.0).buffer(0.02))
    frame = gpd.GeoDataFrame({"parcel_id": ["A"]}, geometry=[shape], crs="EPSG:4326")
    pieces = read(written(tmp_path, tileset_of(frame)), 15)
    assert len(pieces) > 50
    assert shapely.get_num_coordinates(pieces.geometry.to_numpy()).max() < 200
    found = pieces.geometry.union_all()
    expected = frame.to_crs(3857).geometry.iloc[0]
    assert found.symmetric_difference(expected).area < expected.length * unit_m(15)


def test_areas_of_another_kind_are_clusters_first(tmp_path: Path) -> None:
    frame = plots_of(50).rename(columns={"parcel_id": "building_id"}).assign(name_zh="厂房")
    frame.loc[0, "geometry"] = shapely.Point(81.0, 37.0)
    tileset = tileset_of(frame, "buildings")
    path = written(tmp_path, tileset)
    assert read(path, 8).drop_duplicates("mvt_id")["count"].fillna(1).sum() == len(frame)
    found = read(path, tileset.zooms.detail)
    assert set(found["building_id"]) == set(frame["building_id"])
    assert set(found.geom_type) == {"Point", "Polygon"}


def test_a_layer_without_places_has_no_tiles(tmp_path: Path) -> None:
    frame = firms_of(5).set_geometry(gpd.GeoSeries([None] * 5, crs="EPSG:4326"))
    tileset = tileset_of(frame, "enterprises")
    assert list(tileset.tiles()) == [] and tileset.bounds is None
    assert "示例企业" not in written(tmp_path, tileset).read_bytes().decode("latin-1")


def test_detail_waits_until_tiles_are_small(monkeypatch: pytest.MonkeyPatch) -> None:
    assert tileset_of(plots_of(600)).zooms.detail == 12
    monkeypatch.setattr(module, "_MOST", 1_000)
    tileset = tileset_of(plots_of(2_000))
    assert tileset.zooms.detail == 14
    assert max(len(tile.body) for tile in tileset.tiles()) < 60_000
    firms = firms_of(50).loc[[0] * 1_001].assign(enterprise_id=[str(n) for n in range(1_001)])
    assert tileset_of(firms, "enterprises").zooms.detail == 15
    assert tileset_of(firms[:1_000], "enterprises").zooms.detail == 13


def test_shapes_as_large_as_counties_end_at_a_lower_zoom() -> None:
    places = shapely.points(np.random.default_rng(0).random((40, 2)) * 3 + [80.0, 36.0])
    frame = gpd.GeoDataFrame(
        {"line_id": [str(number) for number in range(40)]},
        geometry=shapely.buffer(places, 0.5),
        crs="EPSG:4326",
    )
    tileset = Tileset(frame, layer="red_lines", key="line_id", kind="red_lines")
    assert tileset.zooms.maxzoom < 14 and tileset.zooms.detail == 12
    assert sum(1 for _ in tileset.tiles()) < 12_000


def test_polygons_turn_as_the_format_says() -> None:
    """Outer rings enclose a positive area where y runs down, holes a negative one."""
    square = shapely.box(0.4, 0.4, 0.6, 0.6).difference(shapely.box(0.45, 0.45, 0.55, 0.55))
    pieces = cut_shapes(np.array([square, shapely.reverse(square)]), 0, np.array([BUFFER, BUFFER]))
    assert pieces.path.tolist() == [4, 4, 4, 4] and pieces.piece.tolist() == [0, 0, 1, 1]
    rings = np.split(pieces.corners, 4)
    turned = [np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y) > 0 for x, y in (r.T for r in rings)]
    assert turned == [True, False, True, False]


VALUES = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=200),
    st.integers(-(2**53), 2**53),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
)


@settings(max_examples=30, deadline=None)
@given(st.lists(VALUES, min_size=1, max_size=4))
def test_any_value_can_be_read_again(values: list[Any]) -> None:
    columns = {f"c{place}": np.array([value], dtype=object) for place, value in enumerate(values)}
    attributes = encode.attributes_of(columns, 1)
    point = np.array([shapely.Point(0.5, 0.5)])
    pieces = cut_shapes(point, 1, np.array([0]))
    ((_, _, body),) = encode.encode_layers("层", pieces, attributes, np.array([2**31]))
    found = pyogrio.read_dataframe(body, layer="层", use_arrow=False)
    assert found["mvt_id"].tolist() == [2**31]
    for name, column in columns.items():
        assert found[name].iloc[0] == column[0]


def test_tiles_of_the_same_records_and_places_are_known_to_be_the_same() -> None:
    frame = plots_of(60)
    first = tileset_of(frame)

    def drawn_again(other: gpd.GeoDataFrame) -> bool:
        known = first.drawn
        again = Tileset(other, layer="parcels", key="parcel_id", kind="parcels", known=known)
        return again.drawn.equals(known)

    assert drawn_again(frame.iloc[::-1])
    assert drawn_again(frame.assign(utilities="none"))
    assert not drawn_again(frame.assign(state="built"))
    assert not drawn_again(frame.iloc[1:])
    assert not drawn_again(frame.set_geometry(frame.geometry.translate(0.001)))
    empty = frame.geometry.where(frame["parcel_id"] != frame["parcel_id"].iloc[0], None)
    assert not drawn_again(frame.set_geometry(gpd.GeoSeries(empty, crs=frame.crs)))
