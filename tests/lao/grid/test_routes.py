"""The round's grid over HTTP: one row by its script, all rows as one form, and who may not."""

from datetime import timedelta
from decimal import Decimal
from time import time
from typing import Any

import pytest
from flask import Flask

from app import clock
from app.access import Actor
from app.db import db, transaction
from app.lao.grid import routes as grid_routes
from app.lao.reporting.details import report_detail
from app.lao.reporting.operations import save_report
from app.lao.reporting.rules import ReportFacts
from app.models import Window
from app.models.enums import CannotReason, ReportStatus, ReviewStatus, Round
from tests.client import Client
from tests.factories import NOW, YEAR, facts, make_lao, make_project, make_report, review
from tests.pages import enter, fields, kept, tags

PAGE = f"/reporting/grid?year={YEAR}&round=6"


@pytest.fixture
def lao(app: Flask, client: Client) -> Actor:
    actor = make_lao()
    enter(client, actor.account_id)
    client.get("/profile")
    return actor


def _row(client: Client, project_id: int, version: int = 1, round_: int = 6, **sent: Any) -> Any:
    """What the script of the page is told."""
    data = {"version": version, **sent}
    answer = client.send(f"/reporting/grid/{project_id}/{YEAR}/{round_}", data)
    assert answer.status_code in (200, 422), (answer.status_code, answer.text)
    return answer.get_json()


def _facts(lao: Actor, project_id: int, round_: Round = Round.SIX) -> ReportFacts:
    db.session.rollback()
    return report_detail(lao, project_id, YEAR, round_).facts


def test_a_row_is_saved_by_what_was_changed_in_it_and_answered_with_what_that_made_of_it(
    client: Client, lao: Actor
) -> None:
    project, _other = make_project(lao), make_project(lao)
    told = _row(client, project, status="done", in_ordinance="y", budget="๑,๕๐๐.-")
    assert (told["version"], told["boxes"]) == (2, {"budget": "1,500.00"})
    assert (told["sums"]["waiting"], told["sums"]["percent"], told["sums"]["ordinance"]) == ("1", "50.00", "1,500.00")
    told = _row(client, project, 2, spent="20")
    assert (told["version"], _facts(lao, project).spent) == (3, Decimal(20))
    assert _facts(lao, project).ordinance_budget == Decimal(1500)


def test_sums_are_stamped_with_a_moment_before_they_were_read(
    client: Client, lao: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else an answer that took long would pass for newer than one that knows more."""
    # given
    project, read = make_project(lao), []
    summary = grid_routes.round_summary

    def timed(*asked: Any) -> Any:
        read.append(time())
        return summary(*asked)

    monkeypatch.setattr(grid_routes, "round_summary", timed)

    # when
    told = [_row(client, project, status="done"), _row(client, project, 2, note="ต่อ")]

    # then
    assert 0 < told[0]["stamp"] < read[0] < told[1]["stamp"] < read[1]


def test_what_is_wrong_is_told_beside_its_box_and_nothing_is_saved(client: Client, lao: Actor) -> None:
    project = make_project(lao)
    before = kept()
    assert _row(client, project, spent="20")["problems"] == {"status": "เลือกสถานะการดำเนินงาน 1 ข้อ"}
    assert _row(client, project, status="cannot")["problems"] == {"reason": "เลือกเหตุผล 1 ข้อ"}
    assert _row(client, project, status="cannot", reason="อื่นๆ")["problems"] == {"reason": "ระบุเหตุผลที่ไม่สามารถดำเนินการได้"}
    assert "หากไม่ใช้งบประมาณให้กรอก 0" in _row(client, project, status="done", in_ordinance="y")["problems"]["budget"]
    assert "1500,50" in _row(client, project, status="done", spent="1500,50")["problems"]["spent"]
    assert kept() == before


def test_a_question_is_asked_once(client: Client, lao: Actor) -> None:
    project = make_project(lao, facts(budgets={YEAR: Decimal(20000)}))
    asked = _row(client, project, status="done", spent="20,000,000")
    assert "มากกว่า 10 เท่า" in asked["problems"]["spent"]
    assert _row(client, project, status="done", spent="20,000,000", sure=asked["sure"])["version"] == 2


def test_a_reason_is_what_the_files_print(client: Client, lao: Actor) -> None:
    project = make_project(lao)
    for typed, reason, text in (
        ("นโยบายผู้บริหารเปลี่ยนแปลง", CannotReason.POLICY_CHANGED, None),
        ("น้ำท่วม", CannotReason.OTHER, "น้ำท่วม"),
        ("3", CannotReason.STAFF_SHORT, None),
    ):
        _row(client, project, report_detail(lao, project, YEAR, Round.SIX).version, status="cannot", reason=typed)
        assert (_facts(lao, project).cannot_reason, _facts(lao, project).cannot_text) == (reason, text)
    told = _row(client, project, 4, status="done")
    assert told["boxes"] == {"reason": ""}


def test_a_row_of_round_12_starts_from_the_ordinance_budget_of_round_6(client: Client, lao: Actor) -> None:
    project = make_project(lao)
    make_report(lao, project, ordinance_budget=Decimal("900.00"))
    assert "900.00" in client.get(f"/reporting/grid?year={YEAR}&round=12").text
    assert _row(client, project, round_=12, status="done")["version"] == 2
    assert _facts(lao, project, Round.TWELVE).ordinance_budget == Decimal(900)


def _elsewhere(lao: Actor, project: int, **changes: Any) -> None:
    line = report_detail(lao, project, YEAR, Round.SIX)
    with transaction():
        said = ReportFacts(**(line.facts.as_dict() | changes))
        save_report(lao, project, YEAR, Round.SIX, line.version, said, NOW)


def test_what_two_windows_changed_apart_goes_together_and_what_both_changed_is_shown(
    client: Client, lao: Actor
) -> None:
    project = make_project(lao)
    make_report(lao, project, spent=Decimal(5), note="ก")
    _elsewhere(lao, project, note="จากอีกหน้าต่าง")
    told = _row(client, project, 2, spent="7")
    assert (told["version"], told["boxes"]) == (4, {"spent": "7.00", "note": "จากอีกหน้าต่าง"})
    told = _row(client, project, 2, spent="8", obstacles="ฝนตก")
    assert told["problems"]["spent"] == "เบิกจ่ายจริงที่บันทึกไว้ล่าสุด: 7.00"
    assert "จากหน้าต่างอื่นหรือเครื่องอื่นของบัญชีนี้" in told["problems"][""]
    assert (told["version"], told["theirs"]) == (4, {"spent": "7.00", "note": "จากอีกหน้าต่าง"})
    assert _row(client, project, 4, spent="8", obstacles="ฝนตก")["version"] == 5


def test_a_row_sent_twice_is_saved_once_and_what_was_taken_back_meanwhile_stays_taken_back(
    client: Client, lao: Actor
) -> None:
    project = make_project(lao)
    path = f"/reporting/grid/{project}/{YEAR}/6"
    first = {"data": {"version": 1, "status": "done", "spent": "5"}, "headers": {"Idempotency-Key": "a"}}
    assert client.send(path, **first).get_json()["version"] == 2
    assert client.send(path, **first).get_json()["version"] == 2
    # When its answer was lost, and the amount is taken out: the first one may have arrived, and had
    later = {"version": 1, "status": "done", "spent": ""}
    client.send(path, later, headers={"Idempotency-Key": "b", "Idempotency-Earlier": "a"})
    assert _facts(lao, project).spent is None
    # Then a late copy of the first changes nothing
    assert client.send(path, **first).get_json()["version"] == 3
    assert _facts(lao, project).spent is None


def test_what_is_not_theirs_rejected_or_closed_is_not_saved(client: Client, lao: Actor) -> None:
    mine, rejected = make_project(lao), make_project(lao, facts("โครงการที่ถูกปฏิเสธ"))
    theirs = make_project(make_lao("2900101", province="90", district="9001"))
    review(rejected, ReviewStatus.REJECTED, "ไม่สอดคล้อง")
    enter(client, lao.account_id)
    before = kept()
    for path in (f"{theirs}/{YEAR}/6", f"{mine}/{YEAR}/7", f"{mine}/2562/6", f"{mine + 99}/{YEAR}/6"):
        assert client.send(f"/reporting/grid/{path}", {"version": 1, "status": "done"}).status_code == 404, path
    assert "โครงการนี้ถูกปฏิเสธ" in _row(client, rejected, status="done")["problems"][""]
    assert "โครงการที่ถูกปฏิเสธ</" not in client.get(PAGE).text
    assert kept() == before
    with transaction():
        now = clock.now()
        times = {"opens_at": now - timedelta(days=2), "closes_at": now - timedelta(days=1)}
        db.session.add(Window(fiscal_year=YEAR, round=6, **times))
    assert "ปิดรับรายงานแล้ว" in _row(client, mine, status="done")["problems"][""]
    page = client.get(PAGE).text
    assert "ปิดรับรายงานแล้ว" in page
    assert any(name == "fieldset" and "disabled" in values for name, values in tags(page))


def test_without_javascript_all_rows_are_one_form_that_saves_what_is_right(client: Client, lao: Actor) -> None:
    right, wrong, left = (make_project(lao, facts(f"โครงการ {name}")) for name in "กขค")
    typed = fields(client.get(PAGE).text)
    typed |= {f"status-{right}": ["done"], f"note-{right}": ["บรรทัดหนึ่ง\r\nบรรทัดสอง"]}
    typed |= {f"status-{wrong}": ["cannot"], f"spent-{wrong}": ["หลายพัน"], f"obstacles-{wrong}": ["ฝนตก"]}
    answer = client.send(PAGE, typed)
    assert answer.status_code == 422
    assert "ยังบันทึกไม่ได้ 1 แถว บันทึกแล้ว 1 โครงการ" in answer.text
    shown = fields(answer.text)
    assert shown[f"status-{wrong}"] == ["cannot"]
    assert (shown[f"spent-{wrong}"], shown[f"obstacles-{wrong}"]) == (["หลายพัน"], ["ฝนตก"])
    ids = {values.get("id") for _name, values in tags(answer.text)}
    links = [values["href"][1:] for name, values in tags(answer.text) if name == "a" and "-" in values["href"][:12]]
    assert [link for link in links if link.endswith(f"-{wrong}")]
    assert {link for link in links if link.endswith(f"-{wrong}")} <= ids
    assert _facts(lao, right).note == "บรรทัดหนึ่ง\nบรรทัดสอง"
    assert {_facts(lao, each).status for each in (wrong, left)} == {ReportStatus.NOT_REPORTED}
    # And mended, it leads back to the grid
    again = client.send(PAGE, shown | {f"spent-{wrong}": ["1,000"], f"reason-{wrong}": ["1"]}, follow_redirects=True)
    assert "บันทึกแล้ว 1 โครงการ" in again.text
    assert _facts(lao, wrong).spent == Decimal(1000)
    assert "ยังไม่ได้แก้ไขอะไร" in client.send(PAGE, fields(again.text), follow_redirects=True).text


def test_an_old_page_without_javascript_undoes_nothing(client: Client, lao: Actor) -> None:
    touched, left = make_project(lao), make_project(lao)
    typed = fields(client.get(PAGE).text)
    _elsewhere(lao, left, status=ReportStatus.DONE, note="จากอีกหน้าต่าง")
    _elsewhere(lao, touched, status=ReportStatus.DONE)
    answer = client.send(PAGE, typed | {f"status-{touched}": ["in_progress"]})
    assert (answer.status_code, "สถานะการดำเนินงานที่บันทึกไว้ล่าสุด: ดำเนินการแล้วเสร็จ" in answer.text) == (422, True)
    assert _facts(lao, left).note == "จากอีกหน้าต่าง"
    client.send(PAGE, fields(answer.text))
    assert _facts(lao, touched).status is ReportStatus.IN_PROGRESS


def test_without_javascript_a_wrong_row_takes_what_was_saved_elsewhere_along(client: Client, lao: Actor) -> None:
    # Given a row that comes back to be mended, and one changed in two windows, of which the other also wrote a note
    wrong, both = (make_project(lao, facts(name)) for name in "กข")
    for each in (wrong, both):
        make_report(lao, each, spent=Decimal(5))
    typed = fields(client.get(PAGE + "&status=done").text)
    _elsewhere(lao, wrong, note="จากอีกหน้าต่าง")
    _elsewhere(lao, both, status=ReportStatus.IN_PROGRESS, spent=Decimal(7), note="จากอีกหน้าต่าง")
    answer = client.send(PAGE + "&status=done", typed | {f"spent-{wrong}": ["หลายพัน"], f"spent-{both}": ["8"]})
    # Then both are shown, also the one that the filter no longer takes in, with the note beside the amount typed
    assert "ยังบันทึกไม่ได้ 2 แถว" in answer.text
    shown = fields(answer.text)
    assert (shown[f"spent-{both}"], shown[f"note-{both}"]) == (["8"], ["จากอีกหน้าต่าง"])
    assert shown[f"status-{both}"] == ["in_progress"]
    # And mended, nothing of the other window is undone
    client.send(PAGE + "&status=done", shown | {f"spent-{wrong}": ["9"]})
    assert [_facts(lao, each).spent for each in (wrong, both)] == [Decimal(9), Decimal(8)]
    assert {_facts(lao, each).note for each in (wrong, both)} == {"จากอีกหน้าต่าง"}
    assert _facts(lao, both).status is ReportStatus.IN_PROGRESS


def test_without_javascript_a_row_that_is_no_longer_asked_for_is_named(client: Client, lao: Actor) -> None:
    gone, left = (make_project(lao, facts(f"โครงการ {name}")) for name in "กข")
    typed = fields(client.get(PAGE).text)
    review(gone, ReviewStatus.REJECTED, "ไม่ตรงมิติ")
    answer = client.send(PAGE, typed | {f"status-{each}": ["done"] for each in (gone, left)}, follow_redirects=True)
    assert "บันทึกแล้ว 1 โครงการ" in answer.text
    assert "โครงการ ก: โครงการนี้ถูกปฏิเสธ" in answer.text
    # And where nothing was typed into it, nothing is said
    assert "ถูกปฏิเสธ ไม่ต้องรายงานผล" not in client.send(PAGE, typed, follow_redirects=True).text


def test_a_filter_shows_what_is_not_reported_or_of_one_dimension(client: Client, lao: Actor) -> None:
    first, second = make_project(lao), make_project(lao, facts("ข", dimension=2))
    make_report(lao, first)
    for query, shown in (("", [first, second]), ("&status=not_reported", [second]), ("&dimension=1", [first])):
        ids = [values["id"] for name, values in tags(client.get(PAGE + query).text) if name == "tbody"]
        assert ids == [f"p{each}" for each in shown], query
    assert "ไม่พบโครงการตามตัวกรองนี้" in client.get(f"{PAGE}&dimension=9").text
    for query in ("?year=x&round=99&status=%00&dimension=abc", "?year=99999", "?status=done&dimension=" + "9" * 30):
        assert client.get(f"/reporting/grid{query}").status_code == 200, query


@pytest.mark.parametrize(
    ("path", "entry"),
    [
        (PAGE, "/reporting"),
        ("/reporting/check", "/reporting"),
        ("/reporting/papers", "/reporting"),
        ("/reporting/all", "/reporting/all"),
        ("/projects/new", "/projects/new"),
        ("/projects/import", "/projects"),
        ("/reports/province", "/reports/province"),
    ],
)
def test_the_menu_marks_the_entry_a_page_belongs_to(client: Client, lao: Actor, path: str, entry: str) -> None:
    menu = client.get(path).text.partition('<nav class="menu"')[2].partition("</nav>")[0]
    marked = [values["href"].partition("?")[0] for _name, values in tags(menu) if values.get("aria-current")]
    assert marked == [entry]
