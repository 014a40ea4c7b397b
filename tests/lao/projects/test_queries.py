"""What is usual for an LAO: the middle of its budgets."""

from decimal import Decimal
from statistics import median

import pytest
from flask import Flask

from app.lao.projects.queries import median_budget
from app.models.enums import ReviewStatus
from tests.factories import YEAR, facts, make_lao, make_project, review


@pytest.mark.parametrize(
    "budgets", [[], ["5"], ["5", "70"], ["5", "5", "900"], ["3.25", "2.50", "10", "700000000"], ["7"] * 4]
)
def test_the_usual_amount_is_the_median_of_what_counts(app: Flask, budgets: list[str]) -> None:
    # given: beside them what has no say in it
    lao, other = make_lao(), make_lao("6650808")
    for amount in budgets:
        make_project(lao, facts(f"โครงการ {amount}", budgets={YEAR: Decimal(amount), YEAR + 1: Decimal(amount) + 1}))
    for without in (None, Decimal(0)):
        make_project(lao, facts("ไม่ใช้งบประมาณ", budgets={YEAR: without}))
    review(make_project(lao, facts("ปฏิเสธ", budgets={YEAR: Decimal(9)})), ReviewStatus.REJECTED, "ซ้ำ")
    make_project(other, facts(budgets={YEAR: Decimal(1)}))

    # when
    found = median_budget(lao)

    # then
    every = [Decimal(amount) + more for amount in budgets for more in (0, 1)]
    assert found == (median(every) if every else None)
