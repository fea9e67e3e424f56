"""Reading the catalogue: every fault at once, in words that say where."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from geo.catalog import read_catalog
from geo.errors import CatalogError
from geo.i18n import both
from geo.settings import BUNDLED_LAYERS

BUNDLED = (BUNDLED_LAYERS / "catalog.toml").read_text(encoding="utf-8")


def read(tmp_path: Path, text: str) -> CatalogError:
    (tmp_path / "catalog.toml").write_text(text, encoding="utf-8")
    with pytest.raises(CatalogError) as caught:
        read_catalog(tmp_path)
    return caught.value


def faults_of(error: CatalogError, lang: str = "en") -> str:
    faults = error.params["faults"]
    assert isinstance(faults, dict)
    return str(faults[lang])


def test_the_bundled_catalogue_has_one_layer_of_each_kind() -> None:
    catalog = read_catalog(BUNDLED_LAYERS)
    assert catalog.layer_of("parcels") == "parcels"
    assert list(catalog.entries())[: len(catalog.layers)] == list(catalog.layers)


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "catalog.toml").write_text(BUNDLED, encoding="utf-8-sig")
    assert read_catalog(tmp_path) == read_catalog(BUNDLED_LAYERS)


def test_a_missing_catalogue_is_named(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="CATALOG_MISSING"):
        read_catalog(tmp_path)


def test_a_syntax_error_comes_with_its_line(tmp_path: Path) -> None:
    error = read(tmp_path, "format = 1\n[site\n")
    assert error.code == "CATALOG_UNREADABLE"
    assert "line 2" in str(error.params["reason"])


def test_another_encoding_is_told(tmp_path: Path) -> None:
    (tmp_path / "catalog.toml").write_bytes("# 园区".encode("gb18030"))
    with pytest.raises(CatalogError, match="CATALOG_UNREADABLE"):
        read_catalog(tmp_path)


def test_a_newer_format_is_refused(tmp_path: Path) -> None:
    assert read(tmp_path, BUNDLED.replace("format = 1", "format = 2")).code == "FORMAT_NEWER"


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    text = BUNDLED.replace("demo = true", "demoo = true").replace("format = 1", 'format = "one"')
    faults = faults_of(read(tmp_path, text))
    assert "site.demoo" in faults
    assert "format" in faults


def test_faults_are_told_in_either_language(tmp_path: Path) -> None:
    text = BUNDLED.replace("demo = true", "demo = 3").replace('datum = "wgs84"', 'datum = "x"', 1)
    error = read(tmp_path, text)
    assert "site.demo: 应为 true 或 false；layers.places.datum: 应为" in faults_of(error, "zh")
    assert "site.demo: expected true or false; layers." in faults_of(error)
    shown = both("error.CATALOG_INVALID", **error.params)
    assert "应为 true 或 false" in shown["zh"]
    assert "应为" not in shown["en"]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('kind = "parcels"', 'kind = "plots"', "unknown kind"),
        ('key = "parcel_id"', 'key = "park_id"', "expected 'parcel_id'"),
        ('file = "parcels.geojson"', 'file = "../secret.geojson"', "inside the data directory"),
        ('file = "parcels.geojson"', 'file = "/etc/passwd"', "inside the data directory"),
        ('file = "parcels.geojson"', 'file = "a\\\\b.geojson"', "inside the data directory"),
        ('nature = "sample"', 'nature = "real"', "expected one of"),
        ("[layers.parcels]", "[layers.site]", "this name is taken"),
        ("min_zoom = 13", "min_zoom = nan", "min_zoom"),
        ("min_zoom = 13", "min_zoom = 1e9", "min_zoom"),
        ("public_precision_m = 0", "public_precision_m = -1", "1 to 1000 metres"),
        ("public_precision_m = 0", "public_precision_m = 0.5", "1 to 1000 metres"),
        ("public_precision_m = 0", "public_precision_m = 1001", "1 to 1000 metres"),
        ("public_precision_m = 0", "public_precision_m = nan", "1 to 1000 metres"),
        ("public_precision_m = 0", 'public_precision_m = "1 m"', "expected a number"),
        ("[layers.parcels]", '[layers."<script>"]', "layers"),
    ],
)
def test_an_entry_that_breaks_the_contract_is_told(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    assert old in BUNDLED
    assert told in faults_of(read(tmp_path, BUNDLED.replace(old, new)))


def test_a_field_that_no_kind_has_cannot_be_made_public(tmp_path: Path) -> None:
    text = re.sub(r"public_fields = \[", 'public_fields = ["passwords", ', BUNDLED, count=1)
    assert "passwords" in faults_of(read(tmp_path, text))


@pytest.mark.parametrize("field", ["invest_in_place_wan", "tax_wan", "employees"])
def test_what_tells_of_a_single_firm_cannot_be_made_public(tmp_path: Path, field: str) -> None:
    text = BUNDLED.replace('"enterprise_id", "name_zh"', f'"{field}", "enterprise_id", "name_zh"')
    assert text != BUNDLED
    assert "single firm" in faults_of(read(tmp_path, text))


RED_LINES = """
[layers.control_lines]
title = { zh = "控制线", en = "Control lines" }
kind = "red_lines"
key = "line_id"
file = "control_lines.geojson"
datum = "cgcs2000"
nature = "reported"
source = { zh = "自然资源局", en = "Bureau" }
as_of = "2026"
licence = "internal"
public = false
public_fields = []
"""


def test_red_lines_are_for_the_staff_alone(tmp_path: Path) -> None:
    (tmp_path / "catalog.toml").write_text(BUNDLED + RED_LINES, encoding="utf-8")
    assert read_catalog(tmp_path).layer_of("red_lines") == "control_lines"
    for open_entry in (
        RED_LINES.replace("public = false\n", ""),
        RED_LINES.replace("false", "true"),
    ):
        told = faults_of(read(tmp_path, BUNDLED + open_entry))
        assert "control_lines.public: layers of kind 'red_lines' are for the staff alone" in told


def test_there_is_at_most_one_layer_of_red_lines(tmp_path: Path) -> None:
    twice = BUNDLED + RED_LINES + RED_LINES.replace("control_lines", "more_lines")
    assert "2 of kind 'red_lines'" in faults_of(read(tmp_path, twice))


def test_what_is_not_public_has_no_public_fields(tmp_path: Path) -> None:
    some = RED_LINES.replace("public_fields = []", 'public_fields = ["line_id"]')
    assert "control_lines.public_fields" in faults_of(read(tmp_path, BUNDLED + some))


def test_a_layer_that_public_pages_need_cannot_be_kept_back(tmp_path: Path) -> None:
    text = re.sub(r'(kind = "parcels")', r"\1\npublic = false", BUNDLED)
    assert "public pages need the layer of kind 'parcels'" in faults_of(read(tmp_path, text))


def test_a_directory_or_deep_nesting_in_its_place_is_told(tmp_path: Path) -> None:
    assert read(tmp_path, "a = " + "[" * 5000 + "]" * 5000).code == "CATALOG_UNREADABLE"
    (tmp_path / "catalog.toml").unlink()
    (tmp_path / "catalog.toml").mkdir()
    with pytest.raises(CatalogError, match="CATALOG_UNREADABLE"):
        read_catalog(tmp_path)


def test_a_missing_layer_of_a_needed_kind_is_told(tmp_path: Path) -> None:
    start = BUNDLED.index("[layers.buildings]")
    end = BUNDLED.index("[", start + 20 + BUNDLED[start + 20 :].index("\n["))
    text = BUNDLED[:start] + BUNDLED[end:]
    assert "0 of kind 'buildings'" in faults_of(read(tmp_path, text))


def test_the_bundle_is_read_from_any_place(tmp_path: Path) -> None:
    shutil.copy(BUNDLED_LAYERS / "catalog.toml", tmp_path / "catalog.toml")
    assert read_catalog(tmp_path).site.demo is True
