"""A slide as both files have it: what stands where, in points on a slide of 960 by 540.

Sizes are chosen by measured widths, so that nothing leaves its place: the largest at which all
that a scene says has room beside the map. What has no room even at the smallest is cut, and
stands whole in the notes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from geo.render.lettering import BOLD, text_width, wrap

WIDTH, HEIGHT = 960.0, 540.0
LEFT, COLUMN = 48.0, 340.0
"""Where the words begin, and how wide they run."""

MAP_LEFT, MAP_DARK = 352.0, 78.0
"""Where the map begins, and how much of it lies under the words and in their shade."""

Ink = Literal["text", "quiet", "gold", "amber"]
Role = Literal["eyebrow", "title", "figures", "text", "notice", "source", "qr"]

_TOP, _BOTTOM = 44.0, 26.0
_GAP = 12.0
_TEXT_GAP = 6.0
_QR = 128.0
_CHIP = 6.0
"""Between a notice and its edge."""

_NUMBER, _UNIT, _LEAST = 64.0, 0.31, 11.5
_SCALES = (1.0, 0.94, 0.88, 0.82, 0.76, 0.7, 0.64, 0.58, 0.52, 0.46, 0.4)
_HEADLINES = {"title": (54, 48, 42, 36, 30, 24, 20), "scene": (40, 36, 32, 28, 24, 20)}
_LARGE = 0.8
"""Share of the largest size down to which a headline rather stays on a line than breaks a word."""

_HEADLINE_LINES, _NOTICE_LINES, _FOOT_LINES = 3, 3, 4
_HEADLINE_LEADING = 1.24
_SMALL_HEADLINE = 28
"""Above it a headline shrinks with the rest."""
_FOOT_SIZE, _FOOT_LEADING = 11.0, 15.0
# Other fonts than the measured one are a little wider.
_SLACK = 1.08
_STOPS = "，。；：、！？,;: "


@dataclass(frozen=True)
class Run:
    """Letters of one look; ``size`` in points."""

    text: str
    size: float
    ink: Ink = "text"
    bold: bool = False

    @property
    def width(self) -> float:
        """How wide it is at most, in points."""
        return text_width(self.text, self.size, BOLD if self.bold else 400) * _SLACK


@dataclass(frozen=True)
class Paragraph:
    """Runs on lines that are ``leading`` points apart, ``before`` points below the last one."""

    runs: tuple[Run, ...]
    leading: float
    before: float = 0.0

    def lines(self, width: float) -> int:
        """Return how many lines it takes at most."""
        return len(_broken(self.runs, width))

    def height(self, width: float) -> float:
        """Return how high it is at most, in points."""
        return self.before + self.lines(width) * self.leading


@dataclass(frozen=True)
class Block:
    """Paragraphs in a box; of the role ``qr`` a square for a picture."""

    role: Role
    left: float
    top: float
    width: float
    height: float
    paragraphs: tuple[Paragraph, ...] = ()


@dataclass(frozen=True)
class Figure:
    """A figure as it is read: number and unit, below them what it is and of when.

    ``remark`` says that it is a target or a sample.
    """

    number: str
    unit: str
    caption: str
    remark: str = ""


@dataclass(frozen=True)
class Words:
    """All that a slide says, each text cleaned already.

    Parameters
    ----------
    is_title
        Whether it is the first slide, with a larger headline.
    notices
        What must be said of samples, drawn shapes and the map.
    source
        Where all this is from.
    has_code
        Whether a QR code stands on it.
    """

    headline: str
    eyebrow: str = ""
    texts: Sequence[str] = ()
    figures: Sequence[Figure] = ()
    notices: Sequence[str] = ()
    source: str = ""
    is_title: bool = False
    has_code: bool = False


def lay_out(words: Words) -> list[Block]:
    """Return the boxes of a slide from above; none overlaps another or the edge."""
    lower = _lower(words)
    end = min((block.top for block in lower), default=HEIGHT - _BOTTOM) - _GAP
    for scale in _SCALES:
        upper = _upper(words, scale)
        if upper[-1].top + upper[-1].height <= end:
            return [*upper, *lower]
    return [*_cut_text(words, end), *lower]


# --- what stands above ----------------------------------------------------------------------


def _upper(words: Words, scale: float, *, room: float | None = None) -> list[Block]:
    """Return what stands above, from above; the text within the room if one is given."""
    eyebrow = _one(words.eyebrow, 16 * scale, "gold", 1.35, most=2)
    figures = [p for figure in words.figures for p in _figure(figure, scale)]
    texts = [p for text in words.texts for p in _one(text, 17 * scale, "quiet", 1.45, before=6)]
    if room is not None:
        texts = _fitting(texts, room)
    parts: list[tuple[Role, Sequence[Paragraph], float]] = [
        ("eyebrow", eyebrow, 0.0),
        ("title", [_headline(words, scale)], 6.0),
        ("text", texts, _TEXT_GAP * scale),
        ("figures", figures, 12.0 * scale),
    ]
    blocks, top = [], _TOP
    for role, paragraphs, gap in parts:
        if paragraphs:
            block = _block(role, top + gap, paragraphs)
            blocks.append(block)
            top = block.top + block.height
    if words.has_code:
        blocks.append(Block("qr", LEFT, top + _GAP, _QR, _QR))
    return blocks


def _one(
    text: str, size: float, ink: Ink, leading: float, *, before: float = 0.0, most: int = 0
) -> list[Paragraph]:
    """Return a text as a paragraph, cut to ``most`` lines if given; nothing of an empty one."""
    if not text:
        return []
    size = max(size, _LEAST)
    runs = (Run(text, size, ink),)
    return [Paragraph(_cut(runs, COLUMN, most) if most else runs, size * leading, before)]


def _figure(figure: Figure, scale: float) -> Iterator[Paragraph]:
    yield _number(figure, _NUMBER * scale, before=10 * scale)
    size = max(16 * scale, _LEAST)
    said = [Run(figure.caption, size)]
    if figure.remark:
        said.append(Run(f" · {figure.remark}", size, "gold"))
    yield Paragraph(_cut(tuple(said), COLUMN, 2), size * 1.35)


def _number(figure: Figure, size: float, *, before: float) -> Paragraph:
    """Return a number with its unit small beside it, both small enough for one line."""
    runs = [Run(figure.number, size, "gold", bold=True)]
    if figure.unit:
        beside = Run(f" {figure.unit}", 1.0)
        room = max((COLUMN - runs[0].width) / beside.width, _LEAST)
        runs.append(replace(beside, size=min(size * _UNIT, room)))
    shrink = min(1.0, COLUMN / sum(run.width for run in runs))
    fitting = (replace(run, size=math.floor(run.size * shrink * 10) / 10) for run in runs)
    return Paragraph(tuple(fitting), size * 1.06, before)


def _cut_text(words: Words, end: float) -> list[Block]:
    """Return what stands above at the smallest sizes, its text cut to what the rest leaves."""
    scale = _SCALES[-1]
    bare = _upper(replace(words, texts=()), scale)
    room = end - bare[-1].top - bare[-1].height - _TEXT_GAP * scale
    return [block for block in _upper(words, scale, room=room) if block.top + block.height <= end]


def _fitting(paragraphs: Sequence[Paragraph], room: float) -> list[Paragraph]:
    kept: list[Paragraph] = []
    for paragraph in paragraphs:
        most = int((room - paragraph.before) / paragraph.leading)
        if most < 1:
            break
        runs = _cut(paragraph.runs, COLUMN, most)
        kept.append(Paragraph(runs, paragraph.leading, paragraph.before))
        room -= kept[-1].height(COLUMN)
    return kept


# --- the headline ---------------------------------------------------------------------------


def _headline(words: Words, scale: float) -> Paragraph:
    """Return the headline at the largest size that its lines allow, broken where it reads well."""
    known = _HEADLINES["title" if words.is_title else "scene"]
    sizes = [size for size in known if size <= max(known[0] * scale, _SMALL_HEADLINE)]
    most = 3 if words.is_title else 2
    text = words.headline
    large = [size for size in sizes if size >= _LARGE * sizes[0]]
    tries = [
        *((size, _after_stop(text, size)) for size in large),
        *((size, _even(text, size, most)) for size in sizes),
    ]
    for size, lines in tries:
        if lines:
            return _bold("\n".join(lines), size)
    least = sizes[-1]
    (run,) = _cut((Run(text, least, bold=True),), COLUMN, _HEADLINE_LINES)
    return _bold(run.text, least)


def _bold(text: str, size: float) -> Paragraph:
    return Paragraph((Run(text, size, bold=True),), size * _HEADLINE_LEADING)


def _after_stop(text: str, size: float) -> list[str]:
    """Return a text on one line or, after a stop or space, on two; nothing if it is too wide."""
    pairs = [
        (text[:at].strip(), text[at:].strip())
        for at in range(1, len(text))
        if text[at - 1] in _STOPS
    ]
    found = [[text], *map(list, sorted(pairs, key=lambda pair: max(map(len, pair))))]
    return next((lines for lines in found if _fits(lines, size)), [])


def _even(text: str, size: float, most: int) -> list[str]:
    """Return a text on so many lines of like width at most; nothing if it is too wide."""
    measured = size * 1.05 * _SLACK
    lines = wrap(text, measured, COLUMN)
    if len(lines) > most or not _fits(lines, size):
        return []
    width = COLUMN
    while len(narrower := wrap(text, measured, width)) == len(lines) and width > size:
        lines, width = narrower, width - size / 4
    return lines


def _fits(lines: Sequence[str], size: float) -> bool:
    return all(Run(line, size, bold=True).width <= COLUMN for line in lines)


# --- what stands below ----------------------------------------------------------------------


def _lower(words: Words) -> list[Block]:
    """Return notice and sources, from above, that end at the foot."""
    blocks: list[Block] = []
    end = HEIGHT - _BOTTOM
    foot = _lines_of([words.source], "quiet", COLUMN, _FOOT_LINES)
    if foot:
        blocks.append(_block("source", end - _height(foot, COLUMN), foot))
        end = blocks[0].top - _GAP
    if words.notices:
        inner = COLUMN - 2 * _CHIP
        said = _lines_of(words.notices, "amber", inner, _NOTICE_LINES)
        width = min(inner, 1.1 * max(sum(run.width for run in p.runs) for p in said))
        height = _height(said, inner) + _CHIP
        chip = Block("notice", LEFT, end - height, width + 2 * _CHIP, height, tuple(said))
        blocks.insert(0, chip)
    return blocks


def _lines_of(texts: Sequence[str], ink: Ink, width: float, most: int) -> list[Paragraph]:
    """Return small paragraphs, together of at most so many lines."""
    found: list[Paragraph] = []
    for text in texts:
        left = most - sum(p.lines(width) for p in found)
        if left > 0 and text:
            runs = _cut((Run(text, _FOOT_SIZE, ink),), width, left)
            found.append(Paragraph(runs, _FOOT_LEADING))
    return found


# --- measuring ------------------------------------------------------------------------------


def _block(role: Role, top: float, paragraphs: Sequence[Paragraph]) -> Block:
    return Block(role, LEFT, top, COLUMN, _height(paragraphs, COLUMN), tuple(paragraphs))


def _height(paragraphs: Sequence[Paragraph], width: float) -> float:
    return sum(paragraph.height(width) for paragraph in paragraphs)


def _broken(runs: Sequence[Run], width: float) -> list[str]:
    """Return the lines of runs that follow one another, all as wide as the widest look."""
    if sum(run.width for run in runs) <= width and not any("\n" in run.text for run in runs):
        return ["".join(run.text for run in runs)]
    factor = max(run.size * (1.05 if run.bold else 1.0) for run in runs) * _SLACK
    whole = "".join(run.text for run in runs)
    found: list[str] = []
    for part in whole.split("\n"):
        for line in wrap(part, factor, width) or [""]:
            # A word wider than the column is broken by the program that shows it.
            found += [line] * max(1, math.ceil(text_width(line, factor) / width))
    return found


def _cut(runs: tuple[Run, ...], width: float, most: int) -> tuple[Run, ...]:
    """Return runs that take at most so many lines, the first shortened with an ellipsis."""
    first, *rest = runs
    if len(_broken(runs, width)) <= most:
        return runs
    low, high = 0, len(first.text)
    while low < high:
        middle = (low + high + 1) // 2
        cut = Run(f"{first.text[:middle].rstrip()}…", first.size, first.ink, first.bold)
        if len(_broken((cut, *rest), width)) <= most:
            low = middle
        else:
            high = middle - 1
    return (Run(f"{first.text[:low].rstrip()}…", first.size, first.ink, first.bold), *rest)
