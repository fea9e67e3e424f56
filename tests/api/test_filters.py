"""Filters: what a store finds is what plain Python finds, and what could do harm is refused."""

from __future__ import annotations

import json
import re
from functools import partial
from typing import Any

import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.api import places
from geo.api.conditions import Compiler, to_glob
from geo.api.cql import LONGEST, parse_filter
from geo.api.items import read_page
from geo.api.parameters import read_items_query
from geo.errors import BadRequest
from tests.api.layer import DATES, STATES, Layer, make_layer


@pytest.fixture(scope="module")
def layer(tmp_path_factory: pytest.TempPathFactory) -> Layer:
    return make_layer(tmp_path_factory.mktemp("layer"))


def found(layer: Layer, **query: str) -> list[str]:
    asked = {name.replace("_", "-"): [value] for name, value in query.items()} | {"limit": ["500"]}
    page = read_page(layer.store, read_items_query(asked, layer.store.fields))
    keys = [json.loads(feature)["id"] for feature in page.features]
    assert page.matched == len(keys)
    return keys


def refused(layer: Layer, text: str) -> str:
    with pytest.raises(BadRequest) as caught:
        found(layer, filter=text)
    return caught.value.code


# --- random filters ---------------------------------------------------------------------------

Logic = bool | None
"""True, false, or unknown."""


def quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def both(a: Logic, b: Logic) -> Logic:
    return False if a is False or b is False else None if a is None or b is None else True


def negate(a: Logic) -> Logic:
    return None if a is None else not a


COMPARE = {
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
}
NUMBERS = st.sampled_from([-1, 0, 1, 1.5, 2, 4.5, 15, 1e9])
TEXTS = st.sampled_from([state for state in STATES if state is not None] + ["it's", "%", "b"])


def literal(value: Any) -> str:
    return quote(value) if isinstance(value, str) else repr(value)


def compare(name: str, sign: str, value: Any):
    def holds(record):
        return None if record[name] is None else COMPARE[sign](record[name], value)

    return f"{name} {sign} {literal(value)}", holds


def between(name: str, low: float, high: float):
    def holds(record):
        return None if record[name] is None else low <= record[name] <= high

    return f"{name} BETWEEN {low!r} AND {high!r}", holds


def is_in(name: str, values: list[Any]):
    def holds(record):
        return None if record[name] is None else record[name] in values

    return f"{name} IN ({', '.join(map(literal, values))})", holds


def like(pattern: str):
    parts = {"%": ".*", "_": "."}
    wanted = re.compile("".join(parts.get(c) or re.escape(c) for c in pattern), re.DOTALL)

    def holds(record):
        return None if record["state"] is None else bool(wanted.fullmatch(record["state"]))

    return f"state LIKE {quote(pattern)}", holds


def is_null(name: str):
    return f"{name} IS NULL", lambda record: record[name] is None


def is_true(value: bool):
    def holds(record):
        return None if record["net"] is None else record["net"] is value

    return f"net = {str(value).lower()}", holds


PATTERNS = st.sampled_from(
    ["%", "b%", "B%", "%UILT", "%ilt", "_uilt", "50% [a]%", "%[%]%", "于_", "%_x", "", "*", "?????"]
) | st.text(alphabet="%_built50[]a*?于 ", max_size=6)
SIMPLE = st.one_of(
    st.builds(compare, st.sampled_from(["area", "floors"]), st.sampled_from([*COMPARE]), NUMBERS),
    st.builds(compare, st.just("state"), st.sampled_from([*COMPARE]), TEXTS),
    st.builds(between, st.sampled_from(["area", "floors"]), NUMBERS, NUMBERS),
    st.builds(is_in, st.just("floors"), st.lists(NUMBERS, min_size=1, max_size=3)),
    st.builds(is_in, st.just("state"), st.lists(TEXTS, min_size=1, max_size=3)),
    st.builds(like, PATTERNS),
    st.builds(is_null, st.sampled_from(["area", "floors", "net", "state", "as_of"])),
    st.builds(is_true, st.booleans()),
)


def joined(word: str, left, right):
    def holds(record):
        a, b = left[1](record), right[1](record)
        return both(a, b) if word == "AND" else negate(both(negate(a), negate(b)))

    return f"({left[0]}) {word} ({right[0]})", holds


def inverted(part):
    return f"NOT ({part[0]})", lambda record: negate(part[1](record))


FILTERS = st.recursive(
    SIMPLE,
    lambda part: st.one_of(
        st.builds(joined, st.sampled_from(["AND", "OR"]), part, part), st.builds(inverted, part)
    ),
    max_leaves=6,
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(FILTERS)
def test_a_filter_finds_what_plain_python_finds(layer: Layer, asked) -> None:
    text, holds = asked
    expected = [key for key, record in layer.records.items() if holds(record) is True]
    assert found(layer, filter=text) == expected


@pytest.mark.parametrize(
    ("pattern", "states"),
    [
        ("%", {"offer", "built", "Built", "50% [a]_x", "于田", ""}),
        ("b%", {"built"}),
        ("_uilt", {"built", "Built"}),
        ("%田", {"于田"}),
        ("50\\% [a]\\_x", {"50% [a]_x"}),
        ("%[a]%", {"50% [a]_x"}),
        ("*", set()),
        ("", {""}),
    ],
)
def test_a_pattern_finds_what_it_describes(layer: Layer, pattern: str, states: set) -> None:
    expected = [key for key, record in layer.records.items() if record["state"] in states]
    assert found(layer, filter=f"state LIKE {quote(pattern)}") == expected


# --- places -----------------------------------------------------------------------------------


def meeting(layer: Layer, place: shapely.Geometry) -> list[str]:
    return [k for k, one in layer.places.items() if one is not None and one.intersects(place)]


EDGES = st.tuples(*[st.integers(0, 30)] * 4).map(
    lambda n: (
        81 + min(n[0], n[1]) / 20,
        36.5 + min(n[2:]) / 20,
        81 + max(n[:2]) / 20,
        36.5 + max(n[2:]) / 20,
    )
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(EDGES)
def test_a_box_finds_what_meets_it_and_not_what_only_its_box_does(layer: Layer, edges) -> None:
    west, south, east, north = edges
    # The hull of the corners of a box without width is a line, as it must be.
    corners = [(west, south), (east, south), (east, north), (west, north)]
    expected = meeting(layer, shapely.MultiPoint(corners).convex_hull)
    assert found(layer, bbox=",".join(map(str, edges))) == expected
    assert found(layer, bbox=f"{west},{south},0,{east},{north},9") == expected
    assert (
        found(layer, filter=f"s_intersects(geometry, BBOX({west},{south},{east},{north}))")
        == expected
    )
    swapped = f"{south},{west},{north},{east}"
    crs = "http://www.opengis.net/def/crs/EPSG/0/4490"
    assert found(layer, bbox=swapped, bbox_crs=crs) == expected
    assert (
        found(layer, filter=f"s_intersects(geometry, BBOX({swapped}))", filter_crs=crs) == expected
    )


@pytest.mark.parametrize(
    "wkt",
    [
        "POINT (81.3 36.9)",
        "MULTIPOINT ((81.3 36.9), (81.55 37.05))",
        "LINESTRING (81.0 36.5, 82.3 37.9)",
        "POLYGON ((81.1 36.6, 81.9 36.7, 81.4 37.3, 81.1 36.6))",
        "POLYGON ((81 36.5, 82.5 36.5, 82.5 38, 81 38, 81 36.5),"
        " (81.2 36.7, 81.2 37.5, 82 37.5, 81.2 36.7))",
        "MULTIPOLYGON (((81 36.5, 81.2 36.5, 81.1 36.7, 81 36.5)),"
        " ((82 37, 82.3 37, 82.2 37.4, 82 37)))",
    ],
)
def test_a_shape_finds_what_meets_it(layer: Layer, wkt: str) -> None:
    expected = meeting(layer, shapely.from_wkt(wkt))
    assert expected
    assert found(layer, filter=f"S_INTERSECTS(geometry, {wkt})") == expected
    # What has no place neither meets it nor does not.
    others = found(layer, filter=f"NOT S_INTERSECTS(geometry, {wkt})")
    placed = {key for key, place in layer.places.items() if place is not None}
    assert set(expected) | set(others) == placed and not set(expected) & set(others)


def test_what_has_no_place_can_be_asked_for(layer: Layer) -> None:
    assert found(layer, filter="geometry IS NULL") == [
        k for k, p in layer.places.items() if p is None
    ]


def test_a_box_over_the_180th_meridian_has_two_halves(layer: Layer) -> None:
    expected = meeting(layer, shapely.box(81.5, 36, 180, 39).union(shapely.box(-180, 36, 81.1, 39)))
    assert found(layer, bbox="81.5,36,81.1,39") == expected


def test_more_than_can_be_compared_is_refused(layer: Layer, monkeypatch) -> None:
    monkeypatch.setattr(places, "_MOST_PAIRS", 500)
    assert refused(layer, "s_intersects(geometry, POLYGON ((81 36, 83 36, 83 39.5, 81 36)))") == (
        "API_QUERY_COSTLY"
    )


# --- what is refused --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "API_FILTER_SYNTAX"),
        ("state = ", "API_FILTER_SYNTAX"),
        ("state = 'a'; DROP TABLE fields", "API_FILTER_SYNTAX"),
        ("nothing = 1", "API_QUERYABLE_UNKNOWN"),
        ("row = 1", "API_QUERYABLE_UNKNOWN"),
        ("minx = 1", "API_QUERYABLE_UNKNOWN"),
        ('"state"" OR 1=1 --" = 1', "API_QUERYABLE_UNKNOWN"),
        ("state = 1", "API_FILTER_TYPES"),
        ("area = 'x'", "API_FILTER_TYPES"),
        ("net > true", "API_FILTER_TYPES"),
        ("net = 1", "API_FILTER_TYPES"),
        ("area LIKE 'x'", "API_FILTER_TYPES"),
        ("area", "API_FILTER_TYPES"),
        ("area IN ('x')", "API_FILTER_TYPES"),
        ("area + 1 = 2", "API_FILTER_UNSUPPORTED"),
        ("lower(state) = 'a'", "API_FILTER_UNSUPPORTED"),
        ("casei(state) = casei('a')", "API_FILTER_UNSUPPORTED"),
        ("t_after(as_of, DATE('2020-01-01'))", "API_FILTER_UNSUPPORTED"),
        ("as_of = TIMESTAMP('2020-01-01T00:00:00Z')", "API_FILTER_UNSUPPORTED"),
        ("s_within(geometry, POINT(1 1))", "API_FILTER_UNSUPPORTED"),
        ("s_intersects(geometry, geometry)", "API_FILTER_UNSUPPORTED"),
        ("s_intersects(state, POINT(1 1))", "API_QUERYABLE_UNKNOWN"),
        ("s_intersects(geometry, BBOX(5,1,2,3))", "API_FILTER_GEOMETRY"),
        ("area = 1e999", "API_FILTER_NUMBER"),
        (f"state LIKE '{'a' * 201}'", "API_FILTER_PATTERN"),
        (f"state LIKE '{'%a' * 6}'", "API_FILTER_PATTERN"),
        ("(" * 21 + "area=1" + ")" * 21, "API_FILTER_DEEP"),
        ("NOT " * 101 + "area=1", "API_FILTER_DEEP"),
        ("area = " + "-" * 101 + "1", "API_FILTER_DEEP"),
        ("area=1 and " * 200 + "area=1", "API_FILTER_LONG"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(layer: Layer, text: str, code: str) -> None:
    assert refused(layer, text) == code


def test_signs_within_a_text_do_not_count_as_depth(layer: Layer) -> None:
    assert found(layer, filter=f"state = '{'(' * 400}'") == []


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet="()='\"ax1.,%_ \\-+*/<>ANDORTbetweliknNULLs[]é于\x00", max_size=80))
def test_any_text_is_answered_or_refused(layer: Layer, text: str) -> None:
    try:
        found(layer, filter=text)
    except BadRequest as error:
        assert error.code.startswith("API_")


def test_the_longest_and_deepest_filter_needs_little_stack() -> None:
    """The parser ends the process when its stack is full; that of a thread may be small."""
    import subprocess
    import sys

    deepest = "(" * 20 + " or ".join(["NOT x=-1"] * 30) + ")" * 20
    assert len(deepest) < LONGEST
    texts = [deepest, "NOT " * 99 + "x=1", "x=" + "- " * 98 + "1", "x=" + "^".join("1" * 99)]
    code = f"""
import threading
from geo.api.cql import parse_filter
threading.stack_size(512 * 1024)
thread = threading.Thread(target=lambda: [parse_filter(text) for text in {texts!r}])
thread.start()
thread.join()
print("parsed")
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.stdout.strip() == "parsed", run.stderr


def test_values_never_become_sql(layer: Layer) -> None:
    compiler = Compiler(layer.store.fields, partial(places.meets_shape, layer.store))
    sql, values = compiler.condition(parse_filter("state = 'x'' OR 1=1 --' AND floors IN (1, 2)"))
    assert sql == '("state" = ?) AND ("floors" IN (?, ?))'
    assert values == ("x' OR 1=1 --", 1.0, 2.0)


def test_a_pattern_keeps_the_signs_of_glob_apart() -> None:
    assert to_glob("a*b?[c]\\%\\_%_") == "a[*]b[?][[]c]%_*?"


# --- time -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ("2020-06-15", {"2020"}),
        ("2026-02-28T23:00:00Z", set()),
        ("2026-02-28T15:59:59Z", {"2026-02"}),
        ("2026-11-22/..", {"2026-11-22"}),
        ("2026-02/2026-11", {"2026-02", "2026-11-22"}),
        ("../2020-01-01", {"2020"}),
        ("/2019-12-31", set()),
        ("2020-12-31/2026-02-01", {"2020", "2026-02"}),
        ("../..", {"2020", "2026-02", "2026-11-22"}),
    ],
)
def test_a_time_finds_what_has_a_day_in_common(layer: Layer, asked: str, kept: set[str]) -> None:
    expected = [k for k, record in layer.records.items() if record["as_of"] in kept]
    assert found(layer, datetime=asked) == expected
    assert None in DATES


@pytest.mark.parametrize(
    "asked",
    [
        *("", "..", "x", "2026-13", "2026-02-30", "2026-02-30T00:00:00Z", "2026-11-22T00:00:00"),
        *("2027/2026", "2020/2021/2022", "20261122", "２０２０", "9" * 400, "9999-12-31T23:00:00Z"),
    ],
)
def test_a_time_that_is_none_is_refused(layer: Layer, asked: str) -> None:
    with pytest.raises(BadRequest, match="API_DATETIME_INVALID"):
        found(layer, datetime=asked)
