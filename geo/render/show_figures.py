"""Figures as the show has them: written as they are to be read, each with period and source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from geo.i18n import LANGUAGES, both
from geo.model import Catalog, Entry
from geo.render.geojson import table_to_records
from geo.wording import Wording

SAID_NATURES = ("schematic", "text-limits", "sample")
"""Natures that a slide must say, in this order: a shape is drawn, or something is not real."""

_WORDS = {lang: Wording(lang) for lang in LANGUAGES}


def describe_figures(
    catalog: Catalog, frames: Mapping[str, pd.DataFrame], *, as_of: str
) -> dict[str, dict[str, Any]]:
    """Return every figure that a scene may name, by its identifier, as JSON values.

    Those of the tables first, in their order; then those counted from plots and halls
    (:data:`geo.story.OFFER_FIGURES`) on the day ``as_of``, of which one that counts nothing
    has the number 0. A figure without a value, or of fields that the edition does not show,
    is absent.

    Parameters
    ----------
    frames
        Those of one edition, by layer and table, their fields selected.
    """
    published = (
        _published_figure(record)
        for name, entry in catalog.tables.items()
        if entry.kind == "figures" and name in frames
        for record in table_to_records(frames[name])
        if {"figure_id", "value", "unit"} <= record.keys()
    )
    found = (*published, *_counted_figures(catalog, frames, as_of))
    return {figure["id"]: figure for figure in found}


def _published_figure(record: Mapping[str, Any]) -> dict[str, Any]:
    mark = "+" if record.get("lower_bound") is True else ""
    note = {lang: w.pick(record, "note") for lang, w in _WORDS.items()}
    return {
        "id": str(record["figure_id"]),
        "subject": {lang: w.pick(record, "subject") for lang, w in _WORDS.items()},
        "number": f"{_WORDS['zh'].number(record['value'])}{mark}",
        "unit": {lang: w.unit(record["unit"], record.get("unit_en")) for lang, w in _WORDS.items()},
        "period": {lang: w.half(w.period(record.get("period"))) for lang, w in _WORDS.items()},
        "nature": record.get("nature"),
        "target": record.get("target") is True,
        "note": note if any(note.values()) else None,
        "source": {lang: w.half(record.get("source")) for lang, w in _WORDS.items()},
        "as_of": str(record.get("as_of") or ""),
    }


def _counted_figures(
    catalog: Catalog, frames: Mapping[str, pd.DataFrame], as_of: str
) -> Iterator[dict[str, Any]]:
    """Return plots on offer, their area, and halls to let: what the finder lists."""
    plots, halls = (catalog.layer_of(kind) for kind in ("parcels", "buildings"))
    if "on_offer" in frames.get(plots, ()):
        offered = frames[plots][frames[plots]["on_offer"].eq(True).fillna(False)]
        shared = _counted(offered, catalog.layers[plots], as_of)
        yield _amount("offer.plots", len(offered), "unit.plots") | shared
        if "area_mu" in offered:
            yield _amount("offer.land", float(offered["area_mu"].sum()), "unit.mu") | shared
    if "state" in frames.get(halls, ()):
        to_let = frames[halls][frames[halls]["state"].ne("let").fillna(True)]
        shared = _counted(to_let, catalog.layers[halls], as_of)
        yield _amount("offer.halls", len(to_let), "unit.halls") | shared


def _amount(name: str, amount: float, unit: str) -> dict[str, Any]:
    quantities = ((lang, w.quantity(amount, unit, 0)) for lang, w in _WORDS.items())
    written = {lang: quantity for lang, quantity in quantities if quantity}
    return {
        "id": name,
        "subject": both(f"story.{name}"),
        "number": written["zh"].number,
        "unit": {lang: quantity.unit for lang, quantity in written.items()},
    }


def _counted(records: pd.DataFrame, entry: Entry, as_of: str) -> dict[str, Any]:
    """Return what figures counted from the same records share.

    One sample among them makes the figure a sample: it would be another one without. A count
    of nothing has no nature.
    """
    natures = set(records["nature"].dropna())
    said = [nature for nature in reversed(SAID_NATURES) if nature in natures]
    return {
        "period": dict.fromkeys(LANGUAGES, as_of),
        "nature": said[0] if said else (entry.nature if natures else None),
        "target": False,
        "note": both("story.counted"),
        "source": entry.source.model_dump(),
        "as_of": as_of,
    }
