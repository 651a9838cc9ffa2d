"""The page's first minute, in a real browser with a real imps and the built-in model: drag a fader, hear it at once,
hear the model answer, read why.

Nothing here sleeps: whatever is waited for is asked for until it is so, or until a deadline.
"""

import os
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

try:
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
    from selenium.webdriver.support.ui import WebDriverWait
except ImportError:
    webdriver = None

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("IMPS_PROGRAM", ROOT / "build/release/imps")).resolve()
SKIPPED = 77  # what CTest takes for a skipped test (SKIP_RETURN_CODE)
PATIENCE = 20.0  # seconds, for what takes a fraction of one on a machine that does nothing else

# Listens to what reaches the loudspeakers: every connection to them also goes to an analyser.
EAR = """
window.ear = {contexts: 0, loudest: 0, taps: []};
const connect = AudioNode.prototype.connect;
AudioNode.prototype.connect = function (to, ...rest) {
  if (to instanceof AudioDestinationNode && this.context instanceof AudioContext) {
    ++ear.contexts;
    const tap = this.context.createAnalyser();
    connect.call(this, tap);
    ear.taps.push(tap);
  }
  return connect.call(this, to, ...rest);
};
setInterval(() => {
  for (const tap of ear.taps) {
    const samples = new Float32Array(tap.fftSize);
    tap.getFloatTimeDomainData(samples);
    for (const sample of samples) ear.loudest = Math.max(ear.loudest, Math.abs(sample));
  }
}, 20);
"""


def free_port(kind):
    """A port that nobody held a moment ago."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Imps:
    """imps run, in a folder of its own, until `end`."""

    def __init__(self, folder, *arguments, web_port=0):
        self.process = subprocess.Popen(
            [PROGRAM, "run", "--webport", str(web_port), "--serverport", str(free_port(socket.SOCK_DGRAM)),
             "--clientport", str(free_port(socket.SOCK_DGRAM)), *arguments],
            cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        try:
            self.address = self.wait_for("page on ").split("page on ")[1].split()[0]
        except BaseException:
            self.end()
            raise

    def wait_for(self, words):
        """The first line on stderr that holds `words`."""
        told = b""
        deadline = time.monotonic() + PATIENCE
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stderr, selectors.EVENT_READ)
            while time.monotonic() < deadline:
                if not selector.select(0.1):
                    continue
                more = os.read(self.process.stderr.fileno(), 65536)
                told += more
                for line in told.decode(errors="replace").split("\n")[:-1]:
                    if words in line:
                        return line
                if not more:
                    break
        raise AssertionError(f'imps did not say "{words}" but: {told.decode(errors="replace")}')

    def end(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        self.process.wait(PATIENCE)
        self.process.stderr.close()


class FirstMinute(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="imps-page-")
        self.addCleanup(self.folder.cleanup)
        self.imps = Imps(self.folder.name)
        self.addCleanup(lambda: self.imps.end())
        options = webdriver.ChromeOptions()
        options.binary_location = shutil.which("chromium")
        for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1280,800",
                         "--autoplay-policy=user-gesture-required"):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.browser = webdriver.Chrome(service=Service(shutil.which("chromedriver")), options=options)
        self.addCleanup(self.browser.quit)
        self.browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": EAR})
        self.open()

    # ---- what a hand and an eye do

    def open(self):
        self.browser.get(self.imps.address)
        self.until(lambda: self.story(), "the page says something")

    def until(self, is_so, claim):
        return WebDriverWait(self.browser, PATIENCE, poll_frequency=0.03).until(lambda _: is_so(), claim)

    def text(self, selector):
        return self.browser.find_element(By.CSS_SELECTOR, selector).text

    def story(self):
        return self.text(".story")

    def faders(self):
        return self.browser.find_elements(By.CSS_SELECTOR, '.fader[role="slider"]')

    def drag(self, fader, up):
        """Takes a fader by its cap and moves it `up` by so many pixels."""
        cap = fader.find_element(By.CSS_SELECTOR, ".cap")
        hand = ActionChains(self.browser, duration=20).move_to_element(cap).click_and_hold()
        for _ in range(10):
            hand.move_by_offset(0, -up // 10)
        hand.release().perform()

    def press(self, key):
        ActionChains(self.browser).send_keys(key).perform()

    def speaks(self, voice):
        return "speaks" in self.browser.find_element(By.CSS_SELECTOR, f".voice-{voice}").get_attribute("class")

    def heard(self):
        return self.browser.execute_script("return ear.loudest")

    def faults(self):
        return [entry["message"] for entry in self.browser.get_log("browser")]

    # ---- the claims

    def test_asks_for_a_drag_and_is_silent_before_it(self):
        self.assertEqual(self.story(), "Drag a fader")
        self.assertEqual(len(self.faders()), 8)
        self.assertEqual(self.browser.execute_script("return ear.contexts"), 0)
        self.assertEqual(self.faults(), [])

    def test_a_drag_sounds_and_is_answered_and_one_line_says_why(self):
        self.drag(self.faders()[1], up=80)
        self.until(lambda: self.heard() > 0.01, "the drag is heard")
        self.until(lambda: self.speaks("model"), "the model has the voice")
        line = self.until(lambda: "so the model answers" in self.story() and self.story(), "the answer is explained")
        self.assertIn("0.1 s", line)
        self.assertNotIn("\n", line)
        self.until(lambda: self.faders()[0].find_element(By.CSS_SELECTOR, ".mark").is_displayed(),
                   "the model's place is shown")
        self.until(lambda: "9d" in self.text(".model-name"), "the model is named")
        self.until(lambda: "rec" in self.text(".recording"), "the take is recorded")
        self.assertEqual(self.faults(), [])

    def test_a_hand_takes_the_voice_back(self):
        self.drag(self.faders()[1], up=80)
        self.until(lambda: "so the model answers" in self.story(), "the model answers")
        # A second of silence before the next answer: a browser that is driven moves less evenly than a hand.
        self.browser.execute_script(
            "fetch('/api/v1/command', {method: 'POST', headers: {'Content-Type': 'application/json'},"
            " body: JSON.stringify({command: 'threshold', value: 1})})")
        self.until(lambda: self.browser.find_element(By.CSS_SELECTOR, ".knobs .number").text == "1.00 s",
                   "a threshold that was set elsewhere is shown")
        fader = self.faders()[2]
        ActionChains(self.browser).move_to_element(
            fader.find_element(By.CSS_SELECTOR, ".cap")).click_and_hold().perform()
        way = [20]

        def goes_on():
            way[0] = -way[0]
            ActionChains(self.browser, duration=20).move_by_offset(0, way[0]).perform()
            return "You took the voice back" in self.story()

        self.until(goes_on, "the interruption is explained")
        self.assertTrue(self.speaks("performer"))
        self.assertEqual(fader.get_attribute("data-last"), "performer")
        ActionChains(self.browser).release().perform()

    def test_the_number_of_faders_is_chosen_with_keys_and_settled_by_the_first_move(self):
        less, more = self.browser.find_elements(By.CSS_SELECTOR, ".picker button")
        for _ in range(20):
            less.send_keys(Keys.ENTER)
        self.assertEqual(len(self.faders()), 1)
        for _ in range(20):
            more.send_keys(Keys.ENTER)
        self.assertEqual(len(self.faders()), 16)
        for _ in range(13):
            less.send_keys(Keys.ENTER)
        fader = self.faders()[2]
        fader.send_keys(Keys.ARROW_UP)
        self.assertEqual(fader.get_attribute("aria-label"), "Control 3")
        self.assertEqual(fader.get_attribute("aria-valuetext").split(",")[0], "0.51")
        self.until(lambda: not less.is_displayed(), "the number is settled")
        self.until(lambda: "4d" in self.text(".model-name"), "a model of dimension 4 plays")
        self.assertEqual(len(self.faders()), 3)

    def test_keys_steer(self):
        def mode():
            return self.text(".mode-name")

        self.drag(self.faders()[1], up=80)
        self.until(lambda: mode() == "Call and response" and self.speaks("model"), "the model answers")
        self.press("3")
        self.until(lambda: mode() == "Battle", "3 is battle")
        self.press("1")
        self.until(lambda: mode() == "Call and response", "1 is call and response")
        self.press(" ")
        self.until(lambda: "paused" in mode(), "space pauses")
        self.press(" ")
        self.until(lambda: "paused" not in mode(), "space goes on")
        self.press("?")
        self.assertIn("panic", self.text(".keys-card"))
        self.press(Keys.ESCAPE)
        self.until(lambda: not self.browser.find_element(By.CSS_SELECTOR, ".keys-card").is_displayed(), "Esc closes it")

    def test_panic_silences_the_page(self):
        self.drag(self.faders()[1], up=80)
        self.until(lambda: self.speaks("model") and self.heard() > 0.01, "the model plays")
        self.press(Keys.ESCAPE)

        def silent():
            self.browser.execute_script("ear.loudest = 0")
            start = time.monotonic()
            self.until(lambda: time.monotonic() - start > 0.3, "a moment has been listened to")
            return self.heard() < 0.001

        self.until(silent, "nothing sounds after panic")

    def test_finds_imps_again_without_a_reload(self):
        port = int(self.imps.address.rstrip("/").rsplit(":", 1)[1].split("/")[0])
        self.browser.execute_script("window.isTheSamePage = true")
        self.imps.end(signal.SIGKILL)
        self.until(lambda: "Connection lost" in self.text(".who"), "the loss is said where the voice stands")
        self.imps = Imps(self.folder.name, web_port=port)
        self.until(lambda: "Connection lost" not in self.text(".who"), "the page is back")
        self.assertTrue(self.browser.execute_script("return window.isTheSamePage"))
        self.until(lambda: self.story() == "Drag a fader", "a new take begins")


if __name__ == "__main__":
    if webdriver is None or not shutil.which("chromium") or not shutil.which("chromedriver"):
        print("needs chromium, chromium-driver and python3-selenium, which are not all installed (./check installs them)")
        sys.exit(1 if "IMPS_REFERENCE_REQUIRED" in os.environ else SKIPPED)
    unittest.main(verbosity=2)
