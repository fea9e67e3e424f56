"""``make lighthouse``: what Lighthouse, as on a phone, says of the pages that matter most.

The real server publishes the bundled layers into a new directory and serves them; Chromium
loads each page several times, cold, under Lighthouse's own preset for phones (simulated slow
4G, a processor four times slower). A score is the median of the rounds, from 0 to 100, as
Lighthouse gives it. JSON comes on standard output, a table on standard error; the exit
status is 1 when a page falls short.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median_low
from typing import Any

from geo.bench.chromium import CHROMIUM, FLAGS
from tests.browser.site import ROOT, publish, serving

PAGES = {
    "map": "/",
    "finder": "/sites",
    "park": "/parks/CL-DIGI",
    "comparison": "/compare?ids=parks/CL-DIGI,parks/CL-AGRI",
}
"""The pages by name: the park has plots on offer, the comparison compares something."""

TARGETS = {"performance": 95, "accessibility": 100, "best-practices": 100, "seo": 100}
"""The lowest score of each category, from 0 to 100, with which a page passes."""

TIMES = ("first-contentful-paint", "largest-contentful-paint", "total-blocking-time")
"""Audits, in milliseconds, that say most about a score of performance."""

_COMMAND = ROOT / ".cache" / "lighthouse" / "node_modules" / ".bin" / "lighthouse"
_SECONDS = 180
_TRIES = 3


@dataclass(frozen=True)
class Result:
    """The medians of a page's rounds, and what cost it points in any of them.

    ``scores`` are from 0 to 100; ``times`` are milliseconds; ``requests`` and ``bytes``
    count what came over the wire.
    """

    name: str
    address: str
    rounds: int
    scores: dict[str, int]
    times: dict[str, int]
    layout_shift: float
    requests: int
    bytes: int
    faults: list[str]

    @property
    def shortfalls(self) -> dict[str, int]:
        """The categories in which the page falls short, with their scores."""
        return {name: self.scores[name] for name in TARGETS if self.scores[name] < TARGETS[name]}


def summarise(name: str, address: str, reports: Sequence[Mapping[str, Any]]) -> Result:
    """Return the medians of Lighthouse's reports of one page.

    Of an even number of rounds the worse of the two in the middle counts.
    """
    return Result(
        name,
        address,
        len(reports),
        {category: _score(reports, category) for category in TARGETS},
        {audit: round(_middle(reports, audit)) for audit in TIMES},
        round(_middle(reports, "cumulative-layout-shift"), 3),
        round(median_low(len(_requests(report)) for report in reports)),
        round(median_low(sum(r["transferSize"] for r in _requests(rep)) for rep in reports)),
        sorted({fault for report in reports for fault in _faults(report)}),
    )


def as_table(results: Sequence[Result]) -> str:
    """Return the results as lines to read; a score below its target is marked."""
    head = [*TARGETS, "FCP ms", "LCP ms", "TBT ms", "CLS", "requests", "kB"]
    lines = ["page        " + "".join(f"{word:>16}" for word in head)]
    for result in results:
        scores = [f"{n}{' !' if c in result.shortfalls else ''}" for c, n in result.scores.items()]
        sizes = [result.layout_shift, result.requests, round(result.bytes / 1000, 1)]
        cells = [*scores, *result.times.values(), *sizes]
        lines.append(f"{result.name:12}" + "".join(f"{cell:>16}" for cell in cells))
        lines += [f"    {fault}" for fault in result.faults]
    return "\n".join(lines)


def measure(work: Path, pages: Mapping[str, str], *, rounds: int) -> Iterator[Result]:
    """Publish into ``work``, serve, and return the result of each page when it is there."""
    publish(work / "out")
    with serving(work / "out") as server:
        for name, path in pages.items():
            reports = [audit(server.url + path, work) for _ in range(rounds)]
            yield summarise(name, path, reports)


def audit(url: str, work: Path) -> dict[str, Any]:
    """Return Lighthouse's report of a page, loaded by a Chromium of its own.

    A load that Lighthouse itself could not record has no scores, and is made again.
    """
    for _ in range(_TRIES):
        report, complaint = _load(url, work / "report.json")
        if report is not None and not report.get("runtimeError"):
            return report
    raise SystemExit(f"Lighthouse failed at {url}:\n{complaint}")


def _load(url: str, target: Path) -> tuple[dict[str, Any] | None, str]:
    """Return the report of one load, if there is one, and what Lighthouse complained of."""
    target.unlink(missing_ok=True)
    command = [str(_COMMAND), url, "--quiet", "--output=json", f"--output-path={target}"]
    command += [f"--only-categories={','.join(TARGETS)}", f"--chrome-flags={' '.join(FLAGS)}"]
    run = subprocess.run(
        [*command, "--no-enable-error-reporting"],
        env={**os.environ, "CHROME_PATH": CHROMIUM},
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    report = json.loads(target.read_text(encoding="utf-8")) if target.exists() else None
    return report, run.stderr[-4000:]


def _score(reports: Sequence[Mapping[str, Any]], category: str) -> int:
    return round(100 * median_low(r["categories"][category]["score"] for r in reports))


def _middle(reports: Sequence[Mapping[str, Any]], audit_id: str) -> float:
    return median_low(report["audits"][audit_id]["numericValue"] for report in reports)


def _requests(report: Mapping[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = report["audits"]["network-requests"]["details"]["items"]
    return found


def _faults(report: Mapping[str, Any]) -> Iterator[str]:
    """Yield the audits that cost points outside performance, where time alone counts."""
    for category, result in report["categories"].items():
        for reference in result["auditRefs"] if category != "performance" else ():
            found = report["audits"][reference["id"]]
            if reference["weight"] and found["score"] is not None and found["score"] < 1:
                yield f"{category}: {found['id']}: {found['title']}"


def main() -> int:
    """Measure, print, and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.lighthouse")
    parser.add_argument("--rounds", type=int, default=3, help="loads of each page")
    parser.add_argument("--page", action="append", choices=PAGES, help="this page only")
    arguments = parser.parse_args()
    pages = {name: PAGES[name] for name in arguments.page or PAGES}
    with tempfile.TemporaryDirectory() as folder:
        results = list(measure(Path(folder), pages, rounds=arguments.rounds))
    print(json.dumps([asdict(result) for result in results], indent=2))
    print(as_table(results), file=sys.stderr)
    return 1 if any(result.shortfalls for result in results) else 0


if __name__ == "__main__":
    sys.exit(main())
