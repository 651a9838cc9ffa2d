#!/usr/bin/env python3
"""How fast, small and calm the program is: one table.

    ./play --version                      # builds build/release/imps
    bench/stage/measure.py [--program build/release/imps] [--rounds 7] [--predecessor]

Everything runs over loopback on this machine, with a random model of size s that is made for it (or
one file of dimension 4, given with --model), and a random one of size xl for the flood. With --predecessor the same start is measured for IMPSY, from PyPI,
in build/peers-stage (TensorFlow and all: 2 GB).
"""
import argparse
import array
import contextlib
import json
import math
import os
import pathlib
import random
import shutil
import signal
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import time
import venv

ROOT = pathlib.Path(__file__).resolve().parents[2]
RATE, FLOOD_SECONDS = 50_000, 10


def text(value):
    raw = value.encode()
    return raw + b"\0" * (4 - len(raw) % 4)


def message(address, *values):
    return text(address) + text("," + "f" * len(values)) + struct.pack(f">{len(values)}f", *values)


def udp():
    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    one.bind(("127.0.0.1", 0))
    return one


def free_port():
    with udp() as one:
        return one.getsockname()[1]


def statuses(server_port):
    """imps's own figures, asked for over OSC."""
    with udp() as one:
        one.settimeout(5)
        one.sendto(message("/imps/status"), ("127.0.0.1", server_port))
        reply = one.recv(65536)
    found, at = [], 0

    def take_text():
        nonlocal at
        end = reply.index(b"\0", at)
        value = reply[at:end].decode()
        at = end + 4 - (end % 4)
        return value

    take_text()
    for tag in take_text()[1:]:
        if tag == "s":
            found.append(take_text())
        else:
            kind, size = {"i": (">i", 4), "f": (">f", 4), "h": (">q", 8)}[tag]
            found.append(struct.unpack_from(kind, reply, at)[0])
            at += size
    return dict(zip(found[::2], found[1::2]))


class Running:
    """A performance on ports of its own."""

    def __init__(self, command, *flags, folder=None):
        self.port, self.out = free_port(), udp()
        self.began = time.perf_counter()
        self.process = subprocess.Popen(
            [*command, "run", "--serverport", str(self.port), "--clientport", str(self.out.getsockname()[1]), *flags],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder)
        self.door = udp()

    def send(self, *values):
        self.door.sendto(message("/interface", *values), ("127.0.0.1", self.port))

    def wait_until_heard(self, patience=60):
        """Seconds from the start of the process to the first message that was answered."""
        self.door.settimeout(0.001)
        while time.perf_counter() - self.began < patience:
            if self.process.poll() is not None:
                raise SystemExit(f"the program ended with {self.process.returncode}")
            self.door.sendto(message("/ping"), ("127.0.0.1", self.port))
            with contextlib.suppress(OSError):
                self.door.recv(64)
                return time.perf_counter() - self.began
        raise SystemExit("the program does not answer")

    def resident(self):
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024
        return float("nan")

    def processor_seconds(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/schedstat").read_text().split()
        return sum(int(pathlib.Path(f"/proc/{self.process.pid}/task/{task}/schedstat").read_text().split()[0])
                   for task in os.listdir(f"/proc/{self.process.pid}/task")) / 1e9 if fields else float("nan")

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(30)
        self.out.close()
        self.door.close()
        if status != 0:
            raise SystemExit(f"the program ended with {status}")


def write_model(path, layers, units, dimension=4, mixtures=5):
    """A network of random weights, in imps's own format: as slow as a trained one."""
    random.seed(1)
    some = array.array("f", (random.uniform(-0.05, 0.05) for _ in range(65_521)))  # a prime: no two rows are alike
    tensors = {}
    for layer in range(layers):
        inputs = dimension if layer == 0 else units
        tensors |= {f"lstm{layer}.kernel": [inputs, 4 * units], f"lstm{layer}.recurrent_kernel": [units, 4 * units],
                    f"lstm{layer}.bias": [4 * units]}
    for name, out in (("mus", mixtures * dimension), ("sigmas", mixtures * dimension), ("pi", mixtures)):
        tensors |= {f"mdn.{name}.kernel": [units, out], f"mdn.{name}.bias": [out]}
    header, at = {}, 0
    for name, shape in tensors.items():
        size = 4 * math.prod(shape)
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [at, at + size]}
        at += size
    head = json.dumps(header).encode()
    head += b" " * (-len(head) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(head)) + head)
        file.write((some.tobytes() * (at // (4 * len(some)) + 1))[:at])


ROWS = []


def row(what, figure, promise, held):
    ROWS.append((what, figure, promise, "yes" if held else "NO"))
    print(f"| {what} | {figure} | {promise} | {'yes' if held else '**no**'} |", flush=True)


def spread(values, unit="ms", scale=1e3):
    low, middle, high = min(values) * scale, statistics.median(values) * scale, max(values) * scale
    return middle / scale, f"{middle:.3g} {unit} ({low:.3g}–{high:.3g})"


def measure_start(command, rounds, flags):
    heard, answered, memory = [], [], []
    for _ in range(rounds):
        one = Running(command, "--no-log", "--polyphony", "--timescale", "1e-6", *flags)
        heard.append(one.wait_until_heard())
        sent = time.perf_counter()
        one.send(0.1, 0.2, 0.3)
        one.out.settimeout(5)
        one.out.recv(4096)
        answered.append(time.perf_counter() - sent)
        memory.append(one.resident())
        one.end()
    return heard, answered, memory


def measure_idle(command, flags, seconds=10):
    one = Running(command, "--no-log", *flags)
    one.wait_until_heard()
    one.send(0.1, 0.2, 0.3)
    time.sleep(1)
    one.door.sendto(message("/imps/pause", 1.0), ("127.0.0.1", one.port))
    time.sleep(0.5)
    before = one.processor_seconds()
    time.sleep(seconds)
    used = one.processor_seconds() - before
    one.end()
    return used / seconds


@contextlib.contextmanager
def busy_cores():
    """Every core kept busy by others."""
    others = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(os.cpu_count())]
    try:
        yield
    finally:
        for one in others:
            one.kill()
            one.wait()


def measure_stage(command, model, seconds):
    out = subprocess.run([*command, "bench", "stage", "--json", "--seconds", str(seconds), "--model", model], check=True,
                         capture_output=True, text=True).stdout
    return json.loads(out)


def measure_flood(command, flags, folder):
    """RATE messages a second for FLOOD_SECONDS: what the log has of them, and what memory does."""
    one = Running(command, *flags, folder=folder)
    one.wait_until_heard()
    # Every message is different, and so is its row in the log.
    total, batch, sent, memory = RATE * FLOOD_SECONDS, RATE // 1000, 0, []
    head = text("/interface") + text(",fff")
    began = time.perf_counter()
    target = ("127.0.0.1", one.port)
    while sent < total:
        for number in range(sent, min(sent + batch, total)):
            one.door.sendto(head + struct.pack(">fff", number // 1000 / 500, number % 1000 / 1000, 0.5), target)
        sent = min(sent + batch, total)
        if sent % (RATE // 2) == 0:
            memory.append(one.resident())
        ahead = sent / RATE - (time.perf_counter() - began)
        if ahead > 0:
            time.sleep(ahead)
    took = time.perf_counter() - began
    figures = statuses(one.port)
    one.end()
    (log,) = pathlib.Path(folder, "logs").glob("*.log")
    rows = in_order = 0
    for line in log.read_text().splitlines():
        _, source, major, minor, _ = line.split(",")
        if source == "interface":
            in_order += round(float(major) * 500) * 1000 + round(float(minor) * 1000) == rows
            rows += 1
    return {"sent": sent, "rate": sent / took, "rows": rows, "in_order": in_order, "unheard": figures["frames_unheard"],
            "kernel_dropped": figures["kernel_dropped"], "first_mb": memory[len(memory) // 2], "last_mb": memory[-1]}


def measure_predecessor(rounds):
    folder = ROOT / "build" / "peers-stage"
    if not (folder / "bin" / "impsy").exists():
        venv.create(folder, with_pip=True)
        subprocess.run([folder / "bin" / "pip", "-q", "install", "impsy==1.2.1", "tensorflow"], check=True)
    times = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as place:
            port = free_port()
            pathlib.Path(place, "config.toml").write_text(
                'title = "t"\nowner = "t"\ndescription = "t"\nlog_input = false\nlog_predictions = false\nverbose = true\n'
                '[interaction]\nmode = "callresponse"\nthreshold = 0.1\ninput_thru = false\n'
                '[model]\ndimension = 4\nfile = ""\nsize = "s"\nsigmatemp = 0.01\npitemp = 1\ntimescale = 1\n'
                f'[osc]\nserver_ip = "127.0.0.1"\nserver_port = {port}\nclient_ip = "127.0.0.1"\nclient_port = {free_port()}\n')
            began = time.perf_counter()
            process = subprocess.Popen([folder / "bin" / "impsy", "run"], cwd=place, stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL)
            # It answers nothing: it has started when its port is taken.
            while process.poll() is None and f":{port:04X} " not in pathlib.Path("/proc/net/udp").read_text():
                time.sleep(0.01)
            if process.poll() is None:
                times.append(time.perf_counter() - began)
            process.kill()
            process.wait()
    return times


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=str(ROOT / "build" / "release" / "imps"))
    parser.add_argument("--model", help="a model file of dimension 4 (else random weights of size s)")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--predecessor", action="store_true")
    options = parser.parse_args()
    command = [str(pathlib.Path(options.program).resolve())]
    with tempfile.TemporaryDirectory() as place:
        model = pathlib.Path(options.model).resolve() if options.model else pathlib.Path(place, "random.safetensors")
        if not options.model:
            write_model(model, 2, 64)
        measure(options, command, str(model))
    sys.exit(any(held == "NO" for *_, held in ROWS))


def measure(options, command, model):
    flags = [model]
    print(f"{options.model or 'a random model, size s'}, {os.cpu_count()} cores\n")
    print("| what | median (least–most) | promise | held |\n|---|---|---|---|")
    heard, answered, memory = measure_start(command, options.rounds, flags)
    value, figure = spread(heard)
    row("start to first accepted message", figure, "≤ 50 ms", value <= 0.050)
    value, figure = spread(answered)
    row("first message to first prediction", figure, "≤ 60 ms", value <= 0.060)
    value, figure = spread(memory, "MB", 1)
    row("resident memory", figure, "≤ 30 MB", value <= 30)
    with tempfile.TemporaryDirectory() as place:
        stripped = pathlib.Path(place, "imps")
        shutil.copy(command[0], stripped)
        subprocess.run(["strip", stripped], check=True)
        size = stripped.stat().st_size / 2**20
    row("program, stripped", f"{size:.1f} MB", "≤ 12 MB", size <= 12)
    idle = measure_idle(command, flags)
    row("idle, of a core", f"{idle * 100:.2f} %", "≤ 0.5 %", idle <= 0.005)

    calm = measure_stage(command, model, options.seconds)
    trip, late = calm["round_trip"], calm["lateness"]
    row("message in → prediction out, due at once",
        f"median {trip['median_us']} µs, p99 {trip['p99_us']} µs", "≤ 150 µs, ≤ 1 ms",
        trip["median_us"] <= 150 and trip["p99_us"] <= 1000)
    row("lateness, idle machine", f"p99 {late['p99_us']} µs, worst {late['worst_us']} µs", "p99 ≤ 1 ms",
        late["p99_us"] <= 1000)
    with busy_cores():
        busy = measure_stage(command, model, options.seconds)["lateness"]
    row("lateness, every core busy with others", f"p99 {busy['p99_us']} µs, worst {busy['worst_us']} µs", "p99 ≤ 2 ms",
        busy["p99_us"] <= 2000)
    print(f"\n(the performance loop was given: {calm['priority']})\n")

    for name, layers, units in (("s", 2, 64), ("xl", 3, 512)):
        with tempfile.TemporaryDirectory() as place:
            write_model(pathlib.Path(place, "random.safetensors"), layers, units)
            flood = measure_flood(command, ["random.safetensors"], place)
        row(f"{flood['rate']:,.0f} messages/s for {FLOOD_SECONDS} s, model {name}",
            f"{flood['rows']:,} of {flood['sent']:,} rows logged, {flood['in_order']:,} in order; "
            f"{flood['unheard']:,} unheard, {flood['kernel_dropped']:,} dropped by the kernel; "
            f"memory {flood['first_mb']:.1f} → {flood['last_mb']:.1f} MB",
            "every row, in order; memory flat",
            flood["rows"] == flood["in_order"] == flood["sent"] and flood["last_mb"] < flood["first_mb"] + 4)

    if options.predecessor:
        times = measure_predecessor(3)
        if times:
            ours = statistics.median(heard)
            theirs, figure = spread(times, "s", 1)
            row("IMPSY 1.2.1: start to its port being open", figure, f"ours is {theirs / ours:.0f} × sooner", ours < theirs)


if __name__ == "__main__":
    main()
