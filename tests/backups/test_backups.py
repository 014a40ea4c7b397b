"""A backup is made while somebody writes, restored into an empty database, and every row of it compared."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from errno import ENOSPC
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import create_engine, make_url, select, text
from sqlalchemy.exc import DBAPIError

from app import clock, create_app
from app.backups import copies, postgresql
from app.backups import sqlite as sqlite_backup
from app.backups.errors import BackupError
from app.db import Base, db, is_sqlite, transaction
from app.ledger import jobs
from app.models.enums import ReportStatus
from tests.conftest import SETTINGS
from tests.factories import facts, make_lao, make_project, make_report

Rows = dict[str, list[str]]


@pytest.fixture
def filled(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """An installation in which something was done: projects, reports, history, the log, a large file."""
    lao = make_lao()
    make_report(lao, make_project(lao), ReportStatus.IN_PROGRESS)
    make_project(lao, facts("โครงการที่ ๒ “ทดสอบ”\n"))
    jobs.head_of_now()
    for name in copies.FOLDERS:
        monkeypatch.setitem(app.config, name, tmp_path / "kept" / name)
    large = tmp_path / "kept" / "EXPORT_FOLDER" / "eplannacc" / "1.xlsx"
    large.parent.mkdir(parents=True)
    large.write_bytes(b"a workbook")
    return app


@pytest.fixture
def elsewhere(filled: Flask, tmp_path: Path) -> Iterator[Flask]:
    """A new installation on the same engine: an empty database, and folders of its own."""
    folders = {name: tmp_path / "new" / name for name in copies.FOLDERS}
    here = db.engine.url
    if is_sqlite(db.engine):
        yield create_app({**SETTINGS, **folders, "SQLALCHEMY_DATABASE_URI": f"sqlite:///{tmp_path / 'new.sqlite3'}"})
        return
    name = f"{here.database}_new"
    control = create_engine(here.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with control.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {name}"))
        url = make_url(here).set(database=name).render_as_string(hide_password=False)
        app = create_app({**SETTINGS, **folders, "SQLALCHEMY_DATABASE_URI": url})
        yield app
        with app.app_context():
            db.engine.dispose()
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
    control.dispose()


def _flask(app: Flask, *words: str) -> Result:
    db.session.rollback()
    with app.app_context():
        return app.test_cli_runner().invoke(args=list(words))


def _backup(app: Flask, folder: Path) -> Path:
    done = _flask(app, "backup", str(folder))
    assert done.exit_code == 0, done.output
    (found,) = folder.iterdir()
    return found


def _all_rows(app: Flask) -> Rows:
    with app.app_context():
        found = {
            table.name: [repr(row) for row in db.session.execute(select(table).order_by(*table.primary_key))]
            for table in Base.metadata.sorted_tables
        }
        db.session.remove()
    return found


def test_what_is_restored_is_what_was_there_in_every_table(filled: Flask, elsewhere: Flask, tmp_path: Path) -> None:
    # given
    before = _all_rows(filled)
    made = _backup(filled, tmp_path / "backups")

    # when
    done = _flask(elsewhere, "restore", str(made))

    # then
    assert done.exit_code == 0, done.output
    assert _all_rows(elsewhere) == before
    assert sum(map(len, before.values())) > 1000
    assert (elsewhere.config["EXPORT_FOLDER"] / "eplannacc" / "1.xlsx").read_bytes() == b"a workbook"
    assert "upgrade" in done.output


def test_what_is_restored_goes_on_where_it_stopped(filled: Flask, elsewhere: Flask, tmp_path: Path) -> None:
    # given
    assert _flask(elsewhere, "restore", str(_backup(filled, tmp_path / "backups"))).exit_code == 0

    with elsewhere.app_context():
        # when: an LAO records a project, and somebody tries to rewrite what was done
        project_id = make_project(make_lao("6650808"))
        jobs.head_of_now()
        with pytest.raises(DBAPIError), transaction():
            db.session.execute(text("UPDATE history SET reason = 'x'"))

        # then
        assert project_id == 3
        db.session.remove()


def test_a_backup_is_of_one_moment_whatever_is_written_meanwhile(
    filled: Flask, elsewhere: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if is_sqlite(db.engine):
        pytest.skip("SQLite copies its pages in one step")
    # given: somebody who saves between the look at the tables and the copy
    before, run = _all_rows(filled), postgresql._run

    def meanwhile(*words: Any, **named: Any) -> None:
        if words[1] == "pg_dump":
            make_project(make_lao("6650808"))
        run(*words, **named)

    monkeypatch.setattr(postgresql, "_run", meanwhile)

    # when
    made = _backup(filled, tmp_path / "backups")

    # then
    assert _flask(elsewhere, "restore", str(made)).exit_code == 0
    assert _all_rows(elsewhere) == before != _all_rows(filled)


def test_a_backup_that_was_changed_is_not_restored(filled: Flask, elsewhere: Flask, tmp_path: Path) -> None:
    # given
    made = _backup(filled, tmp_path / "backups")
    assert "whole" in _flask(elsewhere, "restore", "--check", str(made)).output
    victim = sorted(path for path in made.rglob("*") if path.is_file() and path.name != "manifest.json")[0]
    kept = victim.read_bytes()

    for changed in (kept[:-1] + bytes([kept[-1] ^ 1]), kept[:-1], None):
        # when
        victim.write_bytes(changed) if changed is not None else victim.unlink()
        done = _flask(elsewhere, "restore", str(made))

        # then
        assert (done.exit_code, "damaged or changed" in done.output) == (1, True)
        victim.write_bytes(kept)
    (made / "manifest.json").write_text("{}")
    assert "is no backup" in _flask(elsewhere, "restore", str(made)).output


def test_a_restore_that_lost_a_row_says_so(filled: Flask, elsewhere: Flask, tmp_path: Path) -> None:
    # given: a manifest that tells of one more
    made = _backup(filled, tmp_path / "backups")
    manifest = json.loads((made / "manifest.json").read_text())
    manifest["rows"]["projects"][0] = "3"
    (made / "manifest.json").write_text(json.dumps(manifest))

    # when
    done = _flask(elsewhere, "restore", str(made))

    # then
    assert (done.exit_code, "not what was there: projects" in done.output) == (1, True)


def test_nothing_is_restored_over_what_is_there_or_from_another_engine_or_a_newer_program(
    filled: Flask, elsewhere: Flask, tmp_path: Path
) -> None:
    made = _backup(filled, tmp_path / "backups")
    before = _all_rows(filled)
    done = _flask(filled, "restore", str(made))
    assert (done.exit_code, "has tables already" in done.output) == (1, True)
    assert _all_rows(filled) == before

    told = json.loads((made / "manifest.json").read_text())
    for changes, sentence in (
        ({"engine": "oracle"}, "The backup is of oracle"),
        ({"revision": "9999_later"}, "of a newer program"),
    ):
        (made / "manifest.json").write_text(json.dumps(told | changes))
        done = _flask(elsewhere, "restore", str(made))
        assert (done.exit_code, sentence in done.output) == (1, True), done.output


def test_a_backup_that_fails_leaves_nothing_that_looks_like_one(
    filled: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given: the tools are missing, or the file is damaged
    folder = tmp_path / "backups"
    if is_sqlite(db.engine):
        monkeypatch.setattr("app.backups.sqlite._count", lambda _name: "SELECT nothing")
    else:
        monkeypatch.setattr("app.backups.postgresql.shutil.which", lambda _program: None)

    # when
    done = _flask(filled, "backup", str(folder))

    # then
    assert done.exit_code == 1
    assert list(folder.iterdir()) == []


def test_what_a_killed_backup_left_goes_with_the_next_and_one_under_way_stays(filled: Flask, tmp_path: Path) -> None:
    # given: two parts, and somebody still writes into one of them
    folder = tmp_path / "backups"
    left, under_way = folder / ".eplannacc-1-ab.part", folder / ".eplannacc-2-cd.part"
    for part in (left, under_way):
        part.mkdir(parents=True)
        (part / "database").write_bytes(b"half")

    # when
    with copies._held(under_way):
        done = _flask(filled, "backup", str(folder))

    # then
    assert done.exit_code == 0, done.output
    assert not left.exists()
    assert [path.suffix for path in sorted(folder.iterdir())] == [".part", ""]


def test_two_backups_of_one_second_leave_one_that_is_whole(
    filled: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given: the second begins while the first is being made
    folder, now, told = tmp_path / "backups", clock.now(), list[str]()
    written = copies._made_in

    def late(part: Path, at: datetime, files: bool) -> copies.Manifest:
        manifest = written(part, at, files)
        monkeypatch.setattr(copies, "_made_in", written)
        told.append(copies.backup(folder, now, files=True)[0].name)
        return manifest

    monkeypatch.setattr(copies, "_made_in", late)

    # when
    with filled.app_context(), pytest.raises(BackupError):
        copies.backup(folder, now, files=True)

    # then
    assert [path.name for path in folder.iterdir()] == told
    assert _flask(filled, "restore", "--check", str(folder / told[0])).exit_code == 0


def test_a_file_that_expires_meanwhile_is_not_in_the_backup(
    filled: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given: one that is there when the folder is listed, and gone when its turn comes
    gone = filled.config["EXPORT_FOLDER"] / "eplannacc" / "2.xlsx"
    gone.write_bytes(b"another")
    copied = copies._copied

    def late(source: str, target: str) -> None:
        gone.unlink(missing_ok=True)
        copied(source, target)

    monkeypatch.setattr(copies, "_copied", late)

    # when
    made = _backup(filled, tmp_path / "backups")

    # then
    assert [path.name for path in (made / "files").rglob("*") if path.is_file()] in (["1.xlsx"], ["1.xlsx", "2.xlsx"])
    assert _flask(filled, "restore", "--check", str(made)).exit_code == 0


@pytest.mark.parametrize("name", copies.FOLDERS)
def test_a_backup_is_not_made_inside_what_it_copies(filled: Flask, name: str) -> None:
    inside = filled.config[name] / "deep" / "backups"
    done = _flask(filled, "backup", str(inside))
    assert (done.exit_code, f"is inside {name}" in done.output) == (1, True)
    assert not inside.exists()


def test_a_disk_that_is_full_is_told_of_in_a_sentence(
    filled: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given: no room, as the system says where files are copied, or SQLite where pages are
    def full(*_words: Any) -> None:
        raise OSError(ENOSPC, "No space left on device")

    def no_page(*_words: Any) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    at = [(copies, "_copied", full)] + [(sqlite_backup, "copy_pages", no_page)] * is_sqlite(db.engine)
    for module, name, fails in at:
        with monkeypatch.context() as patch:
            patch.setattr(module, name, fails)

            # when
            done = _flask(filled, "backup", str(tmp_path / "backups"))

        # then
        assert (done.exit_code, "could not be written" in done.output) == (1, True), done.output
        assert not done.output.startswith("Traceback")
        assert list((tmp_path / "backups").iterdir()) == []


def test_sums_hang_on_no_setting_of_a_database(filled: Flask, elsewhere: Flask, tmp_path: Path) -> None:
    if is_sqlite(db.engine):
        pytest.skip("SQLite has no such settings")
    # given: one that writes moments and bytes in its own way
    with elsewhere.app_context():
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for setting in ("TimeZone = 'Asia/Bangkok'", "DateStyle = 'SQL, DMY'", "bytea_output = 'escape'"):
                connection.execute(text(f"ALTER DATABASE {db.engine.url.database} SET {setting}"))
        db.engine.dispose()

    # when
    done = _flask(elsewhere, "restore", str(_backup(filled, tmp_path / "backups")))

    # then
    assert done.exit_code == 0, done.output


def test_a_damaged_database_is_told_of_and_not_backed_up(filled: Flask, tmp_path: Path) -> None:
    if not is_sqlite(db.engine):
        pytest.skip("PostgreSQL refuses to read it")
    # given: a row that leads nowhere, written by some other tool
    with closing(sqlite3.connect(str(db.engine.url.database))) as other, other:
        other.execute("UPDATE projects SET organisation_id = 999")

    # when
    done = _flask(filled, "backup", str(tmp_path / "backups"))

    # then
    assert (done.exit_code, "The database itself is damaged" in done.output) == (1, True)


def test_a_backup_has_no_keys_in_it(filled: Flask, tmp_path: Path) -> None:
    made = _backup(filled, tmp_path / "backups")
    told = (made / "manifest.json").read_text()
    for name in ("SECRET_KEY", "LOG_SIGNING_KEY"):
        assert filled.config[name] not in told
        assert all(filled.config[name].encode() not in path.read_bytes() for path in made.rglob("*") if path.is_file())


def test_a_database_without_tables_is_not_backed_up(filled: Flask, elsewhere: Flask, tmp_path: Path) -> None:
    """Whoever sets a wrong DATABASE_URL is told so, and no file is made where it leads."""
    done = _flask(elsewhere, "backup", str(tmp_path / "backups"))
    assert (done.exit_code, "DATABASE_URL" in done.output) == (1, True), done.output
    assert not (tmp_path / "backups").exists()
    assert not (tmp_path / "new.sqlite3").exists()


def test_a_restore_makes_the_folder_of_the_file(filled: Flask, tmp_path: Path) -> None:
    if not is_sqlite(db.engine):
        pytest.skip("PostgreSQL keeps its files itself")
    before = _all_rows(filled)
    made, file = _backup(filled, tmp_path / "backups"), tmp_path / "of" / "its own" / "new.sqlite3"
    new = create_app({**SETTINGS, "SQLALCHEMY_DATABASE_URI": f"sqlite:///{file}"})
    done = _flask(new, "restore", str(made), "--check")
    assert done.exit_code == 0
    assert not file.exists()
    done = _flask(new, "restore", str(made))
    assert done.exit_code == 0, done.output
    assert _all_rows(new) == before
