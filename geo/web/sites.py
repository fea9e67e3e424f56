"""The finder: plots to buy or lease and factory halls to rent, ranked with the reasons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from geo.errors import BadRequest
from geo.i18n import LANGUAGES
from geo.match.asking import ASKED_UTILITIES, TENURES, UNITS, WHATS, Ask, Choices, read_ask
from geo.match.cards import CardWriter
from geo.match.criteria import Criterion, HasUtility, Industry
from geo.match.offers import Offer, industry_list, read_offers
from geo.match.ranking import Match, Ranking, rank
from geo.match.words import AREA_UNITS, Speaker
from geo.query import Snapshot
from geo.shortlist import Ref, read_ids, write_ids
from geo.web.current import snapshot
from geo.web.pages import Query, public_page
from geo.wording import Wording

blueprint = Blueprint("sites", __name__)

PAGE_SIZE = 20
FEW_OTHERS = 10
MOST_COMPARED = 4

_KNOWN = (
    *("what", "unit", "area_min", "area_max", "industry", "use", "tenure", "load", "power"),
    *("price", "util", "county", "park", "rail", "air", "ready", "pick", "page"),
)
_OF_BOTH = ("industry", "use", "county", "park", "rail", "air", "ready", "util")
"""What one may ask of a plot and of a hall alike."""

_MAP_KINDS = ("counties", "logistics", "places", "parks")


@dataclass(frozen=True)
class _Page:
    """Everything that a request asks for.

    Parameters
    ----------
    ask
        What is sought.
    picked
        What is chosen to be compared.
    number
        Which page of the list.
    faults
        What could not be understood besides the ask.
    """

    ask: Ask
    picked: tuple[Ref, ...] = ()
    number: int = 1
    faults: tuple[BadRequest, ...] = ()

    @property
    def all_faults(self) -> list[BadRequest]:
        """What could not be understood."""
        return [*self.ask.faults.values(), *self.faults]

    def query(
        self, *without: str, page: int | None = None, pick: Iterable[Ref] | None = None
    ) -> Query:
        """Return the parameters of the same page; see :meth:`Ask.query`."""
        picked = write_ids(self.picked if pick is None else pick)
        number = self.number if page is None else page
        pairs = [*self.ask.query(*without), ("pick", picked)]
        pairs.append(("page", str(number) if number > 1 else ""))
        return tuple((name, value) for name, value in pairs if value)


@blueprint.get("/sites")
def sites_page() -> Response:
    """Answer the finder; what cannot be understood in the address is said on the page."""
    pairs = tuple((n, v[:200]) for n, v in request.args.items(multi=True) if n in _KNOWN)
    asked = _read(snapshot(), pairs)
    status = 400 if asked.all_faults else 200
    return public_page("sites.html", sites_contents, pairs, query=asked.query(), status=status)


def sites_contents(shown: Snapshot, w: Wording, pairs: Query) -> Mapping[str, object]:
    """Return what the finder shows for the parameters of an address."""
    asked = _read(shown, pairs)
    ask = asked.ask
    offers = read_offers(shown, ask.kind)
    writer = CardWriter(shown, ask.kind, ask.unit, ask.criteria, w)
    ranking = _rank(shown, ask, offers)
    count = len(ranking.fitting)
    last = max(1, -(-count // PAGE_SIZE))
    past = asked.number if asked.number > last else None
    asked = replace(asked, number=min(asked.number, last))
    start = (asked.number - 1) * PAGE_SIZE
    fitting = [writer.card(m) for m in ranking.fitting[start : start + PAGE_SIZE]]
    others = [writer.card(m) for m in ranking.others[:FEW_OTHERS]]
    return {
        "ask": ask,
        "page": asked,
        "faults": [w.t(f"error.{fault.code}", **fault.params) for fault in asked.all_faults],
        "form": _form(shown, ask, offers, writer.speaker),
        "switches": [(what, _switched(ask, what)) for what in WHATS],
        "cleared": replace(asked, ask=Ask(ask.what)).query(page=1),
        "total": len(offers),
        "count": count,
        "singles": sum(len(match.offers) == 1 for match in ranking.fitting),
        "fitting": fitting,
        "others": others,
        "others_count": len(ranking.others),
        "first": start + 1,
        "last_page": last,
        "past": past,
        "chips": _chips(asked, writer.speaker),
        "question": _industry_question(asked, offers, writer.speaker),
        "relax": _relax(asked, ranking, writer.speaker),
        "map_data": _map_data(shown, ranking, asked.number, w),
        "most_compared": MOST_COMPARED,
        "href": partial(_href, w.lang),
        "picked": write_ids(asked.picked),
        "pick_of": lambda card: _with_picked(asked, card.members),
        "is_picked": lambda card: {_ref(m) for m in card.members} <= set(asked.picked),
    }


def _href(lang: str, query: Query) -> str:
    """Return the link from the page to itself with other parameters."""
    said = () if lang == LANGUAGES[0] else (("lang", lang),)
    return "?" + urlencode([*query, *said])


def _switched(ask: Ask, what: str) -> Query:
    """Return the parameters that ask the same, as far as they can, of plots or of halls."""
    if what == ask.what:
        return ask.query()
    kept = tuple((name, value) for name, value in ask.query() if name in _OF_BOTH)
    return (*((("what", what),) if what != "plot" else ()), *kept)


def _rank(shown: Snapshot, ask: Ask, offers: Sequence[Offer]) -> Ranking:
    if ask.faults:
        return Ranking(ask.criteria, [], [])
    neighbours = shown.document("adjacency.json")["neighbours"] if ask.what == "plot" else {}
    return rank(offers, ask.criteria, neighbours)


def _read(shown: Snapshot, pairs: Query) -> _Page:
    arguments: dict[str, list[str]] = {}
    for name, value in pairs:
        arguments.setdefault(name, []).append(value)
    ask = read_ask(arguments, _choices(shown))
    faults: list[BadRequest] = []
    picked: tuple[Ref, ...] = ()
    number = 1
    try:
        picked = read_ids(arguments.get("pick", [""])[0])[:MOST_COMPARED]
    except BadRequest as fault:
        faults.append(fault)
    text = arguments.get("page", ["1"])[0]
    if text.isascii() and text.isdigit() and int(text[:9]) > 0:
        number = int(text[:9])
    else:
        faults.append(BadRequest("SITES_PAGE", value=text[:40]))
    return _Page(ask, picked, number, tuple(faults))


def _choices(shown: Snapshot) -> Choices:
    parks = shown.of_kind("parks")
    return Choices(
        list(shown.document("codes.json")["land_use"]),
        list(shown.site["codes"]["county"]),
        list(parks),
        industry_list(shown),
    )


# --- the form -------------------------------------------------------------------------------


def _form(shown: Snapshot, ask: Ask, offers: Sequence[Offer], speaker: Speaker) -> dict[str, Any]:
    """Return what the fields of the form let one choose, as pairs of value and text."""
    return {
        "units": [(unit, AREA_UNITS[unit]) for unit in UNITS],
        "uses": [(code, f"{speaker.use(code)} {code}") for code in _uses(offers)],
        "industries": _industries(shown, speaker),
        "tenures": TENURES,
        "utilities": ASKED_UTILITIES,
        "counties": [
            (code, speaker.county(code))
            for code in sorted({*(offer.county for offer in offers), ask.values.get("county", "")})
            if code in shown.site["codes"]["county"]
        ],
        "parks": _parks(shown, ask, offers, speaker),
    }


def _uses(offers: Iterable[Offer]) -> list[str]:
    """Return the classes that occur, and those above them that hold more than one."""
    used = {offer.use for offer in offers if offer.use}
    above = Counter(code[:size] for code in used for size in (2, 4) if size < len(code))
    return sorted(used | {code for code, count in above.items() if count > 1})


def _industries(shown: Snapshot, speaker: Speaker) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return divisions with their groups, under the name of their section."""
    listed = industry_list(shown)
    sections: dict[str, list[tuple[str, str]]] = {}
    for code in sorted(code for code in listed if len(code) > 1):
        sections.setdefault(code[0], []).append((code, f"{code} {speaker.industry(code)}"))
    # Nearly everybody who seeks a site makes something.
    order = sorted(sections, key=lambda section: (section != "C", section))
    return [(speaker.industry(section), sections[section]) for section in order]


def _parks(
    shown: Snapshot, ask: Ask, offers: Sequence[Offer], speaker: Speaker
) -> list[tuple[str, str]]:
    """Return the parks that have offers, each after the one around it."""
    chains = {offer.parks for offer in offers if offer.parks}
    paths = {chain[i:][::-1] for chain in chains for i in range(len(chain))}
    found = [(path[-1], "　" * (len(path) - 1) + speaker.park(path[-1])) for path in sorted(paths)]
    chosen = ask.values.get("park")
    if chosen in shown.of_kind("parks") and chosen not in dict(found):
        found.append((str(chosen), speaker.park(str(chosen))))
    return found


def _chips(asked: _Page, speaker: Speaker) -> list[dict[str, Any]]:
    """Return what is asked, each with the parameters of the page without it."""
    return [
        {"text": speaker.asked(criterion), "query": _without(asked, criterion)}
        for criterion in asked.ask.criteria
    ]


def _without(asked: _Page, criterion: Criterion) -> Query:
    """Return the parameters of the page without a criterion."""
    if isinstance(criterion, HasUtility):
        return asked.query(f"utility:{criterion.kind}", page=1)
    return asked.query(criterion.name, page=1)


# --- what helps on --------------------------------------------------------------------------


def _industry_question(
    asked: _Page, offers: Sequence[Offer], speaker: Speaker
) -> dict[str, Any] | None:
    """Return the groups to choose from, if plots tell apart what is asked as one."""
    criterion = next((c for c in asked.ask.criteria if isinstance(c, Industry)), None)
    if criterion is None or not any(criterion.narrower(offer) for offer in offers):
        return None
    below = speaker.groups_of(criterion.code)
    below += sorted({c for o in offers for c in criterion.narrower(o)} - set(below))
    groups = [
        {
            "text": f"{speaker.industry(code)} {code}",
            "count": sum(any(code.startswith(c) for c in offer.industries) for offer in offers),
            "query": (*asked.query("industry", page=1), ("industry", code)),
        }
        for code in below
    ]
    return {"asked": speaker.asked(criterion), "groups": groups}


def _relax(asked: _Page, ranking: Ranking, speaker: Speaker) -> list[dict[str, Any]]:
    """Return which criterion keeps how many offers out by itself."""
    return [
        {"text": speaker.asked(criterion), "count": count, "query": _without(asked, criterion)}
        for criterion, count in ranking.gained_without()
    ]


def _ref(link: Any) -> Ref:
    return Ref(link.kind, link.key)


def _with_picked(asked: _Page, members: Iterable[Any]) -> Query:
    """Return the parameters of the page with a card chosen, or no longer chosen."""
    refs = [_ref(member) for member in members]
    if set(refs) <= set(asked.picked):
        return asked.query(pick=[ref for ref in asked.picked if ref not in refs])
    return asked.query(pick=list(dict.fromkeys((*asked.picked, *refs)))[:MOST_COMPARED])


# --- the map --------------------------------------------------------------------------------


def _map_data(shown: Snapshot, ranking: Ranking, number: int, w: Wording) -> dict[str, Any]:
    """Return what the map draws: the offers that are listed, and how many each park has."""
    start = (number - 1) * PAGE_SIZE
    fitting = ranking.fitting[start : start + PAGE_SIZE]
    counts = Counter(_lineage(match) for match in ranking.fitting)
    known = {*counts, *(_lineage(match) for match in ranking.others)}
    return {
        "layers": {kind: f"{shown.layer_of(kind)}.geojson" for kind in _MAP_KINDS},
        "parks": {
            lineage[0]: _park_mark(shown, lineage, counts[lineage], w)
            for lineage in sorted(known)
            if lineage
        },
        "offers": [
            *(_shape(match, start + i + 1) for i, match in enumerate(fitting)),
            *(_shape(match, 0) for match in ranking.others[:FEW_OTHERS]),
        ],
    }


def _lineage(match: Match) -> tuple[str, ...]:
    return match.offers[0].parks


def _park_mark(shown: Snapshot, lineage: tuple[str, ...], count: int, w: Wording) -> dict[str, Any]:
    """Return the mark of a park; from afar only that of the outermost one is drawn."""
    outer = lineage[-1]
    p = shown.of_kind("parks").get(outer, {}).get("properties", {})
    sure = p.get("nature") in ("surveyed", "reported")
    own = shown.of_kind("parks").get(lineage[0], {}).get("properties", {})
    return {
        "count": count,
        "name": w.pick(own, "name") or lineage[0],
        "outer": outer,
        "outer_name": w.pick(p, "name") or outer,
        "note": "" if sure or not p else w.word("nature", p.get("nature")),
    }


def _shape(match: Match, rank: int) -> dict[str, Any]:
    return {
        "key": match.key,
        "rank": rank,
        "park": match.offers[0].parks[0] if match.offers[0].parks else None,
        "shapes": [o.feature["geometry"] for o in match.offers if o.feature["geometry"]],
    }
