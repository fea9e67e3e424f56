"""The pages of costs, figures and logistics in a browser."""

import pytest

from tests.browser.test_accessibility import assert_accessible

PAGES = ["costs", "figures", "logistics"]


def open_topic(open_map, name, view):
    return open_map(f"/{name}", ready=False, **view)


@pytest.mark.parametrize("name", PAGES)
def test_no_violation_of_axe_and_nothing_runs_over(open_map, name, view):
    page = open_topic(open_map, name, view)
    assert_accessible(page)
    width = page.page.viewport_size["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("name", PAGES)
def test_a_page_at_twice_the_size_has_no_sideways_scroll(open_map, name):
    page = open_map(f"/{name}", ready=False, viewport={"width": 720, "height": 450})
    assert page.evaluate("document.documentElement.scrollWidth") <= 720


@pytest.mark.parametrize("name", PAGES)
def test_a_page_reads_without_scripts(open_map, name):
    page = open_map(f"/{name}", ready=False, java_script_enabled=False)
    assert page.locator("main h1").inner_text()
    assert page.locator("main section").count() >= 3


def test_the_pipeline_is_beside_the_projects_and_dashed(open_map, device):
    page = open_topic(open_map, "figures", device)
    projects, pipeline = page.evaluate(
        """() => ["projects-2020", "pipeline-2020"].map((name) => {
            const block = document.querySelector(`section[aria-labelledby="${name}"]`);
            const { left, right, top, bottom } = block.getBoundingClientRect();
            return { left, right, top, bottom, border: getComputedStyle(block).borderTopStyle };
        })"""
    )
    assert pipeline["border"] == "dashed"
    assert projects["border"] != "dashed"
    if device["size"] == "phone":
        assert pipeline["top"] >= projects["bottom"], "never above the projects"
    else:
        assert pipeline["left"] >= projects["right"]
        assert abs(pipeline["top"] - projects["top"]) < 1


def test_the_parts_of_a_bar_fill_it_and_differ_in_texture(open_map):
    page = open_map("/figures", ready=False)
    bar = page.evaluate(
        """() => {
            const bar = document.querySelector(".bar.is-stacked");
            const parts = [...bar.querySelectorAll("rect")];
            return {
                width: bar.getBoundingClientRect().width,
                parts: parts.map((part) => part.getBoundingClientRect().width),
                fills: parts.map((part) => getComputedStyle(part).fill),
            };
        }"""
    )
    assert sum(bar["parts"]) == pytest.approx(bar["width"], abs=0.5)
    assert len(set(bar["fills"])) == 2
    assert all("url(" in fill for fill in bar["fills"])


def test_the_map_of_origins_is_drawn(open_map, device):
    page = open_topic(open_map, "logistics", device)
    picture = page.locator(".origins-map img")
    picture.scroll_into_view_if_needed()
    page.until("document.querySelector('.origins-map img').naturalWidth > 0")


def test_the_way_of_the_railway_runs_across_and_on_a_phone_down(open_map, device):
    page = open_topic(open_map, "logistics", device)
    stops = page.evaluate(
        """() => [...document.querySelectorAll(".route li")].map((stop) => {
            const { left, top } = stop.getBoundingClientRect();
            return [left, top];
        })"""
    )
    axis = 1 if device["size"] == "phone" else 0
    along = [stop[axis] for stop in stops]
    assert len(stops) == 7
    assert along == sorted(along)
    assert len({round(stop[1 - axis]) for stop in stops}) == 1


def test_a_facility_leads_to_the_map(open_map):
    page = open_map("/logistics", ready=False)
    page.locator("section[aria-labelledby='airports'] tbody th a").first.click()
    page.wait()
    page.until("document.querySelector('#panel').dataset.kind === 'logistics'")
