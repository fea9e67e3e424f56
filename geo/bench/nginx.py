"""nginx with static files: what the fastest server makes of the same bytes."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from geo.bench.processes import free_port, serving

_CONFIGURATION = """
daemon off;
worker_processes 1;
pid {folder}/pid;
error_log {folder}/errors;
events {{ worker_connections 512; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 1000000;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{ listen 127.0.0.1:{port}; root {folder}/files; }}
}}
"""


def is_installed() -> bool:
    """Return whether there is an nginx to compare with."""
    return _program() is not None


@contextmanager
def serving_files(files: Mapping[str, bytes]) -> Iterator[str]:
    """Serve files by their names with nginx; yield host and port."""
    program = _program()
    assert program is not None
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), free_port()
        (folder / "files").mkdir()
        # As root nginx serves as another user, who must be let in.
        folder.chmod(0o755)
        for path, body in {"up": b"up", **files}.items():
            (folder / "files" / path).write_bytes(body)
        text = _CONFIGURATION.format(folder=folder.as_posix(), port=port)
        (folder / "conf").write_text(text, encoding="utf-8")
        with serving([program, "-c", str(folder / "conf")], port, "/up") as host:
            yield host


def _program() -> str | None:
    # Debian keeps it where only root looks.
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
