"""What administrators set, over HTTP on both engines; officers and LAOs cannot."""

import re
from datetime import datetime

from flask import Flask
from sqlalchemy import select

from app import clock
from app.access import Actor
from app.accounts.queries import actor_of
from app.clock import thai_date
from app.db import db, transaction
from app.lao.projects.operations import delete_project
from app.lao.projects.queries import project_detail
from app.lao.reporting.counts import round_summary
from app.models import Account, HistoryEntry, Organisation, Project
from app.models.enums import Action, ReviewStatus, Role, Round
from app.moments import MomentField
from app.nacc.administration.operations import bring_back
from app.nacc.administration.periods.rules import names_problem, years_problem
from app.nacc.administration.queries import active_administrators, windows
from app.nacc.administration.rules import in_regions, lock_problem
from app.nacc.administration.windows.forms import WindowForm
from app.plans.queries import period_of, periods, window_for
from app.registry.queries import find_by_code
from tests.client import Client
from tests.factories import NOW, PASSWORD, YEAR, make_lao, make_project, make_staff, review
from tests.pages import fields, sentences


def _admin(client: Client) -> Actor:
    account = make_staff("chief", Role.ADMINISTRATOR)
    client.sign_in("chief", PASSWORD)
    return actor_of(account.id)


def _sure(client: Client, address: str, sent: dict[str, str]) -> str:
    """Send a form that asks once more, and answer yes; gives what it asked."""
    asked = client.send(address, sent)
    assert asked.status_code == 422, asked.text
    assert client.send(address, sent | {"sure": fields(asked.text)["sure"][0]}).status_code == 303
    return asked.text


def test_rules_of_periods_and_locks() -> None:
    assert "ซ้อนกับแผน 2561 - 2564" in years_problem(2564, 2566, [(2561, 2564)])
    assert years_problem(2571, 2575, [(2566, 2570)]) == ""
    assert years_problem(2575, 2571, [])
    assert names_problem([])
    assert names_problem(["ก", "ข"]) == ""
    assert lock_problem(True, 5, False)
    assert lock_problem(False, 1, True)
    assert lock_problem(False, 2, True) == ""


def test_a_window_closes_the_round_and_says_so_in_thai_time(app: Flask, client: Client) -> None:
    lao = make_lao()
    _admin(client)
    path = f"/nacc/admin/windows/{YEAR}/6"
    assert client.get(path).status_code == 200
    bad = client.send(path, {"opens_at": "32/1/2561 08.30", "closes_at": "พรุ่งนี้", "version": "0"})
    assert bad.status_code == 422
    assert "ไม่มีวันหรือเวลา" in bad.text
    assert "พรุ่งนี้" in bad.text
    backwards = {"opens_at": "1/10/2560 08.30", "closes_at": "1/9/2560 08.30", "version": "0"}
    assert "เวลาปิดต้องอยู่หลังเวลาเปิด" in client.send(path, backwards).text
    good = {"opens_at": "๑/๑๐/๒๕๖๐ 08.30", "closes_at": "31/10/2561 16.30", "version": "0"}
    assert client.send(path, good).status_code == 303
    window = window_for(lao.own_organisation_id, YEAR, Round.SIX)
    assert window.closes_at is not None
    assert (clock.thai_date(window.closes_at), clock.thai_time(window.closes_at)) == ("31 ตุลาคม 2561", "16.30 น.")
    stale = client.send(path, good | {"closes_at": "1/11/2561 16.30"})
    assert stale.status_code == 422
    assert "1/11/2561 16.30" in stale.text


def test_one_lao_gets_more_time(app: Flask, client: Client) -> None:
    lao = make_lao()
    admin = _admin(client)
    client.get("/nacc/admin/windows")
    closing = {"opens_at": "1/10/2560 08.30", "closes_at": "31/10/2560 16.30", "version": "0"}
    client.send(f"/nacc/admin/windows/{YEAR}/6", closing)
    more = {"code": "6650807", "year": str(YEAR), "round": "6", "until": "31/12/2640", "why": "น้ำท่วม"}
    unknown = client.send("/nacc/admin/windows/more-time", more | {"code": "9999999"})
    assert unknown.status_code == 422
    assert "ไม่พบ อปท. ที่เปิดอยู่ รหัส 9999999" in unknown.text
    given = client.send("/nacc/admin/windows/more-time", more, follow_redirects=True)
    assert "รายงานรอบ 6 เดือน ปี 2561 ได้ถึง 31 ธันวาคม 2640 เวลา 23.59 น." in given.text, "a day ends at 23.59"
    window = window_for(lao.own_organisation_id, YEAR, Round.SIX)
    assert window.extended
    entry = db.session.scalars(select(HistoryEntry).where(HistoryEntry.action == "give more time")).one()
    assert (entry.reason, entry.actor_id, entry.organisation_id) == ("น้ำท่วม", admin.account_id, lao.organisation_id)


def test_an_extension_that_gives_no_more_time_says_so(app: Flask, client: Client) -> None:
    lao = make_lao()
    _admin(client)
    client.get("/nacc/admin/windows")
    address, window = "/nacc/admin/windows/more-time", f"/nacc/admin/windows/{YEAR}/6"
    more = {"code": "6650807", "year": str(YEAR), "round": "6", "why": "น้ำท่วม"}
    endless = client.send(address, more | {"until": "31/12/2640 16.30"})
    assert "รอบนี้ไม่มีกำหนดปิด จึงไม่ต้องขยายเวลา" in endless.text
    client.send(window, {"opens_at": "1/10/2560", "closes_at": "31/10/2630 16.30", "version": "0"})
    past = client.send(address, more | {"until": "31/10/2561 16.30"})
    assert "31 ตุลาคม 2561 เวลา 16.30 น. ผ่านไปแล้ว" in past.text
    earlier = client.send(address, more | {"until": "30/10/2630 16.30"})
    assert "ปิดวันที่ 31 ตุลาคม 2630 เวลา 16.30 น. สำหรับทุกแห่งอยู่แล้ว" in earlier.text
    assert {answer.status_code for answer in (endless, past, earlier)} == {422}
    client.send(address, more | {"until": "31/12/2640 16.30"})
    shorter = client.send(address, more | {"until": "30/11/2640 16.30"})
    assert shorter.status_code == 422
    assert "31 ธันวาคม 2640 16.30 น." in shorter.text, "what stands is shown before it is made shorter"
    assert "อปท. นี้ได้ขยายเวลาไว้แล้วถึง 31 ธันวาคม 2640 เวลา 16.30 น. ตรวจแล้วบันทึกอีกครั้ง" in shorter.text
    assert "หน้าต่างอื่น" not in shorter.text, "there was none"
    closes_at = window_for(lao.own_organisation_id, YEAR, Round.SIX).closes_at
    assert closes_at is not None
    assert thai_date(closes_at) == "31 ธันวาคม 2640"
    again = re.search(r'name="version"[^>]*value="(\d+)"', shorter.text)
    assert again
    assert client.send(address, more | {"until": "30/11/2640 16.30", "version": again[1]}).status_code == 303
    stale = client.send(address, more | {"until": "29/11/2640 16.30", "version": again[1]})
    assert "เวลาที่ขยายให้ อปท. รหัส 6650807 มีการแก้ไขโดยท่านเองในหน้าต่างอื่น" in stale.text


def test_a_new_plan_period_has_its_own_dimensions(app: Flask, client: Client) -> None:
    _admin(client)
    client.get("/nacc/admin/periods")
    overlapping = client.send("/nacc/admin/periods", {"first_year": "2570", "last_year": "2574", "names": "ก"})
    assert "ซ้อนกับแผน 2566 - 2570" in overlapping.text
    sent = {"first_year": "2571", "last_year": "2575", "names": "มิติใหม่\nมิติที่สอง"}
    _sure(client, "/nacc/admin/periods", sent)
    period = period_of(2573)
    assert period is not None
    assert dict(period.dimensions) == {1: "มิติใหม่", 2: "มิติที่สอง"}
    renamed = client.send(f"/nacc/admin/periods/{period.id}/2", {"name": "ชื่อใหม่", "max_score": "30.5", "version": "1"})
    assert renamed.status_code == 303
    assert next(each for each in periods() if each.id == period.id).dimensions[2] == "ชื่อใหม่"
    assert client.get("/nacc/admin/periods/99/1").status_code == 404


def test_staff_are_invited_by_a_link_and_never_by_a_password(app: Flask, client: Client) -> None:
    _admin(client)
    client.get("/nacc/admin/staff")
    form = {"username": "officer๖๕", "name": "นางสาวใหม่", "role": "officer", "provinces": ["65"], "reason": "บรรจุใหม่"}
    nowhere = client.send("/nacc/admin/staff", form | {"provinces": []})
    assert "เลือกจังหวัด" in nowhere.text
    page = client.send("/nacc/admin/staff", form)
    link = re.search(r"/forgot/([\w-]+)", page.text)
    assert link
    stranger = Client(app)
    stranger.get(f"/forgot/{link[1]}")
    stranger.send(f"/forgot/{link[1]}", {"password": PASSWORD})
    assert stranger.sign_in("officer65", PASSWORD).request.path == "/nacc"
    assert client.send("/nacc/admin/staff", form).status_code == 422  # the name is taken


def test_only_an_administrator_who_can_sign_in_keeps_the_last_one_from_being_locked(app: Flask) -> None:
    make_staff("chief", Role.ADMINISTRATOR)
    make_staff("officer65", Role.OFFICER, "65")
    with transaction():
        make_staff("locked", Role.ADMINISTRATOR).locked_at = NOW
    with transaction():
        make_staff("invited", Role.ADMINISTRATOR).password_hash = None
    assert active_administrators() == 1


def test_a_locked_officer_is_out_at_once_and_the_last_administrator_stays(app: Flask, client: Client) -> None:
    officer = make_staff("officer65", Role.OFFICER, "65")
    admin = _admin(client)
    other = Client(app)
    other.sign_in("officer65", PASSWORD)
    client.get("/nacc/admin/staff")
    client.send(f"/nacc/admin/staff/{officer.id}/lock", {"reason": "พ้นจากตำแหน่ง"})
    assert other.get("/nacc/review").status_code == 302
    answer = client.send(f"/nacc/admin/staff/{admin.account_id}/lock", {"reason": "ลองดู"})
    assert answer.status_code == 422
    assert "ล็อกบัญชีของตนเองไม่ได้" in answer.text
    assert active_administrators() == 1


def test_provinces_of_an_officer_change_at_the_next_request(app: Flask, client: Client) -> None:
    officer = make_staff("officer65", Role.OFFICER, "65")
    project_id = make_project(make_lao())
    _admin(client)
    other = Client(app)
    other.sign_in("officer65", PASSWORD)
    assert other.get(f"/nacc/review/{project_id}").status_code == 200
    client.get(f"/nacc/admin/staff/{officer.id}")
    sent = {"name": "ย้าย", "role": "officer", "provinces": ["90"], "reason": "คำสั่งย้าย", "version": "1"}
    assert client.send(f"/nacc/admin/staff/{officer.id}", sent).status_code == 303
    assert other.get(f"/nacc/review/{project_id}").status_code == 404
    assert client.send(f"/nacc/admin/staff/{officer.id}", sent).status_code == 303  # a double click
    assert client.send(f"/nacc/admin/staff/{officer.id}", sent | {"provinces": ["65"]}).status_code == 422  # stale


def test_a_rejected_project_comes_back_without_counting(app: Flask) -> None:
    lao = make_lao()
    admin = actor_of(make_staff("chief", Role.ADMINISTRATOR).id)
    project_id = make_project(lao)
    review(project_id, ReviewStatus.REJECTED, "ไม่สอดคล้อง")
    with transaction():
        delete_project(lao, period_of(YEAR), project_id, 2, "บันทึกซ้ำ", NOW)
    with transaction():
        bring_back(admin, project_id, NOW)
    assert project_detail(lao, project_id).review_status is ReviewStatus.REJECTED
    assert round_summary(lao, YEAR, Round.SIX).counts.total == 0


def test_a_deleted_project_comes_back_with_its_counts(app: Flask, client: Client) -> None:
    lao = make_lao()
    project_id = make_project(lao)
    with transaction():
        delete_project(lao, period_of(YEAR), project_id, 1, "บันทึกซ้ำ", NOW)
    _admin(client)
    assert f"[{project_id}]" in client.get("/nacc/admin/deleted?q=6650807").text
    assert f"[{project_id}]" not in client.get("/nacc/admin/deleted?q=2900101").text
    client.send(f"/nacc/admin/deleted/{project_id}", {})
    assert f'<th scope="row">{Action.BRING_BACK.label}' in client.get("/nacc/admin/history").text
    assert project_detail(lao, project_id).version == 3
    assert round_summary(lao, YEAR, Round.SIX).counts.total == 1
    assert client.send(f"/nacc/admin/deleted/{project_id}", {}).status_code == 404


def test_the_same_click_twice_locks_and_closes_once(app: Flask, client: Client) -> None:
    """The request says what is wanted, not "the other way": the second one must not undo the first."""
    # given
    lao, officer = make_lao(), make_staff("somsri", Role.OFFICER, "65")
    _admin(client)

    def shut() -> tuple[bool, bool]:
        locked = db.session.get_one(Account, officer.id, populate_existing=True).locked_at
        closed = db.session.get_one(Organisation, lao.organisation_id, populate_existing=True).closed_at
        return locked is not None, closed is not None

    for lock, close, expected in (("lock", "close", (True, True)), ("unlock", "open", (False, False))):
        # when
        for _click in range(2):
            client.send(f"/nacc/admin/staff/{officer.id}/{lock}", {"reason": "พ้นจากตำแหน่ง"})
            client.send(f"/nacc/admin/registry/6650807/{close}", {"why": "ยุบรวม"})
        # then
        assert shut() == expected
    actions = db.session.scalars(select(HistoryEntry.action).order_by(HistoryEntry.id)).all()
    assert actions[-4:] == ["lock", "close", "unlock", "open again"]
    assert f'action="/nacc/admin/staff/{officer.id}/lock"' in client.get(f"/nacc/admin/staff/{officer.id}").text
    assert 'action="/nacc/admin/registry/6650807/close"' in client.get("/nacc/admin/registry/6650807").text


def test_reasons_and_contact_show_where_they_are_used(app: Flask, client: Client) -> None:
    make_project(make_lao())
    _admin(client)
    client.get("/nacc/admin/reasons")
    client.send("/nacc/admin/reasons", {"text": "เหตุผลใหม่ของเรา"})
    assert "เหตุผลใหม่ของเรา" in client.get("/nacc/review").text
    page = client.get("/nacc/admin/reasons").text
    number = re.findall(r"/nacc/admin/reasons/(\d+)/retire", page)[-1]
    client.send(f"/nacc/admin/reasons/{number}/retire", {})
    assert "เหตุผลใหม่ของเรา" not in client.get("/nacc/review").text
    client.send("/nacc/admin/contact", {"contact": "สำนักป้องกันฯ โทร 0 2528 4800"})
    assert "โทร 0 2528 4800" in client.get("/help").text


def test_the_registry_is_kept_by_the_rules_of_the_import(app: Flask, client: Client) -> None:
    lao = make_lao()
    project_id = make_project(lao)
    _admin(client)
    client.get("/nacc/admin/registry/6650807")
    form = {
        "code": "5650807",
        "name": "เทศบาลตำบลดินทอง",
        "type": "เทศบาลตำบล",
        "province_code": "65",
        "district_code": "6508",
        "version": "1",
    }
    wrong = client.send("/nacc/admin/registry/6650807", form | {"district_code": "9001"})
    assert wrong.status_code == 422
    assert 'value="9001"' in wrong.text
    assert client.send("/nacc/admin/registry/6650807", form).status_code == 303
    found = find_by_code("6650807")
    assert found is not None
    assert (found.id, found.code, found.name) == (lao.organisation_id, "5650807", "เทศบาลตำบลดินทอง")
    assert db.session.get_one(Project, project_id).organisation_id == lao.organisation_id
    client.send("/nacc/admin/registry/5650807/close", {"why": "ยุบรวม"})
    assert db.session.get_one(Organisation, lao.organisation_id).closed_at is not None
    assert client.get("/nacc/admin/registry/0000000").status_code == 404


def test_moments_are_read_as_thai_offices_write_them(app: Flask) -> None:
    with app.test_request_context(method="POST", data={"opens_at": "2017-10-01T08:30", "closes_at": ""}):
        form = WindowForm()
        assert form.validate()
        assert isinstance(form.opens_at, MomentField)
        assert form.opens_at.data is not None
        assert clock.fiscal_year(form.opens_at.data) == 2561
    assert len(windows()) == sum(len(period.years) for period in periods()) * 2


def test_a_date_that_cannot_be_meant_gets_a_sentence(app: Flask) -> None:
    wrong = {
        "1/1/0001 08.30": "ปีต้องอยู่ระหว่าง พ.ศ. 2540 ถึง 2700",
        "0001-01-01T00:00": "ปีต้องอยู่ระหว่าง",
        "31/10/3104 16.30": "ปีต้องอยู่ระหว่าง",
        "9999-12-31T23:59": "ปีต้องอยู่ระหว่าง",
        "31/10/2561 24.00": "ไม่มีเวลา 24.00 ใช้ 23.59 หรือ 00.00 ของวันถัดไป",
        "31/2/2561 16.30": "ไม่มีวันหรือเวลา 31/2/2561",
        "31/10/2561 16.75": "ไม่มีวันหรือเวลา",
        "31/10/61 16.30": "เป็น วัน/เดือน/ปี พ.ศ.",
        "เมื่อวาน": "เป็น วัน/เดือน/ปี พ.ศ.",
    }
    for typed, sentence in wrong.items():
        with app.test_request_context(method="POST", data={"opens_at": typed, "closes_at": ""}):
            form = WindowForm()
            assert not form.validate()
            assert sentence in form.opens_at.errors[0]


def test_a_day_without_a_time_begins_and_ends_as_days_do(app: Flask) -> None:
    sent = {"opens_at": "๑/๑๐/๒๕๖๐", "closes_at": "31/10/2018 16.30 น."}
    with app.test_request_context(method="POST", data=sent):
        form = WindowForm()
        assert form.validate()
        assert form.opens_at.data == datetime(2017, 10, 1, tzinfo=clock.BANGKOK)
        assert form.closes_at.data == datetime(2018, 10, 31, 16, 30, tzinfo=clock.BANGKOK)
    with app.test_request_context(method="POST", data=sent | {"closes_at": "31/10/2561"}):
        assert WindowForm().closes_at.data == datetime(2018, 10, 31, 23, 59, tzinfo=clock.BANGKOK)


def test_an_officers_whole_regions_are_told_by_number_and_the_rest_by_name() -> None:
    country: dict[int | None, list[tuple[str, str]]] = {
        6: [("65", "พิษณุโลก"), ("67", "เพชรบูรณ์")],
        9: [("90", "สงขลา"), ("96", "นราธิวาส")],
        None: [("10", "กรุงเทพมหานคร")],
    }
    names = {code: name for some in country.values() for code, name in some}

    def told(*codes: str) -> list[str]:
        return in_regions({code: names[code] for code in codes}, country)

    assert told("65", "67") == ["ภาค 6 (2 จังหวัด)"]
    assert told("96", "65") == ["นราธิวาส", "พิษณุโลก"]
    assert told("10", "90", "65", "96") == ["ภาค 9 (2 จังหวัด)", "กรุงเทพมหานคร", "พิษณุโลก"]
    assert told() == []


def test_a_dimension_that_is_not_there_is_not_found(app: Flask, client: Client) -> None:
    _admin(client)
    sent = {"name": "ชื่อ", "max_score": "25", "version": "1", "sub_headings": ""}
    assert client.get("/nacc/admin/periods/1/9").status_code == 404
    assert client.send("/nacc/admin/periods/1/9", sent).status_code == 404
    zero = client.send("/nacc/admin/periods/1/2", sent | {"max_score": "0"})
    assert sentences(zero.text)["max_score"] == "คะแนนเต็มต้องมากกว่า 0"
