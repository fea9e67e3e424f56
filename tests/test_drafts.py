"""What if: a layout is tried out within its own folder and held against what is published."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from geo import drafts, jobs, worker
from geo.errors import NotFound
from geo.importer.model import Options
from geo.intake import Intake, carry_out
from geo.layout_difference import compare_balance, compare_plots, compare_rates
from geo.settings import BUNDLED_LAYERS, Settings
from geo.state import State, audit, open_state
from geo.state import drafts as rows
from geo.state import jobs as job_rows
from geo.state.models import Draft
from geo.what_if import try_layout

TODAY = date(2026, 12, 24)
CHANGED, GONE = "CL-AGRI-001", "CL-AGRI-004"
Collection = dict[str, Any]


@pytest.fixture
def settings(published: Path, tmp_path: Path) -> Settings:
    out = tmp_path / "out"
    shutil.copytree(published, out)
    return Settings(out=out)


@pytest.fixture
def state(settings: Settings) -> State:
    return open_state(settings)


@pytest.fixture
def no_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_start", lambda *_: None)


def plots() -> Collection:
    document: Collection = json.loads((BUNDLED_LAYERS / "parcels.geojson").read_text("utf-8"))
    return document


def plot(collection: Collection, key: str) -> dict[str, Any]:
    return next(f for f in collection["features"] if f["properties"]["parcel_id"] == key)


def changed_plots() -> Collection:
    """The bundled plots, one with another land use and one left out."""
    collection = plots()
    plot(collection, CHANGED)["properties"]["land_use_code"] = "110101"
    collection["features"].remove(plot(collection, GONE))
    return collection


def written(folder: Path, collection: Collection) -> Path:
    path = folder / "upload.geojson"
    path.write_text(json.dumps(collection, ensure_ascii=False), encoding="utf-8")
    return path


def tried(settings: Settings, path: Path, mode: Any = "replace", **more: Any) -> dict[str, Any]:
    intake = Intake("parcels", path, "方案.geojson", Options(mode=mode, nature="reported", **more))
    scratch = settings.out / "drafts" / "abcdefgh" / "work"
    return try_layout(settings, intake, scratch, today=TODAY, waivers={})


def hashes(out: Path, *, besides: str = "drafts") -> dict[str, str]:
    return {
        str(path.relative_to(out)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(out.rglob("*"))
        if path.is_file() and path.relative_to(out).parts[0] != besides
    }


# --- the comparison ------------------------------------------------------------------------------


def test_a_layout_that_is_the_published_one_differs_in_nothing(
    settings: Settings, tmp_path: Path
) -> None:
    result = tried(settings, written(tmp_path, plots()))
    assert result["status"] == "done"
    assert result["as_of"] == "2026-11-22", "a month later: time that has passed is no finding"
    assert result["summary"]["plots"] == {"new": 0, "changed": 0, "gone": 0}
    assert result["summary"]["findings"]["new"] == result["summary"]["findings"]["fixed"] == 0
    assert result["plots"] == []
    assert result["rates"] == []
    assert [sheet["scope"] for sheet in result["balance"]] == ["all"]
    assert not any(row["difference"]["mu"] for row in result["balance"][0]["rows"])


def test_what_changes_is_told_plot_by_plot_and_in_the_balance(
    settings: Settings, tmp_path: Path
) -> None:
    result = tried(settings, written(tmp_path, changed_plots()))
    assert [(one["kind"], one["key"]) for one in result["plots"]] == [
        ("changed", CHANGED),
        ("gone", GONE),
    ]
    assert result["plots"][0]["fields"] == [
        {"field": "land_use_code", "before": "0901", "after": "110101"}
    ]
    assert result["plots"][0]["geometry"] is None
    assert result["plots"][1]["geometry"]["before"]["type"] == "Polygon"
    rows_by_code = {row["code"]: row for row in result["balance"][0]["rows"]}
    assert rows_by_code["0901"]["difference"]["plots"] == -1
    assert rows_by_code["110101"]["difference"]["plots"] == 1
    assert rows_by_code["110101"]["difference"]["mu"] == pytest.approx(27.56, abs=0.02)
    # Sheets of the plot's county, its park and the park around it, and of no other.
    scopes = [(sheet["scope"], sheet["key"]) for sheet in result["balance"]]
    assert scopes == [
        ("all", None),
        ("county", "653225"),
        ("park", "CL-TJ"),
        ("park", "CL-AGRI"),
    ]
    rules = {finding["rule"] for finding in result["findings"]["new"]}
    assert rules == {"PARK_UNKNOWN", "PARCEL_GAP"}, "a firm's plot and the ground are gone"


def test_merging_leaves_the_other_plots_alone(settings: Settings, tmp_path: Path) -> None:
    collection = changed_plots()
    collection["features"] = [plot(collection, CHANGED)]
    result = tried(settings, written(tmp_path, collection), mode="merge")
    assert result["summary"]["plots"] == {"new": 0, "changed": 1, "gone": 0}


def test_plots_that_go_need_no_other_change(settings: Settings, tmp_path: Path) -> None:
    collection = plots()
    collection["features"] = [plot(collection, GONE)]
    result = tried(settings, written(tmp_path, collection), mode="merge", gone=[GONE])
    assert result["status"] == "done"
    assert result["summary"]["plots"] == {"new": 0, "changed": 0, "gone": 1}
    rules = {finding["rule"] for finding in result["findings"]["new"]}
    assert rules == {"PARK_UNKNOWN", "PARCEL_GAP"}, "a firm's plot and the ground are gone"


def test_nothing_outside_the_draft_changes(settings: Settings, tmp_path: Path) -> None:
    # With a working copy that has a change of its own, which is not published.
    first = changed_plots()
    first["features"] = [plot(first, CHANGED)]
    intake = Intake("parcels", written(tmp_path, first), "a.geojson", Options(nature="reported"))
    carry_out(settings, intake, rows="all", base=None, by="li", as_of=TODAY)
    before = hashes(settings.out)
    assert any(name.startswith("data") for name in before)
    result = tried(settings, written(tmp_path, changed_plots()))
    assert result["summary"]["plots"]["gone"] == 1
    assert hashes(settings.out) == before
    assert not (settings.out / "drafts" / "abcdefgh" / "work").exists()


def test_a_file_with_questions_is_not_worked_out_but_asks(
    settings: Settings, tmp_path: Path
) -> None:
    path = tmp_path / "upload.csv"
    path.write_text("地块编号,面积\nCL-AGRI-001,27\n", encoding="utf-8")
    result = tried(settings, path, mode="merge")
    assert result["status"] == "needs_answer"
    assert [question["id"] for question in result["questions"]] == ["unit:面积"]
    assert "balance" not in result
    answered = tried(settings, path, mode="merge", units={"面积": "mu"})
    assert answered["status"] == "done"


def test_a_file_that_must_be_mended_says_why(settings: Settings, tmp_path: Path) -> None:
    collection = plots()
    collection["features"].append(plot(collection, CHANGED))
    result = tried(settings, written(tmp_path, collection))
    assert result["status"] == "rejected"
    assert result["faults"]


def test_before_the_first_publish_every_plot_is_new(tmp_path: Path) -> None:
    settings = Settings(out=tmp_path / "empty")
    result = tried(settings, written(tmp_path, plots()))
    assert result["version"] is None
    assert result["summary"]["plots"]["new"] == len(plots()["features"])


# --- the parts of the comparison -----------------------------------------------------------------


def feature(key: str, x: float | None = 0, **properties: Any) -> dict[str, Any]:
    geometry = None if x is None else {"type": "Point", "coordinates": [x, 0]}
    return {"id": key, "geometry": geometry, "properties": {"area_mu": 1.0, **properties}}


def test_plots_are_listed_changed_new_gone() -> None:
    before = [feature("A"), feature("B", 1), feature("C", source="old")]
    after = [feature("D"), feature("B", 2), feature("C", source="new")]
    found = compare_plots(before, after)
    assert [(one["kind"], one["key"]) for one in found] == [
        ("changed", "B"),
        ("new", "D"),
        ("gone", "A"),
    ]
    assert found[0]["geometry"]["after"]["coordinates"] == [2, 0]


def test_a_list_and_a_missing_value_are_told_as_text() -> None:
    before, after = (
        feature("A", permitted_industries=["C13", "C14"]),
        feature("A", far=0.5, net_land=True),
    )
    assert compare_plots([before], [after])[0]["fields"] == [
        {"field": "net_land", "before": None, "after": "true"},
        {"field": "far", "before": None, "after": "0.5"},
        {"field": "permitted_industries", "before": "C13;C14", "after": None},
    ]


def sheet(mu: float, *, key: str | None = None) -> dict[str, Any]:
    planned = {"ha": mu / 15, "mu": mu, "share": 100.0}
    row = {"code": "1001", "name": {"zh": "工业用地", "en": "Industry"}, "plots": 1}
    group = {"group": "construction", "rows": [{**row, "planned": planned}]}
    head = {"scope": "park" if key else "all", "key": key, "name": None}
    total = {"plots": 1, "planned": {**planned, "share": None}}
    return {**head, "total": total, "levels": {"3": [group] if mu else []}}


def sheets(*found: dict[str, Any]) -> Mapping[str, Any]:
    return {"sheets": list(found)}


def test_only_sheets_that_differ_are_listed_and_that_of_all_land() -> None:
    before = sheets(sheet(30), sheet(15, key="A"), sheet(15, key="B"), sheet(3, key="C"))
    after = sheets(sheet(30), sheet(10, key="A"), sheet(15, key="B"))
    found = compare_balance(before, after)
    assert [one["key"] for one in found] == [None, "A", "C"]
    assert found[1]["rows"][0]["difference"]["mu"] == -5
    assert found[2]["rows"][0]["difference"]["mu"] == -3


def test_a_snapshot_without_tables_is_compared_with_nothing() -> None:
    found = compare_balance(None, sheets(sheet(30)))
    assert found[0]["rows"][0]["before"] is None
    assert found[0]["rows"][0]["difference"]["mu"] == 30
    assert compare_rates(None, {"parks": []}) == []


def rates(**values: float | None) -> Mapping[str, Any]:
    found = {name: {"name": f"plan_rate.{name}", "value": v} for name, v in values.items()}
    return {"parks": [{"key": "A", "name": {"zh": "甲", "en": "A"}, "rates": found}]}


def test_rates_that_stay_are_left_out() -> None:
    found = compare_rates(rates(supply=0.5, building=None), rates(supply=0.5, building=0.25))
    assert found[0]["rates"] == [{"name": "plan_rate.building", "before": None, "after": 0.25}]


# --- on the disk, and the job --------------------------------------------------------------------


@pytest.fixture
def begin(settings: Settings, state: State, no_processes: None) -> Callable[..., Draft]:
    """Make a draft as an upload does."""

    def make(collection: Collection, title: str = "西区") -> Draft:
        folder = settings.out / "uploads"
        folder.mkdir(exist_ok=True)
        about = {
            "title": title,
            "layer": "parcels",
            "file": "方案.geojson",
            "options": {"mode": "replace", "nature": "reported", "source": None, "as_of": None},
        }
        return drafts.begin(settings, state, written(folder, collection), about, by="li")

    return make


def test_a_job_works_a_draft_out_and_changes_nothing_else(
    settings: Settings, state: State, begin: Callable[..., Draft], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "_limit_resources", lambda _: None)
    draft = begin(changed_plots())
    assert not list((settings.out / "uploads").iterdir()), "the upload is the draft's now"
    assert drafts.read_result(settings, draft.id) is None
    kept = {n: h for n, h in hashes(settings.out).items() if n.startswith(("snap", "data"))}
    assert worker.run(settings, rows.get(state, draft.id).job or "")
    result = drafts.read_result(settings, draft.id)
    assert result is not None
    assert result["summary"] == rows.get(state, draft.id).summary
    assert result["summary"]["plots"] == {"new": 0, "changed": 1, "gone": 1}
    after = {n: h for n, h in hashes(settings.out).items() if n.startswith(("snap", "data"))}
    assert after == kept
    folder = drafts.folder_of(settings, draft.id)
    assert sorted(path.name for path in folder.iterdir()) == ["file", "result.json"]


def test_a_discarded_draft_leaves_no_file(
    settings: Settings, state: State, begin: Callable[..., Draft]
) -> None:
    draft = begin(plots())
    drafts.discard(settings, state, draft, by="wang")
    assert not drafts.folder_of(settings, draft.id).exists()
    assert audit.entries(state, limit=1)[0].action == "draft_discarded"


def test_a_draft_handed_over_is_an_import_that_waits_for_a_word(
    settings: Settings, state: State, begin: Callable[..., Draft]
) -> None:
    draft = begin(changed_plots())
    job = drafts.hand_over(settings, state, draft, by="wang")
    assert job.kind == "examine"
    assert job.params["options"] == draft.options
    copy = jobs.upload_of(settings, job.params["upload"])
    assert copy.read_bytes() == drafts.file_of(settings, draft.id).read_bytes()
    assert audit.entries(state, limit=1)[0].detail["job"] == job.id


def test_an_old_draft_goes_with_its_files(
    settings: Settings, state: State, begin: Callable[..., Draft]
) -> None:
    draft = begin(plots())
    drafts.tidy(settings, state, datetime.now(UTC) + timedelta(days=rows.KEPT_DAYS - 1))
    assert drafts.file_of(settings, draft.id).exists()
    drafts.tidy(settings, state, datetime.now(UTC) + timedelta(days=rows.KEPT_DAYS))
    assert not drafts.folder_of(settings, draft.id).exists()


def test_answers_start_another_job(
    settings: Settings, state: State, begin: Callable[..., Draft]
) -> None:
    draft = begin(plots())
    first = rows.get(state, draft.id).job
    drafts.keep_result(settings, state, draft.id, {"summary": {}})
    drafts.work_out_again(settings, state, draft, {"mode": "merge"}, by="li")
    assert drafts.read_result(settings, draft.id) is None
    again = rows.get(state, draft.id)
    assert again.job != first
    assert again.options == {"mode": "merge"}
    assert job_rows.get(state, again.job or "").kind == "draft"


@pytest.mark.parametrize("name", ["..", "a/b", "", "x" * 41, "abc.def"])
def test_no_number_leads_out_of_the_folder_of_drafts(settings: Settings, name: str) -> None:
    with pytest.raises(NotFound) as caught:
        drafts.folder_of(settings, name)
    assert caught.value.code == "DRAFT_UNKNOWN"
