"""The red lines on the planners' map: a layer of its own beside what is recorded per plot."""

from __future__ import annotations

import json
import re
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from geo.model import RED_LINE_KINDS
from geo.publish import publish
from geo.query import Library
from geo.red_lines import LOOKS, describe_lines
from geo.settings import ROOT, Settings
from geo.wording import Wording
from tests.web.people import add_people, client_of

FAULTY = ROOT / "tests" / "data" / "faulty"
ROW = re.compile(r'<tr data-line="(\w+)">(.*?)</tr>', re.DOTALL)


@pytest.fixture(scope="module")
def with_lines(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("lines") / "out"
    publish(Settings(data=FAULTY, out=out), as_of=date(2026, 11, 22), by="li")
    return out


@pytest.fixture
def viewer(with_lines: Path, tmp_path: Path) -> FlaskClient:
    out = Path(shutil.copytree(with_lines, tmp_path / "out"))
    add_people(out)
    return client_of(out, "wang")


def data_of(text: str) -> Any:
    found = re.search(r'id="plan-data">(.*?)</script>', text, re.DOTALL)
    assert found
    return json.loads(found[1])


@pytest.mark.parametrize("by", ["ecology", "supply"])
def test_the_lines_have_a_legend_beside_any_view(viewer: FlaskClient, by: str) -> None:
    text = viewer.get(f"/plan/map?by={by}").text
    rows = dict(ROW.findall(text))
    assert list(rows) == list(RED_LINE_KINDS)
    for kind, row in rows.items():
        assert f'stroke-dasharray="{LOOKS[kind].dash}"' in row
        assert "实测" in row, "the nature of the outlines is told"
    assert ">3</td>" in rows["basic_farmland"]
    assert data_of(text)["lines"] == {
        "layer": "red_lines",
        "looks": {kind: vars(look) for kind, look in LOOKS.items()},
    }
    assert "没有控制线图层" not in text


def test_the_lines_can_be_hidden_and_the_choice_stays_in_the_address(viewer: FlaskClient) -> None:
    text = viewer.get("/plan/map?by=ecology&lines=0").text
    assert data_of(text)["lines"] is None
    assert "lines=0" in re.search(r'href="([^"]*by=farmland[^"]*)"', text)[1]  # type: ignore[index]
    assert '<input type="hidden" name="lines" value="0">' in text
    shown_again = re.search(r'<a class="link" href="([^"]*)">显示控制线', text)
    assert shown_again and "lines=" not in shown_again[1]


def test_the_record_of_each_plot_is_still_a_view_of_its_own(viewer: FlaskClient) -> None:
    text = viewer.get("/plan/map?by=farmland&lang=en").text
    assert 'data-class="不涉及"' in text and 'data-class="unknown"' in text
    assert "no substitute for a check" in text
    assert "plotmap." not in text


def test_without_the_layer_there_is_no_legend(wang: FlaskClient) -> None:
    text = wang.get("/plan/map?by=growth").text
    assert ROW.findall(text) == []
    assert data_of(text)["lines"] is None


def test_every_line_can_be_told_without_colour() -> None:
    assert set(LOOKS) == set(RED_LINE_KINDS)
    assert len({(look.dash, look.texture) for look in LOOKS.values()}) == len(LOOKS)


def test_a_line_without_an_outline_has_no_row(with_lines: Path) -> None:
    shown = Library(with_lines).current("staff")
    lines = {one.kind: one.outlines for one in describe_lines(shown, Wording("en"))}
    assert lines == {"urban_development": 1, "basic_farmland": 3, "ecology": 1}


def test_the_browser_draws_the_main_map_in_the_same_dashes() -> None:
    styles = (ROOT / "static" / "js" / "styles.js").read_text(encoding="utf-8")
    for kind, look in LOOKS.items():
        assert f'{kind}: {{ color: "{look.ink}", dashArray: "{look.dash}" }}' in styles
