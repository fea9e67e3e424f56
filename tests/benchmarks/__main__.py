"""``python -m tests.benchmarks``: the bundled data in the browser, as JSON and as a table.

The JSON goes to standard output, the table to standard error.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

from geo.bench.report import as_table
from tests.benchmarks import first_view, serving


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="rounds, ours and peer in turns")
    parser.add_argument("--requests", type=int, default=4000, help="requests a round")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        rows = first_view.measure(work, rounds=arguments.rounds)
        rows += serving.measure(work, rounds=arguments.rounds, requests=arguments.requests)
    print(json.dumps([row.as_dict() for row in rows], indent=2))
    print(as_table(rows), file=sys.stderr)


if __name__ == "__main__":
    main()
