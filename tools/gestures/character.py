"""Who plays, and on what: drawn once for a session."""
from dataclasses import dataclass

from .chance import Chance

# What hands do, and how much of each there is. The names are functions of figures.py.
FIGURES = {
    "pull": 5.0,      # a fader pulled somewhere
    "together": 4.0,  # several at once, each with its own timing
    "swell": 3.0,     # up and down again
    "wiggle": 1.5,    # to and fro
    "taps": 1.5,      # a rhythm of few values
    "stairs": 1.0,    # a run along a scale
    "drift": 1.0,     # slowly, as if undecided
    "leap": 1.2,      # to where one likes to be
}


@dataclass
class Controller:
    period: float            # seconds between two looks at the controls
    jitter: float            # of the period, as a part of it
    steps: list[int]         # of each control from 0 to 1; 127 is MIDI's
    one_at_a_time: bool      # a message for each control that moved, else one for all
    spacing: float           # seconds between two such messages
    wake: float              # how far a resting control has to go before it is believed


@dataclass
class Character:
    controller: Controller
    pace: float                  # times as long as usual; below 1 is quick
    restlessness: float          # [0, 1]
    beat: float                  # seconds
    swing: float                 # of a beat, by which the off-beat is late
    looseness: float             # seconds, by which hands miss a beat
    favour: list[float]          # weight of each control
    places: list[list[float]]    # where one likes to be, by control
    scale: list[float]           # steps that stairs and tunes go by
    habits: dict[str, float]     # weight of each figure


# Finer than any hand: what an OSC fader on a touch screen sends.
CONTINUOUS = 1_000_000


RESOLUTIONS = ("7-bit", "continuous", "mixed")


def draw_steps(chance: Chance, controls: int, resolution: str) -> list[int]:
    """One of RESOLUTIONS; mixed is another one for each session, in some for each control."""
    kind = chance.weighted(("7-bit", "continuous", "by control"), (6, 3, 1))
    each = [chance.pick((127, 1023, CONTINUOUS)) for _ in range(controls)]
    if resolution == "mixed" and kind == "by control":
        return each
    return [127 if (kind if resolution == "mixed" else resolution) == "7-bit" else CONTINUOUS] * controls


def draw_controller(chance: Chance, controls: int, resolution: str) -> Controller:
    steps = draw_steps(chance, controls, resolution)
    return Controller(period=chance.about(0.026, 1.25, 0.012, 0.042),
                      jitter=chance.between(0.05, 0.25),
                      steps=steps,
                      one_at_a_time=chance.happens(0.55),
                      spacing=chance.between(0.0008, 0.003),
                      wake=chance.between(0.02, 0.06))


def draw_scale(chance: Chance) -> list[float]:
    """Degrees of a scale within [0, 1]: a few steps of few sizes, over and over."""
    semitone = chance.pick((1 / 12, 1 / 24, 1 / 36))
    pattern = chance.pick(((2, 2, 1, 2, 2, 2, 1), (2, 1, 2, 2, 1, 2, 2), (2, 2, 3, 2, 3), (3, 2, 2, 3, 2),
                           (2,), (4, 3, 5)))
    degrees, place = [], 0.0
    while place <= 1 + 1e-9:
        degrees.append(min(1.0, place))
        place += semitone * pattern[(len(degrees) - 1) % len(pattern)]
    return degrees


def draw_character(chance: Chance, controls: int, resolution: str) -> Character:
    restlessness = chance.between(0, 1)
    places = [[chance.between(0.03, 0.4), chance.between(0.6, 0.97)] for _ in range(controls)]
    return Character(controller=draw_controller(chance, controls, resolution),
                     pace=chance.about(1.0, 1.25, 0.6, 1.8),
                     restlessness=restlessness,
                     beat=chance.about(0.25, 1.3, 0.12, 0.6),
                     swing=chance.pick((0.0, 0.0, chance.between(0.05, 0.33))),
                     looseness=chance.between(0.004, 0.02),
                     favour=[chance.about(1.0, 2.0, 0.25, 4.0) for _ in range(controls)],
                     places=places,
                     scale=draw_scale(chance),
                     habits={name: weight * chance.about(1.0, 1.4) for name, weight in FIGURES.items()})
