#!/usr/bin/env python3
"""Training, imps and IMPSY 1.2.1 in turns, one table.

    ./play --version
    bench/train/compare.py epoch DATASET.npz [--sizes xs,s,m] [--rounds 3]
    bench/train/compare.py best DATASET.npz [--sizes xs,s] [--best xs=-0.380,s=-0.296] [--seeds 0,1,2]

epoch: the same recipe (IMPSY's), the same windows, validation included: seconds an epoch; the first
epoch of a run, in which TensorFlow compiles, is left out. best: how long from the start of the
program until a validation NLL as good as IMPSY's best is reached, with imps's own recipe. IMPSY's
best and its time come from a run of IMPSY here (minutes), unless --best gives them as
SIZE=NLL or SIZE=NLL@SECONDS.
"""
import argparse
import json
import statistics
import subprocess
import tempfile
import time

from peers import IMPS, run_impsy


def imps(dataset, *arguments):
    """The messages of one training run, each with the seconds since the program was started."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        process = subprocess.Popen(
            [IMPS, "train", dataset, "--json", "--models", folder, "--checkpoints", folder,
             *arguments], stdout=subprocess.PIPE, text=True)
        messages = [(time.perf_counter() - start, json.loads(line)) for line in process.stdout]
        if process.wait() != 0:
            raise SystemExit(f"imps train failed: {messages[-1:]}")
    return messages


def seconds_an_epoch_imps(dataset, size, epochs):
    ends = [m["seconds"] for _, m in
            imps(dataset, "--recipe", "impsy", "--no-early-stopping", "--size", size, "--epochs",
                 str(epochs)) if m["event"] == "epoch"]
    return [after - before for before, after in zip(ends, ends[1:])]


def seconds_an_epoch_impsy(dataset, size, epochs):
    with tempfile.TemporaryDirectory() as folder:
        _, rows = run_impsy(dataset, size, epochs, 0, folder)
    ends = [row[2] for row in rows]
    return [after - before for before, after in zip(ends, ends[1:])]


def epoch(arguments):
    print("| size | IMPSY 1.2.1, s an epoch | imps, s an epoch | times shorter |")
    print("|---|---|---|---|")
    for size in arguments.sizes.split(","):
        ours, theirs = [], []
        for _ in range(arguments.rounds):
            theirs += seconds_an_epoch_impsy(arguments.dataset, size, 3)
            ours += seconds_an_epoch_imps(arguments.dataset, size, 4)
        a, b = statistics.median(theirs), statistics.median(ours)
        print(f"| {size} | {a:.2f} | {b:.3f} | {a / b:.1f} |", flush=True)


def best(arguments):
    known = dict(pair.split("=") for pair in arguments.best.split(",") if pair)
    print("| size | IMPSY: best NLL, after | imps reaches it after | times sooner | imps's best | "
          "after |")
    print("|---|---|---|---|---|---|")
    for size in arguments.sizes.split(","):
        if size in known:
            nll, _, after = known[size].partition("@")
            target, theirs = float(nll), float(after or "nan")
        else:
            with tempfile.TemporaryDirectory() as folder:
                _, rows = run_impsy(arguments.dataset, size, 100, 10, folder)
            target, _, theirs = min(rows)
        reached, bests, ends = [], [], []
        for seed in arguments.seeds.split(","):
            messages = imps(arguments.dataset, "--size", size, "--seed", seed)
            judged = [(at, m["val_nll"]) for at, m in messages if m["event"] == "epoch"]
            reached.append(next((at for at, nll in judged if nll <= target), float("inf")))
            bests.append(messages[-1][1]["val_nll"])
            ends.append(messages[-1][0])
        worst = max(reached)
        print(f"| {size} | {target:.3f}, {theirs:.0f} s | {', '.join(f'{r:.2f}' for r in reached)} s "
              f"| {theirs / worst:.0f} | {', '.join(f'{b:.3f}' for b in bests)} | "
              f"{statistics.median(ends):.1f} s |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["epoch", "best"])
    parser.add_argument("dataset")
    parser.add_argument("--sizes", default="xs,s,m")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--best", default="")
    parser.add_argument("--seeds", default="0,1,2")
    arguments = parser.parse_args()
    {"epoch": epoch, "best": best}[arguments.what](arguments)


if __name__ == "__main__":
    main()
