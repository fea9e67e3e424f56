"""The ways through the site: what stands in the header of every public page.

A page gets its place here with one line; its word stands in the page's own catalogue.
Words are short, at most four Chinese characters or nine Latin letters, for all of them
must fit into one line.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Way:
    """A way to a page.

    Parameters
    ----------
    name
        By which a page says that it is the one shown (``{% set here = "about" %}``).
    text
        Key of its word.
    path
        Below the application.
    view
        The view of the map that it opens, if it is one.
    first
        Whether it stays in sight on a phone, where the others are in a menu.
    """

    name: str
    text: str
    path: str = ""
    view: str | None = None
    first: bool = False


WAYS = (
    Way("map", "ui.nav_map", view="map", first=True),
    Way("list", "ui.nav_list", view="list", first=True),
    Way("sites", "sites.nav", "sites"),
    Way("chains", "chains.nav", "chains"),
    Way("costs", "topics.nav_costs", "costs"),
    Way("logistics", "topics.nav_logistics", "logistics"),
    Way("figures", "topics.nav_figures", "figures"),
    Way("present", "show.nav", "present"),
    Way("shortlist", "shortlist.nav", "shortlist"),
    Way("about", "ui.nav_about", "about"),
)
"""In the order of the header."""
