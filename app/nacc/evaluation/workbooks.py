"""Scores as Excel, out and in: the file that goes out is the one that can come back."""

from datetime import datetime
from decimal import Decimal
from functools import partial
from operator import attrgetter
from typing import NamedTuple

from app.access import Actor
from app.lao.reporting.rules import RoundSummary
from app.models.enums import Which
from app.nacc.evaluation import queries
from app.nacc.evaluation.queries import GridRow
from app.nacc.evaluation.rules import ScoreCell, as_made, cells
from app.nacc.plan_years.rules import PlanFilter
from app.plans.queries import period_of
from app.spreadsheets.excel import CellKind, Column, Table, baht, count, made
from app.uploads.rules import CODE, WHEN_MADE, WHEN_MADE_EXPLAINED, YEAR


def score_file(actor: Actor, asked: PlanFilter) -> Table[GridRow]:
    """Every LAO the filters show: code, year, the scores, what to read by, and the scores once more, to stay."""
    shown = cells(queries.max_scores(asked.year))
    columns: tuple[Column[GridRow], ...] = (
        Column(CODE, attrgetter("lao.code"), 12),
        Column(YEAR, lambda _row: asked.year, 14, CellKind.NUMBER),
        *map(_score, shown),
        Column("ชื่อ อปท.", attrgetter("lao.name"), 50),
        Column("จังหวัด อำเภอ", attrgetter("lao.place"), 30),
        Column("รวม SAR", lambda row: row.scores.total(Which.SAR), 12, CellKind.SCORE),
        Column("รวมผลประเมิน", lambda row: row.scores.total(Which.EVALUATION), 14, CellKind.SCORE),
        Column(WHEN_MADE, lambda row: as_made(row.scores, shown), 40, explain=WHEN_MADE_EXPLAINED),
    )
    return Table("คะแนน", (), columns, queries.whole_grid(actor, asked))


def _score(cell: ScoreCell) -> Column[GridRow]:
    return Column(cell.head, lambda row: row.scores.value(cell), 12, CellKind.SCORE)


class OwnScores(NamedTuple):
    """The LAO's own scores in one dimension, or in all, beside its projects. None: nothing that it may see."""

    dimension: str
    maximum: Decimal
    sar: Decimal | None
    evaluation: Decimal | None
    planned: Decimal
    projects: int


_summed_score = partial(Column, kind=CellKind.SCORE, summed=True)
OWN_COLUMNS: tuple[Column[OwnScores], ...] = (
    Column("มิติ", attrgetter("dimension"), 70),
    _summed_score("คะแนนเต็ม", attrgetter("maximum"), 12),
    _summed_score("คะแนน SAR", attrgetter("sar"), 12, explain="คะแนนที่ อปท. ประเมินตนเอง"),
    _summed_score("ผลประเมิน", attrgetter("evaluation"), 12, explain="คะแนนของ ป.ป.ช. ช่องว่างคือยังไม่เผยแพร่"),
    baht("งบประมาณ (บาท)", attrgetter("planned"), "งบประมาณตามแผนของโครงการที่นับ"),
    count("จำนวนรวมโครงการ/กิจกรรม/มาตรการ", attrgetter("projects"), 20),
)


def own_scores(actor: Actor, year: int, summary: RoundSummary, place: str, now: datetime) -> Table[OwnScores]:
    """One year of the LAO's own scores, as it may see them."""
    maxima, kept, period = queries.max_scores(year), queries.own_scores(actor, year), period_of(year)
    names = period.dimensions if period else {}
    lines = []
    for number, maximum in maxima.items():
        counts, money = summary.dimension(number)
        sar, evaluation = kept.value(ScoreCell(Which.SAR, number)), kept.evaluation(number)
        name = f"มิติที่ {number} {names.get(number, '')}"
        lines.append(OwnScores(name, maximum, sar, evaluation, money.planned, counts.total))
    whole = OwnScores(
        "",
        sum(maxima.values(), Decimal(0)),
        kept.total(Which.SAR),
        kept.total(Which.EVALUATION),
        summary.money.planned,
        summary.counts.total,
    )
    title = ("ผลการประเมินแผนปฏิบัติการป้องกันการทุจริต", place, f"ปีงบประมาณ {year}", made(now, actor.name))
    return Table("ผลการประเมิน", title, OWN_COLUMNS, lines, whole=whole)
