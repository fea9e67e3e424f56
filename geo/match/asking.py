"""Read what somebody asks for, from the parameters of an address."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as default
from typing import Literal

from geo.codes import IndustryList
from geo.errors import BadRequest
from geo.i18n import both
from geo.match.criteria import (
    Amount,
    Area,
    Criterion,
    HasTenure,
    HasUtility,
    InCounty,
    Industry,
    InPark,
    Near,
    Ready,
    Tenure,
    Use,
)
from geo.match.offers import OfferKind
from geo.model import MU_M2, parse_partial_date
from geo.utilities import UTILITY_KINDS

WHATS: Mapping[str, OfferKind] = {"plot": "parcels", "hall": "buildings"}
"""What can be sought, and the kind of its records."""

UNITS: Mapping[str, float] = {"mu": MU_M2, "ha": 10_000.0, "m2": 1.0}
"""Units of area, in square metres."""

ASKED_UTILITIES = tuple(kind for kind in UTILITY_KINDS if kind != "power")
"""Power is asked for by its capacity."""

TENURES: tuple[Tenure, ...] = ("buy", "lease")

_OF_PLOTS = ("tenure",)
_OF_HALLS = ("load",)
_MOST = 1e9
_LONGEST = 60


@dataclass(frozen=True)
class Choices:
    """What an edition lets one choose from.

    Parameters
    ----------
    uses, counties, parks
        Codes and keys.
    industries
        All industries.
    """

    uses: Sequence[str]
    counties: Sequence[str]
    parks: Sequence[str]
    industries: IndustryList


@dataclass(frozen=True)
class Ask:
    """What somebody asks for, as far as it could be understood.

    Parameters
    ----------
    what
        ``plot`` or ``hall``.
    unit
        Of the area.
    values
        What the form shows again, by the name of its field, as it was written.
    utilities
        Those that are chosen.
    criteria
        What was understood, in the order of the form.
    faults
        What was not, by the name of the field.
    """

    what: Literal["plot", "hall"] = "plot"
    unit: str = "mu"
    values: Mapping[str, str] = default(default_factory=dict)
    utilities: tuple[str, ...] = ()
    criteria: tuple[Criterion, ...] = ()
    faults: Mapping[str, BadRequest] = default(default_factory=dict)

    @property
    def kind(self) -> OfferKind:
        """The kind of record that is sought."""
        return WHATS[self.what]

    def query(self, *without: str, **changed: str) -> tuple[tuple[str, str], ...]:
        """Return the parameters that ask for the same.

        Parameters
        ----------
        without
            Names of criteria to leave out; ``utility:gas`` is one of the utilities.
        changed
            Fields that get another value.
        """
        dropped = {name for key in without for name in _FIELDS_OF.get(key, (key,))}
        values = {n: v for n, v in self.values.items() if n not in dropped} | changed
        pairs: list[tuple[str, str]] = [("what", self.what)] if self.what != "plot" else []
        pairs += [(name, values[name]) for name in _ORDER if values.get(name)]
        if {"area_min", "area_max"} & values.keys() and self.unit != _default_unit(self.what):
            pairs.append(("unit", self.unit))
        kept = (kind for kind in self.utilities if f"utility:{kind}" not in without)
        return (*pairs, *(("util", kind) for kind in kept))


_ORDER = (
    *("area_min", "area_max", "industry", "use", "tenure", "load", "power", "price"),
    *("county", "park", "rail", "air", "ready"),
)
_FIELDS_OF = {"area": ("area_min", "area_max")}


def read_ask(arguments: Mapping[str, Sequence[str]], choices: Choices) -> Ask:
    """Return what is asked; a field that cannot be understood is a fault of the ask.

    Parameters
    ----------
    arguments
        The parameters, each with all of its values; unknown ones are ignored.
    choices
        What the edition lets one choose from.
    """
    reader = _Reader(arguments, choices)
    criteria = tuple(reader.criteria())
    return Ask(
        reader.what, reader.unit, reader.values, reader.utilities, criteria, dict(reader.faults)
    )


class _Reader:
    """Reads one field after another and keeps what is wrong with each."""

    def __init__(self, arguments: Mapping[str, Sequence[str]], choices: Choices) -> None:
        self._arguments = arguments
        self._choices = choices
        self.faults: dict[str, BadRequest] = {}
        self.values: dict[str, str] = {}
        self.what: Literal["plot", "hall"] = (
            "hall" if self._choice("what", WHATS) == "hall" else "plot"
        )
        self.unit = self._choice("unit", UNITS) or _default_unit(self.what)
        self.values.pop("what", None)
        self.values.pop("unit", None)
        self.utilities: tuple[str, ...] = ()

    def criteria(self) -> Iterator[Criterion]:
        """Return what is understood, in the order of the form."""
        yield from self._area()
        yield from self._land()
        yield from self._amounts()
        yield from self._utilities()
        yield from self._place()
        yield from self._ready()

    def _area(self) -> Iterator[Criterion]:
        least, most = self._number("area_min"), self._number("area_max")
        if least is None and most is None:
            return
        if least is not None and most is not None and least > most:
            self._blame("area_max", BadRequest("SITES_RANGE", least=f"{least:g}", most=f"{most:g}"))
            return
        factor = UNITS[self.unit]
        ends = [None if end is None else end * factor for end in (least, most)]
        yield Area(ends[0], ends[1], self.unit)

    def _land(self) -> Iterator[Criterion]:
        industry = self._industry()
        if industry:
            yield Industry(industry)
        use = self._choice("use", self._choices.uses)
        if use:
            yield Use(use)
        tenure = self._choice("tenure", TENURES) if self.what == "plot" else None
        yield from (HasTenure(t) for t in TENURES if t == tenure)

    def _amounts(self) -> Iterator[Criterion]:
        if self.what == "hall":
            yield from self._amount("load", "least")
        yield from self._amount("power", "least")
        yield from self._amount("price", "most")

    def _amount(self, name: str, sense: Literal["least", "most"]) -> Iterator[Criterion]:
        limit = self._number(name)
        if limit is not None:
            yield Amount(name, sense, limit)

    def _utilities(self) -> Iterator[Criterion]:
        asked = [text for text in self._arguments.get("util", ()) if text]
        unknown = next((text for text in asked if text not in ASKED_UTILITIES), None)
        if unknown:
            self._blame("util", _no_choice("util", unknown))
        self.utilities = tuple(kind for kind in ASKED_UTILITIES if kind in asked)
        yield from map(HasUtility, self.utilities)

    def _place(self) -> Iterator[Criterion]:
        county = self._choice("county", self._choices.counties)
        if county:
            yield InCounty(county)
        park = self._choice("park", self._choices.parks)
        if park:
            yield InPark(park)
        for name in ("rail", "air"):
            limit = self._number(name)
            if limit is not None:
                yield Near("rail" if name == "rail" else "air", limit)

    def _ready(self) -> Iterator[Criterion]:
        text = self._text("ready")
        found = parse_partial_date(text) if text else None
        if found:
            yield Ready(text, found[1].toordinal())
        elif text:
            self._blame("ready", BadRequest("SITES_DATE", value=text))

    def _industry(self) -> str | None:
        text = self._text("industry")
        code = self._choices.industries.normalise(text) if text else None
        if text and (code is None or not self._choices.industries.known(code)):
            self._blame("industry", BadRequest("SITES_INDUSTRY", value=text))
            return None
        if code:
            self.values["industry"] = code
        return code

    def _number(self, name: str) -> float | None:
        text = self._text(name)
        if not text:
            return None
        number = _to_number(text)
        if number is None:
            field = both(f"sites.field_{name}")
            self._blame(name, BadRequest("SITES_NUMBER", field=field, value=text))
        return number

    def _choice(self, name: str, known: Sequence[str] | Mapping[str, object]) -> str | None:
        text = self._text(name)
        if text and text not in known:
            self._blame(name, _no_choice(name, text))
            return None
        return text or None

    def _text(self, name: str) -> str:
        """Return what is written in a field, in half-width characters, and keep it.

        Nothing comes back if the field is written twice and differs: neither is meant more.
        """
        given = map(_plain, self._arguments.get(name, ()))
        texts = list(dict.fromkeys(text for text in given if text))
        if texts:
            self.values[name] = texts[0]
        if len(texts) > 1:
            field = both(f"sites.field_{name}")
            self._blame(name, BadRequest("SITES_TWICE", field=field, value=texts[1]))
            return ""
        return texts[0] if texts else ""

    def _blame(self, name: str, fault: BadRequest) -> None:
        self.faults[name] = fault


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()[:_LONGEST]


def _no_choice(name: str, text: str) -> BadRequest:
    return BadRequest("SITES_CHOICE", field=both(f"sites.field_{name}"), value=text[:_LONGEST])


def _to_number(text: str) -> float | None:
    """Return a number of zero or more, written with or without separators."""
    try:
        number = float(text.replace(",", "").replace(" ", ""))
    except ValueError:
        return None
    return number if 0 <= number <= _MOST else None


def _default_unit(what: str) -> str:
    return "mu" if what == "plot" else "m2"
