"""The tabs of set-up and health, and what all tabs owe to phones and screen readers, in a real browser with a real
imps."""

from browser import main
from tabs import SHOWN, TabTest

try:
    from selenium.webdriver.common.keys import Keys
except ImportError:
    pass  # browser.main says so

CONFIG = """# Mine.
[instrument]
controls = ["pitch", "ratio", "index"] # three

[model]
dimension = 4
"""

LESSON = """
const real = window.fetch;
window.heard = (number, raw) => ({device: "Knobs", mapping: `control_change 1 ${number}`,
  narrow: `control_change 1 ${number} 0-127`, raw, lowest: 0, highest: 127});
window.lesson = {running: true, system: "ALSA", error: null, devices: ["Knobs"], hearing: null, latest: null, controls: []};
window.fetch = (where, ...more) => {
  const path = new URL(where, location).pathname;
  if (!path.startsWith("/api/v1/learn")) return real(where, ...more);
  window.kept = path.endsWith("/keep");
  const answer = kept ? {path: "imps.toml", text: "", exists: true, errors: [], warnings: [], besides: []} : lesson;
  return Promise.resolve(new Response(JSON.stringify(answer), {headers: {"Content-Type": "application/json"}}));
};
"""


class SetUp(TabTest):
    tab = "setup"

    def prepare(self):
        (self.place / "imps.toml").write_text(CONFIG)

    def open(self):
        super().open()
        self.until(lambda: self.written() == CONFIG, "the file is shown")

    def written(self):
        return self.find(".file-text").get_attribute("value")

    def file(self):
        return (self.place / "imps.toml").read_text()

    def add(self, text):
        self.click(self.find(".file-text"))
        self.find(".file-text").send_keys(Keys.CONTROL, Keys.END)
        self.find(".file-text").send_keys(Keys.NULL, text)

    def test_a_fault_stands_at_its_line_and_leads_there(self):
        self.add('\n[midi]\ninput = ["bogus 2"]')
        fault = self.until(lambda: self.all(".file-remark"), "the fault is listed")[0]
        self.assertIn("line 9", fault.text)
        self.assertIn('"bogus 2" is no mapping', fault.text)
        self.assertTrue(self.all('.file-gutter [data-mark="error"]'))
        self.click(fault)
        self.assertIn("bogus", self.script(
            "const text = document.activeElement; return text.value.slice(text.selectionStart, text.selectionEnd)"))
        self.assertFalse(self.find(".file ~ .dos .do-first").is_enabled())
        self.assertEqual(self.file(), CONFIG)

    def test_saves_and_undoes(self):
        self.add("# and more")
        self.press_button("Save")
        self.until(lambda: self.file() == CONFIG + "# and more", "the file is written")
        self.undo()
        self.until(lambda: self.file() == CONFIG, "the file is as it was")
        self.until(lambda: self.written() == CONFIG, "and shown so")

    def test_does_not_save_over_what_others_wrote(self):
        config = self.place / "imps.toml"
        config.write_text(CONFIG + "# theirs\n")
        self.add("# mine")
        self.press_button("Save")
        self.until(lambda: "elsewhere" in " ".join(self.said_wrong()), "it is said")
        self.assertEqual(self.file(), CONFIG + "# theirs\n")
        self.assertIn("# mine", self.written())

    def test_shows_what_others_wrote(self):
        self.add("# mine")
        self.press_button("Save")  # now it is imps's configuration, too
        self.until(lambda: "# mine" in self.file(), "the file is written")
        (self.place / "imps.toml").write_text(CONFIG + "# theirs\n")
        self.until(lambda: self.written() == self.file(), "the text shows it")
        self.add("# mine")
        (self.place / "imps.toml").write_text(CONFIG)
        self.until(lambda: "elsewhere" in self.text(".file ~ .dos .quiet"), "it is said")
        self.assertIn("# mine", self.written())
        self.press_button("Take back changes")
        self.assertEqual(self.written(), CONFIG)

    def test_a_name_is_written_and_comments_stay(self):
        name = self.find('[aria-label="Control 2: Name"]')
        name.send_keys(Keys.CONTROL, "a")
        name.send_keys(Keys.NULL, "colour", Keys.TAB)
        self.until(lambda: "colour" in self.file(), "the name is in the file")
        self.assertIn("# Mine.", self.file())
        self.assertIn("# three", self.file())
        self.until(lambda: self.written() == self.file(), "the text shows it")
        self.until(lambda: "Control 2 is called colour: saved" in self.text("#strip"), "it is said")
        self.undo()
        self.until(lambda: "colour" not in self.file(), "and taken back")
        self.assertIn("# three", self.file())

    def test_cells_that_are_filled_faster_than_they_are_written_are_all_written(self):
        self.script("""["one", "two", "three"].forEach((name, k) => {
            const cell = document.querySelector(`[aria-label="Control ${k + 1}: Name"]`);
            cell.value = name;
            cell.dispatchEvent(new Event("change"));
        });""")
        self.until(lambda: '["one","two","three"] # three' in self.file(), "all three are in the file")
        self.until(lambda: self.written() == self.file(), "the text shows it")
        self.assertEqual([self.find(f'[aria-label="Control {k}: Name"]').get_attribute("value") for k in (1, 2, 3)],
                         ["one", "two", "three"])

    def test_an_older_undo_takes_nothing_newer_back(self):
        cell = self.find('[aria-label="Control 2: Name"]')
        for name in ("early", "late"):
            cell.send_keys(Keys.CONTROL, "a")
            cell.send_keys(Keys.NULL, name, Keys.TAB)
            self.until(lambda: f"is called {name}: saved" in self.text("#strip"), "it is said")
        older, newer = [one for one in self.all("#strip button") if one.text == "Undo"]
        self.click(older)
        self.until(lambda: "has been changed again since" in self.text("#strip"), "it is refused")
        self.assertIn("late", self.file())
        self.click(newer)
        self.until(lambda: "early" in self.file(), "the newer one is taken back")

    def test_undo_leaves_nothing_behind(self):
        cell = self.find('[aria-label="Control 1: Moves (MIDI)"]')
        cell.send_keys("note_on 1", Keys.TAB)
        self.until(lambda: "note_on 1" in self.file(), "the mapping is in the file")
        self.until(lambda: "note_on 1: saved" in self.text("#strip"), "it is said")
        self.assertEqual(self.find('[aria-label="Control 2: Moves (MIDI)"]').get_attribute("value"), "")
        self.find('[aria-label="Control 2: Moves (MIDI)"]').send_keys("note_on 2", Keys.TAB)
        self.until(lambda: '["note_on 1","note_on 2","none"]' in self.file(), "the next one, too")
        self.until(lambda: "note_on 2: saved" in self.text("#strip"), "it is said")
        for _ in range(2):
            self.click([one for one in self.all("#strip button") if one.text == "Undo"][-1])
        self.until(lambda: self.file() == CONFIG, "no section is left")

    def test_a_wrong_mapping_is_refused_in_the_words_of_imps(self):
        self.find('[aria-label="Control 1: Moved by (MIDI)"]').send_keys("bogus", Keys.TAB)
        self.until(lambda: any('"bogus" is no mapping' in said for said in self.said_wrong()), "the reason stands there")
        self.assertEqual(self.find('[aria-label="Control 1: Moved by (MIDI)"]').get_attribute("aria-invalid"), "true")
        self.assertEqual(self.file(), CONFIG)
        self.find('[aria-label="Control 2: Name"]').send_keys("x", Keys.TAB)
        self.until(lambda: self.file() != CONFIG, "another cell is written")
        self.assertEqual(self.find('[aria-label="Control 1: Moved by (MIDI)"]').get_attribute("value"), "bogus")

    def test_esc_leaves_a_cell_and_is_no_panic_there(self):
        self.script("window.sent = []; const send = WebSocket.prototype.send;"
                    "WebSocket.prototype.send = function (text) { sent.push(text); send.call(this, text); }")
        cell = self.find('[aria-label="Control 2: Name"]')
        cell.send_keys("x", Keys.ESCAPE)
        self.assertNotEqual(self.browser.switch_to.active_element, cell)
        self.assertNotIn("panic", "".join(self.script("return sent")))

    def test_a_scene_that_was_just_written_is_switched_to(self):
        self.add('\n[scenes.storm]\ninteraction.mode = "battle"')
        self.press_button("Save")
        self.press_button("storm")
        self.until(lambda: self.all('.setup [aria-pressed="true"]'), "it is marked")
        self.assertEqual(self.ask("/state")["mode"], "battle")

    def test_a_lesson_begins_says_how_it_stands_and_ends(self):
        self.press_button("Learn by moving")
        # What MIDI there is belongs to the machine.
        self.until(lambda: any(words in self.text(".learn-ask")
                               for words in ("no MIDI here", "plug one in", "Move your first control")), "it is said")
        self.assertFalse(self.find(".learn .do-first").is_enabled(), "nothing to keep")
        self.press_button("Never mind")
        self.until(lambda: not self.find(".learn").is_displayed(), "it is gone")
        self.until(lambda: not self.ask("/learn")["running"], "nothing is heard any more")
        self.assertEqual(self.file(), CONFIG)

    def test_a_lesson_shows_what_is_learnt_and_writes_it(self):
        # A controller is a thing that this machine need not have: what imps would say of one.
        self.script(LESSON)
        self.press_button("Learn by moving")
        self.until(lambda: "Move your first control" in self.text(".learn-ask"), "it is asked for")
        self.script("lesson.hearing = heard(7, 64)")
        self.until(lambda: "control_change 1 7 of Knobs: 64" in self.text(".learn-hears"), "it is shown")
        self.script("lesson.controls = [heard(7, 127)]")
        self.until(lambda: "Move your second control" in self.text(".learn-ask"), "the next one is asked for")
        self.script("lesson.latest = {...heard(7, 1), kind: 'again', control: 0}; lesson.controls.push(heard(1, 2))")
        self.until(lambda: "That is control 1 already" in self.text(".learn"), "it is known")
        self.assertEqual([one.text for one in self.all(".learn-list li")],
                         [f"control_change 1 {number} of Knobs, heard 0 to 127" for number in (7, 1)])
        self.press_button("Keep")
        self.until(lambda: self.script("return window.kept"), "it is kept")
        self.until(lambda: not self.find(".learn").is_displayed(), "it is over")


class AllTabs(TabTest):
    tab = "health"

    def test_health_says_each_check_in_words_and_a_shape(self):
        checks = self.until(lambda: self.all(".check"), "the checks are there")
        for check in checks:
            self.assertTrue(any(word in check.text for word in ("Well", "Doubtful", "Bad")), check.text)
        self.assertEqual(len(self.all(".check svg path")), 2 * len(checks))
        self.assertIn("Frames from the performer", self.text(".health table:not(details table)"))

    def test_nothing_is_wider_than_a_phone(self):
        self.resize(360, 740)
        for tab in ("takes", "train", "models", "setup", "health"):
            self.script("location.hash = arguments[0]", tab)
            self.until(lambda: self.all(f"{SHOWN} .tab-page.{tab}"), f"{tab} is shown")
            self.assertLessEqual(self.script(
                f"const panel = document.querySelector('{SHOWN}'); return panel.scrollWidth - panel.clientWidth"), 0, tab)

    def test_the_instrument_cannot_be_scrolled_out_of_sight(self):
        for size in ((1280, 800), (360, 740)):
            self.resize(*size)
            for tab in ("takes", "train", "models", "setup", "health"):
                self.script("location.hash = arguments[0]", tab)
                self.until(lambda: self.all(f"{SHOWN} .tab-page.{tab}"), f"{tab} is shown")
                self.assertLessEqual(self.script(
                    "const page = document.documentElement; return page.scrollHeight - page.clientHeight"), 0, tab)

    def test_every_control_has_a_name(self):
        for tab in ("takes", "train", "models", "setup", "health"):
            self.script("location.hash = arguments[0]", tab)
            self.until(lambda: self.all(f"{SHOWN} .tab-page.{tab}"), f"{tab} is shown")
            for control in self.all(f"{SHOWN} :is(button, a, input, select, textarea, summary)"):
                if control.is_displayed():
                    self.assertTrue(control.accessible_name, control.get_attribute("outerHTML"))


if __name__ == "__main__":
    main()
