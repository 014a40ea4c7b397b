"""A plan of 2,000 rows as the template has it: read, understood and compared, against openpyxl's bare pass over it."""

from functools import lru_cache
from io import BytesIO
from statistics import median
from time import perf_counter

from openpyxl import Workbook

from app.lao.plan_files.outcomes import Given, Standing, What, dry_run
from app.lao.plan_files.reading import understand
from app.lao.plan_files.workbooks import columns
from app.models.enums import PlanStatus
from app.plans.rules import Period, YearGate
from app.uploads.reader import read_grids
from bench.frame import alone
from bench.uploads import bare_pass

ROWS, ROUNDS = 2000, 7
PERIOD = Period(1, 2561, 2564, {number: f"มิติที่ {number}" for number in range(1, 5)})
STANDING = Standing({}, [YearGate(year, PlanStatus.PASSED) for year in PERIOD.years], [], lambda _before, _after: None)


@lru_cache(maxsize=1)
def plan_file() -> bytes:
    book = Workbook(write_only=True)
    page = book.create_sheet("แผน")
    page.append([column.head for column in columns(PERIOD)])
    for n in range(ROWS):
        budgets = [n * 100.5 + year if (n + year) % 3 else "-" for year in range(4)]
        name, group, aim = f"โครงการส่งเสริมคุณธรรม ครั้งที่ {n}", f"บุคลากรกลุ่มที่ {n}", f"เพื่อให้เกิดผลข้อที่ {n}"
        page.append([None, 1 + n % 4, "โครงการ", name, *budgets, "1, 2", group, aim, ""])
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def checked() -> None:
    found = understand(read_grids(BytesIO(plan_file())), PERIOD.dimensions, {})
    run = dry_run(found.lines, STANDING, Given(), PERIOD.years)
    assert run.counts[What.NEW] == ROWS
    assert run.digest


@alone("a plan of 2,000 rows read and checked / openpyxl's bare pass", 1)
def check_a_plan(_scale: float) -> tuple[float, float]:
    turns = []
    for _ in range(ROUNDS):
        start = perf_counter()
        checked()
        middle = perf_counter()
        bare_pass(plan_file())
        turns.append((middle - start, perf_counter() - middle))
    return median(ours for ours, _ in turns), median(base for _, base in turns)
