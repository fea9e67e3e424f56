"""Weighing what is said, what the numbers allow, and where records are known to lie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from geo.crs import to_lonlat
from geo.grids import ENCRYPTED, OLD_DATUMS
from geo.importer.anchors import Anchor, Votes, count_votes
from geo.importer.candidates import (
    BBox,
    Candidate,
    datum_words,
    grid_words,
    mostly_within,
    near_known_places,
    turned,
    without_utm,
)
from geo.importer.claims import Claim
from geo.importer.model import Answer, Bilingual, Question, Remark
from geo.rules.finding import phrase

Sentences = tuple[Bilingual, ...]

_READINGS = ("wgs84", *ENCRYPTED)
_ANSWERS = ("wgs84", "cgcs2000", "gcj02", "bd09")
_ENOUGH = 3
_CERTAIN = 1.0
_CONFIRMED = 0.99
_SAID = {"options": 1.0, "wkt": 0.95, "header": 0.95, "format": 0.8}
"""How sure what is said is; web tools write GCJ-02 into formats that are WGS84 by definition."""

_BY_ZONE, _BY_PLACES, _BY_REGION = 0.95, 0.9, 0.6
_BY_CUSTOM = 0.7
_NATIONAL_DATUM = {"gauss": "cgcs2000", "utm": "wgs84"}
"""Datum of a grid that says none: CGCS2000 by rule since 2018, unless the file is older."""


@dataclass(frozen=True)
class Known:
    """The anchors and the numbers of their records as given, a row each."""

    anchors: Sequence[Anchor]
    xy: np.ndarray

    def under(self, candidate: Candidate, datum: str) -> np.ndarray:
        """Return longitude and latitude (WGS84) of the anchored records under a reading."""
        xy = turned(self.xy, northing_first=candidate.northing_first)
        return to_lonlat(xy, crs=candidate.crs_on(datum), datum=datum)

    def votes(self, candidate: Candidate, datums: Sequence[str]) -> Votes:
        """Return the votes for some datums behind one grid."""
        return count_votes({d: self.under(candidate, d) for d in datums}, self.anchors)


@dataclass(frozen=True)
class GridChoice:
    """The grids that the evidence leaves: one, or several to ask about."""

    left: list[Candidate]
    confidence: float
    why: Sentences


@dataclass(frozen=True)
class DatumChoice:
    """The datum that the evidence speaks for, or the question for it."""

    name: str | None
    confidence: float
    why: Sentences
    question: Question | None = None
    remarks: tuple[Remark, ...] = ()


def choose_grid(
    fitting: list[Candidate], claim: Claim, known: Known, home: Sequence[BBox]
) -> GridChoice:
    """Return the grids that remain of those that fit numbers and claim, and why."""
    if len(fitting) == 1:
        return _single(fitting, claim)
    left = _by_places(fitting, known)
    if len(left) == 1:
        return GridChoice(left, _BY_PLACES, _only("datum.by_places", left[0]))
    left = without_utm(left)
    left = [c for c in left if mostly_within(c.lonlat, home)] or left
    if len(left) == 1:
        return GridChoice(left, _BY_REGION, _only("datum.by_region", left[0]))
    return GridChoice(left, 0.0, (phrase("datum.by_nothing"),))


def choose_datum(candidate: Candidate, claim: Claim, known: Known) -> DatumChoice:
    """Return the datum behind a grid, or the question for it."""
    if claim.datum is not None and claim.settled:
        return _settled(candidate, claim.datum, known)
    votes = known.votes(candidate, _READINGS)
    national = _NATIONAL_DATUM.get(candidate.grid.kind)
    expected = claim.datum or national
    if expected is not None and votes.winner not in (None, _reading(expected)):
        if claim.by == "format":
            shifted = Remark("FORMAT_SHIFTED", {"datum": datum_words(votes.winner)})
            return _found(votes.winner, votes, shifted)
        return _asked("datum.question_contradicted", votes)
    if claim.datum is not None:
        return _supported(claim.datum, _SAID[claim.by], _said(claim), votes)
    if national is not None:
        return _assumed(national, votes)
    if votes.winner is not None:
        return _found(votes.winner, votes)
    return _asked("datum.question", votes)


def join(sentences: Sequence[Bilingual]) -> Bilingual:
    """Return the sentences one after the other, each once."""
    return {
        lang: between.join(dict.fromkeys(sentence[lang] for sentence in sentences))
        for lang, between in (("zh", ""), ("en", " "))
    }


def _single(fitting: list[Candidate], claim: Claim) -> GridChoice:
    grid = fitting[0].grid
    if claim.writing is not None:
        return GridChoice(fitting, _SAID[claim.by], _said(claim))
    sure = _BY_ZONE if grid.zone else _CERTAIN
    return GridChoice(fitting, sure, (phrase("datum.by_numbers", grid=grid_words(grid)),))


def _by_places(fitting: list[Candidate], known: Known) -> list[Candidate]:
    """Return the grids that the known places of records leave."""
    if not known.anchors:
        return fitting
    points = [known.under(candidate, "cgcs2000") for candidate in fitting]
    votes = count_votes({str(n): p for n, p in enumerate(points)}, known.anchors)
    if votes.winner is not None:
        return [fitting[int(votes.winner)]]
    return without_utm(near_known_places(fitting, points, known.anchors))


def _only(key: str, candidate: Candidate) -> Sentences:
    return (phrase(key, grid=grid_words(candidate.grid)),)


def _said(claim: Claim) -> Sentences:
    return (phrase(f"datum.said_{claim.by}", said=claim.words),)


def _found(datum: str, votes: Votes, *remarks: Remark) -> DatumChoice:
    """Return the datum under which the records lie in their places."""
    return DatumChoice(datum, votes.confidence(datum), _told(votes), remarks=remarks)


def _settled(candidate: Candidate, datum: str, known: Known) -> DatumChoice:
    """Return the datum that the person chose, with what the known places say to it."""
    old = datum.partition(":")[0] in OLD_DATUMS
    votes = known.votes(candidate, [datum] if old else _READINGS)
    why = (phrase("datum.chosen", datum=datum_words(datum)), *_told(votes))
    return DatumChoice(datum, _CERTAIN, why, remarks=_doubts(votes, _reading(datum)))


def _supported(datum: str, sure: float, why: Sentences, votes: Votes) -> DatumChoice:
    """Return a datum that the places of records confirm, or do not contradict."""
    reading = _reading(datum)
    sure = _CONFIRMED if votes.winner == reading else sure
    return DatumChoice(datum, sure, (*why, *_told(votes)), remarks=_doubts(votes, reading))


def _assumed(datum: str, votes: Votes) -> DatumChoice:
    """Return the datum that such a grid is usually on."""
    why = (phrase("datum.assumed", datum=datum_words(datum)),)
    choice = _supported(datum, _BY_CUSTOM, why, votes)
    if datum == "wgs84" or votes.winner is not None:
        return choice
    return replace(choice, remarks=(*choice.remarks, Remark("DATUM_ASSUMED")))


def _asked(key: str, votes: Votes) -> DatumChoice:
    answers = tuple(Answer(name, phrase(f"datum.answer_{name}")) for name in _ANSWERS)
    told = _told(votes)
    return DatumChoice(None, 0.0, told, Question("datum", join((*told, phrase(key))), answers))


def _reading(datum: str) -> str:
    # The two modern datums differ by centimetres: one reading stands for both.
    return "wgs84" if datum == "cgcs2000" else datum


def _doubts(votes: Votes, reading: str) -> tuple[Remark, ...]:
    """Return the remark that the known places speak against a reading, if they do."""
    few = votes.total >= _ENOUGH and votes.inside[reading] * 2 < votes.total
    if not few and votes.winner in (None, reading):
        return ()
    return (Remark("PLACES_DISAGREE", {"share": votes.share(reading)}),)


def _told(votes: Votes) -> Sentences:
    """Return the counts in a sentence; nothing where there is nothing to count."""
    if not votes.total:
        return ()
    shares = {name: votes.share(name) for name in votes.inside}
    if shares.keys() == set(_READINGS):
        return (phrase("datum.counts", **shares),)
    return (phrase("datum.count", share=next(iter(shares.values()))),)
