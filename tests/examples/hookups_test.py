"""doc/hookups.md: its configurations can be performed, and what of it needs no device is played."""

import base64
import json
import os
import re
import socket
import struct
import subprocess
import sys
import unittest

from stage import BEAT, PATIENCE, PROGRAM, ROOT, Stage, need

PAGE = (ROOT / "doc/hookups.md").read_text(encoding="utf-8")


def blocks(language, section=""):
    """The blocks of a language on the page, or in the section of that heading."""
    text = PAGE.split(f"\n## {section}\n")[1].split("\n## ")[0] if section else PAGE
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def put(config, before, after):
    """The configuration with one thing in it replaced, which must be there."""
    assert config.count(before) == 1, before
    return config.replace(before, after)


class Configurations(unittest.TestCase):
    def test_each_can_be_performed_and_nothing_is_said_against_it(self):
        stage = Stage(self)
        found = blocks("toml")
        self.assertEqual(len(found), PAGE.count("```toml"))
        self.assertGreaterEqual(len(found), 8)
        for config in found:
            (stage.folder / "imps.toml").write_text(config)
            checked = subprocess.run([PROGRAM, "run", "--check"], cwd=stage.folder, capture_output=True,
                                     text=True, timeout=PATIENCE, check=False)  # fmt: skip
            said = checked.stderr.splitlines()
            self.assertEqual(checked.returncode, 0, config + checked.stderr)
            self.assertEqual(
                said,
                ["configuration: imps.toml", "it can be performed with: 'imps inspect' explains it"],
                config,
            )

    def test_every_program_in_python_compiles(self):
        for program in blocks("python"):
            compile(program, "doc/hookups.md", "exec")


class Daw(unittest.TestCase):
    def test_a_sequencer_is_answered_on_another_port(self):
        stage = Stage(self)
        stage.start_jack()

        def port(end):
            [found] = [name for name in stage.jack_ports() if name.endswith(end)] or [""]
            return found

        def connect(source, sink):
            subprocess.run(["jack_connect", port(source), port(sink)], env={**os.environ, **stage.jack},
                           check=True, timeout=PATIENCE)  # fmt: skip

        [config] = blocks("toml", "A DAW")
        # "or the configuration says api = "jack": where there is ALSA, too, this test wants JACK."
        (stage.folder / "imps.toml").write_text(put(config, "[midi]\n", '[midi]\napi = "jack"\n'))
        imps = stage.start("imps", PROGRAM, "run", "--no-log", "--seed", 1, "--max-rest", 0.5, **stage.jack)
        # A note of half a second, and three and a half to answer in.
        stage.start("sequencer", "jack_midiseq", "Sequencer", 192000, 0, 60, 24000, **stage.jack)
        stage.start("track", "stdbuf", "-oL", "jack_midi_dump", "Track", **stage.jack)
        ends = ["Sequencer:out", ":imps in", ":imps out", "Track:input"]
        stage.wait_until("all ports are there", lambda: all(port(end) for end in ends))
        for name in port(":imps in"), port(":imps out"):
            self.assertRegex(name, r"^imps(-\d\d)?:imps ")
        connect("Sequencer:out", ":imps in")
        connect(":imps out", "Track:input")
        stage.wait_until(
            "the track hears three notes of the model's",
            lambda: len(re.findall(r"^.* 90 [0-9a-f]{2} 64 ", stage.words("track"), re.MULTILINE)) >= 3,
        )
        self.assertEqual(stage.end(imps), 0)

        def notes(status):
            return re.findall(rf" {status} ([0-9a-f]{{2}}) ", stage.words("track"))

        stage.wait_until("each note is released", lambda: notes("90") == notes("80"))


MICROBIT = '''
"""Stands in for the board: tilted for two seconds, then still; its USB line is file descriptor LINE."""
import math, os, select, sys, time

LINE, START = int(os.environ["LINE"]), time.monotonic()

class accelerometer:
    def get_x():
        return int(900 * math.sin(3 * min(2, time.monotonic() - START)))
    def get_y():
        return int(900 * math.cos(3 * min(2, time.monotonic() - START)))

class display:
    def clear():
        pass
    def set_pixel(x, y, brightness):
        assert x in range(5) and y in range(5) and brightness in range(10)
        print("pixel", x, y, flush=True)

class uart:
    def init(baudrate):
        assert baudrate == 115200
    def any():
        return bool(select.select([LINE], [], [], 0)[0])
    def read():
        return os.read(LINE, 64)
    def write(text):
        print("wrote", text.strip(), flush=True)
        os.write(LINE, text.encode())

def sleep(milliseconds):
    select.select([], [], [], milliseconds / 1000)
'''


class Microbit(unittest.TestCase):
    def test_the_program_plays_and_shows_what_the_model_plays(self):
        stage = Stage(self)
        board, computer = os.openpty()
        self.addCleanup(os.close, board)
        self.addCleanup(os.close, computer)
        subprocess.run(["stty", "raw", "-echo"], stdin=computer, check=True)
        [config], [program] = blocks("toml", "A micro:bit"), blocks("python", "A micro:bit")
        (stage.folder / "imps.toml").write_text(put(config, "usb:0d28:0204", os.ttyname(computer)))
        (stage.folder / "microbit.py").write_text(MICROBIT)
        (stage.folder / "main.py").write_text(program)
        imps = stage.start("imps", PROGRAM, "run", "--no-log", "--seed", 1, "--max-rest", 0.5)
        stage.wait_until("imps has the line", lambda: "serial" in stage.words("imps"))
        stage.start("board", sys.executable, "-B", "main.py", pass_fds=(board,), LINE=str(board))
        stage.wait_until("the board shows the model's points",
                         lambda: stage.words("board").count("pixel") >= 5)  # fmt: skip
        self.assertEqual(stage.end(imps), 0)
        said = stage.words("board")
        self.assertGreater(said.count("wrote"), 10)
        self.assertNotIn("wrote", said.split("pixel", 1)[1], "a still hand plays nothing")
        self.assertNotIn("Traceback", said)


class Client:
    """A WebSocket client (RFC 6455): a handshake, and unfragmented texts."""

    def __init__(self, case, port, path, origin):
        self.line = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        case.addCleanup(self.line.close)
        self.file = self.line.makefile("rb")
        case.addCleanup(self.file.close)
        key = base64.b64encode(os.urandom(16)).decode()
        self.line.sendall(
            f"GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nOrigin: {origin}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        self.status = int(self.file.readline().split()[1])
        while self.file.readline().strip():
            pass

    def say(self, text):
        data, mask = text.encode(), os.urandom(4)
        assert len(data) < 126
        masked = bytes(byte ^ mask[k % 4] for k, byte in enumerate(data))
        self.line.sendall(bytes([0x81, 0x80 | len(data)]) + mask + masked)

    def hear(self):
        kind, size = self.file.read(2)
        assert kind == 0x81, kind
        if size == 126:
            [size] = struct.unpack(">H", self.file.read(2))
        return self.file.read(size).decode()


class Browser(unittest.TestCase):
    def start(self, *extra):
        self.stage = Stage(self)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        [config] = blocks("toml", "A browser")
        config = put(config, "localhost:5001", f"localhost:{self.port}")
        (self.stage.folder / "imps.toml").write_text("".join([config, *extra]))
        self.stage.start("imps", PROGRAM, "run", "--no-log", "--seed", 1, "--max-rest", 0.5,
                         "--serverport", self.stage.hears, "--clientport", self.stage.answers)  # fmt: skip
        self.stage.wait_until("imps hears OSC beside it", lambda: self.stage.status, self.stage.ask)

    def client(self, origin):
        return Client(self, self.port, "/frames", origin)

    def test_a_page_of_this_machine_plays_and_is_answered_in_json(self):
        self.start()
        [page] = blocks("html", "A browser")
        self.assertIn('"ws://localhost:5001/frames"', page)
        client = self.client("http://localhost:8000")
        self.assertEqual(client.status, 101)
        for k in range(10):
            client.say(json.dumps({"controls": [k / 10, 0.5, 0.25]}))
            self.stage.hear(BEAT)
        for _ in range(5):
            said = json.loads(client.hear())
            self.assertEqual(list(said), ["controls"])
            self.assertEqual(len(said["controls"]), page.count("<input"))
            self.assertTrue(all(0 <= x <= 1 for x in said["controls"]))

    def test_a_page_from_a_file_or_elsewhere_is_refused_unless_named(self):
        self.start()
        for origin in "null", "https://example.org":
            self.assertEqual(self.client(origin).status, 403)

    def test_a_page_from_a_file_may_be_let_in(self):
        self.start('origins = ["null"]\n')
        self.assertEqual(self.client("null").status, 101)


if __name__ == "__main__":
    if "Daw" in sys.argv:
        need("jackd", "jack_lsp", "jack_connect", "jack_midiseq", "jack_midi_dump", "stdbuf")
    unittest.main()
