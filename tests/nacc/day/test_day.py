"""The day: each number leads to a desk whose list has just so many rows, and tells of the own provinces alone."""

import re
from datetime import datetime, timedelta
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from sqlalchemy import event, select, update

from app import clock
from app.access import Actor
from app.accounts.queries import actor_of
from app.clock import BANGKOK
from app.db import db, transaction
from app.models import Account, Organisation, PlanYear, Project, Score, ScoreChange, Window, WindowException
from app.models.enums import ReviewStatus, Role
from app.nacc.day import queries
from app.nacc.day.rules import OWN_WORDS, Verdicts, deed_lines, in_days, middle_days
from app.nacc.review.operations import decide_chosen, take_back
from app.nacc.review.rules import Verdict
from tests.client import Client, text_of
from tests.factories import (
    NOW,
    YEAR,
    facts,
    make_account,
    make_lao,
    make_organisation,
    make_project,
    make_sign,
    make_staff,
)
from tests.pages import elements, enter

TODAY = datetime(2018, 4, 20, 9, tzinfo=BANGKOK)
DAY = timedelta(days=1)
LAST_ROW = re.compile(r"จาก ([\d,]+) รายการ")
LAOS = {"65": ("6650801", "6650802", "6650803"), "90": ("6900101", "6900102"), "50": ("6500101",)}


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: TODAY)


def _country() -> None:
    """Three provinces, each with another number of everything that waits."""
    proposer = make_staff("proposer", Role.ADMINISTRATOR)
    for province, codes in LAOS.items():
        for place, code in enumerate(codes):
            name = f"องค์การบริหารส่วนตำบล {code}"
            organisation = make_organisation(code, name, province=province, district=None, passed=(YEAR,))
            account = make_account(organisation, claimed=place < 2)
            if place < 2:
                _lao(actor_of(account.id), place, proposer.id)
        make_organisation(f"{codes[0][:5]}77", f"ไม่ส่งแผน {province}", province=province, district=None, passed=())
    laos = _ids()
    with transaction():
        closes = {"opens_at": TODAY - 100 * DAY, "closes_at": TODAY - DAY}
        db.session.add(Window(fiscal_year=YEAR, round=6, **closes))
        db.session.add(Window(fiscal_year=YEAR, round=12, opens_at=TODAY - DAY, closes_at=TODAY + 9 * DAY))
        for code in ("6650801", "6900101"):
            given = {"fiscal_year": YEAR, "round": 6, "closes_at": TODAY + 2 * DAY, "reason": "น้ำท่วม"}
            db.session.add(WindowException(organisation_id=laos[code], **given))


def _ids() -> dict[str, int]:
    return dict(db.session.execute(select(Organisation.code, Organisation.id)).all())


def _lao(lao: Actor, place: int, proposer_id: int) -> None:
    ids = [make_project(lao, facts(f"โครงการ {n}"), now=TODAY - n * 20 * DAY) for n in range(1, 5 - place)]
    _sent_back(ids[0])
    make_sign(lao.own_organisation_id)
    year = {"organisation_id": lao.own_organisation_id, "fiscal_year": YEAR}
    with transaction():
        db.session.add_all(Score(**year, dimension=each, evaluation=Decimal(5)) for each in range(1, 2 + place * 3))
        if place:
            plan = db.session.get_one(PlanYear, (lao.own_organisation_id, YEAR))
            plan.published_at = NOW
            moves = {"before": {"evaluation_1": "5.00"}, "after": {"evaluation_1": "6.00"}, "reason": "พิมพ์ผิด"}
            db.session.add(ScoreChange(**year, **moves, proposed_by_id=proposer_id, proposed_at=NOW))


def _sent_back(project_id: int) -> None:
    """Rejected by somebody, and corrected by the LAO since."""
    system = Actor(role=Role.ADMINISTRATOR, name="เจ้าหน้าที่")
    with transaction():
        decide_chosen(system, [project_id], Verdict.REJECT, "ผิดมิติ", NOW)
    with transaction():
        waits = {"review_status": ReviewStatus.PENDING, "review_reason": None, "counted": True}
        db.session.execute(update(Project).where(Project.id == project_id).values(**waits))


def _links(page: str) -> dict[str, int]:
    """Each number that is a link, by its address."""
    found = {}
    for link in elements(page, "a"):
        number = next((each for each in link if each.get("class") == "n" and each.tag.endswith("b")), None)
        if number is not None:
            found[link.get("href")] = int(number.text.replace(",", ""))
    return found


def _rows(client: Client, address: str) -> int:
    """How many rows the list at `address` has, as its pager says."""
    page = client.get(address).text
    total = LAST_ROW.search(page)
    if total is None:
        assert 'class="empty"' in page, address
        return 0
    return int(total[1].replace(",", ""))


@pytest.mark.parametrize("provinces", [("65",), ("65", "90"), ()], ids=["one", "some", "country"])
def test_each_number_is_that_of_the_desk_it_leads_to(app: Flask, client: Client, provinces: tuple[str, ...]) -> None:
    _country()
    role = Role.OFFICER if provinces else Role.ADMINISTRATOR
    enter(client, make_staff("somsri", role, *provinces).id)
    page = client.get(f"/nacc?year={YEAR}").text
    links = _links(page)
    staff = links.pop("/nacc/admin/staff", None)
    assert staff == (None if provinces else 2)
    assert len(links) >= 14
    assert {urlsplit(each).path for each in links} >= {
        *("/nacc/review", "/nacc/plan-years", "/nacc/waiting", "/nacc/scores", "/nacc/scores/changes", "/nacc/signs"),
        "/nacc/accounts",
    }
    assert {address: _rows(client, address) for address in links} == links
    # and of no other province
    named = {each for address in links for each in parse_qs(urlsplit(address).query).get("province", [])}
    assert named <= set(provinces or LAOS)
    shown = {province for province in LAOS if LAOS[province][0] in page}
    assert shown == {"65", "90"} & set(provinces or LAOS), "extra time that ends"


def test_the_day_of_somebody_for_whom_nothing_waits(app: Flask, client: Client) -> None:
    for name, role in (("officer65", Role.OFFICER), ("admin", Role.ADMINISTRATOR)):
        enter(client, make_staff(name, role, *(["65"] if role is Role.OFFICER else [])).id)
        page = client.get(f"/nacc?year={YEAR}").text
        assert set(_links(page).values()) <= {0, 2}, "two of staff have never signed in"
        for words in ("ไม่มีโครงการรอพิจารณา", "ไม่มีรอบที่ใกล้ปิด", "พิษณุโลก"):
            assert words in page
    enter(client, make_staff("nobody", Role.OFFICER).id)
    assert "ยังไม่มีจังหวัดที่ท่านดูแล" in client.get("/nacc").text


def test_the_days_something_waited_are_those_of_the_queue(app: Flask, client: Client) -> None:
    # given projects that wait 60, 40 and 20 days, and one of another province that waits longer
    lao, other = make_lao(), make_lao("6900101", province="90", district=None)
    for days in (40, 60, 20):
        make_project(lao, facts(f"รอ {days}"), now=TODAY - days * DAY)
    make_project(other, facts("ที่อื่น"), now=TODAY - 150 * DAY)
    # when their officer looks, then the middle one and the longest are told, and which wait long
    enter(client, make_staff("officer65", Role.OFFICER, "65").id)
    page = client.get("/nacc").text
    assert "ครึ่งหนึ่งรอมาแล้ว 40 วันขึ้นไป นานที่สุด 60 วัน" in page
    assert _links(page)["/nacc/review?province=65&days=30"] == 2
    assert "150" not in page
    # and of an even number just half of them, not one more
    make_project(lao, facts("รอ 50"), now=TODAY - 50 * DAY)
    enter(client, make_staff("second65", Role.OFFICER, "65").id)
    client.application.extensions.pop("kept_numbers")
    assert "ครึ่งหนึ่งรอมาแล้ว 50 วันขึ้นไป นานที่สุด 60 วัน" in client.get("/nacc").text
    # and of the country all
    enter(client, make_staff("admin", Role.ADMINISTRATOR).id)
    assert "นานที่สุด 150 วัน" in client.get("/nacc").text


def test_what_i_decided_is_told_by_reason_and_as_the_list_of_deeds_has_it(app: Flask, client: Client) -> None:
    lao = make_lao()
    officer = enter(client, make_staff("officer65", Role.OFFICER, "65").id)
    other = actor_of(make_staff("other65", Role.OFFICER, "65").id)
    known = "ไม่สอดคล้องกับมิติที่กำหนด"
    # given verdicts of last month, of this month and of today, one taken back, and those of somebody else
    said = [
        (officer, Verdict.APPROVE, "", 25),
        (officer, Verdict.REJECT, f"{known} – ขาดงบประมาณ", 3),
        (officer, Verdict.REJECT, "ข้อความของฉัน", 0),
        (officer, Verdict.REJECT, known, 0),
        (officer, Verdict.APPROVE, "", 0),
        (other, Verdict.APPROVE, "", 0),
    ]
    for place, (who, verdict, reason, ago) in enumerate(said):
        id_ = make_project(lao, facts(f"โครงการ {place}"), now=TODAY - (ago + 10 + place) * DAY)
        with transaction():
            decide_chosen(who, [id_], verdict, reason, TODAY - ago * DAY - timedelta(minutes=place + 5))
    with transaction():
        take_back(officer, TODAY - timedelta(minutes=9), TODAY - timedelta(minutes=1))
    # when the officer looks
    rows = {cells[0]: cells[1:] for cells in _cells(client.get("/nacc").text)}
    assert rows["รับรอง"] == ["1", "1 โครงการ"]
    assert rows["ปฏิเสธ"] == ["2", "3 โครงการ"]
    assert rows[f"– {known}"] == ["1", "2"]
    assert rows[f"– {OWN_WORDS}"] == ["1", "1"]
    assert rows["เลิกทำผลพิจารณา"] == ["1", "1 โครงการ"]
    # then the deeds of today add up to the same; what stands took 11, 12 and 13 days, less some minutes
    deeds = client.get("/nacc/deeds").text
    assert [deeds.count(f"ป.ป.ช. {each}") for each in ("รับรอง", "ปฏิเสธ")] == [2, 4]  # once more on each button
    assert "รอผลไม่เกิน 11 วัน" in client.get("/nacc").text


def _cells(page: str) -> list[list[str]]:
    return [[text_of(cell) for cell in row if cell.tag[-2:] in ("th", "td")] for row in elements(page, "tr")]


def test_the_administrator_sees_who_decides_and_who_never_came(app: Flask, client: Client) -> None:
    lao = make_lao()
    ids = [make_project(lao, facts(f"โครงการ {n}"), now=TODAY - 9 * DAY) for n in range(4)]
    officer, admin = make_staff("officer65", Role.OFFICER, "65"), make_staff("admin", Role.ADMINISTRATOR)
    with transaction():
        db.session.get_one(Account, officer.id).last_login_at = TODAY - DAY
        decide_chosen(actor_of(officer.id), ids[:1], Verdict.REJECT, "ผิดมิติ", TODAY - 2 * DAY)
        decide_chosen(actor_of(officer.id), ids[1:3], Verdict.APPROVE, "", TODAY - timedelta(hours=1))
    enter(client, admin.id)
    page = client.get("/nacc").text
    rows = {cells[0]: cells[1:] for cells in _cells(page)}
    assert rows["officer65"] == ["พิษณุโลก", "2", "3", "33.33%", "19 เมษายน 2561"]
    assert rows["admin"] == ["ทั้งประเทศ", "0", "0", "–", "ไม่เคย"]
    assert _links(page)["/nacc/admin/staff"] == 1
    enter(client, officer.id)
    assert "แยกตามเจ้าหน้าที่" not in client.get("/nacc").text


def test_numbers_are_kept_for_half_a_minute_and_forgotten_by_a_deed(
    app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    lao = make_lao()
    first = make_project(lao)
    enter(client, make_staff("officer65", Role.OFFICER, "65").id)
    number = "/nacc/review?status=pending"

    def shown() -> int:
        return _links(client.get("/nacc").text)[number]

    assert shown() == 1
    make_project(lao, facts("อีกโครงการ"))
    assert shown() == 1
    asked = _statements(client)
    monkeypatch.setattr(clock, "now", lambda: TODAY + timedelta(seconds=30))
    assert shown() == 2
    assert asked < 15, "what is kept is not asked for again"
    client.get(f"/nacc/review/{first}")
    client.send(f"/nacc/review/{first}", {"verdict": "approve", "version": "1"})
    assert shown() == 1


def _statements(client: Client) -> int:
    """How many statements the page asks."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        asked.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    client.get("/nacc")
    event.remove(db.engine, "before_cursor_execute", note)
    return len(asked)


def test_rounds_that_close_soon_or_closed_lately_are_told(app: Flask, client: Client) -> None:
    make_lao()
    spans = {2561: (-100, -20), 2562: (-100, -2), 2563: (-9, 5), 2564: (-9, 50), 2566: (2, 9)}
    with transaction():
        for year, (opens, closes) in spans.items():
            times = {"opens_at": TODAY + opens * DAY, "closes_at": TODAY + closes * DAY}
            db.session.add(Window(fiscal_year=year, round=6, **times))
    enter(client, make_staff("officer65", Role.OFFICER, "65").id)
    page = client.get(f"/nacc?year={YEAR + 6}").text
    told = {year: f"รอบ 6 เดือน ปีงบประมาณ {year}" in page for year in spans}
    assert told == {2561: False, 2562: True, 2563: True, 2564: False, 2566: False}
    assert "อีก 5 วัน" in page
    assert "ปิดแล้วเมื่อ 18 เมษายน 2561" in page


def test_staff_land_on_their_day_and_find_it_first_in_the_menu(app: Flask, client: Client) -> None:
    enter(client, make_staff("officer65", Role.OFFICER, "65").id)
    page = client.get("/login", follow_redirects=True)
    assert page.request.path == "/nacc"
    menu = [link.get("href") for link in elements(page.text, "a") if (link.get("href") or "").startswith("/nacc")]
    assert menu.index("/nacc") < menu.index("/nacc/review")
    assert page.text.count('aria-current="page"') == 2  # in the menu and the crumbs, and of no other item
    assert 'href="/nacc" aria-current' not in client.get("/nacc/review").text


def test_words_of_the_day() -> None:
    assert [in_days(span) for span in (timedelta(hours=5), DAY, 3 * DAY)] == ["ภายใน 24 ชั่วโมง", "อีก 1 วัน", "อีก 3 วัน"]
    assert middle_days([]) is None
    assert middle_days([DAY, 9 * DAY, 2 * DAY]) == 2
    assert middle_days([DAY, 4 * DAY]) == 2
    assert Verdicts(2, 1).rejected_percent == Decimal("33.33")
    assert Verdicts().rejected_percent == 0
    alike = {("reject", "ก – ข"): 2, ("reject", "ก"): 1, ("reject", "กา"): 4}
    lines = {line.words: (line.today, line.month) for line in deed_lines({}, alike, ["ก"]) if line.below}
    assert lines == {OWN_WORDS: (0, 4), "ก": (0, 3)}


def test_extra_time_is_due_only_where_it_ends_after_that_of_all(app: Flask, client: Client) -> None:
    # given two LAOs with extra time, and a window that was moved behind that of one of them
    names = {code: f"องค์การบริหารส่วนตำบล {code}" for code in ("6650801", "6650802")}
    given = {"fiscal_year": YEAR, "round": 6, "reason": "น้ำท่วม"}
    with transaction():
        db.session.add(Window(fiscal_year=YEAR, round=6, opens_at=TODAY - 100 * DAY, closes_at=TODAY + 5 * DAY))
    for days, (code, name) in zip((3, 9), names.items(), strict=True):
        id_ = make_organisation(code, name).id
        with transaction():
            db.session.add(WindowException(organisation_id=id_, closes_at=TODAY + days * DAY, **given))
    enter(client, make_staff("officer65", Role.OFFICER, "65").id)
    page = client.get(f"/nacc?year={YEAR}").text
    assert [f"ปี {YEAR} {name}" in page for name in names.values()] == [False, True]


def test_of_much_extra_time_the_first_to_end_are_named_and_the_others_counted(
    app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given three LAOs whose extra time ends soon, one that has longer, and one of another province
    monkeypatch.setattr(queries, "MOST_NAMED", 2)
    given = {"fiscal_year": YEAR, "round": 6, "reason": "น้ำท่วม"}
    with transaction():
        db.session.add(Window(fiscal_year=YEAR, round=6, opens_at=TODAY - 100 * DAY, closes_at=TODAY - 50 * DAY))
    spans = {"6650801": 9, "6650802": 3, "6650803": 5, "6650804": 20, "6900101": 4}
    for code, days in spans.items():
        id_ = make_organisation(code, f"เทศบาลตำบล {code}", province="90" if code[1] == "9" else "65", district=None).id
        with transaction():
            db.session.add(WindowException(organisation_id=id_, closes_at=TODAY + days * DAY, **given))
    # when
    enter(client, make_staff("officer65", Role.OFFICER, "65").id)
    page = client.get(f"/nacc?year={YEAR}").text
    # then
    named = re.findall(r"ขยายเวลา รอบ 6 เดือน ปี 2561 เทศบาลตำบล (\d+)", page)
    assert named == ["6650802", "6650803"]
    assert "ขยายเวลาไว้อีก 1 แห่ง" in page
