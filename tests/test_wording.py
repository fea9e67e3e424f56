"""Values as text: the same on the server as in the browser."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from geo.wording import Quantity, Wording, parts

ROOT = Path(__file__).resolve().parents[1]
ZH, EN = Wording("zh"), Wording("en")


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (1234.5, 6, "1,234.5"),
        (0, 2, "0"),
        (-0.5, 2, "-0.5"),
        (2.345, 2, "2.35"),
        (2.5, 0, "3"),
        (16005, 1, "16,005"),
        (100, 0, "100"),
        (1e9, 2, "1,000,000,000"),
        ("7.6", 2, "7.6"),
        (None, 2, ""),
        ("", 2, ""),
        ("many", 2, ""),
        (float("nan"), 2, ""),
        (True, 2, ""),
    ],
)
def test_a_number(value, digits, text):
    assert ZH.number(value, digits) == text


def test_a_quantity_has_its_unit_beside_it():
    assert ZH.area(80.24) == Quantity("80.2", "亩")
    assert str(EN.hectares(80)) == "5.33 ha"
    assert EN.quantity(None, "unit.m2") is None
    assert EN.area(None) is None
    assert EN.hectares("") is None


def test_a_single_one_is_singular_in_english():
    assert str(EN.quantity(1, "unit.floors")) == "1 storey"
    assert str(EN.quantity(1.0, "unit.firms")) == "1 firm"
    assert str(EN.quantity(2, "unit.floors")) == "2 storeys"
    assert str(EN.quantity(0, "unit.plots")) == "0 plots"
    assert str(ZH.quantity(1, "unit.floors")) == "1 层"
    assert str(EN.quantity(1, "unit.m2")) == "1 m²"


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (1, 2, "1–2"),
        (1, 1, "1"),
        (1, None, "≥ 1"),
        (None, 2, "≤ 2"),
        (None, None, ""),
        (0, 2, "0–2"),
    ],
)
def test_a_range(low, high, text):
    assert ZH.range(low, high) == text


def test_a_published_figure_keeps_its_unit():
    assert ZH.unit("亿元", "100 million yuan") == "亿元"
    assert EN.unit("亿元", "100 million yuan") == "× 100 million yuan"
    assert EN.unit("家", "firms") == "firms"
    assert EN.unit("亩") == "mu"
    assert EN.unit("kWh") == "kWh"
    assert EN.unit(None) == ""


def test_the_other_language_stands_in_for_a_text_that_is_missing():
    record = {"name_zh": "园区", "name_en": None, "note_en": "remark"}
    assert EN.pick(record, "name") == "园区"
    assert ZH.pick(record, "note") == "remark"
    assert ZH.pick({"zh": "甲", "en": "a"}) == "甲"
    assert ZH.pick(None, "name") == ""
    assert ZH.pick({}) == ""


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        ("示意线 / schematic line", "示意线", "schematic line"),
        ("a / b", "a / b", "a / b"),
        ("只有中文", "只有中文", "只有中文"),
        (None, "", ""),
    ],
)
def test_the_half_of_a_text_in_two_languages(text, zh, en):
    assert (ZH.half(text), EN.half(text)) == (zh, en)


def test_a_word_that_the_list_does_not_know_shows_as_it_is():
    assert ZH.word("stage", "signed") == "签约"
    assert ZH.word("stage", "dreaming") == "dreaming"
    assert ZH.word("stage", None) == ""


def test_yes_no_and_not_known():
    assert (ZH.yes_no(True), ZH.yes_no(False), ZH.yes_no(None)) == ("是", "否", "")


def test_lists():
    assert parts("a; b；c;") == ["a", "b", "c"]
    assert EN.enumerate(["a", "", "b"]) == "a, b"
    assert EN.sources("示例；示例 / sample; sample") == ["sample", "sample"]


@pytest.mark.skipif(shutil.which("node") is None, reason="compares with the modules of the map")
def test_numbers_read_as_they_do_in_the_browser(tmp_path):
    values = [0, 0.5, 1.005, 2.345, 2.5, 1234.5678, -3.25, 16028.756364, 1e6, 0.1 + 0.2]
    code = (
        f"import {{ number }} from {json.dumps((ROOT / 'static/js/format.js').as_uri())};\n"
        f"const values = {json.dumps(values)};\n"
        "console.log(JSON.stringify(values.map((v) => [0, 1, 2, 6].map((d) => number(v, d)))));\n"
    )
    script = tmp_path / "numbers.mjs"
    script.write_text(code, encoding="utf-8")
    run = subprocess.run(["node", script], capture_output=True, text=True, check=True)
    assert json.loads(run.stdout) == [[ZH.number(v, d) for d in (0, 1, 2, 6)] for v in values]
