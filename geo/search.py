"""Find records by what a person types: Chinese, pinyin in full or by initials, English.

The twin of ``static/js/search-match.js``, over the same ``search.json``: the server answers
readers without JavaScript and shared addresses as the browser would.

A text is cut into *units*: a Chinese character, a Latin word, a number. A query matches
where consecutive units take it up in turn, each by itself, by a pinyin reading, or by the
begin of either: ``yt鞋`` is 于 (y), 田 (t), 鞋. If nothing matches so, units may be misspelt.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

from rapidfuzz.distance import OSA

_HAN = r"\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_UNIT = re.compile(rf"[{_HAN}]|[a-z]+|[0-9]+")
_IS_HAN = re.compile(rf"[{_HAN}]")

_SHORT = 4
"""Weight of a query (a letter 1, a Chinese character 2) below which no misspelling is forgiven."""

_LONG = 8
"""Weight from which two are."""

_ANCHORED = 6
"""Weight below which a misspelt query must match from the begin of a text."""

_LONGEST_SPLIT = 12
"""Characters beyond which a query is no place with a kind of thing (``于田标准厂房``)."""

_OWN = 3
"""Of a record's texts so many are its own: key and names; the others say where it is."""


class Unit(NamedTuple):
    """Part of a text that is typed as one: its spellings, and where it stands."""

    spellings: tuple[str, ...]
    start: int
    end: int


class Match(NamedTuple):
    """How a query fits a text: errors, units only begun, and the units that took it up."""

    errors: int
    begun: int
    first: int
    last: int


@dataclass(frozen=True)
class Text:
    """A text and its units."""

    raw: str
    units: tuple[Unit, ...]

    @cached_property
    def first_letters(self) -> frozenset[str]:
        """The characters with which one of its units may begin."""
        return frozenset(spelling[0] for unit in self.units for spelling in unit.spellings)

    def span(self, match: Match) -> tuple[int, int]:
        """Return where in the text the matched units stand."""
        return self.units[match.first].start, self.units[match.last - 1].end


@dataclass(frozen=True)
class Record:
    """What can be found: its group, key, names and place, and whether it is a sample."""

    group: int
    id: str
    texts: tuple[Text, ...]
    is_sample: bool
    is_on_offer: bool
    order: int


@dataclass(frozen=True)
class Hit:
    """A record that was found, with the parts of its own texts that the query met."""

    record: Record
    score: int
    spans: Mapping[int, tuple[tuple[int, int], ...]]


@dataclass(frozen=True)
class Found:
    """The answer to a query, the best first; ``is_close`` if none of it fits to the letter."""

    hits: tuple[Hit, ...]
    is_close: bool = False

    def with_more(self, other: Found) -> Found:
        """Return what both found, the best first; what only nearly fits counts if all does."""
        better = [found for found in (self, other) if found.hits and not found.is_close]
        joined = [hit for found in better or (self, other) for hit in found.hits]
        ordered = sorted(joined, key=lambda hit: (-hit.score, hit.record.group, hit.record.order))
        return Found(tuple(ordered), is_close=bool(joined) and not better)


def fold(text: str) -> str:
    """Return a text in lower case, full width as half width, without accents.

    >>> fold("Cèlè ＹＴ")
    'cele yt'
    """
    plain = unicodedata.normalize("NFKD", text).lower()
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def cut(text: str, readings: Mapping[str, Sequence[str]]) -> tuple[Unit, ...]:
    """Return the units of a text; ``readings`` has the pinyin of its Chinese characters."""
    letters = [(letter, at) for at, raw in enumerate(text) for letter in fold(raw)]
    folded = "".join(letter for letter, _ in letters)
    return tuple(
        Unit(_spell(found[0], readings), letters[found.start()][1], letters[found.end() - 1][1] + 1)
        for found in _UNIT.finditer(folded)
    )


def _spell(unit: str, readings: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    if unit.isdigit():
        return tuple(dict.fromkeys((unit, unit.lstrip("0") or "0")))
    return (unit, *readings.get(unit, ()))


@dataclass(frozen=True)
class Index:
    """The searchable records of one edition, as ``search.json`` lists them."""

    groups: tuple[Mapping[str, Any], ...]
    records: tuple[Record, ...]
    titles: tuple[tuple[Text, ...], ...]

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Index:
        """Return the index of a published document; see :mod:`geo.render.search`."""
        readings = {letter: text.split() for letter, text in document["readings"].items()}

        def text(raw: str) -> Text:
            return Text(raw, cut(raw, readings))

        groups = tuple(document["groups"])
        contexts = [tuple(text(raw) for raw in texts) for texts in document["contexts"]]
        records = tuple(
            Record(
                group,
                key,
                (
                    text(key if groups[group]["by_key"] else ""),
                    text(zh),
                    text(en),
                    *(contexts[place] if place >= 0 else ()),
                ),
                bool(flags & 1),
                bool(flags & 2),
                order,
            )
            for order, (group, key, zh, en, place, flags) in enumerate(document["records"])
        )
        titles = tuple(tuple(text(raw) for raw in group["title"].values()) for group in groups)
        return cls(groups, records, titles)

    def find(self, query: str) -> Found:
        """Return what a query finds: by the letter, else in two parts, else misspelt."""
        terms = _terms(query)
        if not terms:
            return Found(())
        exact = self._hits([["".join(terms)], terms])
        if exact:
            return Found(exact)
        split = self._hits(_splits(terms))
        if split:
            return Found(split)
        close = self._hits([["".join(terms)], terms], forgive=True)
        return Found(close, is_close=bool(close))

    def _hits(self, ways: Iterable[Sequence[str]], *, forgive: bool = False) -> tuple[Hit, ...]:
        """Return what one of several ways to read the query finds."""
        readings = [tuple(way) for way in dict.fromkeys(tuple(way) for way in ways)]
        tried = (
            max(hits, key=lambda hit: hit.score)
            for record in self.records
            if (hits := [h for way in readings if (h := self._hit(record, way, forgive))])
        )
        return tuple(sorted(tried, key=lambda hit: (-hit.score, hit.record.order)))

    def _hit(self, record: Record, terms: tuple[str, ...], forgive: bool) -> Hit | None:
        """Return how a record meets every term, at least one of them by its own texts."""
        spans: dict[int, tuple[tuple[int, int], ...]] = {}
        scores, is_own = [], False
        for term in terms:
            best = _best(record.texts[:_OWN], term, forgive)
            if best:
                place, match = best
                spans[place] = (*spans.get(place, ()), record.texts[place].span(match))
                scores.append(_score(record.texts[place], match))
                is_own = True
            elif len(terms) == 1 or not self._is_around(record, term):
                return None
            else:
                is_own = is_own or _fits(self.titles[record.group], term)
                scores.append(0)
        if not is_own:
            return None
        score = sum(scores) // len(scores) - 200 * (len(terms) > 1)
        return Hit(record, score + self._bonus(record), spans)

    def _is_around(self, record: Record, term: str) -> bool:
        """Whether a term says where the record is or what it is."""
        return _fits((*record.texts[_OWN:], *self.titles[record.group]), term)

    def _bonus(self, record: Record) -> int:
        return 10 * (len(self.groups) - record.group)


def match(text: Text, query: str, *, forgive: bool = False) -> Match | None:
    """Return the best way in which consecutive units of a text take up a folded query."""
    weight = len(query) + len(_IS_HAN.findall(query))
    allowed = (1 if weight < _LONG else 2) if forgive and weight >= _SHORT else 0
    if forgive and not allowed:
        return None
    if not forgive and query[0] not in text.first_letters:
        return None
    starts = range(1 if allowed and weight < _ANCHORED else len(text.units))
    walk = _Walk(text.units, query, forgive)
    found = [
        Match(errors, begun, first, last)
        for first in starts
        if (end := walk.best(first, 0, allowed)) is not None
        for errors, begun, last in [end]
        if last > first
    ]
    return min(found, key=lambda m: (m.errors, m.first > 0, m.begun, m.first), default=None)


class _Walk:
    """The ways of a query through the units, each state looked at once."""

    def __init__(self, units: Sequence[Unit], query: str, forgive: bool) -> None:
        self.units, self.query, self.forgive = units, query, forgive
        self._seen: dict[tuple[int, int, int], tuple[int, int, int] | None] = {}

    def best(self, unit: int, at: int, allowed: int) -> tuple[int, int, int] | None:
        """Return errors, begun units and the unit after the last, from a unit and a letter on."""
        if at == len(self.query):
            return 0, 0, unit
        if unit >= len(self.units):
            return None
        state = (unit, at, allowed)
        if state not in self._seen:
            self._seen[state] = None
            ways = [
                (rest[0] + errors, rest[1] + begun, rest[2])
                for following, to, errors, begun in self._steps(unit, at, allowed)
                if (rest := self.best(following, to, allowed - errors)) is not None
            ]
            self._seen[state] = min(ways, default=None)
        return self._seen[state]

    def _steps(self, unit: int, at: int, allowed: int) -> Iterable[tuple[int, int, int, int]]:
        """Return the next unit and letter, the errors made and the units only begun."""
        for spelling in self.units[unit].spellings:
            same = common(self.query, at, spelling)
            if same == len(spelling):
                yield unit + 1, at + same, 0, 0
            for length in range(1, min(same + 1, len(spelling))):
                # Misspelt and abbreviated at once would fit almost anything.
                if not self.forgive or at + length == len(self.query):
                    yield unit + 1, at + length, 0, 1
            if allowed:
                yield from self._misspelt(unit, at, spelling)
        if allowed and _IS_HAN.match(self.query[at]):
            yield unit, at + 1, 1, 0
            if _IS_HAN.match(self.units[unit].spellings[0]):
                yield unit + 1, at + 1, 1, 0

    def _misspelt(self, unit: int, at: int, spelling: str) -> Iterable[tuple[int, int, int, int]]:
        if len(spelling) < 2:
            return
        for length in range(len(spelling) - 1, len(spelling) + 2):
            typed = self.query[at : at + length]
            if len(typed) == length and OSA.distance(typed, spelling, score_cutoff=1) == 1:
                yield unit + 1, at + length, 1, 0
        rest = self.query[at:]
        if 2 <= len(rest) < len(spelling) - 1:
            begins = (spelling[: len(rest) + more] for more in (-1, 0, 1))
            if any(OSA.distance(rest, begin, score_cutoff=1) == 1 for begin in begins):
                yield unit + 1, len(self.query), 1, 1


def common(query: str, at: int, spelling: str) -> int:
    """Return how many letters of the begin of a spelling stand in the query from a place on."""
    length = 0
    while (
        length < len(spelling)
        and at + length < len(query)
        and query[at + length] == spelling[length]
    ):
        length += 1
    return length


def _terms(query: str) -> list[str]:
    """Return the words of a query, folded; signs part words as spaces do."""
    return re.findall(rf"[{_HAN}a-z0-9]+", fold(query))


def _splits(terms: Sequence[str]) -> list[tuple[str, ...]]:
    """Return the ways to part a Chinese query without spaces: ``于田厂房`` as 于田 and 厂房."""
    if len(terms) > 1 or len(terms[0]) > _LONGEST_SPLIT:
        return []
    query = terms[0]
    places = [at for at, pair in enumerate(pairwise(query), 1) if all(map(_IS_HAN.match, pair))]
    return [(query[:at], query[at:]) for at in places if 2 <= at <= len(query) - 2]


def _best(texts: Sequence[Text], term: str, forgive: bool) -> tuple[int, Match] | None:
    found = [
        (place, one)
        # A misspelt number is another number.
        for place, text in enumerate(texts)
        if text.units and not (forgive and place == 0)
        if (one := match(text, term) or (match(text, term, forgive=True) if forgive else None))
    ]
    return max(found, key=lambda pair: (_score(texts[pair[0]], pair[1]), -pair[0]), default=None)


def _fits(texts: Iterable[Text], term: str) -> bool:
    return any(match(text, term) is not None for text in texts if text.units)


def _score(text: Text, found: Match) -> int:
    """Return how well a text is met: in full, from its begin, to the letter."""
    units = found.last - found.first
    is_whole = units == len(text.units) and not found.begun
    return (
        1000
        - 250 * found.errors
        + 300 * is_whole
        + 100 * (found.first == 0)
        - 10 * found.begun
        + 20 * units // len(text.units)
    )
