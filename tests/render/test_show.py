"""``show.json``: scenes with their figures, natures and sources, and what is missing."""

import json
from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.render.show import build_show
from geo.render.show_figures import describe_figures
from geo.story import OFFER_FIGURES, Story
from tests.browser.site import copy_layers, publish
from tests.rules.conftest import make_catalog, make_frame

PARKS = [
    {"park_id": "A", "name_zh": "甲园", "name_en": "Park A", "nature": "surveyed"},
    {"park_id": "D", "name_zh": "乙园", "nature": "schematic", "contact_phone": "0903-0000000"},
]
PLACES = [{"place_id": "town", "name_zh": "镇", "nature": "reported"}]
PLOTS = [
    {"parcel_id": "P1", "nature": "sample", "on_offer": True, "area_mu": 15.4},
    {"parcel_id": "P2", "nature": "surveyed", "on_offer": True, "area_mu": 30.0},
    {"parcel_id": "P3", "nature": "surveyed", "on_offer": False, "area_mu": 1000.0},
]
HALLS = [
    {"building_id": "H1", "nature": "surveyed", "state": "vacant"},
    {"building_id": "H2", "nature": "surveyed", "state": "let"},
    {"building_id": "H3", "nature": "surveyed"},
]
FIGURES = [
    {
        "figure_id": "met",
        "subject_zh": "接触企业",
        "subject_en": "Contacted",
        "value": 140.0,
        "unit": "家",
        "unit_en": "firms",
        "period": "2020",
        "lower_bound": True,
        "nature": "reported",
        "source": "来源甲 / Source A",
        "as_of": "2020",
    },
    {
        "figure_id": "aim",
        "subject_zh": "产值目标",
        "value": 1234.5,
        "unit": "亿元",
        "unit_en": "100 million yuan",
        "period": "未注明，约2010–2012",
        "target": True,
        "note_zh": "备注",
        "nature": "reported",
        "source": "来源乙, 2012",
        "as_of": "2012",
    },
    {"figure_id": "bare", "subject_zh": "没有数", "unit": "家", "period": "2020"},
]
SITE = {"as_of": "2026-11-22", "extent": [80.0, 35.0, 85.0, 39.0]}


def frames_of(**changed):
    records = {
        "parks": PARKS,
        "places": PLACES,
        "parcels": PLOTS,
        "buildings": HALLS,
        "figures": FIGURES,
    } | changed
    frames = {kind: make_frame(kind, rows) for kind, rows in records.items()}
    for name in ("on_offer", "area_mu"):
        values = [row.get(name) for row in records["parcels"]]
        frames["parcels"][name] = pd.array(
            values, dtype="boolean" if name == "on_offer" else "Float64"
        )
    return frames


def build(*scenes, frames=None, **site):
    frames = frames or frames_of()
    catalog = make_catalog(frames, site=site)
    story = {"title": {"zh": "演示", "en": "Show"}, "scenes": list(scenes)}
    return build_show(Story.model_validate(story), catalog, frames, SITE)


def scene(**changes):
    return {"id": "first", "headline": {"zh": "标题", "en": "Headline"}} | changes


def only(**changes):
    (described,) = build(scene(**changes))["scenes"]
    return described


# --- figures ----------------------------------------------------------------------------------


def test_a_figure_is_written_as_it_is_to_be_read():
    met, aim = only(figures=["met", "aim"])["figures"]
    assert (met["number"], met["unit"]) == ("140+", {"zh": "家", "en": "firms"})
    assert (met["target"], met["nature"], met["note"]) == (False, "reported", None)
    assert met["source"] == {"zh": "来源甲", "en": "Source A"}
    # In English the unit is a factor, or "1,234.5 100 million yuan" would read as one number.
    assert (aim["number"], aim["unit"]["en"]) == ("1,234.5", "× 100 million yuan")
    assert aim["subject"] == {"zh": "产值目标", "en": "产值目标"}
    assert aim["period"] == {"zh": "未注明，约 2010–2012", "en": "undated, about 2010–2012"}
    assert (aim["target"], aim["note"]) == (True, {"zh": "备注", "en": "备注"})


def test_what_is_on_offer_is_counted_and_a_sample_among_it_is_said():
    shown = only(figures=list(OFFER_FIGURES))
    numbers = {figure["id"]: figure["number"] for figure in shown["figures"]}
    assert numbers == {"offer.plots": "2", "offer.land": "45", "offer.halls": "2"}
    natures = {figure["id"]: figure["nature"] for figure in shown["figures"]}
    assert natures["offer.plots"] == "sample"
    assert shown["natures"] == ["sample"]
    assert {figure["period"]["zh"] for figure in shown["figures"]} == {"2026-11-22"}


def test_where_nothing_is_on_offer_the_scene_says_so_in_words():
    frames = frames_of(parcels=[], buildings=[])
    text = {"zh": "都在这里", "en": "All here"}
    (shown,) = build(scene(figures=list(OFFER_FIGURES), text=text), frames=frames)["scenes"]
    assert shown["figures"] == []
    assert shown["text"]["zh"] == "暂无已核实地块"
    assert shown["missing"] == []


def test_another_figure_keeps_the_text_where_nothing_is_on_offer():
    text = {"zh": "都在这里", "en": "All here"}
    frames = frames_of(parcels=[], buildings=[])
    (shown,) = build(scene(figures=["offer.plots", "met"], text=text), frames=frames)["scenes"]
    assert [figure["id"] for figure in shown["figures"]] == ["met"]
    assert shown["text"] == text


def test_an_edition_without_the_fields_has_no_count():
    frames = frames_of()
    frames["parcels"] = frames["parcels"].drop(columns=["on_offer"])
    found = describe_figures(make_catalog(frames), frames, as_of="2026-11-22")
    assert [name for name in found if name.startswith("offer.")] == ["offer.halls"]


def test_a_figure_without_a_number_is_missing():
    shown = only(figures=["bare", "met"])
    assert [figure["id"] for figure in shown["figures"]] == ["met"]
    assert shown["missing"] == [{"what": "figure", "id": "bare"}]


def test_a_scene_shows_three_figures_at_most():
    shown = only(figures=["met", "aim", "offer.plots", "offer.land"])
    assert [figure["id"] for figure in shown["figures"]] == ["met", "aim", "offer.plots"]


# --- what the map shows -----------------------------------------------------------------------


def test_without_a_view_a_scene_looks_at_the_region():
    assert only()["view"] == {"bounds": [80.0, 35.0, 85.0, 39.0]}
    assert only(view={"centre": [81, 37], "zoom": 11})["view"] == {"centre": (81, 37), "zoom": 11}


def test_what_is_drawn_or_not_real_is_said_wherever_it_is_seen():
    assert only(highlight=["parks/A"])["natures"] == []
    assert only(highlight=["parks/D"])["natures"] == ["schematic"]
    assert only(layers=["parks", "parcels"])["natures"] == ["schematic", "sample"]


def test_a_reference_is_layer_and_id():
    assert only(highlight=["parks/A"])["highlight"] == [{"layer": "parks", "id": "A"}]


def test_what_the_edition_lacks_is_left_out_and_named():
    shown = only(figures=["gone"], layers=["parks", "roads"], highlight=["parks/Z", "roads/A"])
    assert (shown["figures"], shown["layers"], shown["highlight"]) == ([], ["parks"], [])
    assert shown["missing"] == [
        {"what": "figure", "id": "gone"},
        {"what": "layer", "id": "roads"},
        {"what": "feature", "id": "parks/Z"},
        {"what": "feature", "id": "roads/A"},
    ]


# --- sources and contact ----------------------------------------------------------------------


def test_sources_stand_once_each_with_a_date():
    own = {"zh": "来源甲, 2020", "en": "Source A, 2020"}
    shown = only(figures=["met", "aim"], source=own)
    assert shown["sources"] == [own, {"zh": "来源乙, 2012", "en": "来源乙, 2012"}]
    assert only(figures=["met"])["sources"] == [own]


def test_the_offices_that_are_known_are_named():
    contact = build(scene(), organiser={"zh": "招商局", "en": "Bureau"})["contact"]
    assert contact["organiser"] == {"zh": "招商局", "en": "Bureau"}
    assert contact["corrections"] is None
    assert [(office["park"], office["phone"]) for office in contact["offices"]] == [
        ("D", "0903-0000000")
    ]


# --- whatever is gone -------------------------------------------------------------------------

NAMES = st.sampled_from(["met", "aim", "bare", "gone", *OFFER_FIGURES])
LAYERS = st.sampled_from(["parks", "places", "parcels", "buildings", "roads"])
KEYS = st.sampled_from(["A", "D", "P1", "H1", "town", "Z"])


@given(
    figures=st.lists(NAMES, max_size=5),
    layers=st.lists(LAYERS, max_size=5),
    highlight=st.lists(st.builds("{}/{}".format, LAYERS, KEYS), max_size=5),
    empty=st.sets(st.sampled_from(["parks", "places", "parcels", "buildings", "figures"])),
)
def test_no_reference_that_is_gone_breaks_the_show(figures, layers, highlight, empty):
    frames = frames_of(**{name: [] for name in empty})
    named = scene(figures=figures, layers=layers, highlight=highlight)
    (shown,) = build(named, frames=frames)["scenes"]
    json.dumps(shown, allow_nan=False)
    gone = [(each["what"], each["id"]) for each in shown["missing"]]
    kept = {figure["id"] for figure in shown["figures"]}
    assert not kept & {name for what, name in gone if what == "figure"}
    assert len(shown["layers"]) + sum(what == "layer" for what, _ in gone) == len(layers)
    assert len(shown["highlight"]) + sum(what == "feature" for what, _ in gone) == len(highlight)


# --- what is published ------------------------------------------------------------------------


def document(out, edition):
    version = (out / "snapshots" / "current").read_text(encoding="utf-8").strip()
    path = out / "snapshots" / version / edition / "show.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


@pytest.mark.parametrize("edition", ["public", "staff"])
def test_the_bundled_show_is_whole_in_both_editions(published, edition):
    show = document(published, edition)
    assert [shown["missing"] for shown in show["scenes"]] == [[]] * len(show["scenes"])
    (year,) = (shown for shown in show["scenes"] if shown["id"] == "continued_2020")
    assert [figure["number"] for figure in year["figures"]] == ["11", "6.76", "12.9"]


def test_the_count_on_offer_is_that_of_the_finder(published):
    show = document(published, "public")
    (offer,) = (shown for shown in show["scenes"] if shown["id"] == "offer")
    version = (published / "snapshots" / "current").read_text(encoding="utf-8").strip()
    folder = published / "snapshots" / version / "public"
    plots = json.loads((folder / "parcels.geojson").read_text(encoding="utf-8"))["features"]
    halls = json.loads((folder / "buildings.geojson").read_text(encoding="utf-8"))["features"]
    counted = [
        sum(plot["properties"]["on_offer"] for plot in plots),
        sum(hall["properties"].get("state") != "let" for hall in halls),
    ]
    numbers = {figure["id"]: figure["number"] for figure in offer["figures"]}
    assert [int(numbers[name]) for name in ("offer.plots", "offer.halls")] == counted
    assert "sample" in offer["natures"]


def test_without_samples_nothing_is_on_offer_and_no_scene_says_sample(tmp_path):
    layers = copy_layers(tmp_path / "layers")
    catalog = layers / "catalog.toml"
    text = catalog.read_text(encoding="utf-8").replace("demo = true", "demo = false")
    catalog.write_text(text, encoding="utf-8")
    publish(tmp_path / "out", data=layers)
    show = document(tmp_path / "out", "public")
    (offer,) = (shown for shown in show["scenes"] if shown["id"] == "offer")
    assert (offer["figures"], offer["text"]["zh"]) == ([], "暂无已核实地块")
    assert all("sample" not in shown["natures"] for shown in show["scenes"])
    assert date.fromisoformat(show["as_of"])


def test_without_a_story_there_is_no_show(tmp_path):
    layers = copy_layers(tmp_path / "layers")
    (layers / "story.toml").unlink()
    publish(tmp_path / "out", data=layers)
    assert document(tmp_path / "out", "public") is None


# --- large layers -----------------------------------------------------------------------------

FIELDS = [
    {"parcel_id": f"L{n}", "park_id": "A" if n % 2 else "D", "nature": nature}
    for n, nature in enumerate(("sample", "surveyed", "surveyed", "surveyed", "schematic"))
]


@pytest.fixture
def large(monkeypatch):
    """Build a show of which the plots alone are a large layer."""
    monkeypatch.setattr("geo.feature_store.LARGE_FROM", 4)

    def build_large(*scenes):
        return build(*scenes, frames=frames_of(parcels=FIELDS))

    return build_large


def test_of_a_large_layer_a_scene_draws_what_it_points_out(large):
    asked = {"layers": ["parks", "parcels"], "highlight": ["parks/A", "parcels/L4", "places/town"]}
    show = large(scene(**asked))
    (described,) = show["scenes"]
    part = described["parts"]["parcels"]
    assert list(described["parts"]) == ["parcels"], "parks are few, and drawn whole"
    assert (part["drawn"], part["count"]) == (["L4", "L1", "L3"], 5)
    assert part["title"].keys() == {"zh", "en"}
    assert [feature["id"] for feature in show["features"]["parcels"]] == ["L1", "L3", "L4"]
    assert show["features"]["parcels"][0]["properties"]["park_id"] == "A"
    assert described["natures"] == ["schematic"], "what is not drawn need not be said"


def test_scenes_share_the_features_of_large_layers(large):
    scenes = [
        scene(id="one", layers=["parcels"], highlight=["parcels/L0", "parcels/gone"]),
        scene(id="two", layers=["parcels"], highlight=["parcels/L0", "parcels/L2"]),
        scene(id="three", layers=["parcels"]),
        scene(id="four", highlight=["parcels/L3"]),
    ]
    show = large(*scenes)
    drawn = [{k: part["drawn"] for k, part in one["parts"].items()} for one in show["scenes"]]
    assert drawn == [{"parcels": ["L0"]}, {"parcels": ["L0", "L2"]}, {"parcels": []}, {}]
    assert [feature["id"] for feature in show["features"]["parcels"]] == ["L0", "L2"]
    assert show["scenes"][2]["natures"] == []


def test_a_scene_draws_only_so_many_of_a_large_layer(large, monkeypatch):
    monkeypatch.setattr("geo.render.show_parts.MOST", 2)
    highlight = ["parks/A", "parks/D", "parcels/L4"]
    (described,) = large(scene(layers=["parcels"], highlight=highlight))["scenes"]
    assert described["parts"]["parcels"]["drawn"] == ["L4", "L0"]


def test_firms_are_never_drawn_and_so_no_part_of_them(monkeypatch):
    monkeypatch.setattr("geo.feature_store.LARGE_FROM", 1)
    firms = [{"enterprise_id": "E1", "park_id": "A", "nature": "sample"}]
    frames = frames_of(enterprises=firms)
    show = build(scene(layers=["enterprises"], highlight=["parks/A"]), frames=frames)
    assert show["scenes"][0]["parts"] == show["features"] == {}
    assert show["scenes"][0]["natures"] == ["sample"]


def test_small_layers_have_no_parts():
    show = build(scene(layers=["parks", "parcels"], highlight=["parks/A"]))
    assert show["features"] == {} and show["scenes"][0]["parts"] == {}
