"""Each list as a file: the rows of its filter, all of them, the same in Excel and CSV; and only what is theirs."""

import csv
import re
from datetime import date
from decimal import Decimal
from io import BytesIO, StringIO

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook

from app.db import db, transaction
from app.lao.projects import queries as project_queries
from app.models import Account, Organisation
from app.models.enums import CannotReason, OrganisationType, ReportStatus, ReviewStatus, Role, Round
from app.nacc.review import routes as review_routes
from tests.client import Client, text_of
from tests.factories import (
    NOW,
    YEAR,
    facts,
    make_lao,
    make_organisation,
    make_project,
    make_report,
    make_sign,
    make_staff,
    review,
)
from tests.pages import elements, enter

LAO_LISTS = [
    ("/projects", "year=all", ["=โครงการที่หนึ่ง", "โครงการที่สอง", "โครงการที่สาม"]),
    ("/projects", f"year={YEAR}&review=rejected", ["โครงการที่สาม"]),
    ("/projects", "year=all&q=สอง&page=7", ["โครงการที่สอง"]),
    ("/reporting", f"year={YEAR}&round=6", ["=โครงการที่หนึ่ง", "โครงการที่สอง"]),
    ("/reporting", f"year={YEAR}&round=6&status=done", ["=โครงการที่หนึ่ง"]),
    ("/reporting/all", f"year={YEAR}&round=6", ["=โครงการที่หนึ่ง"]),
    ("/evaluation", f"year={YEAR}", ["มิติที่ 1 การสร้างสังคมที่ไม่ทนต่อการทุจริต", "รวม"]),
    ("/history", "", ["บันทึกโครงการ", "รายงานผล"]),
    ("/codes", "q=ดินทอง", ["6650807"]),
]
STAFF_LISTS = [
    ("/nacc/review", "", ["=โครงการที่หนึ่ง", "โครงการที่สอง"]),
    ("/nacc/review", "status=rejected", ["โครงการที่สาม"]),
    ("/nacc/history/6650807", "", ["บันทึกโครงการ"]),
    ("/nacc/plan-years", f"year={YEAR}", ["6650807", "6650808"]),
    ("/nacc/plan-years", f"year={YEAR}&status=not_sent", ["6650808"]),
    ("/nacc/scores", f"year={YEAR}", ["6650807", "6650808"]),
    ("/nacc/accounts", "", ["6650807"]),
    ("/nacc/signs", f"year={YEAR}&round=6", ["=โครงการที่หนึ่ง", "รอตรวจสอบ"]),
    ("/nacc/waiting", f"year={YEAR}&round=6&state=all", ["รายงานบางส่วน", "ไม่ต้องรายงาน"]),
    ("/nacc/waiting", f"year={YEAR}&round=6&state=partly&page=3", ["รายงานบางส่วน"]),
]


@pytest.fixture
def lao_id(app: Flask) -> int | None:
    lao = make_lao()
    make_organisation("6650808", "องค์การบริหารส่วนตำบลอื่น", passed=())
    first = make_project(lao, facts("=โครงการที่หนึ่ง", budgets={YEAR: Decimal("1250.50")}))
    for name in ("โครงการที่สอง", "โครงการที่สาม"):
        last = make_project(lao, facts(name, budgets={YEAR: None}))
    make_sign(lao.own_organisation_id, first)
    make_report(lao, first, ReportStatus.DONE, Round.SIX, spent=Decimal("99.99"))
    review(last, ReviewStatus.REJECTED, "ไม่สอดคล้อง")
    return lao.account_id


def both(client: Client, path: str, query: str) -> list[list[str]]:
    """The cells of the list's two files, which must be the same but for what neutralises a formula in CSV."""
    excel = client.get(f"{path}/table.xlsx?{query}")
    assert excel.status_code == 200, (path, excel.location)
    comma = client.get(f"{path}/table.csv?{query}")
    assert excel.headers["Content-Disposition"].replace(".xlsx", ".csv") == comma.headers["Content-Disposition"]
    lines = list(csv.reader(StringIO(comma.data.decode("utf-8-sig"), newline="")))
    rows = CalamineWorkbook.from_filelike(BytesIO(excel.data)).get_sheet_by_index(0).to_python()
    plain = [[_plain(value) for value in row] for row in rows]
    assert [*map(_undated, lines)] == [*map(_undated, rows)]
    return plain


def _undated(row: list[object]) -> list[str]:
    """A minute may end between the two files."""
    cells = _trimmed(map(_plain, row))
    return ["made"] if cells and cells[0].startswith("จัดทำเมื่อ") else cells


def _plain(value: object) -> str:
    text = str(value).removeprefix("'")
    try:
        return f"{Decimal(text):.2f}"
    except ArithmeticError:
        return text


def _trimmed(cells: object) -> list[str]:
    found = list(cells)
    while found and not found[-1]:
        found.pop()
    return found


def _check(client: Client, path: str, query: str, shown: list[str]) -> None:
    """The words of `shown` that a screen of the same address shows stand in the file, and no other row's do."""
    cells = [cell for row in both(client, path, query) for cell in row]
    for word in shown:
        assert _plain(word) in cells, (path, word, cells)
    others = {"=โครงการที่หนึ่ง", "โครงการที่สอง", "โครงการที่สาม", "6650808"} - set(shown)
    assert not others & set(cells) or "history" in path or path == "/nacc/waiting", (path, others & set(cells))
    page = client.get(f"{path}?{query}")
    assert f'href="{path}/table.xlsx' in page.text
    assert f'href="{path}/table.csv' in page.text


def test_lists_of_an_lao(app: Flask, client: Client, lao_id: int) -> None:
    enter(client, lao_id)
    for path, query, shown in LAO_LISTS:
        _check(client, path, query, shown)


@pytest.mark.parametrize("path", ["/projects", "/reporting", "/reporting/all"])
def test_screen_and_file_call_a_column_the_same(app: Flask, client: Client, lao_id: int, path: str) -> None:
    enter(client, lao_id)
    page = client.get(f"{path}?year={YEAR}&round=6").text
    shown = {_head(text_of(cell)) for cell in elements(page, "th") if cell.get("scope") == "col"}
    shown -= {"จัดการ", "6เดือน", "12เดือน"}  # no columns of a file: what can be done, and the other round
    heads = next(row for row in both(client, path, f"year={YEAR}&round=6") if row[0] == "ลำดับที่")
    assert shown - {_head(each) for each in heads} == set()


def _head(words: str) -> str:
    """A heading without what makes it fit its column."""
    return "".join(words.replace("(บาท)", "").split())


WHOSE = "องค์การบริหารส่วนตำบลดินทอง อำเภอวังทอง จังหวัดพิษณุโลก"
OF_PLACE = {"/nacc/review", "/nacc/signs", "/nacc/accounts", "/nacc/waiting"}


def test_each_file_says_whose_it_is(app: Flask, client: Client, lao_id: int) -> None:
    enter(client, lao_id)
    for path in ("/projects", "/reporting", "/reporting/all", "/evaluation", "/history"):
        assert [WHOSE] in [_trimmed(row) for row in both(client, path, f"year={YEAR}&round=6")], path
    enter(client, make_staff("somsri", Role.OFFICER, "65").id)
    assert [WHOSE] in [_trimmed(row) for row in both(client, "/nacc/history/6650807", "")]
    for path in OF_PLACE:
        titles = [row[0] for row in both(client, path, f"year={YEAR}&province=65&district=6508&q=ดินทอง")[:3]]
        assert any("จังหวัดพิษณุโลก อำเภอวังทอง" in title and "มีคำว่า “ดินทอง”" in title for title in titles), path


def test_who_has_no_district_has_no_empty_words_of_one(app: Flask, client: Client) -> None:
    bangkok = make_lao("3100101", name="กรุงเทพมหานคร", province="10", district=None)
    with transaction():
        db.session.get_one(Organisation, bangkok.organisation_id).type = OrganisationType.BANGKOK
    make_project(bangkok)
    enter(client, bangkok.account_id)
    for path in ("/projects", "/reporting", "/evaluation", "/history"):
        titles = [row[0] for row in both(client, path, f"year={YEAR}&round=6")[:4]]
        assert "กรุงเทพมหานคร" in titles, path
        assert not any("อำเภอ" in title or "จังหวัด" in title for title in titles), path
    enter(client, make_staff("chief", Role.ADMINISTRATOR).id)
    for what in ("projects", "results"):
        asked = {"what": what, "place": "10", "year": str(YEAR), "round": "6", "kind": "csv"}
        assert "ไม่ระบุอำเภอ" not in client.send("/reports/exports", asked).text


def test_why_a_project_cannot_be_done_stands_on_screen_and_in_every_list(
    app: Flask, client: Client, lao_id: int
) -> None:
    actor = enter(client, lao_id)
    for name, reason, text in (("ก", CannotReason.OTHER, "น้ำท่วมทั้งตำบล"), ("ข", CannotReason.NO_BUDGET, None)):
        project = make_project(actor, facts(name))
        make_report(actor, project, ReportStatus.CANNOT, cannot_reason=reason, cannot_text=text)
    for path in ("/reporting", "/reporting/all"):
        cells = [cell for row in both(client, path, f"year={YEAR}&round=6") for cell in row]
        page = client.get(f"{path}?year={YEAR}&round=6").text
        for words in ("น้ำท่วมทั้งตำบล", CannotReason.NO_BUDGET.label):
            assert words in cells, path
            assert words in page, path
    enter(client, make_staff("chief", Role.ADMINISTRATOR).id)
    asked = {"what": "projects", "place": "65", "year": str(YEAR), "round": "6", "kind": "csv"}
    assert "น้ำท่วมทั้งตำบล" in client.send("/reports/exports", asked).text


def test_lists_of_staff(app: Flask, client: Client, lao_id: int) -> None:
    enter(client, make_staff("somsri", Role.OFFICER, "65").id)
    for path, query, shown in STAFF_LISTS:
        _check(client, path, query, shown)


def test_an_officer_of_another_province_gets_none_of_it(app: Flask, client: Client, lao_id: int) -> None:
    enter(client, make_staff("somchai", Role.OFFICER, "90").id)
    for path, query, _shown in STAFF_LISTS:
        if "history" in path:
            assert client.get(f"{path}/table.csv").status_code == 404
        else:
            text = "".join(cell for row in both(client, path, query) for cell in row)
            assert not any(word in text for word in ("665080", "โครงการที่ส", "โครงการที่หนึ่ง")), path


def test_a_file_has_all_pages(app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch, lao_id: int) -> None:
    monkeypatch.setattr(project_queries, "PAGE_SIZE", 1)
    project_queries._list_statement.cache_clear()
    enter(client, lao_id)
    assert sum(row[0] in ("1.00", "2.00", "3.00") for row in both(client, "/projects", "year=all")) == 3
    project_queries._list_statement.cache_clear()


def test_a_queue_too_long_for_one_answer_is_refused_with_advice(
    app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch, lao_id: int
) -> None:
    monkeypatch.setattr(review_routes, "MOST_IN_A_FILE", 1)
    enter(client, make_staff("somsri", Role.OFFICER, "65").id)
    answer = client.get("/nacc/review/table.xlsx?q=โครงการ", follow_redirects=True)
    assert "มีมากกว่า 1 โครงการ" in answer.text


def test_the_whole_list_of_codes_is_not_given_unasked(app: Flask, client: Client, lao_id: int) -> None:
    assert len(both(client, "/codes", "")) == 3  # title and head
    assert len(both(client, "/codes", "province=65")) == 5


def test_a_day_in_a_file_is_thailands(app: Flask, client: Client) -> None:
    """What happens before seven in the morning is of the day before in Greenwich."""
    # given all that a file tells the day of, at half past midnight
    night = NOW.replace(hour=0, minute=30)
    lao = make_lao()
    make_project(lao, now=night)
    with transaction():
        account = db.session.get_one(Account, lao.account_id)
        account.claimed_at = account.last_login_at = night
    enter(client, make_staff("somsri", Role.OFFICER, "65").id)
    # then
    for path, times in (("/nacc/accounts", 2), ("/nacc/review", 1), ("/nacc/history/6650807", 1)):
        for file in ("csv", "xlsx"):
            answer = client.get(f"{path}/table.{file}").data
            if file == "csv":
                days = re.findall(r"\d{4}-\d\d-\d\d|\d+/\d+/\d{4}", answer.decode("utf-8-sig"))
            else:
                rows = CalamineWorkbook.from_filelike(BytesIO(answer)).get_sheet_by_index(0).to_python()
                days = [f"{cell}" for row in rows for cell in row if isinstance(cell, date)]
            assert len(days) == times, (path, file, days)
            assert set(days) == {f"{night.date()}"}, (path, file)
