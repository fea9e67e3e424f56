"""What the first view may cost."""

import pytest

LIMIT_BYTES = 300_000
LIMIT_REQUESTS = 30


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_first_view_stays_within_its_budget(open_map, size):
    page = open_map("/healthz", size=size, ready=False)
    received: list[float] = []
    devtools = page.context.new_cdp_session(page.page)
    devtools.send("Network.enable")
    devtools.send("Network.clearBrowserCache")
    devtools.on("Network.loadingFinished", lambda e: received.append(e["encodedDataLength"]))
    page.open()
    page.page.wait_for_load_state("networkidle")
    assert page.labels()
    assert len(received) <= LIMIT_REQUESTS
    assert sum(received) <= LIMIT_BYTES
    assert len(received) >= 5, "the count looks at the wrong place"


def test_a_second_visit_asks_for_the_page_alone(open_map):
    page = open_map()
    page.page.wait_for_load_state("networkidle")
    received: list[float] = []
    devtools = page.context.new_cdp_session(page.page)
    devtools.send("Network.enable")
    devtools.on("Network.loadingFinished", lambda e: received.append(e["encodedDataLength"]))
    page.open()
    page.page.wait_for_load_state("networkidle")
    assert sum(received) <= 10_000
