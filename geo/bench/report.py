"""One comparison of a benchmark, and the table of several."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Row:
    """One comparison: the medians of ours and of the peer, measured in the same run.

    ``ratio`` says how many times better ours is: above 1 ours is better, whether less
    (bytes, milliseconds) or more (requests per second) is better.
    """

    name: str
    n: int
    ours: float
    peer: float
    peer_name: str
    ratio: float
    unit: str

    def as_dict(self) -> dict[str, object]:
        """Return the row as a JSON object."""
        return asdict(self)


def compare(
    name: str, n: int, ours: float, peer: float, *, peer_name: str, unit: str, less_is_better: bool
) -> Row:
    """Return the row of two medians over ``n`` features, firms or requests."""
    ratio = peer / ours if less_is_better else ours / peer
    return Row(name, n, _shown(ours), _shown(peer), peer_name, round(ratio, 2), unit)


def _shown(value: float) -> float:
    """Return a figure with as many digits as it can be trusted to have."""
    return round(value, 1 if abs(value) >= 10 else 3)


def as_table(rows: list[Row]) -> str:
    """Return the rows as text in columns."""
    lines = [f"{'':28}{'n':>7}{'ours':>12}{'peer':>12}{'ratio':>8}  unit, peer"]
    for row in rows:
        numbers = f"{row.n:>7}{row.ours:>12,}{row.peer:>12,}{row.ratio:>8.2f}"
        lines.append(f"{row.name:28}{numbers}  {row.unit}, {row.peer_name}")
    return "\n".join(lines)
