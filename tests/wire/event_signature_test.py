"""Signed events by programs that share nothing: the engine, Python's hmac and openssl.

Method: the golden bytes of a signed event are signed again by each of them; the first day of the
documentation is published signed and must be answered as it is without signatures; then the same
events come forged, from a stranger with another key and from one without any.
"""

import hashlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import harness
import local_log

KEY = bytes(range(32, 64))
FIRST_DAY = harness.ROOT / "docs" / "examples" / "first_day.jsonl"
FORMAT = harness.ROOT / "docs" / "formats" / "events.md"
PLATFORM_SOURCE = 2


def write_key(folder, name, key):
    path = pathlib.Path(folder, name)
    path.write_text(key.hex() + "\n", encoding="ascii")
    path.chmod(0o400)
    return path


def openssl_tag(value, tag_at, key, digest="sha256"):
    message = b"fiscus-event-v1" + value[:tag_at] + bytes(32) + value[tag_at + 32 :]
    done = subprocess.run(
        ["openssl", "dgst", f"-{digest}", "-mac", "HMAC", "-macopt", f"hexkey:{key.hex()}"],
        input=message,
        stdout=subprocess.PIPE,
        check=True,
    )
    return bytes.fromhex(done.stdout.decode().split()[-1])


class EventSignature(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        import fiscus_publisher

        cls.sdk = fiscus_publisher

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.log = self.folder / "log"
        self.secrets = self.folder / "secrets"
        self.secrets.mkdir()

    def publish(self, events, *words, secrets=None):
        file = self.folder / "events.jsonl"
        file.write_text("".join(json.dumps(event) + "\n" for event in events), encoding="utf-8")
        if not self.log.exists():
            harness.program("topics", "apply", "--log", self.log)
        flags = ["--secrets", secrets] if secrets else []
        harness.program("publish", "--log", self.log, "--backdate", file, *flags, *words)

    def values(self):
        partition = self.log / "fiscus.events.v1" / "0"
        return [value for _, _, value in local_log.read_records(partition)]

    def answers(self):
        """(outcome, reason) of each record, from the journal of an engine that has the keys."""
        state = self.folder / "state"
        harness.program(
            "run", "--until-end", "--log", self.log, "--state", state, "--secrets", self.secrets
        )
        dump = harness.program("log", "dump", "--log", self.log, "--topic", "journal", "--json")
        return [
            (entry["outcome"], entry.get("reason")) for entry in harness.json_lines(dump)
            if "outcome" in entry
        ]

    def first_day(self, key=None, algorithm="hmac_sha256"):
        events = harness.json_lines(FIRST_DAY.read_text(encoding="utf-8"))
        for event in events:
            body = event["body"]
            if event["kind"] == "SourceRegistered" and key:
                digest = "sm3" if algorithm == "hmac_sm3" else "sha256"
                body["key_algorithm"] = algorithm
                body["verification_key"] = hashlib.new(
                    digest, b"fiscus-source-key-v1" + key
                ).hexdigest()
        return events

    def tag_at(self, value):
        event = self.sdk.generated("Event").Event.GetRootAs(value)
        self.assertEqual(event.SignatureLength(), 36)
        return value.index(bytes(event.Signature(i) for i in range(36))) + 4

    def test_three_programs_sign_the_golden_bytes_alike(self):
        golden = harness.GOLDEN / "signed"
        event = json.loads((golden / "VoucherClaimed.json").read_text(encoding="utf-8"))
        write_key(self.secrets, "source-7-2-1.key", KEY)
        unsigned = dict(event)
        del unsigned["signature"]
        self.publish([unsigned], secrets=self.secrets)
        (value,) = self.values()
        if os.environ.get("FISCUS_GOLDEN_WRITE") and not (golden / "VoucherClaimed.bin").exists():
            (golden / "VoucherClaimed.bin").write_bytes(value)
        self.assertEqual(value, (golden / "VoucherClaimed.bin").read_bytes())
        tag_at = self.tag_at(value)
        self.assertEqual(value[tag_at - 4 : tag_at + 32].hex(), event["signature"])
        self.assertEqual(self.sdk.SourceKey(1, KEY).sign(value, tag_at), value)
        self.assertEqual(self.sdk.sign_again(value, self.sdk.SourceKey(1, KEY)), value)
        self.assertEqual(openssl_tag(value, tag_at, KEY), value[tag_at : tag_at + 32])

    def test_the_worked_example_of_the_documentation_is_right(self):
        commitment = self.sdk.SourceKey(1, KEY).commitment().hex()
        self.assertIn(commitment, FORMAT.read_text(encoding="utf-8"))

    def test_a_signed_day_is_answered_as_an_unsigned_one(self):
        self.publish(self.first_day())
        unsigned = self.answers()
        for algorithm, flags in (("hmac_sha256", []), ("hmac_sm3", ["--sm3"])):
            self.setUp()
            key = hashlib.sha256(algorithm.encode()).digest()
            write_key(self.secrets, f"source-1-{PLATFORM_SOURCE}-1.key", key)
            self.publish(self.first_day(key, algorithm), *flags, secrets=self.secrets)
            self.assertEqual(self.answers(), unsigned, algorithm)
            digest = harness.program("digest", "--state", self.folder / "state").split()[0]
            harness.program(
                "replay", "--log", self.log, "--expect", digest, "--secrets", self.secrets
            )

    def test_strangers_are_refused_and_change_nothing(self):
        write_key(self.secrets, f"source-1-{PLATFORM_SOURCE}-1.key", KEY)
        day = self.first_day(KEY)
        opening = [event for event in day if event["source"] != PLATFORM_SOURCE][:6]
        platform = [event for event in day if event["source"] == PLATFORM_SOURCE]
        self.publish(opening)
        self.publish(platform)
        foreign = self.folder / "foreign"
        foreign.mkdir()
        write_key(foreign, f"source-1-{PLATFORM_SOURCE}-1.key", bytes(32))
        self.publish(platform, secrets=foreign)
        write_key(foreign, f"source-1-{PLATFORM_SOURCE}-2.key", KEY)
        self.publish(platform, secrets=foreign)
        self.publish(platform, secrets=self.secrets)
        answers = self.answers()[len(opening) :]
        count = len(platform)
        refused = [answers[i * count : (i + 1) * count] for i in range(3)]
        self.assertEqual(refused[0], [("refused", "signature_missing")] * count)
        self.assertEqual(refused[1], [("refused", "signature_differs")] * count)
        self.assertEqual(refused[2], [("refused", "signature_key_unknown")] * count)
        heard = answers[3 * count :]
        self.assertEqual(heard[0], ("accepted", None))
        self.assertNotIn(("duplicate", None), heard)

    def test_a_new_key_is_written_for_its_owner_only_and_never_shown(self):
        printed = harness.program(
            "source-key", "--programme", "7", "--source", "2", "--number", "3", "--secrets", self.secrets
        )
        path = self.secrets / "source-7-2-3.key"
        self.assertEqual(path.stat().st_mode & 0o7777, 0o400)
        key = bytes.fromhex(path.read_text(encoding="ascii"))
        self.assertNotIn(key.hex(), printed)
        self.assertEqual(
            json.loads(printed),
            {
                "source": 2,
                "number": 3,
                "key_algorithm": "hmac_sha256",
                "commitment": self.sdk.SourceKey(3, key).commitment().hex(),
            },
        )
        with self.assertRaisesRegex(RuntimeError, "never overwritten"):
            harness.program(
                "source-key", "--programme", "7", "--source", "2", "--number", "3",
                "--secrets", self.secrets,
            )
        self.assertEqual(bytes.fromhex(path.read_text(encoding="ascii")), key)

    def test_a_key_that_others_may_read_signs_nothing(self):
        write_key(self.secrets, f"source-1-{PLATFORM_SOURCE}-1.key", KEY).chmod(0o440)
        with self.assertRaisesRegex(RuntimeError, "others may read or change it"):
            self.publish(self.first_day(KEY), secrets=self.secrets)
        self.assertEqual(list(self.log.glob("**/*.segment")) and self.values(), [])


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as generated:
        harness.generate_python(pathlib.Path(generated))
        unittest.main(argv=sys.argv[:1], verbosity=2)
