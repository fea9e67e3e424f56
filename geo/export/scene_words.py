"""What a scene says, in one language, from ``show.json``: on the slide, and in its notes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from geo.export.slide import Figure, Words
from geo.render.naming import capital
from geo.wording import Wording

_LONGEST, _UNIT_LONGEST = 4000, 40
_MOST_OFFICES = 4
_NOTICES = {
    "sample": "export.has_sample",
    "schematic": "export.has_schematic",
    "text-limits": "export.has_schematic",
}
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Told:
    """A figure as the notes tell it.

    ``amount`` is number and unit, ``what`` its subject and period, ``remark`` whether it is a
    target or a sample and what else the source says.
    """

    amount: str
    what: str
    source: str
    remark: str

    def __str__(self) -> str:
        """Return it as one line of notes."""
        return " · ".join(
            part for part in (self.amount, self.what, self.remark, self.source) if part
        )


def clean(text: object) -> str:
    r"""Return a text on one line, without what XML forbids.

    >>> clean("a\x00b\n  c")
    'ab c'
    """
    return " ".join(_CONTROLS.sub("", str(text or "")).split())[:_LONGEST]


def scene_words(
    show: Mapping[str, Any], scene: Mapping[str, Any], address: str, w: Wording
) -> Words:
    """Return what stands on the slide of a scene; ``address`` is what a QR code leads to."""
    is_closing = scene["kind"] == "closing"
    texts = [clean(w.pick(scene["text"])), *(_contact(show["contact"], w) if is_closing else ())]
    if is_closing:
        texts.append(clean(address) or w.t("slides.qr_missing"))
    return Words(
        headline=clean(w.pick(scene["headline"])) or str(scene["id"]),
        eyebrow=clean(w.pick(scene["eyebrow"])),
        texts=[text for text in texts if text],
        figures=[_figure(figure, w) for figure in scene["figures"]],
        notices=[*scene_notices(scene, w), _map_line(show, w)],
        source=_sources_line(scene, w),
        is_title=scene["kind"] == "title",
        has_code=bool(is_closing and address),
    )


def scene_notices(scene: Mapping[str, Any], w: Wording) -> list[str]:
    """Return what must be said of samples and drawn shapes."""
    keys = [key for nature, key in _NOTICES.items() if nature in scene["natures"]]
    return [w.t(key) for key in dict.fromkeys(keys)]


def scene_notes(scene: Mapping[str, Any], w: Wording) -> list[str]:
    """Return what the speaker says, and what of the scene is not drawn or lacking."""
    lines = str(w.pick(scene["notes"])).splitlines()
    notes = [text for line in lines if (text := clean(line))]
    missing = [clean(one["id"]) for one in scene["missing"]]
    lacks = [w.t("slides.missing", ids=w.enumerate(missing))] if missing else []
    return [*notes, *_part_notes(scene, w), *lacks]


def _part_notes(scene: Mapping[str, Any], w: Wording) -> list[str]:
    """Return of which layers the scene draws only a part; earlier software wrote none."""
    return [
        w.t(
            "show.part",
            layer=clean(w.pick(part["title"])),
            drawn=w.number(len(part["drawn"])),
            count=w.number(part["count"]),
        )
        for part in scene.get("parts", {}).values()
    ]


def scene_figures(scene: Mapping[str, Any], w: Wording) -> list[Told]:
    """Return the figures of a scene with their sources."""
    return [
        Told(
            amount=f"{figure['number']} {clean(w.pick(figure['unit']))}".strip(),
            what=_caption(figure, w),
            source=_dated(figure, w),
            remark=" · ".join(
                part for part in (_mark(figure, w), clean(w.pick(figure["note"]))) if part
            ),
        )
        for figure in scene["figures"]
    ]


def other_sources(scene: Mapping[str, Any], w: Wording) -> list[str]:
    """Return where headline and text are from, as far as no figure names it."""
    told = tuple(clean(w.pick(figure["source"])) for figure in scene["figures"])
    return [text for text in _sources(scene, w) if not (told and text.startswith(told))]


def _sources(scene: Mapping[str, Any], w: Wording) -> list[str]:
    return [text for source in scene["sources"] if (text := clean(w.pick(source)))]


def _figure(figure: Mapping[str, Any], w: Wording) -> Figure:
    unit = clean(w.pick(figure["unit"]))[:_UNIT_LONGEST]
    return Figure(clean(figure["number"]), unit, _caption(figure, w), _mark(figure, w))


def _caption(figure: Mapping[str, Any], w: Wording) -> str:
    parts = (clean(w.pick(figure[part])) for part in ("subject", "period"))
    return " · ".join(part for part in parts if part)


def _mark(figure: Mapping[str, Any], w: Wording) -> str:
    """Return what must stand beside a figure that is no result of real things."""
    target = w.t("ui.target") if figure["target"] else ""
    sample = w.word("nature", "sample") if figure["nature"] == "sample" else ""
    return w.enumerate([target, sample])


def _dated(figure: Mapping[str, Any], w: Wording) -> str:
    source, as_of = clean(w.pick(figure["source"])), clean(figure["as_of"])
    return source if as_of in source else w.t("slides.dated", source=source, as_of=as_of)


def _sources_line(scene: Mapping[str, Any], w: Wording) -> str:
    sources = w.t("slides.separator").join(_sources(scene, w))
    return w.t("slides.source", sources=sources) if sources else ""


def _map_line(show: Mapping[str, Any], w: Wording) -> str:
    """Return whether the map was officially reviewed."""
    return clean(show["map_approval"]) or capital(w.t("ui.notice_boundary"))


def _contact(contact: Mapping[str, Any], w: Wording) -> Iterator[str]:
    """Return who answers; of offices the first few, for a slide is no directory."""
    organiser = clean(w.pick(contact["organiser"]))
    if organiser:
        yield organiser
    for office in contact["offices"][:_MOST_OFFICES]:
        ways = [office.get(name) for name in ("post", "phone", "email")]
        said = " · ".join(text for way in ways if (text := clean(way)))
        yield w.t("slides.office", park=clean(w.pick(office["name"])), ways=said)
    if not contact["offices"]:
        yield w.t("ui.contact_missing")
