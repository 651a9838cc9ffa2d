"""The page's synth, rendered without loudspeakers: every instrument sounds with any number of controls, never beyond
full scale, and ends when it is released."""

import shutil
import subprocess
import unittest

from browser import PATIENCE, ROOT, main, open_browser

PROBE = ROOT / "src/web/page/play/synth_probe.ts"


class Synth(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.browser = open_browser()
        cls.addClassCleanup(cls.browser.quit)
        cls.browser.set_script_timeout(3 * PATIENCE)
        bundle = subprocess.run([shutil.which("esbuild"), PROBE, "--bundle", "--target=es2020", "--log-level=error"],
                                check=True, capture_output=True, text=True).stdout
        cls.browser.execute_script(bundle)

    def heard(self, instrument, voices, controls):
        return self.browser.execute_async_script(
            "const done = arguments[3];"
            "impsTest.renderPhrase(...[...arguments].slice(0, 3)).then(done, (error) => done(String(error)))",
            instrument, voices, controls)

    def test_any_instrument_with_any_number_of_controls_makes_music_that_ends(self):
        for instrument in ("string", "drone", "drums"):
            for controls in (1, 2, 8, 16, 128):
                with self.subTest(instrument=instrument, controls=controls):
                    heard = self.heard(instrument, ["performer", "model"], controls)
                    self.assertEqual(heard["broken"], 0, heard)
                    self.assertGreater(heard["rms"], 0.02, heard)  # -34 dB of full scale: plainly heard
                    self.assertLess(heard["peak"], 1, heard)
                    self.assertLess(heard["rmsAfter"], 0.001, heard)  # -60 dB, a second after the release

    def test_each_voice_sounds_by_itself(self):
        for instrument in ("string", "drone", "drums"):
            for voice in ("performer", "model"):
                with self.subTest(instrument=instrument, voice=voice):
                    self.assertGreater(self.heard(instrument, [voice], 4)["rms"], 0.02)


if __name__ == "__main__":
    main()
