"""Say in words that a request is too large: the server refuses it before any page is asked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from waitress.parser import HTTPRequestParser
from waitress.server import BaseWSGIServer
from waitress.utilities import RequestEntityTooLarge

from geo.i18n import LANGUAGES, both
from geo.settings import Settings
from geo.web.impatient import ImpatientChannel


def explain_oversize(sockets: Iterable[Any], settings: Settings) -> None:
    """Let the listening sockets among these answer 413 with our sentence."""
    text = both("error.UPLOAD_TOO_LARGE", limit=settings.upload_mb)
    sentence = "\n".join(text[lang] for lang in LANGUAGES)

    class Parser(HTTPRequestParser):  # type: ignore[misc]
        error: Any

        def received(self, data: bytes) -> int:
            count: int = super().received(data)
            if isinstance(self.error, RequestEntityTooLarge):
                self.error = _TooLarge(sentence)
            return count

    class Channel(ImpatientChannel):
        parser_class = Parser

    for socket in sockets:
        if isinstance(socket, BaseWSGIServer):
            socket.channel_class = Channel


class _TooLarge(RequestEntityTooLarge):  # type: ignore[misc]
    def to_response(self, _ident: str | None = None) -> tuple[str, list[tuple[str, str]], bytes]:
        headers = [
            ("Content-Type", "text/plain; charset=utf-8"),
            ("X-Content-Type-Options", "nosniff"),
        ]
        return f"{self.code} {self.reason}", headers, f"{self.body}\n".encode()
