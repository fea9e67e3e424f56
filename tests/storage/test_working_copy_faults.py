"""Killed at every step, a disk full at every step: the layer is the earlier or the new one."""

import os
import signal
import subprocess
import sys

import pytest

from geo.settings import BUNDLED_LAYERS, ROOT
from geo.storage.working_copy import Deed, WorkingCopy

BUNDLE = (BUNDLED_LAYERS / "enterprises.csv").read_bytes()
FIRST = BUNDLE + b"X-1,first\n"
SECOND = BUNDLE + b"X-2,second\n"

pytestmark = [
    pytest.mark.timeout(400),
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL"),
]


@pytest.fixture
def attempt(tmp_path):
    """Change the layer in a process that meets a disaster; return it and its count of steps."""

    def run(how, step, out, body):
        (tmp_path / "body").write_bytes(body)
        done = subprocess.run(
            [
                sys.executable,
                ROOT / "tests/storage/dying.py",
                how,
                str(step),
                out,
                tmp_path / "body",
            ],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        return done, int(done.stdout or 0)

    return run


def layer(out):
    path = out / "data" / "enterprises.csv"
    return path.read_bytes() if path.exists() else None


def put(out, body):
    copy = WorkingCopy(out)
    with copy.lock():
        copy.write("enterprises", "enterprises.csv", body, Deed("x", "restore", "", {}))


def leftovers(out):
    names = [p.name for p in out.rglob("*")]
    return [name for name in names if name.endswith(".new") or name.startswith("building-")]


def tree(out):
    folders = (out / "data", out / "history")
    return {p: p.read_bytes() for folder in folders for p in folder.rglob("*") if p.is_file()}


def assert_whole(out, allowed):
    """The layer is an allowed one, and the current entry of its history, if any, is it."""
    found = layer(out)
    assert found in allowed
    copy = WorkingCopy(out)
    changes, current = copy.changes("enterprises", "enterprises.csv")
    if current is not None:
        assert copy.body("enterprises", current) == found
    else:
        assert found in (None, BUNDLE)
        assert changes == []


def test_killed_at_every_step_of_the_first_change(tmp_path, attempt):
    steps = attempt("count", 0, tmp_path / "counted", FIRST)[1]
    assert steps > 20  # the files of the copy, the two entries of the history, the layer
    found = set()
    for step in range(1, steps + 1):
        out = tmp_path / f"out-{step}"
        assert attempt("kill", step, out, FIRST)[0].returncode == -signal.SIGKILL
        assert_whole(out, {None, BUNDLE, FIRST})
        found.add(layer(out))
        assert attempt("count", 0, out, FIRST)[0].returncode == 0
        assert_whole(out, {FIRST})
        assert leftovers(out) == []
    assert found == {None, BUNDLE, FIRST}


def test_killed_at_every_step_of_a_later_change(tmp_path, attempt):
    out = tmp_path / "out"
    attempt("count", 0, out, FIRST)
    steps = attempt("count", 0, out, SECOND)[1]
    found = set()
    for step in range(1, steps + 1):
        put(out, FIRST)
        assert attempt("kill", step, out, SECOND)[0].returncode == -signal.SIGKILL
        assert_whole(out, {FIRST, SECOND})
        found.add(layer(out))
    assert found == {FIRST, SECOND}  # some steps come before the change, some after


def test_a_disk_full_at_every_step_of_the_first_change_leaves_nothing(tmp_path, attempt):
    steps = attempt("full", -1, tmp_path / "counted", FIRST)[1]
    assert steps > 20
    for step in range(1, steps + 1):
        out = tmp_path / f"out-{step}"
        done, _ = attempt("full", step, out, FIRST)
        assert "DISK_FULL" in done.stderr
        assert_whole(out, {None, BUNDLE})
        assert leftovers(out) == []


def test_a_disk_full_at_every_step_of_a_later_change_leaves_all_as_it_was(tmp_path, attempt):
    out = tmp_path / "out"
    attempt("count", 0, out, FIRST)
    steps = attempt("full", -1, out, SECOND)[1]
    put(out, FIRST)
    before = tree(out)
    for step in range(1, steps + 1):
        assert "DISK_FULL" in attempt("full", step, out, SECOND)[0].stderr
        assert tree(out) == before
    assert steps == 3  # the layer beside itself, the body and the facts of the entry


def test_files_that_the_system_cuts_off_are_a_full_disk(tmp_path, attempt):
    out = tmp_path / "out"
    done, _ = attempt("limit", 20_000, out, FIRST)
    assert "DISK_FULL" in done.stderr
    assert layer(out) is None
    assert leftovers(out) == []
