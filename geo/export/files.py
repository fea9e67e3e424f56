"""What a job writes when somebody asks for the published data as a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from geo.export.findings import write_findings
from geo.export.gis import FORMATS, check_format, export_layer
from geo.export.plan_map import write_plan_map
from geo.export.slides import write_slides
from geo.export.workbook import write_report
from geo.i18n import LANGUAGES
from geo.planning.balance import MEANINGS
from geo.settings import Settings
from geo.state import waivers
from geo.times import today

REPORT = "xlsx"
"""Format of the report for planners."""

MAP = "map"
"""Format of the land-use map of a park."""

FINDINGS = "findings"
"""Format of the workbook of a list of findings; the others are those of a layer."""

Params = Mapping[str, Any]
Told = tuple[dict[str, Any], str, str]
"""What a writer tells, the name of the file in the folder, and the one to offer."""

SLIDES = {"pptx": ".pptx", "handout": ".pdf"}
"""Formats of the slides of the show, and how their files end."""


def export_file(settings: Settings, folder: Path, params: Params) -> dict[str, Any]:
    """Write a file into a folder and return what it is, as JSON.

    Parameters
    ----------
    params
        ``format`` (``xlsx`` for the report, ``map`` for a map, ``findings`` for a list of them,
        ``pptx`` or ``handout`` for the slides, or one of a layer); for a report ``area`` (as
        :func:`geo.export.workbook.write_report`); for a layer ``layer`` and ``crs`` (``None``
        for the usual one); for a map ``park`` and ``lang``; for slides ``lang`` and ``address``;
        for findings as :func:`geo.export.findings.write_findings`.

    Returns
    -------
    dict
        ``stored`` is the name in the folder, ``file`` the one to offer; the rest as the
        command line tells it, without a path.

    Raises
    ------
    BadRequest, NotFound
        As :func:`geo.export.gis.export_layer`, :func:`geo.export.plan_map.write_plan_map` and
        :func:`geo.export.slides.write_slides`.
    """
    write = _WRITERS.get(str(params["format"]), _write_layer)
    done, stored, file = write(settings, folder, params)
    done.pop("path", None)
    return {**done, "stored": stored, "file": file}


def _write_map(settings: Settings, folder: Path, params: Params) -> Told:
    stored, lang = f"{MAP}.pdf", params.get("lang") or LANGUAGES[0]
    done = write_plan_map(settings, str(params["park"]), folder / stored, lang).as_dict()
    return done, stored, f"map-{done['park']}-{done['version']}.pdf"


def _write_report(settings: Settings, folder: Path, params: Params) -> Told:
    stored, area = f"export.{REPORT}", str(params.get("area") or MEANINGS[0])
    done = write_report(settings, folder / stored, area).as_dict()
    meant = "" if area == MEANINGS[0] else f"-{area}"
    return done, stored, f"report{meant}-{done['version']}.{REPORT}"


def _write_findings(settings: Settings, folder: Path, params: Params) -> Told:
    stored = f"{FINDINGS}.xlsx"
    done = write_findings(settings, folder / stored, params, waivers.recorded(settings, today()))
    return done, stored, f"{FINDINGS}-{done['version']}.xlsx"


def _write_slides(settings: Settings, folder: Path, params: Params) -> Told:
    suffix, lang = SLIDES[str(params["format"])], params.get("lang") or LANGUAGES[0]
    stored, address = f"slides{suffix}", str(params.get("address") or "")
    done = write_slides(settings, folder / stored, lang, address).as_dict()
    return done, stored, f"show-{lang}-{done['version']}{suffix}"


def _write_layer(settings: Settings, folder: Path, params: Params) -> Told:
    format, layer = str(params["format"]), params.get("layer") or "parcels"
    check_format(format, layer)
    stored = f"export.{FORMATS[format].suffix}"
    target = folder / stored
    done = export_layer(settings, layer, format, params.get("crs"), target).as_dict()
    zone = done["crs"].replace(":", "")
    return done, stored, f"{layer}-{zone}-{done['version']}.{FORMATS[format].suffix}"


_WRITERS: Mapping[str, Callable[[Settings, Path, Params], Told]] = {
    MAP: _write_map,
    REPORT: _write_report,
    FINDINGS: _write_findings,
    **dict.fromkeys(SLIDES, _write_slides),
}
