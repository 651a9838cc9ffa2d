"""The tab of health, in a real browser with a real imps: what the doctor says, and what was told before anybody looked."""

from browser import main
from tabs import TabTest


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


if __name__ == "__main__":
    main()
