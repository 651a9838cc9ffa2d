"""The page's first minute, in a real browser with a real imps and the built-in model: drag a fader, hear it at once,
hear the model answer, read why."""

import signal
import time

from browser import Imps, PageTest, main

try:
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
except ImportError:
    pass  # browser.main says so


class FirstMinute(PageTest):
    def test_asks_for_a_drag_and_is_silent_before_it(self):
        self.assertEqual(self.story(), "Drag a fader")
        self.assertEqual(len(self.faders()), 8)
        self.assertEqual(self.script("return ear.loudest"), 0)
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
        self.command("threshold", 1)
        self.until(lambda: self.find(".knobs .number").text == "1.00 s",
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
        less, more = self.all(".picker button")
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
        self.until(lambda: not self.find(".keys-card").is_displayed(), "Esc closes it")

    def silent(self):
        """Whether nothing has been heard for three tenths of a second."""
        self.script("ear.loudest = 0")
        start = time.monotonic()
        self.until(lambda: time.monotonic() - start > 0.3, "a moment has been listened to")
        return self.heard() < 0.001

    def play_until_the_model_sounds(self):
        self.drag(self.faders()[1], up=80)
        self.until(lambda: self.speaks("model") and self.heard() > 0.01, "the model plays")

    def test_panic_silences_the_page(self):
        self.play_until_the_model_sounds()
        self.press(Keys.ESCAPE)
        self.until(self.silent, "nothing sounds after panic")
        self.assertIn("Panic: everything is silent", self.text(".story"))

    def test_panic_from_elsewhere_is_told(self):
        self.play_until_the_model_sounds()
        self.command("panic", None)
        self.until(lambda: "Panic: everything is silent" in self.story(), "whoever asked for it")

    def test_a_link_that_has_gone_silent_is_noticed_and_nothing_is_claimed_of_it(self):
        self.play_until_the_model_sounds()
        self.imps.process.send_signal(signal.SIGSTOP)
        try:
            self.press(Keys.ESCAPE)
            self.until(lambda: "imps has not answered yet" in self.story(), "the panic is not claimed to be done")
            self.until(lambda: "Connection lost" in self.text(".who"), "the silence is noticed")
            self.assertNotIn("silent", self.story())
        finally:
            self.imps.process.send_signal(signal.SIGCONT)
        self.until(lambda: "Connection lost" not in self.text(".who"), "imps is there again")

    def test_pause_silences_the_model_and_lets_the_performer_play(self):
        self.play_until_the_model_sounds()
        self.press(" ")
        self.until(self.silent, "nothing sounds in a pause")
        self.drag(self.faders()[2], up=60)
        self.until(lambda: self.heard() > 0.01, "the performer is heard in a pause")

    def test_what_sounds_ends_when_imps_is_gone(self):
        self.find('input[value="drone"]').find_element(By.XPATH, "..").click()
        self.play_until_the_model_sounds()
        self.imps.end(signal.SIGKILL)
        self.until(self.silent, "no drone is left")
        self.imps = Imps(self.folder.name)

    def test_finds_imps_again_without_a_reload(self):
        port = int(self.imps.address.rstrip("/").rsplit(":", 1)[1].split("/")[0])
        self.script("window.isTheSamePage = true")
        self.imps.end(signal.SIGKILL)
        self.until(lambda: "Connection lost" in self.text(".who"), "the loss is said where the voice stands")
        self.imps = Imps(self.folder.name, web_port=port)
        self.until(lambda: "Connection lost" not in self.text(".who"), "the page is back")
        self.assertTrue(self.script("return window.isTheSamePage"))
        self.until(lambda: self.story() == "Drag a fader", "a new take begins")


if __name__ == "__main__":
    main()
