"""What of a phrase arrives: looks at the controls, in the controller's steps, as messages."""
from .chance import Chance
from .character import CONTINUOUS, Controller
from .motion import Phrase, Travel, controls

Row = tuple[float, tuple[float, ...]]  # seconds; x_1 … x_N

# A touch screen does not tell of less, or it would never be silent.
DEAD_BAND = 0.001


class Desk:
    """The controls of a session: where they are, and what was sent of them."""

    def __init__(self, chance: Chance, controller: Controller, stands: list[float]):
        self._chance = chance
        self._controller = controller
        self.stands = list(stands)
        self._sent = [self._stepped(control, place) for control, place in enumerate(stands)]
        self._awake: set[int] = set()

    def play(self, phrase: Phrase, begins: float) -> list[Row]:
        """The rows of a phrase that begins at that time; the controls stay where it leaves them."""
        travels = {control: Travel(self.stands[control], [move for move in phrase if move.control == control])
                   for control in controls(phrase)}
        rows: list[Row] = []
        time = _next_start(travels)
        while time is not None:
            self._look(travels, time, begins, rows)
            if any(travel.moving(time) for travel in travels.values()):
                time += self._controller.period * max(0.3, 1 + self._controller.jitter * self._chance.normal())
            elif (start := _next_start(travels)) is not None:
                time = max(time, start)
            else:
                time = None
        for control, travel in travels.items():
            self.stands[control] = travel.value
        return rows

    def _look(self, travels: dict[int, Travel], time: float, begins: float, rows: list[Row]) -> None:
        """Sends what has changed: a message for each control, or one for all."""
        messages = 0
        for control, travel in travels.items():
            value = self._stepped(control, travel.follow(time))
            if abs(value - self._sent[control]) >= (DEAD_BAND if control in self._awake else self._controller.wake):
                self._sent[control] = value
                self._awake.add(control)
                if self._controller.one_at_a_time:
                    rows.append((begins + time + messages * self._controller.spacing, tuple(self._sent)))
                messages += 1
            if not travel.moving(time):
                self._awake.discard(control)
        if messages and not self._controller.one_at_a_time:
            rows.append((begins + time, tuple(self._sent)))

    def _stepped(self, control: int, place: float) -> float:
        steps = self._controller.steps[control]
        place = min(1.0, max(0.0, place))
        return round(place, 5) if steps == CONTINUOUS else int(place * steps + 0.5) / steps


def _next_start(travels: dict[int, Travel]) -> float | None:
    return min((start for travel in travels.values() if (start := travel.next_start()) is not None), default=None)
