"""``story.toml``: what it may say, and what is said about it."""

import re
import tomllib
from datetime import date

import pytest

from geo.errors import CatalogError
from geo.examination import examine
from geo.settings import BUNDLED_LAYERS
from geo.story import MOST_SCENES, SCENE_KINDS, parse_story, read_story
from tests.browser.site import copy_layers

AS_OF = date(2026, 11, 22)
HEAD = 'format = 1\ntitle = { zh = "演示", en = "Show" }\n'
SCENE = '\n[[scenes]]\nid = "first"\nheadline = { zh = "标题", en = "Headline" }\n'


def parse(text):
    return parse_story(text.encode("utf-8"))


def fault(text):
    with pytest.raises(CatalogError) as caught:
        parse(text)
    return caught.value


# --- the bundled show -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def bundled():
    return read_story(BUNDLED_LAYERS)


@pytest.fixture(scope="module")
def examined():
    return examine(BUNDLED_LAYERS, AS_OF)


def test_the_bundled_show_is_sound(bundled, examined):
    assert [f for f in examined.findings if f.layer == "story"] == []
    kinds = [scene.kind for scene in bundled.scenes]
    assert (kinds[0], kinds[-1]) == ("title", "closing")
    assert set(kinds[1:-1]) == {"scene"}


def test_the_bundled_show_tells_the_story_of_the_source_in_its_order(bundled):
    named = {scene.id: set(scene.figures) for scene in bundled.scenes}
    assert named["tier_one"] == {"clusters"}
    assert named["tier_two"] == {"cele_digital_firms_2020", "cele_digital_land"}
    assert named["five_years"] == {"introduced_2016_2020", "landed_2016_2020"}
    assert "contacted_2020" in named["contacted_2020"]
    assert named["new_2020"] == {"new_projects_2020", "new_planned_2020", "new_in_place_2020"}
    assert named["continued_2020"] == {
        "continued_2020",
        "continued_in_place_2020",
        "in_place_2020",
    }
    assert named["offer"] == {"offer.plots", "offer.land", "offer.halls"}
    order = [scene.id for scene in bundled.scenes]
    tiers = ["why_here", "tier_one", "tier_two", "tier_three", "five_years", "contacted_2020"]
    assert [name for name in order if name in tiers] == tiers


def test_preliminary_agreements_stand_apart_from_every_other_figure(bundled):
    apart = {"intent_2020", "intent_planned_2020"}
    (scene,) = (scene for scene in bundled.scenes if apart & set(scene.figures))
    assert set(scene.figures) == apart


def test_the_land_port_has_the_functions_of_its_record(bundled, examined):
    parks = examined.frames["parks"].set_index("park_id")
    (scene,) = (scene for scene in bundled.scenes if scene.id == "tier_three")
    functions = parks.loc["LANDPORT", "functions"].split(";")
    assert len(functions) == 9
    assert "、".join(functions) in scene.text.zh


def test_no_text_of_the_bundled_show_repeats_a_figure(bundled, examined):
    """A figure that is typed again would go on saying what the table says no more."""
    values = examined.frames["figures"].set_index("figure_id")["value"]
    for scene in bundled.scenes:
        for name in ("eyebrow", "headline", "text", "notes"):
            text = getattr(scene, name)
            written = f"{text.zh} {text.en}" if text else ""
            numbers = {float(n.replace(",", "")) for n in re.findall(r"\d[\d,]*\.?\d*", written)}
            assert numbers & {values[f] for f in scene.figures if f in values.index} == set()


def test_every_scene_of_the_bundled_show_has_notes_and_what_it_states_a_source(bundled):
    for scene in bundled.scenes:
        assert scene.notes is not None
        states = scene.kind == "scene" and not scene.figures
        assert scene.source is not None or not states


def test_every_part_of_the_show_is_in_both_languages_and_they_differ():
    raw = tomllib.loads((BUNDLED_LAYERS / "story.toml").read_text(encoding="utf-8"))
    for scene in raw["scenes"]:
        for name in ("headline", "text", "notes", "eyebrow"):
            if name in scene:
                assert re.search(r"[\u3400-\u9fff]", scene[name]["zh"]), scene["id"]
                assert not re.search(r"[\u3400-\u9fff]", scene[name]["en"]), scene["id"]


# --- reading ----------------------------------------------------------------------------------


def test_without_a_file_there_is_no_show(tmp_path):
    assert read_story(tmp_path) is None


def test_a_byte_order_mark_is_no_fault(tmp_path):
    (tmp_path / "story.toml").write_text(HEAD + SCENE, encoding="utf-8-sig")
    assert read_story(tmp_path).scenes[0].headline.zh == "标题"


def test_what_a_scene_leaves_out_has_a_plain_meaning():
    scene = parse(HEAD + SCENE).scenes[0]
    assert (scene.kind, scene.view, scene.duration_s) == ("scene", None, 20)
    assert (scene.figures, scene.layers, scene.highlight) == ((), (), ())
    assert scene.kind in SCENE_KINDS


@pytest.mark.parametrize(
    "line",
    [
        "view = { bounds = [80.0, 36.0, 82.0, 38.0] }",
        "view = { centre = [80.8, 37.0], zoom = 11 }",
        'figures = ["a", "offer.land"]',
        'highlight = ["parks/CL-DIGI", "parcels/地块-1"]',
        "duration_s = 3",
        'kind = "closing"',
    ],
)
def test_what_a_scene_may_have(line):
    assert parse(f"{HEAD}{SCENE}{line}\n").scenes


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[[scenes", "STORY_UNREADABLE"),
        ("a = " + "[" * 20_000, "STORY_UNREADABLE"),
        (HEAD.replace("1", "2", 1) + SCENE, "FORMAT_NEWER"),
        (HEAD, "STORY_INVALID"),
        (HEAD + SCENE * (MOST_SCENES + 1), "STORY_INVALID"),
        (HEAD + SCENE.replace('"first"', '"First"'), "STORY_INVALID"),
        (HEAD + SCENE.replace('"标题"', '" "'), "STORY_INVALID"),
        (HEAD + SCENE.replace('"标题"', f'"{"长" * 2001}"'), "STORY_INVALID"),
        (HEAD + SCENE.replace(', en = "Headline"', ""), "STORY_INVALID"),
        (HEAD + SCENE + "duration_s = 2\n", "STORY_INVALID"),
        (HEAD + SCENE + "duration_s = inf\n", "STORY_INVALID"),
        (HEAD + SCENE + 'kind = "middle"\n', "STORY_INVALID"),
        (HEAD + SCENE + 'highlight = ["CL-DIGI"]\n', "STORY_INVALID"),
        (HEAD + SCENE + "view = { bounds = [82, 36, 80, 38] }\n", "STORY_INVALID"),
        (HEAD + SCENE + "view = { bounds = [80, 36, 82] }\n", "STORY_INVALID"),
        (HEAD + SCENE + "view = { bounds = [80, 36, nan, 38] }\n", "STORY_INVALID"),
        (HEAD + SCENE + "view = { centre = [80, 36] }\n", "STORY_INVALID"),
        (HEAD + SCENE + "view = { zoom = 3 }\n", "STORY_INVALID"),
        (HEAD + SCENE + "view = { bounds = [80, 36, 82, 38], zoom = 3 }\n", "STORY_INVALID"),
        (HEAD + SCENE + "view = { }\n", "STORY_INVALID"),
        (HEAD + SCENE + "colour = 1\n", "STORY_INVALID"),
    ],
)
def test_a_faulty_file_is_refused_in_words(text, code):
    assert fault(text).code == code


def test_every_fault_is_told_at_once_with_its_place():
    text = HEAD + SCENE.replace('"标题"', '""') + 'highlight = ["CL"]\nduration_s = 0\n'
    told = fault(text).params["faults"]
    for place in ("scenes.0.headline", "scenes.0.highlight.0", "scenes.0.duration_s"):
        assert place in told["zh"] and place in told["en"]
    assert "中文和英文都要填写" in told["zh"]


def test_bytes_that_are_no_text_are_refused():
    with pytest.raises(CatalogError, match="STORY_UNREADABLE"):
        parse_story(b"\xff\xfe\x00")


# --- within a data directory ------------------------------------------------------------------


@pytest.fixture
def layers(tmp_path):
    return copy_layers(tmp_path / "layers")


def about_the_story(layers):
    return [f for f in examine(layers, AS_OF).findings if f.layer == "story"]


def test_a_file_that_cannot_be_read_blocks(layers):
    (layers / "story.toml").write_text("[[scenes", encoding="utf-8")
    (finding,) = about_the_story(layers)
    assert (finding.rule, finding.blocking) == ("CATALOG_INVALID", True)
    assert "story.toml" in finding.message["zh"]


def test_a_figure_that_is_taken_away_is_found_and_does_not_block(layers):
    figures = layers / "figures.csv"
    lines = figures.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith("clusters,")]
    figures.write_text("".join(kept), encoding="utf-8")
    (finding,) = about_the_story(layers)
    assert (finding.rule, finding.feature) == ("STORY_REFERENCE", ("tier_one",))
    assert not finding.blocking
    assert "clusters" in finding.message["zh"]


def test_no_file_is_no_fault(layers):
    (layers / "story.toml").unlink()
    assert about_the_story(layers) == []
    assert examine(layers, AS_OF).story is None
