"""A costly request is given up in time, and leaves threads to others."""

from __future__ import annotations

import time
from pathlib import Path
from threading import BoundedSemaphore

import pytest

from geo import time_limit
from geo.api.items import read_page
from geo.api.parameters import read_items_query
from geo.errors import BadRequest
from geo.feature_store import FeatureStore
from geo.layer_items import Asked, find_items
from geo.query import Library
from geo.time_limit import limited
from tests.api.layer import make_layer
from tests.web.people import client_of

ENDLESS = (
    "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n) > 0"
)
LIST = "geo.layer_items._condition"


@pytest.fixture
def store(tmp_path: Path) -> FeatureStore:
    return make_layer(tmp_path).store


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time_limit, "LONGEST_SECONDS", 0.05)


@pytest.fixture
def turn(monkeypatch: pytest.MonkeyPatch) -> BoundedSemaphore:
    """The only turn of all who take long, which is at once."""
    only = BoundedSemaphore(1)
    monkeypatch.setattr(time_limit, "_turns", only)
    monkeypatch.setattr(time_limit, "_LONG_SECONDS", 0.0)
    return only


def refused(store: FeatureStore) -> str:
    with pytest.raises(BadRequest) as caught:
        store.matched(where=(ENDLESS, ()))
    return caught.value.code


def test_a_query_that_takes_too_long_is_given_up(store: FeatureStore, short: None) -> None:
    assert refused(store) == "API_QUERY_COSTLY"
    assert store.matched(where=("row > 1", ())) == 119, "the next one has its own time"


def test_all_queries_of_a_request_share_its_time(store: FeatureStore, short: None) -> None:
    with limited():
        store.select(limit=1)
        time.sleep(0.06)
        begin = time.monotonic()
        assert refused(store) == "API_QUERY_COSTLY"
    assert time.monotonic() - begin < 0.05


def test_many_shapes_share_the_time_of_a_request(store: FeatureStore, short: None) -> None:
    shapes = (f"POLYGON ((81 36, 83 36, 83 39.5, 81.{n} 36))" for n in range(100, 130))
    text = " OR ".join(f"s_intersects(geometry, {shape})" for shape in shapes)
    query = read_items_query({"filter": [text[: text.rindex(" OR ", 0, 1_990)]]}, store.fields)
    begin = time.monotonic()
    with pytest.raises(BadRequest, match="API_QUERY_COSTLY"):
        read_page(store, query)
    assert time.monotonic() - begin < 1


def test_time_counts_while_no_query_runs(store: FeatureStore, short: None, monkeypatch) -> None:
    looks = []
    monkeypatch.setattr("geo.api.places.intersects", lambda *_: looks.append(time.sleep(0.02)))
    shape = "POLYGON ((81 36, 83 36, 83 39.5, 81 36))"
    query = read_items_query({"filter": [f"s_intersects(geometry, {shape})"]}, store.fields)
    with pytest.raises(BadRequest, match="API_QUERY_COSTLY"):
        read_page(store, query)
    assert len(looks) < 5


def test_a_list_of_a_large_layer_is_given_up(published: Path, short: None, monkeypatch) -> None:
    monkeypatch.setattr(LIST, lambda *_: (ENDLESS, ()))
    with pytest.raises(BadRequest, match="API_QUERY_COSTLY"):
        find_items(Library(published).current("public"), "parcels", Asked(), after=0, limit=1)


def test_some_threads_are_left_to_those_who_ask_for_little(
    store: FeatureStore, turn: BoundedSemaphore, short: None
) -> None:
    assert turn.acquire(blocking=False)
    assert refused(store) == "API_BUSY"
    assert store.matched(where=("row > 1", ())) == 119
    turn.release()
    assert refused(store) == "API_QUERY_COSTLY", "with a turn it may use all its time"
    assert turn.acquire(blocking=False), "and leaves the turn to the next"


def test_the_turns_leave_threads() -> None:
    from geo.web.serve import _THREADS

    assert time_limit._turns._initial_value == _THREADS - 2  # type: ignore[attr-defined]


def test_programs_learn_when_to_come_back(
    published: Path, turn: BoundedSemaphore, monkeypatch
) -> None:
    monkeypatch.setattr(LIST, lambda *_: (ENDLESS, ()))
    turn.acquire()
    version = Library(published).current("public").version
    answer = client_of(published).get(f"/layers/{version}/parcels/items?lang=en")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "immutable" not in answer.headers.get("Cache-Control", "")
    problem = answer.get_json(force=True)
    assert problem["code"] == "API_BUSY"
    assert "smaller area" in problem["detail"]
