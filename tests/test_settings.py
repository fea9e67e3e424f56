"""Settings from the environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from geo.errors import RunError
from geo.settings import BUNDLED_LAYERS, Settings, read_settings


def test_defaults_serve_the_bundle_on_loopback() -> None:
    settings = read_settings({})
    assert (settings.host, settings.port, settings.proxies) == ("127.0.0.1", 8000, 0)
    assert settings.data is None


def test_the_environment_decides() -> None:
    env = {"PARKS_DATA": "d", "PARKS_OUT": "o", "HOST": "::1", "PORT": "81", "PARKS_PROXIES": "1"}
    settings = read_settings(env)
    assert settings.data == Path("d").resolve()
    assert settings.out == Path("o").resolve()
    assert (settings.host, settings.port, settings.proxies) == ("::1", 81, 1)


def test_limits_database_and_secret_come_from_the_environment() -> None:
    env = {"PARKS_STATE_URL": "sqlite:///x.db", "PARKS_SECRET": "s", "PARKS_UPLOAD_MB": "5"}
    settings = read_settings(env | {"PARKS_JOB_MEMORY_MB": "800", "PARKS_JOB_SECONDS": "60"})
    assert (settings.state_url, settings.secret) == ("sqlite:///x.db", "s")
    assert (settings.upload_mb, settings.job_memory_mb, settings.job_seconds) == (5, 800, 60)
    assert read_settings({"PARKS_SECRET": ""}).secret is None


@pytest.mark.parametrize("port", ["http", "-1", "70000", "８０", "1e3"])
def test_a_number_that_is_none_is_told(port: str) -> None:
    with pytest.raises(RunError) as caught:
        read_settings({"PORT": port})
    assert caught.value.params["name"] == "PORT"


def test_the_working_copy_goes_before_the_bundle(tmp_path: Path) -> None:
    settings = Settings(out=tmp_path)
    assert settings.data_dir == BUNDLED_LAYERS
    assert settings.reads_bundle
    (tmp_path / "data").mkdir()
    assert settings.data_dir == tmp_path / "data"
    assert not settings.reads_bundle


def test_what_is_asked_for_goes_before_all(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    assert Settings(out=tmp_path, data=tmp_path / "x").data_dir == tmp_path / "x"
