"""Downloads that another process writes: the very same files, or a clear end."""

from __future__ import annotations

from pathlib import Path

import pytest

from geo.export.download_process import start_downloads
from geo.export.downloads import write_downloads
from geo.storage.beside import working_beside
from geo.storage.handover import hand_over
from tests.storage.test_handover import FIRMS, firms

ENTRY = {
    "id": "firms", "kind": "enterprises", "title": {"zh": "企业", "en": "Firms"},
    "source": {"zh": "测试", "en": "Test"}, "source_url": "", "licence": "CC0",
    "as_of": "2026-11", "natures": ["sample"], "count": 3,
}  # fmt: skip
SITE = {
    "layers": [ENTRY], "tables": [], "codes": {"land_use": {}}, "site": {"public_precision_m": 0},
}  # fmt: skip
VERSION = "2026-11-22-0123456789"


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_files_are_those_that_are_written_here(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "那里"
    for folder in (here, there):
        folder.mkdir()
    write_downloads(here, SITE, {"firms": firms()}, VERSION)
    hand_over(tmp_path / "firms.arrow", firms(), **FIRMS)
    with working_beside() as beside:
        start_downloads(beside, tmp_path / "firms.arrow", there, ENTRY, SITE, VERSION)
        beside.finish()
    assert len(contents(here)) == 6
    assert contents(there) == contents(here)


def test_what_goes_wrong_there_is_told_here(tmp_path: Path) -> None:
    hand_over(tmp_path / "firms.arrow", firms(), **FIRMS)
    with working_beside() as beside:
        no_folder = tmp_path / "no folder"
        start_downloads(beside, tmp_path / "firms.arrow", no_folder, ENTRY, SITE, VERSION)
        with pytest.raises(RuntimeError, match="no folder"):
            beside.finish()
