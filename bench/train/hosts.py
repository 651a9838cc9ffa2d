#!/usr/bin/env python3
"""Training on several hosts, on one machine: each host is a network namespace with a name and an
address of its own, a bridge joins them, and the processes reach each other over TCP only.

    ./play --version
    sudo bench/train/hosts.py DATASET.npz [--hosts 2] [--sizes s,m,xl] [--rate 1gbit] [--delay 1ms]
    sudo bench/train/hosts.py --check      # a short one on made-up data: the losses are those of
                                           # one process, and a cut cable ends the run

Needs root, iproute2 and OpenMPI; --delay needs a kernel with netem. Exits with 77, and says why,
where hosts cannot be made. Everything is taken down again at the end.
"""
import argparse
import contextlib
import json
import os
import pathlib
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

from peers import IMPS
from scaling import FRAMES_A_BATCH, frames_a_second

# mpirun by itself waits for minutes for a machine that is cut off: ask every 2 s, three times.
KEEPALIVE = ["--mca", "oob_tcp_keepalive_time", "5", "--mca", "oob_tcp_keepalive_intvl", "2",
             "--mca", "oob_tcp_keepalive_probes", "3"]
NOT_HERE = 77  # what CTest takes for "skipped"
ENDS_WITHIN = 30  # seconds, for a run that has lost a host

ECHO = """
import socket
server = socket.create_server(("", 7000))
print("ready", flush=True)
peer, _ = server.accept()
peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
while data := peer.recv(64):
    peer.sendall(data)
"""
ASK = """
import socket, statistics, sys, time
peer = socket.create_connection((sys.argv[1], 7000))
peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
times = []
for _ in range(1000):
    began = time.perf_counter()
    peer.sendall(bytes(16))
    peer.recv(64)
    times.append(time.perf_counter() - began)
print(statistics.median(times) / 2)
"""


class NotHere(Exception):
    """Hosts cannot be made on this machine."""


def ip(*words):
    done = subprocess.run(["ip", *words], capture_output=True, text=True)
    if done.returncode != 0:
        raise NotHere(f"ip {' '.join(words)}: {done.stderr.strip()}")
    return done.stdout


class Hosts:
    """So many hosts on one wire, in a `with`."""

    def __init__(self, count, rate=None, delay=None):
        self.count, self.rate, self.delay = count, rate, delay
        self.stack = contextlib.ExitStack()

    def __enter__(self):
        if os.geteuid() != 0:
            raise NotHere("making network namespaces needs root")
        for program in ("ip", "unshare", "mpirun"):
            if shutil.which(program) is None:
                raise NotHere(f"there is no {program}")
        with self.stack:
            self.build()
            self.stack = self.stack.pop_all()
        return self

    def __exit__(self, *_):
        self.stack.close()

    def space(self, host):
        return f"imps-{os.getpid()}-{host}"

    def add_space(self, name):
        ip("netns", "add", name)
        self.stack.callback(self.remove_space, name)
        ip("-n", name, "link", "set", "lo", "up")

    @staticmethod
    def remove_space(name):
        for pid in ip("netns", "pids", name).split():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)
        ip("netns", "del", name)

    def build(self):
        wire = self.space("wire")
        self.add_space(wire)
        ip("-n", wire, "link", "add", "wire", "type", "bridge")
        ip("-n", wire, "link", "set", "wire", "up")
        for host in range(1, self.count + 1):
            space = self.space(host)
            self.add_space(space)
            ip("-n", wire, "link", "add", f"to-{host}", "type", "veth",
               "peer", "name", "eth0", "netns", space)
            ip("-n", wire, "link", "set", f"to-{host}", "master", "wire", "up")
            ip("-n", space, "address", "add", f"{self.address(host)}/24", "dev", "eth0")
            ip("-n", space, "link", "set", "eth0", "up")
            self.shape(space)
        folder = pathlib.Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        self.agent = folder / "agent"
        # What mpirun takes for ssh: it is given an address and a command.
        self.agent.write_text(
            "#!/bin/sh\nexport host=${1##*.}\nshift\n"
            f"exec ip netns exec {self.space('$host')} unshare --uts "
            "sh -c 'hostname host$host; exec sh -c \"$1\"' sh \"$*\"\n")
        self.agent.chmod(0o755)

    def shape(self, space):
        """One qdisc does both: netem's own rate, or a token bucket where there is only a rate."""
        if self.delay:
            how = ["netem", "delay", self.delay, "limit", "100000"]
            how += ["rate", self.rate] if self.rate else []
        elif self.rate:
            how = ["tbf", "rate", self.rate, "burst", "64kb", "latency", "100ms"]
        else:
            return
        done = subprocess.run(["tc", "-n", space, "qdisc", "add", "dev", "eth0", "root", *how],
                              capture_output=True, text=True)
        if done.returncode != 0:
            raise NotHere(f"tc qdisc add {' '.join(how)}: {done.stderr.strip()}")

    @staticmethod
    def address(host):
        return f"10.77.0.{host}"

    def inside(self, host):
        """The words before a command that is to run on a host."""
        return ["ip", "netns", "exec", self.space(host), "unshare", "--uts", "sh", "-c",
                f'hostname host{host}; exec "$@"', "sh"]

    def mpirun(self):
        """mpirun on the first host, one process on each. Not bound: every host would take the same
        core for its first."""
        return [*self.inside(1), "mpirun", "-n", str(self.count), "--bind-to", "none", "--host",
                ",".join(f"{self.address(host)}:1" for host in range(1, self.count + 1)),
                "--mca", "plm_rsh_agent", str(self.agent), "--mca", "btl", "tcp,self",
                "--mca", "btl_tcp_if_include", "eth0", "--mca", "oob_tcp_if_include", "eth0", *KEEPALIVE]

    def latency(self):
        """Seconds for a small message from the first host to the second, one way."""
        with subprocess.Popen([*self.inside(2), sys.executable, "-c", ECHO],
                              stdout=subprocess.PIPE, text=True) as echo:
            echo.stdout.readline()
            asked = subprocess.run([*self.inside(1), sys.executable, "-c", ASK, self.address(2)],
                                   capture_output=True, text=True, check=True)
        return float(asked.stdout)

    def bytes_sent(self):
        """By the first host so far."""
        [link] = json.loads(ip("-n", self.space(1), "-s", "-j", "link", "show", "eth0"))
        return link["stats64"]["tx"]["bytes"]

    def cut(self, host):
        ip("-n", self.space("wire"), "link", "set", f"to-{host}", "down")


def environment():
    return {**os.environ, "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}


def words(dataset, folder, batches, more):
    return [str(IMPS), "train", str(dataset), "--recipe", "impsy", "--threads", "1", "--set",
            "windows=random_offsets", "--set", f"most_batches={batches}", "--json", "--models",
            str(folder), "--checkpoints", str(folder), *more]


def losses(launch, dataset, batches, more):
    """(batches, training NLL, validation NLL) of every judgement, and of the end."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([*launch, *words(dataset, folder, batches, more)],
                              capture_output=True, text=True, env=environment())
    if done.returncode != 0:
        sys.exit(f"training failed:\n{done.stderr}")
    told = map(json.loads, done.stdout.splitlines())
    return [(line["batches"], line["train_nll"], line["val_nll"]) for line in told
            if line["event"] in ("epoch", "done")]


def largest_difference(some, others):
    if [row[0] for row in some] != [row[0] for row in others]:
        return float("inf")
    return max(abs(a - b) for one, other in zip(some, others) for a, b in zip(one[1:], other[1:]))


def measure(hosts, dataset, size, batches, rounds):
    one = losses([], dataset, 100, ["--size", size])
    before = hosts.bytes_sent()
    several = losses(hosts.mpirun(), dataset, 100, ["--size", size])
    sent = (hosts.bytes_sent() - before) / 100
    alone, together = [], []
    for _ in range(rounds):
        alone.append(frames_a_second([], dataset, size, batches))
        together.append(frames_a_second(hosts.mpirun(), dataset, size, batches))
    a, b = statistics.median(alone), statistics.median(together)
    seconds = FRAMES_A_BATCH * (1 / b - 1 / (a * hosts.count))
    print(f"| {size} | {largest_difference(one, several):.1g} | {a:,.0f} | {b:,.0f} "
          f"| {100 * b / (hosts.count * a):.0f} % | {sent:,.0f} | {1e3 * seconds:.2f} ms |",
          flush=True)


def loses_a_host(dataset, more):
    """Seconds from cutting a host off to the run's end; whether a checkpoint is left."""
    with Hosts(2) as hosts, tempfile.TemporaryDirectory() as folder:
        run = subprocess.Popen([*hosts.mpirun(), *words(dataset, folder, 10**9, more)],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                               env=environment())
        for line in run.stdout:
            if '"epoch"' in line and list(pathlib.Path(folder).glob("*.checkpoint")):
                break
        hosts.cut(2)
        began = time.monotonic()
        try:
            run.communicate(timeout=2 * ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            run.kill()
            run.communicate()
        return time.monotonic() - began, bool(list(pathlib.Path(folder).glob("*.checkpoint")))


def made_dataset(folder):
    """A take of 800 rows, collated by imps."""
    log = folder / "logs" / "a-3d-mdrnn.log"
    log.parent.mkdir()
    log.write_text("".join(f"2026-02-03T20:{row // 600:02}:{row / 10 % 60:04.1f}00000,interface,"
                           f"{row % 10 / 10},{row % 7 / 7:.4f}\n" for row in range(800)))
    subprocess.run([IMPS, "dataset"], cwd=folder, check=True, capture_output=True)
    return folder / "datasets" / "training-dataset-3d.npz"


def check():
    small = ["--set", "windows=every_row", "--units", "8", "--layers", "1", "--mixtures", "2", "--no-early-stopping"]
    right = True
    with tempfile.TemporaryDirectory() as folder:
        dataset = made_dataset(pathlib.Path(folder))
        one = losses([], dataset, 100, small)
        for count, most in ((2, 0), (3, 1e-4)):
            with Hosts(count) as hosts:
                before = hosts.bytes_sent()
                difference = largest_difference(one, losses(hosts.mpirun(), dataset, 100, small))
                sent = hosts.bytes_sent() - before
            print(f"{count} hosts: losses of one process but for {difference:.1g}, at most "
                  f"{most:g}; {sent:,} bytes sent by the first")
            right &= difference <= most and sent > 0
        seconds, kept = loses_a_host(dataset, [*small, "--checkpoint-every", "0.01s"])
        print(f"a host cut off: the run ends after {seconds:.1f} s, at most {ENDS_WITHIN}; "
              f"{'a' if kept else 'no'} checkpoint is left")
        right &= seconds <= ENDS_WITHIN and kept
    return 0 if right else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset", nargs="?")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--hosts", type=int, default=2)
    parser.add_argument("--sizes", default="s,m,xl")
    parser.add_argument("--batches", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rate", help="of each host's cable, as tc takes it: 1gbit")
    parser.add_argument("--delay", help="one way: 1ms")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was built is taken down
    try:
        if arguments.check:
            return check()
        if not arguments.dataset:
            parser.error("name a dataset, or --check")
        with Hosts(arguments.hosts, arguments.rate, arguments.delay) as hosts:
            print(f"{arguments.hosts} hosts over TCP, {arguments.rate or 'no limit'}, a small "
                  f"message takes {1e6 * hosts.latency():.0f} µs one way\n")
            print("| size | largest difference of a loss | one process, frames a second | all "
                  "| efficiency | bytes sent a batch | exchange a batch |")
            print("|---|---|---|---|---|---|---|")
            for size in arguments.sizes.split(","):
                measure(hosts, arguments.dataset, size, arguments.batches, arguments.rounds)
    except NotHere as why:
        print(f"hosts cannot be made here: {why}")
        return NOT_HERE
    return 0


if __name__ == "__main__":
    sys.exit(main())
