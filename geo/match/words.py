"""What is asked, and how an offer answers it, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from geo.match.asking import UNITS
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
    Use,
    judge_together,
    total_area,
)
from geo.match.offers import Offer, OfferKind, Stop, industry_list
from geo.match.ranking import Match
from geo.match.span import Outcome, Span, around
from geo.query import Snapshot
from geo.utilities import ON_SITE
from geo.wording import Wording

AREA_UNITS: Mapping[str, str] = {"mu": "unit.mu", "ha": "unit.hectare", "m2": "unit.m2"}
"""Catalogue keys of the units in which an area can be asked for."""

_DIGITS = {"mu": 1, "ha": 2, "m2": 0}
_SIGNS = {"least": ("≥", "<"), "most": ("≤", ">")}
_TONES = {Outcome.MET: "met", Outcome.UNKNOWN: "unknown", Outcome.NOT_MET: "not"}


@dataclass(frozen=True)
class Answer:
    """How an offer answers one criterion, in words.

    Parameters
    ----------
    tone
        ``met``, ``unknown`` or ``not``.
    text
        The reason.
    question
        What to ask the park; empty unless it is unknown.
    """

    tone: str
    text: str
    question: str = ""


class Speaker:
    """Puts criteria and answers into the words of a language.

    Parameters
    ----------
    shown
        The edition whose codes and names are used.
    kind
        What is sought.
    w
        The language.
    """

    def __init__(self, shown: Snapshot, kind: OfferKind, w: Wording) -> None:
        self._shown = shown
        self._kind = kind
        self._w = w
        self._industries = industry_list(shown)
        self._uses: Mapping[str, Any] = shown.document("codes.json")["land_use"]
        self._targets: Mapping[str, Any] = shown.document("reach.json")["targets"]

    # --- what is asked ------------------------------------------------------------------

    def asked(self, criterion: Criterion) -> str:
        """Return a criterion in a few words: ``荷载 ≥ 0.8 t/m²``."""
        w = self._w
        match criterion:
            case Area():
                return f"{self._area_label()} {self._area_range(criterion)}"
            case Amount():
                sign = _SIGNS[criterion.sense][0]
                return f"{self._label(criterion)} {sign} {self._amount(criterion, criterion.limit)}"
            case Near():
                return w.t(f"sites.asked_{criterion.name}", km=w.number(criterion.limit_km, 1))
            case Ready():
                return w.t("sites.asked_ready", date=criterion.text)
            case Use():
                return f"{self.use(criterion.code)} {criterion.code}"
            case Industry():
                return f"{self.industry(criterion.code)} {criterion.code}"
            case HasUtility():
                return w.word("utility", criterion.kind)
            case HasTenure():
                return w.word("tenure", criterion.tenure)
            case InCounty():
                return self.county(criterion.adcode)
            case InPark():
                return self.park(criterion.park)
        return criterion.name

    # --- how an offer answers -----------------------------------------------------------

    def answer(self, criterion: Criterion, match: Match) -> Answer:
        """Return how an offer, or plots side by side, answer a criterion."""
        outcome = judge_together(criterion, match.offers)
        concerned = [
            offer
            for offer in match.offers
            if isinstance(criterion, Area) or criterion.judge(offer) is outcome
        ]
        text = self._reason(criterion, outcome, concerned)
        if len(concerned) < len(match.offers):
            keys = self._w.enumerate([offer.key for offer in concerned])
            text = f"{keys}{self._w.t('ui.colon')}{text}"
        question = self.question(criterion) if outcome is Outcome.UNKNOWN else ""
        return Answer(_TONES[outcome], text, question)

    def question(self, criterion: Criterion) -> str:
        """Return what to ask the park where a criterion is unknown."""
        return self._w.t(f"sites.ask_{criterion.name}", asked=self.asked(criterion))

    def _reason(self, criterion: Criterion, outcome: Outcome, offers: list[Offer]) -> str:
        reasons: dict[type, Callable[..., str]] = {
            Area: self._of_area,
            Amount: self._of_amount,
            Near: self._of_way,
            Ready: self._of_date,
            Use: self._of_use,
            Industry: self._of_industry,
            HasUtility: self._of_utility,
            HasTenure: self._of_tenure,
            InCounty: self._of_county,
            InPark: self._of_park,
        }
        return reasons[type(criterion)](criterion, outcome, offers)

    def _of_area(self, criterion: Area, outcome: Outcome, offers: list[Offer]) -> str:
        w, span, label = self._w, total_area(offers), self._area_label()
        if outcome is Outcome.UNKNOWN:
            if not span.is_known:
                return w.t("sites.not_given", label=label)
            free = self.area(Span(span.high, span.high), criterion.unit)
            return w.t("sites.partly_let", area=free)
        text = self.area(span, criterion.unit)
        if len(offers) > 1:
            text = w.t("sites.together", area=text)
        if outcome is Outcome.MET:
            return f"{label} {text}"
        least = criterion.least_m2
        if least is not None and span.high < least:
            return f"{label} {text} < {self.area(Span(least, least), criterion.unit)}"
        most = Span.exact(criterion.most_m2)
        return f"{label} {text} > {self.area(most, criterion.unit)}"

    def _of_amount(self, criterion: Amount, outcome: Outcome, offers: list[Offer]) -> str:
        span, label = around(criterion.span(offer) for offer in offers), self._label(criterion)
        if not span.is_known:
            return self._w.t("sites.not_given", label=label)
        text = f"{label} {self._amount_span(criterion, span)}"
        if outcome is not Outcome.NOT_MET:
            return text
        return f"{text} {_SIGNS[criterion.sense][1]} {self._amount(criterion, criterion.limit)}"

    def _of_way(self, criterion: Near, outcome: Outcome, offers: list[Offer]) -> str:
        w = self._w
        stops = [offer.rail if criterion.name == "rail" else offer.air for offer in offers]
        stop = max(stops, key=lambda stop: stop.km.high)
        if not stop.km.is_known:
            return w.t("sites.not_given", label=self._label(criterion))
        text = self.way(stop)
        if outcome is Outcome.UNKNOWN:
            return w.t("sites.to_check", text=text)
        sign = "" if outcome is Outcome.MET else f" > {w.number(criterion.limit_km, 1)} km"
        return f"{text}{sign}"

    def _of_date(self, criterion: Ready, outcome: Outcome, offers: list[Offer]) -> str:
        w = self._w
        given = sorted(str(o.properties.get("ready_on")) for o in offers if o.ready.is_known)
        if not given:
            return w.t("sites.not_given", label=w.t("field.ready_on"))
        if outcome is Outcome.NOT_MET:
            return w.t("sites.too_late", date=given[-1], asked=criterion.text)
        text = f"{w.t('field.ready_on')} {given[-1]}"
        return w.t("sites.to_check", text=text) if outcome is Outcome.UNKNOWN else text

    def _of_use(self, criterion: Use, outcome: Outcome, offers: list[Offer]) -> str:
        w = self._w
        codes = sorted({offer.use for offer in offers if offer.use})
        if not codes:
            return w.t("sites.not_given", label=w.t("field.land_use"))
        text = w.enumerate([f"{self.use(code)} {code}" for code in codes])
        if outcome is Outcome.NOT_MET:
            return w.t("sites.other_use", use=text)
        return w.t("sites.to_check", text=text) if outcome is Outcome.UNKNOWN else text

    def _of_industry(self, criterion: Industry, outcome: Outcome, offers: list[Offer]) -> str:
        w = self._w
        if outcome is Outcome.MET:
            return w.t("sites.permits", industry=self.asked(criterion))
        codes = sorted({code for offer in offers for code in offer.industries})
        if not codes:
            return w.t("sites.not_given", label=w.t("field.permitted"))
        if outcome is Outcome.NOT_MET:
            return w.t("sites.permits_other", industries=w.enumerate(codes), asked=criterion.code)
        narrower = sorted({code for offer in offers for code in criterion.narrower(offer)})
        return w.t("sites.permits_part", industries=w.enumerate(narrower), asked=criterion.code)

    def _of_utility(self, criterion: HasUtility, outcome: Outcome, offers: list[Offer]) -> str:
        w, name = self._w, self._w.word("utility", criterion.kind)
        if outcome is Outcome.UNKNOWN:
            return w.t("sites.not_given", label=name)
        if outcome is Outcome.NOT_MET:
            return w.t("sites.no_utility", utility=name)
        farthest = max(
            (offer.utilities[criterion.kind] for offer in offers),
            key=lambda utility: utility.distance_m if utility.distance_m is not None else -1.0,
        )
        if farthest.distance == ON_SITE:
            return f"{name} · {w.t('ui.on_site')}"
        if farthest.distance:
            return f"{name} · {w.t('ui.distance', distance=farthest.distance)}"
        return f"{name} · {w.t('sites.distance_unknown')}"

    def _of_tenure(self, criterion: HasTenure, outcome: Outcome, offers: list[Offer]) -> str:
        w = self._w
        methods = sorted({str(offer.properties.get("supply_method") or "") for offer in offers})
        text = w.enumerate([w.word("supply_method", method) for method in methods if method])
        if not text:
            return w.t("sites.not_given", label=w.t("field.supply_method"))
        if outcome is Outcome.NOT_MET:
            return w.t("sites.other_tenure", method=text)
        return w.t("sites.to_check", text=text) if outcome is Outcome.UNKNOWN else text

    def _of_county(self, criterion: InCounty, outcome: Outcome, offers: list[Offer]) -> str:
        w = self._w
        if outcome is Outcome.UNKNOWN:
            return w.t("sites.not_given", label=w.t("field.county"))
        text = w.t("sites.lies_in", place=self.county(offers[0].county))
        if outcome is Outcome.MET:
            return text
        return w.t("sites.not_in", text=text, asked=self.asked(criterion))

    def _of_park(self, criterion: InPark, outcome: Outcome, offers: list[Offer]) -> str:
        w = self._w
        if outcome is Outcome.UNKNOWN:
            return w.t("sites.not_given", label=w.t("field.park"))
        text = w.t("sites.lies_in", place=self.park(offers[0].parks[0]))
        if outcome is Outcome.MET:
            return text
        return w.t("sites.not_in", text=text, asked=self.asked(criterion))

    # --- values -------------------------------------------------------------------------

    def area(self, span: Span, unit: str) -> str:
        """Return an area in a unit."""
        number = partial(self._scaled, scale=UNITS[unit], digits=_DIGITS[unit])
        return self._span(span, number, AREA_UNITS[unit])

    def way(self, stop: Stop) -> str:
        """Return how far the nearest station or airport is, as surely as it is known."""
        w = self._w
        low, high = round(stop.km.low), stop.km.high
        if high == float("inf"):
            text = f"≥ {low}"
        else:
            text = f"{low}–{round(high)}" if low != round(high) else f"{low}"
        return w.t("sites.way", place=w.pick(self._targets[stop.target], "name"), km=text)

    def use(self, code: str) -> str:
        """Return the name of a class of the land-use guide."""
        return self._w.pick(self._uses.get(code)) or code

    def industry(self, code: str) -> str:
        """Return the name of an industry, or of the nearest listed one above it."""
        return self._w.pick(self._industries.label(code)) or code

    def groups_of(self, code: str) -> list[str]:
        """Return the industries that are listed directly below one."""
        return sorted(c for c in self._industries if self._industries.entries[c].parent == code)

    def county(self, adcode: str) -> str:
        """Return the name of a county."""
        return self._w.pick(self._shown.site["codes"]["county"].get(adcode)) or adcode

    def park(self, key: str) -> str:
        """Return the name of a park."""
        park = self._shown.of_kind("parks").get(key)
        return self._w.pick(park["properties"], "name") if park else key

    def _area_range(self, criterion: Area) -> str:
        least, most = (
            "" if end is None else self._w.number(end / UNITS[criterion.unit], 2)
            for end in (criterion.least_m2, criterion.most_m2)
        )
        text = f"{least}–{most}" if least and most else f"≥ {least}" if least else f"≤ {most}"
        return f"{text} {self._w.t(AREA_UNITS[criterion.unit])}"

    def _area_label(self) -> str:
        return self._w.t("field.area" if self._kind == "parcels" else "sites.floor_area")

    def _label(self, criterion: Amount | Near) -> str:
        keys = {
            "load": "field.floor_load",
            "power": "field.power",
            "price": "field.reference_price" if self._kind == "parcels" else "field.rent",
            "rail": "sites.field_rail",
            "air": "sites.field_air",
        }
        return self._w.t(keys[criterion.name])

    def _unit(self, criterion: Amount) -> str:
        units = {
            "load": "unit.t_m2",
            "power": "unit.kva",
            "price": "unit.wan_per_mu" if self._kind == "parcels" else "unit.yuan_m2_month",
        }
        return units[criterion.name]

    def _amount(self, criterion: Amount, value: float) -> str:
        return f"{self._w.number(value, 2)} {self._w.t(self._unit(criterion))}"

    def _amount_span(self, criterion: Amount, span: Span) -> str:
        return self._span(span, partial(self._w.number, digits=2), self._unit(criterion))

    def _scaled(self, value: float, *, scale: float, digits: int) -> str:
        return self._w.number(value / scale, digits)

    def _span(self, span: Span, number: Callable[[float], str], unit: str) -> str:
        low, high = number(span.low), number(span.high)
        text = low if low == high else f"{low}–{high}"
        return f"{text} {self._w.t(unit)}"
