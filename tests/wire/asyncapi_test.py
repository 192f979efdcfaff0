"""schemas/asyncapi.yaml names the topics that the program makes, no more and no fewer.

Method: `fiscus topics plan --json` on a new local log lists the topics; the addresses of the
channels must be the same, and every message and operation that is referred to must be there. A
message in JSON has a payload, and each schema of schemas/statistics is one's payload.
"""

import pathlib
import re
import tempfile
import unittest

import harness


class AsyncApi(unittest.TestCase):
    def setUp(self):
        # Flat and regular, so that no parser of YAML is needed.
        self.text = (harness.ROOT / "schemas" / "asyncapi.yaml").read_text()

    def test_names_the_topics_of_the_program(self):
        with tempfile.TemporaryDirectory() as folder:
            log = pathlib.Path(folder) / "log"
            harness.program("topics", "apply", "--log", log)
            plan = harness.program("topics", "plan", "--log", log, "--json")
        planned = set(re.findall(r"fiscus\.[a-z.]+\.v1", plan))
        self.assertEqual(
            set(re.findall(r"^ {4}address: (\S+)$", self.text, re.MULTILINE)), planned
        )
        self.assertEqual(len(planned), 7)

    def test_refers_only_to_what_is_there(self):
        for place in re.findall(r"\$ref: '#/([^']+)'", self.text):
            name = place.split("/")[-1]
            self.assertRegex(self.text, rf"(?m)^ +{name}:$", place)

    def test_refers_to_each_schema_of_the_rows(self):
        folder = harness.ROOT / "schemas"
        referred = re.findall(r"\$ref: ([^'#]\S+)$", self.text, re.MULTILINE)
        files = [str(path.relative_to(folder)) for path in folder.glob("statistics/*")]
        self.assertEqual(sorted(referred), sorted(files))
        messages = self.text[self.text.index("\ncomponents:") :]
        self.assertEqual(messages.count("contentType: application/json"), len(referred))


if __name__ == "__main__":
    unittest.main(verbosity=2)
