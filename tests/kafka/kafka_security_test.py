#!/usr/bin/env python3
"""Against a broker that takes nobody without TLS, a password and a right.

A broker of the test's own (scripts/kafka up --secure): SASL_SSL on its one listener, SCRAM-SHA-512,
ACLs that deny by default. The administrator makes the topics and gives the rights of
docs/operations/kafka.md: a platform may write events, the engine reads them and writes the rest,
finance reads. Then each does what it may through the built program, and is refused what it may not.

Run by ctest through scripts/python, with FISCUS_PROGRAM naming the built program.
"""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import time
import unittest

from confluent_kafka.admin import (AclBinding, AclOperation, AclPermissionType, AdminClient,
                                   ResourcePatternType, ResourceType)

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ["FISCUS_PROGRAM"]
EVENTS = "fiscus.events.v1"
FIRST_DAY = ROOT / "docs/examples/first_day.jsonl"
READ = (AclOperation.READ, AclOperation.DESCRIBE, AclOperation.DESCRIBE_CONFIGS)
WRITE = (AclOperation.WRITE, AclOperation.DESCRIBE, AclOperation.DESCRIBE_CONFIGS)


class SecureBroker:
    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="fiscus-secure-"))
        self.address = self.script("up", "--secure", "--port", "0").strip()
        self.authority = self.folder / "tls/ca.pem"

    def script(self, *words):
        return subprocess.run([ROOT / "scripts/kafka", *words, "--dir", self.folder], check=True,
                              stdout=subprocess.PIPE, text=True).stdout

    def stop(self):
        self.script("down")
        shutil.rmtree(self.folder, ignore_errors=True)

    def password(self, user):
        return (self.folder / f"users/{user}.password").read_text(encoding="ascii").strip()

    def log(self):
        return (self.folder / "server.log").read_text(encoding="utf-8", errors="replace")


class Security(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.broker = SecureBroker()
        cls.addClassCleanup(cls.broker.stop)
        cls.secrets = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.secrets.cleanup)
        for user in ("admin", "platform", "engine", "finance"):
            cls.write_password(user, cls.broker.password(user))
        made = cls.fiscus("admin", "topics", "apply", "--replication", "1",
                          "--event-stamps", "publisher")
        assert made.returncode == 0, made.stderr
        cls.give_rights()

    @classmethod
    def write_password(cls, user, text, mode=0o400):
        folder = pathlib.Path(cls.secrets.name, user)
        folder.mkdir(exist_ok=True)
        path = folder / "kafka.password"
        path.unlink(missing_ok=True)
        path.write_text(text + "\n", encoding="ascii")
        path.chmod(mode)
        return folder

    @classmethod
    def give_rights(cls):
        admin = AdminClient({
            "bootstrap.servers": cls.broker.address, "security.protocol": "SASL_SSL",
            "sasl.mechanisms": "SCRAM-SHA-512", "sasl.username": "admin",
            "sasl.password": cls.broker.password("admin"),
            "ssl.ca.location": str(cls.broker.authority)})
        # The table of docs/operations/kafka.md; the engine has the statistics beside it.
        rights = [("platform", EVENTS, WRITE), ("engine", "fiscus.", READ),
                  ("engine", "fiscus.", (AclOperation.WRITE,)), ("finance", "fiscus.", READ)]
        bindings = [
            AclBinding(ResourceType.TOPIC, name,
                       ResourcePatternType.PREFIXED if name.endswith(".")
                       else ResourcePatternType.LITERAL,
                       f"User:{user}", "*", operation, AclPermissionType.ALLOW)
            for user, name, operations in rights for operation in operations]
        # The engine writes everything but events.
        bindings.append(AclBinding(ResourceType.TOPIC, EVENTS, ResourcePatternType.LITERAL,
                                   "User:engine", "*", AclOperation.WRITE,
                                   AclPermissionType.DENY))
        bindings.append(AclBinding(ResourceType.GROUP, "fiscus.", ResourcePatternType.PREFIXED,
                                   "User:engine", "*", AclOperation.READ,
                                   AclPermissionType.ALLOW))
        for given in admin.create_acls(bindings).values():
            given.result(30)

    @classmethod
    def fiscus(cls, user, *words, client=None, secrets=None, server=None):
        """The program as this user, settings in the environment as a service has them."""
        names = {"security.protocol": "sasl_ssl", "sasl.mechanisms": "SCRAM-SHA-512",
                 "sasl.username": user, "ssl.ca.location": str(cls.broker.authority),
                 **(client or {})}
        environment = {
            "PATH": os.environ["PATH"],
            "FISCUS_KAFKA__BOOTSTRAP": server or cls.broker.address,
            "FISCUS_KAFKA__CLIENT": ",".join(f"{name}={text}" for name, text in names.items()
                                             if text is not None),
            "FISCUS_SECRETS__DIRECTORY": str(secrets or pathlib.Path(cls.secrets.name, user))}
        return subprocess.run([PROGRAM, *map(str, words)], env=environment, text=True,
                              capture_output=True, stdin=subprocess.DEVNULL, timeout=120,
                              check=False)

    def refused(self, result, *pieces):
        self.assertNotEqual(result.returncode, 0, result.stdout)
        for piece in pieces:
            self.assertIn(piece, result.stderr)
        for user in ("admin", "platform", "engine", "finance"):
            self.assertNotIn(self.broker.password(user), result.stderr + result.stdout)

    def ok(self, result):
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout

    def test_1_everybody_does_what_he_may(self):
        self.ok(self.fiscus("platform", "publish", "--backdate", FIRST_DAY))
        # Once more from nothing: a state may be lost.
        for _ in range(2):
            with tempfile.TemporaryDirectory() as state:
                self.ok(self.fiscus("engine", "run", "--until-end", "--state", state,
                                    "--event-stamps", "publisher"))
        self.ok(self.fiscus("engine", "demote", "--dry-run"))
        entries = [json.loads(line) for line in self.ok(self.fiscus(
            "finance", "log", "dump", "--topic", "journal", "--json")).splitlines()]
        self.assertIn("VoucherRedeemed", {entry.get("kind") for entry in entries})

    def test_2_finance_writes_nothing(self):
        self.refused(self.fiscus("finance", "publish", "--backdate", FIRST_DAY),
                     "authorization failed", "docs/operations/kafka.md")
        with tempfile.TemporaryDirectory() as state:
            self.refused(self.fiscus("finance", "run", "--until-end", "--state", state,
                                     "--event-stamps", "publisher"), "authorization failed")

    def test_2_the_engine_publishes_no_events(self):
        self.refused(self.fiscus("engine", "publish", "--backdate", FIRST_DAY),
                     "Topic authorization failed")

    def test_2_without_a_right_on_groups_nobody_hands_over(self):
        self.refused(self.fiscus("finance", "demote", "--dry-run"), "fiscus.leader",
                     "may read the groups fiscus.*", "docs/operations/kafka.md")

    def test_2_a_platform_reads_nothing(self):
        self.refused(self.fiscus("platform", "log", "dump", "--topic", "events", "--json"),
                     "authorization failed")

    def test_3_a_wrong_password_is_told_at_once_and_asked_once_or_twice(self):
        folder = self.write_password("stranger", "wrong")
        before = self.broker.log().count("Failed authentication")
        started = time.monotonic()
        self.refused(self.fiscus("platform", "topics", "plan", secrets=folder),
                     "refuses this client", "sasl.username", "kafka.password")
        self.assertLess(time.monotonic() - started, 10)
        attempts = self.broker.log().count("Failed authentication") - before
        self.assertGreaterEqual(attempts, 1)
        self.assertLessEqual(attempts, 3)

    def test_3_a_password_comes_from_a_file_that_nobody_else_may_read(self):
        readable = self.write_password("stranger", self.broker.password("platform"), 0o440)
        self.refused(self.fiscus("platform", "topics", "plan", secrets=readable),
                     "others may read or change it", "chmod 0400")
        with tempfile.TemporaryDirectory() as empty:
            self.refused(self.fiscus("platform", "topics", "plan", secrets=empty),
                         "the password of Kafka's user platform is not there", "kafka.password")
        for name in ("sasl.password", "ssl.key.password", "ssl.key.pem"):
            self.refused(self.fiscus("platform", "topics", "plan", client={name: "secret-text"}),
                         f"the Kafka setting {name} cannot be given here")

    def test_3_a_broker_of_another_authority_is_not_believed(self):
        with tempfile.TemporaryDirectory() as folder:
            other = pathlib.Path(folder, "other.pem")
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                            "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                            "/CN=another authority", "-keyout", pathlib.Path(folder, "key"),
                            "-out", other], check=True, capture_output=True)
            self.refused(self.fiscus("platform", "topics", "plan",
                                     client={"ssl.ca.location": str(other)}),
                         "refuses this client", "ssl.ca.location")

    def test_3_a_broker_under_another_name_is_not_believed(self):
        # The certificate is for 127.0.0.1 and for nothing else.
        port = self.broker.address.rpartition(":")[2]
        self.refused(self.fiscus("platform", "topics", "plan", server=f"localhost:{port}"),
                     "refuses this client", "certificate names the host")
        self.refused(self.fiscus("platform", "topics", "plan",
                                 client={"enable.ssl.certificate.verification": "false"}),
                     "cannot be changed")

    def test_3_nobody_comes_without_tls(self):
        self.refused(self.fiscus("platform", "topics", "plan",
                                 client={"security.protocol": "sasl_plaintext",
                                         "ssl.ca.location": None}), "does not answer")


if __name__ == "__main__":
    unittest.main(verbosity=2)
