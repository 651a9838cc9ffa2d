#!/usr/bin/env python3
"""One step of the network, imps and its peers in turns, one table.

    cmake --preset bench && cmake --build --preset bench --target step_bench
    bench/step/compare.py [--rounds N] [--sizes xxs,xs,…] [--impsy]

Peers come from PyPI into build/peers-step: ONNX Runtime, and with --impsy the predecessor's own
TensorFlow Lite path (impsy and tensorflow, 2 GB). Eigen's LSTM is inside step_bench.
"""
import argparse
import contextlib
import os
import pathlib
import statistics
import subprocess
import sys
import time
import venv

ROOT = pathlib.Path(__file__).resolve().parents[2]
SIZES = {"xxs": (2, 16), "xs": (2, 32), "s": (2, 64), "m": (2, 128), "l": (2, 256), "xl": (3, 512)}
D, M = 9, 5


def in_environment(packages):
    """Runs this script again with a Python that has `packages`."""
    folder = ROOT / "build" / "peers-step"
    python = folder / "bin" / "python"
    if pathlib.Path(sys.prefix).resolve() == folder.resolve():
        return
    if not python.exists():
        print(f"making {folder}", file=sys.stderr)
        venv.create(folder, with_pip=True)
    subprocess.run([python, "-m", "pip", "-q", "install", *packages], check=True)
    os.execv(python, [str(python), *sys.argv])


def weights_of(bench, size, layers, units):
    import numpy as np

    raw = subprocess.run([bench, "--weights", size], check=True, capture_output=True).stdout
    values, at = np.frombuffer(raw, dtype=np.float32), 0

    def take(*shape):
        nonlocal at
        count = int(np.prod(shape))
        at += count
        return values[at - count : at].reshape(shape)

    lstm = []
    for layer in range(layers):
        inputs = D if layer == 0 else units
        lstm.append((take(inputs, 4 * units), take(units, 4 * units), take(4 * units)))
    dense = [(take(units, out), take(out)) for out in (M * D, M * D, M)]
    assert at == values.size
    return lstm, dense


def onnx_session(lstm, dense, units, length):
    """LSTM operators and the head as one product; `length` frames a call."""
    import numpy as np
    import onnx
    import onnxruntime
    from onnx import TensorProto, helper, numpy_helper

    def io(name, *shape):
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)

    def constant(name, array):
        constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))

    def reordered(columns):  # gates i f c o, as Keras has them, to i o f c
        i, f, c, o = np.split(columns, 4, axis=-1)
        return np.concatenate([i, o, f, c], axis=-1)

    nodes, constants, inputs, outputs = [], [], [io("x", length, 1, D)], []
    below = "x"
    for k, (kernel, recurrent, bias) in enumerate(lstm):
        constant(f"W{k}", reordered(kernel).T[None])
        constant(f"R{k}", reordered(recurrent).T[None])
        constant(f"B{k}", np.concatenate([reordered(bias), np.zeros_like(bias)])[None])
        inputs += [io(f"h{k}", 1, 1, units), io(f"c{k}", 1, 1, units)]
        outputs += [io(f"H{k}", 1, 1, units), io(f"C{k}", 1, 1, units)]
        nodes.append(
            helper.make_node(
                "LSTM",
                [below, f"W{k}", f"R{k}", f"B{k}", "", f"h{k}", f"c{k}"],
                [f"Y{k}", f"H{k}", f"C{k}"],
                hidden_size=units,
            )
        )
        nodes.append(helper.make_node("Squeeze", [f"Y{k}", "axis"], [f"y{k}"]))
        below = f"y{k}"
    constant("axis", np.array([1], dtype=np.int64))
    constant("WH", np.concatenate([w for w, _ in dense], axis=1))
    constant("BH", np.concatenate([b for _, b in dense]))
    constant("parts", np.array([M * D, M * D, M], dtype=np.int64))
    constant("offset", np.array([1 + 1e-7], dtype=np.float32))
    flat = helper.make_node("Reshape", [below, "shape"], ["flat"])
    constant("shape", np.array([length, units], dtype=np.int64))
    nodes += [
        flat,
        helper.make_node("Gemm", ["flat", "WH", "BH"], ["z"]),
        helper.make_node("Split", ["z", "parts"], ["mus", "zs", "pi"], axis=1),
        helper.make_node("Elu", ["zs"], ["elu"]),
        helper.make_node("Add", ["elu", "offset"], ["sigmas"]),
        helper.make_node("Concat", ["mus", "sigmas", "pi"], ["out"], axis=1),
    ]
    outputs.append(io("out", length, (2 * D + 1) * M))
    graph = helper.make_graph(nodes, "mdrnn", inputs, outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(model.SerializeToString(), options)


def expect_same_network(lstm, dense, units):
    """One step from zeros by the formulas: what ONNX Runtime answers must be that."""
    import numpy as np

    def sigmoid(z):
        return 1 / (1 + np.exp(-z))

    x = np.linspace(0, 9, D, dtype=np.float32)
    feed, h = {"x": x.reshape(1, 1, D)}, x
    for k, (kernel, _, bias) in enumerate(lstm):
        i, _, c, o = np.split(h @ kernel + bias, 4)
        h = sigmoid(o) * np.tanh(sigmoid(i) * np.tanh(c))
        feed[f"h{k}"] = feed[f"c{k}"] = np.zeros((1, 1, units), dtype=np.float32)
    mus, z, pi = (h @ w + b for w, b in dense)
    sigmas = np.where(z > 0, z + 1, np.exp(z)) + 1e-7
    answer = onnx_session(lstm, dense, units, 1).run(["out"], feed)[0][0]
    assert np.allclose(answer, np.concatenate([mus, sigmas, pi]), rtol=1e-4, atol=1e-5)


def onnx_contender(lstm, dense, units, length):
    """Processor time a frame, in ns. The state goes back through bound buffers, without a copy by Python."""
    import numpy as np
    import onnxruntime

    session = onnx_session(lstm, dense, units, length)
    random = np.random.default_rng(1)

    def value(*shape):
        array = random.random(shape, dtype=np.float32) * (10 if shape[-1] == D else 0)
        return onnxruntime.OrtValue.ortvalue_from_numpy(array)

    x, out = value(length, 1, D), value(length, (2 * D + 1) * M)
    bindings = []
    first = [(value(1, 1, units), value(1, 1, units)) for _ in lstm]
    second = [(value(1, 1, units), value(1, 1, units)) for _ in lstm]
    for old, new in ((first, second), (second, first)):
        binding = session.io_binding()
        binding.bind_ortvalue_input("x", x)
        binding.bind_ortvalue_output("out", out)
        for k in range(len(lstm)):
            binding.bind_ortvalue_input(f"h{k}", old[k][0])
            binding.bind_ortvalue_input(f"c{k}", old[k][1])
            binding.bind_ortvalue_output(f"H{k}", new[k][0])
            binding.bind_ortvalue_output(f"C{k}", new[k][1])
        bindings.append(binding)

    def run(calls):
        begin = time.process_time_ns()
        for k in range(calls):
            session.run_with_iobinding(bindings[k % 2])
        return (time.process_time_ns() - begin) / calls

    def contender():
        run(2)
        calls = max(2, int(3e6 / run(2)))
        return run(calls) / length

    return contender


def impsy_contender(layers, units):
    """The predecessor's way from a frame to a sampled frame, weights at random."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import numpy as np
    from impsy import mdrnn, tflite_converter

    folder = ROOT / "build" / "peers-step"
    file = folder / f"{mdrnn.mdrnn_model_name(D, layers, units, M)}.tflite"
    if not file.exists():
        model = mdrnn.build_mdrnn_model(D, units, M, layers, inference=True)
        with contextlib.redirect_stdout(sys.stderr):
            tflite_converter.model_to_tflite(model, file)
    network = mdrnn.TfliteMDRNN(file, D, units, M, layers)
    network.prepare()
    frame = np.full(D, 0.5, dtype=np.float32)

    def contender():
        calls = 20
        begin = time.process_time_ns()
        for _ in range(calls):
            network.generate(frame)
        return (time.process_time_ns() - begin) / calls

    contender()
    return contender


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=101)
    parser.add_argument("--sizes", default=",".join(SIZES))
    parser.add_argument("--impsy", action="store_true", help="also the predecessor's path")
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / "build/bench/step_bench")
    options = parser.parse_args()
    if not options.program.exists():
        sys.exit(f"{options.program} is not there: build it first (see --help)")
    peers = ["numpy", "onnx", "onnxruntime"] + (["impsy", "tensorflow"] if options.impsy else [])
    in_environment(peers)

    server = subprocess.Popen(
        [options.program, "--serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )

    def served(size, contender):
        def ask():
            server.stdin.write(f"{size} {contender}\n")
            server.stdin.flush()
            return float(server.stdout.readline())

        return ask

    columns = ["imps", "Eigen", "ONNX, 1 frame", "ONNX, 64 frames", "reading"]
    columns += ["impsy"] if options.impsy else []
    print(f"processor time, nanoseconds a frame: medians of {options.rounds} rounds in turns")
    print("(in brackets: imps' time as a share of it)\n")
    print("| size | " + " | ".join(columns) + " | GB/s |")
    print("|---|" + "---|" * (len(columns) + 1))
    for size in options.sizes.split(","):
        layers, units = SIZES[size]
        lstm, dense = weights_of(options.program, size, layers, units)
        expect_same_network(lstm, dense, units)
        contenders = [
            served(size, "imps"),
            served(size, "eigen"),
            onnx_contender(lstm, dense, units, 1),
            onnx_contender(lstm, dense, units, 64),
            served(size, "reading"),
        ]
        if options.impsy:
            contenders.append(impsy_contender(layers, units))
        rounds = [[contender() for contender in contenders] for _ in range(options.rounds)]
        cells = []
        for k in range(len(contenders)):
            median = statistics.median(r[k] for r in rounds)
            ratio = statistics.median(r[0] / r[k] for r in rounds)
            cells.append(f"{median:,.0f}" + (f" ({ratio:.2f})" if k else ""))
        count = sum(a.size for part in lstm + dense for a in part)
        speed = 4 * count / statistics.median(r[0] for r in rounds)
        print(f"| {size} | " + " | ".join(cells) + f" | {speed:.0f} |", flush=True)
    server.stdin.close()
    server.wait()


if __name__ == "__main__":
    main()
