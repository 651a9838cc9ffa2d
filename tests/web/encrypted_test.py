"""The page over https, with a certificate of one's own: in the browser, and who is let in how."""

import http.client
import json
import ssl
import tempfile
from urllib.parse import urlsplit

from browser import PATIENCE, PageTest, main
from certificate import make_certificate


class Encrypted(PageTest):
    trusts_all = True

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="imps-certificate-")
        cls.addClassCleanup(folder.cleanup)
        cls.certificate = make_certificate(folder.name)
        cls.arguments = ("-d", "3", "--certificate", str(cls.certificate))

    def ask(self, scheme, path, **headers):
        at = urlsplit(self.imps.address)
        if scheme == "https":
            context = ssl.create_default_context(cafile=self.certificate)
            connection = http.client.HTTPSConnection("localhost", at.port, timeout=PATIENCE, context=context)
        else:
            connection = http.client.HTTPConnection("localhost", at.port, timeout=PATIENCE)
        try:
            connection.request("GET", path, headers={"Host": at.netloc, **headers})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def test_plays_over_https_and_lives(self):
        self.assertEqual(urlsplit(self.imps.address).scheme, "https")
        self.assertTrue(self.browser.execute_script("return isSecureContext"))
        # What is played goes there and comes back over wss.
        self.until(lambda: len(self.faders()) == 2, "the faders are there")
        self.drag(self.faders()[0], 0.8)
        self.until(lambda: json.loads(self.ask("https", "/api/v1/state")[1])["counts"]["frames"] > 0, "the frames are heard")
        self.assertEqual(self.faults(), [])

    def test_lets_this_machine_in_both_ways_and_other_sites_in_none(self):
        at = urlsplit(self.imps.address)
        self.assertEqual(self.ask("https", "/api/v1/state")[0], 200)
        self.assertEqual(self.ask("http", "/api/v1/state")[0], 200)
        self.assertEqual(self.ask("https", "/api/v1/state", Origin=f"https://{at.netloc}")[0], 200)
        self.assertEqual(self.ask("https", "/api/v1/state", Origin=f"http://{at.netloc}")[0], 403)
        self.assertEqual(self.ask("https", "/api/v1/state", Origin="https://example.org")[0], 403)


if __name__ == "__main__":
    main()
