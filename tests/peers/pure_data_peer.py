"""Pure Data, without a screen and with nothing but its own objects, plays with imps."""

import re
import shutil
from pathlib import Path

import pytest

PATCH = Path(__file__).with_name("pd") / "interface.pd"


@pytest.fixture
def pure_data(watch):
    """pure_data(stage) starts the patch: it plays to `stage` and prints what comes back."""
    pd = shutil.which("pd")
    assert pd, "Pure Data is not there: ./check installs it"

    def start(stage):
        return watch(
            [pd, "-nogui", "-noprefs", "-noaudio", "-nomidi", "-stderr", "-open", PATCH]
            + ["-send", f"answers {stage.answers}", "-send", f"hears {stage.hears}"],
            stage.folder,
        )

    return start


def rows(stage, source):
    [log] = (stage.folder / "logs").glob("*.log")
    fields = [line.split(",") for line in log.read_text().splitlines()]
    return [[float(x) for x in row[2:]] for row in fields if row[1] == source]


def test_pure_data_hears_the_models_answers_to_what_it_plays(run, pure_data, free):
    stage = run(free(), "--dimension", "4", "--polyphony", "--max-rest", "0.5")
    pd = pure_data(stage)
    heard = []
    for _ in range(20):
        line = pd.line_with("heard:")
        assert line, "Pure Data printed no prediction"
        numbers = re.fullmatch(r"heard: prediction ([\d.e-]+) ([\d.e-]+) ([\d.e-]+)", line)
        assert numbers, line
        heard.append([float(x) for x in numbers.groups()])
    assert all(0 <= x <= 1 for frame in heard for x in frame)
    pd.end()
    assert stage.stop() == 0

    played = rows(stage, "interface")
    # A ramp of 64 steps beside two still controls, and not one of them is missing.
    assert len(played) >= 20
    assert [frame[1:] for frame in played] == [[0.5, 0.25]] * len(played)
    first = round(played[0][0] * 64)
    assert [frame[0] for frame in played] == [(first + k) % 64 / 64 for k in range(len(played))]
    # What Pure Data prints has six digits, what imps logs has all.
    predicted = rows(stage, "rnn")
    assert len(predicted) >= len(heard)
    for printed, logged in zip(heard, predicted):
        assert printed == pytest.approx(logged, abs=1e-5)
