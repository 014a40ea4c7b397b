"""One of each kind of file we make, opened by the programs people open it with: all see the same cells."""

import csv
import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook
from openpyxl.utils.datetime import to_excel
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import CalamineWorkbook
from werkzeug.test import TestResponse

from app import web
from app.db import db, is_sqlite
from app.models.enums import Role
from app.spreadsheets import excel
from app.spreadsheets.tables import BAHT_FORMAT, BAHT_WIDTH
from tests.citizens.open_data.data import fill
from tests.client import Client
from tests.factories import YEAR, facts, make_account, make_organisation, make_project, make_report, make_staff
from tests.pages import enter

NPM = Path(__file__).parent / "npm"
NODE, SOFFICE = shutil.which("node"), shutil.which("soffice")
PATIENCE_SECONDS = 180
HUGE = Decimal("99999999999.99")

MOMENT = f"year={YEAR}&round=6"
OF_LAO = (
    f"/projects/table.xlsx?year={YEAR}",
    f"/reporting/table.xlsx?{MOMENT}",
    f"/reporting/all/table.xlsx?{MOMENT}",
    f"/reporting/workbook.xlsx?{MOMENT}",
    "/projects/import/template.xlsx",
    f"/evaluation/table.xlsx?year={YEAR}",
    "/history/table.xlsx",
    "/profile/personal.xlsx",
    f"/reports/places/organisations/6650807/table.xlsx?{MOMENT}",
)
OF_STAFF = (
    "/nacc/review/table.xlsx",
    "/nacc/history/6650807/table.xlsx",
    "/nacc/admin/history/table.xlsx",
    f"/nacc/plan-years/table.xlsx?year={YEAR}",
    f"/nacc/scores/table.xlsx?year={YEAR}",
    "/nacc/accounts/table.xlsx",
    f"/nacc/waiting/table.xlsx?{MOMENT}",
    f"/nacc/signs/table.xlsx?{MOMENT}",
    f"/reports/places/table.xlsx?{MOMENT}",
)
OF_ALL = (
    "/codes/table.xlsx?province=65",
    f"/public/table.xlsx?{MOMENT}",
    f"/public/provinces/65/table.xlsx?{MOMENT}",
    "/en/codes/table.xlsx?province=65",
    f"/en/public/table.xlsx?{MOMENT}",
    f"/en/public/provinces/65/table.xlsx?{MOMENT}",
    *(f"/api/v1/{name}.xlsx" for name in ("organisations", "plan-years", "projects", "project-years", "reports")),
    f"/api/v1/results.xlsx?{MOMENT}&kind=organisation&province=65",
)
ASKED = {"place": "65", "year": str(YEAR), "round": "6", "kind": "xlsx"}

Sheets = dict[str, list[list[Any]]]


@pytest.fixture
def folder(app: Flask, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every kind of file, and those NACC exports once more by the fast lane, which a few rows would not take."""
    if not is_sqlite(db.engine):
        pytest.skip("the files of one engine are enough for their readers")
    fill()
    lao_id = 1
    actor = enter(client, lao_id)
    project = make_project(actor, facts(f"โครงการยาว https://example.go.th/?{'x' * 300}", budgets={YEAR: HUGE}))
    make_report(actor, project, spent=HUGE, ordinance_budget=HUGE)
    found = [client.get(path) for path in OF_LAO]
    client.post("/logout")
    found += [client.get(path) for path in OF_ALL]
    enter(client, make_staff("somsri", Role.ADMINISTRATOR).id)
    found += [client.get(path) for path in OF_STAFF]
    waiting = make_account(make_organisation("6650808"), claimed=False).organisation_id
    client.get(f"/nacc/accounts/{waiting}")
    client.send(f"/nacc/accounts/{waiting}/code", {})
    found.append(client.send("/nacc/accounts/codes/xlsx", {}))
    for what in ("projects", "results"):
        found.append(client.send("/reports/exports", ASKED | {"what": what}))
        with monkeypatch.context() as patched:
            patched.setattr(excel, "LONG", 1)
            found.append(client.send("/reports/exports", ASKED | {"what": what}))
    for number, answer in enumerate(found):
        assert answer.mimetype == web.MIMETYPES["xlsx"], (answer.request.path, answer.status_code)
        _check_name(answer)
        (tmp_path / f"{number:02}.xlsx").write_bytes(answer.data)
    _check_nothing_is_missing(app, [(answer.request.method, answer.request.path) for answer in found])
    return tmp_path


def _check_name(answer: TestResponse) -> None:
    names = re.findall(r"filename\*?=(?:UTF-8''|\")([^;\"]+)", answer.headers["Content-Disposition"])
    assert names, answer.request.path
    for name in names:
        assert re.fullmatch(r"[^.]+\.xlsx", name), name


def _check_nothing_is_missing(app: Flask, fetched: list[tuple[str, str]]) -> None:
    rules = {str(rule) for rule in app.url_map.iter_rules() if "xlsx" in str(rule)}
    matched = {
        str(app.url_map.bind("").match(path.split("?")[0], method, return_rule=True)[0])
        for method, path in fetched
        if path.split("?")[0].endswith("xlsx")
    }
    assert rules == matched


def by_openpyxl(path: Path) -> Sheets:
    book = load_workbook(path)
    for sheet in book.worksheets:
        _check_sheet(sheet)
    return {sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book.worksheets}


def _check_sheet(sheet: Worksheet) -> None:
    """Arrows over head and rows, the total below them; columns of money with room for it; no formula anywhere."""
    for row in sheet.iter_rows():
        for cell in row:
            assert cell.data_type != "f"
            if cell.number_format == BAHT_FORMAT and cell.value is not None:
                assert sheet.column_dimensions[cell.column_letter].width >= BAHT_WIDTH, (sheet.title, cell.coordinate)
    if sheet.title in (excel.EXPLANATIONS, "Explanations", excel.CHOICES):
        return
    head = int(sheet.print_title_rows.split("$")[-1])
    last = sheet.max_row - (sheet.cell(sheet.max_row, 1).value in ("รวม", "Total"))
    if last > head:
        assert (
            sheet.auto_filter.ref == f"A{head}:{sheet.cell(head, sheet.max_column).coordinate[: -len(str(head))]}{last}"
        )


def by_calamine(path: Path) -> Sheets:
    book = CalamineWorkbook.from_path(path)
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def by_node(folder: Path) -> dict[str, dict[str, Sheets]]:
    told = subprocess.run(
        [str(NODE), str(NPM / "read.js"), str(folder)], check=False, capture_output=True, timeout=PATIENCE_SECONDS
    )
    assert told.returncode == 0, told.stderr.decode()[-500:]
    return dict(json.loads(told.stdout))


def plain(sheets: Mapping[str, list[list[Any]]]) -> Sheets:
    """Cells in one form for all readers: a day is its number, nothing is "", empty ends are left out."""
    found = {}
    for name, rows in sheets.items():
        cells = [[_plain(value) for value in row] for row in rows]
        for row in cells:
            while row and row[-1] == "":
                row.pop()
        while cells and not cells[-1]:
            cells.pop()
        found[name] = cells
    return found


def _plain(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, date):
        return float(to_excel(value))
    return value if isinstance(value, str) else round(float(value), 6)


@pytest.mark.skipif(not NODE or not (NPM / "node_modules").exists(), reason="needs node and its readers: make test")
def test_every_kind_of_file_is_the_same_to_every_reader(folder: Path) -> None:
    by_name = by_node(folder)
    for path in sorted(folder.glob("*.xlsx")):
        expected = plain(by_calamine(path))
        found = {"openpyxl": by_openpyxl(path), **by_name[path.name]}
        for reader, sheets in found.items():
            assert plain(sheets) == expected, (path.name, reader, list(expected))
    _check_libreoffice(folder)


def _check_libreoffice(folder: Path) -> None:
    """All files in one go, their first sheets as LibreOffice shows them."""
    if not SOFFICE:
        return
    files = sorted(folder.glob("*.xlsx"))
    subprocess.run(
        [
            *(SOFFICE, "--headless", "--norestore", f"-env:UserInstallation=file://{folder}/profile"),
            *("--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76,1", "--outdir", str(folder), *map(str, files)),
        ],
        check=True,
        capture_output=True,
        timeout=PATIENCE_SECONDS,
    )
    for path in files:
        first = next(iter(plain(by_calamine(path)).values()))
        with path.with_suffix(".csv").open(encoding="utf-8", newline="") as text:
            shown = list(csv.reader(text))
        texts = [[cell for cell in row if isinstance(cell, str) and cell] for row in first]
        assert len(shown) == len(first), path.name
        for expected, row in zip(texts, shown, strict=True):
            assert set(expected) <= set(row), path.name
        assert "###" not in str(shown)
