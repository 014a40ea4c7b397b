"""The verifier as a program: by addresses, by files, with a saved head; and each kind of wrong has its words."""

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app.db import transaction
from app.lao.fixed_rounds.operations import fix_due
from app.ledger import heads, jobs, queries
from app.models.enums import Round
from app.nacc.administration.operations import give_more_time
from docs import verify
from tests.factories import NOW, YEAR, facts, make_project
from tests.ledger.world import World, make_world, verified
from tests.worlds import Worlds

SCRIPT = Path(verify.__file__)


def exported(app: Flask, folder: Path) -> Path:
    made = app.test_cli_runner().invoke(args=["log", "export", str(folder)], catch_exceptions=False)
    assert made.exit_code == 0, made.output
    return folder


def run(folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", str(SCRIPT), str(folder), *more], capture_output=True, text=True, check=False
    )


def edit_line(path: Path, number: int, old: str, new: str) -> None:
    lines = path.read_text().splitlines()
    assert old in lines[number]
    lines[number] = lines[number].replace(old, new, 1)
    path.write_text("\n".join(lines) + "\n")


@pytest.fixture
def world(app: Flask, worlds: Worlds) -> World:
    return worlds.begin(make_world)


@pytest.fixture
def folder(app: Flask, world: World, tmp_path: Path) -> Path:
    return exported(app, tmp_path / "log")


def test_a_closed_round_holds_amended_and_opened_again(app: Flask, world: World) -> None:
    assert verified(app)
    now = NOW + timedelta(days=13)
    with transaction():
        give_more_time(world.admin, "6650101", YEAR, Round.SIX, now + timedelta(days=1), "น้ำท่วม", 0, now)
    jobs.head_of_now()
    assert verified(app)
    with transaction():
        fix_due(now + timedelta(days=2), now + timedelta(days=2))
    jobs.head_of_now()
    assert verified(app)


def test_an_untouched_log_holds_by_its_addresses(app: Flask, world: World) -> None:
    said = verified(app)
    assert f"{queries.size()} entries, 1 signed heads" in said
    assert "all holds" in said


def test_the_files_are_checked_alone_with_the_copy_among_them(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-I", str(folder / "verify.py"), str(folder)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "all holds" in done.stdout


def test_it_shares_no_code_with_the_application() -> None:
    asked = "import sys, runpy; runpy.run_path(sys.argv[1]); print(sorted({m.split('.')[0] for m in sys.modules}))"
    loaded = subprocess.run(
        [sys.executable, "-I", "-c", asked, str(SCRIPT)], capture_output=True, text=True, check=True
    ).stdout
    assert not {"app", "flask", "sqlalchemy", "rfc8785"} & set(json.loads(loaded.replace("'", '"')))


def test_a_head_that_was_saved_must_still_be_a_beginning(app: Flask, folder: Path, tmp_path: Path) -> None:
    head = json.loads((folder / "heads.jsonl").read_text())
    saved = tmp_path / "head.json"
    saved.write_text(json.dumps(head))
    assert run(folder, "--head", str(saved)).returncode == 0
    assert run(folder, "--key", head["key"]).returncode == 0
    assert "not the one you gave" in run(folder, "--key", "00" * 32).stderr

    other = heads.signed(3, bytes(32), bytes(32), heads_time(), app.config["LOG_SIGNING_KEY"])
    saved.write_text(json.dumps(heads.published(other)))
    done = run(folder, "--head", str(saved))
    assert done.returncode == 1
    assert "the head of 3 entries" in done.stderr
    saved.write_text(json.dumps(head | {"root": "00" * 32}))
    assert "is not that of the key" in run(folder, "--head", str(saved)).stderr


def heads_time() -> Any:
    head = queries.latest_head()
    assert head
    return head.at


def test_each_kind_of_wrong_has_its_words(folder: Path) -> None:
    entries, rows = folder / "entries.jsonl", folder / "state" / "projects.jsonl"
    whole, state = entries.read_text(), rows.read_text()
    edit_line(entries, 0, '"dimension":1', '"dimension":2')
    assert "entry 0: it is not the entry that was put into the chain there" in run(folder).stderr

    entries.write_text(whole)
    number = next(at for at, line in enumerate(whole.splitlines()) if '"disclosed":{"after/name"' in line)
    edit_line(entries, number, "โครงการ", "โครงกาน")
    assert f"entry {number}: after/" in run(folder).stderr

    entries.write_text("\n".join(whole.splitlines()[:-3]) + "\n")
    assert "the end of it is gone" in run(folder).stderr

    entries.write_text("not json at all\n")
    assert "entry 0: it is not the entry that was put into the chain there" in run(folder).stderr

    entries.write_text(whole)
    edit_line(rows, 0, '"kind":"project"', '"kind":"measure"')
    done = run(folder)
    assert done.returncode == 1
    assert 'kind is "measure" in the tables, "project" by the log' in done.stderr

    rows.write_text(state)
    assert run(folder).returncode == 0


def test_what_cannot_be_checked_is_not_called_wrong(tmp_path: Path) -> None:
    done = run(tmp_path / "nowhere")
    assert done.returncode == 2
    assert "is not there" in done.stderr
    assert run(Path("http://127.0.0.1:9"), "--patience", "0").returncode == 2


def test_a_row_that_is_being_changed_is_named_as_not_told_yet(app: Flask, world: World, tmp_path: Path) -> None:
    make_project(world.lao, facts("เพิ่งบันทึก"))
    from app.ledger import export

    export.write(tmp_path)
    done = run(tmp_path)
    assert done.returncode == 0
    assert "1 rows are not told of yet" in done.stdout


def test_a_log_without_any_signed_head_proves_nothing(folder: Path) -> None:
    (folder / "heads.jsonl").write_text("")
    done = run(folder)
    assert done.returncode == 2
    assert "no head is signed" in done.stderr


def test_chain_tree_and_heads_can_be_checked_alone(folder: Path) -> None:
    done = run(folder, "--log-only")
    assert done.returncode == 0
    assert "The tables were not looked at" in done.stdout
    entries = folder / "entries.jsonl"
    entries.write_text("".join(entries.read_text().splitlines(keepends=True)[:-1]))
    assert run(folder, "--log-only").returncode == 1


def test_a_long_log_is_checked_by_many_processes_in_files_that_fit(
    app: Flask, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a log of millions, in small: its rows lie in many parts."""
    folder = exported(app, tmp_path / "log")
    monkeypatch.setattr(verify, "ROWS_AT_ONCE", 3)
    said = verify.check(verify.Folder(folder), None, "", 2)
    assert said == verify.check(verify.Folder(folder), None, "", 1)
    edit_line(folder / "state" / "projects.jsonl", 0, '"kind":"project"', '"kind":"measure"')
    with pytest.raises(verify.Wrong, match="kind is"):
        verify.check(verify.Folder(folder), None, "", 2)
