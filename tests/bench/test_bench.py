"""``python -m geo bench`` at a small size: its results are asserted, its times are not."""

import json
import subprocess
import sys

import numpy as np
import pytest

from geo.bench import joining, page, region, report
from geo.bench.data import write_region
from geo.bench.growth import exponents, fitted
from geo.errors import RunError
from geo.feature_store import LARGE_FROM
from geo.settings import ROOT
from tests.browser.site import environment

BESIDE_TIPG = {"features_in_box_rate", "tile_z10_rate", "tile_z12_rate"}
MEASURED = {
    *(
        "publish_time",
        "publish_memory",
        "join",
        "topology",
        "topology_corners",
        "page_rate",
        "layer_rate",
        "health_rate",
    ),
    *("tile_z10_first", "tile_z12_first", "first_view_bytes", "first_view_drawn", "zoom_settled"),
    *BESIDE_TIPG,
}


@pytest.fixture(scope="module")
def rows(browser):
    # "browser" says whether there is one; the benchmark starts its own.
    options = ["--plots", str(LARGE_FROM), "--rounds", "1", "--requests", "40", "--json"]
    run = subprocess.run(
        [sys.executable, "-m", "geo", "bench", *options],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return json.loads(run.stdout)


@pytest.mark.timeout(600)
def test_every_measure_has_its_peer_and_none_is_left_out(rows):
    assert {row["name"] for row in rows} == MEASURED
    for row in rows:
        assert set(row) == {"name", "n", "ours", "peer", "peer_name", "ratio", "unit"}
        assert min(row["n"], row["ours"], row["peer"]) > 0
    assert {r["peer_name"] for r in rows if r["name"] in BESIDE_TIPG} == {"tipg on PostGIS"}


def test_the_first_view_does_not_hold_all_plots(rows):
    (bytes_,) = [row for row in rows if row["name"] == "first_view_bytes"]
    assert bytes_["ours"] < 400_000


def test_a_join_with_other_pairs_stops_the_benchmark(monkeypatch):
    class Blind:
        def __init__(self, areas):
            pass

        def pairs(self, points):
            return np.empty((2, 0), dtype=np.int64)

    monkeypatch.setattr(joining, "Areas", Blind)
    with pytest.raises(RunError) as caught:
        joining.measure(100, 100, rounds=1)
    assert caught.value.code == "BENCH_FAILED"


def test_the_exponent_is_that_of_the_power_law():
    assert fitted([(n, 3 * n**1.5) for n in (10, 100, 1000)]) == pytest.approx(1.5)


def test_exponents_come_of_measures_that_grow_from_where_data_outweigh_the_rest():
    def row(name, n, ours):
        return report.compare(name, n, ours, 1, peer_name="any", unit="s", less_is_better=True)

    rows = [row("publish_time", n, n / 1000 + 5) for n in (1_000, 10_000, 100_000)]
    rows += [row("page_rate", n, 5) for n in (1_000, 10_000, 100_000)]
    (found,) = exponents(rows)
    assert (found.name, found.n, found.peer_name) == ("publish_time_exponent", 100_000, "linear")
    assert found.ours == pytest.approx(0.845, abs=0.01)


def test_a_ratio_says_how_many_times_better_ours_is():
    faster = report.compare("x", 1, 2, 6, peer_name="p", unit="ms", less_is_better=True)
    more = report.compare("x", 1, 6, 2, peer_name="p", unit="a/s", less_is_better=False)
    assert (faster.ratio, more.ratio) == (3, 3)


def test_the_table_is_put_where_the_last_one_was():
    before = f"# Title\n\n{page.BEGIN}\nold\n{page.END}\n\nby hand\n"
    after = page.with_measured(before, "new")
    assert after == f"# Title\n\n{page.BEGIN}\nnew\n{page.END}\n\nby hand\n"


def test_the_page_says_what_was_measured():
    rows = json.loads((ROOT / "docs" / "benchmarks.json").read_text(encoding="utf-8"))
    text = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    assert page.with_measured(text, page.as_markdown(rows)) == text, "run python -m geo.bench.page"


def test_a_region_is_the_same_each_time_and_has_what_is_asked_for(tmp_path):
    for name in ("one", "two"):
        write_region(tmp_path / name, plots=300, firms=900)
    files = [p.relative_to(tmp_path / "one") for p in sorted((tmp_path / "one").rglob("*.*"))]
    assert files
    for file in files:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()
    made = region.Region(300, tmp_path / "one", tmp_path / "out")
    assert made.firms == 3_000
    assert made.publish().peak_mb > 50
    assert made.version.startswith(region.AS_OF)
