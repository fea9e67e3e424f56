"""The planners' maps: classes with their hatches, findings, and two versions."""

from __future__ import annotations

import html
import json
import re
import shutil
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from geo import planmap
from geo.boundary_check import boundary_result
from geo.planmap import VIEWS, age_class, view_plots
from geo.query import Library
from geo.storage.snapshots import SnapshotStore
from geo.web.planmap import finding_on_map, findings_on_map, is_wide, shapes_of
from geo.wording import Wording

EARLIER = "2026-11-21-00000000aa"
LEGEND_ROW = re.compile(r'<tr data-class="([^"]+)">(.*?)</tr>', re.DOTALL)


@pytest.fixture
def shown(published: Path) -> Any:
    return Library(published).current("staff")


@pytest.fixture
def earlier(out: Path, version: str) -> str:
    """An earlier version: one plot less, one more, one not supplied yet and smaller."""
    store = SnapshotStore(out)
    shutil.copytree(store.path(version), store.root / EARLIER)
    path = store.root / EARLIER / "staff" / "parcels.geojson"
    collection = json.loads(path.read_text(encoding="utf-8"))
    features = collection["features"]
    features.pop(0)
    more = json.loads(json.dumps(features[0]))
    more["id"] = more["properties"]["parcel_id"] = "OLD-1"
    features[1]["properties"] |= {"supply_state": "unapproved", "area_mu": 1.0}
    path.write_text(json.dumps({**collection, "features": [*features, more]}), encoding="utf-8")
    manifest = store.root / EARLIER / "manifest.json"
    manifest.write_text(manifest.read_text("utf-8").replace(version, EARLIER), encoding="utf-8")
    log = store.root / "log.jsonl"
    line = json.loads(log.read_text("utf-8").splitlines()[0])
    old = {k: EARLIER if v == version else v for k, v in line.items()}
    log.write_text(json.dumps(old) + "\n" + log.read_text("utf-8"), encoding="utf-8")
    return EARLIER


def data_of(text: str) -> Any:
    found = re.search(r'id="plan-data">(.*?)</script>', text, re.DOTALL)
    assert found
    return json.loads(found[1])


def legend_of(text: str) -> dict[str, list[str]]:
    """Return what the legend says of each class, as text."""
    rows = {}
    for key, row in LEGEND_ROW.findall(text):
        cells = re.findall(r'<td class="is-number">(.*?)</td>', row)
        rows[html.unescape(key)] = [re.sub(r"<[^>]+>", "", cell) for cell in cells]
    return rows


@pytest.mark.parametrize("path", ["/plan/map", "/plan/swipe"])
def test_the_maps_are_for_people_who_sign_in(
    anyone: FlaskClient, wang: FlaskClient, path: str
) -> None:
    assert anyone.get(path).status_code == 302
    answer = wang.get(path)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("by", VIEWS)
def test_the_legend_counts_every_plot_once_and_draws_colour_and_hatch(
    wang: FlaskClient, shown: Any, by: str, lang: str
) -> None:
    text = wang.get(f"/plan/map?by={by}&lang={lang}").text
    data, rows = data_of(text), legend_of(text)
    counted = Counter(data["plots"].values())
    assert counted.total() == len(shown.of_kind("parcels"))
    assert {key: f"{n:,}" for key, n in counted.items()} == {k: row[0] for k, row in rows.items()}
    assert data["classes"].keys() == rows.keys()
    looks = {(one["fill"], one["texture"]) for one in data["classes"].values()}
    assert len(looks) == len(rows)
    for one in data["classes"].values():
        assert f'fill="{one["fill"]}"' in text
    assert "plotmap." not in text


@pytest.mark.parametrize("by", VIEWS)
def test_the_areas_add_up_as_printed(shown: Any, by: str) -> None:
    view = view_plots(shown, by, "", Wording("zh"))
    assert round(sum(one.mu for one in view.classes), 2) == view.mu
    assert round(sum(one.ha for one in view.classes), 2) == view.ha
    exact = sum(f["properties"]["area_mu"] for f in shown.of_kind("parcels").values())
    assert view.mu == pytest.approx(exact, abs=0.005)


def test_the_land_of_a_park_is_that_of_its_balance_sheet(shown: Any) -> None:
    sheets = shown.document("balance.json")["sheets"]
    (sheet,) = [one for one in sheets if one["key"] == "CL-AGRI"]
    view = view_plots(shown, "land_use", "CL-AGRI", Wording("zh"))
    assert (view.mu, view.ha) == (sheet["total"]["planned"]["mu"], sheet["total"]["planned"]["ha"])


def test_a_land_class_looks_the_same_in_every_park(shown: Any) -> None:
    whole = {c.key: c.look for c in view_plots(shown, "land_use", "", Wording("zh")).classes}
    part = {c.key: c.look for c in view_plots(shown, "land_use", "CL-AGRI", Wording("zh")).classes}
    assert part and part.items() <= whole.items()


def test_the_colours_are_said_to_want_checking(wang: FlaskClient) -> None:
    assert "请核对" in wang.get("/plan/map").text
    assert "please check" in wang.get("/plan/map?lang=en").text
    assert "请核对" not in wang.get("/plan/map?by=supply").text


def test_a_red_line_tells_result_date_and_checker_and_what_is_not_recorded(
    wang: FlaskClient, shown: Any
) -> None:
    text = wang.get("/plan/map?by=growth").text
    plots = [f["properties"] for f in shown.of_kind("parcels").values()]
    unrecorded = sum(not p.get("boundary_check") for p in plots)
    assert unrecorded and legend_of(text)["unknown"][0] == str(unrecorded)
    assert "2026-09 示例" in text and "未登记" in text
    assert "没有控制线图层" in text, "that there is no layer of the line itself is said"


def test_results_of_a_red_line_are_read_as_recorded() -> None:
    text = "城镇开发边界：外：2026-09：某局；永久基本农田:占用:2026-09"
    assert boundary_result(text, "urban_development") == "外"
    assert boundary_result(text, "basic_farmland") == "占用"
    assert boundary_result(text, "ecology") == ""
    assert boundary_result("已核", "urban_development") == ""


def test_what_touches_a_line_never_looks_like_what_is_clear_of_it() -> None:
    results = {"内", "外", "部分在内", "不涉及"}
    for line, own in (("urban_development", {"内"}), ("basic_farmland", {"外", "不涉及"})):
        looks = planmap._result_looks(results, line)
        clear, other = ({looks[one].fill for one in some} for some in (own, results - own))
        assert clear & other == set()


@pytest.mark.parametrize(
    ("started", "expected"),
    [
        ("2025-11-23", "0"),
        ("2025-11-22", "0"),  # a day short of 365.25
        ("2025-11-21", "1"),
        ("2024", "1"),
        ("2016-11", "5"),
        ("2016-10", "10"),
        ("2027", "unknown"),
        ("soon", "unknown"),
        (None, "unknown"),
    ],
)
def test_age_is_in_whole_years_since_works_began(started: str | None, expected: str) -> None:
    assert age_class(started, date(2026, 11, 22)) == expected


def test_a_park_shows_its_own_plots_and_keeps_the_view(wang: FlaskClient, shown: Any) -> None:
    text = wang.get("/plan/map?by=firm&park=CL-AGRI&lang=en").text
    owners = {f["properties"]["park_id"] for f in shown.of_kind("parcels").values()}
    assert len(owners) > 1
    parcels = shown.of_kind("parcels")
    assert {parcels[key]["properties"]["park_id"] for key in data_of(text)["plots"]} == {"CL-AGRI"}
    assert 'href="/plan/map?lang=en&amp;by=age&amp;park=CL-AGRI"' in text
    assert '<option value="CL-AGRI" selected>' in text


@pytest.mark.parametrize(
    "query", ["by=colour", "park=NOWHERE", "findings=1&severity=bad", "by=%3Cscript%3E"]
)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_bad_parameter_is_told(wang: FlaskClient, query: str, lang: str) -> None:
    answer = wang.get(f"/plan/map?{query}&lang={lang}")
    assert answer.status_code == 400
    assert ("可用的有" if lang == "zh" else "it can be") in answer.text
    assert "<script>" not in answer.text


# --- findings -----------------------------------------------------------------------------------


def test_a_finding_is_drawn_with_the_way_to_its_page(wang: FlaskClient, shown: Any) -> None:
    finding = next(f for f in shown.document("findings.json") if f["rule"] == "LAND_IDLE")
    text = wang.get(f"/plan/map?finding={finding['id']}").text
    (drawn,) = data_of(text)["findings"]
    plot = shown.of_kind("parcels")[finding["feature"][0]]
    assert drawn["shapes"] == [plot["geometry"]]
    assert drawn["address"] == f"/plan/findings/{finding['id']}"
    assert finding["message"]["zh"] in html.unescape(text)
    assert wang.get(drawn["address"]).status_code == 200


def test_the_geometry_of_a_finding_goes_before_the_plots_that_it_names(shown: Any) -> None:
    plot = next(iter(shown.of_kind("parcels")))
    point = {"type": "Point", "coordinates": [80, 37]}
    finding = {"layer": "parcels", "feature": [plot], "geometry": point}
    assert shapes_of(finding, shown) == [point]
    assert len(shapes_of({**finding, "geometry": None}, shown)) == 1
    assert shapes_of({**finding, "geometry": None, "layer": "figures"}, shown) == []
    assert shapes_of({**finding, "geometry": None, "feature": ["gone"]}, shown) == []


def test_a_finding_about_a_whole_park_is_wide(shown: Any) -> None:
    park = {"layer": "parks", "feature": ["CL-TJ"], "geometry": None}
    assert is_wide(park, shown)
    assert not is_wide({**park, "layer": "parcels"}, shown)
    assert not is_wide({**park, "geometry": {"type": "Point", "coordinates": [80, 37]}}, shown)


def test_an_unknown_finding_is_not_found(wang: FlaskClient) -> None:
    assert wang.get("/plan/map?finding=NO-SUCH").status_code == 404


def test_the_filter_of_the_list_holds_on_the_map(wang: FlaskClient, shown: Any) -> None:
    def drawn(query: str) -> set[str]:
        return {one["id"] for one in data_of(wang.get(f"/plan/map?{query}").text)["findings"]}

    idle = [f for f in shown.document("findings.json") if f["rule"] == "LAND_IDLE"]
    here = {f["id"] for f in idle if f["parks"] == ["YT-SHOE"]}
    assert here and len(here) < len(idle)
    assert drawn("findings=1&rule=LAND_IDLE") == {f["id"] for f in idle}
    assert drawn("findings=1&rule=LAND_IDLE&severity=warning&park=YT-SHOE") == here
    assert drawn("findings=1&rule=LAND_IDLE&severity=error") == set()
    assert drawn("by=supply") == set()


def test_findings_without_a_place_are_counted_and_left_to_the_list(
    wang: FlaskClient, shown: Any
) -> None:
    text = wang.get("/plan/map?findings=1&rule=STALE").text
    count = sum(f["rule"] == "STALE" for f in shown.document("findings.json"))
    assert data_of(text)["findings"] == []
    assert f"共 {count} 处，图上显示 0 处" in text
    assert 'href="/plan/findings?rule=STALE"' in text


def test_the_addresses_for_other_pages_lead_here(wang: FlaskClient, shown: Any) -> None:
    finding = shown.document("findings.json")[0]["id"]
    with wang.application.test_request_context("/?lang=en"):
        assert finding_on_map(finding) == f"/plan/map?lang=en&finding={finding}"
        address = findings_on_map(rule="STALE", park="CL-TJ")
        assert address == "/plan/map?lang=en&findings=1&rule=STALE&park=CL-TJ"
    assert wang.get(address).status_code == 200


# --- two versions -------------------------------------------------------------------------------


def test_with_one_version_there_is_nothing_to_compare(wang: FlaskClient) -> None:
    assert "还不能对比" in wang.get("/plan/swipe").text


def test_two_versions_are_compared_plot_by_plot(
    wang: FlaskClient, earlier: str, version: str, shown: Any
) -> None:
    text = wang.get("/plan/swipe").text
    first, _, third = list(shown.of_kind("parcels"))[:3]
    data = data_of(text)
    assert data["changed"] == {first: "new", "OLD-1": "gone", third: "changed"}
    assert [side["base"] for side in data["sides"]] == [
        f"/staff/layers/{earlier}/staff/",
        f"/staff/layers/{version}/staff/",
    ]
    assert "OLD-1" in data["sides"][0]["plots"] and first not in data["sides"][0]["plots"]
    assert "新增 1 块，移除 1 块，修改 1 块" in text
    assert "<del>未批</del>" in text
    after = shown.of_kind("parcels")[third]["properties"]["area_mu"]
    assert f"(+{after - 1:,.2f})" in text


def test_the_legend_has_the_classes_of_both_versions_and_the_difference(
    wang: FlaskClient, earlier: str
) -> None:
    rows = legend_of(wang.get("/plan/swipe?by=supply&lang=en").text)
    assert len(rows) == 5 and all(len(row) == 3 for row in rows.values())

    def number(text: str) -> float:
        return float(text.replace(",", "").replace("−", "-").replace("—", "0"))

    for before, after, gain in rows.values():
        assert number(after) - number(before) == pytest.approx(number(gain), abs=0.001)


def test_a_version_can_be_compared_with_itself(
    wang: FlaskClient, earlier: str, version: str
) -> None:
    text = wang.get(f"/plan/swipe?version={version}&with={version}").text
    assert "两个版本的地块相同" in text and data_of(text)["changed"] == {}


def test_only_published_versions_can_be_compared(li: FlaskClient, version: str, out: Path) -> None:
    store = SnapshotStore(out)
    shutil.copytree(store.path(version), store.root / EARLIER)
    assert li.get(f"/plan/swipe?version={EARLIER}").status_code == 404
    assert li.get("/plan/swipe?version=../secret").status_code == 404
