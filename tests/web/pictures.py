"""Makes the pictures of the page that the documents show, into doc/: python3 tests/web/pictures.py [FOLDER]

A real imps plays, in a folder of its own: a hand plays the same phrases each time, over the live socket, and imps
answers with the same seed. No test: what it writes is looked at, and kept when it is good.
"""

import base64
import math
import random
import socket
import sys
from datetime import datetime, timedelta
from pathlib import Path

from browser import ROOT, main
from journey_test import Journey
from palette import with_few_colours

FOLDER = ROOT / "doc"
MOST_BYTES = 150_000
NAMES = ("Cutoff", "Drive", "Decay", "Tone", "Space", "Width", "Swell", "Air")
STEP = 0.033  # seconds between two frames of a hand

PLAY = """
const [frames, milliseconds, done] = arguments;
const socket = new WebSocket(location.origin.replace('http', 'ws') + '/api/v1/live');
socket.onopen = () => {
  const beat = setInterval(() => {
    if (frames.length > 0) {
      socket.send(JSON.stringify({frame: frames.shift()}));
      return;
    }
    clearInterval(beat);
    socket.close();
    done();
  }, milliseconds);
};
"""


def phrase(draw):
    """Two seconds of a hand: all controls leave their middle, swing and come back."""
    beats = 60
    begins, speed = draw.uniform(0, 0.6), draw.uniform(0.9, 1.1)
    return [[round(0.5 + 0.4 * math.sin(math.pi * k / beats)
                   * math.sin(2 * math.pi * speed * k / beats * (0.5 + c / 6) + 0.8 * c + begins), 4)
             for c in range(len(NAMES))] for k in range(beats)]


def write_take(folder, begins, phrases, seed):
    """A log of such phrases, with rests between them."""
    draw = random.Random(seed)
    rows, at = [], 0.0
    for _ in range(phrases):
        for frame in phrase(draw):
            when = begins + timedelta(seconds=at)
            rows.append(",".join([when.isoformat(timespec="microseconds"), "interface", *(f"{x:.4f}" for x in frame)]))
            at += draw.uniform(0.9, 1.1) * STEP
        at += draw.uniform(0.3, 0.8)
    folder.mkdir(exist_ok=True)
    name = f"{begins.isoformat(timespec='seconds').replace(':', '-')}-{len(NAMES) + 1}d-mdrnn"
    (folder / f"{name}.log").write_text("\n".join(rows) + "\n")


class Pictures(Journey):
    size = (1280, 720)

    def setUp(self):
        # Somebody listens, as on a stage.
        self.ear = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.ear.bind(("127.0.0.1", 0))
        self.addCleanup(self.ear.close)
        self.arguments = ("-d", str(len(NAMES) + 1), "--seed", "4", "--sigmatemp", "0.05",
                          "--output", f"127.0.0.1:{self.ear.getsockname()[1]}")
        super().setUp()

    def prepare(self):
        for day, phrases in ((16, 24), (18, 14), (19, 9)):
            write_take(self.place / "logs", datetime(2026, 11, day, 20, 0), phrases, seed=day)

    def name_controls(self):
        text = "[instrument]\ncontrols = [" + ", ".join(f'"{name}"' for name in NAMES) + "]\n"
        self.script("return fetch('/api/v1/config', {method: 'PUT', headers: {'Content-Type': 'application/json'},"
                    " body: JSON.stringify({text: arguments[0]})}).then(() => true)", text)
        self.until(lambda: self.faders()[0].get_attribute("aria-label") == NAMES[0], "the controls have names")

    def play(self, frames):
        self.browser.execute_async_script(PLAY, frames, 1000 * STEP)

    def keep(self, name):
        # What was said about saving the names is not of the picture.
        self.until(lambda: self.text("#strip .notice") == "", "the strip is quiet")
        shot = self.browser.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})
        picture = with_few_colours(base64.b64decode(shot["data"]))
        self.assertLess(len(picture), MOST_BYTES, f"{name} is too large for a document")
        (FOLDER / name).write_bytes(picture)
        print(f"{FOLDER / name}: {len(picture)} bytes")

    def answered(self, predictions):
        before = self.ask("/state")["counts"]["predictions"]
        self.until(lambda: self.ask("/state")["counts"]["predictions"] > before + predictions, "the model answers")

    def test_play_takes_train(self):
        self.browser.set_script_timeout(60)
        self.name_controls()
        draw = random.Random(7)
        for predictions in (40, 30, 30):
            self.play(phrase(draw))
            self.answered(predictions)
        self.keep("page-play.png")

        self.go("takes")
        self.until(lambda: len(self.all(".take")) == 4, "the takes are listed")
        painted = """return [...document.querySelectorAll('.take canvas')].slice(0, 4).every((canvas) =>
            canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some((value) => value > 80))"""
        self.until(lambda: self.script(painted), "their pictures are drawn")
        self.keep("page-takes.png")

        self.train()
        self.until(lambda: len(self.ask("/jobs")[0]["curve"]) > 60, "it has learnt for a while")
        self.script("document.querySelector('.curve').scrollIntoView({block: 'end'})")
        self.keep("page-train.png")
        self.press_button("Stop and keep the best")
        self.until(lambda: self.ask("/jobs")[0]["state"] == "stopped", "it ends")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        FOLDER = Path(sys.argv.pop())
    main()
