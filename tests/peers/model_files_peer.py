"""Model files of every form, written by Keras 3, Keras 2 and TensorFlow's converter, hold for imps
exactly the weights that were put into them; and safetensors reads what imps writes.

imps-dump-model is built with the tests, beside imps. By hand:
    IMPS_PROGRAM=build/debug/imps python -m pytest -c tests/peers/pytest.ini \\
        tests/peers/model_files_peer.py
"""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

# dimension, layers, units, mixtures: with every pair of sizes that could be taken for each other.
SIZES = [
    "8x1x8x5",  # units are the dimension
    "4x2x20x5",  # units are what mus gives
    "3x3x9x3",  # everything gives nine
    "5x4x5x1",  # everything gives five
    "129x2x32x16",
]


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """A folder of models; made once, by two processes, as it takes a minute or so."""
    folder = tmp_path_factory.mktemp("models")
    script = Path(__file__).with_name("make_models.py")
    makers = [
        subprocess.Popen(
            [sys.executable, script, folder, *sizes], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        for sizes in (SIZES[::2], SIZES[1::2])
    ]
    for maker in makers:
        _, told = maker.communicate(timeout=1500)
        assert maker.returncode == 0, told[-4000:]
    return folder


def largest_error(read: dict, written: dict) -> float:
    """Relative to the largest weight of each tensor, which is what a scale is made from."""
    assert set(read) == set(written)
    worst = 0.0
    for name, tensor in written.items():
        assert read[name].shape == tensor.shape, name
        worst = max(worst, float(np.abs(read[name] - tensor).max() / np.abs(tensor).max()))
    return worst


def test_imps_reads_exactly_the_weights_that_keras_wrote(program, made):
    files = sorted(f for f in made.iterdir() if f.suffix != ".safetensors")
    assert len(files) >= 100
    dump = program.with_name("imps-dump-model")
    done = subprocess.run([dump, *files], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout
    for file in files:
        size = "-".join(file.name.split("-")[:4]).split(".")[0]
        error = largest_error(
            load_file(f"{file}.safetensors"), load_file(made / f"{size}.safetensors")
        )
        # Half a step of 127 for int8, half a unit of 11 bits for float16; else bit for bit.
        allowed = 0.5 / 127 * 1.01 if "int8" in file.name else 2**-11 if "float16" in file.name else 0
        assert error <= allowed, file.name
