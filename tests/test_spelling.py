"""Names of a large layer are found as they are typed in pinyin."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.feature_store import FeatureStore
from geo.spelling import MOST_BEGINS, begins_spelt
from geo.storage.feature_files import write_features

NAMES = (
    "策勒县电子厂",
    "策勒县砖厂",
    "于田（县）鞋业",
    "重庆商行",
    "A座食堂",
    "民丰枣业 2 号",
    "和田玉",
)
READINGS = {
    "策": "ce",
    "勒": "le lei",
    "县": "xian",
    "电": "dian",
    "子": "zi",
    "厂": "chang",
    "砖": "zhuan",
    "于": "yu",
    "田": "tian",
    "鞋": "xie",
    "业": "ye",
    "重": "chong zhong",
    "庆": "qing",
    "商": "shang",
    "行": "hang xing",
    "座": "zuo",
    "食": "shi",
    "堂": "tang",
    "民": "min",
    "丰": "feng",
    "枣": "zao",
    "号": "hao",
    "和": "he",
    "玉": "yu",
}


def store_of(folder: Path, names: tuple[str | None, ...]) -> FeatureStore:
    frame = gpd.GeoDataFrame(
        {"enterprise_id": [f"E{n:03}" for n in range(len(names))], "name_zh": list(names)},
        geometry=gpd.points_from_xy([81.0] * len(names), [37.0] * len(names)),
        crs="EPSG:4326",
    )
    write_features(folder / "firms.sqlite", frame, key="enterprise_id", kind="enterprises")
    return FeatureStore(folder / "firms.sqlite")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> FeatureStore:
    return store_of(tmp_path_factory.mktemp("store"), (*NAMES, None))


def found(store: FeatureStore, query: str) -> set[str]:
    begins = begins_spelt(store, "name_zh", query, READINGS)
    return {name for name in NAMES if any(name.startswith(begin) for begin in begins)}


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("cele", {"策勒县电子厂", "策勒县砖厂"}),
        ("celei", {"策勒县电子厂", "策勒县砖厂"}),
        ("clxd", {"策勒县电子厂"}),
        ("celexianz", {"策勒县砖厂"}),
        ("Ce Le xian dian", {"策勒县电子厂"}),
        ("yutianxian", {"于田（县）鞋业"}),
        ("yt县x", {"于田（县）鞋业"}),
        ("chongqing", {"重庆商行"}),
        ("zhongqing", {"重庆商行"}),
        ("azuo", {"A座食堂"}),
        ("mfzy2h", {"民丰枣业 2 号"}),
        ("tian", set()),
        ("celex9", set()),
        ("策勒", set()),
        ("", set()),
        ("'; DROP TABLE fields", set()),
    ],
)
def test_a_name_is_found_as_it_is_typed(store: FeatureStore, query: str, names: set[str]) -> None:
    assert found(store, query) == names


def test_without_readings_nothing_is_spelt(store: FeatureStore) -> None:
    assert begins_spelt(store, "name_zh", "cele", {}) == []


@given(data=st.data(), name=st.sampled_from(NAMES))
def test_every_begin_of_a_name_is_found(
    store: FeatureStore, data: st.DataObject, name: str
) -> None:
    letters = [letter.lower() for letter in name if letter.isalnum()]
    count = data.draw(st.integers(1, len(letters)))
    typed = ""
    for letter in letters[:count]:
        spelling = data.draw(st.sampled_from([letter, *READINGS.get(letter, "").split()]))
        typed += spelling[: data.draw(st.integers(1, len(spelling)))]
    is_latin = any("a" <= letter <= "z" for letter in typed)
    assert (name in found(store, typed)) == is_latin


def test_the_letters_after_a_begin_are_each_told_once(store: FeatureStore) -> None:
    assert store.letters_after("name_zh", "策勒县") == ["电", "砖"]
    assert store.letters_after("name_zh", "和田玉") == []
    assert len(store.letters_after("name_zh", "")) == len({name[0] for name in NAMES})


def test_of_many_begins_those_of_most_names_are_told(tmp_path: Path) -> None:
    names = tuple(f"策{chr(0x4E00 + n)}" for n in range(200))
    readings = {"策": "ce", **{name[1]: "le" for name in names}}
    store = store_of(tmp_path, (*names, f"{names[-1]}甲", f"{names[-1]}乙"))
    begins = begins_spelt(store, "name_zh", "cl", readings)
    assert len(begins) == MOST_BEGINS
    assert begins[0] == names[-1]
