"""The public edition: what is not listed is physically absent."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point

from geo.catalog import read_catalog
from geo.edition import (
    countable_stages,
    drop_samples,
    hide_boundaries,
    sample_keys,
    select_fields,
    visible_enterprises,
    visible_parcels,
)
from geo.model import COUNTABLE_STAGES, ENTERPRISES, STAGES, Catalog
from geo.settings import BUNDLED_LAYERS

CANARY = "CANARY-7f3a"
ENTRY = read_catalog(BUNDLED_LAYERS).layers["enterprises"]


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return read_catalog(BUNDLED_LAYERS)


def firms(**changes: list[object]) -> gpd.GeoDataFrame:
    rows = len(next(iter(changes.values())))
    columns: dict[str, list[object]] = {f.name: [None] * rows for f in ENTERPRISES.all_fields}
    columns |= {
        "enterprise_id": [f"E{n}" for n in range(rows)],
        "name_zh": [CANARY] * rows,
        "product": [CANARY] * rows,
        "parcel_id": ["P1"] * rows,
        "stage": ["operating"] * rows,
        "nature": ["sample"] * rows,
        **changes,
    }
    return gpd.GeoDataFrame(columns, geometry=[Point(81, 37)] * rows, crs="EPSG:4326")


@given(st.lists(st.sampled_from(STAGES), min_size=1, max_size=12))
def test_no_firm_without_a_signed_agreement_is_public(stages: list[str]) -> None:
    shown = visible_enterprises(firms(stage=list(stages)), ENTRY, "public")
    assert list(shown["stage"]) == [s for s in stages if s in COUNTABLE_STAGES]


@pytest.mark.parametrize("agreed", [False, None, pd.NA])
def test_a_firm_that_did_not_agree_has_neither_name_nor_place(agreed: object) -> None:
    shown = visible_enterprises(firms(publish_name=[agreed, True]), ENTRY, "public")
    assert CANARY not in shown.iloc[0].to_string()
    assert shown.geometry.iloc[0] is None
    assert pd.isna(shown["parcel_id"].iloc[0])
    assert shown["name_zh"].iloc[1] == CANARY


@pytest.mark.parametrize(("source", "named"), [("a newspaper", True), (None, False)])
def test_a_reported_firm_is_named_if_it_has_a_source(source: str | None, named: bool) -> None:
    shown = visible_enterprises(firms(nature=["reported"], source=[source]), ENTRY, "public")
    assert pd.notna(shown["name_zh"].iloc[0]) is named


def test_the_staff_see_everything() -> None:
    given_firms = firms(stage=["intent"])
    assert visible_enterprises(given_firms, ENTRY, "staff") is given_firms
    assert countable_stages("staff") == STAGES
    assert "intent" not in countable_stages("public")


def test_the_callers_frame_is_not_changed() -> None:
    given_firms = firms(publish_name=[False])
    visible_enterprises(given_firms, ENTRY, "public")
    assert given_firms["name_zh"].iloc[0] == CANARY


def test_a_field_that_is_not_listed_is_absent(catalog: Catalog) -> None:
    frame = firms(uscc=[CANARY], tax_wan=[1.0], employees=[5])
    public = select_fields(frame, catalog.layers["enterprises"], "public")
    assert not {"uscc", "tax_wan", "employees"} & set(public.columns)
    assert {"nature", "source", "as_of", "geometry"} <= set(public.columns)
    assert list(select_fields(frame, catalog.layers["enterprises"], "staff")) == list(frame)


@pytest.mark.parametrize(
    ("layer", "secret"),
    [
        ("enterprises", {"uscc", "tax_wan", "output_wan", "energy_tce", "employees"}),
        ("enterprises", {"invest_planned_wan", "invest_in_place_wan"}),
        ("parcels", {"enterprise_id", "contract_no", "invested_share", "cadastral_code"}),
        ("parks", {"firms_contact", "firms_intent"}),
    ],
)
def test_the_bundle_keeps_its_secrets(catalog: Catalog, layer: str, secret: set[str]) -> None:
    assert not secret & set(catalog.layers[layer].public_fields)


def plots(**columns: list[object]) -> gpd.GeoDataFrame:
    rows = len(columns["development_state"])
    dates = {"started_on": [None] * rows, "completed_on": [None] * rows}
    return gpd.GeoDataFrame({**dates, **columns}, geometry=[Point(81, 37)] * rows)


@pytest.mark.parametrize(
    ("started", "completed", "shown"),
    [(None, None, "not_started"), ("2020", None, "construction"), ("2020", "2021", "built")],
)
@pytest.mark.parametrize("judgement", ["suspected_idle", "inefficient"])
def test_a_suspicion_is_not_public(
    judgement: str, started: str | None, completed: str | None, shown: str
) -> None:
    land = plots(
        development_state=[judgement, "idle"],
        started_on=[started, None],
        completed_on=[completed, None],
    )
    assert list(visible_parcels(land, "public")["development_state"]) == [shown, "idle"]
    assert list(visible_parcels(land, "staff")["development_state"]) == [judgement, "idle"]


def test_a_source_that_is_only_the_layers_names_nobody() -> None:
    inherited = firms(nature=["reported"], source=[ENTRY.source.joined])
    assert pd.isna(visible_enterprises(inherited, ENTRY, "public")["name_zh"].iloc[0])


def test_a_plain_no_goes_before_a_reported_source() -> None:
    refused = firms(nature=["reported"], source=["a newspaper"], publish_name=[False])
    assert pd.isna(visible_enterprises(refused, ENTRY, "public")["name_zh"].iloc[0])


def test_the_source_of_an_unnamed_firm_is_the_layers() -> None:
    shown = visible_enterprises(firms(source=[CANARY], publish_name=[False]), ENTRY, "public")
    assert list(shown["source"]) == [ENTRY.source.joined]


@pytest.mark.parametrize("nature", ["sample", "Sample", "real", None])
def test_only_what_is_known_to_be_real_stays_without_demo(
    catalog: Catalog, nature: str | None
) -> None:
    frames = {"enterprises": firms(nature=[nature, "reported"])}
    kept = drop_samples(frames, catalog)
    assert list(kept["enterprises"]["enterprise_id"]) == ["E1"]
    assert sample_keys(frames, catalog) == {"enterprise_id": {"E0"}}


def test_the_samples_of_two_tables_of_one_kind_are_all_known(catalog: Catalog) -> None:
    twin = catalog.tables["figures"]
    two = catalog.model_copy(update={"tables": {"figures": twin, "more": twin}})
    rows = {name: pd.DataFrame({"figure_id": [name], "nature": ["sample"]}) for name in two.tables}
    assert sample_keys(rows, two) == {"figure_id": {"figures", "more"}}


def test_a_real_firm_forgets_the_sample_plot_it_stood_on(catalog: Catalog) -> None:
    plot = plots(development_state=["built"]).assign(parcel_id=["P1"], nature=["sample"])
    kept = drop_samples({"parcels": plot, "enterprises": firms(nature=["reported"])}, catalog)
    assert pd.isna(kept["enterprises"]["parcel_id"].iloc[0])


@pytest.mark.parametrize(
    ("shown", "edition", "outlined"),
    [(True, "public", True), (False, "public", False), (False, "staff", True)],
)
def test_boundaries_can_be_kept_back(
    catalog: Catalog, shown: bool, edition: str, outlined: bool
) -> None:
    site = catalog.site.model_copy(update={"public_boundaries": shown})
    changed = catalog.model_copy(update={"site": site})
    frames = hide_boundaries({"counties": firms(stage=["signed"])}, changed, edition)  # type: ignore[arg-type]
    assert bool(frames["counties"].geometry.notna().all()) is outlined
