"""Find how the names of a large layer begin that a query spells out in pinyin.

No pinyin is kept: the index of the names is walked letter by letter, as far as their readings
take up the query, ``yutian`` and ``yt`` alike as :mod:`geo.search` reads them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from geo.feature_store import BEYOND, FeatureStore, quoted
from geo.search import common, fold

MOST_BEGINS = 50
_MOST_LOOKS = 400
"""Begins of which the next letters are looked up: a tenth of a second."""


def begins_spelt(
    store: FeatureStore, column: str, query: str, readings: Mapping[str, str]
) -> list[str]:
    """Return begins of texts of an indexed column that take up a query to its end.

    Of more than :data:`MOST_BEGINS` those that most texts have.

    Parameters
    ----------
    query
        As it was typed; without a Latin letter there is nothing to spell.
    readings
        Pinyin without tones of the Chinese characters, parted by spaces.

    Raises
    ------
    BadRequest
        As :meth:`geo.feature_store.FeatureStore.select`.
    """
    typed = "".join(letter for letter in fold(query) if letter.isalnum())
    if not readings or not any("a" <= letter <= "z" for letter in typed):
        return []
    begins: list[str] = []
    looks = 0
    alive = {"": {0}}
    while alive and looks < _MOST_LOOKS and len(begins) < MOST_BEGINS:
        longer: dict[str, set[int]] = {}
        # What took up most of the query is most likely meant.
        for begin in sorted(alive, key=lambda begin: (-max(alive[begin]), begin))[:_MOST_LOOKS]:
            looks += 1
            for letter in store.letters_after(column, begin):
                reached = set(_reached(letter, typed, alive[begin], readings))
                if len(typed) in reached:
                    begins.append(begin + letter)
                elif reached:
                    longer[begin + letter] = reached
        alive = longer
    if len(begins) <= MOST_BEGINS:
        return begins
    name = f"{quoted(column)} COLLATE NOCASE"
    where = f"{name} >= ? AND {name} < ?"
    counts = {one: store.matched(where=(where, (one, one + BEYOND))) for one in begins}
    return sorted(begins, key=lambda begin: -counts[begin])[:MOST_BEGINS]


def _reached(
    letter: str, typed: str, places: set[int], readings: Mapping[str, str]
) -> Iterator[int]:
    """Yield how far a query can be taken up by a letter of a name, from one of the places."""
    plain = fold(letter)
    if not plain.isalnum():
        yield from places  # brackets and spaces are not typed
        return
    for place in places:
        for spelling in (plain, *readings.get(letter, "").split()):
            yield from range(place + 1, place + common(typed, place, spelling) + 1)
