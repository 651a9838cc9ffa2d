"""A page that is opened to the network: a link with a token, for those who have it. Stdlib only."""

import http.client
import ipaddress
import json
import os
import re
import selectors
import signal
import socket
import ssl
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from certificate import make_certificate

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("IMPS_PROGRAM", ROOT / "build/release/imps")).resolve()
PATIENCE = 20.0  # seconds, for what takes a fraction of one
LINK = re.compile(rb"page on https?://(\S+):(\d+)/\?token=([0-9a-f]{32})\n")


class SharedTest(unittest.TestCase):
    arguments = ()

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="imps-share-")
        self.addCleanup(folder.cleanup)
        self.prepare(Path(folder.name))
        self.process = subprocess.Popen(
            [PROGRAM, "run", "--share", "--webport", "0", "--serverport", "0", "--no-log", "-d", "4", *self.arguments],
            cwd=folder.name, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.addCleanup(self.end)
        host, port, token = self.link()
        self.host, self.port, self.token = host.decode(), int(port), token.decode()

    def prepare(self, folder):
        pass

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

    def own_address(self):
        try:
            ipaddress.ip_address(self.host)
        except ValueError:
            self.skipTest("this machine has no address in a network")

    def ask(self, path, host=None, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request("GET", path, headers={"Host": host or f"localhost:{self.port}", **headers})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()


class Shared(SharedTest):
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

    def test_leaves_room_for_this_machine_however_many_others_come(self):
        self.own_address()
        others = [socket.create_connection((self.host, self.port), PATIENCE) for _ in range(200)]
        try:
            # Those whom there is no room for are sent away at once.
            sent_away = 0
            with selectors.DefaultSelector() as selector:
                for other in others:
                    selector.register(other, selectors.EVENT_READ)
                deadline = time.monotonic() + PATIENCE
                while sent_away < 8 and time.monotonic() < deadline:
                    for key, _ in selector.select(0.1):
                        sent_away += 1
                        selector.unregister(key.fileobj)
            self.assertEqual(sent_away, 8)
            self.assertEqual(self.ask("/api/v1/state")[0], 200)
        finally:
            for other in others:
                other.close()


class SharedOverHttps(SharedTest):
    arguments = ("--certificate", "stage.pem")

    def prepare(self, folder):
        self.certificate = make_certificate(folder)

    def get(self, address, scheme, path):
        """From this machine, by an address of it. What is answered and its headers."""
        if scheme == "https":
            context = ssl.create_default_context(cafile=self.certificate)
            context.check_hostname = False
            connection = http.client.HTTPSConnection(address, self.port, timeout=PATIENCE, context=context)
        else:
            connection = http.client.HTTPConnection(address, self.port, timeout=PATIENCE)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            return answer.status, answer.headers
        finally:
            connection.close()

    def test_leaves_a_cookie_that_goes_encrypted_only(self):
        status, headers = self.get("127.0.0.1", "https", f"/?token={self.token}")
        self.assertEqual(status, 200)
        self.assertIn("; Secure", headers["Set-Cookie"])

    def test_sends_others_who_ask_in_clear_to_https(self):
        self.own_address()
        status, headers = self.get(self.host, "http", f"/?token={self.token}")
        self.assertEqual(status, 307)
        self.assertEqual(headers["Location"], f"https://{self.host}:{self.port}/?token={self.token}")
        self.assertNotIn("Set-Cookie", headers)
        self.assertEqual(self.get(self.host, "https", "/api/v1/state")[0], 401)
        self.assertEqual(self.get(self.host, "https", f"/api/v1/state?token={self.token}")[0], 200)
        self.assertEqual(self.get("127.0.0.1", "http", "/api/v1/state")[0], 200)


if __name__ == "__main__":
    unittest.main()
