"""NumPy reads the datasets that imps writes, in both forms, and imps reads what NumPy writes.

By hand:
    IMPS_PROGRAM=build/debug/imps python -m pytest -c tests/peers/pytest.ini tests/peers/dataset_peer.py
"""

import datetime
import json
import subprocess
import zipfile

import numpy as np
import pytest

STEP = datetime.timedelta(milliseconds=125)


def imps(program, folder, *arguments):
    """What `imps ARGUMENTS --json` says."""
    done = subprocess.run(
        [program, *map(str, arguments), "--json"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def write_log(path, rows, controls, start):
    """A log of rows an eighth of a second apart, and the performance that it is."""
    random = np.random.default_rng(rows)
    values = random.random((rows, controls))
    lines = [
        f"{(start + k * STEP).isoformat(timespec='microseconds')},interface,"
        + ",".join(map(repr, map(float, row)))
        for k, row in enumerate(values)
    ]
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(lines) + "\n")
    dt = np.full((rows - 1, 1), STEP.total_seconds())
    return np.hstack([dt, values[1:]]).astype("float32")


@pytest.fixture
def logs(tmp_path):
    """Three logs of dimension 4 in logs/, and their performances."""
    evening = datetime.datetime(2026, 2, 3, 20, 15)
    return [
        write_log(tmp_path / f"logs/{n}-4d-mdrnn.log", rows, 3, evening + n * datetime.timedelta(1))
        for n, rows in enumerate((70, 9000, 2))
    ]


def test_numpy_reads_plain_arrays_without_pickle(program, tmp_path, logs):
    made = imps(program, tmp_path, "dataset")
    with np.load(tmp_path / made["dataset"], allow_pickle=False) as dataset:
        assert dataset["values"].dtype == np.float32
        assert np.array_equal(dataset["values"], np.concatenate(logs))
        assert dataset["lengths"].dtype == np.int64
        assert list(dataset["lengths"]) == [69, 8999, 1]
        assert list(dataset["names"]) == [f"{n}-4d-mdrnn.log" for n in range(3)]


def test_values_can_be_mapped_where_they_lie(program, tmp_path, logs):
    path = tmp_path / imps(program, tmp_path, "dataset")["dataset"]
    with zipfile.ZipFile(path) as file:
        assert file.testzip() is None
        entry = file.getinfo("values.npy")
        assert entry.compress_type == zipfile.ZIP_STORED
    raw = path.read_bytes()
    lengths = raw[entry.header_offset + 26 : entry.header_offset + 30]
    npy = entry.header_offset + 30 + sum(int.from_bytes(lengths[k : k + 2], "little") for k in (0, 2))
    start = npy + 10 + int.from_bytes(raw[npy + 8 : npy + 10], "little")
    assert start % 64 == 0
    values = np.memmap(path, np.float32, "r", start, (9069, 4))
    assert np.array_equal(values, np.concatenate(logs))


def test_numpy_reads_the_form_of_impsy_as_impsy_does(program, tmp_path, logs):
    made = imps(program, tmp_path, "dataset", "--format", "impsy", "-o", "perfs.npz")
    perfs = np.load(tmp_path / made["dataset"], allow_pickle=True)["perfs"]
    assert perfs.dtype == object and perfs.shape == (3,)
    for perf, log in zip(perfs, logs):
        assert perf.dtype == np.float32 and perf.flags.c_contiguous
        assert np.array_equal(perf, log)


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_imps_reads_what_numpy_writes(program, tmp_path, logs, save):
    values = np.concatenate(logs)
    save(tmp_path / "ours.npz", values=values, lengths=np.array([len(log) for log in logs]))
    save(tmp_path / "perfs.npz", perfs=np.array(logs, dtype=object))
    save(tmp_path / "one.npz", perfs=np.array(logs[:1], dtype=object))  # an array of numbers
    for name, takes in (("ours.npz", logs), ("perfs.npz", logs), ("one.npz", logs[:1])):
        said = imps(program, tmp_path, "inspect", name)
        assert [take["rows"] for take in said["take_list"]] == [len(take) for take in takes]
        rows = np.concatenate(takes).astype("float64")
        for column, told in enumerate(said["columns"]):
            assert told["least"] == rows[:, column].min()
            assert told["greatest"] == rows[:, column].max()
            assert told["mean"] == pytest.approx(rows[:, column].mean(), rel=1e-9)
