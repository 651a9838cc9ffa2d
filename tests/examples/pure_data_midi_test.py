"""examples/pure-data, played with a MIDI controller whose rings of lights it sets.

Pure Data's own MIDI driver reads and writes a device file, /dev/midi. Here that is the end of a
pseudo-terminal, put there in a mount namespace that nobody else sees."""

import os
import subprocess
import sys
import unittest

from pure_data_test import PATCH
from stage import SKIPPED, Stage, need

CHANNEL = 11

ROOT_ALREADY = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
NAMESPACE = ["unshare", *ROOT_ALREADY, "--mount"]

# The whole of /dev as Pure Data gets to see it.
DEV = """
set -e
mount -t tmpfs none "$1"
for name in null zero urandom; do touch "$1/$name"; mount --bind "/dev/$name" "$1/$name"; done
touch "$1/midi"; mount --bind "$2" "$1/midi"
mkdir "$1/shm"
mount --rbind "$1" /dev
shift 2
exec setpriv --pdeathsig TERM "$@"
"""


class Controller:
    """Eight knobs with rings of lights, on the other end of the line."""

    def __init__(self, case):
        self.end, self.device = os.openpty()
        subprocess.run(["stty", "raw", "-echo"], stdin=self.device, check=True)
        os.set_blocking(self.end, False)
        case.addCleanup(os.close, self.end)
        case.addCleanup(os.close, self.device)
        self.lights = {}  # controller: value
        self.heard = 0
        self.bytes = b""

    def turn(self, knob, value):
        os.write(self.end, bytes([0xB0 + CHANNEL - 1, knob, value]))
        self.lights[knob] = value  # the device lights its own

    def look(self):
        """Takes in what it was sent; there must be nothing but its own controllers."""
        try:
            self.bytes += os.read(self.end, 65536)
        except BlockingIOError:
            pass
        while len(self.bytes) >= 3:
            status, knob, value = self.bytes[:3]
            self.bytes = self.bytes[3:]
            assert status == 0xB0 + CHANNEL - 1 and 1 <= knob <= 8 and value < 128, (status, knob, value)
            self.lights[knob] = value
            self.heard += 1


class Controls(unittest.TestCase):
    """The test itself is imps here: it hears the frames, and says what the model plays."""

    def setUp(self):
        self.stage = Stage(self)
        self.controller = Controller(self)
        (self.stage.folder / "dev").mkdir()
        self.stage.start(
            "pd", *NAMESPACE, "sh", "-c", DEV, "sh",
            self.stage.folder / "dev", os.ttyname(self.controller.device),
            "pd", "-nogui", "-noprefs", "-noaudio", "-ossmidi", "-midiindev", 1, "-midioutdev", 1,
            "-stderr", "-send", f"imps-port {self.stage.port}",
            "-send", f"answers-port {self.stage.answers}", "-open", PATCH,
        )  # fmt: skip
        self.wait_until("all lights stand in the middle",
                        lambda: self.controller.lights == dict.fromkeys(range(1, 9), 64))  # fmt: skip

    def wait_until(self, what, condition):
        self.stage.wait_until(what, condition, self.controller.look)

    def assert_frame(self, expected):
        self.wait_until("imps hears a frame", lambda: self.stage.frames)
        for x, wanted in zip(self.stage.frames.pop(0), expected, strict=True):
            self.assertAlmostEqual(x, wanted, places=6)

    def test_a_turned_knob_is_one_frame_of_all_eight(self):
        expected = [0.5] * 8
        for knob, value in [(1, 0), (8, 127), (3, 1), (3, 126), (1, 64)]:
            self.controller.turn(knob, value)
            expected[knob - 1] = value / 127
            self.assert_frame(expected)
        self.assertEqual(self.stage.frames, [])

    def test_the_lights_show_what_the_model_plays_and_the_knobs_go_on_from_there(self):
        self.controller.turn(2, 90)
        self.assert_frame([0.5, 90 / 127, *[0.5] * 6])
        self.assertEqual(self.controller.heard, 8, "a knob is not told what it said itself")
        model = [0.0, 90 / 127, 0.25, 0.5, 0.999, 1.0, 63.4 / 127, 63.5 / 127]
        self.stage.send(self.stage.answers, "/prediction", *model)
        self.wait_until("the lights follow", lambda: self.controller.lights
                        == {1: 0, 2: 90, 3: 32, 4: 64, 5: 127, 6: 127, 7: 63, 8: 64})  # fmt: skip
        # Five have changed; the others stood there already.
        self.assertEqual(self.controller.heard, 8 + 5)
        self.controller.turn(5, 126)
        model[4] = 126 / 127
        self.assert_frame(model)
        self.assertEqual(self.stage.frames, [], "what the model plays is no move of the performer's")


if __name__ == "__main__":
    need("pd", "setpriv", "unshare")
    mount = [*NAMESPACE, "mount", "-t", "tmpfs", "none", "/mnt"]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        print("needs a mount namespace of its own, which this machine does not give")
        sys.exit(SKIPPED)
    unittest.main()
