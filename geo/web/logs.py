"""Structured logs: one JSON line a request, without query values or bodies."""

from __future__ import annotations

import json
import logging
import sys
import time
from datetime import UTC, datetime

from flask import Flask, Response, g, request

_LOGGER = logging.getLogger("geo.web")


class JsonFormatter(logging.Formatter):
    """Formats a record as one JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record's time (UTC), level, message, fields and traceback as JSON."""
        at = datetime.fromtimestamp(record.created, tz=UTC).isoformat(timespec="milliseconds")
        line = {"at": at, "level": record.levelname.lower(), "message": record.getMessage()}
        line.update(getattr(record, "fields", {}))
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def configure_logs() -> None:
    """Send the logs of this process to standard error as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)


def register(app: Flask) -> None:
    """Let the application log every request."""
    app.before_request(_start_clock)
    app.after_request(_log_response)


def _start_clock() -> None:
    g.started = time.perf_counter()


def _log_response(response: Response) -> Response:
    log_request(request.method, request.path, response.status_code, g.started)
    return response


def log_request(method: str, path: str, status: int, started: float) -> None:
    """Log one answer; ``started`` is the reading of ``time.perf_counter`` at its begin."""
    elapsed = round((time.perf_counter() - started) * 1000, 1)
    fields = {"method": method, "path": path, "status": status, "ms": elapsed}
    _LOGGER.info("request", extra={"fields": fields})
