"""Files as one archive whose bytes depend on the files alone."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import PurePosixPath

_AT = (1980, 1, 1, 0, 0, 0)
"""The time of every file: the earliest that the format knows."""

_PACKED = {".woff2", ".png"}


def pack(folder: str, files: Mapping[str, bytes]) -> bytes:
    """Return an archive with the files in a folder, sorted by name.

    Parameters
    ----------
    folder
        Its name; unpacking makes it.
    files
        Contents by name; names that are not ASCII are marked as UTF-8.
    """
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(f"{folder}/{name}", _AT)
            # Else it would say on which system it was made.
            entry.create_system = 3
            entry.external_attr = 0o100644 << 16
            is_packed = PurePosixPath(name).suffix in _PACKED
            entry.compress_type = zipfile.ZIP_STORED if is_packed else zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[name], compresslevel=9)
    return body.getvalue()
