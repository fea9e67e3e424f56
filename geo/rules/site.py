"""MAP_APPROVAL_MISSING: what the site as a whole must carry."""

from __future__ import annotations

from collections.abc import Iterator

from geo.model import Finding
from geo.rules.finding import Context


def check(context: Context) -> Iterator[Finding]:
    """Return whether boundaries would be shown without a map approval number (审图号)."""
    site = context.catalog.site
    if site.public_boundaries and not site.map_approval.strip():
        yield context.finding("MAP_APPROVAL_MISSING", "site")
