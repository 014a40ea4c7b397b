"""Plan years as Excel, out and in: the file that goes out is the one that can come back."""

from app.access import Actor
from app.nacc.plan_years.queries import every_row
from app.nacc.plan_years.rules import COLUMNS, PlanFilter
from app.spreadsheets.excel import Column, Table
from app.uploads.rules import WHEN_MADE, WHEN_MADE_EXPLAINED

SHEET = (
    Column(COLUMNS[0], 12),
    Column(COLUMNS[1], 14, "0"),
    Column(COLUMNS[2], 18),
    Column("ชื่อ อปท.", 50),
    Column("อำเภอ จังหวัด", 30),
    Column(WHEN_MADE, 18, explain=WHEN_MADE_EXPLAINED),
)


def plan_year_file(actor: Actor, asked: PlanFilter) -> Table:
    """Every LAO the filters show: code, year, status, its name, and the status once more, to stay as it is."""
    found = ((row, row.status.label) for row in every_row(actor, asked))
    rows = ((row.code, asked.year, status, row.name, row.place, status) for row, status in found)
    return Table("ผลแผน", (), SHEET, rows)
