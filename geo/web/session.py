"""Who is asking, and what a role may reach.

A browser holds a signed cookie with the token of its visit; everything else is in the
state database, so that a sign-out or a new password ends a visit at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar, cast

from flask import Flask, Response, current_app, g, make_response, redirect, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_wtf.csrf import CSRFProtect

from geo.errors import AccessDenied
from geo.state import visits
from geo.state.models import Role, User
from geo.state.secret import kept_secret
from geo.web.current import link, root, settings, state, wants_page

if TYPE_CHECKING:
    from flask import Request
    from itsdangerous import URLSafeTimedSerializer

_View = TypeVar("_View", bound=Callable[..., Any])
_FORM_BYTES = 1_000_000
_VISIT = "visit"
# What browsers take for another host (//, /\) or drop on the way (tab, line feed).
_OWN_PATH = re.compile(r"/(?![/\\])[^\x00-\x20\x7f\\]*")

csrf = CSRFProtect()
"""Refuses forms that do not come from a page of ours; a view may be exempt and check itself."""


class CookieSessions(SecureCookieSessionInterface):
    """Flask's signed cookie; its key is fetched only for a request that needs one."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Return what the cookie says; nothing without one."""
        if self.get_cookie_name(app) not in request.cookies:
            return self.session_class()
        return super().open_session(app, request)

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """Return what signs the cookie."""
        provide_secret()
        return super().get_signing_serializer(app)

    def get_cookie_name(self, app: Flask) -> str:
        """Return the name; over HTTPS one that browsers take from this host only."""
        if not request.is_secure:
            return "parks"
        return "__Secure-parks" if request.script_root else "__Host-parks"

    def get_cookie_path(self, app: Flask) -> str:
        """Return the path of the application: another on the same host has its own cookie."""
        return root()

    def get_cookie_secure(self, app: Flask) -> bool:
        """Whether the cookie goes over HTTPS only: when it came over HTTPS."""
        return request.is_secure


def register(app: Flask) -> None:
    """Give the application its cookie and the check of its forms."""
    app.session_interface = CookieSessions()
    app.config.update(
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=visits.LONGEST,
        MAX_CONTENT_LENGTH=_FORM_BYTES,
        # A form may lie open for as long as its visit lasts.
        WTF_CSRF_TIME_LIMIT=None,
    )
    app.before_request(_prepare_form)
    csrf.init_app(app)


def provide_secret() -> None:
    """See to it that the application has its secret: the one given, else the one kept."""
    if not current_app.secret_key:
        current_app.secret_key = settings().secret or kept_secret(settings().out)


def _prepare_form() -> None:
    if request.method not in ("GET", "HEAD", "OPTIONS"):
        provide_secret()


def current_user() -> User | None:
    """Return the person who is signed in, if any."""
    if "user" not in g:
        token = session.get(_VISIT)
        g.user = visits.visitor(state(), token) if isinstance(token, str) else None
    found: User | None = g.user
    return found


def user_name() -> str:
    """Return the name of the person who is signed in; call it behind :func:`requires`.

    Raises
    ------
    AccessDenied
        ``SIGN_IN_REQUIRED``.
    """
    user = current_user()
    if user is None:
        raise AccessDenied("SIGN_IN_REQUIRED")
    return user.name


def begin_visit(user: User) -> None:
    """Sign a person in here, in a session of which nothing was known before."""
    session.clear()
    session[_VISIT] = visits.begin(state(), user)
    g.user = user


def end_visit() -> None:
    """Sign the person out here."""
    token = session.get(_VISIT)
    session.clear()
    if isinstance(token, str):
        visits.end(state(), token)
    g.user = None


def requires(role: Role) -> Callable[[_View], _View]:
    """Return a decorator that answers only people of a role, and answers them privately.

    Who is not signed in is sent to the sign-in page; a program or a form is refused.

    Raises
    ------
    AccessDenied
        ``SIGN_IN_REQUIRED`` (401) or ``ROLE_REQUIRED`` (403).
    """

    def decorate(view: _View) -> _View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Response:
            if current_user() is None:
                return keep_private(_send_to_sign_in())
            demand(role)
            return keep_private(make_response(view(*args, **kwargs)))

        return cast("_View", guarded)

    return decorate


def demand(role: Role) -> None:
    """Refuse whoever has not the role.

    Raises
    ------
    AccessDenied
        ``SIGN_IN_REQUIRED`` or ``ROLE_REQUIRED``.
    """
    user = current_user()
    if user is None:
        raise AccessDenied("SIGN_IN_REQUIRED")
    if not user.may(role):
        raise AccessDenied("ROLE_REQUIRED")


def keep_private(response: Response) -> Response:
    """Return the answer, marked as one that nobody else may see, keep or index."""
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    response.vary.add("Cookie")
    return response


def own_path(path: str | None) -> str | None:
    """Return the path if it is one of this application, so that nobody is sent elsewhere."""
    is_own = path is not None and _OWN_PATH.fullmatch(path) and path.startswith(root())
    return path if is_own else None


def _send_to_sign_in() -> Response:
    if request.method not in ("GET", "HEAD") or not wants_page():
        raise AccessDenied("SIGN_IN_REQUIRED")
    wanted = request.script_root + request.full_path.rstrip("?")
    return make_response(redirect(link("login", next=wanted)))
