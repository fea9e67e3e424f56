"""The application in a server of this process, which notes every address it is asked for."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs

from werkzeug.serving import WSGIRequestHandler, make_server

from geo.settings import Settings
from geo.web import create_app


@dataclass
class Noting:
    """The address of a running server, and what it was asked: path and query."""

    url: str = ""
    asked: list[tuple[str, dict[str, list[str]]]] = field(default_factory=list)

    def queries(self, path: str) -> list[dict[str, list[str]]]:
        """Return the queries of one address, in their order."""
        return [query for asked, query in self.asked if asked == path]


class Quiet(WSGIRequestHandler):
    def log(self, *args: object) -> None:
        pass


@contextmanager
def noting(out: Path) -> Iterator[Noting]:
    """Serve an output directory on a free port of this machine."""
    app, notes = create_app(Settings(out=out)), Noting()

    def note(environ, start_response):
        notes.asked.append((environ["PATH_INFO"], parse_qs(environ["QUERY_STRING"])))
        return app(environ, start_response)

    server = make_server("127.0.0.1", 0, note, threaded=True, request_handler=Quiet)
    notes.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield notes
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
