"""Shapes of the plan-year desk."""

from collections.abc import Mapping

from app.fields import Form, OneOf, Version
from app.listing import MAX_SEARCH, number
from app.models.enums import PlanStatus
from app.nacc.plan_years.rules import PlanFilter
from app.words import arabic_digits, clean_line


class StatusForm(Form):
    status = OneOf("ผลแผน", choices=[(status, status.label) for status in PlanStatus], missing="เลือกผลแผน")
    version = Version()
    expected = Version()


def filter_of(args: Mapping[str, str], years: list[int], default_year: int) -> PlanFilter:
    """The filter an address asks for; what makes no sense does not narrow."""
    year = number(args.get("year", ""), 0)
    status = args.get("status", "")
    return PlanFilter(
        year=year if year in years else default_year,
        province=clean_line(args.get("province", ""))[:2],
        district=clean_line(args.get("district", ""))[:4],
        status=status if status in list(PlanStatus) else "",
        q=arabic_digits(clean_line(args.get("q", "")))[:MAX_SEARCH],
        page=min(max(1, number(args.get("page", ""), 1)), 10_000),
    )
