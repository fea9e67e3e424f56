"""The show in the working copy: written as TOML, saved once, gone back to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import RunError
from geo.settings import BUNDLED_LAYERS, Settings
from geo.storage.working_copy import WorkingCopy
from geo.story import Story, parse_story
from geo.story_file import (
    earlier_story,
    kept_story,
    save_story,
    story_history,
    write_story,
)

BUNDLED = (BUNDLED_LAYERS / "story.toml").read_bytes()


# --- as TOML ----------------------------------------------------------------------------------

TEXTS = st.text(
    st.characters(blacklist_categories=("Cs",), blacklist_characters="\r"), min_size=1, max_size=40
).filter(str.strip)
WORDS = st.fixed_dictionaries({"zh": TEXTS, "en": TEXTS})
NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,12}", fullmatch=True)
NUMBERS = st.floats(-80, 80, allow_nan=False)
BOUNDS = st.tuples(NUMBERS, NUMBERS, NUMBERS, NUMBERS).filter(lambda b: b[0] < b[2] and b[1] < b[3])
VIEWS = st.one_of(
    st.none(),
    st.fixed_dictionaries({"bounds": BOUNDS}),
    st.fixed_dictionaries({"centre": st.tuples(NUMBERS, NUMBERS), "zoom": st.floats(0, 22)}),
)
SCENES = st.fixed_dictionaries(
    {"id": NAMES, "headline": WORDS},
    optional={
        "kind": st.sampled_from(["title", "scene", "closing"]),
        "text": WORDS,
        "notes": WORDS,
        "source": WORDS,
        "figures": st.lists(NAMES, max_size=3),
        "layers": st.lists(NAMES, max_size=3),
        "highlight": st.lists(NAMES.map("parks/{}".format), max_size=3),
        "view": VIEWS,
        "duration_s": st.integers(3, 600),
    },
)


@given(title=WORDS, idle=st.integers(10, 3600), scenes=st.lists(SCENES, min_size=1, max_size=4))
def test_what_is_written_is_read_again(title, idle, scenes):
    story = Story.model_validate({"title": title, "idle_s": idle, "scenes": scenes})
    assert parse_story(write_story(story)) == story


def test_a_zoom_of_nought_is_a_zoom():
    scene = {"id": "all", "headline": {"zh": "全", "en": "All"}}
    view = {"centre": (0.0, 0.0), "zoom": 0.0}
    story = Story.model_validate(
        {"title": {"zh": "演示", "en": "Show"}, "scenes": [scene | {"view": view}]}
    )
    assert parse_story(write_story(story)) == story


def test_the_bundled_show_is_written_scene_by_scene_with_both_languages_on_one_line():
    story = parse_story(BUNDLED)
    lines = write_story(story).decode("utf-8").splitlines()
    assert lines.count("[[scenes]]") == len(story.scenes)
    assert sum(line.startswith("headline = {zh = ") for line in lines) == len(story.scenes)
    assert not any(line.startswith("view") and "null" in line for line in lines)


# --- in the working copy ----------------------------------------------------------------------


@pytest.fixture
def settings(tmp_path):
    return Settings(out=tmp_path / "out")


def changed(settings, **values):
    story = kept_story(settings).read()
    return write_story(story.model_copy(update=values))


def test_the_first_save_makes_the_working_copy_and_leaves_the_bundle_alone(settings):
    base = kept_story(settings).base
    saved = save_story(settings, changed(settings, idle_s=60), base=base, by="li")
    copy = WorkingCopy(settings.out)
    assert (copy.root / "story.toml").read_bytes() == saved.body
    assert (copy.root / "catalog.toml").is_file() and (copy.root / "parks.geojson").is_file()
    assert (BUNDLED_LAYERS / "story.toml").read_bytes() == BUNDLED
    assert kept_story(settings).read().idle_s == 60


def test_the_history_tells_who_and_has_the_show_from_before(settings):
    save_story(settings, changed(settings, idle_s=60), base=kept_story(settings).base, by="li")
    edit, seed = story_history(settings)
    assert (edit["by"], edit["action"], edit["current"]) == ("li", "edit", True)
    assert (seed["action"], seed["current"]) == ("seed", False)
    assert earlier_story(settings, seed["id"]) == BUNDLED


def test_who_saves_over_a_colleague_is_told_and_nothing_is_written(settings):
    base = kept_story(settings).base
    theirs = save_story(settings, changed(settings, idle_s=60), base=base, by="zhao")
    with pytest.raises(RunError, match="STORY_CHANGED"):
        save_story(settings, changed(settings, idle_s=90), base=base, by="li")
    assert kept_story(settings) == theirs


def test_saving_the_same_again_is_no_change(settings):
    base = kept_story(settings).base
    save_story(settings, BUNDLED, base=base, by="li")
    assert story_history(settings) == []


def test_without_a_file_there_is_nothing_to_read(tmp_path):
    (tmp_path / "data").mkdir()
    settings = Settings(data=tmp_path / "data", out=tmp_path / "out")
    assert kept_story(settings).read() is None
