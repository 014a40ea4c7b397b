"""The internal note: read and written by NACC of the province, told to nobody else, and never overwritten unseen."""

from datetime import timedelta

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import select

from app.access import Actor
from app.accounts.queries import actor_of
from app.db import db, transaction
from app.errors import NotTheirs, Stale
from app.lao.projects.operations import delete_project
from app.ledger.operations import place_everything
from app.models import HistoryEntry, InternalNote
from app.models.enums import Action, Role
from app.nacc.notes.operations import write_note
from app.nacc.notes.queries import laos_with_note, note_on, noted_lao, noted_project, with_note
from app.plans.queries import period_of
from tests.client import Client, text_of
from tests.factories import NOW, YEAR, make_lao, make_project, make_report, make_staff
from tests.house.test_access import ANYBODY, LAO, WHO_OPENS, address, known_routes
from tests.pages import both_values, enter, fields, tree

LATER = NOW + timedelta(days=3)
SECRET = "นายกฯ ขอเลื่อนส่งเอกสาร"
WORDS = "บันทึกภายใน"


def _officer(*provinces: str, name: str = "officer65") -> Actor:
    return actor_of(make_staff(name, Role.OFFICER, *provinces).id)


def test_a_note_is_one_of_a_project_or_an_lao_and_its_history_never_has_the_words(app: Flask) -> None:
    # given
    lao, officer = make_lao(), _officer("65")
    project, organisation = make_project(lao), lao.own_organisation_id
    about = noted_project(officer, project)
    assert note_on(about) is None

    # when
    with transaction():
        assert not write_note(officer, about, "", 0, LATER), "nothing is no note"
        assert write_note(officer, about, SECRET, 0, LATER)
        assert write_note(officer, noted_lao(officer, organisation), "โทรคุยแล้ว", 0, LATER)
    with transaction():
        assert write_note(officer, about, SECRET, 0, LATER), "a double click tells what the first one did"
        assert not write_note(officer, about, SECRET, 1, LATER), "the same once more is no change"
    with pytest.raises(Stale), transaction():
        write_note(officer, about, "ของอีกหน้าต่าง", 0, LATER)

    # then
    note = note_on(about)
    assert note is not None
    assert (note.text, note.version, note.by, note.at) == (SECRET, 1, "officer65", LATER)
    assert (with_note([project]), laos_with_note([organisation])) == ({project}, {organisation})
    told = db.session.scalars(select(HistoryEntry).where(HistoryEntry.action == Action.WRITE_NOTE)).all()
    assert [(each.entity_key, each.organisation_id) for each in told] == [
        (f"project/{project}", organisation),
        ("lao", organisation),
    ]
    assert SECRET not in str([(each.before, each.after, each.reason) for each in told])
    with transaction():
        assert write_note(officer, about, "", 1, LATER), "emptied it is gone, in every place there is"
    assert with_note([project]) == set()


def test_who_does_not_oversee_the_province_has_no_note_to_read_or_write(app: Flask, client: Client) -> None:
    lao = make_lao()
    project, organisation = make_project(lao), lao.own_organisation_id
    stranger, admin = _officer("90", name="stranger"), actor_of(make_staff("chief", Role.ADMINISTRATOR).id)
    for nobodys in (stranger, lao):
        with pytest.raises(NotTheirs):
            noted_project(nobodys, project)
        with pytest.raises(NotTheirs):
            noted_lao(nobodys, organisation)
    assert noted_lao(admin, organisation).name == "องค์การบริหารส่วนตำบลดินทอง"
    enter(client, stranger.account_id)
    for path in (f"/nacc/notes/projects/{project}", f"/nacc/notes/organisations/{organisation}"):
        assert client.get(path).status_code == 404
        assert client.send(path, {"text": SECRET, "version": "0"}).status_code == 404


def test_the_note_of_a_deleted_project_is_neither_read_nor_written(app: Flask, client: Client) -> None:
    # given
    lao, officer = make_lao(), _officer("65")
    project = make_project(lao)
    with transaction():
        write_note(officer, noted_project(officer, project), SECRET, 0, LATER)
        delete_project(lao, period_of(YEAR), project, 1, "บันทึกซ้ำ", LATER)  # type: ignore[arg-type]
    # then its page is not there, as the project's own is not
    enter(client, officer.account_id)
    path = f"/nacc/notes/projects/{project}"
    assert [client.get(each).status_code for each in (path, f"/nacc/review/{project}")] == [404, 404]
    assert client.send(path, {"text": "อีกครั้ง", "version": "1"}).status_code == 404
    assert db.session.scalars(select(InternalNote.text)).all() == [SECRET]


def test_notes_are_seen_where_an_officer_meets_the_project_and_the_lao(app: Flask, client: Client) -> None:
    # given
    lao = make_lao()
    project, organisation = make_project(lao), lao.own_organisation_id
    enter(client, _officer("65").account_id)
    card = client.get(f"/nacc/review/{project}?status=pending").text
    assert "เขียนบันทึกภายในของโครงการ" in card

    # when
    queue = f"/nacc/notes/projects/{project}?status=pending&q=%E0%B9%82"
    assert "เห็นเฉพาะเจ้าหน้าที่ ป.ป.ช." in client.get(queue).text
    saved = client.send(queue, {"text": f"{SECRET}\n<b>สอง", "version": "0"})
    lao_page = client.send(f"/nacc/notes/organisations/{organisation}", {"text": "โทรคุยแล้ว", "version": "0"})

    # then
    assert saved.location == f"/nacc/review/{project}?status=pending&q=%E0%B9%82"
    card = client.get(saved.location).text
    for words in (f"{SECRET}\n&lt;b&gt;สอง", "โทรคุยแล้ว", "officer65", "มีบันทึก"):
        assert words in card
    assert lao_page.location == f"/nacc/accounts/{organisation}"
    assert "โทรคุยแล้ว" in client.get(lao_page.location).text
    for list_ in ("/nacc/accounts", f"/nacc/plan-years?year={YEAR}"):
        assert "มีบันทึก" in client.get(list_).text
    assert client.send(f"/nacc/notes/organisations/{organisation}", {"text": "", "version": "1"}).status_code == 303
    assert "มีบันทึก" not in client.get("/nacc/accounts").text


def test_of_two_windows_both_notes_are_shown_and_neither_is_lost(app: Flask, client: Client) -> None:
    # given
    project = make_project(make_lao())
    path = f"/nacc/notes/projects/{project}"
    enter(client, _officer("65").account_id)
    client.send(path, {"text": "ของคนแรก", "version": "0"})
    enter(client, _officer("65", name="second").account_id)

    # when
    stale = client.send(path, {"text": "ของคนที่สอง", "version": "0"})

    # then
    assert stale.status_code == 422
    assert "มีการแก้ไขโดย officer65" in stale.text
    assert both_values(stale.text)[WORDS] == ["ของคนแรก", "ของคนที่สอง"]
    assert fields(stale.text)["text"] == ["ของคนที่สอง"]
    assert client.send(path, fields(stale.text)).status_code == 303
    assert db.session.scalars(select(InternalNote.text)).all() == ["ของคนที่สอง"]
    shown = text_of(tree(client.get(path).text))
    assert ("แก้ไขล่าสุดโดย second" in shown, "officer65" in shown) == (True, False)
    long = client.send(path, {"text": "ก" * 2001, "version": "2"})
    assert long.status_code == 422
    assert "ย่อให้ไม่เกิน 2,000 ตัวอักษร" in long.text


def test_neither_the_lao_nor_the_public_nor_the_log_is_told_of_a_note(app: Flask, client: Client) -> None:
    """Every page there is, as the LAO and as a stranger; NACC itself reads in its history who wrote and when."""
    # given
    lao, officer = make_lao(), _officer("65")
    project = make_project(lao)
    make_report(lao, project)
    with transaction():
        write_note(officer, noted_project(officer, project), SECRET, 0, LATER)
        write_note(officer, noted_lao(officer, lao.own_organisation_id), SECRET, 0, LATER)
    with transaction():
        place_everything()

    # when
    leaks, read = [], 0
    for account_id, opens in ((lao.account_id, LAO), (None, ANYBODY)):
        client.delete_cookie("eplannacc")
        if account_id:
            enter(client, account_id)
        for name, method, rule in known_routes(app):
            if method == "GET" and rule.endpoint != "static" and opens <= WHO_OPENS[name]:
                told = client.get(address(app, rule, project)).data.decode(errors="replace")
                read += 1
                if any(word in told for word in (SECRET, f"แก้ไข{WORDS}", "write note", '"entity":"note"')):
                    leaks.append(name)

    # then
    assert read > 90
    assert leaks == []
    enter(client, officer.account_id)
    for page in ("/nacc/history/6650807", f"/nacc/history/6650807?entity=note&project={project}"):
        history = client.get(page).text
        assert "ป.ป.ช. แก้ไขบันทึกภายใน" in history
        assert SECRET not in history


def test_a_filled_database_of_the_last_release_takes_notes(app: Flask) -> None:
    lao, officer = make_lao(), _officer("65")
    project = make_project(lao)
    downgrade(revision="0019")
    upgrade()
    with transaction():
        assert write_note(officer, noted_project(officer, project), SECRET, 0, LATER)
    assert with_note([project]) == {project}
