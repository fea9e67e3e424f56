"""``python -m geo load``: the layer files into PostGIS."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import Any

from geo.console import print_json, say
from geo.settings import Settings


def add_load_command(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command to the parser of ``python -m geo``."""
    text = "copy the layer files into PostGIS (PARKS_DATABASE_URL), all or none"
    sub = commands.add_parser("load", parents=[common], help=text, description=text)
    sub.set_defaults(command=load)
    text = "schema of the tables, made if it is not there (default: parks)"
    sub.add_argument("--schema", default="parks", help=text)
    text = "replace the records of tables that have some"
    sub.add_argument("--replace", action="store_true", help=text)


def load(arguments: argparse.Namespace, settings: Settings) -> int:
    """Copy the layers and say which tables there are now."""
    from geo.load import load_layers

    loaded = load_layers(settings, schema=arguments.schema, replace=arguments.replace)
    if arguments.json:
        print_json([asdict(one) for one in loaded])
    for one in () if arguments.json else loaded:
        say("cli.loaded", **asdict(one))
    return 0
