"""Who may enter which score until when, totals, what a file says."""

from decimal import Decimal

import pytest

from app.evaluation.rules import (
    NO_SCORES,
    Cell,
    Deed,
    Entry,
    FileLine,
    Scores,
    applies,
    as_the_lao_sees,
    cells,
    changes,
    heading,
    problem_with,
    read_file,
    refusal,
    stale_cells,
)
from app.models.enums import PlanStatus, Role, Which
from app.proposals.rules import proposed
from tests.factories import NOW

MAXIMA = {1: Decimal(25), 2: Decimal(25)}
SAR, EVALUATION = Cell(Which.SAR, 1), Cell(Which.EVALUATION, 1)
SCORED = {SAR: Decimal("20.50"), EVALUATION: Decimal("18.00")}


def test_totals_add_what_was_entered_and_no_score_is_not_zero() -> None:
    kept = Scores(SCORED | {Cell(Which.SAR, 2): Decimal("0.25"), Cell(Which.EVALUATION, 2): None})
    assert kept.total(Which.SAR) == Decimal("20.75")
    assert kept.total(Which.EVALUATION) == Decimal("18.00")
    assert NO_SCORES.total(Which.SAR) is None
    assert (kept.evaluated, NO_SCORES.evaluated) == (1, 0)


@pytest.mark.parametrize(
    ("role", "which", "kept", "reason", "words"),
    [
        (Role.LAO, Which.SAR, NO_SCORES, "", ""),
        (Role.LAO, Which.EVALUATION, NO_SCORES, "", "คะแนนของ ป.ป.ช."),
        (Role.LAO, Which.SAR, Scores(sar_closed_at=NOW), "", "ปิดรับคะแนน SAR"),
        (Role.LAO, Which.SAR, Scores(published_at=NOW), "มีเหตุผล", "เผยแพร่ผลประเมิน"),
        (Role.OFFICER, Which.SAR, Scores(sar_closed_at=NOW), "", ""),
        (Role.OFFICER, Which.EVALUATION, Scores(published_at=NOW), "  ", "ระบุเหตุผล"),
        (Role.OFFICER, Which.SAR, Scores(published_at=NOW), "", "ระบุเหตุผล"),
        (Role.ADMINISTRATOR, Which.EVALUATION, Scores(published_at=NOW), "พิมพ์ผิด", ""),
    ],
)
def test_who_may_enter_what_and_when(role: Role, which: Which, kept: Scores, reason: str, words: str) -> None:
    said = refusal(role, [which], kept, reason)
    assert words in said if words else not said


@pytest.mark.parametrize(
    ("value", "right"), [("0", True), ("25", True), ("25.01", False), ("-0.01", False), ("1.005", False)]
)
def test_a_score_is_between_zero_and_the_maximum(value: str, right: bool) -> None:
    assert (not problem_with(Decimal(value), Decimal(25))) is right


def test_no_score_is_fine_and_a_dimension_that_is_not_there_is_not() -> None:
    assert not problem_with(None, Decimal(25))
    assert problem_with(None, None)


def test_stale_is_what_changed_to_something_neither_seen_nor_typed() -> None:
    kept = Scores(SCORED)
    assert not stale_cells({SAR: Entry(Decimal(1), Decimal("20.5"))}, kept)
    assert not stale_cells({SAR: Entry(Decimal("20.5"), None)}, kept)
    assert stale_cells({SAR: Entry(Decimal(1), None)}, kept) == [SAR]
    assert changes({SAR: Decimal("20.5"), EVALUATION: None}, kept) == {EVALUATION: None}


def test_an_lao_sees_the_evaluation_once_it_is_published() -> None:
    assert as_the_lao_sees(Scores(SCORED)).total(Which.EVALUATION) is None
    assert as_the_lao_sees(Scores(SCORED)).total(Which.SAR) == Decimal("20.50")
    assert as_the_lao_sees(Scores(SCORED, published_at=NOW)).total(Which.EVALUATION) == Decimal("18.00")


def test_a_deed_is_for_those_it_changes() -> None:
    assert applies(Deed.CLOSE, NO_SCORES)
    assert not applies(Deed.OPEN, NO_SCORES)
    assert applies(Deed.OPEN, Scores(sar_closed_at=NOW))
    assert not applies(Deed.PUBLISH, NO_SCORES)
    assert applies(Deed.PUBLISH, Scores(SCORED))
    assert not applies(Deed.PUBLISH, Scores(SCORED, published_at=NOW))


def test_the_minimum_itself_passes_and_nobody_unscored_is_proposed() -> None:
    assert proposed(Scores(SCORED), Decimal("18.00")) is PlanStatus.PASSED
    assert proposed(Scores(SCORED), Decimal("18.01")) is PlanStatus.FAILED
    assert proposed(Scores({SAR: Decimal(20)}), Decimal(0)) is None


def test_a_file_is_read_whole_or_refused_with_every_cell_named() -> None:
    head = heading(MAXIMA)
    assert head == ["รหัส", "ปีงบประมาณ", "SAR มิติ 1", "SAR มิติ 2", "ผลประเมิน มิติ 1", "ผลประเมิน มิติ 2"]
    years = range(2561, 2565)
    lines, problems = read_file([head, ["๖๖๕๐๘๐๗", "2561", "๑๒.๕", "", "0.30"], []], MAXIMA, years)
    assert not problems
    assert lines == [FileLine(2, "6650807", 2561, {SAR: Decimal("12.50"), EVALUATION: Decimal("0.30")})]
    assert FileLine.of(lines[0].plain) == lines[0]
    good = ["6650807", "2561", "1"]
    rows = [head, ["12", "2570", "26", "x", "1.234"], good, good]
    _lines, problems = read_file(rows, MAXIMA, years)
    assert [(problem.row, problem.column) for problem in problems] == [
        *((2, column) for column in head[:5]),
        (4, "รหัส"),
    ]
    assert read_file([["code"]], MAXIMA, years)[1][0].row == 1
    assert read_file([head], MAXIMA, years)[1][0].row == 2
    assert len(cells(MAXIMA)) == 4
