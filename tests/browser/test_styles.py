"""The map's own style sheet holds all that the map needs of the whole one."""

import pytest

# Names on the map come and go with what lies over it; one of each look is enough.
LOOKS = """() => Object.fromEntries([
    ...document.body.querySelectorAll(":not(.map-labels *)"),
    ...document.body.querySelectorAll(".map-labels > :first-child"),
].map((node, at) => {
    const style = getComputedStyle(node);
    const look = [...style].map((name) => `${name}: ${style.getPropertyValue(name)}`).join("; ");
    return [`${at} ${node.tagName} ${node.getAttribute("class") ?? ""}`, look];
}))"""

WITH_ALL = """() => new Promise((loaded) => {
    const link = document.querySelector("link[rel=stylesheet]");
    if (!link.href.endsWith("/map.css")) throw new Error(link.href);
    link.addEventListener("load", () => requestAnimationFrame(loaded), { once: true });
    link.href = link.href.replace("map.css", "app.css");
})"""


@pytest.mark.parametrize("size", ["desktop", "phone"])
@pytest.mark.parametrize(
    "query",
    [
        "",
        "?view=list",
        "?sel=parks/CL-DIGI",
        "?sel=parcels/CL-AGRI-003",
    ],
)
def test_the_rest_of_the_styles_changes_nothing_on_the_map(open_map, size, query):
    page = open_map(query, size=size)
    page.settle()
    before = page.evaluate(LOOKS)
    page.evaluate(WITH_ALL)
    page.settle()
    after = page.evaluate(LOOKS)
    assert len(before) > 200
    assert [name for name, look in after.items() if before.get(name) != look] == []
