"""The gate of a plan year and the window of a round. Facts in, answer out; "now" is passed in. Years are FYs, B.E."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from app.clock import fiscal_year_start, thai_date, thai_time
from app.language import said
from app.models.enums import PlanStatus, Round

# What somebody can do whom a closed round stands against.
WAYS_OUT = "หากจำเป็น ให้ขอ ป.ป.ช. ขยายเวลารายงาน หรือขอให้ ป.ป.ช. แก้ไขผลของรอบที่ปิดแล้ว"
CLOSED_BECAUSE = {
    PlanStatus.NOT_SENT: "ยังไม่ส่งแผน",
    PlanStatus.FAILED: "แผนยังไม่ผ่าน",
}


@dataclass(frozen=True)
class Period:
    """A plan period, both years included, with the name of each dimension by its number.

    `sub_headings`: of the dimensions that have a list of them, name by number (1.1, 1.1.1), in their order.
    """

    id: int
    first_year: int
    last_year: int
    dimensions: Mapping[int, str]
    sub_headings: Mapping[int, Mapping[str, str]] = field(default_factory=dict)

    def sub_heading(self, number: str | None) -> str:
        """1.1 with its name; "" for none."""
        return f"{number} {self.sub_headings[dimension_of(number)][number]}" if number else ""

    def told(self, dimension: int) -> list[str]:
        """The sub-headings of a dimension, each with its name, as its history and the pick lists have them."""
        return [f"{number} {name}" for number, name in self.sub_headings.get(dimension, {}).items()]

    @property
    def years(self) -> range:
        return range(self.first_year, self.last_year + 1)

    @property
    def label(self) -> str:
        return said("แผน {first} - {last}", first=self.first_year, last=self.last_year)


def dimension_of(sub_heading: str) -> int:
    return int(sub_heading.partition(".")[0])


def heading_order(sub_heading: str) -> tuple[int, ...]:
    """Before 1.10 comes 1.2, and 1.2.1 between them."""
    return tuple(map(int, sub_heading.split(".")))


@dataclass(frozen=True)
class YearGate:
    """Whether recording and reporting are possible in one year of one LAO, and why not."""

    year: int
    status: PlanStatus

    @property
    def open(self) -> bool:
        return self.status is PlanStatus.PASSED

    @property
    def why(self) -> str:
        """Thai, a few words; empty where the year is open."""
        return CLOSED_BECAUSE.get(self.status, "")


def gates(years: Iterable[int], statuses: Mapping[int, PlanStatus]) -> list[YearGate]:
    """The gate of each year in order; a year without a status was not sent in."""
    return [YearGate(year, statuses.get(year, PlanStatus.NOT_SENT)) for year in sorted(years)]


def open_years(year_gates: Iterable[YearGate]) -> list[int]:
    return [gate.year for gate in year_gates if gate.open]


def closed_year_sentence(year: int, year_gates: Iterable[YearGate]) -> str:
    """What somebody is told who wants to work in a closed year: why, and which years are open."""
    known = {gate.year: gate for gate in year_gates}
    why = known[year].why if year in known else "ไม่อยู่ในช่วงของแผน"
    opened = [str(gate.year) for gate in known.values() if gate.open]
    which = f"ปีที่บันทึกและรายงานได้คือ {', '.join(opened)}" if opened else "ขณะนี้ยังไม่มีปีที่บันทึกหรือรายงานได้"
    return f"ปี {year} ยังบันทึกหรือรายงานไม่ได้ เพราะ{why} {which}"


@dataclass(frozen=True)
class ReportWindow:
    """When one round of one year can be reported by one LAO. `closes_at` None: no closing."""

    year: int
    round: Round
    opens_at: datetime
    closes_at: datetime | None
    extended: bool = False

    def is_open(self, now: datetime) -> bool:
        """The opening moment is inside, the closing moment is not."""
        return self.opens_at <= now and self.closing_passed(now) is None

    def closing_passed(self, now: datetime) -> datetime | None:
        """The closing moment once it has passed: the round is closed since then. None while it is not."""
        return self.closes_at if self.closes_at is not None and self.closes_at <= now else None

    def refusal(self, now: datetime) -> str:
        """The Thai sentence why a report is not taken at `now`; empty while the window is open."""
        if now < self.opens_at:
            when = f"{thai_date(self.opens_at)} เวลา {thai_time(self.opens_at)}"
            return f"{self.round.label} ปีงบประมาณ {self.year} ยังไม่เปิดรับรายงาน เปิดวันที่ {when}"
        if closed_at := self.closing_passed(now):
            when = f"{thai_date(closed_at)} เวลา {thai_time(closed_at)}"
            return f"{self.round.label} ปีงบประมาณ {self.year} ปิดรับรายงานแล้วเมื่อวันที่ {when} {WAYS_OUT}"
        return ""

    def sentence(self, now: datetime) -> str:
        """What the page says of the window."""
        if refusal := self.refusal(now):
            return refusal
        told: dict[str, object] = {"round": self.round, "year": self.year}
        if not self.closes_at:
            return said("{round.label} ปีงบประมาณ {year} เปิดรับรายงานโดยไม่มีกำหนดปิด", **told)
        told |= {"date": thai_date(self.closes_at), "time": thai_time(self.closes_at)}
        return said("{round.label} ปีงบประมาณ {year} เปิดรับรายงานถึงวันที่ {date} เวลา {time}", **told)


def report_window(
    year: int,
    round_: Round,
    window: tuple[datetime, datetime | None] | None,
    extended_until: datetime | None,
) -> ReportWindow:
    """The window as set, else from the year's first day without closing; an LAO's exception only gives more time."""
    opens_at, closes_at = window or (fiscal_year_start(year), None)
    if extended_until is not None and closes_at is not None and extended_until > closes_at:
        return ReportWindow(year, round_, opens_at, extended_until, extended=True)
    return ReportWindow(year, round_, opens_at, closes_at)


def default_year(year_gates: Sequence[YearGate], this_year: int) -> int:
    """The year a page opens with: this one if it is open, else the latest open one, else the nearest of the period."""
    opened = open_years(year_gates)
    if this_year in opened:
        return this_year
    if opened:
        past = [year for year in opened if year <= this_year]
        return max(past) if past else min(opened)
    candidates = sorted(gate.year for gate in year_gates)
    return min(max(this_year, candidates[0]), candidates[-1])


def round_of(text: str) -> Round:
    """The round an address names; the first one where it names none that there is."""
    return next((each for each in Round if str(int(each)) == text.strip()), min(Round))
