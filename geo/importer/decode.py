"""Bytes of a text file of unknown encoding to text."""

from __future__ import annotations

import codecs

from geo.errors import ImportRefused

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decode_text(data: bytes) -> tuple[str, str]:
    """Return the text and the encoding that it was in.

    A byte order mark decides; without one it is UTF-8 if all of it is, else GB18030, which
    contains GBK and GB 2312. Raises ``ImportRefused`` ENCODING_UNKNOWN if neither fits.

    >>> decode_text("策勒".encode("gbk"))
    ('策勒', 'gb18030')
    """
    marked = next((name for mark, name in _MARKS if data.startswith(mark)), None)
    for encoding in (marked,) if marked else ("utf-8", "gb18030"):
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise ImportRefused("ENCODING_UNKNOWN")
