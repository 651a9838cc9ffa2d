"""A page that is opened to the network: a link with a token, for those who have it. Stdlib only."""

import http.client
import json
import os
import re
import selectors
import signal
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("IMPS_PROGRAM", ROOT / "build/release/imps")).resolve()
PATIENCE = 20.0  # seconds, for what takes a fraction of one
LINK = re.compile(rb"page on http://(\S+):(\d+)/\?token=([0-9a-f]{32})\n")


class Shared(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="imps-share-")
        self.addCleanup(folder.cleanup)
        self.process = subprocess.Popen(
            [PROGRAM, "run", "--share", "--webport", "0", "--serverport", "0", "--no-log", "-d", "4"],
            cwd=folder.name, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.addCleanup(self.end)
        host, port, token = self.link()
        self.host, self.port, self.token = host.decode(), int(port), token.decode()

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(PATIENCE)
        self.process.stderr.close()

    def link(self):
        told, deadline = b"", time.monotonic() + PATIENCE
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stderr, selectors.EVENT_READ)
            while time.monotonic() < deadline:
                if not selector.select(0.1):
                    continue
                told += os.read(self.process.stderr.fileno(), 65536)
                if found := LINK.search(told):
                    return found.groups()
        raise AssertionError(f"imps said {told!r}")

    def ask(self, path, host=None, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request("GET", path, headers={"Host": host or f"localhost:{self.port}", **headers})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def test_asks_for_the_token_of_its_link(self):
        outside = f"192.0.2.7:{self.port}"
        self.assertEqual(self.ask("/api/v1/state", outside)[0], 401)
        self.assertEqual(self.ask(f"/api/v1/state?token={'0' * 32}", outside)[0], 401)
        self.assertEqual(self.ask(f"/api/v1/state?token={self.token}", outside)[0], 200)
        self.assertEqual(self.ask("/api/v1/state", outside, Authorization=f"Bearer {self.token}")[0], 200)

    def test_shows_its_link_as_a_picture_to_who_is_in(self):
        status, body = self.ask("/api/v1/share")
        self.assertEqual(status, 200)
        share = json.loads(body)
        self.assertEqual(share["links"][0], f"http://{self.host}:{self.port}/?token={self.token}")
        size = len(share["qr"])
        self.assertGreater(size, 20)
        for row in share["qr"]:
            self.assertRegex(row, f"^[01]{{{size}}}$")


if __name__ == "__main__":
    unittest.main()
