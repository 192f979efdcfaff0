#!/usr/bin/env python3
"""The systemd unit leaves a compromised process next to nothing, and the bill of materials names
what the program is made of.

Run by ctest through scripts/python, with FISCUS_PROGRAM naming the built program. No service is
started: systemd judges the file, and the program is asked whether it takes what the file gives it.
"""
import hashlib
import json
import os
import pathlib
import re
import shlex
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("FISCUS_PROGRAM", "")
UNIT = ROOT / "deploy/systemd/fiscus.service"
# Of ten; in systemd-analyze's tenths.
EXPOSURE_MAX_TENTHS = 20


def run(*words, **options):
    return subprocess.run(words, text=True, capture_output=True, stdin=subprocess.DEVNULL,
                          check=False, **options)


def settings_of(text):
    return [line.partition("=")[::2] for line in text.splitlines()
            if "=" in line and not line.startswith("#")]


def exposure(unit, threshold):
    return run("systemd-analyze", "security", "--offline=yes", f"--threshold={threshold}", unit)


def level(unit):
    judged = exposure(unit, 100)
    return float(re.search(r"Overall exposure level for \S+ ([\d.]+)", judged.stdout).group(1))


class SystemdUnit(unittest.TestCase):
    def setUp(self):
        self.text = UNIT.read_text(encoding="utf-8")

    def test_its_exposure_is_two_of_ten_or_less(self):
        judged = exposure(UNIT, EXPOSURE_MAX_TENTHS)
        self.assertEqual(judged.returncode, 0, judged.stdout + judged.stderr)
        self.assertRegex(judged.stdout, r"Overall exposure level for fiscus.service: [01]\.\d")

    def test_the_judge_sees_what_is_taken_away(self):
        with tempfile.TemporaryDirectory() as folder:
            weak = pathlib.Path(folder, "fiscus.service")
            for name in ("DynamicUser", "CapabilityBoundingSet", "SystemCallFilter"):
                kept = [line for line in self.text.splitlines() if not line.startswith(name)]
                weak.write_text("\n".join(kept) + "\n", encoding="utf-8")
                self.assertGreater(level(weak), level(UNIT), name)
            weak.write_text("[Service]\nExecStart=/usr/local/bin/fiscus run\n", encoding="utf-8")
            self.assertNotEqual(exposure(weak, EXPOSURE_MAX_TENTHS).returncode, 0)

    def test_systemd_knows_every_line(self):
        with tempfile.TemporaryDirectory() as folder:
            here = pathlib.Path(folder, "fiscus.service")
            here.write_text(self.text.replace("/usr/local/bin/fiscus", PROGRAM), encoding="utf-8")
            checked = run("systemd-analyze", "verify", "--man=no", here)
        # Other units of the machine may have troubles of their own.
        ours = [line for line in checked.stderr.splitlines() if "fiscus.service" in line]
        self.assertEqual(ours, [])

    def test_the_program_takes_the_command_and_the_settings(self):
        settings = dict(settings_of(self.text))
        command = shlex.split(settings["ExecStart"])
        self.assertEqual(command[:2], ["/usr/local/bin/fiscus", "run"])
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder, "fiscus.toml")
            file.write_text('[log]\ndirectory = "/var/lib/fiscus/log"\n', encoding="utf-8")
            words = [str(file) if word == "/etc/fiscus/fiscus.toml" else word
                     for word in command[2:]]
            environment = dict(settings_of(
                "\n".join(value for name, value in settings_of(self.text)
                          if name == "Environment")))
            checked = run(PROGRAM, "config", "check", "--json", *words,
                          env={"PATH": os.environ["PATH"], **environment})
        self.assertEqual(checked.returncode, 0, checked.stderr)
        self.assertIn("/var/lib/fiscus/state", checked.stdout)

    def test_no_secret_is_in_the_unit(self):
        for name, value in settings_of(self.text):
            self.assertNotRegex(value, r"(?i)password=|\b[0-9a-f]{64}\b", name)


class BillOfMaterials(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.text = cls.bill()
        cls.bill_of = json.loads(cls.text)

    @staticmethod
    def bill():
        printed = run(ROOT / "scripts/sbom", "--program", PROGRAM)
        if printed.returncode != 0:
            raise AssertionError(printed.stderr)
        return printed.stdout

    def test_the_same_machine_gives_the_same_bytes(self):
        self.assertEqual(self.bill(), self.text)
        self.assertNotIn("timestamp", self.text)

    def test_has_the_form_of_cyclonedx(self):
        bill = self.bill_of
        self.assertEqual(set(bill), {"bomFormat", "specVersion", "version", "metadata",
                                     "components", "dependencies"})
        self.assertEqual((bill["bomFormat"], bill["specVersion"], bill["version"]),
                         ("CycloneDX", "1.5", 1))
        references = ["fiscus"]
        for component in bill["components"]:
            self.assertEqual(component["type"], "library")
            self.assertIn(component["scope"], ("required", "excluded"))
            self.assertRegex(component["purl"],
                             r"^pkg:deb/debian/[a-z0-9.%B-]+@[A-Za-z0-9.~%-]+"
                             r"\?arch=(amd64|all)&distro=debian-12$")
            self.assertTrue(component["version"])
            references.append(component["bom-ref"])
        self.assertEqual(len(references), len(set(references)))
        (dependency,) = bill["dependencies"]
        self.assertEqual(dependency["ref"], "fiscus")
        self.assertLessEqual(set(dependency["dependsOn"]), set(references))

    def test_names_the_program_and_every_library_that_it_loads(self):
        component = self.bill_of["metadata"]["component"]
        digest = hashlib.sha256(pathlib.Path(PROGRAM).read_bytes()).hexdigest()
        self.assertEqual(component["hashes"], [{"alg": "SHA-256", "content": digest}])
        required = {component["name"]: component["version"]
                    for component in self.bill_of["components"]
                    if component["scope"] == "required"}
        image = (ROOT / "Dockerfile").read_text(encoding="utf-8").rpartition("\nFROM ")[2]
        installed = re.search(r"--no-install-recommends(.*?)&&", image, re.DOTALL).group(1)
        wanted = set(re.findall(r"\blib[a-z0-9.+-]+[a-z0-9+]", installed)) | {"libc6"}
        self.assertEqual(wanted - set(required), set())
        for name, version in required.items():
            known = run("dpkg-query", "-W", "-f", "${Version}\n", name).stdout.split()
            self.assertIn(version, known, name)

    def test_names_the_headers_that_it_was_compiled_with(self):
        excluded = {component["name"] for component in self.bill_of["components"]
                    if component["scope"] == "excluded"}
        self.assertGreaterEqual(excluded, {"libcli11-dev", "libexpected-dev", "libxxhash-dev"})


if __name__ == "__main__":
    unittest.main(verbosity=2)
