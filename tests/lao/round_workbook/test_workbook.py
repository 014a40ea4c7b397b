"""A round goes out as a workbook, is filled in offline, and comes back: what it says, and nothing else, is changed."""

import csv
import io
import shutil
import subprocess
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import select
from werkzeug.test import TestResponse

from app import clock
from app.access import Actor
from app.db import db, transaction
from app.lao.reporting.details import report_detail
from app.lao.reporting.rules import ReportFacts
from app.lao.round_workbook.workbooks import PIECES
from app.models import HistoryEntry, Window
from app.models.enums import CannotReason, ReportStatus, ReviewStatus, Round
from tests.client import Client, text_of
from tests.factories import YEAR, facts, make_lao, make_project, make_report, review
from tests.pages import elements, enter, fields, kept, sentences

SOFFICE = shutil.which("soffice")
PAGE = f"/reporting/workbook?year={YEAR}&round=6"
CONFIRM = f"/reporting/workbook/confirm?year={YEAR}&round=6"
HEAD_ROW = 6
DONE, CANNOT, BUSY = ReportStatus.DONE, ReportStatus.CANNOT, ReportStatus.IN_PROGRESS
LONG = "ที่ 1\nบรรทัดที่สอง " + "น้ำท่วมพื้นที่ดำเนินการ " * 80


@pytest.fixture
def lao(client: Client) -> Actor:
    """An LAO with a done, a waiting and a hindered project, signed in."""
    lao = make_lao()
    ids = [make_project(lao, facts(f"โครงการที่ {number}")) for number in (1, 2, 3)]
    make_report(lao, ids[0], DONE, ordinance_budget=Decimal("1000.50"), spent=Decimal(0), note="=SUM(A1) ๑๒")
    other = {"cannot_reason": CannotReason.OTHER, "cannot_text": "น้ำท่วม", "obstacles": LONG.strip()}
    make_report(lao, ids[2], CANNOT, suggestions="- เพิ่มงบประมาณ", **other)
    make_report(lao, ids[1], BUSY, Round.TWELVE, ordinance_budget=Decimal(700))
    enter(client, lao.account_id)
    return lao


def downloaded(client: Client, page: str = PAGE) -> bytes:
    return client.get(page.replace("/workbook?", "/workbook.xlsx?")).data


def letter_of(sheet: Any, head: str) -> str:
    return next(str(cell.column_letter) for cell in sheet[HEAD_ROW] if cell.value and cell.value.startswith(head))


def edited(content: bytes, change: Callable[[Any], None]) -> bytes:
    book = load_workbook(io.BytesIO(content))
    change(book.worksheets[0])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def cells(content: bytes, *changes: tuple[int, str, Any]) -> bytes:
    """The file with other values: (place of the project from 1, head, value)."""

    def change(sheet: Any) -> None:
        for place, head, value in changes:
            sheet[f"{letter_of(sheet, head)}{HEAD_ROW + place}"].value = value

    return edited(content, change)


def send(client: Client, content: bytes, name: str = "round.xlsx", page: str = PAGE) -> TestResponse:
    client.get(page)
    return client.send(page, {"file": (io.BytesIO(content), name)}, content_type="multipart/form-data")


def moves(page: TestResponse) -> list[str]:
    return [text_of(each).replace("→เป็น", "→") for each in elements(page.text, "li") if "→" in text_of(each)]


def report(lao: Actor, place: int) -> ReportFacts:
    return report_detail(lao, place, YEAR, Round.SIX).facts


def confirm(client: Client, page: TestResponse, **more: str) -> TestResponse:
    return client.send(CONFIRM, fields(page.text) | more)


# --- the file ---------------------------------------------------------------------------------------
def test_the_file_has_every_project_what_was_reported_and_pick_lists_from_a_sheet(client: Client, lao: Actor) -> None:
    book = load_workbook(io.BytesIO(downloaded(client)))
    sheet = book.worksheets[0]
    shown = {
        cell.value: [sheet.cell(HEAD_ROW + place, cell.column).value for place in (1, 2, 3)]
        for cell in sheet[HEAD_ROW]
        if not sheet.column_dimensions[cell.column_letter].hidden
    }
    assert shown["เลขที่"] == [1, 2, 3]
    assert shown["สถานะ"] == [DONE.label, None, CANNOT.label]
    assert shown["ตามข้อบัญญัติ/เทศบัญญัติ (บาท)"] == [1000.5, 700, None]  # the second as the other round has it
    assert shown["ตามที่เบิกจ่ายจริง (บาท)"] == [0, None, None]
    assert shown["ปัญหาอุปสรรค"] == [None, None, LONG.strip()]
    rules = {rule.formula1 for rule in sheet.data_validations.dataValidation}
    assert rules == {"ตัวเลือก!$A$2:$A$4", "ตัวเลือก!$B$2:$B$5"}
    assert sheet.protection.sheet
    planned, status = (sheet[f"{letter_of(sheet, head)}{HEAD_ROW + 1}"] for head in ("แผนป้องกัน", "สถานะ"))
    assert (planned.protection.locked, status.protection.locked) == (True, False)
    hidden = [cell.value for cell in sheet[HEAD_ROW] if sheet.column_dimensions[cell.column_letter].hidden]
    assert hidden == list(PIECES[: len(hidden)])


def test_a_file_that_comes_back_as_it_went_changes_nothing(client: Client, lao: Actor) -> None:
    page = send(client, downloaded(client))
    assert page.status_code == 200
    assert "ไม่มีอะไรต้องเปลี่ยน ทั้ง 3 แถว" in " ".join(text_of(each) for each in elements(page.text, "p"))
    assert moves(page) == []


@pytest.mark.skipif(not SOFFICE, reason="needs LibreOffice: tools/debian-packages soffice")
def test_libreoffice_saves_it_as_anything_and_it_still_says_the_same(
    client: Client, lao: Actor, tmp_path: Path
) -> None:
    (tmp_path / "round.xlsx").write_bytes(downloaded(client))
    for kind in ("ods", "xls", "csv:Text - txt - csv (StarCalc):44,34,76", "xlsx"):
        target = tmp_path / kind.partition(":")[0]
        command = [str(SOFFICE), f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", kind]
        subprocess.run(
            [*command, "--outdir", target, tmp_path / "round.xlsx"], check=True, capture_output=True, timeout=120
        )
        (file,) = target.iterdir()
        page = send(client, file.read_bytes(), file.name)
        assert (page.status_code, moves(page), sentences(page.text)) == (200, [], {}), kind
        assert "ข้อมูลรุ่น" not in page.text, kind


# --- what was filled in -----------------------------------------------------------------------------
def test_what_was_filled_in_is_shown_and_then_saved_with_its_history(client: Client, lao: Actor) -> None:
    changes = [(2, "สถานะ", DONE.label), (2, "ตามที่เบิก", "๑,๒๐๐.-"), (2, "หมายเหตุ", "เรียบร้อย"), (3, "ข้อเสนอแนะ", None)]
    before = kept()
    page = send(client, cells(downloaded(client), *changes))
    assert kept() == before
    said = " ".join(moves(page))
    for words in (
        "แล้วเสร็จ",
        "เบิกจ่ายจริง – → 1,200.00",
        "700.00",
        "หมายเหตุ – → เรียบร้อย",
        "ข้อเสนอแนะ - เพิ่มงบประมาณ → –",
    ):
        assert words in said, said
    assert confirm(client, page).location == f"/reporting?year={YEAR}&round=6"
    assert confirm(client, page).location == f"/reporting?year={YEAR}&round=6"  # pressed twice, or gone back to
    assert report(lao, 2) == ReportFacts(DONE, Decimal(700), Decimal(1200), note="เรียบร้อย")
    assert report(lao, 3).suggestions == ""
    entries = db.session.scalars(select(HistoryEntry.action).order_by(HistoryEntry.id.desc()).limit(2)).all()
    assert sorted(entries) == ["correct report", "report"]


def test_an_unusual_amount_is_asked_about_where_it_is_shown(client: Client, lao: Actor) -> None:
    page = send(client, cells(downloaded(client), (1, "ตามที่เบิก", 1_000_000)))
    assert "มากกว่า 10 เท่าของงบประมาณตามแผน" in page.text
    # and once it stands, no more
    confirm(client, page)
    again = send(client, cells(downloaded(client), (1, "หมายเหตุ", "อื่น")))
    assert len(moves(again)) == 1
    assert "มากกว่า 10 เท่าของงบประมาณตามแผน" not in again.text


def test_each_cell_that_both_changed_is_chosen_on_its_own(client: Client, lao: Actor) -> None:
    file = cells(downloaded(client), (1, "ตามที่เบิก", 55), (1, "หมายเหตุ", "ในไฟล์"), (1, "ปัญหา", "ฝนตก"))
    make_report(lao, 1, DONE, ordinance_budget=Decimal(2000), spent=Decimal(77), note="ในระบบ")
    page = send(client, file)
    shown = " ".join(text_of(each) for each in elements(page.text, "fieldset"))
    for words in ("ตอนดาวน์โหลด: 0.00", "ในระบบขณะนี้: 77.00", "ในไฟล์: 55.00", "ในระบบขณะนี้: ในระบบ", "ในไฟล์: ในไฟล์"):
        assert words in shown, shown
    assert moves(page) == ["ปัญหาอุปสรรค – → ฝนตก"]
    typed = fields(page.text)
    assert typed["take-1-spent"] == typed["take-1-note"] == ["now"]
    assert client.send(CONFIRM, typed | {"take-1-note": "file"}).status_code == 303
    assert report(lao, 1) == ReportFacts(DONE, Decimal(2000), Decimal(77), note="ในไฟล์", obstacles="ฝนตก")


def test_what_changed_while_the_dry_run_was_read_is_shown_again(client: Client, lao: Actor) -> None:
    page = send(client, cells(downloaded(client), (1, "หมายเหตุ", "ในไฟล์"), (2, "สถานะ", BUSY.label)))
    make_report(lao, 1, DONE, note="เพิ่งแก้")
    before = kept()
    stale = confirm(client, page)
    assert stale.status_code == 422
    assert kept() == before
    assert "มีผู้เปลี่ยนค่าในระบบ" in sentences(stale.text)[""]
    assert "ในระบบขณะนี้: เพิ่งแก้" in " ".join(text_of(each) for each in elements(stale.text, "fieldset"))
    assert confirm(client, stale).status_code == 303
    assert (report(lao, 1).note, report(lao, 2).status) == ("เพิ่งแก้", BUSY)


# --- what is wrong with it --------------------------------------------------------------------------
def test_every_mistake_is_told_at_its_cell_and_the_rest_is_taken_after_consent(client: Client, lao: Actor) -> None:
    changes = [
        *((1, "สถานะ", "เสร็จ"), (1, "ตามที่เบิก", "พันบาท"), (2, "ตามที่เบิก", 5), (3, "สถานะ", CANNOT.label)),
        *((3, "โปรดระบุ", None), (4, "เลขที่", 99), (5, "เลขที่", 2), (6, "เลขที่", "รวม")),
    ]
    made = make_project(lao, facts("โครงการที่ 4"))
    content = downloaded(client)
    page = send(
        client,
        cells(
            content,
            *changes[:5],
            *((place + 1, head, value) for place, head, value in changes[5:]),
            (4, "สถานะ", DONE.label),
        ),
    )
    assert page.status_code == 422
    told = [text_of(each) for each in elements(page.text, "li")]
    for cell, words in {
        "E7": "“เสร็จ” ไม่มีในรายการ",
        "G7": "“พันบาท”",
        "E8": "เลือกสถานะ",
        "I9": "ระบุเหตุผล",
        "A11": "ไม่มีโครงการเลขที่ 99",
        "A12": "เลขที่ 2 ซ้ำกับแถวที่ 8",
        "A13": "“รวม” ไม่ใช่เลขที่",
    }.items():
        assert any(f"(ช่อง {cell})" in each and words in each for each in told), (cell, told)
    before = kept()
    refused = confirm(client, page)
    assert refused.status_code == 422
    assert "ทำเครื่องหมาย" in sentences(refused.text)["consent"]
    assert kept() == before
    assert confirm(client, refused, consent="y").status_code == 303
    assert [report(lao, id_).status for id_ in (1, 2, 3, made)] == [DONE, ReportStatus.NOT_REPORTED, CANNOT, DONE]


@pytest.mark.parametrize(
    ("change", "cell", "words"),
    [
        ((1, "สถานะ", None), "E7", "ลบสถานะที่รายงานแล้วไม่ได้"),
        ((1, "เหตุผล", "บุคลากรไม่เพียงพอ"), "H7", "เท่านั้น"),
        ((1, "โปรดระบุ", "น้ำท่วม"), "I7", "เท่านั้น"),
        ((1, "หมายเหตุ", "ก" * 2001), "J7", "2,001"),
        ((1, "ชื่อ", "โครงการที่ 3"), "B7", "ไม่ใช่ชื่อของโครงการเลขที่ 1"),
        ((1, "ตามข้อบัญญัติ", -5), "F7", "ติดลบ"),
    ],
)
def test_what_would_be_lost_or_mixed_up_is_refused(
    client: Client, lao: Actor, change: tuple[int, str, Any], cell: str, words: str
) -> None:
    page = send(client, cells(downloaded(client), change))
    assert any(f"(ช่อง {cell})" in text_of(each) and words in text_of(each) for each in elements(page.text, "li")), (
        page.text
    )


def test_a_reason_goes_with_the_status_it_was_given_for(client: Client, lao: Actor) -> None:
    page = send(client, cells(downloaded(client), (3, "สถานะ", BUSY.label)))
    assert "ไม่สามารถดำเนินการได้ – น้ำท่วม → อยู่ระหว่างดำเนินการ" in " ".join(moves(page))


def test_a_file_of_another_lao_year_or_round_is_refused(client: Client, lao: Actor) -> None:
    own = downloaded(client)
    for page, words in ((PAGE.replace("round=6", "round=12"), "รอบ 12 เดือน"), (PAGE.replace("2561", "2562"), "2562")):
        answer = send(client, own, page=page)
        assert answer.status_code == 422
        assert "ไม่ใช่" in sentences(answer.text)["file"]
        assert words in sentences(answer.text)["file"]
    stranger = make_lao("6650808", name="เทศบาลตำบลอื่น")
    make_project(stranger)
    enter(client, stranger.account_id)
    assert "อปท. อื่น" in sentences(send(client, own).text)["file"]


def test_a_file_that_lost_its_hidden_part_is_held_against_now_and_its_blanks_change_nothing(
    client: Client, lao: Actor
) -> None:
    def lose(sheet: Any) -> None:
        sheet.delete_cols(13, 9)
        for letter in ("J", "K", "L"):
            sheet[f"{letter}9"].value = None

    page = send(client, cells(edited(downloaded(client), lose), (1, "หมายเหตุ", "ใหม่")))
    assert "3 แถวไม่มีข้อมูลรุ่น" in page.text
    assert [each.split(" →")[1] for each in moves(page)] == [" ใหม่"]


def test_rows_in_another_order_columns_left_out_and_a_csv_of_windows_874_are_read(client: Client, lao: Actor) -> None:
    sheet = load_workbook(io.BytesIO(cells(downloaded(client), (1, "ปัญหา", "ฝนตก")))).worksheets[0]
    rows = [[str(value or "") for value in row] for row in sheet.iter_rows(min_row=HEAD_ROW, values_only=True)]
    head, *lines = [[row[0], row[4], *row[10:]] for row in rows]
    out = io.StringIO()
    csv.writer(out).writerows([head, *reversed(lines)])
    page = send(client, out.getvalue().encode("cp874"), "round.csv")
    assert moves(page) == ["ปัญหาอุปสรรค – → ฝนตก"]


def test_a_project_that_was_rejected_meanwhile_is_told_and_left_alone(client: Client, lao: Actor) -> None:
    file = cells(downloaded(client), (1, "หมายเหตุ", "ใหม่"), (2, "สถานะ", BUSY.label))
    review(1, ReviewStatus.REJECTED, "ไม่สอดคล้อง")
    page = send(client, file)
    assert "โครงการที่ 1 ไม่ต้องรายงานแล้ว" in page.text
    assert confirm(client, page).status_code == 303
    assert report(lao, 2).status is BUSY


def test_what_was_checked_for_one_round_is_not_confirmed_for_another(client: Client, lao: Actor) -> None:
    page = send(client, cells(downloaded(client), (2, "สถานะ", BUSY.label)))
    assert client.send(CONFIRM.replace("round=6", "round=12"), fields(page.text)).status_code == 404
    assert client.send(CONFIRM, {"sealed": "x"}).status_code == 404
    assert client.send(PAGE.replace("round=6", "round=7"), {}).status_code == 404


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7 x", b"PK\x03\x04 broken"])
def test_what_is_no_workbook_is_refused_beside_the_field(client: Client, lao: Actor, content: bytes) -> None:
    page = send(client, content)
    assert page.status_code == 422
    assert sentences(page.text)["file"]


def test_a_file_comes_too_late_once_the_round_has_closed(client: Client, lao: Actor) -> None:
    never_open = PAGE.replace("2561", "2563")
    refused = send(client, downloaded(client, never_open), page=never_open)
    assert (refused.status_code, "ยังบันทึกหรือรายงานไม่ได้" in refused.text) == (422, True)
    content = cells(downloaded(client), (2, "สถานะ", DONE.label))
    shown = send(client, content)
    assert shown.status_code == 200
    with transaction():
        now = clock.now()
        times = {"opens_at": now - timedelta(days=2), "closes_at": now - timedelta(days=1)}
        db.session.add(Window(fiscal_year=YEAR, round=6, **times))
    before = kept()
    late = send(client, content)
    assert (late.status_code, "ปิดรับรายงานแล้ว" in late.text) == (422, True)
    assert confirm(client, shown).status_code == 422
    assert kept() == before
