"""The findings as planners meet them: list, filters, files, waivers."""

from __future__ import annotations

import csv
import html
import io
import json
import re
import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import openpyxl
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from geo import jobs
from geo.export.files import export_file
from geo.publish import prepare, publish
from geo.query import Library
from geo.settings import Settings
from geo.state import audit, open_state, waivers
from geo.state import jobs as job_rows
from geo.storage.snapshots import SnapshotStore
from geo.times import today
from geo.web import findings as web_findings
from tests.web.people import add_people, client_of, token_of

FAULTY = Path(__file__).resolve().parents[1] / "data" / "faulty"
AS_OF = date(2026, 11, 22)
HOSTILE = '=HYPERLINK("x")<script>alert(1)</script>{{7*7}}'
REASON = "竣工测量为准"


def change_plots(data: Path, **changes: dict[str, Any] | None) -> None:
    """Change properties of plots, or take plots away."""
    path = data / "parcels.geojson"
    document = json.loads(path.read_text(encoding="utf-8"))
    kept = []
    for feature in document["features"]:
        change = changes.get(feature["properties"]["parcel_id"].replace("-", "_"), {})
        if change is not None:
            feature["properties"] |= change
            kept.append(feature)
    path.write_text(json.dumps({**document, "features": kept}), encoding="utf-8")


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two versions: DATE-1 came with the second, SOUND-FREE was mended in it."""
    folder = tmp_path_factory.mktemp("twice")
    earlier = Path(shutil.copytree(FAULTY, folder / "data"))
    change_plots(earlier, DATE_1=None, SOUND_FREE={"land_use_code": "999999"})
    out = folder / "out"
    publish(Settings(data=earlier, out=out), as_of=AS_OF, by="li")
    publish(Settings(data=FAULTY, out=out), as_of=AS_OF, by="li")
    return out


@pytest.fixture
def out(twice: Path, tmp_path: Path) -> Path:
    out = Path(shutil.copytree(twice, tmp_path / "out"))
    add_people(out)
    return out


def findings(out: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = Library(out).current("staff").document("findings.json")
    return found


def id_of(out: Path, rule: str) -> str:
    return str(next(one["id"] for one in findings(out) if one["rule"] == rule))


def shown(page: TestResponse) -> list[str]:
    """Return the features of the findings on a page, with the rule in front."""
    assert page.status_code == 200, page.text
    return re.findall(r'<li class="finding" id="([A-Z_]+)-', page.text)


def offered(out: Path) -> set[str]:
    plots = Library(out).current("public").of_kind("parcels")
    return {key for key, plot in plots.items() if plot["properties"]["on_offer"]}


def send(client: FlaskClient, finding: str, step: str = "waive", **fields: str) -> TestResponse:
    token = token_of(client.get("/account"))
    return client.post(f"/plan/findings/{finding}/{step}", data={**fields, "csrf_token": token})


def waive(client: FlaskClient, finding: str, **changes: str) -> TestResponse:
    until = (today() + timedelta(days=90)).isoformat()
    return send(client, finding, **{"reason": REASON, "until": until, **changes})


# --- who may what ----------------------------------------------------------------------------


def test_nobody_reads_unsigned_and_nothing_is_public(out: Path, anyone: FlaskClient) -> None:
    for address in ("/plan/findings", f"/plan/findings/{id_of(out, 'STALE')}"):
        answer = anyone.get(address)
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/login")
    for ending in ("csv", "xlsx", "geojson"):
        assert anyone.get(f"/plan/findings.{ending}").status_code in (302, 401)


def test_a_viewer_reads_and_exports_but_may_not_waive(out: Path, wang: FlaskClient) -> None:
    finding = id_of(out, "PARCEL_OVERLAP")
    page = wang.get("/plan/findings")
    assert "PARCEL_OVERLAP" in shown(page)
    assert page.headers["Cache-Control"] == "private, no-store"
    assert "#waiver" not in page.text
    entry = wang.get(f"/plan/findings/{finding}")
    assert entry.status_code == 200
    assert "/waive" not in entry.text and "<textarea" not in entry.text
    assert wang.get("/plan/findings.csv").status_code == 200
    assert waive(wang, finding).status_code == 403
    assert send(wang, finding, "withdraw").status_code == 403
    assert waivers.history(open_state(Settings(out=out)), finding) == []


def test_a_form_that_is_not_ours_is_refused(out: Path, li: FlaskClient) -> None:
    finding = id_of(out, "PARCEL_OVERLAP")
    for step in ("waive", "withdraw"):
        answer = li.post(
            f"/plan/findings/{finding}/{step}", data={"reason": "x", "until": "2027-01-01"}
        )
        assert answer.status_code == 400
    assert waivers.history(open_state(Settings(out=out)), finding) == []


# --- the list --------------------------------------------------------------------------------


def test_each_state_has_its_findings_and_their_number(out: Path, li: FlaskClient) -> None:
    waive(li, id_of(out, "PARCEL_GAP"))
    total = len(findings(out))
    every = shown(li.get("/plan/findings?state=all"))
    assert len(every) == total + 1
    assert len(shown(li.get("/plan/findings"))) == total - 1
    assert shown(li.get("/plan/findings?state=new")) == ["DATE_ORDER"]
    assert shown(li.get("/plan/findings?state=waived")) == ["PARCEL_GAP"]
    fixed = li.get("/plan/findings?state=fixed")
    assert shown(fixed) == ["LAND_USE_UNKNOWN"]
    assert "SOUND-FREE" in fixed.text
    for number in (total - 1, total + 1):
        assert f'<span class="is-number">{number}</span>' in fixed.text


def test_rule_severity_and_park_choose_together(out: Path, li: FlaskClient) -> None:
    assert set(shown(li.get("/plan/findings?rule=LAND_IDLE"))) == {"LAND_IDLE"}
    severities = {one["rule"]: one["severity"] for one in findings(out)}
    errors = shown(li.get("/plan/findings?severity=error"))
    assert errors and {severities[rule] for rule in errors} == {"error"}
    page = li.get("/plan/findings?park=NOWHERE&lang=en")
    assert shown(page) == ["PARK_UNKNOWN"]
    assert '<option value="NOWHERE" selected>' in page.text
    assert "lang=en" in re.findall(r'<a href="([^"]+)" aria-current="true"', page.text)[0]
    nothing = li.get("/plan/findings?park=YARD&severity=info&rule=STALE")
    assert shown(nothing) == []
    assert "没有待处理的问题" in nothing.text


def test_every_way_of_the_list_leads_somewhere_and_keeps_the_choice(li: FlaskClient) -> None:
    page = li.get("/plan/findings?rule=&severity=error&park=&lang=en").text
    ways = [html.unescape(way) for way in re.findall(r'href="(/plan/findings[^"]*)"', page)]
    tabs = [way for way in ways if "state=" in way]
    assert len(tabs) == 5
    assert all("severity=error" in way and "version=" not in way for way in tabs)
    assert {way: li.get(way).status_code for way in ways} == dict.fromkeys(ways, 200)


@pytest.mark.parametrize("query", ["state=gone", "severity=bad", "severity=<b>"])
def test_a_choice_that_is_none_is_refused(li: FlaskClient, query: str) -> None:
    assert li.get(f"/plan/findings?{query}").status_code == 400
    assert li.get(f"/plan/findings.csv?{query}").status_code == 400


def test_hostile_parameters_are_text(li: FlaskClient) -> None:
    page = li.get("/plan/findings", query_string={"rule": HOSTILE, "park": HOSTILE, "page": "-4"})
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    assert li.get("/plan/findings?version=../../x").status_code == 404


def test_a_hundred_at_a_time(out: Path, li: FlaskClient) -> None:
    path = SnapshotStore(out).path(SnapshotStore(out).current() or "") / "staff" / "findings.json"
    one = findings(out)[0]
    path.write_text(json.dumps([{**one, "id": f"X-{n:04}"} for n in range(250)]))
    li = client_of(out, "li")
    pages = [li.get(f"/plan/findings?page={n}").text for n in (1, 2, 3, 99)]
    found = [re.findall(r'<li class="finding" id="X-(\d+)"', page) for page in pages]
    assert [len(part) for part in found] == [100, 100, 50, 50]
    assert found[2][-1] == "0249" == found[3][-1]
    assert 'rel="next"' in pages[0] and 'rel="prev"' not in pages[0]
    assert 'rel="prev"' in pages[2] and 'rel="next"' not in pages[2]
    assert 'start="101"' in pages[1]
    assert len(li.get("/plan/findings.csv").text.splitlines()) == 251


def test_a_finding_says_since_when_it_is_there(out: Path, li: FlaskClient) -> None:
    day = today().isoformat()
    old = li.get(f"/plan/findings/{id_of(out, 'PARCEL_OVERLAP')}").text
    new = li.get(f"/plan/findings/{id_of(out, 'DATE_ORDER')}").text
    assert f"{day} 或更早" in old
    assert day in new and "或更早" not in new


def test_a_finding_leads_to_the_map(out: Path, li: FlaskClient) -> None:
    overlap = next(one for one in findings(out) if one["rule"] == "PARCEL_OVERLAP")
    page = li.get(f"/plan/findings/{overlap['id']}").text
    assert f'href="/plan/map?finding={overlap["id"]}"' in page
    nowhere = li.get(f"/plan/findings/{id_of(out, 'STALE')}").text
    assert "在地图上看" not in nowhere


def test_a_finding_of_an_earlier_version_leads_to_the_map_of_that(
    out: Path, li: FlaskClient
) -> None:
    first = SnapshotStore(out).kept()[1].version
    overlap = next(one for one in findings(out) if one["rule"] == "PARCEL_OVERLAP")
    page = li.get(f"/plan/findings/{overlap['id']}?version={first}").text
    found = re.search(rf'href="/data/preview/{first}\?edition=staff&amp;([^"]+)"', page)
    assert found
    asked = parse_qs(found[1].replace("&amp;", "&"))
    assert asked["sel"] == ["parcels/OVERLAP-1"]
    latitude, longitude = map(float, asked["c"][0].split(","))
    lon, lat = overlap["geometry"]["coordinates"][0][0]
    assert abs(latitude - lat) < 0.002 and abs(longitude - lon) < 0.002
    assert 15 <= int(asked["z"][0]) <= 18, "a strip of ten metres by a hundred"


def test_an_unknown_finding_is_told(li: FlaskClient) -> None:
    assert li.get("/plan/findings/STALE-000000000000").status_code == 404
    assert waive(li, "STALE-000000000000").status_code == 404


def test_another_version_is_listed_on_its_own_terms(out: Path, li: FlaskClient) -> None:
    first = SnapshotStore(out).kept()[1].version
    page = li.get(f"/plan/findings?version={first}&state=all")
    assert "DATE_ORDER" not in shown(page)
    assert "不是现在公开的版本" in page.text
    assert shown(li.get(f"/plan/findings?version={first}&state=new")) == []
    entry = re.findall(r'href="(/plan/findings/LAND_USE[^"]+)"', page.text)[0]
    assert f"version={first}" in entry
    assert li.get(entry.replace("&amp;", "&")).status_code == 200


def test_a_prepared_version_is_for_the_staff(
    out: Path, li: FlaskClient, wang: FlaskClient, tmp_path: Path
) -> None:
    data = Path(shutil.copytree(FAULTY, tmp_path / "data"))
    change_plots(data, DATE_1=None)
    version = prepare(Settings(data=data, out=out), as_of=AS_OF).version
    page = li.get(f"/plan/findings?version={version}&state=fixed")
    assert shown(page) == ["DATE_ORDER"]
    assert wang.get(f"/plan/findings?version={version}").status_code == 403
    assert wang.get(f"/plan/findings.csv?version={version}").status_code == 403


# --- waivers ---------------------------------------------------------------------------------


def test_a_waived_plot_is_on_offer_after_the_next_publish_and_the_public_learns_nothing_else(
    out: Path, li: FlaskClient, anyone: FlaskClient
) -> None:
    settings, finding = Settings(data=FAULTY, out=out), id_of(out, "LAND_USE_UNKNOWN")
    assert "USE-1" not in offered(out)
    answer = waive(li, finding)
    assert answer.status_code == 303
    page = li.get(answer.headers["Location"])
    assert REASON in page.text and "下次发布时生效" in page.text
    assert "有 1 处豁免的变动还没有生效" in li.get("/plan/findings").text
    assert "USE-1" not in offered(out), "not before it is published"
    given = waivers.recorded(settings, today())
    published = publish(settings, as_of=AS_OF, by="li", waivers=given)
    assert "USE-1" in offered(out)
    assert "还没有生效" not in li.get("/plan/findings").text
    public = published.path / "public"
    everything = b"".join(
        p.read_bytes() for p in public.rglob("*") if p.is_file() and p.suffix not in (".br", ".gz")
    )
    assert REASON.encode() not in everything and b"waive" not in everything
    assert anyone.get(f"/layers/{published.version}/findings.json").status_code == 404
    send(li, finding, "withdraw")
    publish(settings, as_of=AS_OF, by="li", waivers=waivers.recorded(settings, today()))
    assert "USE-1" not in offered(out)


def test_the_log_says_who_waived_what_and_why(out: Path, li: FlaskClient) -> None:
    finding = id_of(out, "PARCEL_OVERLAP")
    waive(li, finding)
    send(li, finding, "withdraw")
    latest = audit.entries(open_state(Settings(out=out)), limit=2)
    assert [(e.by, e.action) for e in latest] == [
        ("li", "waiver_withdrawn"),
        ("li", "finding_waived"),
    ]
    log = li.get("/audit").text
    for word in ("豁免问题", "撤回豁免", REASON, finding):
        assert word in log


def test_the_page_of_a_finding_keeps_its_waivers(out: Path, li: FlaskClient) -> None:
    finding = id_of(out, "PARCEL_OVERLAP")
    waive(li, finding)
    assert "撤回豁免" in li.get(f"/plan/findings/{finding}").text
    send(li, finding, "withdraw")
    page = li.get(f"/plan/findings/{finding}").text
    assert "豁免记录" in page and REASON in page
    assert re.search(r"li 于 \d{4}-\d\d-\d\d \d\d:\d\d 撤回", page)
    assert "<textarea" in page, "it can be waived anew"


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"reason": " \u202e"}, "reason", "请写明为什么"),
        ({"reason": "长" * 501}, "reason", "最多 500 个字符"),
        ({"until": ""}, "until", "请填写截止日期"),
        ({"until": "soon"}, "until", "请填写截止日期"),
        ({"until": "2020-01-01"}, "until", "已过"),
        ({"until": "2999-01-01"}, "until", "最迟到"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_the_rest_kept(
    out: Path, li: FlaskClient, changes: dict[str, str], field: str, said: str
) -> None:
    finding = id_of(out, "PARCEL_OVERLAP")
    answer = waive(li, finding, **changes)
    assert answer.status_code == 400
    beside = re.search(rf'id="{field}-fault">([^<]+)<', answer.text)
    assert beside and said in beside[1]
    assert f'aria-describedby="{field}-fault"' in answer.text
    if field == "until":
        assert f">{REASON}</textarea>" in answer.text
    assert waivers.history(open_state(Settings(out=out)), finding) == []


def test_a_fault_that_has_grown_since_it_was_waived_says_so(
    out: Path, li: FlaskClient, tmp_path: Path
) -> None:
    finding = id_of(out, "PARCEL_OVERLAP")
    assert waive(li, finding).status_code == 303
    for address in (f"/plan/findings/{finding}", "/plan/findings?state=waived"):
        assert "豁免后" not in li.get(address).text

    data = Path(shutil.copytree(FAULTY, tmp_path / "data"))
    plots = data / "parcels.geojson"
    # The side of OVERLAP-2 that lies in OVERLAP-1 moves ten metres further into it.
    wider = plots.read_text("utf-8").replace("81.004044414", "81.003932069")
    plots.write_text(wider, "utf-8")
    given = waivers.recorded(Settings(out=out), today())
    publish(Settings(data=data, out=out), as_of=AS_OF, by="li", waivers=given)

    (now,) = (one for one in findings(out) if one["id"] == finding)
    assert now["waived"]
    assert now["area_m2"] == pytest.approx(2000, rel=1e-3)
    for address in (f"/plan/findings/{finding}", "/plan/findings?state=waived"):
        page = li.get(address).text
        grown = re.search(r"豁免后扩大：当时 ([\d,.]+) m²，现在 ([\d,.]+) m²。", page)
        assert grown
        then, later = (float(text.replace(",", "")) for text in grown.groups())
        assert then == pytest.approx(1000, rel=1e-3) and later == now["area_m2"]
    english = li.get(f"/plan/findings/{finding}?lang=en").text
    assert "Has grown since it was waived: then" in english

    send(li, finding, "withdraw")
    assert waive(li, finding).status_code == 303
    assert "豁免后扩大" not in li.get(f"/plan/findings/{finding}").text


def test_another_value_than_the_one_that_was_waived_is_told(out: Path, li: FlaskClient) -> None:
    path = SnapshotStore(out).path(SnapshotStore(out).current() or "") / "staff" / "findings.json"
    finding = id_of(out, "ENTERPRISE_ON_UNSUPPLIED")
    assert waive(li, finding).status_code == 303
    changed = [
        {**one, "actual": "reserved"} if one["id"] == finding else one for one in findings(out)
    ]
    path.write_text(json.dumps(changed), "utf-8")
    page = client_of(out, "li").get(f"/plan/findings/{finding}").text
    assert re.search(r"豁免后有变化：当时为“\w+”，现在为“预留”。", page)


def test_a_second_waiver_and_a_second_withdrawal_are_told(out: Path, li: FlaskClient) -> None:
    finding = id_of(out, "PARCEL_OVERLAP")
    assert waive(li, finding).status_code == 303
    assert waive(li, finding).status_code == 409
    assert send(li, finding, "withdraw").status_code == 303
    assert send(li, finding, "withdraw").status_code == 404


def test_what_blocks_or_is_fixed_cannot_be_waived(out: Path, li: FlaskClient) -> None:
    gone = re.findall(r'id="(LAND_USE[^"]+)"', li.get("/plan/findings?state=fixed").text)[0]
    assert "<textarea" not in li.get(f"/plan/findings/{gone}").text
    assert waive(li, gone).status_code == 404
    path = SnapshotStore(out).path(SnapshotStore(out).current() or "") / "staff" / "findings.json"
    path.write_text(json.dumps([{**findings(out)[0], "id": "B-1", "rule": "KEY_DUPLICATE"}]))
    again = client_of(out, "li")
    answer = waive(again, "B-1")
    assert answer.status_code == 400
    assert "不能豁免" in answer.text
    assert waivers.history(open_state(Settings(out=out)), "B-1") == []


def test_a_hostile_reason_is_text_everywhere(out: Path, li: FlaskClient) -> None:
    finding = id_of(out, "PARCEL_OVERLAP")
    assert waive(li, finding, reason=HOSTILE).status_code == 303
    for address in (f"/plan/findings/{finding}", "/plan/findings?state=waived", "/audit"):
        page = li.get(address).text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}" in page
        assert "<script>alert" not in page
    body = li.get("/plan/findings.csv?state=waived").get_data()
    assert body.startswith(b"\xef\xbb\xbf")
    (row,) = csv.DictReader(io.StringIO(body.decode("utf-8-sig")))
    assert row["理由"] == f"'{HOSTILE}"
    book = openpyxl.load_workbook(io.BytesIO(li.get("/plan/findings.xlsx?state=waived").data))
    cells = [cell for line in book.active.iter_rows() for cell in line]
    reason = next(cell for cell in cells if cell.value == HOSTILE)
    assert reason.data_type == "s"
    assert not [cell for cell in cells if cell.data_type == "f"]
    (area,) = (cell.value for cell in cells if isinstance(cell.value, float))
    assert area == pytest.approx(1000, rel=1e-3)


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five findings are many; jobs are recorded and done by the test itself."""
    monkeypatch.setattr(web_findings, "MOST_AT_ONCE", 5)
    monkeypatch.setattr(jobs, "_start", lambda *_: None)


def test_a_workbook_of_many_findings_is_left_to_a_job(
    out: Path, li: FlaskClient, many: None
) -> None:
    finding = id_of(out, "PARCEL_OVERLAP")
    waive(li, finding, reason=HOSTILE)
    query = "park=YARD&severity=error&state=all"
    page = li.get(f"/plan/findings?{query}")
    assert "findings.csv" in page.text and 'href="/plan/findings.xlsx' not in page.text
    action = re.search(r'<form method="post" action="([^"]*findings\.xlsx[^"]*)">', page.text)
    assert action
    address, token = html.unescape(action[1]), {"csrf_token": token_of(page)}
    place = li.post(address, data=token).headers["Location"]
    assert place.startswith("/plan/exports/")
    assert li.post(address, data=token).headers["Location"] == place, "the same is under way"
    assert li.post(f"{address}&rule=DATE_ORDER", data=token).headers["Location"] != place
    settings, job_id = Settings(out=out), place.rpartition("/")[2]
    job = jobs.look_up(settings, open_state(settings), job_id)
    told = export_file(settings, jobs.folder_of(settings, job_id), job.params)
    jobs.write_result(settings, job_id, "report.json", json.dumps(told).encode())
    job_rows.update(open_state(settings), job_id, state="done")
    assert "检查结果（Excel）" in li.get(place).text
    book = openpyxl.load_workbook(io.BytesIO(li.get(f"{place}/file", buffered=True).data))
    rows = list(book.active.iter_rows(min_row=3, values_only=True))
    listed = csv.DictReader(
        io.StringIO(li.get(f"/plan/findings.csv?{query}").get_data().decode("utf-8-sig"))
    )
    assert [row[-1] for row in rows] == [row["编号"] for row in listed]
    assert len(rows) > 5
    assert HOSTILE in {row[11] for row in rows}, "the waiver of today is told"


def test_the_address_of_a_workbook_of_many_leads_to_the_button(
    li: FlaskClient, wang: FlaskClient, many: None
) -> None:
    answer = li.get("/plan/findings.xlsx?severity=error&park=YARD")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/plan/findings?severity=error&park=YARD"
    assert li.post("/plan/findings.xlsx").status_code == 400, "without the token of the page"
    few = li.get("/plan/findings.xlsx?rule=PARCEL_OVERLAP")
    assert few.status_code == 200 and few.data.startswith(b"PK")
    page = wang.get("/plan/findings")
    posted = wang.post("/plan/findings.xlsx", data={"csrf_token": token_of(page)})
    assert posted.status_code == 303, "who may read may have the file"


def test_a_version_that_only_lies_ready_is_not_left_to_a_job(
    out: Path, li: FlaskClient, many: None
) -> None:
    ready = prepare(Settings(data=FAULTY, out=out), as_of=AS_OF + timedelta(days=1)).version
    answer = li.get(f"/plan/findings.xlsx?version={ready}")
    assert answer.status_code == 200 and answer.data.startswith(b"PK")
    token = {"csrf_token": token_of(li.get("/plan/findings"))}
    assert li.post(f"/plan/findings.xlsx?version={ready}", data=token).status_code == 404


def test_the_files_have_what_the_list_shows(out: Path, li: FlaskClient) -> None:
    query = "park=YARD&severity=error"
    listed = shown(li.get(f"/plan/findings?{query}"))
    rows = list(csv.DictReader(io.StringIO(
        li.get(f"/plan/findings.csv?{query}&lang=en").get_data().decode("utf-8-sig"))))  # fmt: skip
    assert [row["Rule"] for row in rows] == listed
    answer = li.get(f"/plan/findings.geojson?{query}")
    assert answer.content_type == "application/geo+json"
    assert re.fullmatch(r"attachment; filename=findings-[\w-]+\.geojson",
                        answer.headers["Content-Disposition"])  # fmt: skip
    document = json.loads(answer.get_data())
    assert document["type"] == "FeatureCollection"
    assert [f["properties"]["rule"] for f in document["features"]] == listed
    recorded = {one["id"]: one for one in findings(out)}
    for feature in document["features"]:
        assert feature["geometry"] == recorded[feature["id"]]["geometry"]
        assert feature["properties"]["message"] == recorded[feature["id"]]["message"]
        assert feature["properties"]["state"] in ("open", "new")


def test_an_instance_of_one_version_has_nothing_new(published: Path, tmp_path: Path) -> None:
    out = Path(shutil.copytree(published, tmp_path / "out2"))
    add_people(out)
    li = client_of(out, "li")
    assert shown(li.get("/plan/findings?state=new")) == []
    assert shown(li.get("/plan/findings?state=all"))


@pytest.fixture(autouse=True)
def unchanged(twice: Path) -> Iterator[None]:
    """The instance that the tests copy stays as it is."""
    before = SnapshotStore(twice).current()
    yield
    assert SnapshotStore(twice).current() == before
