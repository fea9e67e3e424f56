"""What a map calls its things, and what it remarks beside a name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from geo.model import DRAWN_NATURES
from geo.wording import Wording

Feature = Mapping[str, Any]


def name_of(feature: Feature, wording: Wording) -> str:
    """Return the name of a feature, else its number."""
    return wording.pick(feature["properties"], "name") or str(feature["id"])


def short_name(name: str) -> str:
    """Return a name without the other spellings in brackets.

    >>> short_name("Keriya (Yutian)"), short_name("于田（克里雅）")
    ('Keriya', '于田')
    """
    return name.split(" (")[0].split("（")[0]


def kind_of(feature: Feature) -> str:
    """Return the kind of a feature within its layer, such as ``railway``."""
    return str(feature["properties"].get("kind"))


def nature_of(feature: Feature) -> str:
    """Return the nature of a feature."""
    return str(feature["properties"].get("nature"))


def is_unplaced(feature: Feature) -> bool:
    """Whether nobody has published where it is, and its mark stands there for want of better."""
    return kind_of(feature) == "land_port" or feature["properties"].get("place_known") is False


def unsure_word(feature: Feature, wording: Wording) -> str:
    """Return the word for a sample or a thing that nobody surveyed; empty for others."""
    nature = nature_of(feature)
    unsure = nature == "sample" or nature in DRAWN_NATURES
    return wording.word("nature", nature) if unsure else ""


def place_remark(feature: Feature, wording: Wording) -> str:
    """Return what must stand beside the name of a park: nowhere, a sample, or not surveyed."""
    return wording.t("map.unplaced") if is_unplaced(feature) else unsure_word(feature, wording)


def remarked(text: str, remark: str, wording: Wording) -> str:
    """Return a text with a remark in brackets, or the one that is there."""
    both = text and remark
    return wording.t("sheet.remarked", text=text, remark=remark) if both else text or remark


def capital(text: str) -> str:
    """Return a text that begins with a capital letter."""
    return text[:1].upper() + text[1:]
