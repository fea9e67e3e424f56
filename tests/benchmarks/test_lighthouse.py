"""How Lighthouse's reports are summed up; ``make lighthouse`` itself is run by hand."""

import dataclasses

import pytest

from tests.benchmarks.lighthouse import PAGES, TARGETS, TIMES, as_table, summarise


def report(performance=0.97, seo=1, crawlable=1, sizes=(1000, 500)):
    times = {name: {"numericValue": 900.4} for name in TIMES}
    found = {"id": "is-crawlable", "title": "Blocked", "score": crawlable}
    scores = {"performance": performance, "accessibility": 1, "best-practices": 1, "seo": seo}
    references = {"seo": [{"id": "is-crawlable", "weight": 4}]}
    return {
        "categories": {
            name: {"score": score, "auditRefs": references.get(name, [])}
            for name, score in scores.items()
        },
        "audits": {
            **times,
            "cumulative-layout-shift": {"numericValue": 0.0123},
            "is-crawlable": found,
            "network-requests": {"details": {"items": [{"transferSize": n} for n in sizes]}},
        },
    }


def test_the_middle_of_the_rounds_counts():
    rounds = [report(0.9), report(0.99), report(0.96, sizes=(1000, 700))]
    result = summarise("map", "/", rounds)
    assert result.scores == {**dict.fromkeys(TARGETS, 100), "performance": 96}
    assert (result.rounds, result.requests, result.bytes) == (3, 2, 1500)
    assert (result.times["largest-contentful-paint"], result.layout_shift) == (900, 0.012)
    assert result.shortfalls == {}


def test_of_two_rounds_the_worse_one_counts():
    assert summarise("map", "/", [report(0.99), report(0.94)]).shortfalls == {"performance": 94}


def test_what_costs_points_is_named():
    result = summarise("comparison", "/compare", [report(seo=0.63, crawlable=0)])
    assert result.shortfalls == {"seo": 63}
    table = as_table([result])
    assert "63 !" in table
    assert "seo: is-crawlable: Blocked" in table


@pytest.mark.parametrize("name", PAGES)
def test_the_pages_that_are_measured_show_what_they_should(server, name):
    status, _, body = server.get(PAGES[name])
    assert status == 200
    if name == "park":
        assert b'href="/parcels/' in body, "a park without plots on offer is too light a page"
    if name == "comparison":
        assert b"compare.xlsx" in body


def test_results_can_be_written_as_json():
    assert dataclasses.asdict(summarise("map", "/", [report()]))["scores"]["seo"] == 100
