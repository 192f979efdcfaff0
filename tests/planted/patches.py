"""Planted bugs as files: what each of them says, and whether a test's output is what it promises.

A patch begins with lines `word: text` (README.md says which), then comes a unified diff.
"""

import dataclasses
import pathlib
import re

PRODUCT = ("engine/", "projections/", "verify/")
NAME = re.compile(r"\d\d-[a-z0-9]+(-[a-z0-9]+)*\.patch")
WORD = re.compile(r"([a-z]+): (.+)")
FILE = re.compile(r"^\+\+\+ b/(\S+)", re.MULTILINE)
OF_TEST = ("fails", "says", "with", "builds")


class Wrong(Exception):
    """A patch that is not as README.md says: what is wrong with it, for people."""


@dataclasses.dataclass
class Catcher:
    """A test that must fail, and how."""

    test: str  # of ctest
    fails: str = ""  # case of GoogleTest or unittest
    says: list = dataclasses.field(default_factory=list)
    settings: dict = dataclasses.field(default_factory=dict)
    targets: list = dataclasses.field(default_factory=list)

    def missed(self, output):
        """Why this output does not show that the test caught the bug; nothing if it does."""
        if passed(self.fails, output):
            return f"{self.test}: {self.fails} passes"
        if not began(self.fails, output):
            return f"{self.test}: {self.fails} did not begin"
        for text in self.says:
            if text not in output:
                return f"{self.test}: {self.fails} fails, but does not say '{text}'"
        return ""


@dataclasses.dataclass
class Planted:
    """One bug."""

    path: pathlib.Path
    promise: str
    bug: str
    catchers: list
    files: list

    @property
    def name(self):
        return self.path.stem

    @property
    def targets(self):
        return sorted({target for catcher in self.catchers for target in catcher.targets})


def passed(case, output):
    """A case of unittest tells its name only when it fails."""
    if is_unittest(case):
        return "100% tests passed" in output
    return re.search(rf"\[       OK \] {re.escape(case)} \(", output) is not None


def began(case, output):
    return f"FAIL: {case} (" in output if is_unittest(case) else f"[ RUN      ] {case}\n" in output


def is_unittest(case):
    return case.startswith("test_")


def parse(path):
    """The planted bug of a file; Wrong if it does not say everything."""
    if not NAME.fullmatch(path.name):
        raise Wrong("name it by two digits and what it does, as in 07-cap-one-too-high.patch")
    head, mark, diff = path.read_text().partition("\n--- a/")
    if not mark:
        raise Wrong("no unified diff follows")
    single, catchers = {}, []
    for line in head.splitlines():
        found = WORD.fullmatch(line)
        if found is None:
            continue
        word, text = found.groups()
        if word == "test":
            catchers.append(Catcher(text, targets=[text]))
        elif word in OF_TEST:
            if not catchers:
                raise Wrong(f"'{word}' belongs below a 'test'")
            add_to(catchers[-1], word, text)
        elif word in ("promise", "bug") and word not in single:
            single[word] = text
        else:
            raise Wrong(f"'{word}' is not known here, or stands twice")
    for word in ("promise", "bug"):
        if word not in single:
            raise Wrong(f"'{word}' is missing")
    if not catchers or any(not catcher.fails or not catcher.says for catcher in catchers):
        raise Wrong("name the test, what of it fails and what that says: test, fails, says")
    files = FILE.findall(mark + diff)
    outside = [file for file in files if not file.startswith(PRODUCT)]
    if outside or not files:
        raise Wrong(f"it changes {', '.join(outside) or 'nothing'}: a bug lies in {', '.join(PRODUCT)}")
    return Planted(path, single["promise"], single["bug"], catchers, files)


def add_to(catcher, word, text):
    if word == "fails":
        if catcher.fails:
            raise Wrong("'fails' stands twice: write 'test' again above it")
        catcher.fails = text
    elif word == "says":
        catcher.says.append(text)
    elif word == "with":
        catcher.settings |= dict(setting.split("=", 1) for setting in text.split())
    else:
        catcher.targets = text.split()


def read_all(folder):
    """Every planted bug of the folder, by number; ends with what is wrong with any of them."""
    planted, wrong = [], []
    for path in sorted(folder.glob("*.patch")):
        try:
            planted.append(parse(path))
        except (Wrong, ValueError) as error:
            wrong.append(f"{path.name}: {error}")
    numbers = [one.name[:2] for one in planted]
    wrong += [f"{number} stands twice" for number in sorted({n for n in numbers if numbers.count(n) > 1})]
    return planted, wrong
