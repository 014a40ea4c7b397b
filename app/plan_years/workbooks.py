"""Plan years as Excel, out and in: the file that goes out is the one that can come back."""

from app.access import Actor
from app.excel import Column, Table
from app.plan_years.queries import every_row
from app.plan_years.rules import COLUMNS, PlanFilter

SHEET = (
    Column(COLUMNS[0], 12),
    Column(COLUMNS[1], 14, "0"),
    Column(COLUMNS[2], 18),
    Column("ชื่อ อปท.", 50),
    Column("อำเภอ จังหวัด", 30),
)


def plan_year_file(actor: Actor, asked: PlanFilter) -> Table:
    """Every LAO the filters show: code, year, status, and its name to find it by."""
    rows = ((row.code, asked.year, row.status.label, row.name, row.place) for row in every_row(actor, asked))
    return Table("ผลแผน", (), SHEET, rows)
