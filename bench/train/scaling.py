#!/usr/bin/env python3
"""What a second process brings: frames a second with mpirun -n 1 and -n 2, one thread each.

    ./play --version
    bench/train/scaling.py DATASET.npz [--sizes s,m,xl] [--batches 40] [--rounds 3]

Batches of 64 windows of 50 frames. The rounds take turns, so that what else the machine does meets
both; the medians count.
"""
import argparse
import json
import os
import statistics
import subprocess
import tempfile

from peers import IMPS

FRAMES_A_BATCH = 64 * 50


def seconds(launch, dataset, size, batches):
    environment = {**os.environ, "OMPI_ALLOW_RUN_AS_ROOT": "1",
                   "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [*launch, IMPS, "train", dataset, "--recipe", "impsy", "--size", size, "--threads", "1",
             "--set", f"most_batches={batches}", "--json", "--models", folder, "--checkpoints",
             folder], capture_output=True, text=True, env=environment, check=True)
    return json.loads(done.stdout.splitlines()[-1])["seconds"]


def frames_a_second(launch, dataset, size, batches):
    """From two runs, one three times as long: what is judged at the end is in both. `launch`: the
    words before the program's, such as mpirun's."""
    spent = seconds(launch, dataset, size, 3 * batches) - seconds(launch, dataset, size, batches)
    return 2 * batches * FRAMES_A_BATCH / spent


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset")
    parser.add_argument("--sizes", default="s,m,xl")
    parser.add_argument("--batches", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    print("| size | one process, frames a second | two | efficiency |")
    print("|---|---|---|---|")
    for size in arguments.sizes.split(","):
        one, two = [], []
        for _ in range(arguments.rounds):
            for ranks, found in (("1", one), ("2", two)):
                found.append(frames_a_second(["mpirun", "-n", ranks], arguments.dataset, size,
                                             arguments.batches))
        a, b = statistics.median(one), statistics.median(two)
        print(f"| {size} | {a:,.0f} | {b:,.0f} | {100 * b / (2 * a):.0f} % |", flush=True)


if __name__ == "__main__":
    main()
