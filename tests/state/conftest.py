"""A state database of its own for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from geo.settings import Settings
from geo.state import State, open_state


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(out=tmp_path / "out")


@pytest.fixture
def state(settings: Settings) -> State:
    return open_state(settings)
