"""The parts of an XLSX workbook, read in pieces by a parser that declares no entities."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Iterator
from xml.parsers import expat

from geo.errors import ImportRefused

Start = Callable[[dict[str, str]], None]
"""Told the attributes of an element that begins."""

_CHUNK = 1 << 20
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError)


def part_bytes(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """Yield a part in pieces; ``ImportRefused`` FILE_DAMAGED if it is missing or broken."""
    try:
        with archive.open(part) as stream:
            while chunk := stream.read(_CHUNK):
                yield chunk
    except (KeyError, *_BROKEN) as error:
        raise ImportRefused("FILE_DAMAGED") from error


def parse_part(archive: zipfile.ZipFile, part: str, parsing: XmlParsing) -> None:
    """Parse a part.

    Raises ``ImportRefused`` FILE_DAMAGED if it is no whole XML, XML_FORBIDDEN if it has a
    document type.
    """
    try:
        for chunk in part_bytes(archive, part):
            parsing.parser.Parse(chunk)
        parsing.parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise ImportRefused("FILE_DAMAGED") from error
    parsing.finish()


class XmlParsing:
    """Base of what is collected from the starts of elements, by local name."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = _refuse_document_type
        self.parser.StartElementHandler = self._start
        self._handlers: dict[str, Start] = {}

    def handler(self, name: str) -> Start:
        """Return what to do at the start of an element with this local name."""
        raise NotImplementedError

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        try:
            handle = self._handlers[name]
        except KeyError:
            handle = self._handlers[name] = self.handler(name.rpartition(":")[2])
        handle(attributes)

    def finish(self) -> None:
        """Take note that the document has ended."""


def ignore(_attributes: dict[str, str]) -> None:
    """Do nothing about an element."""


def _refuse_document_type(*_: object) -> None:
    raise ImportRefused("XML_FORBIDDEN")
