#!/usr/bin/env python3
"""How long a controller message is under way from a MIDI input to a MIDI output of imps, over JACK.

    cmake --preset bench && cmake --build build/bench --target imps midi_probe
    bench/midi/latency.py [--messages 2000] [--periods 64,128,256]

A JACK server without a sound card, a keyboard that sends a controller at any place within a period, imps
with that controller mapped in and out (the performer's own, through input_thru), and a synthesizer, which
is another client: where both are one, JACK delays one way by a period, as imps closes a loop then.
Whoever passes a message on over JACK, from another thread than JACK's own, needs one period: what came
in this one goes out in the next. What is more than a period is imps's own.
"""
import argparse
import os
import pathlib
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
CONFIG = """
[interaction]
mode = "useronly"
input_thru = true
[model]
dimension = 2
[osc]
enabled = false
[midi]
api = "jack"
in_device = "virtual:in"
out_device = "virtual:out"
input = ["control_change 1 1"]
output = ["control_change 1 1"]
bytes_per_second = 0
[log]
enabled = false
"""


def ports():
    return subprocess.run(["jack_lsp"], capture_output=True, text=True, check=False).stdout.split("\n")


def find(wanted, patience=10):
    """The port whose name ends so, once it is there."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        for port in ports():
            if port.endswith(wanted):
                return port
        time.sleep(0.05)
    sys.exit(f"latency.py: there is no port {wanted}: {ports()}")


def measure(probe, messages, to, back):
    words = subprocess.run([probe, str(messages), to, back], capture_output=True, text=True, check=True,
                           timeout=600).stdout.split()
    period, rate = int(words[0]), int(words[1])
    return [1000 * int(word) / rate for word in words[2:]], 1000 * period / rate


def row(times, period):
    beyond = sorted(t - period for t in times)
    at = lambda share: beyond[min(len(beyond) - 1, int(share * len(beyond)))]
    print(f"| {period:.2f} ms | {statistics.median(times):.2f} ms | {statistics.median(beyond):+.2f} ms "
          f"| {at(0.99):+.2f} ms | {beyond[-1]:+.2f} ms |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=2000)
    parser.add_argument("--periods", default="64,128,256")
    parser.add_argument("--build", default=ROOT / "build/bench", type=pathlib.Path)
    options = parser.parse_args()
    if not shutil.which("jackd"):
        sys.exit("latency.py needs jackd (Debian: jackd2)")
    os.environ["JACK_DEFAULT_SERVER"] = f"imps-bench-{os.getpid()}"
    imps, probe = options.build / "imps", options.build / "midi_probe"
    print("| period | median | beyond the period: median | 99 % | most |\n|---|---|---|---|---|")
    for frames in options.periods.split(","):
        jack = subprocess.Popen(["jackd", "-n", os.environ["JACK_DEFAULT_SERVER"], "-r", "-S", "-t", "5000",
                                 "-d", "dummy", "-r", "48000", "-p", frames],
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            with tempfile.TemporaryDirectory() as folder:
                end = time.monotonic() + 10
                while "" == "".join(ports()).strip() and time.monotonic() < end:
                    time.sleep(0.05)
                pathlib.Path(folder, "imps.toml").write_text(CONFIG)
                run = subprocess.Popen([imps, "run"], cwd=folder, stderr=subprocess.DEVNULL)
                try:
                    times, period = measure(probe, options.messages, find(":in"), find(":out"))
                    row(times, period)
                finally:
                    run.send_signal(signal.SIGTERM)
                    run.wait()
        finally:
            jack.terminate()
            jack.wait()


if __name__ == "__main__":
    main()
