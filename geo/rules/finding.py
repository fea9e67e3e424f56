"""What every rule needs: the data at hand, and how a Finding is made from it."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from geo.codes import Codes
from geo.i18n import LANGUAGES, both, message
from geo.model import KINDS, Catalog, Finding
from geo.rules.config import RulesConfig

LONGEST = 80
"""Most characters of one value that a message repeats."""

_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_UNSEEN = ("Cc", "Cs", "Zl", "Zp")


@dataclass(frozen=True)
class Record:
    """One record of a layer: its row in the file, its key if it has one, and its name."""

    row: int
    key: str | None

    @property
    def feature(self) -> tuple[str, ...]:
        """The identifiers that a Finding about this record lists."""
        return () if self.key is None else (self.key,)

    @property
    def label(self) -> str | Mapping[str, str]:
        """What a message calls the record: its key, else its place in the file."""
        return self.key if self.key is not None else both("where.row", row=self.row + 1)


@dataclass(frozen=True)
class Context:
    """The data that is checked and what it is checked against."""

    frames: Mapping[str, pd.DataFrame]
    catalog: Catalog
    codes: Codes
    config: RulesConfig
    as_of: date

    def of_kind(self, kind: str) -> Iterator[tuple[str, pd.DataFrame]]:
        """Return the readable layers and tables of a kind, in the catalogue's order."""
        for name, entry in self.catalog.entries().items():
            if entry.kind == kind and name in self.frames:
                yield name, self.frames[name]

    def all_frames(self) -> Iterator[tuple[str, pd.DataFrame]]:
        """Return the readable layers and tables, in the catalogue's order."""
        for name in self.catalog.entries():
            if name in self.frames:
                yield name, self.frames[name]

    def is_unread(self, kind: str) -> bool:
        """Return whether a file of that kind could not be read, so nothing refers to it."""
        entries = self.catalog.entries().items()
        return any(entry.kind == kind and name not in self.frames for name, entry in entries)

    def record(self, layer: str, row: int) -> Record:
        """Return the record in that row of a layer."""
        key = self._keys(layer).iloc[row]
        return Record(row, None if pd.isna(key) else str(key))

    def records(self, layer: str, mask: Any) -> Iterator[Record]:
        """Return the records where the mask holds; NA counts as not."""
        chosen = np.asarray(pd.array(np.asarray(mask), dtype="boolean").fillna(False), dtype=bool)
        # One look at the column for all rows: a look for each takes most of a check's time.
        for row, key in zip(np.flatnonzero(chosen), self._keys(layer)[chosen], strict=True):
            yield Record(int(row), None if pd.isna(key) else str(key))

    def _keys(self, layer: str) -> pd.Series[Any]:
        return self.frames[layer][KINDS[self.catalog.entries()[layer].kind].key]

    def finding(
        self,
        rule: str,
        layer: str,
        record: Record | None = None,
        *,
        feature: Sequence[str] = (),
        detail: str = "",
        field: str | None = None,
        expected: str | None = None,
        actual: str | None = None,
        area_m2: float | None = None,
        geometry: Mapping[str, Any] | None = None,
        plots: tuple[str, ...] = (),
        **params: object,
    ) -> Finding:
        """Return a Finding about a record, several features or the layer as a whole.

        ``detail`` tells apart two faults of one rule in one feature; ``field`` is the field
        that is at fault, ``plots`` are the plots that a fault of another layer touches.
        The text is ``finding.<rule>`` with ``params``, the field, the layer's title and what
        the record is called.
        """
        features = tuple(feature) or (record.feature if record else ())
        if record and not features:
            detail = f"row {record.row} {detail}"
        entry = self.catalog.entries().get(layer)
        title = {"zh": entry.title.zh, "en": entry.title.en} if entry else layer
        label = "、".join(features) if feature else (record.label if record else "")
        texts = {
            "layer": title,
            "feature": label,
            "field": None if field is None else field_words(field),
            "expected": expected,
            "actual": actual,
        }
        return make_finding(
            self.config,
            rule,
            layer,
            feature=features,
            detail=detail,
            expected=None if expected is None else clean(expected),
            actual=None if actual is None else clean(actual),
            area_m2=area_m2,
            geometry=geometry,
            field=field,
            plots=plots,
            params={**texts, **params},
        )


def make_finding(
    config: RulesConfig,
    rule: str,
    layer: str,
    *,
    feature: tuple[str, ...],
    detail: str,
    params: Mapping[str, object],
    expected: str | None = None,
    actual: str | None = None,
    area_m2: float | None = None,
    geometry: Mapping[str, Any] | None = None,
    field: str | None = None,
    plots: tuple[str, ...] = (),
) -> Finding:
    """Return a Finding whose identifier depends on what is wrong and where, and on no more."""
    identity = "\x1f".join((rule, layer, *feature, "", detail))
    digest = hashlib.sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    settings = config.rule(rule)
    return Finding(
        id=f"{rule}-{digest}",
        rule=rule,
        severity=settings.severity,
        layer=layer,
        feature=feature,
        message={lang: message(f"finding.{rule}", lang, **_in(lang, params)) for lang in LANGUAGES},
        expected=expected,
        actual=actual,
        area_m2=area_m2,
        geometry=geometry,
        blocking=settings.blocks,
        field=field,
        plots=plots,
    )


@cache
def field_words(name: str) -> Mapping[str, str]:
    """Return what people call a field, with its name as the files have it."""
    label = both(f"data_field.{name}")
    return {"zh": f"“{label['zh']}”（{name}）", "en": f"“{label['en']}” ({name})"}


def phrase(key: str, **params: object) -> dict[str, str]:
    """Return part of a sentence in both languages, its values cleaned."""
    return {lang: message(key, lang, **_in(lang, params)) for lang in LANGUAGES}


def clean(value: object, *, longest: int = LONGEST) -> str:
    """Return a value as one short line: no control characters, no bidirectional overrides.

    Markup stays as it is; whoever shows the text escapes it.
    """
    text = str(value)
    if text.isprintable():  # so it has none of them: all but a few values
        text = text.strip()
        return text if len(text) <= longest else f"{text[: longest - 1]}…"
    text = _BIDI.sub("", text)
    text = "".join(" " if unicodedata.category(c) in _UNSEEN else c for c in text).strip()
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _in(lang: str, params: Mapping[str, object]) -> dict[str, str]:
    """Return the parameters in one language; phrases were cleaned when they were made."""
    return {
        name: str(value[lang]) if isinstance(value, Mapping) else clean(value)
        for name, value in params.items()
        if value is not None
    }
