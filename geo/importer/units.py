"""Units as county tables write them, and what turns a number into its field's own unit.

The unit of a field is part of its name (``_mu`` 亩, ``_wan`` 万元 ...). A unit is known by its
usual word, such as ``公顷``, whatever spelling the file has (``ha``, ``hm²``).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from fractions import Fraction

_MU = Fraction(10_000, 15)
_DAYS_A_MONTH = Fraction(365, 12)
_STANDARD_GRAVITY = Fraction("9.80665")

_SPELLINGS: Mapping[str, Mapping[str, tuple[Fraction | int, tuple[str, ...]]]] = {
    "area": {
        "亩": (_MU, ("mu", "市亩")),
        "平方米": (1, ("m2", "平米", "平方", "sqm", "平", "平方公尺")),
        "公顷": (10_000, ("ha", "hm2", "hectare", "hectares")),
        "平方公里": (1_000_000, ("km2", "平方千米", "sqkm", "平方km")),
        "万平方米": (10_000, ("万m2", "万平米", "万平方", "万平")),
        "千亩": (1_000 * _MU, ()),
        "万亩": (10_000 * _MU, ()),
        "万公顷": (100_000_000, ("万ha", "万hm2")),
    },
    "money": {
        "万元": (10_000, ("万", "万元人民币", "人民币万元", "万rmb", "万圆")),
        "元": (1, ("圆", "人民币元", "人民币", "rmb", "cny")),
        "亿元": (100_000_000, ("亿", "亿元人民币", "人民币亿元")),
        "千元": (1_000, ()),
        "百万元": (1_000_000, ("百万",)),
        "千万元": (10_000_000, ("千万",)),
    },
    "price": {
        "万元/亩": (Fraction(10_000) / _MU, ("万/亩", "万元/mu")),
        "元/平方米": (1, ("元/m2", "元/平米", "元/平方", "元/平")),
        "元/亩": (1 / _MU, ("元/mu",)),
        "万元/公顷": (1, ("万元/ha", "万元/hm2", "万/公顷")),
    },
    "rent": {
        "元/平方米/月": (
            1,
            ("元/m2/月", "元/平米/月", "元/平方/月", "元/平/月", "元/月/m2", "元/月/平方米"),
        ),
        "元/平方米/年": (
            Fraction(1, 12),
            ("元/m2/年", "元/平米/年", "元/平方/年", "元/平/年", "元/年/m2", "元/年/平方米"),
        ),
        "元/平方米/天": (
            _DAYS_A_MONTH,
            ("元/m2/天", "元/平米/天", "元/m2/日", "元/平方米/日", "元/天/m2", "元/平/天"),
        ),
    },
    "energy": {
        "吨标煤": (1, ("tce", "吨标准煤", "t标煤", "t标准煤", "吨")),
        "万吨标煤": (10_000, ("万吨标准煤", "万tce", "万吨")),
        "千克标煤": (Fraction(1, 1_000), ("kgce", "千克标准煤", "公斤标煤", "公斤标准煤")),
    },
    "power": {
        "kVA": (1, ("千伏安",)),
        "MVA": (1_000, ("兆伏安",)),
        "kW": (1, ("千瓦",)),
        "MW": (1_000, ("兆瓦",)),
    },
    "load": {
        "t/m²": (1, ("t/m2", "吨/平方米", "吨/m2", "吨/平米", "t/平方米")),
        "kg/m²": (
            Fraction(1, 1_000),
            ("kg/m2", "公斤/平方米", "千克/平方米", "kg/平方米", "公斤/m2", "公斤/平米"),
        ),
        "kN/m²": (
            1 / _STANDARD_GRAVITY,
            ("kn/m2", "千牛/平方米", "千牛/m2", "kpa", "千帕", "kn/平方米"),
        ),
    },
    "length": {
        "米": (1, ("m", "公尺")),
        "厘米": (Fraction(1, 100), ("cm", "公分")),
        "毫米": (Fraction(1, 1_000), ("mm",)),
    },
    "share": {
        "%": (Fraction(1, 100), ("百分比", "百分数", "percent", "pct")),
        "‰": (Fraction(1, 1_000), ("千分比",)),
        "小数": (1, ("0-1", "0~1")),
    },
}
"""By quantity: the usual word of a unit, its size in the quantity's base, other spellings."""

_ENGLISH: Mapping[str, str] = {
    "亩": "mu (1/15 ha)",
    "平方米": "m²",
    "公顷": "ha",
    "平方公里": "km²",
    "万平方米": "10,000 m²",
    "万元": "10,000 yuan",
    "元": "yuan",
    "千元": "1,000 yuan",
    "百万元": "million yuan",
    "亿元": "100 million yuan",
    "万元/亩": "10,000 yuan/mu",
    "元/平方米": "yuan/m²",
    "元/亩": "yuan/mu",
    "万元/公顷": "10,000 yuan/ha",
    "元/平方米/月": "yuan/m² a month",
    "元/平方米/年": "yuan/m² a year",
    "元/平方米/天": "yuan/m² a day",
    "吨标煤": "tonnes of coal equivalent",
    "万吨标煤": "10,000 tonnes of coal equivalent",
    "千克标煤": "kilograms of coal equivalent",
    "米": "m",
    "厘米": "cm",
    "毫米": "mm",
    "小数": "fraction (0 to 1)",
}
"""English names of the units that a question offers and that are no symbols."""

_OWN = (
    ("_wan_per_mu", "万元/亩"),
    ("_yuan_m2_month", "元/平方米/月"),
    ("_t_m2", "t/m²"),
    ("_km2_reported", "平方公里"),
    ("_mu", "亩"),
    ("_ha", "公顷"),
    ("_m2", "平方米"),
    ("_wan", "万元"),
    ("_tce", "吨标煤"),
    ("_kva", "kVA"),
    ("_height_m", "米"),
)
_SHARES = (
    "invested_share",
    "stated_share",
    "building_coefficient_min",
    "building_coefficient",
    "green_ratio_max",
    "green_ratio",
    "office_ratio",
)

_BRACKETED = re.compile(r"[(\[{【〔<]([^()\[\]{}【】〔〕<>]*)[)\]}】〕>]")
_AFTER_COLON = re.compile(r"[:,;]\s*(?:单位\s*[:是为]?\s*)?([^:,;]+)$")
_STATED = re.compile(r"单位\s*[:是为]?\s*([^;。)\]】]+)")
_BARE_ENDS = (
    *("元/平方米/月", "元/m2/月", "元/平方米", "万元/亩", "万平方米", "平方公里", "平方米"),
    *("公顷", "万元", "亿元", "km2", "hm2", "m2", "亩", "%"),
)
"""Units that a heading may end with without any sign, the longer before its own end."""

_ENGLISH_ENDS = re.compile(r"[_ ](mu|ha|hm2|m2|km2|wan|tce|kva|kw|pct)$", re.IGNORECASE)
_SHOWN_ANSWERS = 5
_LONGEST = 200
"""Characters of a heading that are looked at: a longer one is a note in the wrong place."""


def _spelling(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).casefold()
    plain = re.sub(r"[·•∙⋅.*每]", "/", plain.replace("^", ""))
    return re.sub(r"\s+", "", plain).strip("/")


def _known_units() -> dict[str, tuple[str, str, Fraction]]:
    """Return the quantity, usual word and size of every spelling."""
    known: dict[str, tuple[str, str, Fraction]] = {}
    for quantity, units in _SPELLINGS.items():
        for word, (size, others) in units.items():
            for spelling in (word, *others):
                known[_spelling(spelling)] = (quantity, word, Fraction(size))
    return known


_UNITS = _known_units()


def unit_of(text: str) -> str | None:
    """Return the usual word of a unit that a text consists of, else ``None``.

    >>> unit_of("hm²"), unit_of("㎡"), unit_of("元/㎡·月"), unit_of("箱")
    ('公顷', '平方米', '元/平方米/月', None)
    """
    found = _UNITS.get(_spelling(text))
    return found[1] if found else None


def own_unit(field: str) -> str | None:
    """Return the unit in which a field is stored, ``None`` for one without a unit.

    >>> own_unit("declared_area_mu"), own_unit("invested_share"), own_unit("far")
    ('亩', '小数', None)
    """
    if field in _SHARES:
        return "小数"
    return next((unit for end, unit in _OWN if field.endswith(end)), None)


def quantity_of(field: str) -> str | None:
    """Return what a field measures (``area``, ``money`` ...), ``None`` for no quantity."""
    unit = own_unit(field)
    return _UNITS[_spelling(unit)][0] if unit else None


def fits(field: str, unit: str) -> bool:
    """Return whether a unit measures what the field holds."""
    found = _UNITS.get(_spelling(unit))
    return found is not None and found[0] == quantity_of(field)


def factor(field: str, unit: str) -> Fraction:
    """Return by what a number in ``unit`` is multiplied to be in the field's own unit.

    Raises ``ValueError`` if the unit does not measure what the field holds.

    >>> factor("declared_area_mu", "公顷"), factor("floor_load_t_m2", "kN/m²") * 980665
    (Fraction(15, 1), Fraction(100000, 1))
    """
    own = own_unit(field)
    if own is None or not fits(field, unit):
        msg = f"{unit} does not measure {field}"
        raise ValueError(msg)
    return _UNITS[_spelling(unit)][2] / _UNITS[_spelling(own)][2]


def likely_units(field: str) -> tuple[str, ...]:
    """Return the units that a column of this field may be in, its own unit first."""
    own, quantity = own_unit(field), quantity_of(field)
    if own is None or quantity is None:
        return ()
    others = [unit for unit in _SPELLINGS[quantity] if unit != own]
    return (own, *others)[:_SHOWN_ANSWERS]


def label(unit: str) -> dict[str, str]:
    """Return how a unit reads in both languages.

    >>> label("公顷"), label("kVA")
    ({'zh': '公顷', 'en': 'ha'}, {'zh': 'kVA', 'en': 'kVA'})
    """
    return {"zh": unit, "en": _ENGLISH.get(unit, unit)}


def split_heading(heading: str) -> tuple[str, str | None]:
    """Return a heading without its unit, and the unit.

    >>> split_heading("面积（亩）"), split_heading("用地/公顷"), split_heading("计划投资:万元")
    (('面积', '亩'), ('用地', '公顷'), ('计划投资', '万元'))
    """
    text = unicodedata.normalize("NFKC", heading[:_LONGEST]).strip()
    for bracket in reversed(list(_BRACKETED.finditer(text))):
        unit = _stated_unit(bracket[1])
        if unit:
            return (text[: bracket.start()] + text[bracket.end() :]).strip(), unit
    for end in (_AFTER_COLON.search(text), _ENGLISH_ENDS.search(text)):
        if end and (unit := _stated_unit(end[1])):
            return text[: end.start()].strip(), unit
    return _split_bare(text)


def _stated_unit(text: str) -> str | None:
    """Return the unit that a text names, also as ``单位：亩``."""
    stated = _STATED.search(text)
    return unit_of(text) or (unit_of(stated[1]) if stated else None)


def _split_bare(text: str) -> tuple[str, str | None]:
    """Return a heading and the unit it ends with, without any sign between them."""
    head, _, last = text.rpartition("/")
    if head and unit_of(last):
        return head, unit_of(last)
    for end in _BARE_ENDS:
        if text.casefold().endswith(end) and len(text) > len(end):
            return text[: -len(end)].rstrip("/ "), unit_of(end)
    return text, None


def units_of_note(note: str) -> tuple[str, ...]:
    """Return the units that a text beside the table declares.

    >>> units_of_note("单位：万元、亩"), units_of_note("填报单位：策勒县")
    (('万元', '亩'), ())
    """
    stated = _STATED.search(unicodedata.normalize("NFKC", note))
    parts = re.split(r"[、,\s]+", stated[1]) if stated else []
    return tuple(unit for part in parts if (unit := unit_of(part)))
