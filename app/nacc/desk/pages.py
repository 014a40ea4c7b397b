"""What the routes of all desks share: the filter in the address, what it may choose from, and the rows ticked."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar, cast

from flask import current_app, request
from flask_login import current_user
from werkzeug.wrappers import Response

from app import clock
from app.access import Permission, actor
from app.listing import Choice, choice_of
from app.nacc.desk.queries import PAGE_SIZE, laos_of_place, own_provinces
from app.nacc.desk.rules import DeskFilter
from app.plans.queries import current_period, periods
from app.registry.queries import districts
from app.web import MENU_NUMBERS, asked_year

Filter = TypeVar("Filter", bound=DeskFilter)
Value = TypeVar("Value")


def plan_year() -> int:
    """The fiscal year in the address, else this one, or the nearest one of a plan."""
    this_year = clock.fiscal_year(clock.now())
    period = current_period(this_year)
    return asked_year(all_years(), min(max(this_year, period.first_year), period.last_year))


def all_years() -> list[int]:
    """The fiscal years of all plans."""
    return [year for period in periods() for year in period.years]


def with_own_province(asked: Filter) -> Filter:
    """Somebody who oversees one province need not choose it to be offered its districts."""
    own = actor().province_codes
    return replace(asked, province=next(iter(own))) if len(own) == 1 and not asked.province else asked


def filter_choices(asked: DeskFilter) -> dict[str, Any]:
    """What a template needs to draw the filter."""
    return {
        "asked": asked,
        "provinces": own_provinces(actor()),
        "districts": districts(asked.province) if asked.province else [],
        "laos": laos_of_place(actor(), asked),
        "periods": periods(),
    }


KEPT = timedelta(seconds=30)


def kept_for_a_moment(what: str, make: Callable[[], Value]) -> Value:
    """What `make` counts for the actor, kept for half a minute for all who oversee the same provinces.

    A deed of anybody at NACC forgets it: whoever decides sees the number go down.
    """
    who, now = actor(), clock.now()
    kept, key = _kept_numbers(), (what, who.role, who.province_codes)
    value, until = kept.get(key, (None, now))
    if until <= now:
        value = make()
        for old in [each for each, (_value, until) in list(kept.items()) if until <= now]:
            kept.pop(old, None)
        kept[key] = value, now + KEPT
    return cast(Value, value)


def in_menu(number: Callable[[], int]) -> Callable[[], int]:
    """Declare that `number` stands in the menu of NACC: a page that the browser has is another one when it changes."""

    def told() -> int:
        return number() if current_user.is_authenticated and current_user.may(Permission.REVIEW) else 0

    MENU_NUMBERS.append(told)
    return number


def forget_kept(response: Response) -> Response:
    """After a deed of somebody at NACC the numbers are counted anew."""
    done = request.method == "POST" and response.status_code < 500  # else nobody may have been looked up
    if done and current_user.is_authenticated and current_user.may(Permission.REVIEW):
        _kept_numbers().clear()
    return response


def _kept_numbers() -> dict[Any, tuple[Any, datetime]]:
    numbers: dict[Any, tuple[Any, datetime]] = current_app.extensions.setdefault("kept_numbers", {})
    return numbers


NOTHING_LEFT = "ไม่มีอะไรให้เลิกทำ: มีการเปลี่ยนแปลงหลังจากนั้นแล้ว"


def chosen_rows() -> Choice:
    """The ticked rows, or all that the filter shows, as a link or a form brings them."""
    sent = request.form if request.method == "POST" else request.args
    return choice_of(sent.getlist("ids"), sent.get("all", ""), PAGE_SIZE)
