"""A PostGIS server for as long as it is needed: a new cluster in a folder that goes away.

It takes the PostgreSQL that is installed (Debian's packages ``postgresql`` and
``postgresql-postgis``) and is no place for anything that must be kept.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from geo.bench.processes import free_port
from geo.console import system_user

_USER = "postgres"
# Nothing here outlives its use, so nothing waits for the disk.
_OPTIONS = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"


def is_installed() -> bool:
    """Return whether there is a PostgreSQL with PostGIS to start."""
    return _programs() is not None


@contextmanager
def serving() -> Iterator[str]:
    """Run a server on the loopback and yield the address of a database with PostGIS."""
    programs = _programs()
    assert programs is not None, "PostgreSQL with PostGIS is not installed"
    folder, port = Path(tempfile.mkdtemp(prefix="parks-postgis-")), free_port()
    as_owner: list[str] = []
    if system_user() == "root":  # PostgreSQL refuses to run as root; CI does
        shutil.chown(folder, _USER, _USER)
        as_owner = ["runuser", "-u", _USER, "--"]

    def run(program: str, *arguments: str) -> None:
        command = [*as_owner, str(programs / program), "-D", f"{folder}/data", *arguments]
        subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL)

    try:
        run("initdb", "-U", _USER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")
        options = f"-k {folder} -h 127.0.0.1 -p {port} {_OPTIONS}"
        run("pg_ctl", "-w", "-l", f"{folder}/log", "-o", options, "start")
        try:
            address = f"postgresql://{_USER}@127.0.0.1:{port}/postgres"
            with psycopg.connect(address, autocommit=True) as connection:
                connection.execute("CREATE EXTENSION postgis")
            yield address
        finally:
            run("pg_ctl", "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path | None:
    """Return the folder of the newest server's programs that has PostGIS beside it."""
    controls = Path("/usr/share/postgresql").glob("*/extension/postgis.control")
    folders = [Path("/usr/lib/postgresql") / path.parts[4] / "bin" for path in controls]
    there = [folder for folder in folders if (folder / "initdb").exists()]
    return max(there, key=lambda folder: int(folder.parent.name), default=None)
