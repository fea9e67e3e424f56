"""Security headers: the content security policy follows from what is configured."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Flask, Response, request

from geo.errors import GeoError
from geo.web.current import snapshot

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    # Tianditu ties a key to a site by the referrer's origin, so the origin is sent.
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}

FILE_HEADERS = [
    *_HEADERS.items(),
    # A file loads nothing, whatever it holds.
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
]
"""The headers of published files."""


_FRAMED = "embed"
"""The blueprint whose only address pages of others may show in a frame, its errors too."""


def content_security_policy(image_hosts: Sequence[str], *, framed: bool = False) -> str:
    """Return the policy: everything from this server, images also from ``image_hosts``.

    ``framed`` lets every site show the page in a frame.
    """
    images = " ".join(["'self'", "data:", *image_hosts])
    rules = (
        "default-src 'self'",
        f"img-src {images}",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors *" if framed else "frame-ancestors 'self'",
    )
    return "; ".join(rules)


def register(app: Flask) -> None:
    """Let every answer of the application carry the headers."""
    app.after_request(_add_headers)


def _add_headers(response: Response) -> Response:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if "Content-Security-Policy" not in response.headers:
        policy = content_security_policy(_image_hosts(), framed=request.blueprint == _FRAMED)
        response.headers["Content-Security-Policy"] = policy
    return response


def _image_hosts() -> list[str]:
    try:
        hosts: list[str] = snapshot().site["image_hosts"]
    except (GeoError, OSError):
        return []  # the page that says what is wrong needs no base map
    return hosts
