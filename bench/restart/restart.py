#!/usr/bin/env python3
"""How long it takes from a start to the next answer, after kill -9 under full load.

    bench/restart/restart.py PROGRAM --log DIR --state DIR --kills 5
    bench/restart/restart.py PROGRAM --kafka HOST:PORT --state DIR --kills 5 --bound 5

`fiscus run` works off a log that is long enough for all kills, as fast as it can, with its default
fold window; it is killed at several moments (in different places of a window) and started again at
once. Two moments count from the start of the process:

  ready    /readyz says yes for the first time: engine and statistics have recovered. That it is far
           behind its log is the load here, not a fault, so lag does not count.
  answers  the first outcome that is not in the journal yet is durable there: what a platform that
           waits for an answer would notice.

Both are read from the operators' port, whose figures are up to 200 ms old. Prints `name value` a
line for each kill, in milliseconds. Exit code 1 when an answer took longer than the bound.
"""
import argparse
import os
import random
import re
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

POLL_SECONDS = 0.02
START_SECONDS_MAX = 120.0
# A fold window is five seconds at full load: kills fall anywhere in one and in the next.
WORK_SECONDS = (3.0, 8.0)
SEQUENCE = "fiscus_ledger_sequence"
DURABLE = "fiscus_durable_position"


class Engine:
    """One life of the process."""

    def __init__(self, words):
        self.started = time.monotonic()
        environment = os.environ | {"FISCUS_HTTP__READY_LAG_RECORDS": "1000000000000"}
        self.process = subprocess.Popen(words, env=environment, text=True,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.address = None
        self.said = []
        self.reader = threading.Thread(target=self._listen, daemon=True)
        self.reader.start()

    def _listen(self):
        for line in self.process.stderr:
            self.said.append(line)
            found = re.search(r"http://[^/]+/", line)
            if found and self.address is None:
                self.address = found[0]

    def since_start(self):
        return time.monotonic() - self.started

    def ask(self, path):
        """Status and text; nothing while the port does not answer."""
        if self.process.poll() is not None:
            sys.exit("the engine ended by itself:\n" + "".join(self.said[-20:]))
        if self.address is None:
            return 0, ""
        try:
            with urllib.request.urlopen(self.address + path, timeout=2) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, ""
        except OSError:
            return 0, ""

    def over_partitions(self, metric):
        """Its sum; nothing before the partitions have recovered."""
        values = re.findall(rf"^{metric}\{{.*\}} (\S+)$", self.ask("metrics")[1], re.MULTILINE)
        return sum(map(float, values)) if values else None

    def wait_until_it_answers(self):
        """Seconds until the engine has recovered, until ready, until the first new outcome."""
        ready = answers = recovered = None
        engine = 0.0
        while self.since_start() < START_SECONDS_MAX:
            if ready is None and self.ask("readyz")[0] == 200:
                ready = self.since_start()
            if answers is None:
                now = self.over_partitions(SEQUENCE)
                if recovered is None and now is not None:
                    recovered, engine = now, self.since_start()
                if now is not None and now > recovered:
                    answers = self.since_start()
            if ready is not None and answers is not None:
                return engine, ready, answers
            time.sleep(POLL_SECONDS)
        sys.exit(f"no new outcome within {START_SECONDS_MAX:.0f} s: the load may be over (give it "
                 "more events), or:\n" + "".join(self.said[-20:]))

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.reader.join()


def measure(words, kills, chance):
    """Yields ready and answers of each restart, in seconds."""
    engine = Engine(words)
    try:
        engine.wait_until_it_answers()
        for _ in range(kills):
            time.sleep(chance.uniform(*WORK_SECONDS))
            at, durable = engine.over_partitions(SEQUENCE), engine.over_partitions(DURABLE)
            engine.kill()
            engine = Engine(words)
            recovered, ready, answers = engine.wait_until_it_answers()
            print(f"killed after {at:.0f} entries, {at - durable:.0f} of them to apply again: engine "
                  f"after {recovered:.2f} s, ready after {ready:.2f} s, answers after "
                  f"{answers:.2f} s", file=sys.stderr)
            yield ready, answers
    finally:
        engine.kill()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--log")
    parser.add_argument("--kafka")
    parser.add_argument("--state", required=True)
    parser.add_argument("--memory", default="4GiB")
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--bound", type=float, help="seconds that an answer may take")
    options = parser.parse_args()
    where = ["--log", options.log] if options.log else ["--kafka", options.kafka]
    words = [options.program, "run", *where, "--state", options.state, "--http", "0",
             "--event-stamps", "publisher", "--memory", options.memory]
    worst = 0.0
    for ready, answers in measure(words, options.kills, random.Random(options.seed)):
        print(f"ready {ready * 1e3:.0f}\nanswers {answers * 1e3:.0f}", flush=True)
        worst = max(worst, answers)
    if options.bound and worst > options.bound:
        print(f"{worst:.2f} s from a start to the next answer, more than {options.bound:g} s",
              file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
