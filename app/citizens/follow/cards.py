"""What the picture of a place says."""

from app.language import said
from app.lao.reporting.rules import Counts, Money, ReportingRound
from app.typeset.content import FigureCard
from app.words import baht, count_text, percent_text


def figure_card(name: str, moment: ReportingRound, counts: Counts, money: Money) -> FigureCard:
    return FigureCard(
        said("การติดตามแผนป้องกันการทุจริต · e-PlanNACC"),
        name,
        said("ปีงบประมาณ {year} {round.label}", year=moment.year, round=moment.round),
        said("แล้วเสร็จร้อยละ {percent}", percent=percent_text(counts.percent)),
        counts.percent,
        (
            said("แล้วเสร็จ {done} จาก {total} โครงการ", done=count_text(counts.done), total=count_text(counts.total)),
            said("เบิกจ่ายจริง {spent} บาท", spent=baht(money.spent)),
        ),
    )
