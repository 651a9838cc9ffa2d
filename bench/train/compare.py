#!/usr/bin/env python3
"""Training, imps and IMPSY 1.2.1 side by side, one table.

    ./play --version
    bench/train/compare.py epoch DATASET.npz [--sizes xs,s,m] [--rounds 3]
    bench/train/compare.py best DATASET.npz [--sizes xs,s,m] [--seeds 0,1,2] [--stand-in]

epoch: the same recipe (IMPSY's), the same windows, validation included: seconds an epoch; the first
epoch of a run, in which TensorFlow compiles, is left out.

best: how long from the start of the program until a validation NLL as good as IMPSY's best is
reached, with imps's own recipe, what it ends with, and what the held-out frames cost each model in
bits ("imps evaluate"). IMPSY's runs take minutes each, so what they gave is kept under
build/peers-train/ and used again; --again makes them anew. With --stand-in its recipe is run by imps
("--recipe impsy", from other first weights), which is quicker, and its time is left open.
"""
import argparse
import json
import math
import pathlib
import statistics
import subprocess
import tempfile
import time

from peers import IMPS, PEERS, run_impsy


def imps(dataset, folder, *arguments):
    """The messages of one training run, each with the seconds since the program was started."""
    start = time.perf_counter()
    process = subprocess.Popen(
        [IMPS, "train", dataset, "--json", "--models", folder, "--checkpoints", folder, *arguments],
        stdout=subprocess.PIPE, text=True)
    messages = [(time.perf_counter() - start, json.loads(line)) for line in process.stdout]
    if process.wait() != 0:
        raise SystemExit(f"imps train failed: {messages[-1:]}")
    return messages


def bits(model, dataset):
    """What the held-out frames cost under `model`, in bits a frame."""
    done = subprocess.run(
        [IMPS, "evaluate", model, "--data", dataset, "--split", "validation", "--frames", "100", "--json"],
        capture_output=True, text=True, check=True)
    return json.loads(done.stdout)["models"][0]["score"]["bits"]


def seconds_an_epoch_imps(dataset, size, epochs):
    with tempfile.TemporaryDirectory() as folder:
        messages = imps(dataset, folder, "--recipe", "impsy", "--no-early-stopping", "--size", size,
                        "--epochs", str(epochs))
    ends = [m["seconds"] for _, m in messages if m["event"] == "epoch"]
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


def impsy_best(arguments, size):
    """IMPSY's best validation NLL, after how many seconds, and its bits."""
    name = f"{pathlib.Path(arguments.dataset).stem}-{size}" + "-stand-in" * arguments.stand_in
    folder = PEERS / "results" / name
    kept = folder / "best.json"
    if arguments.again or not kept.exists():
        folder.mkdir(parents=True, exist_ok=True)
        if arguments.stand_in:
            done = imps(arguments.dataset, folder, "--recipe", "impsy", "--size", size)[-1][1]
            best = {"nll": done["val_nll"], "epoch": done["epoch"],
                    "bits": bits(done["model"], arguments.dataset)}
        else:
            _, rows = run_impsy(arguments.dataset, size, 100, 10, folder)
            nll, _, seconds = min(rows)
            best = {"nll": nll, "epoch": rows.index(min(rows)) + 1, "seconds": seconds,
                    "bits": bits(folder / "best.weights.h5", arguments.dataset)}
        kept.write_text(json.dumps(best))
    best = json.loads(kept.read_text())
    return best["nll"], best.get("seconds", math.nan), best["bits"]


def best(arguments):
    print("| size | IMPSY: best NLL | after | bits | imps reaches it after | times sooner | "
          "imps: best NLL | mean | bits, mean | after |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for size in arguments.sizes.split(","):
        target, theirs, their_bits = impsy_best(arguments, size)
        reached, nlls, costs, ends = [], [], [], []
        for seed in arguments.seeds.split(","):
            with tempfile.TemporaryDirectory() as folder:
                messages = imps(arguments.dataset, folder, "--size", size, "--seed", seed)
                costs.append(bits(messages[-1][1]["model"], arguments.dataset))
            judged = [(at, m["val_nll"]) for at, m in messages if "best_val_nll" in m]
            reached.append(next((at for at, nll in judged if nll <= target), math.inf))
            nlls.append(messages[-1][1]["val_nll"])
            ends.append(messages[-1][0])
        print(f"| {size} | {target:.3f} | {theirs:.0f} s | {their_bits:.2f} "
              f"| {', '.join(f'{r:.2f}' for r in reached)} s "
              f"| {theirs / statistics.median(reached):.0f} "
              f"| {', '.join(f'{nll:.3f}' for nll in nlls)} | {statistics.mean(nlls):.3f} "
              f"| {statistics.mean(costs):.2f} | {statistics.median(ends):.1f} s |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["epoch", "best"])
    parser.add_argument("dataset")
    parser.add_argument("--sizes", default="xs,s,m")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seeds", default="0,1,2")
    parser.add_argument("--stand-in", action="store_true")
    parser.add_argument("--again", action="store_true")
    arguments = parser.parse_args()
    {"epoch": epoch, "best": best}[arguments.what](arguments)


if __name__ == "__main__":
    main()
