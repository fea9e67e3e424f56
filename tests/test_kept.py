"""What is kept is made once, also for those who ask at the same time."""

import gc
import weakref
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest

from geo.kept import kept, kept_by_each


def test_all_who_ask_at_once_get_what_was_made_once():
    made, go_on = [], Event()

    @kept(4)
    def make(name):
        made.append(name)
        assert go_on.wait(10)
        return object()

    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(make, "page") for _ in range(8)]
        go_on.set()
        found = {id(one.result()) for one in asked}
    assert made == ["page"]
    assert len(found) == 1


def test_who_asks_for_another_waits_for_nobody():
    go_on = Event()

    @kept(4)
    def make(name):
        return name == "quick" or go_on.wait(10)

    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(make, "slow")
        assert make("quick")
        go_on.set()
        assert slow.result()


def test_what_failed_is_tried_again():
    answers = iter([ValueError("busy"), "made"])

    @kept(4)
    def make():
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    with pytest.raises(ValueError, match="busy"):
        make()
    assert make() == "made"


def test_only_the_last_ones_are_kept():
    made = []
    make = kept(2)(lambda name: made.append(name))
    for name in ("a", "b", "a", "c", "a", "b"):
        make(name)
    assert made == ["a", "b", "c", "b"]


def test_what_has_an_identity_is_told_by_it_and_let_go():
    class Large:
        def __init__(self, name):
            self.identity = name

    made = []
    make = kept(4)(lambda large: made.append(large.identity))
    large = Large("first")
    gone = weakref.ref(large)
    make(large)
    del large
    gc.collect()
    assert gone() is None
    make(Large("first"))
    make(Large("second"))
    assert made == ["first", "second"]


def test_by_each_nobody_waits_for_another():
    both = Barrier(2)

    @kept_by_each(4)
    def make():
        return both.wait(10)

    with ThreadPoolExecutor(2) as pool:
        asked = [pool.submit(make) for _ in range(2)]
        kept_one = {one.result() for one in asked}
    assert {make()} == kept_one
