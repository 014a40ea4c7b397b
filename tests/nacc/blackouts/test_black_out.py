"""A personal detail goes for good, and the log stays valid: of what stood there a hash is left that tells nothing."""

from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select, text

from app.db import db, transaction
from app.errors import Refusal
from app.history.operations import record
from app.ledger import jobs
from app.models import HistoryEntry, LogEntry, Project, Report
from app.models.enums import Action, Entity, ReportStatus
from app.nacc.blackouts.operations import black_out
from app.nacc.blackouts.rules import BlackedText
from app.plans.queries import period_of
from docs import verify
from tests.client import Client
from tests.factories import NOW, YEAR, facts, make_project, make_report
from tests.ledger.world import LATER, World, make_world, verified
from tests.pages import enter
from tests.worlds import Worlds

SECRET = "นางสาวสมหญิง เลขบัตร 1-2345"
PAGE = "/nacc/admin/black-out"


@pytest.fixture
def world(app: Flask, worlds: Worlds) -> World:
    return worlds.begin(make_world)


def told_project(world: World) -> int:
    """A project whose texts name a person, edited once, and reported with the name once more."""
    project = make_project(world.lao, facts("โครงการอบรม", objective=SECRET))
    make_report(world.lao, project, ReportStatus.DONE, note=SECRET, obstacles=SECRET, spent=Decimal(1))
    from app.lao.projects.operations import edit_project

    period = period_of(YEAR)
    assert period
    with transaction():
        edit_project(world.lao, period, project, 1, facts("โครงการอบรม", objective=f"{SECRET} แก้"), LATER)
    return project


def everywhere() -> str:
    """All that the database and the log's files hold."""
    names = ("projects", "reports", "history", "log_entries")
    rows = [db.session.execute(text(f"SELECT * FROM {name}")).all() for name in names]
    return "".join(map(str, rows)).encode("ascii", "backslashreplace").decode("unicode_escape", "replace")


def test_the_text_is_gone_everywhere_and_the_log_still_holds(app: Flask, client: Client, world: World) -> None:
    project = told_project(world)
    jobs.head_of_now()
    before = client.get("/public/log/entries").text
    assert SECRET in before
    hashes = [line[line.index('"entry":') :] for line in before.splitlines()]

    for what in (BlackedText.OBJECTIVE, BlackedText.NOTE, BlackedText.OBSTACLES):
        with transaction():
            black_out(world.admin, project, what, "มีเลขบัตรประชาชน", LATER)
    jobs.head_of_now()

    after = client.get("/public/log/entries").text
    assert SECRET not in after
    assert [line[line.index('"entry":') :] for line in after.splitlines()][: len(hashes)] == hashes
    entries = db.session.scalars(select(HistoryEntry)).all()
    assert not any(SECRET in str((entry.before, entry.after)) for entry in entries)
    assert db.session.get_one(Project, project).objective == "■■■"
    assert set(db.session.scalars(select(Report.note).where(Report.project_id == project))) == {"■■■", ""}
    assert "all holds" in verified(app)


def test_of_a_name_neither_the_search_nor_the_order_tells_any_more(app: Flask, world: World) -> None:
    # given two projects of the same letters to black out in, one of which never had a name to hide
    named, other = (make_project(world.lao, facts(name)) for name in (SECRET, "โครงการอบรม"))
    # when
    for project in (named, other):
        with transaction():
            black_out(world.admin, project, BlackedText.NAME, "มีเลขบัตรประชาชน", LATER)
    # then nothing tells them apart
    keys = select(Project.name, Project.name_sort, Project.name_search).where(Project.id.in_([named, other]))
    assert len(set(map(tuple, db.session.execute(keys)))) == 1


def test_what_is_not_in_the_log_yet_is_placed_first(app: Flask, world: World) -> None:
    project = told_project(world)
    with transaction():
        black_out(world.admin, project, BlackedText.OBJECTIVE, "มีเลขบัตรประชาชน", LATER)
    jobs.head_of_now()
    assert "all holds" in verified(app)
    kept = db.session.scalars(
        select(LogEntry.commitments)
        .join(HistoryEntry, HistoryEntry.id == LogEntry.history_id)
        .where(HistoryEntry.entity_key == str(project), HistoryEntry.action == Action.RECORD)
    ).one()
    assert len(kept["after/objective"]["hash"]) == 64


def test_the_lao_can_type_another_text_and_delete_the_project(app: Flask, world: World) -> None:
    from app.lao.projects.operations import delete_project, edit_project

    project = told_project(world)
    with transaction():
        black_out(world.admin, project, BlackedText.OBJECTIVE, "มีชื่อบุคคล", LATER)
    period, version = period_of(YEAR), db.session.get_one(Project, project).version
    assert period
    with transaction():
        edit_project(world.lao, period, project, version, facts("โครงการอบรม", objective="ข้อความใหม่"), LATER)
    with transaction():
        delete_project(world.lao, period, project, version + 1, "บันทึกซ้ำ", LATER)
    jobs.head_of_now()
    assert "all holds" in verified(app)


def test_a_field_without_a_text_or_blacked_out_already_is_refused(world: World) -> None:
    with pytest.raises(Refusal), transaction():
        black_out(world.admin, world.deleted, BlackedText.NOTE, "x", NOW)
    for again in (False, True):
        if again:
            with pytest.raises(Refusal), transaction():
                black_out(world.admin, world.kept, BlackedText.NAME, "x", NOW)
        else:
            with transaction():
                black_out(world.admin, world.kept, BlackedText.NAME, "x", NOW)


def test_a_change_past_the_deed_is_still_noticed(app: Flask, world: World) -> None:
    with transaction():
        black_out(world.admin, world.kept, BlackedText.OBJECTIVE, "มีชื่อบุคคล", LATER)
    jobs.head_of_now()
    with transaction():
        db.session.execute(text(f"UPDATE projects SET objective = 'x' WHERE id = {world.kept}"))
    with pytest.raises(verify.Wrong, match="objective"):
        verified(app)


def test_the_page_shows_the_texts_asks_why_and_says_what_was_done(client: Client, world: World) -> None:
    enter(client, world.admin.account_id)
    page = client.get(f"{PAGE}/{world.kept}")
    assert "เพื่อปลูกจิตสำนึก" in page.text
    assert client.send(f"{PAGE}/{world.kept}", {"what": "objective", "reason": ""}).status_code == 422
    assert "เลือกช่องที่มีข้อมูล" in client.send(f"{PAGE}/{world.kept}", {"reason": "x"}).text
    done = client.send(f"{PAGE}/{world.kept}", {"what": "objective", "reason": "มีชื่อ"}, follow_redirects=True)
    assert "ปิดข้อมูลแล้ว" in done.text
    assert "เพื่อปลูกจิตสำนึก" not in done.text
    again = client.send(f"{PAGE}/{world.kept}", {"what": "objective", "reason": "มีชื่อ"})
    assert again.status_code == 422
    assert "ไม่มีข้อความให้ปิด" in again.text
    assert client.get(f"{PAGE}/999999").status_code == 404
    assert f"{PAGE}/{world.rejected}" in client.get(f"/nacc/review/{world.rejected}").text


def test_no_other_project_loses_a_word(app: Flask, world: World) -> None:
    """Also one whose number begins with the same digits, as it would get it after many others."""
    # given
    told = told_project(world)
    with transaction():
        longer, told_of = f"{told}5/{YEAR}/6", {"note": SECRET, "obstacles": SECRET}
        lao = world.lao.organisation_id
        record(world.lao, Action.REPORT, Entity.REPORT, longer, organisation_id=lao, after=told_of, at=NOW)
    theirs = select(HistoryEntry.after).where(HistoryEntry.entity_key == longer)
    assert SECRET in str(db.session.scalars(theirs).one())

    # when
    with transaction():
        black_out(world.admin, told, BlackedText.NOTE, "มีเลขบัตรประชาชน", LATER)

    # then
    db.session.expire_all()
    assert db.session.scalars(theirs).one() == told_of
