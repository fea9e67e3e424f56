"""``indicators.toml``: what it may say, and what is said about it."""

import shutil
from datetime import date

import pytest

from geo.errors import CatalogError
from geo.examination import examine
from geo.indicators import Indicators, read_indicators
from geo.settings import BUNDLED_LAYERS

HEAD = "format = 1\n"
THRESHOLD = """
[[thresholds]]
indicator = "invest_in_place"
industries = ["C19"]
least = 300
unit = "wan_per_ha"
source = { zh = "源", en = "source" }
as_of = "2026"
verified = true
"""
RANKING = """
[ranking]
source = { zh = "源", en = "source" }
as_of = "2026"
verified = true
industries = ["C"]
least_firms = 2
most_credit = 1.5
classes = { A = 0.2, B = 0.7, C = 0.95 }
weights = [{ indicator = "tax", points = 1, better = "more" }]
"""


def read(folder, text):
    (folder / "indicators.toml").write_text(text, encoding="utf-8")
    return read_indicators(folder)


def test_the_bundled_file_is_read_and_every_number_in_it_asks_to_be_checked():
    found = read_indicators(BUNDLED_LAYERS)
    assert found.ranking is not None
    assert not any(s.verified for s in (*found.thresholds, found.ranking))
    assert all(s.source.zh and s.as_of for s in (*found.thresholds, found.ranking))


def test_without_the_file_there_are_no_thresholds(tmp_path):
    assert read_indicators(tmp_path) == Indicators()


def test_a_threshold_per_hectare_is_told_per_mu(tmp_path):
    (threshold,) = read(tmp_path, HEAD + THRESHOLD).thresholds
    assert threshold.bounds() == (pytest.approx(20), None)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[[thresholds", "INDICATORS_UNREADABLE"),
        ("a = " + "[" * 20_000, "INDICATORS_UNREADABLE"),
        ("format = 2", "FORMAT_NEWER"),
        (HEAD + THRESHOLD.replace("invest_in_place", "beauty"), "INDICATORS_INVALID"),
        (HEAD + THRESHOLD.replace("wan_per_ha", "ratio"), "INDICATORS_INVALID"),
        (HEAD + THRESHOLD.replace("least = 300\n", ""), "INDICATORS_INVALID"),
        (HEAD + THRESHOLD.replace("300", "inf"), "INDICATORS_INVALID"),
        (HEAD + THRESHOLD.replace("300", "-1"), "INDICATORS_INVALID"),
        (HEAD + THRESHOLD.replace('"C19"', '"195"'), "INDICATORS_INVALID"),
        (HEAD + THRESHOLD.replace('as_of = "2026"\n', ""), "INDICATORS_INVALID"),
        (HEAD + THRESHOLD + THRESHOLD, "INDICATORS_INVALID"),
        (HEAD + THRESHOLD + "colour = 1\n", "INDICATORS_INVALID"),
        (HEAD + RANKING.replace("B = 0.7", "B = 0.1"), "INDICATORS_INVALID"),
        (HEAD + RANKING.replace("points = 1", "points = 0"), "INDICATORS_INVALID"),
        (
            HEAD + RANKING.replace("}]", '}, { indicator = "tax", points = 1, better = "less" }]'),
            "INDICATORS_INVALID",
        ),
    ],
)
def test_a_file_that_breaks_its_contract_is_refused(tmp_path, text, code):
    with pytest.raises(CatalogError, match=code):
        read(tmp_path, text)


def test_a_file_that_is_not_text_is_refused(tmp_path):
    (tmp_path / "indicators.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CatalogError, match="INDICATORS_UNREADABLE"):
        read_indicators(tmp_path)


def test_every_fault_is_told_at_once_in_both_languages(tmp_path):
    text = HEAD + THRESHOLD.replace("least = 300\n", "") + RANKING.replace("B = 0.7", "B = 0.1")
    with pytest.raises(CatalogError) as caught:
        read(tmp_path, text)
    faults = caught.value.params["faults"]
    assert "A ≤ B ≤ C" in faults["zh"]
    assert "least" in faults["en"]


def test_a_faulty_file_is_a_finding_and_blocks(tmp_path):
    layers = shutil.copytree(BUNDLED_LAYERS, tmp_path / "layers")
    (layers / "indicators.toml").write_text("[[thresholds", encoding="utf-8")
    (finding,) = examine(layers, date(2026, 11, 22)).blocking
    assert finding.rule == "CATALOG_INVALID"
    assert "indicators.toml" in finding.message["zh"]
