"""Writes docs/licences.md: under which licence everything stands that runs or is served, by the packages' own metadata.

python -m docs.licences
"""

from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "licences.md"
SERVED = {
    "app/accounts/common_passwords.txt": (
        "passwords that are chosen most often, by zxcvbn",
        "MIT",
    ),
    "app/registry/data": ("the registry's rows", "CC-BY-4.0 and MIT, attributed in its README.md"),
    "app/typeset/fonts": ("Sarabun, in papers", "OFL-1.1"),
    "static/fonts": ("Sarabun, on pages", "OFL-1.1"),
    "static/vendor": ("htmx", "0BSD"),
}
SPDX = {  # what older metadata says, by the names of today
    "Apache License 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "MIT License": "MIT",
    "PSFL": "PSF-2.0",
    "The MIT License": "MIT",
}
READ_BY_HAND = {  # metadata says nothing, the licence file does; or not installed on every Python
    "async-timeout": "Apache-2.0",
    "huey": "MIT",
}


def requirements(file: str) -> list[Requirement]:
    """Those of a .in file, in their order."""
    lines = (ROOT / file).read_text().splitlines()
    return [Requirement(line) for line in lines if line and line[0] not in "#-"]


def running(file: str = "requirements.in") -> dict[NormalizedName, metadata.Distribution]:
    """Every installed package that those of a .in file need, and they themselves. Raises PackageNotFoundError."""
    found, wanted, seen = dict[NormalizedName, metadata.Distribution](), requirements(file), set[str]()
    while wanted:
        one = wanted.pop()
        if str(one) in seen:
            continue
        seen.add(str(one))
        found[canonicalize_name(one.name)] = package = metadata.distribution(one.name)
        needs = [Requirement(line) for line in package.requires or []]
        extras = one.extras or {""}
        wanted += [need for need in needs if not need.marker or _applies(need, extras)]
    return found


def _applies(need: Requirement, extras: set[str]) -> bool:
    return bool(need.marker) and any(need.marker.evaluate({"extra": extra}) for extra in extras)


def licence(package: metadata.Distribution) -> str:
    """By its SPDX name; "" where the package does not say."""
    said = package.metadata
    short = [text for text in (said.get("License-Expression"), said.get("License")) if text and "\n" not in text]
    classified = [line.split(" :: ")[-1] for line in said.get_all("Classifier") or [] if line.startswith("License")]
    stated = next(iter([*short, *classified]), "")
    return SPDX.get(stated, stated)


def page() -> str:
    """The whole page. Names come from requirements.txt, so that it is the same on every Python."""
    installed = {name: licence(package) for name, package in running().items()}
    rows = [f"| {name} | {READ_BY_HAND.get(name) or installed[canonicalize_name(name)]} |" for name in locked()]
    shipped = [f"| {what} (`{folder}`) | {terms} |" for folder, (what, terms) in SERVED.items()]
    return "\n".join([HEAD, *rows, *shipped, ""])


def locked(file: str = "requirements.txt") -> dict[str, list[str]]:
    """Package -> its releases in a locked file; a package may have one for older and one for newer Pythons."""
    found = dict[str, list[str]]()
    for line in (ROOT / file).read_text().splitlines():
        if line[:1].isalnum():
            name, release = line.split(" ")[0].split("==")
            found.setdefault(name, []).append(release)
    return found


HEAD = """# Licences of what runs

Written by `python -m docs.licences` from what the packages say of themselves; a test holds it true and refuses what
we may not use. Releases and hashes are in `requirements.txt`. LGPL: used as published, as libraries that whoever runs
the system can replace.

| what | licence |
|---|---|"""


if __name__ == "__main__":
    PAGE.write_text(page())
