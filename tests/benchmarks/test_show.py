"""The benchmarks of the show at a small size: what they count is asserted, not how fast it was."""

import json
import subprocess
import sys

from tests.browser.site import ROOT, environment


def run(module, *arguments):
    """Run a benchmark as a person does; two browsers cannot be driven from one process."""
    done = subprocess.run(
        [sys.executable, "-m", f"tests.benchmarks.{module}", *arguments],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout, done.stderr
    return json.loads(done.stdout)


def test_every_change_is_watched_to_its_end(browser):
    # "browser" says whether there is one; the benchmark starts its own.
    changes = run("show", "--rounds", "1", "--most", "2")
    assert len({change["scene"] for change in changes}) == 2
    for change in changes:
        assert change["frames_per_second"] > 0
        assert change["longest_ms"] > 0


def test_the_heap_is_measured_after_whole_loops(browser):
    first, last = run("show_memory", "--loops", "1", "2", "--rush", "600")["memory"]
    assert (first["loops"], last["loops"]) == (1, 2)
    assert min(first["heap"], last["heap"]) > 1_000_000, "the page is not what was measured"
    # Whoever listens anew at every scene is heard here.
    assert last["listeners"] <= first["listeners"] + 20
