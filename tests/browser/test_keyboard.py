"""From the first view to a plot and back by the keyboard alone."""


def focused(page, selector):
    return page.evaluate("(s) => document.activeElement.matches(s)", selector)


def tab_to(page, selector, limit=120):
    for _ in range(limit):
        page.page.keyboard.press("Tab")
        if focused(page, selector):
            return
    raise AssertionError(f"Tab never reached {selector}")


def shown(page, kind):
    page.until("(kind) => document.querySelector('#panel').dataset.kind === kind", kind)


def test_the_first_tab_offers_to_skip_to_the_map(open_map):
    page = open_map()
    page.page.keyboard.press("Tab")
    assert focused(page, ".skip")
    page.page.keyboard.press("Enter")
    page.page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('#map').contains(document.activeElement)") or (
        focused(page, "#map")
    )


def test_from_load_to_a_plot_and_back(open_map):
    page = open_map()
    key = page.page.keyboard.press
    tab_to(page, "#map")
    # Arrows move the map, plus and minus change its scale.
    before = page.state()
    key("ArrowRight")
    page.settle()
    assert page.state()["lng"] > before["lng"]
    key("+")
    page.until("(z) => parkMap.map.getZoom() > z", before["zoom"])
    page.settle()

    # A park by its card, which flies there.
    tab_to(page, ".park-card:has(.park-offer)")
    key("Enter")
    shown(page, "parks")
    page.until("parkMap.map.getZoom() >= 13")
    page.settle()
    assert focused(page, "#panel *"), "the panel that opened has the focus"

    # On the map, N walks over what is drawn; Enter opens a plot.
    page.evaluate("document.activeElement.blur()")
    tab_to(page, "#map")
    plots = {feature["id"] for feature in page.features("parcels")}
    for _ in range(400):
        key("n")
        if page.locator(".map-tip .map-tip-name").inner_text() in plots:
            break
    key("Enter")
    shown(page, "parcels")
    assert "sel=parcels/" in page.page.url
    key("Escape")
    shown(page, "overview")
    assert "sel=" not in page.page.url


def test_the_focus_is_always_seen(open_map, device):
    page = open_map(**device)
    unseen = []
    for _ in range(40):
        page.page.keyboard.press("Tab")
        mark = page.evaluate(
            """() => {
                const e = document.activeElement;
                if (!e || e === document.body) return null;
                const b = e.getBoundingClientRect();
                const ring = [null, "::before", "::after"].some((part) => {
                    const s = getComputedStyle(e, part);
                    const isDrawn = part === null || s.content !== "none";
                    const isRing = s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 1;
                    return isDrawn && (isRing || s.boxShadow !== "none");
                });
                return {name: e.outerHTML.slice(0, 80), ring, size: b.width * b.height};
            }"""
        )
        if mark and not (mark["ring"] and mark["size"] > 0):
            unseen.append(mark)
    assert unseen == []
