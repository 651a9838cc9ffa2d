"""jsonschema reads the schema that editors check a configuration by, and agrees with imps."""

import importlib.util
import json
import subprocess
import tomllib
from pathlib import Path

import jsonschema
import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def validator(program):
    text = subprocess.run([program, "help", "--schema"], check=True, capture_output=True).stdout
    schema = json.loads(text)
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema)


def samples():
    """Our set-ups, the kept files of the fuzz target that are meant to be whole, and IMPSY's own."""
    yield from sorted((ROOT / "configs").glob("*.toml"))
    for name in ("every-key", "impsy-whole"):
        yield ROOT / f"fuzz/corpus/config/{name}.toml"
    impsy = importlib.util.find_spec("impsy")
    if impsy is not None:
        yield from sorted(Path(impsy.origin).parent.rglob("*.toml"))


@pytest.mark.parametrize("path", samples(), ids=lambda path: path.name)
def test_sample_configurations_are_valid(validator, path):
    config = tomllib.loads(path.read_text(encoding="utf-8"))
    assert [error.message for error in validator.iter_errors(config)] == []


@pytest.mark.parametrize(
    "text",
    [
        "log = true",
        "[log]\nquota = '500 MB'",
        "[log]\nquota = 20000",
        "[interaction]\nmode = 'Call-Response'",
        "[interaction]\nbindings = ['note 1 36: pause', 'control_change 1 20: sigmatemp 0 0.5']",
        "[interaction]\nbindings = ['pitch_bend 1: timescale 0.5 2', 'channel_pressure 3:mute']",
        "[interaction]\nbindings = ['nrpn 1 300: pitemp 0.5 2', 'poly_pressure 1 30: mark a b']",
        "[osc]\nlisten = 6000",
        "[osc]\nserver_ip = 'localhost'\nserver_port = 6000",
        "[midi]\nin_device = 'X-TOUCH'\ninput = [['note_on', 1], 'control_change 1 7 127 0']",
        "[midi]\ninput.'A' = ['none', 'nrpn 1 300']\nthru_matrix.'A' = ['B']",
        "[webui]\nport = 4000",
        "[midi]\nin_device = 'A'\nout_device = 'B'\nthru_matrix = ['B']",
        "[midi]\ninput = [['control_change', 1.0, 7, 64]]",
        "[midi]\ninput = ['note_on 1 100 length 1e-1 curve 2', ['control_change', 1, 7, 'curve', 2]]",
        "[route]\ninput = [2, '3 1 0', 'hold 5e-1', 'hold']",
        "[serial]\nport = 'usb:0d28:0204'",
        "[serial]\nport = '/dev/ttyACM0'",
    ],
)
def test_what_imps_takes_is_valid(validator, program, tmp_path, text):
    assert checks(program, tmp_path, text) == 0
    assert list(validator.iter_errors(tomllib.loads(text))) == []


@pytest.mark.parametrize(
    "text",
    [
        "title = 1",
        "verbose = 1",
        "log = 1",
        "[interaction]\nthreshold = -1",
        "[interaction]\nmode = 'polyfony'",
        "[interaction]\nbindings = ['pause']",
        "[interaction]\nbindings = ['mote 1 36: pause']",
        "[interaction]\nseed = -1",
        "[model]\ndimension = 1",
        "[model]\npitemp = 0",
        "[model]\ntimescale = 1001",
        "[model]\nsize = 'huge'",
        "[osc]\ninput_address = 'interface'",
        "[osc]\ninput_address = '/a*'",
        "[osc]\nclient_port = 70000",
        "[osc]\noutputs = 'localhost:5000'",
        "[midi]\ninput = ['control_chance 1 7']",
        "[midi]\ninput = [[1, 'note_on']]",
        "[midi]\nin_device = 4",
        "[midi]\nthru_matrix = [4]",
        "[serial]\nport = 'usb:zz:1'",
        "[log]\nquota = '500 apples'",
        "[log]\nquota = 500",
    ],
)
def test_what_imps_refuses_is_not_valid(validator, program, tmp_path, text):
    assert checks(program, tmp_path, text) != 0
    assert list(validator.iter_errors(tomllib.loads(text))) != []


def test_a_mistyped_key_is_not_valid(validator):
    assert list(validator.iter_errors({"interaction": {"treshold": 1}})) != []
    assert list(validator.iter_errors({"interactions": {}})) != []


def checks(program, folder, text):
    """The status of `imps run --check` for this file."""
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return subprocess.run(
        [program, "run", path, "--check"], cwd=folder, capture_output=True, timeout=60
    ).returncode
