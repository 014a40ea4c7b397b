"""The project list as a file: the rows of the screen, with numbers as numbers, and all else that was typed."""

from collections.abc import Sequence
from datetime import datetime

from app.access import Actor
from app.lao.projects.queries import NO_BUDGET, WholeProject, every_project, years_text
from app.listing import ListState
from app.spreadsheets.excel import Cell, Column, Table, baht, made, summed

LISTED = (
    Column("ลำดับที่", 8, "0"),
    Column("ประเภทงาน", 16),
    Column("ชื่อโครงการ/กิจกรรม/มาตรการ/แนวปฏิบัติงาน", 60),
    baht("งบประมาณตามแผนพัฒนาท้องถิ่น (บาท)", f"ของปีที่เลือก หรือรวมทุกปี “{NO_BUDGET}” ต่างจาก 0.00"),
    Column("สอดคล้อง", 12, explain="มิติหลัก โครงการหนึ่งนับครั้งเดียวในมิติหลัก"),
    Column("ดำเนินการ ปีงบประมาณ พ.ศ.", 18),
    Column("ผลพิจารณา", 14, explain="ป.ป.ช. พิจารณาว่าสอดคล้องกับมิติที่กำหนดหรือไม่"),
    Column("เหตุผลที่ปฏิเสธ", 40),
    Column("มิติที่สอดคล้องเพิ่มเติม", 16, explain="เลขของมิติ ไม่นับในยอดใด"),
    Column("ดำเนินการในไตรมาส", 16, explain="ไตรมาสของปีงบประมาณ ไตรมาสที่ 1 คือตุลาคมถึงธันวาคม"),
    Column("กลุ่มเป้าหมาย", 40),
    Column("วัตถุประสงค์", 50),
)
OF_YEAR = f"“{NO_BUDGET}” ต่างจาก 0.00 ช่องว่างคือไม่ดำเนินการในปีนั้น"


def project_list(actor: Actor, state: ListState, place: str, now: datetime) -> Table:
    """Every project of the list, on whatever page of it."""
    years = f"ปีงบประมาณ {state.year}" if state.year else "ทุกปีงบประมาณ"
    title = ("รายการโครงการตามแผนปฏิบัติการป้องกันการทุจริต", place, years, made(now, actor.name))
    found = every_project(actor, state)
    of_years = sorted({year for each in found for year in each.facts.budgets})
    columns = (*LISTED, *(baht(f"งบประมาณปี {year} (บาท)", OF_YEAR) for year in of_years))
    rows = [_row(number, each, of_years) for number, each in enumerate(found, start=1)]
    return summed("โครงการ", title, columns, rows)


def _row(number: int, project: WholeProject, of_years: Sequence[int]) -> list[Cell]:
    facts = project.facts
    return [
        *(number, facts.kind.label, facts.name, NO_BUDGET if project.budget is None else project.budget),
        *(f"มิติที่ {facts.dimension}", years_text(facts.budgets), project.status.label, project.reason),
        *(", ".join(map(str, facts.further_dimensions)), ", ".join(map(str, facts.quarters))),
        *(facts.target_group, facts.objective),
        *(_budget(project, year) for year in of_years),
    ]


def _budget(project: WholeProject, year: int) -> Cell:
    """Baht, the words for "without", or nothing where the project does not run in that year."""
    amount = project.facts.budgets.get(year)
    return NO_BUDGET if amount is None and year in project.facts.budgets else amount
