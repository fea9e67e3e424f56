"""The vocabulary: fields of every kind of layer, findings, and the types of the catalogue.

A *kind* says which fields a layer or table has; the catalogue says which of them the
public may see. Derived fields are added by :mod:`geo.join` and are never read from a file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator
from pydantic_core import PydanticCustomError

FORMAT = 1
"""Version of the catalogue and of the snapshot manifest that this software reads and writes."""

MU_PER_HECTARE = 15
MU_M2 = 10_000 / MU_PER_HECTARE
"""Square metres in one 亩."""

NATURES = ("surveyed", "reported", "text-limits", "schematic", "sample", "package")
DRAWN_NATURES = ("schematic", "text-limits")
"""Natures whose outline is a picture: its area, and what it touches, says nothing."""
SUPPLY_STATES = ("unapproved", "approved", "announced", "supplied", "reserved")
DEVELOPMENT_STATES = (
    "not_started",
    "construction",
    "built",
    "suspected_idle",
    "idle",
    "inefficient",
)
BUILT_STATES = ("built", "inefficient")
"""Development states of land with finished works; land under construction has none yet."""
INFRASTRUCTURE = ("12", "13", "14")
"""Land-use classes that serve a park and have no firm: traffic, utilities, green space
(guide of 2023)."""
STAGES = ("contact", "intent", "signed", "construction", "operating", "closed")
COUNTABLE_STAGES = ("signed", "construction", "operating")
"""Stages with a signed agreement: the only ones that the public edition may count."""
PARK_KINDS = ("industrial", "service", "cluster", "logistics")
COST_KINDS = ("power", "water", "gas", "wages", "freight")
FACILITY_KINDS = ("land_port", "rail_station", "railway", "road", "airport", "warehouse")
RED_LINE_KINDS = ("urban_development", "basic_farmland", "ecology")
"""The three lines of 三区三线: 城镇开发边界, 永久基本农田, 生态保护红线."""
PLOT_STATES = (
    "offer",
    "built",
    "construction",
    "not_started",
    "idle",
    "reserved",
    "unapproved",
    "pending",
    "infrastructure",
)
"""Derived state of a plot: each plot has exactly one, so that areas by state add up."""

Dtype = Literal["str", "float", "int", "bool", "date"]


@dataclass(frozen=True)
class FieldSpec:
    """One field of a kind: its name, type and the values it allows.

    Parameters
    ----------
    name
        Column and property name; units are part of the name (``_mu``, ``_wan``, ``_m2``).
    dtype
        How a text value is parsed. Dates may be partial (``2020``, ``2020-10``) and stay text.
    required
        A record without it is reported.
    values
        Allowed values, or of a ``;``-separated list with ``many``.
    minimum, maximum
        Bounds, inclusive, in the field's own unit.
    """

    name: str
    dtype: Dtype = "str"
    required: bool = False
    values: tuple[str, ...] = ()
    many: bool = False
    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True)
class Kind:
    """What a layer or table of one kind consists of."""

    name: str
    key: str
    fields: tuple[FieldSpec, ...]
    geometry: tuple[str, ...] = ()
    staff_only: bool = False
    """Whether no catalogue may make it public; such a kind is also one that none must have."""

    @property
    def is_layer(self) -> bool:
        """Whether records of this kind have a place on the map."""
        return bool(self.geometry)

    def spec(self, name: str) -> FieldSpec:
        """Return the field of that name; ``KeyError`` if the kind has none."""
        return next(f for f in self.all_fields if f.name == name)

    @property
    def all_fields(self) -> tuple[FieldSpec, ...]:
        """The kind's own fields followed by those that every record has."""
        return self.fields + PROVENANCE


PROVENANCE = (
    FieldSpec("nature", values=NATURES),
    FieldSpec("source"),
    FieldSpec("as_of"),
)


def _text(*names: str) -> tuple[FieldSpec, ...]:
    return tuple(FieldSpec(name) for name in names)


def _amounts(*names: str, maximum: float = 1e12) -> tuple[FieldSpec, ...]:
    return tuple(FieldSpec(name, "float", minimum=0, maximum=maximum) for name in names)


def _dates(*names: str) -> tuple[FieldSpec, ...]:
    return tuple(FieldSpec(name, "date") for name in names)


def _named(key: str) -> tuple[FieldSpec, ...]:
    return (
        FieldSpec(key, required=True),
        FieldSpec("name_zh", required=True),
        FieldSpec("name_en"),
    )


COUNTIES = Kind(
    "counties",
    "adcode",
    (*_named("adcode"), *_amounts("area_km2_reported")),
    ("Polygon", "MultiPolygon"),
)
PLACES = Kind(
    "places",
    "place_id",
    (
        *_named("place_id"),
        FieldSpec("kind", required=True, values=("county seat", "city", "town")),
        *_text("adcode", "accuracy"),
    ),
    ("Point",),
)
PARKS = Kind(
    "parks",
    "park_id",
    (
        *_named("park_id"),
        FieldSpec("adcode"),
        FieldSpec("kind", required=True, values=PARK_KINDS),
        FieldSpec("parent_id"),
        FieldSpec("tiers"),
        FieldSpec("place_known", "bool"),
        FieldSpec("opened_year", "int", minimum=1950, maximum=2100),
        *_amounts("planned_area_mu", "developable_mu", "supply_ready_mu"),
        FieldSpec("industry_codes", many=True),
        *_text("functions", "facts_zh", "facts_en", "note_zh", "note_en"),
        *_text("contact_post", "contact_phone", "contact_email"),
    ),
    ("Polygon", "MultiPolygon", "Point"),
)
PARCELS = Kind(
    "parcels",
    "parcel_id",
    (
        FieldSpec("parcel_id", required=True),
        FieldSpec("park_id", required=True),
        FieldSpec("land_use_code", required=True),
        FieldSpec("supply_state", required=True, values=SUPPLY_STATES),
        FieldSpec("development_state", required=True, values=DEVELOPMENT_STATES),
        FieldSpec("net_land", "bool"),
        FieldSpec("ready_on", "date"),
        *_amounts("declared_area_mu", maximum=1_000_000),
        *_text("supply_method", "approval_no", "contract_no", "cadastral_code"),
        FieldSpec("term_years", "int", minimum=1, maximum=70),
        *_dates("start_due_on", "started_on", "completion_due_on", "completed_on", "stopped_on"),
        *_amounts("developed_ha"),
        *_amounts("invested_share", maximum=1),
        *_text("idle_cause", "boundary_check"),
        *_amounts("far_min", "far_max", maximum=20),
        *_amounts("building_coefficient_min", "green_ratio_max", maximum=1),
        *_amounts("far", maximum=20),
        *_amounts("building_coefficient", "green_ratio", "office_ratio", maximum=1),
        *_amounts("reference_price_wan_per_mu", maximum=10_000),
        *_text("announcement_url"),
        FieldSpec("permitted_industries", many=True),
        FieldSpec("utilities"),
        FieldSpec("enterprise_id"),
    ),
    ("Polygon", "MultiPolygon"),
)
BUILDINGS = Kind(
    "buildings",
    "building_id",
    (
        FieldSpec("building_id", required=True),
        *_text("name_zh", "name_en", "parcel_id", "park_id"),
        *_amounts("area_m2", maximum=10_000_000),
        FieldSpec("floors", "int", minimum=1, maximum=50),
        *_amounts("storey_height_m", maximum=50),
        *_amounts("floor_load_t_m2", maximum=100),
        FieldSpec("goods_lifts", "int", minimum=0, maximum=100),
        *_amounts("power_kva"),
        *_text("fire_class"),
        FieldSpec("dormitory", "bool"),
        *_amounts("rent_yuan_m2_month", maximum=10_000),
        FieldSpec("ready_on", "date"),
        FieldSpec("state", values=("vacant", "partly_let", "let", "construction")),
    ),
    ("Polygon", "MultiPolygon", "Point"),
)
ENTERPRISES = Kind(
    "enterprises",
    "enterprise_id",
    (
        *_named("enterprise_id"),
        *_text("uscc", "industry_code"),
        FieldSpec("stage", required=True, values=STAGES),
        FieldSpec("stage_on", "date"),
        *_text("chain"),
        FieldSpec("chain_role", values=("upstream", "core", "downstream", "service")),
        *_text("adcode", "park_id", "parcel_id", "building_id", "origin_province"),
        *_text("product", "published_zh", "published_en"),
        FieldSpec("landed_year", "int", minimum=1950, maximum=2100),
        *_amounts("invest_planned_wan", "invest_in_place_wan", "output_wan", "tax_wan"),
        *_amounts("energy_tce"),
        FieldSpec("employees", "int", minimum=0, maximum=1_000_000),
        FieldSpec("publish_name", "bool"),
        FieldSpec("lon", "float", minimum=-180, maximum=180),
        FieldSpec("lat", "float", minimum=-90, maximum=90),
        FieldSpec("datum", values=("wgs84", "cgcs2000", "gcj02", "bd09")),
    ),
    ("Point",),
)
LOGISTICS = Kind(
    "logistics",
    "facility_id",
    (
        *_named("facility_id"),
        FieldSpec("kind", required=True, values=FACILITY_KINDS),
        *_text("functions", "opened", "through", "facts_zh", "facts_en", "accuracy"),
    ),
    ("Point", "LineString", "MultiLineString", "Polygon", "MultiPolygon"),
)
RED_LINES = Kind(
    "red_lines",
    "line_id",
    (
        FieldSpec("line_id", required=True),
        FieldSpec("line_kind", required=True, values=RED_LINE_KINDS),
        *_text("name_zh", "name_en"),
    ),
    ("Polygon", "MultiPolygon"),
    staff_only=True,
)
FIGURES = Kind(
    "figures",
    "figure_id",
    (
        FieldSpec("figure_id", required=True),
        FieldSpec("subject_zh", required=True),
        FieldSpec("subject_en"),
        FieldSpec("value", "float", required=True),
        FieldSpec("unit", required=True),
        FieldSpec("unit_en"),
        FieldSpec("period", required=True),
        *_text("park_id", "note_zh", "note_en", "sum_of", "share_of"),
        *_amounts("stated_share", maximum=1),
        FieldSpec("lower_bound", "bool"),
        FieldSpec("target", "bool"),
    ),
)
COSTS = Kind(
    "costs",
    "cost_id",
    (
        FieldSpec("cost_id", required=True),
        FieldSpec("kind", required=True, values=COST_KINDS),
        FieldSpec("subject_zh", required=True),
        *_text("subject_en"),
        *_amounts("value"),
        *_text("unit", "unit_en", "period", "adcode"),
        # Tariffs change: whom to ask is needed beside a known one as well.
        FieldSpec("ask_zh", required=True),
        *_text("ask_en", "note_zh", "note_en"),
    ),
)
"""What a firm pays. A cost for which no page was found has no value, only whom to ask."""

POLICIES = Kind(
    "policies",
    "policy_id",
    (
        FieldSpec("policy_id", required=True),
        FieldSpec("title_zh", required=True),
        *_text("title_en", "number", "benefit_zh", "benefit_en"),
        *_dates("valid_from", "valid_to"),
        *_text("caution_zh", "caution_en", "page_date", "certainty"),
    ),
)
STATISTICS = Kind(
    "statistics",
    "statistic_id",
    (
        FieldSpec("statistic_id", required=True),
        FieldSpec("adcode", required=True),
        FieldSpec("subject_zh", required=True),
        *_text("subject_en"),
        FieldSpec("value", "float", required=True),
        FieldSpec("unit", required=True),
        *_text("unit_en", "period", "certainty", "note_zh", "note_en"),
    ),
)
KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        COUNTIES,
        PLACES,
        PARKS,
        PARCELS,
        BUILDINGS,
        ENTERPRISES,
        LOGISTICS,
        RED_LINES,
        FIGURES,
        COSTS,
        POLICIES,
        STATISTICS,
    )
}

DERIVED: Mapping[str, tuple[str, ...]] = {
    "parcels": ("area_m2", "area_mu", "on_offer", "state", "firms"),
    "buildings": ("footprint_m2",),
    "enterprises": ("placed_by",),
    "counties": ("area_km2",),
    "parks": (
        "area_mu",
        "plots",
        "plots_on_offer",
        *(f"land_{state}_mu" for state in PLOT_STATES),
        "halls",
        "halls_vacant_m2",
        "firms",
        *(f"firms_{stage}" for stage in STAGES),
        "invest_planned_sum_wan",
        "invest_in_place_sum_wan",
    ),
}
"""Fields that the software computes; an edition shows them like any other field it lists."""

NEVER_PUBLIC: Mapping[str, tuple[str, ...]] = {
    "enterprises": (
        "invest_planned_wan",
        "invest_in_place_wan",
        "output_wan",
        "tax_wan",
        "energy_tce",
        "employees",
    ),
    "parcels": ("enterprise_id", "invested_share"),
}
"""Fields that no catalogue may make public: they tell of a single firm, named or not."""

Edition = Literal["public", "staff"]
EDITIONS: tuple[Edition, ...] = ("public", "staff")
"""What is published twice: once for everybody, once with all fields for the staff."""

Severity = Literal["error", "warning", "info"]

BLOCKING = (
    "FILE_UNREADABLE",
    "CRS_UNKNOWN",
    "CATALOG_INVALID",
    "KEY_MISSING",
    "KEY_DUPLICATE",
    "GEOMETRY_EMPTY",
    "AXES_SWAPPED",
    "DATUM_SUSPECT",
)
"""Rules that stop publishing, whatever the file says: nothing sound can be shown."""


@dataclass(frozen=True)
class Finding:
    """One fault or remark about the data, in the reader's words.

    ``id`` depends only on the rule, the layer, the features and what is wrong, so it stays
    the same for as long as the fault does. ``geometry`` is GeoJSON in EPSG:4326. ``field``
    names the field of the kind that the fault is about, where it is about one: import points
    to the column by it. ``plots`` are plots that a fault of another layer touches: an error
    takes them off offer like one of their own.
    """

    id: str
    rule: str
    severity: Severity
    layer: str
    feature: tuple[str, ...]
    message: Mapping[str, str]
    expected: str | None = None
    actual: str | None = None
    area_m2: float | None = None
    geometry: Mapping[str, Any] | None = None
    blocking: bool = field(default=False, compare=False)
    field: str | None = None
    plots: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the finding as the JSON object that the command line prints."""
        return {
            "id": self.id,
            "rule": self.rule,
            "severity": self.severity,
            "layer": self.layer,
            "feature": list(self.feature),
            "message": dict(self.message),
            "expected": self.expected,
            "actual": self.actual,
            "area_m2": self.area_m2,
            "geometry": self.geometry,
        }


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class Text(_Strict):
    """A text in both languages, Chinese first."""

    zh: str
    en: str

    @property
    def joined(self) -> str:
        """Return the text as ``中文 / English``, the way a field without a language holds it."""
        return self.zh if self.zh == self.en else f"{self.zh} / {self.en}"


class PackageFile(_Strict):
    """Geometry that an installed Python package carries, matched to a key of ours."""

    name: str
    file: str
    key: str
    prefix: str = ""


class Outlines(_Strict):
    """Outlines of the provinces, for the small map of where firms come from.

    ``package.key`` is the property that holds the province's name as ``origin_province`` has it.
    """

    package: PackageFile
    source: Text
    licence: str


class Basemap(_Strict):
    """The online base map; without a key only the map's own base is drawn."""

    tianditu_key: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z]*$")] = ""


COARSE_M = (1, 1000)
"""Least and greatest size of the cells that public places are rounded to, in metres: a finer
one hides nothing that a survey knows, in a coarser one no park is left."""


class Site(_Strict):
    """What the catalogue says about the site as a whole."""

    title: Text
    subtitle: Text
    organiser: Text | None = None
    corrections: Text | None = None
    map_approval: str = ""
    icp: str = ""
    police: str = ""
    demo: bool = False
    public_boundaries: bool = True
    public_precision_m: float = 0
    """Size of the cells that places of the public edition are rounded to; 0 leaves them exact."""
    public_min_firms: int = Field(default=3, ge=1)
    strip: tuple[str, ...] = ()
    provinces: Outlines | None = None
    basemap: Basemap = Basemap()

    @field_validator("public_precision_m")
    @classmethod
    def _check_precision(cls, metres: float) -> float:
        least, most = COARSE_M
        if metres != 0 and not least <= metres <= most:
            raise PydanticCustomError("config.precision", "precision", {"ge": least, "le": most})
        return metres


_TABLE = r"^[a-z_][a-z0-9_]{0,62}\.[a-z_][a-z0-9_]{0,62}$"


class Entry(_Strict):
    """One layer or table of the catalogue."""

    title: Text
    kind: str
    key: str
    file: str = ""
    table: Annotated[str, StringConstraints(pattern=_TABLE)] | None = None
    """``schema.table`` in PostGIS, instead of a file."""
    package: PackageFile | None = None
    crs: str | None = None
    datum: Literal["wgs84", "cgcs2000", "gcj02", "bd09"] | None = None
    code_standard: str | None = None
    nature: str
    source: Text
    source_url: str = ""
    as_of: str
    licence: str
    public: bool = True
    public_fields: tuple[str, ...]
    theme: Literal["base", "parks", "land", "firms", "logistics"] = "base"
    default_on: bool = True
    min_zoom: float | None = Field(default=None, ge=0, le=24, allow_inf_nan=False)


class Catalog(_Strict):
    """``catalog.toml``: what exists, where from, of what nature, and who may see it."""

    format: int
    site: Site
    layers: Mapping[Identifier, Entry]
    tables: Mapping[Identifier, Entry]

    def entries(self) -> dict[str, Entry]:
        """Return layers and tables by identifier, layers first, in the file's order."""
        return {**self.layers, **self.tables}

    def files(self) -> list[str]:
        """Return the files of the data directory that the entries name."""
        return [entry.file for entry in self.entries().values() if entry.table is None]

    def layer_of(self, kind: str) -> str:
        """Return the name of the layer of a kind; the catalogue reader ensures there is one.

        Of a kind for the staff alone there may be none: then ``StopIteration``.
        """
        return next(name for name, entry in self.layers.items() if entry.kind == kind)


def parse_partial_date(text: str) -> tuple[date, date] | None:
    """Return the first and last day that a full or partial ISO date names, else ``None``.

    ``2020`` is the whole year, ``2020-10`` the whole month.
    """
    parts = text.split("-")
    try:
        year, month, day = (int(p) for p in [*parts, "0", "0"][:3])
        if len(parts) == 1:
            return date(year, 1, 1), date(year, 12, 31)
        if len(parts) == 2:
            following = date(year + month // 12, month % 12 + 1, 1)
            return date(year, month, 1), date.fromordinal(following.toordinal() - 1)
        return (date(year, month, day),) * 2 if len(parts) == 3 else None
    except (ValueError, OverflowError):  # a year of more digits than a number of the machine
        return None
