"""The project list as a file: a backup of all that was typed, and in the words of the screen."""

from collections.abc import Mapping
from decimal import Decimal
from io import BytesIO
from typing import Any

from flask import Flask
from python_calamine import CalamineWorkbook

from app.lao.projects.queries import NO_BUDGET
from app.lao.projects.rules import ProjectFacts
from app.models.enums import Kind
from tests.client import Client
from tests.factories import YEAR, facts, make_lao, make_project
from tests.pages import enter

TYPED = [
    facts(
        "=โครงการ, “คำพูด”",
        kind=Kind.GUIDELINE,
        dimension=2,
        further_dimensions=(1, 4),
        quarters=(1, 2, 4),
        target_group="ประชาชน\nและผู้นำชุมชน",
        objective="1. หนึ่ง\n2. สอง",
        budgets={YEAR: Decimal("150000.50"), YEAR + 1: None},
    ),
    facts("ไม่ใช้งบประมาณ", kind=Kind.MEASURE, budgets={YEAR + 1: None}),
    facts("ใหญ่ที่สุด", dimension=4, budgets={YEAR: Decimal("99999999999.99"), YEAR + 1: Decimal("0.00")}),
]


def rows_of(content: bytes) -> list[dict[str, Any]]:
    """The rows by their heads, with the total row last."""
    cells = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()
    head = next(place for place, row in enumerate(cells) if row[0] == "ลำดับที่")
    return [dict(zip(cells[head], row, strict=True)) for row in cells[head + 1 :]]


def typed(row: Mapping[str, Any]) -> ProjectFacts:
    """A project as it can be typed again from its row."""
    budgets = {}
    for year in range(YEAR, YEAR + 4):
        value = row.get(f"งบประมาณปี {year} (บาท)", "")
        if value != "":
            budgets[year] = None if value == NO_BUDGET else Decimal(str(value)).quantize(Decimal("0.01"))
    return ProjectFacts(
        name=row["ชื่อโครงการ/กิจกรรม/มาตรการ/แนวปฏิบัติงาน"],
        kind=next(kind for kind in Kind if kind.label == row["ประเภทงาน"]),
        dimension=int(row["สอดคล้อง"].removeprefix("มิติที่ ")),
        further_dimensions=_numbers(row["มิติที่สอดคล้องเพิ่มเติม"]),
        quarters=_numbers(row["ดำเนินการในไตรมาส"]),
        target_group=row["กลุ่มเป้าหมาย"],
        objective=row["วัตถุประสงค์"],
        budgets=budgets,
    )


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(", ") if part)


def test_every_field_comes_back_from_the_file(app: Flask, client: Client) -> None:
    lao = make_lao()
    for each in TYPED:
        make_project(lao, each)
    enter(client, lao.account_id)
    *rows, total = rows_of(client.get("/projects/table.xlsx?year=all").data)
    assert [typed(row) for row in rows] == TYPED
    assert [row["งบประมาณตามแผนพัฒนาท้องถิ่น (บาท)"] for row in rows] == [150000.5, NO_BUDGET, 99999999999.99]
    assert total["ลำดับที่"] == "รวม"
    assert total[f"งบประมาณปี {YEAR} (บาท)"] == 100000150000.49
    assert total[f"งบประมาณปี {YEAR + 1} (บาท)"] == 0
