"""The hash of the software: another one for other sources and other pins, and for nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from geo.software import software_digest

FILES = ("geo/a.py", "static/js/b.js", "requirements.txt")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in (*FILES, "README.md", "geo/__pycache__/a.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("one", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("name", FILES)
def test_sources_and_pins_count(root: Path, name: str) -> None:
    before = software_digest(root)
    (root / name).write_text("two", encoding="utf-8")
    assert software_digest(root) != before


@pytest.mark.parametrize("name", ["README.md", "geo/__pycache__/a.py"])
def test_nothing_else_does(root: Path, name: str) -> None:
    before = software_digest(root)
    (root / name).write_text("two", encoding="utf-8")
    assert software_digest(root) == before
