"""The pages of the region as a whole: costs and policies, figures over time, logistics."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response

from geo.query import Snapshot
from geo.topics.costs import costs_of
from geo.topics.logistics import transport_of
from geo.topics.policies import policies_of
from geo.topics.register import fewest, growth_of, origins_of
from geo.topics.results import results_of
from geo.topics.statistics import statistics_of
from geo.web.pages import public_page
from geo.wording import Wording

blueprint = Blueprint("topics", __name__)


@blueprint.get("/costs")
def costs_page() -> Response:
    """Answer what a firm pays, which policies there are, and the statistics of the counties."""
    return public_page("costs.html", _costs)


@blueprint.get("/figures")
def figures_page() -> Response:
    """Answer the published figures over time, and the register's growth by year."""
    return public_page("figures.html", _figures)


@blueprint.get("/logistics")
def logistics_page() -> Response:
    """Answer the land port, the ways and stations, and where firms come from."""
    return public_page("logistics.html", _logistics)


def _costs(shown: Snapshot, w: Wording) -> Mapping[str, object]:
    return {
        "groups": costs_of(shown, w),
        "policies": policies_of(shown, w),
        "tables": statistics_of(shown, w),
    }


def _figures(shown: Snapshot, w: Wording) -> Mapping[str, object]:
    return {
        "results": results_of(shown, w),
        "growth": growth_of(shown),
        "fewest": fewest(shown),
    }


def _logistics(shown: Snapshot, w: Wording) -> Mapping[str, object]:
    return {
        "transport": transport_of(shown, w),
        "origins": origins_of(shown, w),
        "outlines": shown.site["site"].get("provinces"),
        "fewest": fewest(shown),
    }
