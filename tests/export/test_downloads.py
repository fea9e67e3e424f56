"""What anybody may download is what is published, and says of itself where it is from."""

import csv
import hashlib
import io
import json
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely
from shapely.geometry import Point, Polygon, box

from geo.export import downloads
from geo.export.downloads import FORMATS, INDEX, list_downloads, write_downloads
from geo.model import KINDS
from geo.publish import publish
from geo.query import Library, Snapshot
from geo.settings import BUNDLED_LAYERS, Settings
from geo.storage.snapshots import SnapshotStore
from tests.browser.site import copy_layers
from tests.browser.site import publish as publish_bundle

LAYERS = ("counties", "places", "logistics", "parks", "parcels", "buildings", "enterprises")
TABLES = ("figures", "costs", "policies", "statistics")
VERSION = "2026-11-22-0123456789"
HOSTILE = ["=1+1", "+86 1", "@x", "＝a", "a,b\nd", '"引号"', "策勒䶮𠮷"]


@pytest.fixture(scope="module")
def shown(published: Path) -> Snapshot:
    return Library(published).current("public")


def file_of(shown: Snapshot, name: str) -> Path:
    return shown.file(f"downloads/{name}").path


def entry_of(shown: Snapshot, layer: str) -> dict:
    site = shown.site
    return next(entry for entry in site["layers"] + site["tables"] if entry["id"] == layer)


def told_of(path: Path) -> dict[str, str]:
    """What a file says of itself, read as a stranger's program reads it."""
    if path.suffix == ".geojson":
        document = json.loads(path.read_text(encoding="utf-8"))
        return {n: v for n, v in document.items() if n not in ("type", "features")}
    if path.suffix == ".parquet":
        found = pq.read_schema(path).metadata
        return {n.decode(): v.decode() for n, v in found.items()}
    if path.suffix == ".csv":
        text = path.with_name(f"{path.name}-metadata.json").read_text(encoding="utf-8")
        return {n.removeprefix("dc:"): v for n, v in json.loads(text).items()}
    return pyogrio.read_info(path, layer=path.stem)["layer_metadata"]


def frame_of(path: Path) -> gpd.GeoDataFrame:
    if path.suffix == ".parquet":
        return gpd.read_parquet(path)
    if path.suffix == ".csv":
        frame = pd.read_csv(path, dtype={"land_use_code": str, "adcode": str, "park_id": str})
        shapes = [None if pd.isna(text) else shapely.from_wkt(text) for text in frame["WKT"]]
        return gpd.GeoDataFrame(frame, geometry=shapes, crs=frame["crs"].iloc[0])
    return pyogrio.read_dataframe(path, layer=path.stem)


def plain(value: object) -> object:
    """A value as text, number or nothing, for a file may have no other types."""
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return None
    if isinstance(value, pd.Timestamp):  # GDAL takes the date in a GeoJSON text for one
        return value.date().isoformat()
    if isinstance(value, bool | np.bool_) or value in ("true", "false"):
        return float(value in (True, "true"))
    try:
        return float(value)  # a CSV does not tell a code from a number
    except ValueError:
        return value


def same_shape(one, other) -> bool:
    if one is None or other is None:
        return one is other
    return shapely.equals(one, other) and len(shapely.get_coordinates(one)) == len(
        shapely.get_coordinates(other)
    )


# --- every layer, every format -----------------------------------------------------------------


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("layer", LAYERS)
def test_a_file_has_every_record_and_value_of_the_published_layer(shown, layer, format) -> None:
    path = file_of(shown, f"{layer}.{FORMATS[format].suffix}")
    frame, key = frame_of(path), KINDS[layer].key
    features = shown.features(layer)
    assert frame.crs == "EPSG:4326"
    assert sorted(frame[key].astype(str)) == sorted(features)
    for record in frame.to_dict("records"):
        feature = features[str(record[key])]
        told = feature["geometry"]
        shape = shapely.from_geojson(json.dumps(told)) if told else None
        assert same_shape(record["geometry"], shape)
        for name, value in feature["properties"].items():
            assert plain(record[name]) == plain(value), name
        absent = [n for n in record if n in frame.columns and n not in feature["properties"]]
        added = {"geometry", "lon", "lat", "WKT", "crs", "licence", "source_url", "version", "bbox"}
        assert all(plain(record[n]) is None for n in set(absent) - added - {"id"})


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("layer", LAYERS)
def test_a_file_says_source_licence_date_nature_and_version(shown, layer, format) -> None:
    entry = entry_of(shown, layer)
    told = told_of(file_of(shown, f"{layer}.{FORMATS[format].suffix}"))
    assert told["licence"] == entry["licence"]
    assert told["as_of"] == entry["as_of"]
    assert told["version"] == shown.version
    assert told.get("source_url", "") == entry["source_url"]
    assert told["natures"] == ", ".join(entry["natures"])
    for lang in ("zh", "en"):
        assert told[f"title_{lang}"] == entry["title"][lang]
        assert told[f"source_{lang}"] == entry["source"][lang]
    if "sample" in entry["natures"]:
        assert told["notice_zh"].startswith("含示例数据")


def test_headers_that_any_program_shows_carry_the_notice(shown) -> None:
    for suffix in ("gpkg", "fgb"):
        info = pyogrio.read_info(file_of(shown, f"parcels.{suffix}"), layer="parcels")
        assert "示例数据" in info["layer_metadata"]["DESCRIPTION"]
        title = info["layer_metadata"]["IDENTIFIER" if suffix == "gpkg" else "TITLE"]
        assert title == "地块"


@pytest.mark.parametrize("table", [*TABLES, *LAYERS])
def test_a_csv_opens_in_excel_and_names_its_licence_in_every_row(shown, table) -> None:
    body = file_of(shown, f"{table}.csv").read_bytes()
    assert body.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline="")))
    entry = entry_of(shown, table)
    assert len(rows) == entry["count"] > 0
    assert {row["licence"] for row in rows} == {entry["licence"]}
    assert {row["version"] for row in rows} == {shown.version}
    assert all(row["nature"] and row["source"] and row["as_of"] for row in rows)


@pytest.mark.parametrize("table", TABLES)
def test_a_table_has_the_published_records(shown, table) -> None:
    with file_of(shown, f"{table}.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for row, record in zip(rows, shown.document(f"{table}.json"), strict=True):
        for name, value in record.items():
            assert plain(row[name].removeprefix("'")) == plain(value)


def test_a_description_names_the_columns_of_its_csv(shown) -> None:
    path = file_of(shown, "parcels.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        heads = next(csv.reader(file))
    document = json.loads(path.with_name("parcels.csv-metadata.json").read_text(encoding="utf-8"))
    columns = {c["name"]: c for c in document["tableSchema"]["columns"]}
    assert list(columns) == heads
    assert document["url"] == "parcels.csv"
    assert columns["area_mu"]["datatype"] == "double"
    assert columns["net_land"]["datatype"] == "boolean"
    assert columns["land_use_code"]["datatype"] == "string"
    assert columns["land_use_code"]["titles"]["zh"] != "land_use_code"


def test_the_index_tells_the_size_and_hash_of_every_file(shown) -> None:
    index = shown.document(f"downloads/{INDEX}")
    assert index["version"] == shown.version
    assert [entry["id"] for entry in index["entries"]] == [*LAYERS, *TABLES]
    for entry in index["entries"]:
        assert entry["records"] == entry_of(shown, entry["id"])["count"]
        assert entry["crs"] == ("EPSG:4326" if entry["id"] in LAYERS else None)
        for file in entry["files"]:
            body = file_of(shown, file["name"]).read_bytes()
            assert file["size"] == len(body)
            assert file["sha256"] == hashlib.sha256(body).hexdigest()


def test_no_field_of_the_staff_is_in_any_file(shown, published) -> None:
    staff = Library(published).current("staff")
    public = {n for f in shown.features("parcels").values() for n in f["properties"]}
    secret = {n for f in staff.features("parcels").values() for n in f["properties"]} - public
    assert {"enterprise_id", "contract_no"} <= secret
    for format in FORMATS.values():
        assert not secret & set(frame_of(file_of(shown, f"parcels.{format.suffix}")).columns)


def test_equal_data_give_equal_bytes(published, tmp_path) -> None:
    publish_bundle(tmp_path / "again")
    one, other = (SnapshotStore(out) for out in (published, tmp_path / "again"))
    assert one.current() == other.current()
    manifests = [
        json.loads((store.path(store.current()) / "manifest.json").read_text(encoding="utf-8"))
        for store in (one, other)
    ]
    assert manifests[0]["files"] == manifests[1]["files"]
    assert any(name.endswith(".gpkg") for name in manifests[0]["files"])


# --- what a catalogue may ask ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new"),
    [("public_boundaries = true", "public_boundaries = false"), ("demo = true", "demo = false")],
)
def test_layers_without_shapes_or_records_are_files_too(tmp_path, old, new) -> None:
    data = copy_layers(tmp_path / "data")
    catalog = data / "catalog.toml"
    text = catalog.read_text(encoding="utf-8")
    assert old in text
    catalog.write_text(text.replace(old, new), encoding="utf-8")
    publish(Settings(out=tmp_path / "out", data=data), as_of=date(2026, 11, 22), by="test")
    shown = Library(tmp_path / "out").current("public")
    for layer in LAYERS:
        for format in FORMATS.values():
            path = file_of(shown, f"{layer}.{format.suffix}")
            assert len(pd.read_csv(path) if path.suffix == ".csv" else frame_of(path)) == len(
                shown.features(layer)
            )


def test_a_rounded_edition_says_so_in_every_file(tmp_path) -> None:
    written = make(tmp_path, plots(box(81, 37, 81.1, 37.1)), precision=20)
    for format in FORMATS.values():
        told = told_of(written[f"parcels.{format.suffix}"])
        assert told["precision_m"] == "20"
        assert "20 米" in told["notice_zh"]
        assert "20 m" in told["notice_en"]


def test_texts_that_a_spreadsheet_would_run_stay_texts(tmp_path) -> None:
    layer = plots(*[box(81, 37, 81.1, 37.1)] * len(HOSTILE), announcement_url=HOSTILE)
    written = make(tmp_path, layer)
    with written["parcels.csv"].open(encoding="utf-8-sig", newline="") as file:
        found = [row["announcement_url"] for row in csv.DictReader(file)]
    assert [text.removeprefix("'") for text in found] == HOSTILE
    assert not any(text.startswith(("=", "+", "-", "@", "＝")) for text in found)
    for suffix in ("gpkg", "fgb", "parquet", "geojson"):
        frame = frame_of(written[f"parcels.{suffix}"]).sort_values("parcel_id")
        assert frame["announcement_url"].tolist() == HOSTILE


def test_mixed_and_missing_shapes_come_through(tmp_path) -> None:
    shapes = [
        box(81, 37, 81.1, 37.1),
        None,
        shapely.MultiPolygon([box(81, 38, 81.1, 38.1), box(82, 38, 82.1, 38.1)]),
        Polygon(box(83, 37, 84, 38).exterior, [box(83.4, 37.4, 83.6, 37.6).exterior]),
    ]
    written = make(tmp_path, plots(*shapes))
    for format in FORMATS.values():
        frame = frame_of(written[f"parcels.{format.suffix}"]).sort_values("parcel_id")
        for one, other in zip(frame.geometry, shapes, strict=True):
            assert one is other if other is None else shapely.equals(one, other)


def test_points_have_their_place_as_numbers_in_the_csv(tmp_path) -> None:
    written = make(tmp_path, plots(Point(81.25, 37.5), None))
    frame = pd.read_csv(written["parcels.csv"])
    assert frame["lon"].tolist()[0] == 81.25
    assert frame["lat"].tolist()[0] == 37.5
    assert frame["lon"].isna().tolist() == [False, True]


def test_of_very_many_records_only_the_formats_made_for_them(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(downloads, "ALL_FORMATS_TO", 1)
    written = make(tmp_path, plots(box(81, 37, 81.1, 37.1), box(81.1, 37, 81.2, 37.1)))
    assert sorted(written) == [INDEX, "parcels.fgb", "parcels.parquet"]
    (entry,) = json.loads(written[INDEX].read_bytes())["entries"]
    assert [file["format"] for file in entry["files"]] == ["geoparquet", "fgb"]


def test_a_kept_version_is_not_written_anew(tmp_path) -> None:
    settings = Settings(out=tmp_path / "out", data=BUNDLED_LAYERS)
    first = publish(settings, as_of=date(2026, 11, 22), by="test")
    again = publish(settings, as_of=date(2026, 11, 22), by="test")
    assert (again.version, again.changed) == (first.version, False)


def plots(*shapes, **columns) -> gpd.GeoDataFrame:
    fields = {"parcel_id": [f"地块-{n}" for n in range(len(shapes))], **columns}
    series = {name: pd.Series(values, dtype="str") for name, values in fields.items()}
    return gpd.GeoDataFrame(series, geometry=gpd.GeoSeries(list(shapes), crs="EPSG:4326"))


def make(tmp_path: Path, layer: gpd.GeoDataFrame, *, precision: float = 0) -> dict[str, Path]:
    entry = {
        "id": "parcels", "kind": "parcels", "title": {"zh": "地块", "en": "Plots"},
        "source": {"zh": "测试", "en": "Test"}, "source_url": "", "licence": "CC0",
        "as_of": "2026-11", "natures": ["sample"], "count": len(layer),
    }  # fmt: skip
    site = {
        "as_of": "2026-11-22", "layers": [entry], "tables": [], "codes": {"land_use": {}},
        "site": {"public_precision_m": precision},
    }  # fmt: skip
    folder = tmp_path / "files"
    folder.mkdir()
    write_downloads(folder, site, {"parcels": layer}, VERSION)
    return list_downloads(folder, site, VERSION)
