"""Claims about the corpus of gestures that the built-in models learn from."""

import datetime
import hashlib
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

TOOL = Path(__file__).resolve().parents[2] / "tools/make-gestures"
ROWS = 4000


class TheCorpus(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.home = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.home.cleanup)
        cls.logs = {dimension: cls.make(dimension, f"{dimension}d") for dimension in (2, 5, 9)}

    @classmethod
    def make(cls, dimension, name, seed=1):
        """The logs in their order, by name: their lines."""
        folder = Path(cls.home.name) / name
        subprocess.run([sys.executable, "-B", TOOL, "--dimension", str(dimension), "--rows", str(ROWS), "--seed",
                        str(seed), "--output", folder], check=True, capture_output=True)
        return {log.name: log.read_text(encoding="ascii").splitlines() for log in sorted(folder.iterdir())}

    def rows(self):
        """Every log's rows: its dimension, and (time, values) each."""
        for dimension, logs in self.logs.items():
            for lines in logs.values():
                fields = [line.split(",") for line in lines]
                self.assertEqual({field[1] for field in fields}, {"interface"})
                yield dimension, [(datetime.datetime.fromisoformat(field[0]), [float(x) for x in field[2:]])
                                  for field in fields]

    def test_same_seed_gives_the_same_bytes(self):
        self.assertEqual(self.make(5, "again"), self.logs[5])

    def test_bytes_are_those_of_every_other_machine(self):
        text = "".join(name + "\n" + "\n".join(lines) + "\n" for name, lines in self.logs[5].items())
        self.assertEqual(hashlib.sha256(text.encode()).hexdigest(), DIGEST)

    def test_another_seed_gives_other_bytes(self):
        self.assertNotEqual(self.make(5, "other", seed=2), self.logs[5])

    def test_as_many_rows_as_were_asked_for(self):
        for logs in self.logs.values():
            self.assertEqual(sum(map(len, logs.values())), ROWS)

    def test_values_fill_the_range_and_stay_in_it(self):
        for dimension, rows in self.rows():
            for _, values in rows:
                self.assertEqual(len(values), dimension - 1)
                self.assertTrue(all(0 <= value <= 1 for value in values), values)
        for dimension in self.logs:
            values = [values[0] for d, rows in self.rows() if d == dimension for _, values in rows]
            self.assertLess(min(values), 0.1)
            self.assertGreater(max(values), 0.9)

    def test_time_goes_forward_and_rests_stay_within_a_take(self):
        for _, rows in self.rows():
            for (before, _), (after, _) in zip(rows, rows[1:]):
                self.assertGreater(after, before)
                self.assertLess((after - before).total_seconds(), 5)

    def test_every_row_moves_something_and_as_a_rule_leaves_something_alone(self):
        for dimension, rows in self.rows():
            moved = [sum(x != y for x, y in zip(before, after)) for (_, before), (_, after) in zip(rows, rows[1:])]
            self.assertNotIn(0, moved)
            if dimension > 2 and moved:
                self.assertLess(sum(moved) / len(moved), (dimension - 1) / 1.5)


# Of make-gestures -d 5 --rows 4000 --seed 1. Changes with every change of the models of gesture.
DIGEST = "50b3be4b8465b0b18f795b0f303b97aba4aabd5650aa04dddc3d9fcaecf0c8ad"

if __name__ == "__main__":
    unittest.main()
