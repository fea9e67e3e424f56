"""Scenes of the show against the data."""

import pytest

from geo.rules import RulesConfig, check_story
from geo.story import Story, headline_em
from tests.rules.conftest import CONFIG, make_catalog, make_frame

KINDS_OF_DATA = ("parks", "parcels", "buildings", "figures")
PARKS = [
    {"park_id": "A", "name_zh": "甲园", "kind": "industrial", "nature": "reported"},
    {"park_id": "S", "name_zh": "示例园", "kind": "industrial", "nature": "sample"},
]
FIGURES = [
    {"figure_id": name, "subject_zh": "数", "value": 1.0, "unit": "家", "nature": "reported"}
    for name in ("one", "two", "three", "four")
]


def scene(name="first", **changes):
    return {"id": name, "headline": {"zh": "标题", "en": "Headline"}} | changes


def found(*scenes, demo=True, unread=(), config=CONFIG):
    records = {"parks": PARKS, "parcels": [], "buildings": [], "figures": FIGURES}
    frames = {k: make_frame(k, rows) for k, rows in records.items() if k not in unread}
    catalog = make_catalog(records, site={"demo": demo})
    story = {"title": {"zh": "演示", "en": "Show"}, "scenes": list(scenes)}
    return check_story(Story.model_validate(story), frames, catalog, config)


def brief(findings):
    return [(f.rule, f.feature, f.actual) for f in findings]


def test_a_scene_that_names_what_is_there_is_sound():
    named = {
        "figures": ["one", "offer.plots", "offer.halls"],
        "layers": ["parks", "parcels"],
        "highlight": ["parks/A"],
    }
    assert found(scene(**named)) == []


@pytest.mark.parametrize(
    ("named", "gone"),
    [
        ({"figures": ["one", "five"]}, "five"),
        ({"figures": ["offer.firms"]}, "offer.firms"),
        ({"layers": ["parks", "roads"]}, "roads"),
        ({"layers": ["figures"]}, "figures"),
        ({"highlight": ["parks/A", "parks/B"]}, "parks/B"),
        ({"highlight": ["roads/A"]}, "roads/A"),
    ],
)
def test_what_is_gone_is_named(named, gone):
    (finding,) = found(scene(**named))
    assert (finding.rule, finding.feature, finding.actual) == ("STORY_REFERENCE", ("first",), gone)
    assert finding.layer == "story"
    for lang in ("zh", "en"):
        assert gone.rpartition("/")[2] in finding.message[lang] or "roads" in finding.message[lang]
        assert "first" in finding.message[lang]


def test_every_reference_that_is_gone_is_a_finding_of_its_own():
    findings = found(scene(figures=["five", "six"], highlight=["parks/B"]))
    assert [f.actual for f in findings] == ["five", "six", "parks/B"]
    assert len({f.id for f in findings}) == 3


def test_without_samples_a_sample_is_not_there():
    pointing = scene(highlight=["parks/S"])
    assert found(pointing) == []
    assert [f.actual for f in found(pointing, demo=False)] == ["parks/S"]


def test_what_could_not_be_read_is_not_judged():
    pointing = scene(figures=["five"], highlight=["parks/B"], layers=["parks"])
    assert found(pointing, unread=("parks", "figures")) == []


def test_an_identifier_that_stands_twice_is_told_once():
    findings = found(scene(), scene("other"), scene(), scene())
    assert brief(findings) == [("STORY_DUPLICATE", ("first",), None)]


def test_more_than_three_figures_are_too_many():
    names = [record["figure_id"] for record in FIGURES]
    assert found(scene(figures=names[:3])) == []
    assert brief(found(scene(figures=names))) == [("STORY_FIGURES", ("first",), "4")]


@pytest.mark.parametrize(
    ("text", "width"), [("", 0), ("园区", 2), ("Park", 2), ("2020 年", 3.5), ("Ａ，。", 3)]
)
def test_a_chinese_character_counts_twice_a_letter(text, width):
    assert headline_em(text) == width


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_headline_of_more_than_two_lines_is_told_with_its_language(lang):
    fits, longer = ("汉" * 20, "汉" * 21) if lang == "zh" else ("a" * 40, "a" * 41)
    other = {"zh": "短", "en": "Short"}
    assert found(scene(headline=other | {lang: fits})) == []
    (finding,) = found(scene(headline=other | {lang: longer}))
    assert (finding.rule, finding.expected) == ("STORY_HEADLINE", "≤ 20")
    assert ("中文" if lang == "zh" else "英文") in finding.message["zh"]


def test_the_width_of_two_lines_is_a_threshold_of_the_rules():
    rules = CONFIG.model_dump()
    rules["rules"]["STORY_HEADLINE"] = {"severity": "info", "most_em": 4}
    (finding,) = found(
        scene(headline={"zh": "五个字标题", "en": "Short"}),
        config=RulesConfig.model_validate(rules),
    )
    assert (finding.severity, finding.expected, finding.actual) == ("info", "≤ 4", "5")
