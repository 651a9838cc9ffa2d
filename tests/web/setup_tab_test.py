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
        self.assertFalse(self.find(".setup .do-first").is_enabled())
        self.assertEqual(self.file(), CONFIG)

    def test_saves_and_undoes(self):
        self.add("# and more")
        self.press_button("Save")
        self.until(lambda: self.file() == CONFIG + "# and more", "the file is written")
        self.undo()
        self.until(lambda: self.file() == CONFIG, "the file is as it was")
        self.until(lambda: self.written() == CONFIG, "and shown so")

    def test_a_name_is_written_and_comments_stay(self):
        name = self.find('[aria-label="Control 2: Name"]')
        name.send_keys(Keys.CONTROL, "a")
        name.send_keys(Keys.NULL, "colour", Keys.TAB)
        self.until(lambda: "colour" in self.file(), "the name is in the file")
        self.assertIn("# Mine.", self.file())
        self.assertIn("# three", self.file())
        self.until(lambda: self.written() == self.file(), "the text shows it")

    def test_a_wrong_mapping_is_refused_in_the_words_of_imps(self):
        self.find('[aria-label="Control 1: Moved by (MIDI)"]').send_keys("bogus", Keys.TAB)
        self.until(lambda: any('"bogus" is no mapping' in said for said in self.said_wrong()), "the reason stands there")
        self.assertEqual(self.file(), CONFIG)

    def test_a_scene_that_was_just_written_is_switched_to(self):
        self.add('\n[scenes.storm]\ninteraction.mode = "battle"')
        self.press_button("Save")
        self.press_button("storm")
        self.until(lambda: self.all('.setup [aria-pressed="true"]'), "it is marked")
        self.assertEqual(self.ask("/state")["mode"], "battle")


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

    def test_every_control_has_a_name(self):
        for tab in ("takes", "train", "models", "setup", "health"):
            self.script("location.hash = arguments[0]", tab)
            self.until(lambda: self.all(f"{SHOWN} .tab-page.{tab}"), f"{tab} is shown")
            for control in self.all(f"{SHOWN} :is(button, a, input, select, textarea, summary)"):
                if control.is_displayed():
                    self.assertTrue(control.accessible_name, control.get_attribute("outerHTML"))


if __name__ == "__main__":
    main()
