"""SVG as text: elements, numbers, and shapes drawn by their look. Everything is escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Literal
from xml.sax.saxutils import escape, quoteattr

from geo.render.lettering import Line
from geo.render.looks import STROKES, Hatch, Look

Point = tuple[float, float]
Shape = Literal["area", "line", "point"]

_FONTS = "Noto Sans SC, Noto Sans CJK SC, PingFang SC, Microsoft YaHei, sans-serif"
_TILE = 8
_TILE_MM = 2.0
_HALO_MM = 0.7
_HALO_EM = 0.24
_CONTROLS = re.compile(r"[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def number(value: float) -> str:
    """Return a length with at most two decimals, a hundredth of a millimetre.

    >>> number(1.0), number(-0.001), number(2.345)
    ('1', '0', '2.35')
    """
    text = f"{round(value * 100 + 1e-6) / 100:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def element(name: str, children: Iterable[str] | str = (), /, **attributes: object) -> str:
    """Return an element; ``_`` in the name of an attribute stands for ``-``.

    Attributes that are ``None`` are left out; children are markup already.
    """
    inner = "".join(children)
    pairs = "".join(
        f" {key.replace('_', '-')}={quoteattr(_value(value))}"
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{pairs}>{inner}</{name}>" if inner else f"<{name}{pairs}/>"


def text_node(text: str) -> str:
    """Return a text as markup, without the characters that XML forbids."""
    return escape(_CONTROLS.sub("", text))


def document(
    width: float, height: float, title: str, body: Iterable[str], *, looks: Iterable[Look]
) -> str:
    """Return a document of a size in millimetres, with the hatches of the looks in its body."""
    hatches = dict.fromkeys(look.fill for look in looks if isinstance(look.fill, Hatch))
    definitions = element("defs", map(_pattern, hatches)) if hatches else ""
    return element(
        "svg",
        (element("title", text_node(title)), definitions, *body),
        xmlns="http://www.w3.org/2000/svg",
        width=f"{number(width)}mm",
        height=f"{number(height)}mm",
        viewBox=f"0 0 {number(width)} {number(height)}",
        role="img",
        font_family=_FONTS,
    )


def path(lines: Sequence[Sequence[Point]], look: Look, *, closed: bool) -> str:
    """Return lines or the rings of an area, drawn as ``look`` says."""
    end = "Z" if closed else ""
    data = "".join(
        "M" + " ".join(f"{number(x)} {number(y)}" for x, y in line) + end for line in lines
    )
    return element("path", d=data, fill_rule="evenodd" if closed else None, **_paint(look, closed))


def point(at: Point, look: Look) -> str:
    """Return a point as a circle, with a dot in it if the look has a core."""
    x, y = at
    circle = element("circle", cx=x, cy=y, r=look.radius, **_paint(look, filled=True))
    if not look.core:
        return circle
    return circle + element("circle", cx=x, cy=y, r=look.core, fill=look.stroke)


def letters(line: Line, at: Point, *, anchor: str = "start", halo: str | None = None) -> str:
    """Return a line of text from its baseline; ``halo`` is the colour of the ground."""
    width = max(_HALO_MM, _HALO_EM * line.size)
    around = {"stroke": halo, "stroke_width": width, "stroke_linejoin": "round"} if halo else {}
    return element(
        "text",
        text_node(line.text),
        x=at[0],
        y=at[1],
        font_size=line.size,
        font_weight=line.weight,
        # Some programs take a variable font's lightest cut unless this says which.
        font_variation_settings=f"'wght' {line.weight}",
        text_anchor=None if anchor == "start" else anchor,
        fill=line.fill,
        paint_order="stroke" if halo else None,
        **around,
    )


def swatch(look: Look, shape: Shape, left: float, top: float) -> str:
    """Return a small drawing of a look, 7 by 4 mm, for a legend."""
    if shape == "area":
        inset = look.width / 2
        size = {"width": 5.6 - look.width, "height": 3.2 - look.width}
        corner = {"x": left + inset, "y": top + 0.4 + inset, "rx": 0.5}
        return element("rect", **corner, **size, **_paint(look))
    if shape == "line":
        return path([[(left, top + 2), (left + 5.6, top + 2)]], look, closed=False)
    return point((left + 2.8, top + 2), look)


def _value(value: object) -> str:
    return number(value) if isinstance(value, float) else _CONTROLS.sub("", str(value))


def _paint(look: Look, filled: bool = True) -> dict[str, object]:
    fill = _fill(look.fill) if filled else "none"
    return {
        "fill": fill,
        "fill_opacity": look.opacity if look.opacity < 1 and fill != "none" else None,
        "stroke": look.stroke,
        "stroke_width": look.width if look.stroke != "none" else None,
        "stroke_dasharray": " ".join(map(number, look.dash)) or None,
        "stroke_linejoin": "round",
    }


def _fill(fill: str | Hatch) -> str:
    return fill if isinstance(fill, str) else f"url(#{_hatch_id(fill)})"


def _hatch_id(hatch: Hatch) -> str:
    """Return a name that says all of a hatch, so that equal ones may meet in one page."""
    width = number(hatch.width).replace(".", "_")
    parts = (hatch.fill[1:], hatch.ink[1:], hatch.texture, width, "s" if hatch.sample else "p")
    return "-".join(("hatch", *parts))


def _pattern(hatch: Hatch) -> str:
    is_dots = hatch.texture == "dots"
    parts = [element("rect", width=_TILE, height=_TILE, fill=hatch.fill)]
    if hatch.texture in STROKES:
        width = 2 * hatch.width if is_dots else hatch.width
        cap = "round" if is_dots else None
        parts.append(
            _strokes(hatch.texture, stroke=hatch.ink, stroke_width=width, stroke_linecap=cap)
        )
    if hatch.sample:
        parts.append(_strokes("back", stroke="#fff", stroke_width=0.8, stroke_opacity=0.6))
    return element(
        "pattern",
        parts,
        id=_hatch_id(hatch),
        width=_TILE,
        height=_TILE,
        patternUnits="userSpaceOnUse",
        patternTransform=f"scale({number(_TILE_MM / _TILE)})",
    )


def _strokes(texture: str, **attributes: object) -> str:
    return element("path", d=STROKES[texture], fill="none", **attributes)
