"""``python -m tests.benchmarks.load``: many readers while snapshots are published.

The name of every park bears the number of the publish, so an answer made of two snapshots
names two numbers. The versions are prepared first and then released one after the other, as staff
do: a whole publish beside so many readers takes longer than five seconds. Each reader keeps a
connection and asks for what visitors do, some of it by the version that the page named. Reported:
answers, failures, mixed ones, the versions that were read, and the memory of the server in the
first and the last third of the time.
"""

import argparse
import json
import math
import re
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from statistics import mean

from geo.publish import prepare
from geo.settings import Settings
from geo.versions import release
from tests.browser.site import Server, copy_layers, serving

_MARK = re.compile(rb"Round (\d+) ")
_VERSION = re.compile(rb'data-version="([^"]+)"')
_FIRST_DAY = date(2026, 11, 1)
_WARM_SECONDS = 3
_MOST_VERSIONS = 12
"""How many are prepared; a longer run releases them again."""
PAGES = (
    "/?lang=en",
    "/parks/CL-DIGI?lang=en",
    "/sites?lang=en",
    "/search?q=park&lang=en",
    "/api/collections/parks/items?f=json",
    "/api/collections/parcels/items?f=json&limit=20",
    "/healthz",
)
BY_VERSION = ("/layers/{version}/parks.geojson", "/layers/{version}/site.json")


@dataclass
class Outcome:
    """What all readers saw together."""

    answers: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    mixed: Counter[str] = field(default_factory=Counter)
    versions: Counter[str] = field(default_factory=Counter)
    memory_mb: list[float] = field(default_factory=list)
    published: int = 0
    """How often another snapshot became current meanwhile."""
    seconds: float = 0

    @property
    def growth(self) -> float:
        """Return how much larger memory was in the last third of the time than in the first."""
        third = max(1, len(self.memory_mb) // 3)
        return mean(self.memory_mb[-third:]) / mean(self.memory_mb[:third]) - 1

    def as_dict(self) -> dict[str, object]:
        return {
            "answers": self.answers,
            "faults": dict(self.faults.most_common(20)),
            "mixed": dict(self.mixed.most_common(20)),
            "versions": len(self.versions),
            "published": self.published,
            "seconds": round(self.seconds, 1),
            "memory_mb": [round(mb, 1) for mb in (self.memory_mb[0], self.memory_mb[-1])],
            "growth": round(self.growth, 4),
        }


def measure(work: Path, *, readers: int, seconds: float, every: float) -> Outcome:
    """Read with so many readers for a while, and release a version every so many seconds."""
    settings = Settings(data=copy_layers(work / "layers"), out=work / "out")
    releases = math.ceil(seconds / every) - 1
    rounds = min(_MOST_VERSIONS, 1 + releases)
    versions = [prepare_round(settings, number) for number in range(rounds)]
    release(settings, versions[0], by="load")
    outcome, guard, over = Outcome(), threading.Lock(), threading.Event()
    with serving(work / "out") as server:
        threads = [
            threading.Thread(target=read, args=[server, number, outcome, guard, over])
            for number in range(readers)
        ]
        threads.append(threading.Thread(target=watch, args=[server, outcome, over]))
        for thread in threads:
            thread.start()
        start = time.monotonic()
        for number in range(1, 1 + releases):
            over.wait(max(0, start + number * every - time.monotonic()))
            release(settings, versions[number % rounds], by="load")
            outcome.published = number
        over.wait(max(0, start + seconds - time.monotonic()))
        outcome.seconds = time.monotonic() - start
        over.set()
        for thread in threads:
            thread.join(60)
        if any(thread.is_alive() for thread in threads):
            outcome.faults["a reader waits for ever"] += 1
    return outcome


def prepare_round(settings: Settings, number: int) -> str:
    """Prepare a version with the number in the name of every park, and return which it is."""
    path = settings.data_dir / "parks.geojson"
    parks = json.loads(path.read_text(encoding="utf-8"))
    for park in parks["features"]:
        park["properties"]["name_en"] = f"Round {number} {park['properties']['park_id']}"
    path.write_text(json.dumps(parks, ensure_ascii=False), encoding="utf-8")
    return prepare(settings, as_of=_FIRST_DAY + timedelta(days=number)).version


def read(
    server: Server, number: int, outcome: Outcome, guard: threading.Lock, over: threading.Event
) -> None:
    """Ask for one address after the other until it is over."""
    connection = HTTPConnection(server.host, timeout=30)
    version = None
    turn = number
    while not over.is_set():
        turn += 1
        path = PAGES[turn % len(PAGES)]
        if version and turn % 3 == 0:
            path = BY_VERSION[turn // 3 % len(BY_VERSION)].format(version=version)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            body = answer.read()
        except (OSError, HTTPException) as error:
            connection.close()
            with guard:
                outcome.faults[f"{path}: {error!r}"] += 1
            continue
        found = _VERSION.search(body)
        version = found[1].decode() if found else version
        with guard:
            note(outcome, path, answer.status, body)
    connection.close()


def note(outcome: Outcome, path: str, status: int, body: bytes) -> None:
    """Count an answer, and keep what is wrong with it."""
    outcome.answers += 1
    if status != 200:
        outcome.faults[f"{path}: {status}"] += 1
    rounds = set(_MARK.findall(body))
    if len(rounds) > 1:
        outcome.mixed[f"{path}: {sorted(rounds)}"] += 1
    found = _VERSION.search(body) or re.search(rb"/layers/([^/]+)/", path.encode())
    if not found:
        return
    version = found[1].decode()
    outcome.versions[version] += 1
    day = _FIRST_DAY + timedelta(days=int(next(iter(rounds), b"-1")))
    if rounds and not version.startswith(day.isoformat()):
        outcome.mixed[f"{path}: {sorted(rounds)} in {version}"] += 1


def watch(server: Server, outcome: Outcome, over: threading.Event) -> None:
    """Note the memory of the server now and then, once the first answers have warmed it."""
    over.wait(_WARM_SECONDS)
    while True:
        outcome.memory_mb.append(memory_mb(server.process_id))
        if over.wait(0.5):
            return


def memory_mb(process_id: int) -> float:
    """Return the resident memory of a process (Linux)."""
    text = Path(f"/proc/{process_id}/status").read_text(encoding="ascii")
    return int(re.search(r"VmRSS:\s+(\d+) kB", text)[1]) / 1000


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.load", description=__doc__)
    parser.add_argument("--readers", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--every", type=float, default=5, help="seconds between two releases")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        outcome = measure(Path(folder), **vars(arguments))
    json.dump(outcome.as_dict(), sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()
