"""What a job writes when somebody asks for the published data as a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from geo.export.gis import FORMATS, check_format, export_layer
from geo.export.plan_map import write_plan_map
from geo.export.workbook import write_report
from geo.i18n import LANGUAGES
from geo.settings import Settings

REPORT = "xlsx"
"""Format of the report for planners."""

MAP = "map"
"""Format of the land-use map of a park; the others are those of a layer."""


def export_file(settings: Settings, folder: Path, params: Mapping[str, Any]) -> dict[str, Any]:
    """Write a file into a folder and return what it is, as JSON.

    Parameters
    ----------
    params
        ``format`` (``xlsx`` for the report, ``map`` for a map, or one of a layer); for a
        layer ``layer`` and ``crs`` (``None`` for the usual one); for a map ``park`` and
        ``lang``.

    Returns
    -------
    dict
        ``stored`` is the name in the folder, ``file`` the one to offer; the rest as the
        command line tells it, without a path.

    Raises
    ------
    BadRequest, NotFound
        As :func:`geo.export.gis.export_layer` and :func:`geo.export.plan_map.write_plan_map`.
    """
    format, layer = str(params["format"]), params.get("layer") or "parcels"
    if format == MAP:
        stored = f"{MAP}.pdf"
        lang = params.get("lang") or LANGUAGES[0]
        done = write_plan_map(settings, str(params["park"]), folder / stored, lang).as_dict()
        file = f"map-{done['park']}-{done['version']}.pdf"
    elif format == REPORT:
        stored = f"export.{REPORT}"
        done = write_report(settings, folder / stored).as_dict()
        file = f"report-{done['version']}.{REPORT}"
    else:
        check_format(format)
        stored = f"export.{FORMATS[format].suffix}"
        target = folder / stored
        done = export_layer(settings, layer, format, params.get("crs"), target).as_dict()
        zone = done["crs"].replace(":", "")
        file = f"{layer}-{zone}-{done['version']}.{FORMATS[format].suffix}"
    del done["path"]
    return {**done, "stored": stored, "file": file}
