"""Browser contexts that tests use one after another, each as clean as a new one.

A new context of Chromium starts a window, a renderer and an empty cache: that is half of what
opening the map costs, and nearly every browser test opens it.
"""

import json

from playwright.sync_api import Browser, BrowserContext


class Contexts:
    """The contexts of one browser, each lent to one page at a time."""

    def __init__(self, browser: Browser):
        self._browser = browser
        self._free: dict[str, list[BrowserContext]] = {}
        self._options: dict[BrowserContext, str] = {}

    def lend(self, options: dict[str, object]) -> BrowserContext:
        """Return a context made with these options that nobody uses."""
        key = json.dumps(options, sort_keys=True)
        if free := self._free.get(key):
            return free.pop()
        context = self._browser.new_context(**options)  # type: ignore[arg-type]
        context.new_page()  # stays, so that the window and its renderer do
        self._options[context] = key
        return context

    def take_back(self, context: BrowserContext, origin: str) -> None:
        """Close the pages of a context and forget all but the cache of what they loaded."""
        stays, *used = context.pages
        for page in used:
            page.close()
        context.clear_cookies()
        devtools = context.new_cdp_session(stays)
        devtools.send(
            "Storage.clearDataForOrigin",
            {"origin": origin, "storageTypes": "local_storage,indexeddb,cache_storage"},
        )
        devtools.detach()
        self._free.setdefault(self._options[context], []).append(context)

    def close(self) -> None:
        for context in self._options:
            context.close()
