"""What the tests in Python share: generated code, a broker, the program.

FISCUS_KAFKA    HOST:PORT of a broker that nobody else uses; without it one is started here
FISCUS_PROGRAM  the built program
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "schemas" / "golden" / "v1"


def generate_python(folder):
    """Code of flatc for the schemas, importable as fiscus.wire."""
    subprocess.run(
        [
            "flatc",
            "--python",
            "-o",
            folder,
            ROOT / "schemas" / "types.fbs",
            ROOT / "schemas" / "events.fbs",
            ROOT / "schemas" / "journal.fbs",
        ],
        check=True,
    )
    sys.path[:0] = [str(folder), str(ROOT / "schemas" / "sdk" / "python")]


class Broker:
    """The broker of FISCUS_KAFKA, or one of our own with its data in a temporary folder."""

    def __init__(self):
        self.folder = None
        self.address = os.environ.get("FISCUS_KAFKA", "")
        if not self.address:
            self.folder = tempfile.mkdtemp(prefix="fiscus-broker-")
            started = self._script("up", "--port", "0")
            self.address = started.stdout.strip()

    def stop(self):
        if self.folder is not None:
            self._script("down")
            shutil.rmtree(self.folder, ignore_errors=True)

    def _script(self, *words):
        return subprocess.run(
            [ROOT / "scripts" / "kafka", *words, "--dir", self.folder],
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )


def program(*words):
    """What the program prints; its notes go to our own stderr."""
    binary = os.environ.get("FISCUS_PROGRAM")
    if not binary:
        raise RuntimeError("FISCUS_PROGRAM is not set: give the path of the built program")
    done = subprocess.run(
        [binary, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False
    )
    sys.stderr.write(done.stderr)
    if done.returncode != 0:
        raise RuntimeError(
            f"fiscus {' '.join(map(str, words))} ended with {done.returncode}:\n" + done.stderr
        )
    return done.stdout


def json_lines(text):
    return [json.loads(line) for line in text.splitlines() if line.strip()]
