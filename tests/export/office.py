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
    soffice = shutil.which("soffice")
    if soffice is None:
        if os.environ.get("CI") or os.environ.get("PARKS_REQUIRE_BROWSER"):
            pytest.fail("soffice is missing: run make test, which installs it")
        pytest.skip("soffice is missing: run make test, which installs it")
    profile = (folder / "profile").as_uri()
    command = [soffice, f"-env:UserInstallation={profile}", "--headless", "--norestore"]
    if path.suffix == ".csv":
        command.append(f"--infilter={_FROM_CSV}")
    command += ["--convert-to", _TO_CSV, "--outdir", str(folder / "sheets"), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=100)
    found = {}
    for sheet in sorted((folder / "sheets").glob(f"{path.stem}-*.csv")):
        with sheet.open(encoding="utf-8", newline="") as stream:
            name = sheet.stem.removeprefix(f"{path.stem}-")
            found[name] = list(csv.reader(stream))
    assert found, "LibreOffice made nothing of it"
    return found
