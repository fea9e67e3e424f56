"""The command line as a clerk and as a script use it."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from geo.cli import main
from geo.settings import BUNDLED_LAYERS, ROOT, Settings
from geo.state import open_state, waivers
from geo.storage.snapshots import SnapshotStore

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    def run_command(*arguments: str) -> tuple[int, str, str]:
        status = main([*arguments, "--out", str(tmp_path / "out")])
        return status, *capsys.readouterr()

    return run_command


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    data = Path(shutil.copytree(BUNDLED_LAYERS, tmp_path / "data"))
    (data / "parcels.geojson").write_text("")
    return data


def test_check_of_the_bundle_succeeds_and_counts(run: Run) -> None:
    status, out, _ = run("check", "--json", "--as-of", "2026-11-22")
    document = json.loads(out)
    assert status == 0
    assert document["as_of"] == "2026-11-22"
    assert document["counts"]["error"] == 0
    assert document["counts"]["warning"] == len(
        [f for f in document["findings"] if f["severity"] == "warning"]
    )
    assert set(document["findings"][0]) == {
        "id", "rule", "severity", "layer", "feature", "message",
        "expected", "actual", "area_m2", "geometry",
    }  # fmt: skip


def test_check_fails_on_unwaived_errors_alone_and_says_what_is_waived(
    run: Run, tmp_path: Path
) -> None:
    faulty = ROOT / "tests" / "data" / "faulty"
    asked = ("check", "--data", str(faulty), "--as-of", "2026-11-22")
    status, out, _ = run(*asked, "--json")
    before = json.loads(out)
    assert (status, before["course"]) == (1, None)
    state = open_state(Settings(out=tmp_path / "out"))
    errors = [f for f in before["findings"] if f["severity"] == "error"]
    for finding in errors:
        day = date(2026, 11, 22)
        waivers.grant(state, finding, reason="核对过", until=day, by="li", on=day)
    status, out, _ = run(*asked, "--json")
    after = json.loads(out)
    assert status == 0
    assert after["counts"] == {**before["counts"], "error": 0}
    said = {"reason": "核对过", "by": "li", "until": "2026-11-22"}
    for finding in after["findings"]:
        waived = {"waiver": said} if finding["severity"] == "error" else {}
        assert finding == next(f for f in before["findings"] if f["id"] == finding["id"]) | waived
    status, out, _ = run(*asked)
    assert f"另有 {len(errors)} 处已豁免" in out and "waived by li until 2026-11-22: 核对过" in out
    assert run("check", "--data", str(faulty), "--as-of", "2026-11-23")[0] == 1, "they have ended"


def test_check_says_what_is_new_open_and_fixed_since_the_published_version(
    run: Run, tmp_path: Path
) -> None:
    data = Path(shutil.copytree(BUNDLED_LAYERS, tmp_path / "data"))
    version = json.loads(run("publish", "--data", str(data), "--json")[1])["version"]
    catalog = data / "catalog.toml"
    text = catalog.read_text(encoding="utf-8")
    assert 'map_approval = ""' in text
    text = text.replace('map_approval = ""', 'map_approval = "新S(2026)001号"')
    catalog.write_text(text, encoding="utf-8")
    plots = json.loads((data / "parcels.geojson").read_text(encoding="utf-8"))
    plots["features"][0]["properties"]["land_use_code"] = "999999"
    (data / "parcels.geojson").write_text(json.dumps(plots), encoding="utf-8")
    document = json.loads(run("check", "--data", str(data), "--json")[1])
    course = document["course"]
    assert course["version"] == version
    assert (course["new"], course["fixed"]) == (1, 1)
    assert course["open"] == len(document["findings"]) - 1
    assert "新增 1 处" in run("check", "--data", str(data))[1]


def test_check_of_broken_data_exits_1_in_plain_words(run: Run, broken: Path) -> None:
    status, out, _ = run("check", "--data", str(broken))
    assert status == 1
    assert "FILE_UNREADABLE" in out
    assert "parcels.geojson" in out
    assert "检查完毕" in out


def test_publish_versions_and_rollback(run: Run) -> None:
    status, out, _ = run("publish", "--json", "--as-of", "2026-11-21")
    first = json.loads(out)
    assert (status, first["changed"]) == (0, True)
    assert Path(first["path"], "manifest.json").is_file()
    status, out, _ = run("publish", "--as-of", "2026-11-22")
    assert status == 0
    assert "已发布" in out and "Published" in out
    versions: list[dict[str, Any]] = json.loads(run("versions", "--json")[1])
    assert [v["current"] for v in versions] == [True, False]
    assert versions[1]["version"] == first["version"]
    assert run("rollback", first["version"])[0] == 0
    assert run("versions")[1].startswith(f"* {first['version']}")


def test_a_blocked_publish_exits_1_with_both_languages(run: Run, broken: Path) -> None:
    status, out, _ = run("publish", "--json", "--data", str(broken))
    error = json.loads(out)["error"]
    assert status == 1
    assert error["code"] == "PUBLISH_BLOCKED"
    assert set(error["message"]) == {"zh", "en"}
    status, out, err = run("publish", "--data", str(broken))
    assert status == 1
    assert "parcels" in out
    assert "现有版本继续服务" in err


def test_an_unknown_version_exits_2(run: Run) -> None:
    status, out, _ = run("rollback", "2026-01-01-0000000000", "--json")
    assert status == 2
    assert json.loads(out)["error"]["code"] == "VERSION_UNKNOWN"


def test_a_missing_data_directory_is_told(run: Run, tmp_path: Path) -> None:
    status, _, err = run("publish", "--data", str(tmp_path / "nowhere"))
    assert status == 2
    assert "nowhere" in err


def test_versions_need_no_data_directory(run: Run, tmp_path: Path) -> None:
    assert run("versions", "--data", str(tmp_path / "nowhere"))[0] == 0


def test_a_publish_while_another_runs_exits_2(run: Run, tmp_path: Path) -> None:
    with SnapshotStore(tmp_path / "out").lock():
        status, out, _ = run("publish", "--json")
    assert status == 2
    assert json.loads(out)["error"]["code"] == "PUBLISH_LOCKED"


def test_an_output_directory_that_cannot_be_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    assert main(["publish", "--out", str(tmp_path / "file" / "out"), "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "SYSTEM_REFUSED"


def test_a_file_that_is_not_there_is_named(run: Run, tmp_path: Path) -> None:
    status, out, _ = run("restore", str(tmp_path / "nowhere.zip"), "--json")
    failure = json.loads(out)["error"]
    assert (status, failure["code"]) == (2, "PATH_MISSING")
    assert "nowhere.zip" in failure["message"]["zh"]


def test_a_user_without_a_name_can_publish(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def nameless() -> str:
        raise KeyError("getpwuid(): uid not found")

    monkeypatch.setattr("getpass.getuser", nameless)
    assert run("publish", "--json")[0] == 0
    assert json.loads(run("versions", "--json")[1])[0]["by"] == "unknown"


def test_output_that_nobody_reads_to_the_end_is_no_crash() -> None:
    command = f"{sys.executable} -m geo check --json | head -c 100"
    done = subprocess.run(
        ["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr


@pytest.mark.parametrize("arguments", [[], ["nonsense"], ["check", "--as-of", "yesterday"]])
def test_a_command_that_cannot_be_read_exits_2(arguments: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "geo", *arguments], cwd=ROOT, capture_output=True, check=False
    )
    assert done.returncode == 2


def test_a_taken_port_is_told_in_a_sentence(published: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [sys.executable, "server.py"],
            cwd=ROOT,
            env={**os.environ, "PORT": port, "PARKS_OUT": str(published)},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
    assert done.returncode == 2
    assert f"127.0.0.1:{port}" in done.stderr
    assert "Traceback" not in done.stderr


def test_help_loads_no_geometry_library() -> None:
    script = (
        "import sys; from geo.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "assert not {'geopandas', 'folium', 'shapely'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True, capture_output=True)
