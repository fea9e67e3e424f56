"""Killed at any moment, a full disk, two at once: the data are as before or as after, whole.

Every import runs in a process of its own, as people run it. What happens at every single step
of writing is in tests/storage/test_working_copy_faults.py.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time

import pytest

from geo.intake import history
from geo.settings import BUNDLED_LAYERS, ROOT, Settings
from tests.importer.files import write_csv

HEADING = ["企业编号", "企业名称", "项目阶段", "年产值（万元）"]
JADE = ["", "新疆玉龙食品", "投产", "5"]
GRAPE = ["", "新疆石榴物流", "投产", "6"]
BUNDLE = (BUNDLED_LAYERS / "enterprises.csv").read_bytes()

pytestmark = pytest.mark.timeout(400)
needs_posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")


def start(*command):
    return subprocess.Popen(
        [sys.executable, *map(str, command)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


def finish(process):
    out, err = process.communicate()
    return process.returncode, json.loads(out) if out else {}, err


def importing(out, path):
    return ("import", "enterprises", path, "--out", out, "--as-of", "2026-11-24", "--json")


def import_file(out, path):
    return start("-m", "geo", *importing(out, path))


def dying_import(how, step, out, path):
    return start(ROOT / "tests" / "data" / "dying_import.py", how, step, *importing(out, path))


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


@pytest.fixture
def register(tmp_path):
    def write(name, *rows):
        return write_csv(tmp_path / f"{name}.csv", [HEADING, *rows])

    return write


@pytest.fixture
def jade(register):
    return register("jade", JADE)


@pytest.fixture
def grape(register):
    return register("grape", GRAPE)


def layer(out):
    path = out / "data" / "enterprises.csv"
    return path.read_bytes() if path.exists() else None


def names(out):
    """Return which of the two firms the layer has; what else it has must be the bundle's."""
    text = (layer(out) or BUNDLE).decode()
    found = [row[1] for row in (JADE, GRAPE) if row[1] in text]
    assert len(text.splitlines()) == len(BUNDLE.decode().splitlines()) + len(found)
    return found


def assert_readable(out):
    code, answer, err = finish(start("-m", "geo", "check", "--out", out, "--json"))
    assert code in (0, 1), err
    assert [f for f in answer["findings"] if f["rule"].startswith(("FILE", "CRS", "KEY"))] == []


def assert_whole(out):
    """The data are read, and the history says how the layer came to be what it is."""
    assert_readable(out)
    entries = history(Settings(out=out), "enterprises")
    assert sum(entry["current"] for entry in entries) == (1 if entries else 0)
    if not entries:
        assert layer(out) in (None, BUNDLE)


def leftovers(out):
    found = [p.name for p in out.rglob("*")]
    return [name for name in found if name.endswith(".new") or name.startswith("building-")]


@pytest.fixture(scope="module")
def steps(tmp_path_factory):
    """How many steps of a first import can be died at, and how many files it writes."""
    folder = tmp_path_factory.mktemp("counted")
    path = write_csv(folder / "jade.csv", [HEADING, JADE])
    counted = {}
    for how, at in (("count", 0), ("full", -1)):
        code, _, err = finish(dying_import(how, at, folder / how, path))
        assert code == 0, err
        counted[how] = int(err.strip().splitlines()[-1])
    return {"kill": counted["count"], "full": counted["full"]}


@needs_posix
@pytest.mark.parametrize("share", [0.1, 0.8, 0.9, 1.0])
def test_a_kill_while_data_are_written_leaves_the_earlier_or_the_new_layer(share, steps, out, jade):
    code, _, _ = finish(dying_import("kill", round(share * steps["kill"]), out, jade))
    assert code == -signal.SIGKILL
    assert_whole(out)
    assert finish(import_file(out, jade))[0] == 0
    assert names(out) == [JADE[1]]
    assert_whole(out)
    assert leftovers(out) == []


def test_a_kill_at_any_moment_leaves_the_earlier_or_the_new_layer(tmp_path, out, jade, grape):
    assert finish(import_file(out, jade))[0] == 0
    started = time.monotonic()
    assert finish(import_file(tmp_path / "timed", grape))[0] == 0
    lasts = time.monotonic() - started
    moments = random.Random(7)
    for _ in range(6):
        process = import_file(out, grape)
        time.sleep(moments.uniform(0.4, 1.05) * lasts)
        process.kill()
        process.communicate()
        assert names(out) in ([JADE[1]], [JADE[1], GRAPE[1]])
        assert_whole(out)


@pytest.mark.parametrize("share", [0.1, 1.0])
def test_a_full_disk_is_told_in_a_sentence(share, steps, out, jade):
    code, answer, _ = finish(dying_import("full", round(share * steps["full"]), out, jade))
    assert (code, answer["error"]["code"]) == (2, "DISK_FULL")
    assert "磁盘已满" in answer["error"]["message"]["zh"]
    assert layer(out) in (None, BUNDLE)
    assert leftovers(out) == []
    assert finish(import_file(out, jade))[0] == 0


@needs_posix
def test_a_file_that_the_system_cuts_off_is_told_as_a_full_disk(out, jade):
    code, answer, _ = finish(dying_import("limit", 20_000, out, jade))
    assert (code, answer["error"]["code"]) == (2, "DISK_FULL")
    assert layer(out) is None


def test_of_two_at_once_each_is_done_or_told_that_the_other_was_quicker(out, jade, grape):
    processes = [import_file(out, path) for path in (jade, grape)]
    answers = [finish(process) for process in processes]
    done = [row[1] for row, answer in zip((JADE, GRAPE), answers, strict=True) if answer[0] == 0]
    assert done
    assert names(out) == done
    refused = [answer["error"]["code"] for code, answer, _ in answers if code]
    assert set(refused) <= {"LAYER_CHANGED"}
    assert_whole(out)
    assert leftovers(out) == []


def test_imports_that_meet_lose_nothing_when_the_refused_are_repeated(out, register):
    waiting = [register(f"r{n}", [f"N-{n}", f"示例企业 90{n}", "投产", str(n)]) for n in range(3)]
    while waiting:
        processes = [(path, import_file(out, path)) for path in waiting]
        waiting = [path for path, process in processes if finish(process)[0] == 2]
    text = layer(out).decode()
    assert all(f"\nN-{n}," in text for n in range(3))
