#!/usr/bin/env python3
"""Training from disk: a dataset larger than memory should be, and what training on it takes.

    ./play --version
    bench/train/large.py [--rows 100000000] [--dimension 9] [--size s] [--for 60s] [--keep FILE]

Writes a dataset of made-up walks (a million rows, over and over, each time with other levels) as
doc/formats/dataset.md describes, trains on it for a while, and prints the most memory that any of
the programs had in use at a time, and how fast it went. 100,000,000 rows of dimension 9 are 3.6 GB.
"""
import argparse
import array
import json
import os
import pathlib
import random
import resource
import struct
import subprocess
import tempfile
import time
import zipfile

from peers import IMPS

BLOCK = 1_000_000
TAKE = 10_000


def npy_header(dtype, shape):
    text = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}"
    text += " " * (-(len(text) + 11) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode()


def walk(rows, dimension):
    """Rows of (dt, x_1 …): controls that wander and turn back at the ends."""
    chance = random.Random(1)
    place, speed = [0.5] * (dimension - 1), [0.0] * (dimension - 1)
    values = array.array("f")
    for _ in range(rows):
        moved = int(chance.random() * (dimension - 1))
        speed[moved] = 0.7 * speed[moved] + 0.1 * (chance.random() - 0.5)
        place[moved] = min(1.0, max(0.0, place[moved] + speed[moved]))
        values.append(0.01 + 0.03 * chance.random())
        values.extend(place)
    return values


def write(path, rows, dimension):
    block = walk(min(BLOCK, rows), dimension)
    with zipfile.ZipFile(path, "w", allowZip64=True) as archive:
        with archive.open("values.npy", "w", force_zip64=True) as member:
            member.write(npy_header("<f4", (rows, dimension)))
            for first in range(0, rows, BLOCK):
                for k in range(0, len(block), dimension):  # no two blocks are the same
                    block[k] = block[k] * 0.999 + 0.00002
                member.write(block[:min(BLOCK, rows - first) * dimension].tobytes())
        lengths = [TAKE] * (rows // TAKE) + ([rows % TAKE] if rows % TAKE else [])
        archive.writestr("lengths.npy", npy_header("<i8", (len(lengths),)) +
                         array.array("q", lengths).tobytes())


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000_000)
    parser.add_argument("--dimension", type=int, default=9)
    parser.add_argument("--size", default="s")
    parser.add_argument("--for", dest="time", default="60s")
    parser.add_argument("--keep", type=pathlib.Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = arguments.keep or pathlib.Path(folder) / "large.npz"
        if not path.exists():
            write(path, arguments.rows, arguments.dimension)
        began = time.perf_counter()
        done = subprocess.run(
            [IMPS, "train", path, "--json", "--size", arguments.size, "--for", arguments.time,
             "--models", folder, "--checkpoints", folder], capture_output=True, text=True)
        seconds = time.perf_counter() - began
        size = os.path.getsize(path)
    if done.returncode != 0:
        raise SystemExit(f"imps train failed: {done.stdout[-500:]} {done.stderr}")
    end = json.loads(done.stdout.splitlines()[-1])
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"| rows | file | most memory | frames learnt from | frames a second | validation NLL |")
    print(f"|---|---|---|---|---|---|")
    print(f"| {arguments.rows:,} × {arguments.dimension} | {size / 1e9:.1f} GB | {most:.0f} MB "
          f"| {end['frames']:,} | {end['frames'] / end['seconds']:,.0f} | {end['val_nll']:.2f} |")
    print(f"\n{seconds:.0f} s in all, {end['seconds']:.0f} s of training")


if __name__ == "__main__":
    main()
