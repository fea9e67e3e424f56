"""The web application: ``create_app()`` for WSGI servers; ``python server.py`` serves."""

import sys

from geo.cli import main
from geo.web import create_app

__all__ = ["create_app"]

if __name__ == "__main__":
    sys.exit(main(["serve"]))
