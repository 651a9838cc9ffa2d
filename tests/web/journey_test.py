"""Whole ways through the page, in a real browser with a real imps and no terminal: from the first drag to performing with
one's own model, two pages at once, imps gone and back, and what goes wrong on the way."""

import signal
from datetime import datetime
from pathlib import Path

from browser import Imps, main, open_browser
from models_tab_test import write_model
from tabs import SHOWN, TabTest, write_take

try:
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
except ImportError:
    pass  # browser.main says so

# A hand that plays faster than a driven browser's could: over a live socket of its own, as a script would.
PLAY = """
const [controls, frames, done] = arguments;
const socket = new WebSocket(location.origin.replace('http', 'ws') + '/api/v1/live');
let k = 0;
socket.onopen = () => {
  const beat = setInterval(() => {
    if (k === frames) {
      clearInterval(beat);
      socket.close();
      done(k);
      return;
    }
    socket.send(JSON.stringify({frame: Array.from({length: controls}, (_, c) => 0.5 + 0.4 * Math.sin(k / (9 + c) + c))}));
    ++k;
  }, 5);
};
"""

TABS = ("play", "takes", "train", "models", "setup", "health")


class Journey(TabTest):
    """A folder with nothing in it, and no word in the command line."""

    arguments = ()
    tab = "play"

    def prepare(self):
        pass

    def open(self):
        self.place = Path(self.folder.name)
        self.prepare()
        self.browser.get(self.imps.address)
        self.until(self.story, "the page says something")

    def go(self, tab):
        self.find(f"#tab-{tab}").click()
        self.until(lambda: self.all(f"#panel-{tab}:not([hidden]) > *"), f"{tab} is shown")

    def names(self):
        return [one.text for one in self.all(".model h3")]

    def train(self):
        self.go("train")
        self.click(self.find('input[value="xxs"]').find_element(By.XPATH, ".."))
        self.press_button("Train")
        self.until(lambda: self.all(".curve:not([hidden]) canvas"), "the curve is drawn")


class FromTheFirstDragToAModelOfOnesOwn(Journey):
    def test_plays_collates_trains_and_performs_while_the_take_goes_on(self):
        self.drag(self.faders()[1], up=80)
        self.until(lambda: self.speaks("model"), "the model answers")
        self.browser.set_script_timeout(60)
        # So many that training still goes on when a quick machine has loaded the page again.
        self.browser.execute_async_script(PLAY, 8, 1600)

        self.go("takes")
        # The take that is being recorded is one to learn from as it stands; only to change it has to wait.
        take = self.until(lambda: self.all(".take"), "the take is listed")[0]
        self.assertIn("Being recorded", take.text)
        self.assertFalse(take.find_element(By.CSS_SELECTOR, "[aria-label^=Delete]").is_enabled())
        self.until(lambda: self.ask("/takes")[0]["performer"] >= 1600, "all that was played is in it")
        self.press_button("Make the dataset")
        self.until(lambda: "training-dataset-9d.npz: written" in self.text(".lines"), "the dataset is made")
        self.assertEqual(self.said_wrong(), [])

        self.train()
        self.browser.refresh()
        self.until(lambda: "Training now" in self.text(f"{SHOWN} .part:last-of-type h2"), "it goes on after a reload")
        self.assertEqual(self.ask("/jobs")[0]["state"], "running")
        self.until(lambda: "best" in self.text(".curve-figures"), "the curve is back")
        self.until(lambda: "Training" in self.text("#strip .work"), "the strip at the bottom says it on every tab")

        self.until(lambda: self.ask("/jobs")[0]["state"] == "done", "the training ends by itself")
        made = self.until(lambda: self.text(".compare h3"), "there is a model")
        self.press_button("Perform with it")
        self.until(lambda: self.text(".compare [role=status]") == "It plays now.", "it plays")
        self.go("play")
        self.until(lambda: self.names_in_header(made), "the header names it")
        before = self.ask("/state")["counts"]["predictions"]
        self.drag(self.faders()[2], up=60)
        self.until(lambda: self.speaks("model") and self.ask("/state")["counts"]["predictions"] > before + 3,
                   "it answers")
        self.assertEqual(self.faults(), [])

    def names_in_header(self, file):
        return file in self.find(".model-name").get_attribute("title")


class TwoPages(Journey):
    def test_mirror_each_other(self):
        other = open_browser()
        self.addCleanup(other.quit)
        other.get(self.imps.address)
        there = lambda selector: other.find_element(By.CSS_SELECTOR, selector)
        self.until(lambda: there(".story").text, "the other page is there")
        self.command("mode", "useronly")
        for name in (there(".mode-name"), self.find(".mode-name")):
            self.until(lambda: name.text not in ("", "Call and response"), "both say the mode")
        fader = self.faders()[3]
        self.drag(fader, up=70)
        mine = float(fader.get_attribute("aria-valuenow"))
        self.assertGreater(mine, 0.55)
        self.until(lambda: abs(float(other.find_elements(By.CSS_SELECTOR, '.fader[role="slider"]')[3]
                                     .get_attribute("aria-valuenow")) - mine) < 0.01, "the other page's fader follows")
        there('.fader[role="slider"]').send_keys(Keys.END)
        self.until(lambda: self.faders()[0].get_attribute("aria-valuenow") == "1.000", "and the other way round")
        there("body").send_keys(" ")
        self.until(lambda: "paused" in self.text(".mode-name"), "a pause there is one here")


class GoneAndBack(Journey):
    def test_every_tab_comes_back_without_a_reload(self):
        for tab in TABS:
            self.go(tab)
        self.script("window.isTheSamePage = true")
        self.go("takes")
        self.until(lambda: self.find(".takes .empty").is_displayed(), "there is no take")
        port = int(self.imps.address.rstrip("/").rsplit(":", 1)[1])
        self.imps.end(signal.SIGKILL)
        self.until(lambda: "Connection lost" in self.text(".who"), "the loss is said")
        write_take(self.place / "logs", datetime(2026, 11, 20, 20, 0), 6)
        self.imps = Imps(self.folder.name, web_port=port)
        self.until(lambda: "Connection lost" not in self.text(".who"), "the page is back")
        self.until(lambda: len(self.all(".take")) == 1, "and reads again what may have changed")
        self.go("play")
        self.drag(self.faders()[1], up=60)
        self.until(lambda: self.speaks("model"), "it can be played")
        self.assertTrue(self.script("return window.isTheSamePage"))


class WithTakes(Journey):
    arguments = ("-d", "4")

    def prepare(self):
        for day, seconds in ((20, 60), (21, 60)):
            write_take(self.place / "logs", datetime(2026, 11, day, 20, 0), seconds, seed=day)
        (self.place / "elsewhere").mkdir()
        write_model(self.place / "elsewhere/mine.safetensors")

    def test_a_training_that_is_stopped_leaves_its_best_model_among_the_models(self):
        self.train()
        self.press_button("Stop and keep the best")
        made = self.until(lambda: self.text(".compare h3"), "there is a model")
        self.assertEqual(self.ask("/jobs")[0]["state"], "stopped")
        self.go("models")
        self.until(lambda: made in self.names(), "it is listed")
        self.assertEqual(self.said_wrong(), [])

    def test_what_is_deleted_comes_back_and_what_is_spoiled_does_not_come_in(self):
        self.go("takes")
        self.until(lambda: len(self.all(".take")) == 2, "the takes are listed")
        self.press_button("Delete")
        self.until(lambda: len(self.all(".take")) == 1, "one is gone")
        self.undo()
        self.until(lambda: len(self.all(".take")) == 2, "it is back")

        self.go("models")
        spoiled = self.place / "elsewhere/spoiled.keras"
        spoiled.write_bytes((self.place / "elsewhere/mine.safetensors").read_bytes()[:100])
        self.find("input[type=file]").send_keys(str(spoiled))
        refused = self.until(lambda: self.said_wrong(), "it is refused")
        self.assertIn("spoiled.keras: ", refused[0])
        self.assertEqual(self.ask("/models"), [])
        self.find("input[type=file]").send_keys(str(self.place / "elsewhere/mine.safetensors"))
        self.until(lambda: self.names() == ["mine.safetensors"], "a good one comes in")
        self.press_button("Delete")
        self.until(lambda: self.names() == [], "it is gone")
        self.undo()
        self.until(lambda: self.names() == ["mine.safetensors"], "it is back")


class ByTheFile(Journey):
    arguments = ("-d", "4")

    def write(self, text):
        field = self.find(".file-text")
        self.click(field)
        field.send_keys(Keys.CONTROL, "a")
        field.send_keys(Keys.NULL, text)

    def test_a_fault_stands_at_its_line_and_what_is_right_is_taken_over(self):
        file = self.place / "imps.toml"
        self.go("setup")
        self.until(lambda: "There is no imps.toml yet" in self.text(f"{SHOWN} .dos [role=status]"), "there is none yet")
        self.write('[interaction]\nmode = "batle"\n')
        remark = self.until(lambda: self.all(".file-remark"), "the fault is listed")[0]
        self.assertIn("line 2", remark.text)
        self.assertTrue(self.all('.file-gutter [data-mark="error"]'))
        self.assertFalse(self.find(".setup .do-first").is_enabled())
        self.find(".file-text").send_keys(Keys.CONTROL, "s")
        self.until(lambda: "not saved" in self.text(f"{SHOWN} .dos [role=status]"), "it says that it is not saved")
        self.assertFalse(file.exists())

        self.write('[interaction]\nmode = "battle"\n')
        self.press_button("Save")
        self.until(file.exists, "it is saved")
        self.until(lambda: self.ask("/state")["mode"] == "battle", "it is taken over")
        self.go("play")
        self.until(lambda: self.text(".mode-name") == "Battle", "and seen")


class OnAPhone(Journey):
    size = (360, 740)

    def prepare(self):
        write_take(self.place / "logs", datetime(2026, 11, 20, 20, 0), 12)
        (self.place / "models").mkdir()
        write_model(self.place / "models/a-model-of-a-rather-long-name-such-as-training-gives-it-2026-11-26.safetensors")

    def test_no_tab_scrolls_sideways(self):
        for tab in TABS:
            self.go(tab)
            self.until(lambda: tab not in ("takes", "models") or self.all(".take, .model"), "what is listed is there")
            with self.subTest(tab=tab):
                self.assertLessEqual(self.script("return document.documentElement.scrollWidth"), 360)
                self.assertLessEqual(self.script(
                    f"const panel = document.querySelector('{SHOWN}'); return panel.scrollWidth - panel.clientWidth"), 0)


if __name__ == "__main__":
    main()
