"""Where the software finds its data and how it serves; the only reader of the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from geo.errors import RunError

ROOT = Path(__file__).resolve().parent.parent
"""The folder that holds ``server.py``, ``layers/`` and ``static/``."""

BUNDLED_LAYERS = ROOT / "layers"


@dataclass(frozen=True)
class Settings:
    """The settings of one run, documented in ``docs/settings.md``.

    Parameters
    ----------
    data
        Data directory asked for; ``None`` leaves the choice to :attr:`data_dir`.
    out
        Directory for everything that changes: snapshots, assets, working copy.
    host, port
        Address the server listens on.
    proxies
        Number of trusted reverse proxies whose ``X-Forwarded-*`` headers count.
    state_url
        Database of accounts, audit log and jobs; by default SQLite in ``out``.
    database_url
        PostGIS with the layers whose catalogue entry says ``table``.
    secret
        Signs the session cookies; by default made once and kept in ``out``.
    upload_mb
        Largest upload, in megabytes.
    job_memory_mb, job_seconds
        Most memory and time that one job may take.
    """

    data: Path | None = None
    out: Path = ROOT / "instance"
    host: str = "127.0.0.1"
    port: int = 8000
    proxies: int = 0
    state_url: str | None = field(default=None, repr=False)
    database_url: str | None = field(default=None, repr=False)
    secret: str | None = field(default=None, repr=False)
    upload_mb: int = 200
    job_memory_mb: int = 4096
    job_seconds: int = 900

    @property
    def data_dir(self) -> Path:
        """The data directory: the one asked for, else the working copy, else the bundle."""
        if self.data is not None:
            return self.data
        working_copy = self.out / "data"
        return working_copy if working_copy.is_dir() else BUNDLED_LAYERS

    @property
    def reads_bundle(self) -> bool:
        """Whether the data are the bundled layers, which nobody edits unpublished."""
        return self.data_dir.resolve() == BUNDLED_LAYERS


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Return the settings that the environment gives.

    Raises
    ------
    RunError
        ``SETTING_INVALID`` when a number is not one.
    """
    env = os.environ if environ is None else environ
    data = env.get("PARKS_DATA")
    return Settings(
        data=Path(data).resolve() if data else None,
        out=Path(env.get("PARKS_OUT") or ROOT / "instance").resolve(),
        host=env.get("HOST") or "127.0.0.1",
        port=_read_number(env, "PORT", default=8000, maximum=65535),
        proxies=_read_number(env, "PARKS_PROXIES", default=0, maximum=10),
        state_url=env.get("PARKS_STATE_URL") or None,
        database_url=env.get("PARKS_DATABASE_URL") or None,
        secret=env.get("PARKS_SECRET") or None,
        upload_mb=_read_number(env, "PARKS_UPLOAD_MB", default=200, maximum=4096),
        job_memory_mb=_read_number(env, "PARKS_JOB_MEMORY_MB", default=4096, maximum=1_000_000),
        job_seconds=_read_number(env, "PARKS_JOB_SECONDS", default=900, maximum=86_400),
    )


def _read_number(env: Mapping[str, str], name: str, *, default: int, maximum: int) -> int:
    text = env.get(name)
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or int(text) > maximum:
        raise RunError("SETTING_INVALID", name=name, value=text[:40], maximum=maximum)
    return int(text)
