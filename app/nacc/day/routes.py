"""The day: where staff land after signing in. HTTP only."""

from flask import Blueprint, render_template

from app import clock
from app.access import Permission, actor, requires
from app.nacc.day import queries
from app.nacc.day.rules import LONG, MOST_NAMED
from app.nacc.desk.pages import forget_kept, kept_for_a_moment, plan_year
from app.plans.queries import periods

blueprint = Blueprint("day", __name__)
blueprint.after_app_request(forget_kept)


@blueprint.get("/nacc")
@requires(Permission.REVIEW)
def day() -> str:
    who, year, now = actor(), plan_year(), clock.now()
    return render_template(
        "nacc/day/page.html",
        load=kept_for_a_moment(f"day {year}", lambda: queries.load(who, year, now)),
        mine=queries.my_work(who, now),
        year=year,
        periods=periods(),
        long=LONG,
        most=MOST_NAMED,
    )
