"""A copy of the sources with a build folder of its own, where bugs are planted one after another.

The checkout itself is never touched. The copy is built as `release` is, with the same flags, so that
ccache has nearly all of it already and only what a bug changes is compiled.
"""

import os
import pathlib
import shutil
import subprocess

PRESET = "release"
NOT_COPIED = {".git", "build", "run"}


class Stale(Exception):
    """A patch that does not fit the sources any more."""


class Workshop:
    def __init__(self, root, folder, jobs):
        self.root = root
        self.folder = folder
        self.jobs = jobs
        self.environment = os.environ | {
            "CCACHE_BASEDIR": str(folder),
            # `git apply` must not see the repository around the copy.
            "GIT_CEILING_DIRECTORIES": str(folder.parent),
            "GTEST_COLOR": "no",
        }

    def update(self):
        """Makes the copy what the checkout is; what is the same is left alone, so it stays built."""
        wanted = set(files_of(self.root))
        for name in wanted:
            source, copy = self.root / name, self.folder / name
            if not copy.exists() or copy.read_bytes() != source.read_bytes():
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, copy)
            shutil.copymode(source, copy)
        for name in set(files_of(self.folder)) - wanted:
            (self.folder / name).unlink()
        build = self.folder / "build"
        build.mkdir(exist_ok=True)
        if not (build / "venv").is_symlink():
            (build / "venv").symlink_to(self.root / "build" / "venv")

    def configure(self):
        if not (self.folder / "build" / PRESET / "build.ninja").exists():
            return self.run("cmake", "--preset", PRESET)
        return 0, ""

    def build(self, targets):
        return self.run("cmake", "--build", f"build/{PRESET}", "-j", str(self.jobs), "--target", *targets)

    def test(self, catcher, cases):
        """Runs these cases of the catcher's test as ctest does; what it printed."""
        settings = catcher.settings | {"GTEST_FILTER": ":".join(cases)}
        _, output = self.run(
            *("ctest", "--test-dir", f"build/{PRESET}", "-V", "--no-tests=error", "-R", f"^{catcher.test}$"),
            **settings,
        )
        return output

    def plant(self, planted):
        """Applies the patch; gives what takes it out again."""
        before = {name: (self.folder / name).read_bytes() for name in planted.files if (self.folder / name).exists()}
        code, output = self.run("git", "apply", "--whitespace=nowarn", str(planted.path))
        if code != 0:
            raise Stale(output.strip())

        def take_out():
            # Written anew, so that its time says that it has to be built again.
            for name, bytes_before in before.items():
                (self.folder / name).write_bytes(bytes_before)

        return take_out

    def run(self, *words, **settings):
        done = subprocess.run(
            words,
            cwd=self.folder,
            env=self.environment | settings,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        return done.returncode, done.stdout.decode(errors="replace")


def files_of(folder):
    """Paths from the folder of everything in it that is source."""
    for parent, folders, names in os.walk(folder):
        if pathlib.Path(parent) == folder:
            folders[:] = [name for name in folders if name not in NOT_COPIED]
            names = [name for name in names if name not in NOT_COPIED]
        folders[:] = [name for name in folders if name != "__pycache__"]
        for name in names:
            yield str(pathlib.Path(parent, name).relative_to(folder))
