"""A small offline package for several tests: the bundle with few plots, so that it is soon made."""

from __future__ import annotations

import json
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

from geo.offline.package import Package, export_offline
from geo.settings import Settings
from tests.browser.site import copy_layers, publish

KEPT = "CL-AGRI"
"""The park all of whose plots are kept; of the others every sixth."""


@dataclass(frozen=True)
class Packed:
    """A published instance, the package made of it, and where it is unpacked."""

    out: Path
    done: Package
    folder: Path

    @property
    def settings(self) -> Settings:
        return Settings(out=self.out)

    def names(self) -> set[str]:
        """Return the files of the folder."""
        files = (path for path in self.folder.rglob("*") if path.is_file())
        return {path.relative_to(self.folder).as_posix() for path in files}

    def text(self, name: str) -> str:
        return (self.folder / name).read_text(encoding="utf-8")


def thin_out(data: Path) -> None:
    """Leave few plots in a data directory, with those that the show or a hall names."""
    named = set(re.findall(r"parcels/([\w-]+)", (data / "story.toml").read_text("utf-8")))
    halls = json.loads((data / "buildings.geojson").read_text("utf-8"))["features"]
    named |= {hall["properties"].get("parcel_id") for hall in halls}
    path = data / "parcels.geojson"
    document = json.loads(path.read_text("utf-8"))
    document["features"] = [
        plot
        for place, plot in enumerate(document["features"])
        if place % 6 == 0
        or plot["properties"]["parcel_id"] in named
        or plot["properties"]["park_id"] == KEPT
    ]
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")


def make_package(folder: Path) -> Packed:
    """Publish a small bundle, make the package, and unpack it as a person does."""
    data, out = copy_layers(folder / "data"), folder / "out"
    thin_out(data)
    publish(out, data=data)
    done = export_offline(Settings(out=out), folder / "show.zip")
    return Packed(out, done, unpack(done.path, folder / "演示 100% #1 + 备份"))


def unpack(archive: Path, folder: Path) -> Path:
    """Unpack an archive and return the folder that it makes."""
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(folder)
    (made,) = folder.iterdir()
    return made
