"""``python -m geo.bench.page``: write the measured part of docs/benchmarks.md.

It is made from docs/benchmarks.json, which ``python -m geo bench --json`` prints; what else the
page says is written by hand and stays.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from geo.settings import ROOT

BEGIN, END = "<!-- measured -->", "<!-- /measured -->"
_TITLES = {
    "publish_time": "publish, both editions",
    "publish_memory": "publish, largest memory",
    "join": "find the plot of every firm",
    "topology": "audit of how plots lie",
    "topology_corners": "the same, twice the corners",
    "tile_z10_first": "tile of zoom 10, asked for first",
    "tile_z12_first": "tile of zoom 12, asked for first",
    "tile_z10_rate": "tile of zoom 10, asked for again",
    "tile_z12_rate": "tile of zoom 12, asked for again",
    "layer_rate": "a published layer",
    "page_rate": "the map's page",
    "health_rate": "`/healthz`",
    "features_in_box_rate": "ten features in a box",
    "first_view_bytes": "first view, bytes over the wire",
    "first_view_drawn": "first view, drawn",
    "zoom_settled": "a zoom, settled",
}


def as_markdown(rows: Iterable[Mapping[str, Any]]) -> str:
    """Return the rows as a table, in their order, with the numbers as measured."""
    lines = [
        "| what | n | ours | peer | ratio | unit | the peer |",
        "| --- | ---: | ---: | ---: | ---: | --- | --- |",
        *map(_line, rows),
    ]
    return "\n".join(lines)


def with_measured(page: str, table: str) -> str:
    """Return the page with the table in the place of the one that it has."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table}\n{END}{after}"


def _line(row: Mapping[str, Any]) -> str:
    return "| " + " | ".join(_cells(row)) + " |"


def _cells(row: Mapping[str, Any]) -> Iterator[str]:
    yield _TITLES.get(row["name"], row["name"].replace("_", " "))
    yield f"{row['n']:,}"
    yield f"{row['ours']:,}"
    yield f"{row['peer']:,}"
    yield f"{row['ratio']:,}"
    yield row["unit"]
    yield row["peer_name"]


def main() -> None:
    """Write the page anew."""
    docs = ROOT / "docs"
    rows = json.loads((docs / "benchmarks.json").read_text(encoding="utf-8"))
    page = docs / "benchmarks.md"
    text = with_measured(page.read_text(encoding="utf-8"), as_markdown(rows))
    page.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
