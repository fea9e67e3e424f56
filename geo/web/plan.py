"""``/plan``: how the land stands, the balance sheet, the rates, the indicators; for ``viewer``."""

from __future__ import annotations

from flask import Blueprint, Response, request

from geo.findings import list_findings
from geo.planning.balance import ALL, LEVELS, MEANINGS, describe_balance
from geo.planning.indicators import BY, describe_indicators
from geo.planning.overview import describe_overview
from geo.planning.ranking import describe_ranking
from geo.planning.rates import describe_rates
from geo.query import Snapshot
from geo.state import waivers
from geo.times import today
from geo.web.current import language, library, state
from geo.web.pages import staff_page
from geo.web.session import requires
from geo.wording import Wording

blueprint = Blueprint("plan", __name__)


def _shown() -> Snapshot:
    return library().current("staff")


@blueprint.get("/plan")
@requires("viewer")
def overview_page() -> Response:
    """Answer how the land stands and what is open, with the ways to everything else."""
    shown = _shown()
    standing = waivers.by_finding(waivers.active(state(), today()))
    listed = list_findings(None, shown.document("findings.json"), standing)
    found = [one.record for one in listed if one.state != "waived"]
    page = describe_overview(shown, found, Wording(language()))
    return staff_page("plan.html", page=page)


@blueprint.get("/plan/balance")
@requires("viewer")
def balance_page() -> Response:
    """Answer the balance sheet of one scope at one level.

    Raises
    ------
    BadRequest
        ``PLAN_OPTION``.
    NotFound
        ``PLAN_SCOPE_UNKNOWN``, ``PLAN_TABLES_MISSING``.
    """
    scope, level = request.args.get("scope") or ALL, request.args.get("level") or LEVELS[1]
    meaning = request.args.get("area") or MEANINGS[0]
    page = describe_balance(_shown(), scope, level, meaning, Wording(language()))
    return staff_page("plan_balance.html", page=page, levels=LEVELS, meanings=MEANINGS)


@blueprint.get("/plan/rates")
@requires("viewer")
def rates_page() -> Response:
    """Answer the rates of every park, with what they are computed from."""
    return staff_page("plan_rates.html", page=describe_rates(_shown(), Wording(language())))


@blueprint.get("/plan/indicators")
@requires("viewer")
def indicators_page() -> Response:
    """Answer the indicators of plots, firms or parks, a hundred a page.

    Raises
    ------
    BadRequest
        ``PLAN_OPTION``.
    NotFound
        ``PLAN_SCOPE_UNKNOWN``, ``PLAN_TABLES_MISSING``.
    """
    args = request.args
    page = describe_indicators(
        _shown(),
        args.get("by") or BY[0],
        args.get("park", ""),
        args.get("state", ""),
        args.get("page", 1, type=int),
        Wording(language()),
    )
    return staff_page("plan_indicators.html", page=page, ways_by=BY)


@blueprint.get("/plan/ranking")
@requires("viewer")
def ranking_page() -> Response:
    """Answer the classes of firms, and the weights that make them."""
    return staff_page("plan_ranking.html", page=describe_ranking(_shown(), Wording(language())))
