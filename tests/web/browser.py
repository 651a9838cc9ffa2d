"""What the tests of the page share: an imps that ends with the test, a browser, an ear at its loudspeakers, and a hand.

Nothing here sleeps: whatever is waited for is asked for until it is so, or until a deadline.
"""

import atexit
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
    from selenium.common.exceptions import WebDriverException
    from selenium.webdriver.chrome.service import Service
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.by import By
    from selenium.webdriver.support.ui import WebDriverWait
except ImportError:
    webdriver = None

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("IMPS_PROGRAM", ROOT / "build/release/imps")).resolve()
SKIPPED = 77  # what CTest takes for a skipped test (SKIP_RETURN_CODE)
PATIENCE = 40.0  # seconds, for what takes a fraction of one on a machine that does nothing else

# Listens to what reaches the loudspeakers: every connection to them also goes to an analyser.
EAR = """
window.ear = {loudest: 0, taps: []};
const connect = AudioNode.prototype.connect;
AudioNode.prototype.connect = function (to, ...rest) {
  if (to instanceof AudioDestinationNode && this.context instanceof AudioContext) {
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


def open_browser(trusts_all=False):
    """@param trusts_all  certificates, too, that nobody vouches for"""
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage",
                     "--autoplay-policy=user-gesture-required"):
        options.add_argument(argument)
    options.accept_insecure_certs = trusts_all
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    browser = webdriver.Chrome(service=Service(shutil.which("chromedriver")), options=options)
    browser.set_script_timeout(120)  # scripts that play take seconds, and a busy machine many more
    return browser


BROWSERS = {}  # that a test may have when it begins, by whether they trust all certificates


def browser_for_a_test(trusts_all):
    """The browser of the test before, with a new tab for what it knew: it takes a second to start."""
    if trusts_all in BROWSERS:
        browser = BROWSERS[trusts_all]
        try:
            old = browser.window_handles
            browser.switch_to.new_window("tab")
            new = browser.current_window_handle
            for handle in old:
                browser.switch_to.window(handle)
                browser.close()
            browser.switch_to.window(new)
            browser.get_log("browser")  # what was said before
            return browser
        except WebDriverException:
            atexit.unregister(browser.quit)
            browser.quit()
    browser = BROWSERS[trusts_all] = open_browser(trusts_all)
    atexit.register(browser.quit)
    return browser


class PageTest(unittest.TestCase):
    """An imps and a browser that has opened its page."""

    arguments = ()  # of imps run
    size = (1280, 800)
    trusts_all = False

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="imps-page-")
        self.addCleanup(self.folder.cleanup)
        self.imps = Imps(self.folder.name, *self.arguments)
        self.addCleanup(lambda: self.imps.end())
        self.browser = browser_for_a_test(self.trusts_all)
        self.browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": EAR})
        self.resize(*self.size)
        self.open()

    # ---- what a hand and an eye do

    def open(self):
        self.browser.get(self.imps.address)
        self.until(lambda: self.story(), "the page says something")

    def until(self, is_so, claim):
        return WebDriverWait(self.browser, PATIENCE, poll_frequency=0.03).until(lambda _: is_so(), claim)

    def text(self, selector):
        return self.find(selector).text

    def resize(self, width, height):
        self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": False})

    def command(self, name, value):
        """As a script would give it."""
        self.browser.execute_script(
            "fetch('/api/v1/command', {method: 'POST', headers: {'Content-Type': 'application/json'},"
            " body: JSON.stringify({command: arguments[0], value: arguments[1]})})", name, value)

    def find(self, selector):
        return self.browser.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector):
        return self.browser.find_elements(By.CSS_SELECTOR, selector)

    def script(self, text, *arguments):
        return self.browser.execute_script(text, *arguments)

    def story(self):
        return self.text(".story")

    def faders(self):
        return self.all('.fader[role="slider"]')

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
        return "speaks" in self.find(f".voice-{voice}").get_attribute("class")

    def heard(self):
        return self.script("return ear.loudest")

    def faults(self):
        return [entry["message"] for entry in self.browser.get_log("browser")]


def main():
    if webdriver is None or not shutil.which("chromium") or not shutil.which("chromedriver"):
        print("needs chromium, chromium-driver and python3-selenium, which are not all installed (./check installs them)")
        sys.exit(1 if "IMPS_REFERENCE_REQUIRED" in os.environ else SKIPPED)
    unittest.main(module="__main__", verbosity=2)
