"""Which firms stand at each step of an industry chain, and what is on offer for the gaps.

A firm belongs to the step whose industries cover its own; its ``chain`` settles which chain
an industry counts for, its ``chain_role`` which part, where the industry alone leaves a choice.
A firm whose industry is too coarse to tell, such as C18 where the steps are C182 and C183,
makes a step *unclear*, not filled and not a gap: unknown is never taken for no.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from geo.chains import Chain, Chains, Node
from geo.codes import IndustryList
from geo.model import COUNTABLE_STAGES

FORMAT = 1
LETTABLE = ("vacant", "partly_let")
"""States of a hall in which there is room to rent."""

MOST_NAMED = 40
"""Most firms that a step names; the count stays that of all."""

_EXAMPLES = 6
"""Most plots or halls of a park that a gap names; the count stays that of all."""

_SHORTEST = 3
"""A section letter alone (C, manufacturing) says nothing about a step."""

_FIRM_COLUMNS = (
    "enterprise_id",
    "name_zh",
    "name_en",
    "industry_code",
    "stage",
    "chain",
    "chain_role",
    "nature",
)
_SITE_COLUMNS = ("park_id", "land_use_code", "permitted_industries", "nature")

_GROUND = {"A": ("01", "02", "03", "06"), "B": ("10",), "C": ("10",), "G": ("11", "12")}
"""Land uses (guide of 2023) where a section of industry can be, by their first digits.

Where a plot's permitted industries are not written, asking about one on other ground, such
as tanning on commercial land, would only waste a call. Other sections are asked about anywhere.
"""


@dataclass(frozen=True)
class _Place:
    """Where in a chain a firm stands: at a step, or perhaps at one of several."""

    node: str | None = None
    perhaps: tuple[str, ...] = ()


def describe_chains(
    chains: Chains,
    *,
    enterprises: pd.DataFrame,
    parcels: pd.DataFrame,
    buildings: pd.DataFrame,
    industry: IndustryList,
) -> dict[str, Any]:
    """Return the chains with firms, gaps and what is on offer for each gap, as JSON values.

    Parameters
    ----------
    enterprises, parcels, buildings
        The frames of one edition, as it shows them: a field that the edition keeps back
        counts as not known. Only firms with a signed agreement count.
    industry
        GB/T 4754-2017, for which code stands above which.

    Returns
    -------
    dict
        ``chains``, each with its ``nodes``. A node has a ``state``: ``present``, ``unclear``
        (a firm may stand there) or ``gap``; unless it is ``present`` it lists the plots
        (areas in 亩) and halls (m²) that are on offer: those that ``allow`` one of its
        industries, and those to ``ask`` about, of which it is not known. ``unplaced`` are
        the chain's firms whose step is not known.
    """
    firms = _countable(enterprises)
    sites = _Sites.of(parcels, buildings, industry)
    known = frozenset(chain.id for chain in chains.chains)
    return {
        "format": FORMAT,
        "source": chains.source.model_dump(),
        "as_of": chains.as_of,
        "chains": [
            _describe(_Placing(chain, known, industry), firms, sites) for chain in chains.chains
        ],
    }


def allowance(
    permitted: str | None, land_use: str | None, wanted: Sequence[str], industry: IndustryList
) -> str:
    """Return whether a plot allows one of the industries wanted: ``allow``, ``ask`` or ``no``.

    Parameters
    ----------
    permitted
        ``;``-separated codes of GB/T 4754-2017. C19 allows C195, and C195 does not allow C191;
        where only part of what is wanted is permitted, somebody must be asked. So they must
        where nothing is written, unless the land use rules the industries out.
    land_use
        Code of the guide of 2023.
    """
    if not permitted or not permitted.strip():
        return "ask" if any(_suits(land_use, code) for code in wanted) else "no"
    given = [part.strip() for part in permitted.replace("；", ";").split(";") if part.strip()]
    pairs = [(code, one) for code in given for one in wanted]
    if any(industry.covers(code, one) for code, one in pairs):
        return "allow"
    return "ask" if any(industry.covers(one, code) for code, one in pairs) else "no"


def _suits(land_use: str | None, code: str) -> bool:
    return not land_use or land_use.startswith(_GROUND.get(code[0], ("",)))


def _countable(enterprises: pd.DataFrame) -> pd.DataFrame:
    firms = _plain(enterprises, _FIRM_COLUMNS)
    chosen = firms[firms["stage"].isin(COUNTABLE_STAGES)]
    return chosen.sort_values("enterprise_id", kind="stable")


def _plain(frame: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Return the columns as objects, ``None`` where a value or the column is missing."""
    plain = pd.DataFrame(frame).reindex(columns=list(columns)).astype(object)
    return plain.where(plain.notna(), None)


def _describe(placing: _Placing, firms: pd.DataFrame, sites: _Sites) -> dict[str, Any]:
    chain, industry = placing.chain, placing.industry
    places = placing.places(firms)
    mine = firms[places.notna()]
    node_of = places.dropna().map(lambda place: place.node)
    unsure = {name for place in places.dropna() for name in place.perhaps}
    return {
        "id": chain.id,
        "title": chain.title.model_dump(),
        "nodes": [
            _describe_node(node, mine[node_of == node.id], node.id in unsure, sites, industry)
            for node in chain.nodes
        ],
        "unplaced": _firms(mine[node_of.isna()]),
        "firms": {"count": len(mine), "samples": _samples(mine)},
    }


@dataclass(frozen=True)
class _Placing:
    """How firms find their step in one chain; ``known`` are the names of all chains."""

    chain: Chain
    known: frozenset[str]
    industry: IndustryList

    def places(self, firms: pd.DataFrame) -> pd.Series[Any]:
        """Return the :class:`_Place` of each firm, ``None`` for those of other chains."""
        columns = (firms[name] for name in ("industry_code", "chain", "chain_role"))
        claims = list(zip(*columns, strict=True))
        found = {claim: self._place(*claim) for claim in dict.fromkeys(claims)}
        return pd.Series([found[claim] for claim in claims], firms.index, dtype=object)

    def _place(self, code: str | None, own: str | None, role: str | None) -> _Place | None:
        if own in self.known and own != self.chain.id:
            return None
        exact = _in_role([node for node in self.chain.nodes if self._depth(node, code)], role)
        if exact:
            # Of two steps that are equally near, the one that the file names first.
            return _Place(max(exact, key=lambda node: self._depth(node, code)).id)
        perhaps = [node for node in self.chain.nodes if self._may_be(node, code)]
        if not perhaps and own == self.chain.id:
            perhaps = list(self.chain.nodes)
        names = tuple(node.id for node in _in_role(perhaps, role))
        return _Place(perhaps=names) if names else None

    def _depth(self, node: Node, code: str | None) -> int:
        """Return the length of the node's narrowest industry that covers the code, else 0."""
        covers = self.industry.covers
        return max((len(one) for one in node.industries if code and covers(one, code)), default=0)

    def _may_be(self, node: Node, code: str | None) -> bool:
        """Return whether a coarse code may stand for one of the node's industries."""
        full = self.industry.normalise(code) if code else None
        if full is None or len(full) < _SHORTEST:
            return False
        return any(self.industry.covers(full, one) for one in node.industries)


def _in_role(nodes: list[Node], role: str | None) -> list[Node]:
    """Return the nodes of a role, all where the role rules out each of them."""
    return [node for node in nodes if node.role == role] or nodes


def _describe_node(
    node: Node, firms: pd.DataFrame, is_unsure: bool, sites: _Sites, industry: IndustryList
) -> dict[str, Any]:
    state = "present" if len(firms) else "unclear" if is_unsure else "gap"
    return {
        "id": node.id,
        "role": node.role,
        "name": node.name.model_dump(),
        "industries": [
            {"code": code, "label": industry.label(code)} for code in dict.fromkeys(node.industries)
        ],
        "state": state,
        "firms": _firms(firms),
        "offers": None if state == "present" else sites.for_industries(node.industries),
    }


def _firms(firms: pd.DataFrame) -> dict[str, Any]:
    """Return how many firms there are, how many are samples or unnamed, and the others."""
    named = firms[firms["name_zh"].notna() | firms["name_en"].notna()]
    shown = ["enterprise_id", "name_zh", "name_en", "stage", "industry_code", "nature"]
    return {
        "count": len(firms),
        "samples": _samples(firms),
        "unnamed": len(firms) - len(named),
        "named": named[shown].head(MOST_NAMED).to_dict("records"),
    }


def _samples(frame: pd.DataFrame) -> int:
    return int((frame["nature"] == "sample").sum())


@dataclass(frozen=True)
class _Sites:
    """Plots and halls on offer, with what they are permitted for."""

    plots: pd.DataFrame
    halls: pd.DataFrame
    industry: IndustryList

    @classmethod
    def of(cls, parcels: pd.DataFrame, buildings: pd.DataFrame, industry: IndustryList) -> _Sites:
        """Return the sites of the frames; a hall is permitted what its plot is."""
        plots = _plain(parcels, ("parcel_id", "on_offer", "area_mu", *_SITE_COLUMNS))
        plots = plots.sort_values("parcel_id", kind="stable")
        halls = _plain(buildings, ("building_id", "parcel_id", "state", "area_m2", *_SITE_COLUMNS))
        halls = halls[halls["state"].isin(LETTABLE)].sort_values("building_id", kind="stable")
        ground = plots.drop_duplicates("parcel_id").set_index("parcel_id")
        for name in _SITE_COLUMNS[:-1]:
            filled = halls[name].fillna(halls["parcel_id"].map(ground[name])).astype(object)
            halls[name] = filled.where(filled.notna(), None)
        return cls(plots[plots["on_offer"] == True], halls, industry)  # noqa: E712

    def for_industries(self, wanted: Sequence[str]) -> dict[str, Any]:
        """Return the plots and halls that allow one of the industries, or may do so."""
        return {
            "plots": self._sort(self.plots, wanted, key="parcel_id", area="area_mu"),
            "halls": self._sort(self.halls, wanted, key="building_id", area="area_m2"),
        }

    def _sort(
        self, sites: pd.DataFrame, wanted: Sequence[str], *, key: str, area: str
    ) -> dict[str, Any]:
        grounds = list(zip(sites["permitted_industries"], sites["land_use_code"], strict=True))
        answers = {g: allowance(*g, wanted, self.industry) for g in dict.fromkeys(grounds)}
        verdicts = pd.Series([answers[ground] for ground in grounds], sites.index, dtype=object)
        return {
            answer: _by_park(sites[verdicts == answer], key=key, area=area)
            for answer in ("allow", "ask")
        }


def _by_park(sites: pd.DataFrame, *, key: str, area: str) -> dict[str, Any]:
    """Return how many sites there are and how large, in all and by park."""
    return {
        **_sum_up(sites, area),
        "parks": [
            {"park_id": park, **_sum_up(group, area), "ids": list(group[key].head(_EXAMPLES))}
            for park, group in sites.groupby("park_id", dropna=False, sort=True)
        ],
    }


def _sum_up(sites: pd.DataFrame, area: str) -> Mapping[str, Any]:
    known = sites[area].dropna().astype(float)
    total = round(float(known.sum()), 1) if len(known) else None
    return {"count": len(sites), "samples": _samples(sites), area: total}
