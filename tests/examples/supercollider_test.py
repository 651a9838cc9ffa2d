"""examples/supercollider, without a screen and on a JACK server without a sound card, plays a set."""

import unittest

from stage import ROOT, EightKnobs, Recording, Stage, free_port, need


def play(stage, imps=None):
    """Starts the example; it plays to the port `imps`, or else to the stage's imps."""
    recording = Recording(stage.folder / "set.wav")
    stage.start_jack()
    sclang = stage.start(
        "sclang", "sclang", ROOT / "tests/examples/record.scd",
        **stage.jack, SERVER_PORT=str(free_port()), TEST_PORT=str(stage.port),
        EXAMPLE=str(ROOT / "examples/supercollider/eight-knobs.scd"), RECORDING=str(recording.path),
        IMPS_PORT=str(imps or stage.hears), ANSWERS_PORT=str(stage.answers),
        QT_QPA_PLATFORM="offscreen", QTWEBENGINE_DISABLE_SANDBOX="1", HOME=str(stage.folder),
        XDG_RUNTIME_DIR=str(stage.folder), XDG_CONFIG_HOME=str(stage.folder),
        XDG_DATA_HOME=str(stage.folder),
    )  # fmt: skip
    stage.case.addCleanup(
        stage.wait_until, "SuperCollider ends", lambda: sclang.poll() is not None,
        lambda: stage.send(stage.answers, "/quit"),
    )  # fmt: skip
    return recording


class Set(EightKnobs):
    def test_performer_and_model_are_heard_and_fall_silent(self):
        stage = self.story(play)
        self.judge(stage.recording)
        self.assertNotIn("ERROR", stage.words("sclang"))


class Controls(unittest.TestCase):
    def test_its_knobs_lights_and_sliders_move_together(self):
        """The test itself is imps and the controller here. SuperCollider's MIDI needs a system that
        has some, so the controller is one by name only (record.scd)."""
        stage = Stage(self)
        play(stage, imps=stage.port)

        def frame():
            stage.wait_until("imps hears a frame", lambda: stage.frames)
            return stage.frames.pop(0)

        def lights(expected):
            stage.wait_until(f"the lights are {expected}", lambda: len(stage.lights) >= len(expected))
            self.assertEqual(stage.lights, [(10, *light) for light in expected])
            stage.lights.clear()

        lights([(knob, 64) for knob in range(1, 9)])
        stage.send(stage.answers, "/midi", 2, 90)
        expected = [0.5, 90 / 127, *[0.5] * 6]
        self.assert_close(frame(), expected)
        # Its own light a knob knows; of these, two stand where they are.
        model = [0.0, 90 / 127, 0.25, 0.5, 0.999, 1.0, 63.4 / 127, 63.6 / 127]
        stage.send(stage.answers, "/prediction", *model)
        lights([(1, 0), (3, 32), (5, 127), (6, 127), (7, 63)])
        stage.send(stage.answers, "/midi", 5, 126)
        model[4] = 126 / 127
        self.assert_close(frame(), model)
        stage.send(stage.answers, "/drag", 1, 1.0)
        model[0] = 1.0
        self.assert_close(frame(), model)
        lights([(1, 127)])
        self.assertEqual(stage.frames, [], "what the model plays is no move of the performer's")
        self.assertNotIn("ERROR", stage.words("sclang"))

    def assert_close(self, frame, expected):
        for x, wanted in zip(frame, expected, strict=True):
            self.assertAlmostEqual(x, wanted, places=6)


if __name__ == "__main__":
    need("sclang", "scsynth", "jackd", "jack_lsp", "setpriv")
    unittest.main()
