"""The tab of training, in a real browser with a real imps: a model is trained, judged, heard and played, and nothing of
it is lost when the page is closed."""

from browser import main
from tabs import TabTest


class Train(TabTest):
    tab = "train"

    def test_trains_survives_a_reload_stops_with_the_best_compares_and_performs(self):
        self.click(self.find('input[value="xxs"]'))
        self.press_button("Train")
        self.until(lambda: self.all(".curve:not([hidden]) canvas"), "the curve is drawn")
        self.browser.refresh()
        self.until(lambda: "best" in self.text(".curve-figures"), "a reload shows it again")
        self.assertFalse(self.script("return document.querySelector('.train-form .do-first')").is_enabled())
        self.press_button("Stop and keep the best")
        self.until(lambda: self.text(".compare h3").endswith(".safetensors"), "there is a model")
        made = self.text(".compare h3")
        self.assertTrue((self.place / "models" / made).exists())

        self.press_button("Compare the figures")
        self.until(lambda: self.text(".verdict-words") or self.said_wrong(), "the figures are judged")
        self.assertEqual(self.said_wrong(), [])
        self.assertIn("Repeating the last frame", self.text(".verdict"))
        words = self.text(".verdict-words")
        self.browser.refresh()
        self.until(lambda: self.text(".verdict-words") == words, "a reload shows the verdict again")

        self.press_button("Perform with it")
        self.until(lambda: self.ask("/state")["model"]["name"].endswith(made), "it plays")
        self.until(lambda: self.text(".compare [role=status]") == "It plays now.", "and is said to")
        self.assertEqual(self.said_wrong(), [])
        # By ear, against the one that played before.
        self.click(self.all(".ear")[0])
        self.until(lambda: self.ask("/state")["model"]["name"] == "the built-in model", "the other one plays")
        self.until(lambda: "plays now" in self.all(".ear")[0].text, "and is said to")

        # What was stopped can go on, and is trained to its end then.
        self.assertIn(made, self.text(".unfinished"))
        self.press_button("Go on with it")
        self.until(lambda: self.ask("/jobs")[0]["state"] == "running", "it goes on")
        self.assertIn("--resume", self.ask("/jobs")[0]["words"])
        self.until(lambda: not self.find(".unfinished").is_displayed(), "and is not offered twice")
        self.press_button("Stop and keep the best")
        self.until(lambda: self.find(".unfinished").is_displayed(), "stopped again, it is")
        self.assertEqual(self.said_wrong(), [])

    def test_remembers_what_was_chosen(self):
        for value in ("m", "5min", ""):
            self.click(self.all(f'.pick-input[value="{value}"]')[-1])
        self.browser.refresh()
        self.until(lambda: self.all('.pick-input[value="m"]'), "the form is there")
        self.assertEqual([one.get_attribute("value") for one in self.all(".pick-input:checked")], ["m", "5min", ""])

    def test_says_why_there_is_nothing_to_learn_from(self):
        for log in (self.place / "logs").iterdir():
            log.unlink()
        self.press_button("Train")
        self.until(lambda: any("no take to learn from" in said for said in self.said_wrong()), "the words of imps stand there")

    def test_two_trainings_are_no_wider_than_a_phone(self):
        self.resize(360, 740)
        for count in (1, 2):
            self.script(
                "fetch('/api/v1/jobs', {method: 'POST', headers: {'Content-Type': 'application/json'}, body:"
                " JSON.stringify({kind: 'train', options: {size: 'xxs', epochs: 1, mixed: true}, arguments: ['logs']})})")
            self.until(lambda: [job["state"] for job in self.ask("/jobs")] == ["done"] * count, "it is trained")
        self.until(lambda: self.find(".panel-train select").is_displayed(), "one of the trainings can be chosen")
        self.assertLessEqual(self.script(
            "const panel = document.querySelector('.panel-train'); return panel.scrollWidth - panel.clientWidth"), 0)


if __name__ == "__main__":
    main()
