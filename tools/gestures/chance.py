"""Chance, the same for the same seed on every machine and Python."""
import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Chance:
    """Draws from one stream of uniform numbers.

    Of Python's generators only `random()` is promised to stay as it is from version to version, so
    everything else is made of it here. What goes through the C library is rounded: its last bits
    differ between systems.
    """

    def __init__(self, seed: int):
        self._uniform = random.Random(seed).random

    def between(self, low: float, high: float) -> float:
        return low + (high - low) * self._uniform()

    def whole(self, low: int, high: int) -> int:
        """low, …, high, all alike."""
        return low + int(self._uniform() * (high - low + 1))

    def happens(self, probability: float) -> bool:
        return self._uniform() < probability

    def sign(self) -> int:
        return 1 if self.happens(0.5) else -1

    def pick(self, things: Sequence[T]) -> T:
        return things[self.whole(0, len(things) - 1)]

    def weighted(self, things: Sequence[T], weights: Sequence[float]) -> T:
        left = self._uniform() * sum(weights)
        for thing, weight in zip(things, weights):
            left -= weight
            if left < 0:
                return thing
        return things[-1]

    def some(self, things: Sequence[T], weights: Sequence[float], count: int) -> list[T]:
        """`count` different things, in the order in which they were drawn."""
        things, weights, drawn = list(things), list(weights), []
        while things and len(drawn) < count:
            k = self.weighted(range(len(things)), weights)
            drawn.append(things.pop(k))
            weights.pop(k)
        return drawn

    def normal(self) -> float:
        """Nearly normal and never beyond 6: the sum of twelve uniform numbers."""
        return sum(self._uniform() for _ in range(12)) - 6

    def about(self, median: float, factor: float, low: float = 0.0, high: float = 1e9) -> float:
        """Lognormal: two times in three within median / factor and median · factor."""
        return min(high, max(low, round(median * factor ** self.normal(), 6)))
