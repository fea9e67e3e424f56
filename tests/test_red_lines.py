"""A layer of the red lines from a county file to the two editions."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import geopandas as gpd
import pytest
from shapely.geometry import box

from geo import intake
from geo.catalog import read_catalog
from geo.examination import examine
from geo.importer.model import Options
from geo.intake import Intake
from geo.publish import publish
from geo.query import Library
from geo.settings import BUNDLED_LAYERS, Settings
from geo.storage.snapshots import SnapshotStore
from tests.importer.spatial_files import write_layer
from tests.test_catalog import RED_LINES

TODAY = date(2026, 11, 24)
LAYER = "control_lines"
FARMLAND = box(80.83, 36.97, 80.834, 36.981)
HEADINGS = ["图斑编号", "控制线类型", "名称"]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A data directory whose catalogue has the entry, without its file."""
    data = Path(shutil.copytree(BUNDLED_LAYERS, tmp_path / "data"))
    with (data / "catalog.toml").open("a", encoding="utf-8") as catalog:
        catalog.write(RED_LINES)
    return Settings(data=data, out=tmp_path / "out")


def county_file(tmp_path: Path, *rows: tuple[str, str, str]) -> Path:
    columns = dict(zip(HEADINGS, zip(*rows, strict=True), strict=True))
    frame = gpd.GeoDataFrame(columns, geometry=[FARMLAND] * len(rows), crs="EPSG:4490")
    path: Path = write_layer(frame, tmp_path / "永久基本农田.geojson", "GeoJSON")
    return path


def bring_in(settings: Settings, path: Path) -> intake.Outcome:
    wanted = Intake(LAYER, path, path.name, Options(mode="merge"))
    return intake.carry_out(settings, wanted, rows="clean", base=None, by="li", as_of=TODAY)


def test_the_bundle_has_no_red_lines() -> None:
    kinds = {entry.kind for entry in read_catalog(BUNDLED_LAYERS).layers.values()}
    assert "red_lines" not in kinds
    assert not [f for f in examine(BUNDLED_LAYERS, TODAY).findings if "BOUNDARY" in f.rule]


def test_a_county_file_of_farmland_comes_in_and_only_the_staff_have_it(
    settings: Settings, tmp_path: Path
) -> None:
    path = county_file(tmp_path, ("NT-1", "永久基本农田", "东片"), ("NT-2", "基本农田", "西片"))
    outcome = bring_in(settings, path)
    assert outcome.report["status"] == "imported", outcome.report["faults"]
    understood = {"图斑编号": "line_id", "控制线类型": "line_kind", "名称": "name_zh"}
    assert outcome.report["understood"]["columns"] == understood
    publish(replace(settings, data=None), as_of=TODAY, by="li")
    library = Library(settings.out)
    lines = library.current("staff").features(LAYER)
    assert {key: f["properties"]["line_kind"] for key, f in lines.items()} == {
        "NT-1": "basic_farmland",
        "NT-2": "basic_farmland",
    }
    folder = SnapshotStore(settings.out).path(library.current("staff").version) / "public"
    assert not list(folder.glob(f"{LAYER}*"))
    layers = json.loads((folder / "site.json").read_text(encoding="utf-8"))["layers"]
    assert LAYER not in {layer["id"] for layer in layers}


def test_what_the_lines_contradict_is_told_and_keeps_nothing_out(
    settings: Settings, tmp_path: Path
) -> None:
    outcome = bring_in(settings, county_file(tmp_path, ("NT-1", "永久基本农田", "")))
    told = [f for f in outcome.report["faults"] if f["rule"] == "BOUNDARY_CONFLICT"]
    assert told, "plots of the bundle lie there and are recorded as clear"
    assert {(f["row"], f["severity"]) for f in told} == {(0, "warning")}
    assert outcome.report["rows"]["new"] == 1


def test_a_line_of_no_known_kind_is_refused_with_the_words_that_are_known(
    settings: Settings, tmp_path: Path
) -> None:
    outcome = bring_in(settings, county_file(tmp_path, ("NT-1", "高标准农田", "")))
    (fault,) = [f for f in outcome.report["faults"] if f["column"] == "控制线类型"]
    assert "城镇开发边界、永久基本农田、生态保护红线" in fault["message"]["zh"]
