"""The report list as Excel, read back."""

from decimal import Decimal
from io import BytesIO

from flask import Flask
from openpyxl import load_workbook

from app.lao.reporting.workbooks import COLUMNS, report_list
from app.listing import ListState
from app.models.enums import ReportStatus, Round
from app.spreadsheets.excel import workbook
from tests.factories import NOW, PASSWORD, YEAR, facts, make_lao, make_project, make_report


def test_the_file_holds_the_rows_of_the_screen_with_numbers_as_numbers(app: Flask) -> None:
    actor = make_lao()
    first = make_project(actor, facts("=HYPERLINK(“ไม่ใช่สูตร”)", budgets={YEAR: Decimal("150000.50")}))
    make_project(actor, facts("มาตรการ", budgets={YEAR: None}))
    make_report(actor, first, ReportStatus.DONE, Round.SIX, ordinance_budget=Decimal("0"), spent=Decimal("99.99"))
    content = workbook(report_list(actor, ListState(year=YEAR, round=6), "จังหวัดพิษณุโลก", NOW))
    sheet = load_workbook(BytesIO(content)).worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=6)]
    assert rows[0] == [column.head for column in COLUMNS]
    assert rows[1][2:8] == ["=HYPERLINK(“ไม่ใช่สูตร”)", "มิติที่ 1", 150000.5, 0, 99.99, "ดำเนินการแล้วเสร็จ"]
    assert sheet["C7"].data_type == "s"
    assert rows[2][4] is None
    assert sheet["E7"].number_format == "#,##0.00"
    assert (sheet.freeze_panes, sheet.print_title_rows) == ("A7", "$6:$6")


def test_the_download_has_a_thai_name(app: Flask, client) -> None:
    make_lao()
    client.sign_in("6650807", PASSWORD)
    response = client.get(f"/reporting/table.xlsx?year={YEAR}&round=6")
    assert response.status_code == 200
    assert "filename*=UTF-8''%E0%B8%A3" in response.headers["Content-Disposition"]
