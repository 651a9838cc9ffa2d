"""oscsend and oscdump, the command line's OSC programs (liblo), talk with imps."""

import shutil
import subprocess

import pytest

TRIES = 100  # of 0.2 s; only a failing test needs more than a few


def oscsend(stage, address, types="", *values):
    program = shutil.which("oscsend")
    assert program, "oscsend is not there: ./check installs it"
    arguments = [program, "localhost", str(stage.hears), address, *([types] if types else [])]
    subprocess.run([*arguments, *map(str, values)], check=True, timeout=20)


@pytest.fixture
def dump(watch, tmp_path, free):
    """A port, and what oscdump prints of all that comes there."""
    program = shutil.which("oscdump")
    assert program, "oscdump is not there: ./check installs it"
    port = free()
    return port, watch([program, str(port)], tmp_path)


def said_after(dump, send, part):
    """What oscdump prints with `part` in it once `send` was called, perhaps more than once: both
    programs may just be starting."""
    for _ in range(TRIES):
        send()
        if line := dump.line_with(part, 0.2):
            return line
    pytest.fail(f"oscdump printed nothing with {part}")


def test_what_oscsend_plays_is_answered_to_oscdump(run, dump):
    port, printed = dump
    stage = run(port, "--dimension", "4", "--no-log")
    line = said_after(
        printed, lambda: oscsend(stage, "/interface", "fff", 0.1, 0.5, 0.9), "/prediction"
    )
    _, address, types, *values = line.split()
    assert (address, types, len(values)) == ("/prediction", "fff", 3)
    assert all(0 <= float(x) <= 1 for x in values)
    assert stage.stop() == 0


@pytest.mark.parametrize("types, values", [("iii", (0, 1, 0)), ("ddd", (0.1, 0.5, 0.9)), ("TFf", (0.5,))])
def test_oscsend_may_use_any_type_of_number(run, dump, types, values):
    port, printed = dump
    stage = run(port, "--dimension", "4", "--no-log")
    assert said_after(
        printed, lambda: oscsend(stage, "/interface", types, *values), "/prediction fff"
    )


def test_oscsend_steers_the_performance(run, dump):
    port, printed = dump
    stage = run(port, "--dimension", "4", "--no-log", "--thru")
    said_after(printed, lambda: oscsend(stage, "/interface", "fff", 0.5, 0.5, 0.5), "/prediction")
    oscsend(stage, "/imps/mode", "s", "useronly")
    # From now on only thru comes back: after this frame, only this frame.
    frame = "/prediction fff 0.750000 0.250000 0.125000"
    assert said_after(
        printed, lambda: oscsend(stage, "/interface", "fff", 0.75, 0.25, 0.125), frame
    )
    while line := printed.line_with("/prediction", 0.5):
        assert frame in line
    assert stage.stop() == 0
