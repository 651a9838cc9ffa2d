"""What `imps convert` writes is, for the programs it is written for, the network that imps plays:
Keras 3, IMPSY itself, onnxruntime and safetensors, over 40 steps of a carried memory; and what
`imps generate` writes as MIDI is what it writes as CSV.

RTNeural is a C++ library without a package: its JSON is run here as its loader reads it.
"""

import json
import os
import subprocess
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

# dimension, layers, units, mixtures
SIZES = [(2, 1, 7, 5), (2, 2, 32, 5), (9, 3, 33, 5), (9, 2, 1, 3), (4, 2, 64, 5), (129, 1, 20, 2)]
STEPS = 40

# Single precision on both sides, summed in another order and with other approximations of exp.
TOLERANCE = 1e-5


def random_weights(size):
    """As doc/formats/models.md names and shapes them."""
    dimension, layers, units, mixtures = size
    random = np.random.default_rng(sum(size))
    weights = {}

    def put(name, shape, limit):
        weights[name] = random.uniform(-limit, limit, shape).astype(np.float32)

    for i in range(layers):
        put(f"lstm{i}.kernel", (units if i else dimension, 4 * units), (6 / (5 * units)) ** 0.5)
        put(f"lstm{i}.recurrent_kernel", (units, 4 * units), (3 / units) ** 0.5)
        put(f"lstm{i}.bias", (4 * units,), 0.5)
    for name, out in (("mus", mixtures * dimension), ("sigmas", mixtures * dimension), ("pi", mixtures)):
        put(f"mdn.{name}.kernel", (units, out), (6 / units) ** 0.5)
        put(f"mdn.{name}.bias", (out,), 0.5)
    return weights


def convert(program, source, into):
    done = subprocess.run([program, "convert", source, into], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return into


def size_of(weights):
    layers = sum(name.endswith(".recurrent_kernel") for name in weights)
    return (
        weights["lstm0.kernel"].shape[0],
        layers,
        weights["lstm0.recurrent_kernel"].shape[0],
        weights["mdn.pi.bias"].shape[0],
    )


class Case:
    """A model, and what imps itself says of frames made up for it."""

    def __init__(self, program, source, folder):
        self.program, self.source, self.folder = program, source, folder
        self.weights = load_file(convert(program, source, folder / "weights.safetensors"))
        self.size = size_of(self.weights)
        random = np.random.default_rng(1)
        self.frames = random.uniform(0, 1, (STEPS, self.size[0])).round(3)
        said = subprocess.run(
            [program, "predict", source],
            input="\n".join(json.dumps(list(frame)) for frame in self.frames) + "\n",
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert said.returncode == 0, said.stderr
        lines = [json.loads(line) for line in said.stdout.splitlines()]
        self.expected = np.array([x["mus"] + x["sigmas"] + x["logits"] for x in lines])

    def converted(self, ending):
        return convert(self.program, self.source, self.folder / f"model{ending}")

    def check(self, said):
        said = np.array(said, np.float64)
        assert said.shape == self.expected.shape
        error = np.abs(said - self.expected) / np.maximum(1, np.abs(self.expected))
        assert error.max() <= TOLERANCE, error.max()


REAL = [f"musicMDRNN-dim{d}-layers2-units64-mixtures5-scale10" for d in (4, 9)]
CASES = ["x".join(map(str, size)) for size in SIZES] + [f"{name}.h5" for name in REAL] + [f"{REAL[0]}.tflite"]


@pytest.fixture(scope="module", params=CASES)
def case(request, program, tmp_path_factory):
    folder = tmp_path_factory.mktemp("convert")
    if request.param.startswith("music"):
        source = request.getfixturevalue("reference") / "real/models" / request.param
    else:
        source = folder / "made.safetensors"
        save_file(random_weights(tuple(map(int, request.param.split("x")))), source)
    return Case(program, source, folder)


def zeros(case):
    return [np.zeros((1, case.size[2]), np.float32) for _ in range(2 * case.size[1])]


def state_names(case):
    return [f"state_{n}_{i}" for i in range(case.size[1]) for n in "hc"]


def test_safetensors_reads_the_weights_and_the_card(case):
    written = case.converted(".safetensors")
    again = load_file(written)
    assert {k: v.shape for k, v in again.items()} == {k: v.shape for k, v in case.weights.items()}
    assert all((again[k] == case.weights[k]).all() for k in again)
    with safe_open(written, "np") as file:
        assert case.source.name in file.metadata()["converted from"]


def test_keras_plays_what_imps_plays(case):
    import keras
    import keras_mdn_layer

    model = keras.models.load_model(
        case.converted(".keras"), custom_objects={"MDN": keras_mdn_layer.MDN}
    )
    states, said = zeros(case), []
    for frame in case.frames:
        x = (frame * 10).astype(np.float32).reshape(1, 1, -1)
        out = [np.asarray(o) for o in model([x] + states)]
        states = out[1:]
        said.append(out[0][0])
    case.check(said)


def test_impsy_plays_what_imps_plays(case, monkeypatch):
    from impsy import mdrnn

    dimension, layers, units, mixtures = case.size
    path = case.folder / (mdrnn.mdrnn_model_name(dimension, layers, units, mixtures) + ".keras")
    convert(case.program, case.source, path)
    network = mdrnn.KerasMDRNN(path, dimension, units, mixtures, layers)
    said = []

    def sample(parameters, *arguments, **more):
        said.append(np.array(parameters))
        return np.zeros(dimension)

    monkeypatch.setattr(mdrnn.mdn, "sample_from_output", sample)
    for frame in case.frames:
        network.generate(frame.astype(np.float32))
    case.check(said)


def test_onnxruntime_plays_what_imps_plays(case):
    import onnx
    import onnxruntime

    path = case.converted(".onnx")
    onnx.checker.check_model(onnx.load(path), full_check=True)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    names = state_names(case)
    assert [i.name for i in session.get_inputs()] == ["inputs"] + names
    outputs = ["mus", "sigmas", "logits"] + [f"new_{name}" for name in names]
    assert [o.name for o in session.get_outputs()] == outputs
    dimension, _, _, mixtures = case.size
    states, said = zeros(case), []
    for frame in case.frames:
        x = (frame * 10).astype(np.float32).reshape(1, 1, -1)
        out = session.run(outputs, {"inputs": x} | dict(zip(names, states)))
        assert out[0].shape == out[1].shape == (1, mixtures, dimension)
        states = out[3:]
        said.append(np.concatenate([o.ravel() for o in out[:3]]))
    case.check(said)


def test_rtneurals_json_is_what_imps_plays(case):
    model = json.loads(case.converted(".json").read_text())
    assert model["in_shape"][-1] == case.size[0]
    layers = [[np.array(w) for w in layer["weights"]] for layer in model["layers"]]
    assert [layer["type"] for layer in model["layers"]] == ["lstm"] * case.size[1] + ["dense"]
    sigmoid = lambda z: 1 / (1 + np.exp(-z))
    units, many = case.size[2], case.size[3] * case.size[0]
    states = [(np.zeros(units), np.zeros(units)) for _ in layers[:-1]]
    said = []
    for frame in case.frames:
        x = frame * 10
        for i, (kernel, recurrent, bias) in enumerate(layers[:-1]):
            h, c = states[i]
            gate_i, gate_f, new, gate_o = np.split(x @ kernel + h @ recurrent + bias, 4)
            c = sigmoid(gate_f) * c + sigmoid(gate_i) * np.tanh(new)
            x = sigmoid(gate_o) * np.tanh(c)
            states[i] = (x, c)
        y = x @ layers[-1][0] + layers[-1][1]
        z = y[many : 2 * many]
        y[many : 2 * many] = np.where(z > 0, z, np.expm1(np.minimum(z, 0))) + 1 + 1e-7
        said.append(y)
    case.check(said)


def test_mido_hears_what_imps_generates(program, tmp_path):
    import mido

    play = [program, "generate", "-d", "4", "--seed", "3", "--sigmatemp", "0.5", "--seconds", "300"]
    csv = subprocess.run(play, capture_output=True, text=True, timeout=60, check=True).stdout
    rows = np.array([list(map(float, line.split(","))) for line in csv.splitlines()[1:]])
    due = np.cumsum(rows[:, 0])
    for notes in (False, True):
        path = tmp_path / f"{notes}.mid"
        subprocess.run(
            play + ["--output", path] + ["--notes"] * notes, timeout=60, check=True, capture_output=True
        )
        file = mido.MidiFile(path)
        assert file.type == 0 and len(file.tracks) == 1
        heard, at, sounding = [], 0.0, None
        for message in file:  # with times in seconds
            at += message.time
            if message.type == "note_on":
                assert sounding is None
                sounding = message.note
                heard.append((at, 1, message.note))
            elif message.type == "note_off":
                assert message.note == sounding
                sounding = None
            elif message.type == "control_change":
                assert message.channel == 0
                heard.append((at, message.control, message.value))
        assert sounding is None
        values = np.floor(rows[:, 1:] * 127 + 0.5).astype(int)
        expected, last = [], [None] * 3
        for t, row in zip(due, values):
            for k, value in enumerate(row):
                if value != last[k] or (notes and k == 0):
                    expected.append((t, k + 1, value))
                last[k] = value
        assert [h[1:] for h in heard] == [e[1:] for e in expected]
        assert max(abs(h[0] - e[0]) for h, e in zip(heard, expected)) <= 11e-6
