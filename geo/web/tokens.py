"""``/data/tokens``: the tokens with which programs read the staff edition."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, Response, make_response, redirect, request

from geo.errors import NotFound
from geo.state import tokens
from geo.state.models import Token
from geo.times import shown_time, today
from geo.web.current import link, origin, root, state
from geo.web.pages import staff_page
from geo.web.session import requires, user_name

blueprint = Blueprint("tokens", __name__)


@blueprint.get("/data/tokens")
@requires("staff")
def tokens_page() -> Response:
    """Answer all tokens and the form that makes one."""
    return _page(revoked="revoked" in request.args)


@blueprint.post("/data/tokens")
@requires("staff")
def make_token() -> Response:
    """Make a token and show it, this once; or say what is wrong with the form."""
    name = tokens.read_name(request.form.get("name", ""))
    until = _day(request.form.get("until", ""))
    faults = tokens.faults_of(name, until, on=today())
    if faults or until is None:
        return _page(status=400, faults=faults, name=name, until=until)
    secret = tokens.make(state(), name=name, until=until, by=user_name(), on=today())
    return _page(secret=secret)


@blueprint.post("/data/tokens/<int:number>/revoke")
@requires("staff")
def revoke_token(number: int) -> Response:
    """End a token now.

    Raises
    ------
    NotFound
        ``TOKEN_UNKNOWN``, also for a number that no database holds.
    """
    if number >= 2**63:
        raise NotFound("TOKEN_UNKNOWN")
    tokens.revoke(state(), number, by=user_name())
    return make_response(redirect(link("data/tokens", revoked=""), 303))


def _page(*, status: int = 200, **values: object) -> Response:
    shown = {"faults": {}, "name": "", "until": None, "secret": None, "revoked": False, **values}
    return staff_page(
        "tokens.html",
        status=status,
        tokens=[_describe(token) for token in tokens.listed(state())],
        today=today(),
        last_day=tokens.last_day(today()),
        longest=tokens.LONGEST_NAME,
        api=f"{origin()}{root()}api/collections",
        **shown,
    )


def _describe(token: Token) -> dict[str, Any]:
    return {
        "id": token.id,
        "name": token.name,
        "by": token.user.name,
        "created": shown_time(token.created_at),
        "until": token.until,
        "last_used": token.last_used,
        "revoked_by": token.revoked_by,
        "has_account": token.user.active,
        "valid": tokens.is_valid(token, on=today()),
    }


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
