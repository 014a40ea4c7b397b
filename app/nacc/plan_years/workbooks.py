"""Plan years as Excel, out and in: the file that goes out is the one that can come back."""

from operator import attrgetter

from app.access import Actor
from app.nacc.plan_years.queries import PlanRow, every_row, failed_because
from app.nacc.plan_years.rules import REASON, RESULT, PlanFilter
from app.spreadsheets.excel import CellKind, Column, Table
from app.uploads.rules import CODE, WHEN_MADE, WHEN_MADE_EXPLAINED, YEAR


def plan_year_file(actor: Actor, asked: PlanFilter) -> Table[PlanRow]:
    """Every LAO the filters show: code, year, status, its name, and the status once more, to stay as it is."""
    rows = every_row(actor, asked)
    because = failed_because([(row.organisation_id, asked.year) for row in rows if row.failed])
    columns: tuple[Column[PlanRow], ...] = (
        Column(CODE, attrgetter("code"), 12),
        Column(YEAR, lambda _row: asked.year, 14, CellKind.NUMBER),
        Column(RESULT, attrgetter("status"), 18, CellKind.CHOICE),
        Column("ชื่อ อปท.", attrgetter("name"), 50),
        Column("อำเภอ จังหวัด", attrgetter("place"), 30),
        Column(WHEN_MADE, attrgetter("status"), 18, CellKind.CHOICE, WHEN_MADE_EXPLAINED),
        Column(REASON, lambda row: because.get((row.organisation_id, asked.year), ""), 50, explain="อปท. เห็นข้อความนี้"),
    )
    return Table("ผลแผน", (), columns, rows)
