"""Pages that fail their test when anything goes wrong in them."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.contexts import Contexts
from tests.browser.mappage import SIZES, MapPage, context_options
from tests.browser.site import Server

Opener = Callable[..., MapPage]
_HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let CI try a failed browser test once more; the closing line counts such reruns.

    Chromium shares two cores with the rest of the run, so that now and then a page is slow. A
    fault of the product fails twice. By hand nothing is tried again.
    """
    if os.environ.get("CI"):
        for item in items:
            if _HERE in item.path.parents:
                item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session")
def contexts(browser: Browser) -> Iterator[Contexts]:
    """Contexts that pages of the shared server are opened in, one after another."""
    lent = Contexts(browser)
    yield lent
    lent.close()


@pytest.fixture
def open_map(browser: Browser, contexts: Contexts, server: Server) -> Iterator[Opener]:
    """Open pages of the server (another with ``on=``); at the end none may have complained.

    The test fails on console errors and warnings, uncaught errors, failed requests,
    answers of 400 and above, and requests to any other host.
    """
    opened: list[MapPage] = []

    def opener(
        query: str = "",
        *,
        size: str = "desktop",
        lang: str = "zh",
        on: Server | None = None,
        ready: bool = True,
        **context: object,
    ) -> MapPage:
        at, options = on or server, context_options(size, lang) | context
        # What another server sent must not be in the cache.
        own = contexts.lend(options) if at is server else browser.new_context(**options)
        page = MapPage(own, at, size=size, lang=lang)
        opened.append(page)
        page.open(query, ready=ready)
        return page

    yield opener
    complaints = [complaint for page in opened for complaint in page.complaints()]
    for page in opened:
        page.stop_listening()
        if page.server is server:
            contexts.take_back(page.context, server.url)
        else:
            page.context.close()
    assert complaints == []


@pytest.fixture(params=[f"{size}-{lang}" for size in SIZES for lang in ("zh", "en")])
def view(request: pytest.FixtureRequest) -> dict[str, str]:
    """Every size in every language, as arguments of ``open_map``."""
    size, lang = request.param.split("-")
    return {"size": size, "lang": lang}


@pytest.fixture(params=["desktop-zh", "phone-en"])
def device(request: pytest.FixtureRequest) -> dict[str, str]:
    """Either size, each in one of the languages: for what the words do not change."""
    size, lang = request.param.split("-")
    return {"size": size, "lang": lang}
