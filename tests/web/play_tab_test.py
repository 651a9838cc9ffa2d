"""The Play tab in a real browser: sizes, fingers, keys, what is changed elsewhere, and calm."""

import time

from browser import PageTest, main

try:
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys
except ImportError:
    pass  # browser.main says so


def luminance(colour):
    """Of a colour #rrggbb, after WCAG 2."""
    parts = [int(colour[k:k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


class PlayTab(PageTest):
    def box(self, selector):
        return self.script("const b = document.querySelector(arguments[0]).getBoundingClientRect();"
                           "return [b.left, b.top, b.right, b.bottom]", selector)

    def test_fits_from_a_phone_to_a_projector(self):
        for width, height in ((360, 740), (800, 600), (1280, 720), (1920, 1080)):
            with self.subTest(width=width):
                self.resize(width, height)
                self.until(lambda: self.script("return innerWidth") == width, "the page has its size")
                self.assertLessEqual(self.script("return document.documentElement.scrollWidth"), width)
                self.assertLessEqual(self.script("return document.documentElement.scrollHeight"), height)
                for selector in (".voices", ".mode-name", "button.pause", "button.panic", "#tabs", ".recording"):
                    left, top, right, bottom = self.box(selector)
                    self.assertTrue(0 <= left < right <= width and 0 <= top < bottom <= height, selector)
                self.assertTrue(self.faders()[0].is_displayed())

    def test_the_voices_differ_in_brightness_and_from_the_ground_in_both_looks(self):
        for look in ("light", "dark"):
            self.script("document.querySelector(`.choice input[value=${arguments[0]}]`).click()", look)
            of = {name: self.script("return getComputedStyle(document.documentElement)"
                                    ".getPropertyValue('--' + arguments[0]).trim()", name)
                  for name in ("performer", "model", "ground", "text", "soft", "faint")}
            with self.subTest(look=look):
                self.assertGreater(contrast(of["performer"], of["model"]), 2.5)
                for voice in ("performer", "model"):
                    self.assertGreater(contrast(of[voice], of["ground"]), 4)
                for text in ("text", "soft", "faint"):
                    self.assertGreater(contrast(of[text], of["ground"]), 4.5, text)
        self.assertEqual(self.script("return document.documentElement.dataset.theme"), "dark")

    def test_three_fingers_move_three_faders(self):
        self.browser.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": True, "maxTouchPoints": 5})
        fingers = self.script("return [0, 3, 6].map((k) => { const b = document.querySelectorAll('.cap')[k]"
                              ".getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2] })")

        def touch(kind):
            self.browser.execute_cdp_cmd("Input.dispatchTouchEvent", {
                "type": kind, "touchPoints": [{"x": x, "y": y, "id": k} for k, (x, y) in enumerate(fingers)]})

        touch("touchStart")
        for _ in range(8):
            fingers = [[x, y + way] for (x, y), way in zip(fingers, (-9, 9, -5))]
            touch("touchMove")
        values = [float(fader.get_attribute("aria-valuenow")) for fader in self.faders()]
        fingers = []
        touch("touchEnd")
        self.assertGreater(values[0], 0.55)
        self.assertLess(values[3], 0.45)
        self.assertGreater(values[6], 0.52)
        self.assertEqual([values[k] for k in (1, 2, 4, 5, 7)], [0.5] * 5)
        self.until(lambda: "9d" in self.text(".model-name"), "imps has heard them")

    def test_what_is_changed_elsewhere_is_shown_but_not_under_a_hand(self):
        self.drag(self.faders()[0], up=40)
        self.until(lambda: self.speaks("model"), "the model answers")
        threshold = self.find('.knob input[aria-label="Threshold"]')
        sigma = self.find('.knob input[aria-label$="sigma temperature"]')
        self.command("sigmatemp", 0.5)
        self.until(lambda: sigma.get_attribute("aria-valuetext") == "0.50", "a new temperature is shown")
        ActionChains(self.browser).click_and_hold(threshold).move_by_offset(30, 0).perform()
        mine = threshold.get_attribute("aria-valuetext")
        self.command("threshold", 3.5)
        self.command("sigmatemp", 0.25)
        self.until(lambda: sigma.get_attribute("aria-valuetext") == "0.25", "what came after the threshold has come")
        self.assertEqual(threshold.get_attribute("aria-valuetext"), mine)
        ActionChains(self.browser).release().perform()
        self.until(lambda: threshold.get_attribute("aria-valuetext") == "3.50 s", "without the hand it is as imps has it")

    def test_a_key_moves_a_knob_by_what_can_be_read(self):
        knob = self.find('[aria-label="Surprise, surprise"]')
        for key, shown in ((Keys.END, "1.00"), (Keys.ARROW_DOWN, "0.99"), (Keys.ARROW_LEFT, "0.98"),
                           (Keys.ARROW_UP, "0.99"), (Keys.ARROW_RIGHT, "1.00"), (Keys.ARROW_RIGHT, "1.00"),
                           (Keys.HOME, "0"), (Keys.ARROW_DOWN, "0"), (Keys.ARROW_UP, "0.0010")):
            knob.send_keys(key)
            self.assertEqual(float(knob.get_attribute("aria-valuetext")), float(shown), key)

    def test_the_beat_is_tapped_and_set_and_taken_away(self):
        told = self.find(".beat summary .number")
        self.assertEqual(told.text, "free")
        self.find(".beat summary").click()
        self.until(lambda: self.press("t") or told.text.endswith("a minute"), "the tempo is that of the taps")
        tempo = self.find('[aria-label="Tempo"]')
        tempo.send_keys(Keys.HOME)
        tempo.send_keys(Keys.END)
        self.until(lambda: told.text == "240 a minute", "the knob sets it")
        self.find('.beat input[value="3"] + span').click()
        snap = self.find('[aria-label="Snap"]')
        snap.send_keys(Keys.HOME)
        self.open()  # as imps has it
        told, tempo, snap = (self.find(one) for one in
                             (".beat summary .number", '[aria-label="Tempo"]', '[aria-label="Snap"]'))
        self.until(lambda: told.text == "240 a minute" and snap.get_attribute("aria-valuetext") == "0 %", "kept")
        self.assertTrue(self.find('.beat input[value="3"]').is_selected())
        self.find(".beat summary").click()
        tempo.send_keys(Keys.HOME)
        self.until(lambda: told.text == "free", "there are no lines any more")

    def test_the_tab_stays_over_a_reload_and_arrows_go_through_the_tabs(self):
        self.find("#tab-play").send_keys(Keys.ARROW_LEFT)
        self.assertEqual(self.find('[role="tab"][aria-selected="true"]').text, "Health")
        self.browser.refresh()
        self.until(lambda: self.find('[role="tab"][aria-selected="true"]').text == "Health", "Health is still open")
        self.assertTrue(self.script("return location.hash === '#health'"))
        self.assertFalse(self.find("#panel-play").is_displayed())

    def test_keys_are_left_alone_where_they_mean_text(self):
        self.drag(self.faders()[0], up=40)
        self.until(lambda: self.speaks("model"), "the model answers")
        self.script("const field = document.body.appendChild(document.createElement('input')); field.id = 'field';"
                    "field.focus()")
        self.press("3 f?")
        self.assertEqual(self.find("#field").get_attribute("value"), "3 f?")
        self.assertEqual(self.text(".mode-name"), "Call and response")
        self.assertFalse(self.find(".keys-card").is_displayed())

    def test_the_list_of_keys_closes_without_a_panic(self):
        self.script("window.sent = []; const send = WebSocket.prototype.send;"
                    "WebSocket.prototype.send = function (text) { sent.push(text); send.call(this, text); }")
        self.press("?")
        self.until(lambda: self.find(".keys-card").is_displayed(), "the list is there")
        self.press(Keys.ESCAPE)
        self.assertFalse(self.find(".keys-card").is_displayed())
        self.assertNotIn("panic", "".join(self.script("return sent")))
        self.press(Keys.ESCAPE)
        self.until(lambda: "panic" in "".join(self.script("return sent")), "again, it is panic")

    def test_in_a_duet_a_held_fader_stays_and_the_others_play(self):
        self.drag(self.faders()[0], up=40)
        self.press("5")
        self.until(lambda: self.text(".mode-name") == "Duet", "the mode is shown")
        self.until(lambda: self.script("return document.querySelectorAll('.fader[data-owner=model]').length") == 8,
                   "what has rested is the model's")
        fader = self.faders()[2]
        cap = fader.find_element("css selector", ".cap")
        ActionChains(self.browser, duration=20).move_to_element(cap).click_and_hold().move_by_offset(0, -20).perform()
        self.until(lambda: fader.get_attribute("data-owner") == "performer", "what is touched is the performer's")
        mine = fader.get_attribute("aria-valuenow")
        self.assertIn(", yours", fader.get_attribute("aria-valuetext"))
        before = self.script("return [...document.querySelectorAll('.fader')].map((one) => one.ariaValueNow)")

        def moved():
            now = self.script("return [...document.querySelectorAll('.fader')].map((one) => one.ariaValueNow)")
            return [k for k in range(8) if now[k] != before[k]]

        self.until(lambda: len(moved()) >= 2, "others move")
        self.assertNotIn(2, moved())
        self.assertEqual(fader.get_attribute("aria-valuenow"), mine)
        self.assertIn("the model's", self.faders()[0].get_attribute("aria-valuetext"))
        ActionChains(self.browser).release().perform()
        self.until(lambda: fader.get_attribute("data-owner") == "model", "let go, it is the model's again")

    def test_shows_that_imps_is_gone(self):
        self.assertNotIn("away", self.find(".faders").get_attribute("class"))
        self.imps.end()
        self.until(lambda: "away" in self.find(".faders").get_attribute("class"), "the faders are dimmed")

    def test_asks_nobody_else_for_anything(self):
        asked = self.script("return performance.getEntriesByType('resource').map((entry) => entry.name)")
        self.assertTrue(asked)
        for address in asked:
            self.assertTrue(address.startswith(self.imps.address.rstrip("/")) or address.startswith("data:"), address)

    def test_space_pauses_after_a_click_on_a_button(self):
        self.drag(self.faders()[0], up=40)
        self.until(lambda: self.speaks("model"), "the model answers")
        ActionChains(self.browser).click(self.find("button.pause")).perform()
        self.until(lambda: "paused" in self.text(".mode-name"), "the click pauses")
        for button in self.all(".knobs button"):
            if button.text == "Reset":
                ActionChains(self.browser).click(button).perform()
        self.press(" ")
        self.until(lambda: "paused" not in self.text(".mode-name"), "space lets it go on")

    def test_space_presses_the_button_that_the_keyboard_has_gone_to(self):
        self.drag(self.faders()[0], up=40)
        self.script("[...document.querySelectorAll('.knobs button')].find((one) => one.textContent === 'Reset').focus()")
        self.press(Keys.TAB)
        self.assertEqual(self.script("return document.activeElement.textContent"), "Mute model")
        self.press(" ")
        self.until(lambda: self.script("return document.activeElement.getAttribute('aria-pressed')") == "true", "it is muted")
        self.assertNotIn("paused", self.text(".mode-name"))

    def test_a_midi_controller_at_the_browser_moves_the_controls_in_the_order_it_is_touched(self):
        # The browser's side of Web MIDI, as a controller would speak through it.
        self.browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": """
            window.controller = {name: "Knobs", onmidimessage: null};
            navigator.requestMIDIAccess = async () => ({inputs: new Map([["1", controller]]), onstatechange: null});
        """})
        self.browser.refresh()
        self.until(self.story, "the page is there")
        if not self.script("return controller.onmidimessage !== null"):
            for button in self.all(".knobs button"):
                if button.text == "MIDI here":
                    button.click()
        self.until(lambda: "Listening to Knobs" in self.text(".knobs"), "it listens")
        for bytes_ in ([0xB0, 21, 127], [0xB3, 7, 0], [0xB0, 21, 64], [0x90, 60, 100], [0xB0, 123, 0]):
            self.script("controller.onmidimessage({data: new Uint8Array(arguments[0])})", bytes_)
        values = [float(fader.get_attribute("aria-valuenow")) for fader in self.faders()]
        self.assertEqual(values, [0.504, 0] + [0.5] * 6)
        self.assertIn("CC 21 → Control 1", self.text(".knobs"))
        for number in range(30, 37):
            self.script("controller.onmidimessage({data: new Uint8Array(arguments[0])})", [0xB0, number, 1])
        self.assertIn("CC 36 moves nothing: all controls have a knob", self.text(".knobs"))

    def test_reduced_motion_steps(self):
        self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {
            "features": [{"name": "prefers-reduced-motion", "value": "reduce"}]})
        self.drag(self.faders()[0], up=40)
        self.until(lambda: self.speaks("model"), "the model answers")
        self.script("window.drawn = 0; const pen = document.querySelector('.river-moving').getContext('2d');"
                    "const clear = pen.clearRect; pen.clearRect = (...box) => { ++drawn; clear.apply(pen, box); }")
        start = time.monotonic()
        self.until(lambda: self.script("return drawn") >= 6, "the river goes on")
        self.assertGreater(time.monotonic() - start, 1.2)  # 5 steps of 0.25 s


class ManyControls(PageTest):
    arguments = ("-d", "129")

    def test_a_hundred_and_twenty_eight_faders_can_all_be_reached(self):
        self.until(lambda: len(self.faders()) == 128, "there is a fader for each control")
        last = self.faders()[-1]
        last.send_keys(Keys.END)
        self.until(lambda: self.script("const b = arguments[0].getBoundingClientRect(),"
                                       " r = arguments[0].closest('.faders-row').getBoundingClientRect();"
                                       "return b.left >= r.left - 1 && b.right <= r.right + 1", last), "it is in sight")
        self.assertEqual(last.get_attribute("aria-label"), "Control 128")
        self.assertEqual(last.get_attribute("aria-valuenow"), "1.000")
        self.assertEqual(self.text(".tells"), "Control 128 1.00")
        self.resize(360, 740)
        self.faders()[4].send_keys(Keys.PAGE_UP)
        self.assertEqual(self.text(".tells"), "Control 5 0.60")
        self.until(lambda: self.speaks("model"), "the model answers")
        self.assertIn("129d", self.text(".model-name"))


if __name__ == "__main__":
    main()
