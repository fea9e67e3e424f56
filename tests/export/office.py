"""LibreOffice as a reader of what is exported; without it CI fails, a person's run skips."""

import csv
import os
import shutil
import subprocess
from pathlib import Path

import pytest

_TO_CSV = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1"
# Separator, quote, UTF-8, from line 1, all columns standard, quoted cells are texts.
_FROM_CSV = "CSV:44,34,76,1,,0,true,false"


def opened(path: Path, folder: Path) -> dict[str, list[list[str]]]:
    """Return the cells of every sheet as LibreOffice has them, numbers in full."""
    options = [f"--infilter={_FROM_CSV}"] if path.suffix == ".csv" else []
    _convert(path, folder, *options, "--convert-to", _TO_CSV, "--outdir", str(folder / "sheets"))
    found = {}
    for sheet in sorted((folder / "sheets").glob(f"{path.stem}-*.csv")):
        with sheet.open(encoding="utf-8", newline="") as stream:
            name = sheet.stem.removeprefix(f"{path.stem}-")
            found[name] = list(csv.reader(stream))
    assert found, "LibreOffice made nothing of it"
    return found


def printed(path: Path, folder: Path) -> Path:
    """Return the PDF that LibreOffice makes of slides."""
    _convert(path, folder, "--convert-to", "pdf", "--outdir", str(folder))
    made = folder / f"{path.stem}.pdf"
    assert made.is_file(), "LibreOffice made nothing of it"
    return made


def _convert(path: Path, folder: Path, *options: str) -> None:
    soffice = shutil.which("soffice")
    if soffice is None:
        if os.environ.get("CI") or os.environ.get("PARKS_REQUIRE_BROWSER"):
            pytest.fail("soffice is missing: run make test, which installs it")
        pytest.skip("soffice is missing: run make test, which installs it")
    profile = (folder / "profile").as_uri()
    command = [soffice, f"-env:UserInstallation={profile}", "--headless", "--norestore", *options]
    subprocess.run([*command, str(path)], check=True, capture_output=True, timeout=100)
