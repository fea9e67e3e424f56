"""The pages in a browser over data without samples: nothing is missing, nothing complains."""

import pytest

from tests.browser.site import serving
from tests.browser.test_accessibility import assert_accessible
from tests.web.test_without_samples import real_layers, samples_in

PAGES = [
    *("/sites", "/sites?what=hall&load=1", "/chains", "/compare", "/shortlist", "/parks/CL-AGRI"),
    *("/figures", "/logistics", "/costs", "/compare?ids=parks/CL-TJ,parks/YT-TJ"),
]


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    folder = tmp_path_factory.mktemp("real")
    data = real_layers(folder / "layers")
    # The server publishes by itself what was not published yet.
    with serving(folder / "out", PARKS_DATA=str(data)) as server:
        yield server


def test_the_map_shows_what_is_known_and_no_sample(open_map, real, view):
    page = open_map(on=real, **view)
    assert page.features("parcels") == []
    assert page.features("buildings") == []
    assert len(page.features("parks")) >= 12
    assert samples_in(page.locator("body").inner_text()) == set()
    assert page.locator("#panel .is-fault, [role='alert']:visible").count() == 0


def test_every_page_reads_well_without_samples(open_map, real, view):
    page = open_map(PAGES[0], on=real, ready=False, **view)
    for path in PAGES:
        page.open(path, ready=False)
        page.page.wait_for_load_state("networkidle")
        text = page.locator("main").inner_text()
        assert len(text) > 30, path
        assert samples_in(text) == set(), path
        width = page.page.viewport_size["width"]
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


@pytest.mark.parametrize("path", ["/sites", "/chains", "/parks/CL-AGRI"])
def test_empty_pages_have_no_violation_of_axe(open_map, real, path):
    assert_accessible(open_map(path, on=real, ready=False, size="phone"))
