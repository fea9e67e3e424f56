"""What every benchmark answers."""

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
        return asdict(self)


def compare(
    name: str, n: int, ours: float, peer: float, *, peer_name: str, unit: str, less_is_better: bool
) -> Row:
    ratio = peer / ours if less_is_better else ours / peer
    return Row(name, n, round(ours, 1), round(peer, 1), peer_name, round(ratio, 2), unit)


def as_table(rows: list[Row]) -> str:
    lines = [f"{'':28}{'n':>7}{'ours':>12}{'peer':>12}{'ratio':>8}  unit, peer"]
    for row in rows:
        numbers = f"{row.n:>7}{row.ours:>12,.1f}{row.peer:>12,.1f}{row.ratio:>8.2f}"
        lines.append(f"{row.name:28}{numbers}  {row.unit}, {row.peer_name}")
    return "\n".join(lines)
