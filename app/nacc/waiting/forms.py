"""Shapes of the desk of what waits."""

from collections.abc import Mapping

from app.fields import Form, Version
from app.listing import MAX_SEARCH, PAGES, number
from app.models.enums import Round
from app.nacc.waiting.rules import Standing, WaitingFilter
from app.words import arabic_digits, clean_line


class ReminderForm(Form):
    expected = Version()


def filter_of(args: Mapping[str, str], years: list[int], default_year: int) -> WaitingFilter:
    """The filter an address asks for; what makes no sense does not narrow."""
    year, state = number(args.get("year", ""), 0), args.get("state", "")
    return WaitingFilter(
        year=year if year in years else default_year,
        round=Round.TWELVE if number(args.get("round", ""), 0) == Round.TWELVE else Round.SIX,
        province=clean_line(args.get("province", ""))[:2],
        district=clean_line(args.get("district", ""))[:4],
        state=state if state in list(Standing) else "",
        q=arabic_digits(clean_line(args.get("q", "")))[:MAX_SEARCH],
        page=max(1, number(args.get("page", ""), 1, PAGES)),
    )
