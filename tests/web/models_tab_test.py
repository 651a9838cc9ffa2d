"""The tab of models, in a real browser with a real imps: they come, are refused with the reason, play, are converted and
go."""

import json
import subprocess
import struct

from browser import PROGRAM, Imps, main
from tabs import TabTest

try:
    from selenium.webdriver.support.ui import Select
except ImportError:
    pass  # browser.main says so


def write_model(path, units=4, dimension=4, mixtures=1):
    """A model as doc/formats/models.md says it: one layer, all weights a little above nothing."""
    out = mixtures * dimension
    shapes = {
        "lstm0.kernel": (dimension, 4 * units), "lstm0.recurrent_kernel": (units, 4 * units), "lstm0.bias": (4 * units,),
        "mdn.mus.kernel": (units, out), "mdn.mus.bias": (out,), "mdn.sigmas.kernel": (units, out),
        "mdn.sigmas.bias": (out,), "mdn.pi.kernel": (units, mixtures), "mdn.pi.bias": (mixtures,)}
    header, values = {"__metadata__": {"dataset": "by-hand.npz", "val_nll": "-1.25"}}, b""
    for name, shape in shapes.items():
        count = shape[0] * (shape[1] if len(shape) > 1 else 1)
        header[name] = {"dtype": "F32", "shape": list(shape), "data_offsets": [len(values), len(values) + 4 * count]}
        values += struct.pack("<f", 0.01) * count
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + values)
    subprocess.run([PROGRAM, "inspect", path], check=True, stdout=subprocess.DEVNULL)


class ModelsTab(TabTest):
    tab = "models"

    def prepare(self):
        (self.place / "elsewhere").mkdir()
        write_model(self.place / "elsewhere/mine.safetensors")

    def names(self):
        return [one.text for one in self.all(".model h3")]

    def bring(self, *paths):
        self.find("input[type=file]").send_keys("\n".join(str(path) for path in paths))

    def bring_mine(self):
        self.bring(self.place / "elsewhere/mine.safetensors")
        self.until(lambda: self.names() == ["mine.safetensors"], "it is here")


class Models(ModelsTab):
    def test_a_spoiled_file_is_refused_where_it_was_brought_and_a_good_one_taken(self):
        spoiled = self.place / "elsewhere/spoiled.keras"
        spoiled.write_bytes(b"spoiled")
        self.bring(spoiled, self.place / "elsewhere/mine.safetensors")
        self.until(lambda: self.names() == ["mine.safetensors"], "the good one is here")
        self.assertEqual(len(self.said_wrong()), 1)
        self.assertIn("spoiled.keras: ", self.said_wrong()[0])
        self.assertFalse((self.place / "models/spoiled.keras").exists())
        self.assertIn("−1.250 nats a frame", self.text(".model"))

    def test_of_another_dimension_says_why_it_cannot_be_played(self):
        write_model(self.place / "elsewhere/two.safetensors", dimension=2)
        self.bring(self.place / "elsewhere/two.safetensors")
        self.until(lambda: self.names() == ["two.safetensors"], "it is here")
        play = self.find('[aria-label="Play two.safetensors"]')
        self.assertFalse(play.is_enabled())
        self.assertEqual(play.get_attribute("title"), "It is of dimension 2, and 4 is played")

    def test_plays_and_cannot_be_deleted_while_it_plays(self):
        self.bring_mine()
        self.press_button("Play it")
        self.until(lambda: self.find(".badge-plays").is_displayed(), "it is marked")
        self.assertIn("mine.safetensors", self.ask("/state")["model"]["name"])
        self.assertFalse(self.find(".model [aria-label^=Delete]").is_enabled())

    def test_the_one_that_was_chosen_plays_at_the_next_start_too(self):
        self.bring_mine()
        write_model(self.place / "elsewhere/other.safetensors", units=5)
        self.bring(self.place / "elsewhere/other.safetensors")
        self.until(lambda: len(self.names()) == 2, "both are here")
        self.click(self.find('[aria-label="Play mine.safetensors"]'))
        self.until(lambda: self.find(".badge-plays").is_displayed(), "it is marked")
        self.imps.end()
        self.imps = Imps(self.folder.name, *self.arguments)
        self.browser.get(self.imps.address + "#" + self.tab)
        self.until(lambda: "mine.safetensors" in self.ask("/state")["model"]["name"], "it plays again")

    def test_the_built_in_one_plays_again(self):
        own = self.find(".built-in")
        self.until(lambda: own.get_attribute("data-plays") == "true", "it plays at first")
        self.bring_mine()
        self.press_button("Play it")
        self.until(lambda: own.get_attribute("data-plays") == "false", "another one plays")
        self.click(self.find('[aria-label="Play the built-in model"]'))
        self.until(lambda: own.get_attribute("data-plays") == "true", "it plays again")
        self.assertEqual(self.ask("/state")["model"]["name"], "the built-in model")
        self.assertTrue(self.find(".model [aria-label^=Delete]").is_enabled(), "the other one may go")

    def test_is_compared_though_nothing_was_trained_here(self):
        self.bring_mine()
        self.click(self.find('a[aria-label="Compare mine.safetensors"]'))
        self.until(lambda: self.text(".compare h3") == "mine.safetensors", "it is the one that is judged")
        self.click(self.all(".ear")[1])
        self.until(lambda: self.ask("/state")["model"]["name"].endswith("mine.safetensors"), "it plays")
        self.browser.refresh()
        self.until(lambda: self.text(".compare h3") == "mine.safetensors", "a reload shows it again")
        self.assertEqual(self.said_wrong(), [])

    def test_is_converted_and_the_result_can_be_fetched(self):
        self.bring_mine()
        self.click(self.find(".convert summary"))
        Select(self.find(".convert select")).select_by_value(".onnx")
        self.press_button("Convert")
        link = self.until(lambda: self.all(".made:not([hidden]) a"), "there is a link")[0]
        size = self.script("return fetch(arguments[0].href).then((answer) => answer.blob()).then((it) => it.size)", link)
        self.assertEqual(size, (self.place / "models/mine.onnx").stat().st_size)
        self.click(self.find(".made button"))
        self.until(lambda: not (self.place / "models/mine.onnx").exists(), "it is gone")
        self.until(lambda: not self.all(".made:not([hidden])"), "nothing is offered any more")

    def test_is_deleted_and_comes_back(self):
        self.bring_mine()
        self.press_button("Delete")
        self.until(lambda: self.names() == [], "it is gone")
        self.undo()
        self.until(lambda: self.names() == ["mine.safetensors"], "it is back")


class ModelsBeforeTheFirstMove(ModelsTab):
    arguments = ()

    def test_one_is_played_and_sets_the_faders(self):
        self.bring_mine()
        self.button("Play it", within=".models-list").click()
        self.until(lambda: self.find(".model").get_attribute("data-plays") == "true", "it plays")
        self.find("#tab-play").click()
        self.until(lambda: len(self.faders()) == 3, "as many faders as it has controls")
        self.assertIn("4d", self.text(".model-name"))

    def test_one_that_is_there_says_how_many_faders_there_are(self):
        self.bring_mine()
        self.browser.refresh()
        self.until(lambda: self.all("#tab-play"), "the page is there")
        self.find("#tab-play").click()
        self.until(lambda: len(self.faders()) == 3, "as many faders as it has controls")
        self.assertTrue(self.find(".picker button").is_displayed(), "it may still be chosen")


if __name__ == "__main__":
    main()
