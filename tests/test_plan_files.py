"""The planners' tables in a snapshot: for the staff, the same bytes for the same data."""

import json

import pytest

from geo.publish import prepare
from geo.settings import Settings
from tests.browser.site import copy_layers
from tests.test_publish import AS_OF

NAMES = ("overview.json", "balance.json", "rates.json", "indicators.json")


@pytest.fixture(scope="module")
def snapshots(tmp_path_factory):
    """Two publishes of the same data in different places, and one without samples."""
    folder = tmp_path_factory.mktemp("plan")
    data = copy_layers(folder / "data")
    first, again = (prepare(Settings(data=data, out=folder / o), as_of=AS_OF) for o in "ab")
    catalog = data / "catalog.toml"
    text = catalog.read_text(encoding="utf-8").replace("demo = true", "demo = false")
    catalog.write_text(text, encoding="utf-8")
    return first, again, prepare(Settings(data=data, out=folder / "c"), as_of=AS_OF)


def document(snapshot, name):
    return json.loads((snapshot.path / "staff" / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", NAMES)
def test_only_the_staff_has_the_tables(snapshots, name):
    for snapshot in snapshots:
        assert (snapshot.path / "staff" / name).is_file()
        assert not (snapshot.path / "public" / name).exists()


@pytest.mark.parametrize("name", NAMES)
def test_equal_data_give_equal_bytes(snapshots, name):
    first, again = ((s.path / "staff" / name).read_bytes() for s in snapshots[:2])
    assert first == again


def test_the_bundle_says_that_all_its_land_is_a_sample(snapshots):
    for sheet in document(snapshots[0], "balance.json")["sheets"]:
        assert [n["nature"] for n in sheet["natures"]] == ["sample"]
        assert sheet["natures"][0]["ha"] == sheet["total"]["planned"]["ha"]


def test_the_bundle_computes_no_rate_from_what_no_park_states(snapshots):
    for park in document(snapshots[0], "rates.json")["parks"]:
        assert park["rates"]["development"]["value"] is None
        assert park["rates"]["development"]["because"]


def test_no_real_firm_of_the_bundle_is_ranked(snapshots):
    groups = document(snapshots[0], "indicators.json")["ranking"]["groups"]
    ranked = {group["group"]: [firm["key"] for firm in group["firms"]] for group in groups}
    assert ranked["real"] == []
    assert ranked["sample"]
    assert all(key.startswith("E-") for key in ranked["sample"])


def test_without_samples_nothing_of_them_is_in_any_table(snapshots):
    empty = snapshots[2]
    assert document(empty, "balance.json")["sheets"][0]["plots"] == 0
    assert document(empty, "indicators.json")["plots"] == []
    for name in NAMES:
        assert '"sample"' not in (empty.path / "staff" / name).read_text(encoding="utf-8").replace(
            '"group":"sample"', ""
        )
