"""The site as a whole."""

import pytest


def test_no_approval_is_needed_where_no_boundary_is_shown(check):
    assert check(catalog={"site": {"map_approval": "", "public_boundaries": False}}) == []


@pytest.mark.parametrize(("number", "found"), [("", 1), ("  ", 1), ("新S(2026)001号", 0)])
def test_a_map_without_approval_number_is_a_warning(check, number, found):
    findings = check(catalog={"site": {"map_approval": number}})
    assert [(f.rule, f.severity, f.layer) for f in findings] == [
        ("MAP_APPROVAL_MISSING", "warning", "site")
    ] * found
