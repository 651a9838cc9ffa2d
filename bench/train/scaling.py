#!/usr/bin/env python3
"""What a second process brings: frames a second with mpirun -n 1 and -n 2, one thread each.

    ./play --version
    bench/train/scaling.py DATASET.npz [--sizes s,m,xl] [--batches 40] [--rounds 3]
"""
import argparse
import json
import os
import statistics
import subprocess
import tempfile

from peers import IMPS


def seconds(dataset, size, ranks, batches):
    environment = {**os.environ, "OMPI_ALLOW_RUN_AS_ROOT": "1",
                   "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            ["mpirun", "-n", str(ranks), IMPS, "train", dataset, "--recipe", "impsy", "--size", size,
             "--threads", "1", "--set", f"most_batches={batches}", "--json", "--models", folder,
             "--checkpoints", folder], capture_output=True, text=True, env=environment, check=True)
    return json.loads(done.stdout.splitlines()[-1])["seconds"]


def frames_a_second(dataset, size, ranks, batches):
    """From two runs, one three times as long: what is judged at the end is in both."""
    spent = seconds(dataset, size, ranks, 3 * batches) - seconds(dataset, size, ranks, batches)
    return 2 * batches * 64 * 50 / spent


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
            one.append(frames_a_second(arguments.dataset, size, 1, arguments.batches))
            two.append(frames_a_second(arguments.dataset, size, 2, arguments.batches))
        a, b = statistics.median(one), statistics.median(two)
        print(f"| {size} | {a:,.0f} | {b:,.0f} | {100 * b / (2 * a):.0f} % |", flush=True)


if __name__ == "__main__":
    main()
