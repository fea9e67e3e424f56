"""What the command line says: sentences in both languages, or one JSON document."""

from __future__ import annotations

import getpass
import json
import sys
from typing import Any

from geo.i18n import LANGUAGES, both


def say(key: str, **params: object) -> None:
    """Print a sentence in both languages."""
    text = both(key, **params)
    for lang in LANGUAGES:
        print(text[lang])


def warn(key: str, **params: object) -> None:
    """Print a sentence in both languages to standard error."""
    text = both(key, **params)
    for lang in LANGUAGES:
        print(text[lang], file=sys.stderr)


def print_json(document: Any) -> None:
    """Print the one document of a command under ``--json``."""
    print(json.dumps(document, ensure_ascii=False, indent=2))


def system_user() -> str:
    """Return who runs the command; a container may run as a number without a name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return "unknown"
