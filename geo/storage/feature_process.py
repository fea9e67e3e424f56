"""Write the feature files of large layers in a process of its own, beside what publish does.

Half of that work holds the interpreter, so a thread would stop all others. The records are
handed over as an Arrow file and read from it part by part, and the process stays small.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path

import geopandas as gpd
import pyarrow as pa

from geo.render.geojson import in_order
from geo.settings import ROOT
from geo.storage.feature_files import CHUNK, Columns, write_parts

_COLUMNS = b"feature columns"


Start = Callable[[Path], None]
"""Begins to write the file of what :func:`hand_over` left at this path."""


@contextmanager
def writing_beside() -> Iterator[Start]:
    """Yield what gives the process work; leaving waits for it, or ends it if anything failed.

    Raises
    ------
    RuntimeError
        With what the process said, if it ended badly.
    """
    running: list[subprocess.Popen[bytes]] = []

    def start(handed_over: Path) -> None:
        if not running:
            running.append(_start_process())
        pipe = running[0].stdin
        assert pipe is not None
        # If it has ended, that is told at the end.
        with suppress(BrokenPipeError):
            pipe.write(os.fsencode(handed_over) + b"\0")
            pipe.flush()

    try:
        yield start
    except BaseException:
        for process in running:
            process.kill()
            process.communicate()
        raise
    for process in running:
        _, said = process.communicate()
        if process.returncode:
            told = said.decode("utf-8", "replace")
            raise RuntimeError(f"feature files were not written: {told}")


def _start_process() -> subprocess.Popen[bytes]:
    nothing, pipe = subprocess.DEVNULL, subprocess.PIPE
    command = [sys.executable, "-m", __name__]
    return subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=nothing, stderr=pipe)


def hand_over(path: Path, frame: gpd.GeoDataFrame, *, key: str, kind: str) -> Path:
    """Write the records that a feature file at this path shall have; return where they lie.

    Raises
    ------
    ValueError
        As :func:`geo.storage.feature_files.write_features`.
    """
    ordered = in_order(frame, key=key, kind=kind)
    columns = Columns.of(ordered, key=key, kind=kind)
    table = pa.table(ordered.to_arrow(index=False))
    told = {**(table.schema.metadata or {}), _COLUMNS: json.dumps(asdict(columns)).encode()}
    table = table.replace_schema_metadata(told)
    handed_over = path.with_suffix(".arrow")
    handed_over.parent.mkdir(parents=True, exist_ok=True)
    with pa.ipc.new_file(handed_over, table.schema) as file:
        file.write_table(table, max_chunksize=CHUNK)
    return handed_over


def _write(handed_over: Path) -> None:
    """Write the feature file, and let go what was handed over for it."""
    with pa.OSFile(str(handed_over)) as source:
        file = pa.ipc.open_file(source)
        columns = Columns(**json.loads(file.schema.metadata[_COLUMNS]))
        write_parts(handed_over.with_suffix(".sqlite"), _parts(file), columns)
    handed_over.unlink()


def _parts(file: pa.RecordBatchFileReader) -> Iterator[gpd.GeoDataFrame]:
    for number in range(file.num_record_batches):
        yield gpd.GeoDataFrame.from_arrow(pa.Table.from_batches([file.get_batch(number)]))


def _work() -> None:
    """Write the file of each path that comes in, to the end of the input."""
    rest = b""
    while received := os.read(sys.stdin.fileno(), 65536):
        *paths, rest = (rest + received).split(b"\0")
        for path in paths:
            _write(Path(os.fsdecode(path)))


if __name__ == "__main__":
    _work()
