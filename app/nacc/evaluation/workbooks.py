"""Scores as Excel, out and in: the file that goes out is the one that can come back."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from app.access import Actor
from app.lao.reporting.rules import RoundSummary
from app.models.enums import Which
from app.nacc.evaluation import queries
from app.nacc.evaluation.rules import ScoreCell, as_made, cells, heading
from app.nacc.plan_years.rules import PlanFilter
from app.plans.queries import period_of
from app.spreadsheets.excel import COUNT_FORMAT, Cell, Column, Table, baht, made
from app.uploads.rules import WHEN_MADE, WHEN_MADE_EXPLAINED

SCORE = "0.00"


def score_file(actor: Actor, asked: PlanFilter) -> Table:
    """Every LAO the filters show: code, year, the scores, what to read by, and the scores once more, to stay."""
    maxima = queries.max_scores(asked.year)
    code, year, *scores = heading(maxima)
    columns = [Column(code, 12), Column(year, 14, "0"), *(Column(head, 12, SCORE) for head in scores)]
    columns += [Column("ชื่อ อปท.", 50), Column("จังหวัด อำเภอ", 30)]
    columns += [Column("รวม SAR", 12, SCORE), Column("รวมผลประเมิน", 14, SCORE)]
    columns.append(Column(WHEN_MADE, 40, explain=WHEN_MADE_EXPLAINED))
    return Table("คะแนน", (), columns, _score_rows(actor, asked, cells(maxima)))


def _score_rows(actor: Actor, asked: PlanFilter, shown: list[ScoreCell]) -> Iterator[Sequence[Cell]]:
    for lao, scores in queries.whole_grid(actor, asked):
        values = [scores.value(cell) for cell in shown]
        totals = [scores.total(which) for which in Which]
        yield [lao.code, asked.year, *values, lao.name, lao.place, *totals, as_made(scores, shown)]


OWN_COLUMNS = (
    Column("มิติ", 70),
    Column("คะแนนเต็ม", 12, SCORE),
    Column("คะแนน SAR", 12, SCORE, "คะแนนที่ อปท. ประเมินตนเอง"),
    Column("ผลประเมิน", 12, SCORE, "คะแนนของ ป.ป.ช. ช่องว่างคือยังไม่เผยแพร่"),
    baht("งบประมาณ (บาท)", "งบประมาณตามแผนของโครงการที่นับ"),
    Column("จำนวนรวมโครงการ/กิจกรรม/มาตรการ", 20, COUNT_FORMAT),
)


def own_scores(actor: Actor, year: int, summary: RoundSummary, place: str, now: datetime) -> Table:
    """One year of the LAO's own scores, as it may see them."""
    maxima, kept, period = queries.max_scores(year), queries.own_scores(actor, year), period_of(year)
    names = period.dimensions if period else {}
    rows: list[list[Cell]] = []
    for number, maximum in maxima.items():
        counts, money = summary.dimension(number)
        scores = (kept.value(ScoreCell(Which.SAR, number)), kept.evaluation(number))
        rows.append([f"มิติที่ {number} {names.get(number, '')}", maximum, *scores, money.planned, counts.total])
    totals = (sum(maxima.values()), kept.total(Which.SAR), kept.total(Which.EVALUATION))
    total: list[Cell] = ["รวม", *totals, summary.money.planned, summary.counts.total]
    title = ("ผลการประเมินแผนปฏิบัติการป้องกันการทุจริต", place, f"ปีงบประมาณ {year}", made(now, actor.name))
    return Table("ผลการประเมิน", title, OWN_COLUMNS, rows, total)
