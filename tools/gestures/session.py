"""A session: phrases and rests, in arcs that gather and let go."""
from collections.abc import Iterator

from .chance import Chance
from .character import draw_character
from .controller import Desk, Row
from .figures import BY_NAME, SEVERAL, Hands
from .motion import Phrase, controls, end
from .variation import varied

# A longer rest begins a new take (imps dataset --gap).
LONGEST_REST = 4.5


class Arc:
    """How eager the playing is: gathers and lets go, over and over, never twice alike."""

    def __init__(self, chance: Chance, restlessness: float):
        self._chance = chance
        self._restlessness = restlessness
        self._begins, self._ends, self._crest, self._height = 0.0, 0.0, 0.5, 0.0

    def eagerness(self, time: float) -> float:
        """[0, 1], at times that never go back."""
        while time >= self._ends:
            self._begins = self._ends
            self._ends += self._chance.between(15, 75)
            self._crest = self._chance.between(0.3, 0.9)
            self._height = self._chance.between(0.4, 1.0)
        part = (time - self._begins) / (self._ends - self._begins)
        slope = part / self._crest if part < self._crest else (1 - part) / (1 - self._crest)
        return min(1.0, 0.25 * self._restlessness + self._height * slope * (0.6 + 0.4 * self._restlessness))


class Session:
    """One performer at one controller."""

    def __init__(self, seed: int, count: int, resolution: str):
        """`count` controls, at one of character.RESOLUTIONS."""
        self._chance = Chance(seed)
        self._who = draw_character(self._chance, count, resolution)
        self._count = count
        self._desk = Desk(self._chance, self._who.controller,
                          [self._chance.pick(places) for places in self._who.places])
        self._arc = Arc(self._chance, self._who.restlessness)
        self._last: Phrase = []
        self._hand = self._chance.whole(0, count - 1)
        self._heading = self._chance.sign()

    def rows(self, seconds: float) -> Iterator[Row]:
        time = latest = 0.0
        while time < seconds:
            eagerness = self._arc.eagerness(time)
            phrase = self._phrase(eagerness)
            for at, values in self._desk.play(phrase, time):
                # Messages of one look may reach beyond the next: the wire keeps their order.
                latest = max(latest + 0.0005, at)
                yield latest, values
            time = max(time + end(phrase), latest) + self._rest(eagerness)
            self._last = phrase

    def _rest(self, eagerness: float) -> float:
        """A breath within a train of thought, a pause, or a rest."""
        length, spread = self._chance.weighted(((0.14, 1.4), (0.5, 1.3), (1.8, 1.35)),
                                               (2 + 2 * eagerness, 2, 2 - 1.5 * eagerness))
        return self._chance.about(length, spread, 0.03, LONGEST_REST)

    def _phrase(self, eagerness: float) -> Phrase:
        if self._last and self._chance.happens(0.5):
            return varied(self._chance, self._last, self._desk.stands)
        phrase = self._figure(eagerness, list(range(self._count)))
        free = [control for control in range(self._count) if control not in controls(phrase)]
        if free and self._chance.happens(0.1 + 0.25 * eagerness):  # the other hand
            late = self._chance.between(0, 0.5) * end(phrase)
            phrase += [move._replace(at=move.at + late) for move in self._figure(eagerness, free)]
        return phrase

    def _figure(self, eagerness: float, free: list[int]) -> Phrase:
        name = self._chance.weighted(list(self._who.habits), list(self._who.habits.values()))
        wanted = self._chance.weighted((2, 3, 4), (6, 2, 1)) if name in SEVERAL else 2
        hands = Hands(self._chance, self._who, self._desk.stands, eagerness)
        return BY_NAME[name](hands, self._grip(free, wanted))

    def _grip(self, free: list[int], wanted: int) -> list[int]:
        """The controls for a figure: a hand rather stays where it is, or goes next door."""
        near = [control for control in (self._hand, self._hand + self._heading) if control in free]
        if near and self._chance.happens(0.8):
            first = self._chance.pick(near)
        else:
            first = self._chance.weighted(free, [self._who.favour[control] for control in free])
        self._hand = first
        if not 0 <= first + self._heading < self._count:
            self._heading = -self._heading
        others = [control for control in free if control != first]
        near = [self._who.favour[control] / abs(control - first) for control in others]
        return [first] + self._chance.some(others, near, wanted - 1)
