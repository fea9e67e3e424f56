"""Columns that nothing reads."""

import pytest

from geo.rules import load_config
from tests.rules.test_rules import HOSTILE, ROOT


def unknown(*names):
    return {"enterprises": {"unknown_columns": list(names)}}


def test_columns_that_are_not_known_are_one_warning_of_their_layer(check):
    config = load_config(ROOT / "layers")
    (found,) = check(attrs=unknown("invest_inplace_wan", "memo"), config=config)
    assert (found.rule, found.severity, found.layer) == ("COLUMN_UNKNOWN", "warning", "enterprises")
    assert (found.feature, found.blocking) == ((), False)
    assert found.actual == "invest_inplace_wan, memo"
    for text in found.message.values():
        assert "invest_inplace_wan → invest_in_place_wan?, memo" in text


@pytest.mark.parametrize(("name", "meant"), [("Parcel_ID", "parcel_id"), ("stagee", "stage")])
def test_the_nearest_field_is_named(check, name, meant):
    (found,) = check(attrs=unknown(name))
    assert f"{name} → {meant}?" in found.message["en"]


def test_many_and_hostile_names_make_a_message_of_bounded_length(check):
    (found,) = check(attrs=unknown(HOSTILE, *(f"column {n}" for n in range(1000))))
    for text in found.message.values():
        assert len(text) < 1200
        assert "\x00" not in text
        assert "\u202e" not in text
