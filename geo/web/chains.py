"""The page of industry chains: who is there, what is missing, and where it could be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response

from geo.chains import ROLES
from geo.errors import NotFound
from geo.query import Snapshot
from geo.web.pages import public_page
from geo.wording import Wording

blueprint = Blueprint("chains", __name__)

_FEW = 3
"""So many firms of a step are named at once, the others on demand."""

_NOTHING: Mapping[str, Any] = {"count": 0, "samples": 0, "parks": ()}


@blueprint.get("/chains")
def chains_page() -> Response:
    """Answer the chains with their firms, their gaps, and what is on offer for each gap."""
    return public_page("chains.html", _contents)


def _contents(shown: Snapshot, wording: Wording) -> Mapping[str, object]:
    try:
        document = shown.document("chains.json")
    except NotFound:  # a data directory without chains.toml
        return {"chains": [], "arranged": None}
    parks = {key: park["properties"] for key, park in shown.of_kind("parks").items()}
    view = _View(wording, parks)
    return {
        "chains": [view.chain(chain) for chain in document["chains"]],
        "arranged": {"source": document["source"], "as_of": document["as_of"]},
        "firms_layer": shown.layer_of("enterprises"),
        "register_size": len(shown.of_kind("enterprises")),
    }


class _View:
    """What the template shows of a chain, in the words of one language."""

    def __init__(self, wording: Wording, parks: Mapping[str, Mapping[str, Any]]) -> None:
        self.wording, self.parks = wording, parks

    def chain(self, chain: Mapping[str, Any]) -> dict[str, Any]:
        """Return a chain, its steps by the part of the flow that they belong to."""
        nodes = [self._node(node) for node in chain["nodes"]]
        roles = [role for role in ROLES if any(node["role"] == role for node in nodes)]
        return {
            "id": chain["id"],
            "title": self.wording.pick(chain["title"]),
            "firms": chain["firms"],
            "counts": {
                state: sum(node["state"] == state for node in nodes)
                for state in ("present", "gap", "unclear")
            },
            "parts": [(role, [node for node in nodes if node["role"] == role]) for role in roles],
            "nodes": nodes,
            "unplaced": self._firms(chain["unplaced"]),
        }

    def _node(self, node: Mapping[str, Any]) -> dict[str, Any]:
        offers = node["offers"] or {}
        return {
            **node,
            "name": self.wording.pick(node["name"]),
            "industries": [
                {"code": one["code"], "label": self.wording.pick(one["label"])}
                for one in node["industries"]
            ],
            "firms": self._firms(node["firms"]),
            "plots": self._offers(offers.get("plots")),
            "halls": self._offers(offers.get("halls")),
        }

    def _firms(self, firms: Mapping[str, Any]) -> dict[str, Any]:
        named = [
            {"id": firm["enterprise_id"], "name": self.wording.pick(firm, "name"), **firm}
            for firm in firms["named"]
        ]
        others = firms["count"] - firms["unnamed"] - len(named[:_FEW])
        return {**firms, "first": named[:_FEW], "more": named[_FEW:], "others": others}

    def _offers(self, offers: Mapping[str, Any] | None) -> dict[str, Any]:
        found = {answer: (offers or {}).get(answer, _NOTHING) for answer in ("allow", "ask")}
        return {
            answer: {**sites, "parks": [self._park(park) for park in sites["parks"]]}
            for answer, sites in found.items()
        }

    def _park(self, part: Mapping[str, Any]) -> dict[str, Any]:
        park = self.parks.get(str(part["park_id"]))
        return {**part, "name": self.wording.pick(park, "name") or part["park_id"] or ""}
