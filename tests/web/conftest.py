"""A published instance with two people."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask.testing import FlaskClient

from geo.state import passwords
from geo.storage.snapshots import SnapshotStore
from tests.web.people import add_people, client_of


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cheap hashes: the tests of the passwords themselves prove the real ones."""
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(1, 64, 1))
    passwords._nobodys.cache_clear()


@pytest.fixture
def out(published: Path, tmp_path: Path) -> Path:
    """A published instance of its own, with ``li`` (staff) and ``wang`` (viewer)."""
    out = tmp_path / "out"
    shutil.copytree(published, out)
    add_people(out)
    return out


@pytest.fixture
def version(published: Path) -> str:
    return SnapshotStore(published).current() or ""


@pytest.fixture
def anyone(out: Path) -> FlaskClient:
    return client_of(out)


@pytest.fixture
def li(out: Path) -> FlaskClient:
    """The staff member's browser."""
    return client_of(out, "li")


@pytest.fixture
def wang(out: Path) -> FlaskClient:
    """The viewer's browser."""
    return client_of(out, "wang")
