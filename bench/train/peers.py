"""IMPSY 1.2.1 and TensorFlow from PyPI, in an environment under build/, for the programs here."""
import os
import pathlib
import subprocess
import sys
import venv

ROOT = pathlib.Path(__file__).resolve().parents[2]
IMPS = pathlib.Path(os.environ.get("IMPS", ROOT / "build" / "release" / "imps"))
PEERS = ROOT / "build" / "peers-train"


def python_with_impsy():
    """The environment's Python; made on first use (2 GB)."""
    python = PEERS / "bin" / "python"
    if not python.exists():
        print(f"making {PEERS}", file=sys.stderr)
        venv.create(PEERS, with_pip=True)
        subprocess.run([python, "-m", "pip", "-q", "install", "impsy==1.2.1"], check=True)
    return python


def run_impsy(dataset, size, epochs, patience, folder):
    """IMPSY's own training: when its first epoch began, and (val_loss, train_loss, seconds since
    start) for every epoch. It leaves its best weights in folder/best.weights.h5."""
    script = f"""
import sys, time
start = time.perf_counter()
import keras
from impsy.train import train_mdrnn
class Watch(keras.callbacks.Callback):
    def on_train_begin(self, logs=None):
        print("begin", time.perf_counter() - start, file=sys.stderr, flush=True)
    def on_epoch_end(self, epoch, logs=None):
        print("epoch", logs["val_loss"], logs["loss"], time.perf_counter() - start,
              file=sys.stderr, flush=True)
train_mdrnn(None, {str(dataset)!r}, {size!r}, {patience > 0}, {max(patience, 1)}, {epochs}, 64,
            save_location={str(folder)!r}, save_model=False, save_tflite=False,
            callbacks=[Watch(), keras.callbacks.ModelCheckpoint(
                {str(folder)!r} + "/best.weights.h5", monitor="val_loss", save_best_only=True,
                save_weights_only=True)])
"""
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}
    done = subprocess.run([python_with_impsy(), "-c", script], capture_output=True, text=True,
                          env=environment, check=True)
    begin, rows = 0.0, []
    for line in done.stderr.splitlines():
        word, *numbers = line.split()[:4] if line.split() else [""]
        if word == "begin":
            begin = float(numbers[0])
        elif word == "epoch":
            rows.append(tuple(map(float, numbers)))
    return begin, rows
