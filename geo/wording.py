"""Values as text in one language: the twin, on the server, of ``static/js/format.js``.

A published figure is shown as it was published: its unit is translated, its value never
converted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, NamedTuple

from geo.i18n import LANGUAGES, has_message, message
from geo.model import MU_PER_HECTARE

_UNITS = {
    "亿元": "unit.hundred_million_yuan",
    "万元": "unit.ten_thousand_yuan",
    "亩": "unit.mu",
    "万亩": "unit.ten_thousand_mu",
    "家": "unit.firms",
    "个": "unit.items",
    "次": "unit.times",
    "人": "unit.people",
    "万平方米": "unit.ten_thousand_m2",
    "°C": "unit.celsius",
    "mm": "unit.mm",
}
"""Catalogue keys of the units that occur in Chinese sources."""

_HALVES = re.compile(r"(?P<zh>.*[\u3400-\u9fff].*) / (?P<en>[^\u3400-\u9fff]+)", re.DOTALL)
_LIST = re.compile(r"[;；]")


class Quantity(NamedTuple):
    """A number with its unit, which a page sets smaller beside it."""

    number: str
    unit: str

    def __str__(self) -> str:
        """Return both with a space between, for titles and plain text."""
        return f"{self.number} {self.unit}".strip()


@dataclass(frozen=True)
class Wording:
    """How values read in a language.

    Parameters
    ----------
    lang
        ``zh`` or ``en``.

    Examples
    --------
    >>> Wording("zh").number(1234.5), Wording("en").percent(0.275)
    ('1,234.5', '27.5 %')
    >>> Wording("en").quantity(80, "unit.mu")
    Quantity(number='80', unit='mu')
    """

    lang: str

    def t(self, key: str, **params: object) -> str:
        """Return the text of a key; see :func:`geo.i18n.message`."""
        return message(key, self.lang, **params)

    def word(self, family: str, value: object) -> str:
        """Return the word for a value of a closed list; an unknown value shows as it is."""
        key = f"{family}.{value}"
        return message(key, self.lang) if has_message(key) else str(value or "")

    def pick(self, record: Mapping[str, Any] | None, stem: str = "") -> str:
        """Return a text of a record in the language, else in the other one, else empty.

        Parameters
        ----------
        stem
            ``name`` for ``name_zh`` and ``name_en``; empty for ``{"zh": ..., "en": ...}``.
        """
        if not record:
            return ""
        names = sorted(LANGUAGES, key=lambda lang: lang != self.lang)
        texts = (record.get(f"{stem}_{name}" if stem else name) for name in names)
        return next((str(text) for text in texts if text), "")

    def half(self, text: object) -> str:
        """Return the half of a text in the language, if it is written ``中文 / English``.

        >>> Wording("en").half("示意 / schematic"), Wording("en").half("a / b")
        ('schematic', 'a / b')
        """
        whole = "" if text is None else str(text)
        found = _HALVES.fullmatch(whole)
        return found[self.lang] if found else whole

    def parts(self, text: object) -> list[str]:
        """Return the parts of a list that is stored as ``a; b``."""
        return parts(text)

    def sources(self, text: object) -> list[str]:
        """Return the sources of a record, which are stored as ``a; b``."""
        return parts(self.half(text))

    def number(self, value: object, digits: int = 6) -> str:
        """Return a number with separators and at most so many decimals; empty for none."""
        exact = _to_decimal(value)
        if exact is None:
            return ""
        text = f"{exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP):,f}"
        return text.rstrip("0").rstrip(".") if "." in text else text

    def quantity(self, value: object, key: str, digits: int = 2) -> Quantity | None:
        """Return a number with a unit of the catalogue (``unit.m2``); ``None`` for none."""
        amount = self.number(value, digits)
        return Quantity(amount, self._unit_of(amount, key)) if amount else None

    def _unit_of(self, amount: str, key: str) -> str:
        """Return a unit, in English the singular of one: ``1 storey``."""
        single = f"{key}_one"
        return self.t(single if amount == "1" and has_message(single) else key)

    def area(self, mu: object, digits: int = 1) -> Quantity | None:
        """Return an area given in 亩; ``None`` for none."""
        return self.quantity(mu, "unit.mu", digits)

    def hectares(self, mu: object) -> Quantity | None:
        """Return an area given in 亩 as hectares; ``None`` for none."""
        exact = _to_decimal(mu)
        return None if exact is None else self.quantity(exact / MU_PER_HECTARE, "unit.hectare")

    def unit(self, text: object, english: object = None) -> str:
        """Return the unit of a source in the language.

        Parameters
        ----------
        text
            As the source has it.
        english
            The record's own translation.
        """
        if self.lang == "en" and english:
            # "20.43 100 million yuan" would read as one number.
            return f"× {english}" if str(english)[0].isdigit() else str(english)
        key = _UNITS.get(str(text or ""))
        return self.t(key) if key else str(text or "")

    def period(self, text: object) -> str:
        """Return a period; the tables are kept in Chinese, an undated one has words.

        >>> Wording("en").period("未注明，约2010–2012"), Wording("zh").period("2020")
        ('undated, about 2010–2012', '2020')
        """
        period = str(text or "")
        undated = f"{self.t('ui.undated_about')} "
        return period.replace("未注明，约", undated) if period else self.t("ui.undated")

    def percent(self, share: object) -> str:
        """Return a share such as 0.35 as a percentage; empty for none."""
        exact = _to_decimal(share)
        return "" if exact is None else f"{self.number(exact * 100, 1)} %"

    def range(self, low: object, high: object) -> str:
        """Return ``1–2``, ``≥ 1`` or ``≤ 2``; empty if both ends are open."""
        least, most = self.number(low), self.number(high)
        if least and most:
            return least if least == most else f"{least}–{most}"
        return f"≥ {least}" if least else f"≤ {most}" if most else ""

    def yes_no(self, value: object) -> str:
        """Return yes or no; empty if it is not known."""
        return self.t("ui.yes" if value else "ui.no") if isinstance(value, bool) else ""

    def enumerate(self, texts: list[str]) -> str:
        """Return texts one after another, with the separator of the language between."""
        return self.t("ui.list_separator").join(text for text in texts if text)


def parts(text: object) -> list[str]:
    """Return the parts of a list that is stored as ``a; b``.

    >>> parts("C13；C14; "), parts(None)
    (['C13', 'C14'], [])
    """
    found = (part.strip() for part in _LIST.split(str(text or "")))
    return [part for part in found if part]


def _to_decimal(value: object) -> Decimal | None:
    if value is None or isinstance(value, bool):
        return None
    try:
        exact = Decimal(str(value))
    except InvalidOperation:
        return None
    return exact if exact.is_finite() else None
