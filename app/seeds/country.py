"""The whole country for trying out and measuring: every LAO of the registry with made-up projects and reports.

The same seed gives the same rows on SQLite and PostgreSQL: each LAO draws from its own generator, ids
are counted up in the order of LAO codes, and no row asks the clock. Rows are made as the columns store
them (satang, quarter bits, UTC text), for loading goes past the ORM. History is left out: it would be
as large again, and it tells only what people did; a worker gives each row its entry in the public log, bit by bit.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from random import Random
from typing import Any

from sqlalchemy import func, select

from app.db import db, is_sqlite
from app.history.operations import stand_again
from app.models import Account, Organisation, PlanPeriod, PlanYear, Project, ProjectDimension, ProjectYear, Report
from app.models.enums import CannotReason, Kind, OrganisationType, PlanStatus, ReportStatus, ReviewStatus, Round
from app.seeds.bulk import Rows, TableRow, continue_ids, in_bulk, load, no_rows
from app.seeds.periods import REASONS
from app.words import thai_sort_key

SCALES = (0.01, 4.0)
FIRST_YEAR = 2561
YEARS = range(FIRST_YEAR, FIRST_YEAR + 4)
ROUNDS = tuple(int(each) for each in Round)
LAST_ROUND = max(ROUNDS)
BATCH = 50  # LAOs written at once: about 18,000 report lines at scale 1

# Fewest and most projects of an LAO at scale 1: most have 20 to 80, a few have hundreds.
SIZES = ((8, 19),) * 10 + ((20, 39),) * 31 + ((40, 79),) * 42 + ((80, 139),) * 14 + ((140, 260),) * 3
SIZE_FACTORS = {
    OrganisationType.BANGKOK: 5,
    OrganisationType.PAO: 3,
    OrganisationType.CITY: 3,
    OrganisationType.TOWN: 2,
}


def _days(first: date, number: int) -> tuple[str, ...]:
    """`number` moments from `first` on, one a day in office hours, as both engines read a UTC moment."""
    return tuple(f"{first + timedelta(days=day)} {2 + day % 7:02}:{day * 7 % 60:02}:00.000000" for day in range(number))


CREATED = _days(date(2017, 10, 2), 150)
REVIEWED = _days(date(2018, 3, 5), 80)
DELETED = _days(date(2018, 6, 1), 60)
# The first 30 days after a round's end are in time, the others late.
IN_TIME = 30


def _reported(year: int, round_: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    days = _days(date(year - 543, (round_ + 9) % 12 + 1, 1), 100)  # fiscal years begin in October
    return days[:IN_TIME], days[IN_TIME:]


REPORTED = {(year, round_): _reported(year, round_) for year in YEARS for round_ in ROUNDS}

KINDS = tuple(
    (kind.value, kind.label)
    for kind, times in ((Kind.PROJECT, 11), (Kind.ACTIVITY, 4), (Kind.MEASURE, 4), (Kind.GUIDELINE, 1))
    for _each in range(times)
)


def _phrases(text: str) -> list[str]:
    return text.split()


DEEDS = {
    1: _phrases("""
        ส่งเสริมคุณธรรมและจริยธรรม สร้างจิตสำนึกต่อต้านการทุจริต ปลูกฝังค่านิยมความซื่อสัตย์สุจริต
        น้อมนำหลักปรัชญาของเศรษฐกิจพอเพียง อบรมการป้องกันผลประโยชน์ทับซ้อน ค่ายเยาวชนคนดีศรีท้องถิ่น
        รณรงค์วันต่อต้านคอร์รัปชันสากล เข้าวัดฟังธรรมวันธรรมสวนะ จิตอาสาพัฒนาชุมชน
    """),
    2: _phrases("""
        ประกาศเจตจำนงการบริหารงานด้วยความสุจริต เพิ่มประสิทธิภาพการจัดซื้อจัดจ้าง ลดขั้นตอนการปฏิบัติงานบริการ
        ปรับปรุงระบบการเบิกจ่ายเงิน สร้างความโปร่งใสในการบริหารงานบุคคล ควบคุมการใช้รถยนต์ส่วนกลาง
        แสดงบัญชีทรัพย์สินและหนี้สิน ใช้ดุลพินิจตามหลักธรรมาภิบาล ยกย่องเชิดชูเกียรติผู้ปฏิบัติงานดีเด่น
    """),
    3: _phrases("""
        เปิดเผยข้อมูลข่าวสาร รับเรื่องร้องเรียนและร้องทุกข์ ประชาคมจัดทำแผนพัฒนาท้องถิ่น เวทีรับฟังความคิดเห็น
        เคลื่อนที่พบประชาชน แต่งตั้งตัวแทนร่วมตรวจรับงาน ประชาสัมพันธ์ผ่านเสียงตามสาย ประเมินความพึงพอใจการให้บริการ
    """),
    4: _phrases("""
        ตรวจสอบภายในประจำปี จัดวางระบบควบคุมภายใน ติดตามและประเมินผลแผนพัฒนา เสริมบทบาทสภาท้องถิ่นในการตรวจสอบ
        เฝ้าระวังการทุจริต รายงานผลการใช้จ่ายงบประมาณ ตรวจสอบการบริหารพัสดุ เครือข่ายป้องกันการทุจริตระดับตำบล
    """),
}
DIMENSIONS = (1, 1, 1, 2, 2, 2, 2, 3, 3, 4)
PEOPLE = _phrases("""
    เด็กและเยาวชน ประชาชนในพื้นที่ ผู้สูงอายุ ผู้บริหารและสมาชิกสภาท้องถิ่น พนักงานส่วนท้องถิ่น ผู้นำชุมชน
    นักเรียนในสถานศึกษา กลุ่มสตรีและแม่บ้าน ลูกจ้างและพนักงานจ้าง
""")
ENDINGS = (
    *("", "", "", " ประจำปี", " เฉลิมพระเกียรติ", " ตามหลักธรรมาภิบาล", " สู่ความยั่งยืน"),
    *(f" หมู่ที่ {number}" for number in range(1, 13)),
    *(f" รุ่นที่ {number}" for number in range(1, 4)),
)
NOTES = ("", "", "", "", "", "อยู่ระหว่างจัดซื้อจัดจ้าง", "ปรับแผนการดำเนินงาน", "ดำเนินการร่วมกับหน่วยงานในพื้นที่")
CANNOT_REASONS = tuple(reason.value for reason in CannotReason)
OTHER_REASONS = ("น้ำท่วมพื้นที่ดำเนินการ", "สถานการณ์โรคระบาด", "ไม่มีผู้ยื่นข้อเสนอ")
APPROVED, PENDING, REJECTED = (
    each.value for each in (ReviewStatus.APPROVED, ReviewStatus.PENDING, ReviewStatus.REJECTED)
)
REVIEWS = (APPROVED,) * 81 + (PENDING,) * 13 + (REJECTED,) * 6
# None: no row at all, which is "not sent" too.
PLAN_STATUSES = (PlanStatus.PASSED,) * 92 + (PlanStatus.FAILED,) * 3 + (PlanStatus.NOT_SENT,) * 2 + (None,) * 3
DONE, IN_PROGRESS, CANNOT, OTHER = (
    each.value for each in (ReportStatus.DONE, ReportStatus.IN_PROGRESS, ReportStatus.CANNOT, CannotReason.OTHER)
)
# Baht in hundreds: most projects are small.
BUDGETS = ((30, 300),) * 5 + ((300, 2_000),) * 4 + ((2_000, 15_000),)


class AlreadyFilled(Exception):
    """Projects or plan years are there: made-up data never mixes with what people recorded."""


@dataclass(frozen=True)
class CountryLao:
    id: int
    code: str
    type: OrganisationType
    province_code: str
    account_id: int | None


def laos() -> list[CountryLao]:
    """Every LAO that still exists, in the order of codes."""
    rows = db.session.execute(
        select(Organisation.id, Organisation.code, Organisation.type, Organisation.province_code, Account.id)
        .outerjoin(Account, Account.organisation_id == Organisation.id)
        .where(Organisation.closed_at.is_(None))
        .order_by(Organisation.code)
    )
    return [CountryLao(*row) for row in rows]


Progress = Callable[[Sequence[CountryLao]], Iterable[CountryLao]]


def fill_country(scale: float, seed: int, progress: Progress = lambda everyone: everyone) -> int:
    """Give every LAO its plan years, projects and report lines; answer how many projects that made.

    `scale` multiplies the projects of each LAO: 1 is the country's real size. `progress` walks the
    LAOs and can show how far it is. Inside a transaction. Raises AlreadyFilled.
    """
    if any(db.session.scalar(select(func.count()).select_from(model)) for model in (Project, PlanYear)):
        raise AlreadyFilled
    period_id = db.session.execute(select(PlanPeriod.id).where(PlanPeriod.first_year == FIRST_YEAR)).scalar_one()
    connection = db.session.connection()
    rows, last_id = no_rows(), 0
    with in_bulk(connection) as null:
        for number, lao in enumerate(progress(laos()), start=1):
            author = _Author(rows, lao, Random(f"{seed}:{lao.code}"), period_id, null)  # noqa: S311 - no secret
            last_id = author.write(scale, last_id)
            if number % BATCH == 0:
                load(connection, rows)
        load(connection, rows)
    if not is_sqlite(db.engine):
        continue_ids(connection)
    stand_again("plan-years", "projects", "reports")
    return last_id


class _Author:
    """Makes up what one LAO recorded and reported; `null` is what goes into a column for nothing."""

    def __init__(self, rows: Rows, lao: CountryLao, rng: Random, period_id: int, null: Any) -> None:
        self.rows, self.lao, self.random, self.bits, self.period_id = rows, lao, rng.random, rng.getrandbits, period_id
        self.null = null
        # Status, ordinance budget, spent, reason, reason in words, note, when and by whom.
        self.nothing_told = (ReportStatus.NOT_REPORTED.value, null, null, null, null, "", null, null)
        statuses = {year: self.pick(PLAN_STATUSES) for year in YEARS}
        rows[PlanYear].extend((lao.id, year, status.value, 1) for year, status in statuses.items() if status)
        self.passed = tuple(year for year, status in statuses.items() if status is PlanStatus.PASSED)
        self.rounds = {
            year: [(round_, *self.habit(), *REPORTED[year, round_]) for round_ in ROUNDS] for year in self.passed
        }

    def pick(self, choices: Sequence[Any]) -> Any:
        """Random.choice at a third of its time: it is asked millions of times."""
        return choices[int(self.random() * len(choices))]

    def between(self, least: int, most: int) -> int:
        """Random.randint, and what it would draw, at a third of its time."""
        width = most - least + 1
        bits = width.bit_length()
        drawn = self.bits(bits)
        while drawn >= width:
            drawn = self.bits(bits)
        return least + drawn

    def habit(self) -> tuple[float, float]:
        """How one round went: the share of projects reported on, and how far the LAO has come with them."""
        draw = self.random()
        reported = 1.0 if draw < 0.68 else 0.0 if draw < 0.77 else 0.4 + (0.97 - 0.4) * self.random()
        return reported, 0.25 + (1.05 - 0.25) * self.random()

    def write(self, scale: float, last_id: int) -> int:
        """Add the LAO's projects, with the ids after `last_id`; answer the last one. No passed year, no project."""
        size = self.between(*self.pick(SIZES)) * SIZE_FACTORS.get(self.lao.type, 1)
        number = int(size * scale + self.random()) if self.passed else 0
        for id_ in range(last_id + 1, last_id + number + 1):
            self.add_years(id_, self.add_project(id_))
        return last_id + number

    def add_project(self, id_: int) -> TableRow:
        """Add one project; answer what its years and reports carry of it."""
        pick, null = self.pick, self.null
        dimension, (kind, kind_words) = pick(DIMENSIONS), pick(KINDS)
        deed, people = pick(DEEDS[dimension]), pick(PEOPLE)
        name = f"{kind_words}{deed}สำหรับ{people}{pick(ENDINGS)}"
        said = (name, _sort_key(name), kind, dimension, self.between(1, 15), people, f"เพื่อ{deed}")
        review = pick(REVIEWS)
        reason = pick(REASONS) if review is REJECTED else null
        created, deleted = pick(CREATED), pick(DELETED) if self.random() < 0.012 else None
        reviewed = None if review is PENDING else pick(REVIEWED)
        counted = int(review is not REJECTED and deleted is None)
        judged = (review, reason, reviewed or null, deleted or null, counted, created, deleted or reviewed or created)
        self.rows[Project].append((id_, self.lao.id, self.lao.province_code, self.period_id, *said, *judged, 1))
        if self.random() < 0.1:
            self.rows[ProjectDimension].append((id_, dimension % 4 + 1))
        return self.lao.id, self.lao.province_code, dimension, counted

    def add_years(self, id_: int, carried: TableRow) -> None:
        """Add the fiscal years a project runs in, each with its budget and its report lines."""
        budget, counted, random, account_id = self.budget(), carried[-1], self.random, self.lao.account_id
        years, reports, nothing_told = self.rows[ProjectYear], self.rows[Report], self.nothing_told
        planned = self.null if budget is None else budget
        for year in self.years():
            years.append((id_, year, planned, *carried))
            for round_, reported, progress, in_time, late in self.rounds[year]:
                if counted and random() < reported:
                    told = self.result(round_, progress, budget)
                    at = self.pick(in_time if random() < 0.875 else late)
                    reports.append((id_, year, round_, *told, at, account_id, 1, *carried))
                else:
                    reports.append((id_, year, round_, *nothing_told, 1, *carried))

    def years(self) -> tuple[int, ...]:
        """Most projects run from the first passed year to the last."""
        passed, random = self.passed, self.random
        start = 0 if random() < 0.7 else int(random() * len(passed))
        stop = len(passed) if random() < 0.74 else self.between(start + 1, len(passed))
        return passed[start:stop]

    def budget(self) -> int | None:
        """The plan budget of a year in satang; None is without budget, which 0 is not."""
        draw = self.random()
        if draw < 0.36:
            return None
        if draw < 0.39:
            return 0
        return self.between(*self.pick(BUDGETS)) * 10_000 + (25 if draw < 0.4 else 0)

    def result(self, round_: int, progress: float, budget: int | None) -> TableRow:
        """Status, ordinance budget, spent, why it cannot be done, that in words, and a note."""
        random, null = self.random, self.null
        draw = random()
        if draw < 0.05:
            reason = self.pick(CANNOT_REASONS)
            return CANNOT, null, null, reason, self.pick(OTHER_REASONS) if reason is OTHER else null, ""
        done = draw < 0.05 + progress * (0.95 if round_ == LAST_ROUND else 0.45)
        ordinance = spent = null
        if budget is not None and random() < 0.7:
            ordinance = budget if random() < 0.7 else budget * self.between(80, 130) // 100
            spent = ordinance * (self.between(70, 104) if done else self.between(0, 60)) // 100
        return DONE if done else IN_PROGRESS, ordinance, spent, null, null, self.pick(NOTES)


@cache
def _sort_key(name: str) -> str:
    return thai_sort_key(name)
