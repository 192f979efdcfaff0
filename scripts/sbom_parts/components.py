"""The bill of materials of a program: components.py PROGRAM PACKAGE-OF-HEADERS …; see scripts/sbom."""

import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys

# What dpkg knows of a package, one a line.
FORMAT = "${Package}\t${Version}\t${Architecture}\t${source:Package}\t${source:Version}\n"


def output(*words):
    return subprocess.run(words, stdout=subprocess.PIPE, text=True, check=True).stdout


def package_of(path):
    """The Debian package of a file; /lib is a link to /usr/lib, and either may be known."""
    real = os.path.realpath(path)
    for candidate in (path, real, real.removeprefix("/usr")):
        found = subprocess.run(
            ["dpkg-query", "-S", candidate],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            check=False,
        )
        if found.returncode == 0:
            return found.stdout.partition(": ")[0].partition(":")[0]
    sys.exit(f"sbom: {path} belongs to no package\n  what to do: link what Debian installs")


def loaded_packages(program):
    paths = re.findall(r"(?:=> )?(/\S+) \(0x", output("ldd", program))
    return {package_of(path) for path in paths}


def component(line, scope):
    name, version, architecture, source, source_version = line.split("\t")
    escaped = name.replace("+", "%2B"), version.replace("+", "%2B").replace(":", "%3A")
    purl = f"pkg:deb/debian/{escaped[0]}@{escaped[1]}?arch={architecture}&distro=debian-12"
    return {
        "type": "library",
        "bom-ref": purl,
        "supplier": {"name": "Debian"},
        "name": name,
        "version": version,
        "scope": scope,
        "purl": purl,
        "properties": [
            {"name": "debian:source", "value": source},
            {"name": "debian:source-version", "value": source_version},
        ],
    }


def components(names, scope):
    lines = output("dpkg-query", "-W", "-f", FORMAT, *sorted(names)).splitlines()
    return [component(line, scope) for line in sorted(set(lines))]


def bill(program, headers):
    data = pathlib.Path(program).read_bytes()
    version = output(program, "version").split()[1]
    loaded = loaded_packages(program)
    libraries = components(loaded, "required")
    of_headers = components(set(headers) - loaded, "excluded")
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": "fiscus",
                "name": "fiscus",
                "version": version,
                "licenses": [{"license": {"id": "Apache-2.0"}}],
                "hashes": [{"alg": "SHA-256", "content": hashlib.sha256(data).hexdigest()}],
            }
        },
        "components": libraries + of_headers,
        "dependencies": [
            {"ref": "fiscus", "dependsOn": [library["bom-ref"] for library in libraries]}
        ],
    }


if __name__ == "__main__":
    print(json.dumps(bill(sys.argv[1], sys.argv[2:]), indent=2, ensure_ascii=False))
