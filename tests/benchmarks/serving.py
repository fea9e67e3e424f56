"""Requests a second of ready answers, beside an empty reply of the same WSGI server."""

import json
import sys
from pathlib import Path
from statistics import median

from geo.bench.processes import free_port
from geo.bench.processes import serving as serving_process
from geo.bench.rates import empty_reply, rate
from geo.bench.report import Row, compare
from tests.browser.site import publish, serving

PEER = "an empty WSGI reply under waitress"


def measure(work: Path, *, rounds: int, requests: int) -> list[Row]:
    """Return the rates of a layer file and of the health answer, medians of all rounds."""
    publish(work / "out")
    port = free_port()
    nothing = [sys.executable, *empty_reply(port)]
    with serving(work / "out") as server, serving_process(nothing, port) as empty:
        version = json.loads(server.get("/healthz")[2])["version"]
        paths = {
            "serve_layer": f"/layers/{version}/parcels.geojson",
            "serve_healthz": "/healthz",
        }
        peer: list[float] = []
        ours: dict[str, list[float]] = {name: [] for name in paths}
        for _ in range(rounds):
            peer.append(rate(empty, ["/"], requests))
            for name, path in paths.items():
                ours[name].append(rate(server.host, [path], requests))
    return [
        compare(
            name,
            requests,
            median(rates),
            median(peer),
            peer_name=PEER,
            unit="requests/s",
            less_is_better=False,
        )
        for name, rates in ours.items()
    ]
