#!/usr/bin/env python3
"""What each idea of the recipe is worth: the default with one thing changed, over several seeds.

    ./play --version
    bench/train/ideas.py DATASET.npz [--size s] [--seeds 0,1,2] [--idea 'no dither: dither=0' …]

Prints the mean and the spread of the best validation NLL (nats a frame, in IMPSY's windows) and of
the time that the run took. An idea is FIELD=VALUE of the recipe, several separated by spaces; see
doc/training.md.
"""
import argparse
import json
import statistics
import subprocess
import tempfile

from peers import IMPS

IDEAS = [
    "as it is:",
    "no mirrored or moved controls: mirror=0 shift=0",
    "no mirrored controls: mirror=0",
    "no moved controls: shift=0",
    "no dither: dither=0",
    "all dither anew at every frame: dither_anew=1",
    "long rests as they are: long_dt=0",
    "no averaged weights: average_steps=0",
    "clip at 5: clip=5",
    "no clipping: clip=0",
    "Adam's usual beta2: beta2=0.999",
    "dt in the units of the rest: fit_dt=0",
    "no warm-up: warm_up=0",
    "constant rate: schedule=constant",
    "dropout 0.1: dropout=0.1",
    "weight decay 0.01: weight_decay=0.01",
    "windows of 25: steps=25",
    "windows of 100: steps=100",
    "batches of 32: batch=32",
    "batches of 8: batch=8 slice=4",
    "half the rate: rate/2",
    "twice the rate: rate*2",
    "windows at every row, as many batches: windows=every_row",
]


def run(dataset, size, seed, fields):
    with tempfile.TemporaryDirectory() as folder:
        settings = [part for field in fields for part in ("--set", field)]
        done = subprocess.run(
            [IMPS, "train", dataset, "--json", "--size", size, "--seed", str(seed), "--models",
             folder, "--checkpoints", folder, *settings], capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"imps train failed: {done.stdout.splitlines()[-1:]} {done.stderr}")
    messages = [json.loads(line) for line in done.stdout.splitlines()]
    return messages[0]["recipe"], messages[-1]


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset")
    parser.add_argument("--size", default="s")
    parser.add_argument("--seeds", default="0,1,2")
    parser.add_argument("--idea", action="append")
    arguments = parser.parse_args()
    print("| idea | best validation NLL | spread | seconds |")
    print("|---|---|---|---|", flush=True)
    usual, batches = None, None
    for idea in arguments.idea or IDEAS:
        name, _, text = idea.partition(":")
        fields = text.split()
        if usual and fields and fields[0].startswith("rate") and "=" not in fields[0]:
            factor = {"/2": 0.5, "*2": 2}[fields[0][4:]]
            fields = [f"rate={usual['rate'] * factor}"]
        if batches and "windows=every_row" in fields:
            fields += [f"most_batches={batches}"]
        runs = [run(arguments.dataset, arguments.size, seed, fields)
                for seed in arguments.seeds.split(",")]
        if not fields:
            usual, batches = runs[0][0], runs[0][1]["batches"]
        best = [done["val_nll"] for _, done in runs]
        seconds = [done["seconds"] for _, done in runs]
        print(f"| {name} | {statistics.mean(best):.3f} | {max(best) - min(best):.3f} | "
              f"{statistics.mean(seconds):.1f} |", flush=True)


if __name__ == "__main__":
    main()
