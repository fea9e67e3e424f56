"""The slides as PPTX: texts to edit in the placeholders of a layout, maps as pictures, notes.

The master, its two layouts and the theme lie as XML in ``slides_base``; python-pptx opens that
folder as it does a file.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import segno
from pptx import Presentation
from pptx.enum.dml import MSO_THEME_COLOR
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls
from pptx.util import Pt

from geo.export.show_slides import Deck, Slide
from geo.export.slide import HEIGHT, MAP_LEFT, WIDTH, Ink, Paragraph, Role
from geo.wording import Wording

_BASE = Path(__file__).with_name("slides_base")
_SCENE, _CLOSING = 0, 1
_MAP, _NUMBER, _QR = 13, 12, 19
_PLACES: Mapping[Role, int] = {
    "eyebrow": 14,
    "title": 0,
    "figures": 15,
    "text": 16,
    "notice": 17,
    "source": 18,
}
"""Numbers of the placeholders in the layouts."""

_COLOURS: Mapping[Ink, MSO_THEME_COLOR] = {
    "text": MSO_THEME_COLOR.TEXT_1,
    "quiet": MSO_THEME_COLOR.TEXT_2,
    "gold": MSO_THEME_COLOR.ACCENT_1,
    "amber": MSO_THEME_COLOR.ACCENT_2,
}
_TAGS = {"zh": ("zh-CN", "en-US"), "en": ("en-GB", "zh-CN")}
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The first day that a zip can tell: equal slides have equal bytes."""


def write_pptx(deck: Deck, maps: Sequence[bytes], w: Wording) -> bytes:
    """Return the slides as a presentation; the same input gives the same bytes.

    Parameters
    ----------
    deck
        The slides.
    maps
        Those of the slides as PNG.
    w
        The language of the slides.
    """
    presentation = Presentation(str(_BASE))
    _describe(presentation, deck)
    for slide, picture in zip(deck.slides, maps, strict=True):
        layout = presentation.slide_layouts[_CLOSING if slide.address else _SCENE]
        _fill(presentation.slides.add_slide(layout), slide, picture, deck, w)
    stream = io.BytesIO()
    presentation.save(stream)
    return _with_fixed_times(stream.getvalue())


def _describe(presentation: Any, deck: Deck) -> None:
    told, on = presentation.core_properties, datetime.fromisoformat(deck.as_of).replace(tzinfo=UTC)
    told.title, told.subject, told.author = deck.title, deck.subject, deck.author
    told.last_modified_by, told.language = deck.author, _TAGS[deck.lang][0]
    told.version, told.revision = deck.version, 1
    told.created = told.modified = on.replace(tzinfo=None)


def _fill(page: Any, slide: Slide, drawn: bytes, deck: Deck, w: Wording) -> None:
    places = {place.placeholder_format.idx: place for place in page.placeholders}
    picture = places.pop(_MAP).insert_picture(io.BytesIO(drawn))
    _place(picture, MAP_LEFT, 0.0, WIDTH - MAP_LEFT, HEIGHT)
    _name(picture, "map", slide.alt)
    for block in slide.blocks:
        if block.role == "qr":
            code = places.pop(_QR).insert_picture(io.BytesIO(_draw_code(slide.address)))
            _place(code, block.left, block.top, block.width, block.height)
            _name(code, "QR", w.t("slides.qr_alt"))
        else:
            place = places.pop(_PLACES[block.role])
            _place(place, block.left, block.top, block.width, block.height)
            _write(place.text_frame, block.paragraphs, deck.lang)
    for empty in places.values():
        empty._element.getparent().remove(empty._element)
    page.shapes._spTree.append(_page_number(slide.number, len(deck.slides), deck.lang))
    _write_notes(page.notes_slide.notes_text_frame, _notes(slide, deck, w), deck.lang)


def _place(shape: Any, left: float, top: float, width: float, height: float) -> None:
    shape.left, shape.top, shape.width, shape.height = Pt(left), Pt(top), Pt(width), Pt(height)


def _name(picture: Any, name: str, alt: str) -> None:
    told = picture._element.nvPicPr.cNvPr
    told.set("name", name)
    told.set("descr", alt)


def _draw_code(address: str) -> bytes:
    stream = io.BytesIO()
    segno.make(address, error="m", micro=False).save(stream, kind="png", scale=12, border=4)
    return stream.getvalue()


# --- texts ----------------------------------------------------------------------------------


def _write(frame: Any, paragraphs: Iterable[Paragraph], lang: str) -> None:
    for number, paragraph in enumerate(paragraphs):
        line = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
        # Fixed, so that a font of other height moves nothing.
        line.line_spacing, line.space_before = Pt(paragraph.leading), Pt(paragraph.before)
        for run in paragraph.runs:
            for count, part in enumerate(run.text.split("\n")):
                if count:
                    line.add_line_break()
                letters = line.add_run()
                letters.text = part
                letters.font.size = Pt(run.size)
                letters.font.bold = run.bold or None
                letters.font.color.theme_color = _COLOURS[run.ink]
                _tag(letters, lang)


def _tag(run: Any, lang: str) -> None:
    properties, (tag, other) = run.font._element, _TAGS[lang]
    properties.set("lang", tag)
    properties.set("altLang", other)


def _page_number(number: int, count: int, lang: str) -> Any:
    """Return the slide's number as a field, and the number of slides: ``4 / 9``."""
    tag = _TAGS[lang][0]
    return parse_xml(
        f'<p:sp {nsdecls("p", "a")}><p:nvSpPr><p:cNvPr id="{1000 + number}" name="number"/>'
        '<p:cNvSpPr><a:spLocks noGrp="1"/></p:cNvSpPr>'
        f'<p:nvPr><p:ph type="sldNum" sz="quarter" idx="{_NUMBER}"/></p:nvPr></p:nvSpPr><p:spPr/>'
        "<p:txBody><a:bodyPr/><a:lstStyle/><a:p>"
        '<a:fld id="{5F1C3B6E-5B0C-4C0F-9C1B-1F6E0A5D7C01}" type="slidenum">'
        f'<a:rPr lang="{tag}"/><a:t>{number}</a:t></a:fld>'
        f'<a:r><a:rPr lang="{tag}"/><a:t> / {count}</a:t></a:r></a:p></p:txBody></p:sp>'
    )


def _notes(slide: Slide, deck: Deck, w: Wording) -> list[str]:
    parts = [slide.title, *slide.notes]
    for key, lines in (("slides.figures", slide.figures), ("slides.sources", slide.sources)):
        if lines:
            parts += [f"{w.t(key)}{w.t('ui.colon')}", *map(str, lines)]
    return [*parts, *slide.notices, deck.footer]


def _write_notes(frame: Any, lines: Iterable[str], lang: str) -> None:
    for number, text in enumerate(lines):
        line = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
        run = line.add_run()
        run.text = text
        _tag(run, lang)


def _with_fixed_times(body: bytes) -> bytes:
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(body)) as source,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for item in source.infolist():
            entry = zipfile.ZipInfo(item.filename, _EPOCH)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            target.writestr(entry, source.read(item))
    return stream.getvalue()
