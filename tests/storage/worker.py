"""A module of work for :mod:`tests.storage.test_beside`: it writes words, or sleeps."""

from __future__ import annotations

import os
import time
from pathlib import Path

from geo.storage.beside import Work, serve


def work(given: Work) -> None:
    """Sleep for so many seconds, or add a word and the number of this process to a file."""
    if "sleep" in given:
        time.sleep(given["sleep"])
        return
    with Path(given["to"]).open("a", encoding="utf-8") as file:
        file.write(f"{given['word']} {os.getpid()}\n")


if __name__ == "__main__":
    serve(work)
