"""What the fields of an exported file mean: names of ten letters, labels, allowed values."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping

from geo.export.cells import plain_text
from geo.i18n import LANGUAGES, field_key, has_message, message
from geo.model import FieldSpec, Kind

SHORTEST = 10
"""Most letters in the name of a field of a Shapefile (dBASE)."""

_SHORT = {
    "announcement_url": "ann_url",
    "approval_no": "approv_no",
    "area_km2_reported": "area_rep",
    "boundary_check": "bound_chk",
    "building_coefficient": "bld_coef",
    "building_coefficient_min": "bld_coef_m",
    "building_id": "bldg_id",
    "cadastral_code": "cadastral",
    "completed_on": "completed",
    "completion_due_on": "compl_due",
    "contact_email": "email",
    "contact_phone": "phone",
    "contact_post": "post",
    "contract_no": "contractno",
    "declared_area_mu": "decl_mu",
    "developable_mu": "devable_mu",
    "developed_ha": "develop_ha",
    "development_state": "dev_state",
    "enterprise_id": "firm_id",
    "facility_id": "facil_id",
    "firms_closed": "f_closed",
    "firms_construction": "f_constr",
    "firms_contact": "f_contact",
    "firms_intent": "f_intent",
    "firms_operating": "f_operat",
    "firms_signed": "f_signed",
    "floor_load_t_m2": "load_t_m2",
    "footprint_m2": "footpr_m2",
    "goods_lifts": "lifts",
    "green_ratio": "green",
    "green_ratio_max": "green_max",
    "halls_vacant_m2": "vacant_m2",
    "industry_code": "industry",
    "industry_codes": "industries",
    "invest_in_place_sum_wan": "inv_in_sum",
    "invest_in_place_wan": "inv_in_wan",
    "invest_planned_sum_wan": "inv_pl_sum",
    "invest_planned_wan": "inv_pl_wan",
    "invested_share": "invest_sh",
    "land_built_mu": "l_built",
    "land_construction_mu": "l_constr",
    "land_idle_mu": "l_idle",
    "land_infrastructure_mu": "l_infra",
    "land_not_started_mu": "l_notstart",
    "land_offer_mu": "l_offer",
    "land_pending_mu": "l_pending",
    "land_reserved_mu": "l_reserved",
    "land_unapproved_mu": "l_unapprov",
    "land_use_code": "landuse",
    "landed_year": "landed_yr",
    "office_ratio": "office",
    "opened_year": "opened_yr",
    "origin_province": "origin",
    "permitted_industries": "permit_ind",
    "place_known": "site_known",
    "planned_area_mu": "planned_mu",
    "plots_on_offer": "plots_offr",
    "publish_name": "pub_name",
    "published_en": "publish_en",
    "published_zh": "publish_zh",
    "reference_price_wan_per_mu": "price_wan",
    "rent_yuan_m2_month": "rent",
    "start_due_on": "start_due",
    "storey_height_m": "height_m",
    "supply_method": "supply_mth",
    "supply_ready_mu": "ready_mu",
    "supply_state": "supply_st",
}

_WORDS = {
    ("parks", "kind"): "park_kind",
    ("places", "kind"): "place_kind",
    ("logistics", "kind"): "facility_kind",
    ("parcels", "state"): "plot_state",
    ("buildings", "state"): "hall_state",
}
"""Families of words for values, where they are not named as the field."""


def short_names(fields: Iterable[str]) -> dict[str, str]:
    """Return a name of at most ten letters for each field, each another.

    >>> short_names(["park_id", "development_state"])
    {'park_id': 'park_id', 'development_state': 'dev_state'}
    """
    found: dict[str, str] = {}
    for field in fields:
        name = _SHORT.get(field, field[:SHORTEST])
        number = 1
        while name in found.values():
            number += 1
            name = f"{field[: SHORTEST - len(str(number))]}{number}"
        found[field] = name
    return found


def field_label(field: str, lang: str, kind: str = "") -> str:
    """Return what a field of a kind of layer is called, its unit in brackets; else its own name."""
    key = field_key(kind, field)
    return message(key, lang) if has_message(key) else field


def value_label(kind: str, field: str, value: str, lang: str) -> str:
    """Return the word for a value of a closed list in a language; else the value."""
    family = _WORDS.get((kind, field), field)
    key = f"{family}.{value}"
    return message(key, lang) if has_message(key) else value


def field_rows(
    kind: Kind, fields: Iterable[str], names: Mapping[str, str], cut: Mapping[str, int]
) -> Iterator[list[str | int]]:
    """Return the rows of a list of fields, its headings first.

    Parameters
    ----------
    names
        How each field is called in the file.
    cut
        Number of texts of a field that were too long for the file.
    """
    yield [message(f"export.legend_{name}", lang) for name, lang in _HEADINGS]
    specs = {spec.name: spec for spec in kind.all_fields}
    for field in fields:
        labels = [field_label(field, lang, kind.name) for lang in LANGUAGES]
        spec = specs.get(field)
        yield [names[field], field, *labels, _values(kind, spec), cut.get(field, 0)]


_HEADINGS = (
    ("name", "zh"),
    ("field", "zh"),
    ("label", "zh"),
    ("label", "en"),
    ("values", "zh"),
    ("cut", "zh"),
)


def _values(kind: Kind, spec: FieldSpec | None) -> str:
    """Return the allowed values with their words in both languages."""
    if spec is None:
        return ""
    words = {
        value: " / ".join(value_label(kind.name, spec.name, value, lang) for lang in LANGUAGES)
        for value in spec.values
    }
    return "; ".join(f"{value} = {word}" for value, word in words.items())


def legend_csv(rows: Iterable[list[str | int]]) -> bytes:
    """Return rows as CSV (UTF-8 with a mark); no text is taken for a formula."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerows([plain_text(c) if isinstance(c, str) else c for c in row] for row in rows)
    return stream.getvalue().encode("utf-8-sig")
