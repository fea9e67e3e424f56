"""The benchmarks at a small size: their results are asserted, their times are not."""

import json
import subprocess
import sys

import pytest

from tests.browser.site import ROOT, environment


@pytest.fixture(scope="module")
def rows(browser):
    # "browser" says whether there is one; the benchmark starts its own.
    run = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks", "--rounds", "1", "--requests", "80"],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return {row["name"]: row for row in json.loads(run.stdout)}


def test_every_row_compares_the_same_number_of_things(rows):
    assert rows.keys() == {
        "first_view_bytes",
        "first_view_requests",
        "first_view_drawn",
        "serve_layer",
        "serve_healthz",
    }
    for row in rows.values():
        assert set(row) == {"name", "n", "ours", "peer", "peer_name", "ratio", "unit"}
        assert min(row["n"], row["ours"], row["peer"]) > 0


def test_the_first_view_needs_a_fifth_of_the_bytes_of_explore(rows):
    assert rows["first_view_bytes"]["n"] >= 400
    assert rows["first_view_bytes"]["ratio"] >= 5
