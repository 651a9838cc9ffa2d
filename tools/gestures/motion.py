"""What a move is, and where a control stands while it is moved."""
from typing import NamedTuple


class Move(NamedTuple):
    """One control on its way to a place, from wherever it is when the move begins."""
    control: int
    at: float     # seconds since the phrase began
    lasts: float  # seconds; 0 is a jump
    to: float     # [0, 1]


Phrase = list[Move]


def end(phrase: Phrase) -> float:
    return max((move.at + move.lasts for move in phrase), default=0.0)


def controls(phrase: Phrase) -> list[int]:
    return sorted({move.control for move in phrase})


def folded(value: float) -> float:
    """Into [0, 1], reflected at the ends rather than stuck there."""
    value %= 2
    return 2 - value if value > 1 else value


def eased(part: float) -> float:
    """The way of a hand from 0 to 1: with the least jerk (Flash and Hogan, 1985), but for the friction
    of a fader, which lets go at once."""
    part = min(1.0, max(0.0, part))
    return 0.6 * part + 0.4 * part * part * part * (10 - 15 * part + 6 * part * part)


class Travel:
    """One control through the moves of a phrase; asked at times that never go back."""

    def __init__(self, stands: float, moves: list[Move]):
        self.value = stands
        self._origin = stands
        self._moves = sorted(moves, key=lambda move: move.at)
        self._next = 0
        self._now: Move | None = None

    def follow(self, time: float) -> float:
        while self._next < len(self._moves) and self._moves[self._next].at <= time:
            begins = self._moves[self._next]
            self._origin = self._place(begins.at)
            self._now = begins
            self._next += 1
        self.value = self._place(time)
        return self.value

    def moving(self, time: float) -> bool:
        return self._now is not None and time < self._now.at + self._now.lasts

    def next_start(self) -> float | None:
        return self._moves[self._next].at if self._next < len(self._moves) else None

    def _place(self, time: float) -> float:
        if self._now is None:
            return self._origin
        part = (time - self._now.at) / self._now.lasts if self._now.lasts > 0 else 1.0
        return self._origin + (self._now.to - self._origin) * eased(part)
