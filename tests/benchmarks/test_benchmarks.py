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
        [
            sys.executable,
            "-m",
            "tests.benchmarks",
            "--rounds",
            "1",
            "--requests",
            "80",
        ],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def test_every_row_compares_something_with_something(rows):
    assert {row["name"] for row in rows} == {
        "first_view_bytes",
        "first_view_requests",
        "first_view_drawn",
        "first_view_drawn_10mbit",
        "serve_layer",
        "serve_healthz",
    }
    for row in rows:
        assert set(row) == {"name", "n", "ours", "peer", "peer_name", "ratio", "unit"}
        assert min(row["n"], row["ours"], row["peer"]) > 0


def test_the_first_view_needs_fewer_bytes_than_explore(rows):
    compressed, saved = [row for row in rows if row["name"] == "first_view_bytes"]
    assert compressed["n"] >= 400
    assert compressed["ratio"] > 1
    assert saved["ratio"] >= 5
