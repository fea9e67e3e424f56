"""The printed shortlist: its data, its pictures, and the PDF that they make.

One page lists the entries over a map of the region, then each has its profile with a map from
near; policies, if they are few, and notes follow. A single entry is a brief of one page: its
profile with the map from near, and the rest in short.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

from geo.export.brief_entry import describe_entry
from geo.export.typeset import REGIONS, typeset
from geo.query import Snapshot
from geo.render.looks import INK
from geo.render.pins import Pin
from geo.render.plane import middle_of
from geo.render.site_map import Area, near_extent, near_view, overview
from geo.shortlist import Entry, Shortlist
from geo.wording import Wording

_WIDTH = 178
_NEAR = Area(_WIDTH, 92)
_NEAR_ALONE = Area(_WIDTH, 54)
_MOST_POLICIES = 8
_QR_MOST = 1000
"""A longer address makes a code too fine to be read from paper."""

_OVERVIEW_KINDS = ("counties", "places", "logistics", "parks")
_NEAR_KINDS = ("parks", "parcels", "buildings")
_COLUMNS = ("name", "where", "size", "price", "state", "questions")
_WORDS = {
    "to_check": "ui.to_check",
    "qr": "brief.qr",
    "qr_alt": "brief.qr_alt",
    "overview_alt": "sheet.overview",
    "contact": "ui.contact",
    "contact_missing": "ui.contact_missing",
    "questions": "place.questions",
    "distances": "place.reach",
    "published": "place.published",
    "policies": "brief.policies",
    "about": "brief.about",
}


def make_brief(shown: Snapshot, listed: Shortlist, lang: str, address: str) -> bytes:
    """Return the PDF of a shortlist.

    Parameters
    ----------
    shown
        A public edition.
    listed
        At least one entry of it.
    lang
        ``zh`` or ``en``.
    address
        Of the page of the list, as the reader would type it; empty if nobody knows it.

    Raises
    ------
    RunError
        ``PDF_BUSY``, ``PDF_FAILED``, ``LIBRARY_MISSING``; see :func:`geo.export.typeset.typeset`.
    """
    w = Wording(lang)
    pictures = dict(_pictures(shown, listed, address, w))
    content = _content(shown, listed, address, w)
    for entry in content["entries"]:
        name = f"near-{entry['number']}"
        if name in pictures:
            entry["map"] = name
    return typeset("brief", content, pictures, on=date.fromisoformat(shown.manifest["as_of"]))


def draw_qr(text: str) -> str:
    """Return a QR code as SVG, with the margin left to the page."""
    import segno

    stream = io.BytesIO()
    code = segno.make(text, error="m", micro=False)
    code.save(stream, kind="svg", xmldecl=False, border=0, dark=INK)
    return stream.getvalue().decode("utf-8")


def _content(shown: Snapshot, listed: Shortlist, address: str, w: Wording) -> dict[str, Any]:
    site, as_of = shown.site["site"], shown.manifest["as_of"]
    title, organiser = site["title"][w.lang], w.pick(site["organiser"])
    entries = [
        describe_entry(shown, entry.ref, number, w)
        for number, entry in enumerate(listed.entries, start=1)
    ]
    missing = w.enumerate([str(ref) for ref in listed.unknown])
    return {
        "lang": w.lang,
        "region": REGIONS[w.lang],
        "site": title,
        "title": w.t("brief.title"),
        "author": organiser or title,
        "lead": _lead(listed, w),
        "organiser": w.t("brief.organiser", name=organiser or w.t("about.not_given")),
        "published": w.t("brief.published", as_of=as_of, version=shown.version),
        "notices": [w.t("ui.notice_sample")] * site["demo"] + [_approval(shown, w)],
        "address": address,
        "columns": ["", *(w.t(f"brief.column_{name}") for name in _COLUMNS)],
        "entries": entries,
        "missing": w.t("shortlist.missing", ids=missing) if missing else "",
        "policies": _policies(shown, w),
        "policy_columns": [
            w.t(f"brief.policy_{name}") for name in ("title", "benefit", "validity")
        ],
        "about": list(_about(shown, w)),
        "map_notes": _map_notes(shown, _NEAR_KINDS, w),
        "footer": w.t("brief.footer", site=title, as_of=as_of, version=shown.version),
        "words": {name: w.t(key) for name, key in _WORDS.items()},
    }


def _lead(listed: Shortlist, w: Wording) -> str:
    counts = Counter(entry.ref.kind for entry in listed.entries)
    text = w.enumerate([w.t(f"brief.count_{kind}", count=n) for kind, n in counts.items()])
    return text[:1].upper() + text[1:]


def _approval(shown: Snapshot, w: Wording) -> str:
    return shown.site["site"]["map_approval"] or w.t("ui.notice_boundary")


def _about(shown: Snapshot, w: Wording) -> Iterator[str]:
    yield w.t("brief.about_age")
    yield w.t("brief.about_unknown")
    yield w.t("brief.about_price")
    corrections = w.pick(shown.site["site"]["corrections"])
    yield corrections or w.t("about.corrections_missing")


def _policies(shown: Snapshot, w: Wording) -> list[dict[str, str]]:
    """Return the policies if they are few; a longer list has a page of its own."""
    names = [table["id"] for table in shown.site["tables"] if table["kind"] == "policies"]
    records = [record for name in names for record in shown.document(f"{name}.json")]
    if len(records) > _MOST_POLICIES:
        return []
    return [_policy(record, w) for record in records]


def _policy(record: dict[str, Any], w: Wording) -> dict[str, str]:
    ends = [str(record.get(name) or "") for name in ("valid_from", "valid_to")]
    is_sure = record.get("number") and ends[1]
    return {
        "title": w.pick(record, "title"),
        "number": str(record.get("number") or ""),
        "benefit": w.pick(record, "benefit"),
        "caution": w.pick(record, "caution") or ("" if is_sure else w.t("brief.policy_check")),
        "validity": "–".join(ends) if any(ends) else w.t("ui.to_check"),
    }


def _pictures(
    shown: Snapshot, listed: Shortlist, address: str, w: Wording
) -> Iterator[tuple[str, str]]:
    if 0 < len(address) <= _QR_MOST:
        yield "qr", draw_qr(address)
    is_alone = len(listed.entries) == 1
    if not is_alone:
        yield "overview", _overview(shown, listed, w)
    area = _NEAR_ALONE if is_alone else _NEAR
    for number, entry in enumerate(listed.entries, start=1):
        view = _near_view(shown, entry, w, area)
        if view:
            yield f"near-{number}", view


def _near_view(shown: Snapshot, entry: Entry, w: Wording, area: Area) -> str | None:
    if not entry.feature["geometry"]:
        return None
    around = near_extent(entry.ref.kind, entry.feature)
    layers = {kind: shown.within(kind, around) for kind in _NEAR_KINDS}
    return near_view(layers, entry.ref.kind, entry.feature, w, area)


def _overview(shown: Snapshot, listed: Shortlist, w: Wording) -> str:
    layers = {kind: list(shown.of_kind(kind).values()) for kind in _OVERVIEW_KINDS}
    notes = _map_notes(shown, _OVERVIEW_KINDS, w)
    pins = [
        Pin(number, *middle_of(entry.feature["geometry"]))
        for number, entry in enumerate(listed.entries, start=1)
        if _is_placed(entry)
    ]
    chosen = [entry.ref.key for entry in listed.entries if entry.ref.kind == "parks"]
    # What the list above leaves of the page.
    area = Area(_WIDTH, max(98, min(125, 150 - 5 * len(listed.entries))))
    return overview(layers, w, area, pins=pins, chosen=chosen, notes=notes)


def _map_notes(shown: Snapshot, kinds: tuple[str, ...], w: Wording) -> list[str]:
    """Return where what a map shows is from, its date and its approval; not of empty layers."""
    named = [shown.layer_of(kind) for kind in kinds]
    known = {layer["id"]: layer for layer in shown.site["layers"]}
    described = [known[name] for name in named if known[name]["count"]]
    colon = w.t("ui.colon")
    sources = [f"{d['title'][w.lang]}{colon}{d['source'][w.lang]}" for d in described]
    return [
        w.t("brief.map_sources", sources=w.t("brief.separator").join(sources)),
        w.t("brief.map_date", as_of=shown.manifest["as_of"], approval=_approval(shown, w)),
    ]


def _is_placed(entry: Entry) -> bool:
    return (
        bool(entry.feature["geometry"])
        and entry.feature["properties"].get("place_known") is not False
    )
