"""Reads the whole project for faults by bandit, semgrep with our rules and detect-secrets, then searches a running
instance: ours has none, and each planted one is found by something, or the search proves nothing (running.py).

    make security
"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.security.running import search

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
RULES = HERE / "rules.yml"
PROGRAMS = Path(sys.argv[1] if len(sys.argv) > 1 else ".venv/tools/bin").absolute()
OURS = ("app", "config.py", "config_faults.py", "wsgi.py", "templates")
OF_DJANGO = "B610"  # takes any function called `extra` for Django's
TWICE = {"markup-of-a-variable": "S704"}  # what ruff asks a reason for, too
PATIENCE_SECONDS = 240
NO_SECRETS = r"^(requirements.*\.txt|tests/.*|static/.*|docs/.*\.svg)$"

Finding = tuple[str, int, str]  # file, line, which rule


def main() -> int:
    read, searched = read_all(), search(PROGRAMS / "sqlmap")
    return 1 if read or searched else 0


def read_all() -> bool:
    """Prints what the readers found; whether that is anything that should not be."""
    known = json.loads((HERE / "known_secrets.json").read_text())
    with tempfile.TemporaryDirectory() as folder:
        planted = Path(folder) / "planted"  # semgrep looks into no folder called tests
        shutil.copytree(HERE / "planted", planted)
        found = sorted({*bandit(planted), *semgrep(planted), *secrets(planted, known)})
        holes = {(str(path), line) for path in planted.iterdir() for line in marked(path)}
        ours = [each for each in found if not each[0].startswith(str(planted)) and not reasoned(*each)]
        idle = set(re.findall(r"- id: (\S+)", RULES.read_text())) - {rule for _path, _line, rule in found}
        missed = holes - {(path, line) for path, line, _rule in found}
    for path, line, rule in ours:
        print(f"{path}:{line} {rule}")
    for path, line in sorted(missed):
        print(f"tests/security/planted/{Path(path).name}:{line} is a hole that nothing found")
    for rule in sorted(idle):
        print(f"{rule}: a rule that finds nothing planted")
    print(f"{len(holes) - len(missed)} of {len(holes)} planted holes found, {len(ours)} findings in ours", flush=True)
    return bool(ours or missed or idle or not holes)


def marked(path: Path) -> Iterator[int]:
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if "# hole: " in line:
            yield number


def reasoned(path: str, line: int, rule: str) -> bool:
    """Whether the line says why: bandit's rules are ruff's, which has the reasons already."""
    mark = TWICE.get(rule) or rule.replace("B", "S")
    return bool(re.search(rf"# noqa: .*{mark}.* - \w", (ROOT / path).read_text().splitlines()[line - 1]))


def bandit(planted: Path) -> Iterator[Finding]:
    answer = asked("bandit", "-q", "-ll", "-s", OF_DJANGO, "-f", "json", "-r", *OURS[:-1], str(planted))
    for each in answer["results"]:
        yield each["filename"], each["line_number"], each["test_id"]


def semgrep(planted: Path) -> Iterator[Finding]:
    options = (
        "--metrics",
        "off",
        "--disable-version-check",
        "--quiet",
        "--json",
        "--config",
        "tests/security/rules.yml",
    )
    answer = asked("semgrep", "scan", *options, *OURS, str(planted))
    if answer["errors"]:
        raise SystemExit(f"semgrep could not read: {answer['errors']}")
    for each in answer["results"]:
        yield each["path"], each["start"]["line"], each["check_id"].split(".")[-1]


def secrets(planted: Path, known: dict[str, list[str]]) -> Iterator[Finding]:
    """What looks like a secret and is none is known by its hash: tests/security/known_secrets.json."""
    answer = asked("detect-secrets", "scan", "--exclude-files", NO_SECRETS)["results"]
    answer |= asked("detect-secrets", "-C", str(planted), "scan", "--all-files", ".")["results"]
    for path, all_found in answer.items():
        for each in all_found:
            if each["hashed_secret"] not in known.get(path, []):
                yield each["filename"], each["line_number"], each["type"]


def asked(program: str, *arguments: str) -> dict[str, list[dict[str, str]]]:
    ran = subprocess.run(
        [PROGRAMS / program, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_SECONDS
    )
    if not ran.stdout.startswith("{"):
        raise SystemExit(f"{program} did not run: {ran.stderr or ran.stdout}")
    return json.loads(ran.stdout)


if __name__ == "__main__":
    sys.exit(main())
