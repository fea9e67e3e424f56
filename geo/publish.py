"""Publish: the only module that knows the order of the stages.

``load -> validate -> join -> derive -> edition -> render -> snapshot``. Nothing is written
before everything is rendered, and the pointer moves last: whatever fails, the present
snapshot goes on serving.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from geo import edition as editions
from geo.analyse.adjacency import find_adjacent
from geo.analyse.chains import describe_chains
from geo.analyse.overview import describe_overview
from geo.analyse.plan import describe_plan
from geo.analyse.reach import measure_reach
from geo.analyse.register import describe_register
from geo.catalog import read_catalog
from geo.chains import Chains, read_chains
from geo.codes import Codes, read_codes
from geo.crs import ellipsoidal_area_m2
from geo.errors import CatalogError, DataError, LayerError, RunError
from geo.export.share_card import draw_share_card
from geo.findings import NO_WAIVERS, Waivers, applicable, findings_document
from geo.i18n import LANGUAGES
from geo.indicators import Indicators, read_indicators
from geo.join import (
    JoinReport,
    aggregate_buildings,
    aggregate_parcels,
    aggregate_parks,
    join_enterprises,
)
from geo.model import EDITIONS, Basemap, Catalog, Edition, Finding
from geo.render.assets import build_assets, digest_of, first_modules
from geo.render.folium_map import RenderedMap, render_map
from geo.render.geojson import layer_to_geojson, table_to_records, to_json
from geo.render.origins_map import draw_origins, lay_ground
from geo.render.search import build_search
from geo.render.show import build_show
from geo.render.show_figures import describe_figures
from geo.render.site import build_site
from geo.rules import (
    RulesConfig,
    check_chains,
    check_frames,
    check_story,
    load_config,
    unreadable,
)
from geo.settings import BUNDLED_LAYERS, Settings
from geo.software import software_digest
from geo.storage.files import read_layer, read_table
from geo.storage.package import read_package_frame
from geo.storage.snapshots import SnapshotStore, content_version
from geo.story import Story, read_story
from geo.versions import describe_versions, release, rollback

__all__ = [
    "Examination",
    "Prepared",
    "PublishBlocked",
    "Published",
    "describe_versions",
    "examine",
    "prepare",
    "publish",
    "release",
    "rollback",
    "try_out",
]


class PublishBlocked(DataError):
    """Findings that block publishing; the present snapshot goes on serving."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__("PUBLISH_BLOCKED", count=len(findings))
        self.findings = findings


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


@dataclass(frozen=True)
class Prepared:
    """A snapshot that lies ready.

    The version, its folder, how the firms were placed, and how many errors are open, those
    that are waived not counted.
    """

    version: str
    path: Path
    joined: JoinReport
    open_errors: int


@dataclass(frozen=True)
class Published:
    """The outcome of a publish.

    The version, whether it is a new one, its folder, how the firms were placed, and how
    many errors are still open.
    """

    version: str
    changed: bool
    path: Path
    joined: JoinReport
    open_errors: int


@dataclass(frozen=True)
class _Rendered:
    files: dict[str, bytes]
    assets: dict[str, bytes]
    joined: JoinReport


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
    for name, entry in catalog.entries().items():
        read = read_layer if name in catalog.layers else read_table
        try:
            frames[name] = read(data_dir, entry)
        except LayerError as error:
            findings.append(unreadable(error, name, config))
    return frames, findings


def publish(
    settings: Settings, *, as_of: date, by: str, waivers: Waivers = NO_WAIVERS
) -> Published:
    """Publish the data directory and return the version that is now current.

    ``waivers`` as for :func:`examine`.

    Raises
    ------
    PublishBlocked
        If a blocking fault was found.
    RunError
        ``PUBLISH_LOCKED`` if another process publishes, ``LIBRARY_MISSING``.
    """
    store = SnapshotStore(settings.out)
    with store.lock():
        prepared = _prepare(settings, store, as_of, waivers)
        now = datetime.now(UTC)
        changed = prepared.version != store.current()
        if changed:
            store.point_to(prepared.version, by=by, now=now)
        store.prune(now)
    return Published(
        prepared.version, changed, prepared.path, prepared.joined, prepared.open_errors
    )


def prepare(settings: Settings, *, as_of: date, waivers: Waivers = NO_WAIVERS) -> Prepared:
    """Write a snapshot of the data directory without serving it, and return what it is.

    :func:`geo.versions.release` makes it the current one. Until then nobody but the staff
    can reach it, and it is dropped after a week. ``waivers`` as for :func:`examine`.

    Raises
    ------
    PublishBlocked
        If a blocking fault was found.
    RunError
        ``PUBLISH_LOCKED`` if another process publishes, ``LIBRARY_MISSING``.
    """
    store = SnapshotStore(settings.out)
    with store.lock():
        prepared = _prepare(settings, store, as_of, waivers)
        store.prune(datetime.now(UTC))
    return prepared


def _prepare(settings: Settings, store: SnapshotStore, as_of: date, waivers: Waivers) -> Prepared:
    examined = examine(settings.data_dir, as_of, waivers)
    if examined.blocking:
        raise PublishBlocked(examined.blocking)
    rendered = _render(examined, as_of)
    digest = digest_of(rendered.assets)
    facts = {"as_of": as_of.isoformat(), "assets": digest, "software": software_digest()}
    version = content_version(as_of.isoformat(), rendered.files, facts)
    store.write_assets(digest, rendered.assets, {"modules": first_modules(rendered.assets)})
    store.write(version, rendered.files, facts)
    errors = sum(finding.severity == "error" for finding in examined.unwaived)
    return Prepared(version, store.path(version), rendered.joined, errors)


def _render(examined: Examination, as_of: date) -> _Rendered:
    catalog, codes = examined.catalog, examined.codes
    assert catalog is not None and codes is not None  # nothing blocks, so both were read
    frames, report = _joined_frames(examined, catalog)
    files: dict[str, bytes] = {}
    maps: list[RenderedMap] = []
    for name in EDITIONS:
        listed = editions.visible_catalog(catalog, name)
        shown = _edition_frames(frames, listed, name, examined.blocked_parcels)
        site = build_site(listed, shown, codes, as_of=as_of.isoformat())
        files[f"{name}/site.json"] = to_json(site)
        files[f"{name}/search.json"] = to_json(build_search(listed, shown, codes))
        files |= {f"{name}/{n}": body for n, body in _data_files(shown, listed).items()}
        files[f"{name}/reach.json"] = _reach_file(shown, catalog)
        files[f"{name}/adjacency.json"] = _adjacency_file(shown, catalog)
        files[f"{name}/codes.json"] = _codes_file(codes)
        register = _register_files(shown, catalog, codes, name, examined.provinces)
        files |= {f"{name}/{n}": body for n, body in register.items()}
        if examined.chains:
            files[f"{name}/chains.json"] = _chains_file(examined.chains, shown, catalog, codes)
        show = _show_files(examined.story, listed, shown, site, name)
        files |= {f"{name}/{n}": body for n, body in show.items()}
        maps = [render_map(listed, site["extent"], lang) for lang in LANGUAGES]
        for lang, rendered in zip(LANGUAGES, maps, strict=True):
            files[f"{name}/map.{lang}.js"] = rendered.script.encode("utf-8")
            files[f"{name}/map.html"] = rendered.html.encode("utf-8")
        if name == "public":
            files |= _maps_without_tiles(catalog, site["extent"])
    files |= _share_cards(files, catalog)
    files["staff/findings.json"] = _findings_file(examined, frames, catalog)
    files["staff/join.json"] = to_json(report.as_dict())
    files["staff/overview.json"] = _overview_file(shown, catalog, codes)
    files |= _plan_files(frames, catalog, codes, examined.indicators)
    return _Rendered(files, build_assets(maps[0].libraries, maps[0].styles), report)


def _maps_without_tiles(catalog: Catalog, extent: list[float]) -> dict[str, bytes]:
    """Return the map's scripts for the offline package; none if the map has no tiles anyway."""
    if not catalog.site.basemap.tianditu_key:
        return {}
    site = catalog.site.model_copy(update={"basemap": Basemap()})
    bare = catalog.model_copy(update={"site": site})
    return {
        f"public/map.offline.{lang}.js": render_map(bare, extent, lang).script.encode("utf-8")
        for lang in LANGUAGES
    }


def try_out(data_dir: Path, as_of: date, waivers: Waivers = NO_WAIVERS) -> dict[str, bytes]:
    """Return what publishing a data directory would tell planners; nothing is written.

    ``parcels`` is the layer of the plots with all fields, ``findings``, ``balance``, ``rates``
    and ``indicators`` are the files of the staff edition. Parameters as for :func:`examine`.

    Raises
    ------
    PublishBlocked
        If a blocking fault was found.
    RunError
        ``DATA_DIRECTORY_MISSING``.
    """
    examined = examine(data_dir, as_of, waivers)
    if examined.blocking:
        raise PublishBlocked(examined.blocking)
    catalog, codes = examined.catalog, examined.codes
    assert catalog is not None and codes is not None  # nothing blocks, so both were read
    frames, _ = _joined_frames(examined, catalog)
    shown = _edition_frames(frames, catalog, "staff", examined.blocked_parcels)
    plots = gpd.GeoDataFrame(shown[catalog.layer_of("parcels")])
    key = catalog.layers[catalog.layer_of("parcels")].key
    plan = _plan_files(frames, catalog, codes, examined.indicators)
    return {
        "parcels": layer_to_geojson(plots, key=key, kind="parcels"),
        "findings": _findings_file(examined, frames, catalog),
        **{Path(name).stem: body for name, body in plan.items()},
    }


def _joined_frames(
    examined: Examination, catalog: Catalog
) -> tuple[dict[str, pd.DataFrame], JoinReport]:
    """Return the frames that are published, every firm placed, and how each was."""
    frames = dict(examined.frames)
    if not catalog.site.demo:
        frames = editions.drop_samples(frames, catalog)
    return _join(frames, catalog)


def _findings_file(
    examined: Examination, frames: Mapping[str, pd.DataFrame], catalog: Catalog
) -> bytes:
    parks = _parks_of(frames, catalog)
    return to_json(findings_document(examined.shown, examined.waivers, parks))


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


def _parks_of(frames: Mapping[str, pd.DataFrame], catalog: Catalog) -> dict[str, dict[str, str]]:
    """Return the park of each feature, by layer and key."""
    found = {}
    for name, entry in catalog.layers.items():
        if "park_id" in frames[name].columns:
            known = frames[name].loc[frames[name]["park_id"].notna()]
            found[name] = dict(zip(known[entry.key], known["park_id"], strict=True))
    return found


def _join(
    frames: dict[str, pd.DataFrame], catalog: Catalog
) -> tuple[dict[str, pd.DataFrame], JoinReport]:
    """Return the frames with every firm placed, and how each was."""
    name = catalog.layer_of("enterprises")
    joined, report = join_enterprises(
        frames[name],
        frames[catalog.layer_of("parcels")],
        frames[catalog.layer_of("buildings")],
        frames[catalog.layer_of("parks")],
    )
    return {**frames, name: joined}, report


def _edition_frames(
    frames: Mapping[str, pd.DataFrame], catalog: Catalog, name: Edition, blocked: set[str]
) -> dict[str, pd.DataFrame]:
    """Return the frames of one edition: firms it may see, what derives from them, fields.

    ``catalog`` is that of the edition; what it does not list is left out.
    """
    shown = editions.hide_boundaries(_derive(frames, catalog, name, blocked), catalog, name)
    entries = catalog.entries()
    return {n: editions.select_fields(shown[n], entry, name) for n, entry in entries.items()}


def _derive(
    frames: Mapping[str, pd.DataFrame], catalog: Catalog, name: Edition, blocked: set[str]
) -> dict[str, pd.DataFrame]:
    firms, plots, halls, parks, counties = (
        catalog.layer_of(kind)
        for kind in ("enterprises", "parcels", "buildings", "parks", "counties")
    )
    seen = editions.visible_enterprises(frames[firms], catalog.layers[firms], name)
    counted = frames[firms][frames[firms]["stage"].isin(editions.countable_stages(name))]
    land = editions.visible_parcels(frames[plots], name)
    # Of an unnamed firm the public must not learn its plot, not even by a count.
    parcels = aggregate_parcels(land, seen, blocked=blocked)
    buildings = aggregate_buildings(frames[halls])
    return {
        **frames,
        firms: seen,
        plots: parcels,
        halls: buildings,
        parks: aggregate_parks(
            frames[parks],
            parcels,
            buildings,
            counted,
            stages=editions.countable_stages(name),
            min_firms=catalog.site.public_min_firms if name == "public" else None,
        ),
        counties: _measure_counties(frames[counties]),
    }


def _measure_counties(counties: pd.DataFrame) -> gpd.GeoDataFrame:
    frame = gpd.GeoDataFrame(counties)
    return frame.assign(area_km2=(ellipsoidal_area_m2(frame.geometry) / 1e6).round(1))


def _data_files(frames: Mapping[str, pd.DataFrame], catalog: Catalog) -> dict[str, bytes]:
    files = {
        f"{name}.geojson": layer_to_geojson(
            gpd.GeoDataFrame(frames[name]), key=entry.key, kind=entry.kind
        )
        for name, entry in catalog.layers.items()
    }
    for name in catalog.tables:
        files[f"{name}.json"] = to_json(table_to_records(frames[name]))
    return files


def _reach_file(frames: Mapping[str, pd.DataFrame], catalog: Catalog) -> bytes:
    kinds = ("parks", "parcels", "buildings", "logistics", "places")
    return to_json(measure_reach({kind: frames[catalog.layer_of(kind)] for kind in kinds}))


def _adjacency_file(frames: Mapping[str, pd.DataFrame], catalog: Catalog) -> bytes:
    return to_json(find_adjacent(gpd.GeoDataFrame(frames[catalog.layer_of("parcels")])))


def _register_files(
    frames: Mapping[str, pd.DataFrame],
    catalog: Catalog,
    codes: Codes,
    name: Edition,
    outlines: gpd.GeoDataFrame | None,
) -> dict[str, bytes]:
    """Return what the firms add up to, and the maps of where they come from, if there are."""
    is_public = name == "public"
    fewest = catalog.site.public_min_firms if is_public else 1
    register = describe_register(frames[catalog.layer_of("enterprises")], fewest=fewest)
    files = {"register.json": to_json(register)}
    provinces = register["origins"]["provinces"]
    hidden = is_public and not catalog.site.public_boundaries
    if outlines is None or not provinces or hidden:
        return files
    ground = lay_ground(outlines, frames[catalog.layer_of("parks")])
    names = {p["name"]: codes.province.label(p["name"]) or {} for p in provinces}
    for lang in LANGUAGES:
        drawing = draw_origins(ground, provinces, names, lang)
        files[f"origins.{lang}.svg"] = drawing.encode("utf-8")
    return files


def _overview_file(frames: Mapping[str, pd.DataFrame], catalog: Catalog, codes: Codes) -> bytes:
    plots, parks = (frames[catalog.layer_of(kind)] for kind in ("parcels", "parks"))
    return to_json(describe_overview(plots, parks, counties=codes.county))


def _plan_files(
    frames: Mapping[str, pd.DataFrame], catalog: Catalog, codes: Codes, rules: Indicators
) -> dict[str, bytes]:
    """Return the planners' tables; they tell of single firms, so only the staff has them."""
    kinds = ("parcels", "parks", "enterprises")
    named = {kind: frames[catalog.layer_of(kind)] for kind in kinds}
    plan = describe_plan(named, codes, rules)
    return {f"staff/{name}": to_json(document) for name, document in plan.items()}


def _show_files(
    story: Story | None,
    catalog: Catalog,
    frames: Mapping[str, pd.DataFrame],
    site: Mapping[str, Any],
    name: Edition,
) -> dict[str, bytes]:
    """Return the show, if there is one, and for the staff the figures that it may have."""
    files = {"show.json": build_show(story, catalog, frames, site)} if story else {}
    if name == "staff":
        figures = describe_figures(catalog, frames, as_of=site["as_of"])
        files["show_figures.json"] = {"figures": list(figures.values())}
    return {file: to_json(document) for file, document in files.items()}


def _share_cards(files: Mapping[str, bytes], catalog: Catalog) -> dict[str, bytes]:
    """Return the pictures for shared links, drawn from what the public edition shows."""

    def features(kind: str) -> list[dict[str, Any]]:
        found = json.loads(files[f"public/{catalog.layer_of(kind)}.geojson"])["features"]
        return list(found)

    layers = {kind: features(kind) for kind in ("counties", "places", "logistics", "parks")}
    site = json.loads(files["public/site.json"])["site"]
    return {f"public/share.{lang}.png": draw_share_card(site, layers, lang) for lang in LANGUAGES}


def _codes_file(codes: Codes) -> bytes:
    """Return the lists whose classes one may ask for, also those that no record names."""
    lists = {"industry": codes.industry, "land_use": codes.land_use}
    return to_json({name: found.as_document() for name, found in lists.items()})


def _chains_file(
    chains: Chains, frames: Mapping[str, pd.DataFrame], catalog: Catalog, codes: Codes
) -> bytes:
    kinds = ("enterprises", "parcels", "buildings")
    shown = {kind: frames[catalog.layer_of(kind)] for kind in kinds}
    return to_json(describe_chains(chains, **shown, industry=codes.industry))
