"""The API is described three times: in doc/api.md, in openapi.json, and by what the server answers. They are one.

Stdlib only. imps runs in a folder of its own, with a take and a model that it can be asked for.
"""

import http.client
import json
import os
import re
import selectors
import signal
import socket
import struct
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("IMPS_PROGRAM", ROOT / "build/release/imps")).resolve()
PATIENCE = 20.0  # seconds, for what takes a fraction of one
TAKE = "2026-01-02T03-04-05-4d-mdrnn"
MODEL = "mine.safetensors"
METHODS = ("get", "put", "post", "delete", "patch")


def free_udp_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def tables():
    """(method, path) of every request in the tables of doc/api.md."""
    text = (ROOT / "doc/api.md").read_text(encoding="utf-8")
    first_cells = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    requests = [re.findall(r"`(GET|PUT|POST|DELETE|PATCH) (/[^`?]*)[^`]*`", cell) for cell in first_cells]
    return [(method.lower(), path) for cell in requests for method, path in cell]


def write_model(path, dimension=4, units=8, mixtures=2):
    """A network of zeros, in imps's own format."""
    tensors = {"lstm0.kernel": [dimension, 4 * units], "lstm0.recurrent_kernel": [units, 4 * units],
               "lstm0.bias": [4 * units]}
    for name, out in (("mus", mixtures * dimension), ("sigmas", mixtures * dimension), ("pi", mixtures)):
        tensors |= {f"mdn.{name}.kernel": [units, out], f"mdn.{name}.bias": [out]}
    header, at = {}, 0
    for name, shape in tensors.items():
        size = 4 * shape[0] * (shape[1] if len(shape) > 1 else 1)
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [at, at + size]}
        at += size
    head = json.dumps(header).encode()
    head += b" " * (-len(head) % 8)
    path.write_bytes(struct.pack("<Q", len(head)) + head + bytes(at))


class Imps:
    def __init__(self, folder):
        self.process = subprocess.Popen(
            [PROGRAM, "run", "--webport", "0", "--serverport", "0", "--clientport", str(free_udp_port()), "--no-log",
             "-d", "4"],
            cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        try:
            self.port = int(self.wait_for(rb"page on http://localhost:(\d+)\n"))
        except BaseException:
            self.end()
            raise

    def wait_for(self, pattern):
        told, deadline = b"", time.monotonic() + PATIENCE
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stderr, selectors.EVENT_READ)
            while time.monotonic() < deadline:
                if not selector.select(0.1):
                    continue
                more = os.read(self.process.stderr.fileno(), 65536)
                told += more
                if found := re.search(pattern, told):
                    return found[1]
                if not more:
                    break
        raise AssertionError(f"imps said {told!r}")

    def ask(self, method, path, body=None):
        """Status, type and body, as a client that takes nothing compressed gets them."""
        connection = http.client.HTTPConnection("localhost", self.port, timeout=PATIENCE)
        try:
            connection.request(method.upper(), "/api/v1" + path, body, {"Accept-Encoding": "identity"})
            answer = connection.getresponse()
            return answer.status, answer.getheader("Content-Type"), answer.read()
        finally:
            connection.close()

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(PATIENCE)
        self.process.stderr.close()


class OpenApi(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="imps-openapi-")
        cls.addClassCleanup(folder.cleanup)
        logs, models = Path(folder.name, "logs"), Path(folder.name, "models")
        logs.mkdir()
        models.mkdir()
        (logs / (TAKE + ".log")).write_text(
            "".join(f"2026-01-02T03:04:0{k}.000000,{'interface' if k < 3 else 'rnn'},0.1,0.2,0.{k}\n" for k in range(6)))
        write_model(models / MODEL)
        cls.imps = Imps(folder.name)
        cls.addClassCleanup(cls.imps.end)
        status, kind, body = cls.imps.ask("get", "/openapi.json")
        assert (status, kind) == (200, "application/json"), (status, kind)
        cls.served = body
        cls.api = json.loads(body)

    def resolved(self, one):
        while "$ref" in one:
            place = self.api
            for part in one["$ref"].removeprefix("#/").split("/"):
                place = place[part]
            one = place
        return one

    def assert_is(self, schema, value, where):
        """Types, required keys and, where an object lists its keys, no others."""
        schema = self.resolved(schema)
        types = schema.get("type", [])
        types = [types] if isinstance(types, str) else types
        name = {dict: "object", list: "array", str: "string", bool: "boolean", int: "integer", float: "number",
                type(None): "null"}[type(value)]
        if types:
            self.assertTrue(name in types or (name == "integer" and "number" in types), f"{where}: {name}, not {types}")
        if "enum" in schema:
            self.assertIn(value, schema["enum"], where)
        if name == "object" and "properties" in schema:
            known = schema["properties"]
            self.assertLessEqual(set(schema.get("required", [])), set(value), where)
            self.assertLessEqual(set(value), set(known), where)
            for key, part in value.items():
                self.assert_is(known[key], part, f"{where}.{key}")
        if name == "array" and "items" in schema:
            for part in value:
                self.assert_is(schema["items"], part, where + "[]")

    def test_is_served_as_it_is_written(self):
        self.assertEqual(self.served, (ROOT / "src/web/openapi.json").read_bytes())
        self.assertTrue(self.api["openapi"].startswith("3.1."))

    def test_every_reference_leads_somewhere(self):
        def walk(one):
            if isinstance(one, dict):
                if "$ref" in one:
                    self.resolved(one)
                for part in one.values():
                    walk(part)
            elif isinstance(one, list):
                for part in one:
                    walk(part)
        walk(self.api)

    def test_has_what_the_document_has_and_nothing_else(self):
        documented = tables()
        self.assertEqual(len(documented), len(set(documented)))
        described = {(method, path) for path, item in self.api["paths"].items() for method in item if method in METHODS}
        self.assertEqual(set(documented), described)

    def test_every_part_of_a_path_is_a_parameter(self):
        for path, item in self.api["paths"].items():
            for method, operation in item.items():
                named = {p["name"] for p in operation.get("parameters", []) if p["in"] == "path"}
                self.assertEqual(named, set(re.findall(r"{(\w+)}", path)), f"{method} {path}")

    def test_the_server_answers_as_described(self):
        # Evaluating nothing fails at once, and is a job like any other.
        status, _, body = self.imps.ask("post", "/jobs", json.dumps({"kind": "evaluate", "arguments": ["models/no.keras"]}))
        self.assertEqual(status, 201, body)
        job = json.loads(body)["id"]
        # There while the trash is looked at.
        status, _, body = self.imps.ask("put", "/models/second.safetensors", self.imps.ask("get", "/models/" + MODEL)[2])
        self.assertEqual(status, 201, body)
        self.assertEqual(self.imps.ask("delete", "/models/second.safetensors")[0], 200)
        for path, item in self.api["paths"].items():
            if "get" not in item:
                continue
            with self.subTest(path=path):
                one = {"takes": TAKE, "models": MODEL, "jobs": job}.get(path.split("/")[1], "")
                status, kind, body = self.imps.ask("get", re.sub(r"{\w+}", one, path))
                answers = item["get"]["responses"]
                self.assertIn(str(status), answers, body)
                self.assertEqual(status, 426 if path == "/live" else 200, body)
                content = self.resolved(answers[str(status)])["content"]
                self.assertEqual([kind], list(content))
                if kind == "application/json":
                    value = json.loads(body)
                    self.assert_is(content[kind]["schema"], value, path)
                    if path in ("/takes", "/models", "/jobs", "/trash"):
                        self.assertNotEqual(value, [], "there is one to be looked at")

    def test_what_is_not_there_is_answered_as_described(self):
        for path, item in self.api["paths"].items():
            if "get" in item and "{" in path:
                status, _, body = self.imps.ask("get", re.sub(r"{\w+}", "none", path))
                self.assertIn(str(status), item["get"]["responses"], path)
                self.assert_is(self.api["components"]["schemas"]["Error"], json.loads(body), path)


if __name__ == "__main__":
    unittest.main()
