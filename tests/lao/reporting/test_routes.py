"""Reporting over HTTP: what bad input gets, as a page and in place."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import clock
from app.access import Actor
from app.db import db, transaction
from app.lao.reporting.details import report_detail
from app.models import Window
from app.models.enums import CannotReason, ReportStatus, ReviewStatus, Round
from tests.client import Client
from tests.factories import YEAR, facts, make_lao, make_project, make_report, review
from tests.pages import both_values, check_fragment, check_refused, enter, fields, kept

HUGE = "9" * 20
BAD: list[tuple[dict[str, Any], dict[str, str]]] = [
    ({}, {"status": "เลือกสถานะการดำเนินงาน 1 ข้อ"}),
    ({"status": "finished"}, {"status": "เลือกสถานะการดำเนินงาน 1 ข้อ"}),
    ({"status": "not_reported"}, {"status": "เลือกสถานะการดำเนินงาน 1 ข้อ"}),
    ({"status": "cannot"}, {"cannot_reason": "เลือกเหตุผล 1 ข้อ"}),
    ({"status": "cannot", "cannot_reason": "lazy"}, {"cannot_reason": "เลือกเหตุผล 1 ข้อ"}),
    ({"status": "cannot", "cannot_reason": "other"}, {"cannot_text": "ระบุเหตุผลที่ไม่สามารถดำเนินการได้"}),
    ({"status": "cannot", "cannot_reason": "other", "cannot_text": "ก" * 501}, {"cannot_text": "ไม่เกิน 500 ตัวอักษร"}),
    ({"status": "done", "spent": "-1"}, {"spent": "เบิกจ่ายจริงต้องไม่ติดลบ"}),
    ({"status": "done", "spent": "1.001"}, {"spent": "ทศนิยมไม่เกิน 2 ตำแหน่ง"}),
    ({"status": "done", "spent": HUGE}, {"spent": "มากเกินไป กรอกได้ไม่เกิน 99,999,999,999.99"}),
    ({"status": "done", "spent": "ห้าพัน"}, {"spent": "กรอกเบิกจ่ายจริงเป็นตัวเลข"}),
    ({"status": "done", "in_ordinance": "y"}, {"ordinance_budget": "หากไม่ใช้งบประมาณให้กรอก 0"}),
    ({"status": "done", "in_ordinance": "y", "ordinance_budget": "x"}, {"ordinance_budget": "เป็นตัวเลข"}),
    ({"status": "done", "obstacles": "ก" * 2_001}, {"obstacles": "ยาว 2,001 ตัวอักษร ย่อให้ไม่เกิน 2,000 ตัวอักษร"}),
    ({"status": "done", "note": "ก" * 10_000}, {"note": "ยาว 10,000 ตัวอักษร ย่อให้ไม่เกิน 2,000 ตัวอักษร"}),
]


@pytest.fixture
def lao(app: Flask, client: Client) -> Actor:
    actor = make_lao()
    enter(client, actor.account_id)
    client.get("/profile")
    return actor


def _path(project_id: int, round_: int = 6, query: str = "") -> str:
    return f"/reporting/{project_id}/2561/{round_}{query}"


def _facts(lao: Actor, project_id: int, round_: Round = Round.SIX) -> Any:
    db.session.rollback()
    return report_detail(lao, project_id, YEAR, round_).facts


def test_a_report_with_a_mistake_is_shown_again_as_a_page_and_in_place(client: Client, lao: Actor) -> None:
    project_id = make_project(lao)
    for number, (wrong, sentences) in enumerate(BAD):
        typed = {"spent": "1,234.50", "note": "หมายเหตุที่พิมพ์\nสองบรรทัด", "version": "1"} | wrong
        beside = {f"{field}-{project_id}": sentence for field, sentence in sentences.items()}
        unknown = tuple(
            name for name in ("status", "cannot_reason") if typed.get(name) in ("finished", "not_reported", "lazy")
        )
        check_refused(client, _path(project_id), typed, beside, htmx=number % 2 == 1, forgets=unknown)


def test_what_offices_type_is_understood(client: Client, lao: Actor) -> None:
    project_id = make_project(lao)
    typed = {
        "in_ordinance": "y",
        "ordinance_budget": "๑,๐๐๐.๕๐",
        "spent": " 0 ",
        "note": "ทํา\u200bดี\x00",
        "version": "1",
    }
    assert client.send(_path(project_id), typed | {"status": "done"}).status_code == 302
    found = _facts(lao, project_id)
    assert (found.ordinance_budget, found.spent, found.note) == (Decimal("1000.50"), Decimal(0), "ทำดี")


@pytest.mark.parametrize("htmx", [False, True])
def test_far_more_spent_than_planned_is_asked_about_once_and_then_saved(client: Client, lao: Actor, htmx: bool) -> None:
    project_id = make_project(lao, facts(budgets={2561: Decimal(20000)}))
    typed = fields(client.get(_path(project_id)).text) | {"status": "done", "spent": "20,000,000"}
    asked = client.send(_path(project_id), typed, htmx=htmx)
    assert asked.status_code == 422
    assert "20,000,000 บาท มากกว่า 10 เท่าของงบประมาณตามแผน 20,000 บาท ถูกต้องหรือไม่" in asked.text
    assert _facts(lao, project_id).spent is None
    saved = client.send(_path(project_id), fields(asked.text), htmx=htmx, follow_redirects=True)
    assert saved.status_code == 200
    assert "ดำเนินการแล้วเสร็จ เบิกจ่ายจริง 20,000,000.00 บาท" in saved.text
    assert _facts(lao, project_id).spent == Decimal(20000000)


def test_a_reason_counts_only_where_it_is_asked_for(client: Client, lao: Actor) -> None:
    project_id = make_project(lao)
    reason = {"cannot_reason": "other", "cannot_text": "น้ำท่วม"}
    client.send(_path(project_id), reason | {"status": "done", "version": "1"})
    assert (_facts(lao, project_id).cannot_reason, _facts(lao, project_id).cannot_text) == (None, None)
    client.send(_path(project_id), reason | {"status": "cannot", "version": "2"})
    assert _facts(lao, project_id).cannot_text == "น้ำท่วม"
    client.send(_path(project_id), reason | {"status": "cannot", "cannot_reason": "no_budget", "version": "3"})
    assert _facts(lao, project_id).cannot_reason is CannotReason.NO_BUDGET
    assert _facts(lao, project_id).cannot_text is None


@pytest.mark.parametrize("htmx", [False, True])
def test_a_stale_report_shows_both_versions_loses_neither_and_saves_when_sent_again(
    client: Client, lao: Actor, htmx: bool
) -> None:
    project_id = make_project(lao)
    make_report(lao, project_id, ReportStatus.IN_PROGRESS, spent=Decimal("10.00"))
    typed = {"status": "done", "spent": "20", "note": "ของฉัน", "suggestions": "ของฉันด้วย", "version": "1"}
    answer = check_refused(client, _path(project_id), typed, {}, htmx=htmx, forgets=("version",))
    assert "รายงานนี้มีการแก้ไขจากหน้าต่างอื่นหรือเครื่องอื่นของบัญชีนี้" in answer.text
    both = both_values(answer.text)
    assert both["เบิกจ่ายจริง"] == ["10.00", "20.00"]
    assert both["สถานะ"] == ["อยู่ระหว่างดำเนินการ", "ดำเนินการแล้วเสร็จ"]
    assert both["ข้อเสนอแนะ"] == ["–", "ของฉันด้วย"]
    assert "บันทึกตามที่เลือก" in answer.text
    again = fields(answer.text)
    for _double_click in range(2):
        assert client.send(_path(project_id), again, htmx=htmx).status_code == (200 if htmx else 302)
    assert (_facts(lao, project_id).spent, _facts(lao, project_id).note) == (Decimal("20.00"), "ของฉัน")
    assert report_detail(lao, project_id, YEAR, Round.SIX).version == 3


@pytest.mark.parametrize("htmx", [False, True])
def test_of_a_stale_report_each_field_is_taken_on_its_own(client: Client, lao: Actor, htmx: bool) -> None:
    project_id = make_project(lao)
    in_ordinance = {"ordinance_budget": Decimal("50.00"), "cannot_reason": CannotReason.NO_BUDGET}
    make_report(lao, project_id, ReportStatus.CANNOT, spent=Decimal("10.00"), note="ของเขา", **in_ordinance)
    typed = {"status": "done", "spent": "20", "note": "ของฉัน", "version": "1"}
    again = fields(client.send(_path(project_id), typed, htmx=htmx).text)
    # Mine is chosen until somebody says otherwise; a reason goes with its status, a budget with its tick
    assert {name: again[f"side-{name}"] for name in ("status", "spent", "note", "ordinance_budget")} == {
        name: ["mine"] for name in ("status", "spent", "note", "ordinance_budget")
    }
    theirs = {f"side-{name}": "theirs" for name in ("status", "ordinance_budget", "spent")}
    # What is wrong in a field that is not taken is no reason to lose the choice: it is shown where it was made
    wrong = client.send(_path(project_id), again | theirs | {"spent": "มาก", "note": "ก" * 2001}, htmx=htmx)
    assert wrong.status_code == 422
    assert fields(wrong.text)["status"] == ["cannot"]
    assert fields(wrong.text)["spent"] == ["10.00"]
    assert client.send(_path(project_id), again | theirs, htmx=htmx).status_code == (200 if htmx else 302)
    saved = _facts(lao, project_id)
    assert (saved.status, saved.cannot_reason) == (ReportStatus.CANNOT, CannotReason.NO_BUDGET)
    assert (saved.ordinance_budget, saved.spent, saved.note) == (Decimal("50.00"), Decimal("10.00"), "ของฉัน")


def test_a_report_of_the_other_round_goes_on_in_that_round_and_says_what_was_saved(client: Client, lao: Actor) -> None:
    """The list shows round 6, where all but the first are reported; round 12 waits everywhere but in the second."""
    first, second, third, fourth = (make_project(lao, facts(f"โครงการที่ {n}")) for n in range(4))
    for reported in (second, third, fourth):
        make_report(lao, reported, ReportStatus.DONE)
    make_report(lao, second, ReportStatus.DONE, Round.TWELVE)
    typed = {"status": "cannot", "cannot_reason": "no_budget", "version": "1", "then": "next"}
    list_of_six = "?n=1&year=2561&round=6"

    answer = client.send(_path(first, 12, list_of_six), typed, htmx=True)
    assert "รอบ 12 เดือน: ไม่สามารถดำเนินการได้" in answer.text  # the row itself shows round 6
    assert f'action="{_path(third, 12)}?' in answer.text
    assert "<b>รายงานผลรอบ 12 เดือน</b> – โครงการที่ 2" in answer.text
    assert fields(answer.text)["version"] == ["1"]

    page = client.send(_path(third, 12, list_of_six), {**typed, "status": "done"})
    assert page.location.startswith(_path(fourth, 12))
    shown = client.get(page.location)
    assert "บันทึกรายงานรอบ 12 เดือน ปีงบประมาณ 2561 ของ “โครงการที่ 2” แล้ว: ดำเนินการแล้วเสร็จ" in shown.text
    assert "<h1>รายงานผลรอบ 12 เดือน ปีงบประมาณ 2561</h1>" in shown.text
    last = client.send(_path(fourth, 12, list_of_six), {**typed, "status": "done"})
    assert last.location == f"/reporting?year=2561&round=6#p{fourth}"


def test_saving_in_place_answers_with_the_row_and_the_totals_and_next_opens_the_next_that_waits(
    client: Client, lao: Actor
) -> None:
    first, reported, third = (make_project(lao, facts(f"โครงการ{n}")) for n in "กขค")
    make_report(lao, reported)
    path = _path(first, query="?n=1&year=2561&round=6")
    answer = client.send(path, {"status": "done", "version": "1", "then": "next"}, htmx=True)
    assert answer.status_code == 200
    check_fragment(answer, htmx=True)
    assert f'<tbody id="p{first}" class="is-saved">' in answer.text
    assert 'hx-target="#totals"' in answer.text
    assert f'hx-target="#p{third}"' in answer.text
    assert "66.67" in answer.text
    page = client.send(path, {"status": "cannot", "cannot_reason": "no_budget", "version": "2", "then": "next"})
    assert page.location.startswith(f"/reporting/{third}/2561/6?year=2561&round=6&n=3")
    last = client.send(_path(third), {"status": "done", "version": "1", "then": "next"})
    assert last.location.startswith("/reporting?year=2561&round=6")
    assert last.location.endswith(f"#p{third}")


def test_the_year_of_the_report_wins_over_one_in_the_query(client: Client, lao: Actor) -> None:
    project_id = make_project(lao)
    path = _path(project_id, query="?year=2562&round=12")
    answer = client.send(path, {"status": "done", "version": "1"}, htmx=True)
    assert (answer.status_code, "แล้วเสร็จ" in answer.text) == (200, True)


def test_a_round_not_reported_yet_starts_from_the_other_ones_ordinance_budget(client: Client, lao: Actor) -> None:
    project_id = make_project(lao)
    make_report(lao, project_id, ordinance_budget=Decimal("900.00"), spent=Decimal("1.00"))
    shown = fields(client.get(_path(project_id, 12)).text)
    assert (shown["ordinance_budget"], shown["in_ordinance"]) == (["900.00"], ["y"])
    assert (shown["spent"], shown.get("status")) == ([""], None)
    assert "รายงานผลรอบ 6 เดือน ของปีงบประมาณ 2561 แล้ว" in client.get(_path(project_id)).text


def test_what_a_rule_closes_says_so_before_and_after_it_is_sent(client: Client, lao: Actor) -> None:
    rejected, late = make_project(lao, facts("ก")), make_project(lao, facts("ข"))
    review(rejected, ReviewStatus.REJECTED, "ไม่สอดคล้อง")
    with transaction():
        now = clock.now()
        window = {"opens_at": now - timedelta(days=2), "closes_at": now - timedelta(days=1)}
        db.session.add(Window(fiscal_year=2561, round=6, **window))
    for project_id, sentence in ((rejected, "โครงการนี้ถูกปฏิเสธ"), (late, "ปิดรับรายงานแล้วเมื่อวันที่")):
        page = client.get(_path(project_id)).text
        assert sentence in page
        assert 'name="status"' not in page
        for htmx in (False, True):
            typed = {"status": "done", "spent": "5", "note": "พิมพ์ไว้แล้ว", "version": "1"}
            assert sentence in check_refused(client, _path(project_id), typed, {}, htmx=htmx).text


def test_what_is_not_theirs_unknown_or_no_round_is_404(client: Client, lao: Actor) -> None:
    mine, theirs = make_project(lao), make_project(make_lao("2900101", province="90", district="9001"))
    enter(client, lao.account_id)
    before = kept()
    for path in (
        _path(theirs), _path(theirs + 9), _path(mine, 7), _path(mine, 0), f"/reporting/{mine}/2562/6",
        f"/reporting/{mine}/9999/6", f"/reporting/{mine}/99999/6", f"/reporting/{mine}/{HUGE}/6",
        f"/reporting/{HUGE}/2561/6", f"/reporting/{2**31}/2561/6", f"/reporting/{mine}/2561/{HUGE}",
        f"/reporting/{mine}/2561/-6", f"/reporting/{mine}/2561/x", f"/reporting/{mine}/2561",
    ):  # fmt: skip
        assert client.get(path).status_code == 404, path
        assert client.send(path, {"status": "done", "version": "1"}).status_code in (404, 405), path
        assert client.get(path, headers={"HX-Request": "true"}).status_code == 404
    assert kept() == before


def test_the_file_holds_what_the_list_shows(client: Client, lao: Actor) -> None:
    make_project(lao, facts("=1+1"))
    for query in ("", "?year=2561&round=12&q=1", "?year=%00&page=99999999999&q=%00", "?q=ไม่มี&status=x"):
        file = client.get(f"/reporting/table.xlsx{query}")
        assert file.status_code == 200
        assert file.data.startswith(b"PK")
        assert "attachment" in file.headers["Content-Disposition"]


NASTY = st.one_of(
    st.sampled_from(["", "-1", "1.005", HUGE, "๑๒", "\x00", "\u200b", "done", "cannot", "other", "y", "<b>", "=1+1"]),
    st.text(st.characters(codec="utf-8"), max_size=40),
)
NAMES = (
    "status",
    "cannot_reason",
    "cannot_text",
    "in_ordinance",
    "ordinance_budget",
    "spent",
    "note",
    "obstacles",
    "suggestions",
    "version",
    "then",
)


@given(typed=st.dictionaries(st.sampled_from(NAMES), st.one_of(NASTY, st.lists(NASTY, max_size=3)), max_size=6))
@settings(max_examples=30, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
def _send_anything(client: Client, project_id: int, typed: dict[str, Any]) -> None:
    for htmx in (False, True):
        answer = client.send(_path(project_id), typed, htmx=htmx)
        assert answer.status_code in (200, 302, 422), typed
        assert "Not a valid" not in answer.text


def test_whatever_is_typed_nothing_breaks(client: Client, lao: Actor) -> None:
    _send_anything(client, make_project(lao))


def test_unticked_means_not_in_the_ordinance_whatever_stands_in_the_hidden_box(client: Client, lao: Actor) -> None:
    project_id = make_project(lao)
    make_report(lao, project_id, ordinance_budget=Decimal("900.00"))
    shown = fields(client.get(_path(project_id)).text)
    assert shown["in_ordinance"] == ["y"]
    unticked = {name: value for name, value in shown.items() if name != "in_ordinance"}
    assert client.send(_path(project_id), unticked).status_code == 302
    assert _facts(lao, project_id).ordinance_budget is None
    hidden = {"status": "done", "ordinance_budget": "x", "cannot_text": "ก" * 501, "version": "3", "note": "ใหม่"}
    assert client.send(_path(project_id), hidden).status_code == 302
    reason = {"status": "cannot", "cannot_reason": "no_budget", "cannot_text": "ก" * 501, "version": "4"}
    assert client.send(_path(project_id), reason).status_code == 302


def test_a_report_saved_unchanged_is_told_so_and_a_double_click_that_it_was_saved(client: Client, lao: Actor) -> None:
    project_id = make_project(lao)
    make_report(lao, project_id)
    shown = fields(client.get(_path(project_id)).text)
    before = kept()
    for htmx in (True, False):
        answer = client.send(_path(project_id), shown, htmx=htmx, follow_redirects=True)
        assert "ยังไม่ได้แก้ไขอะไร" in answer.text
        assert "บันทึกแล้ว" not in answer.text
    assert kept() == before
    for _double_click in range(2):
        answer = client.send(_path(project_id), shown | {"note": ["ใหม่"]}, htmx=True)
        assert "บันทึกแล้ว" in answer.text


def test_all_reports_stand_in_the_order_of_their_numbers_whichever_came_last(client: Client, lao: Actor) -> None:
    first, second = (make_project(lao, facts(name)) for name in ("โครงการหนึ่ง", "โครงการสอง"))
    for project_id in (second, first):
        make_report(lao, project_id)
    page = client.get(f"/reporting/all?year={YEAR}&round=6").text
    assert page.index("โครงการหนึ่ง") < page.index("โครงการสอง")
