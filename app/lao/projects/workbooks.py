"""The project list as a file: the rows of the screen, with numbers as numbers, and all else that was typed."""

from datetime import datetime
from operator import attrgetter
from typing import NamedTuple

from app.access import Actor
from app.lao.projects.queries import NO_BUDGET, WholeProject, every_project, years_text
from app.listing import ListState
from app.spreadsheets.excel import Cell, CellKind, Column, Table, baht, made


class ListedProject(NamedTuple):
    """A project with its number in the list."""

    number: int
    project: WholeProject


LISTED: tuple[Column[ListedProject], ...] = (
    Column("ลำดับที่", attrgetter("number"), 8, CellKind.NUMBER),
    Column("ประเภทงาน", attrgetter("project.facts.kind"), 16, CellKind.CHOICE),
    Column("ชื่อโครงการ/กิจกรรม/มาตรการ/แนวปฏิบัติงาน", attrgetter("project.facts.name"), 60),
    baht(
        "งบประมาณตามแผนพัฒนาท้องถิ่น (บาท)",
        lambda line: NO_BUDGET if line.project.budget is None else line.project.budget,
        f"ของปีที่เลือก หรือรวมทุกปี “{NO_BUDGET}” ต่างจาก 0.00",
    ),
    Column(
        "สอดคล้อง",
        lambda line: f"มิติที่ {line.project.facts.dimension}",
        12,
        explain="มิติหลัก โครงการหนึ่งนับครั้งเดียวในมิติหลัก",
    ),
    Column("ดำเนินการ ปีงบประมาณ พ.ศ.", lambda line: years_text(line.project.facts.budgets), 18),
    Column(
        "ผลพิจารณา",
        attrgetter("project.status"),
        14,
        CellKind.CHOICE,
        explain="ป.ป.ช. พิจารณาว่าสอดคล้องกับมิติที่กำหนดหรือไม่",
    ),
    Column("เหตุผลที่ปฏิเสธ", attrgetter("project.reason"), 40),
    Column(
        "มิติที่สอดคล้องเพิ่มเติม",
        lambda line: ", ".join(map(str, line.project.facts.further_dimensions)),
        16,
        explain="เลขของมิติ ไม่นับในยอดใด",
    ),
    Column(
        "ดำเนินการในไตรมาส",
        lambda line: ", ".join(map(str, line.project.facts.quarters)),
        16,
        explain="ไตรมาสของปีงบประมาณ ไตรมาสที่ 1 คือตุลาคมถึงธันวาคม",
    ),
    Column("กลุ่มเป้าหมาย", attrgetter("project.facts.target_group"), 40),
    Column("วัตถุประสงค์", attrgetter("project.facts.objective"), 50),
    Column(
        "รหัสรายการ",
        attrgetter("project.id"),
        14,
        CellKind.NUMBER,
        explain="ไม่ต้องแก้ เมื่อนำไฟล์กลับเข้าระบบ ใช้บอกว่าแถวนี้คือรายการใด",
    ),
)


SUB_HEADING: Column[ListedProject] = Column(
    "หัวข้อย่อย", attrgetter("project.facts.sub_heading"), 10, explain="เลขหัวข้อย่อยของมิติหลัก"
)


def project_list(actor: Actor, state: ListState, place: str, now: datetime) -> Table[ListedProject]:
    """Every project of the list, on whatever page of it."""
    years = f"ปีงบประมาณ {state.year}" if state.year else "ทุกปีงบประมาณ"
    title = ("รายการโครงการตามแผนปฏิบัติการป้องกันการทุจริต", place, years, made(now, actor.name))
    found = every_project(actor, state)
    of_years = sorted({year for each in found for year in each.facts.budgets})
    lines = [ListedProject(number, each) for number, each in enumerate(found, start=1)]
    below = [SUB_HEADING] if any(each.facts.sub_heading for each in found) else []
    return Table("โครงการ", title, (*LISTED, *below, *map(_of_year, of_years)), lines)


def _of_year(year: int) -> Column[ListedProject]:
    """The budget of one year: baht, the words for "without", or nothing where the project does not run in it."""

    def budget(line: ListedProject) -> Cell:
        budgets = line.project.facts.budgets
        amount = budgets.get(year)
        return NO_BUDGET if amount is None and year in budgets else amount

    return baht(f"งบประมาณปี {year} (บาท)", budget, f"“{NO_BUDGET}” ต่างจาก 0.00 ช่องว่างคือไม่ดำเนินการในปีนั้น")
