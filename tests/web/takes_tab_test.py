"""The tab of takes, in a real browser with a real imps: hear them, trim them, set them aside, throw them away, and see
what a model would learn from them."""

from browser import main
from tabs import TabTest

try:
    from selenium.webdriver.common.keys import Keys
except ImportError:
    pass  # browser.main says so


class Takes(TabTest):
    tab = "takes"

    def open(self):
        super().open()
        self.until(lambda: len(self.takes()) == 3, "the takes are listed")

    def takes(self):
        return self.all(".take")

    def facts(self):
        return [one.text for one in self.all(".take-facts")]

    def test_a_picture_of_each_shows_the_performers_colour(self):
        painted = """
            const canvas = document.querySelector('.take canvas');
            const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
            let warm = 0;
            for (let k = 0; k < pixels.length; k += 4) if (pixels[k] > pixels[k + 2] + 80) ++warm;
            return warm;"""
        self.until(lambda: self.script(painted) > 100, "the picture is drawn")
        self.assertIn("rows", self.facts()[0])
        self.assertEqual(self.said_wrong(), [])

    def test_a_take_plays_back_on_this_page_only(self):
        self.script("""window.rows = []; window.ends = 0;
            document.addEventListener('imps-playback', (event) => rows.push(event.detail));
            document.addEventListener('imps-playback-end', () => ++ends);""")
        self.press_button("Play back")
        self.until(lambda: self.script("return rows.length") > 5, "rows sound")
        first = self.script("return rows[0]")
        self.assertEqual(first["voice"], "performer")
        self.assertEqual(len(first["controls"]), 3)
        self.assertEqual(first["moved"], [0, 1, 2])
        self.until(lambda: self.script(
            "return parseFloat(document.querySelector('.picture-cursor:not([hidden])').style.left)") > 1,
            "the cursor moves")
        self.press_button("Stop")
        self.assertEqual(self.script("return ends"), 1)
        self.assertEqual(self.ask("/state")["counts"]["frames"], 0)

    def test_a_take_is_trimmed_with_the_keyboard_and_made_whole_again(self):
        whole = self.facts()
        self.press_button("Trim")
        handle = self.browser.switch_to.active_element
        self.assertEqual(handle.get_attribute("aria-label"), "Begins at")
        handle.send_keys(Keys.PAGE_UP, Keys.PAGE_UP)
        self.assertIn("Keeps 0:01.", self.text(".trim-says"))
        self.press_button("Keep this")
        self.until(lambda: self.facts()[0] != whole[0], "the take is shorter")
        self.undo()
        self.until(lambda: self.facts() == whole, "the take is whole again")
        self.until(lambda: self.ask("/trash") == [], "and nothing is left in the trash")

    def test_not_that_sets_aside_and_takes_back(self):
        self.press_button("Not that")
        self.until(lambda: self.all('.take[data-aside="true"] [aria-pressed="true"]'), "it is set aside")
        self.until(lambda: "1 set aside" in self.text(".takes .lead"), "the sum says so")
        self.press_button("Not that")
        self.until(lambda: not self.all('.take[data-aside="true"]'), "it is not any more")

    def test_not_that_marks_what_was_just_played(self):
        self.play()
        self.until(lambda: self.all('.take[data-running="true"]'), "the take that is recorded is listed")
        self.press_button("Not that", '.take[data-running="true"]')
        self.until(lambda: any('"not that"' in one.read_text() for one in (self.place / "logs").glob("*.events.jsonl")),
                   "the mark is in its events")

    def test_the_take_that_is_recorded_ends_and_can_be_thrown_away(self):
        self.command("mode", "useronly")  # the model would go on in the next take
        self.play()
        running = '.take[data-running="true"]'
        self.until(lambda: self.all(running), "the take that is recorded is listed")

        def ends():
            for one in self.all(running):
                self.press_button("End it", running)
            return not self.all(running)

        self.until(ends, "it has ended")
        self.until(lambda: len(self.takes()) == 4, "it is still listed")
        self.assertIn("records from the first move", self.text(".recording"))
        self.play()
        self.until(lambda: self.all(running), "the next one is recorded")
        self.until(lambda: len(self.takes()) == 5, "beside the one before")
        self.press_button("Delete", '.take:not([data-running="true"])')
        self.until(lambda: len(self.takes()) == 4, "it is gone")
        self.assertEqual(self.said_wrong(), [])

    def play(self):
        self.script("return fetch('/api/v1/frame', {method: 'POST', headers: {'Content-Type': 'application/json'},"
                    " body: JSON.stringify({controls: [0.1, 0.2, 0.3]})}).then((answer) => answer.status)")

    def test_what_is_deleted_comes_back_by_undo_and_from_the_trash(self):
        for back in (self.undo, self.from_the_trash):
            self.press_button("Delete")
            self.until(lambda: len(self.takes()) == 2, "it is gone")
            back()
            self.until(lambda: len(self.takes()) == 3, "it is back")
        self.assertEqual(self.said_wrong(), [])

    def from_the_trash(self):
        self.until(lambda: self.text(".trash summary") == "Trash (1)", "the trash says that something is in it")
        self.click(self.find(".trash summary"))
        self.press_button("Put back")

    def test_says_what_the_dataset_would_hold_and_makes_it(self):
        self.press_button("See what is in it")
        self.until(lambda: "would be written" in self.text(".lines"), "the summary is there")
        self.assertIn("dimension 4: dt and 3 controls; 3 logs", self.text(".lines"))
        dataset = self.place / "datasets/training-dataset-4d.npz"
        self.assertFalse(dataset.exists())
        self.press_button("Make the dataset")
        self.until(dataset.exists, "the dataset is made")
        self.until(lambda: "training-dataset-4d.npz: written" in self.text(".lines"), "and said to be")


if __name__ == "__main__":
    main()
