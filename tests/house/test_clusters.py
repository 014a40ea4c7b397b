"""More than one PostgreSQL: a standby that citizens read from, a pooler, a server that is killed at work."""

import asyncio
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from flask_migrate import upgrade
from huey import Huey
from sqlalchemy import Connection, select, text, update
from sqlalchemy.exc import DBAPIError

from app import create_app
from app.access import Actor
from app.db import db, table, transaction
from app.jobs import engine
from app.models import AccountSession, HistoryEntry, Report
from app.models.enums import Entity
from app.registry.operations import load_provinces
from app.seeds.periods import add_basics
from bench.deadline import Load, Part, clerks_of, faults, let_in
from config import ROOT
from tests.client import Client, check_page
from tests.conftest import SETTINGS
from tests.factories import YEAR, make_lao, make_project
from tests.house.clusters import FOUND, Cluster, cluster, copy_of, own_folder, pooler_of, standby_of
from tests.house.serving import in_a_loop, serving
from tests.pages import enter, fields

pytestmark = [
    pytest.mark.skipif(not (os.environ.get("TEST_DATABASE_URL") and FOUND), reason="needs the server of PostgreSQL"),
    pytest.mark.xdist_group("clusters"),
]
PUBLIC = ("/public", f"/public?year={YEAR}&round=6", "/public/organisations/6650807", "/open-data")
PAGES = ("/", "/help", *PUBLIC)


@pytest.fixture(scope="module")
def primary() -> Iterator[Cluster]:
    with cluster() as made:
        yield made


def app_on(url: str, **settings: Any) -> Flask:
    shown = {"SHOW_ERROR_PAGES": True, "PROPAGATE_EXCEPTIONS": False}
    app = create_app({**SETTINGS, "SQLALCHEMY_DATABASE_URI": url, **shown, **settings})
    app.test_client_class = Client
    return app


@pytest.fixture
def filled(primary: Cluster) -> Iterator[tuple[Flask, Actor, int]]:
    """An app on a database that nothing was done in before, an LAO in it, and its project."""
    app = app_on(primary.url)
    with app.app_context():
        db.session.execute(text("DROP SCHEMA public CASCADE"))
        db.session.execute(text("CREATE SCHEMA public"))
        db.session.commit()
        begin()
        lao = make_lao()
        yield app, lao, make_project(lao)
        db.session.remove()
        db.engine.dispose()


def begin() -> None:
    """What an empty database needs before anything is done in it."""
    upgrade()
    with transaction():
        load_provinces()
        add_basics()


def report(client: Client, project_id: int, spent: str) -> int:
    path = f"/reporting/{project_id}/{YEAR}/6"
    return client.send(path, {**fields(client.get(path).text), "status": "done", "spent": spent}).status_code


def test_a_standby_answers_citizens_and_who_saves_there_is_told(
    filled: tuple[Flask, Actor, int], primary: Cluster
) -> None:
    # given
    app, lao, project_id = filled
    clerk = Client(app)
    enter(clerk, lao.account_id)
    assert report(clerk, project_id, "5") == 302
    with standby_of(primary) as standby:
        there = app_on(standby.url)
        reader, clerk_there = Client(there), Client(there)
        clerk_there.set_cookie("eplannacc", clerk.get_cookie("eplannacc").value)  # type: ignore[union-attr]

        # when: something is saved at the primary
        assert report(clerk, project_id, "7.25") == 302
        follow(app, there)

        # then: citizens read it from the standby
        for path in PAGES:
            assert reader.get(path).status_code == 200, path
        assert reader.get(PUBLIC[2]).text == Client(app).get(PUBLIC[2]).text
        assert "7.25" in clerk_there.get(f"/reporting/{project_id}/{YEAR}/6").text

        # then: who saves there is told so, and reads on, also when it is time to note that it was seen
        form = {**fields(clerk_there.get(f"/reporting/{project_id}/{YEAR}/6").text), "status": "done", "spent": "9"}
        refused = clerk_there.send(f"/reporting/{project_id}/{YEAR}/6", form)
        assert (refused.status_code, "เปิดให้อ่านอย่างเดียว" in refused.text) == (503, True)
        check_page(refused.text)
        db.session.execute(
            update(table(AccountSession)).values(last_seen_at=text("last_seen_at - interval '10 minutes'"))
        )
        db.session.commit()
        follow(app, there)
        assert clerk_there.get("/projects").status_code == 200

        # when: it takes over
        standby.promote()

        # then
        assert report(clerk_there, project_id, "9") == 302
        with there.app_context():
            db.engine.dispose()


def follow(app: Flask, there: Flask) -> None:
    """Until the standby has what the primary has now."""
    with app.app_context(), db.engine.connect() as connection:
        wanted = connection.scalar(text("SELECT pg_current_wal_lsn()"))
    with there.app_context(), db.engine.connect() as connection:
        until(connection, "SELECT pg_last_wal_replay_lsn() >= :wanted", wanted=wanted)


def test_a_moment_before_a_mistake_can_be_gone_back_to() -> None:
    """What one statement by hand took away is there again, with all that was saved until then, and nothing else."""
    with own_folder() as archive, cluster("archive_mode=on", f"'archive_command=cp %p {archive}/%f'") as primary:
        # given: a copy of some night, and what was saved after it
        app = app_on(primary.url)
        with app.app_context():
            begin()
            lao = make_lao()
            project_id = make_project(lao)
            clerk = Client(app)
            enter(clerk, lao.account_id)
            assert report(clerk, project_id, "5") == 302
            with copy_of(primary) as copied:
                assert report(clerk, project_id, "7.25") == 302
                moment = db.session.scalar(text("SELECT clock_timestamp()::text"))

                # when: somebody deletes by hand
                db.session.execute(text("DELETE FROM reports"))
                db.session.commit()
                wait_until_archived()
                db.session.remove()
                copied.recover_until(moment, archive)
                with copied.running():
                    there = app_on(copied.url)
                    with there.app_context():
                        wait_until_promoted()
                        clerk_there = Client(there)
                        enter(clerk_there, lao.account_id)

                        # then
                        assert db.session.scalars(select(Report.spent).order_by(Report.round)).all() == [
                            Decimal("7.25"),
                            None,
                        ]
                        assert "7.25" in clerk_there.get(f"/reporting/{project_id}/{YEAR}/6").text
                        assert report(clerk_there, project_id, "9") == 302
                        db.session.remove()
                        db.engine.dispose()
            db.engine.dispose()


def wait_until_archived() -> None:
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        wanted = connection.scalar(text("SELECT pg_walfile_name(pg_switch_wal())"))
        until(connection, "SELECT last_archived_wal >= :wanted FROM pg_stat_archiver", wanted=wanted)


def wait_until_promoted() -> None:
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        until(connection, "SELECT NOT pg_is_in_recovery()")


def until(connection: Connection, true: str, **values: Any) -> None:
    for _try in range(600):
        if connection.scalar(text(true), values):
            return
        time.sleep(0.1)
    raise AssertionError(f"never: {true}")


def test_while_nothing_may_be_written_pages_are_read_and_an_upgrade_goes_on(
    filled: tuple[Flask, Actor, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    app, lao, project_id = filled
    clerk = Client(app)
    enter(clerk, lao.account_id)

    # when
    said = app.test_cli_runner().invoke(args=["read-only", "on"])

    # then
    assert (said.exit_code, "read-only is on" in said.output) == (0, True), said.output
    assert report(clerk, project_id, "5") == 503
    for path in (*PAGES, "/projects", "/home"):
        assert clerk.get(path).status_code == 200, path
    upgrade()  # a migration may write
    copied = app.test_cli_runner().invoke(args=["backup", str(tmp_path / "copies"), "--no-files"])
    assert (copied.exit_code, "written: " in copied.output) == (0, True), copied.output

    # then: a worker that starts now lives, and nobody stays signed in at a desk that was left
    with monkeypatch.context() as patch:
        patch.setattr(Huey, "create_consumer", lambda *_self, **_named: SimpleNamespace(run=lambda: None))
        engine(app).work()
    left = clerk.send("/logout", {})
    assert (left.status_code, left.location) == (302, "/login")
    assert clerk.get("/projects").status_code == 302

    # when
    assert app.test_cli_runner().invoke(args=["read-only", "off"]).exit_code == 0
    enter(clerk, lao.account_id)

    # then
    assert report(clerk, project_id, "5") == 302


def test_through_a_pooler_nothing_is_lost(filled: tuple[Flask, Actor, int], primary: Cluster) -> None:
    """Twice as many clerks at once as there are connections, each of them one save after the other."""
    laos = [make_lao(f"66508{number:02}") for number in range(10, 14)]
    projects = [make_project(lao) for lao in laos]
    with pooler_of(primary, 2) as port:
        pooled = app_on(f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres", DATABASE_POOLED=True)

        def work(lao: Actor, project_id: int) -> list[int]:
            client = Client(pooled)
            with pooled.app_context():
                enter(client, lao.account_id)
            return [report(client, project_id, str(spent)) for spent in range(12)]

        # when
        with ThreadPoolExecutor(len(laos)) as threads:
            answers = list(threads.map(work, laos, projects))
        with pooled.app_context():
            db.engine.dispose()

    # then
    assert answers == [[302] * 12] * len(laos)
    db.session.rollback()
    kept = select(HistoryEntry.id).where(HistoryEntry.entity == Entity.REPORT)
    assert len(db.session.scalars(kept).all()) == 12 * len(laos)
    reports = db.session.scalars(select(Report).where(Report.project_id.in_(projects)))
    assert {report.spent for report in reports} == {11, None}  # of both rounds


def test_reports_and_history_in_partitions_are_the_same_to_everybody(filled: tuple[Flask, Actor, int]) -> None:
    # given: a report, and one of its public pages
    app, lao, project_id = filled
    clerk, citizen = Client(app), Client(app)
    enter(clerk, lao.account_id)
    assert report(clerk, project_id, "5") == 302
    before = {path: citizen.get(path).text for path in PUBLIC}
    kept = {name: db.session.scalars(text(f"SELECT {name}::text FROM {name}")).all() for name in ("reports", "history")}
    db.session.remove()

    # when: what stands in docs/trials is run
    with db.engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        driver.execute((ROOT / "docs/trials/partitions.sql").read_text())
        connection.connection.commit()
    app.extensions["public-pages"].clear()

    # then: every row is there, every page is what it was, and every rule holds
    for name, rows in kept.items():
        assert sorted(db.session.scalars(text(f"SELECT {name}::text FROM {name}"))) == sorted(rows)
    assert {path: citizen.get(path).text for path in PUBLIC} == before
    assert report(clerk, project_id, "7.25") == 302
    assert [
        db.session.scalar(text(f"SELECT count(*) FROM {name}")) for name in ("reports_2561", "history_until_2561")
    ] == [2, len(kept["history"]) + 1]
    for broken in ("DELETE FROM history", "UPDATE reports SET spent_satang = -1", "DELETE FROM project_years"):
        with pytest.raises(DBAPIError):
            db.session.execute(text(broken))
        db.session.rollback()
    engine(app).look_after()
    asked = db.session.scalars(
        text("EXPLAIN SELECT count(*) FROM reports WHERE fiscal_year = 2561 AND province_code = '65'")
    )
    assert "reports_2562" not in "".join(asked)
    db.session.remove()


@pytest.mark.parametrize("ended", ["killed", "restarted"])
def test_a_server_that_ends_at_work_loses_no_save_and_keeps_none_twice(
    filled: tuple[Flask, Actor, int], primary: Cluster, tmp_path: Path, ended: str
) -> None:
    # given: clerks who save all the time
    app, _lao, _project_id = filled
    for number in range(8):
        make_project(make_lao(f"66508{10 + number}"))
    environ = {"DATABASE_URL": primary.url, "SECRET_KEY": app.config["SECRET_KEY"]}
    clerks = clerks_of(8)
    assert len(clerks) == 8
    let_in(app, clerks)
    db.session.rollback()
    db.engine.dispose()
    with serving(tmp_path, "--workers", "2", **environ) as served:
        load = Load(served.port, clerks, ["/public"])

        def end() -> None:
            time.sleep(2)
            if ended == "killed":
                primary.kill()
            else:
                primary.stop("immediate")
            primary.start()

        async def work() -> list[dict[str, dict[str, int]]]:
            ending = asyncio.get_running_loop().run_in_executor(None, end)
            told = await load.part(Part("at work", 50, 0, 0), 6)
            await ending
            again = await load.part(Part("again", 10, 0, 0), 2)
            await load.close()
            return [told, again]

        # when
        told, again = in_a_loop(work())

    # then: what was acknowledged is there, once, and it went on by itself
    assert list(faults(clerks)) == [], (told, again)
    assert sum(len(clerk.told) for clerk in clerks) > 10
    assert set(told["save"]) <= {"ok", "told to come back", "nobody was free", "p50", "p95"}, told
    assert set(again["save"]) <= {"ok", "nobody was free", "p50", "p95"}, again
