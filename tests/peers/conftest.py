"""What the peers share: the program under test, started on ports of its own."""

import os
import queue
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True


@pytest.fixture(scope="session")
def program() -> Path:
    """The imps to test: $IMPS_PROGRAM, or build/release/imps."""
    path = Path(os.environ.get("IMPS_PROGRAM", ROOT / "build/release/imps"))
    assert path.is_file(), f"{path} is not there: build it with ./play --version"
    return path


@pytest.fixture(scope="session")
def reference() -> Path:
    """The reference data; skips without it, or fails where it is required (see ./check)."""
    path = Path(os.environ.get("IMPS_REFERENCE", ROOT.parent / "shared/reference"))
    if not path.is_dir():
        assert "IMPS_REFERENCE_REQUIRED" not in os.environ, "the reference data is required here"
        pytest.skip("needs the reference data: set IMPS_REFERENCE to its folder")
    return path


def free_port() -> int:
    """A UDP port that nobody held a moment ago."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Stage:
    """A running imps: it hears on `hears`, and its predictions go to `answers`."""

    process: subprocess.Popen
    hears: int
    answers: int
    folder: Path

    def stop(self) -> int:
        """Asks it to end as a service manager would; its exit status."""
        self.process.terminate()
        return self.process.wait(timeout=10)


@pytest.fixture
def run(program, tmp_path):
    """run(answers, *arguments) starts `imps run` in a folder of its own, answering to the port
    `answers`, and ends it after the test."""
    started = []

    def start(answers: int, *arguments: str) -> Stage:
        hears = free_port()
        process = subprocess.Popen(
            [program, "run", "--serverport", str(hears), "--clientport", str(answers), *arguments],
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
        )
        started.append(process)
        return Stage(process, hears, answers, tmp_path)

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
            process.wait()


class Watched:
    """A program that runs beside imps, and the lines it prints on either stream."""

    def __init__(self, arguments, folder):
        self.process = subprocess.Popen(
            list(map(str, arguments)),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines = queue.Queue()
        self.reader = threading.Thread(target=self._read)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(line.rstrip("\n"))

    def line_with(self, part, seconds=20.0):
        """The next line with `part` in it, or None."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            try:
                line = self.lines.get(timeout=left)
            except queue.Empty:
                return None
            if part in line:
                return line
        return None

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.reader.join()
        self.process.stdout.close()


@pytest.fixture
def watch():
    """watch(arguments, folder) starts a program, and ends it after the test."""
    started = []

    def start(arguments, folder) -> Watched:
        started.append(Watched(arguments, folder))
        return started[-1]

    yield start
    for watched in started:
        watched.end()


@pytest.fixture
def free():
    """free() is a UDP port that nobody held a moment ago."""
    return free_port
