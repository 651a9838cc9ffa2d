"""What the peers share: the program under test, started on ports of its own."""

import os
import socket
import subprocess
import sys
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
