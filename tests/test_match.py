"""The finder: what is met, not met and unknown, in which order, and what goes together."""

import math
from datetime import date
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.codes import Code, IndustryList
from geo.match.adjoining import MOST_PLOTS
from geo.match.asking import UNITS, Choices, read_ask
from geo.match.criteria import (
    Amount,
    Area,
    HasTenure,
    HasUtility,
    InCounty,
    Industry,
    InPark,
    Near,
    Ready,
    Use,
    judge_together,
)
from geo.match.offers import Offer, Stop, read_offers, read_tenures
from geo.match.ranking import rank
from geo.match.span import UNKNOWN_SPAN, Outcome, Span, around
from geo.model import MU_M2
from geo.utilities import read_utilities

MET, UNKNOWN, NOT_MET = Outcome.MET, Outcome.UNKNOWN, Outcome.NOT_MET

INDUSTRIES = IndustryList(
    {
        "C": Code("制造业", "Manufacturing"),
        "C13": Code("农副食品加工业", "Food", "C"),
        "C19": Code("皮革和制鞋业", "Leather and footwear", "C"),
        "C191": Code("皮革鞣制加工", "Tanning", "C19"),
        "C195": Code("制鞋业", "Footwear", "C19"),
    }
)
CHOICES = Choices(
    uses=["1001", "100101", "100102"],
    counties=["653225", "653226"],
    parks=["P", "Q"],
    industries=INDUSTRIES,
)


def plot(key="A", **known):
    """A plot of which nothing is known but what is given."""
    utilities = {u.kind: u for u in read_utilities(known.pop("utilities", ""))}
    feature = {"id": key, "properties": {}}
    if "area_mu" in known:
        known["area_m2"] = Span.exact(known.pop("area_mu") * MU_M2)
    return Offer("parcels", key, feature, utilities=utilities, **known)


def days(text):
    return float(date.fromisoformat(text).toordinal())


def keys(matches):
    return [match.key for match in matches]


# --- spans ---------------------------------------------------------------------------------

numbers = st.floats(-1e6, 1e6, allow_nan=False)
spans = st.one_of(
    st.just(UNKNOWN_SPAN),
    numbers.map(lambda n: Span(n, n)),
    st.tuples(numbers, numbers).map(lambda ends: Span(min(ends), max(ends))),
    numbers.map(lambda n: Span(n, math.inf)),
    numbers.map(lambda n: Span(-math.inf, n)),
)


@given(spans, numbers, st.floats(0, 1))
def test_an_answer_holds_wherever_in_its_span_the_amount_is(span, limit, share):
    low, high = max(span.low, -2e6), min(span.high, 2e6)
    # Rounding must not carry the amount out of its span.
    amount = Span.exact(min(max(low + share * (high - low), span.low), span.high))
    for ask in ("at_least", "at_most"):
        answer = getattr(span, ask)(limit)
        assert answer is UNKNOWN or answer is getattr(amount, ask)(limit)


@given(numbers, numbers)
def test_an_exact_amount_is_never_unknown(amount, limit):
    assert Span.exact(amount).at_least(limit) is (MET if amount >= limit else NOT_MET)
    assert Span.exact(amount).at_most(limit) is (MET if amount <= limit else NOT_MET)


@pytest.mark.parametrize("value", [None, "12", True, math.nan, math.inf])
def test_of_what_is_no_number_nothing_is_known(value):
    assert Span.exact(value) == UNKNOWN_SPAN
    assert not Span.exact(value).is_known


def test_around_nothing_nothing_is_known():
    assert around([]) == UNKNOWN_SPAN
    assert around([Span(1, 2), Span(5, 5)]) == Span(1, 5)


# --- criteria ------------------------------------------------------------------------------

CRITERIA = [
    Area(1000, None),
    Area(None, 1000),
    Area(10, 1000),
    Amount("load", "least", 0.8),
    Amount("power", "least", 500),
    Amount("price", "most", 8),
    Near("rail", 10),
    Near("air", 10),
    Ready("2027", date(2027, 12, 31).toordinal()),
    Use("1001"),
    Industry("C195"),
    HasUtility("gas"),
    HasTenure("buy"),
    InCounty("653226"),
    InPark("P"),
]


@pytest.mark.parametrize("criterion", CRITERIA, ids=str)
def test_what_is_not_known_is_never_a_no(criterion):
    assert criterion.judge(plot()) is UNKNOWN
    assert judge_together(criterion, [plot("A"), plot("B")]) is UNKNOWN


@pytest.mark.parametrize(
    "criterion, known, outcome",
    [
        (Area(1000, None), {"area_m2": Span(1000, 1000)}, MET),
        (Area(1000, None), {"area_m2": Span(999, 999)}, NOT_MET),
        (Area(None, 1000), {"area_m2": Span(1001, 1001)}, NOT_MET),
        (Area(100, 1000), {"area_m2": Span(500, 500)}, MET),
        # Of a hall that is partly let only the most is known.
        (Area(1000, None), {"area_m2": Span(0, 5000)}, UNKNOWN),
        (Area(1000, None), {"area_m2": Span(0, 500)}, NOT_MET),
        (Area(None, 6000), {"area_m2": Span(0, 5000)}, MET),
        (Amount("load", "least", 0.8), {"floor_load_t_m2": Span(0.75, 0.75)}, NOT_MET),
        (Amount("power", "least", 500), {"power_kva": Span(630, 630)}, MET),
        (Amount("price", "most", 8), {"price": Span(8, 8)}, MET),
        (Near("rail", 10), {"rail": Stop(Span(1, 9), "x")}, MET),
        (Near("rail", 10), {"rail": Stop(Span(5, 15), "x")}, UNKNOWN),
        (Near("rail", 10), {"rail": Stop(Span(11, 15), "x")}, NOT_MET),
        (Near("air", 10), {"air": Stop(Span(11, 15), "x")}, NOT_MET),
        (Use("1001"), {"use": "100102"}, MET),
        (Use("100102"), {"use": "1001"}, UNKNOWN),
        (Use("100102"), {"use": "100101"}, NOT_MET),
        (Industry("C195"), {"industries": ("C19",)}, MET),
        (Industry("C195"), {"industries": ("C",)}, MET),
        (Industry("C195"), {"industries": ("C13", "C191")}, NOT_MET),
        (Industry("C19"), {"industries": ("C13", "C195")}, UNKNOWN),
        (HasUtility("gas"), {"utilities": "gas:::400 m"}, MET),
        (HasUtility("gas"), {"utilities": "gas:none"}, NOT_MET),
        (HasUtility("gas"), {"utilities": "water:DN200"}, UNKNOWN),
        (HasTenure("lease"), {"tenures": read_tenures("先租后让")}, MET),
        (HasTenure("lease"), {"tenures": read_tenures("挂牌出让")}, NOT_MET),
        (HasTenure("buy"), {"tenures": read_tenures("划拨")}, NOT_MET),
        (HasTenure("buy"), {"tenures": read_tenures("待定")}, UNKNOWN),
        (InCounty("653226"), {"county": "653225"}, NOT_MET),
        (InPark("P"), {"parks": ("Q", "P")}, MET),
        (InPark("Q"), {"parks": ("P",)}, NOT_MET),
    ],
)
def test_what_is_known_answers(criterion, known, outcome):
    assert criterion.judge(plot(**known)) is outcome


def test_a_partial_date_answers_only_if_every_day_of_it_does():
    month = plot(ready=Span(days("2027-06-01"), days("2027-06-30")))
    assert Ready("2027-06", date(2027, 6, 30).toordinal()).judge(month) is MET
    assert Ready("2027-06-15", date(2027, 6, 15).toordinal()).judge(month) is UNKNOWN
    assert Ready("2027-05", date(2027, 5, 31).toordinal()).judge(month) is NOT_MET


def test_plots_side_by_side_add_up_in_area_and_in_nothing_else():
    pair = [plot("A", area_mu=30, power_kva=Span(500, 500)), plot("B", area_mu=40)]
    assert judge_together(Area(70 * MU_M2, None), pair) is MET
    assert judge_together(Amount("power", "least", 600), pair) is NOT_MET
    assert judge_together(Amount("power", "least", 400), pair) is UNKNOWN


# --- ranking -------------------------------------------------------------------------------


def test_offers_with_a_no_stand_below_in_a_group_of_their_own():
    offers = [plot("A", price=Span(9, 9)), plot("B"), plot("C", price=Span(7, 7))]
    ranking = rank(offers, [Amount("price", "most", 8)])
    assert keys(ranking.fitting) == ["C", "B"]
    assert keys(ranking.others) == ["A"]


def test_among_those_that_answer_alike_the_nearest_area_comes_first():
    offers = [plot("A", area_mu=90), plot("B", area_mu=31), plot("C", area_mu=60)]
    assert keys(rank(offers, [Area(30 * MU_M2, None)]).fitting) == ["B", "C", "A"]
    asked = [Area(30 * MU_M2, 100 * MU_M2)]
    assert keys(rank(offers, asked).fitting) == ["C", "A", "B"]


def test_without_criteria_everything_is_listed_by_its_key():
    assert keys(rank([plot("B"), plot("A")], []).fitting) == ["B", "A"][::-1]


def test_the_criterion_that_keeps_most_out_by_itself_is_named_first():
    offers = [
        plot("A", price=Span(9, 9), power_kva=Span(900, 900)),
        plot("B", price=Span(9, 9), power_kva=Span(900, 900)),
        plot("C", price=Span(5, 5), power_kva=Span(100, 100)),
        plot("D", price=Span(9, 9), power_kva=Span(100, 100)),
    ]
    asked = [Amount("power", "least", 500), Amount("price", "most", 8)]
    assert rank(offers, asked).gained_without() == [(asked[1], 2), (asked[0], 1)]


exact = st.floats(0, 2000, allow_nan=False).map(Span.exact)
offers_drawn = st.lists(
    st.builds(
        lambda area, power, price, use, gas: {
            "area_m2": area,
            "power_kva": power,
            "price": price,
            "use": use,
            "utilities": gas,
        },
        st.one_of(exact, st.just(UNKNOWN_SPAN)),
        st.one_of(exact, st.just(UNKNOWN_SPAN)),
        st.one_of(exact, st.just(UNKNOWN_SPAN)),
        st.sampled_from(["", "1001", "100101", "100102"]),
        st.sampled_from(["", "gas:none", "gas:::100 m"]),
    ),
    max_size=8,
).map(lambda drawn: [plot(f"P{i}", **known) for i, known in enumerate(drawn)])
criteria_drawn = st.lists(st.sampled_from(CRITERIA), max_size=5, unique=True)


@given(offers_drawn, criteria_drawn, st.sampled_from(CRITERIA))
def test_another_criterion_never_lets_more_offers_fit(offers, asked, another):
    before, after = rank(offers, asked), rank(offers, [*asked, another])
    assert set(keys(after.fitting)) <= set(keys(before.fitting))
    full = [m.key for m in before.fitting if m.count(MET) == len(asked)]
    still = [m.key for m in after.fitting if m.count(MET) == len(asked) + 1]
    assert set(still) <= set(full)


@given(offers_drawn, criteria_drawn)
def test_every_offer_is_in_one_group_and_met_before_unknown(offers, asked):
    ranking = rank(offers, asked)
    assert sorted(keys([*ranking.fitting, *ranking.others])) == sorted(o.key for o in offers)
    unknown = [match.count(UNKNOWN) for match in ranking.fitting]
    assert unknown == sorted(unknown)
    failed = [match.count(NOT_MET) for match in ranking.others]
    assert failed == sorted(failed)
    assert 0 not in failed


@given(offers_drawn, criteria_drawn)
def test_the_order_in_which_offers_come_changes_nothing(offers, asked):
    forward, backward = rank(offers, asked), rank(offers[::-1], asked)
    assert (forward.fitting, forward.others) == (backward.fitting, backward.others)


# --- plots side by side --------------------------------------------------------------------

ROW = {"A": ["B"], "B": ["A", "C"], "C": ["B", "D"], "D": ["C", "E"], "E": ["D"]}


def row(*areas, **of_all):
    return [plot(key, area_mu=area, **of_all) for key, area in zip("ABCDE", areas, strict=False)]


def test_adjoining_plots_that_together_fit_are_offered_as_one():
    ranking = rank(row(30, 40), [Area(70 * MU_M2, None)], ROW)
    assert keys(ranking.fitting) == ["A+B"]
    assert keys(ranking.others) == ["B", "A"]


def test_plots_that_are_not_side_by_side_are_not():
    offers = [plot("A", area_mu=30), plot("D", area_mu=40)]
    assert rank(offers, [Area(70 * MU_M2, None)], ROW).fitting == []


def test_no_plot_is_in_two_groups_and_no_group_is_larger_than_need_be():
    ranking = rank(row(50, 50, 50, 50), [Area(100 * MU_M2, None)], ROW)
    assert keys(ranking.fitting) == ["A+B", "C+D"]


def test_a_plot_that_is_large_enough_by_itself_needs_no_neighbour():
    assert keys(rank(row(100, 50), [Area(100 * MU_M2, None)], ROW).fitting) == ["A"]


def test_single_plots_come_before_groups_that_answer_alike():
    assert keys(rank(row(100, 50, 50), [Area(100 * MU_M2, None)], ROW).fitting) == ["A", "B+C"]


def test_a_group_may_not_be_too_large_either():
    assert rank(row(60, 60), [Area(70 * MU_M2, 100 * MU_M2)], ROW).fitting == []


def test_not_more_than_four_plots_are_put_together():
    assert len("ABCD") == MOST_PLOTS
    assert keys(rank(row(25, 25, 25, 25, 25), [Area(100 * MU_M2, None)], ROW).fitting) == [
        "A+B+C+D"
    ]
    assert rank(row(25, 25, 25, 25, 25), [Area(110 * MU_M2, None)], ROW).fitting == []


def test_one_member_that_fails_spoils_a_group():
    offers = row(30, 40, 40)
    offers[0] = plot("A", area_mu=30, price=Span(9, 9))
    asked = [Area(70 * MU_M2, None), Amount("price", "most", 8)]
    (match,) = rank(offers, asked, ROW).fitting
    assert (match.key, match.outcomes) == ("B+C", (MET, UNKNOWN))


def test_without_a_least_area_nothing_is_put_together():
    assert keys(rank(row(30, 40), [Area(None, 50 * MU_M2)], ROW).fitting) == ["B", "A"]


@given(
    st.lists(st.integers(1, 60), min_size=2, max_size=5),
    st.integers(1, 200),
    st.sampled_from([None, 10, 80]),
)
def test_every_group_is_connected_and_has_the_area(areas, least, room):
    most = None if room is None else (least + room) * MU_M2
    ranking = rank(row(*areas), [Area(least * MU_M2, most)], ROW)
    used = [offer.key for match in ranking.fitting for offer in match.offers]
    assert len(used) == len(set(used))
    for match in ranking.fitting:
        total = sum(offer.area_m2.low for offer in match.offers)
        assert total >= least * MU_M2 * (1 - 1e-9)
        assert most is None or total <= most * (1 + 1e-9)
        members = [offer.key for offer in match.offers]
        # In a row, connected means without a gap.
        assert "".join(members) in "ABCDE"


# --- reading what is asked -----------------------------------------------------------------


def ask(**fields):
    return read_ask({n: v if isinstance(v, list) else [v] for n, v in fields.items()}, CHOICES)


def test_an_empty_form_asks_for_nothing():
    asked = ask(area_min="", industry="", unit="mu", util=[""])
    assert (asked.what, asked.criteria, asked.faults) == ("plot", (), {})
    assert asked.query() == ()


def test_every_field_is_understood():
    asked = ask(
        what="plot",
        **{"area_min": "10", "area_max": "20", "unit": "ha", "industry": "195", "use": "1001"},
        **{"tenure": "lease", "power": "630", "price": "8.5", "util": ["gas", "water"]},
        **{"county": "653226", "park": "P", "rail": "20", "air": "50", "ready": "2027-06"},
    )
    assert asked.faults == {}
    assert asked.criteria == (
        Area(100_000, 200_000, "ha"),
        Industry("C195"),
        Use("1001"),
        HasTenure("lease"),
        Amount("power", "least", 630),
        Amount("price", "most", 8.5),
        HasUtility("water"),
        HasUtility("gas"),
        InCounty("653226"),
        InPark("P"),
        Near("rail", 20),
        Near("air", 50),
        Ready("2027-06", date(2027, 6, 30).toordinal()),
    )


def test_floor_load_is_asked_of_halls_and_tenure_of_plots():
    assert ask(what="hall", load="0.8", tenure="buy").criteria == (Amount("load", "least", 0.8),)
    assert ask(load="0.8", tenure="buy").criteria == (HasTenure("buy"),)


@given(st.floats(0.01, 1e5), st.sampled_from(sorted(UNITS)), st.sampled_from(sorted(UNITS)))
def test_the_same_area_in_another_unit_asks_the_same(amount, one, other):
    converted = amount * UNITS[one] / UNITS[other]
    first = ask(area_min=repr(amount), unit=one).criteria[0]
    second = ask(area_min=repr(converted), unit=other).criteria[0]
    assert first.least_m2 == pytest.approx(second.least_m2, rel=1e-9)


@pytest.mark.parametrize("text", ["8,000", "8000", " 8 000 ", "８０００", "8000.0"])
def test_a_number_is_read_however_it_is_written(text):
    assert ask(area_min=text, unit="m2").criteria == (Area(8000, None, "m2"),)


@pytest.mark.parametrize(
    "fields, name, code",
    [
        ({"area_min": "many"}, "area_min", "SITES_NUMBER"),
        ({"price": "-1"}, "price", "SITES_NUMBER"),
        ({"power": "nan"}, "power", "SITES_NUMBER"),
        ({"rail": "1e99"}, "rail", "SITES_NUMBER"),
        ({"area_min": "20", "area_max": "10"}, "area_max", "SITES_RANGE"),
        ({"unit": "acre"}, "unit", "SITES_CHOICE"),
        ({"what": "castle"}, "what", "SITES_CHOICE"),
        ({"use": "9999"}, "use", "SITES_CHOICE"),
        ({"county": "110000"}, "county", "SITES_CHOICE"),
        ({"park": "nowhere"}, "park", "SITES_CHOICE"),
        ({"util": ["gas", "magic"]}, "util", "SITES_CHOICE"),
        ({"tenure": "steal"}, "tenure", "SITES_CHOICE"),
        ({"industry": "C99"}, "industry", "SITES_INDUSTRY"),
        ({"industry": "shoes"}, "industry", "SITES_INDUSTRY"),
        ({"ready": "2027-13"}, "ready", "SITES_DATE"),
        ({"ready": "soon"}, "ready", "SITES_DATE"),
    ],
)
def test_what_cannot_be_understood_is_a_fault_of_its_field(fields, name, code):
    asked = ask(**fields)
    assert {n: fault.code for n, fault in asked.faults.items()} == {name: code}


def test_what_is_asked_can_be_asked_again_and_one_thing_less():
    fields = {"what": "hall", "area_min": "10", "unit": "ha", "util": ["gas", "water"]}
    asked = ask(**fields, load="0.8")
    again = {}
    for name, value in asked.query():
        again.setdefault(name, []).append(value)
    assert read_ask(again, CHOICES) == asked
    assert ("util", "gas") not in asked.query("utility:gas")
    assert ("util", "water") in asked.query("utility:gas")
    assert {n for n, _ in asked.query("area")} == {"what", "load", "util"}


@given(st.dictionaries(st.sampled_from(["area_min", "price", "ready", "industry"]), st.text()))
def test_no_text_at_all_makes_the_finder_fail(fields):
    asked = ask(**fields)
    assert len(asked.criteria) + len(asked.faults) <= len(fields)


# --- reading offers ------------------------------------------------------------------------


class Shown(SimpleNamespace):
    """As much of a published edition as the finder reads."""

    def of_kind(self, kind):
        return {f["id"]: f for f in self.layers.get(kind, [])}

    def having(self, kind, field, values):
        found = self.layers.get(kind, [])
        return [f for f in found if f["properties"].get(field) in values]

    def document(self, name):
        return self.documents[name]

    def __hash__(self):
        return id(self)


def shown(*, plots=(), halls=(), roads="schematic", station="schematic"):
    rows = [{"to": "s", "straight_km": 10.0, "km": 20.0}, {"to": "a", "straight_km": 50.0}]
    return Shown(
        layers={
            "parcels": [{"id": p["parcel_id"], "properties": p} for p in plots],
            "buildings": [{"id": h["building_id"], "properties": h} for h in halls],
            "parks": [
                {"id": "P", "properties": {"park_id": "P", "parent_id": "Q"}},
                {"id": "Q", "properties": {"park_id": "Q", "adcode": "653226"}},
            ],
        },
        documents={
            "codes.json": {"industry": INDUSTRIES.as_document(), "land_use": {}},
            "reach.json": {
                "roads": [{"nature": roads}],
                "targets": {
                    "s": {"kind": "rail_station", "nature": station},
                    "a": {"kind": "airport", "nature": "reported"},
                },
                "parcels": {"A": rows},
                "parks": {"P": rows},
                "buildings": {},
            },
        },
    )


def read_one(kind="parcels", **given_edition):
    (offer,) = read_offers(shown(**given_edition), kind)
    return offer


def a_plot(**fields):
    return {"parcel_id": "A", "park_id": "P", "on_offer": True, **fields}


def test_a_plot_is_read_with_its_park_county_land_and_power():
    offer = read_one(
        plots=[
            a_plot(
                **{"area_m2": 20_000, "permitted_industries": "195;C13", "land_use_code": "100101"},
                **{"utilities": "power:10 kV:2 MVA:on site; gas:none", "ready_on": "2027"},
                reference_price_wan_per_mu=7.5,
            )
        ]
    )
    assert (offer.parks, offer.county, offer.use) == (("P", "Q"), "653226", "100101")
    assert offer.industries == ("C195", "C13")
    assert (offer.power_kva, offer.price) == (Span(2000, 2000), Span(7.5, 7.5))
    assert offer.ready == Span(days("2027-01-01"), days("2027-12-31"))
    assert not offer.utilities["gas"].is_there


def test_only_what_is_on_offer_is_read():
    rest = [{"parcel_id": "B", "on_offer": False}, {"parcel_id": "C"}]
    assert [o.key for o in read_offers(shown(plots=[a_plot(), *rest]), "parcels")] == ["A"]


def test_a_plot_that_nobody_measured_has_the_area_that_was_declared():
    assert read_one(plots=[a_plot(declared_area_mu=15)]).area_m2.low == pytest.approx(10_000)
    assert read_one(plots=[a_plot()]).area_m2 == UNKNOWN_SPAN


def test_a_schematic_way_may_be_longer_and_never_shorter_than_straight():
    offer = read_one(plots=[a_plot()])
    assert offer.rail.km == Span(5, 31)
    assert offer.air.km == Span(50, math.inf)
    sure = read_one(plots=[a_plot()], roads="surveyed", station="surveyed")
    assert sure.rail.km == Span(10, 20)


@pytest.mark.parametrize(
    "state, area, is_read",
    [
        ("vacant", Span(900, 900), True),
        ("construction", Span(900, 900), True),
        ("partly_let", Span(0, 900), True),
        (None, Span(0, 900), True),
        ("let", None, False),
    ],
)
def test_a_hall_that_is_let_is_no_offer_and_of_a_partly_let_one_the_most_is_known(
    state, area, is_read
):
    hall = {"building_id": "H", "park_id": "P", "area_m2": 900, "state": state}
    found = read_offers(shown(halls=[hall]), "buildings")
    assert [offer.area_m2 for offer in found] == ([area] if is_read else [])


def test_a_hall_has_land_utilities_and_permits_of_its_plot_but_power_of_its_own():
    hall = {"building_id": "H", "park_id": "P", "parcel_id": "A", "power_kva": 250}
    plot = a_plot(utilities="power::2000 kVA; gas:none", permitted_industries="C19")
    offer = read_one("buildings", halls=[hall], plots=[plot])
    assert offer.industries == ("C19",)
    assert offer.power_kva == Span(250, 250)
    assert HasUtility("gas").judge(offer) is NOT_MET
    # Its distances are those of its park, if it has none of its own.
    assert offer.rail.target == "s"


def test_every_offer_is_asked_every_question_once():
    calls = []

    class Counting(Amount):
        def judge(self, offer):
            calls.append(offer.key)
            return super().judge(offer)

    offers = [plot(f"{i:06d}", price=Span(i, i)) for i in range(2_000)]
    rank(offers, [Counting("price", "most", 1_000)])
    assert len(calls) == len(offers)
