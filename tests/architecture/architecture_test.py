"""Claims about the project's own sources; and, in the second half, that the checks can fail."""

import re
import tempfile
import unittest
from pathlib import Path

import arrows

ROOT = Path(__file__).resolve().parents[2]


class TheProject(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.allowed = arrows.allowed_rooms((ROOT / "doc/design.md").read_text(encoding="utf-8"))

    def test_table_of_rooms_names_every_folder_of_src(self):
        folders = {p.name for p in (ROOT / "src").iterdir() if arrows.source_files(p)}
        self.assertGreater(len(folders), 0)
        self.assertEqual(folders - self.allowed.keys(), set())

    def test_arrows_between_rooms_make_no_circle(self):
        self.assertEqual(arrows.cycles(self.allowed), [])

    def test_every_include_follows_an_arrow(self):
        self.assertEqual(arrows.wrong_includes(ROOT, self.allowed), [])

    def test_every_linked_room_is_allowed(self):
        self.assertEqual(arrows.wrong_links(ROOT, self.allowed), [])

    def test_only_platform_asks_for_the_operating_system(self):
        self.assertEqual(arrows.system_switches(ROOT), [])

    def test_every_fault_names_tests_that_exist(self):
        named = set(re.findall(r"`(\w+\.\w+)`", (ROOT / "doc/faults.md").read_text(encoding="utf-8")))
        self.assertGreater(len(named), 20)
        tests = set()
        for source in (ROOT / "tests").rglob("*_test.cpp"):
            found = re.findall(r"^TEST(?:_F|_P)?\((\w+),\s*(\w+)\)", source.read_text(encoding="utf-8"), re.MULTILINE)
            tests |= {f"{suite}.{name}" for suite, name in found}
        self.assertEqual(named - tests, set())


TABLE = """
| folder | what lives there | may use |
|---|---|---|
| `src/core/` | a | – |
| `src/model/` | b | core |
| `src/log/`, `src/dataset/` | c | core |
| `src/session/` | d | everything but cli and train |
| `src/train/` | e | core, model |
| `src/cli/` | f | everything |
"""


class TheChecks(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self.allowed = arrows.allowed_rooms(TABLE)
        self.write("src/core/clock.h", "#include <imps/time.h>\n")

    def write(self, path, text):
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")

    def test_table_is_read_with_its_words_for_all_and_none(self):
        self.assertEqual(self.allowed["core"], set())
        self.assertEqual(self.allowed["dataset"], {"core"})
        self.assertEqual(self.allowed["session"], {"core", "model", "log", "dataset"})
        self.assertEqual(self.allowed["cli"], {"core", "model", "log", "dataset", "session", "train"})

    def test_table_with_an_unknown_room_is_refused(self):
        with self.assertRaises(ValueError):
            arrows.allowed_rooms("| `src/core/` | a | modle |\n")

    def test_allowed_includes_pass(self):
        self.write("src/model/a.cpp", '#include "model/a.h"\n#include "core/clock.h"\n#include <vector>\n')
        self.assertEqual(arrows.wrong_includes(self.root, self.allowed), [])

    def test_include_against_an_arrow_is_found(self):
        self.write("src/core/a.cpp", '#  include "model/a.h"\n')
        self.assertEqual(
            arrows.wrong_includes(self.root, self.allowed),
            ['src/core/a.cpp: "model/a.h": core may not use model'],
        )

    def test_include_by_another_spelling_is_found(self):
        self.write("src/model/a.cpp", '#include "a.h"\n#include "../log/b.h"\n#include <core/clock.h>\n')
        self.write("src/model/b.cpp", '#include "imps/time.h"\n')
        self.assertEqual(len(arrows.wrong_includes(self.root, self.allowed)), 4)

    def test_public_header_that_uses_an_internal_one_is_found(self):
        self.write("include/imps/x.h", '#include "core/clock.h"\n')
        self.write("include/imps/y.h", "#include <core/clock.h>\n")
        self.assertEqual(len(arrows.wrong_includes(self.root, self.allowed)), 2)

    def test_link_against_an_arrow_is_found(self):
        self.write("src/model/CMakeLists.txt", "imps_room(model SOURCES a.cpp LINKS imps_core imps_log) # imps_cli\n")
        self.assertEqual(
            arrows.wrong_links(self.root, self.allowed),
            ["src/model/CMakeLists.txt: model may not link log"],
        )

    def test_link_to_a_part_of_a_room_or_from_one_counts_as_the_room(self):
        self.write("src/model/files/CMakeLists.txt", "imps_room(model_files LINKS imps_model imps_log_reader)\n")
        self.assertEqual(
            arrows.wrong_links(self.root, self.allowed),
            ["src/model/files/CMakeLists.txt: model may not link log"],
        )

    def test_room_missing_from_the_table_is_found(self):
        self.write("src/attic/CMakeLists.txt", "imps_room(attic SOURCES a.cpp)\n")
        self.assertEqual(len(arrows.wrong_links(self.root, self.allowed)), 1)

    def test_circle_is_found(self):
        self.assertEqual(arrows.cycles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}), ["a", "b", "c"])

    def test_question_for_the_operating_system_is_found_outside_platform(self):
        self.write("src/platform/sync.cpp", "#if defined(__APPLE__)\n#endif\n")
        self.write("src/log/sync.cpp", "#ifdef HAVE_X\n#elif defined(_WIN32)\n#endif\n#ifdef __linux__\n#endif\n")
        self.assertEqual(len(arrows.system_switches(self.root)), 2)


if __name__ == "__main__":
    unittest.main()
