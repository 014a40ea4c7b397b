"""Each list as a file: the rows of its filter, all of them, the same in Excel and CSV; and only what is theirs."""

import csv
from decimal import Decimal
from io import BytesIO, StringIO

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook

from app.models.enums import ReportStatus, ReviewStatus, Role, Round
from app.projects import queries as project_queries
from app.review import routes as review_routes
from tests.client import Client
from tests.factories import (
    YEAR,
    facts,
    make_lao,
    make_organisation,
    make_project,
    make_report,
    make_staff,
    review,
)
from tests.pages import enter

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
    ("/nacc/waiting", f"year={YEAR}&round=6", ["รายงานบางส่วน", "ไม่ต้องรายงาน"]),
    ("/nacc/waiting", f"year={YEAR}&round=6&state=partly&page=3", ["รายงานบางส่วน"]),
]


@pytest.fixture
def lao_id(app: Flask) -> int | None:
    lao = make_lao()
    make_organisation("6650808", "องค์การบริหารส่วนตำบลอื่น", passed=())
    first = make_project(lao, facts("=โครงการที่หนึ่ง", budgets={YEAR: Decimal("1250.50")}))
    for name in ("โครงการที่สอง", "โครงการที่สาม"):
        last = make_project(lao, facts(name, budgets={YEAR: None}))
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
