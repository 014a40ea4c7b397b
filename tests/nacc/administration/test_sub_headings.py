"""The sub-headings of a dimension: what can be one, the second look, and what is used by projects."""

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from app.db import db, is_sqlite
from app.lao.projects.queries import project_detail
from app.ledger.live import page as live_page
from app.ledger.replay import replayed
from app.ledger.rules import Told
from app.models import HistoryEntry, Project, SubHeading
from app.models.enums import Role
from app.nacc.administration.periods.rules import (
    headings_in_use_problem,
    sub_headings_in,
    sub_headings_problem,
    sub_headings_told,
)
from app.plans.queries import period_of
from app.plans.rules import heading_order
from tests.client import Client
from tests.factories import NOW, make_lao, make_project, make_staff
from tests.pages import check_refused, enter, fields, kept

HEADINGS = "1.1 การสร้างจิตสำนึก\n1.1.1 บุคลากร\n1.2 ประชาชน\n1.10 เยาวชน"


@pytest.fixture
def page(app: Flask, client: Client) -> str:
    enter(client, make_staff("chief", Role.ADMINISTRATOR).id)
    period = period_of(2561)
    assert period
    address = f"/nacc/admin/periods/{period.id}/1"
    client.get(address)
    return address


def _sent(client: Client, page: str, headings: str) -> dict[str, str]:
    return {name: values[0] for name, values in fields(client.get(page).text).items()} | {"sub_headings": headings}


def _save(client: Client, page: str, headings: str) -> str:
    """Sent twice, as whoever was asked sends it; the answer of the second time."""
    sent = _sent(client, page, headings)
    asked = client.send(page, sent)
    again = client.send(page, sent | {"sure": fields(asked.text).get("sure", [""])[0]}, follow_redirects=True)
    return str(again.text)


def _stands() -> dict[str, str]:
    db.session.rollback()
    period = period_of(2561)
    assert period
    return dict(period.sub_headings.get(1, {}))


def _project_under(number: str) -> int:
    project_id = make_project(make_lao())
    db.session.execute(update(Project).where(Project.id == project_id).values(sub_heading=number))
    db.session.commit()
    return project_id


def test_numbers_are_read_as_they_are_typed_and_sorted_as_they_count() -> None:
    typed = "1.10 สิบ\n\n๑.๒. สอง  คำ\n1.2.1\tหนึ่ง"
    assert sub_headings_in(typed) == [("1.2", "สอง คำ"), ("1.2.1", "หนึ่ง"), ("1.10", "สิบ")]
    assert sub_headings_in("1. ไม่ใช่\n1.1.1.1 ลึกไป\n1.01 ศูนย์นำ\n1.1") == [
        ("", line) for line in ("1. ไม่ใช่", "1.1.1.1 ลึกไป", "1.01 ศูนย์นำ", "1.1")
    ]
    assert heading_order("1.2") < heading_order("1.2.9") < heading_order("1.10")


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("การสร้างจิตสำนึก", "“การสร้างจิตสำนึก” ต้องขึ้นต้นด้วยเลข เช่น 1.1"),
        ("2.1 ของมิติอื่น", "“2.1 ของมิติอื่น” ต้องขึ้นต้นด้วยเลข เช่น 1.1"),
        ("1.1 ก\n1.2.1 ข", "มี 1.2.1 แต่ไม่มี 1.2"),
        ("1.1 ก\n1.1 ข", "เลข 1.1 มี 2 บรรทัด"),
        (f"1.1 {'ก' * 301}", "ชื่อหัวข้อย่อย 1.1 ยาวได้ไม่เกิน 300 ตัวอักษร"),
    ],
)
def test_a_number_fits_its_dimension_and_its_parent_and_stands_there_once(typed: str, told: str) -> None:
    assert told in sub_headings_problem(1, sub_headings_in(typed))


def test_what_another_list_comes_to_is_said() -> None:
    assert sub_headings_problem(1, sub_headings_in(HEADINGS)) == ""
    before, after = {"1.1": "ก", "1.2": "ข", "1.3": "ค"}, {"1.1": "ก", "1.2": "ง", "1.4": "จ"}
    assert sub_headings_told(before, after) == "เพิ่ม 1: 1.4 จ · เปลี่ยนชื่อ 1: 1.2 ง · ลบ 1: 1.3 ค"
    assert sub_headings_told(before, before) == ""
    assert headings_in_use_problem({"1.2"}, {"1.1": 3}) == ""
    assert "1.1 ไม่ได้ เพราะใช้กับ 3 โครงการ" in headings_in_use_problem({"1.1", "1.2"}, {"1.1": 3})


def test_a_list_is_looked_at_twice_and_kept_in_its_order(client: Client, page: str) -> None:
    # given
    before = kept()
    check_refused(client, page, _sent(client, page, "1.1 ก\n1.1 ข"), {"sub_headings": "เลข 1.1 มี 2 บรรทัด"})

    # when
    sent = _sent(client, page, HEADINGS)
    asked = client.send(page, sent)

    # then
    assert asked.status_code == 422
    assert "ตรวจหัวข้อย่อยก่อน" in asked.text
    assert "เพิ่ม 4: 1.1 การสร้างจิตสำนึก, 1.1.1 บุคลากร, 1.2 ประชาชน, 1.10 เยาวชน" in asked.text
    assert kept() == before
    assert client.send(page, sent | {"sure": fields(asked.text)["sure"][0]}).status_code == 303
    assert list(_stands().items()) == [tuple(line.split(" ", 1)) for line in HEADINGS.splitlines()]
    assert fields(client.get(page).text)["sub_headings"] == [HEADINGS]
    assert "1.1.1 บุคลากร" in client.get("/nacc/admin/history").text
    unasked = client.send(page, _sent(client, page, HEADINGS) | {"max_score": "30"})
    assert unasked.status_code == 303, "the list is the same"


def test_what_a_project_stands_under_is_renamed_and_not_removed(client: Client, page: str) -> None:
    _save(client, page, HEADINGS)
    project_id = _project_under("1.2")
    assert "ใช้กับ 1 โครงการ" in _save(client, page, "1.1 การสร้างจิตสำนึก\n1.3 ประชาชน")
    db.session.execute(update(Project).where(Project.id == project_id).values(deleted_at=NOW, counted=False))
    db.session.commit()
    refused = _save(client, page, "1.1 การสร้างจิตสำนึก\n1.3 ประชาชน")
    assert "ใช้กับ 1 โครงการ (รวมที่ลบแล้ว)" in refused, "it may come back"
    assert len(_stands()) == 4
    _save(client, page, "1.1 การสร้างจิตสำนึก\n1.2 ประชาชนทั่วไป")
    assert _stands() == {"1.1": "การสร้างจิตสำนึก", "1.2": "ประชาชนทั่วไป"}
    assert db.session.scalars(select(Project.sub_heading).where(Project.id == project_id)).one() == "1.2"


def test_a_stale_page_shows_both_lists(client: Client, page: str) -> None:
    first = _sent(client, page, "1.1 ก")
    _save(client, page, "1.1 ข")
    asked = client.send(page, first)
    late = client.send(page, first | {"sure": fields(asked.text)["sure"][0]})
    assert late.status_code == 422
    assert "มิตินี้มีการแก้ไขโดยท่านเองในหน้าต่างอื่น" in late.text
    assert "1.1 ข" in late.text
    assert fields(late.text)["sub_headings"] == ["1.1 ก"]
    assert _stands() == {"1.1": "ข"}


def test_the_public_log_gives_the_list_back(client: Client, page: str) -> None:
    for headings in (HEADINGS, "1.1 ก", ""):
        _save(client, page, headings)
        key = page.removeprefix("/nacc/admin/periods/")
        entries = select(HistoryEntry).where(HistoryEntry.entity == "dimension", HistoryEntry.entity_key == key)
        facts = (
            Told(e.id, e.at, e.actor_role, e.action, e.entity, e.entity_key, None, e.before, e.after, e.reason)
            for e in db.session.scalars(entries.order_by(HistoryEntry.id))
        )
        (row,) = (each for each in live_page("dimensions", "", 100)[0] if each.key == key)
        assert replayed(facts) == row.facts
        assert row.facts.get("sub_headings") == (headings.splitlines() or None)


@pytest.mark.parametrize("change", [{"dimension": 2}, {"sub_heading": "1.3"}, {"sub_heading": "2.1"}])
def test_no_project_stands_under_a_heading_of_another_dimension(
    client: Client, page: str, change: dict[str, object]
) -> None:
    _save(client, page, HEADINGS)
    _save(client, page.removesuffix("1") + "2", "2.1 ก")
    project_id = _project_under("1.2")
    with pytest.raises(IntegrityError):
        db.session.execute(update(Project).where(Project.id == project_id).values(**change))
    db.session.rollback()
    with pytest.raises(IntegrityError):
        db.session.execute(delete(SubHeading).where(SubHeading.number == "1.2"))
    db.session.rollback()


def test_a_filled_database_of_before_takes_them(app: Flask) -> None:
    """SQLite's table of projects is changed in its words alone: rows, what points at them, and all its rules stay."""
    # given
    actor = make_lao()
    project_id = make_project(actor)
    before = project_detail(actor, project_id)
    db.session.rollback()
    downgrade(revision="0021")
    with pytest.raises(DBAPIError, match="sub_heading"):
        db.session.execute(text("SELECT sub_heading FROM projects"))
    db.session.rollback()

    # when
    upgrade()

    # then
    assert project_detail(actor, project_id) == before
    period_id = before.plan_period_id
    db.session.add(SubHeading(plan_period_id=period_id, dimension=before.facts.dimension, number="1.1", name="ก"))
    db.session.commit()
    for values in ({"sub_heading": "1.2"}, {"quarters": (5, 9)}, {"plan_period_id": 99}):
        with pytest.raises((IntegrityError, ValueError)):
            db.session.execute(update(Project).values(**values))
        db.session.rollback()
    db.session.execute(update(Project).values(sub_heading=f"{before.facts.dimension}.1"))
    db.session.commit()
    if is_sqlite(db.engine):
        assert db.session.scalar(text("PRAGMA integrity_check")) == "ok"
        assert db.session.scalar(text("PRAGMA foreign_key_check")) is None
