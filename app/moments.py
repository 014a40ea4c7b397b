"""How a moment that somebody types is read: one way for every form and filter, in Thailand's time."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from wtforms import StringField

from app.clock import BANGKOK, BUDDHIST_OFFSET, FIRST_YEAR, LAST_YEAR
from app.words import arabic_digits, clean_line

EXAMPLE = "31/10/2561 16.30"
DAY_FIRST = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?:[ T]+(\d{1,2})[.:](\d{2})(?: ?น\.?)?)?", re.ASCII)
ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T](\d{1,2}):(\d{2})(?::\d{2})?)?", re.ASCII)
DAY_BEGINS, DAY_ENDS = (0, 0), (23, 59)


class MomentField(StringField):
    """A moment in Thailand's time, as 31/10/2561 16.30 (Buddhist era) or as a browser's date field sends it.

    `by_day`: hour and minute of a day that is typed without a time.
    """

    data: datetime | None
    placeholder: ClassVar[str] = EXAMPLE

    def __init__(self, label: str, *, by_day: tuple[int, int], **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.by_day = by_day

    def _value(self) -> str:
        if self.raw_data:
            return clean_line(str(self.raw_data[0]))
        if self.data is None:
            return ""
        local = self.data.astimezone(BANGKOK)
        return f"{local.day}/{local.month}/{local.year + BUDDHIST_OFFSET} {local:%H.%M}"

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        typed = arabic_digits(clean_line(valuelist[0])) if valuelist else ""
        self.data: datetime | None = None
        self.data = self._parse(typed) if typed else None

    def _parse(self, typed: str) -> datetime:
        if match := DAY_FIRST.fullmatch(typed):
            day, month, year, hour, minute = match.groups()
        elif match := ISO.fullmatch(typed):
            year, month, day, hour, minute = match.groups()
        else:
            raise ValueError(f"กรอก{self.label.text}เป็น วัน/เดือน/ปี พ.ศ. ชั่วโมง.นาที เช่น {EXAMPLE}")
        time = self.by_day if hour is None else (int(hour), int(minute))
        return self._moment(typed, int(year), (int(month), int(day)), time)

    def _moment(self, typed: str, year: int, day: tuple[int, int], time: tuple[int, int]) -> datetime:
        buddhist = year if year > 2400 else year + BUDDHIST_OFFSET
        if not FIRST_YEAR <= buddhist <= LAST_YEAR:
            raise ValueError(f"{self.label.text} “{typed}” ปีต้องอยู่ระหว่าง พ.ศ. {FIRST_YEAR} ถึง {LAST_YEAR} เช่น {EXAMPLE}")
        if time[0] == 24:
            raise ValueError(f"ไม่มีเวลา 24.{time[1]:02} ใช้ 23.59 หรือ 00.00 ของวันถัดไป")
        try:
            return datetime(buddhist - BUDDHIST_OFFSET, *day, *time, tzinfo=BANGKOK)
        except ValueError:
            raise ValueError(f"ไม่มีวันหรือเวลา {typed} กรอกใหม่ เช่น {EXAMPLE}") from None
