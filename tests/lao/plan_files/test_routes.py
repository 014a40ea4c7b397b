"""A plan from a file over HTTP: what the dry run says, what confirming does, and what bad input gets."""

import re
from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import func, select

from app.access import Actor
from app.db import db, transaction
from app.lao.plan_files.queries import standing_projects
from app.lao.projects.operations import delete_project, edit_project
from app.lao.projects.queries import project_detail
from app.lao.projects.rules import ProjectFacts
from app.models import HistoryEntry, Project
from app.models.enums import Kind, ReviewStatus
from app.plans.queries import period_of
from tests.client import Client
from tests.factories import NOW, YEAR, all_projects, facts, make_lao, make_project, make_report, review
from tests.lao.plan_files.files import ALL_KINDS, HEADS, KINDS, as_docx, as_pasted, as_xlsx, kept, songkhla
from tests.pages import enter, fields

IMPORT = "/projects/import"
GIVEN = {"quarters": ["1", "2"], "target_group": "ประชาชน", "objective": "เพื่อป้องกันการทุจริต"}
CONFIRM = "ยืนยันการนำเข้า"


def _lao(client: Client, code: str = "6650807") -> Actor:
    actor = make_lao(code)
    enter(client, actor.account_id)
    return actor


def _check(client: Client, sent: bytes | str, **more: Any) -> Any:
    client.get(IMPORT)
    if isinstance(sent, str):
        return client.send(IMPORT, {"pasted": sent, **more})
    return client.send(IMPORT, {"file": (BytesIO(sent), "แผน.bin"), **more}, content_type="multipart/form-data")


def _confirm(client: Client, answer: Any, **more: Any) -> Any:
    return client.send(f"{IMPORT}/confirm", fields(answer.text) | more)


def _projects(actor: Actor) -> list[ProjectFacts]:
    return [each.facts for each in standing_projects(actor, period_of(YEAR)).values()]


def _as_recorded(rows: list[list[str]]) -> list[ProjectFacts]:
    kinds = {label: Kind(value) for value, label in KINDS.items()}
    return [
        ProjectFacts(
            name=name,
            kind=kinds[kind],
            dimension=int(dimension),
            further_dimensions=(),
            quarters=(1, 2),
            target_group=target,
            objective=objective,
            budgets={YEAR: None if amount == "-" else Decimal(amount.replace(",", ""))},
        )
        for _number, dimension, kind, name, amount, _quarters, target, objective in rows[1:]
    ]


@pytest.mark.parametrize("name", ALL_KINDS)
def test_the_85_projects_of_songkhla_from_every_kind_of_file(app: Flask, client: Client, name: str) -> None:
    actor, rows = _lao(client), songkhla()
    answer = _check(client, ALL_KINDS[name](rows))
    assert answer.status_code == 200
    assert "ยืนยันการนำเข้า 85 รายการ" in answer.text
    assert _confirm(client, answer).status_code == 303
    assert _projects(actor) == _as_recorded(rows)


def test_importing_again_changes_what_differs_and_doubles_nothing(app: Flask, client: Client) -> None:
    actor, rows = _lao(client), songkhla()
    _confirm(client, _check(client, as_xlsx(rows)))
    same = _check(client, as_docx(rows))
    assert CONFIRM not in same.text
    rows[3][4], rows[4][6] = "77", "กลุ่มใหม่"
    answer = _check(client, as_xlsx(rows))
    assert "ยืนยันการนำเข้า 2 รายการ" in answer.text
    told = " ".join(re.sub("<[^>]+>", " ", answer.text).split())
    assert "งบประมาณปี 2561 ไม่ใช้งบประมาณ → เป็น 77.00" in told
    _confirm(client, answer)
    assert _projects(actor) == _as_recorded(rows)


def test_confirming_twice_imports_once(app: Flask, client: Client) -> None:
    actor = _lao(client)
    answer = _check(client, as_pasted(songkhla()))
    for status in (303, 303):
        assert _confirm(client, answer).status_code == status
    assert len(_projects(actor)) == 85
    without_key = fields(answer.text)
    without_key.pop("once")
    assert client.send(f"{IMPORT}/confirm", without_key).status_code in (200, 422)
    assert len(_projects(actor)) == 85


def test_what_a_plan_does_not_say_is_asked_for_once(app: Flask, client: Client) -> None:
    actor = _lao(client)
    answer = _check(client, kept("plan-table.docx"), quarters=["1", "2"])
    assert "15 รายการไม่ได้บอกกลุ่มเป้าหมาย" in answer.text or "14 รายการไม่ได้บอกกลุ่มเป้าหมาย" in answer.text
    assert CONFIRM not in answer.text
    again = client.send(IMPORT, fields(answer.text) | GIVEN)
    assert "ไม่นำเข้างบประมาณปี 2563" in again.text
    assert _confirm(client, again).status_code == 303
    found = _projects(actor)
    assert {(each.quarters, each.target_group, each.objective) for each in found} == {
        ((1, 2), "ประชาชน", "เพื่อป้องกันการทุจริต")
    }
    assert all(set(each.budgets) <= {2561, 2562} for each in found)


WRONG = [HEADS, ["1", "9", "โครงการ", "โครงการ ก", "1", "1", "ก", "ข"], *songkhla()[1:3]]


def test_valid_lines_alone_are_taken_after_consent_only(app: Flask, client: Client) -> None:
    actor = _lao(client)
    answer = _check(client, as_xlsx(WRONG))
    assert answer.status_code == 422
    assert "แถวที่ 2 (ช่อง B2): “9” ไม่ใช่มิติของแผนนี้ (1–4)" in answer.text
    refused = _confirm(client, answer)
    assert refused.status_code == 422
    assert "เลือกนำเข้าเฉพาะรายการที่ถูกต้อง" in refused.text
    assert not _projects(actor)
    assert _confirm(client, answer, valid_only="1").status_code == 303
    assert len(_projects(actor)) == 2


def test_the_annotated_copy_marks_each_true_cell(app: Flask, client: Client) -> None:
    _lao(client)
    answer = _check(client, as_xlsx(WRONG, "แผนของเรา"))
    copy = client.send(f"{IMPORT}/copy", fields(answer.text))
    page = load_workbook(BytesIO(copy.data)).worksheets[0]
    assert page["B3"].value == "9"
    assert "ไม่ใช่มิติของแผนนี้" in page["B3"].comment.text
    assert page["I3"].value.startswith("ต้องแก้; ")
    assert page["I4"].value == "ใหม่"


def test_a_change_made_meanwhile_is_said_and_never_overwritten(app: Flask, client: Client) -> None:
    actor, rows = _lao(client), [HEADS, ["1", "1", "โครงการ", "โครงการ ก", "500", "1", "ก", "ข"]]
    project = make_project(actor, facts("โครงการ ก"))
    answer = _check(client, as_xlsx(rows))
    changed = replace(facts("โครงการ ก"), objective="อย่างอื่น")
    with transaction():
        edit_project(actor, period_of(YEAR), project, 1, changed, NOW)
    stale = _confirm(client, answer)
    assert stale.status_code == 422
    assert f"รายการรหัส {project} ถูกเปลี่ยนในระบบระหว่างที่ท่านตรวจ" in stale.text
    assert project_detail(actor, project).facts == changed
    assert _confirm(client, stale).status_code == 303
    assert project_detail(actor, project).facts.budgets == {YEAR: Decimal(500)}


def test_duplicates_are_pointed_out_and_never_refused(app: Flask, client: Client) -> None:
    actor = _lao(client)
    one = ["1", "1", "โครงการ", "โครงการ ก", "500", "1", "ก", "ข"]
    answer = _check(client, as_xlsx([HEADS, one, one]))
    assert "ชื่อเดียวกับแถวที่ 2" in answer.text
    assert "ยืนยันการนำเข้า 2 รายการ" in answer.text
    _confirm(client, answer)
    assert len(_projects(actor)) == 2


def test_the_template_of_this_lao_comes_back_with_its_ids(app: Flask, client: Client) -> None:
    actor = _lao(client)
    project = make_project(actor, facts("โครงการเดิม", budgets={2561: None, 2562: Decimal(0)}))
    content = client.get(f"{IMPORT}/template.xlsx?filled=1&year=2561").data
    book = load_workbook(BytesIO(content))
    rules = book["แผน"].data_validations.dataValidation
    assert all(rule.formula1.startswith("ตัวเลือก!$") for rule in rules)
    assert "6650807" in book["แผน"]["A2"].value
    page = book["แผน"]
    assert not page.protection.sheet  # rows are added
    quarters = next(cell.column_letter for cell in page[5] if cell.value == "ดำเนินการในไตรมาส")
    assert (
        page.column_dimensions[quarters].number_format == page[f"{quarters}6"].number_format == "@"
    )  # or 1-4 is a date
    page["D6"], page["D7"], page["B7"], page["C7"], page["E7"] = "ชื่อใหม่", "โครงการสอง", 2, "กิจกรรม", "-"
    out = BytesIO()
    book.save(out)
    answer = _check(client, out.getvalue(), **GIVEN)
    _confirm(client, answer)
    assert project_detail(actor, project).facts.name == "ชื่อใหม่"
    assert project_detail(actor, project).facts.budgets == {2561: None, 2562: Decimal(0)}
    assert [each.name for each in _projects(actor)] == ["ชื่อใหม่", "โครงการสอง"]
    stranger = make_lao("2900101", province="90", district="9001")
    enter(client, stranger.account_id)
    refused = _check(client, out.getvalue())
    assert refused.status_code == 422
    assert "ไฟล์นี้เป็นแบบของ อปท. รหัส 6650807 ไม่ใช่ของท่าน (รหัส 2900101)" in refused.text


def test_columns_mapped_by_hand_are_remembered(app: Flask, client: Client) -> None:
    actor = _lao(client)
    rows = [["งาน", "ด้าน", "เงินปีแรก"], ["โครงการ ก", "1", "500"]]
    answer = _check(client, as_xlsx(rows), **GIVEN)
    assert answer.status_code == 422
    assert "ระบบไม่รู้จักหัวตาราง" in answer.text
    roles = {"role": ["name", "dimension", "2561"]}
    again = client.send(IMPORT, fields(answer.text) | GIVEN | roles)
    assert "ยืนยันการนำเข้า 1 รายการ" in again.text
    assert "ยืนยันการนำเข้า 1 รายการ" in _check(client, as_xlsx(rows), **GIVEN).text
    assert "เงินปีแรก" in str(db.session.scalar(select(HistoryEntry.after)))
    stranger = make_lao("2900101", province="90", district="9001")
    enter(client, stranger.account_id)
    assert CONFIRM not in _check(client, as_xlsx(rows), **GIVEN).text
    assert not _projects(actor)


def test_what_a_rule_refuses_stands_at_its_row(app: Flask, client: Client) -> None:
    actor = _lao(client)
    reported = make_project(actor, facts("โครงการรายงานแล้ว", budgets={2561: Decimal(1), 2562: Decimal(1)}))
    make_report(actor, reported)
    head = ["มิติ", "ประเภทงาน", "ชื่อโครงการ", "2561", "2562", "รหัสรายการ"]
    rows = [head, ["1", "โครงการ", "โครงการรายงานแล้ว", "", "1", ""], ["1", "โครงการ", "โครงการ ข", "", "", "999"]]
    other = str(make_project(actor, facts("โครงการ ค")))
    rows += [["1", "โครงการ", f"โครงการ ค{number}", "1", "", other] for number in (1, 2)]
    answer = _check(client, as_xlsx(rows))
    assert f"แถวที่ 5: รหัสรายการ {other} ซ้ำกับแถวที่ 4" in answer.text
    assert "แถวที่ 2: เอาปี 2561 ออกไม่ได้ เพราะรายงานผลของปีนั้นไว้แล้ว" in answer.text
    assert "แถวที่ 3: ไม่พบรหัสรายการ 999 ในแผนของท่าน" in answer.text


def test_no_line_is_about_a_deleted_project_or_one_of_another_plan(app: Flask, client: Client) -> None:
    actor = make_lao(passed=(YEAR, 2566))
    enter(client, actor.account_id)
    gone = make_project(actor, facts("โครงการ ก"), key="1")
    with transaction():
        delete_project(actor, period_of(YEAR), gone, 1, "ซ้ำ", NOW)
    make_project(actor, facts("โครงการ ก", budgets={2566: None}), key="2")
    _confirm(client, _check(client, as_xlsx([HEADS, ["1", "1", "โครงการ", "โครงการ ก", "500", "1", "ก", "ข"]])))
    assert [each.budgets for each in _projects(actor)] == [{YEAR: Decimal(500)}]
    assert len(all_projects(actor.own_organisation_id)) == 3


def test_a_corrected_project_goes_back_to_naccs_queue(app: Flask, client: Client) -> None:
    actor = _lao(client)
    project = make_project(actor, facts("โครงการ ก"))
    review(project, ReviewStatus.REJECTED, "ไม่สอดคล้อง")
    rows = [HEADS, ["1", "1", "โครงการ", "โครงการ ก", "500", "1", "ก", "ข"]]
    _confirm(client, _check(client, as_xlsx(rows)))
    assert project_detail(actor, project).review_status is ReviewStatus.PENDING


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ("", "เลือกไฟล์ก่อน"),
        (b"%PDF-1.7", "ไฟล์นี้เป็น PDF"),
        (b"PK\x03\x04 broken", "ไฟล์เสีย"),
        (as_pasted([["ก", "ข"]] * 6000), "มีมากกว่า 5,000 แถว"),
    ],
)
def test_what_cannot_be_read_is_a_sentence(app: Flask, client: Client, sent: Any, sentence: str) -> None:
    _lao(client)
    answer = _check(client, sent)
    assert answer.status_code == 422
    assert sentence in answer.text


def test_a_seal_of_another_account_and_none_at_all(app: Flask, client: Client) -> None:
    _lao(client)
    answer = fields(_check(client, as_xlsx(songkhla())).text)
    enter(client, make_lao("2900101", province="90", district="9001").account_id)
    assert client.send(f"{IMPORT}/confirm", answer).status_code in (404, 422)
    assert client.send(f"{IMPORT}/confirm", {"sealed": "x"}).status_code == 404
    assert db.session.scalar(select(func.count()).select_from(Project)) == 0


def test_2000_rows_are_checked_and_imported(app: Flask, client: Client) -> None:
    actor = _lao(client)
    rows = [HEADS, *([str(n), "1", "โครงการ", f"โครงการที่ {n}", "1", "1", "ก", "ข"] for n in range(2000))]
    answer = _check(client, as_xlsx(rows))
    assert len(fields(answer.text)["sealed"]) < 1_000_000
    assert _confirm(client, answer).status_code == 303
    assert len(_projects(actor)) == 2000


def test_a_file_and_a_pasted_table_together_are_not_one_of_them(app: Flask, client: Client) -> None:
    _lao(client)
    answer = _check(client, as_xlsx(WRONG), pasted=as_pasted(WRONG))
    assert answer.status_code == 422
    assert "เลือกไฟล์และวางตารางไว้ทั้งสองอย่าง" in answer.text


def test_years_of_another_plan_are_left_out_and_called_so(app: Flask, client: Client) -> None:
    actor = _lao(client)
    head = ["มิติ", "ประเภทงาน", "ชื่อโครงการ", "2561", "2563", "2566", "ไตรมาส", "กลุ่มเป้าหมาย", "วัตถุประสงค์"]
    answer = _check(client, as_xlsx([head, ["1", "โครงการ", "โครงการ ก", "5", "6", "7", "1", "ก", "ข"]]))
    told = " ".join(re.sub("<[^>]+>", "", answer.text).split())
    assert "ไม่นำเข้างบประมาณปี 2566 ของ 1 รายการ เพราะไม่ใช่ปีของแผน 2561" in told
    assert "ไม่นำเข้างบประมาณปี 2563 ของ 1 รายการ เพราะปีนั้นยังบันทึกไม่ได้" in told
    _confirm(client, answer)
    assert [each.budgets for each in _projects(actor)] == [{2561: Decimal(5)}]
