"""What the tests of the examples share: programs that end with the test, OSC, and recordings.

Nothing here sleeps: whatever is waited for is asked for again each time the test's own socket has
been silent for a moment, until a deadline.
"""

import array
import contextlib
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("IMPS_PROGRAM", ROOT / "build/release/imps"))
SKIPPED = 77  # what CTest takes for a skipped test (SKIP_RETURN_CODE)
PATIENCE = 25.0  # seconds, for what takes one or two on a machine that does nothing else
BEAT = 0.03  # seconds between two looks, and between two moves of a knob


def need(*programs):
    """Ends the test as skipped when a program is not installed, or as failed where all must be."""
    for program in programs:
        if shutil.which(program):
            continue
        print(f"needs {program}, which is not installed (./check installs it)")
        sys.exit(1 if "IMPS_REFERENCE_REQUIRED" in os.environ else SKIPPED)


def message(address, *values):
    """An OSC message of whole numbers, reals and texts."""

    def text(t):
        raw = t.encode()
        return raw + bytes(4 - len(raw) % 4)

    types, data = ",", b""
    for value in values:
        if isinstance(value, str):
            types, data = types + "s", data + text(value)
        elif isinstance(value, int):
            types, data = types + "i", data + struct.pack(">i", value)
        else:
            types, data = types + "f", data + struct.pack(">f", value)
    return text(address) + text(types) + data


def parsed(packet):
    """The address and the values of a message."""

    def text(at):
        end = packet.index(0, at)
        return packet[at:end].decode(), end + 4 - end % 4

    address, at = text(0)
    types, at = text(at)
    values = []
    for kind in types[1:]:
        if kind == "s":
            value, at = text(at)
        else:
            [value] = struct.unpack_from({"i": ">i", "f": ">f", "h": ">q", "d": ">d"}[kind], packet, at)
            at += 8 if kind in "hd" else 4
        values.append(value)
    return address, values


def free_port():
    """A UDP port that nobody held a moment ago."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Stage:
    """imps and what plays with it, each with its output in a file of a folder that goes with this.

    imps's predictions go to `answers` (the example's port) and to the test itself."""

    def __init__(self, case):
        self.case = case
        self.folder = Path(tempfile.mkdtemp(prefix="imps-example-"))
        case.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        case.addCleanup(self.socket.close)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.hears, self.answers = free_port(), free_port()
        self.predictions = 0
        self.frames = []  # of the performer, where the test is imps
        self.lights = []  # (channel, controller, value) that a controller of the test's is told
        self.status = {}

    def start(self, name, *arguments, pass_fds=(), **environment):
        """Starts a program; it ends with the test, however that ends. (Asked rather than killed: a JACK
        server that is killed keeps its place among the eight that a machine may have.)"""
        tied = ["setpriv", "--pdeathsig", "TERM"] if shutil.which("setpriv") else []
        with open(self.folder / f"{name}.txt", "wb") as output:
            process = subprocess.Popen(
                [*tied, *map(str, arguments)],
                cwd=self.folder,
                env={**os.environ, **environment},
                stdin=subprocess.PIPE,  # open and silent: sclang ends when it is closed
                stdout=output,
                stderr=subprocess.STDOUT,
                pass_fds=pass_fds,
            )
        self.case.addCleanup(self.end, process)
        return process

    def end(self, process):
        """Asks it to end as a service manager would, then makes it; its exit status."""
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=20)
        process.kill()
        process.stdin.close()
        return process.wait()

    def words(self, name):
        """All that a program has said."""
        return (self.folder / f"{name}.txt").read_text(errors="replace")

    def send(self, port, address, *values):
        self.socket.sendto(message(address, *values), ("127.0.0.1", port))

    def hear(self, seconds=BEAT):
        """Takes in what comes within `seconds`."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self.socket.settimeout(left)
            try:
                address, values = parsed(self.socket.recv(65536))
            except (TimeoutError, ConnectionError):
                continue  # nothing yet; or nobody was there to hear what was sent
            if address == "/prediction":
                self.predictions += 1
            elif address == "/interface":
                self.frames.append(values)
            elif address == "/light":
                self.lights.append(tuple(values))
            elif address == "/imps/status":
                self.status = dict(zip(values[::2], values[1::2]))

    def wait_until(self, what, condition, meanwhile=lambda: None):
        """Until `condition()` holds; `meanwhile()` is done before each look."""
        until = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > until:
                said = [f"--- {file.stem}\n{file.read_text(errors='replace')[-3000:]}"
                        for file in sorted(self.folder.glob("*.txt"))]
                self.case.fail("\n".join([f"in {PATIENCE} s it did not happen: {what}", *said]))
            meanwhile()
            self.hear()

    def start_jack(self):
        """A JACK server without a sound card; `self.jack` is the environment that its clients want."""
        name = f"imps-example-{os.getpid()}"
        self.jack = {"JACK_DEFAULT_SERVER": name}
        self.start("jackd", "jackd", "-n", name, "-r", "-s", "-t", "1000",
                   "-d", "dummy", "-r", "48000", "-p", "1024")  # fmt: skip
        # A server that is told to end while it takes leave of a client waits ten seconds for nothing.
        self.case.addCleanup(self.wait_until, "all clients have left JACK",
                             lambda: all(port.startswith("system:") for port in self.jack_ports()))  # fmt: skip
        self.wait_until("there is a JACK server", self.jack_ports)

    def jack_ports(self):
        listed = subprocess.run(["jack_lsp"], env={**os.environ, **self.jack}, capture_output=True,
                                text=True, timeout=PATIENCE, check=False)  # fmt: skip
        return [line for line in listed.stdout.splitlines() if ":" in line]

    def start_imps(self):
        """imps with the eight knobs' configuration, and nothing of it random."""
        self.imps = self.start(
            "imps", PROGRAM, "run", ROOT / "configs/eight-knobs.toml", "--no-log", "--seed", 1,
            "--max-rest", 0.5, "--threshold", 0.5, "--serverport", self.hears,
            "--clientport", self.answers, "--output", f"127.0.0.1:{self.port}",
        )  # fmt: skip
        self.wait_until("imps answers", lambda: self.status, self.ask)

    def ask(self):
        self.send(self.hears, "/imps/status")


class Recording:
    """A WAV file of two channels that is still being written: the performer's voice is for two
    thirds on the left, the model's on the right (0.8 and 0.4), so both can be taken apart again."""

    def __init__(self, path):
        self.path = path

    def read(self, seconds=None):
        """The rate, and the samples of both channels so far, in [-1, 1]: the last `seconds`, or all."""
        try:
            with open(self.path, "rb") as file:
                head = file.read(4096)
                layout, data = head.find(b"fmt "), head.find(b"data")
                if layout < 0 or data < 0:
                    return 0, [], []
                kind, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", head, layout + 8)
                assert (kind, channels, bits) in ((1, 2, 16), (65534, 2, 16)), (kind, channels, bits)
                start, end = data + 8, self.path.stat().st_size
                if seconds is not None:
                    start = max(start, end - (end - start) % 4 - 4 * int(rate * seconds))
                file.seek(start)
                raw = file.read()
        except FileNotFoundError:
            return 0, [], []
        samples = array.array("h", raw[: len(raw) // 4 * 4])
        if sys.byteorder == "big":
            samples.byteswap()
        return rate, [s / 32768 for s in samples[::2]], [s / 32768 for s in samples[1::2]]

    def voices(self, seconds=None):
        """The rate, and what the performer's and the model's voice sounded like by themselves."""
        rate, left, right = self.read(seconds)
        performer = [(2 * a - b) / 1.2 for a, b in zip(left, right)]
        model = [(2 * b - a) / 1.2 for a, b in zip(left, right)]
        return rate, performer, model

    def seconds(self):
        rate, left, _ = self.read()
        return len(left) / rate if rate else 0.0

    def loudness(self, seconds):
        """The performer's and the model's loudness in the last `seconds` (root of the mean square);
        None before there is as much."""
        rate, performer, model = self.voices(seconds)
        if not rate or len(model) < int(rate * seconds):
            return None
        return loudness(performer), loudness(model)


def loudness(samples):
    return (sum(s * s for s in samples) / max(1, len(samples))) ** 0.5


AUDIBLE = 0.005  # -46 dB of full scale; the voices are at some -20 dB
SILENT = 0.0005  # -66 dB; the rounding to 16 bits and taking apart are at -90 dB


class EightKnobs(unittest.TestCase):
    """The story of a set, for both examples."""

    def story(self, play):
        """`play(stage)` starts the example with imps's ports, and returns what it records."""
        stage = Stage(self)
        stage.start_imps()
        recording = play(stage)

        turned = 0

        def turn(knob=None):
            """A hand sweeps over the first five knobs, the decay short, the level up."""
            nonlocal turned
            knob, x = [(1, 0.3), (2, 0.2), (3, 0.5), (4, 0.8), (5, 0.3), (6, 0.0), (7, 0.2), (8, 1.0)][
                turned % 8
            ]
            wave = ((turned // 8) % 10) / 10
            stage.send(stage.answers, "/knob", knob, x if knob > 5 else (x + wave / 2) % 1)
            turned += 1

        def heard(voice, quiet):
            """`voice` (0 performer, 1 model) sounds, the other does not."""
            loud = recording.loudness(0.3)
            return loud and loud[voice] > AUDIBLE and loud[quiet] < SILENT

        def silence():
            loud = recording.loudness(0.3)
            return loud and max(loud) < SILENT

        def play_and_be_answered():
            before = turned
            stage.wait_until(
                "the performer is heard alone", lambda: turned - before > 24 and heard(0, 1), turn
            )
            known = stage.predictions
            stage.wait_until("the model is heard alone", lambda: heard(1, 0))
            self.assertGreater(stage.predictions, known)

        stage.wait_until("the first frame reaches imps", lambda: stage.status.get("frames"),
                         lambda: (turn(), stage.ask()))  # fmt: skip
        play_and_be_answered()

        stage.send(stage.answers, "/panic")
        stage.wait_until("panic makes both fall silent", silence)
        after = stage.predictions
        at = recording.seconds()
        stage.wait_until("time goes by", lambda: recording.seconds() > at + 1)
        self.assertEqual(stage.predictions, after, "the model waits until you play again")

        play_and_be_answered()
        self.assertEqual(stage.end(stage.imps), 0)
        stage.wait_until("the last note rings out", silence)
        stage.recording = recording
        return stage

    def judge(self, recording):
        """The whole of it: neither clipped nor stuck at one side of zero."""
        rate, left, right = recording.read()
        for side in left, right:
            self.assertLess(max(map(abs, side)), 0.95)
            self.assertGreater(max(map(abs, side)), 0.05)
            self.assertLess(abs(sum(side) / len(side)), 0.01)
        _, performer, model = recording.voices()
        print(f"{len(left) / rate:.1f} s at {rate} Hz, peak {max(map(abs, left + right)):.3f}; "
              f"performer {loudness(performer):.4f}, model {loudness(model):.4f} (RMS)")  # fmt: skip
