"""Data and pictures to PDF or PNG by a Typst template, in a process of its own.

Typst is a library without any other program; the letters are those of Noto Sans SC from an
installed package, of which the PDF carries the ones it uses. A process of its own can be
stopped, and gives back the hundreds of megabytes that Typst keeps for the next document.

What comes from the data goes in as JSON and is set as it stands: nothing of it is ever read as
markup. A letter that the font lacks becomes a box, for else there would be no PDF.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from geo.errors import RunError
from geo.settings import ROOT

REGIONS = {"zh": "CN", "en": "GB"}
"""Where the language of a template is written as there; it decides how letters look."""

_LOGGER = logging.getLogger("geo.export")
_FONTS = "fonts/ofl/notosanssc"
_MOST_SECONDS = 20

# Of the eight threads of a server, four at most are busy with PDF, and two processes work.
_ADMITTED = threading.BoundedSemaphore(4)
_WORKING = threading.BoundedSemaphore(2)


def typeset(
    template: str, content: Mapping[str, Any], pictures: Mapping[str, str], *, on: date
) -> bytes:
    """Return a tagged PDF (PDF/UA-1); the same input gives the same bytes.

    Parameters
    ----------
    template
        Name of a file beside this one, without ``.typ``.
    content
        What the template reads as JSON in its input ``data``.
    pictures
        SVG documents, each an input of its own.
    on
        The date that the PDF bears as that of its making.

    Raises
    ------
    RunError
        ``PDF_BUSY`` if too many wait or it took too long, ``PDF_FAILED``, ``LIBRARY_MISSING``.
    """
    at = int(datetime.combine(on, time(), tzinfo=UTC).timestamp())
    order = _order(template, content, pictures)
    how = {"format": "pdf", "timestamp": at, "pdf_standards": ["ua-1"]}
    (body,) = _carry_out({**order, "how": how})
    return body


def draw_png(template: str, content: Mapping[str, Any], pictures: Mapping[str, str]) -> bytes:
    """Return a template's only page as PNG, two pixels to the point; see :func:`typeset`."""
    (body,) = draw_pages(template, content, pictures, per_point=2)
    return body


def draw_pages(
    template: str, content: Mapping[str, Any], pictures: Mapping[str, str], *, per_point: int
) -> list[bytes]:
    """Return a template's pages as PNG, so many pixels to the point; see :func:`typeset`."""
    how = {"format": "png", "ppi": 72 * per_point}
    return _carry_out({**_order(template, content, pictures), "how": how})


def _order(
    template: str, content: Mapping[str, Any], pictures: Mapping[str, str]
) -> dict[str, Any]:
    return {
        "template": template,
        "fonts": str(_installed("justmytype_intl_cjk") / _FONTS),
        "inputs": {"data": json.dumps(content, ensure_ascii=False), **pictures},
    }


def _carry_out(order: Mapping[str, Any]) -> list[bytes]:
    _installed("typst")
    with _turn():
        answer = _run(json.dumps(order).encode("utf-8"))
    return [b64decode(one) for one in json.loads(answer)]


def _installed(package: str) -> Path:
    """Return the folder of a package, without importing it."""
    found = find_spec(package)
    if found is None or found.origin is None:
        raise RunError("LIBRARY_MISSING", name=package)
    return Path(found.origin).parent


def _run(order: bytes) -> bytes:
    command = [sys.executable, "-m", "geo.export.typeset"]
    try:
        done = subprocess.run(
            command, input=order, capture_output=True, cwd=ROOT, check=True, timeout=_MOST_SECONDS
        )
    except subprocess.TimeoutExpired as error:
        raise RunError("PDF_BUSY") from error
    except subprocess.CalledProcessError as error:
        reason = error.stderr.decode("utf-8", "replace")[-2000:]
        _LOGGER.error("typeset", extra={"fields": {"reason": reason}})
        raise RunError("PDF_FAILED") from error
    return done.stdout


@contextmanager
def _turn() -> Iterator[None]:
    if not _ADMITTED.acquire(blocking=False):
        raise RunError("PDF_BUSY")
    try:
        with _WORKING:
            yield
    finally:
        _ADMITTED.release()


def compile_order(order: Mapping[str, Any]) -> list[bytes]:
    """Return the document of an order, or its pages as pictures.

    This is what the process of its own does.

    The compiler sees no font of the system, and no file but the template.
    """
    import typst

    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[order["fonts"]]
    )
    template = Path(__file__).with_name(f"{order['template']}.typ")
    compiler = typst.Compiler(
        template.read_bytes(),
        root=template.parent,
        font_paths=fonts,
        ignore_system_fonts=True,
        sys_inputs=_legible_inputs(order),
    )
    made = compiler.compile(**order["how"])
    assert made is not None  # nothing comes back only where a file is named
    return made if isinstance(made, list) else [made]  # several for pictures of several pages


def _legible_inputs(order: Mapping[str, Any]) -> dict[str, str]:
    from geo.export.glyphs import known_letters, legible

    known = known_letters(Path(order["fonts"]))
    data, pictures = json.loads(order["inputs"]["data"]), {**order["inputs"]}
    del pictures["data"]
    seen = {"data": json.dumps(legible(data, known), ensure_ascii=False)}
    return seen | {name: legible(picture, known) for name, picture in pictures.items()}


if __name__ == "__main__":
    made = compile_order(json.load(sys.stdin.buffer))
    json.dump([b64encode(one).decode() for one in made], sys.stdout)
