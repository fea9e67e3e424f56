"""Serve the application through waitress, which runs on every system with Python alone."""

from __future__ import annotations

import ipaddress
import logging
import select
import signal
import subprocess
import sys
import threading
import time
from types import FrameType

from waitress import create_server

from geo import drafts
from geo.console import warn
from geo.errors import GeoError, NotFound, RunError
from geo.query import Library
from geo.settings import ROOT, Settings
from geo.software import software_digest
from geo.state import enquiries, open_state
from geo.state.database import has_state
from geo.state.models import utc_now
from geo.state.secret import is_weak
from geo.web import create_app
from geo.web.logs import configure_logs
from geo.web.oversize import explain_oversize

_LOGGER = logging.getLogger("geo.web.serve")
_THREADS = 8
_CAN_POLL = hasattr(select, "poll")
_CONNECTIONS = 1000 if _CAN_POLL else 400
"""Readers who may be connected at once; each browser keeps its connections a while. Where there
is no poll (Windows), select takes no more than 512 sockets.
"""

_DAY_SECONDS = 24 * 3600


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT; the first start publishes.

    Raises
    ------
    RunError
        ``PUBLISH_FAILED`` if there is nothing to serve, ``ADDRESS_IN_USE``.
    """
    configure_logs()
    _warn_of_dangers(settings)
    _ensure_published(settings)
    signal.signal(signal.SIGTERM, _stop)
    sockets: dict[int, object] = {}
    try:
        server = create_server(
            create_app(settings),
            map=sockets,
            host=settings.host,
            port=settings.port,
            threads=_THREADS,
            connection_limit=_CONNECTIONS,
            asyncore_use_poll=_CAN_POLL,
            # The application trusts as many proxies as it is told to; waitress would hide all.
            clear_untrusted_proxy_headers=not settings.proxies,
            # What the form around the file takes comes on top.
            max_request_body_size=(settings.upload_mb + 1) * 1_000_000,
        )
    except OSError as error:
        raise RunError("ADDRESS_IN_USE", host=settings.host, port=settings.port) from error
    explain_oversize(sockets.values(), settings)
    address = f"http://{settings.host}:{settings.port}"
    _LOGGER.info("serving", extra={"fields": {"address": address}})
    print(f"{address}/", flush=True)
    threading.Thread(target=_tidy_daily, args=[settings], daemon=True).start()
    server.run()
    _LOGGER.info("stopped")


def tidy(settings: Settings) -> None:
    """Delete the enquiries and drafts whose time is over, as their pages promise."""
    try:
        if has_state(settings):
            state = open_state(settings)
            enquiries.delete_old(state)
            drafts.tidy(settings, state, utc_now())
    except GeoError as error:
        _LOGGER.error("not tidied", extra={"fields": {"code": error.code}})


def _tidy_daily(settings: Settings) -> None:
    while True:
        tidy(settings)
        time.sleep(_DAY_SECONDS)


def dangers(settings: Settings) -> list[str]:
    """Return the texts (``serve.*``) that warn of how the server is about to run."""
    found = []
    if not _is_loopback(settings.host) and not settings.proxies:
        found.append("serve.no_https")
    if settings.secret is not None and is_weak(settings.secret):
        found.append("serve.weak_secret")
    return found


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _warn_of_dangers(settings: Settings) -> None:
    """Say it in the log, for machines, and beside it, for the person who starts the server."""
    for key in dangers(settings):
        _LOGGER.warning(key, extra={"fields": {"host": settings.host}})
        warn(key, host=settings.host)


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def _ensure_published(settings: Settings) -> None:
    """Publish if there is no snapshot, or if an update left the bundle's one behind.

    A county's own data are never published unasked: they may be half done.
    """
    try:
        known = Library(settings.out).current("public").manifest["software"]
    except NotFound:
        _publish_in_subprocess(settings)
        return
    if known != software_digest():
        if settings.reads_bundle:
            _publish_in_subprocess(settings)
        else:
            _LOGGER.warning("published by other software: run python -m geo publish")


def _publish_in_subprocess(settings: Settings) -> None:
    """Run ``python -m geo publish``: geometry needs memory that the server shall not hold."""
    command = [sys.executable, "-m", "geo", "publish", "--out", str(settings.out)]
    if settings.data is not None:
        command += ["--data", str(settings.data)]
    done = subprocess.run(command, cwd=ROOT, check=False, stdout=sys.stderr)
    if done.returncode != 0:
        raise RunError("PUBLISH_FAILED", status=done.returncode)
