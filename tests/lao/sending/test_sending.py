"""A round is sent whole, or not at all; its receipt is the entry of the history, provable at once."""

import io
from datetime import timedelta
from decimal import Decimal
from threading import Event, Thread

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select

from app import clock
from app.access import Actor
from app.accounts.queries import actor_of
from app.db import db, is_sqlite, transaction
from app.errors import Refusal
from app.lao.fixed_rounds.operations import fix_due
from app.lao.fixed_rounds.rules import digest_of_reports, lines_of
from app.lao.reporting.counts import round_summary
from app.lao.sending import queries, routes
from app.lao.sending.operations import FiguresChanged, send_round
from app.lao.sending.rules import sealed
from app.ledger import jobs
from app.ledger import queries as log
from app.models import FixedDocument, HistoryEntry, Window
from app.models.enums import Action, CannotReason, ReportStatus, ReviewStatus, Role, Round
from app.nacc.waiting import queries as queries_of_waiting
from app.nacc.waiting.operations import remind_chosen
from app.nacc.waiting.rules import RoundStanding, WaitingFilter, standing
from app.words import clean_text
from tests.client import Client
from tests.factories import NOW, YEAR, facts, make_lao, make_project, make_report, make_staff, review
from tests.pages import enter, fields, forms, kept, links, sentences

CHECK = f"/reporting/check?year={YEAR}&round=6"


@pytest.fixture
def lao(app: Flask) -> Actor:
    """An LAO with a done and an unfinished project."""
    lao = make_lao()
    make_report(lao, make_project(lao), spent=Decimal("900.50"), ordinance_budget=Decimal(1000))
    make_report(lao, make_project(lao, facts("โครงการที่สอง", dimension=2)), ReportStatus.IN_PROGRESS)
    return lao


def sent(client: Client, lao: Actor, address: str = CHECK) -> str:
    """The address of the receipt, of a round sent from its page."""
    enter(client, lao.account_id)
    page = client.get(address)
    answer = client.send(address, fields(page.text))
    assert answer.status_code == 303, sentences(answer.text)
    return answer.location


def sent_id(lao: Actor) -> int:
    """The same without the page; a receipt that is not in the log yet."""
    with transaction():
        round_now = queries.round_to_send(lao, YEAR, Round.SIX, NOW)
        return send_round(lao, YEAR, Round.SIX, sealed(round_now.figures), NOW).entry_id


def test_a_round_is_sent_by_one_button_and_gives_a_receipt(client: Client, lao: Actor) -> None:
    enter(client, lao.account_id)
    assert CHECK in [to for to, _ in links(client.get(f"/reporting?year={YEAR}&round=6").text)]
    assert CHECK in [to for to, _ in links(client.get(f"/home?year={YEAR}").text)]
    receipt = client.get(sent(client, lao)).text
    for words in ("50.00", "มาก", "2,000.00", "1,000.00", "900.50", "45.03", "6650807", "อำเภอวังทอง จังหวัดพิษณุโลก"):
        assert words in receipt
    summary = round_summary(lao, YEAR, Round.SIX)
    (entry,) = db.session.scalars(select(HistoryEntry).where(HistoryEntry.action == Action.SEND_ROUND.value))
    assert entry.after
    assert (entry.after["percent"], entry.after["level"]) == (str(summary.counts.percent), summary.level.value)
    assert "ส่งรายงานทั้งรอบ" in client.get("/history").text


def test_it_is_sent_once_and_again_after_a_correction(client: Client, lao: Actor) -> None:
    first = sent(client, lao)
    assert "ยืนยันส่งรายงานทั้งรอบ" not in client.get(CHECK).text
    round_now = queries.round_to_send(lao, YEAR, Round.SIX, clock.now())
    again = client.send(CHECK, {"shown": sealed(round_now.figures)})
    assert again.location == first

    make_report(lao, 1, ReportStatus.CANNOT, cannot_reason=CannotReason.NO_BUDGET)
    assert "มีการแก้ไขหลังส่ง" in client.get(first).text
    assert "มีการแก้ไขหลังส่ง" in client.get(CHECK).text
    second = sent(client, lao)
    assert second != first
    assert "ใบรับนี้ไม่ใช่ฉบับล่าสุด" in client.get(first).text
    assert "มีการแก้ไขหลังส่ง" not in client.get(second).text
    assert first in [to for to, _ in links(client.get(CHECK).text)]


def test_a_verdict_changes_a_receipt_only_where_the_project_no_longer_counts(client: Client, lao: Actor) -> None:
    receipt = sent(client, lao)
    review(1, ReviewStatus.APPROVED)
    assert "มีการแก้ไขหลังส่ง" not in client.get(receipt).text
    review(1, ReviewStatus.REJECTED, "ไม่สอดคล้อง")
    assert "มีการแก้ไขหลังส่ง" in client.get(receipt).text


def refused(client: Client, lao: Actor, shown: str, address: str = CHECK) -> str:
    """What is said to somebody who sends the form all the same; nothing is kept."""
    enter(client, lao.account_id)
    before = kept()
    answer = client.send(address, {"shown": shown})
    assert answer.status_code == 422
    assert kept() == before
    return answer.text


def test_what_is_not_reported_keeps_a_round_from_being_sent_and_is_linked(client: Client, lao: Actor) -> None:
    waiting = make_project(lao, facts("โครงการที่ค้าง"))
    enter(client, lao.account_id)
    page = client.get(CHECK).text
    assert "ยังไม่รายงานผล 1 โครงการ" in page
    assert f"/reporting/{waiting}/{YEAR}/6?year={YEAR}&round=6#status-{waiting}-0" in [to for to, _ in links(page)]
    assert "/reporting/check" not in " ".join(forms(page))
    shown = sealed(queries.round_to_send(lao, YEAR, Round.SIX, clock.now()).figures)
    assert "ยังไม่รายงานผล 1 โครงการ" in sentences(refused(client, lao, shown))[""]


def test_figures_that_changed_since_the_page_was_opened_are_shown_and_nothing_is_sent(
    client: Client, lao: Actor
) -> None:
    shown = sealed(queries.round_to_send(lao, YEAR, Round.SIX, clock.now()).figures)
    make_report(lao, 2, ReportStatus.DONE, spent=Decimal(5))
    page = refused(client, lao, shown)
    assert "เปลี่ยนไปหลังจากเปิดหน้านี้" in sentences(page)[""]
    assert '<th scope="row">เบิกจ่ายจริง (บาท)</th><td>900.50</td><td>905.50</td>' in page
    assert fields(page)["shown"] != [shown]
    assert client.send(CHECK, fields(page)).status_code == 303


def test_two_projects_that_changed_places_are_a_change_too(client: Client, lao: Actor) -> None:
    shown = sealed(queries.round_to_send(lao, YEAR, Round.SIX, clock.now()).figures)
    make_report(lao, 1, ReportStatus.IN_PROGRESS)
    make_report(lao, 2, spent=Decimal("900.50"), ordinance_budget=Decimal(1000))
    assert "บางโครงการ" in refused(client, lao, shown)
    assert "โครงการที่ต้องรายงาน" in refused(client, lao, "not a form")


@pytest.mark.parametrize(
    ("opens", "closes", "words"),
    [(1, None, "ยังไม่เปิดรับรายงาน"), (-2, -1, "ปิดรับรายงานแล้ว")],
)
def test_a_window_that_is_not_open_refuses(
    client: Client, lao: Actor, opens: int, closes: int | None, words: str
) -> None:
    shown, now = sealed(queries.round_to_send(lao, YEAR, Round.SIX, clock.now()).figures), clock.now()
    days = {"opens_at": now + timedelta(days=opens), "closes_at": now + timedelta(days=closes) if closes else None}
    with transaction():
        db.session.add(Window(fiscal_year=YEAR, round=6, **days))
    assert words in refused(client, lao, shown)


def test_a_year_that_did_not_pass_and_a_round_without_projects_refuse(client: Client, lao: Actor) -> None:
    address = CHECK.replace(str(YEAR), str(YEAR + 2))
    assert "ยังบันทึกหรือรายงานไม่ได้" in refused(client, lao, "", address)
    assert "ไม่มีโครงการที่ต้องรายงาน" in refused(client, lao, "", CHECK.replace(str(YEAR), str(YEAR + 1)))


def _say_nothing(client: Client, lao: Actor) -> str:
    """The address of the receipt of an LAO that has nothing to report, and says so."""
    enter(client, lao.account_id)
    page = client.get(CHECK)
    assert "แจ้งว่าไม่มีโครงการที่ต้องรายงาน" in page.text
    silent = client.send(CHECK, fields(page.text))
    assert silent.status_code == 422
    assert "เขียนเหตุผล" in sentences(silent.text)["reason"]
    answer = client.send(CHECK, fields(silent.text) | {"reason": "งบประมาณปีนี้ตกไป"})
    assert answer.status_code == 303
    assert f"แจ้งว่าไม่มีโครงการที่ต้องรายงานในรอบ 6 เดือน ปีงบประมาณ {YEAR} แล้ว" in client.get(answer.location).text
    return answer.location


def test_nothing_to_report_is_an_answer_with_a_receipt_and_not_silence(client: Client) -> None:
    lao = make_lao()
    officer = actor_of(make_staff("officer65", Role.OFFICER, "65").id)
    asked = WaitingFilter(year=YEAR, round=Round.SIX)
    table, own = f"/public/provinces/65?year={YEAR}&round=6", f"/public/organisations/6650807?year={YEAR}&round=6"
    signed_in = f"/reports/province?province=65&year={YEAR}&round=6"
    enter(client, lao.account_id)
    before = client.get(signed_in)
    assert "แจ้งว่าไม่มีโครงการ" not in before.text + client.get(own).text

    receipt = client.get(_say_nothing(client, lao)).text
    assert "งบประมาณปีนี้ตกไป" in receipt
    assert standing(queries_of_waiting.shown(officer, asked).works[lao.own_organisation_id]) is (
        RoundStanding.SAID_NOTHING
    )
    with transaction():
        assert remind_chosen(officer, [lao.own_organisation_id], asked, NOW)[0] == 0
    again = client.get(signed_in, headers={"If-None-Match": before.headers["ETag"]})
    for page in (again, client.get(table), client.get(own)):
        assert "แจ้งว่าไม่มีโครงการ" in page.text
        assert "ยังไม่รายงานผล" in page.text
        assert "งบประมาณปีนี้ตกไป" not in page.text
    assert "มีการแก้ไขหลังส่ง" not in client.get(CHECK).text
    assert "ยืนยันส่ง" not in client.get(CHECK).text


def test_a_reason_goes_with_nothing_to_report_only_and_another_one_is_sent_anew(app: Flask) -> None:
    lao = make_lao()

    def say(why: str) -> tuple[bool, str]:
        with transaction():
            figures = queries.round_to_send(lao, YEAR, Round.SIX, NOW).figures
            told = send_round(lao, YEAR, Round.SIX, sealed(figures), NOW, why)
        return told.new, queries.own_receipt(lao, told.entry_id).reason

    assert say("งบประมาณตกไป") == (True, "งบประมาณตกไป")
    assert say("งบประมาณตกไป") == (False, "งบประมาณตกไป")
    assert say("แผนปีนี้ไม่มีโครงการ") == (True, "แผนปีนี้ไม่มีโครงการ")
    make_report(lao, make_project(lao))
    assert say("งบประมาณตกไป") == (True, "")


def test_nothing_to_report_falls_away_with_the_first_project(client: Client) -> None:
    lao = make_lao()
    receipt = _say_nothing(client, lao)
    paper = client.get(f"{receipt}/receipt.pdf")
    assert "ไม่มีโครงการที่ต้องรายงาน" in clean_text(PdfReader(io.BytesIO(paper.data)).pages[0].extract_text())
    make_report(lao, make_project(lao))
    assert queries.said_nothing([lao.own_organisation_id], YEAR, Round.SIX)  # which nobody asks of it any more
    assert "แจ้งว่าไม่มีโครงการ" not in client.get(f"/public/organisations/6650807?year={YEAR}&round=6").text
    assert "มีการแก้ไขหลังส่ง" in client.get(receipt).text
    sent(client, lao)
    assert not queries.said_nothing([lao.own_organisation_id], YEAR, Round.SIX)


@pytest.mark.parametrize("query", [f"year={YEAR}&round=7", f"year={YEAR}", "year=9999&round=6"])
def test_no_other_round_than_the_one_asked_for_is_sent(client: Client, lao: Actor, query: str) -> None:
    enter(client, lao.account_id)
    assert client.get(f"/reporting/check?{query}").status_code == 200
    assert client.send(f"/reporting/check?{query}", {"shown": ""}).status_code == 404


def test_hints_keep_nobody_from_sending(client: Client, lao: Actor) -> None:
    make_report(lao, 1, round_=Round.TWELVE)
    make_report(lao, 2, ReportStatus.IN_PROGRESS, Round.TWELVE)
    review(1, ReviewStatus.APPROVED)
    address = CHECK.replace("round=6", "round=12")
    enter(client, lao.account_id)
    make_report(lao, 1, round_=Round.TWELVE, ordinance_budget=Decimal(10), spent=Decimal(11))
    page = client.get(address).text
    assert "สิ่งที่ควรตรวจสอบก่อนปิดรอบ 12 เดือน" in page
    assert "อยู่ระหว่างดำเนินการ (1)" in page
    assert "ป.ป.ช. ยังไม่พิจารณา 1 โครงการ" in page
    sent(client, lao, address)


def test_a_stranger_and_another_lao_find_no_receipt(client: Client, lao: Actor) -> None:
    receipt = sent(client, lao)
    enter(client, make_lao("6650808", name="เทศบาลตำบลอื่น").account_id)
    assert client.get(receipt).status_code == 404
    assert client.get(f"{receipt}/receipt.pdf").status_code == 404
    enter(client, make_staff("somsri", Role.OFFICER, "65").id)
    assert "ส่งรายงานทั้งรอบ" in client.get("/nacc/history/6650807").text


def test_a_receipt_waits_where_no_head_could_be_signed_and_a_worker_makes_it_good(
    client: Client, lao: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs.head_of_now()
    monkeypatch.setattr(routes, "head_of_now", _fails)
    receipt = sent(client, lao)
    assert "ภายใน 1 นาที" in client.get(receipt).text
    assert client.get(f"{receipt}/receipt.pdf").location == receipt
    jobs.look_after_the_log()
    assert "รหัสตรวจสอบ" in client.get(receipt).text
    assert not log.receipt_waits()


def _fails() -> None:
    raise OSError("no key today")


def test_the_paper_has_all_that_is_on_screen_and_can_be_read(client: Client, lao: Actor) -> None:
    receipt = sent(client, lao)
    answer = client.get(f"{receipt}/receipt.pdf")
    assert answer.content_type == "application/pdf"
    (page,) = PdfReader(io.BytesIO(answer.data)).pages
    text = clean_text(page.extract_text())
    head = log.latest_head()
    assert head
    for words in (
        *("องค์การบริหารส่วนตำบลดินทอง อำเภอวังทอง จังหวัดพิษณุโลก", "6650807", "ปีงบประมาณ 2561", "รอบ 6 เดือน"),
        *("ดำเนินการแล้วเสร็จ 1", "แล้วเสร็จคิดเป็นร้อยละ 50.00", "ระดับ มาก", "(บาท) 2,000.00", "900.50"),
        *(head.root.hex(), "เลขที่รายการ", "/public/verify"),
    ):
        assert words in text
    assert client.get(f"{receipt}/receipt.pdf").data == answer.data


def test_a_long_name_stays_on_one_page(client: Client) -> None:
    lao = make_lao(name="เทศบาลตำบล" + "น้ำล้ำค่ำ" * 15)
    make_report(lao, make_project(lao))
    paper = client.get(f"{sent(client, lao)}/receipt.pdf")
    assert len(PdfReader(io.BytesIO(paper.data)).pages) == 1


def test_a_receipt_and_the_fixed_document_of_the_round_can_be_compared(client: Client, lao: Actor) -> None:
    receipt = queries.own_receipt(lao, sent_id(lao))
    with transaction():
        db.session.add(Window(fiscal_year=YEAR, round=6, opens_at=NOW, closes_at=NOW + timedelta(days=1)))
    with transaction():
        fix_due(NOW + timedelta(days=2), NOW + timedelta(days=2))
    document = db.session.scalars(select(FixedDocument.document)).one()
    assert digest_of_reports(lines_of(document)) == receipt.figures.sha256
    assert queries.word_since(receipt) == ""


def test_a_save_at_the_same_moment_comes_before_or_after_never_between(app: Flask, lao: Actor) -> None:
    """While a round is being sent, no deed of the LAO is finished: its history names the row that is held."""
    if is_sqlite(db.engine):
        pytest.skip("SQLite has one writer")
    began, finished = Event(), Event()

    def save() -> None:
        with app.app_context():
            began.wait(5)
            make_report(lao, 2, spent=Decimal(7))
            finished.set()
            db.session.remove()

    saver = Thread(target=save)
    saver.start()
    with transaction():
        shown = sealed(queries.round_to_send(lao, YEAR, Round.SIX, NOW).figures)
        send_round(lao, YEAR, Round.SIX, shown, NOW)
        began.set()
        assert not finished.wait(1)
    saver.join(5)
    assert finished.is_set()
    receipt = queries.receipts(lao.own_organisation_id, YEAR, Round.SIX)[0]
    assert receipt.figures.spent == Decimal("900.50")
    assert queries.word_since(receipt)


def test_the_deed_itself_refuses(lao: Actor) -> None:
    shown = sealed(queries.round_to_send(lao, YEAR, Round.SIX, NOW).figures)
    make_project(lao, facts("ใหม่"))
    with pytest.raises(Refusal, match="ยังไม่รายงานผล 1"), transaction():
        send_round(lao, YEAR, Round.SIX, shown, NOW)
    make_report(lao, 3)
    with pytest.raises(FiguresChanged) as changed, transaction():
        send_round(lao, YEAR, Round.SIX, shown, NOW)
    assert ("โครงการที่ต้องรายงาน", "2", "3") in changed.value.differences
