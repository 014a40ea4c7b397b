"""Who may enter which score until when, totals, what a file says."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from app.models.enums import PlanStatus, Role, Which
from app.nacc.evaluation.rules import (
    NO_SCORES,
    ScoreCell,
    ScoreDeed,
    ScoreEntry,
    ScoreLine,
    SeenScores,
    YearScores,
    applies,
    as_made,
    as_the_lao_sees,
    cells,
    changes,
    heading,
    preview,
    problem_with,
    read_file,
    refusal,
    stale_cells,
)
from app.nacc.proposals.rules import proposed
from app.uploads.cells import Marked
from app.uploads.rules import WHEN_MADE, LineKey, UploadLao
from tests.factories import NOW
from tests.uploads.files import sheet_of

MAXIMA = {1: Decimal(25), 2: Decimal(25)}
SAR, EVALUATION = ScoreCell(Which.SAR, 1), ScoreCell(Which.EVALUATION, 1)
SCORED = {SAR: Decimal("20.50"), EVALUATION: Decimal("18.00")}


def test_totals_add_what_was_entered_and_no_score_is_not_zero() -> None:
    kept = YearScores(SCORED | {ScoreCell(Which.SAR, 2): Decimal("0.25"), ScoreCell(Which.EVALUATION, 2): None})
    assert kept.total(Which.SAR) == Decimal("20.75")
    assert kept.total(Which.EVALUATION) == Decimal("18.00")
    assert NO_SCORES.total(Which.SAR) is None
    assert (kept.evaluated, NO_SCORES.evaluated) == (1, 0)


@pytest.mark.parametrize(
    ("role", "which", "kept", "reason", "words"),
    [
        (Role.LAO, Which.SAR, NO_SCORES, "", ""),
        (Role.LAO, Which.EVALUATION, NO_SCORES, "", "คะแนนของ ป.ป.ช."),
        (Role.LAO, Which.SAR, YearScores(sar_closed_at=NOW), "", "ปิดรับคะแนน SAR"),
        (Role.LAO, Which.SAR, YearScores(published_at=NOW), "มีเหตุผล", "เผยแพร่ผลประเมิน"),
        (Role.OFFICER, Which.SAR, YearScores(sar_closed_at=NOW), "", ""),
        (Role.OFFICER, Which.EVALUATION, YearScores(published_at=NOW), "  ", "ระบุเหตุผล"),
        (Role.OFFICER, Which.SAR, YearScores(published_at=NOW), "", "ระบุเหตุผล"),
        (Role.ADMINISTRATOR, Which.EVALUATION, YearScores(published_at=NOW), "พิมพ์ผิด", ""),
    ],
)
def test_who_may_enter_what_and_when(role: Role, which: Which, kept: YearScores, reason: str, words: str) -> None:
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
    kept = YearScores(SCORED)
    assert not stale_cells({SAR: ScoreEntry(Decimal(1), Decimal("20.5"))}, kept)
    assert not stale_cells({SAR: ScoreEntry(Decimal("20.5"), None)}, kept)
    assert stale_cells({SAR: ScoreEntry(Decimal(1), None)}, kept) == [SAR]
    assert changes({SAR: Decimal("20.5"), EVALUATION: None}, kept) == {EVALUATION: None}


def test_an_lao_sees_the_evaluation_once_it_is_published() -> None:
    assert as_the_lao_sees(YearScores(SCORED)).total(Which.EVALUATION) is None
    assert as_the_lao_sees(YearScores(SCORED)).total(Which.SAR) == Decimal("20.50")
    assert as_the_lao_sees(YearScores(SCORED, published_at=NOW)).total(Which.EVALUATION) == Decimal("18.00")


def test_a_deed_is_for_those_it_changes() -> None:
    assert applies(ScoreDeed.CLOSE, NO_SCORES)
    assert not applies(ScoreDeed.OPEN, NO_SCORES)
    assert applies(ScoreDeed.OPEN, YearScores(sar_closed_at=NOW))
    assert not applies(ScoreDeed.PUBLISH, NO_SCORES)
    assert applies(ScoreDeed.PUBLISH, YearScores(SCORED))
    assert not applies(ScoreDeed.PUBLISH, YearScores(SCORED, published_at=NOW))


def test_the_minimum_itself_passes_and_nobody_unscored_is_proposed() -> None:
    assert proposed(YearScores(SCORED), Decimal("18.00")) is PlanStatus.PASSED
    assert proposed(YearScores(SCORED), Decimal("18.01")) is PlanStatus.FAILED
    assert proposed(YearScores({SAR: Decimal(20)}), Decimal(0)) is None


def test_a_file_is_read_whole_or_refused_with_every_cell_named() -> None:
    head = heading(MAXIMA)
    assert head == ["รหัส", "ปีงบประมาณ", "SAR มิติ 1", "SAR มิติ 2", "ผลประเมิน มิติ 1", "ผลประเมิน มิติ 2"]
    years = range(2561, 2565)
    lao, other = UploadLao(1, "6650807", "อบต.ดินทอง"), UploadLao(2, "6650808", "อบต.อื่น")
    known = {lao.code: lao, other.code: other}
    lines, problems = read_file(sheet_of(head, ["๖๖๕๐๘๐๗", "2561", "๑๒.๕", None, 0.1 + 0.2]), MAXIMA, years, known)
    assert not problems
    assert lines == [ScoreLine(LineKey(lao, 2561, "B2"), {SAR: Decimal("12.50"), EVALUATION: Decimal("0.30")})]
    good = ["6650807", 2561.0, 1.0]
    _lines, problems = read_file(sheet_of(head, ["12", "2570", 26.0, "x", "1.234"], good, good), MAXIMA, years, known)
    assert [(problem.row, problem.column) for problem in problems.first] == [
        *((2, column) for column in head[:5]),
        (4, "รหัส"),
    ]
    assert len(cells(MAXIMA)) == 4


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (Marked("percent", 0.85), "“85%” เป็นร้อยละ"),
        (Marked("formula", "=SUM(A1:A3)"), "“=SUM(A1:A3)” เป็นสูตรที่ยังไม่มีผล"),
        (Marked("error", "#REF!"), "“#REF!” เป็นค่าผิดพลาดของสูตร"),
        (Marked("date", "2018-01-02"), "“2018-01-02” เป็นวันที่"),
        (61 / 3, "แสดงเป็น 20.33: พิมพ์ 20.33"),
        (True, "ไม่ใช่ตัวเลข"),
        ("1,5", "1.50 หรือ 15"),
        ("1.5 ล้าน", "กรอกคะแนนเป็นตัวเลข เช่น 0 ถึง"),
    ],
)
def test_a_cell_that_is_no_score_says_what_it_is(cell: object, words: str) -> None:
    lao = UploadLao(1, "6650807", "อบต.ดินทอง")
    sheet = sheet_of(heading(MAXIMA), ["6650807", 2561.0, None, cell])
    _lines, problems = read_file(sheet, MAXIMA, range(2561, 2565), {lao.code: lao})
    assert "แถวที่ 2 คอลัมน์ SAR มิติ 2 (ช่อง D2): " in str(problems.first[0])
    assert words in problems.first[0].text


@pytest.mark.parametrize("cell", ["-", "–", "ไม่มี", "ไม่ใช้งบประมาณ", " -   "])
def test_a_dash_is_refused_at_its_cell_and_a_blank_changes_nothing(cell: str) -> None:
    lao = UploadLao(1, "6650807", "อบต.ดินทอง")
    sheet = sheet_of(heading(MAXIMA), ["6650807", 2561.0, cell, None, "  "])
    _lines, problems = read_file(sheet, MAXIMA, range(2561, 2565), {lao.code: lao})
    assert [str(problem) for problem in problems.first] == [
        f"แถวที่ 2 คอลัมน์ SAR มิติ 1 (ช่อง C2): “{cell.strip()}” ไม่ใช่คะแนน เว้นว่างไว้หากไม่แก้คะแนนช่องนี้ หรือลบคะแนนในหน้าตารางคะแนน"
    ]


def test_a_filled_column_of_a_dimension_the_period_does_not_have_is_refused_at_its_head() -> None:
    lao = UploadLao(1, "6650807", "อบต.ดินทอง")
    beside = (("ชื่อ อปท.", "H"), ("SAR มิติ 5", "I"), ("รวม SAR", "J"), ("ผลประเมิน  มิติที่ ๙", "K"))
    sheet = replace(sheet_of(heading(MAXIMA), ["6650807", 2561.0, 12.0]), beside=beside)
    _lines, problems = read_file(sheet, MAXIMA, range(2561, 2565), {lao.code: lao})
    assert [(problem.row, problem.column, problem.letter) for problem in problems.first] == [
        (1, "SAR มิติ 5", "I"),
        (1, "ผลประเมิน  มิติที่ ๙", "K"),
    ]
    assert "ระบบไม่อ่านคอลัมน์นี้" in problems.first[0].text


def test_what_was_changed_since_the_file_was_made_is_known_cell_by_cell() -> None:
    lao, shown = UploadLao(1, "6650807", "อบต.ดินทอง"), cells(MAXIMA)
    made = as_made(YearScores({SAR: Decimal("20.50")}), shown)
    assert made == "20.50|||"
    sheet = sheet_of([*heading(MAXIMA), WHEN_MADE], ["6650807", 2561.0, 20.5, None, 17.0, None, made])
    lines, _problems = read_file(sheet, MAXIMA, range(2561, 2565), {lao.code: lao})
    found = preview(lines, {(1, 2561): YearScores({SAR: Decimal("21.00")})})
    assert [(move.label, move.old, move.since) for move in found.shown[0].moves] == [
        ("SAR มิติ 1", Decimal("21.00"), True),
        ("ผลประเมิน มิติ 1", None, False),
    ]
    seen = SeenScores.of(json.loads(json.dumps(found.sealed))[0])
    assert list(seen.chosen(everything=False)) == [EVALUATION]
    assert seen.chosen(everything=True)[SAR] == ScoreEntry(Decimal("20.50"), Decimal("21.00"))
    # and shown once more, as where a reason was missing, it is known still; also what was changed meanwhile
    for now, since in (("21.00", [True, False]), ("22.00", [True, False])):
        once_more = preview([seen.again(lao)], {(1, 2561): YearScores({SAR: Decimal(now)})})
        assert [move.since for move in once_more.shown[0].moves] == since, now
        again = SeenScores.of(json.loads(json.dumps(once_more.sealed))[0])
        assert list(again.chosen(everything=False)) == [EVALUATION]
    meanwhile = preview([seen.again(lao)], {(1, 2561): YearScores({SAR: Decimal("21.00"), EVALUATION: Decimal(9)})})
    assert [move.since for move in meanwhile.shown[0].moves] == [True, True]
