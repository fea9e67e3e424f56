"""Texts: two languages with the same keys and the same placeholders."""

from __future__ import annotations

import json
import string

import pytest

from geo.i18n import CATALOGUES, LANGUAGES, both, browser_catalogue, message

NAMES = sorted({path.name.split(".")[0] for path in CATALOGUES.glob("*.json")})


def catalogue(name: str, lang: str) -> dict[str, str]:
    return json.loads((CATALOGUES / f"{name}.{lang}.json").read_text(encoding="utf-8"))


def placeholders(text: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(text) if field}


@pytest.mark.parametrize("name", NAMES)
def test_both_languages_have_the_same_keys_and_placeholders(name: str) -> None:
    zh, en = (catalogue(name, lang) for lang in LANGUAGES)
    assert zh.keys() == en.keys()
    assert [k for k in zh if placeholders(zh[k]) != placeholders(en[k])] == []
    assert [k for k in zh if not zh[k].strip() or not en[k].strip()] == []


def test_no_key_stands_in_two_catalogues() -> None:
    keys = [key for name in NAMES for key in catalogue(name, "zh")]
    assert len(keys) == len(set(keys))


def test_the_browser_gets_no_text_of_the_server() -> None:
    assert not [k for k in browser_catalogue("en") if k.startswith(("error.", "finding.", "cli."))]


def test_placeholders_are_filled_once() -> None:
    text = message("error.FILE_UNKNOWN", "en", name="{name} ${x} <b>")
    assert text.endswith("{name} ${x} <b>")
    assert set(both("error.CRASH")) == set(LANGUAGES)


def test_an_unknown_key_is_a_fault_of_the_software() -> None:
    with pytest.raises(KeyError):
        message("error.NO_SUCH", "zh")
