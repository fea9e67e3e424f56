"""``/enquire``: a short form about one park, plot or hall.

Without anybody who could read what is sent, only the contact card is shown.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass

from flask import Blueprint, Response, current_app, make_response, redirect, request, session
from itsdangerous import BadData, URLSafeTimedSerializer

from geo.errors import AccessDenied, BadRequest, GeoError, NotFound
from geo.i18n import message
from geo.profiles.profile import KINDS, Frame, frame_of
from geo.state import accounts, attempts, enquiries
from geo.state.database import has_state
from geo.state.enquiries import Letter, Subject
from geo.times import shown_time
from geo.web.current import language, link, settings, snapshot, state
from geo.web.pages import staff_page
from geo.web.session import provide_secret
from geo.wording import Wording

blueprint = Blueprint("enquiries", __name__)

TRAP = "website"
"""A field that people do not see; who fills it in is a robot."""

_SENT = "enquiry"
_SALT = "enquiry"
_QUICKEST_SECONDS = 3
_LONGEST_SECONDS = 12 * 3600
_LOOK_AGAIN_SECONDS = 30
_LONGEST_KEY = 80


@dataclass(frozen=True)
class _Form:
    """A form that was handed out: what tells it from others, and the token that says so."""

    name: str
    token: str
    seconds: float = 0.0
    """How long ago."""


def takes_enquiries() -> bool:
    """Whether the pages of parks, plots and halls lead to the form.

    Asked of the state every 30 seconds at most, so that a public page depends on it no more
    than that: while it cannot be asked, there is no form.
    """
    kept: tuple[float, bool] | None = current_app.extensions.get("takes_enquiries")
    if kept is None or kept[0] < time.monotonic():
        kept = (time.monotonic() + _LOOK_AGAIN_SECONDS, _is_read())
        current_app.extensions["takes_enquiries"] = kept
    return kept[1]


@blueprint.get("/enquire")
def enquiry_page() -> Response:
    """Answer the form, or the contact card where nobody would read what is sent."""
    frame = _asked_about()
    return _form_page(frame) if _is_read() else _contact_page(frame)


@blueprint.post("/enquire")
def send_enquiry() -> Response:
    """Keep what was written and lead to the thanks, or say beside the fields what is missing."""
    frame = _asked_about()
    if not _is_read():
        return _contact_page(frame)
    letter = enquiries.read_letter(request.form)
    faults = enquiries.faults_of(letter)
    if "consent" not in request.form:
        faults["consent"] = "consent_missing"
    form = _read_form()
    doubt = _doubt(form)
    if faults or doubt or form is None:
        return _form_page(frame, letter, form, faults=faults, failure=doubt, status=400)
    return _keep(frame, letter, form)


@blueprint.get("/enquire/sent")
def sent_page() -> Response:
    """Answer the thanks: number, what happens next, until when it is kept.

    Raises
    ------
    NotFound
        ``ENQUIRY_UNKNOWN`` if nothing was sent from this browser, or it was deleted.
    """
    number = session.get(_SENT)
    if not isinstance(number, str) or not _is_read():
        raise NotFound("ENQUIRY_UNKNOWN")
    enquiry = enquiries.get(state(), number)
    known = enquiry.key in snapshot().of_kind(enquiry.kind)
    frame = frame_of(snapshot(), enquiry.kind, enquiry.key, Wording(language())) if known else None
    until = shown_time(enquiries.ends_at(enquiry))[:10]
    return _page("enquire_sent.html", enquiry=enquiry, frame=frame, until=until)


def _keep(frame: Frame, letter: Letter, form: _Form) -> Response:
    subject = Subject(frame.kind, frame.key, frame.title)
    sender = attempts.sender(request.remote_addr or "", str(current_app.secret_key))
    try:
        enquiry = enquiries.submit(
            state(), letter, subject, lang=language(), form=form.name, sender=sender
        )
    except AccessDenied as error:
        wait = message(f"error.{error.code}", language(), **error.params)
        response = _form_page(frame, letter, form, failure=wait, status=429)
        response.headers["Retry-After"] = str(error.params["seconds"])
        return response
    except GeoError as error:
        is_full = error.code == "ENQUIRIES_FULL"
        failure = message("error.ENQUIRIES_FULL" if is_full else "enquiry.not_kept", language())
        return _form_page(frame, letter, form, failure=failure, status=503)
    session[_SENT] = enquiry.number
    return make_response(redirect(link("enquire/sent"), 303))


def _asked_about() -> Frame:
    """Return the park, plot or hall of the request.

    Raises
    ------
    BadRequest
        ``ENQUIRY_SUBJECT`` if the address names none.
    NotFound
        ``PLACE_UNKNOWN``.
    """
    kind, _, key = request.args.get("for", "").partition("/")
    if kind not in KINDS or not key:
        raise BadRequest("ENQUIRY_SUBJECT")
    if key not in snapshot().of_kind(kind):
        raise NotFound("PLACE_UNKNOWN", number=key[:_LONGEST_KEY])
    return frame_of(snapshot(), kind, key, Wording(language()))


def _is_read() -> bool:
    """Whether somebody can read enquiries; a database is not made to find out."""
    try:
        return has_state(settings()) and accounts.has_staff(state())
    except (GeoError, OSError):
        return False


def _signer() -> URLSafeTimedSerializer:
    provide_secret()
    return URLSafeTimedSerializer(str(current_app.secret_key), salt=_SALT)


def _new_form() -> _Form:
    name = secrets.token_urlsafe(12)
    return _Form(name, str(_signer().dumps(name)))


def _read_form() -> _Form | None:
    """Return the form that was filled in; ``None`` if it is not ours or lay open too long."""
    token = request.form.get("form", "")
    try:
        name, at = _signer().loads(token, max_age=_LONGEST_SECONDS, return_timestamp=True)
    except BadData:
        return None
    return _Form(str(name), token, time.time() - at.timestamp())


def _doubt(form: _Form | None) -> str | None:
    """Return what to say to a form that looks like a robot's; a person sends it once more."""
    if form is None:
        return message("enquiry.too_late", language())
    if form.seconds < _QUICKEST_SECONDS or request.form.get(TRAP):
        return message("enquiry.too_quick", language())
    return None


def _form_page(
    frame: Frame,
    letter: Letter | None = None,
    form: _Form | None = None,
    *,
    faults: dict[str, str] | None = None,
    failure: str | None = None,
    status: int = 200,
) -> Response:
    return _page(
        "enquire.html",
        status=status,
        frame=frame,
        letter=letter,
        faults=faults or {},
        failure=failure,
        consents="consent" in request.form,
        form=form or _new_form(),
        longest=enquiries.LONGEST,
        days=enquiries.KEPT_DAYS,
        trap=TRAP,
    )


def _contact_page(frame: Frame) -> Response:
    return _page("enquire_contact.html", status=404, frame=frame)


def _page(template: str, *, status: int = 200, **values: object) -> Response:
    response = staff_page(template, status=status, **values)
    response.headers["X-Robots-Tag"] = "noindex"
    return response
