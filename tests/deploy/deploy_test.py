#!/usr/bin/env python3
"""compose.yaml, the image, the alert rules and the dashboard agree with the program.

Run by ctest through scripts/python, with FISCUS_PROGRAM naming the built program. No container is
started: what can be checked without one is checked here, and the metrics are compared with those of
a real `fiscus run` over a local log.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request

from ruamel.yaml import YAML

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("FISCUS_PROGRAM", "")
RULES = ROOT / "deploy/prometheus/rules.yml"
DASHBOARD = ROOT / "deploy/grafana/dashboards/fiscus.json"
SELECTOR = re.compile(r"\b(fiscus_[a-z0-9_]+)(?:\{([^}]*)\})?")
MATCHER = re.compile(r'([a-z_]+)\s*(=~|=)\s*"([^"]*)"')


def load_yaml(path):
    return YAML(typ="safe").load((ROOT / path).read_text(encoding="utf-8"))


def promtool():
    found = shutil.which("promtool") or str(ROOT / "build/tools/usr/bin/promtool")
    if not os.access(found, os.X_OK):
        raise unittest.SkipTest("promtool is not installed: scripts/setup --dev")
    return found


def expressions():
    """(where, expression) of every alert rule and every panel."""
    for group in load_yaml(RULES)["groups"]:
        for rule in group["rules"]:
            yield "rule " + rule["alert"], rule["expr"]
    for panel in json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]:
        for target in panel["targets"]:
            yield "panel " + panel["title"], target["expr"]


def anchors(path):
    """GitHub's anchors of a Markdown file's headings."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            title = line.lstrip("#").strip().lower()
            yield re.sub(r"[^\w\- ]", "", title).replace(" ", "-")


def settings_of(service):
    return {name: str(value) for name, value in service.get("environment", {}).items()}


class Compose(unittest.TestCase):
    def setUp(self):
        self.services = load_yaml("compose.yaml")["services"]

    def test_follows_the_compose_schema(self):
        checker = pathlib.Path(sys.executable).parent / "check-jsonschema"
        subprocess.run([checker, "--builtin-schema", "vendor.compose-spec", ROOT / "compose.yaml"],
                       check=True, stdout=subprocess.DEVNULL)

    def test_has_the_whole_and_every_image_is_pinned(self):
        self.assertEqual(set(self.services), {"kafka", "topics", "engine", "statistics",
                                              "prometheus", "grafana"})
        for name, service in self.services.items():
            tag = service["image"].partition(":")[2]
            self.assertRegex(tag, r"^(local|v?\d+\.\d+\.\d+)$", name)

    def test_binds_every_port_to_loopback(self):
        for name, service in self.services.items():
            for port in service.get("ports", []):
                self.assertTrue(port.startswith("127.0.0.1:"), f"{name}: {port}")

    def test_checks_the_health_of_every_service_that_stays(self):
        for name, service in self.services.items():
            self.assertIn("healthcheck", service, name)
            stays = service.get("restart") != "no"
            self.assertEqual(stays, "test" in service["healthcheck"]
                             and not service["healthcheck"].get("disable"), name)

    def test_mounts_only_files_that_are_there(self):
        for service in self.services.values():
            for volume in service.get("volumes", []):
                source = volume.partition(":")[0]
                if source.startswith("."):
                    self.assertTrue((ROOT / source).exists(), volume)

    def test_gives_the_program_only_settings_that_it_knows(self):
        for name in ("topics", "engine", "statistics"):
            service = self.services[name]
            only = ["--only", name] if name != "topics" else []
            checked = subprocess.run(
                [PROGRAM, "config", "check", "--json", *only], text=True, capture_output=True,
                env={**os.environ, **settings_of(service)}, check=False)
            self.assertEqual(checked.returncode, 0, checked.stderr)
            self.assertIn("kafka:19092", checked.stdout)

    def test_uses_the_broker_of_the_scripts(self):
        poms = [pom for pom in ROOT.glob("scripts/**/pom.xml")]
        self.assertEqual(len(poms), 1)
        version = re.search(r"<kafka.version>([^<]+)<", poms[0].read_text(encoding="utf-8"))
        self.assertEqual(self.services["kafka"]["image"], "apache/kafka:" + version.group(1))

    def test_the_memory_alert_knows_the_memory_setting(self):
        sizes = {settings_of(self.services[name])["FISCUS_ENGINE__MEMORY"]
                 for name in ("engine", "statistics")}
        self.assertEqual(sizes, {"1GiB"})
        rule = next(text for where, text in expressions() if where == "rule FiscusMemory")
        self.assertIn(str(1 << 30), rule)

    def test_the_image_installs_every_library_that_the_program_links(self):
        text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
        last_stage = text.rpartition("\nFROM ")[2]
        wanted = set(re.findall(r"\blib[a-z0-9.+-]+[a-z0-9+]", last_stage))
        dynamic = subprocess.run(["readelf", "-d", PROGRAM], text=True, capture_output=True,
                                 check=True)
        needed = set(re.findall(r"\(NEEDED\).*\[(.+?)\]", dynamic.stdout))
        paths = subprocess.run(["ldd", PROGRAM], text=True, capture_output=True, check=True).stdout
        packages = set()
        for name, path in re.findall(r"(\S+) => (\S+)", paths):
            if name in needed and "asan" not in name and "ubsan" not in name:
                packages.add(package_of(path))
        self.assertEqual(packages - wanted - {"libc6"}, set())

    def test_the_page_for_operators_installs_the_libraries_of_the_image(self):
        last_stage = (ROOT / "Dockerfile").read_text(encoding="utf-8").rpartition("\nFROM ")[2]
        page = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
        of_image = re.search(r"--no-install-recommends(.*?)&&", last_stage, re.DOTALL).group(1)
        of_page = re.search(r"--no-install-recommends(.*?)\ninstall ", page, re.DOTALL).group(1)
        self.assertEqual(of_page.replace("\\", " ").split(), of_image.replace("\\", " ").split())


def package_of(path):
    """The Debian package of a library; /lib is a link to /usr/lib."""
    for candidate in (path, os.path.realpath(path), path.removeprefix("/usr")):
        found = subprocess.run(["dpkg-query", "-S", candidate], text=True, capture_output=True,
                               check=False)
        if found.returncode == 0:
            return found.stdout.partition(":")[0]
    return "no package for " + path


class Scripts(unittest.TestCase):
    def setUp(self):
        self.scripts = [path for path in sorted((ROOT / "scripts").iterdir())
                        if path.is_file() and os.access(path, os.X_OK)]

    def run_script(self, *arguments):
        return subprocess.run(arguments, text=True, capture_output=True, cwd="/", check=False,
                              stdin=subprocess.DEVNULL)

    def test_each_explains_itself_with_an_example_first(self):
        self.assertGreaterEqual(len(self.scripts), 6)
        for script in self.scripts:
            answer = self.run_script(script, "--help")
            self.assertEqual(answer.returncode, 0, script.name + answer.stderr)
            self.assertTrue(answer.stdout.startswith("scripts/" + script.name), answer.stdout)

    def test_each_refuses_an_unknown_option_as_wrong_usage(self):
        for script in self.scripts:
            answer = self.run_script(script, "--no-such-option")
            self.assertEqual(answer.returncode, 2, script.name + answer.stderr)
            self.assertIn("--no-such-option", answer.stderr)
            self.assertIn("--help", answer.stderr)

    def test_setup_does_nothing_and_at_once_where_everything_is_there(self):
        started = time.monotonic()
        answer = self.run_script(ROOT / "scripts/setup")
        self.assertEqual((answer.returncode, answer.stdout, answer.stderr), (0, "", ""))
        self.assertLess(time.monotonic() - started, 1.0)


class Alerts(unittest.TestCase):
    def test_promtool_accepts_configuration_and_rules(self):
        for arguments in (["check", "config", ROOT / "deploy/prometheus/prometheus.yml"],
                          ["check", "rules", RULES],
                          ["test", "rules", ROOT / "tests/deploy/rules_test.yml"]):
            done = subprocess.run([promtool(), *arguments], text=True, capture_output=True,
                                  check=False)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_every_alert_names_a_section_that_is_there_and_is_tried(self):
        known = set(anchors(ROOT / "docs/operations.md"))
        tried = (ROOT / "tests/deploy/rules_test.yml").read_text(encoding="utf-8")
        for group in load_yaml(RULES)["groups"]:
            for rule in group["rules"]:
                page, _, anchor = rule["annotations"]["runbook_url"].partition("#")
                self.assertEqual(page, "docs/operations.md")
                self.assertIn(anchor, known, rule["alert"])
                self.assertIn(rule["labels"]["severity"], {"page", "ticket"})
                self.assertIn(rule["alert"], tried)

    def test_scrapes_the_services_of_compose(self):
        services = load_yaml("compose.yaml")["services"]
        # One network: what is on loopback in one of them is so in all.
        for name in ("statistics", "prometheus"):
            self.assertEqual(services[name]["network_mode"], "service:engine")
        ports = {"prometheus": "9090"}
        for name in ("engine", "statistics"):
            settings = settings_of(services[name])
            self.assertNotIn("FISCUS_HTTP__ADDRESS", settings)
            ports[f"fiscus-{name}"] = settings["FISCUS_HTTP__PORT"]
        jobs = load_yaml("deploy/prometheus/prometheus.yml")["scrape_configs"]
        self.assertEqual({job["job_name"]: job["static_configs"][0]["targets"] for job in jobs},
                         {name: [f"127.0.0.1:{port}"] for name, port in ports.items()})


class Metrics(unittest.TestCase):
    """Everything that a rule or a panel asks for is served by a running program."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        log = os.path.join(cls.folder.name, "log")
        state = os.path.join(cls.folder.name, "state")
        subprocess.run([PROGRAM, "generate", "--log", log, "--events", "20000", "--seed", "1"],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        cls.errors = open(os.path.join(cls.folder.name, "stderr"), "w+", encoding="utf-8")
        cls.process = subprocess.Popen(
            [PROGRAM, "run", "--log", log, "--state", state, "--http", "0"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=cls.errors)
        try:
            cls.samples = cls.wait_for_samples()
        except BaseException:
            cls.tearDownClass()
            raise

    @classmethod
    def tearDownClass(cls):
        cls.process.terminate()
        cls.process.wait(timeout=60)
        cls.errors.close()
        cls.folder.cleanup()

    @classmethod
    def stderr_text(cls):
        return pathlib.Path(cls.errors.name).read_text(encoding="utf-8")

    @classmethod
    def wait_for_samples(cls):
        """Samples once every record is applied and folded into the statistics."""
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline and cls.process.poll() is None:
            port = re.search(r"127\.0\.0\.1:(\d+)", cls.stderr_text())
            samples = read_samples(int(port.group(1))) if port else []
            values = {name: value for name, _, value in samples}
            sequence = values.get("fiscus_ledger_sequence", 0)
            if (sequence > 0 and values.get("fiscus_lag_records") == 0
                    and values.get("fiscus_statistics_sequence") == sequence):
                return samples
            time.sleep(0.1)
        raise AssertionError("the program did not catch up:\n" + cls.stderr_text())

    def test_every_metric_and_label_that_is_asked_for_is_served(self):
        asked = list(expressions())
        self.assertGreater(len(asked), 25)
        for where, expression in asked:
            for name, matchers in SELECTOR.findall(expression):
                served = [labels for sample, labels, _ in self.samples if sample == name]
                self.assertTrue(served, f"{where}: nobody serves {name}")
                for label, operator, value in MATCHER.findall(matchers):
                    pattern = value if operator == "=~" else re.escape(value)
                    self.assertTrue(
                        any(re.fullmatch(pattern, labels.get(label, "")) for labels in served),
                        f"{where}: {name} has no {label}{operator}{value}")

    def test_every_alternative_of_a_matcher_is_served(self):
        reasons = {labels["reason"] for name, labels, _ in self.samples
                   if name == "fiscus_refusals_total"}
        for where, expression in expressions():
            for _, matchers in SELECTOR.findall(expression):
                for label, _, value in MATCHER.findall(matchers):
                    if label == "reason":
                        self.assertEqual(set(value.split("|")) - reasons, set(), where)

    def test_every_metric_is_documented(self):
        page = (ROOT / "docs/metrics.md").read_text(encoding="utf-8")
        for name in {name for name, _, _ in self.samples if name.startswith("fiscus_")}:
            self.assertIn(f"`{name}`", page)

    def test_the_ledger_balances(self):
        values = [value for name, _, value in self.samples if name == "fiscus_trial_balance_fen"]
        self.assertTrue(values)
        self.assertEqual(set(values), {0.0})


def read_samples(port):
    """[(name, labels, value)] of /metrics, nothing while the port does not answer."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
            text = answer.read().decode()
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return []
    samples = []
    for line in text.splitlines():
        found = re.match(r"([a-z_0-9]+)(?:\{(.*)\})? (\S+)", line)
        if found and not line.startswith("#"):
            labels = dict(re.findall(r'([a-z_]+)="([^"]*)"', found.group(2) or ""))
            samples.append((found.group(1), labels, float(found.group(3))))
    return samples


if __name__ == "__main__":
    unittest.main(verbosity=2)
