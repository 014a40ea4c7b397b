"""The gate's keeper: which plans passed, one, many, all, or by Excel."""

import re
from collections.abc import Collection, Sequence
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from threading import Event, Thread
from time import sleep
from typing import Any

import pytest
from flask import Flask
from openpyxl import Workbook, load_workbook
from sqlalchemy import select

from app.access import Actor
from app.accounts.queries import actor_of
from app.db import db, transaction
from app.errors import NotTheirs, Refusal, Stale
from app.lao.projects.queries import project_detail
from app.models import HistoryEntry
from app.models.enums import PlanStatus, ReviewStatus, Role, Which
from app.nacc.evaluation.operations import do_one, save_from_file, save_scores
from app.nacc.evaluation.rules import ScoreCell, ScoreDeed, ScoreEntry
from app.nacc.plan_years.operations import set_filtered, set_from_file, set_many, set_status, take_back
from app.nacc.plan_years.queries import failed_because, plan_counts, plan_rows, statuses
from app.nacc.plan_years.rules import COLUMNS, PlanFilter, PlanLine, ScoreStanding, SeenStatus, preview, read_lines
from app.plans.queries import plan_statuses
from app.uploads.cells import Marked
from app.uploads.rules import WHEN_MADE, LineKey, UploadLao
from tests.client import Client, text_of
from tests.factories import NOW, PASSWORD, YEAR, facts, make_lao, make_organisation, make_project, make_staff, review
from tests.pages import elements, enter, tree
from tests.uploads.files import sheet_of

HEAD = ["รหัส", "ปีงบประมาณ", "ผลแผน"]
REASON = "เหตุผลที่แผนไม่ผ่าน"
LAO = UploadLao(1, "6650807", "อบต.ดินทอง")


def _officer(*provinces: str) -> Actor:
    return actor_of(make_staff("officer65", Role.OFFICER, *(provinces or ("65",))).id)


def test_taking_passed_back_closes_the_year_and_deletes_nothing(app: Flask) -> None:
    lao, officer = make_lao(), _officer()
    project_id = make_project(lao)
    with transaction():
        set_status(officer, lao.own_organisation_id, YEAR, PlanStatus.FAILED, 1, NOW)
    assert project_detail(lao, project_id).facts == facts()
    with pytest.raises(Refusal, match="แผนยังไม่ผ่าน"):
        make_project(lao)
    entry = db.session.scalars(select(HistoryEntry).where(HistoryEntry.action == "set plan year")).one()
    assert (entry.before, entry.after) == ({"status": "passed"}, {"status": "failed"})


def test_somebody_elses_change_in_between_is_told(app: Flask) -> None:
    lao, officer = make_lao(), _officer()
    with transaction():
        set_status(officer, lao.own_organisation_id, YEAR, PlanStatus.FAILED, 1, NOW)
    with pytest.raises(Stale), transaction():
        set_status(officer, lao.own_organisation_id, YEAR, PlanStatus.NOT_SENT, 1, NOW)
    assert plan_statuses(lao.own_organisation_id)[YEAR] is PlanStatus.FAILED


def test_another_province_is_neither_seen_nor_changed(app: Flask) -> None:
    lao, stranger = make_lao(), _officer("90")
    assert plan_rows(stranger, PlanFilter(year=YEAR)) == []
    with pytest.raises(NotTheirs):
        set_status(stranger, lao.own_organisation_id, YEAR, PlanStatus.FAILED, 1, NOW)
    with transaction():
        assert set_many(stranger, [lao.own_organisation_id], YEAR, PlanStatus.FAILED, NOW) == 0
        assert set_many(lao, [lao.own_organisation_id], 2563, PlanStatus.PASSED, NOW) == 0  # an LAO is no officer


def test_all_filtered_change_together_and_the_number_is_checked(app: Flask) -> None:
    officer = _officer()
    for number in range(3):
        make_organisation(f"66508{number:02}", f"องค์การบริหารส่วนตำบลที่ {number}", passed=())
    asked = PlanFilter(year=YEAR, status=PlanStatus.NOT_SENT)
    with pytest.raises(Refusal, match="3"), transaction():
        set_filtered(officer, asked, 2, PlanStatus.PASSED, NOW)
    with transaction():
        assert set_filtered(officer, asked, 3, PlanStatus.PASSED, NOW) == 3
    # then the numbers beside the choices are the same whichever is chosen: not sent is also what was set back to it
    make_organisation("6650899", "องค์การบริหารส่วนตำบลที่ยังไม่ส่ง", passed=())
    with transaction():
        assert set_filtered(officer, PlanFilter(year=YEAR, lao="6650800"), 1, PlanStatus.NOT_SENT, NOW) == 1
    counts = plan_counts(officer, PlanFilter(year=YEAR))
    assert (counts[PlanStatus.PASSED], counts[PlanStatus.NOT_SENT]) == (2, 2)
    assert all(plan_counts(officer, PlanFilter(year=YEAR, status=each)) == counts for each in PlanStatus)


def test_the_projects_of_a_plan_are_those_that_count(app: Flask) -> None:
    lao, officer = make_lao(), _officer()
    make_project(lao)
    review(make_project(lao, facts("ที่ถูกปฏิเสธ")), ReviewStatus.REJECTED, "ผิดมิติ")
    make_project(lao, facts("ปีอื่น", budgets={YEAR + 1: None}))
    assert [row.projects for row in plan_rows(officer, PlanFilter(year=YEAR))] == [1]


def test_a_file_is_read_whole_or_refused_with_every_cell_named() -> None:
    known = {"6650807": LAO, "6650700": LAO}
    good = sheet_of(HEAD, ["๖๖๕๐๘๐๗", 2561.0, "แผนผ่าน"])
    lines, problems = read_lines(good, [2561, 2562], known)
    assert lines == [PlanLine(LineKey(LAO, 2561, "B2"), PlanStatus.PASSED)]
    assert not problems
    rows = [["123", "2561", "แผนผ่าน"], ["6650807", 1999.0, "ดี"], ["6650807", "2561", "ผ่าน"]]
    _lines, problems = read_lines(sheet_of(HEAD, *rows, ["'6650700", "2561", "ผ่าน"]), [2561], known)
    assert [(problem.row, problem.column, problem.letter) for problem in problems.first] == [
        (2, HEAD[0], "A"),
        (3, HEAD[1], "B"),
        (3, HEAD[2], "C"),
        (5, HEAD[0], "A"),  # a former code of the same LAO
    ]
    assert "ซ้ำกับแถวที่ 4" in problems.first[-1].text


def _upload(client: Client, rows: list[list[object]]) -> object:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    out = BytesIO()
    book.save(out)
    file = (BytesIO(out.getvalue()), "plan.xlsx")
    return client.send(f"/nacc/plan-years/file?year={YEAR}", {"file": file}, content_type="multipart/form-data")


def test_excel_goes_out_comes_back_and_changes_only_after_confirming(app: Flask, client: Client) -> None:
    lao = make_lao()
    make_staff("officer65", Role.OFFICER, "65")
    client.sign_in("officer65", PASSWORD)
    out = client.get(f"/nacc/plan-years/table.xlsx?year={YEAR}")
    sheet = load_workbook(BytesIO(out.data)).active
    assert [cell.value for cell in sheet[1]][:3] == HEAD
    assert [cell.value for cell in sheet[2]][:3] == ["6650807", YEAR, "แผนผ่าน"]
    client.get("/nacc/plan-years/file")
    answer = _upload(client, [[*HEAD, REASON], ["6650807", YEAR, "แผนไม่ผ่าน", "ไม่มีตัวชี้วัด"]])
    assert "ยืนยันการเปลี่ยน 1 แห่ง" in answer.text
    assert plan_statuses(lao.own_organisation_id)[YEAR] is PlanStatus.PASSED
    sealed = answer.text.split('name="sealed" value="')[1].split('"')[0]
    done = client.send("/nacc/plan-years/file/confirm", {"sealed": sealed}, follow_redirects=True)
    assert "เปลี่ยน 1 แห่ง" in done.text
    assert plan_statuses(lao.own_organisation_id)[YEAR] is PlanStatus.FAILED
    assert client.send("/nacc/plan-years/file/confirm", {"sealed": sealed + "x"}).status_code == 404


def test_a_bad_file_says_where_and_changes_nothing(app: Flask, client: Client) -> None:
    make_lao()
    make_staff("officer65", Role.OFFICER, "65")
    client.sign_in("officer65", PASSWORD)
    client.get("/nacc/plan-years/file")
    answer = _upload(client, [HEAD, ["2900101", YEAR, "แผนผ่าน"], ["6650807", "abcd", "แผนผ่าน"]])
    assert answer.status_code == 422
    assert "แถวที่ 2 คอลัมน์ รหัส (ช่อง A2): ไม่พบรหัส 2900101 ในจังหวัดที่ท่านดูแล" in answer.text
    assert "แถวที่ 3 คอลัมน์ ปีงบประมาณ" in answer.text
    file = (BytesIO(b"PK not really"), "plan.xlsx")
    broken = client.send("/nacc/plan-years/file", {"file": file}, content_type="multipart/form-data")
    assert broken.status_code == 422
    assert "ไม่ใช่ไฟล์ Excel" in broken.text


def test_one_is_changed_in_place_and_the_counts_follow(app: Flask, client: Client) -> None:
    lao = make_lao()
    make_staff("officer65", Role.OFFICER, "65")
    client.sign_in("officer65", PASSWORD)
    client.get(f"/nacc/plan-years?year={YEAR}")
    path = f"/nacc/plan-years/{lao.organisation_id}?year={YEAR}"
    answer = client.send(path, {"status": "failed", "version": "1", "reason": "ไม่มีตัวชี้วัด"}, htmx=True)
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert "แผนไม่ผ่าน <b>1</b>" in answer.text
    stale = client.send(path, {"status": "not_sent", "version": "1"}, htmx=True)
    assert stale.status_code == 422
    assert "ผลแผนนี้มีการแก้ไขโดยท่านเองในหน้าต่างอื่น" in stale.text


def test_plans_are_found_by_how_far_their_scores_are(app: Flask) -> None:
    # given one LAO without a score, one scored in one dimension, one in all of them, and one published
    officer = actor_of(make_staff("officer65", Role.OFFICER, "65").id)
    names = {"6650807": 0, "6650808": 1, "6650809": 4, "6650810": 4}
    ids = {code: make_organisation(code, f"องค์การบริหารส่วนตำบลที่ {code}").id for code in names}
    given = {
        (ids[code], YEAR): {ScoreCell(Which.EVALUATION, each + 1): ScoreEntry(Decimal(5), None) for each in range(many)}
        for code, many in names.items()
    }
    # and the first was scored in another year
    given[ids["6650807"], YEAR + 1] = given[ids["6650809"], YEAR]
    with transaction():
        save_from_file(officer, given, "", NOW)
    with transaction():
        do_one(officer, ids["6650810"], YEAR, ScoreDeed.PUBLISH, NOW)
    found = {
        each: [row.code for row in plan_rows(officer, PlanFilter(year=YEAR, scores=each))] for each in ScoreStanding
    }
    # then each stands where it is looked for, and what is half scored is not published either
    assert found == {
        ScoreStanding.NONE: ["6650807"],
        ScoreStanding.PARTLY: ["6650808"],
        ScoreStanding.UNPUBLISHED: ["6650808", "6650809"],
        ScoreStanding.PUBLISHED: ["6650810"],
    }
    half = PlanFilter(year=YEAR, scores=ScoreStanding.PARTLY)
    assert sum(plan_counts(officer, half).values()) == 1
    # and no other one is set with all that are shown
    with transaction():
        assert set_filtered(officer, half, 1, PlanStatus.NOT_SENT, NOW) == 1
    assert [row.code for row in plan_rows(officer, PlanFilter(year=YEAR, status=PlanStatus.NOT_SENT))] == ["6650808"]


def test_a_plan_fails_with_a_reason_that_the_lao_reads(app: Flask, client: Client) -> None:
    lao = make_lao()
    id_ = lao.own_organisation_id
    client.sign_in(make_staff("officer65", Role.OFFICER, "65").username or "", PASSWORD)
    # given a page that asks why, with the LAO ticked and the outcome chosen
    asked = client.get(f"/nacc/plan-years/many?year={YEAR}&ids={id_}&to=failed").text
    assert 'value="failed" checked' in re.sub(r"\s+", " ", asked)
    # when it is sent without a reason, for one or for many, nothing is saved
    for path in (f"/nacc/plan-years/many?year={YEAR}", f"/nacc/plan-years/{id_}?year={YEAR}"):
        refused = client.send(path, {"status": "failed", "ids": [id_], "version": "1"})
        assert refused.status_code == 422
        assert "เขียนเหตุผลที่แผนไม่ผ่าน" in refused.text
    client.send(f"/nacc/plan-years/many?year={YEAR}", {"status": "failed", "ids": [id_], "reason": "ไม่มีตัวชี้วัด"})
    # then the desk shows it, and the LAO reads it on its home and in its history
    assert "ไม่มีตัวชี้วัด" in client.get(f"/nacc/plan-years?year={YEAR}").text
    enter(client, lao.account_id)
    assert "ไม่มีตัวชี้วัด" in client.get(f"/home?year={YEAR}").text
    assert "ไม่มีตัวชี้วัด" in client.get("/history").text


def test_of_a_plan_that_failed_twice_the_last_reason_is_told(app: Flask) -> None:
    lao, officer = make_lao(), _officer()
    id_, outcomes = lao.own_organisation_id, (PlanStatus.FAILED, PlanStatus.PASSED, PlanStatus.FAILED)
    for version, (status, reason) in enumerate(zip(outcomes, ("ส่งไม่ครบ", "", "ไม่มีงบประมาณ"), strict=True), start=1):
        with transaction():
            set_status(officer, id_, YEAR, status, version, NOW, reason)
    assert failed_because([(id_, YEAR)]) == {(id_, YEAR): "ไม่มีงบประมาณ"}
    # and an undo of what came after it gives it back, not an earlier one
    later = NOW + timedelta(hours=1)
    with transaction():
        set_status(officer, id_, YEAR, PlanStatus.PASSED, 4, later)
    with transaction():
        assert take_back(officer, later, later + timedelta(hours=1)) == 1
    assert failed_because([(id_, YEAR)]) == {(id_, YEAR): "ไม่มีงบประมาณ"}


def test_a_file_says_why_a_plan_failed_and_goes_back_by_one_undo(app: Flask, client: Client) -> None:
    lao = make_lao()
    officer = enter(client, make_staff("officer65", Role.OFFICER, "65").id)
    heads = [*HEAD, "ค่าเดิมตอนทำไฟล์", REASON]
    sheet = sheet_of(heads, ["6650807", str(YEAR), "แผนไม่ผ่าน", None, "ไม่มีตัวชี้วัด"])
    laos = {"6650807": UploadLao(lao.own_organisation_id, "6650807", lao.name)}
    lines, problems = read_lines(sheet, [YEAR], laos)
    assert (not problems, [line.reason for line in lines]) == (True, ["ไม่มีตัวชี้วัด"])
    shown = [SeenStatus.of(list(each)) for each in preview(lines, statuses([(lao.own_organisation_id, YEAR)])).sealed]
    with transaction():
        assert set_from_file(officer, shown, NOW) == 1
    # then the desk, the LAO and the file that goes out say it
    table = load_workbook(BytesIO(client.get(f"/nacc/plan-years/table.xlsx?year={YEAR}").data)).active
    assert table is not None
    assert "ไม่มีตัวชี้วัด" in [cell.value for row in table.iter_rows() for cell in row]
    assert failed_because([(lao.own_organisation_id, YEAR)]) == {(lao.own_organisation_id, YEAR): "ไม่มีตัวชี้วัด"}
    # and the whole file goes back at once
    with transaction():
        assert take_back(officer, NOW, NOW) == 1
    assert plan_rows(officer, PlanFilter(year=YEAR))[0].status is PlanStatus.PASSED


def _rows_read(*rows: Sequence[Any], failed: Collection[tuple[int, int]] = ()) -> tuple[list[PlanLine], list[str]]:
    lines, problems = read_lines(sheet_of([*HEAD, "ค่าเดิมตอนทำไฟล์", REASON], *rows), [2561], {LAO.code: LAO}, failed)
    return lines, [f"{each.letter}{each.row} {each.text}" for each in problems.first]


def test_a_row_that_fails_a_plan_without_a_reason_is_told_at_its_cell() -> None:
    fails = ("6650807", "2561", "แผนไม่ผ่าน", "แผนผ่าน")
    without = (None, "", "  ")
    assert [_rows_read((*fails, none))[1] for none in without] == [
        ["E2 เขียนเหตุผลที่แผนไม่ผ่าน เพราะ อปท. จะเห็นข้อความนี้"]
    ] * 3
    # a file that has no such column says it of the column
    _lines, problems = read_lines(sheet_of([*HEAD, "ค่าเดิมตอนทำไฟล์", REASON], fails), [2561], {LAO.code: LAO})
    assert problems.total == 1
    # what is no text, or was cut off, is no reason
    assert "ยาวเกินไป" in _rows_read((*fails, Marked("long", "ก" * 100)))[1][0]
    assert "ยาวเกิน 1,000" in _rows_read((*fails, "ก" * 1001))[1][0]
    # a plan that failed already need not say why once more, and a plan that passed has nothing to say
    assert _rows_read(fails, failed=[(LAO.id, 2561)])[1] == []
    assert len(_rows_read(fails, failed=[(LAO.id, 2562)])[1]) == 1, "another year's reason is another reason"
    assert [line.reason for line in _rows_read(("6650807", "2561", "แผนผ่าน", "", "ดีแล้ว"))[0]] == [""]


def test_a_dry_run_tells_the_reason_before_and_after() -> None:
    place = (LAO.id, 2561)
    lines, _problems = _rows_read(("6650807", "2561", "แผนไม่ผ่าน", None, "ไม่มีตัวชี้วัด\r\nและไม่มีงบ"))
    moves = preview(lines, {place: PlanStatus.PASSED}).shown[0].moves
    assert [(each.label, each.old, each.new) for each in moves] == [
        ("", PlanStatus.PASSED, PlanStatus.FAILED),
        ("เหตุผล", None, "ไม่มีตัวชี้วัด\nและไม่มีงบ"),
    ]
    reworded = preview(lines, {place: PlanStatus.FAILED}, {place: "ไม่มีงบ"}).shown[0].moves
    assert [(each.old, each.new) for each in reworded] == [("ไม่มีงบ", "ไม่มีตัวชี้วัด\nและไม่มีงบ")]
    assert preview(lines, {place: PlanStatus.FAILED}, {place: lines[0].reason}).total == 0


def test_a_file_gives_another_reason_unless_somebody_gave_one_meanwhile_and_goes_back(app: Flask) -> None:
    lao, officer = make_lao(), _officer()
    place = lao.own_organisation_id, YEAR
    with transaction():
        set_status(officer, *place, PlanStatus.FAILED, 1, NOW, "ไม่มีงบ")
    seen = SeenStatus(*place, PlanStatus.FAILED, PlanStatus.FAILED, False, "ไม่มีตัวชี้วัด", "ไม่มีงบ")
    with pytest.raises(Stale), transaction():
        set_from_file(officer, [seen._replace(why="เหตุผลอื่น")], NOW)
    later = NOW + timedelta(hours=1)
    with transaction():
        assert set_from_file(officer, [seen], later) == 1
    assert failed_because([place]) == {place: "ไม่มีตัวชี้วัด"}
    with transaction():
        assert take_back(officer, later, later + timedelta(hours=1)) == 1
    assert failed_because([place]) == {place: "ไม่มีงบ"}
    # what is set for many at once leaves the reasons that were given before
    with transaction():
        assert set_many(officer, [place[0]], YEAR, PlanStatus.FAILED, later, "หลายแห่ง") == 0


def _told(page: Any) -> str:
    return " ".join(text_of(tree(page.text)).split())


def test_a_pasted_block_is_checked_like_a_file_and_told_at_its_cells(app: Flask, client: Client) -> None:
    lao, other = make_lao(), make_organisation("6650808", name="เทศบาลตำบลวังทอง")
    client.sign_in(make_staff("officer65", Role.OFFICER, "65").username or "", PASSWORD)
    client.get("/nacc/plan-years/file")
    here = f"/nacc/plan-years/file?year={YEAR}"
    # given a block as Excel copies it, without a heading, one row wrong in its outcome and one without a reason
    block = f"6650807\t{YEAR}\tดีมาก\t\r\n๖๖๕๐๘๐๘\t{YEAR}\tแผนไม่ผ่าน\r\n"
    refused = client.send(here, {"pasted": block})
    # then each is told at its cell, what was pasted stays, and nothing is saved
    assert refused.status_code == 422
    assert "แถวที่ 1 คอลัมน์ ผลแผน (ช่อง C1): “ดีมาก” ไม่ใช่ผลแผน" in _told(refused)
    assert f"แถวที่ 2 คอลัมน์ {REASON} (ช่อง D2): เขียนเหตุผล" in _told(refused)
    assert f"6650807\t{YEAR}\tดีมาก" in refused.text
    # when it is put right, with a heading in another order this time
    heads = f"{REASON}\tผลแผน\tรหัส\tปีงบประมาณ\n"
    rows = f'"ไม่มีตัวชี้วัด\nไม่มีงบ"\tแผนไม่ผ่าน\t6650807\t{YEAR}\n\tยังไม่ส่งแผน\t6650808\t{YEAR}\n'
    checked = client.send(here, {"pasted": heads + rows})
    assert "เหตุผล – →เป็น “ไม่มีตัวชี้วัด ไม่มีงบ”" in _told(checked)
    assert plan_statuses(lao.own_organisation_id)[YEAR] is PlanStatus.PASSED
    sealed = checked.text.split('name="sealed" value="')[1].split('"')[0]
    assert client.send("/nacc/plan-years/file/confirm", {"sealed": sealed}).status_code == 303
    assert plan_statuses(other.id)[YEAR] is PlanStatus.NOT_SENT
    # then deeds of today takes all of it back at once
    deeds = client.get("/nacc/deeds")
    at = re.split(r'name="at"\s+value="', deeds.text)[1].split('"')[0]
    client.send("/nacc/plan-years/take-back", {"at": at})
    assert {plan_statuses(id_)[YEAR] for id_ in (lao.own_organisation_id, other.id)} == {PlanStatus.PASSED}


@pytest.mark.parametrize("path", ["/nacc/plan-years/file", "/nacc/scores/file"])
def test_the_block_that_is_copied_out_pastes_back_unchanged(app: Flask, client: Client, path: str) -> None:
    lao = make_lao()
    make_organisation("6650808", name="เทศบาลตำบลวังทอง", passed=())
    client.sign_in(make_staff("officer65", Role.OFFICER, "65").username or "", PASSWORD)
    reason = '=ดู "ข้อ 1"\nและ\tข้อ 2'
    client.get("/nacc/plan-years")
    client.send(
        f"/nacc/plan-years/{lao.organisation_id}?year={YEAR}", {"status": "failed", "version": "1", "reason": reason}
    )
    page = client.get(f"{path}?year={YEAR}")
    block = next(box.text for box in elements(page.text, "textarea") if box.get("id") == "block")
    assert block.startswith("รหัส\tปีงบประมาณ\t")
    checked = client.send(f"{path}?year={YEAR}", {"pasted": block.replace("\n", "\r\n")})
    assert "ไม่มีอะไรต้องเปลี่ยน ทั้ง 2 แถวในไฟล์ตรงกับในระบบแล้ว" in _told(checked)
    both = {"pasted": block, "file": (BytesIO(b"a"), "plan.xlsx")}
    refused = client.send(path, both, content_type="multipart/form-data")
    assert (refused.status_code, "ทั้งสองอย่าง" in refused.text) == (422, True)
    assert "ไม่พบหัวตาราง" in _told(client.send(path, {"pasted": "อบต.ดินทอง\tแผนผ่าน"}))


def test_an_undo_gives_back_the_reason_of_the_plan_whatever_else_was_said_of_that_year(app: Flask) -> None:
    """The scores of a year bear the same key in the history as its plan."""
    # given a plan that failed, was scored and published, whose published score was changed for another reason
    lao, officer = make_lao(), _officer()
    own, cell = lao.own_organisation_id, ScoreCell(Which.EVALUATION, 1)
    with transaction():
        set_status(officer, own, YEAR, PlanStatus.FAILED, 1, NOW, "ไม่ครบ 4 มิติ")
    with transaction():
        save_scores(officer, own, YEAR, {cell: ScoreEntry(Decimal(9), None)}, "เหตุผลของคะแนน", NOW)
    # when it passes and that is taken back
    passed_at = NOW + timedelta(days=1)
    with transaction():
        set_many(officer, [own], YEAR, PlanStatus.PASSED, passed_at)
    with transaction():
        assert take_back(officer, passed_at, passed_at) == 1
    # then
    assert failed_because([(own, YEAR)]) == {(own, YEAR): "ไม่ครบ 4 มิติ"}


@pytest.mark.parametrize(
    ("typed", "read"), [("'=ขาด 1", "=ขาด 1"), ("'ขาด' 1 มิติ", "'ขาด' 1 มิติ"), ("=ขาด", "=ขาด"), ("  ขาด  ", "ขาด")]
)
def test_the_apostrophe_before_a_formula_is_no_part_of_the_reason(typed: str, read: str) -> None:
    known = {"6650807": UploadLao(1, "6650807", "ดินทอง")}
    heads = [*COLUMNS, WHEN_MADE, REASON]
    sheet = sheet_of(heads, ["6650807", YEAR, "แผนไม่ผ่าน", None, typed])
    lines, problems = read_lines(sheet, [YEAR], known)
    assert not problems
    assert [line.reason for line in lines] == [read]


def test_whoever_sets_many_waits_for_who_sets_the_first_status_of_one_of_them(app: Flask) -> None:
    """On PostgreSQL both would make its row, and the whole deed on many would come to nothing."""
    # given two plans of which nobody has said anything, and one officer who has not finished with the first
    ids = [make_organisation(f"665080{n}", f"องค์การบริหารส่วนตำบลที่ {n}", passed=()).id for n in (7, 8)]
    first, second = _officer(), actor_of(make_staff("malee", Role.OFFICER, "65").id)
    db.session.rollback()
    begins, done = Event(), list[int | str]()

    def set_both() -> None:
        with app.app_context():
            begins.set()
            try:
                with transaction():
                    done.append(set_many(second, ids, YEAR, PlanStatus.PASSED, NOW))
            except Stale:
                done.append("stale")
            finally:
                db.session.remove()

    thread = Thread(target=set_both)
    with transaction():
        set_status(first, ids[0], YEAR, PlanStatus.PASSED, 0, NOW)
        # when another one sets both
        thread.start()
        assert begins.wait(10)
        sleep(0.5)
    thread.join(30)
    # then the other plan is set by that deed, and each is told once
    assert done == [1]
    assert statuses([(id_, YEAR) for id_ in ids]) == dict.fromkeys([(id_, YEAR) for id_ in ids], PlanStatus.PASSED)
    told = db.session.execute(select(HistoryEntry.organisation_id, HistoryEntry.actor_id).order_by(HistoryEntry.id))
    assert told.all() == [(ids[0], first.account_id), (ids[1], second.account_id)]
