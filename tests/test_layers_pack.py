"""The bundled data pack: complete, clean, honest about its nature, and rebuilt byte for byte."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from pyproj import Geod
from shapely.geometry import shape

from geo import model

LAYERS = Path(__file__).resolve().parents[1] / "layers"
GEOD = Geod(ellps="GRS80")
TILED = {
    "CL-TJ": ("CL-TJ", "CL-DIGI", "CL-AGRI"),
    "CL-DIGI": ("CL-DIGI",),
    "CL-AGRI": ("CL-AGRI",),
    "YT-TJ": ("YT-TJ", "YT-SHOE"),
    "YT-SHOE": ("YT-SHOE",),
}
GENERATED = (
    "parks.geojson",
    "parcels.geojson",
    "buildings.geojson",
    "logistics.geojson",
    "enterprises.csv",
)


def read_features(name):
    collection = json.loads((LAYERS / name).read_text(encoding="utf-8"))
    return [
        (f["properties"], shape(f["geometry"]) if f["geometry"] else None)
        for f in collection["features"]
    ]


def read_rows(name):
    with (LAYERS / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def records(entry):
    if entry.file.endswith(".csv"):
        return read_rows(entry.file)
    return [properties for properties, _ in read_features(entry.file)]


def area_m2(geometry):
    return abs(GEOD.geometry_area_perimeter(geometry)[0])


@pytest.fixture(scope="module")
def catalog():
    return model.Catalog.model_validate(
        tomllib.loads((LAYERS / "catalog.toml").read_text(encoding="utf-8"))
    )


@pytest.fixture(scope="module")
def parcels():
    return read_features("parcels.geojson")


@pytest.fixture(scope="module")
def parks():
    return {
        properties["park_id"]: (properties, g) for properties, g in read_features("parks.geojson")
    }


@pytest.fixture(scope="module")
def enterprises():
    return read_rows("enterprises.csv")


def test_catalog_lists_every_layer_and_table(catalog):
    assert list(catalog.layers) == [
        "counties",
        "places",
        "logistics",
        "parks",
        "parcels",
        "buildings",
        "enterprises",
    ]
    assert list(catalog.tables) == ["figures", "costs", "policies", "statistics"]
    assert catalog.site.demo


def test_public_fields_exist_in_their_kind(catalog):
    for name, entry in catalog.entries().items():
        known = {f.name for f in model.KINDS[entry.kind].fields} | set(model.DERIVED.get(name, ()))
        assert set(entry.public_fields) <= known, name
        assert entry.key in entry.public_fields


@pytest.mark.parametrize(
    ("layer", "hidden"),
    [
        (
            "parcels",
            "development_state approval_no contract_no cadastral_code invested_share developed_ha"
            " start_due_on started_on completed_on stopped_on idle_cause boundary_check"
            " far building_coefficient green_ratio office_ratio enterprise_id",
        ),
        (
            "enterprises",
            "uscc stage_on invest_planned_wan invest_in_place_wan output_wan"
            " tax_wan energy_tce employees publish_name lon lat",
        ),
        ("parks", "firms_contact firms_intent firms_closed"),
    ],
)
def test_confidential_fields_are_not_public(catalog, layer, hidden):
    assert not set(hidden.split()) & set(catalog.layers[layer].public_fields)


def test_counts(parcels, parks, enterprises):
    assert 250 <= len(parcels) <= 400
    assert len(parks) == 12
    assert 110 <= sum(row["nature"] == "sample" for row in enterprises) <= 130
    assert sum(row["nature"] == "reported" for row in enterprises) == 4
    assert 12 <= len(read_features("buildings.geojson")) <= 16


def test_every_record_has_a_unique_key_and_its_provenance(catalog):
    for name, entry in catalog.entries().items():
        rows = records(entry)
        keys = [row[entry.key] for row in rows]
        assert all(keys), name
        assert len(keys) == len(set(keys)), name
        assert all(row["nature"] in model.NATURES for row in rows), name
        assert all(row["source"] and row["as_of"] for row in rows), name


def test_values_keep_to_their_lists_and_bounds(catalog):
    for name, entry in catalog.entries().items():
        for spec in model.KINDS[entry.kind].fields:
            for row in records(entry):
                value = row.get(spec.name)
                if value in (None, ""):
                    assert not spec.required, (name, spec.name)
                    continue
                if spec.values:
                    assert value in spec.values, (name, spec.name)
                if spec.dtype in ("float", "int"):
                    assert (spec.minimum or float("-inf")) <= float(value), (name, spec.name)
                    assert float(value) <= (spec.maximum or float("inf")), (name, spec.name)
                if spec.dtype == "date":
                    assert model.parse_partial_date(value), (name, spec.name)


def test_english_is_present_wherever_chinese_is(catalog):
    for name, entry in catalog.entries().items():
        for row in records(entry):
            for column, value in row.items():
                if column.endswith("_zh") and value:
                    assert row.get(column[:-3] + "_en"), (name, row[entry.key], column)
        assert entry.title.en
        assert entry.source.en
    for path in (LAYERS / "codes").glob("*.csv"):
        assert all(row["name_en"] for row in read_rows(f"codes/{path.name}")), path.name


@pytest.mark.parametrize("park_id", TILED)
def test_plots_of_a_park_are_a_clean_coverage_of_it(parcels, parks, park_id):
    shapes = [g for p, g in parcels if p["park_id"] in TILED[park_id]]
    outline = parks[park_id][1]
    assert all(g.is_valid and g.exterior.is_ccw for g in [*shapes, outline])
    assert shapely.coverage_is_valid(shapes)
    union = shapely.coverage_union_all(shapes)
    assert union.normalize().equals_exact(outline.normalize(), 0)
    corners = {tuple(c) for c in shapely.get_coordinates(shapes)}
    assert {tuple(c) for c in shapely.get_coordinates(outline)} <= corners


def test_coordinates_have_seven_decimals(parcels):
    coordinates = shapely.get_coordinates([g for _, g in parcels])
    assert (coordinates.round(7) == coordinates).all()


def test_declared_areas_agree_with_the_ellipsoidal_area(parcels):
    for properties, geometry in parcels:
        measured = area_m2(geometry) / model.MU_M2
        assert properties["declared_area_mu"] == pytest.approx(measured, rel=0.002)


def test_published_areas_of_parks_hold(parks):
    assert area_m2(parks["CL-TJ"][1]) == pytest.approx(10.67e6, rel=0.01)
    assert area_m2(parks["CL-AGRI"][1]) == pytest.approx(516_400, rel=0.001)


def test_cele_park_lies_as_published(parks):
    outline = parks["CL-TJ"][1]
    seat = next(row for row in read_rows("places.csv") if row["place_id"] == "cele")
    seat_place = (float(seat["lon"]), float(seat["lat"]))
    west = min(outline.exterior.coords)
    edge = [c for c in outline.exterior.coords if c[1] <= west[1]]
    middle = ((west[0] + min(edge, key=lambda c: c[1])[0]) / 2, (west[1] + outline.bounds[1]) / 2)
    azimuth, _, distance = GEOD.inv(*seat_place, *middle)
    assert 120 < azimuth < 150
    assert 2_500 < distance < 3_500
    road = next(g for p, g in read_features("logistics.geojson") if p["facility_id"] == "G315")
    shared = outline.exterior.intersection(road)
    assert GEOD.geometry_length(shared) == pytest.approx(2_650, rel=0.03)


def test_places_that_are_not_known_have_no_outline(parks):
    unknown = {name: g for name, (p, g) in parks.items() if not p["place_known"]}
    assert set(unknown) == {"KNIT", "AGRI", "TOY", "FARM", "MF-PARK", "LANDPORT"}
    assert all(g is None for name, g in unknown.items() if name != "LANDPORT")
    land_port, symbol = parks["LANDPORT"]
    assert symbol.geom_type == "Point"
    assert land_port["note_zh"] == "位置未公布，示意"
    assert len(land_port["functions"].split(";")) == 9


def test_natures_of_the_drawn_and_the_sampled(parks, parcels):
    assert parks["CL-TJ"][0]["nature"] == "text-limits"
    drawn = [p for p, g in parks.values() if g is not None and p["park_id"] != "CL-TJ"]
    assert {p["nature"] for p in drawn} == {"schematic"}
    assert {p["nature"] for p, _ in parcels} == {"sample"}
    lines = [p for p, g in read_features("logistics.geojson") if g.geom_type == "LineString"]
    assert {p["nature"] for p in lines} == {"schematic"}


def test_all_states_and_stages_occur(parcels, enterprises):
    assert {p["supply_state"] for p, _ in parcels} == set(model.SUPPLY_STATES)
    assert {p["development_state"] for p, _ in parcels} == set(model.DEVELOPMENT_STATES)
    assert {row["stage"] for row in enterprises} == set(model.STAGES)


def test_dates_of_a_plot_are_in_order(parcels):
    for p, _ in parcels:
        for earlier, later in (
            ("start_due_on", "completion_due_on"),
            ("started_on", "completed_on"),
            ("started_on", "stopped_on"),
        ):
            if p.get(earlier) and p.get(later):
                assert p[earlier] < p[later], p["parcel_id"]
        assert p.get("started_on", "") < "2026-11-15"
        assert p.get("completed_on", "") < "2026-11-15"


def test_codes_are_known(parcels, parks, enterprises):
    uses = {row["code"] for row in read_rows("codes/land_use_2023.csv")}
    assert {p["land_use_code"] for p, _ in parcels} <= uses
    industries = {row["code"] for row in read_rows("codes/industry_gbt4754_2017.csv")}
    used = {row["industry_code"] for row in enterprises if row["industry_code"]}
    lists = [p.get("permitted_industries", "") for p, _ in parcels]
    lists += [p.get("industry_codes", "") for p, _ in parks.values()]
    used |= {code for text in lists for code in text.split(";") if code}
    assert used <= industries
    provinces = {row["name_zh"] for row in read_rows("codes/provinces.csv")}
    assert {row["origin_province"] for row in enterprises} - {""} <= provinces


def test_code_lists_have_their_parents():
    for name in ("codes/land_use_2023.csv", "codes/industry_gbt4754_2017.csv"):
        rows = read_rows(name)
        codes = {row["code"] for row in rows}
        assert {row["parent"] for row in rows} - {""} <= codes


def test_tanning_only_on_heavy_industrial_land(parcels):
    tanning = [p for p, _ in parcels if "C191" in p.get("permitted_industries", "")]
    assert tanning
    assert {p["land_use_code"] for p in tanning} == {"100103"}


def test_sample_firms_are_recognisable_and_have_no_credit_code(enterprises):
    for row in enterprises:
        assert not row.get("uscc")
        if row["nature"] == "sample":
            assert re.fullmatch(r"示例企业 \d{3}", row["name_zh"])
            assert re.fullmatch(r"Sample firm \d{3}", row["name_en"])
        else:
            assert row["published_zh"]
            assert not row["lon"]


def test_firms_are_found_in_every_way(enterprises):
    ways = Counter(
        "plot" if r["parcel_id"] else "hall" if r["building_id"] else
        "position" if r["lon"] else "park" if r["park_id"] else "none"
        for r in enterprises
        if r["nature"] == "sample"
    )  # fmt: skip
    assert set(ways) == {"plot", "hall", "position", "park", "none"}
    assert ways["none"] == 2
    assert any(row["publish_name"] == "false" for row in enterprises)


def test_references_hold_and_stages_fit_their_plots(parcels, enterprises, parks):
    plots = {p["parcel_id"]: (p, g) for p, g in parcels}
    firms = {row["enterprise_id"]: row for row in enterprises}
    halls = {p["building_id"] for p, _ in read_features("buildings.geojson")}
    fitting = {"operating": {"built", "inefficient"}, "construction": {"construction"}}
    for row in enterprises:
        assert not row["park_id"] or row["park_id"] in parks
        assert not row["building_id"] or row["building_id"] in halls
        if not row["parcel_id"]:
            continue
        plot, geometry = plots[row["parcel_id"]]
        assert plot["park_id"] == row["park_id"]
        assert plot["development_state"] in fitting.get(row["stage"], {plot["development_state"]})
        if row["lon"]:
            assert geometry.contains(shapely.Point(float(row["lon"]), float(row["lat"])))
    assert {p["enterprise_id"] for p, _ in parcels if "enterprise_id" in p} <= set(firms)


def test_halls_stand_inside_built_plots(parcels):
    plots = {p["parcel_id"]: (p, g) for p, g in parcels}
    for properties, footprint in read_features("buildings.geojson"):
        plot, geometry = plots[properties["parcel_id"]]
        assert geometry.contains(footprint)
        assert plot["development_state"] == "built"
        assert properties["park_id"] == plot["park_id"]


def test_figures_can_be_checked_against_each_other():
    figures = {row["figure_id"]: row for row in read_rows("figures.csv")}
    total = figures["in_place_2020"]
    parts = [float(figures[name]["value"]) for name in total["sum_of"].split(";")]
    assert sum(parts) == pytest.approx(float(total["value"]), rel=0.005)
    developed = figures["cele_park_developed"]
    share = float(developed["value"]) / float(figures[developed["share_of"]]["value"])
    assert share == pytest.approx(0.0787, abs=1e-4)
    assert float(developed["stated_share"]) == 0.127
    assert figures["contacted_2020"]["lower_bound"] == "true"


def test_a_cost_without_a_source_has_no_value_but_an_office_to_ask():
    costs = read_rows("costs.csv")
    assert {row["kind"] for row in costs} == set(model.COST_KINDS)
    assert [row["cost_id"] for row in costs if row["value"] or row["period"]] == []
    for row in costs:
        assert row["ask_zh"] and row["ask_en"] and row["unit"]
        text = row["ask_zh"] + row["ask_en"] + row["note_zh"] + row["note_en"]
        assert not re.search(r"\d", text), "neither a tariff nor a phone number is made up"


def test_rules_say_what_blocks():
    config = tomllib.loads((LAYERS / "rules.toml").read_text(encoding="utf-8"))
    assert {name for name, rule in config["rules"].items() if rule["blocks"]} == {
        "FILE_UNREADABLE",
        "CRS_UNKNOWN",
        "CATALOG_INVALID",
        "KEY_DUPLICATE",
        "KEY_MISSING",
        "GEOMETRY_EMPTY",
        "DATUM_SUSPECT",
        "AXES_SWAPPED",
    }


def test_files_open_in_gdal():
    for name in GENERATED[:4]:
        frame = gpd.read_file(LAYERS / name)
        assert frame.crs.to_epsg() == 4326


def test_rebuilding_gives_the_committed_bytes(tmp_path):
    subprocess.run([sys.executable, LAYERS / "build_pack.py", tmp_path], check=True)
    for name in GENERATED:
        assert (tmp_path / name).read_bytes() == (LAYERS / name).read_bytes(), name
    assert {path.name for path in tmp_path.iterdir()} == set(GENERATED)
