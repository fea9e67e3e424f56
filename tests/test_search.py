"""What a query finds. ``tests/data/search.json`` holds what the browser must find as well."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.search import Index, Text, cut, fold, match

SHARED = json.loads((Path(__file__).parent / "data" / "search.json").read_text(encoding="utf-8"))
INDEX = Index.of(SHARED["document"])


def found(query):
    return [hit.record.id for hit in INDEX.find(query).hits]


def marked(query):
    """Return what is marked of the names of the first record that a query finds."""
    hit = INDEX.find(query).hits[0]
    return {
        hit.record.texts[place].raw[start:end]
        for place, spans in hit.spans.items()
        for start, end in spans
    }


@pytest.mark.parametrize("case", SHARED["cases"], ids=lambda case: case["query"])
def test_a_query_finds_what_is_agreed(case):
    answer = INDEX.find(case["query"])
    assert [hit.record.id for hit in answer.hits] == case["found"], case["why"]
    assert answer.is_close == case["close"]


@pytest.mark.parametrize(
    ("query", "parts"),
    [
        ("yt鞋", {"于田鞋"}),
        ("鞋 于田", {"于田", "鞋"}),
        ("cltj", {"CL-TJ"}),
        ("yutain", {"Yutian"}),
        ("鸿星尔克", {"鸿星尔克"}),
        ("于田厂房", {"厂房"}),
    ],
)
def test_what_the_query_met_is_marked(query, parts):
    assert marked(query) == parts


def test_marks_stand_right_beside_letters_that_fold_to_more_or_to_fewer():
    text = "㈱ Ｃèlè 策勒"
    units = cut(text, {"策": ["ce"], "勒": ["le"]})
    assert [text[unit.start : unit.end] for unit in units] == ["㈱", "Ｃèlè", "策", "勒"]


def test_the_name_in_full_comes_before_one_that_begins_so():
    assert found("于田站")[0] == "STATION-YT"
    assert found("于田县")[0] == "653226"


def test_an_exact_find_leaves_out_what_comes_close():
    assert not INDEX.find("cele").is_close
    assert "yeyik" not in found("cele")


@pytest.mark.parametrize("query", ["", "   ", "？！", "-"])
def test_nothing_to_look_for_finds_nothing(query):
    assert found(query) == []


@pytest.mark.parametrize("query", ["ab", "企鹅", "cl-tj-0x9", "zzz"])
def test_too_little_is_never_forgiven_to_fit_anything(query):
    assert found(query) == []


def test_a_misspelt_key_is_no_other_key():
    assert found("cltj002") == []


def text(raw, **readings):
    return Text(raw, cut(raw, {letter: r.split() for letter, r in readings.items()}))


def test_a_reading_is_taken_up_from_its_begin_only():
    name = text("鞋厂", 鞋="xie", 厂="chang")
    assert match(name, "xiech") is not None
    assert match(name, "iech") is None
    assert match(name, "hang") is None


def test_a_gap_between_units_is_no_match():
    assert match(text("于田鞋业", 于="yu", 田="tian", 鞋="xie", 业="ye"), "yux") is None


@pytest.mark.parametrize("typed", ["yutian", "yutain", "yutiam", "yutan", "yutiian"])
def test_one_slip_in_a_word_is_forgiven(typed):
    name = text("于田", 于="yu", 田="tian")
    assert match(name, typed, forgive=True) is not None


def test_two_slips_in_a_short_word_are_not():
    assert match(text("于田", 于="yu", 田="tian"), "yuxxan", forgive=True) is None


NAMES = [(record.id, t.raw) for record in INDEX.records for t in record.texts[:3] if t.units]


@given(st.sampled_from(NAMES))
def test_every_record_is_found_by_each_of_its_names_and_its_key(named):
    key, name = named
    answer = INDEX.find(name)
    assert key in [hit.record.id for hit in answer.hits]
    assert not answer.is_close


@given(st.text(max_size=50))
def test_no_query_breaks_it_and_marks_lie_within_the_names(query):
    for hit in INDEX.find(query).hits:
        for place, spans in hit.spans.items():
            for start, end in spans:
                assert 0 <= start < end <= len(hit.record.texts[place].raw)


@given(st.text(max_size=40))
def test_folding_twice_is_folding_once(query):
    assert fold(fold(query)) == fold(query)
