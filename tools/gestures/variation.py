"""How a phrase is played again: nearly the same, higher, upside down, quicker, by other hands."""
from collections.abc import Sequence

from .chance import Chance
from .motion import Phrase, folded

WAYS = {"again": 3.0, "transposed": 2.0, "inverted": 1.5, "quicker": 1.0, "slower": 1.0, "elsewhere": 2.5,
        "cut short": 0.7}


# Less is no move, where one is meant.
NEARBY = 0.12


def varied(chance: Chance, phrase: Phrase, stands: Sequence[float]) -> Phrase:
    """One or two ways at once, always with a human's small differences. What has been pulled up is
    pulled down then: a phrase that would find its first control where it leads to is turned over."""
    for way in chance.some(list(WAYS), list(WAYS.values()), chance.weighted((1, 2), (3, 2))):
        phrase = _apply(chance, phrase, len(stands), way)
    if abs(phrase[0].to - stands[phrase[0].control]) < NEARBY:
        phrase = _inverted(phrase)
    return [move._replace(at=max(0.0, move.at + 0.006 * chance.normal()) if move.at else 0.0,
                          lasts=move.lasts * chance.between(0.93, 1.07),
                          to=folded(move.to + 0.012 * chance.normal()))
            for move in phrase]


def _apply(chance: Chance, phrase: Phrase, count: int, way: str) -> Phrase:
    if way == "transposed":
        by = chance.between(0.08, 0.3) * chance.sign()
        return [move._replace(to=folded(move.to + by)) for move in phrase]
    if way == "inverted":
        return _inverted(phrase)
    if way in ("quicker", "slower"):
        factor = chance.between(0.55, 0.8) if way == "quicker" else chance.between(1.25, 1.8)
        return [move._replace(at=move.at * factor, lasts=move.lasts * factor) for move in phrase]
    if way == "elsewhere":
        by = chance.whole(1, count - 1) if count > 1 else 0
        return [move._replace(control=(move.control + by) % count) for move in phrase]
    if way == "cut short":
        last = max(move.at for move in phrase) * chance.between(0.4, 0.8)
        return [move for move in phrase if move.at <= last] or phrase
    return phrase


def _inverted(phrase: Phrase) -> Phrase:
    return [move._replace(to=1 - move.to) for move in phrase]
