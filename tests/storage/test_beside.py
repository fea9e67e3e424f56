"""Processes that work beside publish: all work is done, or there is a clear end."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from geo.storage.beside import working_beside

WORKER = "tests.storage.worker"


def test_work_is_done_in_turn_by_one_process(tmp_path: Path) -> None:
    told = tmp_path / "一 told.txt"
    with working_beside() as beside:
        for word in ("one", "二", "three"):
            beside.start(WORKER, {"to": str(told), "word": word})
        beside.finish()
    words, processes = zip(*map(str.split, told.read_text("utf-8").splitlines()), strict=True)
    assert words == ("one", "二", "three")
    assert len(set(processes)) == 1


def test_what_goes_wrong_there_is_told_here(tmp_path: Path) -> None:
    with working_beside() as beside:
        beside.start(WORKER, {"to": str(tmp_path / "no" / "folder"), "word": "one"})
        beside.start(WORKER, {"to": str(tmp_path / "told"), "word": "two"})
        with pytest.raises(RuntimeError, match="FileNotFoundError"):
            beside.finish()
    assert not (tmp_path / "told").exists()


def test_without_work_there_is_nothing_to_wait_for() -> None:
    with working_beside() as beside:
        beside.finish()


def test_it_is_ended_when_the_publish_fails(tmp_path: Path) -> None:
    before = time.monotonic()
    with pytest.raises(KeyError), working_beside() as beside:
        beside.start(WORKER, {"sleep": 300})
        beside.start(WORKER, {"to": str(tmp_path / "told"), "word": "late"})
        raise KeyError
    assert time.monotonic() - before < 100
    assert not (tmp_path / "told").exists()


def test_what_is_not_waited_for_is_ended(tmp_path: Path) -> None:
    with working_beside() as beside:
        beside.start(WORKER, {"sleep": 300})
        beside.start(WORKER, {"to": str(tmp_path / "told"), "word": "late"})
    assert not (tmp_path / "told").exists()
