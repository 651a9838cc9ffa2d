"""What hands do. Each figure is a phrase that begins where the controls stand."""
from collections.abc import Callable, Sequence

from .chance import Chance
from .character import Character
from .motion import Move, Phrase, folded


class Hands:
    """What a figure is made with: who plays, how eagerly, and where the controls stand."""

    def __init__(self, chance: Chance, who: Character, stands: Sequence[float], eagerness: float):
        self.chance = chance
        self.who = who
        self.stands = stands
        self.eagerness = eagerness  # [0, 1]

    def lasting(self, seconds: float) -> float:
        """About so long, by this player, now."""
        return self.chance.about(seconds * self.who.pace * (1.3 - 0.6 * self.eagerness), 1.35, 0.06)

    def elsewhere(self, control: int) -> float:
        """Where a move goes: as a rule across the middle, as what was low asks for height; to the very
        end, to a favourite place there, or anywhere on the far side."""
        here = self.stands[control]
        up = here < 0.5
        if self.chance.happens(0.1):
            return folded(here + self.chance.between(0.1, 0.25) * self.chance.sign())
        liked = [place for place in self.who.places[control] if (place > 0.5) == up]
        where = self.chance.weighted(("end", "liked", "far"), (2, 2 if liked else 0, 3 + 2 * self.eagerness))
        if where == "end":
            return float(up)
        if where == "liked":
            return self.chance.pick(liked)
        return self.chance.between(0.6, 0.95) if up else self.chance.between(0.05, 0.4)

    def after(self, control: int, place: float) -> "Hands":
        """The same hands once the control stands there."""
        stands = [place if k == control else old for k, old in enumerate(self.stands)]
        return Hands(self.chance, self.who, stands, self.eagerness)

    def missed(self) -> float:
        """Seconds by which a beat is missed."""
        return self.who.looseness * self.chance.normal()

    def beats(self, count: int, beat: float) -> list[float]:
        """Times of beats as hands play them: swung, missed, in order."""
        times = []
        for k in range(count):
            late = self.who.swing * beat if k % 2 else 0.0
            times.append(max(times[-1] + 0.03 if times else 0.0, k * beat + late + self.missed()))
        return times


def pull(hands: Hands, controls: list[int]) -> Phrase:
    """One fader somewhere, perhaps corrected, perhaps on and on."""
    control, chance = controls[0], hands.chance
    phrase: Phrase = []
    at, stands = 0.0, hands.stands[control]
    for _ in range(chance.weighted((1, 2, 3), (5, 3, 1))):
        lasts, to = hands.lasting(0.4), hands.elsewhere(control)
        if chance.happens(0.2):  # too far, and back
            over = folded(to + 0.12 * (to - stands))
            phrase.append(Move(control, at, lasts, over))
            phrase.append(Move(control, at + lasts, hands.lasting(0.2), to))
            at += 0.2
        else:
            phrase.append(Move(control, at, lasts, to))
        at, stands = at + lasts + chance.pick((0.0, 0.0, hands.lasting(0.15))), to
        hands = hands.after(control, to)
    return phrase


def together(hands: Hands, controls: list[int]) -> Phrase:
    """Several faders, begun a little apart, each as long as it takes."""
    lasts = hands.lasting(0.5)
    return [Move(control, 0.0 if k == 0 else hands.chance.between(0, 0.25 * lasts),
                 hands.chance.about(lasts, 1.25, 0.08), hands.elsewhere(control))
            for k, control in enumerate(controls)]


def swell(hands: Hands, controls: list[int]) -> Phrase:
    """Up to a crest and back, once or a few times; companions go with it, by less."""
    chance, phrase = hands.chance, []
    crests = chance.weighted((1, 2, 3), (5, 3, 1))
    rise, fall = hands.lasting(0.5), hands.lasting(0.6)
    for k, control in enumerate(controls[:2]):
        low = hands.stands[control]
        high = low + (hands.elsewhere(control) - low) * (1 if k == 0 else 0.7)
        at = k * chance.between(0.02, 0.2)
        for crest in range(crests):
            size = chance.between(0.75, 1.0) if crest else 1.0
            phrase.append(Move(control, at, rise, folded(low + (high - low) * size)))
            back = folded(low + 0.06 * chance.normal())
            phrase.append(Move(control, at + rise, fall, back))
            at += rise + fall
    return phrase


def wiggle(hands: Hands, controls: list[int]) -> Phrase:
    """To and fro around where the control stands or is going, dying away or growing."""
    chance, control = hands.chance, controls[0]
    half = chance.between(0.09, 0.2) * hands.who.pace
    size = chance.between(0.15, 0.4)
    growth = chance.pick((0.85, 1.0, 1.12))
    centre = min(0.95 - size / 2, max(0.05 + size / 2, hands.stands[control]))
    shift = chance.between(-0.03, 0.03)
    phrase, at = [], 0.0
    side = chance.sign()
    for _ in range(chance.whole(4, 12)):
        lasts = chance.about(half, 1.1, 0.05)
        phrase.append(Move(control, at, lasts, folded(centre + side * size * chance.between(0.85, 1.1))))
        at, side, size, centre = at + lasts, -side, size * growth, centre + shift
    phrase.append(Move(control, at, 2 * half, folded(centre)))
    return phrase


def taps(hands: Hands, controls: list[int]) -> Phrase:
    """A short rhythm, played again and again on few values, by one or two fingers."""
    chance = hands.chance
    fingers = controls[:chance.weighted((1, 2), (3, 1))]
    levels = {}
    for finger in fingers:
        level = hands.elsewhere(finger)
        levels[finger] = [level, hands.after(finger, level).elsewhere(finger)]
    cell = [(chance.happens(0.75) or k == 0, chance.whole(0, 1), chance.pick(fingers))
            for k in range(chance.pick((2, 3, 4, 4, 6)))]
    beat = hands.who.beat * chance.pick((0.5, 1.0, 1.0))
    count = len(cell) * chance.whole(2, 3)
    back = chance.pick((None, chance.between(0.3, 0.7)))  # a pad falls back when it is let go
    phrase = []
    for k, at in enumerate(hands.beats(count, beat)):
        sounds, level, finger = cell[k % len(cell)]
        if not sounds:
            continue
        accent = 0.04 * chance.normal()
        phrase.append(Move(finger, at, 0.0, folded(levels[finger][level] + accent)))
        if back is not None:
            phrase.append(Move(finger, at + back * beat, 0.0, levels[finger][1 - level] * 0.2))
    return phrase


def stairs(hands: Hands, controls: list[int]) -> Phrase:
    """A run along the scale, one degree a beat or two at once, as far as there is way."""
    chance, control, scale = hands.chance, controls[0], hands.who.scale
    here = min(range(len(scale)), key=lambda k: abs(scale[k] - hands.stands[control]))
    up = here < len(scale) / 2
    # A tune that wanders would stay in the middle; whoever learns from it, all the more.
    stride = max(chance.weighted((1, 2, 3), (2, 3, 1)), len(scale) // 12)
    way = scale[here + stride::stride] if up else scale[:here][::-stride]
    slide = chance.pick((0.0, 0.0, 0.06))
    beat = hands.who.beat * chance.pick((0.5, 0.5, 1.0))
    return [Move(control, at, slide, place)
            for place, at in zip(way, hands.beats(chance.whole(5, 12), beat))
            if chance.happens(0.95)]  # else the beat is left out


def drift(hands: Hands, controls: list[int]) -> Phrase:
    """Slowly on, in many small moves that nearly agree on where to go."""
    chance, phrase = hands.chance, []
    for control in controls[:chance.weighted((1, 2), (3, 1))]:
        at, place, goal = 0.0, hands.stands[control], hands.elsewhere(control)
        moves = chance.whole(3, 5)
        for left in range(moves, 0, -1):
            place = folded(place + (goal - place) / left + 0.02 * chance.normal())
            lasts = hands.lasting(0.4)
            phrase.append(Move(control, at, lasts, place))
            at += lasts * chance.between(0.8, 1.1)
    return phrase


def leap(hands: Hands, controls: list[int]) -> Phrase:
    """At once to places one likes; several controls land one after another, like a grip."""
    chance, phrase, at = hands.chance, [], 0.0
    for _ in range(chance.weighted((1, 2, 3), (3, 3, 1))):
        for control in controls:
            place = hands.elsewhere(control)
            phrase.append(Move(control, at, chance.pick((0.0, 0.0, 0.08)), place))
            hands = hands.after(control, place)
            at += chance.between(0.0, 0.06)
        at += hands.who.beat * chance.pick((1, 2, 3)) + hands.missed()
    return phrase


Figure = Callable[[Hands, list[int]], Phrase]
BY_NAME: dict[str, Figure] = {
    figure.__name__: figure for figure in (pull, together, swell, wiggle, taps, stairs, drift, leap)}
SEVERAL = ("together", "leap")  # these use every control they are given
