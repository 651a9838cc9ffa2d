"""What the tests of the tabs beside Play share: a folder with takes in it, and a hand on real controls."""

import math
import random
from datetime import datetime, timedelta
from pathlib import Path

from browser import PageTest

try:
    from selenium.common.exceptions import StaleElementReferenceException
    from selenium.webdriver.common.by import By
    from selenium.webdriver.support.ui import WebDriverWait
except ImportError:
    pass  # browser.main says so

PATIENCE = 40.0  # seconds: jobs are programs of their own
SHOWN = ".panel:not([hidden])"


def write_take(folder, begins, seconds, controls=3, seed=1):
    """A log as imps writes it: the performer moves all controls, some twenty times a second."""
    draw = random.Random(seed)
    rows = []
    at = 0.0
    while at < seconds:
        values = [0.5 + 0.45 * math.sin(at * (1 + k) + seed) for k in range(controls)]
        when = begins + timedelta(seconds=at)
        rows.append(",".join([when.isoformat(timespec="microseconds"), "interface", *(f"{v:.6f}" for v in values)]))
        at += draw.uniform(0.03, 0.07)
    name = f"{begins.isoformat(timespec='seconds').replace(':', '-')}-{controls + 1}d-mdrnn"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.log").write_text("\n".join(rows) + "\n")
    return name


class TabTest(PageTest):
    arguments = ("-d", "4")
    tab = ""

    def open(self):
        self.place = Path(self.folder.name)
        self.prepare()
        self.browser.get(self.imps.address + "#" + self.tab)
        self.until(lambda: self.all(f"{SHOWN} h2"), "the tab shows something")

    def prepare(self):
        for day, seconds in ((20, 30), (21, 12), (22, 6)):
            write_take(self.place / "logs", datetime(2026, 11, day, 20, 0), seconds, seed=day)

    def until(self, is_so, claim):
        return WebDriverWait(self.browser, PATIENCE, poll_frequency=0.03,
                             ignored_exceptions=[StaleElementReferenceException]).until(lambda _: is_so(), claim)

    def button(self, words, within=SHOWN, number=0):
        """The button that says `words`, once it is there and can be pressed."""
        path = f".//button[normalize-space(.)='{words}']"

        def found():
            those = [one for one in self.find(within).find_elements(By.XPATH, path) if one.is_displayed()]
            return those[number] if len(those) > number and those[number].is_enabled() else None

        return self.until(found, f'there is a button "{words}"')

    def press_button(self, words, within=SHOWN, number=0):
        self.click(self.button(words, within, number))

    def click(self, element):
        self.script("arguments[0].scrollIntoView({block: 'center'})", element)
        element.click()

    def undo(self):
        self.press_button("Undo", "#strip")

    def said_wrong(self):
        """The errors that stand on the tab."""
        return [one.text for one in self.all(f"{SHOWN} .fault") if one.is_displayed()]

    def ask(self, path):
        return self.script("return fetch('/api/v1' + arguments[0]).then((answer) => answer.json())", path)
