"""Enquiries: kept before anybody is thanked, read by the staff, deleted after a year."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from geo.errors import NotFound, RunError
from geo.state import attempts, audit
from geo.state.database import State
from geo.state.models import Enquiry, EnquiryStatus, utc_now
from geo.state.texts import one_line
from geo.times import SHANGHAI

KEPT_DAYS = 365
"""How long an enquiry is kept, as its form says.

Choosing a site takes a budget year; what was not answered within one is asked anew.
"""

MOST_KEPT = 20_000
"""Enquiries at one time: a few hundred a year are expected, and robots must not fill a disk."""

LONGEST = {"company": 120, "name": 60, "phone": 40, "email": 254, "message": 2000}
"""Characters of each text."""

_LONGEST_TITLE = 200
_SHOWN_AGAIN = 10_000
_PHONE = re.compile(r"\+?[\d\s()./-]{5,}")
_FEWEST_DIGITS = 6
_EMAIL = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;.]+")
# No letters that are read for one another over the telephone.
_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


@dataclass(frozen=True)
class Subject:
    """The park, plot or hall that is asked about; its title as the sender saw it."""

    kind: str
    key: str
    title: str


@dataclass(frozen=True)
class Letter:
    """What the sender writes; ``company`` may be empty, and one of ``phone`` and ``email``."""

    company: str
    name: str
    phone: str
    email: str
    message: str


def read_letter(form: Mapping[str, str]) -> Letter:
    """Return what a form says, in plain characters; too long texts are cut far later on."""
    lines = form.get("message", "")[:_SHOWN_AGAIN].splitlines()
    return Letter(
        company=_line(form.get("company", "")),
        name=_line(form.get("name", "")),
        phone=_line(form.get("phone", "")),
        email=_line(form.get("email", "")),
        message="\n".join(map(_line, lines)).strip(),
    )


def faults_of(letter: Letter) -> dict[str, str]:
    """Return what is wrong with a letter, by field: what the key of the sentence ends in.

    >>> faults_of(Letter("", "Li", "", "", "Is it dry?"))
    {'phone': 'phone_missing'}
    """
    faults = {name: f"{name}_missing" for name in ("name", "message") if not getattr(letter, name)}
    if not letter.phone and not letter.email:
        faults["phone"] = "phone_missing"
    if letter.phone and not _is_phone(letter.phone):
        faults["phone"] = "phone_wrong"
    if letter.email and not _EMAIL.fullmatch(letter.email):
        faults["email"] = "email_wrong"
    too_long = {n: "too_long" for n, most in LONGEST.items() if len(getattr(letter, n)) > most}
    return faults | too_long


def submit(
    state: State,
    letter: Letter,
    subject: Subject,
    *,
    lang: str,
    form: str,
    sender: dict[str, str],
) -> Enquiry:
    """Keep an enquiry and return it; it is on the disk when this returns.

    The same letter sent twice from one form is kept once.

    Parameters
    ----------
    state
        The instance's state.
    letter
        Without faults.
    subject
        What it is about.
    lang
        The language of the form.
    form
        What tells one form that was handed out from another.
    sender
        What enquiries are counted by; see :func:`geo.state.attempts.sender`.

    Raises
    ------
    AccessDenied
        ``ENQUIRY_WAIT`` with ``seconds``, after too many from one address.
    RunError
        ``ENQUIRIES_FULL``; ``STATE_UNAVAILABLE`` if it could not be kept.
    """
    digest = _digest(letter, subject, form)
    with _opened(state) as session:
        found = session.scalars(select(Enquiry).where(Enquiry.digest == digest)).one_or_none()
        if found is not None:
            return found
        attempts.charge(session, sender, code="ENQUIRY_WAIT")
        if (session.scalar(select(func.count(Enquiry.id))) or 0) >= MOST_KEPT:
            raise RunError("ENQUIRIES_FULL")
        enquiry = _make(letter, subject, lang, digest)
        session.add(enquiry)
    return enquiry


def listed(
    state: State,
    *,
    limit: int | None = None,
    before: int | None = None,
    status: EnquiryStatus | None = None,
) -> Sequence[Enquiry]:
    """Return enquiries, the newest first.

    Parameters
    ----------
    state
        The instance's state.
    limit
        How many at most; all by default.
    before
        Only those that came before the one of this ``id``.
    status
        Only those that have come this far.
    """
    query = select(Enquiry).order_by(Enquiry.id.desc()).limit(limit)
    if before is not None:
        query = query.where(Enquiry.id < before)
    if status is not None:
        query = query.where(Enquiry.status == status)
    with _opened(state) as session:
        return session.scalars(query).all()


def count_new(state: State) -> int:
    """Return how many nobody has marked as read."""
    query = select(func.count(Enquiry.id)).where(Enquiry.status == "new")
    with _opened(state) as session:
        return session.scalar(query) or 0


def get(state: State, number: str) -> Enquiry:
    """Return an enquiry.

    Raises
    ------
    NotFound
        ``ENQUIRY_UNKNOWN``, also after it was deleted.
    """
    with _opened(state) as session:
        return _require(session, number)


def mark(state: State, number: str, status: EnquiryStatus) -> None:
    """Say how far an enquiry has come.

    Raises
    ------
    NotFound
        ``ENQUIRY_UNKNOWN``.
    """
    with _opened(state) as session:
        _require(session, number).status = status


def remove(state: State, number: str, *, by: str) -> None:
    """Delete an enquiry; the log keeps its number and nothing else.

    Raises
    ------
    NotFound
        ``ENQUIRY_UNKNOWN``.
    """
    with _opened(state) as session:
        session.delete(_require(session, number))
        audit.add(session, by=by, action="enquiry_deleted", detail={"id": number})


def delete_old(state: State) -> None:
    """Delete the enquiries whose time is over."""
    over = utc_now() - timedelta(days=KEPT_DAYS)
    with state.session() as session:
        session.execute(delete(Enquiry).where(Enquiry.created_at < over))


def ends_at(enquiry: Enquiry) -> datetime:
    """Return when an enquiry is deleted at the latest."""
    return enquiry.created_at + timedelta(days=KEPT_DAYS)


@contextmanager
def _opened(state: State) -> Iterator[Session]:
    """Run a transaction in which there are no enquiries whose time is over."""
    # On its own, so that a refusal below does not bring them back.
    delete_old(state)
    with state.session() as session:
        yield session


def _make(letter: Letter, subject: Subject, lang: str, digest: str) -> Enquiry:
    now = utc_now()
    tail = "".join(secrets.choice(_LETTERS) for _ in range(5))
    return Enquiry(
        number=f"{now.astimezone(SHANGHAI):%y%m%d}-{tail}",
        digest=digest,
        kind=subject.kind,
        key=subject.key,
        title=subject.title[:_LONGEST_TITLE],
        **asdict(letter),
        lang=lang,
        consented_at=now,
        created_at=now,
        status="new",
    )


def _digest(letter: Letter, subject: Subject, form: str) -> str:
    said = json.dumps([form, subject.kind, subject.key, asdict(letter)])
    return hashlib.sha256(said.encode()).hexdigest()


def _require(session: Session, number: str) -> Enquiry:
    found = session.scalars(select(Enquiry).where(Enquiry.number == number)).one_or_none()
    if found is None:
        raise NotFound("ENQUIRY_UNKNOWN")
    return found


def _is_phone(text: str) -> bool:
    digits = sum(character.isdigit() for character in text)
    return bool(_PHONE.fullmatch(text)) and digits >= _FEWEST_DIGITS


def _line(text: str) -> str:
    return one_line(text[:_SHOWN_AGAIN])
