"""Readers and publishes at once, at a small size; the whole is ``tests.benchmarks.load``."""

import pytest

from tests.benchmarks.load import Outcome, measure, note


@pytest.mark.timeout(300)
def test_readers_see_one_snapshot_at_a_time_and_no_fault(tmp_path):
    outcome = measure(tmp_path, readers=40, seconds=10, every=2)
    assert outcome.faults == {}
    assert outcome.mixed == {}
    assert outcome.published >= 1
    assert len(outcome.versions) >= 2
    assert outcome.answers > 200


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/?lang=en", b'data-version="2026-11-02-abc" Round 1 A, Round 2 B'),
        ("/?lang=en", b'data-version="2026-11-02-abc" Round 2 B'),
        ("/layers/2026-11-02-abc/parks.geojson", b"Round 2 B"),
    ],
)
def test_a_mixed_answer_is_noticed(path, body):
    outcome = Outcome()
    note(outcome, path, 200, body)
    assert outcome.mixed
