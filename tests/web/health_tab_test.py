"""The tab of health, in a real browser with a real imps: what the doctor says, and what was told before anybody looked."""

from browser import main
from tabs import SHOWN, TabTest


class Health(TabTest):
    tab = "health"

    def test_shows_the_checks_and_the_lines_from_before_it_was_opened(self):
        self.until(lambda: self.all(".checks > li"), "the checks are there")
        names = [check["name"] for check in self.ask("/health")["checks"]]
        self.assertEqual(len(self.all(".checks > li")), len(names))
        self.until(lambda: "playing the built-in model" in self.text(".told"), "what was told at the start stands there")
        self.browser.refresh()
        self.until(lambda: "playing the built-in model" in self.text(".told"), "and after a reload")
        self.assertEqual(self.said_wrong(), [])

    def test_says_what_imps_takes_and_what_is_safe_of_the_log(self):
        self.assertIn("The first move begins a log.", self.text(f"{SHOWN}"))
        self.script("return fetch('/api/v1/frame', {method: 'POST', headers: {'Content-Type': 'application/json'},"
                    " body: JSON.stringify({controls: [0.1, 0.2, 0.3]})}).then((answer) => answer.status)")
        self.until(lambda: "all safe on the disk." in self.text(SHOWN), "what was played is safe before long")
        usage = next(check for check in self.ask("/health")["checks"] if check["name"] == "imps itself")
        self.assertRegex(usage["words"], r"^takes [0-9.]+ % of a processor and [0-9]+ MB of memory$")


if __name__ == "__main__":
    main()
