"""The land-use map on A3: to scale, with what a plan must say, in both languages."""

import io
import json
import re
import shutil
from pathlib import Path

import pypdf
import pytest
from pyproj import Geod

from geo.cli import main
from geo.errors import NotFound
from geo.export import plan_map
from geo.export.plan_map import draw_plan_map, plot_looks, write_plan_map
from geo.query import Library
from geo.render.looks import Hatch
from geo.settings import Settings
from geo.wording import Wording

PARK = "CL-AGRI"
MM_PER_POINT = 25.4 / 72


@pytest.fixture
def snapshot(published: Path):
    return Library(published).current("staff")


@pytest.fixture(scope="module")
def printed(published: Path) -> dict[str, pypdf.PdfReader]:
    found = Library(published).current("staff")
    bodies = {lang: draw_plan_map(found, PARK, Wording(lang))[0] for lang in ("zh", "en")}
    return {lang: pypdf.PdfReader(io.BytesIO(body)) for lang, body in bodies.items()}


def text_of(reader: pypdf.PdfReader) -> str:
    return re.sub(r"\s+", "", "".join(page.extract_text() for page in reader.pages))


def picture_of(snapshot, monkeypatch) -> tuple[str, int]:
    taken = {}

    def take(_template, _content, pictures, *, on):
        taken.update(pictures)
        return b""

    monkeypatch.setattr(plan_map, "typeset", take)
    _, scale = draw_plan_map(snapshot, PARK, Wording("zh"))
    return taken["map"], scale


def plot(key, code, nature="surveyed"):
    return {"id": key, "geometry": None, "properties": {"land_use_code": code, "nature": nature}}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_it_is_one_page_of_a3_with_its_language_and_embedded_letters(printed, lang):
    (page,) = printed[lang].pages
    assert float(page.mediabox.width) * MM_PER_POINT == pytest.approx(420, abs=0.1)
    assert float(page.mediabox.height) * MM_PER_POINT == pytest.approx(297, abs=0.1)
    assert printed[lang].trailer["/Root"]["/Lang"].startswith(lang)
    assert printed[lang].metadata.title


def test_the_title_block_says_scale_projection_source_date_version_and_that_it_is_a_sample(printed):
    chinese, english = text_of(printed["zh"]), text_of(printed["en"])
    for text in (
        "用地规划图",
        "含示例数据",
        "1:5,000",
        "高斯-克吕格",
        "2026-11-22-",
        "审图号",
        "A3",
        "北",
    ):
        assert text in chinese, text
    for text in ("Landuseof", "Containssampledata", "1:5,000", "Gauss-Krüger", "Mapapproval"):
        assert text in english, text


def test_every_plot_has_its_number_and_every_class_its_legend(printed, snapshot):
    text = text_of(printed["zh"])
    plots = [p for p in snapshot.of_kind("parcels").values() if p["properties"]["park_id"] == PARK]
    assert plots and all(p["id"] in text for p in plots)
    uses = snapshot.site["codes"]["land_use"]
    for code in {p["properties"]["land_use_code"] for p in plots}:
        assert f"{code}{uses[code]['zh']}（示例）" in text


def test_the_areas_are_those_of_the_balance_sheet(printed, snapshot):
    sheets = snapshot.document("balance.json")["sheets"]
    (sheet,) = [one for one in sheets if one["key"] == PARK]
    text = text_of(printed["zh"])
    for row in [r for group in sheet["levels"]["3"] for r in group["rows"]]:
        area = row["planned"]
        assert f"{row['name']['zh']}{row['plots']}{area['ha']:,.2f}{area['mu']:,.2f}" in text


def test_lengths_on_the_paper_are_true_to_the_scale(snapshot, monkeypatch):
    picture, scale = picture_of(snapshot, monkeypatch)
    assert re.search(r'<svg [^>]*width="300mm" height="269mm" viewBox="0 0 300 269"', picture)
    drawn = re.findall(r'<path d="M([\d. -]+)Z"', picture)
    lines = [[float(n) for n in text.split()] for text in drawn]
    plots = [p for p in snapshot.of_kind("parcels").values() if p["properties"]["park_id"] == PARK]
    geod, compared = Geod(ellps="GRS80"), 0
    for feature in plots:
        (lon1, lat1), (lon2, lat2) = feature["geometry"]["coordinates"][0][:2]
        metres = geod.inv(lon1, lat1, lon2, lat2)[2]
        wanted = metres * 1000 / scale
        lengths = [
            ((line[2] - line[0]) ** 2 + (line[3] - line[1]) ** 2) ** 0.5
            for line in lines
            if len(line) == 2 * len(feature["geometry"]["coordinates"][0])
        ]
        compared += any(abs(length - wanted) < 0.03 for length in lengths)
    assert compared == len(plots)


def test_degrees_at_the_edge_of_the_printed_page_are_as_far_apart_as_the_scale_says(printed):
    glyphs: list[tuple[str, float]] = []

    def visit(text, cm, _tm, _font, _size):
        glyphs.extend((letter, cm[4]) for letter in text.strip())

    printed["zh"].pages[0].extract_text(visitor_text=visit)
    letters = "".join(letter for letter, _ in glyphs)
    west, east = (glyphs[letters.index(text)][1] for text in ("80°50′10″E", "80°50′30″E"))
    lat = 36 + 58.5 / 60
    metres = Geod(ellps="GRS80").inv(80.5 + 10 / 3600, lat, 80.5 + 30 / 3600, lat)[2]
    assert (east - west) * MM_PER_POINT == pytest.approx(metres * 1000 / 5000, abs=0.05)


def test_classes_of_one_colour_differ_by_their_hatches_and_samples_from_real_plots():
    uses = {c: {"rgb": "187,150,116"} for c in ("100101", "100102")} | {
        "1207": {"rgb": "160,160,160"}
    }
    plots = [
        plot("a", "100101"),
        plot("b", "100102"),
        plot("c", "1207"),
        plot("d", "1207", "sample"),
    ]
    looks = plot_looks([*plots, plot("e", "9999")], uses)
    assert len({look.fill for look in looks.values()}) == len(looks) == 5
    assert looks["100101", False].fill == "#bb9674"
    assert isinstance(looks["100102", False].fill, Hatch)
    assert looks["1207", True].fill.sample


def test_a_park_with_parks_inside_shows_their_plots(snapshot):
    parks = snapshot.of_kind("parks")
    parent = parks[PARK]["properties"]["parent_id"]
    _, scale = draw_plan_map(snapshot, parent, Wording("zh"))
    assert scale > 5000


def test_an_unknown_park_or_one_without_plots_is_told(published, tmp_path, snapshot):
    settings = Settings(out=published)
    with pytest.raises(NotFound, match="PLACE_UNKNOWN"):
        write_plan_map(settings, "<NONE>", tmp_path / "a.pdf")
    owners = {p["properties"]["park_id"] for p in snapshot.of_kind("parcels").values()}
    parks = snapshot.of_kind("parks")
    parents = {f["properties"].get("parent_id") for f in parks.values()}
    (empty, *_) = [key for key in parks if key not in owners | parents]
    with pytest.raises(NotFound, match="MAP_NO_PLOTS"):
        write_plan_map(settings, empty, tmp_path / "a.pdf")
    assert list(tmp_path.iterdir()) == []


def test_a_snapshot_without_a_balance_sheet_has_a_map_without_areas(published, tmp_path):
    shutil.copytree(published / "snapshots", tmp_path / "snapshots")
    for manifest in (tmp_path / "snapshots").glob("*/manifest.json"):
        found = json.loads(manifest.read_text(encoding="utf-8"))
        del found["files"]["staff/balance.json"]
        manifest.write_text(json.dumps(found), encoding="utf-8")
    write_plan_map(Settings(out=tmp_path), PARK, tmp_path / "a.pdf")
    assert "椭球面积" not in text_of(pypdf.PdfReader(tmp_path / "a.pdf"))


def test_the_command_tells_file_and_scale(published, tmp_path, capsys):
    target = tmp_path / "图.pdf"
    assert main(["map", PARK, str(target), "--out", str(published), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["path"], told["park"], told["scale"]) == (str(target), PARK, 5000)
    assert target.read_bytes().startswith(b"%PDF")
    assert main(["map", PARK, str(target), "--lang", "en", "--out", str(published)]) == 0
    assert "1:5,000" in capsys.readouterr().out
