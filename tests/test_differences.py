"""What differs between two versions of the plots."""

from __future__ import annotations

from typing import Any

from geo.differences import compare_plots

SQUARE = {"type": "Polygon", "coordinates": [[[0, 0], [0, 1], [1, 1], [0, 0]]]}


def plot(area: float = 10.0, geometry: Any = SQUARE, **fields: object) -> dict[str, Any]:
    return {"geometry": geometry, "properties": {"area_mu": area, **fields}}


def test_equal_plots_do_not_differ() -> None:
    assert compare_plots({"A": plot()}, {"A": plot()}) == ()


def test_a_survey_of_another_day_alone_is_no_change() -> None:
    assert compare_plots({"A": plot(as_of="2025")}, {"A": plot(as_of="2026")}) == ()


def test_a_new_and_a_gone_plot_are_told_with_their_land() -> None:
    new, gone = compare_plots({"A": plot(8)}, {"B": plot(9)})
    assert (new.key, new.kind, new.before_mu, new.after_mu) == ("B", "new", 0, 9)
    assert (gone.key, gone.kind, gone.difference_mu) == ("A", "gone", -8)


def test_a_changed_plot_tells_its_fields_its_outline_and_the_difference_of_its_area() -> None:
    moved = {"type": "Polygon", "coordinates": [[[0, 0], [0, 2], [1, 1], [0, 0]]]}
    before = plot(10, supply_state="approved", declared_area_mu=10)
    after = plot(12.5, moved, supply_state="supplied", contract_no="7", declared_area_mu=10)
    (change,) = compare_plots({"A": before}, {"A": after})
    assert [(one.field, one.before, one.after) for one in change.fields] == [
        ("contract_no", None, "7"),
        ("supply_state", "approved", "supplied"),
    ]
    assert change.moved and change.difference_mu == 2.5
