"""Read and check a data directory: what it holds, and every fault in it, in one pass."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd

from geo import edition as editions
from geo.catalog import read_catalog
from geo.chains import Chains, read_chains
from geo.codes import Codes, read_codes
from geo.errors import CatalogError, DataError, LayerError, RunError
from geo.findings import NO_WAIVERS, Waivers, applicable
from geo.indicators import Indicators, read_indicators
from geo.model import Catalog, Finding
from geo.rules import (
    RulesConfig,
    check_chains,
    check_frames,
    check_story,
    load_config,
    unreadable,
)
from geo.settings import BUNDLED_LAYERS, read_settings
from geo.storage.package import read_package_frame
from geo.storage.stores import Stores
from geo.story import Story, read_story


@dataclass(frozen=True)
class Examination:
    """A data directory as read and checked.

    ``catalog``, ``codes``, ``frames``, ``chains``, ``story`` and ``provinces`` are those that
    could be read; a finding says what could not. ``waivers`` are those that count.
    """

    findings: list[Finding]
    catalog: Catalog | None = None
    codes: Codes | None = None
    frames: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    chains: Chains | None = None
    story: Story | None = None
    provinces: gpd.GeoDataFrame | None = None
    indicators: Indicators = field(default_factory=Indicators)
    waivers: Waivers = field(default_factory=dict)

    @property
    def unwaived(self) -> list[Finding]:
        """The findings that nobody answers for."""
        return [finding for finding in self.findings if finding.id not in self.waivers]

    @property
    def shown(self) -> list[Finding]:
        """The findings that a snapshot tells of: without samples none of sample records."""
        if self.catalog is None or self.catalog.site.demo:
            return self.findings
        samples = editions.sample_keys(self.frames, self.catalog)
        return _without_samples(self.findings, samples, self.catalog)

    @property
    def blocking(self) -> list[Finding]:
        """The findings that keep the data from being published."""
        return [finding for finding in self.findings if finding.blocking]

    @property
    def blocked_parcels(self) -> set[str]:
        """The plots named in an error that is not waived: they are not on offer."""
        plots = self.catalog.layer_of("parcels") if self.catalog else None
        return {
            plot
            for finding in self.unwaived
            if finding.severity == "error"
            for plot in (*finding.plots, *(finding.feature if finding.layer == plots else ()))
        }


def examine(data_dir: Path, as_of: date, waivers: Waivers = NO_WAIVERS) -> Examination:
    """Return what a data directory holds and every fault in it, in one pass.

    Parameters
    ----------
    data_dir
        The data directory.
    as_of
        The day that ages are counted from, and on which a waiver must not have ended.
    waivers
        By the identifier of the finding; :func:`geo.state.waivers.recorded` reads them.

    Raises
    ------
    RunError
        ``DATA_DIRECTORY_MISSING`` if there is no such directory.
    """
    if not data_dir.is_dir():
        raise RunError("DATA_DIRECTORY_MISSING", path=data_dir)
    examined = _examine(data_dir, as_of)
    return replace(examined, waivers=applicable(examined.findings, waivers, as_of))


def _examine(data_dir: Path, as_of: date) -> Examination:
    config, findings = _read_rules(data_dir)
    try:
        catalog = read_catalog(data_dir)
    except CatalogError as error:
        return Examination([*findings, unreadable(error, "catalog", config)])
    frames, unread = _read_frames(data_dir, catalog, config)
    findings += unread
    try:
        codes = read_codes(data_dir)
    except LayerError as error:
        return Examination([unreadable(error, "codes", config), *findings], catalog)
    findings += check_frames(frames, catalog, codes, config, as_of)
    chains, faults = _read_chains(data_dir, codes, config)
    story, astray = _read_story(data_dir, frames, catalog, config)
    provinces, unread = _read_provinces(catalog, config)
    indicators, unsound = _read_indicators(data_dir, config)
    findings += [*faults, *astray, *unread, *unsound]
    return Examination(findings, catalog, codes, frames, chains, story, provinces, indicators)


def _read_rules(data_dir: Path) -> tuple[RulesConfig, list[Finding]]:
    """Return the rules, those of the software where the directory's own cannot be read."""
    try:
        return load_config(data_dir), []
    except DataError as error:
        config = load_config(BUNDLED_LAYERS)
        return config, [unreadable(error, "rules", config)]


def _read_chains(
    data_dir: Path, codes: Codes, config: RulesConfig
) -> tuple[Chains | None, list[Finding]]:
    """Return the chains, ``None`` without a file that can be read, and what is wrong."""
    try:
        chains = read_chains(data_dir)
    except CatalogError as error:
        return None, [unreadable(error, "chains", config)]
    return chains, check_chains(chains, codes, config) if chains else []


def _read_story(
    data_dir: Path,
    frames: Mapping[str, pd.DataFrame],
    catalog: Catalog,
    config: RulesConfig,
) -> tuple[Story | None, list[Finding]]:
    """Return the show, ``None`` without a file that can be read, and what is wrong."""
    try:
        story = read_story(data_dir)
    except CatalogError as error:
        return None, [unreadable(error, "story", config)]
    return story, check_story(story, frames, catalog, config) if story else []


def _read_indicators(data_dir: Path, config: RulesConfig) -> tuple[Indicators, list[Finding]]:
    """Return thresholds and ranking, none where the file cannot be read, and what is wrong."""
    try:
        return read_indicators(data_dir), []
    except CatalogError as error:
        return Indicators(), [unreadable(error, "indicators", config)]


def _read_provinces(
    catalog: Catalog, config: RulesConfig
) -> tuple[gpd.GeoDataFrame | None, list[Finding]]:
    """Return the outlines of the provinces, ``None`` where the catalogue names none."""
    named = catalog.site.provinces
    if named is None:
        return None, []
    try:
        return read_package_frame(named.package, entry="provinces"), []
    except LayerError as error:
        return None, [unreadable(error, "provinces", config)]


def _read_frames(
    data_dir: Path, catalog: Catalog, config: RulesConfig
) -> tuple[dict[str, pd.DataFrame], list[Finding]]:
    frames: dict[str, pd.DataFrame] = {}
    findings = []
    with Stores(data_dir, read_settings().database_url) as stores:
        for name, entry in catalog.entries().items():
            try:
                frames[name] = stores.read(entry)
            except LayerError as error:
                findings.append(unreadable(error, name, config))
    return frames, findings


def _without_samples(
    findings: list[Finding], samples: Mapping[str, set[str]], catalog: Catalog
) -> list[Finding]:
    """Return the findings that do not speak of sample records only."""
    entries = catalog.entries()

    def is_about_samples(finding: Finding) -> bool:
        entry = entries.get(finding.layer)
        keys = samples.get(entry.key, set()) if entry else set()
        return bool(finding.feature) and set(finding.feature) <= keys

    return [finding for finding in findings if not is_about_samples(finding)]
