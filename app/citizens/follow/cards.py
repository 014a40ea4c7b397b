"""What the picture of a place says."""

from app.lao.reporting.rules import Counts, Money, ReportingRound
from app.typeset.content import FigureCard
from app.words import baht, count_text, percent_text


def figure_card(name: str, moment: ReportingRound, counts: Counts, money: Money) -> FigureCard:
    return FigureCard(
        "การติดตามแผนป้องกันการทุจริต · e-PlanNACC",
        name,
        f"ปีงบประมาณ {moment.year} {moment.round.label}",
        f"แล้วเสร็จร้อยละ {percent_text(counts.percent)}",
        counts.percent,
        (
            f"แล้วเสร็จ {count_text(counts.done)} จาก {count_text(counts.total)} โครงการ",
            f"เบิกจ่ายจริง {baht(money.spent)} บาท",
        ),
    )
