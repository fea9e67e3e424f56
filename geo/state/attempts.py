"""Limit how often a password or a token may be tried, or an enquiry sent.

Passwords are counted for each name and for each address, tokens and enquiries for each address.
Kept in the database, so that it holds over several servers and a restart. An attempt is counted
before the password is looked at: who sends many at once gains nothing by it.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from geo.errors import AccessDenied
from geo.state.models import Attempts, utc_now

_FREE = {"name": 5, "address": 20, "enquiry": 5, "token": 20}
"""Attempts before the first wait; behind one address there may be a whole office."""
_FIRST_WAIT = timedelta(seconds=30)
_LONGEST_WAIT = timedelta(minutes=15)
_FORGOTTEN_AFTER = timedelta(hours=1)


def subjects(name: str, address: str) -> dict[str, str]:
    """Return what attempts are counted by: the name and the address, as digests.

    A digest, for people type passwords where the name belongs; and because a name from
    outside may be of any length.
    """
    return {"name": _subject("name", name), "address": _subject("address", _network(address))}


def sender(address: str, secret: str) -> dict[str, str]:
    """Return what enquiries are counted by: the address, as a digest.

    It is keyed with the instance's secret, for the digest of an address alone is found by
    trying all addresses, and who asks about land is nobody's business.
    """
    network = _network(address).encode()
    digest = hmac.new(secret.encode(), network, hashlib.sha256).hexdigest()
    return {"enquiry": f"enquiry:{digest}"}


def bearer(address: str) -> dict[str, str]:
    """Return what refused tokens are counted by: the address they come from, as a digest."""
    return {"token": _subject("token", _network(address))}


def charge(session: Session, counted: dict[str, str], *, code: str = "SIGN_IN_WAIT") -> None:
    """Count an attempt, or refuse it.

    Raises
    ------
    AccessDenied
        ``SIGN_IN_WAIT``, or ``code``, with the ``seconds`` to wait; such an attempt is not
        counted.
    """
    now = utc_now()
    session.execute(delete(Attempts).where(Attempts.last_at < now - _FORGOTTEN_AFTER))
    found = {kind: session.get(Attempts, subject) for kind, subject in counted.items()}
    wait = max(_wait(kind, one, now) for kind, one in found.items())
    if wait > timedelta(0):
        raise AccessDenied(code, seconds=max(1, round(wait.total_seconds())))
    for kind, subject in counted.items():
        one = found[kind] or Attempts(subject=subject, failures=0)
        one.failures += 1
        one.last_at = now
        session.add(one)


def forgive(session: Session, counted: dict[str, str]) -> None:
    """Take back what a successful attempt was charged, and the failures of the name.

    Of the address as many stay as make it wait for the first time: an office goes on, and
    whoever has one account still cannot try others without limit.
    """
    by_name = session.get(Attempts, counted["name"])
    by_address = session.get(Attempts, counted["address"])
    if by_name is not None:
        session.delete(by_name)
    if by_address is not None:
        by_address.failures = min(by_address.failures - 1, _FREE["address"])


def _wait(kind: str, one: Attempts | None, now: datetime) -> timedelta:
    """Return for how long no attempt is taken: longer with each failure."""
    beyond = one.failures - _FREE[kind] if one else -1
    if one is None or beyond < 0:
        return timedelta(0)
    doublings: int = 2 ** min(beyond, 10)
    return one.last_at + min(_FIRST_WAIT * doublings, _LONGEST_WAIT) - now


def _subject(kind: str, value: str) -> str:
    return f"{kind}:{hashlib.sha256(value.encode()).hexdigest()}"


def _network(address: str) -> str:
    """Return the address, of IPv6 the network: one household has billions of addresses."""
    try:
        parsed = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    mapped = parsed.ipv4_mapped
    return str(mapped or ipaddress.ip_network((parsed, 64), strict=False))
