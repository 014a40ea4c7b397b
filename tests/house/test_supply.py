"""What is installed is what was looked at: each package is pinned with its hashes, under a licence we may use."""

import re
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from docs import licences

ROOT = Path(__file__).parents[2]
LOCKED = {"requirements.in": "requirements.txt", "requirements-dev.in": "requirements-dev.txt"}
BESIDE = {  # in venvs of their own
    "requirements-tools.in": "requirements-tools.txt",
    "requirements-peers.in": "requirements-peers.txt",
}
ENTRY = re.compile(
    r"^(?P<pin>[a-z0-9][a-z0-9.-]*==\S+)(?: ; [^\\\n]+)? \\\n(?P<hashes>(?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)",
    re.M,
)
ALLOWED = {
    *("MIT", "MIT-0", "MIT-CMU", "BSD-2-Clause", "BSD-3-Clause", "0BSD", "ISC", "Unlicense"),
    *(
        "Apache-2.0",
        "Apache-2.0 OR BSD-2-Clause",
        "Apache-2.0 OR BSD-3-Clause",
        "Apache License, Version 2.0",
        "BSD",
        "PSF-2.0",
        "OFL-1.1",
    ),
    "LGPL-3.0-only",
    "CC-BY-4.0 and MIT, attributed in its README.md",
}


@pytest.mark.parametrize("file", LOCKED)
def test_every_package_that_runs_is_pinned_as_installed(file: str) -> None:
    locked = licences.locked(LOCKED[file])

    for name, package in licences.running(file).items():
        assert package.version in locked.get(name, []), f"{name} {package.version}: make lock"


@pytest.mark.parametrize("file", LOCKED | BESIDE)
def test_what_is_asked_for_is_what_is_locked(file: str) -> None:
    locked = licences.locked((LOCKED | BESIDE)[file])

    for asked in licences.requirements(file):
        releases = locked.get(canonicalize_name(asked.name), [])
        assert [f"=={release}" for release in releases] == [str(asked.specifier)], f"{asked}: make lock"


@pytest.mark.parametrize("file", [*LOCKED.values(), *BESIDE.values()])
def test_every_pin_has_its_hashes_and_no_line_names_a_place(file: str) -> None:
    text = (ROOT / file).read_text()

    entries = ENTRY.findall(text)

    assert len(entries) == sum(len(releases) for releases in licences.locked(file).values()) > 0
    assert not re.search(r"://|--(index|extra|find)|^/", text, re.M)


def test_what_ours_is_measured_against_is_served_by_the_very_same_server() -> None:
    running, beside = licences.locked("requirements.txt"), licences.locked("requirements-peers.txt")

    same = ("granian", "flask", "sqlalchemy", "flask-sqlalchemy", "werkzeug", "jinja2")
    assert {name: beside[canonicalize_name(name)] for name in same} == {
        name: running[canonicalize_name(name)] for name in same
    }


def test_tests_run_on_the_very_releases_that_serve() -> None:
    running, testing = licences.locked("requirements.txt"), licences.locked("requirements-dev.txt")

    assert {name: testing.get(name) for name in running} == running


def test_each_licence_is_known_and_one_we_may_use() -> None:
    found = {name: licences.READ_BY_HAND.get(name) or licences.licence(one) for name, one in licences.running().items()}
    served = {folder: terms for folder, (_, terms) in licences.SERVED.items()}

    assert {what: terms for what, terms in (found | served).items() if terms not in ALLOWED} == {}


def test_the_list_of_licences_is_true() -> None:
    assert licences.PAGE.read_text() == licences.page(), "run `python -m docs.licences`"


def test_what_others_made_and_we_serve_is_in_the_list() -> None:
    """A folder that keeps somebody's licence beside the files is one of theirs."""
    theirs = [*ROOT.glob("static/**/*LICENSE*"), *ROOT.glob("static/**/OFL*"), *ROOT.glob("app/**/OFL*")]

    assert {str(path.parent.relative_to(ROOT)) for path in theirs} <= set(licences.SERVED)


def test_pip_installs_the_locked_lists_and_nothing_beyond_them() -> None:
    """Left to look for needs by itself, pip refuses a list in which one package asks for another's extra."""
    installs = [line for line in (ROOT / "Makefile").read_text().splitlines() if "pip install" in line]

    assert len(installs) == 4
    assert all("--require-hashes --no-deps -r requirements" in line for line in installs), installs
