"""A certificate that nobody vouches for, made by openssl. Stdlib only."""

import subprocess
from pathlib import Path


def make_certificate(folder):
    """Certificate and key in one file."""
    made = Path(folder) / "stage.pem"
    key = Path(folder) / "stage.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
         "-keyout", key, "-out", made], check=True, capture_output=True)
    made.write_text(made.read_text() + key.read_text())
    return made
