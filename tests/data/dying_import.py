"""``dying_import.py HOW STEP ...``: ``python -m geo ...`` with a disaster (tests/storage/dying)."""

import sys

from geo.cli import main
from tests.storage import dying

if __name__ == "__main__":
    dying.arm(sys.argv[1], int(sys.argv[2]))
    status = main(sys.argv[3:])
    print(dying.steps, file=sys.stderr)
    sys.exit(status)
