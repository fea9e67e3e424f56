"""No surveyed corner can be read from a public edition that is rounded, wherever one looks."""

import gzip
import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import combinations
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LineString, Point, box

from geo.coarsen import cell_degrees, coarsen
from geo.crs import WGS84, ellipsoidal_length_m, from_wgs84
from geo.errors import NotFound
from geo.query import Library, Snapshot
from tests.browser.site import copy_layers, publish
from tests.data.cadastre import make_cadastre

METRES = 20
NUMBER = re.compile(rb"-?\d+\.\d+(?:[eE][-+]?\d+)?")
LAYERS = ("parks", "parcels", "buildings", "enterprises", "logistics", "places")


def layer(*shapes, **columns) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(list(shapes), crs=WGS84))


def off_grid(xy: np.ndarray, metres: float) -> np.ndarray:
    """How far places are from the middles of cells, in cells."""
    cells = np.asarray(xy) / cell_degrees(metres)
    return np.abs(cells - np.rint(cells)).max(axis=-1, initial=0)


# --- one grid ----------------------------------------------------------------------------------


@pytest.mark.parametrize("metres", [1, 2.5, 10, 333, 1000])
@pytest.mark.parametrize("latitude", [18, 37, 53])
def test_a_cell_is_at_least_as_large_as_promised_and_not_twice(metres, latitude) -> None:
    width, height = cell_degrees(metres)
    sides = [LineString([(80, latitude), (80 + width, latitude)]),
             LineString([(80, latitude), (80, latitude + height)])]  # fmt: skip
    lengths = ellipsoidal_length_m(gpd.GeoSeries(sides, crs=WGS84))
    assert (lengths >= metres - 0.001).all()
    assert (lengths <= 1.7 * metres + 0.3).all()


@given(st.integers(0, 1000), st.sampled_from([1, 5, 20, 60, 200]))
def test_plots_stay_a_coverage_on_the_grid(seed, metres) -> None:
    plots = make_cadastre(33, seed=seed)
    found = coarsen({"parcels": plots}, metres)["parcels"]
    assert off_grid(shapely.get_coordinates(found.geometry), metres).max() < 1e-6
    assert found.geometry.is_valid.all()
    if metres <= 20:  # none is smaller than a cell
        assert shapely.coverage_is_valid(found.geometry.to_numpy())
        assert neighbours(plots, 3 * metres) <= neighbours(found, 0.5)
        assert neighbours(found, 3 * metres) <= neighbours(plots, 0.5)


def neighbours(plots: gpd.GeoDataFrame, least_m: float) -> set[tuple[int, int]]:
    """The pairs that share so much of a side, in metres of a zone of CGCS2000."""
    shapes = from_wgs84(plots, crs="EPSG:4515").geometry.buffer(0.02, join_style="mitre")
    return {
        pair
        for pair in combinations(range(len(shapes)), 2)
        if shapes[pair[0]].intersection(shapes[pair[1]]).area > least_m * 0.04
    }


def test_layers_that_touch_go_on_touching() -> None:
    plots = make_cadastre(11)
    park = layer(shapely.union_all(plots.geometry, grid_size=1e-9))
    hall = layer(box(*plots.geometry[0].bounds).intersection(plots.geometry[0]))
    found = coarsen({"parks": park, "parcels": plots, "buildings": hall}, METRES)
    whole = shapely.union_all(found["parcels"].geometry)
    assert shapely.equals(whole, found["parks"].geometry[0])
    assert shapely.equals(found["buildings"].geometry[0], found["parcels"].geometry[0])


def test_what_would_vanish_is_drawn_as_one_cell_where_it_lies() -> None:
    pump, path = box(81.00011, 37.00011, 81.00012, 37.00012), LineString([(81, 37), (81, 37.00001)])
    width, height = cell_degrees(100)
    found = coarsen({"parcels": layer(pump), "logistics": layer(path)}, 100)
    cell = found["parcels"].geometry[0]
    assert cell.area == pytest.approx(width * height)
    assert cell.covers(pump)
    assert off_grid(cell.exterior.coords, 100).max() < 1e-6
    assert found["logistics"].geometry[0].length == pytest.approx(width)


def test_the_grid_does_not_follow_the_data() -> None:
    plots = make_cadastre(11)
    alone = coarsen({"parcels": plots}, METRES)["parcels"].geometry
    beside = pd.concat([plots, layer(box(110, 20, 111, 21))], ignore_index=True)
    among = coarsen({"parcels": gpd.GeoDataFrame(beside)}, METRES)["parcels"].geometry
    assert alone.equals(among.iloc[:11])


def test_columns_that_tell_a_place_are_rounded_like_it() -> None:
    firms = layer(
        Point(81.23456, 37.12345, 1380.5), None, lon=[81.23456, np.nan], lat=[37.12345, np.nan]
    )
    found = coarsen({"enterprises": firms}, METRES)["enterprises"]
    assert (found["lon"][0], found["lat"][0]) == found.geometry[0].coords[0]
    assert found["lon"][0] != 81.23456
    assert np.isnan(found["lon"][1])
    assert found.geometry[1] is None


def test_what_is_kept_stays_and_what_was_passed_in_is_not_changed() -> None:
    plots, table = make_cadastre(3), pd.DataFrame({"value": [81.123456]})
    before = plots.geometry.copy()
    found = coarsen({"counties": plots, "parcels": plots, "figures": table}, 50, kept=["counties"])
    assert found["counties"] is plots
    assert found["figures"] is table
    assert plots.geometry.equals(before)
    assert not found["parcels"].geometry.equals(before)
    assert found["parcels"].crs == plots.crs


# --- a whole snapshot --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def coarse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output directory of the bundled layers, surveyed to the last digit, rounded."""
    folder = tmp_path_factory.mktemp("coarse")
    data = copy_layers(folder / "data")
    catalog = data / "catalog.toml"
    text = catalog.read_text(encoding="utf-8")
    changed = text.replace("public_precision_m = 0", f"public_precision_m = {METRES}")
    assert changed != text
    catalog.write_text(changed, encoding="utf-8")
    publish(folder / "out", data=data)
    return folder / "out"


def editions(out: Path) -> tuple[Snapshot, Snapshot]:
    return Library(out).current("staff"), Library(out).current("public")


def corners(shown: Snapshot, name: str) -> np.ndarray:
    shapes = [json.dumps(f["geometry"]) for f in shown.features(name).values() if f["geometry"]]
    return shapely.get_coordinates(shapely.from_geojson(shapes))


def places(document: object) -> Iterator[float]:
    """Every number with a fraction in a JSON value, also in its texts."""
    yield from (float(text) for text in NUMBER.findall(json.dumps(document).encode()))


def numbers_of(path: Path) -> Iterator[float]:
    """Every number with a fraction in a published file."""
    if path.suffix in (".sqlite", ".mbtiles", ".gpkg"):
        yield from _numbers_of_database(path)
    elif path.suffix in (".parquet", ".fgb"):
        read = gpd.read_parquet if path.suffix == ".parquet" else gpd.read_file
        yield from _numbers_of_frame(read(path))
    elif path.suffix not in (".br", ".png"):
        body = path.read_bytes()
        body = gzip.decompress(body) if path.suffix == ".gz" else body
        yield from (float(text) for text in NUMBER.findall(body))


def _numbers_of_database(path: Path) -> Iterator[float]:
    with closing(sqlite3.connect(path)) as database:
        names = [row[0] for row in database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%'"
        )]  # fmt: skip
        for name in names:
            for row in database.execute(f'SELECT * FROM "{name}"'):
                for value in row:
                    if isinstance(value, float):
                        yield value
                    elif isinstance(value, str | bytes):
                        body = value.encode() if isinstance(value, str) else value
                        yield from (float(text) for text in NUMBER.findall(body))
    if path.suffix == ".gpkg":
        for layer_name in gpd.list_layers(path).dropna()["name"]:
            yield from _numbers_of_frame(gpd.read_file(path, layer=layer_name))


def _numbers_of_frame(frame: gpd.GeoDataFrame) -> Iterator[float]:
    yield from shapely.get_coordinates(frame.geometry).ravel()
    text = frame.drop(columns=frame.geometry.name).to_json(force_ascii=False)
    yield from (float(number) for number in NUMBER.findall(text.encode()))


def test_every_public_place_is_on_the_grid_and_no_staff_place_is_moved(coarse, published) -> None:
    staff, public = editions(coarse)
    exact, _ = editions(published)
    for name in LAYERS:
        assert off_grid(corners(public, name), METRES).max(initial=0) < 1e-6, name
        assert staff.features(name) == exact.features(name)
    assert off_grid(corners(staff, "parcels"), METRES).max() > 0.4


def test_no_exact_coordinate_is_in_any_public_file(coarse) -> None:
    staff, public = editions(coarse)
    secret = np.concatenate([corners(staff, name) for name in LAYERS])
    secret = np.unique(secret[off_grid(secret, METRES) > 1e-3])
    on_grid = np.concatenate([corners(public, name) for name in LAYERS]).ravel()
    secret = np.setdiff1d(np.round(secret, 6), np.round(on_grid, 6))
    secret = secret[np.abs(secret - np.round(secret, 3)) > 1e-6]  # 80.1 may be a distance
    assert len(secret) > 500
    files = [path for path in (public.path / "public").rglob("*") if path.is_file()]
    assert any(path.suffix == ".sqlite" for path in files)
    for path in files:
        told = np.round(np.fromiter(numbers_of(path), dtype=float), 6)
        found = np.intersect1d(told[(told > 30) & (told < 90)], secret)
        assert not len(found), f"{path.name} tells {found[:5]}"


def test_outlines_of_a_package_are_not_redrawn(coarse, published) -> None:
    assert editions(coarse)[1].features("counties") == editions(published)[1].features("counties")


def test_areas_offers_and_neighbours_are_those_of_the_survey(coarse, published) -> None:
    (_, public), (_, exact) = editions(coarse), editions(published)
    for name in LAYERS:
        for key, feature in exact.features(name).items():
            assert public.features(name)[key]["properties"] == feature["properties"]
    assert public.document("adjacency.json") == exact.document("adjacency.json")


def test_distances_are_measured_from_where_the_public_sees_things(coarse, published) -> None:
    (staff, public), (_, exact) = editions(coarse), editions(published)
    assert staff.document("reach.json")["parks"] == exact.document("reach.json")["parks"]
    assert set(public.document("reach.json")["parcels"]) == set(
        exact.document("reach.json")["parcels"]
    )


def test_an_earlier_version_that_is_more_exact_is_for_the_staff_alone(tmp_path) -> None:
    out, data = tmp_path / "out", copy_layers(tmp_path / "data")
    exact = publish(out, data=data)
    assert Library(out).published(exact, "public").version == exact
    catalog = data / "catalog.toml"
    text = catalog.read_text(encoding="utf-8")
    changed = text.replace("public_precision_m = 0", "public_precision_m = 30")
    catalog.write_text(changed, encoding="utf-8")
    coarser = publish(out, data=data)
    library = Library(out)
    assert library.published(coarser, "public").version == coarser
    assert library.published(exact, "staff").version == exact
    with pytest.raises(NotFound, match="VERSION_UNKNOWN"):
        library.published(exact, "public")


def test_the_public_plots_are_valid_and_overlap_no_more_than_surveyed(coarse) -> None:
    _, public = editions(coarse)
    shapes = [json.dumps(f["geometry"]) for f in public.features("parcels").values()]
    plots = shapely.from_geojson(shapes)
    assert shapely.is_valid(plots).all()
    one, other = shapely.STRtree(plots).query(plots, predicate="intersects")
    pairs = one < other
    shared = shapely.area(shapely.intersection(plots[one[pairs]], plots[other[pairs]]))
    assert shared.max() < 1e-15
