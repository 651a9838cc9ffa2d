#!/usr/bin/env python3
"""What the page costs the stage: lateness with nobody looking on, with many, and with many who do not read.

    ./play --version                      # builds build/release/imps
    bench/web/viewers.py [--program build/release/imps] [--rounds 5] [--seconds 5] [--viewers 20]

A model plays by itself (battle, a small time scale: hundreds of predictions a second). The conditions take turns
within each round, each in a performance of its own, and the figures are those that imps gives of itself: GET
/api/v1/state, `lateness` and `counts`. Viewers are live sockets in one other process. Promised: the 99th percentile
with viewers is at most 1.1 times that without. It comes from a histogram with 20 bins a decade, so that
neighbouring bins differ by a factor of 1.12: one bin more is within what can be told apart.
"""
import argparse
import base64
import http.client
import json
import os
import pathlib
import re
import selectors
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROMISE, ONE_BIN = 1.1, 10 ** (1 / 20)
CONDITIONS = ("nobody", "reading", "not reading")


def live_socket(port):
    """A live socket, once it is open. Nothing of what follows its head has been read."""
    one = socket.create_connection(("127.0.0.1", port), timeout=10)
    key = base64.b64encode(os.urandom(16)).decode()
    one.sendall(f"GET /api/v1/live HTTP/1.1\r\nHost: localhost:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode())
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        byte = one.recv(1)
        if not byte:
            raise SystemExit(f"the live socket was refused: {head!r}")
        head += byte
    if b" 101 " not in head.split(b"\r\n")[0]:
        raise SystemExit(f"the live socket was refused: {head!r}")
    return one


def look_on(port, count, reads):
    """The other process: looks on until its standard input ends, then tells how many bytes it read."""
    total = 0
    with selectors.DefaultSelector() as selector:
        sockets = [live_socket(port) for _ in range(count)]
        for one in sockets if reads else ():
            selector.register(one, selectors.EVENT_READ, one)
        selector.register(sys.stdin, selectors.EVENT_READ, None)
        print("ready", flush=True)
        while True:
            for key, _ in selector.select():
                if key.data is None:
                    print(total, flush=True)
                    return
                part = key.data.recv(1 << 20)
                if not part:
                    raise SystemExit("imps closed a live socket")
                total += len(part)


class Performance:
    def __init__(self, options, folder):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
            one.bind(("127.0.0.1", 0))
            nowhere = one.getsockname()[1]
        self.process = subprocess.Popen(
            [options.program, "run", "--webport", "0", "--serverport", "0", "--clientport", str(nowhere), "--no-log",
             "-d", str(options.dimension), "-b", "--timescale", str(options.timescale)],
            cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        told = b""
        while not (found := re.search(rb"page on http://localhost:(\d+)\n", told)):
            part = os.read(self.process.stderr.fileno(), 4096)
            if not part:
                raise SystemExit(f"{options.program} ended: {told.decode()}")
            told += part
        self.port = int(found[1])

    def ask(self, method, resource, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request(method, "/api/v1/" + resource, body)
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        if answer.status != 200:
            raise SystemExit(f"{resource}: {text.decode()}")
        return json.loads(text)

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=30)


def measure(options, condition):
    """p99 and median of the lateness in ms, predictions a second, bytes a second to each viewer."""
    with tempfile.TemporaryDirectory() as folder:
        one = Performance(options, folder)
        viewers = None
        try:
            if condition != "nobody":
                viewers = subprocess.Popen(
                    [sys.executable, __file__, "--look-on", str(one.port), "--viewers", str(options.viewers)] +
                    (["--do-not-read"] if condition == "not reading" else []),
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
                if viewers.stdout.readline() != "ready\n":
                    raise SystemExit("the viewers do not look on")
            began = time.monotonic()
            one.ask("POST", "frame", json.dumps({"controls": [0.5] * (options.dimension - 1)}))
            time.sleep(options.seconds)
            took = time.monotonic() - began
            state = one.ask("GET", "state")
            heard = 0
            if viewers:
                heard = int(viewers.communicate()[0])
            late = state["lateness"]
            return {"p99": late["p99_ms"], "median": late["median_ms"], "rate": state["counts"]["predictions"] / took,
                    "bytes": heard / took / options.viewers}
        finally:
            if viewers and viewers.poll() is None:
                viewers.kill()
                viewers.wait()
            one.end()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=str(ROOT / "build" / "release" / "imps"))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=5, help="of each performance")
    parser.add_argument("--viewers", type=int, default=20)
    parser.add_argument("--dimension", type=int, default=9)
    parser.add_argument("--timescale", type=float, default=0.03)
    parser.add_argument("--look-on", type=int, metavar="PORT", help=argparse.SUPPRESS)
    parser.add_argument("--do-not-read", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.look_on:
        return look_on(options.look_on, options.viewers, not options.do_not_read)
    options.program = str(pathlib.Path(options.program).resolve())
    figures = {condition: [] for condition in CONDITIONS}
    for round_number in range(options.rounds):
        order = CONDITIONS if round_number % 2 == 0 else CONDITIONS[::-1]
        for condition in order:
            figures[condition].append(measure(options, condition))
            print(".", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    print(f"{options.rounds} rounds of {options.seconds:g} s, {options.viewers} viewers, dimension {options.dimension}, "
          f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n")
    print("| viewers | p99, ms (least–most) | median, ms | ratio of p99 | predictions/s | KB/s to each | held |\n"
          "|---|---|---|---|---|---|---|")
    all_held = True
    for condition, rounds in figures.items():
        p99s = [one["p99"] for one in rounds]
        ratio = statistics.median(one["p99"] / alone["p99"] for one, alone in zip(rounds, figures["nobody"]))
        held = ratio <= max(PROMISE, ONE_BIN)
        all_held = all_held and held
        middle = {key: statistics.median(one[key] for one in rounds) for key in rounds[0]}
        print(f"| {condition} | {middle['p99']:.3f} ({min(p99s):.3f}–{max(p99s):.3f}) | {middle['median']:.3f} | {ratio:.2f} | "
              f"{middle['rate']:.0f} | {middle['bytes'] / 1000:.1f} | {'yes' if held else '**no**'} |")
    sys.exit(0 if all_held else 1)


if __name__ == "__main__":
    main()
