"""examples/pure-data, without a screen and with nothing but Pure Data's own objects, plays a set."""

import unittest

from stage import ROOT, EightKnobs, Recording, need

PATCH = ROOT / "examples/pure-data/eight-knobs.pd"
RECORDER = ROOT / "tests/examples/recorder.pd"


def play(stage):
    recording = Recording(stage.folder / "set.wav")
    # Without a sound card Pure Data goes by the clock, and writes what would have sounded.
    stage.pd = stage.start(
        "pd", "pd", "-nogui", "-noprefs", "-noaudio", "-nomidi", "-stderr",
        "-send", f"imps-port {stage.hears}", "-send", f"answers-port {stage.answers}",
        "-send", f"record {recording.path}", "-open", PATCH, "-open", RECORDER,
    )  # fmt: skip
    return recording


class Set(EightKnobs):
    def test_performer_and_model_are_heard_and_fall_silent(self):
        stage = self.story(play)
        self.judge(stage.recording)
        self.assertNotIn("error", stage.words("pd"))


if __name__ == "__main__":
    need("pd")
    unittest.main()
