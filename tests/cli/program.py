"""The built program, run as a user would: FISCUS_PROGRAM names it. No settings of the caller's
environment get through.
"""
import json
import os
import subprocess
import unittest

PROGRAM = os.environ["FISCUS_PROGRAM"]


def fiscus(*arguments, environment=None, timeout=300):
    clean = {name: text for name, text in os.environ.items() if not name.startswith("FISCUS_")}
    clean.update(environment or {})
    return subprocess.run([PROGRAM, *map(str, arguments)], env=clean, timeout=timeout, text=True,
                          capture_output=True, stdin=subprocess.DEVNULL, check=False)


def lines(text):
    return [json.loads(line) for line in text.splitlines()]


class Case(unittest.TestCase):
    def ok(self, *arguments, **options):
        result = fiscus(*arguments, **options)
        self.assertEqual(result.returncode, 0, f"{arguments}\n{result.stderr}")
        return result.stdout

    def fails(self, code, expected, *arguments, **options):
        """The exit code, each expected piece on stderr, nothing on stdout."""
        result = fiscus(*arguments, **options)
        self.assertEqual(result.returncode, code, f"{arguments}\n{result.stderr}")
        self.assertEqual(result.stdout, "")
        self.assertTrue(result.stderr.startswith("fiscus: ") or ":" in result.stderr)
        for piece in expected:
            self.assertIn(piece, result.stderr)
        return result.stderr
