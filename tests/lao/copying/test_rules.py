"""What a plan takes over from the one before it."""

from dataclasses import replace
from decimal import Decimal

from app.lao.copying.rules import by_position, count_sentence, renamed, same_sub_headings, taken_over
from app.plans.rules import Period
from tests.factories import facts

OLD = Period(1, 2561, 2564, {1: "เดิม", 2: "สอง", 3: "สาม"})
NEW = Period(2, 2566, 2570, {1: "ใหม่", 2: "สอง"})
YEARS = {2566: 2561, 2567: 2562}


def test_years_go_together_by_their_place_in_the_plan() -> None:
    assert by_position(OLD, NEW, [2566, 2569, 2570]) == {2566: 2561, 2569: 2564, 2570: 0}


def test_a_dimension_that_is_called_otherwise_or_is_gone_is_said() -> None:
    assert renamed(OLD, NEW) == [(1, "เดิม", "ใหม่"), (3, "สาม", "")]
    assert renamed(OLD, OLD) == []


def test_a_project_comes_along_with_the_budget_of_the_year_it_is_taken_from() -> None:
    given = facts(further_dimensions=(2, 3), budgets={2561: Decimal(5), 2562: None, 2563: Decimal(9)})
    taken = taken_over(given, YEARS, NEW.dimensions)
    assert taken == facts(further_dimensions=(2,), budgets={2566: Decimal(5), 2567: None})
    assert taken_over(facts(budgets={2563: Decimal(9)}), YEARS, NEW.dimensions) is None
    assert taken_over(facts(dimension=3), YEARS, NEW.dimensions) is None
    assert taken_over(given, {}, NEW.dimensions) is None


def test_a_sub_heading_comes_along_where_number_and_name_are_the_same() -> None:
    before = replace(OLD, sub_headings={1: {"1.1": "จิต สำนึก", "1.2": "ก", "1.3": "ค"}})
    now = replace(NEW, sub_headings={1: {"1.1": "จิตสำนึก", "1.2": "ข"}})
    same = same_sub_headings(before, now)
    assert same == {"1.1"}
    assert same_sub_headings(before, NEW) == set()
    for number, kept in (("1.1", "1.1"), ("1.2", None), ("1.3", None)):
        given = facts(sub_heading=number, budgets={2561: Decimal(5)})
        assert taken_over(given, YEARS, NEW.dimensions, same) == facts(sub_heading=kept, budgets={2566: Decimal(5)})


def test_the_count_says_how_many_come_into_which_year_and_how_many_stay() -> None:
    copies = [facts(budgets={2566: Decimal("1000.50"), 2567: None}), facts(budgets={2566: Decimal(1)})]
    said = count_sentence(copies, 3, NEW)
    assert said.startswith(
        "จะบันทึก 2 โครงการในแผน 2566 - 2570: ปี 2566 2 โครงการ 1,001.50 บาท · ปี 2567 1 โครงการ 0.00 บาท"
    )
    assert "อีก 1 โครงการที่เลือกไว้ไม่ได้คัดลอก" in said
    assert "อีก" not in count_sentence(copies, 2, NEW)
