"""Firms by year and by province, never so few that one could be known."""

import json

import pandas as pd
import pytest

from geo.analyse.register import count_origins, describe_register


def firms(*rows, drop=()):
    records = [
        {
            "enterprise_id": f"E-{place}",
            "stage": "operating",
            "stage_on": pd.NA,
            "landed_year": pd.NA,
            "origin_province": pd.NA,
            "nature": "reported",
            **row,
        }
        for place, row in enumerate(rows)
    ]
    types = {"landed_year": "Int64", "stage_on": "str", "origin_province": "str"}
    return pd.DataFrame(records).astype(types).drop(columns=list(drop))


def years(frame, *, fewest=3, series="landed"):
    growth = describe_register(frame, fewest=fewest)["growth"][series]
    return {one["year"]: one["firms"] for one in growth["years"]}, growth["undated"]


def landed(year, times=1, **more):
    return [{"landed_year": year, **more}] * times


def test_every_year_from_the_first_to_the_last_is_counted():
    frame = firms(*landed(2020, 3), *landed(2023, 5))
    assert years(frame) == ({2020: 3, 2021: 0, 2022: 0, 2023: 5}, 0)


def test_a_year_of_too_few_firms_is_withheld_and_one_of_none_is_not():
    frame = firms(*landed(2020, 4), *landed(2022, 2))
    assert years(frame) == ({2020: 4, 2021: 0, 2022: None}, 0)
    assert years(frame, fewest=1)[0][2022] == 2


def test_firms_without_a_signed_agreement_do_not_count():
    unsigned = [*landed(2020, 5, stage="contact"), *landed(2021, 5, stage="intent")]
    frame = firms(*unsigned, *landed(2022, 3, stage="signed"), *landed(2022, 4, stage="closed"))
    assert years(frame) == ({2022: 3}, 0)


def test_firms_without_a_year_are_told_unless_they_are_too_few():
    assert years(firms(*landed(2020, 3), {}, {}, {}))[1] == 3
    assert years(firms(*landed(2020, 3), {}))[1] is None


def test_a_slip_of_the_keyboard_does_not_make_a_chart_of_a_million_years():
    found, undated = years(firms(*landed(2020, 3), *landed(20_200_000, 3)))
    assert (found, undated) == ({2020: 3}, 3)


def test_the_year_of_production_is_that_of_firms_that_produce():
    rows = [{"stage_on": "2022-01"}] * 3 + [{"stage_on": "2021-05-08", "stage": "signed"}] * 3
    assert years(firms(*rows), series="operating") == ({2022: 3}, 0)
    assert years(firms({"stage_on": "soon"}), series="operating", fewest=1) == ({}, 1)


@pytest.mark.parametrize("series", ["landed", "operating"])
def test_a_date_that_the_edition_keeps_back_counts_as_not_known(series):
    frame = firms(*landed(2020, 3, stage_on="2020"), drop=["landed_year", "stage_on"])
    assert years(frame, series=series) == ({}, 3)


def test_a_year_says_whether_samples_are_among_its_firms():
    frame = firms(*landed(2020, 3), *landed(2021, 3), *landed(2021, nature="sample"))
    growth = describe_register(frame, fewest=3)["growth"]["landed"]["years"]
    assert [(one["year"], one["samples"]) for one in growth] == [(2020, False), (2021, True)]


def test_provinces_come_with_the_most_firms_first():
    frame = firms(*[{"origin_province": name} for name in "乙乙乙甲甲甲丙丙丙丙"])
    found = count_origins(frame, 3)["provinces"]
    assert [(one["name"], one["firms"]) for one in found] == [("丙", 4), ("乙", 3), ("甲", 3)]


def test_a_province_of_too_few_firms_is_not_even_named():
    frame = firms(*[{"origin_province": name} for name in "甲甲甲乙乙丙丙"], {}, {}, {})
    found = count_origins(frame, 3)
    assert [one["name"] for one in found["provinces"]] == ["甲"]
    assert found["others"] == {"provinces": 2, "firms": 4}
    assert found["unknown"] == 3
    assert "乙" not in json.dumps(found, ensure_ascii=False)


def test_the_rest_is_withheld_where_it_is_too_few_firms_as_well():
    frame = firms(*[{"origin_province": name} for name in "甲甲甲乙乙"], {})
    found = count_origins(frame, 3)
    assert found["others"] == {"provinces": 1, "firms": None}
    assert found["unknown"] is None


def test_a_register_without_anything_is_described_too():
    found = describe_register(firms({}).iloc[:0], fewest=3)
    assert found["growth"]["landed"] == {"years": [], "undated": 0}
    nobody = {"provinces": [], "others": {"provinces": 0, "firms": 0}, "unknown": 0}
    assert found["origins"] == nobody
    assert count_origins(firms({}, {}, {}, drop=["origin_province"]), 3)["unknown"] == 3
