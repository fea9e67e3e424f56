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

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.chains import Chain, Chains, Node
from geo.codes import IndustryList
from geo.model import COUNTABLE_STAGES

FORMAT = 1
LETTABLE = ("vacant", "partly_let")
"""States of a hall in which there is room to rent."""

MOST_NAMED = 40
"""Most firms that a step names; the count stays that of all."""

_MOST_PARKS = 12
"""Most parks in which a gap tells what is on offer."""

_EXAMPLES = 6
"""Most plots or halls of a park that a gap names; the count stays that of all."""

_SHORTEST = 3
"""A section letter alone (C, manufacturing) says nothing about a step."""

_NAMED_COLUMNS = ("enterprise_id", "name_zh", "name_en", "stage", "industry_code", "nature")
_CLAIM_COLUMNS = ("industry_code", "chain", "chain_role")
_GROUND_COLUMNS = ("permitted_industries", "land_use_code")
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
    firms = _Firms.of(enterprises)
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


def _plain(frame: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Return the columns as objects, ``None`` where a value or the column is missing."""
    plain = pd.DataFrame(frame).reindex(columns=list(columns)).astype(object)
    return plain.where(plain.notna(), None)


def _numbered(
    frame: pd.DataFrame, columns: Sequence[str]
) -> tuple[list[tuple[Any, ...]], NDArray[np.int64]]:
    """Return the distinct rows of the columns, and which of them each row of the frame is."""
    number = np.zeros(len(frame), dtype=np.int64)
    for name in columns:
        codes, distinct = pd.factorize(frame[name])
        number = number * (len(distinct) + 1) + codes + 1
    _, first, number = np.unique(number, return_index=True, return_inverse=True)
    rows = _plain(frame.iloc[first], columns)
    return list(rows.itertuples(index=False, name=None)), number


def _describe(placing: _Placing, firms: _Firms, sites: _Sites) -> dict[str, Any]:
    chain = placing.chain
    places = placing.places(firms.claims)
    mine = np.array([place is not None for place in places], dtype=bool)
    node_of = np.array([place.node if place else None for place in places], dtype=object)
    unsure = {name for place in places if place for name in place.perhaps}
    return {
        "id": chain.id,
        "title": chain.title.model_dump(),
        "nodes": [
            _describe_node(
                node, firms.describe(node_of == node.id), node.id in unsure, sites, placing.industry
            )
            for node in chain.nodes
        ],
        "unplaced": firms.describe(mine & np.array([node is None for node in node_of], dtype=bool)),
        "firms": firms.count(mine),
    }


@dataclass(frozen=True)
class _Firms:
    """The firms that count, in order of their id, by what they say of their step.

    Of a million firms few say something of their own: ``claims`` are the distinct industries,
    chains and roles. ``named`` tells of the first named firms of each claim, and ``claim`` is
    the place in ``claims`` of each of those.
    """

    claims: list[tuple[Any, ...]]
    claim: NDArray[np.int64]
    named: list[Any]
    counts: Mapping[str, NDArray[np.int64]]

    @classmethod
    def of(cls, enterprises: pd.DataFrame) -> _Firms:
        """Return the firms with a signed agreement."""
        columns = list(dict.fromkeys((*_NAMED_COLUMNS, *_CLAIM_COLUMNS)))
        frame = pd.DataFrame(enterprises).reindex(columns=columns)
        frame = frame[frame["stage"].isin(COUNTABLE_STAGES)]
        frame = frame.sort_values("enterprise_id", kind="stable", ignore_index=True)
        claims, claim = _numbered(frame, _CLAIM_COLUMNS)
        has_name = (frame["name_zh"].notna() | frame["name_en"].notna()).to_numpy()
        rows = pd.Series(claim)[has_name]
        chosen = {
            "count": np.ones(len(frame), dtype=bool),
            "samples": _is_sample(frame),
            "named": has_name,
        }
        named = rows.groupby(rows).head(MOST_NAMED).index.to_numpy()
        return cls(
            claims,
            claim[named],
            _plain(frame.iloc[named], _NAMED_COLUMNS).to_dict("records"),
            {name: np.bincount(claim[of], minlength=len(claims)) for name, of in chosen.items()},
        )

    def count(self, chosen: NDArray[np.bool_]) -> dict[str, int]:
        """Return how many firms make the chosen claims, and how many of them are samples."""
        return {name: int(self.counts[name][chosen].sum()) for name in ("count", "samples")}

    def describe(self, chosen: NDArray[np.bool_]) -> dict[str, Any]:
        """Return also how many of these firms are unnamed, and the first of the others."""
        found = self.count(chosen)
        named = np.flatnonzero(chosen[self.claim])[:MOST_NAMED]
        return {
            **found,
            "unnamed": found["count"] - int(self.counts["named"][chosen].sum()),
            "named": [self.named[place] for place in named],
        }


@dataclass(frozen=True)
class _Placing:
    """How firms find their step in one chain; ``known`` are the names of all chains."""

    chain: Chain
    known: frozenset[str]
    industry: IndustryList

    def places(self, claims: Sequence[tuple[Any, ...]]) -> list[_Place | None]:
        """Return the :class:`_Place` for each claim, ``None`` for those of other chains."""
        return [self._place(*claim) for claim in claims]

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
    node: Node, firms: dict[str, Any], is_unsure: bool, sites: _Sites, industry: IndustryList
) -> dict[str, Any]:
    state = "present" if firms["count"] else "unclear" if is_unsure else "gap"
    return {
        "id": node.id,
        "role": node.role,
        "name": node.name.model_dump(),
        "industries": [
            {"code": code, "label": industry.label(code)} for code in dict.fromkeys(node.industries)
        ],
        "state": state,
        "firms": firms,
        "offers": None if state == "present" else sites.for_industries(node.industries),
    }


def _is_sample(frame: pd.DataFrame) -> NDArray[np.bool_]:
    return frame["nature"].isin(["sample"]).to_numpy()


@dataclass(frozen=True)
class _Sites:
    """Plots and halls on offer, with what they are permitted for."""

    plots: _Offer
    halls: _Offer
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
        return cls(
            _Offer.of(plots[plots["on_offer"] == True], key="parcel_id", area="area_mu"),  # noqa: E712
            _Offer.of(halls, key="building_id", area="area_m2"),
            industry,
        )

    def for_industries(self, wanted: Sequence[str]) -> dict[str, Any]:
        """Return the plots and halls that allow one of the industries, or may do so."""
        return {
            "plots": self.plots.for_industries(wanted, self.industry),
            "halls": self.halls.for_industries(wanted, self.industry),
        }


@dataclass(frozen=True)
class _Offer:
    """Plots or halls in order of their key, by what their ground is permitted for.

    ``ground`` is the place in ``grounds`` of each site. ``described`` holds what was found for
    the same grounds before: most industries ask for the same.
    """

    sites: pd.DataFrame
    key: str
    area: str
    grounds: list[tuple[Any, ...]]
    ground: NDArray[np.int64]
    described: dict[tuple[bool, ...], dict[str, Any]]

    @classmethod
    def of(cls, sites: pd.DataFrame, *, key: str, area: str) -> _Offer:
        """Return the sites, whose areas stand in the column ``area``."""
        return cls(sites, key, area, *_numbered(sites, _GROUND_COLUMNS), described={})

    def for_industries(self, wanted: Sequence[str], industry: IndustryList) -> dict[str, Any]:
        """Return the sites that allow one of the industries, and those to ask about."""
        answers = [allowance(permitted, use, wanted, industry) for permitted, use in self.grounds]
        return {
            answer: self._describe(tuple(found == answer for found in answers))
            for answer in ("allow", "ask")
        }

    def _describe(self, chosen: tuple[bool, ...]) -> dict[str, Any]:
        if chosen not in self.described:
            sites = self.sites[np.array(chosen, dtype=bool)[self.ground]]
            self.described[chosen] = _by_park(sites, key=self.key, area=self.area)
        return self.described[chosen]


def _by_park(sites: pd.DataFrame, *, key: str, area: str) -> dict[str, Any]:
    """Return how many sites there are and how large, in all and by park.

    Of many parks those with the most sites are told, in order of their key; ``other_parks``
    says how many more there are.
    """
    keys, areas = sites[key].to_numpy(), sites[area].to_numpy(dtype=float)
    is_sample = _is_sample(sites)

    def sum_up(rows: NDArray[np.int64]) -> Mapping[str, Any]:
        known = areas[rows][~np.isnan(areas[rows])]
        total = round(float(known.sum()), 1) if len(known) else None
        return {"count": len(rows), "samples": int(is_sample[rows].sum()), area: total}

    rows = pd.Series(np.arange(len(sites)))
    parks = rows.groupby(sites["park_id"].to_numpy(), dropna=False, sort=True)
    groups = [(park, group.to_numpy()) for park, group in parks]
    by_size = sorted(range(len(groups)), key=lambda place: -len(groups[place][1]))
    told = [groups[place] for place in sorted(by_size[:_MOST_PARKS])]
    return {
        **sum_up(rows.to_numpy()),
        "parks": [
            {"park_id": park, **sum_up(found), "ids": keys[found[:_EXAMPLES]].tolist()}
            for park, found in told
        ],
        "other_parks": len(groups) - len(told),
    }
