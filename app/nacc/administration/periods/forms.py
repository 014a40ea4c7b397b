"""Shapes of plan periods and their dimensions."""

from collections.abc import Mapping
from decimal import Decimal

from wtforms import HiddenField
from wtforms.validators import StopValidation

from app.fields import AtMost, Form, Number, Required, TextBlock, TextLine, Version, fiscal_year_field
from app.nacc.administration.periods.rules import sub_headings_in, sub_headings_told
from app.words import clean_line


class PeriodForm(Form):
    first_year = fiscal_year_field("ปีแรก", "กรอกปีแรกของแผน")
    last_year = fiscal_year_field("ปีสุดท้าย", "กรอกปีสุดท้ายของแผน")
    names = TextBlock("ชื่อมิติ บรรทัดละ 1 มิติ", validators=[Required("กรอกชื่อมิติ บรรทัดละ 1 มิติ"), AtMost(3000)])
    version = Version()
    sure = HiddenField()

    def lines(self) -> list[str]:
        return [clean_line(line) for line in (self.names.data or "").splitlines() if line.strip()]

    def validate_names(self, field: TextBlock) -> None:
        if any(len(line) > 300 for line in self.lines()):
            raise StopValidation("ชื่อมิติยาวได้ไม่เกิน 300 ตัวอักษร")

    @property
    def years(self) -> tuple[int, int]:
        return int(self.first_year.data or 0), int(self.last_year.data or 0)

    def second_look(self) -> bool:
        """Say years and names once more before they are saved; whether the answer is still to come."""
        first, last = self.years
        years = ", ".join(map(str, range(first, last + 1)))
        names = " · ".join(f"{number} {name}" for number, name in enumerate(self.lines(), start=1))
        return self.ask(
            {
                "first_year": f"แผนของปี {years}",
                "last_year": f"รวม {last - first + 1} ปี",
                "names": f"{len(self.lines())} มิติ: {names}",
            }
        )


class RemovalForm(Form):
    """The removal of a period: of the one that was looked at."""

    version = Version()


class DimensionForm(Form):
    name = TextLine("ชื่อมิติ", validators=[Required("กรอกชื่อมิติ"), AtMost(300)])
    max_score = Number(
        "คะแนนเต็ม", places=2, maximum=Decimal(1000), unit="คะแนน", example="25", validators=[Required("กรอกคะแนนเต็ม")]
    )
    sub_headings = TextBlock("หัวข้อย่อย (ถ้ามี) บรรทัดละ 1 หัวข้อ", validators=[AtMost(20_000)])
    version = Version()
    sure = HiddenField()

    def headings(self) -> list[tuple[str, str]]:
        return sub_headings_in(self.sub_headings.data or "")

    def second_look(self, kept: Mapping[str, str]) -> bool:
        """Say once more what becomes of the sub-headings before it is saved; whether the answer is still to come."""
        told = sub_headings_told(kept, dict(self.headings()))
        return bool(told) and self.ask({"sub_headings": told})

    def validate_max_score(self, field: Number) -> None:
        if field.data is not None and field.data <= 0:
            raise StopValidation("คะแนนเต็มต้องมากกว่า 0")
