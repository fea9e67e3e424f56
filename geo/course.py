"""The findings of a kept version as they stand today, held against the version before it."""

from __future__ import annotations

from collections.abc import Iterator

from geo.findings import Listed, Waivers, list_findings
from geo.query import Library, Snapshot
from geo.settings import Settings
from geo.versions import publications_until


def findings_of(
    settings: Settings, library: Library, shown: Snapshot, standing: Waivers
) -> list[Listed]:
    """Return the findings of a staff snapshot, and after them those that it has fixed.

    ``standing`` are the waivers that stand today.
    """
    before = next(earlier_versions(settings, library, shown), None)
    return list_findings(
        before.document("findings.json") if before else None,
        shown.document("findings.json"),
        standing,
    )


def earlier_versions(settings: Settings, library: Library, shown: Snapshot) -> Iterator[Snapshot]:
    """Give the kept versions that were published before one, the newest first."""
    for publication in publications_until(settings, shown.version):
        if publication.version != shown.version:
            yield library.version(publication.version, "staff")
