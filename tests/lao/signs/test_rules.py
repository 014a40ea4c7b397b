"""What is told as a sign, what is not, and in which words; without a database."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from app.lao.signs import rules
from app.lao.signs.rules import ReportedLine
from app.models.enums import ReportStatus, Round, SignKind
from tests.factories import NOW

DONE, IN_PROGRESS, CANNOT, WAITING = (
    ReportStatus.DONE,
    ReportStatus.IN_PROGRESS,
    ReportStatus.CANNOT,
    ReportStatus.NOT_REPORTED,
)
CLOSING = NOW + timedelta(days=30)
# Words that would accuse somebody: a sign asks to look, and nothing more.
ACCUSING = ("ทุจริต", "โกง", "ผิดปกติ", "น่าสงสัย", "เท็จ", "ปลอม", "ลอก", "ฝ่าฝืน", "ละเมิด")


def line(project_id: int = 1, status: ReportStatus = DONE, **facts: Any) -> ReportedLine:
    """A done project without budget, reported once, unless told otherwise."""
    at = None if status is WAITING else NOW
    base = ReportedLine(project_id, status, None, None, None, at, saves=1 if at else 0)
    amounts = {name: Decimal(facts[name]) for name in ("planned", "ordinance", "spent") if facts.get(name)}
    return base._replace(**facts | amounts)


def kinds(given: ReportedLine, round_: Round = Round.TWELVE) -> set[SignKind]:
    return {sign.kind for sign in rules.line_signs(given, round_)}


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({"ordinance": "1000", "spent": "1200"}, True),
        ({"ordinance": "1000", "spent": "1050.01"}, True),
        ({"ordinance": "0", "spent": "1"}, True),
        ({"ordinance": "1000", "spent": "1050"}, False),  # rounding, or moved between items
        ({"ordinance": "1000", "spent": "1000"}, False),
        ({"ordinance": None, "spent": "1200"}, False),  # not in the ordinance: nothing to compare with
        ({"ordinance": "1000", "spent": None}, False),
        ({"ordinance": "1000", "spent": "1200", "status": IN_PROGRESS}, True),
    ],
)
def test_spent_above_the_ordinance_budget(facts: dict[str, Any], told: bool) -> None:
    assert kinds(line(**facts)) == ({SignKind.OVER_ORDINANCE} if told else set())


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({"planned": "1000"}, True),
        ({"planned": "1000", "spent": "0"}, True),
        ({"planned": "1000", "spent": "0.01"}, False),
        ({"planned": "0"}, False),
        ({"planned": None}, False),
        ({"planned": "1000", "status": IN_PROGRESS}, False),
        ({"planned": "1000", "status": CANNOT}, False),
        ({"planned": "1000", "status": WAITING}, False),
    ],
)
def test_done_without_spending_where_a_budget_was_planned(facts: dict[str, Any], told: bool) -> None:
    assert kinds(line(**facts)) == ({SignKind.DONE_UNSPENT} if told else set())


@pytest.mark.parametrize(
    ("earlier", "status", "told"),
    [
        (DONE, IN_PROGRESS, True),
        (DONE, CANNOT, True),
        (DONE, DONE, False),
        (DONE, WAITING, False),  # the round is still to be reported
        (IN_PROGRESS, CANNOT, False),
        (None, IN_PROGRESS, False),  # recorded after the first round closed
    ],
)
def test_done_in_one_round_and_not_in_the_next(earlier: ReportStatus | None, status: ReportStatus, told: bool) -> None:
    assert kinds(line(status=status, earlier=earlier)) == ({SignKind.DONE_UNDONE} if told else set())


def _each(number: int, seconds: float, **facts: Any) -> list[ReportedLine]:
    return [line(n, reported_at=NOW + timedelta(seconds=n * seconds), **facts) for n in range(number)]


@pytest.mark.parametrize(
    ("lines", "number"),
    [
        (_each(12, 1), 12),
        (_each(8, 60 / 7), 8),  # the first and the last are a minute apart
        (_each(8, 8.6), None),
        (_each(7, 1), None),
        (_each(12, 1, status=IN_PROGRESS), None),
        ([*_each(12, 1), *_each(15, 600)], None),  # not half of the reports
        ([*_each(12, 1), *(line(n, WAITING) for n in range(12))], 12),
    ],
)
def test_many_done_within_a_minute(lines: list[ReportedLine], number: int | None) -> None:
    found = rules.done_at_once(lines)
    assert (found and found.facts["number"]) == number


def _changed(number: int, minutes: float, saves: int = 2, first: int = 100) -> list[ReportedLine]:
    at = CLOSING - timedelta(minutes=minutes)
    return [line(first + n, reported_at=at + timedelta(seconds=n), saves=saves) for n in range(number)]


@pytest.mark.parametrize(
    ("lines", "late", "number"),
    [
        (_changed(6, 30), (), 6),
        ([*_changed(6, 30), *_each(6, 90)], (), 6),
        ([*_changed(6, 30), *_each(7, 90)], (), None),  # less than half of the reports
        ([*_changed(6, 30), *(line(n, WAITING) for n in range(90))], (), 6),
        (_changed(4, 30), (), None),
        (_changed(6, 61), (), None),
        (_changed(6, 30, saves=1), (), None),  # reported for the first time: late, and nothing was changed
        (_changed(6, 30), (100, 101), None),  # two were reported in that hour, too
        (_changed(6, 0), (), None),  # after the closing nobody can
    ],
)
def test_many_reports_changed_in_the_last_hour(
    lines: list[ReportedLine], late: tuple[int, ...], number: int | None
) -> None:
    found = rules.last_hour(lines, CLOSING, late)
    assert (found and found.facts["number"]) == number
    assert rules.last_hour(lines, None) is None


def test_a_text_is_the_same_whatever_its_spaces_and_digits_and_counts_from_a_few_words_on() -> None:
    words = "ดำเนินการจัดอบรมให้แก่ผู้บริหารและพนักงาน จำนวน ๒ รุ่น ณ ห้องประชุมของสำนักงาน"
    assert rules.text_key(words) == rules.text_key(words.replace(" ", "\n").replace("๒", "2")) != ""
    assert rules.text_key(words) != rules.text_key(words.replace("๒", "๓"))
    assert rules.text_key("ดำเนินการร่วมกับหน่วยงานในพื้นที่") == ""
    assert [rules.shared_by_many(range(number)) for number in (4, 5)] == [False, True]


FACTS: dict[SignKind, dict[str, Any]] = {
    SignKind.OVER_ORDINANCE: {"spent": "1200", "ordinance": "1000"},
    SignKind.DONE_UNSPENT: {"planned": "1000"},
    SignKind.DONE_AT_ONCE: {"number": 12, "total": 15},
    SignKind.SAME_TEXT: {"place": "note", "laos": 7, "projects": 2},
    SignKind.LAST_HOUR: {"number": 6, "total": 9},
    SignKind.DONE_UNDONE: {"earlier": 6, "round": 12, "status": "in_progress"},
}


@pytest.mark.parametrize("kind", SignKind)
def test_a_sign_says_what_to_check_and_accuses_nobody(kind: SignKind) -> None:
    words = f"{kind.label} {rules.sentence(kind, FACTS[kind])}"
    assert "ควรตรวจสอบ" in words
    assert not [each for each in ACCUSING if each in words]


@pytest.mark.parametrize(
    ("closing", "arose", "seen"),
    [
        (None, timedelta(days=-8), True),
        (None, timedelta(days=-6), False),
        (timedelta(days=1), timedelta(days=-90), False),  # still the LAO's own
        (timedelta(0), timedelta(minutes=-1), True),
        (timedelta(days=-1), timedelta(days=-2), True),
        (timedelta(days=-2), timedelta(days=-1), False),  # arose after the closing: seven days for the LAO
        (timedelta(days=-30), timedelta(days=-8), True),
    ],
)
def test_the_lao_has_a_sign_first(closing: timedelta | None, arose: timedelta, seen: bool) -> None:
    until = rules.officers_see_until(None if closing is None else NOW + closing, NOW)
    assert (until is not None and NOW + arose <= until) is seen


DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("searched", "closing", "due"),
    [
        (None, None, True),
        (-DAY / 2, None, False),
        (-DAY, None, True),
        (-DAY / 2, -DAY / 4, True),  # it has closed since
        (-DAY / 2, -DAY, False),
        (-DAY, -2 * DAY, True),  # the whole week after the closing: texts of others
        (-2 * DAY, -30 * DAY, False),  # nothing changes any more
        (-DAY, DAY, True),
    ],
)
def test_a_round_is_searched_daily_and_when_it_closed_and_then_rests(
    searched: timedelta | None, closing: timedelta | None, due: bool
) -> None:
    def at(delta: timedelta | None) -> datetime | None:
        return None if delta is None else NOW + delta

    assert rules.search_due(at(searched), at(closing), NOW) is due
