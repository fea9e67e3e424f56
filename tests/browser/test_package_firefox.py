"""The offline package in Firefox ESR, which is what many offices have beside Edge."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest

from geo.i18n import message
from tests.browser.firefox import FIREFOX, Firefox, running
from tests.browser.site import free_port
from tests.packed import Packed

# The first of them makes the package.
pytestmark = pytest.mark.timeout(300)

READY = "document.documentElement.dataset.ready === 'true'"


@pytest.fixture(scope="module")
def firefox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    """Firefox ESR; where it is missing CI fails, and only a person's run skips."""
    if shutil.which(FIREFOX) is None:
        reason = f"{FIREFOX} is missing: run make test, which installs it"
        if os.environ.get("CI") or os.environ.get("PARKS_REQUIRE_BROWSER"):
            pytest.fail(reason)
        pytest.skip(reason)
    with running(tmp_path_factory.mktemp("firefox") / "profile", free_port()) as started:
        yield started


def address(packed: Packed, name: str, query: str = "") -> str:
    return (packed.folder / name).as_uri() + query


def test_the_pre_flight_is_green(firefox: Firefox, packed: Packed) -> None:
    firefox.open(address(packed, "preflight.html"))
    verdict = firefox.wait_for("document.documentElement.dataset.verdict", 200)
    wrong = "[...document.querySelectorAll('.is-fault')].map((line) => line.innerText)"
    assert firefox.ask(wrong) == []
    assert verdict == "green"
    word = firefox.ask("document.getElementById('verdict-word').innerText")
    assert word.startswith(message("offline.result_green", "zh"))


def test_the_map_opens_at_a_park_in_the_letters_of_the_package(
    firefox: Firefox, packed: Packed
) -> None:
    firefox.open(address(packed, "index.html", "?sel=parks/CL-DIGI"))
    firefox.wait_for(READY)
    assert firefox.ask("document.querySelector('#panel h2').innerText") == "津和数字电子示范区"
    assert firefox.ask("document.querySelectorAll('.map-label').length") > 2
    assert firefox.ask("[...document.fonts].map((font) => font.status)") == ["loaded"]
    assert firefox.ask("document.querySelector('.unpack').offsetHeight") == 0


def test_the_finder_filters(firefox: Firefox, packed: Packed) -> None:
    firefox.open(address(packed, "sites.html"))
    firefox.wait_for(READY)
    every = firefox.ask("document.querySelectorAll('.offer').length")
    firefox.open(address(packed, "sites.html", "?area_min=30"))
    firefox.wait_for(READY)
    fitting = firefox.ask("document.querySelectorAll('.results:not(.is-others) .offer').length")
    assert 0 < fitting < every


def test_the_show_runs_by_its_keys(firefox: Firefox, packed: Packed) -> None:
    firefox.open(address(packed, "present.html"))
    firefox.wait_for(READY)
    scene = "new URLSearchParams(location.search).get('scene')"
    first = firefox.ask("document.getElementById('show-slide').innerText")
    press = "document.body.dispatchEvent(new KeyboardEvent('keydown', {key: '%s', bubbles: true}))"
    firefox.ask(press % "ArrowRight")
    firefox.wait_for(f"document.getElementById('show-slide').innerText !== {first!r}")
    second = firefox.ask(scene)
    firefox.ask(press % "ArrowLeft")
    firefox.wait_for(f"document.getElementById('show-slide').innerText === {first!r}")
    assert firefox.ask(scene) != second
