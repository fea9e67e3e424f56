"""Publish: the only module that knows the order of the stages.

``load -> validate -> join -> derive -> edition -> render -> snapshot``. Nothing is written
before everything is rendered, and the pointer moves last: whatever fails, the present
snapshot goes on serving.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar

import geopandas as gpd
import pandas as pd

from geo import edition as editions
from geo.analyse.adjacency import find_adjacent
from geo.analyse.chains import describe_chains
from geo.analyse.overview import describe_overview
from geo.analyse.plan import describe_plan
from geo.analyse.reach import measure_reach
from geo.analyse.register import describe_register
from geo.chains import Chains
from geo.coarsen import coarsen
from geo.codes import Codes
from geo.crs import ellipsoidal_area_m2
from geo.errors import DataError
from geo.examination import Examination, examine
from geo.export.download_process import start_downloads
from geo.export.downloads import is_many, list_downloads, write_downloads
from geo.export.share_card import draw_share_card
from geo.findings import NO_WAIVERS, Waivers, findings_document
from geo.i18n import LANGUAGES
from geo.indicators import Indicators
from geo.join import (
    COUNTED,
    JoinReport,
    aggregate_buildings,
    aggregate_parcels,
    aggregate_parks,
    join_enterprises,
)
from geo.layer_files import LayerFiles, make_layer_files
from geo.model import EDITIONS, Basemap, Catalog, Edition, Finding
from geo.render.assets import build_assets, digest_of, first_modules
from geo.render.folium_map import RenderedMap, render_map
from geo.render.geojson import layer_to_geojson, table_to_records, to_json
from geo.render.origins_map import draw_origins, lay_ground
from geo.render.search import build_readings, build_search
from geo.render.show import build_show
from geo.render.show_figures import describe_figures
from geo.render.site import build_site
from geo.settings import Settings
from geo.software import software_digest
from geo.storage.beside import Beside, working_beside
from geo.storage.snapshots import Content, SnapshotStore, content_version
from geo.story import Story
from geo.versions import describe_versions, release, rollback

__all__ = [
    "Prepared",
    "PublishBlocked",
    "Published",
    "describe_versions",
    "prepare",
    "publish",
    "release",
    "rollback",
    "try_out",
]


_File = TypeVar("_File", bytes, Path)


class PublishBlocked(DataError):
    """Findings that block publishing; the present snapshot goes on serving."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__("PUBLISH_BLOCKED", count=len(findings))
        self.findings = findings


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
class _RenderedEdition:
    """One edition: its frames, its files by their names in it, and the map by language."""

    frames: dict[str, pd.DataFrame]
    small: dict[str, bytes]
    layers: LayerFiles
    maps: list[RenderedMap]


@dataclass(frozen=True)
class _Rendered:
    """All files by their names in the snapshot; ``coming`` are those being written beside.

    ``handed_over`` is what those are made of, ``public`` the frames of the public edition, but
    for layers of very many records that were handed over.
    """

    files: dict[str, Content]
    coming: dict[str, Path]
    handed_over: dict[str, Path]
    assets: dict[str, bytes]
    joined: JoinReport
    public: dict[str, pd.DataFrame]


def publish(
    settings: Settings, *, as_of: date, by: str, waivers: Waivers = NO_WAIVERS
) -> Published:
    """Publish the data directory and return the version that is now current.

    ``waivers`` as for :func:`geo.examination.examine`.

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
    can reach it, and it is dropped after a week. ``waivers`` as for
    :func:`geo.examination.examine`.

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
    errors = sum(finding.severity == "error" for finding in examined.unwaived)
    with store.workspace() as folder, working_beside() as beside:
        rendered = _render(examined, as_of, folder, beside)
        # Processes that write the downloads need the memory of what was read.
        del examined
        digest = digest_of(rendered.assets)
        facts = {"as_of": as_of.isoformat(), "assets": digest, "software": software_digest()}
        # What large files are made of stands for them: the same software makes the same of it.
        told: dict[str, Content] = {**rendered.files, **rendered.handed_over}
        version = content_version(as_of.isoformat(), told, facts)
        store.write_assets(digest, rendered.assets, {"modules": first_modules(rendered.assets)})
        if not store.has(version):
            # Made of the others and of the version, so they do not count for it.
            downloads = _download_files(rendered, version, folder, beside)
            files = {**rendered.files, **rendered.coming, **downloads}
            store.write(version, files, facts)
    return Prepared(version, store.path(version), rendered.joined, errors)


def _render(examined: Examination, as_of: date, folder: Path, beside: Beside) -> _Rendered:
    """Return all files; the large ones lie in the folder, or will when ``beside`` is done."""
    catalog, codes = _read(examined)
    frames, report = _joined_frames(examined, catalog)
    public, staff = (
        _render_edition(examined, frames, as_of, name, folder / name, beside) for name in EDITIONS
    )
    files = _share_cards(public.small, catalog) | _maps_without_tiles(public.small, catalog)
    files["staff/findings.json"] = _findings_file(examined, frames, catalog)
    files["staff/join.json"] = to_json(report.as_dict())
    files["staff/overview.json"] = _overview_file(staff.frames, catalog, codes)
    files |= _plan_files(frames, catalog, codes, examined.indicators)
    content: dict[str, Content] = {**files}
    coming: dict[str, Path] = {}
    handed_over: dict[str, Path] = {}
    for name, edition in zip(EDITIONS, (public, staff), strict=True):
        content |= {**_within(name, edition.small), **_within(name, edition.layers.written)}
        coming |= _within(name, edition.layers.coming)
        handed_over |= _within(name, edition.layers.handed_over)
    assets = build_assets(public.maps[0].libraries, public.maps[0].styles)
    apart = [name for name in public.layers.handed_over if is_many(len(public.frames[name]))]
    kept = {name: frame for name, frame in public.frames.items() if name not in apart}
    return _Rendered(content, coming, handed_over, assets, report, kept)


def _within(name: Edition, files: Mapping[str, _File]) -> dict[str, _File]:
    """Return the files of an edition by their names in the snapshot."""
    return {f"{name}/{file}": content for file, content in files.items()}


def _render_edition(
    examined: Examination,
    frames: Mapping[str, pd.DataFrame],
    as_of: date,
    name: Edition,
    folder: Path,
    beside: Beside,
) -> _RenderedEdition:
    """Return the frames and files of an edition; large ones will lie in the folder."""
    catalog, codes = _read(examined)
    listed = editions.visible_catalog(catalog, name)
    exact = _edition_frames(frames, listed, name, examined.blocked_parcels)
    shown = _coarse_frames(exact, listed, name)
    layers = make_layer_files(shown, listed, folder, beside)
    site = build_site(listed, shown, codes, as_of=as_of.isoformat(), tiles=layers.zooms)
    files = {
        "site.json": to_json(site),
        "search.json": to_json(build_search(listed, shown, codes)),
        "reach.json": _reach_file(shown, catalog),
        # Which plots are neighbours is a fact of the survey, and tells no corner of it.
        "adjacency.json": _adjacency_file(exact, catalog),
        "codes.json": _codes_file(codes),
        **layers.drawn,
        **_table_files(shown, listed),
        **_register_files(shown, catalog, codes, name, examined.provinces),
        **_show_files(examined.story, listed, shown, site, name),
    }
    if readings := build_readings(listed, shown):
        files["readings.json"] = to_json(readings)
    if examined.chains:
        files["chains.json"] = _chains_file(examined.chains, shown, catalog, codes)
    maps = {lang: render_map(listed, site["extent"], lang) for lang in LANGUAGES}
    files |= {f"map.{lang}.js": one.script.encode("utf-8") for lang, one in maps.items()}
    files["map.html"] = maps[LANGUAGES[0]].html.encode("utf-8")
    return _RenderedEdition(shown, files, layers, list(maps.values()))


def _table_files(frames: Mapping[str, pd.DataFrame], catalog: Catalog) -> dict[str, bytes]:
    return {f"{n}.json": to_json(table_to_records(frames[n])) for n in catalog.tables}


def _read(examined: Examination) -> tuple[Catalog, Codes]:
    """Return catalogue and codes, which were both read if nothing blocks."""
    assert examined.catalog is not None and examined.codes is not None
    return examined.catalog, examined.codes


def _download_files(
    rendered: _Rendered, version: str, folder: Path, beside: Beside
) -> dict[str, Path]:
    """Write the files that anybody may download and return where they lie; ``beside`` is done."""
    body = rendered.files["public/site.json"]
    assert isinstance(body, bytes)  # it is small
    site = json.loads(body)
    downloads = folder / "downloads"
    downloads.mkdir()
    for entry in site["layers"]:
        if entry["id"] not in rendered.public:
            handed_over = rendered.handed_over[f"public/{entry['id']}"]
            start_downloads(beside, handed_over, downloads, entry, site, version)
    write_downloads(downloads, site, rendered.public, version)
    beside.finish()
    written = list_downloads(downloads, site, version)
    return {f"public/downloads/{name}": path for name, path in written.items()}


def _maps_without_tiles(files: Mapping[str, bytes], catalog: Catalog) -> dict[str, bytes]:
    """Return the map's scripts for the offline package; none if the map has no tiles anyway."""
    if not catalog.site.basemap.tianditu_key:
        return {}
    site = catalog.site.model_copy(update={"basemap": Basemap()})
    bare = catalog.model_copy(update={"site": site})
    extent = json.loads(files["site.json"])["extent"]
    return {
        f"public/map.offline.{lang}.js": render_map(bare, extent, lang).script.encode("utf-8")
        for lang in LANGUAGES
    }


def try_out(data_dir: Path, as_of: date, waivers: Waivers = NO_WAIVERS) -> dict[str, bytes]:
    """Return what publishing a data directory would tell planners; nothing is written.

    ``parcels`` is the layer of the plots with all fields, ``findings``, ``balance``, ``rates``
    and ``indicators`` are the files of the staff edition. Parameters as for
    :func:`geo.examination.examine`.

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
    catalog, codes = _read(examined)
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
    parks = _parks_of(frames, catalog, examined.shown)
    return to_json(findings_document(examined.shown, examined.waivers, parks))


def _parks_of(
    frames: Mapping[str, pd.DataFrame], catalog: Catalog, findings: Sequence[Finding]
) -> dict[str, dict[str, str]]:
    """Return the park of each feature that a finding names, by layer and key."""
    named: dict[str, set[str]] = {}
    for finding in findings:
        named.setdefault(finding.layer, set()).update(finding.feature)
    found = {}
    for name, entry in catalog.layers.items():
        if name in named and "park_id" in frames[name].columns:
            rows = frames[name][entry.key].isin(named[name]) & frames[name]["park_id"].notna()
            known = frames[name].loc[rows, [entry.key, "park_id"]]
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


def _coarse_frames(
    frames: dict[str, pd.DataFrame], catalog: Catalog, name: Edition
) -> dict[str, pd.DataFrame]:
    """Return the frames of an edition with places as exact as it may show them."""
    metres = catalog.site.public_precision_m
    if name == "staff" or not metres:
        return frames
    # Outlines that a package brings are public as they are, and may not be redrawn.
    kept = [layer for layer, entry in catalog.layers.items() if entry.package]
    return coarsen(frames, metres, kept=kept)


def _derive(
    frames: Mapping[str, pd.DataFrame], catalog: Catalog, name: Edition, blocked: set[str]
) -> dict[str, pd.DataFrame]:
    firms, plots, halls, parks, counties = (
        catalog.layer_of(kind)
        for kind in ("enterprises", "parcels", "buildings", "parks", "counties")
    )
    seen = editions.visible_enterprises(frames[firms], catalog.layers[firms], name)
    counted = pd.DataFrame(frames[firms])[list(COUNTED)]
    counted = counted[counted["stage"].isin(editions.countable_stages(name))]
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
        # A large layer is no picture the size of a card.
        body = files.get(f"{catalog.layer_of(kind)}.geojson")
        return list(json.loads(body)["features"]) if body else []

    layers = {kind: features(kind) for kind in ("counties", "places", "logistics", "parks")}
    site = json.loads(files["site.json"])["site"]
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
