"""Firefox by its own remote protocol (Marionette): enough to open a page and ask it something.

Playwright drives a Firefox of its own making only; the one that people have is that of Debian.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

FIREFOX = "/usr/bin/firefox-esr"
_START_SECONDS = 60


class Firefox:
    """A running Firefox.

    Parameters
    ----------
    connection
        To its remote protocol, of which the greeting has been read.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._number = 0
        self.send("WebDriver:NewSession", {"pageLoadStrategy": "normal"})

    def open(self, address: str) -> None:
        """Open a page and wait until it is loaded."""
        self.send("WebDriver:Navigate", {"url": address})

    def ask(self, expression: str) -> Any:
        """Return the value of an expression in the page."""
        return self.send("WebDriver:ExecuteScript", {"script": f"return {expression}", "args": []})

    def wait_for(self, expression: str, seconds: float = 60) -> Any:
        """Return the value of an expression as soon as it is true."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            found = self.ask(expression)
            if found:
                return found
            time.sleep(0.1)
        msg = f"never true: {expression}"
        raise AssertionError(msg)

    def send(self, command: str, parameters: dict[str, Any]) -> Any:
        """Return the answer to a command, which is an error if Firefox says so."""
        self._number += 1
        body = json.dumps([0, self._number, command, parameters]).encode()
        self._connection.sendall(f"{len(body)}:".encode() + body)
        _, number, error, result = read_message(self._connection)
        assert number == self._number
        assert error is None, error
        return result.get("value") if isinstance(result, dict) else result


def read_message(connection: socket.socket) -> Any:
    """Return the next message: its length in bytes, a colon, JSON."""
    size = b""
    while (char := connection.recv(1)) != b":":
        assert char, "Firefox has gone"
        size += char
    body = b""
    while len(body) < int(size):
        body += connection.recv(int(size) - len(body))
    return json.loads(body)


@contextmanager
def running(profile: Path, port: int, command: Sequence[str] = (FIREFOX,)) -> Iterator[Firefox]:
    """Run Firefox without a window, with a new profile, and without any network."""
    profile.mkdir()
    settings = {
        "marionette.port": port,
        # A proxy that is not there: nothing gets out, and this machine least of all.
        "network.proxy.type": 1,
        "network.proxy.http": "127.0.0.1",
        "network.proxy.http_port": 9,
        "network.proxy.ssl": "127.0.0.1",
        "network.proxy.ssl_port": 9,
        "browser.shell.checkDefaultBrowser": False,
        "datareporting.policy.dataSubmissionEnabled": False,
    }
    lines = [f"user_pref({json.dumps(n)}, {json.dumps(v)});" for n, v in settings.items()]
    (profile / "user.js").write_text("\n".join(lines), encoding="utf-8")
    order = [*command, "--headless", "--marionette", "--no-remote", "--profile", str(profile)]
    quiet = subprocess.DEVNULL
    environment = {**os.environ, "HOME": str(profile), "MOZ_HEADLESS_WIDTH": "1440"}
    with subprocess.Popen(order, stdout=quiet, stderr=quiet, env=environment) as process:
        try:
            with _connect(port, process) as connection:
                read_message(connection)
                yield Firefox(connection)
        finally:
            process.terminate()


def _connect(port: int, process: subprocess.Popen[bytes]) -> socket.socket:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=120)
        except OSError:
            time.sleep(0.2)
    msg = "Firefox did not start"
    raise AssertionError(msg)
