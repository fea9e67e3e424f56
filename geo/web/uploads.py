"""Take in an uploaded file: streamed to the disk, bounded, and gone again if it is cut off."""

from __future__ import annotations

import errno
import re
import secrets
import shutil
import unicodedata
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from flask import Request
from flask_wtf.csrf import ValidationError, validate_csrf
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge
from werkzeug.formparser import FormDataParser

from geo.errors import BadRequest, RunError
from geo.model import NATURES, parse_partial_date
from geo.settings import Settings

_RESERVE_BYTES = 200_000_000
"""Room that an upload leaves on the disk, for the import after it."""
_FORM_BYTES = 100_000
_FORM_PARTS = 40
_NAME_LENGTH = 120
_TEXT = 200
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass(frozen=True)
class Upload:
    """A file that was taken in.

    Parameters
    ----------
    token
        Name of the file in ``<out>/uploads``; nothing of it comes from outside.
    name
        What its owner calls it: a text to show, never a path.
    form
        The other fields of the form.
    """

    token: str
    name: str
    form: MultiDict[str, str]


def receive(request: Request, settings: Settings) -> Upload:
    """Return the file of a multipart form, streamed to ``<out>/uploads/TOKEN``.

    The caller has checked who sends it; nothing of the body is read before.

    Raises
    ------
    BadRequest
        ``UPLOAD_TOO_LARGE``, ``UPLOAD_MISSING`` if there is no file or it was cut off.
    RunError
        ``DISK_FULL``.
    """
    folder = settings.out / "uploads"
    folder.mkdir(parents=True, exist_ok=True)
    limit = settings.upload_mb * 1_000_000
    _check_room(folder, min(request.content_length or limit, limit))
    token = secrets.token_urlsafe(18)
    aside = folder / f"{token}.part"
    try:
        form, name = _read_form(request, aside, limit)
        aside.replace(folder / token)
    except RequestEntityTooLarge as error:
        raise BadRequest("UPLOAD_TOO_LARGE", limit=settings.upload_mb) from error
    except OSError as error:
        if error.errno in _FULL:
            raise RunError("DISK_FULL") from error
        raise
    finally:
        aside.unlink(missing_ok=True)
    return Upload(token, name, form)


def clean_name(name: str) -> str:
    r"""Return a file name as a text to show: no folders, no control characters, bounded.

    >>> clean_name("C:\\data\\企业.xlsx")
    '企业.xlsx'
    """
    last = re.split(r"[/\\]", name)[-1]
    shown = "".join(c for c in last if unicodedata.category(c)[0] != "C").strip()
    if len(shown) <= _NAME_LENGTH:
        return shown
    stem, suffix = shown[:-12], shown[-12:]  # the ending tells the format
    return f"{stem[: _NAME_LENGTH - 13]}…{suffix}"


def check_token(form: MultiDict[str, str]) -> None:
    """Check the token of a form that :func:`receive` has read.

    Raises
    ------
    BadRequest
        ``FORM_EXPIRED``.
    """
    try:
        validate_csrf(form.get("csrf_token"))
    except ValidationError as error:
        raise BadRequest("FORM_EXPIRED") from error


def first_options(form: MultiDict[str, str]) -> dict[str, Any]:
    """Return what the form says about a file.

    Raises
    ------
    BadRequest
        ``OPTION_INVALID`` if it says nothing that makes sense.
    """
    nature, as_of = form.get("nature", ""), form.get("as_of", "").strip()
    if nature not in NATURES or (as_of and parse_partial_date(as_of) is None):
        raise BadRequest("OPTION_INVALID")
    return {
        "mode": one_of(form.get("mode", "merge"), ("merge", "replace")),
        "gone": _lines(form.get("gone", "")),
        "nature": nature,
        "source": form.get("source", "").strip()[:_TEXT] or None,
        "as_of": as_of or None,
    }


def _lines(text: str) -> list[str]:
    """Return the lines of a field, such as the keys of records that go."""
    return [line for line in (line.strip()[:_TEXT] for line in text.splitlines()) if line]


def one_of(value: str, allowed: tuple[str, ...]) -> str:
    """Return the value if it is allowed.

    Raises
    ------
    BadRequest
        ``OPTION_INVALID``.
    """
    if value not in allowed:
        raise BadRequest("OPTION_INVALID")
    return value


def _read_form(request: Request, aside: Path, limit: int) -> tuple[MultiDict[str, str], str]:
    """Return the fields of a form and the name of its file, which is written ``aside``."""
    with ExitStack() as opened:

        def open_file(*_about: object, **_more: object) -> IO[bytes]:
            return opened.enter_context(aside.open("xb"))  # of several files, none is taken

        parser = FormDataParser(
            open_file,
            max_form_memory_size=_FORM_BYTES,
            max_form_parts=_FORM_PARTS,
        )
        request.max_content_length = limit + _FORM_BYTES
        about = request.mimetype, request.content_length, request.mimetype_params
        try:
            _, form, files = parser.parse(request.stream, *about)
        except (ClientDisconnected, FileExistsError) as error:
            raise BadRequest("UPLOAD_MISSING") from error
    name = clean_name(getattr(files.get("file"), "filename", None) or "")
    if not name:
        raise BadRequest("UPLOAD_MISSING")
    if aside.stat().st_size > limit:
        raise RequestEntityTooLarge
    return form, name


def _check_room(folder: Path, size: int) -> None:
    if shutil.disk_usage(folder).free < size + _RESERVE_BYTES:
        raise RunError("DISK_FULL")
