"""Firms at the steps of a chain, gaps, and what is on offer for them."""

import pandas as pd
import pytest

from geo.analyse.chains import MOST_NAMED, allowance, describe_chains
from geo.chains import Chains
from geo.codes import Code, IndustryList

INDUSTRY = IndustryList(
    {
        "C": Code("制造业", "Manufacturing"),
        "C18": Code("服装", "Clothing", "C"),
        "C182": Code("针织服装", "Knitted clothing", "C18"),
        "C183": Code("服饰", "Accessories", "C18"),
        "C19": Code("皮革制鞋", "Leather and footwear", "C"),
        "C191": Code("鞣制", "Tanning", "C19"),
        "C195": Code("制鞋", "Footwear", "C19"),
        "G": Code("运输仓储", "Transport and storage"),
        "G59": Code("仓储", "Storage", "G"),
    }
)


def node(key, role, *industries):
    return {"id": key, "role": role, "name": {"zh": key, "en": key}, "industries": industries}


def chain(key, *nodes):
    return {"id": key, "title": {"zh": key, "en": key}, "nodes": nodes}


SHOES = chain(
    "shoes",
    node("tanning", "upstream", "C191"),
    node("footwear", "core", "C195"),
    node("storage", "service", "G59"),
)
CLOTHES = chain(
    "clothes",
    node("knitted", "core", "C182"),
    node("accessories", "downstream", "C183"),
    node("storage", "service", "G59"),
)


def firm(key, code=None, **more):
    return {
        "enterprise_id": key,
        "name_zh": f"企业{key}",
        "industry_code": code,
        "stage": "operating",
        "nature": "reported",
        **more,
    }


def plot(key, permitted=None, **more):
    return {
        "parcel_id": key,
        "park_id": "A",
        "on_offer": True,
        "area_mu": 10.0,
        "land_use_code": "1001",
        "permitted_industries": permitted,
        "nature": "surveyed",
        **more,
    }


def hall(key, parcel=None, **more):
    return {
        "building_id": key,
        "parcel_id": parcel,
        "park_id": "A",
        "state": "vacant",
        "area_m2": 1000,
        "nature": "surveyed",
        **more,
    }


def frame(rows, key):
    return pd.DataFrame(rows, columns=None if rows else [key])


def describe(*chains, firms=(), plots=(), halls=()):
    document = describe_chains(
        Chains.model_validate(
            {"source": {"zh": "自拟", "en": "own"}, "as_of": "2026-11", "chains": chains}
        ),
        enterprises=frame(list(firms), "enterprise_id"),
        parcels=frame(list(plots), "parcel_id"),
        buildings=frame(list(halls), "building_id"),
        industry=INDUSTRY,
    )
    return {chain["id"]: chain for chain in document["chains"]}


def steps(chain):
    return {n["id"]: [f["enterprise_id"] for f in n["firms"]["named"]] for n in chain["nodes"]}


def states(chain):
    return {node["id"]: node["state"] for node in chain["nodes"]}


def offers(chain, key):
    return next(node["offers"] for node in chain["nodes"] if node["id"] == key)


# --- firms ------------------------------------------------------------------------------------


def test_a_firm_stands_where_its_industry_or_one_above_it_does():
    found = describe(SHOES, firms=[firm("1", "C195"), firm("2", "C1951"), firm("3", "195")])
    assert steps(found["shoes"]) == {"tanning": [], "footwear": ["1", "2", "3"], "storage": []}


def test_a_firm_without_a_chain_counts_in_every_chain_of_its_industry():
    found = describe(SHOES, CLOTHES, firms=[firm("1", "G59")])
    assert steps(found["shoes"])["storage"] == ["1"]
    assert steps(found["clothes"])["storage"] == ["1"]


def test_a_firm_with_a_chain_counts_in_that_alone():
    found = describe(SHOES, CLOTHES, firms=[firm("1", "G59", chain="shoes")])
    assert steps(found["shoes"])["storage"] == ["1"]
    assert steps(found["clothes"])["storage"] == []


def test_a_chain_that_nobody_knows_counts_as_none():
    found = describe(SHOES, firms=[firm("1", "C195", chain="shoos")])
    assert steps(found["shoes"])["footwear"] == ["1"]


@pytest.mark.parametrize("stage", ["contact", "intent", "closed"])
def test_only_firms_with_an_agreement_count(stage):
    found = describe(SHOES, firms=[firm("1", "C195", stage=stage)])
    assert states(found["shoes"])["footwear"] == "gap"


def test_of_two_steps_the_narrower_industry_is_nearer_and_the_role_decides_first():
    both = chain("x", node("wide", "core", "C19"), node("narrow", "downstream", "C195"))
    firms = [firm("1", "C195"), firm("2", "C195", chain_role="core"), firm("3", "C191")]
    assert steps(describe(both, firms=firms)["x"]) == {"wide": ["2", "3"], "narrow": ["1"]}


def test_an_industry_too_coarse_to_tell_makes_its_steps_unclear_not_gaps():
    found = describe(CLOTHES, firms=[firm("1", "C18")])["clothes"]
    assert states(found) == {"knitted": "unclear", "accessories": "unclear", "storage": "gap"}
    assert [f["enterprise_id"] for f in found["unplaced"]["named"]] == ["1"]
    assert found["firms"]["count"] == 1


def test_a_role_narrows_what_is_unclear():
    found = describe(CLOTHES, firms=[firm("1", "C18", chain_role="downstream")])["clothes"]
    assert states(found) == {"knitted": "gap", "accessories": "unclear", "storage": "gap"}


def test_a_section_of_industry_says_nothing():
    assert describe(CLOTHES, firms=[firm("1", "C")])["clothes"]["firms"]["count"] == 0


def test_a_firm_of_the_chain_without_a_usable_industry_may_be_anywhere_in_its_part():
    found = describe(SHOES, firms=[firm("1", None, chain="shoes", chain_role="core")])["shoes"]
    assert states(found) == {"tanning": "gap", "footwear": "unclear", "storage": "gap"}


def test_firms_without_a_name_are_counted_and_not_named():
    firms = [firm("1", "C195", name_zh=None), firm("2", "C195", nature="sample")]
    found = describe(SHOES, firms=firms)["shoes"]["nodes"][1]["firms"]
    assert (found["count"], found["samples"], found["unnamed"]) == (2, 1, 1)
    assert [f["enterprise_id"] for f in found["named"]] == ["2"]


def test_a_long_list_of_firms_is_cut_but_counted():
    firms = [firm(f"{n:03}", "C195") for n in range(MOST_NAMED + 5)]
    found = describe(SHOES, firms=firms)["shoes"]["nodes"][1]["firms"]
    assert (found["count"], len(found["named"])) == (MOST_NAMED + 5, MOST_NAMED)
    assert found["unnamed"] == 0


# --- what is on offer -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("permitted", "wanted", "answer"),
    [
        ("C19", "C195", "allow"),
        ("C195", "C195", "allow"),
        ("C18;C195", "C195", "allow"),
        ("C18； C195", "C195", "allow"),
        ("195", "C195", "allow"),
        ("C195", "C191", "no"),
        ("C195", "C19", "ask"),
        ("C18", "C195", "no"),
        (None, "C195", "ask"),
        (" ", "C195", "ask"),
    ],
)
def test_a_permitted_industry_allows_what_is_below_it(permitted, wanted, answer):
    assert allowance(permitted, "1001", [wanted], INDUSTRY) == answer


@pytest.mark.parametrize(
    ("land_use", "wanted", "answer"),
    [
        ("1001", "C191", "ask"),
        ("0901", "C191", "no"),
        (None, "C191", "ask"),
        ("1101", "G59", "ask"),
        ("1001", "G59", "no"),
        ("0901", "M745", "ask"),
    ],
)
def test_nobody_is_asked_about_ground_that_rules_the_industry_out(land_use, wanted, answer):
    assert allowance(None, land_use, [wanted], INDUSTRY) == answer


def test_one_of_several_industries_is_enough():
    assert allowance("C191", "1001", ["C18", "C191"], INDUSTRY) == "allow"


def test_a_gap_lists_what_allows_it_by_park_with_areas():
    plots = [
        plot("P2", "C19"),
        plot("P1", "C191", area_mu=5.25, nature="sample"),
        plot("P3", "C195"),
        plot("P4", "C191", on_offer=False),
        plot("P5", None, park_id="B"),
    ]
    found = offers(describe(SHOES, plots=plots)["shoes"], "tanning")["plots"]
    assert found["allow"] == {
        "count": 2,
        "samples": 1,
        "area_mu": 15.2,
        "parks": [{"park_id": "A", "count": 2, "samples": 1, "area_mu": 15.2, "ids": ["P1", "P2"]}],
        "other_parks": 0,
    }
    assert [(part["park_id"], part["ids"]) for part in found["ask"]["parks"]] == [("B", ["P5"])]


def test_of_many_parks_those_with_the_most_plots_are_told():
    parks = [f"P{number:02}" for number in range(20)]
    plots = [
        plot(f"{park}-{n}", "C191", park_id=park)
        for number, park in enumerate(parks)
        for n in range(1 + (number in (3, 19)))
    ]
    found = offers(describe(SHOES, plots=plots)["shoes"], "tanning")["plots"]["allow"]
    assert [part["park_id"] for part in found["parks"]] == [*parks[:11], "P19"]
    assert (found["count"], found["other_parks"]) == (22, 8)


def test_a_step_with_firms_lists_nothing_on_offer():
    found = describe(SHOES, firms=[firm("1", "C191")], plots=[plot("P1", "C191")])
    assert offers(found["shoes"], "tanning") is None


def test_an_unclear_step_lists_what_is_on_offer():
    found = describe(CLOTHES, firms=[firm("1", "C18")], plots=[plot("P1", "C182")])
    assert offers(found["clothes"], "knitted")["plots"]["allow"]["count"] == 1


def test_a_hall_is_permitted_what_its_plot_is():
    plots = [plot("P1", "C191", on_offer=False, park_id="B"), plot("P2", "C195", on_offer=False)]
    halls = [
        hall("H1", "P1", park_id=None),
        hall("H2", "P2"),
        hall("H3", None),
        hall("H4", "P1", state="let"),
        hall("H5", "P1", state="partly_let", area_m2=None),
    ]
    found = offers(describe(SHOES, plots=plots, halls=halls)["shoes"], "tanning")["halls"]
    assert [(p["park_id"], p["ids"]) for p in found["allow"]["parks"]] == [
        ("A", ["H5"]),
        ("B", ["H1"]),
    ]
    assert found["allow"]["area_m2"] == 1000
    assert [p["ids"] for p in found["ask"]["parks"]] == [["H3"]]


def test_a_field_that_the_edition_keeps_back_is_unknown():
    plots = [{"parcel_id": "P1", "on_offer": True}]
    found = describe(SHOES, firms=[{"enterprise_id": "1"}], plots=plots)["shoes"]
    assert found["firms"]["count"] == 0
    assert offers(found, "tanning")["plots"]["ask"]["count"] == 1


def test_nothing_at_all_is_all_gaps():
    found = describe(SHOES)["shoes"]
    assert set(states(found).values()) == {"gap"}
    assert offers(found, "footwear")["plots"]["allow"] == {
        "count": 0,
        "samples": 0,
        "area_mu": None,
        "parks": [],
        "other_parks": 0,
    }


def test_the_frames_are_left_as_they_were():
    firms = pd.DataFrame([firm("2", "C195"), firm("1", "C18")])
    plots, halls = pd.DataFrame([plot("P1", "C19")]), pd.DataFrame([hall("H1", "P1")])
    before = [f.copy() for f in (firms, plots, halls)]
    chains = Chains.model_validate({"source": {"zh": "", "en": ""}, "as_of": "", "chains": [SHOES]})
    describe_chains(chains, enterprises=firms, parcels=plots, buildings=halls, industry=INDUSTRY)
    for now, then in zip((firms, plots, halls), before, strict=True):
        pd.testing.assert_frame_equal(now, then)
