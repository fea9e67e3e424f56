"""Sign in, sign out, and one's own account."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, redirect, request

from geo.errors import AccessDenied, BadRequest, GeoError
from geo.i18n import message
from geo.state import accounts, audit
from geo.state.models import User
from geo.state.passwords import SHORTEST
from geo.web.current import language, link, state
from geo.web.pages import staff_page
from geo.web.session import (
    begin_visit,
    current_user,
    end_visit,
    keep_private,
    own_path,
    requires,
    user_name,
)

blueprint = Blueprint("login", __name__)


@blueprint.get("/login")
def sign_in_page() -> Response:
    """Answer the form to sign in with; who is signed in goes on to where they wanted."""
    user = current_user()
    return _go_on(user) if user else _sign_in_form()


@blueprint.post("/login")
def sign_in() -> Response:
    """Sign a person in, or say why not."""
    name, password = request.form.get("name", ""), request.form.get("password", "")
    try:
        user = accounts.sign_in(state(), name, password, address=_address())
    except AccessDenied as error:
        return _sign_in_form(error, name=name[:60])
    begin_visit(user)
    return _go_on(user)


@blueprint.post("/logout")
def sign_out() -> Response:
    """Sign the person out and answer the way to the public map."""
    user = current_user()
    end_visit()
    if user:
        audit.record(state(), by=user.name, action="sign_out", detail={"address": _address()})
    return keep_private(make_response(redirect(link(""), 303)))


@blueprint.get("/account")
@requires("viewer")
def account_page() -> Response:
    """Answer who one is and the form to change the password."""
    return staff_page("account.html", shortest=SHORTEST, changed="changed" in request.args)


@blueprint.post("/account")
@requires("viewer")
def change_password() -> Response:
    """Change the password of the person who is signed in; elsewhere they are signed out."""
    old, new, again = (request.form.get(name, "") for name in ("old", "new", "repeat"))
    try:
        if new != again:
            raise BadRequest("PASSWORD_REPEAT")
        user = accounts.change_password(state(), user_name(), old=old, new=new, address=_address())
    except (AccessDenied, BadRequest) as error:
        failure = _sentence(error, "OLD_PASSWORD_WRONG" if error.code == "SIGN_IN_FAILED" else None)
        return staff_page("account.html", status=400, shortest=SHORTEST, failure=failure)
    begin_visit(user)
    return make_response(redirect(link("account", changed=""), 303))


def _sign_in_form(error: AccessDenied | None = None, *, name: str = "") -> Response:
    failure = _sentence(error) if error else None
    has_users = any(user.active for user in accounts.users(state()))
    response = staff_page(
        "login.html",
        status=_status(error),
        failure=failure,
        has_users=has_users,
        name=name,
        next=_wanted(),
    )
    if error and error.code == "SIGN_IN_WAIT":
        response.headers["Retry-After"] = str(error.params["seconds"])
    return response


def _status(error: AccessDenied | None) -> int:
    if error is None:
        return 200
    return 429 if error.code == "SIGN_IN_WAIT" else 401


def _go_on(user: User) -> Response:
    usual = link("data") if user.may("staff") else link("", edition="staff")
    return keep_private(make_response(redirect(_wanted() or usual, 303)))


def _wanted() -> str | None:
    return own_path(request.args.get("next"))


def _sentence(error: GeoError, code: str | None = None) -> str:
    return message(f"error.{code or error.code}", language(), **error.params)


def _address() -> str:
    return request.remote_addr or ""
