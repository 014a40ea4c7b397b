"""Time as this system tells it: stored in UTC, shown in Thailand's time and the Buddhist era."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from app.language import in_english

BANGKOK = ZoneInfo("Asia/Bangkok")
BUDDHIST_OFFSET = 543
FIRST_YEAR, LAST_YEAR = 2540, 2700  # what a fiscal year can be
MONTHS = (
    *("มกราคม", "กุมภาพันธ์", "มีนาคม", "เมษายน", "พฤษภาคม", "มิถุนายน"),
    *("กรกฎาคม", "สิงหาคม", "กันยายน", "ตุลาคม", "พฤศจิกายน", "ธันวาคม"),
)
ENGLISH_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
SHORT_MONTHS = (
    *("ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย."),
    *("ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค."),
)


def now() -> datetime:
    """The present moment in UTC. Everything that needs "today" is handed this."""
    return datetime.now(UTC)


def fiscal_year(moment: datetime) -> int:
    """Buddhist-era fiscal year of `moment`: FY 2561 runs 1 October 2560 to 30 September 2561 in Thailand."""
    local = moment.astimezone(BANGKOK)
    return local.year + BUDDHIST_OFFSET + (1 if local.month >= 10 else 0)


def thai_day(moment: datetime) -> date:
    """The day it is in Thailand at `moment`: "twice a day" is told by it."""
    return moment.astimezone(BANGKOK).date()


def day_start(moment: datetime) -> datetime:
    """Midnight in Thailand before `moment`: when its day began."""
    return moment.astimezone(BANGKOK).replace(hour=0, minute=0, second=0, microsecond=0)


def month_start(moment: datetime) -> datetime:
    """When the calendar month of `moment` began in Thailand."""
    return day_start(moment).replace(day=1)


def fiscal_year_start(year: int) -> datetime:
    """First moment of fiscal year `year`, in UTC."""
    return datetime(year - BUDDHIST_OFFSET - 1, 10, 1, tzinfo=BANGKOK).astimezone(UTC)


def thai_date(moment: datetime | date, *, short: bool = False) -> str:
    """1 ตุลาคม 2569, or 1 ต.ค. 2569; on an English page 1 October 2026 (B.E. 2569)."""
    day = moment.astimezone(BANGKOK) if isinstance(moment, datetime) else moment
    if in_english():
        name = ENGLISH_MONTHS[day.month - 1]
        return f"{day.day} {name[:3] if short else name} {day.year} (B.E. {day.year + BUDDHIST_OFFSET})"
    month = (SHORT_MONTHS if short else MONTHS)[day.month - 1]
    return f"{day.day} {month} {day.year + BUDDHIST_OFFSET}"


def thai_time(moment: datetime) -> str:
    """14.32 น., or 14:32."""
    local = moment.astimezone(BANGKOK)
    return f"{local:%H:%M}" if in_english() else f"{local:%H.%M} น."


def years_of(fiscal_year: int) -> str:
    """What a fiscal year is to somebody who counts in the other era: for an English page alone, behind a sentence."""
    last = fiscal_year - BUDDHIST_OFFSET
    return f" · FY {fiscal_year} (Oct {last - 1} – Sep {last})" if in_english() else ""
