"""The made-up region: deterministic, sound in every check, and plainly a sample."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from geo.bench.data import write_region
from geo.examination import examine

PLOTS, FIRMS = 400, 2_000


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("region") / "data"
    write_region(directory, plots=PLOTS, firms=FIRMS, seed=3)
    return directory


def frame_of(region: Path, name: str) -> gpd.GeoDataFrame:
    return gpd.read_parquet(region / f"{name}.parquet")


def test_equal_seeds_give_equal_bytes(region: Path, tmp_path: Path) -> None:
    write_region(tmp_path / "again", plots=PLOTS, firms=FIRMS, seed=3)
    write_region(tmp_path / "other", plots=PLOTS, firms=FIRMS, seed=4)
    files = sorted(path.relative_to(region) for path in region.rglob("*") if path.is_file())
    assert all((tmp_path / "again" / f).read_bytes() == (region / f).read_bytes() for f in files)
    other = tmp_path / "other" / "parcels.parquet"
    assert other.read_bytes() != (region / "parcels.parquet").read_bytes()


def test_there_are_as_many_as_asked_for(region: Path) -> None:
    plots, firms, parks = (frame_of(region, n) for n in ("parcels", "enterprises", "parks"))
    assert (len(plots), len(firms)) == (PLOTS, FIRMS)
    assert 2 <= len(parks) <= 12
    by_position = firms.geometry.notna().mean()
    assert 0.75 < by_position < 0.85
    assert 0.01 < firms["parcel_id"].notna().mean() < 0.06


def test_plots_lie_in_their_parks_and_firms_in_supplied_plots(region: Path) -> None:
    plots, firms, parks = (frame_of(region, n) for n in ("parcels", "enterprises", "parks"))
    around = parks.set_index("park_id").geometry[plots["park_id"]].to_numpy()
    assert shapely.contains(around, plots.geometry.to_numpy()).all()
    placed = firms[firms.geometry.notna()]
    supplied = shapely.union_all(plots.geometry[plots["supply_state"] == "supplied"].to_numpy())
    assert shapely.contains(supplied, placed.geometry.to_numpy()).all()


def test_nothing_is_taken_for_real(region: Path) -> None:
    for name in ("parcels", "enterprises", "parks"):
        assert set(frame_of(region, name)["nature"]) == {"sample"}
    firms = frame_of(region, "enterprises")
    assert firms["name_zh"].str.fullmatch(r"示例企业 \d{7}").all()
    assert "uscc" not in firms


def test_its_plots_parks_and_firms_have_no_error(region: Path) -> None:
    found = examine(region, date(2026, 11, 22))
    made = [f for f in found.findings if f.layer in ("parcels", "parks", "enterprises")]
    # Of so few firms some plots get none, which is only worth a warning.
    assert {f.rule for f in made if f.severity != "info"} <= {"SUPPLIED_WITHOUT_ENTERPRISE"}
    assert found.blocking == []
