"""The benchmark of the offline package at a small size: that it measures, not how fast."""

import json
import subprocess
import sys

import pytest

from tests.browser.site import ROOT, environment

MEASURE = """
import dataclasses, json, sys, pathlib
from tests.benchmarks.package import measure
found = measure(pathlib.Path(sys.argv[1]), rounds=1)
print(json.dumps([dataclasses.asdict(page) for page in found]))
"""


@pytest.mark.timeout(300)
def test_every_page_is_drawn_and_timed(browser, packed):
    # "browser" says whether there is one; the benchmark starts its own, in a process of its own.
    run = subprocess.run(
        [sys.executable, "-c", MEASURE, str(packed.folder)],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    pages = json.loads(run.stdout)
    assert [page["name"] for page in pages] == ["show", "map", "finder"]
    assert all(0 < page["median_ms"] <= page["slowest_ms"] for page in pages)
