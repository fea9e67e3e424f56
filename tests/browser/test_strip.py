"""Published figures: each with its years, its source one click away."""


def test_a_figure_shows_its_years_and_on_a_click_its_source(open_map):
    page = open_map()
    figures = page.locator("#strip .figure")
    assert figures.count() >= 3
    shown = page.locator("#strip").inner_text()
    assert "155" in shown
    assert "20.43" in shown
    for text in figures.all_inner_texts():
        assert any(year in text for year in ("201", "202"))
    figures.first.click()
    note = page.locator(".note:popover-open")
    note.wait_for()
    assert page.text("ui.source") in note.inner_text()
    page.page.keyboard.press("Escape")
    note.wait_for(state="hidden")


def test_all_figures_are_one_click_away(open_map, device):
    page = open_map(**device)
    page.locator(".figures-all >> visible=true").first.click()
    dialog = page.locator("dialog[open]")
    dialog.wait_for()
    count = page.evaluate(
        """async () => {
            const { root, version } = document.documentElement.dataset;
            const answer = await fetch(`${root}layers/${version}/site.json`);
            return (await answer.json()).figures.length;
        }"""
    )
    assert dialog.locator(".figure-list > li").count() == count
    # Neighbours of one source name it once, below the last of them.
    last = dialog.locator(".figure-list > li:last-child").all_inner_texts()
    assert last
    for entry in last:
        assert page.text("ui.source") in entry
    page.page.keyboard.press("Escape")
    dialog.wait_for(state="detached")
