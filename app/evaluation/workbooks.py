"""Scores as Excel, out and in: the file that goes out is the one that can come back."""

from collections.abc import Iterator, Sequence

from app.access import Actor
from app.evaluation import queries
from app.evaluation.rules import Cell as Score
from app.evaluation.rules import Which, cells, heading
from app.excel import Cell, Column, Table
from app.plan_years.rules import PlanFilter

SCORE = "0.00"


def score_file(actor: Actor, asked: PlanFilter) -> Table:
    """Every LAO the filters show: code, year, the scores, and its name and totals to read by."""
    maxima = queries.max_scores(asked.year)
    code, year, *scores = heading(maxima)
    columns = [Column(code, 12), Column(year, 14, "0"), *(Column(head, 12, SCORE) for head in scores)]
    columns += [Column("ชื่อ อปท.", 50), Column("จังหวัด อำเภอ", 30)]
    columns += [Column("รวม SAR", 12, SCORE), Column("รวมผลประเมิน", 14, SCORE)]
    return Table("คะแนน", (), columns, _rows(actor, asked, cells(maxima)))


def _rows(actor: Actor, asked: PlanFilter, shown: list[Score]) -> Iterator[Sequence[Cell]]:
    for lao, scores in queries.whole_grid(actor, asked):
        values = [scores.value(cell) for cell in shown]
        totals = [scores.total(which) for which in Which]
        yield [lao.code, asked.year, *values, lao.name, lao.place, *totals]
