"""``python -m geo export``, ``report``, ``map``, ``export-offline``: what is published as files."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.console import print_json, say
from geo.i18n import LANGUAGES
from geo.planning.balance import MEANINGS
from geo.settings import Settings

if TYPE_CHECKING:
    from geo.export.gis import Exported


def add_export_commands(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the commands to the parser of ``python -m geo``."""
    text = "write a published layer as a file for GIS, CAD or a spreadsheet"
    sub = commands.add_parser("export", parents=[common], help=text, description=text)
    sub.set_defaults(command=export)
    sub.add_argument("format", metavar="FORMAT", help="gpkg, shp, dxf, txt, geojson or csv")
    sub.add_argument("file", metavar="FILE", type=Path)
    sub.add_argument("--layer", default="parcels", help="name in the catalogue (default: parcels)")
    text = "EPSG:4326, EPSG:4490 or a zone of CGCS2000 (default: WGS84; dxf, txt: the nearest zone)"
    sub.add_argument("--crs", metavar="EPSG:n", help=text)
    text = "write balance sheet, rates, plots, firms, findings and indicators as a workbook"
    sub = commands.add_parser("report", parents=[common], help=text, description=text)
    sub.set_defaults(command=report)
    sub.add_argument("file", metavar="FILE", type=Path)
    text = "area of the balance sheets: on the ellipsoid, or in the plane of the 3-degree zone"
    sub.add_argument("--area", choices=MEANINGS, default=MEANINGS[0], help=text)

    text = "draw the land use of a park on A3, to scale, as PDF"
    sub = commands.add_parser("map", parents=[common], help=text, description=text)
    sub.set_defaults(command=draw_map)
    sub.add_argument("park", metavar="PARK", help="key of the park")
    sub.add_argument("file", metavar="FILE", type=Path)
    sub.add_argument("--lang", choices=LANGUAGES, default=LANGUAGES[0])

    text = "write the show of the published public edition as slides (PPTX) or handout (PDF)"
    sub = commands.add_parser("export-slides", parents=[common], help=text, description=text)
    sub.set_defaults(command=export_slides)
    sub.add_argument("file", metavar="FILE", type=Path, help="ends in .pptx or .pdf")
    sub.add_argument("--lang", choices=LANGUAGES, default=LANGUAGES[0])
    _add_address(sub)

    text = "write the public pages as an archive that opens without a server or a network"
    sub = commands.add_parser("export-offline", parents=[common], help=text, description=text)
    sub.set_defaults(command=export_offline)
    sub.add_argument("file", metavar="FILE.zip", type=Path)
    _add_address(sub)


def _add_address(command: argparse.ArgumentParser) -> None:
    text = "address of the map, for the QR code of the closing slide"
    command.add_argument("--address", metavar="URL", default="", help=text)


def export(arguments: argparse.Namespace, settings: Settings) -> int:
    """Write one layer; return the exit status."""
    from geo.export.gis import export_layer  # geometry libraries take seconds to load

    done = export_layer(settings, arguments.layer, arguments.format, arguments.crs, arguments.file)
    if arguments.json:
        print_json(done.as_dict())
    else:
        _tell(done)
    return 0


def _tell(done: Exported) -> None:
    facts = {name: str(getattr(done, name)) for name in ("path", "layer", "crs", "version")}
    say("cli.exported", records=done.written.records, **facts)
    if done.written.left_out:
        say("cli.export_left_out", count=done.written.left_out)
    if done.written.cut:
        fields = ", ".join(done.written.cut)
        say("cli.export_cut", count=sum(done.written.cut.values()), fields=fields)


def report(arguments: argparse.Namespace, settings: Settings) -> int:
    """Write the workbook; return the exit status."""
    from geo.export.workbook import write_report

    done = write_report(settings, arguments.file, arguments.area)
    if arguments.json:
        print_json(done.as_dict())
    else:
        say("cli.reported", path=str(done.path), version=done.version)
    return 0


def draw_map(arguments: argparse.Namespace, settings: Settings) -> int:
    """Draw the land use of a park; return the exit status."""
    from geo.export.plan_map import write_plan_map

    done = write_plan_map(settings, arguments.park, arguments.file, arguments.lang)
    if arguments.json:
        print_json(done.as_dict())
    else:
        say("cli.mapped", park=done.park, scale=f"{done.scale:,}", path=str(done.path))
    return 0


def export_offline(arguments: argparse.Namespace, settings: Settings) -> int:
    """Write the offline package; return the exit status."""
    from geo.offline.package import export_offline

    done = export_offline(settings, arguments.file, arguments.address)
    if arguments.json:
        print_json(done.as_dict())
    else:
        facts = {name: str(getattr(done, name)) for name in ("path", "files", "version", "as_of")}
        sizes = {"size": f"{done.bytes / 1e6:.1f}", "unpacked": f"{done.unpacked / 1e6:.1f}"}
        say("cli.packed", **facts, **sizes)
    return 0


def export_slides(arguments: argparse.Namespace, settings: Settings) -> int:
    """Write the slides of the show; return the exit status."""
    from geo.export.slides import write_slides

    done = write_slides(settings, arguments.file, arguments.lang, arguments.address)
    if arguments.json:
        print_json(done.as_dict())
    else:
        say("cli.slides_made", slides=done.slides, version=done.version, path=str(done.path))
    return 0
