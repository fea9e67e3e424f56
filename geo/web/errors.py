"""One table from errors to answers: a readable page, or problem+json for programs."""

from __future__ import annotations

import json
from http import HTTPStatus

from flask import Flask, Response, render_template
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from geo.errors import AccessDenied, BadRequest, GeoError, NotFound
from geo.i18n import both
from geo.web import pages
from geo.web.current import language, wants_page

_STATUS: dict[type[GeoError], int] = {NotFound: 404, BadRequest: 400, AccessDenied: 403}
_STATUS_OF_CODE = {
    "API_BUSY": 503,
    "API_SNAPSHOT_GONE": 410,
    "DATA_LOCKED": 409,
    "DISK_FULL": 507,
    "ENQUIRY_WAIT": 429,
    "NOT_PUBLISHED": 503,
    "PDF_BUSY": 503,
    "PUBLISH_LOCKED": 409,
    "SIGN_IN_FAILED": 401,
    "SIGN_IN_REQUIRED": 401,
    "SIGN_IN_WAIT": 429,
    "STATE_OLDER": 503,
    "STATE_UNAVAILABLE": 503,
    "STORY_CHANGED": 409,
    "STORY_INVALID": 400,
    "STORY_UNREADABLE": 400,
    "TOKEN_INVALID": 401,
    "UPLOAD_TOO_LARGE": 413,
    "WAIVER_EXISTS": 409,
}

_RETRY_SECONDS = {"API_BUSY": 5, "PDF_BUSY": 5}


def register(app: Flask) -> None:
    """Let the application answer every error in the reader's language."""
    app.register_error_handler(GeoError, _answer_geo_error)
    app.register_error_handler(HTTPException, _answer_http_error)
    app.register_error_handler(Exception, _answer_crash)


def _answer_geo_error(error: GeoError) -> Response:
    kinds = (status for kind, status in _STATUS.items() if isinstance(error, kind))
    status = _STATUS_OF_CODE.get(error.code) or next(kinds, 500)
    response = _answer(status, error.code, both(f"error.{error.code}", **error.params))
    if error.code in _RETRY_SECONDS:
        response.headers["Retry-After"] = str(_RETRY_SECONDS[error.code])
    if error.code == "TOKEN_INVALID":
        response.headers["WWW-Authenticate"] = 'Bearer realm="parks", error="invalid_token"'
    if "seconds" in error.params:
        response.headers["Retry-After"] = str(error.params["seconds"])
    return response


def _answer_http_error(error: HTTPException) -> Response:
    status = error.code or 500
    code = f"HTTP_{status}" if status in (400, 404, 405, 413) else "HTTP_OTHER"
    code = "FORM_EXPIRED" if isinstance(error, CSRFError) else code
    response = _answer(status, code, both(f"error.{code}"))
    if status == 405:
        response.headers["Allow"] = "GET, HEAD, OPTIONS"
    return response


def _answer_crash(error: Exception) -> Response:
    from flask import current_app

    current_app.logger.error("crash", exc_info=error)
    return _answer(500, "CRASH", both("error.CRASH"))


def _answer(status: int, code: str, message: dict[str, str]) -> Response:
    """Return a page to people and a problem document to programs."""
    if not wants_page():
        title, detail = HTTPStatus(status).phrase, message[language()]
        problem = {"type": "about:blank", "title": title, "status": status}
        problem |= {"detail": detail, "code": code}
        body = json.dumps(problem, ensure_ascii=False)
        response = Response(body, status, content_type="application/problem+json")
    else:
        page = render_template(
            "error.html", **pages.error_context(), status=status, message=message
        )
        response = Response(page, status, content_type="text/html; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response
